//! Where sessions, jobs and their logs are kept: one trait, one contract test, any number of back ends.
//!
//! The runtime's core decides *what* is written and in which order ([`Record`]); a store makes batches of records durable and reads them back.
//! Nothing here depends on being one process: no callback runs inside a commit, and no lock of the store is held by the caller.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use crate::id::{CredentialKey, JobKey, SessionKey};

mod ledger;
mod memory;
mod page;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{Durability, SqliteStore};

/// What a store answers with. Boxed once per batch or page, never per event.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps records and reads them back.
pub trait Store: Send + Sync + fmt::Debug + 'static {
    /// Applies `batch` in order, all or nothing.
    /// When it returns `Ok`, the batch is as durable as this store promises and every later read sees it.
    /// The core has at most one commit under way; the batch is shared, so that a failed one can be tried again as it is.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when a record contradicts what is stored: a gap in a sequence, a session or job that is not there, or one that is there already.
    /// Releasing what is not there (trimmed, gone, forgotten, unsubscribed) changes nothing and is no error.
    /// Any other error is the environment's; nothing of the batch was applied and a later commit may succeed.
    ///
    /// # Cancel safety
    /// A future dropped after its first poll leaves it open whether the batch is applied; it is still applied whole or not at all.
    fn commit(&self, batch: Arc<[Record]>) -> StoreFuture<'_, ()>;

    /// Everything the core needs to go on after a restart. Called once, before the first commit.
    fn recover(&self) -> StoreFuture<'_, Recovered>;

    /// Whether what was committed is there after the process has ended. Without that, no credentials are provisioned: their revocation could be forgotten (§14).
    fn is_durable(&self) -> bool {
        false
    }

    /// What was delivered to `session` with numbers above `after`, in order, at most `limit` of it and at least one if there is any.
    /// Nothing for a session that is not there, and nothing that was trimmed.
    fn replay(
        &self,
        session: SessionKey,
        after: u64,
        limit: PageLimit,
    ) -> StoreFuture<'_, Vec<Delivered>>;

    /// A job's entries above `after` (job order), in order, at most `limit` of it and at least one if there is any.
    /// Nothing for a job that is not there or forgotten, and nothing that was trimmed.
    fn history(&self, job: JobKey, after: u64, limit: PageLimit) -> StoreFuture<'_, Vec<Entry>>;
}

/// How much one read may return.
#[derive(Clone, Copy, Debug)]
pub struct PageLimit {
    /// Entries.
    pub entries: usize,
    /// Payload bytes; one entry is returned even if it alone is larger.
    pub bytes: usize,
}

/// One change. Records of a batch are applied in order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Record {
    /// A session was opened.
    SessionOpened(SessionRow),
    /// A session was resumed: it has a new token, and is not left any more.
    SessionResumed {
        /// The session.
        session: SessionKey,
        /// SHA-256 of the new resume token.
        token_hash: [u8; 32],
    },
    /// The session's client said goodbye: until it is resumed, it is kept only while there is room (§6.7, §14).
    SessionLeft {
        /// The session.
        session: SessionKey,
        /// When.
        at: Timestamp,
    },
    /// Deliveries of the session up to and including `through` will not be asked for again.
    SessionTrimmed {
        /// The session.
        session: SessionKey,
        /// The highest released number.
        through: u64,
    },
    /// The session, its deliveries and its subscriptions are forgotten. Its jobs stay.
    SessionGone {
        /// The session.
        session: SessionKey,
    },
    /// A job was accepted; its idempotency key, if it has one, is taken from this moment.
    JobAccepted(Box<JobRow>),
    /// A job's status changed.
    JobStatus {
        /// The job.
        job: JobKey,
        /// The new status word.
        status: Status,
    },
    /// A job has another owner: the session that came back with its idempotency key.
    JobAdopted {
        /// The job.
        job: JobKey,
        /// Its new owner.
        session: SessionKey,
    },
    /// An entry of a job's log, and who received it under which number.
    Appended {
        /// The job.
        job: JobKey,
        /// The entry; its `seq` is one more than the job's last.
        entry: Entry,
        /// `(session, event_seq)`; each session's numbers rise by one.
        deliveries: Vec<(SessionKey, u64)>,
    },
    /// A session receives entries that are in the log already (history of a subscription): `event_seq` rises by one for each.
    Delivered {
        /// The receiver.
        session: SessionKey,
        /// The job.
        job: JobKey,
        /// The first number.
        first_event_seq: u64,
        /// The entries, by their number in the job, rising.
        entries: Vec<u64>,
    },
    /// A session follows a job.
    Subscribed {
        /// The follower.
        session: SessionKey,
        /// The job.
        job: JobKey,
    },
    /// A session follows a job no more.
    Unsubscribed {
        /// The follower.
        session: SessionKey,
        /// The job.
        job: JobKey,
    },
    /// History of the job no longer reaches entries up to and including `through`. Deliveries of sessions that still hold them stay readable.
    JobTrimmed {
        /// The job.
        job: JobKey,
        /// The highest released entry.
        through: u64,
    },
    /// A credential is about to be asked for: until it is known to be revoked, it may exist.
    CredentialOwed {
        /// By which name its source knows it. No secret.
        handle: CredentialKey,
        /// The name of who gives it out.
        source: String,
        /// The job it is for, which need not be there yet.
        job: JobKey,
    },
    /// A credential is worthless.
    CredentialRevoked {
        /// Which.
        handle: CredentialKey,
    },
    /// An ended job is forgotten, with its log, its idempotency key and the subscriptions to it. Deliveries of sessions that still hold its entries stay readable until trimmed.
    JobForgotten {
        /// The job.
        job: JobKey,
    },
}

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRow {
    /// Its id.
    pub session: SessionKey,
    /// Whom it belongs to.
    pub principal: String,
    /// SHA-256 of its resume token; the token itself is never stored.
    pub token_hash: [u8; 32],
    /// The negotiated features, as on the wire.
    pub features: Vec<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// A job as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// Its id.
    pub job: JobKey,
    /// The session that may cancel it.
    pub owner: SessionKey,
    /// Whom it belongs to.
    pub principal: String,
    /// `name@version`.
    pub agent: String,
    /// Its status.
    pub status: Status,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// 32 hex digits.
    pub trace_id: String,
    /// The job that delegated it, if any.
    pub parent: Option<JobKey>,
    /// The payload of `job.accepted` as JSON, without the members that depend on the request and without secrets.
    pub accepted: Bytes,
    /// The idempotency key and the fingerprint of the parameters.
    pub idempotency: Option<Idempotency>,
}

