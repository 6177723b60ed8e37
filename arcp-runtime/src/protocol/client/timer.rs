//! Everything that can fall due for a client, in one enum (§6.2, §6.4, §6.5, §6.7).
//!
//! They are kept as fields of [`super::core::ClientCore`] and its parts: a client has few, and most move with every frame.
//! How long it waits before it connects again is [`super::backoff`]'s, because there is no session to keep time for then.

use std::time::Duration;

/// What can fall due. Of all that is due at one look the one that stands first here comes first: who asked is told before the connection is cut, and a runtime
/// that is lost is not pinged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Timer {
    /// The hello was not answered in time.
    Greeting,
    /// The close was not answered in time.
    Close,
    /// Something was received that may be acknowledged now.
    Ack,
    /// A request, or a ping that somebody waits for, was not answered in time.
    Request,
    /// The runtime was silent for two intervals.
    Silence,
    /// A ping is due: nothing was heard, or nothing said, for one interval.
    Ping,
}

/// A timer and when it falls due, in monotonic time.
pub type Due = (Duration, Timer);
