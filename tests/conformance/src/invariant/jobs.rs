//! Invariants on jobs: their beginning, their order, their one end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Found, Frame, Invariant, Wire};

const ACCEPTED: Invariant = Invariant {
    name: "accepted comes first",
    rules: &["R-3-03", "R-7.6-15"],
    sentence: "no event of a job comes before the session was told of the job by job.accepted or job.subscribed",
};
const ONE_END: Invariant = Invariant {
    name: "one end, and nothing after it",
    rules: &["R-3-02", "R-7.3-02"],
    sentence: "a job has one job.result or job.error, and nothing of it comes later but the same end once more for each further job.accepted",
};
const PAIRS: Invariant = Invariant {
    name: "codes and final statuses fit",
    rules: &["R-7.3-04", "R-7.3-05", "R-7.3-06", "R-7.4-03"],
    sentence: "CANCELLED is cancelled, TIMEOUT is timed_out, every other code is error, a result is success",
};
const CHUNKS: Invariant = Invariant {
    name: "chunks are in order",
    rules: &[
        "R-8.4-02", "R-8.4-03", "R-8.4-04", "R-8.4-08", "R-8.4-09", "R-8.4-13",
    ],
    sentence: "a job's chunks have one result_id, are numbered from 0, only the last has more:false, and the result names them",
};
const CALLS: Invariant = Invariant {
    name: "results answer calls",
    rules: &["R-8.2-04", "R-8.2-05", "R-9.3-07"],
    sentence: "a tool_result has the call_id of an earlier tool_call or delegate of its job, and a call_id is used once",
};
const TRACE: Invariant = Invariant {
    name: "a job keeps its trace",
    rules: &["R-11-06"],
    sentence: "a job's messages have the trace id of its accept",
};

/// The invariants of this file.
pub(super) const ALL: &[Invariant] = &[ACCEPTED, ONE_END, PAIRS, CHUNKS, CALLS, TRACE];

/// What a session knows of a job.
#[derive(Debug, Default)]
struct Known<'a> {
    told: bool,
    ended: bool,
    /// Ends that may still come: a repeat of the submit around the job's end gets the stored end too (§7.2).
    owed: usize,
    /// The first end; every other is the same.
    end: Option<(&'a str, &'a Value)>,
    last_seq: i64,
    trace: Option<&'a str>,
    calls: BTreeSet<&'a str>,
    answered: BTreeSet<&'a str>,
    chunks: Option<Chunks<'a>>,
    /// The session was told of the job when it began, so every call was seen.
    from_the_start: bool,
}

#[derive(Debug)]
struct Chunks<'a> {
    id: &'a str,
    next: i64,
    closed: bool,
}

pub(super) fn check(wire: &Wire<'_>, found: &mut Found) {
    let mut jobs: BTreeMap<(&str, &str), Known<'_>> = BTreeMap::new();
    let mut own: BTreeSet<(&str, &str)> = BTreeSet::new();
    for frame in wire.of_runtime() {
        let job = match frame.kind() {
            "job.accepted" | "job.subscribed" => {
                frame.payload()["job_id"].as_str().unwrap_or_default()
            }
            _ => frame.job(),
        };
        if job.is_empty() {
            continue;
        }
        let known = jobs.entry((frame.session(), job)).or_default();
        match frame.kind() {
            "job.accepted" => {
                own.insert((frame.session(), job));
                told(frame, known, true);
            }
            "job.subscribed" => told(frame, known, false),
            "job.event" | "job.result" | "job.error" => {
                if known.told {
                    // A session's own job, or one that it only follows.
                    let is_own = own.contains(&(frame.session(), job));
                    let rule = if is_own { "R-3-03" } else { "R-7.6-15" };
                    found.looked_for(ACCEPTED, &[rule]);
                } else if wire.opened_here(frame.session()) {
                    let right = format!("job.accepted or job.subscribed of {job} before it");
                    found.broken_here(ACCEPTED, right, frame.brief());
                }
                counted(frame, known, found);
            }
            _ => {}
        }
    }
}

/// The session hears of a job, perhaps again: a repeated submit or a subscription may bring the end once more.
fn told<'a>(frame: &Frame<'a>, known: &mut Known<'a>, accepted: bool) {
    known.owed += usize::from(accepted);
    if !known.told || known.ended {
        *known = Known {
            last_seq: known.last_seq,
            owed: known.owed,
            end: known.end,
            from_the_start: accepted && !known.ended,
            ..Known::default()
        };
    }
    known.told = true;
    known.trace = frame.payload()["trace_id"].as_str();
}

