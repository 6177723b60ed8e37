//! The port of `--admin`: health, readiness and metrics for those who run the runtime, apart from the wire.
//!
//! One request to a connection and few of them at the same time: whoever watches needs no more.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arcp_runtime::hosting;
use arcp_runtime::server::Runtime;
use clap::Args;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::fault::{Fault, Trouble};

/// Connections at the same time; further ones wait to be accepted.
const WATCHERS: usize = 32;
/// How long one connection may take, from its request to the last byte of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The port for those who watch.
#[derive(Debug, Args)]
pub(super) struct AdminFlags {
    /// An address for /healthz, /readyz and /metrics, such as 127.0.0.1:9100; none, unless this is given.
    /// It answers whoever reaches it, without a token and without TLS: with numbers and the names of agents, never with ids, names of people or secrets.
    #[arg(long, value_name = "ADDRESS:PORT")]
    admin: Option<SocketAddr>,
}

impl AdminFlags {
    /// Listens, if that is wanted, for as long as the process lives. Says where.
    pub(super) async fn open(&self, runtime: &Runtime) -> Result<Option<SocketAddr>, Fault> {
        let Some(wanted) = self.admin else {
            return Ok(None);
        };
        let cannot = |error| {
            Fault::new(
                Trouble::Address,
                format!(
                    "{wanted} cannot be listened on: {error}; choose another address with --admin"
                ),
            )
        };
        let listener = TcpListener::bind(wanted).await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        if !address.ip().is_loopback() {
            tracing::warn!(
                "--admin {wanted} is not loopback: whoever reaches it sees this runtime's numbers and the names of its agents, without a token and without TLS; give it an address of this machine or of a network of your own, or let a firewall choose who comes"
            );
        }
        tokio::spawn(answer(listener, hosting::watching(runtime)));
        Ok(Some(address))
    }
}

async fn answer(listener: TcpListener, routes: axum::Router) {
    let places = Arc::new(Semaphore::new(WATCHERS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(routes.clone());
        tokio::spawn(async move {
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            match tokio::time::timeout(PATIENCE, served).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a watcher's connection failed"),
                Err(_) => tracing::debug!("a watcher's connection took too long"),
            }
            drop(place);
        });
    }
}
