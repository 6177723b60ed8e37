//! An agent that hands work to others: with a part of what it may do itself, and out of its own purse (§10).
//!
//! `cargo run -p arcp-runtime --example delegation`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::{EventBody, Metric};

/// Writes a chapter, which costs something.
#[arcp_agent(version = "1.0.0")]
async fn author(ctx: JobContext, topic: String) -> Result<String, AgentError> {
    let cost = Metric::new("cost.words", "0.30".parse()?).with_unit("USD");
    ctx.metric(cost).await?;
    Ok(format!("all about {topic}"))
}

/// Has a book written.
#[arcp_agent(version = "1.0.0")]
async fn editor(ctx: JobContext, topics: Vec<String>) -> Result<Vec<String>, AgentError> {
    let mut chapters = Vec::new();
    for topic in topics {
        // Without a lease of its own a child may do nothing; it inherits what is left of the budget.
        let mut child = ctx.delegate("author", topic).await?;
        chapters.push(child.result().await?.decode()?);
    }
    // Nobody can give what he does not have.
    let asked = ctx.delegate("author", "the internet");
    if let Err(refusal) = asked.grant("net.fetch", ["https://**"]).await {
        chapters.push(format!("refused: {}", refusal.code));
    }
    Ok(chapters)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(author)
        .agent(editor)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    let submission = Submission::to("editor")
        .input(&["wind", "rain"])
        .grant("agent.delegate", ["author"])
        .grant("cost.budget", ["USD:1.00"]);
    let mut job = client.submit(submission).await?;
    let mut events = job.events();
    while let Some(event) = events.next().await {
        match event?.body {
            EventBody::Delegate(delegate) => println!("delegated to {}", delegate.agent),
            EventBody::Metric(metric) => println!("{}: {}", metric.name, metric.value.as_str()),
            _ => {}
        }
    }
    for chapter in job.result_as::<Vec<String>>().await? {
        println!("{chapter}");
    }
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
