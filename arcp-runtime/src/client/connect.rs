//! Putting a client together, and the ways to a runtime.

use std::ffi::OsString;
use std::fmt;
use std::future::Future;
use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arcp_generated::session::{BearerToken, ClientInfo, Feature};
use tokio::process::Command;
use tokio::sync::oneshot;

use super::driver::{self, DriverSettings};
use super::{Backoff, Client, ClientError, SavedSession};
use crate::clock::SystemClock;
use crate::id::SystemMint;
use crate::limits::{ClientLimits, IN_PROCESS_FRAMES};
use crate::protocol::client::core::Settings;
use crate::transport::stdio::{self, StdioLimits};
#[cfg(feature = "tls")]
use crate::transport::tls::Trust;
use crate::transport::websocket::{self, ConnectError, ConnectOptions};
use crate::transport::{BoxTransport, memory};

/// A connection on its way.
pub type ConnectFuture =
    Pin<Box<dyn Future<Output = Result<BoxTransport, ClientError>> + Send + 'static>>;

/// A way to a runtime that can be taken again and again. Closures that return a future are one.
pub trait Connect: Send + Sync + 'static {
    /// Connects once. [`ClientError::Connect`] says whether another try can help.
    fn connect(&self) -> ConnectFuture;
}

impl<F, T> Connect for F
where
    F: Fn() -> T + Send + Sync + 'static,
    T: Future<Output = Result<BoxTransport, ClientError>> + Send + 'static,
{
    fn connect(&self) -> ConnectFuture {
        Box::pin(self())
    }
}

impl From<ConnectError> for ClientError {
    fn from(error: ConnectError) -> Self {
        Self::Connect {
            reason: error.to_string(),
            transient: error.is_transient(),
        }
    }
}

/// What this client can deal with: all of v1.1.
const FEATURES: [Feature; 11] = [
    Feature::Heartbeat,
    Feature::Ack,
    Feature::ListJobs,
    Feature::Subscribe,
    Feature::LeaseExpiresAt,
    Feature::CostBudget,
    Feature::ModelUse,
    Feature::ProvisionedCredentials,
    Feature::Progress,
    Feature::ResultChunk,
    Feature::AgentVersions,
];

enum Target {
    Url(String),
    Connector(Arc<dyn Connect>),
}

/// A client that is being put together.
pub struct Builder {
    target: Target,
    token: String,
    name: String,
    version: String,
    features: Vec<Feature>,
    backoff: Option<Backoff>,
    options: ConnectOptions,
    resume: Option<SavedSession>,
    limits: ClientLimits,
    acks_by_hand: bool,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("name", &self.name)
            .field("features", &self.features)
            .field("backoff", &self.backoff)
            .field("resume", &self.resume)
            .finish_non_exhaustive()
    }
}

impl Builder {
    pub(super) fn to_url(url: String) -> Self {
        Self::new(Target::Url(url))
    }

    pub(super) fn over(connector: impl Connect) -> Self {
        Self::new(Target::Connector(Arc::new(connector)))
    }

