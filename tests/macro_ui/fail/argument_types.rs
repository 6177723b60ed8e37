//! An agent owns what it is given, and its schema has a name.

#![allow(unused)]

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn borrowed(ctx: &mut JobContext, input: Vec<&'static str>) -> Result<(), AgentError> {
    Ok(())
}

#[arcp_agent]
async fn with_lifetime(ctx: JobContext, input: std::borrow::Cow<'_, str>) -> Result<(), AgentError> {
    Ok(())
}

#[arcp_agent]
async fn nameless(ctx: JobContext, input: Option<impl Into<String>>) -> Result<impl Sized, AgentError> {
    Ok(())
}

fn main() {}
