//! One connection as the dispatcher and its feed see it: how it was told to end, and what it still owes its peer.
//!
//! Each connection has a line of its own, so nothing that happens to a connection can be taken for its successor's.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

use futures_util::task::AtomicWaker;

use crate::limits::WAITING_ANSWERS;
use crate::protocol::core::ConnKey;
use crate::protocol::frame::Frame;
use crate::transport::CloseCode;

/// The state of one connection that its task and the dispatcher share.
#[derive(Debug)]
pub(super) struct Line {
    conn: ConnKey,
    max_bytes: usize,
    end: OnceLock<CloseCode>,
    told: AtomicWaker,
    /// Answers from the moment they are asked for until they are handed to the transport.
    answers: AtomicUsize,
    /// Payload bytes of those that are there already, and what is reserved for the others.
    bytes: AtomicUsize,
}

/// Room for an answer that somebody works on. Given back when dropped: by then the answer is counted itself, or there is none.
#[derive(Debug)]
pub(super) struct Owing {
    line: Arc<Line>,
    bytes: usize,
}

impl Line {
    /// A connection that may have `max_bytes` of answers waiting before it is not read from any more.
    pub(super) fn new(conn: ConnKey, max_bytes: usize) -> Self {
        Self {
            conn,
            max_bytes,
            end: OnceLock::new(),
            told: AtomicWaker::new(),
            answers: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
        }
    }

    pub(super) fn conn(&self) -> ConnKey {
        self.conn
    }

    /// Tells the connection to end, once it has sent what is queued. The first code counts.
    pub(super) fn end(&self, code: CloseCode) {
        // It was told already.
        let _ = self.end.set(code);
        self.told.wake();
    }

    pub(super) fn is_ended(&self) -> bool {
        self.end.get().is_some()
    }

    /// How the connection has to end, if it has to. `waker` is woken when that changes, and when there is room for answers again.
    pub(super) fn ended(&self, waker: &Waker) -> Option<CloseCode> {
        self.told.register(waker);
        self.end.get().copied()
    }

    /// A frame without a number was queued for this connection.
    pub(super) fn owe(&self, frame: &Frame) {
        self.answers.fetch_add(1, Ordering::AcqRel);
        self.bytes.fetch_add(frame.payload.len(), Ordering::AcqRel);
    }

    /// A frame without a number was handed to the transport.
    pub(super) fn paid(&self, frame: &Frame) {
        self.give_back(frame.payload.len());
    }

    /// Somebody begins to work on an answer, which may take about `bytes`.
    pub(super) fn owing(self: &Arc<Self>, bytes: usize) -> Owing {
        self.answers.fetch_add(1, Ordering::AcqRel);
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        Owing {
            line: Arc::clone(self),
            bytes,
        }
    }

    /// Whether so much is owed that nothing more is read from the peer.
    pub(super) fn is_full(&self) -> bool {
        self.answers.load(Ordering::Acquire) >= WAITING_ANSWERS
            || self.bytes.load(Ordering::Acquire) >= self.max_bytes
    }

    fn give_back(&self, bytes: usize) {
        let full = self.is_full();
        self.answers.fetch_sub(1, Ordering::AcqRel);
        self.bytes.fetch_sub(bytes, Ordering::AcqRel);
        if full {
            self.told.wake();
        }
    }
}

impl Drop for Owing {
    fn drop(&mut self) {
        self.line.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use arcp_generated::message::MessageType;

    use super::*;

    fn answer(bytes: usize) -> Frame {
        Frame {
            message_type: MessageType::SessionJobs,
            about: None,
            event_seq: None,
            payload: vec![b' '; bytes].into(),
        }
    }

    #[test]
    fn answers_are_counted_from_the_question_to_the_transport() {
        let line = Arc::new(Line::new(ConnKey(1), 1 << 20));
        let asked: Vec<Owing> = (0..WAITING_ANSWERS).map(|_| line.owing(0)).collect();
        assert!(line.is_full());
        for _ in &asked {
            line.owe(&answer(2));
        }
        drop(asked);
        assert!(line.is_full(), "now they are queued");
        line.paid(&answer(2));
        assert!(!line.is_full());
    }

    #[test]
    fn bytes_count_too_and_before_they_are_there() {
        let line = Arc::new(Line::new(ConnKey(1), 100));
        let first = line.owing(60);
        let second = line.owing(60);
        assert!(line.is_full());
        line.owe(&answer(30));
        drop(first);
        assert!(!line.is_full());
        drop(second);
        line.paid(&answer(30));
        line.owe(&answer(100));
        assert!(line.is_full());
    }
}
