//! Spans and metrics on their way out of the process: to a collector over OTLP/HTTP, or to an exporter of the application's own.
//!
//! Exporters run on threads of their own behind bounded queues: what they cannot take falls away, and nobody waits for them.

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{Protocol, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanExporter,
};
use std::sync::Arc;
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{Filtered, Targets};
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use super::collector::Collector;
use super::{TARGET, TraceIds, metrics};
use crate::limits::{EXPORT, LAST_EXPORT, SPANS_AT_ONCE, WAITING_SPANS};
use crate::server::Runtime;

/// The name of this library, and of the service when nothing else is said.
const NAME: &str = env!("CARGO_PKG_NAME");

/// What is exported, and where to. Make one for a process; [`Telemetry::shutdown`] sends what is left.
///
/// ```no_run
/// use arcp_runtime::telemetry::Telemetry;
/// use tracing_subscriber::layer::SubscriberExt as _;
/// use tracing_subscriber::util::SubscriberInitExt as _;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = Telemetry::to_collector("http://127.0.0.1:4318")?;
/// tracing_subscriber::registry()
///     .with(telemetry.layer())
///     .with(tracing_subscriber::fmt::layer())
///     .init();
/// // … a runtime, a client, and for the runtime's numbers: `telemetry.observe(&runtime)` …
/// telemetry.shutdown().await;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Telemetry {
    spans: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

/// Why nothing can be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The address is none.
    #[error("`{0}` is no address of a collector; write http://HOST:PORT or https://HOST:PORT")]
    Address(String),
    /// The address has a name or a password in it.
    #[error(
        "the address of the collector has a password in it; put it into a header with OTEL_EXPORTER_OTLP_HEADERS"
    )]
    Password,
    /// A variable of the environment says something that cannot be done.
    #[error("spans and metrics cannot be exported: {0}")]
    Settings(String),
}

impl Telemetry {
    /// To a collector over OTLP/HTTP with protobuf; `address` is its base, to which `/v1/traces` and `/v1/metrics` are added. Needs a tokio runtime,
    /// which carries the requests for as long as this lives.
    ///
    /// The standard variables hold for everything else: `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
    /// `OTEL_BSP_SCHEDULE_DELAY`, `OTEL_METRIC_EXPORT_INTERVAL` and the sampler's.
    ///
    /// # Errors
    /// The address, or one of these variables, is wrong. A collector that does not answer is no error.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn to_collector(address: &str) -> Result<Self, TelemetryError> {
        let wrong = || TelemetryError::Address(address.to_owned());
        let base = Url::parse(address).map_err(|_| wrong())?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(TelemetryError::Password);
        }
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(wrong());
        }
        let at = |path: &str| {
            let mut url = base.clone();
            url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
            url.to_string()
        };
        let settings = |error: &dyn std::fmt::Display| TelemetryError::Settings(error.to_string());
        let place = base.origin().ascii_serialization();
        let way = Collector::at(place, Handle::current()).map_err(|error| settings(&error))?;
        let way = Arc::new(way);
        let spans = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_shared_http_client(Arc::clone(&way) as _)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(EXPORT)
            .with_endpoint(at("/v1/traces"))
            .build()
            .map_err(|error| settings(&error))?;
        let metrics = opentelemetry_otlp::MetricExporter::builder()
            .with_http()
            .with_shared_http_client(way)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(EXPORT)
            .with_endpoint(at("/v1/metrics"))
            .build()
            .map_err(|error| settings(&error))?;
        let metrics = SdkMeterProvider::builder()
            .with_periodic_exporter(metrics)
            .with_resource(resource())
            .build();
        Ok(Self {
            spans: traced(spans),
            metrics,
        })
    }

    /// Spans to an exporter of your own, and metrics nowhere.
    pub fn to_exporter(exporter: impl SpanExporter + 'static) -> Self {
        Self {
            spans: traced(exporter),
            metrics: SdkMeterProvider::builder().build(),
        }
    }

    /// The layer that follows the spans of this crate, and nothing else: what an agent says to `tracing` is not exported.
    ///
    /// To export an application's own spans too, make a layer of `tracing-opentelemetry` with a filter of your own and a provider that has [`TraceIds`].
    pub fn layer<S>(&self) -> Filtered<OpenTelemetryLayer<S, SdkTracer>, Targets, S>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    {
        let ours = Targets::new().with_target(TARGET, LevelFilter::INFO);
        tracing_opentelemetry::layer()
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_tracer(self.spans.tracer(NAME))
            .with_filter(ours)
    }

    /// Exports the numbers of a runtime, from now on and until [`Telemetry::shutdown`]. For one runtime: a second one's numbers would be told under the same names.
    pub fn observe(&self, runtime: &Runtime) {
        metrics::register(&self.metrics.meter(NAME), runtime);
    }

    /// Sends what has collected so far. Says whether all of it was taken.
    ///
    /// # Cancel safety
    /// Dropped in the middle, it is sent all the same.
    pub async fn flush(&self) -> bool {
        let (spans, metrics) = (self.spans.clone(), self.metrics.clone());
        within_bounds(
            move || spans.force_flush().is_ok(),
            move || metrics.force_flush().is_ok(),
        )
        .await
    }

    /// Sends what is left, and ends. A collector that is away is waited for a few seconds. Says whether all of it was taken.
    pub async fn shutdown(self) -> bool {
        let Self { spans, metrics } = self;
        within_bounds(
            move || spans.shutdown_with_timeout(LAST_EXPORT).is_ok(),
            move || metrics.shutdown_with_timeout(LAST_EXPORT).is_ok(),
        )
        .await
    }
}

/// Both on threads that may block, and not for ever.
async fn within_bounds(
    spans: impl FnOnce() -> bool + Send + 'static,
    metrics: impl FnOnce() -> bool + Send + 'static,
) -> bool {
    let (spans, metrics) = (
        tokio::task::spawn_blocking(spans),
        tokio::task::spawn_blocking(metrics),
    );
    let both = async { (spans.await, metrics.await) };
    matches!(
        tokio::time::timeout(LAST_EXPORT, both).await,
        Ok((Ok(true), Ok(true)))
    )
}

fn traced(exporter: impl SpanExporter + 'static) -> SdkTracerProvider {
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(WAITING_SPANS)
        .with_max_export_batch_size(SPANS_AT_ONCE)
        .build();
    let batches = BatchSpanProcessor::builder(exporter)
        .with_batch_config(batches)
        .build();
    SdkTracerProvider::builder()
        .with_span_processor(batches)
        .with_id_generator(TraceIds::new())
        .with_resource(resource())
        .build()
}

/// Who exports: what the environment says, and our name where it gives none.
fn resource() -> Resource {
    let said = Resource::builder()
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let named = said
        .get(&Key::from_static_str("service.name"))
        .is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let whole = Resource::builder().with_attributes(
        said.iter()
            .map(|(key, value)| KeyValue::new(key.clone(), value.clone())),
    );
    if named {
        whole.build()
    } else {
        whole.with_service_name(NAME).build()
    }
}
