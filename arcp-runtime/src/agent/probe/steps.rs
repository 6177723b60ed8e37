//! Reads the members of each step. One function for each kind of step that has more than a word to say.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use arcp_generated::common::{AgentRef, Decimal, Json, MediaType, Sha256, Uri, VendorName};
use arcp_generated::lease::{Lease, LeaseConstraints};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;

use super::place::{Members, Place};
use super::script::{ArtifactStep, Call, Delegation, MetricStep, Piece, Scope, Step, steps};
use super::template::{Template, Value};
use crate::agent::{InvalidInput, decode_input};

/// Every step's name, for the refusal of another.
const NAMES: &str = "log, thought, status, metric, artifact, progress, vendor, chunk, call, model, delegate, rotate, sleep, repeat, block, stubborn, spin, count, return, fail, panic";
/// Milliseconds that a step may wait: at most a day.
const WAIT_MS: RangeInclusive<u64> = 0..=86_400_000;
/// Milliseconds that a step may keep its thread: at most a minute, because nothing can stop it.
const SPIN_MS: RangeInclusive<u64> = 0..=60_000;
/// Rounds of one `repeat`.
const ROUNDS: RangeInclusive<u64> = 0..=1_000_000_000;
/// Bytes of one `chunk` by size: it is made in memory.
const DIGITS: RangeInclusive<u64> = 0..=67_108_864;
/// Places in the list of a job's credentials.
const CREDENTIALS: RangeInclusive<u64> = 0..=255;
/// Bytes of an artifact: what a JSON integer holds everywhere.
const ARTIFACT_BYTES: RangeInclusive<u64> = 0..=9_007_199_254_740_991;

/// Reads one step.
///
/// # Errors
/// The place that is not in the grammar, and why.
pub(super) fn read(step: &Place<'_>, scope: Scope) -> Result<Step, InvalidInput> {
    let (name, place) = step
        .object()?
        .only("must be an object with exactly one member, the step")?;
    if name == "return" {
        return Ok(Step::Return(scope.value(place.json()?)));
    }
    let unknown = || place.wrong(format!("is not a step; there are {NAMES}"));
    let known = NAMES.split([',', ' ']).any(|step| step == name);
    let mut fields = Fields {
        members: place
            .object()
            .map_err(|wrong| if known { wrong } else { unknown() })?,
        scope,
    };
    let step = fields.step(&name)?.ok_or_else(unknown)?;
    fields.members.finish()?;
    Ok(step)
}

/// A step's members, with what its scope makes of them.
struct Fields<'a> {
    members: Members<'a>,
    scope: Scope,
}

