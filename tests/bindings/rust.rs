//! The printed Rust, judged by the same vectors as every other language.

use arcp_generated::envelope::{DecodeError, Envelope};
use arcp_generated::event::EventKind;
use arcp_generated::lease::CapabilityName;
use arcp_generated::message::{Direction, MessageType};
use arcp_generated::session::Feature;
use arcp_tests::tools::{repository, vectors};
use serde_json::{Value, json};
use std::fs;

fn load(file: &str) -> String {
    let path = vectors().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn list<'a>(index: &'a Value, name: &str) -> &'a [Value] {
    index[name].as_array().expect("a list of vectors")
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().expect("a string of the index")
}

/// Where the fault is: Rust names the object that lacks a member, and the member in the reason.
fn place(error: &DecodeError) -> String {
    let missing = error
        .reason
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split_once('`'));
    match missing {
        Some((member, _)) if error.path.is_empty() => member.to_owned(),
        Some((member, _)) => format!("{}.{member}", error.path),
        None => error.path.clone(),
    }
}

/// The path at which a frame is refused, or what is wrong with that.
fn complaint(name: &str, frame: &str, path: &str) -> Option<String> {
    match Envelope::decode(frame) {
        Ok(_) => Some(format!("{name}: it is read")),
        Err(error) if place(&error) == path => None,
        Err(error) => Some(format!(
            "{name}: refused at {} and not at {path}: {error}",
            error.path
        )),
    }
}

#[test]
fn rust_refuses_every_invalid_vector_at_its_place() {
    let index: Value = serde_json::from_str(&load("index.json")).unwrap();
    let mut complaints = Vec::new();
    let mut count = 0;
    for entry in list(&index, "invalid") {
        let file = text(entry, "file");
        complaints.extend(complaint(file, &load(file), text(entry, "path")));
        count += 1;
    }
    for entry in list(&index, "spoilt") {
        let file = text(entry, "file");
        for line in load(file).lines() {
            let vector: Value = serde_json::from_str(line).unwrap();
            let name = format!("{file}: {}", text(&vector, "name"));
            complaints.extend(complaint(
                &name,
                text(&vector, "frame"),
                text(&vector, "path"),
            ));
            count += 1;
        }
    }
    assert!(
        complaints.is_empty(),
        "{} of {count}\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

#[test]
fn rust_reads_every_valid_vector() {
    let index: Value = serde_json::from_str(&load("index.json")).unwrap();
    for entry in list(&index, "valid") {
        let file = text(entry, "file");
        let frame = Envelope::decode(&load(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let again = frame.encode();
        assert_eq!(Envelope::decode(&again).unwrap().encode(), again, "{file}");
    }
}

/// Every definition of the schema's files, with its name.
fn definitions() -> Vec<(String, Value)> {
    let folder = fs::read_dir(repository().join("schema")).unwrap();
    let paths = folder.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let mut all = Vec::new();
    for file in files {
        let file: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let definitions = file["$defs"].as_object().cloned().unwrap_or_default();
        all.extend(definitions);
    }
    all
}

/// Direction, feature, number, replay and end of each message, the feature of each event kind and capability name.
#[test]
fn the_tables_of_rust_are_those_of_the_schema() {
    let (mut messages, mut kinds, mut names) = (0, 0, 0);
    let feature = |said: Option<Feature>| said.map_or(Value::Null, |said| json!(said.as_str()));
    for (name, definition) in definitions() {
        let said = &definition["x-arcp-message"];
        if let Some(wire) = said["type"].as_str() {
            let it = MessageType::try_from(wire).unwrap();
            let direction = match it.direction() {
                Direction::Client => "client",
                Direction::Runtime => "runtime",
                Direction::Both => "both",
            };
            let flag = |word: &str| said[word].as_bool().unwrap_or(false);
            assert_eq!(said["direction"], direction, "{wire}");
            assert_eq!(said["feature"], feature(it.feature()), "{wire}");
            let numbered = said["envelope"]["event_seq"] == "required";
            assert_eq!(numbered, it.carries_event_seq(), "{wire}");
            assert_eq!(flag("replayed"), it.replayed(), "{wire}");
            assert_eq!(flag("terminal"), it.terminal(), "{wire}");
            messages += 1;
        }
        let said = &definition["x-arcp-event"];
        if let Some(wire) = said["kind"].as_str() {
            let it = EventKind::try_from(wire).unwrap();
            assert_eq!(said["feature"], feature(it.feature()), "{wire}");
            kinds += 1;
        }
        if name == "CapabilityName" {
            for (wire, said) in definition["x-arcp-values"].as_object().unwrap() {
                let it = CapabilityName::try_from(wire.as_str()).unwrap();
                assert_eq!(said["feature"], feature(it.feature()), "{wire}");
                names += 1;
            }
        }
    }
    assert_eq!((messages, kinds, names), (22, 10, 7));
}
