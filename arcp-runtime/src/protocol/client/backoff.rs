//! When to try again after a lost connection: exponential, with jitter, and not for ever.
//!
//! Pure: the time that passed and the randomness come in as values.

use std::time::Duration;

/// A policy for reconnecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The longest wait before the first try.
    pub first: Duration,
    /// The longest wait of all.
    pub max: Duration,
    /// How long to try since the connection was lost. The default is the resume window of most runtimes (600 s).
    pub give_up_after: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            max: Duration::from_secs(10),
            give_up_after: Duration::from_mins(10),
        }
    }
}

impl Backoff {
    /// Sets the longest wait before the first try. Each later one may be twice as long.
    #[must_use]
    pub fn with_first(mut self, first: Duration) -> Self {
        self.first = first;
        self
    }

    /// Sets the longest wait of all.
    #[must_use]
    pub fn with_max(mut self, max: Duration) -> Self {
        self.max = max;
        self
    }

    /// Sets how long to try since the connection was lost.
    #[must_use]
    pub fn with_give_up_after(mut self, give_up_after: Duration) -> Self {
        self.give_up_after = give_up_after;
        self
    }

    /// How long to wait before try number `attempt` (from 0), `lost_for` after the connection was lost; `None` to give up.
    ///
    /// The wait lies anywhere between nothing and its bound (full jitter), so that clients which were cut at the same moment do not return at the same moment.
    pub fn delay(&self, attempt: u32, lost_for: Duration, random: u64) -> Option<Duration> {
        if lost_for >= self.give_up_after {
            return None;
        }
        let doubled = 1_u32.checked_shl(attempt).unwrap_or(u32::MAX).max(1);
        let bound = self.first.saturating_mul(doubled).min(self.max);
        let bound = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        Some(Duration::from_nanos(random % bound.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_are_spread() {
        let backoff = Backoff::default();
        for (attempt, bound) in [
            (0, 100),
            (1, 200),
            (2, 400),
            (7, 10_000),
            (31, 10_000),
            (4_000_000_000, 10_000),
        ] {
            let bound = Duration::from_millis(bound);
            for random in [0, 1, 12_345_678_901, u64::MAX] {
                let wait = backoff.delay(attempt, Duration::ZERO, random).unwrap();
                assert!(wait <= bound, "{attempt}: {wait:?}");
            }
        }
        let bound = u64::try_from(Duration::from_millis(100).as_nanos()).unwrap();
        let least = backoff.delay(0, Duration::ZERO, bound + 1);
        assert_eq!(least, Some(Duration::ZERO), "full jitter");
        assert_ne!(
            backoff.delay(5, Duration::ZERO, 7),
            backoff.delay(5, Duration::ZERO, 1_000_007)
        );
    }

    #[test]
    fn trying_ends() {
        let backoff = Backoff::default().with_give_up_after(Duration::from_secs(3));
        assert!(backoff.delay(9, Duration::from_millis(2999), 0).is_some());
        assert_eq!(backoff.delay(0, Duration::from_secs(3), 0), None);
    }

    #[test]
    fn odd_settings_do_no_harm() {
        let none = Backoff::default()
            .with_first(Duration::ZERO)
            .with_max(Duration::ZERO);
        assert_eq!(none.delay(3, Duration::ZERO, 99), Some(Duration::ZERO));
        let endless = Backoff::default()
            .with_first(Duration::MAX)
            .with_max(Duration::MAX);
        assert!(endless.delay(40, Duration::ZERO, u64::MAX).is_some());
    }
}
