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
    let mut files = Files::new();
    let mut problems = Vec::new();
    let mut index = Index::default();
    let mut done = spoil::Done::new();
    let mut spoilt: BTreeMap<String, String> = BTreeMap::new();
    for example in &model.examples {
        let Some(frame) = parsed("examples", example, &mut problems) else {
            continue;
        };
        let (again, reading) = reader.frame(&frame);
        for fault in &reading.faults {
            problems.push(Problem::new(
                format!("examples/{}", example.path),
                "",
                format!("at {}: {}", fault.place.path(), fault.reason),
                "mend the frame, or move it to invalid/",
            ));
        }
        let file = format!("valid/{}", example.path);
        let known = model
            .messages
            .iter()
            .any(|it| Some(it.wire.as_str()) == wire(&frame));
        index.valid(
            &file,
            &frame,
            known,
            (!same(&frame, &again)).then_some(&again),
        );
        files.insert(format!("vectors/{file}"), line(&example.text));
        if let (true, Some(wire)) = (known && reading.faults.is_empty(), wire(&frame)) {
            for vector in spoil::spoil(&reader, &lookup, (wire, &frame), &mut done) {
                spoilt
                    .entry(wire.to_owned())
                    .or_default()
                    .push_str(&vector.line());
            }
        }
    }
    for example in &model.invalid {
        let Some(frame) = parsed("invalid", example, &mut problems) else {
            continue;
        };
        let (_, reading) = reader.frame(&frame);
        let Some(fault) = reading.faults.first() else {
            problems.push(Problem::new(
                format!("invalid/{}", example.path),
                "",
                "nothing is wrong with the frame",
                "spoil it, or move it to examples/",
            ));
            continue;
        };
        if let Some(stated) = stated(example).filter(|stated| !fault.place.is_meant_by(stated)) {
            problems.push(Problem::new(
                format!("invalid/{}", example.path),
                "",
                format!(
                    "the fault is at {}, not at {stated}: {}",
                    fault.place.path(),
                    fault.reason
                ),
                "name the place of the fault in $comment, or mend what else is wrong",
            ));
        }
        let file = format!("invalid/{}", example.path);
        index.invalid(
            &file,
            &frame,
            &fault.place.path(),
            example.reason.as_deref(),
        );
        files.insert(format!("vectors/{file}"), line(&example.text));
    }
    for (wire, lines) in spoilt {
        let file = format!("invalid/{wire}/spoilt.jsonl");
        index.spoilt(&file, &wire, lines.lines().count());
        files.insert(format!("vectors/{file}"), lines.into_bytes());
    }
    files.insert("vectors/index.json".into(), index.finish(&model.version));
    if problems.is_empty() {
        Ok(files)
    } else {
        Err(problems)
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
