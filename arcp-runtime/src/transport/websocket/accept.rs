//! The server's half of the WebSocket handshake (§4): bounded in bytes and time, with a path check and a place to refuse a host or an origin.
//!
//! It speaks only as much HTTP as an upgrade needs.

use std::io;
use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::machine::TryParse as _;
use tokio_tungstenite::tungstenite::handshake::server::{
    Request, Response, create_response, write_response,
};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{PATH, SUBPROTOCOL, WebSocketLimits, WebSocketTransport};
#[cfg(feature = "tls")]
use crate::transport::stream::NetStream;
#[cfg(feature = "tls")]
use crate::transport::tls::{HANDSHAKE_RECORD, Identity};

/// Where the header of a request ends.
const HEADER_END: &[u8] = b"\r\n\r\n";

/// Why a connection did not become a transport.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// The peer was told an HTTP status.
    #[error("{0}")]
    Refused(Refusal),
    /// The peer left before its request was whole.
    #[error("the peer left during the handshake")]
    Left,
    /// The peer took longer than the limit.
    #[error("the handshake took longer than {0:?}")]
    TooSlow(std::time::Duration),
    /// The peer does not speak TLS as it has to here, or does not believe the certificate.
    #[error("the TLS handshake failed: {0}")]
    Tls(io::Error),
    /// The network failed.
    #[error("the handshake failed: {0}")]
    Io(#[from] io::Error),
}

/// An HTTP status instead of an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status: 4xx or 5xx.
    pub status: u16,
    /// One sentence for the body.
    pub reason: String,
}

impl Refusal {
    /// A refusal with a status and a sentence.
    pub fn new(status: u16, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }

    /// There is no room for another connection.
    pub(crate) fn full() -> Self {
        Self::new(503, "there are too many connections; try again later")
    }

    /// The headers that go with the status: what would have been right, or when to come back.
    pub(crate) fn headers(&self) -> &'static [(&'static str, &'static str)] {
        match self.status {
            405 => &[("allow", "GET")],
            426 => &[("upgrade", "websocket"), ("sec-websocket-version", "13")],
            503 => &[("retry-after", "1")],
            _ => &[],
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused with HTTP {}: {}", self.status, self.reason)
    }
}

/// What a client asks for, as far as a guard may want to know.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Upgrade<'a> {
    /// The path, without a query.
    pub path: &'a str,
    /// The `Host` header.
    pub host: Option<&'a str>,
    /// The `Origin` header; browsers always send one, other clients seldom do.
    pub origin: Option<&'a str>,
    /// Where the client is.
    pub peer: Option<IpAddr>,
}

/// Shakes hands with a client that connected, on `/arcp` or `/`, whatever its host and origin.
///
/// # Errors
/// When the client is refused (it has been told why), leaves, is too slow, or the network fails.
///
/// # Cancel safety
/// Dropping the future drops the connection.
pub async fn accept<S>(
    stream: S,
    limits: &WebSocketLimits,
    peer: Option<IpAddr>,
) -> Result<WebSocketTransport<S>, AcceptError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    accept_guarded(stream, limits, peer, |_| Ok(())).await
}

