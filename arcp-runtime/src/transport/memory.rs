//! A transport inside one process (§4): two ends of two bounded queues, for tests and for embedding.
//!
//! It behaves as a socket does: frames arrive in order, a slow reader stops its writer, an end that vanishes is an error and an end that says goodbye is not.
//! It has no framing of its own, so nothing on it is ever `Unreadable` or binary.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::{CloseCode, Goodbye, Received, Text, Transport, TransportError};
use crate::limits::DEFAULT_FRAME_BYTES;

/// How much one direction of a pair holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MemoryLimits {
    /// Frames that may wait, at least one.
    pub frames: usize,
    /// Bytes that may wait. A single frame may be larger: it then waits alone.
    pub bytes: usize,
    /// The largest frame, in bytes; the reader of a larger one gets `TooLarge`.
    pub max_frame: usize,
}

impl MemoryLimits {
    /// Limits with a number of frames and the default sizes (1 MiB waiting, 4 MiB a frame).
    pub fn new(frames: usize) -> Self {
        Self {
            frames: frames.max(1),
            bytes: 1024 * 1024,
            max_frame: DEFAULT_FRAME_BYTES,
        }
    }

    /// Bounds the bytes that wait.
    #[must_use]
    pub fn with_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Bounds one frame, in bytes.
    #[must_use]
    pub fn with_max_frame(mut self, max_frame: usize) -> Self {
        self.max_frame = max_frame;
        self
    }
}

/// Two connected ends, each holding at most `capacity` frames for the other.
pub fn pair(capacity: usize) -> (MemoryTransport, MemoryTransport) {
    pair_with(MemoryLimits::new(capacity))
}

/// Two connected ends with limits.
pub fn pair_with(limits: MemoryLimits) -> (MemoryTransport, MemoryTransport) {
    let (here, there) = (Arc::default(), Arc::default());
    let end = |read: &Arc<Mutex<Lane>>, write: &Arc<Mutex<Lane>>| MemoryTransport {
        read: Arc::clone(read),
        write: Arc::clone(write),
        limits,
        goodbye: None,
    };
    (end(&here, &there), end(&there, &here))
}

/// One end of a pair. Dropped without [`Transport::poll_close`] it looks to the other end like a lost connection.
pub struct MemoryTransport {
    read: Arc<Mutex<Lane>>,
    write: Arc<Mutex<Lane>>,
    limits: MemoryLimits,
    goodbye: Option<Goodbye>,
}

impl MemoryTransport {
    /// Breaks the connection as a network does: what is under way in either direction is lost, and both ends see an error.
    pub fn reset(self) {
        for lane in [&self.read, &self.write] {
            let mut lane = lock(lane);
            lane.frames.clear();
            lane.bytes = 0;
            lane.end = Some(End::Lost);
            lane.wake_all();
        }
    }
}

/// One direction.
#[derive(Default)]
struct Lane {
    frames: VecDeque<Text>,
    bytes: usize,
    /// Set by the writer: nothing comes after the frames that wait.
    end: Option<End>,
    /// Set by the reader: it is gone, nothing is taken any more.
    deaf: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Clone)]
enum End {
    Goodbye(Goodbye),
    Lost,
}

impl Lane {
    fn has_room(&self, limits: MemoryLimits) -> bool {
        self.frames.is_empty() || (self.frames.len() < limits.frames && self.bytes < limits.bytes)
    }

    fn wake_all(&mut self) {
        for waker in [self.reader.take(), self.writer.take()]
            .into_iter()
            .flatten()
        {
            waker.wake();
        }
    }
}

fn lock(lane: &Mutex<Lane>) -> MutexGuard<'_, Lane> {
    lane.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lost() -> TransportError {
    io::Error::new(
        io::ErrorKind::ConnectionReset,
        "the other end of the pair is gone",
    )
    .into()
}

impl Transport for MemoryTransport {
    fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        let mut lane = lock(&self.read);
        if let Some(frame) = lane.frames.pop_front() {
            lane.bytes -= frame.len();
            if let Some(writer) = lane.writer.take() {
                writer.wake();
            }
            let limit = self.limits.max_frame;
            return Poll::Ready(Some(if frame.len() > limit {
                lane.deaf = true;
                Err(TransportError::TooLarge { limit })
            } else {
                Ok(Received::Frame(frame))
            }));
        }
        match lane.end.clone() {
            Some(End::Goodbye(goodbye)) => {
                self.goodbye = Some(goodbye);
                Poll::Ready(None)
            }
            Some(End::Lost) => Poll::Ready(Some(Err(lost()))),
            None => {
                lane.reader = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let mut lane = lock(&self.write);
        if lane.deaf || lane.end.is_some() {
            return Poll::Ready(Err(lost()));
        }
        if lane.has_room(self.limits) {
            return Poll::Ready(Ok(()));
        }
        lane.writer = Some(cx.waker().clone());
        Poll::Pending
    }

    fn start_send(&mut self, frame: Text) -> Result<(), TransportError> {
        let mut lane = lock(&self.write);
        if lane.deaf || lane.end.is_some() {
            return Err(lost());
        }
        lane.bytes += frame.len();
        lane.frames.push_back(frame);
        if let Some(reader) = lane.reader.take() {
            reader.wake();
        }
        Ok(())
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        &mut self,
        _: &mut Context<'_>,
        code: CloseCode,
        reason: &str,
    ) -> Poll<Result<(), TransportError>> {
        let mut lane = lock(&self.write);
        if lane.end.is_none() {
            lane.end = Some(End::Goodbye(Goodbye::new(code.code(), reason)));
            lane.wake_all();
        }
        Poll::Ready(Ok(()))
    }

    fn goodbye(&self) -> Option<Goodbye> {
        self.goodbye.clone()
    }
}

impl Drop for MemoryTransport {
    fn drop(&mut self) {
        let mut write = lock(&self.write);
        write.end.get_or_insert(End::Lost);
        write.wake_all();
        drop(write);
        let mut read = lock(&self.read);
        read.deaf = true;
        read.wake_all();
    }
}

impl fmt::Debug for MemoryTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransport")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
