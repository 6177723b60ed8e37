//! A collector of our own: takes OTLP over HTTP, keeps every byte, and reads the spans and the numbers out of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// What was sent to each path.
type Bodies = Arc<Mutex<Vec<(&'static str, Bytes)>>>;

/// A listening collector.
pub(super) struct Collector {
    pub(super) address: String,
    bodies: Bodies,
}

impl Collector {
    /// Listens on this machine, for as long as the test's tokio runtime lives.
    pub(super) async fn listen() -> Self {
        let bodies = Bodies::default();
        let take = |path: &'static str| {
            post(
                move |State(bodies): State<Bodies>, body: Bytes| async move {
                    bodies.lock().unwrap().push((path, body));
                },
            )
        };
        let app = Router::new()
            .route("/v1/traces", take("/v1/traces"))
            .route("/v1/metrics", take("/v1/metrics"))
            .with_state(Arc::clone(&bodies));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, bodies }
    }

    /// Every byte that it was sent.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let bodies = self.bodies.lock().unwrap();
        bodies.iter().flat_map(|(_, body)| body.to_vec()).collect()
    }

    fn of(&self, path: &str) -> Vec<Bytes> {
        let bodies = self.bodies.lock().unwrap();
        let of = bodies.iter().filter(|(at, _)| *at == path);
        of.map(|(_, body)| body.clone()).collect()
    }

    /// The spans that it has, and the service that each was sent by.
    pub(super) fn spans(&self) -> Spans {
        let mut spans = Vec::new();
        for body in self.of("/v1/traces") {
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            for of_service in request.resource_spans {
                let service = attributes(&of_service.resource.unwrap().attributes);
                assert_eq!(service["service.name"], "arcp-runtime");
                for of_scope in of_service.scope_spans {
                    spans.extend(of_scope.spans.into_iter().map(Seen::from));
                }
            }
        }
        Spans(spans)
    }

    /// The newest value of each number, by its name and its attributes: `arcp.jobs{arcp.agent=echo}`.
    pub(super) fn numbers(&self) -> BTreeMap<String, (f64, String)> {
        super::numbers::read(
            self.of("/v1/metrics")
                .into_iter()
                .map(|body| ExportMetricsServiceRequest::decode(body).unwrap()),
        )
    }
}

/// The spans of a test.
#[derive(Debug)]
pub(super) struct Spans(pub(super) Vec<Seen>);

impl Spans {
    /// The one span of this name.
    #[track_caller]
    pub(super) fn one(&self, name: &str) -> &Seen {
        let found: Vec<_> = self.0.iter().filter(|span| span.name == name).collect();
        assert_eq!(found.len(), 1, "{name} among {:?}", self.names());
        found[0]
    }

    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.0.iter().map(|span| span.name.as_str()).collect();
        names.sort_unstable();
        names
    }
}

/// A span as it was sent.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) trace: String,
    pub(super) id: String,
    /// Empty for a root.
    pub(super) parent: String,
    pub(super) state: String,
    pub(super) kind: i32,
    pub(super) attributes: BTreeMap<String, String>,
    /// Whether its status is that of an error.
    pub(super) failed: bool,
    pub(super) lasted: bool,
}

impl From<Span> for Seen {
    fn from(span: Span) -> Self {
        let status = span.status.unwrap_or_default();
        assert_eq!(status.message, "", "what went wrong is not told in words");
        assert_eq!(span.events, [], "what was said within a span is not told");
        Self {
            attributes: attributes(&span.attributes),
            name: span.name,
            trace: hex(&span.trace_id),
            id: hex(&span.span_id),
            parent: hex(&span.parent_span_id),
            state: span.trace_state,
            kind: span.kind,
            failed: status.code == 2,
            lasted: span.end_time_unix_nano >= span.start_time_unix_nano,
        }
    }
}

impl Seen {
    #[track_caller]
    pub(super) fn says(&self, name: &str) -> &str {
        let said = self.attributes.get(name);
        said.unwrap_or_else(|| panic!("{} has no {name}: {:?}", self.name, self.attributes))
    }
}

pub(super) fn attributes(list: &[KeyValue]) -> BTreeMap<String, String> {
    let mut read = BTreeMap::new();
    for pair in list {
        let text = match pair.value.clone().unwrap().value.unwrap() {
            any_value::Value::StringValue(text) => text,
            other => format!("{other:?}"),
        };
        let before = read.insert(pair.key.clone(), text);
        assert_eq!(before, None, "{} is said twice", pair.key);
    }
    read
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