/// As [`accept`], for a TCP connection: small frames are sent at once, and the peer's address is known.
///
/// # Errors
/// As [`accept`].
///
/// # Cancel safety
/// Dropping the future drops the connection.
pub async fn accept_tcp(
    stream: TcpStream,
    limits: &WebSocketLimits,
    guard: impl FnOnce(&Upgrade<'_>) -> Result<(), Refusal> + Send,
) -> Result<WebSocketTransport<TcpStream>, AcceptError> {
    stream.set_nodelay(true)?;
    let peer = stream.peer_addr().ok().map(|address| address.ip());
    accept_guarded(stream, limits, peer, guard).await
}

/// As [`accept_tcp`], with TLS in between: the time of the handshake is that of both. A client that does not speak TLS is told so in plain HTTP.
///
/// # Errors
/// As [`accept`], and when the client and the server do not agree on TLS.
///
/// # Cancel safety
/// Dropping the future drops the connection.
#[cfg(feature = "tls")]
pub async fn accept_tls(
    stream: TcpStream,
    identity: &Identity,
    limits: &WebSocketLimits,
    guard: impl FnOnce(&Upgrade<'_>) -> Result<(), Refusal> + Send,
) -> Result<WebSocketTransport<NetStream>, AcceptError> {
    stream.set_nodelay(true)?;
    let peer = stream.peer_addr().ok().map(|address| address.ip());
    // Boxed, so that the task that goes on with the session does not keep the handshake's room.
    let shaking = Box::pin(async {
        let mut first = [0];
        match stream.peek(&mut first).await? {
            0 => Err(AcceptError::Left),
            _ if first == [HANDSHAKE_RECORD] => {
                let stream = identity.shake(stream).await.map_err(AcceptError::Tls)?;
                shake(NetStream::from(stream), limits, peer, guard).await
            }
            _ => Err(refuse_plain(stream, limits).await?),
        }
    });
    match tokio::time::timeout(limits.handshake_wait, shaking).await {
        Ok(done) => done,
        Err(_) => Err(AcceptError::TooSlow(limits.handshake_wait)),
    }
}

/// Answers a request that came without TLS. It is read first, because a connection that is cut with unread bytes in it loses the answer.
#[cfg(feature = "tls")]
async fn refuse_plain(
    mut stream: TcpStream,
    limits: &WebSocketLimits,
) -> Result<AcceptError, AcceptError> {
    // What it says does not matter.
    let _ = read_request(&mut stream, limits.max_header).await?;
    let refusal = Refusal::new(400, "this port speaks TLS only; connect with wss://");
    refuse(&mut stream, &refusal).await?;
    Ok(AcceptError::Refused(refusal))
}

/// As [`accept`], with a guard that sees the request before it is answered.
///
/// # Errors
/// As [`accept`]; the guard's refusal is one of them.
///
/// # Cancel safety
/// Dropping the future drops the connection.
pub async fn accept_guarded<S>(
    stream: S,
    limits: &WebSocketLimits,
    peer: Option<IpAddr>,
    guard: impl FnOnce(&Upgrade<'_>) -> Result<(), Refusal> + Send,
) -> Result<WebSocketTransport<S>, AcceptError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    // Boxed, so that the task that goes on with the session does not keep the handshake's room.
    let shaking = Box::pin(shake(stream, limits, peer, guard));
    match tokio::time::timeout(limits.handshake_wait, shaking).await {
        Ok(done) => done,
        Err(_) => Err(AcceptError::TooSlow(limits.handshake_wait)),
    }
}

/// A guard for a server that only this machine should reach: refuses a `Host` or an `Origin` that is not the loopback.
///
/// A page in a browser can be made to connect to `localhost`; this is what stops it.
///
/// # Errors
/// 403, naming the header.
pub fn loopback_only(upgrade: &Upgrade<'_>) -> Result<(), Refusal> {
    let host_of_origin = |origin: &str| {
        url::Url::parse(origin)
            .ok()
            .and_then(|url| url.host_str().map(is_loopback_name))
            .unwrap_or(false)
    };
    if let Some(host) = upgrade.host
        && !is_loopback_name(without_port(host))
    {
        return Err(Refusal::new(
            403,
            "the Host header does not name this machine; connect to 127.0.0.1 or localhost",
        ));
    }
    if let Some(origin) = upgrade.origin
        && !host_of_origin(origin)
    {
        return Err(Refusal::new(
            403,
            "pages of other origins may not connect to this runtime",
        ));
    }
    Ok(())
}

/// A guard against pages of other origins: an `Origin`, where there is one, has to be that of the `Host` that was asked.
///
/// Browsers always send an origin, other clients seldom do. Behind a proxy that changes `Host`, write a guard that names the origins.
///
/// # Errors
/// 403, naming the header.
pub fn same_origin(upgrade: &Upgrade<'_>) -> Result<(), Refusal> {
    let Some(origin) = upgrade.origin else {
        return Ok(());
    };
    let place = |text: &str| {
        let url = url::Url::parse(text).ok()?;
        Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
    };
    let scheme = origin.split("://").next().unwrap_or_default();
    let asked = upgrade
        .host
        .and_then(|host| place(&format!("{scheme}://{host}")));
    if asked.is_some() && asked == place(origin) {
        return Ok(());
    }
    Err(Refusal::new(
        403,
        "pages of other origins may not connect to this runtime",
    ))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

pub(super) fn is_loopback_name(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

async fn shake<S>(
    mut stream: S,
    limits: &WebSocketLimits,
    peer: Option<IpAddr>,
    guard: impl FnOnce(&Upgrade<'_>) -> Result<(), Refusal>,
) -> Result<WebSocketTransport<S>, AcceptError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let answer = match read_request(&mut stream, limits.max_header).await? {
        Ok((request, rest)) => on_our_path(&request)
            .and_then(|()| answer(&request, peer, guard))
            .and_then(|response| written(&response))
            .map(|text| (text, rest)),
        Err(refusal) => Err(refusal),
    };
    match answer {
        Ok((text, rest)) => {
            stream.write_all(&text).await?;
            stream.flush().await?;
            Ok(WebSocketTransport::after_handshake(stream, rest, Role::Server, limits, peer).await)
        }
        Err(refusal) => {
            refuse(&mut stream, &refusal).await?;
            Err(AcceptError::Refused(refusal))
        }
    }
}

/// Answers with a status instead of an upgrade, and ends the connection.
async fn refuse(stream: &mut (impl AsyncWrite + Unpin), refusal: &Refusal) -> io::Result<()> {
    let Refusal { status, reason } = refusal;
    let headers: String = refusal
        .headers()
        .iter()
        .flat_map(|(name, value)| [name, ": ", value, "\r\n"])
        .collect();
    let text = format!(
        "HTTP/1.1 {status} {}\r\n{headers}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{reason}\n",
        status_name(*status),
        reason.len() + 1
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}

/// Reads until the header is whole: the request and what came after it, or the refusal to send.
async fn read_request<S: AsyncRead + Unpin>(
    stream: &mut S,
    max_header: usize,
) -> Result<Result<(Request, Vec<u8>), Refusal>, AcceptError> {
    let mut seen: Vec<u8> = Vec::with_capacity(1024);
    loop {
        let searched = seen.len().saturating_sub(HEADER_END.len() - 1);
        let mut chunk = [0; 1024];
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Err(AcceptError::Left);
        }
        seen.extend_from_slice(&chunk[..read]);
        let end = seen[searched..]
            .windows(HEADER_END.len())
            .position(|window| window == HEADER_END);
        if let Some(end) = end {
            return Ok(parse(&mut seen, searched + end + HEADER_END.len()));
        }
        if seen.len() > max_header {
            return Ok(Err(Refusal::new(
                431,
                format!("the request's header is larger than {max_header} bytes"),
            )));
        }
        if !seen[0].is_ascii_uppercase() {
            return Ok(Err(Refusal::new(
                400,
                "this port speaks plain HTTP/1.1 with a WebSocket upgrade, not TLS; connect with ws://",
            )));
        }
    }
}

fn parse(seen: &mut Vec<u8>, end: usize) -> Result<(Request, Vec<u8>), Refusal> {
    let rest = seen.split_off(end);
    match Request::try_parse(seen) {
        Ok(Some((_, request))) => Ok((request, rest)),
        Ok(None) => Err(Refusal::new(400, "the HTTP request is not whole")),
        Err(WsError::Protocol(ProtocolError::WrongHttpMethod)) => {
            Err(Refusal::new(405, "a WebSocket handshake is a GET request"))
        }
        Err(error) => Err(Refusal::new(
            400,
            format!("not an HTTP/1.1 request: {error}"),
        )),
    }
}

fn on_our_path(request: &Request) -> Result<(), Refusal> {
    match request.uri().path() {
        PATH | "/" => Ok(()),
        _ => Err(Refusal::new(404, format!("the runtime's path is {PATH}"))),
    }
}

/// The answer that upgrades, or why there is none. Whose path it is has been decided before.
pub(crate) fn answer(
    request: &Request,
    peer: Option<IpAddr>,
    guard: impl FnOnce(&Upgrade<'_>) -> Result<(), Refusal>,
) -> Result<Response, Refusal> {
    // A header that is no text is there, but must not be taken for the missing one that a guard lets pass.
    let header = |name| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("\u{fffd}"))
    };
    guard(&Upgrade {
        path: request.uri().path(),
        host: header("host"),
        origin: header("origin"),
        peer,
    })?;
    let mut response = create_response(request).map_err(|error| not_an_upgrade(&error))?;
    let offered = request
        .headers()
        .get_all("sec-websocket-protocol")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim() == SUBPROTOCOL);
    if offered {
        response.headers_mut().insert(
            "Sec-WebSocket-Protocol",
            HeaderValue::from_static(SUBPROTOCOL),
        );
    }
    Ok(response)
}

fn not_an_upgrade(error: &WsError) -> Refusal {
    match error {
        WsError::Protocol(ProtocolError::WrongHttpMethod) => {
            Refusal::new(405, "a WebSocket handshake is a GET request")
        }
        WsError::Protocol(ProtocolError::MissingSecWebSocketKey) => {
            Refusal::new(400, "Sec-WebSocket-Key: missing")
        }
        error => Refusal::new(
            426,
            format!("this path takes WebSocket upgrades only: {error}"),
        ),
    }
}

/// The bytes of the answer that upgrades.
fn written(response: &Response) -> Result<Vec<u8>, Refusal> {
    let mut text = Vec::with_capacity(256);
    write_response(&mut text, response)
        .map_err(|error| Refusal::new(500, format!("the answer cannot be written: {error}")))?;
    Ok(text)
}

fn status_name(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        500 => "Internal Server Error",
        _ => "Refused",
    }
}
