//! The probe: one agent that does what its input says, so that a check can drive a runtime with nothing but frames.
//!
//! It is registered by `arcp serve --probe` alone, because it does whatever it is told.
//! `script` holds the grammar, `steps` reads the steps, `perform` does them.

use std::path::PathBuf;
use std::sync::Arc;

use arcp_generated::common::Json;
use arcp_generated::error::ErrorCode;

use self::place::Pairs;
use self::script::Script;
use super::{Agent, AgentError, AgentFuture, Descriptor, InvalidInput, JobContext};

mod perform;
mod place;
mod script;
mod steps;
mod template;
#[cfg(test)]
mod tests;

/// The name of the probe in the inventory.
const NAME: &str = "probe";

/// The probe, in one of its two versions.
///
/// Its input is `{"do": [step, …]}`. A step is an object with exactly one member; the steps run in order.
/// Anything else is refused before the job is accepted, with the place that is wrong.
///
/// | step | effect |
/// |---|---|
/// | `{"log": {"message": s, "level"?: s}}` | event `log`, level `info` without one |
/// | `{"thought": {"text": s}}` | event `thought` |
/// | `{"status": {"phase": s, "message"?: s}}` | event `status` |
/// | `{"metric": {"name": s, "value": n, "unit"?: s, "dimensions"?: {}}}` | event `metric`; `cost.*` charges the budget |
/// | `{"artifact": {"uri": s, "content_type": s, "byte_size"?: n, "sha256"?: s}}` | event `artifact_ref` |
/// | `{"progress": {"current": n, "total"?: n, "units"?: s, "message"?: s}}` | event `progress` |
/// | `{"vendor": {"kind": "x-vendor.…", "body": {}}}` | an event of a vendor's kind |
/// | `{"chunk": {"data": s}}`, or `"base64": s`, or `"bytes": n` | streams a piece of the result; then `return` is not allowed |
/// | `{"call": {"tool": s, "args"?: {}, "result"?: any, "cost"?: {"USD": "0.42"}, "fatal"?: bool}}` | asks for authority, then `tool_call` and `tool_result`; nothing is really read, written or fetched |
/// | `{"model": {"id": s, "fatal"?: bool}}` | authorises a model, shown as a call of the tool `model` |
/// | `{"delegate": {"agent": s, "input"?: any, "lease_request"?: {}, "lease_constraints"?: {}, "wait"?: bool}}` | event `delegate`; waits for the child's end |
/// | `{"rotate": {"credential": n, "value": s}}` | rotates the n-th provisioned credential, the first is 0 |
/// | `{"sleep": {"ms": n}}` | waits; ends at once when cancelled |
/// | `{"repeat": {"n": n, "do": [step, …]}}` | runs the steps n times; `{i}` in a string is the index of the innermost `repeat` |
/// | `{"block": {}}` | waits until cancelled |
/// | `{"stubborn": {"ms": n}}` | waits and ignores cancellation |
/// | `{"spin": {"ms": n}}` | keeps its thread busy without yielding |
/// | `{"count": {"name": s}}` | appends one line to that file in the probe's folder |
/// | `{"return": any}` | ends with this result; without it the result is `null` |
/// | `{"fail": {"code": s, "message"?: s, "retryable"?: bool}}` | ends with this error |
/// | `{"panic": {"message"?: s}}` | panics |
///
/// Version `1.0.0` adds `"version": "1.0.0"` to a result that is an object; nothing else differs.
#[derive(Clone, Debug)]
pub struct Probe {
    version: Version,
    folder: Option<Arc<PathBuf>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Version {
    fn as_str(self) -> &'static str {
        match self {
            Self::One => "1.0.0",
            Self::Two => "2.0.0",
        }
    }
}

impl Probe {
    /// Both versions, `2.0.0` as the default. `folder` is where `count` writes; without one a script with `count` is refused.
    pub fn versions(folder: Option<PathBuf>) -> [Self; 2] {
        let folder = folder.map(Arc::new);
        [
            Self {
                version: Version::One,
                folder: folder.clone(),
            },
            Self {
                version: Version::Two,
                folder,
            },
        ]
    }

    fn read(&self, input: &Json) -> Result<Script, InvalidInput> {
        Script::read(input, self.folder.is_some())
    }
}

impl Agent for Probe {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(NAME, self.version.as_str())
            .with_default(self.version == Version::Two)
            .with_description("Does what its input says, step by step. For checks only.")
            .with_input_schema(serde_json::json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "Script",
                "type": "object",
                "properties": {
                    "do": {"type": "array", "items": {"type": "object", "minProperties": 1, "maxProperties": 1}}
                },
                "required": ["do"],
                "additionalProperties": false,
            }))
    }

    fn check(&self, input: &Json) -> Result<(), InvalidInput> {
        self.read(input).map(drop)
    }

    fn run(&self, ctx: JobContext, input: Json) -> AgentFuture {
        let probe = self.clone();
        Box::pin(async move {
            let script = probe.read(&input).map_err(|invalid| {
                AgentError::new(ErrorCode::InvalidRequest, invalid.to_string())
            })?;
            let result =
                perform::perform(&script, &ctx, probe.folder.as_deref().map(PathBuf::as_path))
                    .await?;
            match probe.version {
                Version::One => Ok(stamped(result)?),
                Version::Two => Ok(result),
            }
        })
    }
}

/// Puts the old version's stamp on a result that is an object. The other members keep their text.
fn stamped(result: Json) -> Result<Json, serde_json::Error> {
    let Ok(Pairs(pairs)) = serde_json::from_str(result.get()) else {
        return Ok(result);
    };
    let mut text = String::from("{");
    for (name, value) in pairs.iter().filter(|(name, _)| name != "version") {
        text.push_str(&serde_json::to_string(name)?);
        text.push(':');
        text.push_str(value.get());
        text.push(',');
    }
    text.push_str("\"version\":\"1.0.0\"}");
    serde_json::from_str(&text)
}
