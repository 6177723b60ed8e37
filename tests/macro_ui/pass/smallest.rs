//! The defaults: name, version, description and schemas without a word in the attribute; types of the wire without a dependency on them.

use arcp_runtime::agent::{Agent, AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::wire::event::LogLevel;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Name {
    name: String,
}

/// Greets
/// politely.
///
/// Nobody reads this.
#[arcp_agent]
async fn say_hello(ctx: JobContext, input: Name) -> Result<String, AgentError> {
    ctx.log(LogLevel::Info, "greeting").await?;
    Ok(format!("Hello, {}", input.name))
}

pub(crate) fn main() {
    let about = say_hello.descriptor();
    assert_eq!(about.name, "say-hello");
    assert_eq!(about.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(about.description, "Greets politely.");
    assert!(!about.default);
    assert_eq!(about.max_runtime, None);
    assert_eq!(
        about.input_schema.unwrap()["properties"]["name"]["type"],
        "string"
    );
    assert_eq!(about.result_schema.unwrap()["type"], "string");
}
