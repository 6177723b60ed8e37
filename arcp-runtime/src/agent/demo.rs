//! The agents that `arcp serve` offers when nothing else is registered: harmless, and examples of `#[arcp_agent]`.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use arcp_generated::common::Decimal;
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{LogLevel, Progress};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{Agent, AgentError, JobContext};
use crate::arcp_agent;

/// All of them.
pub fn all() -> Vec<Arc<dyn Agent>> {
    vec![Arc::new(echo), Arc::new(count), Arc::new(stream)]
}

/// Gives its input back.
#[arcp_agent(crate = crate, version = "1.0.0")]
pub async fn echo(_ctx: JobContext, input: Box<RawValue>) -> Result<Box<RawValue>, AgentError> {
    Ok(input)
}

/// What [`count`] takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object such as {\"n\": 3}")]
#[schemars(title = "Count")]
pub struct CountInput {
    /// How far to count.
    n: Bounded<1, 1_000_000>,
    /// Milliseconds to wait before each number.
    #[serde(default)]
    delay_ms: Bounded<0, 60_000>,
}

/// What [`count`] results in.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "Counted")]
pub struct Counted {
    /// How far it counted.
    counted: u64,
    /// The sum of the numbers.
    sum: u64,
}

/// Counts to a number, with a log line and progress for each step.
#[arcp_agent(crate = crate, version = "1.0.0")]
pub async fn count(ctx: JobContext, input: CountInput) -> Result<Counted, AgentError> {
    let CountInput {
        n: Bounded(n),
        delay_ms: Bounded(delay_ms),
    } = input;
    for number in 1..=n {
        pause(&ctx, delay_ms).await?;
        ctx.log(LogLevel::Info, format!("number {number}")).await?;
        let mut progress = Progress::new(Decimal::from(number));
        progress.total = Some(Decimal::from(n));
        progress.units = Some("numbers".to_owned());
        ctx.progress(progress).await?;
    }
    Ok(Counted {
        counted: n,
        sum: n * (n + 1) / 2,
    })
}

/// What [`stream`] takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(expecting = "an object such as {\"chunks\": 3}")]
#[schemars(title = "Stream")]
pub struct StreamInput {
    /// How many chunks.
    chunks: Bounded<1, 1_000>,
    /// Lines of text in a chunk.
    #[serde(default = "ten")]
    lines: Bounded<1, 1_000>,
    /// Milliseconds to wait before each chunk.
    #[serde(default)]
    delay_ms: Bounded<0, 60_000>,
}

/// Streams lines of text as its result, chunk by chunk.
#[arcp_agent(crate = crate, version = "1.0.0")]
pub async fn stream(ctx: JobContext, input: StreamInput) -> Result<(), AgentError> {
    let StreamInput {
        chunks: Bounded(chunks),
        lines: Bounded(lines),
        delay_ms: Bounded(delay_ms),
    } = input;
    let mut result = ctx.result_stream();
    for chunk in 0..chunks {
        pause(&ctx, delay_ms).await?;
        let mut text = String::new();
        for line in 0..lines {
            writeln!(
                text,
                "line {} of {}",
                chunk * lines + line + 1,
                chunks * lines
            )?;
        }
        result.write_text(&text).await?;
    }
    Ok(())
}

/// Waits, but not longer than the job is wanted.
async fn pause(ctx: &JobContext, ms: u64) -> Result<(), AgentError> {
    tokio::select! {
        () = tokio::time::sleep(Duration::from_millis(ms)) => Ok(()),
        () = ctx.cancelled() => Err(AgentError::new(ErrorCode::Cancelled, "the job was cancelled")),
    }
}

/// A whole number of a range: one that is outside is refused before the job is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounded<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Default for Bounded<MIN, MAX> {
    fn default() -> Self {
        Self(MIN)
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        if (MIN..=MAX).contains(&number) {
            return Ok(Self(number));
        }
        Err(serde::de::Error::custom(format!(
            "{number} is not from {MIN} to {MAX}"
        )))
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Bounded<MIN, MAX> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("From{MIN}To{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}

fn ten() -> Bounded<1, 1_000> {
    Bounded(10)
}

#[cfg(test)]
mod tests {
    use super::{count, echo, stream};
    use crate::agent::Agent;

    fn refusal(agent: &dyn Agent, input: &str) -> Option<String> {
        let input = input.parse().expect("the test's own JSON");
        agent.check(&input).err().map(|invalid| invalid.to_string())
    }

    #[test]
    fn input_is_checked_before_the_job() {
        for input in ["null", "[1, {\"a\": 1.10}]", "\"text\""] {
            assert_eq!(refusal(&echo, input), None, "{input}");
        }
        assert_eq!(refusal(&count, r#"{"n":3}"#), None);
        assert_eq!(
            refusal(&count, r#"{"n":0}"#).as_deref(),
            Some("input.n: 0 is not from 1 to 1000000")
        );
        assert_eq!(
            refusal(&count, "{}").as_deref(),
            Some("input: missing field `n`")
        );
        assert_eq!(
            refusal(&stream, r#"{"chunks":1,"lines":0}"#).as_deref(),
            Some("input.lines: 0 is not from 1 to 1000")
        );
    }

    #[test]
    fn schemas_say_the_same() {
        let about = count.descriptor();
        assert_eq!(
            (about.name.as_str(), about.version.as_str()),
            ("count", "1.0.0")
        );
        let schema = about.input_schema.expect("a schema");
        assert_eq!(schema["properties"]["n"]["maximum"], 1_000_000);
        assert_eq!(schema["required"], serde_json::json!(["n"]));
    }
}
