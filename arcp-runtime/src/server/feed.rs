//! What waits for one session's socket: a bounded queue, and a cursor into the store for when the queue was too small.
//!
//! The dispatcher puts frames in as they become durable; the connection that is attached takes them out.
//! A frame that does not fit is not lost: it is in the store, the feed is *behind*, and the connection reads pages from the store until it has caught up.
//! Agents look at the feed too: while a session is attached they may be only so far ahead of its socket ([`Window`]).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::line::Line;
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
}

#[derive(Debug, Default)]
struct State {
    line: Option<Arc<Line>>,
    queue: VecDeque<Frame>,
    bytes: usize,
    /// The highest number that is, or was, in the queue or was read from the store.
    cursor: u64,
    /// There are numbers above the cursor that are only in the store.
    behind: bool,
    /// Announcements that belong after a number which is only in the store.
    held: VecDeque<(u64, Frame)>,
}

impl State {
    fn serves(&self, conn: ConnKey) -> bool {
        self.line.as_ref().is_some_and(|line| line.conn() == conn)
    }

    /// Whether somebody is attached who was not told to end.
    fn open(&self) -> bool {
        self.line.as_ref().is_some_and(|line| !line.is_ended())
    }
}

/// What a connection has to do next.
#[derive(Debug)]
pub(super) enum Work {
    /// Nothing yet; the waker was registered.
    Idle,
    /// Send these.
    Frames,
    /// Read the store.
    Behind {
        /// Above this number,
        after: u64,
        /// and no further than this one: what is above it may be stored already, but what has to be said before it was not said yet.
        through: u64,
    },
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
    /// A connection that is still there is told to end.
    pub(super) fn attach(&self, conn: ConnKey, welcome: Frame, after: u64, last: u64) -> Arc<Line> {
        let line = Arc::new(Line::new(conn, self.max_bytes));
        line.owe(&welcome);
        let mut state = self.state();
        if let Some(old) = state.line.take() {
            old.end(CloseCode::TakenOver);
        }
        *state = State {
            line: Some(Arc::clone(&line)),
            bytes: welcome.payload.len(),
            queue: VecDeque::from([welcome]),
            cursor: after,
            behind: after < last,
            held: VecDeque::new(),
        };
        self.durable.store(last, Ordering::Release);
        self.window.attach(after, last);
        line
    }

    /// Nobody is attached any more: agents need not wait for a socket. A connection that was told to end keeps what is queued for it.
    pub(super) fn detach(&self) {
        let mut state = self.state();
        if state.open() {
            *state = State::default();
        }
        self.window.detach();
    }

    /// A frame without a number. It is dropped when nobody is attached, as after a disconnect.
    /// These are answers to requests of the same connection, which reads no further while too many wait ([`Line::is_full`]).
    pub(super) fn send(&self, frame: Frame) {
        let mut state = self.state();
        if let Some(line) = &state.line {
            line.owe(&frame);
            state.bytes += frame.payload.len();
            state.queue.push_back(frame);
            drop(state);
            self.reader.wake();
        }
    }

    /// Who is attached, to be counted on for an answer.
    pub(super) fn line(&self) -> Option<Arc<Line>> {
        self.state().line.clone()
    }

