//! Follow a job of another session, with everything it said before; strangers do not learn that it exists (§7.6).
//!
//! `cargo run -p arcp-runtime --example subscription`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, ClientError, EventStream, History, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::{EventBody, LogLevel};

/// Says how far it has come, and then waits for the tide.
#[arcp_agent(version = "1.0.0")]
async fn boat(ctx: JobContext, _input: ()) -> Result<(), AgentError> {
    for place in ["harbour", "lighthouse", "sandbank"] {
        ctx.log(LogLevel::Info, place).await?;
    }
    ctx.cancelled().await;
    ctx.log(LogLevel::Info, "harbour again").await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tokens = BearerTokens::new()
        .with("secret of ada", "ada")
        .with("secret of bob", "bob");
    let runtime = Runtime::builder()
        .agent(boat)
        .verifier(tokens)
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let connect = |token: &str| Client::builder(listening.url()).token(token).connect();

    let skipper = connect("secret of ada").await?;
    let mut trip = skipper.submit(Submission::to("boat")).await?;
    let mut log = trip.events();
    for _ in 0..3 {
        println!("skipper: {}", line(&mut log).await?);
    }

    let bob = connect("secret of bob").await?;
    match bob.subscribe(trip.id(), History::All).await {
        Err(ClientError::Refused(refusal)) => println!("bob: {}", refusal.code),
        other => return Err(format!("bob follows a job that is not his: {other:?}").into()),
    }

    let shore = connect("secret of ada").await?;
    let mut watched = shore.subscribe(trip.id(), History::All).await?;
    let mut seen = watched.events();
    for _ in 0..3 {
        println!("from the shore: {}", line(&mut seen).await?);
    }
    // Followers only look: the job belongs to the session that submitted it.
    if watched.cancel("come home").await.is_err() {
        println!("from the shore, nobody can call it back");
    }
    trip.cancel("come home").await?;
    println!("from the shore: {}", line(&mut seen).await?);
    println!("skipper: {}", line(&mut log).await?);
    runtime.shutdown().await?;
    Ok(())
}

/// The text of the next event.
async fn line(events: &mut EventStream) -> Result<String, Box<dyn Error>> {
    match events.next().await.transpose()?.map(|event| event.body) {
        Some(EventBody::Log(log)) => Ok(log.message),
        other => Err(format!("expected a line, got {other:?}").into()),
    }
}
