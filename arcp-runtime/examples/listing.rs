//! List jobs: with a filter, page by page, and only one's own (§6.6).
//!
//! `cargo run -p arcp-runtime --example listing`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::LogLevel;
use arcp_runtime::wire::job::JobStatus;
use arcp_runtime::wire::session::{JobFilter, ListJobs};

/// Does nothing, quickly.
#[arcp_agent(version = "1.0.0")]
async fn hare(_ctx: JobContext, _input: ()) -> Result<(), AgentError> {
    Ok(())
}

/// Does nothing, until it is told to stop.
#[arcp_agent(version = "1.0.0")]
async fn tortoise(ctx: JobContext, _input: ()) -> Result<(), AgentError> {
    ctx.log(LogLevel::Info, "on my way").await?;
    ctx.cancelled().await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tokens = BearerTokens::new()
        .with("secret of ada", "ada")
        .with("secret of bob", "bob");
    let runtime = Runtime::builder()
        .agent(hare)
        .agent(tortoise)
        .verifier(tokens)
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let connect = |token: &str| Client::builder(listening.url()).token(token).connect();

    let ada = connect("secret of ada").await?;
    for agent in ["hare", "hare", "tortoise", "hare"] {
        let mut job = ada.submit(Submission::to(agent)).await?;
        if agent == "hare" {
            job.result().await?;
        } else {
            // It runs once it has said something.
            job.events().next().await;
        }
    }

    println!("all of them, two to a page:");
    let mut page = ada.list_jobs(ListJobs::new().with_limit(2)).await?;
    loop {
        for job in &page.jobs {
            println!("  {} {}", job.agent, job.status);
        }
        let Some(cursor) = page.next_cursor.take() else {
            break;
        };
        println!("  --");
        let next = ListJobs::new().with_limit(2).with_cursor(cursor);
        page = ada.list_jobs(next).await?;
    }

    println!("those that have ended:");
    let filter = JobFilter::new().with_status(vec![JobStatus::Success]);
    let mut ended = ada.jobs(filter);
    while let Some(job) = ended.next().await? {
        println!("  {} {}", job.agent, job.status);
    }

    let bob = connect("secret of bob").await?;
    let seen = bob.list_jobs(ListJobs::new()).await?.jobs.len();
    println!("bob sees {seen}");
    assert_eq!(seen, 0);
    runtime.shutdown().await?;
    Ok(())
}
