//! Traces that come from elsewhere and go on: from the caller's span over the wire, to children, and to tool servers.

use arcp_runtime::agent::TraceContext;
use arcp_runtime::transport::memory::{self, MemoryTransport};
use arcp_runtime::transport::{Received, Transport as _};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt as _, TraceFlags};
use std::future::poll_fn;
use tracing::Instrument as _;

use super::*;

const CALLER: &str = "00f067aa0ba902b7";
const MEMBER: &str = arcp_runtime::protocol::trace::MEMBER;

/// A peer that says hello and submits one job, and looks at the frames on its own.
struct Raw {
    transport: MemoryTransport,
    session: Value,
}

impl Raw {
    async fn hello(runtime: &Runtime) -> Self {
        let (here, there) = memory::pair(64);
        tokio::spawn(runtime.serve(Box::new(there)));
        let mut raw = Self {
            transport: here,
            session: Value::Null,
        };
        let hello = json!({
            "client": {"name": "raw", "version": "1"}, "auth": {"scheme": "bearer", "token": "tok-a"},
            "capabilities": {"encodings": ["json"], "features": ["cost.budget", "lease_expires_at"]}
        });
        let hello = json!({"arcp": "1.1", "id": "m1", "type": "session.hello", "payload": hello});
        raw.send(&hello).await;
        raw.session = raw.receive().await["session_id"].clone();
        raw
    }

    /// Submits to the planner, with these members on the envelope; gives the trace of every frame of the job.
    async fn plan(&mut self, more: Value) -> Vec<Value> {
        let lease = json!({"tool.call": ["search.*", "fetch.*"], "agent.delegate": ["writer"]});
        let payload = json!({"agent": "planner", "input": "otters", "lease_request": lease});
        let mut frame = json!({"arcp": "1.1", "id": "m2", "type": "job.submit", "session_id": self.session, "payload": payload});
        for (name, value) in more.as_object().unwrap() {
            frame[name] = value.clone();
        }
        self.send(&frame).await;
        let accepted = self.receive().await;
        let mut traces = vec![accepted["payload"]["trace_id"].clone()];
        loop {
            let frame = self.receive().await;
            traces.push(frame["trace_id"].clone());
            if frame["type"] == "job.result" && frame["job_id"] == accepted["job_id"] {
                return traces;
            }
        }
    }

    async fn send(&mut self, frame: &Value) {
        poll_fn(|cx| self.transport.poll_ready(cx)).await.unwrap();
        self.transport.start_send(frame.to_string().into()).unwrap();
        poll_fn(|cx| self.transport.poll_flush(cx)).await.unwrap();
    }

