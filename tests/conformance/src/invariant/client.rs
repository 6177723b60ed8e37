//! Invariants on what a client sends.

use std::collections::{BTreeMap, BTreeSet};

use super::{Found, Frame, Invariant, Seen, Wire};
use crate::transcript::{Side, What};

const JSON: Invariant = Invariant {
    name: "a client's frames are JSON objects",
    rules: &["R-4-06", "R-4-10", "R-5-01"],
    sentence: "everything a client sends is one JSON object in text",
};
const ENVELOPE: Invariant = Invariant {
    name: "a client's envelopes are whole",
    rules: &["R-5-03", "R-5-04", "R-5-06", "R-5-12"],
    sentence: "an envelope has arcp 1.1, an id that is used once, a type, and an object as payload",
};
const HELLO: Invariant = Invariant {
    name: "a client says hello first",
    rules: &["R-3-01", "R-6.2-01", "R-6.1-01"],
    sentence: "a client's first frame is a hello with client, auth and capabilities, or a resume",
};
const SESSION: Invariant = Invariant {
    name: "a client names its session",
    rules: &["R-5-07"],
    sentence: "after the welcome every frame of a client has the session's id",
};
const DIRECTION: Invariant = Invariant {
    name: "a client says what clients say",
    rules: &["R-8.1-01", "R-9.5-09"],
    sentence: "a client sends only the messages of clients",
};
const NEGOTIATED: Invariant = Invariant {
    name: "a client uses what was negotiated",
    rules: &["R-6.2-04", "R-6.2-06", "R-6.2-07", "R-6.2-08", "R-6.2-15"],
    sentence: "a client sends nothing of a feature that was not negotiated",
};
const ACKS: Invariant = Invariant {
    name: "acks go up",
    rules: &["R-6.5-01", "R-6.5-09"],
    sentence: "a client's acks do not go down, and do not go beyond what it was sent",
};
const PONGS: Invariant = Invariant {
    name: "a client's pongs answer pings",
    rules: &["R-6.4-05"],
    sentence: "every pong has the nonce of a ping that came before",
};

/// The invariants of this file.
pub(super) const ALL: &[Invariant] = &[
    JSON, ENVELOPE, HELLO, SESSION, DIRECTION, NEGOTIATED, ACKS, PONGS,
];

/// What a client may send.
const SENT: [&str; 12] = [
    "session.hello",
    "session.resume",
    "session.ping",
    "session.pong",
    "session.ack",
    "session.list_jobs",
    "session.close",
    "session.bye",
    "job.submit",
    "job.cancel",
    "job.subscribe",
    "job.unsubscribe",
];

#[derive(Debug, Default)]
struct Talk<'a> {
    spoken: bool,
    ids: BTreeSet<&'a str>,
    pings: BTreeSet<&'a str>,
    acked: i64,
    sent: i64,
}

pub(super) fn check(wire: &Wire<'_>, found: &mut Found) {
    unreadable(wire, found);
    let mut talks: BTreeMap<&str, Talk<'_>> = BTreeMap::new();
    let mut welcomed: BTreeSet<&str> = BTreeSet::new();
    for frame in &wire.frames {
        let talk = talks.entry(frame.connection).or_default();
        if frame.from == Side::Runtime {
            talk.sent = talk.sent.max(frame.seq().unwrap_or_default());
            match frame.kind() {
                "session.welcome" => {
                    welcomed.insert(frame.connection);
                    let start = wire
                        .openings
                        .get(frame.connection)
                        .and_then(|opening| opening.resumed_after);
                    talk.sent = talk.sent.max(start.unwrap_or(0));
                }
                "session.ping" => {
                    talk.pings.extend(frame.payload()["nonce"].as_str());
                }
                _ => {}
            }
            continue;
        }
        found.looked(ENVELOPE);
        found.looked(DIRECTION);
        let id = frame.text("id").unwrap_or_default();
        if frame.value["arcp"] != "1.1"
            || !talk.ids.insert(id)
            || id.is_empty()
            || !frame.payload().is_object()
        {
            let right = "arcp 1.1, a new id, a type, and an object as payload";
            found.broken_here(ENVELOPE, right, frame.brief());
        }
        if !talk.spoken {
            talk.spoken = true;
            first_words(frame, found);
        }
        if !SENT.contains(&frame.kind()) && !frame.kind().starts_with("x-vendor.") {
            let right = format!(
                "a name with x-vendor. before it, or one of {}",
                SENT.join(", ")
            );
            found.broken_here(DIRECTION, right, frame.brief());
        }
        let Some(opening) = wire.openings.get(frame.connection) else {
            continue;
        };
        if !welcomed.contains(frame.connection) {
            continue;
        }
        found.looked(SESSION);
        if Some(frame.session()) != opening.session.as_deref() {
            let session = opening.session.as_deref().unwrap_or_default();
            found.broken_here(SESSION, format!("session_id {session}"), frame.brief());
        }
        if let Some(feature) = needs(frame.kind(), frame.payload()) {
            found.looked_for(NEGOTIATED, &["R-6.2-04"]);
            if !opening.features.contains(feature) {
                found.broken_as(NEGOTIATED, feature.to_owned(), frame.brief());
            }
        }
        answers(frame, talk, found);
    }
}

