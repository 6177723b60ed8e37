//! How far a job is; a client that did not ask for it is spared (§8.2).
//!
//! `cargo run -p arcp-runtime --example progress`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::{EventBody, LogLevel, Progress};
use arcp_runtime::wire::session::Feature;

/// Copies files.
#[arcp_agent(version = "1.0.0")]
async fn copy(ctx: JobContext, files: Vec<String>) -> Result<(), AgentError> {
    for (done, file) in (1_u64..).zip(&files) {
        let progress = Progress::new(done.into())
            .with_total((files.len() as u64).into())
            .with_units("files")
            .with_message(file);
        ctx.progress(progress).await?;
    }
    ctx.log(LogLevel::Info, "copied").await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(copy)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let curious = Client::builder(listening.url()).token("secret");
    let laconic = Client::builder(listening.url())
        .token("secret")
        .without(&Feature::Progress);

    for (who, builder) in [("curious", curious), ("laconic", laconic)] {
        let client = builder.connect().await?;
        let files = ["a.txt", "b.txt", "c.txt"];
        let mut job = client.submit(Submission::to("copy").input(&files)).await?;
        let mut events = job.events();
        while let Some(event) = events.next().await {
            match event?.body {
                EventBody::Progress(at) => println!(
                    "{who}: {} of {} {} ({})",
                    at.current.as_str(),
                    at.total.as_ref().map_or("?", |total| total.as_str()),
                    at.units.unwrap_or_default(),
                    at.message.unwrap_or_default(),
                ),
                EventBody::Log(log) => println!("{who}: {}", log.message),
                other => println!("{who}: {}", other.kind_str()),
            }
        }
        job.result().await?;
        client.close("done").await;
    }
    runtime.shutdown().await?;
    Ok(())
}
