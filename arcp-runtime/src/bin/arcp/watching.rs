//! Who is told what a runtime does, or a client: standard error, and a collector of spans and metrics.

use arcp_runtime::server::Runtime;
#[cfg(feature = "otel")]
use arcp_runtime::telemetry::Telemetry;
use clap::Args;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::fault::Fault;
use crate::paint::Paint;

/// Where spans and metrics go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Telemetry")]
pub(crate) struct WatchFlags {
    /// A collector that speaks OTLP over HTTP, such as http://127.0.0.1:4318. Nothing that clients or agents say is sent there.
    #[cfg(feature = "otel")]
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp: Option<String>,
}

/// What ends with the command.
pub(crate) struct Watching {
    #[cfg(feature = "otel")]
    telemetry: Option<Telemetry>,
}

impl WatchFlags {
    /// Begins to log, and to export if that was asked for. Within tokio, which carries the exports.
    #[cfg(feature = "otel")]
    pub(crate) fn begin(&self) -> Result<Watching, Fault> {
        // A variable that is set to nothing counts as one that is not set.
        let address = self.otlp.as_deref().filter(|address| !address.is_empty());
        let telemetry = address
            .map(Telemetry::to_collector)
            .transpose()
            .map_err(|error| Fault::usage(format!("--otlp: {error}")))?;
        log_with(telemetry.as_ref().map(Telemetry::layer));
        Ok(Watching { telemetry })
    }

    #[cfg(not(feature = "otel"))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "with a collector there is something to refuse, and a flag to look at"
    )]
    pub(crate) fn begin(&self) -> Result<Watching, Fault> {
        log_with(None::<tracing_subscriber::layer::Identity>);
        Ok(Watching {})
    }
}

impl Watching {
    /// Exports the runtime's numbers too.
    #[cfg(feature = "otel")]
    pub(crate) fn observe(&self, runtime: &Runtime) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.observe(runtime);
        }
    }

    #[cfg(not(feature = "otel"))]
    #[expect(
        clippy::unused_self,
        reason = "with a collector there is somebody to tell"
    )]
    pub(crate) fn observe(&self, _: &Runtime) {}

    /// Sends what is left, within a few seconds.
    #[cfg(feature = "otel")]
    pub(crate) async fn end(self) {
        if let Some(telemetry) = self.telemetry {
            // That the collector is away was logged when it was noticed.
            let _ = telemetry.shutdown().await;
        }
    }

    #[cfg(not(feature = "otel"))]
    pub(crate) async fn end(self) {
        std::future::ready(()).await;
    }
}

/// Logs to standard error, because standard output may be the wire. A logger that is there already is fine too.
fn log_with<L>(exported: Option<L>)
where
    L: tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync,
{
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("ARCP_LOG").unwrap_or_else(|_| "warn".into());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(Paint::stderr().is_on())
        .with_filter(filter);
    let _ = tracing_subscriber::registry()
        .with(exported)
        .with(lines)
        .try_init();
}
