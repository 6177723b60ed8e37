//! Cancel a running job: its agent notices, tidies up, and the job ends as cancelled (§7.4).
//!
//! `cargo run -p arcp-runtime --example cancel`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, JobFailure, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::error::ErrorCode;
use arcp_runtime::wire::event::{EventBody, LogLevel};

/// Keeps watch until it is relieved.
#[arcp_agent(version = "1.0.0")]
async fn watchman(ctx: JobContext, _orders: ()) -> Result<(), AgentError> {
    ctx.log(LogLevel::Info, "on watch").await?;
    // Work that takes long goes into a `select!` beside this.
    ctx.cancelled().await;
    ctx.log(LogLevel::Info, "putting out the lamp").await?;
    Err(AgentError::new(ErrorCode::Cancelled, "relieved"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(watchman)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    let mut job = client.submit(Submission::to("watchman")).await?;
    let mut events = job.events();
    let mut asked = false;
    while let Some(event) = events.next().await {
        if let EventBody::Log(log) = event?.body {
            println!("the agent: {}", log.message);
        }
        if !asked {
            asked = true;
            println!("the client: that is enough");
            job.cancel("that is enough").await?;
        }
    }
    match job.result().await {
        Err(JobFailure::Ended {
            error,
            final_status,
        }) => {
            println!("ended as {final_status}: {error}");
            assert_eq!(error.code, ErrorCode::Cancelled);
        }
        other => return Err(format!("not cancelled: {other:?}").into()),
    }
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
