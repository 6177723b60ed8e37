//! JUnit XML, as most CI systems read it. What is not as it should be is a failure there, and nothing else is.

use std::fmt::Write as _;

use super::Report;
use crate::expected::{NO_LONGER, NOT_PLAYED};
use crate::outcome::{Outcome, Verdict};

/// What a test case holds.
enum Case {
    Passed,
    /// With the reason.
    Skipped(String),
    /// With what is wrong in short, and in full.
    Failed(String, String),
}

pub(super) fn write(report: &Report<'_>) -> String {
    let mut cases: Vec<(&str, &str, u64, Case)> = report
        .outcomes
        .iter()
        .map(|outcome| {
            let (section, scenario) = (outcome.section.as_str(), outcome.scenario.as_str());
            (section, scenario, outcome.took_ms, case(report, outcome))
        })
        .collect();
    for name in report.expected.names() {
        let is_name = |outcome: &Outcome| outcome.scenario == name;
        if !report.outcomes.iter().any(is_name) {
            let case = Case::Failed(NOT_PLAYED.to_owned(), format!("{name} {NOT_PLAYED}"));
            cases.push(("none", name, 0, case));
        }
    }
    let count = |wanted: fn(&Case) -> bool| cases.iter().filter(|(.., case)| wanted(case)).count();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        text,
        "<testsuite name=\"arcp conform\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
        cases.len(),
        count(|case| matches!(case, Case::Failed(..))),
        count(|case| matches!(case, Case::Skipped(_)))
    );
    for (section, scenario, took_ms, case) in &cases {
        let _ = write!(
            text,
            "  <testcase classname=\"section {}\" name=\"{}\" time=\"{}.{:03}\"",
            escape(section),
            escape(scenario),
            took_ms / 1000,
            took_ms % 1000
        );
        let _ = match case {
            Case::Passed => writeln!(text, "/>"),
            Case::Skipped(reason) => {
                let reason = escape(reason);
                writeln!(text, "><skipped message=\"{reason}\"/></testcase>")
            }
            Case::Failed(short, whole) => writeln!(
                text,
                "><failure message=\"{}\">{}</failure></testcase>",
                escape(short),
                escape(whole)
            ),
        };
    }
    text.push_str("</testsuite>\n");
    text
}

fn case(report: &Report<'_>, outcome: &Outcome) -> Case {
    let listed = report.expected.reason(&outcome.scenario);
    match (&outcome.verdict, listed) {
        (Verdict::Fail(_), Some(reason)) => Case::Skipped(format!("expected failure: {reason}")),
        (Verdict::Fail(failure), None) => {
            Case::Failed(failure.expected.clone(), report.told(failure).join("\n"))
        }
        (Verdict::Pass | Verdict::NotApplicable { .. }, Some(reason)) => Case::Failed(
            NO_LONGER.to_owned(),
            format!(
                "{} {NO_LONGER}\nthe reason there: {reason}",
                outcome.scenario
            ),
        ),
        (Verdict::Pass, None) => Case::Passed,
        (Verdict::NotApplicable { reason }, None) => Case::Skipped(reason.clone()),
    }
}

/// Text for an attribute or between tags. Characters that XML cannot hold become spaces.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            '\t' => safe.push('\t'),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {
                safe.push(' ');
            }
            other => safe.push(other),
        }
    }
    safe
}
