//! Where a client is, when somebody else accepted its connection: failed logins are counted by address (§14).

use std::net::IpAddr;

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::http::Extensions;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::transport::BoxTransport;
use crate::transport::websocket::{WebSocketLimits, WebSocketTransport};

/// Where a client is, put into a request's extensions by a layer that knows better than the socket: behind a proxy, the address that the proxy names.
///
/// Without it the address is that of axum's `ConnectInfo<SocketAddr>` where there is one, then the socket's. Behind a proxy that is the same for everybody,
/// and one client that guesses tokens keeps all others from logging in; take a header for it only from a proxy that sets it itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

/// The address that a request says.
pub(super) fn said(extensions: &Extensions) -> Option<IpAddr> {
    let named = extensions.get::<PeerAddress>().map(|named| named.0);
    named.or_else(|| connected(extensions))
}

#[cfg(feature = "axum")]
fn connected(extensions: &Extensions) -> Option<IpAddr> {
    let info = extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
    info.map(|info| info.0.ip())
}

#[cfg(not(feature = "axum"))]
fn connected(_extensions: &Extensions) -> Option<IpAddr> {
    None
}

/// A transport over what was upgraded. A plain TCP connection is taken out of what hyper puts around it: that costs less, and small frames are sent at once.
pub(super) async fn transport(
    upgraded: Upgraded,
    said: Option<IpAddr>,
    limits: &WebSocketLimits,
) -> BoxTransport {
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => {
            let stream = parts.io.into_inner();
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "small frames may be delayed");
            }
            let peer = said.or_else(|| stream.peer_addr().ok().map(|address| address.ip()));
            let rest = parts.read_buf.to_vec();
            Box::new(
                WebSocketTransport::after_handshake(stream, rest, Role::Server, limits, peer).await,
            )
        }
        Err(upgraded) => {
            let stream = TokioIo::new(upgraded);
            let transport =
                WebSocketTransport::after_handshake(stream, Vec::new(), Role::Server, limits, said);
            Box::new(transport.await)
        }
    }
}
