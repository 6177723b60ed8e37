//! Only a function with a body is an agent.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
struct Agent {
    ctx: JobContext,
}

trait Agents {
    #[arcp_agent]
    async fn agent(ctx: JobContext, input: String) -> Result<(), AgentError>;
}

fn main() {}
