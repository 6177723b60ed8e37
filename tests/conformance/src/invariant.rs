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
mod secrets;
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
    /// What reports and lists of expected failures call it.
    pub fn id(&self) -> String {
        format!("always/{}", self.name)
    }

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
    [
        frames::ALL,
        sequence::ALL,
        jobs::ALL,
        sessions::ALL,
        secrets::ALL,
    ]
    .concat()
}

/// A place in a transcript where an invariant is broken.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// The invariant.
    pub invariant: Invariant,
    /// Which of the lines it is, counted from 0.
    pub line: usize,
    /// What would be right on this line, where that can be said.
    pub right: Option<String>,
    /// The same as a failure of a run.
    pub failure: Failure,
}

/// What an invariant found to look at. One that found nothing has decided nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// How many times something came that it speaks of.
    pub times: usize,
    /// The rules that were asked about, of those that the invariant decides.
    pub rules: BTreeSet<&'static str>,
}

/// What came of judging a transcript.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// What is broken.
    pub broken: Vec<Failure>,
    /// What was looked at, by the invariant's name. Those that found nothing are not in it.
    pub looked: BTreeMap<&'static str, Looked>,
}

impl Judgement {
    /// Takes in what was looked at elsewhere.
    pub(crate) fn add(&mut self, looked: &BTreeMap<&'static str, Looked>) {
        for (name, more) in looked {
            let mine = self.looked.entry(name).or_default();
            mine.times += more.times;
            mine.rules.extend(&more.rules);
        }
    }
}

/// Judges a transcript. `exempt` names invariants that are left out.
pub fn check(lines: &[Line], shapes: &Shapes, judged: Judged, exempt: &[String]) -> Vec<Failure> {
    judge(lines, shapes, judged, exempt).broken
}

/// Judges a transcript as [`check`] does, and says how much there was to look at.
pub fn judge(lines: &[Line], shapes: &Shapes, judged: Judged, exempt: &[String]) -> Judgement {
    let found = look(lines, shapes, judged, exempt);
    let broken = found.broken.into_iter().map(|broken| broken.failure);
    Judgement {
        broken: broken.collect(),
        looked: found.looked,
    }
}

/// Judges a transcript as [`check`] does, and says where and what would be right.
pub fn find(lines: &[Line], shapes: &Shapes, judged: Judged, exempt: &[String]) -> Vec<Broken> {
    look(lines, shapes, judged, exempt).broken
}

fn look(lines: &[Line], shapes: &Shapes, judged: Judged, exempt: &[String]) -> Found {
    let wire = Wire::read(lines);
    let mut found = Found::default();
    if judged != Judged::Client {
        frames::check(&wire, shapes, &mut found);
        sequence::check(&wire, &mut found);
        jobs::check(&wire, &mut found);
        sessions::check(&wire, &mut found);
        secrets::check(&wire, &mut found);
    }
    if judged != Judged::Runtime {
        client::check(&wire, &mut found);
    }
    let counts = |name: &str| !exempt.iter().any(|exempt| exempt == name);
    found.broken.retain(|broken| counts(broken.invariant.name));
    found.looked.retain(|name, _| counts(name));
    found
}

/// What was found to look at, and what of it is broken.
#[derive(Debug, Default)]
struct Found {
    broken: Vec<Broken>,
    looked: BTreeMap<&'static str, Looked>,
}

impl Found {
    /// Something came that the invariant and all of its rules speak of.
    fn looked(&mut self, invariant: Invariant) {
        self.looked_for(invariant, invariant.rules);
    }

    /// Something came that the invariant speaks of, and with it these of its rules. A rule that is named nowhere is one that the
    /// invariant can see broken and cannot see kept: scenarios decide it.
    fn looked_for(&mut self, invariant: Invariant, rules: &[&'static str]) {
        let looked = self.looked.entry(invariant.name).or_default();
        looked.times += 1;
        looked.rules.extend(rules);
    }

    /// What was found last breaks these of its invariant's rules, and not the others.
    fn only(&mut self, rules: &[&'static str]) {
        if let Some(last) = self.broken.last_mut() {
            last.failure.rules = rules.iter().map(ToString::to_string).collect();
        }
    }

    fn broken(&mut self, invariant: Invariant, seen: Seen) {
        self.add(invariant, invariant.sentence.to_owned(), None, seen);
    }

    /// The same, with what would be right here.
    fn broken_here(&mut self, invariant: Invariant, right: impl fmt::Display, seen: Seen) {
        let right = Some(right.to_string());
        self.add(invariant, invariant.sentence.to_owned(), right, seen);
    }

    /// The same, where what would be right is one of few: it is part of what a report expects.
    fn broken_as(&mut self, invariant: Invariant, expected: impl fmt::Display, seen: Seen) {
        let expected = format!("{}: {expected}", invariant.sentence);
        self.add(invariant, expected, None, seen);
    }

    fn add(&mut self, invariant: Invariant, expected: String, right: Option<String>, seen: Seen) {
        self.broken.push(Broken {
            invariant,
            line: seen.line,
            right,
            failure: Failure {
                step: invariant.step(),
                expected,
                seen: seen.text,
                rules: invariant.rules.iter().map(ToString::to_string).collect(),
            },
        });
    }
}

/// What was seen, and on which line.
#[derive(Debug)]
struct Seen {
    line: usize,
    text: String,
}

/// A frame, where it went.
#[derive(Clone, Copy, Debug)]
struct Frame<'a> {
    line: usize,
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

    fn brief(&self) -> Seen {
        Seen {
            line: self.line,
            text: format!("on {}: {}", self.connection, brief(self.value)),
        }
    }

    /// The same, with what is worth a look before it.
    fn showing(&self, what: impl fmt::Display) -> Seen {
        let Seen { line, text } = self.brief();
        let text = format!("{what} {text}");
        Seen { line, text }
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
            .enumerate()
            .filter_map(|(number, line)| match &line.what {
                What::Frame(value) => Some(Frame {
                    line: number,
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
