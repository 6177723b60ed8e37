//! How far agents may be ahead of the socket that their events go to, in events and in bytes.
//!
//! An event counts from the moment an agent emits it until the connection has handed it to its transport, wherever it is in between:
//! in the dispatcher's inbox, in a batch that is being committed, in the feed. So what a session's buffer may hold is never overrun by its own jobs,
//! however slow the disk is. While nobody is attached an agent waits for the core alone, so that it cannot fill the inbox, which all share: the buffer keeps the newest.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use tokio::sync::Notify;

use crate::limits::{Limits, UNATTENDED_EVENTS};

/// The window of one session's jobs.
#[derive(Debug)]
pub(crate) struct Window {
    max_events: u64,
    max_bytes: i64,
    attached: AtomicBool,
    /// Emitted, and not yet taken by the core.
    claimed: AtomicU64,
    /// The highest number that the core has given out.
    numbered: AtomicU64,
    /// The highest number that was handed to the socket.
    written: AtomicU64,
    /// Payload bytes that were emitted and are not written.
    bytes: AtomicI64,
    /// Events up to this number were there before the connection; their bytes were never counted.
    counted_from: AtomicU64,
    room: Notify,
}

impl Window {
    pub(super) fn new(limits: &Limits) -> Self {
        // Half of what the buffer keeps: the other half is for what the runtime itself adds.
        let bytes = (limits.outbound_bytes as u64).min(limits.session_bytes / 2);
        Self {
            max_events: limits.window_events.min(limits.session_events / 2).max(1),
            max_bytes: i64::try_from(bytes).unwrap_or(i64::MAX).max(1),
            attached: AtomicBool::new(false),
            claimed: AtomicU64::new(0),
            numbered: AtomicU64::new(0),
            written: AtomicU64::new(0),
            bytes: AtomicI64::new(0),
            counted_from: AtomicU64::new(0),
            room: Notify::new(),
        }
    }

    /// A connection is there. It has everything up to `after`; `last` is the newest number.
    pub(super) fn attach(&self, after: u64, last: u64) {
        self.written.store(after, Ordering::Release);
        self.numbered.fetch_max(last, Ordering::AcqRel);
        self.counted_from.store(last, Ordering::Release);
        self.bytes.store(0, Ordering::Release);
        self.attached.store(true, Ordering::Release);
        self.room.notify_waiters();
    }

    /// Nobody is attached any more: agents need not wait for a socket.
    pub(super) fn detach(&self) {
        self.attached.store(false, Ordering::Release);
        self.room.notify_waiters();
    }

    /// An agent emits an event.
    pub(super) fn claim(&self, bytes: usize) {
        self.claimed.fetch_add(1, Ordering::AcqRel);
        self.bytes.fetch_add(signed(bytes), Ordering::AcqRel);
    }

    /// The core has taken an event of an agent, and the session's newest number is `number`; `None` when it did not go to this session.
    pub(super) fn taken(&self, number: Option<u64>, bytes: usize) {
        if let Some(number) = number {
            self.numbered.store(number, Ordering::Release);
        }
        self.claimed.fetch_sub(1, Ordering::AcqRel);
        let attached = self.attached.load(Ordering::Acquire);
        if number.is_none() {
            self.give_back(bytes);
        }
        if number.is_none() || !attached {
            self.room.notify_waiters();
        }
    }

    /// Whether the bytes of an event with this number were counted when it was emitted.
    pub(super) fn counts(&self, number: u64) -> bool {
        number > self.counted_from.load(Ordering::Acquire)
    }

    /// The connection has handed everything up to `number` to the socket, `bytes` of it counted.
    pub(super) fn written(&self, number: u64, bytes: usize) {
        self.written.fetch_max(number, Ordering::AcqRel);
        self.give_back(bytes);
        self.room.notify_waiters();
    }

    fn give_back(&self, bytes: usize) {
        let left = self.bytes.fetch_sub(signed(bytes), Ordering::AcqRel) - signed(bytes);
        // The runtime's own entries are written without having been claimed.
        if left < 0 {
            self.bytes.fetch_max(0, Ordering::AcqRel);
        }
    }

    fn has_room(&self) -> bool {
        if !self.attached.load(Ordering::Acquire) {
            return self.claimed.load(Ordering::Acquire) < UNATTENDED_EVENTS;
        }
        // Read in this order, an event on its way from claimed to numbered counts twice rather than not at all.
        let written = self.written.load(Ordering::Acquire);
        let claimed = self.claimed.load(Ordering::Acquire);
        let numbered = self.numbered.load(Ordering::Acquire);
        claimed + numbered.saturating_sub(written) < self.max_events
            && self.bytes.load(Ordering::Acquire) < self.max_bytes
    }

    /// Waits until an agent of this session may emit.
    ///
    /// # Cancel safety
    /// Nothing is lost when it is dropped.
    pub(crate) async fn room(&self) {
        while !self.has_room() {
            let changed = self.room.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.has_room() {
                return;
            }
            changed.await;
        }
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn window() -> Window {
        let limits = Limits {
            window_events: 3,
            outbound_bytes: 100,
            ..Limits::default()
        };
        let window = Window::new(&limits);
        window.attach(0, 0);
        window
    }

    fn waits(window: &Window) -> bool {
        window.room().now_or_never().is_none()
    }

    #[test]
    fn an_event_counts_from_the_agent_to_the_socket() {
        let window = window();
        (0..3).for_each(|_| window.claim(1));
        assert!(waits(&window), "three are in the inbox");
        (1..=3).for_each(|number| window.taken(Some(number), 1));
        assert!(waits(&window), "three are being committed");
        window.written(1, 1);
        assert!(!waits(&window));
        window.claim(1);
        assert!(waits(&window));
        window.taken(None, 1);
        assert!(!waits(&window), "one was filtered");
    }

    #[test]
    fn bytes_count_too_and_what_was_there_before_does_not() {
        let window = window();
        window.claim(100);
        assert!(waits(&window));
        window.detach();
        assert!(!waits(&window), "nobody is attached");
        window.taken(Some(1), 100);
        window.attach(0, 1);
        assert!(!window.counts(1) && window.counts(2));
        window.written(1, 0);
        window.claim(99);
        assert!(!waits(&window));
        window.claim(1);
        assert!(waits(&window));
        window.taken(Some(2), 99);
        // The terminal was never claimed.
        window.written(3, 5000);
        window.claim(1);
        assert!(!waits(&window));
    }

    #[test]
    fn a_window_is_never_larger_than_half_the_buffer() {
        let limits = Limits {
            session_events: 10,
            ..Limits::default()
        };
        let window = Window::new(&limits);
        window.attach(0, 0);
        (0..5).for_each(|_| window.claim(1));
        assert!(waits(&window));
    }
}
