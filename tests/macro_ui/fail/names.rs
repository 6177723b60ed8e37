//! Names and versions that the wire does not allow.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent(name = "My Agent", version = "1/2")]
async fn spaced(ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

#[arcp_agent(version = "")]
async fn _hidden(ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
