//! A store so simple that it can be seen to be right: it copies itself before every batch and keeps everything it ever heard.

use std::collections::{BTreeMap, BTreeSet};

use arcp_runtime::id::{CredentialKey, JobKey, SessionKey};
use arcp_runtime::store::{
    Delivered, Entry, JobRow, PageLimit, Record, Recovered, RecoveredJob, RecoveredSession,
    SessionRow,
};
use jiff::Timestamp;

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) sessions: BTreeMap<SessionKey, Session>,
    pub(super) jobs: BTreeMap<JobKey, Job>,
    pub(super) subscriptions: BTreeSet<(SessionKey, JobKey)>,
    pub(super) credentials: BTreeMap<CredentialKey, String>,
}

#[derive(Clone, Debug)]
pub(super) struct Session {
    row: SessionRow,
    left_at: Option<Timestamp>,
    /// Number 1 is at 0.
    pub(super) deliveries: Vec<Delivered>,
    pub(super) trimmed_through: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Job {
    row: JobRow,
    /// Entry 1 is at 0.
    pub(super) entries: Vec<Entry>,
    pub(super) trimmed_through: u64,
}

impl Model {
    /// Applies the batch, or answers `None` and stays as it was.
    pub(super) fn commit(&mut self, batch: &[Record]) -> Option<()> {
        let mut next = self.clone();
        for record in batch {
            next.apply(record.clone())?;
        }
        *self = next;
        Some(())
    }

    fn apply(&mut self, record: Record) -> Option<()> {
        match record {
            Record::SessionOpened(row) => {
                let opened = Session {
                    row: row.clone(),
                    left_at: None,
                    deliveries: Vec::new(),
                    trimmed_through: 0,
                };
                return self
                    .sessions
                    .insert(row.session, opened)
                    .is_none()
                    .then_some(());
            }
            Record::SessionResumed {
                session,
                token_hash,
            } => {
                let held = self.sessions.get_mut(&session)?;
                (held.row.token_hash, held.left_at) = (token_hash, None);
            }
            Record::SessionLeft { session, at } => {
                self.sessions.get_mut(&session)?.left_at = Some(at);
            }
            Record::SessionTrimmed { session, through } => {
                if let Some(held) = self.sessions.get_mut(&session) {
                    let through = through.min(held.deliveries.len() as u64);
                    held.trimmed_through = held.trimmed_through.max(through);
                }
            }
            Record::SessionGone { session } => {
                self.sessions.remove(&session);
                self.subscriptions.retain(|(it, _)| *it != session);
            }
            Record::JobAccepted(row) => {
                let accepted = Job {
                    row: (*row).clone(),
                    entries: Vec::new(),
                    trimmed_through: 0,
                };
                return self.jobs.insert(row.job, accepted).is_none().then_some(());
            }
            Record::JobStatus { job, status } => self.jobs.get_mut(&job)?.row.status = status,
            Record::JobAdopted { job, session } => self.jobs.get_mut(&job)?.row.owner = session,
            other => return self.apply_to_logs(other),
        }
        Some(())
    }

    fn apply_to_logs(&mut self, record: Record) -> Option<()> {
        match record {
            Record::Appended {
                job,
                entry,
                deliveries,
            } => {
                for (session, event_seq) in deliveries {
                    self.receive(session, event_seq, job, &entry)?;
                }
                let log = &mut self.jobs.get_mut(&job)?.entries;
                if entry.seq != log.len() as u64 + 1 {
                    return None;
                }
                log.push(entry);
            }
            Record::Delivered {
                session,
                job,
                first_event_seq,
                entries,
            } => {
                let held = self.jobs.get(&job)?;
                self.sessions.get(&session)?;
                let mut before = held.trimmed_through;
                let mut found = Vec::new();
                for seq in entries {
                    if seq <= before {
                        return None;
                    }
                    found.push(held.entries.get(usize::try_from(seq).ok()? - 1)?.clone());
                    before = seq;
                }
                for (event_seq, entry) in (first_event_seq..).zip(found) {
                    self.receive(session, event_seq, job, &entry)?;
                }
            }
            Record::Subscribed { session, job } => {
                let (_, _) = (self.sessions.get(&session)?, self.jobs.get(&job)?);
                self.subscriptions.insert((session, job));
            }
            Record::Unsubscribed { session, job } => {
                self.subscriptions.remove(&(session, job));
            }
            Record::JobTrimmed { job, through } => {
                if let Some(held) = self.jobs.get_mut(&job) {
                    let through = through.min(held.entries.len() as u64);
                    held.trimmed_through = held.trimmed_through.max(through);
                }
            }
            Record::JobForgotten { job } => {
                self.jobs.remove(&job);
                self.subscriptions.retain(|(_, it)| *it != job);
            }
            Record::CredentialOwed { handle, source, .. } => {
                self.credentials.insert(handle, source);
            }
            Record::CredentialRevoked { handle } => {
                self.credentials.remove(&handle);
            }
            other => panic!("the model does not know {other:?}"),
        }
        Some(())
    }

    fn receive(
        &mut self,
        session: SessionKey,
        event_seq: u64,
        job: JobKey,
        entry: &Entry,
    ) -> Option<()> {
        let log = &mut self.sessions.get_mut(&session)?.deliveries;
        if event_seq != log.len() as u64 + 1 {
            return None;
        }
        log.push(Delivered {
            event_seq,
            job,
            kind: entry.kind,
            payload: entry.payload.clone(),
        });
        Some(())
    }

    /// In the order of the keys.
    pub(super) fn recover(&self) -> Recovered {
        let sessions = self.sessions.values().map(|held| RecoveredSession {
            row: held.row.clone(),
            last_event_seq: held.deliveries.len() as u64,
            trimmed_through: held.trimmed_through,
            left_at: held.left_at,
        });
        let jobs = self.jobs.values().map(|held| RecoveredJob {
            row: held.row.clone(),
            last_seq: held.entries.len() as u64,
            last_owner_seq: held.entries.last().map_or(0, |last| last.owner_seq),
            trimmed_through: held.trimmed_through,
        });
        Recovered {
            sessions: sessions.collect(),
            jobs: jobs.collect(),
            subscriptions: self.subscriptions.iter().copied().collect(),
            credentials: self.credentials.clone().into_iter().collect(),
        }
    }

    pub(super) fn replay(
        &self,
        session: SessionKey,
        after: u64,
        limit: PageLimit,
    ) -> Vec<Delivered> {
        self.sessions.get(&session).map_or_else(Vec::new, |held| {
            page(
                &held.deliveries,
                after.max(held.trimmed_through),
                limit,
                |it| it.payload.len(),
            )
        })
    }

    pub(super) fn history(&self, job: JobKey, after: u64, limit: PageLimit) -> Vec<Entry> {
        self.jobs.get(&job).map_or_else(Vec::new, |held| {
            page(
                &held.entries,
                after.max(held.trimmed_through),
                limit,
                |it| it.payload.len(),
            )
        })
    }
}

/// The longest part after `after` that is within both limits, or one element.
fn page<T: Clone>(log: &[T], after: u64, limit: PageLimit, bytes: impl Fn(&T) -> usize) -> Vec<T> {
    let rest = log
        .get(usize::try_from(after).unwrap()..)
        .unwrap_or_default();
    let fits = |&count: &usize| {
        count <= limit.entries && rest[..count].iter().map(&bytes).sum::<usize>() <= limit.bytes
    };
    let most = (0..=rest.len()).rev().find(fits).unwrap_or(0);
    rest[..most.max(1).min(rest.len())].to_vec()
}
