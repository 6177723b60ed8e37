//! The reader thread: pages of logs, from a connection of its own so that no read delays a commit. Changes nothing.

use std::collections::HashMap;

use bytes::Bytes;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use tokio::sync::{mpsc, oneshot};

use super::blocks::{Block, Run};
use super::convert::{Blob, job_blob, job_key, kind, number, seq, session_blob, unreadable};
use super::place::failed;
use super::recover::recover;
use crate::id::{JobKey, SessionKey};
use crate::store::page::Page;
use crate::store::{Delivered, Entry, PageLimit, Recovered, StoreError};

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the reader is asked for.
#[derive(Debug)]
pub(super) enum Request {
    Recover(Answer<Recovered>),
    Replay {
        session: SessionKey,
        after: u64,
        limit: PageLimit,
        answer: Answer<Vec<Delivered>>,
    },
    History {
        job: JobKey,
        after: u64,
        limit: PageLimit,
        answer: Answer<Vec<Entry>>,
    },
    /// Close the connection, then answer.
    Close(oneshot::Sender<()>),
}

/// The reader's end of the store.
#[derive(Debug)]
pub(super) struct Reader {
    connection: Connection,
    place: String,
}

const SETTINGS: &str = "
PRAGMA query_only = ON;
PRAGMA mmap_size = 268435456;
";

impl Reader {
    /// A reader of a file that has its tables.
    pub(super) fn new(connection: Connection, place: String) -> Result<Self, StoreError> {
        connection
            .execute_batch(SETTINGS)
            .map_err(|e| failed(&place, &e))?;
        Ok(Self { connection, place })
    }

    /// Answers until nobody can ask any more or it is told to close.
    pub(super) fn run(self, mut requests: mpsc::Receiver<Request>) {
        while let Some(request) = requests.blocking_recv() {
            // Whoever asked may have gone: an answer that nobody takes is dropped.
            match request {
                Request::Recover(answer) => {
                    let _ = answer.send(self.named(recover(&self.connection)));
                }
                Request::Replay {
                    session,
                    after,
                    limit,
                    answer,
                } => {
                    if !answer.is_closed() {
                        let page = replay(&self.connection, session, after, limit);
                        let _ = answer.send(self.named(page));
                    }
                }
                Request::History {
                    job,
                    after,
                    limit,
                    answer,
                } => {
                    if !answer.is_closed() {
                        let page = history(&self.connection, job, after, limit);
                        let _ = answer.send(self.named(page));
                    }
                }
                Request::Close(done) => {
                    drop(self);
                    let _ = done.send(());
                    return;
                }
            }
        }
    }

    fn named<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|e| failed(&self.place, &e))
    }
}

const SESSION: &str = "SELECT id, trimmed_through FROM sessions WHERE key = ?1";
const BLOCKS: &str = "
SELECT first_event_seq, pieces, last_event_seq FROM blocks
WHERE session = ?1 AND first_event_seq >= coalesce(
    (SELECT max(first_event_seq) FROM blocks WHERE session = ?1 AND first_event_seq <= ?2), 0)
ORDER BY first_event_seq";
const JOB: &str = "SELECT id, trimmed_through FROM jobs WHERE key = ?1 AND forgotten = 0";
const JOB_KEY: &str = "SELECT key FROM jobs WHERE id = ?1";
const ENTRIES: &str = "
SELECT seq, kind, payload FROM entries WHERE job = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq";
const HISTORY: &str = "
SELECT seq, kind, owner_seq, payload FROM entries WHERE job = ?1 AND seq >= ?2 ORDER BY seq";

