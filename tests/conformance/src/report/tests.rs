//! Every format tells the same of one run with each kind of outcome in it.

use super::*;
use crate::outcome::Failure;

fn outcomes() -> Vec<Outcome> {
    let outcome = |scenario: &str, verdict| Outcome {
        scenario: scenario.to_owned(),
        section: "3".to_owned(),
        rules: vec!["R-3-01".to_owned()],
        undecided: Vec::new(),
        verdict,
        took_ms: 1234,
        transcript: None,
    };
    let failure = Failure {
        step: "1: {\"open\":\"a\"}".to_owned(),
        expected: "a <welcome> & \"more\"".to_owned(),
        seen: "no|thing `at` all\u{1}".to_owned(),
        rules: vec!["R-3-02".to_owned()],
    };
    vec![
        outcome("3/good", Verdict::Pass),
        outcome("3/bad", Verdict::Fail(failure.clone())),
        outcome("3/known", Verdict::Fail(failure)),
        outcome(
            "3/odd",
            Verdict::NotApplicable {
                reason: "nobody has it".to_owned(),
            },
        ),
    ]
}

#[test]
fn every_format_tells_the_same() {
    let library = Library::load().unwrap();
    let outcomes = outcomes();
    let expected = Expected::read("- {scenario: 3/known, reason: it is old}").unwrap();
    let report = Report::new(&library, &outcomes, &expected);
    assert_eq!(report.surprises(), ["3/bad failed and is not listed"]);
    assert_eq!(
        report.scores()["3"],
        Score {
            pass: 1,
            fail: 1,
            not_applicable: 0
        }
    );
    let terminal = report.terminal();
    assert!(terminal.contains("FAIL  3/bad\n"), "{terminal}");
    assert!(
        terminal.contains("R-3-02  Every accepted job"),
        "{terminal}"
    );
    assert!(terminal.contains("expected failure  3/known: it is old"));
    assert!(terminal.contains("1 passed, 2 failed, 1 not applicable"));
    let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
    assert_eq!(json["scenarios"][1]["status"], "fail");
    assert_eq!(json["scenarios"][3]["reason"], "nobody has it");
    let junit = report.junit();
    assert!(
        junit.contains("<failure message=\"a &lt;welcome&gt; &amp; &quot;more&quot;\">"),
        "{junit}"
    );
    assert_eq!(junit.matches("<skipped").count(), 2);
    assert!(junit.contains("time=\"1.234\""));
    assert!(
        junit.contains("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"2\""),
        "{junit}"
    );
    let markdown = report.markdown();
    assert!(markdown.contains("| 3 | 1 | 1 | 0 |"), "{markdown}");
    assert!(
        markdown.contains("- seen: `no|thing 'at' all\u{1}`"),
        "{markdown}"
    );
}

#[test]
fn a_list_of_expected_failures_is_strict() {
    let outcomes = outcomes();
    let read = |text: &str| Expected::read(text).unwrap().surprises(&outcomes);
    let all = "- {scenario: 3/known, reason: r}\n- {scenario: 3/bad, reason: r}\n";
    assert!(read(all).is_empty());
    assert_eq!(
        read(&format!("{all}- {{scenario: 3/good, reason: r}}")).len(),
        1
    );
    assert_eq!(
        read(&format!("{all}- {{scenario: 3/odd, reason: r}}")).len(),
        1
    );
    assert_eq!(
        read(&format!("{all}- {{scenario: 3/nobody, reason: r}}")).len(),
        1
    );
    assert_eq!(read("[]").len(), 2);
    assert!(Expected::read("- {scenario: a, reason: ''}").is_err());
    assert!(Expected::read("- {scenario: a, reason: r}\n- {scenario: a, reason: s}").is_err());
    assert!(Expected::read("- {scenario: a}").is_err());
    assert!(Expected::read(&Expected::draft(&outcomes)).is_ok());
}

#[test]
fn junit_counts_what_it_holds_and_has_a_failure_for_each_surprise() {
    let library = Library::load().unwrap();
    let outcomes = outcomes();
    let list = |names: &[&str]| {
        let entry = |name| format!("- {{scenario: {name}, reason: it is old}}\n");
        let entries: String = names.iter().map(entry).collect();
        Expected::read(if entries.is_empty() { "[]" } else { &entries }).unwrap()
    };
    for names in [
        vec![],
        vec!["3/known", "3/bad"],
        vec!["3/known", "3/good", "3/odd", "3/nobody"],
    ] {
        let expected = list(&names);
        let report = Report::new(&library, &outcomes, &expected);
        let junit = report.junit();
        let head = |name: &str| {
            let (_, rest) = junit.split_once(&format!(" {name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse::<usize>().unwrap()
        };
        let surprises = report.surprises();
        assert_eq!(head("failures"), surprises.len(), "{junit}");
        assert_eq!(junit.matches("<failure").count(), surprises.len());
        assert_eq!(head("skipped"), junit.matches("<skipped").count());
        assert_eq!(head("tests"), junit.matches("<testcase").count());
        for surprise in surprises {
            let (name, _) = surprise.split_once(' ').unwrap();
            let case = junit
                .lines()
                .find(|line| line.contains(&format!("name=\"{name}\"")));
            assert!(case.unwrap().contains("<failure"), "{junit}");
        }
    }
}
