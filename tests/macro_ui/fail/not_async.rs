//! An agent waits, so its function is async.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
fn agent(ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
