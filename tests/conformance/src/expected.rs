//! Failures that are expected, each with its reason. The list is strict: a failure that it does not name is a surprise, and so is a
//! name of it that passes, is not applicable or does not exist.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::outcome::Outcome;

/// What is said of a scenario that is listed and did not fail.
pub const NO_LONGER: &str = "is listed as a failure and is none any more: take it off the list";

/// What is said of a name that is listed and was not among the scenarios.
pub(crate) const NOT_PLAYED: &str = "is listed and there is no such scenario";

/// A list of expected failures.
#[derive(Clone, Debug, Default)]
pub struct Expected(BTreeMap<String, String>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    scenario: String,
    reason: String,
}

impl Expected {
    /// Reads a file: a list of `scenario` and `reason`.
    ///
    /// # Errors
    /// What cannot be understood, or which scenario is named twice or without a reason.
    pub fn read(text: &str) -> Result<Self, String> {
        let entries: Vec<Entry> = crate::library::yaml(text)?;
        let mut list = BTreeMap::new();
        for Entry { scenario, reason } in entries {
            if reason.trim().is_empty() {
                return Err(format!("`{scenario}` has no reason"));
            }
            if list.insert(scenario.clone(), reason).is_some() {
                return Err(format!("`{scenario}` is named twice"));
            }
        }
        Ok(Self(list))
    }

    /// Leaves out what is not played when only scenarios are whose name contains `text`. What must hold of all traffic is not
    /// expected to fail on a part of it.
    pub fn only(&mut self, text: &str) {
        self.0
            .retain(|scenario, _| scenario.contains(text) && !scenario.starts_with("always/"));
    }

    /// The first name that means nothing, so that a mistake is told whatever is played.
    pub fn unknown(&self, known: &[String]) -> Option<&str> {
        let mut names = self.names();
        names.find(|name| !known.iter().any(|one| one == name))
    }

    /// The names that are listed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Why the scenario is expected to fail, if it is.
    pub fn reason(&self, scenario: &str) -> Option<&str> {
        self.0.get(scenario).map(String::as_str)
    }

    /// What is not as the list has it.
    pub fn surprises(&self, outcomes: &[Outcome]) -> Vec<String> {
        let mut surprises = Vec::new();
        for outcome in outcomes {
            let listed = self.0.contains_key(&outcome.scenario);
            match (outcome.failure(), listed) {
                (Some(_), false) => {
                    surprises.push(format!("{} failed and is not listed", outcome.scenario));
                }
                (None, true) => surprises.push(format!("{} {NO_LONGER}", outcome.scenario)),
                _ => {}
            }
        }
        for name in self.0.keys() {
            if !outcomes.iter().any(|outcome| outcome.scenario == *name) {
                surprises.push(format!("{name} {NOT_PLAYED}"));
            }
        }
        surprises
    }

    /// A list that names the failures of a run, to be looked through and given reasons.
    pub fn draft(outcomes: &[Outcome]) -> String {
        if outcomes.iter().all(|outcome| outcome.failure().is_none()) {
            return "[]\n".to_owned();
        }
        outcomes
            .iter()
            .filter_map(|outcome| Some((outcome, outcome.failure()?)))
            .map(|(outcome, failure)| {
                format!(
                    "- scenario: {}\n  reason: {}\n",
                    serde_json::Value::from(outcome.scenario.as_str()),
                    serde_json::Value::from(format!(
                        "expected {}, seen {}",
                        lasting(&failure.expected),
                        lasting(&failure.seen)
                    ))
                )
            })
            .collect::<Vec<_>>()
            .concat()
    }
}

/// What is the same in the next run and on the next machine too: without ids, times and paths, and not too long.
fn lasting(text: &str) -> String {
    const LONGEST: usize = 110;
    let mut kept = String::new();
    // Where something is installed is the machine's matter.
    let text: Vec<&str> = text
        .split(' ')
        .map(|word| {
            let is_path = word.matches('/').count() > 2 && !word.contains("://");
            if is_path { "…" } else { word }
        })
        .collect();
    let text = text.join(" ");
    for word in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let is_id = bare.len() == 26 && bare.starts_with("01");
        let is_time = bare.len() > 3 && bare.bytes().all(|byte| byte.is_ascii_digit());
        if is_id || is_time {
            kept.push('…');
            kept.push_str(&word[bare.len()..]);
        } else {
            kept.push_str(word);
        }
    }
    let plain: String = kept
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    match plain.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &plain[..cut]),
        None => plain,
    }
}
