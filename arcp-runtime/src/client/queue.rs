//! The bounded queue between a session's one task and the consumer of one job's events.
//!
//! It is bounded by count and by bytes, never drops, and knows the number of the first event that was not taken: acknowledgements follow consumers, not buffers.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// How much waits for one consumer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueLimits {
    /// Items that may wait.
    pub(crate) items: usize,
    /// Bytes that may wait. One item may be larger: it then waits alone.
    pub(crate) bytes: usize,
}

/// Where an item stands: the session, counted, and the number in it.
pub(crate) type Position = (u64, u64);

/// A queue and its two ends.
pub(crate) fn queue<T>(limits: QueueLimits) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mutex::new(State {
        items: VecDeque::new(),
        bytes: 0,
        ended: false,
        end: None,
        deaf: false,
        in_hand: None,
        consumer: None,
        producer: None,
    }));
    (
        Sender {
            shared: Arc::clone(&shared),
            limits,
        },
        Receiver { shared },
    )
}

struct State<T> {
    items: VecDeque<Item<T>>,
    bytes: usize,
    /// Nothing comes any more.
    ended: bool,
    /// Where the end stands, until the consumer has taken it like an item.
    end: Option<Position>,
    /// Nobody listens any more.
    deaf: bool,
    /// Where the item stands that was given out and is still being worked on.
    in_hand: Option<Position>,
    consumer: Option<Waker>,
    producer: Option<Waker>,
}

struct Item<T> {
    value: T,
    bytes: usize,
    position: Position,
}

/// The end that fills. Dropping it ends the queue.
pub(crate) struct Sender<T> {
    shared: Arc<Mutex<State<T>>>,
    limits: QueueLimits,
}

/// The end that takes. Dropping it lets everything that comes fall away.
pub(crate) struct Receiver<T> {
    shared: Arc<Mutex<State<T>>>,
}

fn lock<T>(shared: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Sender<T> {
    /// Whether there is room. Always so when nobody listens.
    pub(crate) fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.shared);
        let room = state.items.len() < self.limits.items && state.bytes < self.limits.bytes;
        if room || state.deaf || state.items.is_empty() {
            return Poll::Ready(());
        }
        state.producer = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Adds an item; only after `poll_ready` said so. Without a listener it falls away.
    pub(crate) fn push(&self, value: T, bytes: usize, position: Position) {
        let mut state = lock(&self.shared);
        if state.deaf {
            return;
        }
        state.bytes += bytes;
        state.items.push_back(Item {
            value,
            bytes,
            position,
        });
        if let Some(consumer) = state.consumer.take() {
            drop(state);
            consumer.wake();
        }
    }

    /// Says that nothing comes any more. What waits can still be taken, and asked for; so can the end itself, where it has a place.
    pub(crate) fn finish(&self, end: Option<Position>) {
        let mut state = lock(&self.shared);
        state.ended = true;
        state.end = end.filter(|_| !state.deaf);
        if let Some(consumer) = state.consumer.take() {
            drop(state);
            consumer.wake();
        }
    }

    /// Whether nothing waits: everything was taken.
    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.shared).items.is_empty()
    }

    /// Whether nobody listens any more.
    pub(crate) fn is_deaf(&self) -> bool {
        lock(&self.shared).deaf
    }

    /// Where the first item stands that was not taken, or is still being worked on.
    pub(crate) fn first_waiting(&self) -> Option<Position> {
        let state = lock(&self.shared);
        state
            .in_hand
            .or_else(|| state.items.front().map(|item| item.position))
            .or(state.end)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = lock(&self.shared);
        state.ended = true;
        if let Some(consumer) = state.consumer.take() {
            drop(state);
            consumer.wake();
        }
    }
}

