//! Several versions of one agent: a bare name means the default, a pinned one exactly that (§7.5).
//!
//! `cargo run -p arcp-runtime --example versions`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, ClientError, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::error::ErrorCode;

/// Greets somebody.
#[arcp_agent(name = "greet", version = "1.0.0", default)]
async fn greet(_ctx: JobContext, name: String) -> Result<String, AgentError> {
    Ok(format!("Hello, {name}!"))
}

/// Greets somebody, and is not sure yet how.
#[arcp_agent(name = "greet", version = "2.0.0-rc.1")]
async fn greet_next(_ctx: JobContext, name: String) -> Result<String, AgentError> {
    Ok(format!("Ahoy, {name}!"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(greet)
        .agent(greet_next)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    for agent in &client.welcome().welcome.capabilities.agents {
        println!("{}: {}", agent.name, agent.versions.join(", "));
    }
    for agent in ["greet", "greet@1.0.0", "greet@2.0.0-rc.1"] {
        let mut job = client.submit(Submission::to(agent).input("Ada")).await?;
        println!("{agent}: {}", job.result_as::<String>().await?);
    }
    match client.submit(Submission::to("greet@3.0.0")).await {
        Err(ClientError::Refused(refusal)) => {
            println!("greet@3.0.0: {refusal}");
            assert_eq!(refusal.code, ErrorCode::AgentVersionNotAvailable);
        }
        other => return Err(format!("not refused: {other:?}").into()),
    }
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
