//! Records become rows. The ledger has accepted the batch before; the transaction around it is the writer's.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, params};

use super::blocks::Block;
use super::convert::{
    credential_blob, job_blob, job_key, kind_code, seq, session_blob, session_key, status_code,
    unreadable,
};
use super::recover::recover;
use super::sweep::Chore;
use crate::id::{JobKey, SessionKey};
use crate::store::ledger::{JobMark, Ledger, SessionMark};
use crate::store::{Entry, JobRow, Record, SessionRow};

/// What the writer remembers of the file, so that a commit reads nothing.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) ledger: Ledger,
    names: Names,
}

/// Keys and their rows.
#[derive(Debug, Default)]
struct Names {
    sessions: HashMap<SessionKey, OpenSession>,
    jobs: HashMap<JobKey, i64>,
}

#[derive(Debug)]
struct OpenSession {
    id: i64,
    /// The latest deliveries, which the next one may join.
    block: Option<Block>,
    /// The block is longer than its row says.
    unsaved: bool,
}

impl Book {
    /// Reads it from the file.
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let found = recover(connection)?;
        let sessions = found.sessions.iter().map(|session| {
            let mark = SessionMark {
                last_event_seq: session.last_event_seq,
                trimmed_through: session.trimmed_through,
            };
            (session.row.session, mark)
        });
        let jobs = found.jobs.iter().map(|job| {
            let mark = JobMark {
                last_seq: job.last_seq,
                last_owner_seq: job.last_owner_seq,
                trimmed_through: job.trimmed_through,
            };
            (job.row.job, mark)
        });
        Ok(Self {
            ledger: Ledger::new(sessions, jobs),
            names: Names::load(connection)?,
        })
    }

    /// Writes an accepted batch; answers with what the sweep should look at afterwards.
    /// After an error the book no longer fits the file and must be loaded again.
    pub(super) fn write(
        &mut self,
        connection: &Connection,
        batch: &[Record],
    ) -> rusqlite::Result<Vec<Chore>> {
        let mut apply = Apply {
            connection,
            append: connection.prepare_cached(APPEND)?,
            ledger: &self.ledger,
            names: &mut self.names,
            unsaved: Vec::new(),
            chores: Vec::new(),
        };
        for record in batch {
            apply.record(record)?;
        }
        apply.save_blocks()?;
        Ok(apply.chores)
    }
}

impl Names {
    fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let sessions = connection
            .prepare_cached("SELECT key, id FROM sessions WHERE key IS NOT NULL")?
            .query_map([], |row| {
                Ok((session_key(row.get(0)?), OpenSession::new(row.get(1)?)))
            })?
            .collect::<rusqlite::Result<_>>()?;
        let jobs = connection
            .prepare_cached("SELECT key, id FROM jobs WHERE forgotten = 0")?
            .query_map([], |row| Ok((job_key(row.get(0)?), row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { sessions, jobs })
    }

    fn session(&mut self, session: SessionKey) -> rusqlite::Result<&mut OpenSession> {
        self.sessions
            .get_mut(&session)
            .ok_or_else(|| unreadable(format!("{session} has no row")))
    }

    fn job(&self, job: JobKey) -> rusqlite::Result<i64> {
        let id = self.jobs.get(&job).copied();
        id.ok_or_else(|| unreadable(format!("{job} has no row")))
    }
}

impl OpenSession {
    fn new(id: i64) -> Self {
        Self {
            id,
            block: None,
            unsaved: false,
        }
    }
}

const APPEND: &str =
    "INSERT INTO entries (job, seq, kind, owner_seq, payload) VALUES (?1, ?2, ?3, ?4, ?5)";
const OPEN_SESSION: &str = "
INSERT INTO sessions (key, principal, token_hash, features, opened_at) VALUES (?1, ?2, ?3, ?4, ?5)";
const RESUME_SESSION: &str = "UPDATE sessions SET token_hash = ?2, left_at = NULL WHERE id = ?1";
const LEAVE_SESSION: &str = "UPDATE sessions SET left_at = ?2 WHERE id = ?1";
const TRIM_SESSION: &str = "UPDATE sessions SET trimmed_through = ?2 WHERE id = ?1";
const END_SESSION: &str = "
UPDATE sessions SET key = NULL, principal = '', token_hash = x'', features = '[]' WHERE id = ?1";
const ACCEPT_JOB: &str = "
INSERT INTO jobs (key, owner, principal, agent, status, accepted_at, trace_id, parent, accepted, idempotency_key, fingerprint)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const SET_STATUS: &str = "UPDATE jobs SET status = ?2 WHERE id = ?1";
const SET_OWNER: &str = "UPDATE jobs SET owner = ?2 WHERE id = ?1";
const TRIM_JOB: &str = "UPDATE jobs SET trimmed_through = ?2, trimmed_owner_seq = ?3 WHERE id = ?1";
const FORGET_JOB: &str = "
UPDATE jobs SET forgotten = 1, principal = '', accepted = x'', idempotency_key = NULL, fingerprint = NULL,
    trimmed_through = max(trimmed_through, coalesce((SELECT max(seq) FROM entries WHERE job = ?1), 0))
WHERE id = ?1";
const SUBSCRIBE: &str = "INSERT OR IGNORE INTO subscriptions (session, job) VALUES (?1, ?2)";
const UNSUBSCRIBE: &str = "DELETE FROM subscriptions WHERE session = ?1 AND job = ?2";
const UNSUBSCRIBE_SESSION: &str = "DELETE FROM subscriptions WHERE session = ?1";
const OWE: &str = "INSERT OR REPLACE INTO credentials (handle, source, job) VALUES (?1, ?2, ?3)";
const SETTLE: &str = "DELETE FROM credentials WHERE handle = ?1";
const UNSUBSCRIBE_JOB: &str = "DELETE FROM subscriptions WHERE job = ?1";

struct Apply<'a> {
    connection: &'a Connection,
    append: CachedStatement<'a>,
    /// As it is after the whole batch.
    ledger: &'a Ledger,
    names: &'a mut Names,
    /// Sessions with a block that is longer than its row.
    unsaved: Vec<SessionKey>,
    chores: Vec<Chore>,
}

