//! A store in the process's memory, for tests and examples: fast, and gone with the process. Keeps nothing on disk.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::ledger::{JobMark, Ledger, SessionMark};
use super::page::Page;
use super::{
    Delivered, Entry, JobRow, PageLimit, Record, Recovered, RecoveredJob, RecoveredSession,
    SessionRow, Store, StoreError, StoreFuture,
};
use crate::id::{CredentialKey, JobKey, SessionKey};

/// Keeps everything in memory until it is trimmed, forgotten or gone.
///
/// A commit is applied before [`Store::commit`] returns, and its future is ready at once: no other task runs in between.
/// What it holds is bounded by the trimming of its caller, not by itself.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ledger: Ledger,
    sessions: HashMap<SessionKey, Session>,
    jobs: HashMap<JobKey, Job>,
    credentials: BTreeMap<CredentialKey, String>,
}

struct Session {
    row: SessionRow,
    left_at: Option<Timestamp>,
    follows: BTreeSet<JobKey>,
    /// Without gaps; the first is the one after the trimmed ones.
    deliveries: VecDeque<Delivered>,
}

struct Job {
    row: JobRow,
    followers: BTreeSet<SessionKey>,
    /// Without gaps; the first is the one after the trimmed ones.
    entries: VecDeque<Entry>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing below panics half way through a change, so a poisoned state is a whole one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("MemoryStore")
            .field("sessions", &state.sessions.len())
            .field("jobs", &state.jobs.len())
            .finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    fn commit(&self, batch: Arc<[Record]>) -> StoreFuture<'_, ()> {
        Box::pin(ready(self.state().commit(&batch)))
    }

    fn recover(&self) -> StoreFuture<'_, Recovered> {
        Box::pin(ready(Ok(self.state().recover())))
    }

    fn replay(
        &self,
        session: SessionKey,
        after: u64,
        limit: PageLimit,
    ) -> StoreFuture<'_, Vec<Delivered>> {
        Box::pin(ready(Ok(self.state().replay(session, after, limit))))
    }

    fn history(&self, job: JobKey, after: u64, limit: PageLimit) -> StoreFuture<'_, Vec<Entry>> {
        Box::pin(ready(Ok(self.state().history(job, after, limit))))
    }
}