/// A client's first frame.
fn first_words(frame: &Frame<'_>, found: &mut Found) {
    found.looked(HELLO);
    let payload = frame.payload();
    let whole = payload["client"]["name"].is_string()
        && payload["auth"]["scheme"] == "bearer"
        && payload["auth"]["token"].is_string()
        && payload["capabilities"]["features"].is_array();
    if frame.kind() != "session.resume" && (frame.kind() != "session.hello" || !whole) {
        let right = "a session.hello with client.name, auth {scheme: bearer, token} and capabilities.features";
        found.broken_here(HELLO, right, frame.brief());
    }
}

/// What is no JSON in text.
fn unreadable(wire: &Wire<'_>, found: &mut Found) {
    for (number, line) in wire.lines.iter().enumerate() {
        let is_said = !matches!(line.what, What::Opened(_) | What::Closed(_));
        if line.from == Side::Client && is_said {
            found.looked(JSON);
        }
        let bad = matches!(line.what, What::Text(_) | What::Binary(_));
        if bad && line.from == Side::Client {
            let text = format!("on {}: {:?}", line.connection, line.what);
            found.broken(JSON, Seen { line: number, text });
        }
    }
}

/// What is sent because of something that came.
fn answers(frame: &Frame<'_>, talk: &mut Talk<'_>, found: &mut Found) {
    match frame.kind() {
        "session.ack" => {
            found.looked(ACKS);
            let seq = frame.payload()["last_processed_seq"].as_i64().unwrap_or(-1);
            if seq < talk.acked || seq > talk.sent {
                found.broken_as(
                    ACKS,
                    format!("{}..={}", talk.acked, talk.sent),
                    frame.brief(),
                );
            }
            talk.acked = seq;
        }
        "session.pong" => {
            found.looked(PONGS);
            let nonce = frame.payload()["ping_nonce"].as_str().unwrap_or_default();
            if !talk.pings.contains(nonce) {
                let right = "the nonce of a ping that came before";
                found.broken_here(PONGS, right, frame.brief());
            }
        }
        _ => {}
    }
}

/// The feature without which a client does not say this. A pong answers whoever asked.
fn needs(kind: &str, payload: &serde_json::Value) -> Option<&'static str> {
    match kind {
        "session.ping" => Some("heartbeat"),
        "session.ack" => Some("ack"),
        "session.list_jobs" => Some("list_jobs"),
        "job.subscribe" | "job.unsubscribe" => Some("subscribe"),
        "job.submit" => {
            let lease = &payload["lease_request"];
            if payload["agent"]
                .as_str()
                .is_some_and(|agent| agent.contains('@'))
            {
                Some("agent_versions")
            } else if !lease["cost.budget"].is_null() {
                Some("cost.budget")
            } else if !lease["model.use"].is_null() {
                Some("model.use")
            } else if !payload["lease_constraints"]["expires_at"].is_null() {
                Some("lease_expires_at")
            } else {
                None
            }
        }
        _ => None,
    }
}
