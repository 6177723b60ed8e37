//! The target `vectors`: frames that every language must read or refuse, with what each must say.
//!
//! The frames of `schema/` are taken as they are; wrong ones are made of the good ones besides.

mod place;
mod reader;
mod spoil;

use crate::emit::Files;
use crate::emit::lookup::Lookup;
use crate::emit::prose::{GENERATED, quoted};
use crate::model::{Example, Model};
use crate::node::{self, Node};
use crate::problem::Problem;
use reader::{Reader, same};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Emits the vectors and their index.
///
/// # Errors
/// A good frame that the model refuses, and a bad one that it does not.
pub fn emit(model: &Model) -> Result<Files, Vec<Problem>> {
    let lookup = Lookup::new(model);
    let reader = Reader::new(&lookup, lookup.pillars()?);
    let mut vectors = Vectors::default();
    vectors.examples(&lookup, &reader);
    vectors.counter_examples(model, &reader);
    vectors.done(model)
}

/// What is collected on the way.
#[derive(Default)]
struct Vectors {
    files: Files,
    problems: Vec<Problem>,
    index: Index,
    /// By message type: what spoiling its examples gives, a line each.
    spoilt: BTreeMap<String, String>,
}

impl Vectors {
    fn examples(&mut self, lookup: &Lookup<'_>, reader: &Reader<'_>) {
        let mut done = spoil::Done::new();
        for example in &lookup.model.examples {
            let Some(frame) = parsed("examples", example, &mut self.problems) else {
                continue;
            };
            let (again, reading) = reader.frame(&frame);
            for fault in &reading.faults {
                self.problems.push(Problem::new(
                    format!("examples/{}", example.path),
                    "",
                    format!("at {}: {}", fault.place.path(), fault.reason),
                    "mend the frame, or move it to invalid/",
                ));
            }
            let file = format!("valid/{}", example.path);
            let wire = wire(&frame);
            let known = lookup
                .model
                .messages
                .iter()
                .find(|it| Some(it.wire.as_str()) == wire);
            let differs = !same(&frame, &again);
            self.index
                .valid(&file, &frame, known.is_some(), differs.then_some(&again));
            self.files
                .insert(format!("vectors/{file}"), line(&example.text));
            if let Some(known) = known.filter(|_| reading.faults.is_empty()) {
                let lines = self.spoilt.entry(known.wire.clone()).or_default();
                for vector in spoil::spoil(reader, lookup, (&known.wire, &frame), &mut done) {
                    lines.push_str(&vector.line());
                }
            }
        }
    }

    fn counter_examples(&mut self, model: &Model, reader: &Reader<'_>) {
        for example in &model.invalid {
            let Some(frame) = parsed("invalid", example, &mut self.problems) else {
                continue;
            };
            let (_, reading) = reader.frame(&frame);
            let problem = |reason: String, cure: &str| {
                Problem::new(format!("invalid/{}", example.path), "", reason, cure)
            };
            let Some(fault) = reading.faults.first() else {
                self.problems.push(problem(
                    "nothing is wrong with the frame".to_owned(),
                    "spoil it, or move it to examples/",
                ));
                continue;
            };
            let place = fault.place.path();
            if let Some(stated) = stated(example).filter(|stated| !fault.place.is_meant_by(stated))
            {
                let reason = format!("the fault is at {place}, not at {stated}: {}", fault.reason);
                let cure = "name the place of the fault in $comment, or mend what else is wrong";
                self.problems.push(problem(reason, cure));
            }
            let file = format!("invalid/{}", example.path);
            self.index
                .invalid(&file, &frame, &place, example.reason.as_deref());
            self.files
                .insert(format!("vectors/{file}"), line(&example.text));
        }
    }

    fn done(mut self, model: &Model) -> Result<Files, Vec<Problem>> {
        for (wire, lines) in self.spoilt {
            let file = format!("invalid/{wire}/spoilt.jsonl");
            self.index.spoilt(&file, &wire, lines.lines().count());
            self.files
                .insert(format!("vectors/{file}"), lines.into_bytes());
        }
        let index = self.index.finish(&model.version);
        self.files.insert("vectors/index.json".into(), index);
        if self.problems.is_empty() {
            Ok(self.files)
        } else {
            Err(self.problems)
        }
    }
}

fn parsed(folder: &str, example: &Example, problems: &mut Vec<Problem>) -> Option<Node> {
    node::parse(&example.text)
        .map_err(|_| {
            problems.push(Problem::new(
                format!("{folder}/{}", example.path),
                "",
                "the frame is not JSON",
                "write it as JSON (RFC 8259) with unique member names",
            ));
        })
        .ok()
}

/// The place that the `$comment` of a bad frame names between backticks.
fn stated(example: &Example) -> Option<&str> {
    let (pointer, _) = example
        .reason
        .as_deref()?
        .strip_prefix('`')?
        .split_once('`')?;
    pointer.starts_with('/').then_some(pointer)
}

fn wire(frame: &Node) -> Option<&str> {
    frame.get("type").and_then(Node::as_str)
}

fn line(text: &str) -> Vec<u8> {
    format!("{text}\n").into_bytes()
}

/// The entries of `index.json`, already written.
#[derive(Default)]
struct Index {
    valid: Vec<String>,
    invalid: Vec<String>,
    spoilt: Vec<String>,
}

impl Index {
    fn valid(&mut self, file: &str, frame: &Node, known: bool, again: Option<&Node>) {
        let mut entry = format!(
            "{{\"file\": {}, \"type\": {}, \"known\": {known}",
            quoted(file),
            quoted(wire(frame).unwrap_or_default())
        );
        if let Some(again) = again {
            let _ = write!(entry, ", \"again\": {}", quoted(&again.to_compact()));
        }
        entry.push('}');
        self.valid.push(entry);
    }

    fn invalid(&mut self, file: &str, frame: &Node, path: &str, reason: Option<&str>) {
        self.invalid.push(format!(
            "{{\"file\": {}, \"type\": {}, \"path\": {}, \"reason\": {}}}",
            quoted(file),
            quoted(wire(frame).unwrap_or_default()),
            quoted(path),
            quoted(reason.unwrap_or_default())
        ));
    }

    fn spoilt(&mut self, file: &str, wire: &str, count: usize) {
        self.spoilt.push(format!(
            "{{\"file\": {}, \"type\": {}, \"count\": {count}}}",
            quoted(file),
            quoted(wire)
        ));
    }

    fn finish(&self, version: &str) -> Vec<u8> {
        let about = "A frame in `valid` must be read. Written again it equals itself, or else `again`: \
            members that are not known are dropped, defaults are filled in. \
            A frame in `invalid` must be refused at `path`. `spoilt` names files with one such frame a line.";
        format!(
            "{{\n  \"$comment\": {},\n  \"about\": {},\n  \"version\": {},\n  \"valid\": {},\n  \"invalid\": {},\n  \"spoilt\": {}\n}}\n",
            quoted(GENERATED),
            quoted(about),
            quoted(version),
            list(&self.valid),
            list(&self.invalid),
            list(&self.spoilt)
        )
        .into_bytes()
    }
}

fn list(entries: &[String]) -> String {
    if entries.is_empty() {
        return "[]".into();
    }
    format!("[\n    {}\n  ]", entries.join(",\n    "))
}
