//! Listening for WebSockets (§4): connections on an address are shaken hands with and served, until the runtime stops.
//!
//! Without TLS other machines are only let in where somebody says that they may be (§14).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
#[cfg(feature = "tls")]
use std::sync::{PoisonError, RwLock};

use tokio::net::{TcpListener, TcpStream, ToSocketAddrs, lookup_host};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::runtime::Runtime;
use crate::limits::{ACCEPT_PAUSE, TURNED_AWAY};
use crate::protocol::shown::Shown;
use crate::transport::BoxTransport;
#[cfg(feature = "tls")]
use crate::transport::tls::Identity;
use crate::transport::websocket::{self, AcceptError, PATH, Refusal, Upgrade, WebSocketLimits};

/// How to listen.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListenOptions {
    /// Buffers, frame size and times of each connection; without them those of [`WebSocketLimits::server`], with the runtime's frame size.
    pub limits: Option<WebSocketLimits>,
    /// Allows plain `ws://` to other machines.
    pub insecure: bool,
    /// Speaks TLS, and nothing else, as this server.
    #[cfg(feature = "tls")]
    pub identity: Option<Identity>,
}

impl ListenOptions {
    /// Allows plain `ws://` to other machines: tokens then cross the network readable, unless a proxy in front of this speaks TLS.
    #[must_use]
    pub fn with_insecure(mut self, insecure: bool) -> Self {
        self.insecure = insecure;
        self
    }

    /// Sets buffers, frame size and times.
    #[must_use]
    pub fn with_limits(mut self, limits: WebSocketLimits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Speaks TLS (`wss://`), and nothing else, as this server; other machines may connect then.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    #[cfg(feature = "tls")]
    fn encrypts(&self) -> bool {
        self.identity.is_some()
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "with TLS there is something to look at")]
    fn encrypts(&self) -> bool {
        false
    }
}

/// Why an address is not listened on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Other machines could connect, and nobody said that they may.
    #[error(
        "{address} is not loopback: give an identity for TLS, or put a proxy with TLS in front and allow it with `insecure`, or listen on 127.0.0.1"
    )]
    Open {
        /// The address.
        address: SocketAddr,
    },
    /// The address is taken, is not this machine's, or its name means nothing.
    #[error("the address cannot be listened on: {0}; choose another one")]
    Address(#[from] io::Error),
    /// The runtime has stopped.
    #[error("the runtime has stopped")]
    Stopped,
}

/// An address that is listened on. Dropping it changes nothing: it is listened on until [`Listening::close`], or until the runtime stops.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    scheme: &'static str,
    #[cfg(feature = "tls")]
    identity: Arc<RwLock<Option<Identity>>>,
    closing: CancellationToken,
    closed: CancellationToken,
}

impl Listening {
    /// The address; the port is a real one where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients connect: `ws://ADDRESS/arcp`, with TLS `wss://ADDRESS/arcp`.
    pub fn url(&self) -> String {
        format!("{}://{}{PATH}", self.scheme, self.address)
    }

    /// Shows another certificate to who connects from now on. Connections that are there keep what they have, and an address without TLS stays without.
    #[cfg(feature = "tls")]
    pub fn renew(&self, identity: Identity) {
        let mut held = self
            .identity
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if held.is_some() {
            *held = Some(identity);
        }
    }

    /// Takes no more connections and gives the address back. Those that are there go on.
    ///
    /// # Cancel safety
    /// Dropping the future does not take the close back.
    pub async fn close(self) {
        self.closing.cancel();
        self.closed.cancelled().await;
    }

    /// Waits until the address is no longer listened on, because of [`Listening::close`] or because the runtime stops.
    ///
    /// # Cancel safety
    /// Can be called again after it was dropped.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }
}

