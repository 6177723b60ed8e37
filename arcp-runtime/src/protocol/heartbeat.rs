//! Signs of life of one connection, in both directions (§6.4).
//!
//! Each side says something in each interval, if only a ping; a peer that is silent for two intervals is taken for dead. Frames of any kind count.

use std::time::Duration;

use arcp_generated::limits::HEARTBEAT_LOSS_INTERVALS;

use super::timer::{Timer, Timers};
use crate::clock::Now;

/// What has to happen because time passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// Nothing yet.
    Quiet,
    /// Nothing was sent for an interval: ping.
    Ping,
    /// Nothing was heard for too long.
    Lost,
}

/// The pulse of a connection; without an interval there is none.
#[derive(Debug)]
pub(super) struct Heartbeat {
    interval: Option<Duration>,
    timers: Timers,
}

impl Heartbeat {
    /// A pulse that begins at `now`. `None` where heartbeats were not negotiated: then there are no pings and no loss.
    pub(super) fn new(interval: Option<Duration>, now: Now) -> Self {
        let mut heartbeat = Self {
            interval,
            timers: Timers::default(),
        };
        heartbeat.sent(now);
        heartbeat.heard(now);
        heartbeat
    }

    /// Something was sent: the peer knows that this side lives.
    pub(super) fn sent(&mut self, now: Now) {
        if let Some(interval) = self.interval {
            self.timers
                .set(Timer::PingDue, now.mono.saturating_add(interval));
        }
    }

    /// Something was heard, of any kind: the peer lives (R-6.4-07).
    pub(super) fn heard(&mut self, now: Now) {
        if let (Some(interval), Ok(intervals)) =
            (self.interval, u32::try_from(HEARTBEAT_LOSS_INTERVALS))
        {
            self.timers.set(
                Timer::Silence,
                now.mono.saturating_add(interval.saturating_mul(intervals)),
            );
        }
    }

    /// When to look again.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// Looks at what is due at `now`.
    pub(super) fn beat(&mut self, now: Now) -> Beat {
        match self.timers.pop(now.mono) {
            Some(Timer::PingDue) => {
                self.sent(now);
                Beat::Ping
            }
            Some(Timer::Silence) => Beat::Lost,
            _ => Beat::Quiet,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn at(seconds: u64) -> Now {
        Now {
            mono: Duration::from_secs(seconds),
            wall: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn silence_is_pinged_once_an_interval_and_lost_after_two() {
        let mut heartbeat = Heartbeat::new(Some(Duration::from_secs(30)), at(0));
        assert_eq!(heartbeat.beat(at(29)), Beat::Quiet);
        assert_eq!(heartbeat.beat(at(30)), Beat::Ping);
        assert_eq!(heartbeat.beat(at(31)), Beat::Quiet);
        heartbeat.heard(at(31));
        heartbeat.sent(at(45));
        assert_eq!(heartbeat.beat(at(74)), Beat::Quiet);
        assert_eq!(heartbeat.beat(at(75)), Beat::Ping);
        assert_eq!(heartbeat.beat(at(91)), Beat::Lost);
    }

    #[test]
    fn without_an_interval_nothing_happens() {
        let mut heartbeat = Heartbeat::new(None, at(0));
        assert_eq!(heartbeat.deadline(), None);
        assert_eq!(heartbeat.beat(at(1_000_000)), Beat::Quiet);
    }
}
