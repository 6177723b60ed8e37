//! Everything that can fall due in a runtime, in one enum, and the queue that orders what the core waits for.
//!
//! Timers run on monotonic time ([`crate::clock::Now::mono`]). Nothing here waits: the driver asks for the next deadline and says when it has passed.
//! What a client waits for is [`super::client::timer`].

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use crate::id::{CredentialKey, JobKey, SessionKey};

/// What can fall due. Of two at one moment the one that stands first here comes first.
///
/// Those of a connection are kept by it, as fields, so that an idle session has no place in anybody's queue; all others are the core's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Timer {
    /// Connection: no hello in time (§6.2).
    Handshake,
    /// Connection: the token that opened it has expired (§6.1).
    TokenExpiry,
    /// Connection: nothing but heartbeats for too long (§14).
    Idle,
    /// Connection: nothing was sent for one interval, a ping is due (§6.4).
    PingDue,
    /// Connection: nothing was heard for two intervals (§6.4).
    Silence,
    /// Session: nobody resumed it in time (§6.3).
    ResumeWindow(SessionKey),
    /// Job: a cancelled agent has not ended in time (§7.4).
    CancelGrace(JobKey),
    /// Job: `max_runtime_sec` is over (§7.3).
    MaxRuntime(JobKey),
    /// Job: its lease is over and the grace too (§9.5).
    LeaseExpiry(JobKey),
    /// Job: it ended long ago and its idempotency key is free, though it can still be looked at (§7.2).
    IdempotencyWindow(JobKey),
    /// Job: it ended long ago and may be forgotten, its idempotency key with it.
    Retention(JobKey),
    /// Credential: its revocation failed, and is tried again (§9.8.2).
    RevocationRetry(CredentialKey),
}

/// Deadlines in order. Setting a timer again moves it.
#[derive(Debug, Default)]
pub struct Timers {
    order: BTreeSet<(Duration, Timer)>,
    due: HashMap<Timer, Duration>,
}

impl Timers {
    /// Sets or moves `timer`.
    pub fn set(&mut self, timer: Timer, at: Duration) {
        self.cancel(timer);
        self.order.insert((at, timer));
        self.due.insert(timer, at);
    }

    /// Takes `timer` out, if it was set.
    pub fn cancel(&mut self, timer: Timer) {
        if let Some(at) = self.due.remove(&timer) {
            self.order.remove(&(at, timer));
        }
    }

    /// When the driver has to come back.
    pub fn next(&self) -> Option<Duration> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Everything that is set, and for when.
    #[cfg(test)]
    pub fn all(&self) -> impl Iterator<Item = (Timer, Duration)> {
        self.due.iter().map(|(timer, at)| (*timer, *at))
    }

    /// The earliest timer that is due at `now`, taken out.
    pub fn pop(&mut self, now: Duration) -> Option<Timer> {
        let (at, timer) = *self.order.first()?;
        if at > now {
            return None;
        }
        self.order.remove(&(at, timer));
        self.due.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Ulid;

    #[test]
    fn timers_fire_in_order_and_once() {
        let mut timers = Timers::default();
        let job = JobKey(Ulid(1));
        let (grace, runtime) = (Timer::CancelGrace(job), Timer::MaxRuntime(job));
        timers.set(grace, Duration::from_secs(2));
        timers.set(runtime, Duration::from_secs(1));
        timers.set(runtime, Duration::from_secs(3));
        timers.set(Timer::Retention(job), Duration::from_secs(1));
        timers.cancel(Timer::Retention(job));
        assert_eq!(timers.next(), Some(Duration::from_secs(2)));
        assert_eq!(timers.pop(Duration::from_secs(1)), None);
        assert_eq!(timers.pop(Duration::from_secs(9)), Some(grace));
        assert_eq!(timers.pop(Duration::from_secs(9)), Some(runtime));
        assert_eq!(timers.pop(Duration::from_secs(9)), None);
    }
}
