//! What is held across an `.await` goes to another thread with the agent.

#![allow(unused)]

use std::rc::Rc;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn agent(_ctx: JobContext, _input: ()) -> Result<(), AgentError> {
    let shared = Rc::new(1);
    std::future::ready(()).await;
    drop(shared);
    Ok(())
}

fn main() {}
