//! JUnit XML, as most CI systems read it.

use std::fmt::Write as _;

use super::Report;
use crate::outcome::Verdict;

pub(super) fn write(report: &Report<'_>) -> String {
    let (_, failed, not) = report.counts();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        text,
        "<testsuite name=\"arcp conform\" tests=\"{}\" failures=\"{failed}\" skipped=\"{not}\">",
        report.outcomes.len()
    );
    for outcome in report.outcomes {
        let _ = write!(
            text,
            "  <testcase classname=\"section {}\" name=\"{}\" time=\"{}.{:03}\"",
            escape(&outcome.section),
            escape(&outcome.scenario),
            outcome.took_ms / 1000,
            outcome.took_ms % 1000
        );
        match &outcome.verdict {
            Verdict::Pass => text.push_str("/>\n"),
            Verdict::NotApplicable { reason } => {
                let _ = writeln!(
                    text,
                    "><skipped message=\"{}\"/></testcase>",
                    escape(reason)
                );
            }
            Verdict::Fail(failure) => {
                if let Some(reason) = report.expected.reason(&outcome.scenario) {
                    let _ = writeln!(
                        text,
                        "><skipped message=\"expected failure: {}\"/></testcase>",
                        escape(reason)
                    );
                } else {
                    let told = report.told(failure).join("\n");
                    let _ = writeln!(
                        text,
                        "><failure message=\"{}\">{}</failure></testcase>",
                        escape(&failure.expected),
                        escape(&told)
                    );
                }
            }
        }
    }
    text.push_str("</testsuite>\n");
    text
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
