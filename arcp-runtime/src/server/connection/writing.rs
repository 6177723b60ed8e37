//! What is queued, on its way to the transport: the head is put around each payload, many frames go before one flush.

use std::task::{Context, Poll};

use super::{Event, Served};
use crate::limits::WRITE_BATCH;
use crate::server::feed::Work;
use crate::transport::{CloseCode, TransportError};

impl Served<'_> {
    /// Hands over what the transport takes, and flushes when there is nothing more. Ready only when the transport is broken.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<TransportError> {
        let (mut written, mut bytes) = (0, 0);
        let (mut sent, mut sent_bytes) = (0, 0);
        let wall = self.host.clock.now().wall;
        let mut turns = WRITE_BATCH;
        let outcome = loop {
            if turns == 0 {
                // Reading has its turn; then this goes on.
                cx.waker().wake_by_ref();
                break Poll::Pending;
            }
            turns -= 1;
            if self.queue.is_empty() && self.page.is_none() {
                // More may have come in the meantime: one flush for as much as possible.
                let work = self
                    .welcomed
                    .feed
                    .work(self.conn, &mut self.queue, cx.waker());
                if !matches!(work, Work::Frames) {
                    break Poll::Pending;
                }
            }
            if self.queue.is_empty() {
                break Poll::Pending;
            }
            match self.transport.poll_ready(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => break Poll::Ready(error),
                Poll::Pending => break Poll::Pending,
            }
            let Some(frame) = self.queue.pop_front() else {
                break Poll::Pending;
            };
            let text = self.ids.encode(&frame, Some(&self.session_id), wall);
            sent += 1;
            sent_bytes += text.len();
            if let Err(error) = self.transport.start_send(text) {
                break Poll::Ready(error);
            }
            match frame.event_seq {
                Some(number) => {
                    written = number;
                    if self.welcomed.feed.window().counts(number) {
                        bytes += frame.payload.len();
                    }
                }
                None => self.welcomed.line.paid(&frame),
            }
            self.dirty = true;
        };
        if sent > 0 {
            self.host.counters.sent(sent, sent_bytes);
        }
        if written > 0 {
            self.state.used(self.host.clock.now());
            self.written = written;
            self.welcomed.feed.written(self.conn, written, bytes);
        }
        if let Poll::Ready(error) = outcome {
            return Poll::Ready(error);
        }
        if self.dirty && self.queue.is_empty() {
            match self.transport.poll_flush(cx) {
                Poll::Ready(Ok(())) => {
                    self.dirty = false;
                    self.state.sent(self.host.clock.now());
                }
                Poll::Ready(Err(error)) => return Poll::Ready(error),
                Poll::Pending => {}
            }
        }
        Poll::Pending
    }

    /// Ready when everything that was queued is flushed, or was not taken in time.
    pub(super) fn poll_farewell(&mut self, code: CloseCode, cx: &mut Context<'_>) -> Poll<Event> {
        if self.queue.is_empty() {
            let feed = &self.welcomed.feed;
            if matches!(
                feed.work(self.conn, &mut self.queue, cx.waker()),
                Work::Frames
            ) {
                cx.waker().wake_by_ref();
            } else if !self.dirty {
                return Poll::Ready(Event::End(code));
            }
        }
        self.timer.as_mut().poll(cx).map(|()| Event::End(code))
    }
}