impl Fields<'_> {
    /// Reads the step of a name; `None` when there is none of it.
    fn step(&mut self, name: &str) -> Result<Option<Step>, InvalidInput> {
        Ok(Some(match name {
            "log" => Step::Log {
                message: self.text("message")?,
                level: self.log_level()?,
            },
            "thought" => Step::Thought {
                text: self.text("text")?,
            },
            "status" => Step::Status {
                phase: self.text("phase")?,
                message: self.text_or_none("message")?,
            },
            "metric" => Step::Metric(self.metric()?),
            "artifact" => Step::Artifact(self.artifact()?),
            "progress" => self.progress()?,
            "vendor" => self.vendor()?,
            "chunk" => Step::Chunk(self.piece()?),
            "call" => Step::Call(self.call()?),
            "model" => Step::Model {
                id: self.text("id")?,
                fatal: self.flag("fatal", false)?,
            },
            "delegate" => Step::Delegate(self.delegation()?),
            "rotate" => Step::Rotate {
                credential: self.size("credential", CREDENTIALS)?,
                value: self.text("value")?,
            },
            "sleep" => Step::Sleep {
                ms: self.whole("ms", WAIT_MS)?,
            },
            "repeat" => self.repeat()?,
            "block" => Step::Block,
            "stubborn" => Step::Stubborn {
                ms: self.whole("ms", WAIT_MS)?,
            },
            "spin" => Step::Spin {
                ms: self.whole("ms", SPIN_MS)?,
            },
            "count" => self.count()?,
            "fail" => self.fail()?,
            "panic" => Step::Panic {
                message: self.text_or_none("message")?,
            },
            _ => return Ok(None),
        }))
    }

    fn log_level(&mut self) -> Result<Template, InvalidInput> {
        Ok(self
            .text_or_none("level")?
            .unwrap_or_else(|| Template::new("info", false)))
    }

    fn metric(&mut self) -> Result<MetricStep, InvalidInput> {
        let mut dimensions = Vec::new();
        if let Some(map) = self.members.take("dimensions") {
            for (name, place) in map.object()?.all() {
                dimensions.push((name, self.scope.template(place.string()?)));
            }
        }
        Ok(MetricStep {
            name: self.text("name")?,
            value: self.members.need("value")?.number()?,
            unit: self.text_or_none("unit")?,
            dimensions,
        })
    }

    fn artifact(&mut self) -> Result<ArtifactStep, InvalidInput> {
        let uri = self.members.need("uri")?;
        let content_type = self.members.need("content_type")?;
        let sha256 = self.members.take("sha256");
        Ok(ArtifactStep {
            uri: self.checked::<Uri>(&uri)?,
            content_type: self.checked::<MediaType>(&content_type)?,
            byte_size: self
                .members
                .take("byte_size")
                .map(|size| size.whole(ARTIFACT_BYTES))
                .transpose()?,
            sha256: sha256
                .map(|sha256| self.checked::<Sha256>(&sha256))
                .transpose()?,
        })
    }

    fn progress(&mut self) -> Result<Step, InvalidInput> {
        Ok(Step::Progress {
            current: self.members.need("current")?.number()?,
            total: self
                .members
                .take("total")
                .map(|total| total.number())
                .transpose()?,
            units: self.text_or_none("units")?,
            message: self.text_or_none("message")?,
        })
    }

    fn vendor(&mut self) -> Result<Step, InvalidInput> {
        let kind = self.members.need("kind")?;
        let body = self.members.need("body")?;
        body.object()?;
        Ok(Step::Vendor {
            kind: self.checked::<VendorName>(&kind)?,
            body: self.scope.value(body.json()?),
        })
    }

    fn piece(&mut self) -> Result<Piece, InvalidInput> {
        const ONE: &str = "must have one of `data`, `base64`, `bytes`";
        let data = self.members.take("data");
        let base64 = self.members.take("base64");
        let bytes = self.members.take("bytes");
        match (data, base64, bytes) {
            (Some(data), None, None) => Ok(Piece::Text(self.scope.template(data.string()?))),
            (None, Some(base64), None) => {
                let bytes = STANDARD.decode(base64.string()?);
                bytes
                    .map(Piece::Bytes)
                    .map_err(|error| base64.wrong(format!("is not padded base64: {error}")))
            }
            (None, None, Some(bytes)) => Ok(Piece::Digits(size(bytes.whole(DIGITS)?))),
            _ => Err(self.members.place().wrong(ONE)),
        }
    }

    fn call(&mut self) -> Result<Call, InvalidInput> {
        let mut cost = Vec::new();
        if let Some(map) = self.members.take("cost") {
            for (currency, place) in map.object()?.all() {
                cost.push((currency, amount(&place)?));
            }
        }
        let args = self.members.take("args");
        if let Some(args) = &args {
            args.object()?;
        }
        Ok(Call {
            tool: self.text("tool")?,
            args: self.value_or(args.as_ref(), "{}")?,
            result: {
                let result = self.members.take_any("result");
                self.value_or(result.as_ref(), "null")?
            },
            cost,
            fatal: self.flag("fatal", false)?,
        })
    }

    fn delegation(&mut self) -> Result<Delegation, InvalidInput> {
        let agent = self.members.need("agent")?;
        let input = self.members.take_any("input");
        Ok(Delegation {
            agent: self.checked::<AgentRef>(&agent)?,
            input: self.value_or(input.as_ref(), "null")?,
            lease_request: self.checked_value::<Lease>("lease_request")?,
            lease_constraints: self.checked_value::<LeaseConstraints>("lease_constraints")?,
            wait: self.flag("wait", true)?,
        })
    }

    fn repeat(&mut self) -> Result<Step, InvalidInput> {
        let times = self.whole("n", ROUNDS)?;
        let list = self.members.need("do")?;
        let scope = Scope {
            depth: self.scope.depth + 1,
            ..self.scope
        };
        Ok(Step::Repeat {
            times,
            steps: steps(&list, scope)?,
        })
    }

    fn count(&mut self) -> Result<Step, InvalidInput> {
        let place = self.members.need("name")?;
        let name = self.scope.template(place.string()?);
        if !is_file_name(&name.render(0)) {
            return Err(place.wrong("must be 1 to 64 letters, digits or `-`"));
        }
        if !self.scope.counts {
            return Err(self
                .members
                .place()
                .wrong("needs a folder: start the runtime with `--probe-dir`"));
        }
        Ok(Step::Count { name })
    }

    fn fail(&mut self) -> Result<Step, InvalidInput> {
        Ok(Step::Fail {
            code: self.text("code")?,
            message: self.text_or_none("message")?,
            retryable: self
                .members
                .take("retryable")
                .map(|flag| flag.flag())
                .transpose()?,
        })
    }

    fn text(&mut self, name: &str) -> Result<Template, InvalidInput> {
        Ok(self.scope.template(self.members.need(name)?.string()?))
    }

    fn text_or_none(&mut self, name: &str) -> Result<Option<Template>, InvalidInput> {
        self.members
            .take(name)
            .map(|place| Ok(self.scope.template(place.string()?)))
            .transpose()
    }

    fn flag(&mut self, name: &str, default: bool) -> Result<bool, InvalidInput> {
        self.members
            .take(name)
            .map_or(Ok(default), |place| place.flag())
    }

    fn whole(&mut self, name: &str, range: RangeInclusive<u64>) -> Result<u64, InvalidInput> {
        self.members.need(name)?.whole(range)
    }

    fn size(&mut self, name: &str, range: RangeInclusive<u64>) -> Result<usize, InvalidInput> {
        Ok(size(self.whole(name, range)?))
    }

    fn value_or(
        &self,
        place: Option<&Place<'_>>,
        default: &'static str,
    ) -> Result<Value, InvalidInput> {
        let value = match place {
            Some(place) => place.json()?,
            None => literal(default)?,
        };
        Ok(self.scope.value(value))
    }

    /// A string with a grammar, which the first round's text must follow.
    fn checked<T: FromStr<Err: Display>>(
        &self,
        place: &Place<'_>,
    ) -> Result<Template, InvalidInput> {
        let template = self.scope.template(place.string()?);
        template
            .render(0)
            .parse::<T>()
            .map_err(|error| place.wrong(error.to_string()))?;
        Ok(template)
    }

    /// An object of the wire, which the first round's text must be.
    fn checked_value<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<Value>, InvalidInput> {
        let Some(place) = self.members.take(name) else {
            return Ok(None);
        };
        let value = self.scope.value(place.json()?);
        let first = value
            .render(0)
            .map_err(|error| place.wrong(error.to_string()))?;
        decode_input::<T>(&first).map_err(|invalid| place.within(invalid))?;
        Ok(Some(value))
    }
}

/// Whether a `count` may write to a file of this name.
pub(super) fn is_file_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// An amount as text, `"0.42"`, so that no digit is lost.
fn amount(place: &Place<'_>) -> Result<Decimal, InvalidInput> {
    let text = place.string()?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(&text),
    };
    let wrong = || place.wrong("must be an amount such as \"0.42\"");
    if !shaped {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

fn literal(text: &'static str) -> Result<Json, InvalidInput> {
    serde_json::from_str(text).map_err(|error| InvalidInput {
        path: String::new(),
        reason: error.to_string(),
    })
}

/// A size within one of the ranges above, all of which fit.
fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
