//! A page of Markdown: the score by section, then every failure, then what was not applicable.

use std::fmt::Write as _;

use super::Report;

pub(super) fn write(report: &Report<'_>) -> String {
    let (passed, failed, not) = report.counts();
    let mut text = String::from("# Conformance to ARCP v1.1\n\n");
    let _ = writeln!(
        text,
        "{passed} scenarios passed, {failed} failed, {not} not applicable.\n"
    );
    text.push_str(
        "| section | rules that hold | broken | not applicable |\n|---|---:|---:|---:|\n",
    );
    for (section, score) in report.scores() {
        let _ = writeln!(
            text,
            "| {section} | {} | {} | {} |",
            score.pass, score.fail, score.not_applicable
        );
    }
    for outcome in report.outcomes {
        let Some(failure) = outcome.failure() else {
            continue;
        };
        let _ = writeln!(text, "\n## {}\n", cell(&outcome.scenario));
        if let Some(reason) = report.expected.reason(&outcome.scenario) {
            let _ = writeln!(text, "Expected: {}\n", cell(reason));
        }
        let _ = writeln!(text, "- step: `{}`", code(&failure.step));
        let _ = writeln!(text, "- expected: `{}`", code(&failure.expected));
        let _ = writeln!(text, "- seen: `{}`", code(&failure.seen));
        for rule in &failure.rules {
            let _ = writeln!(text, "- {rule}: {}", cell(report.library.text_of(rule)));
        }
    }
    let reasons = report.reasons();
    if !reasons.is_empty() {
        text.push_str("\n## Not applicable\n\n");
        for reason in reasons {
            let _ = writeln!(text, "- {}", cell(&reason));
        }
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn code(text: &str) -> String {
    text.replace('`', "'").replace(['\n', '\r'], " ")
}
