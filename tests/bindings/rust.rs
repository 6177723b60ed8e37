//! The printed Rust, judged by the same vectors as every other language.

use arcp_generated::envelope::{DecodeError, Envelope};
use arcp_tests::tools::vectors;
use serde_json::Value;
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
