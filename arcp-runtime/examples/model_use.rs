//! A lease that says which models a job may use: the agent falls back to one that it may have (§9.7).
//!
//! `cargo run -p arcp-runtime --example model_use`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::error::ErrorCode;

/// Writes with the best model that it may use.
#[arcp_agent(version = "1.0.0")]
async fn writer(ctx: JobContext, wishes: Vec<String>) -> Result<String, AgentError> {
    for model in wishes {
        match ctx.use_model(&model).await {
            Ok(()) => return Ok(format!("written with {model}")),
            Err(refusal) if refusal.code == ErrorCode::PermissionDenied => {}
            Err(error) => return Err(error),
        }
    }
    Err(AgentError::new(ErrorCode::PermissionDenied, "no model"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(writer)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    let wishes = ["acme/large-2", "acme/medium-2", "acme/small-2"];
    for allowed in ["acme/*", "acme/small-*", "other/*"] {
        let submission = Submission::to("writer")
            .input(&wishes)
            .grant("model.use", [allowed]);
        let mut job = client.submit(submission).await?;
        match job.result_as::<String>().await {
            Ok(text) => println!("with {allowed}: {text}"),
            Err(failure) => println!("with {allowed}: {failure}"),
        }
    }
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
