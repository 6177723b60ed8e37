//! A runtime as a child process that speaks over its stdin and stdout (§4).
//!
//! `cargo run -p arcp-runtime --example stdio`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::transport::stdio::{self, StdioLimits};

/// Turns a text around.
#[arcp_agent(version = "1.0.0")]
async fn reverse(_ctx: JobContext, text: String) -> Result<String, AgentError> {
    // Standard output is the wire; whoever has something to say says it on standard error.
    Ok(text.chars().rev().collect())
}

/// Started without arguments this is a client, which starts itself again as a runtime.
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return serve().await;
    }
    let client = Client::program(std::env::current_exe()?, ["serve"])
        .token("secret")
        .connect()
        .await?;
    println!("connected to {}", client.welcome().welcome.runtime.name);
    for text in ["stressed", "drawer"] {
        let mut job = client.submit(Submission::to("reverse").input(text)).await?;
        println!("{text} becomes {}", job.result_as::<String>().await?);
    }
    client.close("done").await;
    Ok(())
}

/// Serves the one connection there is, and ends with it.
async fn serve() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .name("a child")
        .agent(reverse)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let connection = stdio::own(StdioLimits::default());
    runtime.serve(Box::new(connection)).await;
    runtime.shutdown().await?;
    Ok(())
}
