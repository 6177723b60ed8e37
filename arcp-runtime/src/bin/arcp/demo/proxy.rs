//! A way to the runtime that can be cut: a TCP proxy on this machine.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::fault::{Fault, Trouble};

/// The proxy; it ends when this is dropped.
pub(super) struct Proxy {
    address: SocketAddr,
    /// Where connections lead, and how often they were cut.
    target: watch::Sender<(SocketAddr, u64)>,
    listening: JoinHandle<()>,
}

impl Proxy {
    pub(super) async fn start(target: SocketAddr) -> Result<Self, Fault> {
        let fault = |error: std::io::Error| {
            Fault::new(
                Trouble::Address,
                format!("no port for the demonstration's proxy: {error}"),
            )
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        let (target, led) = watch::channel((target, 0));
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, led.clone()));
            }
        });
        Ok(Self {
            address,
            target,
            listening,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("ws://{}/arcp", self.address)
    }

    /// Cuts every connection there is, without a goodbye.
    pub(super) fn cut(&self) {
        self.target.send_modify(|(_, cuts)| *cuts += 1);
    }

    /// New connections lead elsewhere; those there are, are cut.
    pub(super) fn lead_to(&self, target: SocketAddr) {
        self.target.send_modify(|led| *led = (target, led.1 + 1));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

/// Carries one connection until an end closes it or it is cut.
async fn carry(mut here: TcpStream, mut led: watch::Receiver<(SocketAddr, u64)>) {
    let (target, _) = *led.borrow_and_update();
    // A runtime that is not there yet: the client tries again.
    let Ok(mut there) = TcpStream::connect(target).await else {
        return;
    };
    // Small frames should not wait for each other; without it the demonstration is only slower.
    let _ = here.set_nodelay(true).and(there.set_nodelay(true));
    tokio::select! {
        _ = led.changed() => {}
        // How it ended is for the two ends to find out.
        _ = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
    }
}
