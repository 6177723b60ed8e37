//! Put a session away and go on with it in another process, from the event where the first one stopped (§6.3).
//!
//! `cargo run -p arcp-runtime --example handover`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, SavedSession, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::{EventBody, LogLevel};

/// Tells a story in chapters.
#[arcp_agent(version = "1.0.0")]
async fn story(ctx: JobContext, chapters: u32) -> Result<String, AgentError> {
    for chapter in 1..=chapters {
        ctx.log(LogLevel::Info, format!("chapter {chapter}"))
            .await?;
    }
    Ok("the end".to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(story)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;

    let saved = first_reader(&listening.url()).await?;
    second_reader(&listening.url(), &saved).await?;
    runtime.shutdown().await?;
    Ok(())
}

/// Reads two chapters and leaves. What it gives back is a secret: who has it has the session.
async fn first_reader(url: &str) -> Result<String, Box<dyn Error>> {
    let client = Client::builder(url).token("secret").connect().await?;
    let mut job = client.submit(Submission::to("story").input(&5)).await?;
    let mut events = job.events();
    for _ in 0..2 {
        if let Some(event) = events.next().await {
            print("first", &event?.body);
        }
    }
    let saved = client.save().await.ok_or("the client has ended")?;
    Ok(serde_json::to_string(&saved)?)
}

/// Goes on where the first one stopped.
async fn second_reader(url: &str, saved: &str) -> Result<(), Box<dyn Error>> {
    let saved: SavedSession = serde_json::from_str(saved)?;
    let client = Client::builder(url)
        .token("secret")
        .resume(saved)
        .connect()
        .await?;
    let mut job = client.resumed_jobs().pop().ok_or("there is no job")?;
    let mut events = job.events();
    while let Some(event) = events.next().await {
        print("second", &event?.body);
    }
    println!("second reader: {}", job.result_as::<String>().await?);
    client.close("done").await;
    Ok(())
}

fn print(reader: &str, body: &EventBody) {
    if let EventBody::Log(log) = body {
        println!("{reader} reader: {}", log.message);
    }
}
