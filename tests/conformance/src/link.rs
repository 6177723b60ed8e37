//! One connection as two queues, whatever carries it (§4). Its own sockets and lines: no code of any ARCP library is used.
//! It knows nothing of frames; text goes in and comes out as it is.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
#[cfg(feature = "tls")]
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};

mod lines;

pub use lines::{child, spoken};

/// Frames that may wait in one direction.
const WAITING: usize = 4096;
/// The longest frame or line that is read: larger than anything a peer may send.
const LONGEST: usize = 64 << 20;

/// Something to do to a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// Send a text frame, or a line.
    Text(String),
    /// Send a binary frame, or these bytes and a line feed.
    Binary(Vec<u8>),
    /// Say goodbye as the transport does.
    Close,
    /// Vanish without a word.
    Cut,
}

/// Something that a connection brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// A text frame, or a line.
    Text(String),
    /// A binary frame, or a line that is not UTF-8.
    Binary(Vec<u8>),
    /// The end. Nothing comes after it.
    Closed {
        /// The close code, when the peer gave one.
        code: Option<u16>,
        /// The peer's reason, or what broke.
        reason: String,
    },
}

/// Both ends of one connection's queues. Dropping it drops the connection.
#[derive(Debug)]
pub struct Link {
    /// What is to be sent.
    pub out: mpsc::Sender<Outgoing>,
    /// What came.
    pub incoming: mpsc::Receiver<Incoming>,
    /// The task that carries; `None` when the maker of the link carries it otherwise.
    pub carrier: Option<JoinHandle<()>>,
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(carrier) = &self.carrier {
            carrier.abort();
        }
    }
}

/// The queues of a link before anything carries it: the link, what it wants sent, and where to put what comes.
pub fn queues() -> (Link, mpsc::Receiver<Outgoing>, mpsc::Sender<Incoming>) {
    let (out, to_send) = mpsc::channel(WAITING);
    let (came, incoming) = mpsc::channel(WAITING);
    (
        Link {
            out,
            incoming,
            carrier: None,
        },
        to_send,
        came,
    )
}

/// Why no connection came to be.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NoLink {
    /// The server answered with an HTTP status other than 101.
    #[error("HTTP status {0} instead of an upgrade")]
    Refused(u16),
    /// Nothing answered, or not as a WebSocket does.
    #[error("{0}")]
    Broken(String),
}

/// Connects to a `ws://` address.
///
/// # Errors
/// The status that refused the upgrade, or what broke.
pub async fn websocket(url: &str) -> Result<Link, NoLink> {
    let connecting = tokio_tungstenite::connect_async_with_config(url, Some(config()), true);
    opened(url, connecting.await)
}

/// Connects to a `wss://` address.
///
/// # Errors
/// The status that refused the upgrade, or what broke.
#[cfg(feature = "tls")]
pub async fn encrypted(url: &str, trust: &crate::tls::Trust) -> Result<Link, NoLink> {
    let broken = |reason: String| NoLink::Broken(format!("{url}: {reason}"));
    let uri: tungstenite::http::Uri = url
        .parse()
        .map_err(|error| broken(format!("not an address: {error}")))?;
    let host = uri
        .host()
        .ok_or_else(|| broken("there is no host in it".to_owned()))?;
    let place = format!("{host}:{}", uri.port_u16().unwrap_or(443));
    let unreachable = |error: std::io::Error| broken(error.to_string());
    let stream = TcpStream::connect(place).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let stream = trust.shake(stream, host).await.map_err(broken)?;
    opened(
        url,
        tokio_tungstenite::client_async_with_config(url, stream, Some(config())).await,
    )
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST))
}

fn opened<S, R>(
    url: &str,
    handshake: Result<(WebSocketStream<S>, R), tungstenite::Error>,
) -> Result<Link, NoLink>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match handshake {
        Ok((socket, _)) => Ok(carry(socket)),
        Err(tungstenite::Error::Http(response)) => Err(NoLink::Refused(response.status().as_u16())),
        Err(error) => Err(NoLink::Broken(format!("{url}: {error}"))),
    }
}

/// Carries a WebSocket that is already open, as either side.
pub fn carry<S>(socket: WebSocketStream<S>) -> Link
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut link, to_send, came) = queues();
    link.carrier = Some(tokio::spawn(pump(socket, to_send, came)));
    link
}

async fn pump<S>(
    socket: WebSocketStream<S>,
    mut to_send: mpsc::Receiver<Outgoing>,
    came: mpsc::Sender<Incoming>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sink, mut stream) = socket.split();
    let (stop, mut stopped) = mpsc::channel::<()>(1);
    // Reading must not wait for writing, nor the other way round: a peer that floods still hears us.
    let reader = async move {
        let mut end = (None, "the connection broke off".to_owned());
        loop {
            let message = tokio::select! {
                message = stream.next() => message,
                _ = stopped.recv() => return,
            };
            let incoming = match message {
                Some(Ok(Message::Text(text))) => Incoming::Text(text.as_str().to_owned()),
                Some(Ok(Message::Binary(bytes))) => Incoming::Binary(bytes.to_vec()),
                Some(Ok(Message::Close(frame))) => {
                    end = closed(frame);
                    continue;
                }
                Some(Ok(_)) => continue,
                Some(Err(tungstenite::Error::ConnectionClosed)) | None => break,
                Some(Err(error)) => {
                    if end.0.is_none() {
                        end.1 = error.to_string();
                    }
                    break;
                }
            };
            if came.send(incoming).await.is_err() {
                return;
            }
        }
        let (code, reason) = end;
        let _ = came.send(Incoming::Closed { code, reason }).await;
    };
    let writer = async move {
        while let Some(outgoing) = to_send.recv().await {
            let sent = match outgoing {
                Outgoing::Text(text) => sink.send(Message::text(text)).await,
                Outgoing::Binary(bytes) => sink.send(Message::binary(bytes)).await,
                Outgoing::Close => sink.close().await,
                Outgoing::Cut => {
                    let _ = stop.send(()).await;
                    return;
                }
            };
            if sent.is_err() {
                // The reader tells why.
                break;
            }
        }
        // Nobody will send any more; the peer may still talk.
        std::future::pending::<()>().await;
    };
    // Both halves end with whichever ends first: the socket is dropped then, which is what a cut is.
    tokio::select! {
        () = reader => {}
        () = writer => {}
    }
}

fn closed(frame: Option<CloseFrame>) -> (Option<u16>, String) {
    frame.map_or((None, "closed without a code".to_owned()), |frame| {
        (Some(frame.code.into()), frame.reason.as_str().to_owned())
    })
}
