//! A runtime that is put together: what it stands on, what it offers, and its start from what the store knows.

use std::collections::HashMap;
use std::sync::Arc;

use arcp_generated::session::{Feature, RuntimeInfo};
use tokio::runtime::Handle;

use super::agents::Agents;
use super::children::Children;
use super::credentials::Credentials;
use super::desk::Desk;
use super::dispatch;
use super::faces::Faces;
use super::host::Host;
use super::jobs::Jobs;
use super::logins::Logins;
use super::metrics::Counters;
use super::runtime::{Runtime, Shared};
use crate::agent::Agent;
use crate::auth::{BearerTokens, Verifier};
use crate::clock::{Clock, Now, SystemClock};
use crate::credential::Provisioner;
use crate::id::{Mint, SystemMint};
use crate::limits::Limits;
use crate::protocol::core::{Core, Output};
use crate::protocol::features::Features;
use crate::protocol::handshake::Offer;
use crate::protocol::listing::{Observation, Observers};
use crate::protocol::versioning::NotRegistered;
use crate::store::{MemoryStore, Store, StoreError};

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
