//! Keys, numbers and words as the file holds them. Reads and writes no tables.

use rusqlite::types::Type;

use crate::id::{CredentialKey, JobKey, SessionKey, Ulid};
use crate::store::{EntryKind, Status};

/// A key as 16 bytes, so that their order is the keys' order.
pub(super) type Blob = [u8; 16];

pub(super) fn session_blob(session: SessionKey) -> Blob {
    session.0.0.to_be_bytes()
}

pub(super) fn session_key(blob: Blob) -> SessionKey {
    SessionKey(Ulid(u128::from_be_bytes(blob)))
}

pub(super) fn job_blob(job: JobKey) -> Blob {
    job.0.0.to_be_bytes()
}

pub(super) fn job_key(blob: Blob) -> JobKey {
    JobKey(Ulid(u128::from_be_bytes(blob)))
}

pub(super) fn credential_blob(credential: CredentialKey) -> Blob {
    credential.0.0.to_be_bytes()
}

pub(super) fn credential_key(blob: Blob) -> CredentialKey {
    CredentialKey(Ulid(u128::from_be_bytes(blob)))
}

/// A sequence number. They count up from 1, so none that was given out is out of SQLite's range; one that a caller asks for may be.
pub(super) fn seq(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A sequence number of the file.
pub(super) fn number(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}

pub(super) fn status_code(status: Status) -> i64 {
    match status {
        Status::Pending => 0,
        Status::Running => 1,
        Status::Success => 2,
        Status::Error => 3,
        Status::Cancelled => 4,
        Status::TimedOut => 5,
    }
}

pub(super) fn status(code: i64) -> rusqlite::Result<Status> {
    Ok(match code {
        0 => Status::Pending,
        1 => Status::Running,
        2 => Status::Success,
        3 => Status::Error,
        4 => Status::Cancelled,
        5 => Status::TimedOut,
        other => return Err(unreadable(format!("no job status has the number {other}"))),
    })
}

pub(super) fn kind_code(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Event => 0,
        EntryKind::Progress => 1,
        EntryKind::ResultChunk => 2,
        EntryKind::Result => 3,
        EntryKind::Error => 4,
        EntryKind::Budget => 6,
        EntryKind::Streamed => 7,
        EntryKind::Credential => 5,
    }
}

pub(super) fn kind(code: i64) -> rusqlite::Result<EntryKind> {
    Ok(match code {
        0 => EntryKind::Event,
        1 => EntryKind::Progress,
        2 => EntryKind::ResultChunk,
        3 => EntryKind::Result,
        4 => EntryKind::Error,
        6 => EntryKind::Budget,
        7 => EntryKind::Streamed,
        5 => EntryKind::Credential,
        other => return Err(unreadable(format!("no entry kind has the number {other}"))),
    })
}

/// The file holds something that this version cannot have written.
pub(super) fn unreadable(
    why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Null, why.into())
}
