//! What a runtime has counted, as one snapshot for whoever watches it: [`Runtime::metrics`](super::Runtime::metrics).
//!
//! The core's numbers are of one moment, shown once for each turn of the dispatcher; connections count with relaxed atomics, once for each batch of frames.
//! Numbers that end in `_total` where they are exposed only rise, from 0 at the start of the process. Nothing here names a session, a job, a principal or a secret.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arcp_generated::error::ErrorCode;

use crate::protocol::core::Core;
pub use crate::protocol::tally::{AgentTally, Endings, Tally};

mod prometheus;

/// What a runtime has counted since it was started, and what it holds now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuntimeMetrics {
    /// The state machine's numbers: sessions, jobs, events, credentials.
    pub core: Tally,
    /// Each registered agent (`name@version`) and its jobs, in the order of their registration.
    pub agents: Vec<(String, AgentTally)>,
    /// Connections and their frames.
    pub wire: WireMetrics,
    /// What the store was given.
    pub store: StoreMetrics,
    /// Operations that were refused because of a job's lease.
    pub refusals: OperationRefusals,
    /// What waits for the dispatcher.
    pub queue: QueueMetrics,
}

/// Connections and their frames. Bytes are those of the frames' text, without what a transport puts around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WireMetrics {
    /// Connections now, those that have not said hello yet included.
    pub connections: usize,
    /// Connections that were served.
    pub connections_served: u64,
    /// Connections that were dropped because there were too many.
    pub connections_dropped: u64,
    /// First frames that were answered with a refusal, for whatever reason.
    pub greetings_refused: u64,
    /// Of these, because nobody could be recognised: a wrong token, too many of them, or a resume token that is not good.
    pub logins_refused: u64,
    /// Frames that arrived, readable or not.
    pub frames_received: u64,
    /// Bytes of readable frames that arrived.
    pub bytes_received: u64,
    /// Of the frames that arrived after a welcome, those that were refused as such: unreadable, unknown, not negotiated, misplaced.
    pub frames_bad: u64,
    /// Frames that were handed to a transport.
    pub frames_sent: u64,
    /// Bytes of these.
    pub bytes_sent: u64,
    /// Events that were read back from the store for a connection: after a resume, as a history, or because its reader was slow.
    pub events_replayed: u64,
}

/// What the store was given. One commit is a batch of records, and at most one is under way.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StoreMetrics {
    /// Records that were committed.
    pub records: u64,
    /// How long each commit took, its repetitions included.
    pub commits: Histogram,
    /// Tries to commit that failed. Each is repeated a few times before the runtime gives up.
    pub failures: u64,
    /// Whether the last try failed: then nothing is acknowledged at the moment.
    pub failing: bool,
}

/// How often something took how long.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    counts: [u64; BOUNDS.len() + 1],
    sum: Duration,
}

/// Upper ends of a histogram's buckets. The last bucket has none.
const BOUNDS: [Duration; 15] = [
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2500),
    Duration::from_secs(5),
];

impl Histogram {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How long all of them took together.
    pub fn sum(&self) -> Duration {
        self.sum
    }

    /// How many took no longer than each bound, rising; `None` bounds nothing and comes last.
    pub fn cumulative(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let bounds = BOUNDS.into_iter().map(Some).chain([None]);
        bounds.zip(self.counts).scan(0, |sum, (bound, count)| {
            *sum += count;
            Some((bound, *sum))
        })
    }

    fn record(&mut self, took: Duration) {
        let place = BOUNDS.partition_point(|bound| *bound < took);
        self.counts[place] += 1;
        self.sum = self.sum.saturating_add(took);
    }
}

/// Operations that jobs asked for and were refused (§9.3), by the code of the refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationRefusals {
    /// `PERMISSION_DENIED`: the lease does not name it, or the job is being stopped.
    pub permission_denied: u64,
    /// `LEASE_EXPIRED`.
    pub lease_expired: u64,
    /// `BUDGET_EXHAUSTED`.
    pub budget_exhausted: u64,
}

/// What waits for the dispatcher now. Each lane is bounded by `Limits::inbox`; whoever finds it full waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueMetrics {
    /// Requests of connections.
    pub requests: usize,
    /// Events of agents.
    pub events: usize,
    /// How many of each may wait.
    pub capacity: usize,
}

/// The counters behind the snapshot. Shared by everything that runs.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    connections_served: AtomicU64,
    connections_dropped: AtomicU64,
    greetings_refused: AtomicU64,
    logins_refused: AtomicU64,
    frames_received: AtomicU64,
    bytes_received: AtomicU64,
    frames_bad: AtomicU64,
    frames_sent: AtomicU64,
    bytes_sent: AtomicU64,
    events_replayed: AtomicU64,
    permission_denied: AtomicU64,
    lease_expired: AtomicU64,
    budget_exhausted: AtomicU64,
    commit_failures: AtomicU64,
    failing: AtomicBool,
    /// Written by the dispatcher alone, once a turn; read by snapshots.
    shown: Mutex<Shown>,
}

