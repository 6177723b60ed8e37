//! A budget: each cost lowers it, what is left is told, and an empty purse buys nothing (§9.6).
//!
//! `cargo run -p arcp-runtime --example budget`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::error::ErrorCode;
use arcp_runtime::wire::event::{EventBody, Metric};

/// Searches until it has found enough, or the money is gone.
#[arcp_agent(version = "1.0.0")]
async fn researcher(ctx: JobContext, wanted: u32) -> Result<u32, AgentError> {
    for found in 0..wanted {
        let call = match ctx.tool_call("search", ()).await {
            Ok(call) => call,
            Err(refusal) if refusal.code == ErrorCode::BudgetExhausted => return Ok(found),
            Err(refusal) => return Err(refusal),
        };
        let cost = Metric::new("cost.search", "0.40".parse()?).with_unit("USD");
        ctx.metric(cost).await?;
        call.succeed(()).await?;
    }
    Ok(wanted)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(researcher)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    let submission = Submission::to("researcher")
        .input(&10)
        .grant("tool.call", ["search"])
        .grant("cost.budget", ["USD:1.00"]);
    let mut job = client.submit(submission).await?;
    let mut events = job.events();
    while let Some(event) = events.next().await {
        if let EventBody::Metric(metric) = event?.body {
            let (value, unit) = (&metric.value, metric.unit.unwrap_or_default());
            println!("{}: {} {unit}", metric.name, value.as_str());
        }
    }
    let found = job.result_as::<u32>().await?;
    println!("found {found} things for the money");
    assert_eq!(found, 3);
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
