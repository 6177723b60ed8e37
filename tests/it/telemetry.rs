//! What collectors are told (§11): spans and numbers, exported over OTLP to a collector of ours, and never anything secret.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arcp_generated::error::ErrorCode;
use arcp_generated::event::{LogLevel, Metric};
use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, ClientError, JobFailure, Submission};
use arcp_runtime::server::{Builder, Runtime};
use arcp_runtime::telemetry::{TARGET, Telemetry, TelemetryError};
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

mod collector;
mod forwarding;
mod numbers;
mod secrecy;

use collector::{Collector, Spans};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Calls a tool, spends money, and delegates the rest.
#[arcp_agent(name = "planner", version = "1.2.0")]
async fn run_planner(ctx: JobContext, topic: String) -> Result<String, AgentError> {
    let call = ctx.tool_call("search.web", json!({"q": topic})).await?;
    call.succeed(json!([])).await?;
    ctx.metric(Metric::new("cost.search".to_owned(), "0.42".parse()?).with_unit("USD".to_owned()))
        .await?;
    let mut writer = ctx
        .delegate("writer", &topic)
        .grant("tool.call", ["fetch.*"])
        .await?;
    Ok(writer.result().await?.decode::<String>()?)
}

/// Calls a tool that fails, and gets over it.
#[arcp_agent(name = "writer", version = "1.0.0")]
async fn run_writer(ctx: JobContext, topic: String) -> Result<String, AgentError> {
    let call = ctx.tool_call("fetch.page", json!({})).await?;
    call.fail(&AgentError::new(ErrorCode::Timeout, "no answer"))
        .await?;
    let refused = ctx.tool_call("shell.run", json!({})).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::PermissionDenied);
    Ok(format!("about {topic}"))
}

/// Fails, or waits to be stopped.
#[arcp_agent(name = "failing", version = "1.0.0")]
async fn run_failing(ctx: JobContext, how: String) -> Result<(), AgentError> {
    if how == "wait" {
        ctx.log(LogLevel::Info, "waiting").await?;
        ctx.cancelled().await;
    }
    Err(AgentError::new(ErrorCode::InternalError, "it is broken"))
}

/// A runtime, a client of it, and a collector that both export to.
struct Stage {
    collector: Collector,
    telemetry: Telemetry,
    runtime: Runtime,
    client: Client,
    _following: tracing::subscriber::DefaultGuard,
}

impl Stage {
    async fn set() -> Self {
        Self::set_with(|builder| builder).await
    }

    async fn set_with(more: impl FnOnce(Builder) -> Builder) -> Self {
        let collector = Collector::listen().await;
        let telemetry = Telemetry::to_collector(&collector.address).unwrap();
        let following = tracing_subscriber::registry()
            .with(telemetry.layer())
            .set_default();
        let builder = Runtime::builder()
            .agent(run_planner)
            .agent(run_writer)
            .agent(run_failing)
            .verifier(BearerTokens::new().with("tok-a", "alice"));
        let runtime = more(builder).start().await.unwrap();
        telemetry.observe(&runtime);
        let client = connect(&runtime).await;
        Self {
            collector,
            telemetry,
            runtime,
            client,
            _following: following,
        }
    }

    /// Ends everything in order and gives what the collector has.
    async fn spans(self) -> (Spans, Collector) {
        self.client.close("done").await;
        self.runtime.shutdown().await.unwrap();
        assert!(self.telemetry.shutdown().await);
        (self.collector.spans(), self.collector)
    }
}

async fn connect(runtime: &Runtime) -> Client {
    let runtime = runtime.clone();
    Client::in_process(move |connection| {
        tokio::spawn(runtime.serve(connection));
    })
    .token("tok-a")
    .connect()
    .await
    .unwrap()
}

fn plan() -> Submission {
    let lease = json!({
        "tool.call": ["search.*", "fetch.*"], "agent.delegate": ["writer"], "cost.budget": ["USD:1.00"]
    });
    let constraints = json!({"expires_at": "2199-01-01T00:00:00Z"});
    Submission::to("planner")
        .input("otters")
        .lease(serde_json::from_value(lease).unwrap())
        .lease_constraints(serde_json::from_value(constraints).unwrap())
}

