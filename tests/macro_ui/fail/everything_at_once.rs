//! Every mistake is told in one run, the shapes that are wanted once each, and uses of the agent add none.

#![allow(unused)]

use arcp_runtime::agent::{Agent, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent(name = "Shout", timeout = 3)]
pub fn shout<T>((ctx, _): (JobContext, T), text: &str, twice: bool) -> String {
    text.to_uppercase()
}

fn register(_: impl Agent) {}

fn main() {
    register(shout);
}