    pub(super) fn to_program(program: OsString, arguments: Vec<OsString>) -> Self {
        Self::over(move || {
            let mut command = Command::new(&program);
            command.args(&arguments);
            // Ctrl-C is for us: what it means for the runtime is told over the wire.
            #[cfg(unix)]
            command.process_group(0);
            let started = stdio::spawn(command, StdioLimits::default());
            let started = started.map_err(|error| ClientError::Connect {
                reason: format!("cannot start {}: {error}", program.display()),
                transient: !matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::PermissionDenied
                ),
            });
            async move { Ok(Box::new(started?) as BoxTransport) }
        })
    }

    pub(super) fn in_process(serve: impl Fn(BoxTransport) + Send + Sync + 'static) -> Self {
        Self::over(move || {
            let (here, there) = memory::pair(IN_PROCESS_FRAMES);
            serve(Box::new(there));
            async move { Ok(Box::new(here) as BoxTransport) }
        })
    }

    fn new(target: Target) -> Self {
        Self {
            target,
            token: String::new(),
            name: "arcp-runtime client".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            features: FEATURES.to_vec(),
            backoff: Some(Backoff::default()),
            options: ConnectOptions::default(),
            resume: None,
            limits: ClientLimits::default(),
            acks_by_hand: false,
        }
    }

    /// The bearer token (§6.1). Secret.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = token.into();
        self
    }

    /// The name that the runtime sees; it has 1 to 256 characters.
    #[must_use]
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The version that the runtime sees.
    #[must_use]
    pub fn client_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// The features to offer instead of all that this client can deal with.
    #[must_use]
    pub fn features(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        self.features = features.into_iter().collect();
        self
    }

    /// Does not offer this feature.
    #[must_use]
    pub fn without(mut self, feature: &Feature) -> Self {
        self.features.retain(|offered| offered != feature);
        self
    }

    /// How to come back after a lost connection; `None` to end with it instead.
    #[must_use]
    pub fn reconnect(mut self, backoff: impl Into<Option<Backoff>>) -> Self {
        self.backoff = backoff.into();
        self
    }

    /// Allows plain `ws://` to other machines: the token then crosses the network readable.
    #[must_use]
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.options = self.options.with_insecure(insecure);
        self
    }

    /// Whom `wss://` trusts, instead of the authorities of this machine.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn trust(mut self, trust: Trust) -> Self {
        self.options = self.options.with_trust(trust);
        self
    }

    /// What the client holds at most, and how long it waits.
    #[must_use]
    pub fn limits(mut self, limits: ClientLimits) -> Self {
        self.limits = limits;
        self
    }

    /// How long the runtime may take to answer a request, a minute unless this is called: [`ClientLimits::request`].
    #[must_use]
    pub fn request_timeout(mut self, request: Duration) -> Self {
        self.limits.request = request;
        self
    }

    /// How many events, and how many bytes of them, wait for the consumer of one job before reading stops. The default is 1024 and 8 MiB.
    #[must_use]
    pub fn event_queue(mut self, events: usize, bytes: usize) -> Self {
        self.limits.events = events;
        self.limits.event_bytes = bytes;
        self
    }

    /// How large all streamed results that are put together in memory at the same time may be, in bytes. The default is 256 MiB.
    #[must_use]
    pub fn result_bytes(mut self, result_bytes: usize) -> Self {
        self.limits.result_bytes = result_bytes;
        self
    }

    /// Acknowledges events only by [`Client::ack`]. Without this the client does it by itself, up to what consumers have taken; but what is acknowledged
    /// cannot be asked for again, so an application that saves its session acknowledges what it has saved.
    #[must_use]
    pub fn manual_ack(mut self) -> Self {
        self.acks_by_hand = true;
        self
    }

    /// Goes on with a session of another client. Its jobs are in [`Client::resumed_jobs`].
    #[must_use]
    pub fn resume(mut self, saved: SavedSession) -> Self {
        self.resume = Some(saved);
        self
    }

    /// Connects and waits for the welcome. The first connection is tried once.
    ///
    /// # Errors
    /// [`ClientError::Connect`] when nobody answers, [`ClientError::Refused`] when the runtime does not want us, [`ClientError::SessionLost`] when the
    /// session to resume is gone, [`ClientError::Invalid`] for a name or a token that cannot be sent.
    ///
    /// # Cancel safety
    /// Dropping the future ends the attempt and what was connected by then.
    pub async fn connect(self) -> Result<Client, ClientError> {
        let token = BearerToken::try_from(self.token).ok();
        let token = token.filter(|token| !token.as_str().is_empty());
        let token = token.ok_or_else(|| {
            ClientError::Invalid("the token is empty or too long; set one with `token`".to_owned())
        })?;
        if self.name.is_empty() || self.name.chars().count() > 256 {
            let reason = "the client's name must have 1 to 256 characters".to_owned();
            return Err(ClientError::Invalid(reason));
        }
        let max_frame = self.options.limits.max_frame.max(1);
        let mut limits = self.limits;
        let connector: Arc<dyn Connect> = match self.target {
            Target::Connector(connector) => connector,
            Target::Url(url) => {
                limits.frame_bytes = limits.frame_bytes.min(max_frame);
                over_websocket(url, self.options)
            }
        };
        let list_pages = limits.list_pages;
        let settings = Settings {
            client: ClientInfo::new(self.name).with_version(self.version),
            token,
            features: self.features,
            acks_by_hand: self.acks_by_hand,
            reconnects: self.backoff.is_some(),
            limits,
        };
        let (ready, opened) = oneshot::channel();
        let (driver, client) = driver::new(
            DriverSettings {
                settings,
                connector,
                backoff: self.backoff,
                clock: Arc::new(SystemClock::new()),
                mint: Arc::new(SystemMint::default()),
                resume: self.resume,
            },
            ready,
        );
        tokio::spawn(driver);
        match opened.await {
            Ok(Ok(opened)) => Ok(Client {
                requests: client.requests,
                control: client.control,
                opened,
                incidents: client.incidents,
                adopted: Arc::new(Mutex::new(client.adopted)),
                list_pages,
            }),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(ClientError::Closed),
        }
    }
}

fn over_websocket(url: String, options: ConnectOptions) -> Arc<dyn Connect> {
    Arc::new(move || {
        let (url, options) = (url.clone(), options.clone());
        async move {
            let transport = websocket::connect(&url, &options).await?;
            Ok(Box::new(transport) as BoxTransport)
        }
    })
}
