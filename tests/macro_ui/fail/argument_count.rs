//! An agent takes its context and its input.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn none() -> Result<(), AgentError> {
    Ok(())
}

#[arcp_agent]
async fn one(ctx: JobContext) -> Result<(), AgentError> {
    Ok(())
}

#[arcp_agent]
async fn four(ctx: JobContext, input: String, more: u8, still_more: u16) -> Result<(), AgentError> {
    Ok(())
}

#[arcp_agent]
async unsafe extern "C" fn variadic(ctx: JobContext, input: String, _: ...) -> Result<(), AgentError> {
    Ok(())
}

fn main() {}
