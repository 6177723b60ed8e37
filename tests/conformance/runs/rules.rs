//! Every rule is decided by something that exists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arcp_conformance::invariant;
use arcp_conformance::library::Library;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn every_rule_is_decided_or_says_why_not() {
    let library = Library::load().unwrap();
    assert_eq!(library.requirements.len(), 443);
    let undecided: Vec<&str> = library
        .requirements
        .values()
        .filter(|rule| {
            let decision = &rule.decided_by;
            decision.scenarios.is_empty()
                && decision.invariants.is_empty()
                && decision.tests.is_empty()
                && decision.why_none.is_none()
        })
        .map(|rule| rule.id.as_str())
        .collect();
    assert!(undecided.is_empty(), "{undecided:?}");
    let both = |rule: &&arcp_conformance::requirement::Requirement| {
        let decided = !(rule.decided_by.scenarios.is_empty() && rule.decided_by.tests.is_empty());
        rule.decided_by.why_none.is_some() && decided
            || rule.decided_by.partly.is_some() && !decided
    };
    let contradictory: Vec<&str> = library
        .requirements
        .values()
        .filter(both)
        .map(|rule| rule.id.as_str())
        .collect();
    assert!(
        contradictory.is_empty(),
        "decided and said not to be, or the other way round: {contradictory:?}"
    );
}

#[test]
fn scenarios_and_invariants_cite_rules_that_exist() {
    let library = Library::load().unwrap();
    let known = |rule: &str| library.requirements.contains_key(rule);
    let mut unknown = BTreeSet::new();
    for (id, rules) in library.cited() {
        unknown.extend(
            rules
                .into_iter()
                .filter(|rule| !known(rule))
                .map(|rule| format!("{id}: {rule}")),
        );
    }
    for invariant in invariant::all() {
        unknown.extend(
            invariant
                .rules
                .iter()
                .filter(|rule| !known(rule))
                .map(|rule| format!("{}: {rule}", invariant.name)),
        );
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn named_tests_exist() {
    let library = Library::load().unwrap();
    let mut missing = Vec::new();
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for rule in library.requirements.values() {
        for test in &rule.decided_by.tests {
            let Some((file, function)) = test.split_once("::") else {
                missing.push(format!("{}: `{test}` is not file::function", rule.id));
                continue;
            };
            let text = texts.entry(file).or_insert_with(|| {
                std::fs::read_to_string(repository().join(file)).unwrap_or_default()
            });
            if !has_test(text, function) {
                missing.push(format!("{}: {test}", rule.id));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether a text has a test of this name: Rust, Python and TypeScript say it in their own way. A function that nothing runs is no test.
fn has_test(text: &str, function: &str) -> bool {
    let named = format!("fn {function}(");
    let marked = |attribute: &str| {
        let attribute = attribute.strip_prefix("#[").unwrap_or_default();
        let attribute = attribute.strip_prefix("tokio::").unwrap_or(attribute);
        attribute.starts_with("test]") || attribute.starts_with("test(")
    };
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= marked(line);
        } else if line.contains(&named) && is_test {
            return true;
        } else if !line.starts_with("//") {
            is_test = false;
        }
    }
    let python = function.starts_with("test") && text.contains(&format!("def {function}("));
    python || text.contains(&format!("test(\"{function}\""))
}

#[test]
fn a_function_that_nothing_runs_is_no_test() {
    let text = "#[tokio::test(start_paused = true)]\n// Why.\n#[cfg(unix)]\nasync fn one() {}\nfn two() {}\n#[test]\nfn three() {}\n";
    let found = ["one", "two", "three", "four"].map(|name| has_test(text, name));
    assert_eq!(found, [true, false, true, false]);
    assert!(has_test("    def test_it(self)", "test_it"));
    assert!(!has_test("    def it(self)", "it"));
}

/// requirements.yaml names the scenarios, so that a reader need not search for them; this keeps it true.
#[test]
fn the_rules_name_the_scenarios_that_cite_them() {
    let library = Library::load().unwrap();
    let file = repository().join("tests/conformance/requirements.yaml");
    let written = std::fs::read_to_string(&file).unwrap();
    let fresh = library.requirements_with_scenarios();
    if written != fresh && std::env::var_os("UPDATE_REQUIREMENTS").is_some() {
        std::fs::write(&file, &fresh).unwrap();
        return;
    }
    assert!(
        written == fresh,
        "requirements.yaml does not name the scenarios as they are: run this test with UPDATE_REQUIREMENTS=1"
    );
}

/// A decision of ours is written down once, with the schema; here stands what differs, and its number leads there.
#[test]
fn what_was_decided_otherwise_is_among_the_decisions() {
    let library = Library::load().unwrap();
    let decisions = std::fs::read_to_string(repository().join("schema/README.md")).unwrap();
    let differs = library.requirements.values().filter_map(|rule| {
        let differs = rule.differs.as_deref()?;
        Some((rule.id.as_str(), differs.split_once(": ")?.0))
    });
    let numbered: Vec<(&str, &str)> = differs
        .filter(|(_, number)| number.starts_with("A-"))
        .collect();
    assert!(numbered.len() > 8, "{numbered:?}");
    for (rule, number) in numbered {
        let listed = format!("- {number}:");
        assert!(
            decisions.contains(&listed),
            "{rule}: {number} is not among the decisions"
        );
    }
}