impl Apply<'_> {
    fn record(&mut self, record: &Record) -> rusqlite::Result<()> {
        match record {
            Record::SessionOpened(row) => self.open_session(row),
            Record::SessionResumed {
                session,
                token_hash,
            } => {
                let id = self.names.session(*session)?.id;
                self.run(RESUME_SESSION, params![id, token_hash])
            }
            Record::SessionLeft { session, at } => {
                let id = self.names.session(*session)?.id;
                self.run(LEAVE_SESSION, params![id, at.to_string()])
            }
            Record::SessionTrimmed { session, .. } => self.trim_session(*session),
            Record::SessionGone { session } => self.end_session(*session),
            Record::JobAccepted(row) => self.accept(row),
            Record::JobStatus { job, status } => {
                let id = self.names.job(*job)?;
                self.run(SET_STATUS, params![id, status_code(*status)])
            }
            Record::JobAdopted { job, session } => {
                let id = self.names.job(*job)?;
                self.run(SET_OWNER, params![id, session_blob(*session)])
            }
            Record::Appended {
                job,
                entry,
                deliveries,
            } => self.append(*job, entry, deliveries),
            Record::Delivered {
                session,
                job,
                first_event_seq,
                entries,
            } => {
                let id = self.names.job(*job)?;
                for (event_seq, &entry) in (*first_event_seq..).zip(entries) {
                    self.deliver(*session, event_seq, id, entry)?;
                }
                Ok(())
            }
            Record::Subscribed { session, job } => {
                let (job, session) = (self.names.job(*job)?, self.names.session(*session)?.id);
                self.run(SUBSCRIBE, params![session, job])
            }
            Record::Unsubscribed { session, job } => {
                match (self.names.sessions.get(session), self.names.jobs.get(job)) {
                    (Some(session), Some(job)) => self.run(UNSUBSCRIBE, params![session.id, job]),
                    _ => Ok(()),
                }
            }
            Record::JobTrimmed { job, .. } => self.trim_job(*job),
            Record::JobForgotten { job } => self.forget(*job),
            Record::CredentialOwed {
                handle,
                source,
                job,
            } => self.run(
                OWE,
                params![credential_blob(*handle), source, job_blob(*job)],
            ),
            Record::CredentialRevoked { handle } => {
                self.run(SETTLE, params![credential_blob(*handle)])
            }
        }
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    fn open_session(&mut self, row: &SessionRow) -> rusqlite::Result<()> {
        let features = serde_json::to_string(&row.features).map_err(unreadable)?;
        self.run(
            OPEN_SESSION,
            params![
                session_blob(row.session),
                row.principal,
                row.token_hash,
                features,
                row.opened_at.to_string(),
            ],
        )?;
        let opened = OpenSession::new(self.connection.last_insert_rowid());
        self.names.sessions.insert(row.session, opened);
        Ok(())
    }

    fn accept(&mut self, row: &JobRow) -> rusqlite::Result<()> {
        let (key, fingerprint) = row
            .idempotency
            .as_ref()
            .map(|it| (&it.key, it.fingerprint))
            .unzip();
        self.run(
            ACCEPT_JOB,
            params![
                job_blob(row.job),
                session_blob(row.owner),
                row.principal,
                row.agent,
                status_code(row.status),
                row.accepted_at.to_string(),
                row.trace_id,
                row.parent.map(job_blob),
                &row.accepted[..],
                key,
                fingerprint,
            ],
        )?;
        let id = self.connection.last_insert_rowid();
        self.names.jobs.insert(row.job, id);
        Ok(())
    }

    fn append(
        &mut self,
        job: JobKey,
        entry: &Entry,
        deliveries: &[(SessionKey, u64)],
    ) -> rusqlite::Result<()> {
        let id = self.names.job(job)?;
        self.append.execute(params![
            id,
            seq(entry.seq),
            kind_code(entry.kind),
            entry.owner_seq.cast_signed(),
            &entry.payload[..],
        ])?;
        for &(session, event_seq) in deliveries {
            self.deliver(session, event_seq, id, entry.seq)?;
        }
        Ok(())
    }

    fn deliver(
        &mut self,
        session: SessionKey,
        event_seq: u64,
        job: i64,
        entry: u64,
    ) -> rusqlite::Result<()> {
        let held = self.names.session(session)?;
        let joined = held
            .block
            .as_mut()
            .is_some_and(|block| block.extend(job, entry));
        if !joined {
            let finished = held.block.replace(Block::new(event_seq, job, entry));
            if let Some(finished) = finished.filter(|_| held.unsaved) {
                finished.save(self.connection, held.id)?;
            }
        }
        if !held.unsaved {
            held.unsaved = true;
            self.unsaved.push(session);
        }
        Ok(())
    }

    fn save_blocks(&mut self) -> rusqlite::Result<()> {
        for session in self.unsaved.drain(..) {
            // A session that has gone since has nothing to save.
            if let Some(held) = self.names.sessions.get_mut(&session) {
                held.unsaved = false;
                if let Some(block) = &held.block {
                    block.save(self.connection, held.id)?;
                }
                held.block.take_if(|block| !block.stays_open());
            }
        }
        Ok(())
    }

    /// Writes what the batch leaves behind, which is what counts of a batch that is applied whole.
    fn trim_session(&mut self, session: SessionKey) -> rusqlite::Result<()> {
        let Some(mark) = self.ledger.session(session) else {
            return Ok(());
        };
        let Some(held) = self.names.sessions.get_mut(&session) else {
            return Ok(());
        };
        let id = held.id;
        // The sweep deletes blocks that are trimmed whole, so none of them may grow any more.
        if let Some(block) = held
            .block
            .take_if(|block| block.last_event_seq() <= mark.trimmed_through)
            && held.unsaved
        {
            block.save(self.connection, id)?;
        }
        self.chores.push(Chore::Session(id));
        self.run(TRIM_SESSION, params![id, seq(mark.trimmed_through)])
    }

    fn end_session(&mut self, session: SessionKey) -> rusqlite::Result<()> {
        let Some(held) = self.names.sessions.remove(&session) else {
            return Ok(());
        };
        self.run(END_SESSION, params![held.id])?;
        self.run(UNSUBSCRIBE_SESSION, params![held.id])?;
        self.chores.push(Chore::Session(held.id));
        Ok(())
    }

    fn trim_job(&mut self, job: JobKey) -> rusqlite::Result<()> {
        let (Some(mark), Some(&id)) = (self.ledger.job(job), self.names.jobs.get(&job)) else {
            return Ok(());
        };
        self.chores.push(Chore::Job(id));
        let trimmed_through = seq(mark.trimmed_through);
        let owner_seq = mark.last_owner_seq.cast_signed();
        self.run(TRIM_JOB, params![id, trimmed_through, owner_seq])
    }

    fn forget(&mut self, job: JobKey) -> rusqlite::Result<()> {
        let Some(id) = self.names.jobs.remove(&job) else {
            return Ok(());
        };
        self.run(FORGET_JOB, params![id])?;
        self.run(UNSUBSCRIBE_JOB, params![id])?;
        self.chores.push(Chore::Job(id));
        Ok(())
    }
}
