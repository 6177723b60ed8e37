//! `arcp serve`: a runtime on a port or on standard input and output.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arcp_runtime::auth::{AnyOf, BearerTokens, Verifier};
use arcp_runtime::limits::Limits;
use arcp_runtime::server::{Builder, Runtime, StartError};
use arcp_runtime::store::MemoryStore;
use arcp_runtime::store::{Durability, SqliteStore, StoreError};
use arcp_runtime::transport::stdio::{self, StdioLimits};
use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use crate::fault::{Fault, Trouble};
use crate::input;
use crate::value::whole;
use crate::watching::WatchFlags;

#[cfg(feature = "axum")]
mod admin;
#[cfg(feature = "litellm")]
mod gateway_flags;
#[cfg(feature = "jwt")]
mod issuer_flags;
mod limit_flags;
mod listen;
#[cfg(feature = "tls")]
mod tls_flags;

#[cfg(feature = "axum")]
use admin::AdminFlags;
#[cfg(feature = "litellm")]
use gateway_flags::GatewayFlags;
#[cfg(feature = "jwt")]
use issuer_flags::IssuerFlags;
use limit_flags::LimitFlags;
#[cfg(feature = "tls")]
use tls_flags::TlsFlags;

/// Threads for agents: apart from the connections, so that an agent that blocks stops nobody else.
const AGENT_THREADS: usize = 4;

const EXAMPLES: &str = "\
Examples:
  arcp serve --token secret=alice
  arcp serve --store memory --token-file tokens.txt --port 9000
  ARCP_TOKENS=secret=alice arcp serve --store sqlite:runtime.db --heartbeat-interval 10
  arcp serve --stdio --token secret=alice --store memory
  arcp serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --token-file tokens.txt

The address and the store are printed at the start. SIGTERM and Ctrl-C end it in good order;
with --drain they let running jobs end first, and a second signal waits for them no longer. One more signal ends it at once.
Tokens come from --token, from --token-file, and from ARCP_TOKENS (one TOKEN=PRINCIPAL on each line).
ARCP_LOG=debug makes it tell more on standard error.";

