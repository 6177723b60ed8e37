//! The client's half of the WebSocket handshake (§4): from a URL to a transport.
//!
//! `wss://` (feature `tls`) to anywhere; `ws://` by default only to this machine, because the hello carries a token that anybody on the way could read.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};
use url::Url;

use super::accept::is_loopback_name;
use super::{PATH, WebSocketLimits, WebSocketTransport};
use crate::transport::stream::NetStream;
#[cfg(feature = "tls")]
use crate::transport::tls::{self, Trust};

/// What to do when TLS is left out.
const NO_TLS: &str =
    "wss:// needs TLS, which is left out of this program; build it with the feature `tls`";

/// How to connect.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// Buffers, frame size, and how long the handshake may take (connecting included).
    pub limits: WebSocketLimits,
    /// Allows plain `ws://` to other machines.
    pub insecure: bool,
    /// Whom `wss://` trusts; `None` for the authorities of this machine.
    #[cfg(feature = "tls")]
    pub trust: Option<Trust>,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            limits: WebSocketLimits::client(),
            insecure: false,
            #[cfg(feature = "tls")]
            trust: None,
        }
    }
}

impl ConnectOptions {
    /// Allows plain `ws://` to other machines: the token then crosses the network readable.
    #[must_use]
    pub fn with_insecure(mut self, insecure: bool) -> Self {
        self.insecure = insecure;
        self
    }

    /// Trusts others with `wss://` than the authorities of this machine.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_trust(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    /// Sets buffers, frame size and times.
    #[must_use]
    pub fn with_limits(mut self, limits: WebSocketLimits) -> Self {
        self.limits = limits;
        self
    }
}

/// Why there is no connection. Each says the cure where there is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL cannot be used at all; trying again does not help.
    #[error("{url}: {reason}")]
    Url {
        /// The URL as it was given, without what may be a password.
        url: String,
        /// What is wrong with it, and the cure.
        reason: String,
    },
    /// Nobody answers there.
    #[error("cannot reach {address}: {error}; is the runtime running there?")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the network said.
        error: io::Error,
    },
    /// Somebody answers, but with an HTTP status instead of an upgrade.
    #[error(
        "{url} answered HTTP {status}{text}; is this the path of an ARCP runtime (usually {PATH})?"
    )]
    Refused {
        /// The URL.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The start of the answer's text, after `: `, or nothing.
        text: String,
    },
    /// No TLS between us and the server.
    #[error("{address}: no TLS connection: {reason}")]
    Tls {
        /// Host and port.
        address: String,
        /// Why not, and the cure.
        reason: String,
        /// Whether another try may go better: the connection broke, rather than that somebody is not who he should be.
        transient: bool,
    },
    /// The handshake broke off.
    #[error("{url}: the WebSocket handshake failed: {reason}")]
    Handshake {
        /// The URL.
        url: String,
        /// What happened.
        reason: String,
    },
    /// Connecting took too long.
    #[error("{url}: no connection within {wait:?}")]
    TooSlow {
        /// The URL.
        url: String,
        /// The time that was allowed.
        wait: Duration,
    },
}

impl ConnectError {
    /// Whether trying again later can help. A wrong URL stays wrong, and so does a path that is not there.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Url { .. } => false,
            Self::Refused { status, .. } => *status >= 500 || *status == 429,
            Self::Tls { transient, .. } => *transient,
            Self::Unreachable { .. } | Self::Handshake { .. } | Self::TooSlow { .. } => true,
        }
    }
}

