//! Our runtime inside this process, over the memory transport, for the kit's raw peer.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use arcp_conformance::link::{Incoming, Link, NoLink, Outgoing, queues};
use arcp_conformance::target::{Carrier, Connecting, Runtime as Target};
use arcp_runtime::agent::probe::Probe;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::credential::CredentialPool;
use arcp_runtime::limits::Limits;
use arcp_runtime::server::{Builder, Runtime};
use arcp_runtime::store::{Durability, MemoryStore, SqliteStore};
use arcp_runtime::transport::memory::{self, MemoryTransport};
use arcp_runtime::transport::{CloseCode, Goodbye, Received, Transport as _, TransportError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::served::{PROFILES, tokens};

/// Runtimes of every profile, in this process.
pub(crate) struct Memory {
    runtimes: BTreeMap<String, Runtime>,
    /// Threads for agents alone: some of them block on purpose.
    agents: Option<tokio::runtime::Runtime>,
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(agents) = self.agents.take() {
            agents.shutdown_background();
        }
    }
}

/// The limits of a profile; the same as the flags in [`PROFILES`].
fn limits(profile: &str) -> Limits {
    let mut limits = Limits::default();
    match profile {
        "default" | "provisioned" => {}
        "brisk" => {
            limits.heartbeat_interval = Duration::from_secs(2);
            limits.resume_window = Duration::from_secs(4);
            limits.cancel_grace = Duration::from_millis(300);
            limits.lease_grace = Duration::ZERO;
            limits.idempotency_window = Duration::from_secs(2);
        }
        "small" => {
            (limits.session_events, limits.job_events) = (50, 50);
            limits.ack_lag = 100;
            limits.chunk_bytes = 65_536;
            limits.result_bytes = 262_144;
            limits.sessions_per_principal = 3;
            limits.jobs_per_principal = 4;
            limits.frame_bytes = 1 << 20;
        }
        other => panic!("there is no profile {other}"),
    }
    limits
}

/// Credentials for more jobs than the scenarios submit.
fn pool() -> CredentialPool {
    let values = (0..1000).map(|number| format!("credential-value-{number:06}").parse().unwrap());
    CredentialPool::new("pool", "https://pool.example".parse().unwrap()).with_values(values)
}

/// A runtime of a profile, on a store in memory or on a SQLite file in a folder.
async fn start(profile: &str, folder: Option<&Path>, agents: &Handle) -> Runtime {
    let builder = match folder {
        None => Runtime::builder().store(MemoryStore::new()),
        Some(folder) => {
            let file = folder.join(format!("{profile}.db"));
            let store = SqliteStore::open(&file, Durability::Process).unwrap();
            Runtime::builder().shared_store(Arc::new(store))
        }
    };
    let builder = Probe::versions(None)
        .into_iter()
        .fold(builder, Builder::agent);
    let builder = if profile == "provisioned" {
        builder.provisioner(pool())
    } else {
        builder
    };
    builder
        .verifier(BearerTokens::parse(&tokens()).unwrap())
        .limits(limits(profile))
        .agents_on(agents.clone())
        .start()
        .await
        .unwrap()
}

/// A runtime with a provisioner, for whoever lets it listen: the command gives credentials from a gateway alone.
pub(crate) async fn provisioned(folder: &Path) -> Runtime {
    start("provisioned", Some(folder), &Handle::current()).await
}

impl Memory {
    /// Starts them, on a store in memory, or on SQLite files in a folder.
    pub(crate) async fn start(folder: Option<&Path>) -> Self {
        let agents = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let mut runtimes = BTreeMap::new();
        for (profile, _) in PROFILES {
            let runtime = start(profile, folder, agents.handle()).await;
            runtimes.insert((*profile).to_owned(), runtime);
        }
        // What is given out has to be revoked after a crash too, so there are credentials on disk only.
        if folder.is_some() {
            let runtime = start("provisioned", folder, agents.handle()).await;
            runtimes.insert("provisioned".to_owned(), runtime);
        }
        Self {
            runtimes,
            agents: Some(agents),
        }
    }
}

impl Target for Memory {
    fn connect<'a>(&'a self, profile: &'a str, _path: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async move {
            let runtime = self
                .runtimes
                .get(profile)
                .ok_or_else(|| NoLink::Broken(format!("there is no profile {profile}")))?;
            let (here, there) = memory::pair(64);
            tokio::spawn(runtime.serve(Box::new(there)));
            let (mut link, to_send, came): (Link, _, _) = queues();
            link.carrier = Some(tokio::spawn(carry(here, to_send, came)));
            Ok(link)
        })
    }

    fn profiles(&self) -> Vec<String> {
        self.runtimes.keys().cloned().collect()
    }

    fn carrier(&self) -> Carrier {
        Carrier::Memory
    }
}

enum Event {
    Came(Option<Result<Received, TransportError>>),
    Asked(Option<Outgoing>),
}

async fn carry(
    mut transport: MemoryTransport,
    mut to_send: mpsc::Receiver<Outgoing>,
    came: mpsc::Sender<Incoming>,
) {
    let mut waiting: VecDeque<String> = VecDeque::new();
    loop {
        let event = poll_fn(|cx| {
            if let Poll::Ready(received) = transport.poll_recv(cx) {
                return Poll::Ready(Event::Came(received));
            }
            while let Some(text) = waiting.pop_front() {
                if transport.poll_ready(cx).is_ready() {
                    // An end that is gone is told by the next receive.
                    let _ = transport.start_send(text.into());
                } else {
                    waiting.push_front(text);
                    break;
                }
            }
            let _ = transport.poll_flush(cx);
            if waiting.is_empty() {
                return to_send.poll_recv(cx).map(Event::Asked);
            }
            Poll::Pending
        })
        .await;
        match event {
            Event::Asked(Some(Outgoing::Text(text))) => waiting.push_back(text),
            // There are no bytes on this transport.
            Event::Asked(Some(Outgoing::Binary(_))) => {}
            Event::Asked(Some(Outgoing::Close)) => {
                let _ = poll_fn(|cx| transport.poll_close(cx, CloseCode::Normal, "")).await;
            }
            Event::Asked(Some(Outgoing::Cut) | None) => return,
            Event::Came(Some(Ok(Received::Frame(text)))) => {
                if came.send(Incoming::Text(text.to_string())).await.is_err() {
                    return;
                }
            }
            Event::Came(Some(Ok(other))) => panic!("{other:?}"),
            Event::Came(end) => {
                let (code, reason) = match (end, transport.goodbye()) {
                    (_, Some(Goodbye { code, reason, .. })) => (Some(code), reason),
                    (Some(Err(error)), None) => (None, error.to_string()),
                    _ => (None, "closed".to_owned()),
                };
                let _ = came.send(Incoming::Closed { code, reason }).await;
                return;
            }
        }
    }
}
