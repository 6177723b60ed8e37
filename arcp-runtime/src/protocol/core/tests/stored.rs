//! What a store would hold: records applied one by one to plain maps. It insists on what every store may rely on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::id::{CredentialKey, JobKey, SessionKey};
use crate::protocol::subscription::{Known, Lookup};
use crate::store::{
    Delivered, Entry, EntryKind, JobRow, Record, Recovered, RecoveredJob, RecoveredSession,
    SessionRow, Status,
};

/// Everything that was made durable.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pub(super) sessions: BTreeMap<SessionKey, StoredSession>,
    pub(super) jobs: BTreeMap<JobKey, StoredJob>,
    pub(super) credentials: BTreeMap<CredentialKey, String>,
}

#[derive(Clone, Debug)]
pub(super) struct StoredSession {
    pub(super) row: SessionRow,
    pub(super) left_at: Option<Timestamp>,
    pub(super) last: u64,
    pub(super) trimmed: u64,
    pub(super) follows: BTreeSet<JobKey>,
    pub(super) deliveries: BTreeMap<u64, Delivered>,
}

#[derive(Clone, Debug)]
pub(super) struct StoredJob {
    pub(super) row: JobRow,
    pub(super) last: u64,
    pub(super) owner_seq: u64,
    pub(super) trimmed: u64,
    pub(super) entries: BTreeMap<u64, Entry>,
    /// How it ended, once its terminal is in the log.
    pub(super) terminal: Option<EntryKind>,
}

/// Whether an entry of this kind is a job's last word.
pub(super) fn is_terminal(kind: EntryKind) -> bool {
    matches!(
        kind,
        EntryKind::Result | EntryKind::Streamed | EntryKind::Error
    )
}

impl Stored {
    pub(super) fn session(&self, key: SessionKey) -> &StoredSession {
        &self.sessions[&key]
    }

    pub(super) fn job(&self, key: JobKey) -> &StoredJob {
        &self.jobs[&key]
    }

    pub(super) fn apply_all(&mut self, records: &[Record]) {
        for record in records {
            self.apply(record);
        }
    }

    pub(super) fn apply(&mut self, record: &Record) {
        match record {
            Record::SessionOpened(row) => self.open(row),
            Record::SessionResumed {
                session,
                token_hash,
            } => {
                let held = self.held(*session);
                (held.row.token_hash, held.left_at) = (*token_hash, None);
            }
            Record::SessionLeft { session, at } => self.held(*session).left_at = Some(*at),
            Record::SessionTrimmed { session, through } => {
                let held = self.held(*session);
                assert!(*through <= held.last, "{session} releases what never was");
                held.trimmed = held.trimmed.max(*through);
                held.deliveries = held.deliveries.split_off(&(held.trimmed + 1));
            }
            Record::SessionGone { session } => {
                assert!(self.sessions.remove(session).is_some());
            }
            Record::JobAccepted(row) => self.accept(row),
            Record::JobStatus { job, status } => {
                let held = self.log(*job);
                assert!(
                    matches!(held.row.status, Status::Pending | Status::Running),
                    "{job} ends twice"
                );
                held.row.status = *status;
            }
            Record::JobAdopted { job, session } => {
                assert!(self.sessions.contains_key(session));
                self.log(*job).row.owner = *session;
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
            } => self.deliver(*session, *job, *first_event_seq, entries),
            Record::Subscribed { session, job } => {
                self.held(*session).follows.insert(*job);
            }
            Record::Unsubscribed { session, job } => {
                self.held(*session).follows.remove(job);
            }
            Record::JobTrimmed { job, through } => {
                let held = self.log(*job);
                assert!(*through < held.last, "the newest entry of {job} stays");
                held.trimmed = held.trimmed.max(*through);
                held.entries = held.entries.split_off(&(held.trimmed + 1));
            }
            Record::CredentialOwed { handle, source, .. } => {
                self.credentials.insert(*handle, source.clone());
            }
            Record::CredentialRevoked { handle } => {
                self.credentials.remove(handle);
            }
            Record::JobForgotten { job } => self.forget(*job),
        }
    }

    fn held(&mut self, key: SessionKey) -> &mut StoredSession {
        let held = self.sessions.get_mut(&key);
        held.unwrap_or_else(|| panic!("{key} is not there"))
    }

