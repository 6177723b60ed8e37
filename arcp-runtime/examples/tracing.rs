//! One trace through a client, a job, its calls and the job that it delegates, with OpenTelemetry (§11).
//!
//! `cargo run -p arcp-runtime --features otel --example tracing`
//!
//! `Telemetry::to_collector("http://127.0.0.1:4318")` sends the same spans to a collector. Here an exporter keeps them, to print them as a tree.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::telemetry::Telemetry;
use arcp_runtime::wire::error::ErrorCode;
use opentelemetry::trace::SpanId;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Looks something up, and lets somebody else write about it. A tool server would be told `call.trace_context()`.
#[arcp_agent]
async fn researcher(ctx: JobContext, topic: String) -> Result<String, AgentError> {
    let call = ctx.tool_call("search.web", ()).await?;
    call.succeed(()).await?;
    let asked = ctx.delegate("writer", topic);
    let mut text = asked.grant("tool.call", ["fetch.*"]).await?;
    Ok(text.result().await?.decode()?)
}

/// Writes, although one tool does not answer and the other is not in the lease.
#[arcp_agent]
async fn writer(ctx: JobContext, topic: String) -> Result<String, AgentError> {
    let call = ctx.tool_call("fetch.page", ()).await?;
    let late = AgentError::new(ErrorCode::Timeout, "the page did not answer");
    call.fail(&late).await?;
    let _ = ctx.tool_call("shell.run", ()).await;
    Ok(format!("All about {topic}."))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let kept = Kept::default();
    let telemetry = Telemetry::to_exporter(kept.clone());
    tracing_subscriber::registry()
        .with(telemetry.layer())
        .init();
    let runtime = Runtime::builder().agent(researcher).agent(writer);
    let tokens = BearerTokens::new().with("secret", "me");
    let runtime = runtime.verifier(tokens).start().await?;
    let server = runtime.clone();
    let client = Client::in_process(move |connection| {
        tokio::spawn(server.serve(connection));
    });
    let client = client.token("secret").connect().await?;

    let submission = Submission::to("researcher")
        .input("otters")
        .grant("tool.call", ["search.*", "fetch.*"])
        .grant("agent.delegate", ["writer"]);
    let mut job = client.submit(submission).await?;
    println!("{}", job.result_as::<String>().await?);

    client.close("done").await;
    runtime.shutdown().await?;
    telemetry.shutdown().await;
    let mut spans = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    spans.sort_by_key(|span| span.start_time);
    print_below(&spans, SpanId::INVALID, 0);
    Ok(())
}

fn print_below(spans: &[SpanData], parent: SpanId, depth: usize) {
    for span in spans.iter().filter(|span| span.parent_span_id == parent) {
        let mut said = span.attributes.iter();
        let failed = said.find(|pair| pair.key.as_str() == "error.type");
        let failed = failed.map_or(String::new(), |pair| format!(" failed: {}", pair.value));
        println!("{:indent$}{}{failed}", "", span.name, indent = 2 * depth);
        print_below(spans, span.span_context.span_id(), depth + 1);
    }
}

/// An exporter that keeps what it is given.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(spans);
        Ok(())
    }
}