    /// A frame without a number that answers nobody, so that it keeps its place among the numbered ones.
    pub(super) fn announce(&self, frame: Frame) {
        let mut state = self.state();
        if let Some(line) = &state.line
            && state.behind
        {
            line.owe(&frame);
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
        if !state.serves(conn) {
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
        if !state.open() || number <= state.cursor {
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
        if state.open() && state.cursor < through {
            state.behind = true;
            drop(state);
            self.reader.wake();
        }
    }

    /// The connection has to end, after what is queued and a last frame.
    pub(super) fn end(&self, conn: ConnKey, last: Option<Frame>, code: CloseCode) {
        let mut state = self.state();
        let Some(line) = state.line.clone().filter(|line| line.conn() == conn) else {
            return;
        };
        if let Some(last) = last {
            line.owe(&last);
            state.queue.push_back(last);
        }
        state.behind = false;
        drop(state);
        line.end(code);
    }

    /// What `conn` has to do next. `into` gets the queued frames. A connection that was taken over has nothing to do here.
    pub(super) fn work(&self, conn: ConnKey, into: &mut VecDeque<Frame>, waker: &Waker) -> Work {
        let mut state = self.state();
        if !state.serves(conn) {
            return Work::Idle;
        }
        // Only now: a connection that was taken over must not be woken in its successor's place.
        self.reader.register(waker);
        if !state.queue.is_empty() {
            state.bytes = 0;
            std::mem::swap(&mut state.queue, into);
            return Work::Frames;
        }
        if state.behind {
            Work::Behind {
                after: state.cursor,
                through: self.durable.load(Ordering::Acquire),
            }
        } else {
            Work::Idle
        }
    }

    /// `conn` has handed everything up to `number` to its transport, `bytes` of it counted by the window.
    /// What a connection still writes after it was taken over is none of the window's business.
    pub(super) fn written(&self, conn: ConnKey, number: u64, bytes: usize) {
        let state = self.state();
        if state.serves(conn) {
            self.window.written(number, bytes);
        }
    }

    /// The connection has read the store up to `cursor`.
    pub(super) fn read_up_to(&self, conn: ConnKey, cursor: u64) {
        let mut state = self.state();
        if state.serves(conn) {
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
        assert!(matches!(work, Work::Frames), "{work:?}");
        queue.iter().filter_map(|frame| frame.event_seq).collect()
    }

    #[test]
    fn a_page_reaches_no_further_than_the_dispatcher_has_told() {
        let limits = Limits {
            outbound_frames: 3,
            ..Limits::default()
        };
        let feed = Feed::new(SessionKey(Ulid(1)), &limits);
        feed.attach(CONN, frame(0), 0, 0);
        (1..=5).for_each(|number| feed.deliver(frame(number)));
        assert_eq!(taken(&feed), [0, 1, 2]);
        let work = feed.work(CONN, &mut VecDeque::new(), &noop_waker());
        let Work::Behind { after, through } = work else {
            panic!("{work:?}");
        };
        assert_eq!((after, through), (2, 5));
        // The dispatcher goes on while the page is read: the rest is behind still.
        (6..=7).for_each(|number| feed.deliver(frame(number)));
        feed.read_up_to(CONN, through);
        let work = feed.work(CONN, &mut VecDeque::new(), &noop_waker());
        assert!(
            matches!(
                work,
                Work::Behind {
                    after: 5,
                    through: 7
                }
            ),
            "{work:?}"
        );
        feed.read_up_to(CONN, 7);
        (8..=9).for_each(|number| feed.deliver(frame(number)));
        assert_eq!(taken(&feed), [8, 9]);
    }

    #[test]
    fn a_connection_that_was_taken_over_does_not_move_the_window() {
        use futures_util::FutureExt as _;

        let limits = Limits {
            window_events: 4,
            ..Limits::default()
        };
        let feed = Feed::new(SessionKey(Ulid(1)), &limits);
        feed.attach(CONN, frame(0), 0, 0);
        for number in 1..=8 {
            feed.window().claim(1);
            feed.window().taken(Some(number), 1);
        }
        let next = ConnKey(2);
        feed.attach(next, frame(0), 0, 8);
        let waits = || feed.window().room().now_or_never().is_none();
        feed.written(CONN, 8, 8);
        assert!(waits(), "the new connection has written nothing");
        feed.written(next, 8, 0);
        assert!(!waits());
        feed.written(CONN, 2, 2);
        feed.written(next, 3, 0);
        assert!(!waits(), "what was written stays written");
    }

    #[test]
    fn a_connection_is_told_to_end_whatever_is_queued_for_it() {
        let feed = Feed::new(SessionKey(Ulid(1)), &Limits::default());
        let line = feed.attach(CONN, frame(0), 0, 0);
        assert_eq!(line.ended(&noop_waker()), None);
        feed.end(CONN, None, CloseCode::GoingAway);
        assert_eq!(line.ended(&noop_waker()), Some(CloseCode::GoingAway));
        assert_eq!(taken(&feed), [0], "it still gets what was queued");
        let (first, second) = (ConnKey(2), ConnKey(3));
        let line = feed.attach(first, frame(0), 0, 0);
        feed.attach(second, frame(0), 0, 0);
        assert_eq!(line.ended(&noop_waker()), Some(CloseCode::TakenOver));
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
        assert!(matches!(old, Work::Idle), "{old:?}");
        feed.deliver(frame(1));
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    }
}
