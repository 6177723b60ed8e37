//! The probe's script: what its steps are, and that they stand in the right places. What is inside a step is read by
//! [`super::steps`]; nothing here performs one.

use arcp_generated::common::{Decimal, Json};

use super::place::Place;
use super::steps;
use super::template::{Template, Value};
use crate::agent::InvalidInput;

use crate::limits::MAX_REPEAT_DEPTH;

/// A script that was checked from end to end.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) steps: Vec<Step>,
}

/// One step; see the probe's grammar at [`super::Probe`].
#[derive(Clone, Debug)]
pub(super) enum Step {
    Log {
        level: Template,
        message: Template,
    },
    Thought {
        text: Template,
    },
    Status {
        phase: Template,
        message: Option<Template>,
    },
    Metric(MetricStep),
    Artifact(ArtifactStep),
    Progress {
        current: Decimal,
        total: Option<Decimal>,
        units: Option<Template>,
        message: Option<Template>,
    },
    Vendor {
        kind: Template,
        body: Value,
    },
    Chunk(Piece),
    Call(Call),
    Model {
        id: Template,
        fatal: bool,
    },
    Delegate(Delegation),
    Rotate {
        credential: usize,
        value: Template,
    },
    Sleep {
        ms: u64,
    },
    Repeat {
        times: u64,
        steps: Vec<Step>,
    },
    Block,
    Stubborn {
        ms: u64,
    },
    Spin {
        ms: u64,
    },
    Count {
        name: Template,
    },
    Return(Value),
    Fail {
        code: Template,
        message: Option<Template>,
        retryable: Option<bool>,
    },
    Panic {
        message: Option<Template>,
    },
}

/// A measurement.
#[derive(Clone, Debug)]
pub(super) struct MetricStep {
    pub(super) name: Template,
    pub(super) value: Decimal,
    pub(super) unit: Option<Template>,
    pub(super) dimensions: Vec<(String, Template)>,
}

/// Something that was made elsewhere.
#[derive(Clone, Debug)]
pub(super) struct ArtifactStep {
    pub(super) uri: Template,
    pub(super) content_type: Template,
    pub(super) byte_size: Option<u64>,
    pub(super) sha256: Option<Template>,
}

/// A piece of a streamed result.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Text.
    Text(Template),
    /// Bytes, which travel as base64.
    Bytes(Vec<u8>),
    /// So many bytes of the text `0123456789`, over and over.
    Digits(usize),
}

/// An operation that bears authority.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) tool: Template,
    pub(super) args: Value,
    pub(super) result: Value,
    /// Currency and amount, reported when the call was allowed.
    pub(super) cost: Vec<(String, Decimal)>,
    pub(super) fatal: bool,
}

/// A job for another agent.
#[derive(Clone, Debug)]
pub(super) struct Delegation {
    pub(super) agent: Template,
    pub(super) input: Value,
    pub(super) lease_request: Option<Value>,
    pub(super) lease_constraints: Option<Value>,
    pub(super) wait: bool,
}

/// Where a step stands, which decides what it may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    /// How many `repeat`s are around it.
    pub(super) depth: usize,
    /// Whether `count` has a folder to write to.
    pub(super) counts: bool,
}

impl Scope {
    pub(super) fn template(self, text: String) -> Template {
        Template::new(text, self.depth > 0)
    }

    pub(super) fn value(self, value: Json) -> Value {
        Value::new(value, self.depth > 0)
    }
}

impl Script {
    /// Reads and checks a whole script.
    ///
    /// # Errors
    /// The first place that is not in the grammar, and why.
    pub(super) fn read(input: &Json, counts: bool) -> Result<Self, InvalidInput> {
        let mut members = Place::root(input).object()?;
        let list = members.need("do")?;
        members.finish()?;
        let steps = steps(&list, Scope { depth: 0, counts })?;
        if streams(&steps) {
            refuse_returns(&list)?;
        }
        Ok(Self { steps })
    }
}

/// Reads a list of steps.
pub(super) fn steps(list: &Place<'_>, scope: Scope) -> Result<Vec<Step>, InvalidInput> {
    if scope.depth > MAX_REPEAT_DEPTH {
        return Err(list.wrong(format!(
            "is nested too deep: at most {MAX_REPEAT_DEPTH} `repeat`s in one another"
        )));
    }
    list.list()?
        .iter()
        .map(|step| steps::read(step, scope))
        .collect()
}

fn streams(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Chunk(_) => true,
        Step::Repeat { steps, .. } => streams(steps),
        _ => false,
    })
}

/// Finds the `return` that a streamed result leaves no room for. The list was read before, so only its shape is looked at.
fn refuse_returns(list: &Place<'_>) -> Result<(), InvalidInput> {
    for step in list.list()? {
        let (name, place) = step.object()?.only("must have one member")?;
        match name.as_str() {
            "return" => {
                return Err(place.wrong("is not allowed beside `chunk`: the pieces are the result"));
            }
            "repeat" => refuse_returns(&place.object()?.need("do")?)?,
            _ => {}
        }
    }
    Ok(())
}
