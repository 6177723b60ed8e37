//! The rules of the specification, and what decides each (`requirements.yaml`).

use serde::{Deserialize, Serialize};

/// One rule.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// For example `R-6.2-03`.
    pub id: String,
    /// The section it stands in.
    pub section: String,
    /// `MUST`, `MUST NOT`, `SHOULD`, `MAY`, or `implied` by an example, a table or plain prose.
    pub keyword: String,
    /// `client`, `runtime`, `both`, `agent` (seen through one) or `generator`.
    pub who: String,
    /// The feature without which it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// The rule in one line.
    pub text: String,
    /// What decides it.
    pub decided_by: Decision,
    /// A decision that differs from the inventory's recommendation, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs: Option<String>,
}

/// What decides a rule. At least one of the three is given.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Scenarios that cite it: filled from the scenario files, and written `here` when there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<String>,
    /// Invariants over all traffic.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invariants: Vec<String>,
    /// Rust tests, as `file::function`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<String>,
    /// Why nothing can decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_none: Option<String>,
}
