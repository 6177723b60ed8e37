//! Invariants on secrets (§6.3, §9.8, §14): which are told to whom, and where. A transcript is read twice, since a later line may be the one that
//! says what a secret is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Found, Frame, Invariant, Wire};
use crate::mask::A_WORD;
use crate::transcript::Side;

const TOKENS: Invariant = Invariant {
    name: "resume tokens are told once",
    rules: &["R-6.2-21", "R-6.3-01"],
    sentence: "a resume token is told in one welcome and nowhere else",
};
const BEARER: Invariant = Invariant {
    name: "bearer tokens are never told",
    // The specification takes it for granted.
    rules: &[],
    sentence: "a runtime never says a client's bearer token",
};
const CREDENTIALS: Invariant = Invariant {
    name: "credentials are told to their principal alone",
    rules: &[
        "R-7.6-10",
        "R-7.6-11",
        "R-14-11",
        "R-14-12",
        "R-9.8.2-03",
        "R-14-09",
    ],
    sentence: "a credential's value is told to one principal, for one job, and stands where credentials stand",
};

/// The invariants of this file.
pub(super) const ALL: &[Invariant] = &[TOKENS, BEARER, CREDENTIALS];

/// What is secret in a transcript, and whose it is.
#[derive(Debug, Default)]
struct Secrets<'a> {
    /// Resume tokens that are long enough to be searched for, each with the line of its welcome and the welcome's id.
    tokens: BTreeMap<&'a str, (usize, &'a str)>,
    /// Bearer tokens that were said on a connection.
    said: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Bearer tokens that were good for a welcome.
    bearers: BTreeSet<&'a str>,
    /// Who was welcomed on a connection: a bearer token stands for its principal.
    who: BTreeMap<&'a str, &'a str>,
    /// Who submitted a job.
    submitters: BTreeMap<&'a str, &'a str>,
    /// Values of credentials, each with its job and whom it was told first.
    values: BTreeMap<&'a str, (&'a str, &'a str)>,
}

impl<'a> Secrets<'a> {
    fn of(wire: &Wire<'a>) -> Self {
        let mut secrets = Self::default();
        let mut asks: BTreeMap<&str, &str> = BTreeMap::new();
        let mut sessions: BTreeMap<&str, &str> = BTreeMap::new();
        for frame in &wire.frames {
            if frame.from == Side::Client {
                if let Some(token) = frame.payload()["auth"]["token"].as_str() {
                    secrets
                        .said
                        .entry(frame.connection)
                        .or_default()
                        .insert(token);
                    asks.insert(frame.connection, token);
                }
                continue;
            }
            match frame.kind() {
                "session.welcome" => {
                    // Whoever resumes without a bearer token is who opened the session.
                    let asked = asks.get(frame.connection).copied();
                    let known = sessions.get(frame.session()).copied();
                    if let Some(who) = asked.or(known) {
                        secrets.bearers.insert(who);
                        secrets.who.entry(frame.connection).or_insert(who);
                        sessions.insert(frame.session(), who);
                    }
                    let token = frame.payload()["resume_token"].as_str();
                    if let Some(token) = token.filter(|token| token.len() >= A_WORD) {
                        let place = (frame.line, frame.text("id").unwrap_or_default());
                        secrets.tokens.entry(token).or_insert(place);
                    }
                }
                "job.accepted" => {
                    let job = frame.payload()["job_id"].as_str().unwrap_or_default();
                    let who = secrets.listener(frame);
                    secrets.submitters.entry(job).or_insert(who);
                }
                _ => {}
            }
            for (value, job) in told(frame) {
                let who = secrets.listener(frame);
                secrets.values.entry(value).or_insert((job, who));
            }
        }
        secrets
    }

