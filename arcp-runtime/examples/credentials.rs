//! Keys of an upstream for one job alone: shown to its submitter, replaced while it runs, kept out of every log (§9.8).
//!
//! `cargo run -p arcp-runtime --example credentials`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::credential::CredentialPool;
use arcp_runtime::server::Runtime;
use arcp_runtime::store::{Durability, SqliteStore};
use arcp_runtime::wire::event::EventBody;
use tokio::sync::Notify;

/// Somebody noticed that a key has become known to others.
static LEAKED: Notify = Notify::const_new();

/// Works with a key of its own, and asks for another when it has to.
#[arcp_agent(version = "1.0.0")]
async fn caller(ctx: JobContext, _input: ()) -> Result<bool, AgentError> {
    let before = ctx.credentials();
    LEAKED.notified().await;
    ctx.rotate_credential(0, None).await?;
    Ok(ctx.credentials() != before)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A revocation must not be forgotten, so the store has to outlive the process.
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(folder.path().join("jobs.db"), Durability::Process)?;
    let pool = CredentialPool::new("acme", "https://models.acme.example/v1".parse()?)
        .with_values(["key-1".parse()?, "key-2".parse()?, "key-3".parse()?]);
    let runtime = Runtime::builder()
        .agent(caller)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .store(store)
        .provisioner(pool)
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    let mut job = client.submit(Submission::to("caller")).await?;
    for credential in job.credentials() {
        // However it is printed, a value shows as stars; `as_str` gives it to who needs it.
        println!("a key for {}: {}", credential.endpoint, credential.value);
        println!("  which is {:?}", credential.value.as_str());
    }
    LEAKED.notify_one();
    let mut events = job.events();
    while let Some(event) = events.next().await {
        if let EventBody::Status(status) = event?.body
            && let Some(value) = status.value
        {
            println!("{}: {:?}", status.phase, value.as_str());
        }
    }
    println!("the agent has another: {}", job.result_as::<bool>().await?);
    println!("good after the end: {}", job.credentials().len());
    assert!(job.credentials().is_empty());
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
