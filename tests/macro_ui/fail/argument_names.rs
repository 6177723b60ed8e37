//! The attribute's arguments: unknown, twice, none at all.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent(nmae = "a", version = "1", version = "2", , 3)]
async fn agent(ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
