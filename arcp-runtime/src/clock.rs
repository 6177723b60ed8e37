//! Time, as a value that can be replaced: the only file that reads the machine's clocks.
//!
//! Windows and timers run on [`Now::mono`], which never jumps; the wire shows [`Now::wall`].

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// How far ahead a timer is set at the most; then whoever set it looks at the time again.
pub(crate) const FAR: Duration = Duration::from_hours(1);

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Monotonic time since the clock was made.
    pub mono: Duration,
    /// The wall clock, for timestamps on the wire.
    pub wall: Timestamp,
}

/// Where time comes from.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// Reads both clocks.
    fn now(&self) -> Now;
}

/// The machine's clocks. The monotonic one is tokio's, so that a paused test runtime moves it.
#[derive(Debug)]
pub struct SystemClock {
    started: tokio::time::Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    pub fn new() -> Self {
        Self {
            started: tokio::time::Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now {
            mono: self.started.elapsed(),
            wall: Timestamp::now(),
        }
    }
}

/// Writes a timestamp as the wire wants it: RFC 3339, UTC, milliseconds, `Z` (§8.2).
pub fn to_wire(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// A timestamp as the generated types hold it.
///
/// `None` outside the years 0 to 9999, which the grammar cannot say; every use of it is optional on the wire.
pub fn timestamp(at: Timestamp) -> Option<arcp_generated::common::Timestamp> {
    arcp_generated::common::Timestamp::try_from(to_wire(at)).ok()
}

/// Payloads that say when something happened.
pub(crate) trait Stamped: Sized {
    /// Sets a time of the payload.
    #[must_use]
    fn stamped(
        mut self,
        set: impl FnOnce(&mut Self, Option<arcp_generated::common::Timestamp>),
        at: Timestamp,
    ) -> Self {
        set(&mut self, timestamp(at));
        self
    }
}

impl<T> Stamped for T {}
