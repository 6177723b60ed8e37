//! What must hold of all traffic, as outcomes of a run: one for each invariant, over the traffic of all scenarios.

use std::collections::BTreeSet;

use super::Played;
use crate::invariant::{self, Invariant, Judgement, Looked};
use crate::outcome::{Failure, Outcome, Verdict};
use crate::target::Carrier;
use crate::transcript::Side;

/// One outcome for each invariant on runtimes.
pub(super) fn outcomes(played: &[Played], carrier: Carrier) -> Vec<Played> {
    let mut all = Judgement::default();
    for one in played {
        all.add(&one.judged.looked);
    }
    // A transcript does not say what carried it.
    for looked in all.looked.values_mut() {
        looked.rules.retain(|rule| match *rule {
            "R-4-06" => carrier == Carrier::WebSocket,
            "R-4-09" | "R-4-12" => carrier == Carrier::Stdio,
            _ => true,
        });
    }
    let each = invariant::of_runtimes().into_iter();
    each.map(|invariant| {
        let looked = all.looked.remove(invariant.name).unwrap_or_default();
        outcome(invariant, &looked, played)
    })
    .collect()
}

/// What the traffic says of an invariant. It decides the rules that it found something to look at for, and no others.
fn outcome(invariant: Invariant, looked: &Looked, played: &[Played]) -> Played {
    let mut seen: Vec<(&str, String)> = Vec::new();
    let mut broken_rules = BTreeSet::new();
    for one in played {
        let broken = one.judged.broken.iter();
        for failure in broken.filter(|failure| failure.step == invariant.step()) {
            broken_rules.extend(failure.rules.iter().cloned());
            // The same thing is told once, with the first scenario that showed it.
            if seen
                .iter()
                .all(|(expected, _)| *expected != failure.expected)
            {
                seen.push((
                    &failure.expected,
                    format!("{} in {}", failure.seen, one.outcome.scenario),
                ));
            }
        }
    }
    let owned = |rules: Vec<&&str>| rules.into_iter().map(|&rule| rule.to_owned()).collect();
    let verdict = if !seen.is_empty() {
        let (expected, seen): (Vec<&str>, Vec<String>) = seen.into_iter().unzip();
        Verdict::Fail(Failure {
            step: invariant.step(),
            expected: expected.join("; "),
            seen: seen.join("; "),
            rules: broken_rules.into_iter().collect(),
        })
    } else if looked.times == 0 {
        Verdict::NotApplicable {
            reason: "nothing to look at".to_owned(),
        }
    } else {
        Verdict::Pass
    };
    let (decided, undecided) = invariant
        .rules
        .iter()
        .partition(|rule| looked.rules.contains(*rule));
    Played {
        outcome: Outcome {
            scenario: invariant.id(),
            section: "always".to_owned(),
            rules: owned(decided),
            undecided: owned(undecided),
            verdict,
            took_ms: 0,
            transcript: None,
        },
        lines: Vec::new(),
        tested: Side::Runtime,
        exempt: Vec::new(),
        judged: Judgement::default(),
    }
}
