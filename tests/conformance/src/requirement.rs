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
    /// Scenarios that cite it. A test keeps the names as they are in the scenario files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<String>,
    /// Invariants over all traffic. A test keeps them too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invariants: Vec<String>,
    /// Rust tests, as `file::function`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<String>,
    /// Which part of it the others do not decide, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partly: Option<String>,
    /// Why nothing can decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_none: Option<String>,
}

/// The first lines of requirements.yaml.
pub(crate) const HEAD: &str = "\
# Every rule of ARCP v1.1, and what decides it. `tests`, `partly`, `why_none` and `differs` are written by hand; the names of scenarios
# and invariants are kept by a test: UPDATE_REQUIREMENTS=1 cargo test --package arcp-runtime --test conformance
";

impl Requirement {
    /// The rule as it stands in requirements.yaml.
    pub(crate) fn to_yaml(&self) -> String {
        use std::fmt::Write as _;
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut text = format!(
            "- id: {}\n  section: {}\n  keyword: {}\n  who: {}\n",
            self.id,
            quoted(&self.section),
            self.keyword,
            self.who
        );
        if let Some(feature) = &self.feature {
            let _ = writeln!(text, "  feature: {feature}");
        }
        let _ = writeln!(text, "  text: {}", quoted(&self.text));
        let decision = &self.decided_by;
        let lists = [
            ("scenarios", &decision.scenarios),
            ("invariants", &decision.invariants),
            ("tests", &decision.tests),
        ];
        if lists.iter().all(|(_, names)| names.is_empty()) && decision.why_none.is_none() {
            text.push_str("  decided_by: {}\n");
        } else {
            text.push_str("  decided_by:\n");
        }
        for (word, names) in lists {
            if !names.is_empty() {
                let _ = writeln!(text, "    {word}:");
            }
            for name in names {
                let _ = writeln!(text, "      - {}", quoted(name));
            }
        }
        for (word, reason) in [
            ("partly", &decision.partly),
            ("why_none", &decision.why_none),
        ] {
            if let Some(reason) = reason {
                let _ = writeln!(text, "    {word}: {}", quoted(reason));
            }
        }
        if let Some(differs) = &self.differs {
            let _ = writeln!(text, "  differs: {}", quoted(differs));
        }
        text
    }
}