    async fn receive(&mut self) -> Value {
        let next = poll_fn(|cx| self.transport.poll_recv(cx));
        let next = tokio::time::timeout(Duration::from_mins(1), next).await;
        match next.unwrap() {
            Some(Ok(Received::Frame(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_trace_without_a_span_begins_with_a_root() {
    let stage = Stage::set().await;
    let mut raw = Raw::hello(&stage.runtime).await;
    let traces = raw.plan(json!({"trace_id": TRACE})).await;
    assert!(traces.iter().all(|trace| trace == TRACE), "{traces:?}");
    drop(raw);
    let (spans, _) = stage.spans().await;
    assert_eq!(spans.one("arcp.job planner").trace, TRACE);
    assert_eq!(spans.one("arcp.job planner").parent, "");
    assert_eq!(spans.one("arcp.job writer").trace, TRACE);
}

#[tokio::test]
async fn a_trace_that_the_runtime_makes_is_that_of_its_spans() {
    let stage = Stage::set().await;
    let mut raw = Raw::hello(&stage.runtime).await;
    let traces = raw.plan(json!({})).await;
    drop(raw);
    let (spans, _) = stage.spans().await;
    let planner = spans.one("arcp.job planner");
    assert_eq!(planner.parent, "");
    assert!(
        traces.iter().all(|trace| *trace == planner.trace),
        "{traces:?}"
    );
}

#[tokio::test]
async fn a_span_that_comes_with_the_trace_is_the_parent_and_its_state_goes_on() {
    let stage = Stage::set().await;
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let member = json!({"traceparent": parent, "tracestate": "vendor=1,other=2"});
    let mut raw = Raw::hello(&stage.runtime).await;
    let traces = raw.plan(json!({"trace_id": TRACE, MEMBER: member})).await;
    assert!(traces.iter().all(|trace| trace == TRACE), "{traces:?}");
    drop(raw);
    let (spans, _) = stage.spans().await;
    assert_eq!(spans.one("arcp.job planner").parent, CALLER);
    for span in [
        "arcp.job planner",
        "arcp.delegate writer",
        "arcp.job writer",
    ] {
        assert_eq!(spans.one(span).trace, TRACE, "{span}");
        assert_eq!(spans.one(span).state, "vendor=1,other=2", "{span}");
    }
}

#[tokio::test]
async fn a_span_that_nobody_records_is_not_recorded_here_either() {
    let stage = Stage::set().await;
    let parent = format!("00-{TRACE}-{CALLER}-00");
    let mut raw = Raw::hello(&stage.runtime).await;
    let traces = raw.plan(json!({"trace_id": parent})).await;
    assert!(traces.iter().all(|trace| trace == TRACE), "{traces:?}");
    drop(raw);
    let (spans, _) = stage.spans().await;
    assert_eq!(spans.names(), ["arcp.session", "arcp.session"]);
}

#[tokio::test]
async fn a_client_submits_in_the_trace_that_it_is_in() {
    let stage = Stage::set().await;
    // A span of `tracing` that somebody follows.
    let page = tracing::info_span!(target: TARGET, "page");
    let traced = async {
        let mut job = stage.client.submit(plan()).await.unwrap();
        job.result().await.unwrap();
        job.accepted().unwrap().trace_id.clone().unwrap()
    };
    let wire = traced.instrument(page).await;
    // A span of OpenTelemetry alone.
    let other = SpanContext::new(
        TRACE.parse_hex(),
        opentelemetry::trace::SpanId::from_hex(CALLER).unwrap(),
        TraceFlags::SAMPLED,
        true,
        "vendor=1".parse().unwrap(),
    );
    let within = Context::new().with_remote_span_context(other);
    let submitted = {
        let _active = within.attach();
        // What is active counts when the submission begins.
        let mut submitted = Box::pin(stage.client.submit(Submission::to("failing").input("x")));
        assert!(futures_util::poll!(&mut submitted).is_pending());
        submitted
    };
    let job = submitted.await.unwrap();
    assert_eq!(
        job.accepted().unwrap().trace_id.as_ref().unwrap().as_str(),
        TRACE
    );
    // One that is named, as it came with a request.
    let caller: TraceContext = format!("00-{}-{CALLER}-01", "7".repeat(32))
        .parse()
        .unwrap();
    let named = Submission::to("writer").input("x").trace_context(caller);
    let mut job = stage.client.submit(named).await.unwrap();
    let _ = job.result().await;
    let (spans, _) = stage.spans().await;

    assert_eq!(spans.one("page").trace, wire.as_str());
    assert_eq!(
        spans.one("arcp.submit planner").parent,
        spans.one("page").id
    );
    assert_eq!(spans.one("arcp.submit failing").parent, CALLER);
    assert_eq!(
        spans.one("arcp.job failing").parent,
        spans.one("arcp.submit failing").id
    );
    assert_eq!(spans.one("arcp.job failing").state, "vendor=1");
    assert_eq!(spans.one("arcp.submit writer").parent, CALLER);
    let mut traces = spans.0.iter().map(|span| (span.name.as_str(), &span.trace));
    assert!(traces.any(|of| of == ("arcp.job writer", &"7".repeat(32))));
}

trait Hex {
    fn parse_hex(&self) -> opentelemetry::trace::TraceId;
}

impl Hex for str {
    fn parse_hex(&self) -> opentelemetry::trace::TraceId {
        opentelemetry::trace::TraceId::from_hex(self).unwrap()
    }
}

/// Calls a tool that is a server, and says what trace the call was made in.
#[arcp_agent(name = "caller", version = "1.0.0")]
async fn run_caller(ctx: JobContext, server: String) -> Result<(), AgentError> {
    let call = ctx.tool_call("server.page", json!({})).await?;
    let trace = call.trace_context().unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {server}\r\ntraceparent: {}\r\ntracestate: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        trace.traceparent(),
        trace.tracestate().unwrap_or_default()
    );
    let mut stream = tokio::net::TcpStream::connect(&server).await?;
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await?;
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer).await?;
    call.succeed(json!({})).await?;
    Ok(())
}

/// A tool server that writes down which traces it was called in.
async fn tool_server() -> (String, Arc<Mutex<Vec<(String, String)>>>) {
    type Calls = Arc<Mutex<Vec<(String, String)>>>;
    let calls = Calls::default();
    let take = |State(calls): State<Calls>, headers: HeaderMap| async move {
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        calls
            .lock()
            .unwrap()
            .push((header("traceparent"), header("tracestate")));
    };
    let app = Router::new()
        .route("/", post(take))
        .with_state(Arc::clone(&calls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, calls)
}

fn calling(server: &str) -> Submission {
    let lease = serde_json::from_value(json!({"tool.call": ["server.*"]})).unwrap();
    let from: TraceContext = format!("00-{TRACE}-{CALLER}-01").parse().unwrap();
    Submission::to("caller")
        .input(server)
        .lease(lease)
        .trace_context(from.with_state("vendor=1"))
}

#[tokio::test]
async fn a_tool_server_is_told_the_call_that_it_answers() {
    let (server, calls) = tool_server().await;
    let stage = Stage::set_with(|builder| builder.agent(run_caller)).await;
    let mut job = stage.client.submit(calling(&server)).await.unwrap();
    job.result().await.unwrap();
    let (spans, _) = stage.spans().await;
    let call = spans.one("arcp.tool_call server.page");
    let told = (format!("00-{TRACE}-{}-01", call.id), "vendor=1".to_owned());
    assert_eq!(*calls.lock().unwrap(), [told]);
}

#[tokio::test]
async fn where_nobody_records_spans_the_trace_goes_on_all_the_same() {
    let (server, calls) = tool_server().await;
    let runtime = Runtime::builder()
        .agent(run_caller)
        .verifier(BearerTokens::new().with("tok-a", "alice"))
        .start()
        .await
        .unwrap();
    let client = connect(&runtime).await;
    let mut job = client.submit(calling(&server)).await.unwrap();
    job.result().await.unwrap();
    let lease = serde_json::from_value(json!({"tool.call": ["server.*"]})).unwrap();
    let unnamed = Submission::to("caller").input(&server).lease(lease);
    let mut job = client.submit(unnamed).await.unwrap();
    job.result().await.unwrap();
    let minted = job.accepted().unwrap().trace_id.clone().unwrap();

    let calls = calls.lock().unwrap().clone();
    // The caller's own span, as there is none in between.
    let told = (format!("00-{TRACE}-{CALLER}-01"), "vendor=1".to_owned());
    assert_eq!(calls[0], told);
    let (parent, state) = &calls[1];
    assert!(
        parent.starts_with(&format!("00-{}-", minted.as_str())),
        "{parent}"
    );
    assert!(parent.ends_with("-00"), "{parent}");
    assert_eq!(state, "");
    client.close("done").await;
}
