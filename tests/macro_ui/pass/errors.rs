//! Any error becomes an `AgentError`; a result type may be an alias, and may hold `'static` text.

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;

#[arcp_agent]
async fn with_question_mark(_ctx: JobContext, input: String) -> Result<u8, AgentError> {
    Ok(input.parse()?)
}

#[arcp_agent]
async fn io(_ctx: JobContext, _input: ()) -> std::io::Result<&'static str> {
    Ok("fine")
}

#[arcp_agent]
async fn format(_ctx: JobContext, _input: Option<u8>) -> std::fmt::Result {
    Ok(())
}

pub(crate) fn main() {
    fn agent(_: impl arcp_runtime::agent::Agent + Clone + std::fmt::Debug) {}
    agent(with_question_mark);
    agent(io);
    agent(format);
}
