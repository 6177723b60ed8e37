//! `tests/corpus/lease.json`, read whole. Every wrong case is told, not only the first.

use serde_json::Value;

use super::super::{budget, expiry, target};
use super::*;
use crate::protocol::versioning::Reference;

const CORPUS: &str = include_str!("../../../../../tests/corpus/lease.json");

fn section(name: &str) -> Value {
    let corpus: Value = serde_json::from_str(CORPUS).unwrap();
    corpus[name].clone()
}

fn cases(value: &Value, name: &str) -> Vec<Value> {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name} is a list"))
        .clone()
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is a string"))
}

/// Collects what is wrong, and fails with all of it; also when there was nothing to look at.
#[derive(Default)]
struct Verdict {
    looked_at: usize,
    wrong: Vec<String>,
}

impl Verdict {
    fn expect(&mut self, right: bool, what: impl FnOnce() -> String) {
        self.looked_at += 1;
        if !right {
            self.wrong.push(what());
        }
    }

    fn finish(self, at_least: usize) {
        assert!(
            self.wrong.is_empty(),
            "{} of {} cases:\n{}",
            self.wrong.len(),
            self.looked_at,
            self.wrong.join("\n")
        );
        assert!(self.looked_at >= at_least, "only {} cases", self.looked_at);
    }
}

#[test]
fn patterns_match_what_they_should_and_nothing_else() {
    let mut verdict = Verdict::default();
    for case in cases(&section("matches"), "cases") {
        let (capability, pattern) = (text(&case["capability"]), text(&case["pattern"]));
        let job = job(&[(capability, &[pattern])]);
        for (list, wanted) in [("yes", true), ("no", false)] {
            for target in cases(&case, list) {
                let answer = job.check(&operation(capability, text(&target)), noon());
                verdict.expect(answer.is_ok() == wanted, || {
                    format!("{capability} {pattern} on {target}: {answer:?}")
                });
                if let Err(denied) = answer {
                    verdict.expect(denied.code == DenialCode::PermissionDenied, || {
                        format!("{pattern} {target}: {denied}")
                    });
                }
            }
        }
    }
    verdict.finish(250);
}

type Read = fn(&str) -> Result<target::Target, String>;

#[test]
fn targets_have_one_form() {
    let mut verdict = Verdict::default();
    let canonical = section("canonical");
    for (kind, read) in [
        ("path", target::Target::path as Read),
        ("url", target::Target::url),
    ] {
        for case in cases(&canonical, kind) {
            let answer = read(text(&case["target"]));
            let form = answer.as_ref().ok().map(target::Target::text);
            verdict.expect(form == case["canonical"].as_str(), || {
                format!("{case}: {answer:?}")
            });
            if let Some(form) = form {
                let again = read(form);
                verdict.expect(again == answer, || {
                    format!("{form} is not canonical: {again:?}")
                });
            }
        }
    }
    verdict.finish(90);
}

#[test]
fn subsets_are_decided() {
    let mut verdict = Verdict::default();
    for case in cases(&section("subset"), "cases") {
        let grant = |of: &str| lease(&[(text(&case["capability"]), &[text(&case[of])])]);
        let parent = Authority::new("p", grant("parent"), None, ModelPolicy::default());
        let answer = parent.delegate("c", &grant("child"), None);
        verdict.expect(answer.is_ok() == case["inside"].as_bool().unwrap(), || {
            format!("{case}: {answer:?}")
        });
    }
    verdict.finish(50);
}

#[test]
fn leases_are_taken_or_refused_with_the_place() {
    let mut verdict = Verdict::default();
    for case in cases(&section("lease"), "cases") {
        let request = serde_json::from_value(case["request"].clone()).unwrap();
        let answer = Lease::compile(&request);
        let path = answer.as_ref().err().map(|refusal| refusal.path.as_str());
        verdict.expect(path == case["refused"].as_str(), || {
            format!("{case}: {answer:?}")
        });
        if let Ok(lease) = answer {
            verdict.expect(lease.to_map() == request, || {
                format!("{case} comes back as {:?}", lease.to_map())
            });
        }
    }
    verdict.finish(25);
}

#[test]
fn amounts_follow_the_grammar() {
    let amounts = section("amount");
    let mut verdict = Verdict::default();
    for (list, wanted) in [("accept", true), ("reject", false)] {
        for case in cases(&amounts, list) {
            let answer = Amount::parse(text(&case));
            verdict.expect(answer.is_ok() == wanted, || format!("{case}: {answer:?}"));
        }
    }
    verdict.finish(30);
}

#[test]
fn costs_are_read_from_any_json_number() {
    let mut verdict = Verdict::default();
    for case in cases(&section("cost"), "cases") {
        let answer = budget::parse_cost(text(&case["value"]));
        let charged = answer.as_ref().ok().map(ToString::to_string);
        verdict.expect(charged.as_deref() == case["charged"].as_str(), || {
            format!("{case}: {answer:?}")
        });
    }
    verdict.finish(25);
}

#[test]
fn agent_references_follow_the_grammar() {
    let agents = section("agent");
    let mut verdict = Verdict::default();
    for (list, wanted) in [("accept", true), ("reject", false)] {
        for case in cases(&agents, list) {
            let answer = Reference::parse(text(&case));
            verdict.expect(answer.is_ok() == wanted, || format!("{case}: {answer:?}"));
        }
    }
    verdict.finish(20);
}

#[test]
fn ends_are_read_strictly() {
    let ends = section("expires_at");
    let now = at(text(&ends["now"]));
    let mut verdict = Verdict::default();
    for case in cases(&ends, "accept") {
        let answer = expiry::parse_expires_at(text(&case["text"]), now);
        verdict.expect(
            answer.as_ref().ok() == Some(&at(text(&case["instant"]))),
            || format!("{case}: {answer:?}"),
        );
    }
    for case in cases(&ends, "reject") {
        let answer = expiry::parse_expires_at(text(&case), now);
        let refused = answer
            .as_ref()
            .is_err_and(|refusal| refusal.path == "lease_constraints.expires_at");
        verdict.expect(refused, || format!("{case}: {answer:?}"));
    }
    verdict.finish(35);
}
