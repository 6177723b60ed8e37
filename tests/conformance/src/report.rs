//! Results for people and for machines. Which failures are expected is decided here too, so that every format says the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::expected::Expected;
use crate::library::Library;
use crate::outcome::{Failure, Outcome, Verdict};

mod junit;
mod markdown;

/// A run's outcomes beside what was expected of them.
#[derive(Debug)]
pub struct Report<'a> {
    library: &'a Library,
    outcomes: &'a [Outcome],
    expected: &'a Expected,
}

/// How many rules of a section hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Rules that hold.
    pub pass: usize,
    /// Rules that are broken.
    pub fail: usize,
    /// Rules of which nothing could be said.
    pub not_applicable: usize,
}

/// What a run says of a rule. Of two the greater one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// Nothing could be said.
    NotApplicable,
    /// It holds wherever it was looked at.
    Pass,
    /// It is broken.
    Fail,
}

impl<'a> Report<'a> {
    /// A report on outcomes.
    pub fn new(library: &'a Library, outcomes: &'a [Outcome], expected: &'a Expected) -> Self {
        Self {
            library,
            outcomes,
            expected,
        }
    }

    /// What is not as it should be: failures that nobody expected, and expectations that did not come true. Empty is good.
    pub fn surprises(&self) -> Vec<String> {
        self.expected.surprises(self.outcomes)
    }

    /// What is said of each rule that a scenario or an invariant cites. A rule is broken when a failure names it.
    pub fn rules(&self) -> BTreeMap<String, Held> {
        let mut rules: BTreeMap<String, Held> = BTreeMap::new();
        for outcome in self.outcomes {
            let broken: &[String] = outcome.failure().map_or(&[], |failure| &failure.rules);
            for rule in outcome.rules.iter().chain(broken) {
                let held = match (outcome.passed(), broken.contains(rule)) {
                    (_, true) => Held::Fail,
                    (true, false) => Held::Pass,
                    (false, false) => Held::NotApplicable,
                };
                let worst = rules.entry(rule.clone()).or_insert(held);
                *worst = (*worst).max(held);
            }
            for rule in &outcome.undecided {
                rules.entry(rule.clone()).or_insert(Held::NotApplicable);
            }
        }
        rules
    }

    /// The score of each section, by the rules and not by the scenarios.
    pub fn scores(&self) -> BTreeMap<String, Score> {
        let mut scores: BTreeMap<String, Score> = BTreeMap::new();
        for (rule, held) in self.rules() {
            let section = self
                .library
                .requirements
                .get(&rule)
                .map_or("?", |rule| rule.section.as_str());
            let score = scores.entry(section.to_owned()).or_default();
            match held {
                Held::Fail => score.fail += 1,
                Held::Pass => score.pass += 1,
                Held::NotApplicable => score.not_applicable += 1,
            }
        }
        scores
    }

    fn counts(&self) -> (usize, usize, usize) {
        let passed = self
            .outcomes
            .iter()
            .filter(|outcome| outcome.passed())
            .count();
        let failed = self
            .outcomes
            .iter()
            .filter(|outcome| outcome.failure().is_some())
            .count();
        (passed, failed, self.outcomes.len() - passed - failed)
    }

    /// What a person reads at the end of a run: every failure with what was expected and seen and the rule's words.
    pub fn terminal(&self) -> String {
        let mut text = String::new();
        for outcome in self.outcomes {
            let Some(failure) = outcome.failure() else {
                continue;
            };
            if let Some(reason) = self.expected.reason(&outcome.scenario) {
                let _ = writeln!(text, "expected failure  {}: {reason}", outcome.scenario);
                continue;
            }
            let _ = writeln!(text, "FAIL  {}", outcome.scenario);
            for line in self.told(failure) {
                let _ = writeln!(text, "      {line}");
            }
            if let Some(file) = &outcome.transcript {
                let _ = writeln!(text, "      transcript {file}");
            }
        }
        for reason in self.reasons() {
            let _ = writeln!(text, "not applicable  {reason}");
        }
        let (passed, failed, not) = self.counts();
        let _ = writeln!(
            text,
            "{passed} passed, {failed} failed, {not} not applicable"
        );
        for surprise in self.surprises() {
            let _ = writeln!(text, "{surprise}");
        }
        text
    }

    /// A failure in lines.
    fn told(&self, failure: &Failure) -> Vec<String> {
        let mut lines = vec![
            format!("step      {}", failure.step),
            format!("expected  {}", failure.expected),
            format!("seen      {}", failure.seen),
        ];
        for rule in &failure.rules {
            lines.push(format!("{rule}  {}", self.library.text_of(rule)));
        }
        lines
    }

    /// Every reason why something was not applicable, with how many scenarios it left out.
    fn reasons(&self) -> Vec<String> {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for outcome in self.outcomes {
            if let Verdict::NotApplicable { reason } = &outcome.verdict {
                *reasons.entry(reason).or_default() += 1;
            }
        }
        reasons
            .into_iter()
            .map(|(reason, count)| format!("{count}: {reason}"))
            .collect()
    }

    /// The outcomes as JSON, with the score of each section.
    pub fn json(&self) -> String {
        let (passed, failed, not_applicable) = self.counts();
        let whole = serde_json::json!({
            "passed": passed,
            "failed": failed,
            "not_applicable": not_applicable,
            "surprises": self.surprises(),
            "sections": self.scores(),
            "scenarios": self.outcomes,
        });
        let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The outcomes as JUnit XML. An expected failure is told as skipped.
    pub fn junit(&self) -> String {
        junit::write(self)
    }

    /// The outcomes as a page of Markdown.
    pub fn markdown(&self) -> String {
        markdown::write(self)
    }
}

#[cfg(test)]
mod tests;
