//! The input is read from JSON and has a schema.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

struct Input;

#[arcp_agent]
async fn agent(_ctx: JobContext, _input: Input) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
