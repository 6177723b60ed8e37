//! A store of one's own: this one writes an audit beside another store, and keeps what a store promises (§6.3).
//!
//! `cargo run -p arcp-runtime --example custom_store`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::id::{JobKey, SessionKey};
use arcp_runtime::server::Runtime;
use arcp_runtime::store::{
    Delivered, Entry, MemoryStore, PageLimit, Record, Recovered, Store, StoreFuture,
};

/// A store that tells elsewhere what happened in it, in the order in which it was promised.
#[derive(Debug)]
pub struct Audited<S> {
    /// What does the work.
    pub inner: S,
    /// Who reads the audit.
    pub audit: Sender<String>,
}

impl<S: Store> Store for Audited<S> {
    fn commit(&self, batch: Arc<[Record]>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            // All or nothing: what is refused never happened.
            self.inner.commit(Arc::clone(&batch)).await?;
            for line in batch.iter().filter_map(line) {
                // Nobody may be left to read it.
                let _ = self.audit.send(line);
            }
            Ok(())
        })
    }

    fn recover(&self) -> StoreFuture<'_, Recovered> {
        self.inner.recover()
    }

    fn is_durable(&self) -> bool {
        self.inner.is_durable()
    }

    fn replay(
        &self,
        of: SessionKey,
        after: u64,
        limit: PageLimit,
    ) -> StoreFuture<'_, Vec<Delivered>> {
        self.inner.replay(of, after, limit)
    }

    fn history(&self, of: JobKey, after: u64, limit: PageLimit) -> StoreFuture<'_, Vec<Entry>> {
        self.inner.history(of, after, limit)
    }
}

/// What the audit says of a record, if anything. Payloads stay out of it.
fn line(record: &Record) -> Option<String> {
    Some(match record {
        Record::SessionOpened(row) => format!("{} opened a session", row.principal),
        Record::JobAccepted(row) => format!("{} may run {}", row.principal, row.agent),
        Record::Appended { entry, .. } => format!("entry {}: {:?}", entry.seq, entry.kind),
        _ => return None,
    })
}

/// Greets somebody.
#[arcp_agent(version = "1.0.0")]
async fn greet(_ctx: JobContext, name: String) -> Result<String, AgentError> {
    Ok(format!("Hello, {name}!"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (audit, lines) = channel();
    let inner = MemoryStore::new();
    let runtime = Runtime::builder()
        .agent(greet)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .store(Audited { inner, audit })
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let builder = Client::builder(listening.url()).token("secret");
    let client = builder.connect().await?;
    let mut job = client.submit(Submission::to("greet").input("Ada")).await?;
    println!("{}", job.result_as::<String>().await?);
    client.close("done").await;
    runtime.shutdown().await?;

    for line in lines.try_iter() {
        println!("audit: {line}");
    }
    Ok(())
}
