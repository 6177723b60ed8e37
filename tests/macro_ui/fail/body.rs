//! Errors in the body stay where they are.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn agent(_ctx: JobContext, input: u8) -> Result<String, AgentError> {
    Ok(input)
}

fn main() {}