    fn log(&mut self, key: JobKey) -> &mut StoredJob {
        let log = self.jobs.get_mut(&key);
        log.unwrap_or_else(|| panic!("{key} is not there"))
    }

    fn open(&mut self, row: &SessionRow) {
        let new = StoredSession {
            row: row.clone(),
            left_at: None,
            last: 0,
            trimmed: 0,
            follows: BTreeSet::new(),
            deliveries: BTreeMap::new(),
        };
        let before = self.sessions.insert(row.session, new);
        assert!(before.is_none(), "{} is opened twice", row.session);
    }

    fn forget(&mut self, job: JobKey) {
        let forgotten = self.jobs.remove(&job).expect("a job is forgotten once");
        assert!(forgotten.terminal.is_some(), "{job} has not ended");
        for session in self.sessions.values_mut() {
            session.follows.remove(&job);
        }
    }

    fn accept(&mut self, row: &JobRow) {
        let new = StoredJob {
            row: row.clone(),
            last: 0,
            owner_seq: 0,
            trimmed: 0,
            entries: BTreeMap::new(),
            terminal: None,
        };
        let before = self.jobs.insert(row.job, new);
        assert!(before.is_none(), "{} is accepted twice", row.job);
    }

    fn append(&mut self, job: JobKey, entry: &Entry, deliveries: &[(SessionKey, u64)]) {
        let log = self.log(job);
        assert_eq!(log.terminal, None, "{job} speaks after its last word");
        assert_eq!(entry.seq, log.last + 1, "{job} leaves a number out");
        assert!(
            is_terminal(entry.kind) || matches!(log.row.status, Status::Pending | Status::Running)
        );
        log.last = entry.seq;
        log.owner_seq = entry.owner_seq;
        log.terminal = is_terminal(entry.kind).then_some(entry.kind);
        log.entries.insert(entry.seq, entry.clone());
        for (session, event_seq) in deliveries {
            self.receive(*session, *event_seq, job, entry);
        }
    }

    fn deliver(&mut self, session: SessionKey, job: JobKey, first: u64, entries: &[u64]) {
        let mut before = 0;
        for (event_seq, seq) in (first..).zip(entries) {
            assert!(*seq > before, "history rises");
            before = *seq;
            let entry = self.log(job).entries.get(seq).cloned();
            let entry = entry.unwrap_or_else(|| panic!("{job} does not hold {seq}"));
            self.receive(session, event_seq, job, &entry);
        }
    }

    fn receive(&mut self, session: SessionKey, event_seq: u64, job: JobKey, entry: &Entry) {
        let owner = self.log(job).row.principal.clone();
        let held = self.held(session);
        assert_eq!(event_seq, held.last + 1, "{session} leaves a number out");
        assert_eq!(held.row.principal, owner, "{session} sees a foreign job");
        held.last = event_seq;
        held.deliveries.insert(
            event_seq,
            Delivered {
                event_seq,
                job,
                kind: entry.kind,
                payload: entry.payload.clone(),
            },
        );
    }

    /// What a look into a job's log finds.
    pub(super) fn look_up(&self, lookup: &Lookup) -> Vec<Known> {
        let log = self.jobs.get(&lookup.job).map(|log| &log.entries);
        log.into_iter()
            .flat_map(|entries| entries.range(lookup.after + 1..))
            .take_while(|(seq, _)| **seq <= lookup.through)
            .map(|(_, entry)| Known::from(entry))
            .collect()
    }

    pub(super) fn recovered(&self) -> Recovered {
        let sessions = self.sessions.values().map(|held| RecoveredSession {
            row: held.row.clone(),
            last_event_seq: held.last,
            trimmed_through: held.trimmed,
            left_at: held.left_at,
        });
        let jobs = self.jobs.values().map(|log| RecoveredJob {
            row: log.row.clone(),
            last_seq: log.last,
            last_owner_seq: log.owner_seq,
            trimmed_through: log.trimmed,
        });
        let followed = |held: &StoredSession| {
            let session = held.row.session;
            held.follows
                .clone()
                .into_iter()
                .map(move |job| (session, job))
        };
        Recovered {
            sessions: sessions.collect(),
            // The core must not depend on an order.
            jobs: jobs.rev().collect(),
            subscriptions: self.sessions.values().flat_map(followed).collect(),
            credentials: self.credentials.clone().into_iter().collect(),
        }
    }
}
