//! When to acknowledge (§6.5): at most four times a second, and only what consumers have taken.
//!
//! It decides; the caller knows what was taken and sends.

use std::time::Duration;

/// The shortest time between two acknowledgements.
pub const MIN_INTERVAL: Duration = Duration::from_millis(250);

/// What was acknowledged, and when.
#[derive(Clone, Copy, Debug, Default)]
pub struct AckPace {
    on: bool,
    acked: u64,
    at: Duration,
}

impl AckPace {
    /// Starts after `acked`, which the runtime knows already.
    pub fn new(on: bool, acked: u64, now: Duration) -> Self {
        Self { on, acked, at: now }
    }

    /// When to look again, as long as something was received (`last`) that is not acknowledged.
    pub fn due(&self, last: u64) -> Option<Duration> {
        (self.on && last > self.acked).then(|| self.at + MIN_INTERVAL)
    }

    /// The number to acknowledge now, if it is time and consumers have taken more than before.
    pub fn take(&mut self, taken: u64, now: Duration) -> Option<u64> {
        if !self.on || now < self.at + MIN_INTERVAL {
            return None;
        }
        // The look counts even when there is nothing to say, or the timer would fire without end.
        self.at = now;
        if taken <= self.acked {
            return None;
        }
        self.acked = taken;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn acknowledgements_are_paced_and_rise() {
        let mut pace = AckPace::new(true, 5, at(0));
        assert_eq!(pace.due(5), None);
        assert_eq!(pace.due(6), Some(at(250)));
        assert_eq!(pace.take(6, at(249)), None);
        assert_eq!(pace.take(6, at(250)), Some(6));
        assert_eq!(pace.take(9, at(300)), None);
        assert_eq!(pace.take(9, at(500)), Some(9));
        assert_eq!(pace.take(8, at(1000)), None, "never backwards");
        assert_eq!(
            pace.due(20),
            Some(at(1250)),
            "a look without news is a look"
        );
    }

    #[test]
    fn nothing_is_sent_when_it_was_not_negotiated() {
        let mut pace = AckPace::new(false, 0, at(0));
        assert_eq!(pace.due(100), None);
        assert_eq!(pace.take(100, at(10_000)), None);
    }
}
