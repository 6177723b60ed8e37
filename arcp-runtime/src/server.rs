//! The runtime: takes connections over any transport, runs agents, keeps what it promised in a store.
//!
//! ```text
//! connection --Call--> dispatch --Record--> store
//!     ^                  |  ^
//!     +----- feed <------+  +--Input-- jobs (agents)
//! ```

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use arcp_generated::session::{Feature, RuntimeInfo};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::agent::Agent;
use crate::auth::{BearerTokens, Verifier};
use crate::clock::{Clock, Now, SystemClock};
use crate::credential::Provisioner;
use crate::id::{Mint, SystemMint};
use crate::limits::Limits;
use crate::protocol::core::{ConnKey, Core, Input, Output};
use crate::protocol::features::Features;
use crate::protocol::handshake::Offer;
use crate::protocol::listing::{Observation, Observers};
use crate::protocol::versioning::NotRegistered;
use crate::store::{MemoryStore, Store, StoreError};
use crate::transport::BoxTransport;

mod agents;
pub(crate) mod children;
mod connection;
pub(crate) mod credentials;
pub(crate) mod delegate;
pub(crate) mod desk;
pub(crate) mod dispatch;
mod drain;
mod faces;
pub(crate) mod feed;
mod fingerprint;
mod greet;
mod history;
mod host;
mod inline;
mod jobs;
mod lanes;
mod line;
mod listen;
mod logins;
pub(crate) mod metrics;
mod outgoing;
pub(crate) mod owner;
mod readiness;
mod submit;
pub(crate) mod window;

use self::agents::Agents;
use self::children::Children;
use self::credentials::Credentials;
use self::desk::Desk;
use self::dispatch::Call;
use self::faces::Faces;
use self::host::Host;
use self::jobs::Jobs;
pub use self::listen::{ListenError, ListenOptions, Listening};
use self::logins::Logins;
use self::metrics::Counters;
pub use self::metrics::{
    AgentTally, Endings, Histogram, OperationRefusals, QueueMetrics, RuntimeMetrics, StoreMetrics,
    Tally, WireMetrics,
};
pub use self::readiness::Readiness;

/// What works here. A feature is listed when it was driven over a real socket, not before.
const FEATURES: [Feature; 10] = [
    Feature::Heartbeat,
    Feature::Ack,
    Feature::ListJobs,
    Feature::Subscribe,
    Feature::LeaseExpiresAt,
    Feature::CostBudget,
    Feature::ModelUse,
    Feature::Progress,
    Feature::ResultChunk,
    Feature::AgentVersions,
];

/// A runtime that is being put together.
#[derive(Debug)]
pub struct Builder {
    name: String,
    limits: Limits,
    agents: Agents,
    wrong_agents: Vec<NotRegistered>,
    store: Arc<dyn Store>,
    verifier: Arc<dyn Verifier>,
    clock: Arc<dyn Clock>,
    mint: Arc<dyn Mint>,
    agents_on: Option<Handle>,
    provisioners: Vec<Arc<dyn Provisioner>>,
    observation: Observation,
}

/// Why a runtime could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There are provisioners, and the store forgets what it is told when the process ends.
    #[error(
        "credentials are only provisioned with a store that survives the process, so that no revocation is forgotten; use the SQLite store"
    )]
    ForgetfulStore,
    /// An agent's name or version cannot be registered.
    #[error("{0}")]
    Agent(NotRegistered),
}

/// A running runtime. Cheap to clone; it runs until [`Runtime::shutdown`], whatever happens to the handles.
#[derive(Clone)]
pub struct Runtime {
    host: Arc<Host>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    next_conn: AtomicU64,
    connections: AtomicUsize,
    idle: Notify,
    /// Set when the drain begins, before the dispatcher hears of it.
    draining: AtomicBool,
    drained: watch::Receiver<bool>,
    /// Cancelled when the runtime begins to stop.
    leaving: CancellationToken,
    listeners: TaskTracker,
    dispatch: tokio::sync::Mutex<Dispatched>,
}

/// The dispatcher's task, or how it ended.
#[derive(Debug)]
enum Dispatched {
    Running(JoinHandle<Result<(), StoreError>>),
    Ended(Result<(), StoreError>),
}