/// Connects to a runtime. A URL without a path means `/arcp`.
///
/// # Errors
/// When the URL cannot be used, nobody answers, the answer is no upgrade, or it takes too long.
///
/// # Cancel safety
/// Dropping the future drops the connection.
pub async fn connect(
    url: &str,
    options: &ConnectOptions,
) -> Result<WebSocketTransport<NetStream>, ConnectError> {
    let target = Target::parse(url, options.insecure)?;
    let wait = options.limits.handshake_wait;
    let connecting = Box::pin(async {
        let unreachable = |error| ConnectError::Unreachable {
            address: target.address(),
            error,
        };
        let stream = TcpStream::connect((target.host.as_str(), target.port))
            .await
            .map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let stream = if target.encrypted {
            encrypt(stream, &target, options).await?
        } else {
            stream.into()
        };
        shake(stream, target.url.as_str(), &options.limits).await
    });
    match tokio::time::timeout(wait, connecting).await {
        Ok(done) => done,
        Err(_) => Err(ConnectError::TooSlow {
            url: url.to_owned(),
            wait,
        }),
    }
}

#[cfg(feature = "tls")]
async fn encrypt(
    stream: TcpStream,
    target: &Target,
    options: &ConnectOptions,
) -> Result<NetStream, ConnectError> {
    let failed = |reason, transient| ConnectError::Tls {
        address: target.address(),
        reason,
        transient,
    };
    let trust = match &options.trust {
        Some(trust) => trust.clone(),
        // The authorities of this machine are files.
        None => match tokio::task::spawn_blocking(Trust::platform).await {
            Ok(trust) => trust.map_err(|error| failed(error.to_string(), false))?,
            Err(error) => return Err(failed(error.to_string(), true)),
        },
    };
    match trust.shake(stream, &target.host).await {
        Ok(stream) => Ok(stream.into()),
        Err(error) => {
            let (reason, transient) = tls::reason(&error, &target.host);
            Err(failed(reason, transient))
        }
    }
}

/// Not reached: without TLS no target asks for it. It would rather fail than go on in clear.
#[cfg(not(feature = "tls"))]
async fn encrypt(
    _stream: TcpStream,
    target: &Target,
    _options: &ConnectOptions,
) -> Result<NetStream, ConnectError> {
    std::future::ready(Err(ConnectError::Url {
        url: target.url.to_string(),
        reason: NO_TLS.to_owned(),
    }))
    .await
}

/// Shakes hands as a client over a stream that is there already, without a look at where it leads; with `wss://` it has to be encrypted already.
///
/// # Errors
/// When the URL is no `ws://` or `wss://` URL, the answer is no upgrade, or it takes too long.
///
/// # Cancel safety
/// Dropping the future drops the connection.
pub async fn connect_over<S>(
    stream: S,
    url: &str,
    limits: &WebSocketLimits,
) -> Result<WebSocketTransport<S>, ConnectError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let target = Target::parse(url, true)?;
    let shaking = Box::pin(shake(stream, target.url.as_str(), limits));
    match tokio::time::timeout(limits.handshake_wait, shaking).await {
        Ok(done) => done,
        Err(_) => Err(ConnectError::TooSlow {
            url: url.to_owned(),
            wait: limits.handshake_wait,
        }),
    }
}

async fn shake<S>(
    stream: S,
    url: &str,
    limits: &WebSocketLimits,
) -> Result<WebSocketTransport<S>, ConnectError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    // No subprotocol is offered: a server that knows none would have to be refused for its silence.
    match client_async_with_config(url, stream, Some(limits.config())).await {
        Ok((socket, _)) => Ok(WebSocketTransport::new(socket, limits, None)),
        Err(WsError::Http(response)) => Err(ConnectError::Refused {
            url: url.to_owned(),
            status: response.status().as_u16(),
            text: response
                .body()
                .as_deref()
                .map_or_else(String::new, start_of),
        }),
        Err(error) => Err(ConnectError::Handshake {
            url: url.to_owned(),
            reason: match error {
                WsError::HttpFormat(_) | WsError::Protocol(ProtocolError::HttparseError(_)) => {
                    format!("{error}; if this port speaks TLS, use wss://")
                }
                error => error.to_string(),
            },
        }),
    }
}

