//! The client's side of the heartbeat (§6.4): shows life when idle, and knows when the runtime has gone silent.
//!
//! Times are monotonic values that come in; nothing here waits.

use std::time::Duration;

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

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Nothing.
    Rest,
    /// A ping.
    Ping,
    /// The runtime was silent for two intervals.
    Lost,
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

    /// What is due now. While reading is held back by a slow consumer (`holding`) silence proves nothing, but the runtime must still hear us.
    pub fn beat(&mut self, now: Duration, holding: bool) -> Beat {
        let Some(interval) = self.interval else {
            return Beat::Rest;
        };
        if holding {
            self.heard = now;
        }
        if now >= self.heard + interval * LOSS_INTERVALS {
            return Beat::Lost;
        }
        let silent = now >= self.heard.max(self.asked) + interval;
        if silent || now >= self.spoke + interval {
            self.asked = now;
            self.spoke = now;
            return Beat::Ping;
        }
        Beat::Rest
    }

    /// When [`Heartbeat::beat`] should be asked next.
    pub fn due(&self) -> Option<Duration> {
        let interval = self.interval?;
        let ask = (self.heard.max(self.asked) + interval).min(self.spoke + interval);
        Some(ask.min(self.heard + interval * LOSS_INTERVALS))
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

    #[test]
    fn silence_is_asked_once_and_then_given_up() {
        let mut heart = beating();
        assert_eq!(heart.beat(at(29), false), Beat::Rest);
        assert_eq!(heart.due(), Some(at(30)));
        assert_eq!(heart.beat(at(30), false), Beat::Ping);
        assert_eq!(heart.beat(at(31), false), Beat::Rest);
        assert_eq!(heart.due(), Some(at(60)));
        assert_eq!(heart.beat(at(60), false), Beat::Lost);
    }

    #[test]
    fn anything_heard_counts() {
        let mut heart = beating();
        heart.heard(at(29));
        assert_eq!(
            heart.beat(at(30), false),
            Beat::Ping,
            "we were silent ourselves"
        );
        heart.heard(at(59));
        heart.spoke(at(59));
        assert_eq!(heart.beat(at(88), false), Beat::Rest);
        assert_eq!(heart.due(), Some(at(89)));
    }

    #[test]
    fn a_listener_that_only_reads_still_shows_life() {
        let mut heart = beating();
        for second in 0..300 {
            heart.heard(at(second));
            let expected = if second > 0 && second % 30 == 0 {
                Beat::Ping
            } else {
                Beat::Rest
            };
            assert_eq!(heart.beat(at(second), false), expected, "{second}");
        }
    }

    #[test]
    fn held_back_reading_is_no_silence() {
        let mut heart = beating();
        for second in 1..1000 {
            assert_ne!(heart.beat(at(second), true), Beat::Lost, "{second}");
        }
        assert_eq!(heart.beat(at(1059), false), Beat::Lost);
    }

    #[test]
    fn without_an_interval_nothing_is_due() {
        for interval in [None, Some(Duration::ZERO)] {
            let mut heart = Heartbeat::new(interval, at(0));
            assert_eq!(heart.beat(at(10_000), false), Beat::Rest);
            assert_eq!(heart.due(), None);
        }
    }
}
