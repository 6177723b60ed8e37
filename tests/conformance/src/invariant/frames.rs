//! Invariants on single frames of a runtime: the envelope, and the shape of what it carries.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Found, Frame, Invariant, Seen, Wire};
use crate::matcher::{Matcher, Shapes, brief};
use crate::transcript::{Side, What};

const JSON: Invariant = Invariant {
    name: "frames are JSON objects",
    rules: &["R-4-06", "R-4-09", "R-4-10", "R-4-12", "R-5-01", "R-5-13"],
    sentence: "everything a runtime sends is one JSON object in text",
};
const ENVELOPE: Invariant = Invariant {
    name: "envelopes are whole",
    rules: &["R-5-01", "R-5-03", "R-5-04", "R-5-06", "R-5-12"],
    sentence: "an envelope has arcp 1.1, an id, a type, and an object as payload",
};
const UNIQUE: Invariant = Invariant {
    name: "ids differ",
    rules: &["R-5-04"],
    sentence: "no two messages of a sender have the same id",
};
const ID_FORM: Invariant = Invariant {
    name: "ids are ULIDs or UUIDv7",
    rules: &["R-5-05"],
    sentence: "an id is a ULID or a UUIDv7, with or without a prefix",
};
const DIRECTION: Invariant = Invariant {
    name: "a runtime says what runtimes say",
    rules: &["R-8.1-01"],
    sentence: "a runtime sends only the messages of runtimes",
};
const MEMBERS: Invariant = Invariant {
    name: "envelopes have no unknown members",
    rules: &["R-5-01", "R-15-03"],
    sentence: "a member of an envelope is one that is defined, or has a vendor's prefix",
};
const SHAPE: Invariant = Invariant {
    name: "payloads have their shape",
    rules: &[
        "R-6.2-02", "R-6.2-18", "R-8.1-02", "R-8.1-03", "R-8.2-01", "R-8.2-05", "R-12-02",
    ],
    sentence: "a payload has the members of its message",
};
const PINNED: Invariant = Invariant {
    name: "pinned codes",
    rules: &["R-12-03", "R-12-04"],
    sentence: "LEASE_EXPIRED and BUDGET_EXHAUSTED are never retryable, INTERNAL_ERROR always is",
};
const CODES: Invariant = Invariant {
    name: "a runtime's codes",
    rules: &["R-12-01"],
    sentence: "a session.error has one of the fifteen codes",
};
const TRACE: Invariant = Invariant {
    name: "trace ids",
    rules: &["R-11-01"],
    sentence: "a trace id is 32 lower-case hexadecimal digits and not all zero",
};

/// The invariants of this file.
pub(super) const ALL: &[Invariant] = &[
    JSON, ENVELOPE, UNIQUE, ID_FORM, DIRECTION, MEMBERS, SHAPE, PINNED, CODES, TRACE,
];

/// The codes of the specification (§12).
const CANONICAL: [&str; 15] = [
    "PERMISSION_DENIED",
    "LEASE_SUBSET_VIOLATION",
    "JOB_NOT_FOUND",
    "DUPLICATE_KEY",
    "AGENT_NOT_AVAILABLE",
    "AGENT_VERSION_NOT_AVAILABLE",
    "CANCELLED",
    "TIMEOUT",
    "RESUME_WINDOW_EXPIRED",
    "HEARTBEAT_LOST",
    "LEASE_EXPIRED",
    "BUDGET_EXHAUSTED",
    "INVALID_REQUEST",
    "UNAUTHENTICATED",
    "INTERNAL_ERROR",
];

/// What a runtime may send.
const SENT: [&str; 13] = [
    "session.welcome",
    "session.error",
    "session.ping",
    "session.pong",
    "session.jobs",
    "session.closed",
    "session.bye",
    "job.accepted",
    "job.cancelled",
    "job.event",
    "job.result",
    "job.error",
    "job.subscribed",
];

const ENVELOPE_MEMBERS: [&str; 8] = [
    "arcp",
    "id",
    "type",
    "session_id",
    "trace_id",
    "job_id",
    "event_seq",
    "payload",
];

pub(super) fn check(wire: &Wire<'_>, shapes: &Shapes, found: &mut Found) {
    for (number, line) in wire.lines.iter().enumerate() {
        let is_said = !matches!(line.what, What::Opened(_) | What::Closed(_));
        if line.from == Side::Runtime && is_said {
            found.looked(JSON);
        }
        let what = match (line.from, &line.what) {
            (Side::Runtime, What::Text(text)) => {
                let text = brief(&Value::String(text.clone()));
                format!("text that is no JSON: {text}")
            }
            (Side::Runtime, What::Binary(_)) => "a binary frame".to_owned(),
            _ => continue,
        };
        let text = format!("on {}: {what}", line.connection);
        found.broken(JSON, Seen { line: number, text });
    }
    let mut ids = BTreeMap::new();
    for frame in wire.of_runtime() {
        if !frame.value.is_object() {
            found.broken(JSON, frame.brief());
            continue;
        }
        envelope(frame, &mut ids, found);
        shape(frame, shapes, found);
        error(frame, found);
    }
}

