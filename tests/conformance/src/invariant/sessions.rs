//! Invariants on sessions: who speaks first, what was negotiated, what comes after the goodbye. Secrets are [`super::secrets`]'.

use std::collections::{BTreeMap, BTreeSet};

use super::{Found, Invariant, Seen, Wire};
use crate::transcript::{Side, What};

const FIRST: Invariant = Invariant {
    name: "the client speaks first",
    rules: &["R-3-01", "R-6.3-07"],
    sentence: "the first frame of a runtime is a welcome or an error, and comes after a frame of the client",
};
const SESSION: Invariant = Invariant {
    name: "frames name their session",
    rules: &["R-5-07", "R-7.6-13"],
    sentence: "from the welcome on every frame has the session's id",
};
const NEGOTIATED: Invariant = Invariant {
    name: "only what was negotiated",
    rules: &[
        "R-6.2-04", "R-6.2-05", "R-6.2-06", "R-6.2-12", "R-6.2-13", "R-6.2-14",
    ],
    sentence: "nothing of a feature that was not negotiated is sent",
};
const PONGS: Invariant = Invariant {
    name: "pongs answer pings",
    rules: &["R-6.4-05"],
    sentence: "every pong has the nonce of a ping that came before, once",
};
const SILENT: Invariant = Invariant {
    name: "nothing after the goodbye",
    rules: &["R-6.7-06"],
    sentence: "after session.closed or session.bye nothing more is sent",
};
/// The invariants of this file.
pub(super) const ALL: &[Invariant] = &[FIRST, SESSION, NEGOTIATED, PONGS, SILENT];

pub(super) fn check(wire: &Wire<'_>, found: &mut Found) {
    first_words(wire, found);
    goodbyes(wire, found);
    let mut pings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut own: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut subscribed: BTreeSet<(&str, &str)> = BTreeSet::new();
    for frame in &wire.frames {
        if frame.from == Side::Client {
            if frame.kind() == "session.ping"
                && let Some(nonce) = frame.payload()["nonce"].as_str()
            {
                pings.entry(frame.connection).or_default().push(nonce);
            }
            continue;
        }
        let Some(opening) = wire.openings.get(frame.connection) else {
            continue;
        };
        found.looked_for(SESSION, &["R-5-07"]);
        let job = frame.payload()["job_id"].as_str().unwrap_or_default();
        match frame.kind() {
            // What a session gets as its own job's is not what it gets as a subscriber.
            "job.accepted" => {
                own.insert((frame.session(), job));
            }
            "job.subscribed" if !own.contains(&(frame.session(), job)) => {
                subscribed.insert((frame.connection, job));
            }
            _ => {}
        }
        if frame.is_counted() && subscribed.contains(&(frame.connection, frame.job())) {
            found.looked_for(SESSION, &["R-7.6-13"]);
        }
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
        if frame.kind() == "session.pong" {
            found.looked(PONGS);
            let nonce = frame.payload()["ping_nonce"].as_str().unwrap_or_default();
            let asked = pings.entry(frame.connection).or_default();
            match asked.iter().position(|ping| *ping == nonce) {
                Some(place) => {
                    asked.remove(place);
                }
                None => found.broken_here(
                    PONGS,
                    "the nonce of a ping that has no pong yet, or no pong",
                    frame.brief(),
                ),
            }
        }
    }
}

/// The feature without which a runtime does not say this. A pong answers whoever asked; a refusal is always allowed.
fn needs(kind: &str, payload: &serde_json::Value) -> Option<&'static str> {
    match kind {
        "session.ping" => Some("heartbeat"),
        "session.jobs" => Some("list_jobs"),
        "job.subscribed" => Some("subscribe"),
        "job.accepted" if !payload["credentials"].is_null() => Some("provisioned_credentials"),
        "job.event" => match (payload["kind"].as_str()?, payload["body"]["phase"].as_str()) {
            ("progress", _) => Some("progress"),
            ("result_chunk", _) => Some("result_chunk"),
            ("status", Some("credential_rotated")) => Some("provisioned_credentials"),
            ("status", Some("back_pressure")) => Some("ack"),
            _ => None,
        },
        _ => None,
    }
}

fn first_words(wire: &Wire<'_>, found: &mut Found) {
    let mut spoken: BTreeSet<&str> = BTreeSet::new();
    let mut answered: BTreeSet<&str> = BTreeSet::new();
    for (number, line) in wire.lines.iter().enumerate() {
        let connection = line.connection.as_str();
        match (&line.what, line.from) {
            (What::Opened(_) | What::Closed(_), _) => {}
            (_, Side::Client) => {
                spoken.insert(connection);
            }
            (What::Frame(frame), Side::Runtime) => {
                let first = answered.insert(connection);
                let greeting =
                    frame["type"] == "session.welcome" || frame["type"] == "session.error";
                if first {
                    let resumed = wire.openings.get(connection);
                    let resumed = resumed.is_some_and(|opening| opening.resumed_after.is_some());
                    found.looked_for(FIRST, if resumed { FIRST.rules } else { &["R-3-01"] });
                }
                if first && (!spoken.contains(connection) || !greeting) {
                    let text = format!("on {connection}: {}", crate::matcher::brief(frame));
                    let seen = Seen { line: number, text };
                    let right = "session.welcome or session.error, once the client has said hello";
                    found.broken_here(FIRST, right, seen);
                }
            }
            (_, Side::Runtime) => {}
        }
    }
}

fn goodbyes(wire: &Wire<'_>, found: &mut Found) {
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    for frame in wire.of_runtime() {
        if gone.contains(frame.connection) {
            found.broken_here(SILENT, "nothing more on this connection", frame.brief());
        }
        if matches!(frame.kind(), "session.closed" | "session.bye") {
            found.looked(SILENT);
            gone.insert(frame.connection);
        }
    }
}
