//! The agents that a measured runtime offers: one that emits, one that does nothing, one that streams.

use std::sync::Arc;

use arcp_generated::event::LogLevel;
use arcp_runtime::agent::{Agent, AgentError, JobContext};
use arcp_runtime::arcp_agent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes of one streamed chunk before it becomes base64.
pub(crate) const CHUNK: usize = 64 * 1024;

/// All of them.
pub(crate) fn all() -> Vec<Arc<dyn Agent>> {
    vec![Arc::new(emit), Arc::new(noop), Arc::new(chunks)]
}

/// The text of a small event; the frame around it has about 270 bytes.
pub(crate) fn message(number: u64) -> String {
    format!("event {number:08}")
}

/// What [`emit`] takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "Emit")]
pub(crate) struct EmitInput {
    /// How many events.
    events: u64,
    /// Milliseconds to wait before the first.
    #[serde(default)]
    wait_ms: u64,
}

/// What [`emit`] results in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Emitted")]
pub(crate) struct Emitted {
    /// How many events.
    events: u64,
}

/// Emits small events as fast as it can.
#[arcp_agent(name = "bench-emit", version = "1.0.0")]
pub(crate) async fn emit(ctx: JobContext, input: EmitInput) -> Result<Emitted, AgentError> {
    if input.wait_ms > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(input.wait_ms)).await;
    }
    for number in 0..input.events {
        ctx.log(LogLevel::Info, message(number)).await?;
    }
    Ok(Emitted {
        events: input.events,
    })
}

/// What [`noop`] takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "Nothing")]
pub(crate) struct Nothing {}

/// Does nothing.
#[arcp_agent(name = "bench-noop", version = "1.0.0")]
pub(crate) async fn noop(_ctx: JobContext, _input: Nothing) -> Result<(), AgentError> {
    Ok(())
}

/// What [`chunks`] takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "Chunks")]
pub(crate) struct ChunksInput {
    /// How many chunks of 64 KiB.
    chunks: u64,
}

/// Streams a result of many chunks.
#[arcp_agent(name = "bench-chunks", version = "1.0.0")]
pub(crate) async fn chunks(ctx: JobContext, input: ChunksInput) -> Result<(), AgentError> {
    let mut result = ctx.result_stream();
    let chunk = vec![0x5a; CHUNK];
    for _ in 0..input.chunks {
        result.write_bytes(&chunk).await?;
    }
    Ok(())
}