impl Shared {
    /// Runs the dispatcher on a task of its own.
    fn running(
        drained: watch::Receiver<bool>,
        dispatch: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    ) -> Self {
        let leaving = CancellationToken::new();
        let over = leaving.clone().drop_guard();
        let task = tokio::spawn(async move {
            // However it ends, nobody else is let in.
            let _over = over;
            dispatch.await
        });
        Self {
            next_conn: AtomicU64::new(1),
            connections: AtomicUsize::new(0),
            idle: Notify::new(),
            draining: AtomicBool::new(false),
            drained,
            leaving,
            listeners: TaskTracker::new(),
            dispatch: tokio::sync::Mutex::new(Dispatched::Running(task)),
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("agents", &self.host.agents)
            .field("store", &self.host.store)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// Registers an agent. What is wrong with it is told by [`Builder::start`].
    #[must_use]
    pub fn agent(self, agent: impl Agent) -> Self {
        self.shared_agent(Arc::new(agent))
    }

    /// Registers an agent that is shared already.
    #[must_use]
    pub fn shared_agent(mut self, agent: Arc<dyn Agent>) -> Self {
        if let Err(error) = self.agents.add(agent) {
            self.wrong_agents.push(error);
        }
        self
    }

    /// Where sessions and jobs are kept; in memory unless this is called.
    #[must_use]
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// A store that is shared already, so that it can be closed after the runtime.
    #[must_use]
    pub fn shared_store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = store;
        self
    }

    /// Who may connect; nobody unless this is called.
    #[must_use]
    pub fn verifier(mut self, verifier: impl Verifier) -> Self {
        self.verifier = Arc::new(verifier);
        self
    }

    /// What is allowed.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The name in the welcome; `arcp-runtime` unless this is called.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Where agents run; on the tokio runtime that starts this one unless this is called.
    /// A tokio runtime of their own keeps agents that block their threads away from the connections.
    #[must_use]
    pub fn agents_on(mut self, handle: Handle) -> Self {
        self.agents_on = Some(handle);
        self
    }

    /// Lets principals see each other's jobs as `observers` says. Without it everybody sees only their own (§14).
    #[must_use]
    pub fn observers(mut self, observers: impl Observers) -> Self {
        self.observation.widen(Arc::new(observers));
        self
    }

    /// Whether a job that may not be seen is answered as if it were not there (`JOB_NOT_FOUND`, the default) or as forbidden (`PERMISSION_DENIED`).
    #[must_use]
    pub fn conceal_jobs(mut self, conceal: bool) -> Self {
        self.observation.conceal = conceal;
        self
    }

    /// Gives jobs credentials from an upstream, one from each provisioner that wants to (§9.8).
    /// Needs a store that survives the process, because a revocation must not be forgotten.
    #[must_use]
    pub fn provisioner(mut self, provisioner: impl Provisioner) -> Self {
        self.provisioners.push(Arc::new(provisioner));
        self
    }

    /// Another clock, for tests and simulations.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Another source of identifiers, for tests and simulations.
    #[must_use]
    pub fn mint(mut self, mint: impl Mint) -> Self {
        self.mint = Arc::new(mint);
        self
    }

    /// Reads what the store knows, ends the jobs that a crash broke off, and starts. Needs a tokio runtime.
    ///
    /// # Errors
    /// The store cannot be read, or an agent cannot be registered.
    pub async fn start(self) -> Result<Runtime, StartError> {
        if let Some(error) = self.wrong_agents.into_iter().next() {
            return Err(StartError::Agent(error));
        }
        let features = features(!self.provisioners.is_empty(), self.store.as_ref())?;
        let credentials = Arc::new(Credentials::new(self.provisioners, &self.limits));
        let agents = Arc::new(self.agents);
        let offer = Offer {
            runtime: RuntimeInfo::new(self.name).with_version(env!("CARGO_PKG_VERSION")),
            features,
            agents: agents.inventory(),
        };
        let mut core = Core::new(self.limits.clone(), Arc::clone(&self.mint), offer)
            .observed_by(self.observation);
        core.provision_from(credentials.sources());
        let (core, pending) = recovered(core, self.store.as_ref(), self.clock.now()).await?;
        let faces = Arc::new(Faces::default());
        let counters = Arc::new(Counters::default());
        core.faces().for_each(|face| faces.insert(face));

        let spawner = self.agents_on.unwrap_or_else(Handle::current);
        let (dispatch, inbox) = dispatch::new(
            core,
            Arc::clone(&self.clock),
            Arc::clone(&self.store),
            Arc::clone(&faces),
            self.limits.clone(),
            |inbox| Jobs {
                desk: Arc::new(Desk {
                    inbox,
                    clock: Arc::clone(&self.clock),
                    mint: Arc::clone(&self.mint),
                    limits: self.limits.clone(),
                    agents: Arc::clone(&agents),
                    children: Children::default(),
                    credentials: Arc::clone(&credentials),
                    store: Arc::clone(&self.store),
                    counters: Arc::clone(&counters),
                }),
                spawner,
                running: HashMap::new(),
            },
        );
        let host = Host {
            logins: Logins::new(self.limits.failed_logins),
            limits: self.limits,
            clock: self.clock,
            mint: self.mint,
            store: self.store,
            agents,
            faces,
            verifier: self.verifier,
            credentials,
            counters,
            inbox,
        };
        let shared = Shared::running(dispatch.drained(), dispatch.run(pending));
        Ok(Runtime {
            host: Arc::new(host),
            shared: Arc::new(shared),
        })
    }
}

/// What is offered: credentials only where their revocation outlives the process (§14).
fn features(provisioned: bool, store: &dyn Store) -> Result<Features, StartError> {
    let features = Features::of(&FEATURES);
    match (provisioned, store.is_durable()) {
        (false, _) => Ok(features),
        (true, true) => Ok(features.with(&Feature::ProvisionedCredentials)),
        (true, false) => Err(StartError::ForgetfulStore),
    }
}

/// A new core, and what follows from what the store knew.
async fn recovered(
    mut core: Core,
    store: &dyn Store,
    now: Now,
) -> Result<(Core, Output), StoreError> {
    let known = store.recover().await?;
    let mut pending = Output::default();
    core.recover(known, now, &mut pending);
    Ok((core, pending))
}

impl Runtime {
    /// A runtime to put together: in memory, without agents, and nobody may connect.
    pub fn builder() -> Builder {
        Builder {
            name: "arcp-runtime".to_owned(),
            limits: Limits::default(),
            agents: Agents::default(),
            wrong_agents: Vec::new(),
            store: Arc::new(MemoryStore::new()),
            verifier: Arc::new(BearerTokens::new()),
            clock: Arc::new(SystemClock::new()),
            mint: Arc::new(SystemMint::default()),
            agents_on: None,
            provisioners: Vec::new(),
            observation: Observation::default(),
        }
    }

