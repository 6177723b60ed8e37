//! Signs of life of one connection, in both directions (§6.4).
//!
//! Each side says something in each interval, if only a ping; a peer that is silent for two intervals is taken for dead. Frames of any kind count.

use std::time::Duration;

use arcp_generated::limits::HEARTBEAT_LOSS_INTERVALS;

use super::timer::Timer;
use crate::clock::Now;

/// The pulse of a connection; without an interval there is none.
#[derive(Debug)]
pub(super) struct Heartbeat {
    interval: Option<Duration>,
    /// When something was last sent, or a ping was last due.
    sent: Duration,
    /// When something was last heard.
    heard: Duration,
}

impl Heartbeat {
    /// A pulse that begins at `now`. `None` where heartbeats were not negotiated: then there are no pings and no loss.
    pub(super) fn new(interval: Option<Duration>, now: Now) -> Self {
        Self {
            interval,
            sent: now.mono,
            heard: now.mono,
        }
    }

    /// Something was sent: the peer knows that this side lives.
    pub(super) fn sent(&mut self, now: Now) {
        self.sent = now.mono;
    }

    /// Something was heard, of any kind: the peer lives (R-6.4-07).
    pub(super) fn heard(&mut self, now: Now) {
        self.heard = now.mono;
    }

    /// What it waits for, and until when.
    pub(super) fn timers(&self) -> impl Iterator<Item = (Duration, Timer)> {
        let intervals = u32::try_from(HEARTBEAT_LOSS_INTERVALS).unwrap_or(u32::MAX);
        self.interval.into_iter().flat_map(move |interval| {
            let lost = interval.saturating_mul(intervals);
            [
                (self.sent.saturating_add(interval), Timer::PingDue),
                (self.heard.saturating_add(lost), Timer::Silence),
            ]
        })
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

    fn next(heartbeat: &Heartbeat) -> Option<(u64, Timer)> {
        let next = heartbeat.timers().min();
        next.map(|(at, timer)| (at.as_secs(), timer))
    }

    #[test]
    fn silence_is_pinged_once_an_interval_and_lost_after_two() {
        let mut heartbeat = Heartbeat::new(Some(Duration::from_secs(30)), at(0));
        assert_eq!(next(&heartbeat), Some((30, Timer::PingDue)));
        heartbeat.sent(at(30));
        heartbeat.heard(at(31));
        heartbeat.sent(at(45));
        assert_eq!(next(&heartbeat), Some((75, Timer::PingDue)));
        heartbeat.sent(at(75));
        assert_eq!(next(&heartbeat), Some((91, Timer::Silence)));
    }

    #[test]
    fn without_an_interval_nothing_happens() {
        let heartbeat = Heartbeat::new(None, at(0));
        assert_eq!(next(&heartbeat), None);
    }
}