/// The first line of an answer, as far as it is text that a person can read.
fn start_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(200)
        .collect();
    if line.is_empty() {
        line
    } else {
        format!(": {line}")
    }
}

#[derive(Debug)]
struct Target {
    url: Url,
    host: String,
    port: u16,
    encrypted: bool,
}

impl Target {
    fn parse(text: &str, insecure: bool) -> Result<Self, ConnectError> {
        let refuse = |shown: &str, reason: &str| {
            Err(ConnectError::Url {
                url: shown.to_owned(),
                reason: reason.to_owned(),
            })
        };
        let mut url = match Url::parse(text) {
            Ok(url) => url,
            Err(error) => {
                return refuse(
                    text,
                    &format!(
                        "not a URL ({error}); write wss://HOST:PORT{PATH}, or ws:// on this machine"
                    ),
                );
            }
        };
        let encrypted = match url.scheme() {
            "ws" => false,
            "wss" if cfg!(feature = "tls") => true,
            "wss" => return refuse(text, NO_TLS),
            _ => {
                return refuse(
                    text,
                    &format!(
                        "the scheme must be ws:// or wss://; write wss://HOST:PORT{PATH}, or ws:// on this machine"
                    ),
                );
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse(
                "ws://…@…",
                "a URL must not carry a name or a password; the token goes into the hello",
            );
        }
        let Some(host) = url.host_str().map(str::to_owned) else {
            return refuse(text, "the URL has no host");
        };
        if !encrypted && !insecure && !is_loopback_name(&host) {
            return refuse(
                text,
                "plain ws:// to another machine shows the token to everybody on the way; use wss:// or a tunnel to 127.0.0.1, or allow it (`insecure`, for a command --insecure)",
            );
        }
        let port = url.port().unwrap_or(if encrypted { 443 } else { 80 });
        let after_scheme = text.split_once("://").map_or("", |(_, rest)| rest);
        if !after_scheme.contains('/') {
            url.set_path(PATH);
        }
        url.set_fragment(None);
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        Ok(Self {
            url,
            host,
            port,
            encrypted,
        })
    }

    fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(url: &str, insecure: bool) -> String {
        Target::parse(url, insecure).unwrap_err().to_string()
    }

    #[test]
    fn a_path_is_filled_in_only_where_there_is_none() {
        for (given, used) in [
            ("ws://localhost:7777", "ws://localhost:7777/arcp"),
            ("ws://localhost:7777?a=b", "ws://localhost:7777/arcp?a=b"),
            ("ws://127.0.0.1:7777/", "ws://127.0.0.1:7777/"),
            ("ws://[::1]:7777/x#y", "ws://[::1]:7777/x"),
        ] {
            assert_eq!(Target::parse(given, false).unwrap().url.as_str(), used);
        }
        assert_eq!(
            Target::parse("ws://[::1]:7777", false).unwrap().address(),
            "[::1]:7777"
        );
        assert_eq!(Target::parse("ws://localhost", false).unwrap().port, 80);
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_cure() {
        let encrypted = Target::parse("wss://example.com", false);
        if cfg!(feature = "tls") {
            let encrypted = encrypted.unwrap();
            assert!(encrypted.encrypted);
            assert_eq!(encrypted.address(), "example.com:443");
        } else {
            let reason = encrypted.unwrap_err().to_string();
            assert!(reason.contains("the feature `tls`"), "{reason}");
        }
        assert!(reason("http://localhost/arcp", false).contains("wss://HOST:PORT/arcp"));
        assert!(reason("localhost", false).contains("wss://HOST:PORT/arcp"));
        assert!(reason("ws://example.com/arcp", false).contains("--insecure"));
        assert!(reason("ws://127.0.0.1.example.com/", false).contains("--insecure"));
        assert!(Target::parse("ws://example.com/arcp", true).is_ok());
        let shown = reason("ws://me:hunter2@localhost/", false);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
