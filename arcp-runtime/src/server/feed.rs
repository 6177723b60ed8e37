//! What waits for one session's socket: a bounded queue, and a cursor into the store for when the queue was too small.
//!
//! The dispatcher puts frames in as they become durable; the connection that is attached takes them out.
//! A frame that does not fit is not lost: it is in the store, the feed is *behind*, and the connection reads pages from the store until it has caught up.
//! Agents look at the feed too: while a session is attached they may be only so far ahead of its socket ([`Window`]).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::window::Window;
use crate::id::SessionKey;
use crate::limits::Limits;
use crate::protocol::core::ConnKey;
use crate::protocol::frame::Frame;
use crate::transport::CloseCode;
use futures_util::task::AtomicWaker;

/// The way out of one session.
#[derive(Debug)]
pub(crate) struct Feed {
    session: SessionKey,
    max_frames: usize,
    max_bytes: usize,
    state: Mutex<State>,
    reader: AtomicWaker,
    /// The highest number that became durable.
    durable: AtomicU64,
    window: Window,
    /// Frames without a number that are in the queue.
    answers: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    conn: Option<ConnKey>,
    queue: VecDeque<Frame>,
    bytes: usize,
    /// The highest number that is, or was, in the queue or was read from the store.
    cursor: u64,
    /// There are numbers above the cursor that are only in the store.
    behind: bool,
    /// Announcements that belong after a number which is only in the store.
    held: VecDeque<(u64, Frame)>,
    end: Option<End>,
}

/// How a connection has to end.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// How the transport says it.
    pub code: CloseCode,
}

/// What a connection has to do next.
#[derive(Debug)]
pub(super) enum Work {
    /// Nothing yet; the waker was registered.
    Idle,
    /// Send these.
    Frames {
        /// How many of them have no number.
        answers: usize,
    },
    /// Read the store above this number.
    Behind(u64),
    /// Flush and close.
    End(End),
}

impl Feed {
    pub(super) fn new(session: SessionKey, limits: &Limits) -> Self {
        Self {
            session,
            max_frames: limits.outbound_frames,
            max_bytes: limits.outbound_bytes,
            state: Mutex::default(),
            reader: AtomicWaker::new(),
            durable: AtomicU64::new(0),
            window: Window::new(limits),
            answers: AtomicUsize::new(0),
        }
    }

    pub(super) fn session(&self) -> SessionKey {
        self.session
    }

