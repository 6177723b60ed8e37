//! The connection under a session: none, on its way, up, or ending; and the frames that wait to be written to it.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Sleep;

use super::connect::ConnectFuture;
use crate::limits::ClientLimits;
use crate::transport::{
    BoxTransport, CloseCode, Goodbye, Received, Text, Transport as _, TransportError,
};

/// The connection.
pub(super) enum Link {
    /// Waits before the next try.
    Waiting(Pin<Box<Sleep>>),
    /// Is being made.
    Connecting(ConnectFuture),
    /// Carries frames.
    Up(Wire),
    /// Says goodbye, for no longer than the timer runs.
    Ending(Wire, CloseCode, Pin<Box<Sleep>>),
    /// Over.
    Down,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting(_) => "Waiting",
            Self::Connecting(_) => "Connecting",
            Self::Up(_) => "Up",
            Self::Ending(..) => "Ending",
            Self::Down => "Down",
        })
    }
}

/// A transport and what waits for it.
pub(super) struct Wire {
    transport: BoxTransport,
    outbox: VecDeque<Text>,
    outbox_bytes: usize,
    unflushed: bool,
    /// Why writing failed. Reading goes on until nothing is left: a refusal may be on its way.
    broken: Option<String>,
}

/// What reading found.
pub(super) enum Heard {
    Frame(Text),
    Unreadable(String),
    /// The end, with its reason and the peer's goodbye.
    End(String, Option<Goodbye>),
}

impl Wire {
    pub(super) fn new(transport: BoxTransport) -> Self {
        Self {
            transport,
            outbox: VecDeque::new(),
            outbox_bytes: 0,
            unflushed: false,
            broken: None,
        }
    }

    pub(super) fn send(&mut self, frame: String) {
        if self.broken.is_none() {
            self.outbox_bytes += frame.len();
            self.outbox.push_back(Text::from(frame));
        }
    }

    /// Whether too much waits because the runtime reads slowly; the caller then takes no requests and reads nothing.
    pub(super) fn is_behind(&self, limits: &ClientLimits) -> bool {
        self.broken.is_none()
            && (self.outbox.len() >= limits.unsent_frames
                || self.outbox_bytes >= limits.unsent_bytes)
    }

    /// Goes over to saying goodbye, after what still waits to be written; a peer that reads nothing is left after `patience`.
    pub(super) fn ending(self, code: CloseCode, patience: Duration) -> Link {
        if self.broken.is_some() {
            return Link::Down;
        }
        Link::Ending(self, code, Box::pin(tokio::time::sleep(patience)))
    }

    /// Writes what waits, then says goodbye.
    pub(super) fn poll_ending(&mut self, cx: &mut Context<'_>, code: CloseCode) -> Poll<()> {
        self.drive_writing(cx);
        if self.broken.is_none() && !self.outbox.is_empty() {
            return Poll::Pending;
        }
        // Whether the goodbye arrived no longer matters.
        self.transport.poll_close(cx, code, "").map(drop)
    }

    /// Writes what can be written and pushes it out.
    pub(super) fn drive_writing(&mut self, cx: &mut Context<'_>) {
        if self.broken.is_none()
            && let Err(error) = self.try_writing(cx)
        {
            self.broken = Some(error.to_string());
            self.outbox.clear();
            self.outbox_bytes = 0;
        }
    }

    fn try_writing(&mut self, cx: &mut Context<'_>) -> Result<(), TransportError> {
        while !self.outbox.is_empty() {
            match self.transport.poll_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return Ok(()),
            }
            if let Some(frame) = self.outbox.pop_front() {
                self.outbox_bytes -= frame.len();
                self.unflushed = true;
                self.transport.start_send(frame)?;
            }
        }
        if self.unflushed
            && let Poll::Ready(flushed) = self.transport.poll_flush(cx)
        {
            flushed?;
            self.unflushed = false;
        }
        Ok(())
    }

    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Heard> {
        let end = match self.transport.poll_recv(cx) {
            Poll::Ready(Some(Ok(Received::Frame(frame)))) => {
                return Poll::Ready(Heard::Frame(frame));
            }
            Poll::Ready(Some(Ok(Received::Unreadable(reason)))) => {
                return Poll::Ready(Heard::Unreadable(reason));
            }
            Poll::Ready(Some(Err(error))) => error.to_string(),
            Poll::Ready(None) => match self.transport.goodbye() {
                Some(goodbye) if !goodbye.reason.is_empty() => {
                    format!("the runtime closed the connection: {}", goodbye.reason)
                }
                _ => "the runtime closed the connection".to_owned(),
            },
            Poll::Pending => match self.broken.take() {
                Some(reason) => reason,
                None => return Poll::Pending,
            },
        };
        Poll::Ready(Heard::End(end, self.transport.goodbye()))
    }
}