impl<T> Receiver<T> {
    /// The next item; `None` when none will come.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll(cx, false)
    }

    /// The next item, which counts as not taken until the one after it is asked for.
    pub(crate) fn poll_next_in_hand(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll(cx, true)
    }

    fn poll(&mut self, cx: &mut Context<'_>, keeps: bool) -> Poll<Option<T>> {
        let mut state = lock(&self.shared);
        state.in_hand = None;
        if let Some(item) = state.items.pop_front() {
            state.bytes -= item.bytes;
            state.in_hand = keeps.then_some(item.position);
            if let Some(producer) = state.producer.take() {
                drop(state);
                producer.wake();
            }
            return Poll::Ready(Some(item.value));
        }
        if state.ended {
            state.end = None;
            return Poll::Ready(None);
        }
        state.consumer = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = lock(&self.shared);
        state.deaf = true;
        state.in_hand = None;
        state.end = None;
        let unread = std::mem::take(&mut state.items);
        state.bytes = 0;
        let producer = state.producer.take();
        drop(state);
        drop(unread);
        if let Some(producer) = producer {
            producer.wake();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("limits", &self.limits)
            .field("first_waiting", &self.first_waiting())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("waiting", &lock(&self.shared).items.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: QueueLimits = QueueLimits {
        items: 3,
        bytes: 100,
    };

    fn ready(sender: &Sender<u32>) -> bool {
        sender
            .poll_ready(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    fn next(receiver: &mut Receiver<u32>) -> Poll<Option<u32>> {
        receiver.poll_next(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn it_is_full_by_count_and_by_bytes() {
        let (sender, mut receiver) = queue(LIMITS);
        for n in 0..3 {
            assert!(ready(&sender));
            sender.push(n, 1, (1, u64::from(n) + 10));
        }
        assert!(!ready(&sender));
        assert_eq!(sender.first_waiting(), Some((1, 10)));
        assert_eq!(next(&mut receiver), Poll::Ready(Some(0)));
        assert!(ready(&sender));
        assert_eq!(sender.first_waiting(), Some((1, 11)));
        sender.push(9, 1000, (1, 13));
        assert_eq!(next(&mut receiver), Poll::Ready(Some(1)));
        assert!(!ready(&sender), "too many bytes");
        assert_eq!(next(&mut receiver), Poll::Ready(Some(2)));
        assert_eq!(next(&mut receiver), Poll::Ready(Some(9)));
        assert!(ready(&sender), "a huge item may wait alone");
        assert_eq!(sender.first_waiting(), None);
        assert_eq!(next(&mut receiver), Poll::Pending);
    }

    #[test]
    fn what_is_in_hand_is_not_taken_yet() {
        let (sender, mut receiver) = queue(LIMITS);
        sender.push(1, 1, (1, 5));
        sender.push(2, 1, (1, 6));
        let mut held = || receiver.poll_next_in_hand(&mut Context::from_waker(Waker::noop()));
        assert_eq!(held(), Poll::Ready(Some(1)));
        assert_eq!(sender.first_waiting(), Some((1, 5)));
        assert_eq!(held(), Poll::Ready(Some(2)));
        assert_eq!(sender.first_waiting(), Some((1, 6)));
        assert_eq!(held(), Poll::Pending);
        assert_eq!(sender.first_waiting(), None);
        sender.push(3, 1, (1, 7));
        assert_eq!(held(), Poll::Ready(Some(3)));
        drop(receiver);
        assert_eq!(sender.first_waiting(), None);
    }

    #[test]
    fn what_waits_is_taken_after_the_end() {
        let (sender, mut receiver) = queue(LIMITS);
        sender.push(1, 1, (1, 1));
        drop(sender);
        assert_eq!(next(&mut receiver), Poll::Ready(Some(1)));
        assert_eq!(next(&mut receiver), Poll::Ready(None));
    }

    #[test]
    fn the_end_is_taken_like_an_item() {
        let (sender, mut receiver) = queue(LIMITS);
        sender.push(1, 1, (1, 5));
        sender.finish(Some((1, 7)));
        assert_eq!(sender.first_waiting(), Some((1, 5)));
        assert_eq!(next(&mut receiver), Poll::Ready(Some(1)));
        assert_eq!(sender.first_waiting(), Some((1, 7)));
        assert_eq!(next(&mut receiver), Poll::Ready(None));
        assert_eq!(sender.first_waiting(), None);

        let (sender, receiver) = queue::<u32>(LIMITS);
        sender.finish(Some((1, 2)));
        drop(receiver);
        assert_eq!(sender.first_waiting(), None, "nobody will take it");
    }

    #[test]
    fn without_a_listener_it_is_never_full() {
        let (sender, receiver) = queue(LIMITS);
        for n in 0..3 {
            sender.push(n, 1, (1, 1));
        }
        drop(receiver);
        assert!(ready(&sender));
        sender.push(4, 1, (1, 2));
        assert_eq!(sender.first_waiting(), None);
    }
}