    /// What the runtime has counted, and what it holds now. Cheap; ask as often as you like.
    pub fn metrics(&self) -> RuntimeMetrics {
        let Host {
            agents,
            counters,
            inbox,
            ..
        } = self.host.as_ref();
        counters.snapshot(agents.names(), &self.shared.connections, inbox.depth())
    }

    /// What is allowed here.
    pub fn limits(&self) -> &Limits {
        &self.host.limits
    }

    /// Serves one connection to its end. Spawn it: one task for each connection.
    /// When there are too many connections, the new one is dropped.
    ///
    /// # Cancel safety
    /// Dropping it ends the connection; the session can be resumed.
    pub fn serve(&self, transport: BoxTransport) -> impl Future<Output = ()> + Send + 'static {
        let seat = self.seat();
        let runtime = self.clone();
        async move {
            if let Some(seat) = seat {
                runtime.serve_on(seat, transport).await;
            }
        }
    }

    /// A place for a connection whose transport may not be there yet; `None` when there are too many.
    pub(crate) fn seat(&self) -> Option<Seat> {
        let limit = self.host.limits.connections;
        let seat = Seat::take(&self.shared, limit);
        if seat.is_none() {
            self.host.counters.dropped();
            tracing::warn!(limit, "too many connections; one was dropped");
        }
        seat
    }

    /// Serves one connection on a place that was taken for it.
    pub(crate) async fn serve_on(&self, seat: Seat, transport: BoxTransport) {
        let host = Arc::clone(&self.host);
        let conn = ConnKey(self.shared.next_conn.fetch_add(1, Ordering::Relaxed));
        host.counters.served();
        let leaving = Leaving {
            host: Arc::clone(&host),
            conn,
            armed: true,
        };
        connection::serve(host, conn, transport).await;
        leaving.done();
        drop(seat);
    }
}

/// A place among the connections.
#[derive(Debug)]
pub(crate) struct Seat(Arc<Shared>);

impl Seat {
    fn take(shared: &Arc<Shared>, limit: usize) -> Option<Self> {
        let seat = Self(Arc::clone(shared));
        (shared.connections.fetch_add(1, Ordering::AcqRel) < limit).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::AcqRel);
        self.0.idle.notify_waiters();
    }
}

/// Tells the core that a connection is gone, also when its task is dropped in the middle.
struct Leaving {
    host: Arc<Host>,
    conn: ConnKey,
    armed: bool,
}

impl Leaving {
    fn done(mut self) {
        self.armed = false;
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if self.armed
            && let Ok(handle) = Handle::try_current()
        {
            let (host, conn) = (Arc::clone(&self.host), self.conn);
            handle.spawn(async move {
                // A runtime that has stopped has forgotten the connection.
                let _ = host.inbox.call(Call::Tell(Input::Detached(conn))).await;
            });
        }
    }
}