/// A page of what a session received.
fn replay(
    connection: &Connection,
    session: SessionKey,
    after: u64,
    limit: PageLimit,
) -> rusqlite::Result<Vec<Delivered>> {
    // Rows of one moment: the sweep may be deleting what is trimmed meanwhile.
    let moment = connection.unchecked_transaction()?;
    let found = moment
        .prepare_cached(SESSION)?
        .query_row([session_blob(session)], |row| {
            Ok((row.get::<_, i64>(0)?, number(row.get(1)?)))
        })
        .optional()?;
    let Some((id, trimmed_through)) = found else {
        return Ok(Vec::new());
    };
    let wanted = after.max(trimmed_through).saturating_add(1);
    let mut filling = Filling {
        entries: moment.prepare_cached(ENTRIES)?,
        jobs: HashMap::new(),
        page: Page::new(limit),
        delivered: Vec::new(),
    };
    let mut blocks = moment.prepare_cached(BLOCKS)?;
    let mut rows = blocks.query(params![id, seq(wanted)])?;
    'page: while let Some(row) = rows.next()? {
        let block = Block::decode(number(row.get(0)?), row.get_ref(1)?.as_blob()?)?;
        if block.last_event_seq() != number(row.get(2)?) {
            return Err(unreadable(format!(
                "the deliveries to {session} from {} on are damaged",
                block.first_event_seq
            )));
        }
        for run in block.runs() {
            if !filling.take(&moment, &run, wanted)? {
                break 'page;
            }
        }
    }
    Ok(filling.delivered)
}

struct Filling<'c> {
    entries: CachedStatement<'c>,
    jobs: HashMap<i64, JobKey>,
    page: Page,
    delivered: Vec<Delivered>,
}

impl Filling<'_> {
    /// Adds the part of the run from `wanted` on; false once the page is full.
    fn take(&mut self, moment: &Connection, run: &Run, wanted: u64) -> rusqlite::Result<bool> {
        let skipped = wanted.saturating_sub(run.first_event_seq);
        if skipped >= run.count {
            return Ok(true);
        }
        let job = if let Some(&job) = self.jobs.get(&run.job) {
            job
        } else {
            let key: Blob = moment
                .prepare_cached(JOB_KEY)?
                .query_row([run.job], |row| row.get(0))?;
            *self.jobs.entry(run.job).or_insert(job_key(key))
        };
        let last = run.first_seq + run.count - 1;
        let mut expected = run.first_seq + skipped;
        let mut rows = self
            .entries
            .query(params![run.job, seq(expected), seq(last)])?;
        while let Some(row) = rows.next()? {
            if number(row.get(0)?) != expected {
                break;
            }
            let payload = row.get_ref(2)?.as_blob()?;
            if !self.page.takes(payload.len()) {
                return Ok(false);
            }
            self.delivered.push(Delivered {
                event_seq: run.first_event_seq + (expected - run.first_seq),
                job,
                kind: kind(row.get(1)?)?,
                payload: Bytes::copy_from_slice(payload),
            });
            expected += 1;
        }
        if expected <= last {
            // A gap must never look like the end of the log.
            return Err(unreadable(format!(
                "entry {expected} of {job} was delivered and is missing"
            )));
        }
        Ok(true)
    }
}

/// A page of a job's log.
fn history(
    connection: &Connection,
    job: JobKey,
    after: u64,
    limit: PageLimit,
) -> rusqlite::Result<Vec<Entry>> {
    let moment = connection.unchecked_transaction()?;
    let found = moment
        .prepare_cached(JOB)?
        .query_row([job_blob(job)], |row| {
            Ok((row.get::<_, i64>(0)?, number(row.get(1)?)))
        })
        .optional()?;
    let Some((id, trimmed_through)) = found else {
        return Ok(Vec::new());
    };
    let mut page = Page::new(limit);
    let mut entries = Vec::new();
    let mut statement = moment.prepare_cached(HISTORY)?;
    let wanted = after.max(trimmed_through).saturating_add(1);
    let mut rows = statement.query(params![id, seq(wanted)])?;
    while let Some(row) = rows.next()? {
        let found = number(row.get(0)?);
        let expected = wanted.saturating_add(entries.len() as u64);
        if found != expected {
            return Err(unreadable(format!("entry {expected} of {job} is missing")));
        }
        let payload = row.get_ref(3)?.as_blob()?;
        if !page.takes(payload.len()) {
            break;
        }
        entries.push(Entry {
            seq: found,
            kind: kind(row.get(1)?)?,
            owner_seq: row.get::<_, i64>(2)?.cast_unsigned(),
            payload: Bytes::copy_from_slice(payload),
        });
    }
    Ok(entries)
}
