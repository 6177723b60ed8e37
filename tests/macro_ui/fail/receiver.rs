//! An agent is a function of its own.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn agent(&self, ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