impl State {
    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        self.ledger.enter(batch)?;
        for record in batch {
            self.apply(record);
        }
        Ok(())
    }

    /// The ledger has accepted the record, so everything it names is there.
    fn apply(&mut self, record: &Record) {
        match *record {
            Record::SessionOpened(ref row) => {
                self.sessions.insert(row.session, Session::new(row.clone()));
            }
            Record::SessionResumed {
                session,
                token_hash,
            } => self.change(session, |held| {
                (held.row.token_hash, held.left_at) = (token_hash, None);
            }),
            Record::SessionLeft { session, at } => {
                self.change(session, |held| held.left_at = Some(at));
            }
            Record::SessionTrimmed { session, through } => self.change(session, |held| {
                release(&mut held.deliveries, |delivered| {
                    delivered.event_seq <= through
                });
            }),
            Record::SessionGone { session } => {
                let gone = self.sessions.remove(&session);
                for job in gone.into_iter().flat_map(|gone| gone.follows) {
                    self.unfollow(session, job);
                }
            }
            Record::JobAccepted(ref row) => {
                self.jobs.insert(row.job, Job::new(JobRow::clone(row)));
            }
            Record::JobStatus { job, status } => {
                if let Some(held) = self.jobs.get_mut(&job) {
                    held.row.status = status;
                }
            }
            Record::JobAdopted { job, session } => {
                if let Some(held) = self.jobs.get_mut(&job) {
                    held.row.owner = session;
                }
            }
            Record::Appended {
                job,
                ref entry,
                ref deliveries,
            } => self.append(job, entry, deliveries),
            Record::Delivered {
                session,
                job,
                first_event_seq,
                ref entries,
            } => self.deliver(session, job, first_event_seq, entries),
            Record::Subscribed { session, job } => self.follow(session, job),
            Record::Unsubscribed { session, job } => self.unfollow(session, job),
            Record::JobTrimmed { job, through } => {
                if let Some(held) = self.jobs.get_mut(&job) {
                    release(&mut held.entries, |entry| entry.seq <= through);
                }
            }
            Record::CredentialOwed {
                handle, ref source, ..
            } => {
                self.credentials.insert(handle, source.clone());
            }
            Record::CredentialRevoked { handle } => {
                self.credentials.remove(&handle);
            }
            Record::JobForgotten { job } => self.forget(job),
        }
    }

    fn change(&mut self, session: SessionKey, change: impl FnOnce(&mut Session)) {
        if let Some(held) = self.sessions.get_mut(&session) {
            change(held);
        }
    }

    fn forget(&mut self, job: JobKey) {
        let forgotten = self.jobs.remove(&job);
        for session in forgotten.into_iter().flat_map(|gone| gone.followers) {
            self.unfollow(session, job);
        }
    }

    fn append(&mut self, job: JobKey, entry: &Entry, deliveries: &[(SessionKey, u64)]) {
        for &(session, event_seq) in deliveries {
            if let Some(held) = self.sessions.get_mut(&session) {
                held.deliveries.push_back(delivered(event_seq, job, entry));
            }
        }
        if let Some(held) = self.jobs.get_mut(&job) {
            held.entries.push_back(entry.clone());
        }
    }

    fn deliver(&mut self, session: SessionKey, job: JobKey, first: u64, entries: &[u64]) {
        let (Some(receiver), Some(log)) = (self.sessions.get_mut(&session), self.jobs.get(&job))
        else {
            return;
        };
        let found = entries.iter().filter_map(|&seq| log.entry(seq));
        let numbered = (first..).zip(found);
        receiver
            .deliveries
            .extend(numbered.map(|(event_seq, entry)| delivered(event_seq, job, entry)));
    }

    fn follow(&mut self, session: SessionKey, job: JobKey) {
        if let (Some(follower), Some(followed)) =
            (self.sessions.get_mut(&session), self.jobs.get_mut(&job))
        {
            follower.follows.insert(job);
            followed.followers.insert(session);
        }
    }

    fn unfollow(&mut self, session: SessionKey, job: JobKey) {
        if let Some(follower) = self.sessions.get_mut(&session) {
            follower.follows.remove(&job);
        }
        if let Some(followed) = self.jobs.get_mut(&job) {
            followed.followers.remove(&session);
        }
    }

    fn recover(&self) -> Recovered {
        let sessions = self.sessions.values().map(|held| {
            let mark: SessionMark = self.ledger.session(held.row.session).unwrap_or_default();
            RecoveredSession {
                row: held.row.clone(),
                last_event_seq: mark.last_event_seq,
                trimmed_through: mark.trimmed_through,
                left_at: held.left_at,
            }
        });
        let jobs = self.jobs.values().map(|held| {
            let mark: JobMark = self.ledger.job(held.row.job).unwrap_or_default();
            RecoveredJob {
                row: held.row.clone(),
                last_seq: mark.last_seq,
                last_owner_seq: mark.last_owner_seq,
                trimmed_through: mark.trimmed_through,
            }
        });
        Recovered {
            sessions: sessions.collect(),
            jobs: jobs.collect(),
            subscriptions: self.subscriptions().collect(),
            credentials: self.credentials.clone().into_iter().collect(),
        }
    }

    fn subscriptions(&self) -> impl Iterator<Item = (SessionKey, JobKey)> {
        self.sessions
            .iter()
            .flat_map(|(&session, held)| held.follows.iter().map(move |&job| (session, job)))
    }

    fn replay(&self, session: SessionKey, after: u64, limit: PageLimit) -> Vec<Delivered> {
        let Some(held) = self.sessions.get(&session) else {
            return Vec::new();
        };
        let first = held.deliveries.front().map_or(0, |d| d.event_seq);
        let mut page = Page::new(limit);
        held.deliveries
            .iter()
            .skip(released(first, after))
            .take_while(|delivered| page.takes(delivered.payload.len()))
            .cloned()
            .collect()
    }

    fn history(&self, job: JobKey, after: u64, limit: PageLimit) -> Vec<Entry> {
        let Some(held) = self.jobs.get(&job) else {
            return Vec::new();
        };
        let first = held.entries.front().map_or(0, |entry| entry.seq);
        let mut page = Page::new(limit);
        held.entries
            .iter()
            .skip(released(first, after))
            .take_while(|entry| page.takes(entry.payload.len()))
            .cloned()
            .collect()
    }
}

impl Session {
    fn new(row: SessionRow) -> Self {
        Self {
            row,
            left_at: None,
            follows: BTreeSet::new(),
            deliveries: VecDeque::new(),
        }
    }
}

impl Job {
    fn new(row: JobRow) -> Self {
        Self {
            row,
            followers: BTreeSet::new(),
            entries: VecDeque::new(),
        }
    }

    fn entry(&self, seq: u64) -> Option<&Entry> {
        let first = self.entries.front()?.seq;
        self.entries
            .get(usize::try_from(seq.checked_sub(first)?).ok()?)
    }
}

fn delivered(event_seq: u64, job: JobKey, entry: &Entry) -> Delivered {
    Delivered {
        event_seq,
        job,
        kind: entry.kind,
        payload: entry.payload.clone(),
    }
}

/// How many of a sequence that starts with `first` are not above `after`.
fn released(first: u64, after: u64) -> usize {
    usize::try_from(after.saturating_add(1).saturating_sub(first)).unwrap_or(usize::MAX)
}

/// Drops what is released from the front, and gives the room back once most of it is unused.
fn release<T>(held: &mut VecDeque<T>, is_released: impl Fn(&T) -> bool) {
    held.drain(..held.partition_point(is_released));
    if held.len() < held.capacity() / 4 {
        held.shrink_to(held.len() * 2);
    }
}