impl Runtime {
    /// Listens on a loopback address for WebSockets and serves whoever connects, until the runtime stops. Port 0 means any free port.
    ///
    /// Pages of other origins are refused, because a browser can be made to connect to this machine (§14).
    ///
    /// ```
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use arcp_runtime::server::Runtime;
    ///
    /// let runtime = Runtime::builder().start().await?;
    /// let listening = runtime.listen("127.0.0.1:0").await?;
    /// assert!(listening.url().starts_with("ws://127.0.0.1:"));
    /// runtime.shutdown().await?;
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`ListenError::Open`] for an address that other machines reach, [`ListenError::Address`] for one that cannot be had,
    /// [`ListenError::Stopped`] for a runtime that has stopped.
    ///
    /// # Cancel safety
    /// Dropping the future gives the address back.
    pub async fn listen(&self, address: impl ToSocketAddrs) -> Result<Listening, ListenError> {
        self.listen_with(address, ListenOptions::default()).await
    }

    /// As [`Runtime::listen`], with options. On an address that other machines reach, whoever asks is let in, whatever host and origin they name.
    ///
    /// # Errors
    /// As [`Runtime::listen`].
    ///
    /// # Cancel safety
    /// As [`Runtime::listen`].
    pub async fn listen_with(
        &self,
        address: impl ToSocketAddrs,
        options: ListenOptions,
    ) -> Result<Listening, ListenError> {
        let addresses: Vec<SocketAddr> = lookup_host(address).await?.collect();
        // Before anybody could connect.
        let open = addresses.iter().find(|one| !one.ip().is_loopback());
        let encrypts = options.encrypts();
        if let Some(address) = open.filter(|_| !options.insecure && !encrypts) {
            return Err(ListenError::Open { address: *address });
        }
        let listener = TcpListener::bind(&addresses[..]).await?;
        let address = listener.local_addr()?;
        let limits = options.limits.unwrap_or_else(|| {
            WebSocketLimits::server().with_max_frame(self.host.limits.frame_bytes)
        });
        #[cfg(feature = "tls")]
        let identity = Arc::new(RwLock::new(options.identity));
        let door = Door {
            runtime: self.clone(),
            limits,
            #[cfg(feature = "tls")]
            identity: Arc::clone(&identity),
            loopback: address.ip().is_loopback(),
            full: false,
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY)),
            closing: self.shared.leaving.child_token(),
        };
        if door.closing.is_cancelled() {
            return Err(ListenError::Stopped);
        }
        let listening = Listening {
            address,
            scheme: if encrypts { "wss" } else { "ws" },
            #[cfg(feature = "tls")]
            identity,
            closing: door.closing.clone(),
            closed: CancellationToken::new(),
        };
        let closed = listening.closed.clone().drop_guard();
        self.shared.listeners.spawn(async move {
            door.attend(listener).await;
            drop(closed);
        });
        Ok(listening)
    }
}

/// What takes connections in.
#[derive(Clone)]
struct Door {
    runtime: Runtime,
    limits: WebSocketLimits,
    loopback: bool,
    /// Whether nobody is let in.
    full: bool,
    /// Who may still be told so.
    turned_away: Arc<Semaphore>,
    #[cfg(feature = "tls")]
    identity: Arc<RwLock<Option<Identity>>>,
    closing: CancellationToken,
}

impl Door {
    /// Takes connections until it is closed. The listener goes with this.
    async fn attend(self, listener: TcpListener) {
        let closing = self.closing.clone();
        let _ = closing
            .run_until_cancelled(async {
                loop {
                    match listener.accept().await {
                        Ok((stream, _)) => {
                            if let Some(seat) = self.runtime.seat() {
                                let (door, runtime) = (self.clone(), self.runtime.clone());
                                tokio::spawn(async move {
                                    // Boxed, so that an idle session does not keep the handshake's room.
                                    if let Some(transport) = Box::pin(door.shake(stream)).await {
                                        runtime.serve_on(seat, transport).await;
                                    }
                                });
                            } else {
                                self.turn_away(stream);
                            }
                        }
                        Err(error) => {
                            // Out of file descriptors, most likely: some have to be given back first.
                            tracing::warn!(%error, "a connection could not be accepted");
                            tokio::time::sleep(ACCEPT_PAUSE).await;
                        }
                    }
                }
            })
            .await;
    }

    /// Tells who came that there are too many connections. Few at a time are told, and none has longer than a handshake may take.
    fn turn_away(&self, stream: TcpStream) {
        if let Ok(told) = Arc::clone(&self.turned_away).try_acquire_owned() {
            let mut door = self.clone();
            door.full = true;
            tokio::spawn(async move {
                // No handshake comes of it.
                let _ = door.shake(stream).await;
                drop(told);
            });
        }
    }

    /// Shakes hands with who came; `None` when that comes to nothing.
    async fn shake(self, stream: TcpStream) -> Option<BoxTransport> {
        let shaking = self.upgrade(stream);
        match self.closing.run_until_cancelled(shaking).await? {
            Ok(transport) => Some(transport),
            Err(error) => {
                tracing::debug!(error = %Shown(&error), "a connection was not upgraded");
                None
            }
        }
    }

    async fn upgrade(&self, stream: TcpStream) -> Result<BoxTransport, AcceptError> {
        let guard = |upgrade: &Upgrade<'_>| self.guard(upgrade);
        #[cfg(feature = "tls")]
        if let Some(identity) = self.identity() {
            let shaking = websocket::accept_tls(stream, &identity, &self.limits, guard);
            return Ok(Box::new(shaking.await?));
        }
        let shaking = websocket::accept_tcp(stream, &self.limits, guard);
        Ok(Box::new(shaking.await?))
    }

    #[cfg(feature = "tls")]
    fn identity(&self) -> Option<Identity> {
        let held = self.identity.read();
        held.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn guard(&self, upgrade: &Upgrade<'_>) -> Result<(), Refusal> {
        if self.loopback {
            websocket::loopback_only(upgrade)?;
        }
        if self.full {
            return Err(Refusal::full());
        }
        Ok(())
    }
}