/// Serve agents over WebSocket, or over standard input and output.
#[derive(Debug, Args)]
#[command(
    after_help = format!("{EXAMPLES}\n\n{}", crate::fault::EXIT_CODES)
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Serve {
    /// The address to listen on. Other than loopback needs a certificate, or --insecure.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 7777)]
    port: u16,
    /// Listen on other than loopback without TLS, behind a proxy that has it.
    #[arg(long)]
    insecure: bool,
    /// A bearer token and whom it belongs to. Can be given several times.
    #[arg(long = "token", value_name = "TOKEN=PRINCIPAL", hide_env_values = true)]
    tokens: Vec<String>,
    /// A file with a TOKEN=PRINCIPAL on each line.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Where sessions and jobs are kept: memory, or sqlite:PATH. Without it a SQLite file in this platform's data folder.
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    /// What an acknowledged event survives.
    #[arg(long, value_enum, default_value_t = Survives::Power)]
    durability: Survives,
    /// Offer the probe too: an agent that does whatever its input says, for conformance checks. Not for the open network.
    #[arg(long)]
    probe: bool,
    /// The folder that the probe's `count` step writes to.
    #[arg(long, value_name = "FOLDER", requires = "probe")]
    probe_dir: Option<PathBuf>,
    /// Offer the agents that `arcp bench` submits.
    #[arg(long, hide = true)]
    bench_agents: bool,
    /// Speak over standard input and output instead of a port.
    #[arg(long)]
    stdio: bool,
    /// Seconds that running jobs may take to end after a signal, while nothing new is taken. What is left then ends with the next start.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = whole::<u64>(0..=86_400))]
    drain: u64,
    #[cfg(feature = "axum")]
    #[command(flatten)]
    admin: AdminFlags,
    #[cfg(feature = "tls")]
    #[command(flatten)]
    tls: TlsFlags,
    #[cfg(feature = "jwt")]
    #[command(flatten)]
    issuer: IssuerFlags,
    #[cfg(feature = "litellm")]
    #[command(flatten)]
    gateway: GatewayFlags,
    #[command(flatten)]
    watch: WatchFlags,
    #[command(flatten)]
    limits: LimitFlags,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Survives {
    /// A crash of the process.
    Process,
    /// A power cut too.
    Power,
}

/// A chosen store, kept so that it can be closed.
enum Kept {
    Memory,
    Sqlite(Arc<SqliteStore>),
}

impl Serve {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        let threads = |error: std::io::Error| {
            Fault::machine(format!(
                "no threads can be started: {error}; raise the process limit"
            ))
        };
        let agents = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(AGENT_THREADS)
            .thread_name("agent")
            .enable_all()
            .build()
            .map_err(threads)?;
        let main = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(threads)?;
        let outcome = main.block_on(self.serve(agents.handle().clone()));
        // An agent that keeps its thread must not keep the process.
        agents.shutdown_background();
        main.shutdown_background();
        outcome
    }

    async fn serve(&self, agents: tokio::runtime::Handle) -> Result<(), Fault> {
        let watching = self.watch.begin()?;
        let mut limits = Limits::default();
        self.limits.apply(&mut limits);
        if self.in_clear() && !self.insecure {
            return Err(Fault::usage(format!(
                "{} is not loopback, and without TLS everybody on the way can read tokens: give a certificate with --tls-cert and --tls-key, or put a proxy with TLS in front and pass --insecure",
                self.host
            )));
        }
        let (builder, kept, place) = self.open_store(Runtime::builder())?;
        let builder = arcp_runtime::agent::demo::all()
            .into_iter()
            .fold(builder, Builder::shared_agent);
        let builder = if self.bench_agents {
            crate::bench::agents::all()
                .into_iter()
                .fold(builder, Builder::shared_agent)
        } else {
            builder
        };
        let builder = if self.probe {
            arcp_runtime::agent::probe::Probe::versions(self.probe_dir.clone())
                .into_iter()
                .fold(builder, Builder::agent)
        } else {
            builder
        };
        let builder = self.provisioned(builder)?;
        let runtime = builder
            .verifier(self.verifier().await?)
            .limits(limits.clone())
            .agents_on(agents)
            .start()
            .await
            .map_err(|error| match error {
                StartError::Store(error) => Fault::from(error),
                error => Fault::machine(format!("the runtime cannot start: {error}")),
            })?;
        watching.observe(&runtime);
        // Before anybody can know that we are ready: a signal that comes then ends us in good order.
        let mut terminate = terminate()?;
        #[cfg(feature = "axum")]
        let watched = self.admin.open(&runtime).await?;
        #[cfg(not(feature = "axum"))]
        let watched: Option<std::net::SocketAddr> = None;
        let watched =
            watched.map(|address| format!("health, readiness and metrics on http://{address}"));
        let served = if self.stdio {
            if let Some(watched) = watched {
                // Standard output is the wire.
                let _ = writeln!(std::io::stderr(), "{watched}");
            }
            self.serve_stdio(&runtime, &limits, &mut terminate).await
        } else {
            self.listen(&runtime, &place, watched.as_deref(), &mut terminate)
                .await
        };
        let stopping = async {
            let stopped = stop(&runtime, kept).await;
            watching.end().await;
            stopped
        };
        tokio::select! {
            stopped = stopping => served.and(stopped),
            () = terminate.recv() => Err(Fault::new(
                Trouble::Cancelled,
                "stopped at once, by a second signal; what was promised is in the store",
            )),
        }
    }

    async fn serve_stdio(
        &self,
        runtime: &Runtime,
        limits: &Limits,
        terminate: &mut Terminate,
    ) -> Result<(), Fault> {
        let transport = stdio::own(StdioLimits::default().with_max_frame(limits.frame_bytes));
        tokio::select! {
            () = runtime.serve(Box::new(transport)) => Ok(()),
            told = self.told_to_stop(runtime, terminate) => told,
        }
    }

    /// Waits for a signal, and then for running jobs, until another signal or the end of their time.
    async fn told_to_stop(
        &self,
        runtime: &Runtime,
        terminate: &mut Terminate,
    ) -> Result<(), Fault> {
        terminate.recv().await;
        if self.drain == 0 {
            return Ok(());
        }
        tokio::select! {
            drained = runtime.drain(Duration::from_secs(self.drain)) => drained.map_err(|error| failed(&error)),
            () = terminate.recv() => Ok(()),
        }
    }

    #[cfg(feature = "litellm")]
    fn provisioned(&self, builder: Builder) -> Result<Builder, Fault> {
        Ok(match self.gateway.gateway(self.in_clear())? {
            Some(gateway) => builder.provisioner(gateway),
            None => builder,
        })
    }

    #[cfg(not(feature = "litellm"))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "with a gateway there is something to refuse, and a flag to look at"
    )]
    fn provisioned(&self, builder: Builder) -> Result<Builder, Fault> {
        Ok(builder)
    }

    /// Who may connect: whoever shows a token that was given here, or one that the issuer made.
    async fn verifier(&self) -> Result<AnyOf, Fault> {
        let tokens = self.tokens()?;
        let mut verifiers = self.issuers().await?;
        if tokens.is_empty() && verifiers.is_empty() {
            return Err(Fault::usage(
                "nobody could connect: pass --token TOKEN=PRINCIPAL, --token-file FILE, or set ARCP_TOKENS",
            ));
        }
        if !tokens.is_empty() {
            verifiers.insert(0, Arc::new(tokens));
        }
        Ok(AnyOf::new(verifiers))
    }

    #[cfg(feature = "jwt")]
    async fn issuers(&self) -> Result<Vec<Arc<dyn Verifier>>, Fault> {
        let verifier = self.issuer.verifier().await?;
        Ok(verifier
            .map(|verifier| Arc::new(verifier) as Arc<dyn Verifier>)
            .into_iter()
            .collect())
    }

    #[cfg(not(feature = "jwt"))]
    async fn issuers(&self) -> Result<Vec<Arc<dyn Verifier>>, Fault> {
        std::future::ready(Ok(Vec::new())).await
    }

    fn tokens(&self) -> Result<BearerTokens, Fault> {
        let read = |text: &str, from: &str| {
            BearerTokens::parse(text).map_err(|error| Fault::usage(format!("{from}: {error}")))
        };
        let mut sets = Vec::new();
        for token in &self.tokens {
            sets.push(read(token, "--token")?);
        }
        if let Ok(text) = std::env::var("ARCP_TOKENS") {
            sets.push(read(&text, "ARCP_TOKENS")?);
        }
        if let Some(file) = &self.token_file {
            let text = input::read_text(file)?;
            sets.push(read(&text, &file.display().to_string())?);
        }
        sets.into_iter()
            .try_fold(BearerTokens::new(), BearerTokens::and)
            .map_err(|error| Fault::usage(error.to_string()))
    }

    fn open_store(&self, builder: Builder) -> Result<(Builder, Kept, String), Fault> {
        let path = match self.store.as_deref() {
            Some("memory") => {
                return Ok((
                    builder.store(MemoryStore::new()),
                    Kept::Memory,
                    "memory".to_owned(),
                ));
            }
            Some(other) => match other.strip_prefix("sqlite:") {
                Some(path) if !path.is_empty() => PathBuf::from(path),
                _ => {
                    return Err(Fault::usage(format!(
                        "--store {other}: write memory or sqlite:PATH"
                    )));
                }
            },
            None => data_folder()?.join("runtime.db"),
        };
        let durability = match self.durability {
            Survives::Process => Durability::Process,
            Survives::Power => Durability::Power,
        };
        let store = SqliteStore::open(&path, durability)?;
        let store = Arc::new(store);
        Ok((
            builder.shared_store(Arc::clone(&store) as _),
            Kept::Sqlite(store),
            format!("sqlite:{}", path.display()),
        ))
    }

    /// Whether clients come with TLS that is ours.
    #[cfg(feature = "tls")]
    fn encrypts(&self) -> bool {
        self.tls.is_given()
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "with TLS there are flags to look at")]
    fn encrypts(&self) -> bool {
        false
    }

    /// Whether clients come over a network without TLS that is ours.
    fn in_clear(&self) -> bool {
        !self.stdio && !self.host.is_loopback() && !self.encrypts()
    }
}

