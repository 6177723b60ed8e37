//! What became of a scenario.

use serde::Serialize;

/// A scenario's result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Verdict {
    /// Everything came as it should.
    Pass,
    /// Something did not.
    Fail(Failure),
    /// The scenario has nothing to say of this target.
    NotApplicable {
        /// Why.
        reason: String,
    },
}

/// What was wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Failure {
    /// Where in the scenario: the step's number and verb, or `invariant NAME`.
    pub step: String,
    /// What should have been.
    pub expected: String,
    /// What was.
    pub seen: String,
    /// The rules that are broken by it.
    pub rules: Vec<String>,
}

/// A scenario and its result.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// `section/name`, with ` (hostile)` for the twin.
    pub scenario: String,
    /// The section of the specification.
    pub section: String,
    /// The rules that the scenario decides.
    pub rules: Vec<String>,
    /// Rules that it speaks of and could not decide here, because nothing came to look at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<String>,
    /// The result.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The transcript's file, when one was written.
    pub transcript: Option<String>,
}

impl Outcome {
    /// Whether the scenario passed.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Pass
    }

    /// What was wrong, if something was.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Fail(failure) => Some(failure),
            _ => None,
        }
    }
}
