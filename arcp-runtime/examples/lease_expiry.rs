//! A lease that ends: what the job asks for afterwards is refused, and ends it (§9.5).
//!
//! `cargo run -p arcp-runtime --example lease_expiry`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Duration;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::error::ErrorCode;
use arcp_runtime::wire::event::{EventBody, ToolResult};
use jiff::Timestamp;

/// Rings a bell, takes its time, and rings it again.
#[arcp_agent(version = "1.0.0")]
async fn ringer(ctx: JobContext, pause_ms: u64) -> Result<(), AgentError> {
    loop {
        let call = ctx.tool_call("bell", ()).await?;
        call.succeed("ding").await?;
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(ringer)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    let second = Duration::from_secs(1);
    let submission = Submission::to("ringer")
        .input(&1100)
        .grant("tool.call", ["bell"])
        .expires_at(Timestamp::now() + second);
    let mut job = client.submit(submission).await?;
    let mut events = job.events();
    while let Some(event) = events.next().await {
        match event?.body {
            EventBody::ToolCall(call) => println!("may I use the {}?", call.tool),
            EventBody::ToolResult(ToolResult::Success(done)) => println!("  {}", done.result.get()),
            EventBody::ToolResult(ToolResult::Failure(_)) => println!("  not any more"),
            other => println!("{}", other.kind_str()),
        }
    }
    let Err(failure) = job.result().await else {
        return Err("the job outlived its lease".into());
    };
    assert_eq!(failure.code(), Some(&ErrorCode::LeaseExpired));
    println!("the job ended with its lease");
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
