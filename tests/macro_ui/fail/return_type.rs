//! An agent can fail.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn nothing(ctx: JobContext, input: String) {}

#[arcp_agent]
async fn text(ctx: JobContext, input: String) -> String {
    input
}

#[arcp_agent]
async fn borrowed(ctx: JobContext, input: String) -> Result<&str, AgentError> {
    Ok("")
}

fn main() {}
