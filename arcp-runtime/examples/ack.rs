//! A reader that falls behind: what it acknowledges shows it, and the job is told (§6.5).
//!
//! `cargo run -p arcp-runtime --example ack`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, History, Submission};
use arcp_runtime::limits::Limits;
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::{EventBody, LogLevel, StatusPhase};

/// Reads a meter again and again.
#[arcp_agent(version = "1.0.0")]
async fn meter(ctx: JobContext, readings: u32) -> Result<(), AgentError> {
    for reading in 1..=readings {
        ctx.log(LogLevel::Info, format!("reading {reading}"))
            .await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut limits = Limits::default();
    limits.ack_lag = 100;
    let runtime = Runtime::builder()
        .agent(meter)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .limits(limits)
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let connect = || Client::builder(listening.url()).token("secret").connect();

    // A client acknowledges what was taken from it; here, nobody takes anything at first.
    let client = connect().await?;
    let mut job = client.submit(Submission::to("meter").input(&250)).await?;
    // Another session sees when the job has ended.
    let observer = connect().await?;
    let mut watched = observer.subscribe(job.id(), History::All).await?;
    watched.result().await?;
    println!("the job has ended, and its owner has read nothing");

    let mut events = job.events();
    let (mut readings, mut warnings) = (0, 0);
    while let Some(event) = events.next().await {
        let event = event?;
        match event.body {
            EventBody::Status(status) if status.phase == StatusPhase::BackPressure => {
                warnings += 1;
                println!("event {}: back_pressure", event.event_seq);
            }
            _ => readings += 1,
        }
    }
    println!("{readings} readings all the same, and {warnings} warning among them");
    assert_eq!((readings, warnings), (250, 1));
    observer.close("done").await;
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