    /// How far the session's jobs may be ahead.
    pub(crate) fn window(&self) -> &Window {
        &self.window
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection takes the feed over. It has everything up to `after`; `last` is the newest number.
    pub(super) fn attach(&self, conn: ConnKey, welcome: Frame, after: u64, last: u64) {
        let mut state = self.state();
        *state = State {
            conn: Some(conn),
            bytes: welcome.payload.len(),
            queue: VecDeque::from([welcome]),
            cursor: after,
            behind: after < last,
            held: VecDeque::new(),
            end: None,
        };
        self.durable.store(last, Ordering::Release);
        self.window.attach(after, last);
        self.answers.store(1, Ordering::Release);
    }

    /// Nobody is attached any more: agents need not wait. A connection that was told to end keeps what is queued for it.
    pub(super) fn detach(&self) {
        let mut state = self.state();
        if state.end.is_none() {
            *state = State::default();
            self.answers.store(0, Ordering::Release);
        }
        drop(state);
        self.window.detach();
    }

    /// A frame without a number. It is dropped when nobody is attached, as after a disconnect.
    /// These are answers to requests of the same connection, which reads no further while too many wait ([`Feed::answers`]).
    pub(super) fn send(&self, frame: Frame) {
        let mut state = self.state();
        if state.conn.is_some() {
            state.bytes += frame.payload.len();
            state.queue.push_back(frame);
            self.answers.fetch_add(1, Ordering::AcqRel);
            drop(state);
            self.reader.wake();
        }
    }

    /// How many frames without a number wait here.
    pub(super) fn answers(&self) -> usize {
        self.answers.load(Ordering::Acquire)
    }

    /// A frame without a number that answers nobody, so that it keeps its place among the numbered ones.
    pub(super) fn announce(&self, frame: Frame) {
        let mut state = self.state();
        if state.conn.is_some() && state.behind {
            let after = self.durable.load(Ordering::Acquire);
            state.held.push_back((after, frame));
            return;
        }
        drop(state);
        self.send(frame);
    }

    /// What has to be said before or between numbers up to `through`, each with the number it comes after.
    pub(super) fn held(&self, conn: ConnKey, through: u64) -> VecDeque<(u64, Frame)> {
        let mut state = self.state();
        if state.conn != Some(conn) {
            return VecDeque::new();
        }
        let due = state.held.partition_point(|(after, _)| *after <= through);
        state.held.drain(..due).collect()
    }

    /// A numbered frame that has become durable.
    pub(super) fn deliver(&self, frame: Frame) {
        let mut state = self.state();
        let number = frame.event_seq.unwrap_or(0);
        self.durable.store(number, Ordering::Release);
        // A page from the store may have run ahead of the dispatcher: what it held is not sent again.
        if state.conn.is_none() || state.end.is_some() || number <= state.cursor {
            return;
        }
        if state.behind
            || state.queue.len() >= self.max_frames
            || state.bytes + frame.payload.len() > self.max_bytes
        {
            state.behind = true;
        } else {
            state.bytes += frame.payload.len();
            state.cursor = number;
            state.queue.push_back(frame);
        }
        drop(state);
        self.reader.wake();
    }

    /// Numbers up to `through` were given out that are only in the store.
    pub(super) fn replay(&self, through: u64) {
        let mut state = self.state();
        self.durable.store(through, Ordering::Release);
        if state.conn.is_some() && state.end.is_none() && state.cursor < through {
            state.behind = true;
            drop(state);
            self.reader.wake();
        }
    }

    /// The connection has to end, after what is queued and a last frame.
    pub(super) fn end(&self, conn: ConnKey, last: Option<Frame>, code: CloseCode) {
        let mut state = self.state();
        if state.conn == Some(conn) {
            state.queue.extend(last);
            state.behind = false;
            state.end = Some(End { code });
            drop(state);
            self.reader.wake();
        }
    }

    /// What `conn` has to do next. `into` gets the queued frames.
    pub(super) fn work(&self, conn: ConnKey, into: &mut VecDeque<Frame>, waker: &Waker) -> Work {
        let mut state = self.state();
        if state.conn != Some(conn) {
            return Work::End(state.end.clone().unwrap_or(End {
                code: CloseCode::TakenOver,
            }));
        }
        // Only now: a connection that was taken over must not be woken in its successor's place.
        self.reader.register(waker);
        if !state.queue.is_empty() {
            state.bytes = 0;
            std::mem::swap(&mut state.queue, into);
            return Work::Frames {
                answers: self.answers.swap(0, Ordering::AcqRel),
            };
        }
        if let Some(end) = &state.end {
            return Work::End(end.clone());
        }
        if state.behind {
            Work::Behind(state.cursor)
        } else {
            Work::Idle
        }
    }

    /// The connection has read the store up to `cursor`.
    pub(super) fn read_up_to(&self, conn: ConnKey, cursor: u64) {
        let mut state = self.state();
        if state.conn == Some(conn) {
            state.cursor = cursor;
            state.behind = cursor < self.durable.load(Ordering::Acquire);
            if !state.behind {
                let held = std::mem::take(&mut state.held);
                state.queue.extend(held.into_iter().map(|(_, frame)| frame));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arcp_generated::common::JobId;
    use futures_util::task::noop_waker;

    use super::*;
    use crate::id::{JobKey, Ulid};
    use crate::protocol::frame::JobFace;
    use crate::store::EntryKind;

    const CONN: ConnKey = ConnKey(1);

    fn frame(number: u64) -> Frame {
        let key = JobKey(Ulid(1));
        let face = Arc::new(JobFace {
            key,
            job_id: JobId::try_from(key.to_string()).unwrap(),
            trace_id: None,
        });
        Frame::of_entry(EntryKind::Event, &face, number, "{}".into())
    }

    fn taken(feed: &Feed) -> Vec<u64> {
        let mut queue = VecDeque::new();
        let work = feed.work(CONN, &mut queue, &noop_waker());
        assert!(matches!(work, Work::Frames { .. }), "{work:?}");
        queue.iter().filter_map(|frame| frame.event_seq).collect()
    }

    #[test]
    fn a_page_that_ran_ahead_of_the_dispatcher_is_not_sent_twice() {
        let limits = Limits {
            outbound_frames: 3,
            ..Limits::default()
        };
        let feed = Feed::new(SessionKey(Ulid(1)), &limits);
        feed.attach(CONN, frame(0), 0, 0);
        (1..=5).for_each(|number| feed.deliver(frame(number)));
        assert_eq!(taken(&feed), [0, 1, 2]);
        let work = feed.work(CONN, &mut VecDeque::new(), &noop_waker());
        assert!(matches!(work, Work::Behind(2)), "{work:?}");
        // The store has committed two more than the dispatcher has told of.
        feed.read_up_to(CONN, 7);
        (6..=9).for_each(|number| feed.deliver(frame(number)));
        assert_eq!(taken(&feed), [8, 9]);
    }

    #[test]
    fn a_connection_that_was_taken_over_is_not_woken_in_its_successors_place() {
        use futures_util::task::{ArcWake, waker};
        use std::sync::atomic::{AtomicUsize, Ordering};

        struct Count(AtomicUsize);
        impl ArcWake for Count {
            fn wake_by_ref(this: &Arc<Self>) {
                this.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let woken = Arc::new(Count(AtomicUsize::new(0)));
        let feed = Feed::new(SessionKey(Ulid(1)), &Limits::default());
        feed.attach(CONN, frame(0), 0, 0);
        let next = ConnKey(2);
        feed.attach(next, frame(0), 0, 0);
        let mut queue = VecDeque::new();
        feed.work(next, &mut queue, &waker(Arc::clone(&woken)));
        assert!(matches!(
            feed.work(next, &mut queue, &waker(Arc::clone(&woken))),
            Work::Idle
        ));
        let old = feed.work(CONN, &mut VecDeque::new(), &noop_waker());
        assert!(matches!(old, Work::End(_)), "{old:?}");
        feed.deliver(frame(1));
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    }
}