    /// Who is at the other end; nobody by name where the transcript does not say it.
    fn listener(&self, frame: &Frame<'a>) -> &'a str {
        self.who.get(frame.connection).copied().unwrap_or_default()
    }
}

pub(super) fn check(wire: &Wire<'_>, found: &mut Found) {
    let secrets = Secrets::of(wire);
    let mut welcomed = BTreeSet::new();
    for frame in wire.of_runtime() {
        let token = frame.payload()["resume_token"].as_str();
        let is_kept = token.is_some_and(|token| secrets.tokens.contains_key(token));
        if frame.kind() == "session.welcome" && is_kept {
            // Only who is welcomed again shows that the token is another one.
            let again = !welcomed.insert(frame.session());
            found.looked_for(TOKENS, if again { TOKENS.rules } else { &["R-6.2-21"] });
        }
        let text = frame.value.to_string();
        bearers(frame, &text, &secrets, found);
        for (token, (line, welcome)) in &secrets.tokens {
            if *line != frame.line && text.contains(token) {
                let right = format!("the token of the welcome {welcome} in no other frame");
                found.broken_here(TOKENS, right, frame.brief());
            }
        }
        credentials(frame, &text, &secrets, found);
    }
}

fn bearers(frame: &Frame<'_>, text: &str, secrets: &Secrets<'_>, found: &mut Found) {
    let said = secrets.said.get(frame.connection).into_iter().flatten();
    let sought = said.chain(&secrets.bearers).filter(|bearer| {
        // A short token is a word that may occur by chance; whoever guesses may say any other secret as a bearer token.
        bearer.len() >= A_WORD && !secrets.tokens.contains_key(**bearer)
    });
    let mut sought = sought.peekable();
    if sought.peek().is_some() {
        found.looked(BEARER);
    }
    if sought.any(|bearer| text.contains(*bearer)) {
        found.broken_here(BEARER, "the same without the token", frame.brief());
    }
}

fn credentials(frame: &Frame<'_>, text: &str, secrets: &Secrets<'_>, found: &mut Found) {
    let listener = secrets.listener(frame);
    let values = secrets.values.values();
    if values.clone().any(|(_, who)| *who != listener) {
        // Somebody else is told something, and the value is not in it.
        found.looked_for(CREDENTIALS, &["R-14-11"]);
    }
    for (value, job) in told(frame) {
        if values.clone().any(|(other, _)| *other != job) {
            found.looked_for(CREDENTIALS, &["R-9.8.2-03", "R-14-09"]);
        }
        let Some((first, told_first)) = secrets.values.get(value) else {
            continue;
        };
        let owner = secrets.submitters.get(first).unwrap_or(told_first);
        if *owner != listener {
            let right = format!("no value for whoever did not submit {first}");
            found.broken_here(CREDENTIALS, right, frame.brief());
        }
        if *first != job {
            let right = format!("another credential than that of {first}");
            found.broken_here(CREDENTIALS, right, frame.brief());
        }
    }
    let long = secrets.values.keys().filter(|value| value.len() >= A_WORD);
    let mut here = long.filter(|value| text.contains(**value)).peekable();
    if here.peek().is_none() {
        return;
    }
    let elsewhere = without_credentials(frame.value).to_string();
    if here.any(|value| elsewhere.contains(*value)) {
        let right = "the same without the value; it belongs in `credentials`, and in the event that tells of its rotation";
        found.broken_here(CREDENTIALS, right, frame.brief());
    }
}

/// The values that a frame tells where values are told, each with its job.
fn told<'a>(frame: &Frame<'a>) -> Vec<(&'a str, &'a str)> {
    let payload = frame.payload();
    let mut told = Vec::new();
    let mut listed = |credentials: &'a Value, job: &'a str| {
        let credentials = credentials.as_array().into_iter().flatten();
        told.extend(credentials.filter_map(|one| Some((one["value"].as_str()?, job))));
    };
    let job_of = |value: &'a Value| value["job_id"].as_str().unwrap_or_default();
    listed(&payload["credentials"], job_of(payload));
    for job in payload["jobs"].as_array().into_iter().flatten() {
        listed(&job["credentials"], job_of(job));
    }
    if is_rotation(payload) {
        told.extend(
            payload["body"]["value"]
                .as_str()
                .map(|value| (value, frame.job())),
        );
    }
    told
}

fn is_rotation(payload: &Value) -> bool {
    payload["kind"] == "status" && payload["body"]["phase"] == "credential_rotated"
}

/// A frame with nothing where values are told.
fn without_credentials(frame: &Value) -> Value {
    fn empty(credentials: Option<&mut Value>) {
        for one in credentials
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            one.as_object_mut().map(|one| one.remove("value"));
        }
    }
    let mut frame = frame.clone();
    let Some(payload) = frame.get_mut("payload") else {
        return frame;
    };
    empty(payload.get_mut("credentials"));
    let jobs = payload.get_mut("jobs").and_then(Value::as_array_mut);
    for job in jobs.into_iter().flatten() {
        empty(job.get_mut("credentials"));
    }
    if is_rotation(payload)
        && let Some(body) = payload.get_mut("body").and_then(Value::as_object_mut)
    {
        body.remove("value");
    }
    frame
}
