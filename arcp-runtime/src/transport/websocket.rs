//! Frames as WebSocket text messages (§4): the transport itself, for both roles.
//!
//! Handshakes are in `accept` and `connect`. Pings, pongs and the closing handshake are answered here and never seen above.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use super::{CloseCode, Goodbye, Received, Text, Transport, TransportError};
use crate::limits::{CLOSE_DRAIN_BYTES, CLOSE_REASON_BYTES, DEFAULT_FRAME_BYTES};

mod accept;
mod connect;

#[cfg(feature = "tls")]
pub use accept::accept_tls;
#[cfg(feature = "tower")]
pub(crate) use accept::answer;
pub use accept::{
    AcceptError, Refusal, Upgrade, accept, accept_guarded, accept_tcp, loopback_only, same_origin,
};
pub use connect::{ConnectError, ConnectOptions, connect, connect_over};

/// The subprotocol that is echoed when a client offers it.
pub const SUBPROTOCOL: &str = "arcp.v1";
/// The path of a runtime (§4).
pub const PATH: &str = "/arcp";

/// Room for the header of the largest frame and for a pong that waits beside it.
const FRAME_OVERHEAD: usize = 512;

/// What one connection holds at most, and how long its ends may take.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WebSocketLimits {
    /// The largest frame that is read or written, in bytes.
    pub max_frame: usize,
    /// Bytes read at once. It is allocated for each connection, so an idle session costs at least this much.
    pub read_buffer: usize,
    /// Bytes that wait to be written before they go to the network even without a flush.
    pub write_buffer: usize,
    /// The largest HTTP request of a handshake, in bytes.
    pub max_header: usize,
    /// How long a handshake may take.
    pub handshake_wait: Duration,
    /// How long the closing handshake may take before the connection is cut.
    pub close_wait: Duration,
}

impl WebSocketLimits {
    /// For accepted connections, of which there may be many: 4 KiB to read.
    pub fn server() -> Self {
        Self {
            max_frame: DEFAULT_FRAME_BYTES,
            read_buffer: 4 * 1024,
            write_buffer: 64 * 1024,
            max_header: 8 * 1024,
            handshake_wait: Duration::from_secs(10),
            close_wait: Duration::from_secs(1),
        }
    }

    /// For a client, which has few connections and much to read: 64 KiB to read.
    pub fn client() -> Self {
        Self {
            read_buffer: 64 * 1024,
            ..Self::server()
        }
    }

    /// Bounds one frame, in bytes.
    #[must_use]
    pub fn with_max_frame(mut self, max_frame: usize) -> Self {
        self.max_frame = max_frame;
        self
    }

    /// Sets the read buffer, in bytes.
    #[must_use]
    pub fn with_read_buffer(mut self, read_buffer: usize) -> Self {
        self.read_buffer = read_buffer;
        self
    }

    /// Sets the write buffer, in bytes.
    #[must_use]
    pub fn with_write_buffer(mut self, write_buffer: usize) -> Self {
        self.write_buffer = write_buffer;
        self
    }

    /// Bounds the HTTP request of a handshake, in bytes.
    #[must_use]
    pub fn with_max_header(mut self, max_header: usize) -> Self {
        self.max_header = max_header;
        self
    }

    /// Bounds the time of a handshake.
    #[must_use]
    pub fn with_handshake_wait(mut self, handshake_wait: Duration) -> Self {
        self.handshake_wait = handshake_wait;
        self
    }

    /// Bounds the time of the closing handshake.
    #[must_use]
    pub fn with_close_wait(mut self, close_wait: Duration) -> Self {
        self.close_wait = close_wait;
        self
    }

    fn config(&self) -> WebSocketConfig {
        // The write buffer never holds more than its target and one frame, because `poll_ready` waits until it is empty again.
        WebSocketConfig::default()
            .read_buffer_size(self.read_buffer)
            .write_buffer_size(self.write_buffer)
            .max_write_buffer_size(self.write_buffer + self.max_frame + FRAME_OVERHEAD)
            .max_message_size(Some(self.max_frame))
            .max_frame_size(Some(self.max_frame))
    }
}

/// One WebSocket connection. Made by [`accept()`], [`connect()`] and their kin.
pub struct WebSocketTransport<S> {
    socket: WebSocketStream<S>,
    peer: Option<IpAddr>,
    max_frame: usize,
    close_wait: Duration,
    goodbye: Option<Goodbye>,
    state: State,
}

#[derive(Debug)]
enum State {
    Open,
    /// The peer said goodbye; the answer to it is on its way.
    PeerClosing,
    /// Nothing more can be read, and nothing is owed to the peer.
    Ended,
    /// We say goodbye. The deadline is boxed: most connections never need one.
    Closing(Pin<Box<Sleep>>, Step),
    Closed,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Flush,
    Shutdown,
    /// Waits for the peer's end, because a connection cut with unread bytes in it loses what the peer has not read yet.
    Drain {
        read: usize,
    },
}

