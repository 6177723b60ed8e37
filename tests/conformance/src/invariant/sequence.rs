//! Invariants on the numbers of events (§8.3) and on what a resume replays (§6.3).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Found, Frame, Invariant, Wire};
use crate::transcript::Side;

const COUNTED: Invariant = Invariant {
    name: "only events and ends are counted",
    rules: &["R-5-10", "R-5-11", "R-6.4-10", "R-6.5-07"],
    sentence: "job.event, job.result and job.error have an event_seq of at least 1, and nothing else has one",
};
const CONTIGUOUS: Invariant = Invariant {
    name: "numbers have no gap",
    rules: &["R-8.3-01", "R-8.3-02", "R-8.3-03", "R-6.3-08"],
    sentence: "a session's event_seq goes up by one, from 1, or from where a resume said",
};
const SAME: Invariant = Invariant {
    name: "a replay is the same",
    rules: &["R-6.3-03"],
    sentence: "an event that is replayed is the event that was sent",
};

/// The invariants of this file.
pub(super) const ALL: &[Invariant] = &[COUNTED, CONTIGUOUS, SAME];

pub(super) fn check(wire: &Wire<'_>, found: &mut Found) {
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    let mut sent: BTreeMap<(&str, i64), (&str, &str, &Value)> = BTreeMap::new();
    let mut acked: BTreeSet<&str> = BTreeSet::new();
    let mut jobs: BTreeMap<&str, &str> = BTreeMap::new();
    for frame in &wire.frames {
        if frame.from == Side::Client {
            if frame.kind() == "session.ack" {
                acked.insert(frame.connection);
            }
            continue;
        }
        looked_at_counting(frame, acked.contains(frame.connection), found);
        if !frame.is_counted() {
            if !frame.value["event_seq"].is_null() {
                found.broken_here(COUNTED, "the same without event_seq", frame.brief());
            }
            continue;
        }
        let Some(seq) = frame.seq().filter(|seq| *seq >= 1) else {
            let right = "an event_seq, counted in this session from 1";
            found.broken_here(COUNTED, right, frame.brief());
            continue;
        };
        let resumed_after = wire
            .openings
            .get(frame.connection)
            .and_then(|opening| opening.resumed_after);
        let start = resumed_after.unwrap_or(0);
        found.looked_for(CONTIGUOUS, &["R-8.3-02", "R-8.3-03"]);
        if resumed_after.is_some() {
            found.looked_for(CONTIGUOUS, &["R-6.3-08"]);
        }
        if *jobs.entry(frame.session()).or_insert(frame.job()) != frame.job() {
            found.looked_for(CONTIGUOUS, &["R-8.3-01"]);
        }
        let before = *last.get(frame.connection).unwrap_or(&start);
        if seq != before + 1 {
            found.broken_as(
                CONTIGUOUS,
                format!("{} comes next", before + 1),
                frame.brief(),
            );
        }
        last.insert(frame.connection, seq);
        let content = (frame.kind(), frame.job(), frame.payload());
        let first = sent.get(&(frame.session(), seq));
        if first.is_some() {
            found.looked(SAME);
        }
        match first {
            Some(first) if !alike(first, &content) => found.broken_as(
                SAME,
                format!("{} {} {}", first.0, first.1, crate::matcher::brief(first.2)),
                frame.brief(),
            ),
            Some(_) => {}
            None => {
                sent.insert((frame.session(), seq), content);
            }
        }
    }
}

fn looked_at_counting(frame: &Frame<'_>, acked: bool, found: &mut Found) {
    let rules: &[&str] = match frame.kind() {
        _ if frame.is_counted() && acked => &["R-5-10", "R-6.5-07"],
        _ if frame.is_counted() => &["R-5-10"],
        "session.ping" | "session.pong" => &["R-5-11", "R-6.4-10"],
        _ => &["R-5-11"],
    };
    found.looked_for(COUNTED, rules);
}

/// A rotated credential may come back without its value (§9.8.2).
fn alike(first: &(&str, &str, &Value), second: &(&str, &str, &Value)) -> bool {
    if first.0 != second.0 || first.1 != second.1 {
        return false;
    }
    let without_value = |payload: &Value| {
        let mut payload = payload.clone();
        if payload["body"]["phase"] == "credential_rotated"
            && let Some(body) = payload["body"].as_object_mut()
        {
            body.remove("value");
        }
        payload
    };
    without_value(first.2) == without_value(second.2)
}
