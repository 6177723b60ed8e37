//! Deletes rows that nothing refers to any more, a few at a time between commits. Decides nothing about what is trimmed: that was committed before.
//!
//! An entry can go once its job's history no longer reaches it and no block's span covers it. Two things bring that about, so there are two chores:
//! a session's blocks are deleted once they are trimmed whole, with the trimmed entries that no other block covers;
//! and a job's trimmed entries are looked at once, in order, when they are trimmed.

use std::collections::{HashSet, VecDeque};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::blocks::{Block, LONGEST, Span};
use super::convert::{number, seq};

/// Rows that need a look, by the number of their session's or job's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Chore {
    /// A session was trimmed or is gone.
    Session(i64),
    /// A job was trimmed or forgotten.
    Job(i64),
}

/// The chores that are left.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    queue: VecDeque<Chore>,
    queued: HashSet<Chore>,
}

const LEFT_SESSIONS: &str = "SELECT id FROM sessions WHERE key IS NULL OR trimmed_through > 0";
const LEFT_JOBS: &str =
    "SELECT id FROM jobs WHERE forgotten = 1 OR swept_through < trimmed_through";

impl Sweep {
    /// The chores that were left when the file was closed.
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut sweep = Self::default();
        let mut sessions = connection.prepare(LEFT_SESSIONS)?;
        for id in sessions.query_map([], |row| row.get(0))? {
            sweep.add(Chore::Session(id?));
        }
        let mut jobs = connection.prepare(LEFT_JOBS)?;
        for id in jobs.query_map([], |row| row.get(0))? {
            sweep.add(Chore::Job(id?));
        }
        Ok(sweep)
    }

    /// Something was trimmed.
    pub(super) fn add(&mut self, chore: Chore) {
        if self.queued.insert(chore) {
            self.queue.push_back(chore);
        }
    }

    /// Whether nothing is left to do.
    pub(super) fn is_done(&self) -> bool {
        self.queue.is_empty()
    }

    /// One transaction that looks at about `rows` rows.
    pub(super) fn step(&mut self, connection: &mut Connection, rows: u64) -> rusqlite::Result<()> {
        let moment = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut left = rows;
        let mut done = Vec::new();
        for &chore in &self.queue {
            let finished = match chore {
                Chore::Session(id) => sweep_session(&moment, id, &mut left)?,
                Chore::Job(id) => sweep_job(&moment, id, &mut left)?,
            };
            if finished {
                done.push(chore);
            }
            left = left.saturating_sub(1);
            if left == 0 || !finished {
                break;
            }
        }
        moment.commit()?;
        for chore in done {
            self.queue.pop_front();
            self.queued.remove(&chore);
        }
        Ok(())
    }
}

const SESSION: &str = "SELECT key IS NULL, trimmed_through FROM sessions WHERE id = ?1";
const FIRST_BLOCK: &str = "
SELECT first_event_seq, pieces FROM blocks WHERE session = ?1 ORDER BY first_event_seq LIMIT 1";
const DELETE_BLOCK: &str = "DELETE FROM blocks WHERE session = ?1 AND first_event_seq = ?2";
const DELETE_SPAN: &str = "
DELETE FROM spans WHERE job = ?1 AND first_seq = ?2 AND session = ?3 AND block = ?4";
const DELETE_SESSION: &str = "DELETE FROM sessions WHERE id = ?1";

/// Deletes blocks that are trimmed whole; true when none is left.
fn sweep_session(moment: &Transaction<'_>, id: i64, left: &mut u64) -> rusqlite::Result<bool> {
    let found = moment
        .prepare_cached(SESSION)?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((gone, trimmed_through)): Option<(bool, i64)> = found else {
        return Ok(true);
    };
    while *left > 0 {
        let first = moment
            .prepare_cached(FIRST_BLOCK)?
            .query_row([id], |row| {
                Block::decode(number(row.get(0)?), row.get_ref(1)?.as_blob()?)
            })
            .optional()?;
        let Some(block) = first else {
            if gone {
                moment.prepare_cached(DELETE_SESSION)?.execute([id])?;
            }
            return Ok(true);
        };
        if !gone && seq(block.last_event_seq()) > trimmed_through {
            return Ok(true);
        }
        let row = seq(block.first_event_seq);
        moment.prepare_cached(DELETE_BLOCK)?.execute([id, row])?;
        for &Span {
            job,
            first_seq,
            last_seq,
        } in block.spans()
        {
            let (first_seq, last_seq) = (seq(first_seq), seq(last_seq));
            moment
                .prepare_cached(DELETE_SPAN)?
                .execute([job, first_seq, id, row])?;
            if let Some(log) = Log::find(moment, job)? {
                log.delete_uncovered(moment, first_seq, last_seq)?;
                log.delete_if_unused(moment)?;
            }
        }
        *left = left.saturating_sub(block.count());
    }
    Ok(false)
}

