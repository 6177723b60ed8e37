//! The agents that `arcp serve` offers when nothing else is registered: harmless, and examples of `#[arcp_agent]`.

use std::time::Duration;

use arcp_generated::common::Decimal;
use arcp_generated::event::{LogLevel, Progress};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{AgentError, JobContext};
use crate::arcp_agent;

/// Gives its input back.
#[arcp_agent(crate = crate, version = "1.0.0")]
pub async fn echo(_ctx: JobContext, input: Box<RawValue>) -> Result<Box<RawValue>, AgentError> {
    Ok(input)
}

/// What [`count`] takes.
#[derive(Debug, Deserialize, JsonSchema)]
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
    let CountInput { n: Bounded(n), delay_ms: Bounded(delay_ms) } = input;
    for number in 1..=n {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        ctx.log(LogLevel::Info, format!("number {number}")).await?;
        let mut progress = Progress::new(Decimal::from(number));
        progress.total = Some(Decimal::from(n));
        progress.units = Some("numbers".to_owned());
        ctx.progress(progress).await?;
    }
    Ok(Counted { counted: n, sum: n * (n + 1) / 2 })
}

/// What [`stream`] takes.
#[derive(Debug, Deserialize, JsonSchema)]
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
    let StreamInput { chunks: Bounded(chunks), lines: Bounded(lines), delay_ms: Bounded(delay_ms) } = input;
    let mut result = ctx.result_stream()?;
    for chunk in 0..chunks {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        let text: String = (0..lines).map(|line| format!("line {} of {}\n", chunk * lines + line + 1, chunks * lines)).collect();
        result.write_text(&text).await?;
    }
    Ok(())
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
        Err(serde::de::Error::custom(format!("{number} is not from {MIN} to {MAX}")))
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