impl<S> WebSocketTransport<S>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    fn new(socket: WebSocketStream<S>, limits: &WebSocketLimits, peer: Option<IpAddr>) -> Self {
        Self {
            socket,
            peer,
            max_frame: limits.max_frame,
            close_wait: limits.close_wait,
            goodbye: None,
            state: State::Open,
        }
    }

    /// A transport over a stream whose handshake is done, with what was read too much.
    pub(crate) async fn after_handshake(
        stream: S,
        rest: Vec<u8>,
        role: Role,
        limits: &WebSocketLimits,
        peer: Option<IpAddr>,
    ) -> Self {
        let config = Some(limits.config());
        let socket = if rest.is_empty() {
            WebSocketStream::from_raw_socket(stream, role, config).await
        } else {
            WebSocketStream::from_partially_read(stream, rest, role, config).await
        };
        Self::new(socket, limits, peer)
    }

    fn poll_read_open(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        loop {
            let failed = match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(Message::Text(frame))) => {
                    return Poll::Ready(Some(Ok(Received::Frame(frame))));
                }
                Some(Ok(Message::Binary(_))) => Some(TransportError::Binary),
                Some(Ok(Message::Close(frame))) => {
                    self.goodbye =
                        frame.map(|frame| Goodbye::new(frame.code.into(), &*frame.reason));
                    self.state = State::PeerClosing;
                    return self.poll_answer_close(cx);
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Err(error)) => Some(self.failure(error)),
                None => None,
            };
            self.state = State::Ended;
            return Poll::Ready(failed.map(Err));
        }
    }

    fn poll_answer_close(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        // Whether the answer arrives no longer matters: the peer is done.
        let _ = ready!(Pin::new(&mut self.socket).poll_flush(cx));
        self.state = State::Ended;
        Poll::Ready(None)
    }

    fn failure(&self, error: WsError) -> TransportError {
        match error {
            WsError::Io(error) => error.into(),
            WsError::Capacity(CapacityError::MessageTooLong { .. })
            | WsError::WriteBufferFull(_) => TransportError::TooLarge {
                limit: self.max_frame,
            },
            WsError::ConnectionClosed
            | WsError::AlreadyClosed
            | WsError::Protocol(ProtocolError::SendAfterClosing) => {
                io::Error::new(io::ErrorKind::BrokenPipe, "the connection is closed").into()
            }
            WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the peer was gone without a closing handshake",
            )
            .into(),
            WsError::Utf8(_) => TransportError::Peer("a text frame is not UTF-8".to_owned()),
            other => TransportError::Peer(other.to_string()),
        }
    }

    fn begin_close(&mut self, code: CloseCode, reason: &str) {
        let mut end = reason.len().min(CLOSE_REASON_BYTES);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        // An error here means that the connection is closing already, which is what is wanted.
        let _ = Pin::new(&mut self.socket).start_send(Message::Close(Some(CloseFrame {
            code: code.code().into(),
            reason: reason[..end].into(),
        })));
        self.state = State::Closing(Box::pin(tokio::time::sleep(self.close_wait)), Step::Flush);
    }

    /// One step of closing; `true` when it is done.
    fn poll_step(&mut self, cx: &mut Context<'_>, step: Step) -> Poll<Option<Step>> {
        match step {
            Step::Flush => {
                let _ = ready!(Pin::new(&mut self.socket).poll_flush(cx));
                Poll::Ready(Some(Step::Shutdown))
            }
            Step::Shutdown => {
                let _ = ready!(Pin::new(self.socket.get_mut()).poll_shutdown(cx));
                Poll::Ready(Some(Step::Drain { read: 0 }))
            }
            Step::Drain { read } => {
                let mut scratch = [0; 1024];
                let mut scratch = ReadBuf::new(&mut scratch);
                let polled = ready!(Pin::new(self.socket.get_mut()).poll_read(cx, &mut scratch));
                let read = read + scratch.filled().len();
                let over =
                    polled.is_err() || scratch.filled().is_empty() || read > CLOSE_DRAIN_BYTES;
                Poll::Ready((!over).then_some(Step::Drain { read }))
            }
        }
    }
}

impl<S> Transport for WebSocketTransport<S>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        match self.state {
            State::Open => self.poll_read_open(cx),
            State::PeerClosing => self.poll_answer_close(cx),
            State::Ended | State::Closing(..) | State::Closed => Poll::Ready(None),
        }
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let polled = ready!(Pin::new(&mut self.socket).poll_ready(cx));
        Poll::Ready(polled.map_err(|error| self.failure(error)))
    }

    fn start_send(&mut self, frame: Text) -> Result<(), TransportError> {
        if frame.len() > self.max_frame {
            return Err(TransportError::TooLarge {
                limit: self.max_frame,
            });
        }
        Pin::new(&mut self.socket)
            .start_send(Message::Text(frame))
            .map_err(|error| self.failure(error))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let polled = ready!(Pin::new(&mut self.socket).poll_flush(cx));
        Poll::Ready(polled.map_err(|error| self.failure(error)))
    }

    fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        code: CloseCode,
        reason: &str,
    ) -> Poll<Result<(), TransportError>> {
        if !matches!(self.state, State::Closing(..) | State::Closed) {
            self.begin_close(code, reason);
        }
        while let State::Closing(deadline, step) = &mut self.state {
            let step = *step;
            if deadline.as_mut().poll(cx).is_ready() {
                self.state = State::Closed;
                return Poll::Ready(if matches!(step, Step::Flush) {
                    Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "the peer did not take the last frames in time",
                    )
                    .into())
                } else {
                    Ok(())
                });
            }
            match ready!(self.poll_step(cx, step)) {
                Some(next) => {
                    if let State::Closing(_, step) = &mut self.state {
                        *step = next;
                    }
                }
                None => self.state = State::Closed,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn goodbye(&self) -> Option<Goodbye> {
        self.goodbye.clone()
    }

    fn peer(&self) -> Option<IpAddr> {
        self.peer
    }
}

impl<S> fmt::Debug for WebSocketTransport<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketTransport")
            .field("peer", &self.peer)
            .field("max_frame", &self.max_frame)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
