//! An argument has a plain name.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

struct Input {
    name: String,
}

#[arcp_agent]
async fn agent(ref ctx: JobContext, Input { name }: Input) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
