//! A path that leads nowhere is an error at the path.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent(crate = nowhere::runtime)]
async fn agent(_ctx: JobContext, _input: ()) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
