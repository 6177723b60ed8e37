//! A result that is too large for one frame: streamed by the agent, written by the client as it comes (§8.4).
//!
//! `cargo run -p arcp-runtime --example result_chunk`

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fmt::Write as _;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, ResultValue, Submission};
use arcp_runtime::server::Runtime;

/// Exports a table, thousand rows at a time.
#[arcp_agent(version = "1.0.0")]
async fn export(ctx: JobContext, thousands: u32) -> Result<(), AgentError> {
    let mut result = ctx.result_stream();
    for thousand in 0..thousands {
        let mut rows = String::new();
        for row in thousand * 1000..(thousand + 1) * 1000 {
            writeln!(rows, "{row};{}", u64::from(row) * u64::from(row))?;
        }
        // Waits while nobody takes what was written before.
        result.write_text(&rows).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::builder()
        .agent(export)
        .verifier(BearerTokens::new().with("secret", "ada"))
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;
    let client = Client::builder(listening.url())
        .token("secret")
        .connect()
        .await?;

    // Any `AsyncWrite` will do: a file, a socket, another process.
    let mut table = Vec::new();
    let mut job = client.submit(Submission::to("export").input(&200)).await?;
    let result = job.result_into(&mut table).await?;
    let ResultValue::Written(written) = &result.value else {
        return Err("the result was not streamed".into());
    };
    let table = std::str::from_utf8(&table)?;
    println!("{} bytes were written", written.bytes);
    println!(
        "{} rows, from {:?}",
        table.lines().count(),
        table.lines().next()
    );
    println!("to {:?}", table.lines().last());
    assert_eq!(table.len() as u64, written.bytes);
    client.close("done").await;
    runtime.shutdown().await?;
    Ok(())
}
