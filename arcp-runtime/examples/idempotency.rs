//! Submit again without doing the work twice: the same key is the same job, and other parameters are refused (§7.2).
//!
//! `cargo run -p arcp-runtime --example idempotency`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, ClientError, Submission};
use arcp_runtime::server::Runtime;
use arcp_runtime::wire::error::ErrorCode;

static PAYMENTS: AtomicU32 = AtomicU32::new(0);

/// Pays somebody, which should happen once.
#[arcp_agent(version = "1.0.0")]
async fn pay(_ctx: JobContext, cents: u32) -> Result<String, AgentError> {
    let number = PAYMENTS.fetch_add(1, Ordering::Relaxed) + 1;
    Ok(format!("payment {number}: {cents} cents"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(pay)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let order = |cents: u32| {
        Submission::to("pay")
            .input(&cents)
            .idempotency_key("order 4711")
    };

    // Each try is a client of its own, as after a crash of the one before.
    let mut jobs = Vec::new();
    for attempt in 1..=2 {
        let client = Client::builder(listening.url())
            .token("secret")
            .connect()
            .await?;
        let mut job = client.submit(order(250)).await?;
        println!("try {attempt}: {}", job.result_as::<String>().await?);
        jobs.push(job.id());
        client.close("done").await;
    }
    println!("the same job: {}", jobs[0] == jobs[1]);
    assert_eq!(PAYMENTS.load(Ordering::Relaxed), 1);

    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;
    match client.submit(order(999)).await {
        Err(ClientError::Refused(refusal)) if refusal.code == ErrorCode::DuplicateKey => {
            println!("another sum with that key: {}", refusal.code);
        }
        other => return Err(format!("not refused: {other:?}").into()),
    }
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
