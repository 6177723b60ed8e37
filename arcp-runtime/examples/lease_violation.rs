//! An agent that reaches for more than its lease allows is refused, everybody sees it, and it may go on (§9.3).
//!
//! `cargo run -p arcp-runtime --example lease_violation`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::{EventBody, ToolResult};

/// Reads files, as far as it may. The runtime decides, not the agent.
#[arcp_agent(version = "1.0.0")]
async fn reader(ctx: JobContext, paths: Vec<String>) -> Result<usize, AgentError> {
    let mut read = 0;
    for path in paths {
        let args = serde_json::json!({ "path": path });
        match ctx.tool_call("fs.read", args).await {
            Ok(call) => {
                read += 1;
                call.succeed("what stands there").await?;
            }
            // The refusal was told already; what to make of it is the agent's business.
            Err(_refused) => {}
        }
    }
    Ok(read)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(reader)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    let paths = ["/notes/today.txt", "/etc/passwd", "/notes/../etc/passwd"];
    let submission = Submission::to("reader")
        .input(&paths)
        .grant("fs.read", ["/notes/**"]);
    let mut job = client.submit(submission).await?;
    let mut events = job.events();
    while let Some(event) = events.next().await {
        match event?.body {
            EventBody::ToolCall(call) => {
                println!("{} {}", call.tool, call.args.get());
            }
            EventBody::ToolResult(ToolResult::Success(_)) => println!("  allowed"),
            EventBody::ToolResult(ToolResult::Failure(failure)) => {
                println!("  refused: {}", failure.error.code);
            }
            other => println!("{}", other.kind_str()),
        }
    }
    let read = job.result_as::<usize>().await?;
    println!("read {read} of {} files", paths.len());
    assert_eq!(read, 1);
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
