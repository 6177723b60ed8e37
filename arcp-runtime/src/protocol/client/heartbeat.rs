//! The client's side of the heartbeat (§6.4): shows life when idle, and knows when the runtime has gone silent.
//!
//! Times are monotonic values that come in; nothing here waits.

use std::time::Duration;

use super::timer::{Due, Timer};

/// Two silent intervals are one too many (§6.4).
const LOSS_INTERVALS: u32 = 2;

/// Who was heard when. Without an interval nothing ever happens.
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    interval: Option<Duration>,
    /// When something was last read.
    heard: Duration,
    /// When something was last sent.
    spoke: Duration,
    /// When we last asked for a sign of life.
    asked: Duration,
}

impl Heartbeat {
    /// Starts counting now.
    pub fn new(interval: Option<Duration>, now: Duration) -> Self {
        Self {
            interval: interval.filter(|interval| !interval.is_zero()),
            heard: now,
            spoke: now,
            asked: now,
        }
    }

    /// Something was read.
    pub fn heard(&mut self, now: Duration) {
        self.heard = now;
    }

    /// Something was sent.
    pub fn spoke(&mut self, now: Duration) {
        self.spoke = now;
    }

    /// Reading is held back by a slow consumer: silence proves nothing, but the runtime must still hear us.
    pub fn held_up(&mut self, now: Duration) {
        if self.interval.is_some() {
            self.heard = now;
        }
    }

    /// A ping is about to be sent.
    pub fn asks(&mut self, now: Duration) {
        self.asked = now;
        self.spoke = now;
    }

    /// What it waits for, and until when.
    pub fn timers(&self) -> impl Iterator<Item = Due> {
        self.interval.into_iter().flat_map(|interval| {
            let silent = self.heard.max(self.asked).saturating_add(interval);
            let mute = self.spoke.saturating_add(interval);
            let lost = interval.saturating_mul(LOSS_INTERVALS);
            [
                (silent.min(mute), Timer::Ping),
                (self.heard.saturating_add(lost), Timer::Silence),
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn beating() -> Heartbeat {
        Heartbeat::new(Some(at(30)), at(0))
    }

    /// What falls due at this moment, and is done.
    fn beat(heart: &mut Heartbeat, now: Duration) -> Option<Timer> {
        let due = heart.timers().filter(|(at, _)| *at <= now);
        let due = due.map(|(_, timer)| timer).min()?;
        if due == Timer::Ping {
            heart.asks(now);
        }
        Some(due)
    }

    fn due(heart: &Heartbeat) -> Option<Duration> {
        heart.timers().min().map(|(at, _)| at)
    }

    #[test]
    fn silence_is_asked_once_and_then_given_up() {
        let mut heart = beating();
        assert_eq!(beat(&mut heart, at(29)), None);
        assert_eq!(due(&heart), Some(at(30)));
        assert_eq!(beat(&mut heart, at(30)), Some(Timer::Ping));
        assert_eq!(beat(&mut heart, at(31)), None);
        assert_eq!(due(&heart), Some(at(60)));
        assert_eq!(beat(&mut heart, at(60)), Some(Timer::Silence));
    }

    #[test]
    fn anything_heard_counts() {
        let mut heart = beating();
        heart.heard(at(29));
        let due_at_30 = beat(&mut heart, at(30));
        assert_eq!(due_at_30, Some(Timer::Ping), "we were silent ourselves");
        heart.heard(at(59));
        heart.spoke(at(59));
        assert_eq!(beat(&mut heart, at(88)), None);
        assert_eq!(due(&heart), Some(at(89)));
    }

    #[test]
    fn a_listener_that_only_reads_still_shows_life() {
        let mut heart = beating();
        for second in 0..300 {
            heart.heard(at(second));
            let ping = second > 0 && second % 30 == 0;
            let expected = ping.then_some(Timer::Ping);
            assert_eq!(beat(&mut heart, at(second)), expected, "{second}");
        }
    }

    #[test]
    fn held_back_reading_is_no_silence() {
        let mut heart = beating();
        for second in 1..1000 {
            heart.held_up(at(second));
            assert_ne!(
                beat(&mut heart, at(second)),
                Some(Timer::Silence),
                "{second}"
            );
        }
        assert_eq!(beat(&mut heart, at(1059)), Some(Timer::Silence));
    }

    #[test]
    fn without_an_interval_nothing_is_due() {
        for interval in [None, Some(Duration::ZERO)] {
            let mut heart = Heartbeat::new(interval, at(0));
            assert_eq!(beat(&mut heart, at(10_000)), None);
            assert_eq!(due(&heart), None);
        }
    }
}
