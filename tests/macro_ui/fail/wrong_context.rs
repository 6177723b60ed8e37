//! The first argument is the context.

#![allow(unused)]

use arcp_runtime::agent::AgentError;
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn agent(_ctx: String, _input: String) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