const SWEPT: &str = "UPDATE jobs SET swept_through = ?2 WHERE id = ?1";

/// Looks at the next trimmed entries of a job; true when all were looked at.
fn sweep_job(moment: &Transaction<'_>, id: i64, left: &mut u64) -> rusqlite::Result<bool> {
    let Some(mut log) = Log::find(moment, id)? else {
        return Ok(true);
    };
    if log.swept_through < log.trimmed_through {
        let through = log.trimmed_through.min(log.swept_through + seq(*left));
        log.delete_uncovered(moment, log.swept_through + 1, through)?;
        moment.prepare_cached(SWEPT)?.execute([id, through])?;
        *left = left.saturating_sub((through - log.swept_through).unsigned_abs());
        log.swept_through = through;
    }
    log.delete_if_unused(moment)?;
    Ok(log.swept_through >= log.trimmed_through)
}

/// A job as the sweep sees it.
struct Log {
    job: i64,
    trimmed_through: i64,
    swept_through: i64,
    forgotten: bool,
}

const LOG: &str = "SELECT trimmed_through, swept_through, forgotten FROM jobs WHERE id = ?1";
const COVERING: &str = "
SELECT first_seq, last_seq FROM spans
WHERE job = ?1 AND first_seq BETWEEN ?2 AND ?3 ORDER BY first_seq";
const DELETE_ENTRIES: &str = "DELETE FROM entries WHERE job = ?1 AND seq BETWEEN ?2 AND ?3";
const IS_COVERED: &str = "SELECT 1 FROM spans WHERE job = ?1 LIMIT 1";
const DELETE_JOB: &str = "DELETE FROM jobs WHERE id = ?1";

impl Log {
    fn find(moment: &Transaction<'_>, job: i64) -> rusqlite::Result<Option<Self>> {
        moment
            .prepare_cached(LOG)?
            .query_row([job], |row| {
                Ok(Self {
                    job,
                    trimmed_through: row.get(0)?,
                    swept_through: row.get(1)?,
                    forgotten: row.get(2)?,
                })
            })
            .optional()
    }

    /// Deletes the trimmed entries from `first` to `last` that no block covers.
    fn delete_uncovered(
        &self,
        moment: &Transaction<'_>,
        first: i64,
        last: i64,
    ) -> rusqlite::Result<()> {
        let last = last.min(self.trimmed_through);
        let mut next = first;
        let mut covering = moment.prepare_cached(COVERING)?;
        // A span that reaches `first` cannot have begun further back than the longest span.
        let mut rows = covering.query(params![self.job, first - seq(LONGEST), last])?;
        while let Some(row) = rows.next()? {
            let (from, through): (i64, i64) = row.try_into()?;
            self.delete(moment, next, from - 1)?;
            next = next.max(through + 1);
        }
        self.delete(moment, next, last)
    }

    fn delete(&self, moment: &Transaction<'_>, first: i64, last: i64) -> rusqlite::Result<()> {
        if first <= last {
            moment
                .prepare_cached(DELETE_ENTRIES)?
                .execute([self.job, first, last])?;
        }
        Ok(())
    }

    /// Deletes the job's row once it is forgotten, looked at and covered by no block.
    fn delete_if_unused(&self, moment: &Transaction<'_>) -> rusqlite::Result<()> {
        let looked_at = self.swept_through >= self.trimmed_through;
        if self.forgotten && looked_at && !moment.prepare_cached(IS_COVERED)?.exists([self.job])? {
            moment.prepare_cached(DELETE_JOB)?.execute([self.job])?;
        }
        Ok(())
    }
}
