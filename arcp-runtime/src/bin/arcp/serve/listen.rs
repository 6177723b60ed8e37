//! The port of `arcp serve`: connections are accepted, shaken hands with, each in a task of its own, and served.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use arcp_runtime::limits::Limits;
use arcp_runtime::server::Runtime;
#[cfg(feature = "tls")]
use arcp_runtime::transport::tls::Identity;
use arcp_runtime::transport::websocket::{self, WebSocketLimits};
use arcp_runtime::transport::{BoxTransport, Transport};
use tokio::net::{TcpListener, TcpStream};

use super::{Serve, Terminate};
use crate::fault::{Fault, Trouble};

/// How a connection becomes a transport.
#[derive(Clone)]
struct Reception {
    sockets: WebSocketLimits,
    /// Whether only this machine should reach the port.
    loopback: bool,
    #[cfg(feature = "tls")]
    identity: Option<Identity>,
}

impl Serve {
    /// Listens until a signal or the store ends it.
    pub(super) async fn listen(
        &self,
        runtime: &Runtime,
        limits: &Limits,
        place: &str,
        terminate: &mut Terminate,
    ) -> Result<(), Fault> {
        let mut reception = Reception {
            sockets: WebSocketLimits::server().with_max_frame(limits.frame_bytes),
            loopback: self.host.is_loopback(),
            #[cfg(feature = "tls")]
            identity: self.tls.identity()?,
        };
        let listener = self.bind().await?;
        let address = listener
            .local_addr()
            .map_err(|error| Fault::machine(format!("the port cannot be told: {error}")))?;
        let mut renewals = Renewals::new(self.encrypts())?;
        say(&format!(
            "listening on {}://{address}/arcp, store {place}",
            if self.encrypts() { "wss" } else { "ws" }
        ));
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let (runtime, reception) = (runtime.clone(), reception.clone());
                        tokio::spawn(async move {
                            // Boxed, so that an idle session does not keep the handshake's room.
                            if let Some(transport) = Box::pin(reception.upgrade(stream)).await {
                                runtime.serve(transport).await;
                            }
                        });
                    }
                    Err(error) => {
                        // Out of file descriptors, most likely: wait for some to be given back.
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                () = renewals.due() => self.renew(&mut reception),
                stopped = runtime.stopped() => {
                    return stopped.map_err(|error| Fault::file(format!("the store failed: {error}; mend it and start again, nothing that was sent is lost")));
                }
                () = terminate.recv() => return Ok(()),
            }
        }
    }

    async fn bind(&self) -> Result<TcpListener, Fault> {
        let address = SocketAddr::new(self.host, self.port);
        TcpListener::bind(address)
            .await
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::AddrInUse => Fault::new(
                    Trouble::Address,
                    format!(
                        "port {} is taken; choose another with --port, or --port 0 for a free one",
                        self.port
                    ),
                ),
                _ => Fault::new(
                    Trouble::Address,
                    format!(
                        "{address} cannot be listened on: {error}; choose another --host or --port"
                    ),
                ),
            })
    }

    /// Reads the certificate again. Connections that are there keep what they have.
    #[cfg(feature = "tls")]
    fn renew(&self, reception: &mut Reception) {
        match self.tls.identity() {
            Ok(identity) => {
                reception.identity = identity;
                say("the certificate was read again");
            }
            Err(fault) => {
                tracing::warn!("the certificate stays as it was: {fault}");
                say("the certificate stays as it was");
            }
        }
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "with TLS there is something to read")]
    fn renew(&self, _reception: &mut Reception) {}
}

impl Reception {
    /// Shakes hands with a client; `None` when that comes to nothing.
    async fn upgrade(self, stream: TcpStream) -> Option<BoxTransport> {
        let guard = |upgrade: &websocket::Upgrade<'_>| {
            if self.loopback {
                websocket::loopback_only(upgrade)
            } else {
                Ok(())
            }
        };
        #[cfg(feature = "tls")]
        if let Some(identity) = &self.identity {
            return ready(websocket::accept_tls(stream, identity, &self.sockets, guard).await);
        }
        ready(websocket::accept_tcp(stream, &self.sockets, guard).await)
    }
}

fn ready(
    upgraded: Result<impl Transport + 'static, websocket::AcceptError>,
) -> Option<BoxTransport> {
    match upgraded {
        Ok(transport) => Some(Box::new(transport)),
        Err(error) => {
            tracing::debug!(%error, "a connection was not upgraded");
            None
        }
    }
}

/// A closed standard output does not keep a runtime from running.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// SIGHUP, where there is something to read again; elsewhere it ends the process, as it does without our doing.
struct Renewals(Option<tokio::signal::unix::Signal>);

impl Renewals {
    fn new(wanted: bool) -> Result<Self, Fault> {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = wanted.then(|| signal(SignalKind::hangup())).transpose();
        hangup
            .map(Self)
            .map_err(|error| Fault::machine(format!("signals cannot be received: {error}")))
    }

    async fn due(&mut self) {
        match &mut self.0 {
            // A stream of signals has no end.
            Some(hangup) => drop(hangup.recv().await),
            None => std::future::pending().await,
        }
    }
}