fn envelope<'a>(frame: &Frame<'a>, ids: &mut BTreeMap<&'a str, &'a Value>, found: &mut Found) {
    found.looked(ENVELOPE);
    let id = frame.text("id").unwrap_or_default();
    let lacking = [
        (frame.value["arcp"] == "1.1", "arcp, which is \"1.1\""),
        (!id.is_empty(), "id, a text that is not empty"),
        (!frame.kind().is_empty(), "type, a text that is not empty"),
        (frame.payload().is_object(), "payload, an object"),
    ];
    let lacking = lacking.iter().filter(|(there, _)| !there);
    let lacking: Vec<&str> = lacking.map(|(_, member)| *member).collect();
    if !lacking.is_empty() {
        let right = format!("a frame with {}", lacking.join("; "));
        found.broken_here(ENVELOPE, right, frame.brief());
        return;
    }
    found.looked(UNIQUE);
    found.looked(ID_FORM);
    let is_event = frame.kind() == "job.event";
    found.looked_for(DIRECTION, if is_event { DIRECTION.rules } else { &[] });
    // What is replayed is the same message once more.
    let first = *ids.entry(id).or_insert(frame.value);
    let is_replay = frame.is_counted() && first == frame.value;
    if !std::ptr::eq(first, frame.value) && !is_replay {
        let right = "an id that no earlier message has";
        found.broken_here(UNIQUE, right, frame.brief());
    }
    if !is_id(id) {
        let right = "an id such as 01ARZ3NDEKTSV4RRFFQ69G5FAV";
        found.broken_here(ID_FORM, right, frame.brief());
    }
    if !SENT.contains(&frame.kind()) && !frame.kind().starts_with("x-vendor.") {
        let right = format!(
            "a name with x-vendor. before it, or one of {}",
            SENT.join(", ")
        );
        found.broken_here(DIRECTION, right, frame.brief());
    }
    members(frame, found);
    let trace = &frame.value["trace_id"];
    let is_trace = |text: &str| {
        text.len() == 32
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && text.bytes().any(|byte| byte != b'0')
    };
    if !trace.is_null() {
        found.looked(TRACE);
    }
    if !trace.is_null() && !trace.as_str().is_some_and(is_trace) {
        let right = "a trace_id such as 4bf92f3577b34da6a3ce929d0e0e4736, or none";
        found.broken_here(TRACE, right, frame.brief());
    }
}

/// The members that are not of every envelope.
fn members(frame: &Frame<'_>, found: &mut Found) {
    found.looked_for(MEMBERS, &["R-5-01"]);
    let members = frame.value.as_object().into_iter().flatten();
    for (name, _) in members.filter(|(name, _)| !ENVELOPE_MEMBERS.contains(&name.as_str())) {
        found.looked(MEMBERS);
        if !name.starts_with("x-vendor.") {
            let right = format!("x-vendor.{name}, or no such member");
            found.broken_here(MEMBERS, right, frame.showing(format!("`{name}`")));
            break;
        }
    }
}

/// A ULID or a UUIDv7, perhaps after a prefix and a line.
fn is_id(id: &str) -> bool {
    let bare = id.rsplit('_').next().unwrap_or(id);
    let ulid = bare.len() == 26
        && bare.bytes().all(|byte| {
            byte.is_ascii_digit()
                || byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'L' | b'O' | b'U')
        })
        && bare.as_bytes()[0] <= b'7';
    let uuid = bare.len() == 36
        && bare.as_bytes()[14] == b'7'
        && bare.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        });
    ulid || uuid
}

fn shape(frame: &Frame<'_>, shapes: &Shapes, found: &mut Found) {
    let mut names = vec![frame.kind().to_owned()];
    if frame.kind() == "job.event"
        && let Some(kind) = frame.payload()["kind"].as_str()
    {
        names.push(format!("event {kind}"));
    }
    for name in names {
        let Some(shape) = shapes.get(&name) else {
            continue;
        };
        let seen = if name.starts_with("event ") {
            &frame.payload()["body"]
        } else {
            frame.payload()
        };
        let rules = shapes_decide(&name, seen);
        found.looked_for(SHAPE, rules);
        if let Err(mismatch) = Matcher::new(shapes).matches(shape, seen) {
            found.broken_as(
                SHAPE,
                format!("{name}, at {}: {}", mismatch.at, mismatch.expected),
                frame.showing(mismatch.seen),
            );
            found.only(rules);
        }
    }
}

/// The rules that a shape decides where it is found.
fn shapes_decide(name: &str, seen: &Value) -> &'static [&'static str] {
    match name {
        "session.welcome" => &["R-6.2-02", "R-6.2-18"],
        "session.error" | "job.error" => &["R-12-02"],
        "job.event" => &["R-8.1-02", "R-8.1-03"],
        "event tool_result" if seen["error"].is_object() => &["R-8.2-01", "R-8.2-05", "R-12-02"],
        "event tool_result" => &["R-8.2-01", "R-8.2-05"],
        _ if name.starts_with("event ") => &["R-8.2-01"],
        _ => &[],
    }
}

fn error(frame: &Frame<'_>, found: &mut Found) {
    let error = match frame.kind() {
        "session.error" | "job.error" => frame.payload(),
        "job.event" if frame.payload()["body"]["error"].is_object() => {
            &frame.payload()["body"]["error"]
        }
        _ => return,
    };
    let code = error["code"].as_str().unwrap_or_default();
    let pinned = match code {
        "LEASE_EXPIRED" | "BUDGET_EXHAUSTED" => Some(false),
        "INTERNAL_ERROR" => Some(true),
        _ => None,
    };
    if let Some(pinned) = pinned {
        let rules: &[&str] = if pinned { &["R-12-04"] } else { &["R-12-03"] };
        found.looked_for(PINNED, rules);
        if error["retryable"] != pinned {
            let right = format!("retryable: {pinned}");
            found.broken_here(PINNED, right, frame.brief());
            found.only(rules);
        }
    }
    if frame.kind() == "session.error" {
        found.looked(CODES);
    }
    if frame.kind() == "session.error" && !CANONICAL.contains(&code) {
        let right = format!("one of {}", CANONICAL.join(", "));
        found.broken_here(CODES, right, frame.brief());
    }
}