fn failed(error: &StoreError) -> Fault {
    Fault::file(format!(
        "the store failed: {error}; mend it and start again, nothing that was sent is lost"
    ))
}

/// Stops in good order.
async fn stop(runtime: &Runtime, kept: Kept) -> Result<(), Fault> {
    let stopped = runtime.shutdown().await.map_err(|error| failed(&error));
    if let Kept::Sqlite(store) = kept {
        store.close().await?;
    }
    stopped
}

/// The signals that ask for an end.
struct Terminate {
    term: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    first: Option<(SignalKind, Instant)>,
}

fn terminate() -> Result<Terminate, Fault> {
    let fault = |error| Fault::machine(format!("signals cannot be received: {error}"));
    Ok(Terminate {
        term: signal(SignalKind::terminate()).map_err(fault)?,
        interrupt: signal(SignalKind::interrupt()).map_err(fault)?,
        first: None,
    })
}

impl Terminate {
    /// The next signal. What ends a whole group of processes sends its signal twice, so the same one right behind the first is still the first.
    async fn recv(&mut self) {
        const ONE_SIGNAL: Duration = Duration::from_millis(200);
        loop {
            let kind = tokio::select! {
                _ = self.term.recv() => SignalKind::terminate(),
                _ = self.interrupt.recv() => SignalKind::interrupt(),
            };
            match self.first {
                Some((first, at)) if first == kind && at.elapsed() < ONE_SIGNAL => {}
                Some(_) => return,
                None => {
                    self.first = Some((kind, Instant::now()));
                    return;
                }
            }
        }
    }
}

/// The folder for data of this user and program, made if it is not there.
fn data_folder() -> Result<PathBuf, Fault> {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    let base = if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Application Support"))
    } else {
        let given = std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        given.or_else(|| home().map(|home| home.join(".local/share")))
    };
    let folder = base
        .ok_or_else(|| {
            Fault::file(
                "there is no data folder: set HOME, or pass --store sqlite:PATH or --store memory",
            )
        })?
        .join("arcp");
    make(&folder)?;
    Ok(folder)
}

fn make(folder: &Path) -> Result<(), Fault> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Fault::file(format!(
            "{} cannot be made: {error}; pass --store sqlite:PATH or --store memory",
            folder.display()
        ))
    })
}
