//! What a vendor adds: kinds of events and capabilities of its own, under its own name (§15).
//!
//! `cargo run -p arcp-runtime --example vendor`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::EventBody;
use serde::Deserialize;

/// Trains on the accelerators that it may have.
#[arcp_agent(version = "1.0.0")]
async fn trainer(ctx: JobContext, accelerators: Vec<String>) -> Result<usize, AgentError> {
    let mut used = 0;
    for name in accelerators {
        let asked = ctx.use_capability("x-vendor.acme.gpu".parse()?, &name);
        let Ok(call) = asked.await else { continue };
        let body = serde_json::json!({ "gpu": name, "celsius": 61 });
        ctx.vendor("x-vendor.acme.heat".parse()?, body).await?;
        call.succeed(()).await?;
        used += 1;
    }
    Ok(used)
}

/// The body of the vendor's event.
#[derive(Deserialize)]
struct Heat {
    gpu: String,
    celsius: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(trainer)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    let submission = Submission::to("trainer")
        .input(&["a100/0", "h100/0", "a100/1"])
        .grant("x-vendor.acme.gpu", ["a100/*"]);
    let mut job = client.submit(submission).await?;
    let mut events = job.events();
    while let Some(event) = events.next().await {
        match event?.body {
            EventBody::Unknown { kind, body } if kind.as_str() == "x-vendor.acme.heat" => {
                let heat: Heat = body.decode()?;
                println!("{} has {} degrees", heat.gpu, heat.celsius);
            }
            other => println!("{}", other.kind_str()),
        }
    }
    let used = job.result_as::<usize>().await?;
    println!("{used} accelerators were used");
    assert_eq!(used, 2);
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
