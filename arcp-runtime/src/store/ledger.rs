//! The numbers every back end keeps in memory, and the one place that refuses a batch which contradicts them. Knows no payloads and no disk.

use std::collections::HashMap;

use super::{Record, StoreError};
use crate::id::{JobKey, SessionKey};

/// How far each session and each job has come.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    sessions: HashMap<SessionKey, SessionMark>,
    jobs: HashMap<JobKey, JobMark>,
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct SessionMark {
    /// The last number given out; 0 if none.
    pub(super) last_event_seq: u64,
    /// The highest number that was released; 0 if none.
    pub(super) trimmed_through: u64,
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct JobMark {
    /// The number of its last entry; 0 if none.
    pub(super) last_seq: u64,
    /// `owner_seq` of its last entry; 0 if none.
    pub(super) last_owner_seq: u64,
    /// The highest entry that was released; 0 if none.
    pub(super) trimmed_through: u64,
}

/// What takes records back out of the ledger.
#[derive(Debug)]
struct Undo(Vec<Before>);

/// A mark as it was.
#[derive(Debug)]
enum Before {
    Session(SessionKey, Option<SessionMark>),
    Job(JobKey, Option<JobMark>),
}

impl Ledger {
    /// A ledger that knows these sessions and jobs.
    #[cfg(feature = "sqlite")]
    pub(super) fn new(
        sessions: impl IntoIterator<Item = (SessionKey, SessionMark)>,
        jobs: impl IntoIterator<Item = (JobKey, JobMark)>,
    ) -> Self {
        Self {
            sessions: sessions.into_iter().collect(),
            jobs: jobs.into_iter().collect(),
        }
    }

    /// Where a session stands.
    pub(super) fn session(&self, session: SessionKey) -> Option<SessionMark> {
        self.sessions.get(&session).copied()
    }

    /// Where a job stands.
    pub(super) fn job(&self, job: JobKey) -> Option<JobMark> {
        self.jobs.get(&job).copied()
    }

    /// Enters a whole batch, or refuses it and stays as it was.
    pub(super) fn enter(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        let mut undo = Undo(Vec::with_capacity(batch.len() * 2));
        for (at, record) in batch.iter().enumerate() {
            if let Err(why) = self.enter_one(record, &mut undo) {
                self.undo(undo);
                return Err(StoreError::Refused(format!("record {at}: {why}")));
            }
        }
        Ok(())
    }

    fn undo(&mut self, undo: Undo) {
        for before in undo.0.into_iter().rev() {
            match before {
                Before::Session(key, Some(mark)) => {
                    self.sessions.insert(key, mark);
                }
                Before::Session(key, None) => {
                    self.sessions.remove(&key);
                }
                Before::Job(key, Some(mark)) => {
                    self.jobs.insert(key, mark);
                }
                Before::Job(key, None) => {
                    self.jobs.remove(&key);
                }
            }
        }
    }

    fn enter_one(&mut self, record: &Record, undo: &mut Undo) -> Result<(), String> {
        match record {
            Record::SessionOpened(row) => {
                if self.sessions.contains_key(&row.session) {
                    return Err(format!("{} is open already", row.session));
                }
                undo.0.push(Before::Session(row.session, None));
                self.sessions.insert(row.session, SessionMark::default());
            }
            Record::SessionResumed { session, .. } | Record::SessionLeft { session, .. } => {
                self.known_session(*session)?;
            }
            Record::SessionTrimmed { session, through } => {
                if let Some(mark) = self.sessions.get_mut(session) {
                    undo.0.push(Before::Session(*session, Some(*mark)));
                    let through = mark.last_event_seq.min(*through);
                    mark.trimmed_through = mark.trimmed_through.max(through);
                }
            }
            Record::SessionGone { session } => {
                let before = self.sessions.remove(session);
                undo.0.push(Before::Session(*session, before));
            }
            Record::JobAccepted(row) => {
                if self.jobs.contains_key(&row.job) {
                    return Err(format!("{} was accepted already", row.job));
                }
                undo.0.push(Before::Job(row.job, None));
                self.jobs.insert(row.job, JobMark::default());
            }
            Record::JobStatus { job, .. } | Record::JobAdopted { job, .. } => {
                self.known_job(*job)?;
            }
            Record::Appended {
                job,
                entry,
                deliveries,
            } => self.append(*job, entry.seq, entry.owner_seq, deliveries, undo)?,
            Record::Delivered {
                session,
                job,
                first_event_seq,
                entries,
            } => self.deliver(*session, *job, *first_event_seq, entries, undo)?,
            Record::Subscribed { session, job } => {
                self.known_session(*session)?;
                self.known_job(*job)?;
            }
            Record::Unsubscribed { .. }
            | Record::CredentialOwed { .. }
            | Record::CredentialRevoked { .. } => {}
            Record::JobTrimmed { job, through } => {
                if let Some(mark) = self.jobs.get_mut(job) {
                    undo.0.push(Before::Job(*job, Some(*mark)));
                    let through = mark.last_seq.min(*through);
                    mark.trimmed_through = mark.trimmed_through.max(through);
                }
            }
            Record::JobForgotten { job } => {
                let before = self.jobs.remove(job);
                undo.0.push(Before::Job(*job, before));
            }
        }
        Ok(())
    }

    fn append(
        &mut self,
        job: JobKey,
        seq: u64,
        owner_seq: u64,
        deliveries: &[(SessionKey, u64)],
        undo: &mut Undo,
    ) -> Result<(), String> {
        let mark = self.jobs.get_mut(&job).ok_or_else(|| no_job(job))?;
        if seq != mark.last_seq + 1 {
            return Err(format!(
                "{job} has {} entries, so the next is not {seq}",
                mark.last_seq
            ));
        }
        undo.0.push(Before::Job(job, Some(*mark)));
        mark.last_seq = seq;
        mark.last_owner_seq = owner_seq;
        for &(session, event_seq) in deliveries {
            self.receive(session, event_seq, 1, undo)?;
        }
        Ok(())
    }

    fn deliver(
        &mut self,
        session: SessionKey,
        job: JobKey,
        first_event_seq: u64,
        entries: &[u64],
        undo: &mut Undo,
    ) -> Result<(), String> {
        let mark = self.known_job(job)?;
        self.known_session(session)?;
        let mut before = mark.trimmed_through;
        for &seq in entries {
            if seq <= before || seq > mark.last_seq {
                return Err(format!(
                    "{job} holds entries {} to {}, and they are delivered in rising order: {seq} cannot follow {before}",
                    mark.trimmed_through + 1,
                    mark.last_seq
                ));
            }
            before = seq;
        }
        if entries.is_empty() {
            return Ok(());
        }
        self.receive(session, first_event_seq, entries.len() as u64, undo)
    }

    fn receive(
        &mut self,
        session: SessionKey,
        first: u64,
        count: u64,
        undo: &mut Undo,
    ) -> Result<(), String> {
        let mark = self
            .sessions
            .get_mut(&session)
            .ok_or_else(|| no_session(session))?;
        if first != mark.last_event_seq + 1 {
            return Err(format!(
                "{session} has received {}, so the next number is not {first}",
                mark.last_event_seq
            ));
        }
        undo.0.push(Before::Session(session, Some(*mark)));
        mark.last_event_seq += count;
        Ok(())
    }

    fn known_session(&self, session: SessionKey) -> Result<SessionMark, String> {
        self.session(session).ok_or_else(|| no_session(session))
    }

    fn known_job(&self, job: JobKey) -> Result<JobMark, String> {
        self.job(job).ok_or_else(|| no_job(job))
    }
}

fn no_session(session: SessionKey) -> String {
    format!("{session} is not there")
}

fn no_job(job: JobKey) -> String {
    format!("{job} is not there")
}
