//! An agent is called by the runtime, at any time, with anything.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
const unsafe extern "C" fn agent(ctx: JobContext, input: String) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
