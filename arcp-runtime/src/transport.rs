//! What carries frames: one trait, three transports with identical traces (§4).
//!
//! A transport moves whole text frames and knows nothing of what they say. It is polled, not awaited, so that one task can read and write the same
//! connection without a lock and without an allocation for each frame.

use std::fmt;
use std::task::{Context, Poll};

pub mod memory;
pub mod stdio;
pub mod stream;
#[cfg(feature = "tls")]
pub mod tls;
pub mod websocket;

pub use tokio_tungstenite::tungstenite::Utf8Bytes as Text;

/// Why a connection ends, told to the peer where the transport can say it. The specification names no codes: these are ours (§4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseCode {
    /// 1000: after `session.closed`, or the peer is done.
    Normal,
    /// 1001: the runtime shuts down.
    GoingAway,
    /// 1002: malformed before the welcome.
    Protocol,
    /// 1003: a binary frame.
    Unsupported,
    /// 1008: authentication or authorisation refused.
    Policy,
    /// 1009: a frame over the limit.
    TooLarge,
    /// 1011: a fault on this side.
    Internal,
    /// 4001: the session was resumed elsewhere.
    TakenOver,
    /// 4002: nothing was heard for two heartbeat intervals.
    HeartbeatLost,
}

impl CloseCode {
    /// The WebSocket close code.
    pub fn code(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::GoingAway => 1001,
            Self::Protocol => 1002,
            Self::Unsupported => 1003,
            Self::Policy => 1008,
            Self::TooLarge => 1009,
            Self::Internal => 1011,
            Self::TakenOver => 4001,
            Self::HeartbeatLost => 4002,
        }
    }
}

/// What was read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received {
    /// One frame: valid UTF-8, within the size limit, not yet looked at.
    Frame(Text),
    /// Something that is not a text frame, but after which reading can go on (invalid UTF-8 on a line of stdio, a line over the limit that was skipped).
    Unreadable(String),
}

/// Why reading or writing stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// A frame over the limit; the connection cannot go on.
    #[error("a frame is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A binary frame: ARCP is text.
    #[error("a binary frame arrived; ARCP frames are text")]
    Binary,
    /// The peer broke the transport's own rules.
    #[error("the peer broke the transport's rules: {0}")]
    Peer(String),
    /// The program at the other end of the pipes ended, and not well.
    #[error("the program ended with {0}")]
    Program(std::process::ExitStatus),
    /// The network failed.
    #[error("the connection failed: {0}")]
    Io(#[from] std::io::Error),
}

impl TransportError {
    /// What to tell the peer when the connection ends for this reason.
    pub fn close_code(&self) -> CloseCode {
        match self {
            Self::TooLarge { .. } => CloseCode::TooLarge,
            Self::Binary => CloseCode::Unsupported,
            Self::Peer(_) => CloseCode::Protocol,
            Self::Program(_) | Self::Io(_) => CloseCode::Internal,
        }
    }
}

/// What the peer said when it ended the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Goodbye {
    /// The close code as it came; a peer may send numbers that [`CloseCode`] does not have.
    pub code: u16,
    /// The reason as it came; often empty.
    pub reason: String,
}

impl Goodbye {
    /// A goodbye with a code and a reason.
    pub fn new(code: u16, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
        }
    }
}

/// One connection, polled by one task.
///
/// `poll_recv` returns `None` when the peer ended the connection in good order.
/// Sending is a sink: `poll_ready`, then `start_send`, then `poll_flush`; the transport buffers at most what its constructor was given, so `poll_ready` is the back-pressure.
pub trait Transport: Send + Unpin + fmt::Debug {
    /// The next frame. After `None` or an error there is nothing more to read.
    fn poll_recv(&mut self, cx: &mut Context<'_>)
    -> Poll<Option<Result<Received, TransportError>>>;
    /// Whether another frame may be handed over.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>>;
    /// Hands over one frame. Only after `poll_ready` said so.
    fn start_send(&mut self, frame: Text) -> Result<(), TransportError>;
    /// Pushes everything that was handed over to the network.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>>;
    /// Flushes, says goodbye where the transport can, and ends. May be polled again until ready.
    fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        code: CloseCode,
        reason: &str,
    ) -> Poll<Result<(), TransportError>>;
    /// What the peer said when it ended the connection; `None` when it said nothing, or has not ended it, or the transport has no goodbyes.
    fn goodbye(&self) -> Option<Goodbye> {
        None
    }
    /// Where the peer is, for logs and per-address limits; `None` when it has no address (stdio, memory).
    fn peer(&self) -> Option<std::net::IpAddr> {
        None
    }
}

/// A transport of any kind.
pub type BoxTransport = Box<dyn Transport>;

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        (**self).poll_recv(cx)
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        (**self).poll_ready(cx)
    }

    fn start_send(&mut self, frame: Text) -> Result<(), TransportError> {
        (**self).start_send(frame)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        (**self).poll_flush(cx)
    }

    fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        code: CloseCode,
        reason: &str,
    ) -> Poll<Result<(), TransportError>> {
        (**self).poll_close(cx, code, reason)
    }

    fn goodbye(&self) -> Option<Goodbye> {
        (**self).goodbye()
    }

    fn peer(&self) -> Option<std::net::IpAddr> {
        (**self).peer()
    }
}
