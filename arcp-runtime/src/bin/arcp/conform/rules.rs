//! `arcp conform rules`: every rule of the specification, and what decides it.

use arcp_conformance::library::Library;
use arcp_conformance::requirement::Requirement;
use clap::Args;
use serde_json::json;

use super::print;
use crate::fault::Fault;

/// Print every rule, and what decides it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  arcp conform rules | less\n  arcp conform rules --json | jq -r 'select(.keyword == \"MUST\").id'"
)]
pub(super) struct Rules {
    /// Print one JSON object for each rule.
    #[arg(long)]
    json: bool,
}

impl Rules {
    pub(super) fn run(&self) -> Result<(), Fault> {
        let library = Library::load().map_err(Fault::machine)?;
        library
            .in_order
            .iter()
            .filter_map(|id| library.requirements.get(id))
            .try_for_each(|rule| {
                print(&if self.json {
                    as_json(rule)
                } else {
                    as_text(rule)
                })
            })
    }
}

fn as_json(rule: &Requirement) -> String {
    let decision = &rule.decided_by;
    let told = json!({
        "id": rule.id,
        "section": rule.section,
        "keyword": rule.keyword,
        "who": rule.who,
        "text": rule.text,
        "scenarios": decision.scenarios,
        "invariants": decision.invariants,
        "tests": decision.tests,
        "not_decided": decision.why_none,
        "decided_otherwise": rule.differs,
    });
    format!("{told}\n")
}

fn as_text(rule: &Requirement) -> String {
    let mut lines = vec![format!(
        "{}  §{}  {}  {}  {}\n",
        rule.id, rule.section, rule.keyword, rule.who, rule.text
    )];
    let decision = &rule.decided_by;
    let ways = [
        ("scenario", &decision.scenarios),
        ("invariant", &decision.invariants),
        ("test", &decision.tests),
    ];
    for (word, names) in ways {
        lines.extend(names.iter().map(|name| format!("    {word}  {name}\n")));
    }
    if let Some(reason) = &decision.why_none {
        lines.push(format!("    not decided  {reason}\n"));
    }
    if let Some(differs) = &rule.differs {
        lines.push(format!("    decided otherwise  {differs}\n"));
    }
    lines.concat()
}
