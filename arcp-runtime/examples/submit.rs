//! Submit a job, and watch what it says until it ends (§7.1, §8).
//!
//! `cargo run -p arcp-runtime --example submit`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::event::{EventBody, LogLevel};

/// Counts the words of a text.
#[arcp_agent(version = "1.0.0")]
async fn word_count(ctx: JobContext, text: String) -> Result<usize, AgentError> {
    let mut words = 0;
    for line in text.lines() {
        ctx.thought(format!("what is in {line:?}?")).await?;
        words += line.split_whitespace().count();
        ctx.log(LogLevel::Info, format!("{words} words so far"))
            .await?;
    }
    Ok(words)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tokens = BearerTokens::new().with("secret", "ada");
    let runtime = Runtime::builder()
        .agent(word_count)
        .verifier(tokens)
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;

    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;
    let text = "append,\nthen send\n";
    let mut job = client
        .submit(Submission::to("word-count").input(text))
        .await?;
    if let Some(agent) = job.accepted().and_then(|accepted| accepted.agent.clone()) {
        println!("accepted by {agent}");
    }
    let mut events = job.events();
    while let Some(event) = events.next().await {
        match event?.body {
            EventBody::Thought(thought) => println!("thought: {}", thought.text),
            EventBody::Log(log) => println!("log: {}", log.message),
            other => println!("{}", other.kind_str()),
        }
    }
    println!("result: {}", job.result_as::<usize>().await?);
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
