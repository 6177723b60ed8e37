//! The attribute's arguments: of the wrong kind.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent(name = agent, version = 1.0, default = "yes", max_runtime = "soon", crate = "arcp_runtime")]
async fn agent(ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

#[arcp_agent(name, version("1"), max_runtime = 90s)]
async fn another(ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

#[arcp_agent(max_runtime = 0)]
async fn short(ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
