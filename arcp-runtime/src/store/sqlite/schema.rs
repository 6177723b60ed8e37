//! The tables, their versions and the settings of a connection. Knows no records.

use rusqlite::Connection;

use super::Durability;
use super::place::failed;
use crate::store::StoreError;

/// Marks the file as a store of this runtime: "ARCP".
const APPLICATION: i64 = 0x4152_4350;

/// One step for each version; step 0 makes version 1 out of an empty file. A step that was released is never changed.
const STEPS: [&str; 3] = [VERSION_1, VERSION_2, VERSION_3];

/// - A session's `key` is null once it is gone; the row stays until its blocks are swept.
/// - A forgotten job's row stays until no session's block refers to it.
/// - `swept_through`: up to here the job's trimmed entries have been looked at by the sweep.
/// - A block's `pieces` say which entries were delivered under the numbers from `first_event_seq` on; see `blocks`.
const VERSION_1: &str = "
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    key BLOB UNIQUE,
    principal TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    features TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    trimmed_through INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    owner BLOB NOT NULL,
    principal TEXT NOT NULL,
    agent TEXT NOT NULL,
    status INTEGER NOT NULL,
    accepted_at TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    parent BLOB,
    accepted BLOB NOT NULL,
    idempotency_key TEXT,
    fingerprint BLOB,
    trimmed_through INTEGER NOT NULL DEFAULT 0,
    trimmed_owner_seq INTEGER NOT NULL DEFAULT 0,
    swept_through INTEGER NOT NULL DEFAULT 0,
    forgotten INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE entries (
    job INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    owner_seq INTEGER NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE blocks (
    session INTEGER NOT NULL,
    first_event_seq INTEGER NOT NULL,
    last_event_seq INTEGER NOT NULL,
    pieces BLOB NOT NULL,
    PRIMARY KEY (session, first_event_seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE spans (
    job INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    session INTEGER NOT NULL,
    block INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (job, first_seq, session, block)
) STRICT, WITHOUT ROWID;
CREATE TABLE subscriptions (
    session INTEGER NOT NULL,
    job INTEGER NOT NULL,
    PRIMARY KEY (session, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_job ON subscriptions (job);
";

/// Credentials that are not known to be revoked, by the name that their source knows; never a secret.
const VERSION_2: &str = "
CREATE TABLE credentials (
    handle BLOB PRIMARY KEY,
    source TEXT NOT NULL,
    job BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

/// When a session's client said goodbye; null while it is expected back, and for all that were left before this version.
const VERSION_3: &str = "
ALTER TABLE sessions ADD COLUMN left_at TEXT;
";

/// Larger than SQLite's own 4096: an entry of a kilobyte still fits beside others, where it would take a page of its own and three times as long.
/// A file keeps the size that it was made with.
const PAGE: &str = "PRAGMA page_size = 8192;";

/// Settings for good throughput of a file that has one writer: a write-ahead log that is folded back after some megabytes.
const SETTINGS: &str = "
PRAGMA wal_autocheckpoint = 4000;
PRAGMA journal_size_limit = 67108864;
PRAGMA temp_store = MEMORY;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
";

/// Makes the writer's connection ready: refuses a foreign or newer file, then settings, then missing versions.
pub(super) fn prepare(
    connection: &Connection,
    durability: Durability,
    place: &str,
) -> Result<(), StoreError> {
    let done = version(connection, place)?;
    connection
        .execute_batch(PAGE)
        .map_err(|e| failed(place, &e))?;
    let journal: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(|e| failed(place, &e))?;
    if journal != "wal" {
        return Err(StoreError::Failed(format!(
            "{place} cannot have a write-ahead log (its journal is {journal:?}); choose a local file system"
        )));
    }
    let update = || {
        connection.execute_batch(SETTINGS)?;
        synchronous(connection, durability)?;
        for (at, step) in STEPS.iter().enumerate().skip(done) {
            let version = at + 1;
            connection.execute_batch(&format!(
                "BEGIN IMMEDIATE; {step} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {version}; COMMIT;"
            ))?;
        }
        // Whoever else holds the file is told now, and not by the first job.
        connection.execute_batch("BEGIN IMMEDIATE; COMMIT;")
    };
    update().map_err(|e| failed(place, &e))
}

/// Whether the file holds a store of the newest version, which a connection that only reads can use.
pub(super) fn check(connection: &Connection, place: &str) -> Result<(), StoreError> {
    match version(connection, place)? {
        done if done == STEPS.len() => Ok(()),
        0 => Err(StoreError::Failed(format!(
            "{place} is empty; no runtime has written to it"
        ))),
        _ => Err(StoreError::Failed(format!(
            "{place} was written by an older version; a runtime that opens it brings it up to date"
        ))),
    }
}

/// How many steps the file's tables have seen; 0 for an empty file.
fn version(connection: &Connection, place: &str) -> Result<usize, StoreError> {
    let found = inspect(connection, place)?;
    let done = usize::try_from(found).unwrap_or(0);
    if done > STEPS.len() {
        return Err(StoreError::Newer {
            place: place.to_owned(),
            found,
            known: i64::try_from(STEPS.len()).unwrap_or(i64::MAX),
        });
    }
    Ok(done)
}

/// How long a transaction of the writer waits for the disk from now on.
pub(super) fn synchronous(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    connection.execute_batch(match durability {
        Durability::Process => "PRAGMA synchronous = NORMAL",
        Durability::Power => "PRAGMA synchronous = FULL",
    })
}

/// The version of the tables; 0 for an empty file.
fn inspect(connection: &Connection, place: &str) -> Result<i64, StoreError> {
    let number = |sql: &str| {
        connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .map_err(|e| failed(place, &e))
    };
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    let ours = application == APPLICATION && version > 0;
    let empty = application == 0 && version == 0 && tables == 0;
    if ours || empty {
        Ok(version)
    } else {
        Err(StoreError::Failed(format!(
            "{place} is a database of another program; choose another file"
        )))
    }
}