#[derive(Debug, Default)]
struct Shown {
    core: Tally,
    records: u64,
    commits: Histogram,
}

fn add(counter: &AtomicU64, more: usize) {
    counter.fetch_add(more as u64, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn served(&self) {
        add(&self.connections_served, 1);
    }

    pub(super) fn dropped(&self) {
        add(&self.connections_dropped, 1);
    }

    /// A first frame was answered with a refusal of this code.
    pub(super) fn greeting_refused(&self, code: &ErrorCode) {
        add(&self.greetings_refused, 1);
        if *code == ErrorCode::Unauthenticated {
            add(&self.logins_refused, 1);
        }
    }

    /// A frame arrived; one that cannot be read has no bytes.
    pub(super) fn received(&self, bytes: usize) {
        add(&self.frames_received, 1);
        add(&self.bytes_received, bytes);
    }

    pub(super) fn bad_frame(&self) {
        add(&self.frames_bad, 1);
    }

    pub(super) fn sent(&self, frames: usize, bytes: usize) {
        add(&self.frames_sent, frames);
        add(&self.bytes_sent, bytes);
    }

    pub(super) fn replayed(&self, events: usize) {
        add(&self.events_replayed, events);
    }

    /// A job's operation was refused.
    pub(crate) fn operation_refused(&self, code: &ErrorCode) {
        match code {
            ErrorCode::PermissionDenied => add(&self.permission_denied, 1),
            ErrorCode::LeaseExpired => add(&self.lease_expired, 1),
            ErrorCode::BudgetExhausted => add(&self.budget_exhausted, 1),
            _ => {}
        }
    }

    pub(super) fn commit_failed(&self) {
        add(&self.commit_failures, 1);
        self.failing.store(true, Ordering::Relaxed);
    }

    pub(super) fn committed(&self, records: usize, took: Duration) {
        self.failing.store(false, Ordering::Relaxed);
        let mut shown = self.shown();
        shown.records += records as u64;
        shown.commits.record(took);
    }

    /// Whether the last try to commit failed.
    pub(super) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Shows the core's numbers. Called before anybody is told of what led to them, so that whoever was told finds them counted.
    pub(super) fn show(&self, core: &Core) {
        core.count_into(&mut self.shown().core);
    }

    /// All of it. `agents` are the registered ones in order.
    pub(super) fn snapshot(
        &self,
        agents: impl Iterator<Item = String>,
        connections: &AtomicUsize,
        queue: QueueMetrics,
    ) -> RuntimeMetrics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (core, records, commits) = {
            let shown = self.shown();
            (shown.core.clone(), shown.records, shown.commits.clone())
        };
        let tallies = core.agents.iter().copied();
        let tallies = tallies.chain(std::iter::repeat(AgentTally::default()));
        RuntimeMetrics {
            agents: agents.zip(tallies).collect(),
            core,
            wire: WireMetrics {
                connections: connections.load(Ordering::Relaxed),
                connections_served: read(&self.connections_served),
                connections_dropped: read(&self.connections_dropped),
                greetings_refused: read(&self.greetings_refused),
                logins_refused: read(&self.logins_refused),
                frames_received: read(&self.frames_received),
                bytes_received: read(&self.bytes_received),
                frames_bad: read(&self.frames_bad),
                frames_sent: read(&self.frames_sent),
                bytes_sent: read(&self.bytes_sent),
                events_replayed: read(&self.events_replayed),
            },
            store: StoreMetrics {
                records,
                commits,
                failures: read(&self.commit_failures),
                failing: self.is_failing(),
            },
            refusals: OperationRefusals {
                permission_denied: read(&self.permission_denied),
                lease_expired: read(&self.lease_expired),
                budget_exhausted: read(&self.budget_exhausted),
            },
            queue,
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let mut histogram = Histogram::default();
        for took in [0, 100, 101, 5_000_000, 5_000_001] {
            histogram.record(Duration::from_micros(took));
        }
        let cumulative: Vec<_> = histogram.cumulative().collect();
        assert_eq!(cumulative[0], (Some(Duration::from_micros(100)), 2));
        assert_eq!(cumulative[1], (Some(Duration::from_micros(250)), 3));
        assert_eq!(cumulative[14], (Some(Duration::from_secs(5)), 4));
        assert_eq!(cumulative[15], (None, 5));
        assert_eq!(histogram.count(), 5);
        assert_eq!(histogram.sum(), Duration::from_micros(10_000_202));
    }
}
