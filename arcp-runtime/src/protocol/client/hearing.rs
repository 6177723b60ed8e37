//! The time in which answers can be heard: it stands still without a session, and while reading is held back by a slow consumer.
//!
//! How long a request has waited is counted in it, over one connection and the next.

use std::time::Duration;

/// A stopwatch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hearing {
    /// What it showed when it began to run the last time.
    shown: Duration,
    /// Since when it has been running, in monotonic time.
    since: Option<Duration>,
    /// Reading is held back by a slow consumer.
    pub(super) held_back: bool,
}

impl Hearing {
    /// It runs from `now` on, if it does not run already.
    pub(super) fn begin(&mut self, now: Duration) {
        self.since.get_or_insert(now);
    }

    /// It stands still from `now` on.
    pub(super) fn stop(&mut self, now: Duration) {
        self.shown = self.at(now);
        self.since = None;
    }

    /// What it shows while it stands still.
    pub(super) fn shown(&self) -> Duration {
        self.shown
    }

    /// What it shows at `now`.
    pub(super) fn at(&self, now: Duration) -> Duration {
        let runs = self.since.map(|since| now.saturating_sub(since));
        self.shown.saturating_add(runs.unwrap_or_default())
    }

    /// When it will show `moment`, in monotonic time; never, as it stands still.
    pub(super) fn when(&self, moment: Duration) -> Option<Duration> {
        let since = self.since?;
        Some(since.saturating_add(moment.saturating_sub(self.shown)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_for_how_long_it_ran() {
        let at = Duration::from_secs;
        let mut hearing = Hearing::default();
        assert_eq!((hearing.at(at(5)), hearing.when(at(1))), (at(0), None));
        hearing.begin(at(10));
        hearing.begin(at(12));
        assert_eq!(hearing.at(at(15)), at(5));
        assert_eq!(hearing.when(at(7)), Some(at(17)));
        hearing.stop(at(16));
        hearing.stop(at(20));
        assert_eq!((hearing.at(at(30)), hearing.when(at(7))), (at(6), None));
        hearing.begin(at(100));
        assert_eq!(hearing.when(at(7)), Some(at(101)));
        assert_eq!(hearing.when(at(3)), Some(at(100)), "that was before");
    }
}