fn counted<'a>(frame: &Frame<'a>, known: &mut Known<'a>, found: &mut Found) {
    let seq = frame.seq().unwrap_or_default();
    if seq <= known.last_seq {
        // A replay; what it should be like is judged elsewhere.
        return;
    }
    known.last_seq = seq;
    if known.ended {
        let again = frame.is_end() && known.owed > 0;
        if !again || known.end != Some((frame.kind(), frame.payload())) {
            let right = format!("nothing more of {}, which has ended", frame.job());
            found.broken_here(ONE_END, right, frame.brief());
        }
    }
    if let (Some(accepted), Some(here)) = (known.trace, frame.text("trace_id")) {
        found.looked(TRACE);
        if accepted != here {
            found.broken_here(TRACE, format!("trace_id {accepted}"), frame.brief());
        }
    }
    if frame.is_end() {
        found.looked(ONE_END);
        known.ended = true;
        known.owed = known.owed.saturating_sub(1);
        known.end.get_or_insert((frame.kind(), frame.payload()));
        end(frame, known, found);
    } else {
        event(frame, known, found);
    }
}

fn end(frame: &Frame<'_>, known: &Known<'_>, found: &mut Found) {
    let payload = frame.payload();
    found.looked_for(PAIRS, pairs_decide(frame));
    let wanted = if frame.kind() == "job.result" {
        "success"
    } else {
        match payload["code"].as_str() {
            Some("CANCELLED") => "cancelled",
            Some("TIMEOUT") => "timed_out",
            _ => "error",
        }
    };
    if payload["final_status"] != wanted {
        found.broken_here(PAIRS, format!("final_status {wanted}"), frame.brief());
    }
    if frame.kind() == "job.result" && known.from_the_start {
        let fits = match &known.chunks {
            Some(chunks) => {
                found.looked_for(CHUNKS, &["R-8.4-09", "R-8.4-13"]);
                chunks.closed
                    && payload["result_id"] == chunks.id
                    && payload.get("result").is_none()
            }
            None => payload["result_id"].is_null(),
        };
        if !fits {
            let right = match &known.chunks {
                Some(chunks) if !chunks.closed => {
                    "a last chunk with more:false before it".to_owned()
                }
                Some(chunks) => format!("result_id {} and no result", chunks.id),
                None => "a result without result_id, since no chunk came".to_owned(),
            };
            found.broken_here(CHUNKS, right, frame.brief());
        }
    }
}

/// The rule that decides which final status an end has.
fn pairs_decide(frame: &Frame<'_>) -> &'static [&'static str] {
    match (frame.kind(), frame.payload()["code"].as_str()) {
        ("job.result", _) => &["R-7.3-04"],
        (_, Some("TIMEOUT")) => &["R-7.3-05"],
        (_, Some("BUDGET_EXHAUSTED" | "LEASE_EXPIRED")) => &["R-7.3-06"],
        (_, Some("CANCELLED")) => &["R-7.4-03"],
        _ => &[],
    }
}

/// Counts what an event shows of calls and chunks.
fn looked_at_event(frame: &Frame<'_>, known: &Known<'_>, found: &mut Found) {
    match frame.payload()["kind"].as_str() {
        Some("tool_call") => found.looked_for(CALLS, &["R-8.2-04"]),
        Some("tool_result") if known.from_the_start => {
            let refused = frame.payload()["body"]["error"].is_object();
            let rules: &[&str] = &["R-8.2-05", "R-9.3-07"];
            found.looked_for(CALLS, if refused { rules } else { &rules[..1] });
        }
        Some("result_chunk") if known.from_the_start => {
            found.looked_for(CHUNKS, &["R-8.4-02", "R-8.4-03", "R-8.4-04", "R-8.4-08"]);
        }
        _ => {}
    }
}

fn event<'a>(frame: &Frame<'a>, known: &mut Known<'a>, found: &mut Found) {
    looked_at_event(frame, known, found);
    let body = &frame.payload()["body"];
    let call = body["call_id"].as_str().unwrap_or_default();
    match frame.payload()["kind"].as_str() {
        Some("tool_call") if !known.calls.insert(call) => {
            let right = "a call_id that the job has not used yet";
            found.broken_here(CALLS, right, frame.brief());
        }
        Some("delegate") => {
            known
                .calls
                .insert(body["delegate_id"].as_str().unwrap_or_default());
        }
        Some("tool_result")
            if known.from_the_start
                && (!known.calls.contains(call) || !known.answered.insert(call)) =>
        {
            let right = "the call_id of a call that has no result yet";
            found.broken_here(CALLS, right, frame.brief());
        }
        Some("result_chunk") if known.from_the_start => {
            let id = body["result_id"].as_str().unwrap_or_default();
            let chunks = known.chunks.get_or_insert(Chunks {
                id,
                next: 0,
                closed: false,
            });
            let right = !id.is_empty()
                && chunks.id == id
                && !chunks.closed
                && body["chunk_seq"] == chunks.next;
            let (wanted, closed) = (chunks.next, chunks.closed);
            chunks.next += 1;
            chunks.closed = body["more"] == false;
            if !right {
                let right = if closed {
                    "no chunk after the one with more:false".to_owned()
                } else {
                    format!("result_id {} and chunk_seq {wanted}", chunks.id)
                };
                found.broken_here(CHUNKS, right, frame.brief());
            }
        }
        _ => {}
    }
}