#[tokio::test]
async fn one_trace_runs_from_the_client_to_the_last_call() {
    let stage = Stage::set().await;
    let mut job = stage.client.submit(plan()).await.unwrap();
    assert_eq!(job.result_as::<String>().await.unwrap(), "about otters");
    let accepted = job.accepted().unwrap();
    let (spans, _) = stage.spans().await;

    let submit = spans.one("arcp.submit planner");
    let planner = spans.one("arcp.job planner");
    let search = spans.one("arcp.tool_call search.web");
    let delegate = spans.one("arcp.delegate writer");
    let writer = spans.one("arcp.job writer");
    let fetch = spans.one("arcp.tool_call fetch.page");
    let shell = spans.one("arcp.tool_call shell.run");
    assert_eq!(submit.parent, "");
    for (child, parent) in [
        (planner, submit),
        (search, planner),
        (delegate, planner),
        (writer, delegate),
        (fetch, writer),
        (shell, writer),
    ] {
        assert_eq!(
            child.parent, parent.id,
            "{} is below {}",
            child.name, parent.name
        );
        assert_ne!(child.id, parent.id);
        assert!(child.lasted);
        // The trace is the one that the wire names.
        assert_eq!(child.trace, accepted.trace_id.as_ref().unwrap().as_str());
    }
    assert_eq!(submit.trace, planner.trace);

    let session = spans.one("arcp.session");
    assert_ne!(
        session.trace, planner.trace,
        "a session is no part of its jobs"
    );
    for span in [submit, planner, search, delegate, writer, fetch, session] {
        assert_eq!(
            span.says("arcp.session_id"),
            session.says("arcp.session_id")
        );
    }
    assert_eq!(planner.says("arcp.job_id"), accepted.job_id.as_str());
    assert_eq!(submit.says("arcp.job_id"), accepted.job_id.as_str());
    assert_eq!(
        delegate.says("arcp.child_job_id"),
        writer.says("arcp.job_id")
    );
    assert_eq!(fetch.says("arcp.job_id"), writer.says("arcp.job_id"));
    assert_eq!(planner.says("arcp.agent"), "planner@1.2.0");
    assert_eq!(
        planner.says("arcp.lease.capabilities"),
        "tool.call,agent.delegate,cost.budget"
    );
    for span in [planner, search, delegate, writer] {
        assert_eq!(span.says("arcp.lease.expires_at"), "2199-01-01T00:00:00Z");
    }
    assert_eq!(search.says("arcp.budget.remaining"), r#"{"USD":1.00}"#);
    assert_eq!(delegate.says("arcp.budget.remaining"), r#"{"USD":0.58}"#);
    assert_eq!(planner.says("arcp.budget.remaining"), r#"{"USD":0.58}"#);
    assert_eq!(planner.says("arcp.final_status"), "success");
    // 2 server, 3 client, 1 internal, 4 producer.
    let kinds = [submit, planner, search, delegate].map(|span| span.kind);
    assert_eq!(kinds, [3, 2, 1, 4]);
}

#[tokio::test]
async fn what_fails_says_its_code_and_nothing_more() {
    let stage = Stage::set().await;
    let fails = Submission::to("failing").input("at once");
    let mut job = stage.client.submit(fails).await.unwrap();
    assert!(job.result().await.is_err());
    let waits = Submission::to("failing@1.0.0").input("wait");
    let mut job = stage.client.submit(waits).await.unwrap();
    assert!(job.events().next().await.is_some());
    job.cancel("enough").await.unwrap();
    assert!(matches!(job.result().await, Err(JobFailure::Ended { .. })));
    let unknown = stage.client.submit(Submission::to("nobody")).await;
    assert!(matches!(unknown, Err(ClientError::Refused(_))));
    let mut job = stage.client.submit(plan()).await.unwrap();
    job.result().await.unwrap();
    let (spans, _) = stage.spans().await;

    let refused = spans.one("arcp.submit nobody");
    assert!(refused.failed);
    assert_eq!(refused.says("error.type"), "AGENT_NOT_AVAILABLE");
    let fetch = spans.one("arcp.tool_call fetch.page");
    assert!(fetch.failed);
    assert_eq!(fetch.says("error.type"), "TIMEOUT");
    let shell = spans.one("arcp.tool_call shell.run");
    assert!(shell.failed);
    assert_eq!(shell.says("error.type"), "PERMISSION_DENIED");
    for well in [
        "arcp.job planner",
        "arcp.tool_call search.web",
        "arcp.delegate writer",
    ] {
        assert!(!spans.one(well).failed, "{well}");
        assert_eq!(spans.one(well).attributes.get("error.type"), None, "{well}");
    }
    let mut ends: Vec<_> = spans
        .0
        .iter()
        .filter(|span| span.name == "arcp.job failing")
        .map(|span| {
            (
                span.says("arcp.final_status"),
                span.says("error.type"),
                span.failed,
            )
        })
        .collect();
    ends.sort_unstable();
    assert_eq!(
        ends,
        [
            ("cancelled", "CANCELLED", false),
            ("error", "INTERNAL_ERROR", true)
        ]
    );
}

#[tokio::test]
async fn a_collector_that_is_away_harms_nobody() {
    let said = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&said);
    // A port that nobody listens on any more.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let telemetry = Telemetry::to_collector(&address).unwrap();
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || Log(Arc::clone(&log)));
    let _following = tracing_subscriber::registry()
        .with(telemetry.layer())
        .with(lines)
        .set_default();
    let runtime = Runtime::builder()
        .agent(run_planner)
        .agent(run_writer)
        .verifier(BearerTokens::new().with("tok-a", "alice"))
        .start()
        .await
        .unwrap();
    let client = connect(&runtime).await;
    for _ in 0..2 {
        let mut job = client.submit(plan()).await.unwrap();
        assert_eq!(job.result_as::<String>().await.unwrap(), "about otters");
        assert!(!telemetry.flush().await, "nobody has taken anything");
    }
    client.close("done").await;
    runtime.shutdown().await.unwrap();
    telemetry.shutdown().await;
    let said = String::from_utf8(said.lock().unwrap().clone()).unwrap();
    let told = said.matches("the collector takes no spans").count();
    assert_eq!(told, 1, "{said}");
    assert!(said.contains(&address), "{said}");
}

/// Lines of a log in memory.
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_with_a_cure() {
    for bad in ["", "127.0.0.1:4318", "ftp://127.0.0.1", "http://", "grpc"] {
        let error = Telemetry::to_collector(bad).unwrap_err();
        assert!(
            matches!(error, TelemetryError::Address(_)),
            "{bad}: {error}"
        );
    }
    let error = Telemetry::to_collector("https://me:hush@127.0.0.1").unwrap_err();
    assert!(matches!(error, TelemetryError::Password));
    assert!(!error.to_string().contains("hush"));
}