/// An idempotency key in the scope of the job's principal (§7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's key.
    pub key: String,
    /// SHA-256 of the canonical parameters.
    pub fingerprint: [u8; 32],
}

/// The status of a job (§7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Accepted, its agent has not started.
    Pending,
    /// Its agent runs.
    Running,
    /// Ended with a result.
    Success,
    /// Ended with an error.
    Error,
    /// Ended because it was cancelled.
    Cancelled,
    /// Ended because it ran too long.
    TimedOut,
}

/// One entry of a job's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the job: 1, 2, 3, …
    pub seq: u64,
    /// Which message it becomes, and what may filter it.
    pub kind: EntryKind,
    /// The number it had in the owner's session when it was appended, or the owner's last number if it was filtered there; history is asked for in these numbers (§7.6).
    pub owner_seq: u64,
    /// The message's payload as JSON, shared by every receiver.
    pub payload: Bytes,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// `job.event` of a kind that needs no feature.
    Event,
    /// `job.event` of kind `progress`.
    Progress,
    /// `job.event` of kind `result_chunk`.
    ResultChunk,
    /// `job.event` that tells of a rotated credential; stored without the secret.
    Credential,
    /// `job.event` of kind `metric` that reports what is left of a budget.
    Budget,
    /// `job.result` that holds the result.
    Result,
    /// `job.result` of a result that was streamed.
    Streamed,
    /// `job.error`.
    Error,
}

/// An entry as one session received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The number on the envelope.
    pub event_seq: u64,
    /// The job.
    pub job: JobKey,
    /// Which message it becomes.
    pub kind: EntryKind,
    /// The message's payload as JSON.
    pub payload: Bytes,
}

/// What a store knew when it was opened.
#[derive(Clone, Debug, Default)]
pub struct Recovered {
    /// Sessions that are not gone.
    pub sessions: Vec<RecoveredSession>,
    /// Jobs that are not forgotten.
    pub jobs: Vec<RecoveredJob>,
    /// Who follows what.
    pub subscriptions: Vec<(SessionKey, JobKey)>,
    /// Credentials that are not known to be revoked, and who gave them out, in the order of their handles.
    pub credentials: Vec<(CredentialKey, String)>,
}

/// A session and how far its log reaches.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveredSession {
    /// The row.
    pub row: SessionRow,
    /// The last number given out; 0 if none.
    pub last_event_seq: u64,
    /// The highest number that was released; 0 if none.
    pub trimmed_through: u64,
    /// When its client said goodbye; `None` if it did not, or has resumed it since.
    pub left_at: Option<Timestamp>,
}

/// A job and how far its log reaches.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveredJob {
    /// The row, with its latest owner and status.
    pub row: JobRow,
    /// The number of its last entry; 0 if none.
    pub last_seq: u64,
    /// `owner_seq` of its last entry; 0 if none.
    pub last_owner_seq: u64,
    /// The highest entry that was released; 0 if none.
    pub trimmed_through: u64,
}

/// Why a store could not do its work.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the store open.
    #[error("{place} is in use by another runtime; stop that runtime or choose another file")]
    InUse {
        /// Which store.
        place: String,
    },
    /// The store was written by a newer version.
    #[error(
        "{place} was written by a newer version (schema {found}, this one knows {known}); use that version or another file"
    )]
    Newer {
        /// Which store.
        place: String,
        /// The version found.
        found: i64,
        /// The version known here.
        known: i64,
    },
    /// A record contradicts what is stored: a mistake of the caller.
    #[error("the batch contradicts the store: {0}")]
    Refused(String),
    /// Disk full, permission, damage, …
    #[error("the store failed: {0}")]
    Failed(String),
}
