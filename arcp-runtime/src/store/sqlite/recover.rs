//! Reads the rows that are there when a store is opened: for the core, and for the writer's own book-keeping. Changes nothing.

use rusqlite::{Connection, Row};

use super::convert::{Blob, credential_key, job_key, number, session_key, status, unreadable};
use crate::store::{Idempotency, JobRow, Recovered, RecoveredJob, RecoveredSession, SessionRow};

const SESSIONS: &str = "
SELECT key, principal, token_hash, features, opened_at, trimmed_through,
    coalesce((SELECT last_event_seq FROM blocks WHERE session = sessions.id ORDER BY first_event_seq DESC LIMIT 1), 0),
    left_at
FROM sessions WHERE key IS NOT NULL ORDER BY id";

const JOBS: &str = "
SELECT jobs.key, owner, principal, agent, status, accepted_at, trace_id, parent, accepted, idempotency_key, fingerprint,
    trimmed_through, trimmed_owner_seq, last.seq, last.owner_seq
FROM jobs LEFT JOIN entries AS last
    ON last.job = jobs.id AND last.seq = (SELECT max(seq) FROM entries WHERE job = jobs.id)
WHERE forgotten = 0 ORDER BY jobs.id";

const SUBSCRIPTIONS: &str = "
SELECT sessions.key, jobs.key FROM subscriptions
    JOIN sessions ON sessions.id = subscriptions.session
    JOIN jobs ON jobs.id = subscriptions.job";

/// Everything that is neither gone nor forgotten, sessions and jobs in the order of their making.
pub(super) fn recover(connection: &Connection) -> rusqlite::Result<Recovered> {
    // One transaction, so that the lists fit together.
    let moment = connection.unchecked_transaction()?;
    let sessions = moment
        .prepare_cached(SESSIONS)?
        .query_map([], session)?
        .collect::<rusqlite::Result<_>>()?;
    let jobs = moment
        .prepare_cached(JOBS)?
        .query_map([], job)?
        .collect::<rusqlite::Result<_>>()?;
    let subscriptions = moment
        .prepare_cached(SUBSCRIPTIONS)?
        .query_map([], |row| {
            Ok((session_key(row.get(0)?), job_key(row.get(1)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let credentials = moment
        .prepare_cached("SELECT handle, source FROM credentials ORDER BY handle")?
        .query_map([], |row| Ok((credential_key(row.get(0)?), row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Recovered {
        sessions,
        jobs,
        subscriptions,
        credentials,
    })
}

fn session(row: &Row<'_>) -> rusqlite::Result<RecoveredSession> {
    let features: String = row.get(3)?;
    let trimmed_through = number(row.get(5)?);
    let left_at: Option<String> = row.get(7)?;
    Ok(RecoveredSession {
        row: SessionRow {
            session: session_key(row.get(0)?),
            principal: row.get(1)?,
            token_hash: row.get(2)?,
            features: serde_json::from_str(&features).map_err(unreadable)?,
            opened_at: timestamp(row, 4)?,
        },
        // Blocks that were trimmed may have been swept, so the last number is the later of the two.
        last_event_seq: number(row.get(6)?).max(trimmed_through),
        trimmed_through,
        left_at: left_at.as_deref().map(instant).transpose()?,
    })
}

fn job(row: &Row<'_>) -> rusqlite::Result<RecoveredJob> {
    let trimmed_through = number(row.get(11)?);
    let last_seq = row.get::<_, Option<i64>>(13)?.map_or(0, number);
    let last_owner_seq = row.get::<_, Option<i64>>(14)?.map(i64::cast_unsigned);
    let trimmed_owner_seq = row.get::<_, i64>(12)?.cast_unsigned();
    // The entry that was last when it was trimmed may have been swept; a later one is there.
    let (last_seq, last_owner_seq) = match last_owner_seq {
        Some(owner_seq) if last_seq > trimmed_through => (last_seq, owner_seq),
        _ => (trimmed_through, trimmed_owner_seq),
    };
    let parent: Option<Blob> = row.get(7)?;
    let key: Option<String> = row.get(9)?;
    let fingerprint: Option<[u8; 32]> = row.get(10)?;
    Ok(RecoveredJob {
        row: JobRow {
            job: job_key(row.get(0)?),
            owner: session_key(row.get(1)?),
            principal: row.get(2)?,
            agent: row.get(3)?,
            status: status(row.get(4)?)?,
            accepted_at: timestamp(row, 5)?,
            trace_id: row.get(6)?,
            parent: parent.map(job_key),
            accepted: row.get::<_, Vec<u8>>(8)?.into(),
            idempotency: key
                .zip(fingerprint)
                .map(|(key, fingerprint)| Idempotency { key, fingerprint }),
        },
        last_seq,
        last_owner_seq,
        trimmed_through,
    })
}

fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<jiff::Timestamp> {
    let text: String = row.get(column)?;
    instant(&text)
}

fn instant(text: &str) -> rusqlite::Result<jiff::Timestamp> {
    text.parse().map_err(unreadable)
}
