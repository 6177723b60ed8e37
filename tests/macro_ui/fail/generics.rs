//! An agent has one input and one result.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn agent<'a, T>(ctx: JobContext, input: T) -> Result<(), AgentError>
where
    T: Clone,
{
    Ok(())
}

fn main() {}
