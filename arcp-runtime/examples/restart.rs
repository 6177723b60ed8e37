//! Stop a runtime and start it again on the same file: what ended is kept, and what was broken off says that it may be tried again (§6.3).
//!
//! `cargo run -p arcp-runtime --example restart`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, History, Submission};
use arcp_runtime::server::{Listening, Runtime};
use arcp_runtime::store::{Durability, SqliteStore};
use arcp_runtime::wire::error::ErrorCode;

/// Adds up.
#[arcp_agent(version = "1.0.0")]
async fn add(_ctx: JobContext, numbers: Vec<i64>) -> Result<i64, AgentError> {
    Ok(numbers.iter().sum())
}

/// Thinks for ever.
#[arcp_agent(version = "1.0.0")]
async fn ponder(ctx: JobContext, _question: String) -> Result<(), AgentError> {
    ctx.cancelled().await;
    Ok(())
}

/// One life of the runtime.
struct Life {
    store: Arc<SqliteStore>,
    runtime: Runtime,
    listening: Listening,
}

impl Life {
    async fn begin(file: &Path) -> Result<Self, Box<dyn Error>> {
        let store = Arc::new(SqliteStore::open(file, Durability::Process)?);
        let runtime = Runtime::builder()
            .agent(add)
            .agent(ponder)
            .verifier(BearerTokens::new().with("secret", "ada"))
            .shared_store(store.clone())
            .start()
            .await?;
        let listening = runtime.listen("127.0.0.1:0").await?;
        Ok(Self {
            store,
            runtime,
            listening,
        })
    }

    async fn end(self) -> Result<(), Box<dyn Error>> {
        self.runtime.shutdown().await?;
        Ok(self.store.close().await?)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("jobs.db");

    let life = Life::begin(&file).await?;
    let builder = Client::builder(life.listening.url()).token("secret");
    let client = builder.connect().await?;
    let mut sum = client
        .submit(Submission::to("add").input(&[1, 2, 3]))
        .await?;
    println!("before: 1 + 2 + 3 = {}", sum.result_as::<i64>().await?);
    let submission = Submission::to("ponder").input("why?");
    let thought = client.submit(submission).await?;
    let (sum, thought) = (sum.id(), thought.id());
    client.close("the runtime stops").await;
    life.end().await?;

    let life = Life::begin(&file).await?;
    let builder = Client::builder(life.listening.url()).token("secret");
    let client = builder.connect().await?;
    let mut kept = client.subscribe(sum, History::All).await?;
    println!("after: 1 + 2 + 3 = {}", kept.result_as::<i64>().await?);
    let mut broken = client.subscribe(thought, History::All).await?;
    let Err(failure) = broken.result().await else {
        return Err("nobody can have answered that".into());
    };
    println!("after: {failure}");
    println!("worth another try: {}", failure.retryable());
    assert_eq!(failure.code(), Some(&ErrorCode::InternalError));
    client.close("done").await;
    life.end().await
}
