//! What must hold of all traffic, whatever the scenario: judged from a transcript alone, live or offline.
//!
//! Each invariant has a name, the rules it decides and a sentence. What the client sent is believed; what is judged is what the
//! runtime sent, and, when [`Judged::Client`] is asked for, what the client sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::matcher::{Shapes, brief};
use crate::outcome::Failure;
use crate::transcript::{Line, Side, What};

mod client;
mod frames;
mod jobs;
mod sequence;
mod sessions;

/// An invariant: its name in reports, the rules it decides, and what must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Invariant {
    /// The name.
    pub name: &'static str,
    /// The rules.
    pub rules: &'static [&'static str],
    /// What must hold.
    pub sentence: &'static str,
}

impl Invariant {
    /// What a failure gives as its step.
    pub fn step(&self) -> String {
        format!("invariant {}", self.name)
    }
}

/// Whose frames are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The runtime's.
    Runtime,
    /// The client's.
    Client,
    /// Both sides'.
    Both,
}

/// Every invariant.
pub fn all() -> Vec<Invariant> {
    [&of_runtimes(), client::ALL].concat()
}

/// The invariants on what a runtime sends.
pub fn of_runtimes() -> Vec<Invariant> {
    [frames::ALL, sequence::ALL, jobs::ALL, sessions::ALL].concat()
}

/// Judges a transcript. `exempt` names invariants that are left out.
pub fn check(lines: &[Line], shapes: &Shapes, judged: Judged, exempt: &[String]) -> Vec<Failure> {
    let wire = Wire::read(lines);
    let mut found = Found::default();
    if judged != Judged::Client {
        frames::check(&wire, shapes, &mut found);
        sequence::check(&wire, &mut found);
        jobs::check(&wire, &mut found);
        sessions::check(&wire, &mut found);
    }
    if judged != Judged::Runtime {
        client::check(&wire, &mut found);
    }
    found
        .0
        .into_iter()
        .filter(|(invariant, ..)| !exempt.iter().any(|name| name == invariant.name))
        .map(|(invariant, expected, seen)| Failure {
            step: invariant.step(),
            expected,
            seen,
            rules: invariant
                .rules
                .iter()
                .map(|&rule| rule.to_owned())
                .collect(),
        })
        .collect()
}

/// What was found to be broken.
#[derive(Debug, Default)]
struct Found(Vec<(Invariant, String, String)>);

impl Found {
    fn broken(&mut self, invariant: Invariant, seen: impl Into<String>) {
        self.0
            .push((invariant, invariant.sentence.to_owned(), seen.into()));
    }

    fn broken_as(&mut self, invariant: Invariant, expected: impl fmt::Display, seen: String) {
        self.0.push((
            invariant,
            format!("{}: {expected}", invariant.sentence),
            seen,
        ));
    }
}

/// A frame, where it went.
#[derive(Clone, Copy, Debug)]
struct Frame<'a> {
    connection: &'a str,
    from: Side,
    value: &'a Value,
}

impl<'a> Frame<'a> {
    fn kind(&self) -> &'a str {
        self.value["type"].as_str().unwrap_or_default()
    }

    fn text(&self, member: &str) -> Option<&'a str> {
        self.value[member].as_str()
    }

    fn payload(&self) -> &'a Value {
        &self.value["payload"]
    }

    fn seq(&self) -> Option<i64> {
        self.value["event_seq"].as_i64()
    }

    fn session(&self) -> &'a str {
        self.text("session_id").unwrap_or_default()
    }

    fn job(&self) -> &'a str {
        self.text("job_id").unwrap_or_default()
    }

    fn is_counted(&self) -> bool {
        matches!(self.kind(), "job.event" | "job.result" | "job.error")
    }

    fn is_end(&self) -> bool {
        matches!(self.kind(), "job.result" | "job.error")
    }

    fn brief(&self) -> String {
        format!("on {}: {}", self.connection, brief(self.value))
    }
}

/// How a connection's session came to be.
#[derive(Clone, Debug, Default, PartialEq)]
struct Opening {
    /// The session, once welcomed.
    session: Option<String>,
    /// The number that a resume gave, when there was one.
    resumed_after: Option<i64>,
    /// The features that both sides listed.
    features: BTreeSet<String>,
}

/// A transcript, read once.
#[derive(Debug)]
struct Wire<'a> {
    lines: &'a [Line],
    frames: Vec<Frame<'a>>,
    openings: BTreeMap<&'a str, Opening>,
}

impl<'a> Wire<'a> {
    fn read(lines: &'a [Line]) -> Self {
        let frames: Vec<Frame<'a>> = lines
            .iter()
            .filter_map(|line| match &line.what {
                What::Frame(value) => Some(Frame {
                    connection: &line.connection,
                    from: line.from,
                    value,
                }),
                _ => None,
            })
            .collect();
        let mut openings: BTreeMap<&str, Opening> = BTreeMap::new();
        let mut asked: BTreeMap<&str, &Value> = BTreeMap::new();
        let mut kept: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for frame in &frames {
            match (frame.from, frame.kind()) {
                (Side::Client, "session.hello" | "session.resume") => {
                    asked.entry(frame.connection).or_insert(frame.payload());
                }
                (Side::Runtime, "session.welcome") => {
                    let request = asked.get(frame.connection).copied().unwrap_or(&Value::Null);
                    let opening = opening(request, frame, &kept);
                    kept.insert(frame.session(), opening.features.clone());
                    openings.entry(frame.connection).or_insert(opening);
                }
                _ => {}
            }
        }
        Self {
            lines,
            frames,
            openings,
        }
    }

    fn of_runtime(&self) -> impl Iterator<Item = &Frame<'a>> {
        self.frames
            .iter()
            .filter(|frame| frame.from == Side::Runtime)
    }

    /// Whether the session was opened, not resumed, within this transcript.
    fn opened_here(&self, session: &str) -> bool {
        self.openings.values().any(|opening| {
            opening.session.as_deref() == Some(session) && opening.resumed_after.is_none()
        })
    }
}

fn opening(
    request: &Value,
    welcome: &Frame<'_>,
    kept: &BTreeMap<&str, BTreeSet<String>>,
) -> Opening {
    let names = |value: &Value| -> Option<BTreeSet<String>> {
        let list = value["capabilities"]["features"].as_array()?;
        Some(
            list.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        )
    };
    let offered = names(welcome.payload()).unwrap_or_default();
    let last = [
        &request["resume"]["last_event_seq"],
        &request["last_event_seq"],
    ]
    .into_iter()
    .find_map(Value::as_i64);
    let features = match (names(request), last) {
        (Some(asked), _) => asked.intersection(&offered).cloned().collect(),
        (None, Some(_)) => kept.get(welcome.session()).cloned().unwrap_or_default(),
        (None, None) => BTreeSet::new(),
    };
    Opening {
        session: welcome.text("session_id").map(str::to_owned),
        resumed_after: last,
        features,
    }
}

#[cfg(test)]
mod tests;
