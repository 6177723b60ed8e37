//! The error is an `AgentError`, or an error that becomes one.

#![allow(unused)]

use arcp_runtime::agent::JobContext;
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn agent(_ctx: JobContext, _input: ()) -> Result<(), String> {
    Ok(())
}

fn main() {}
