//! Every frame of `schema/examples` is read, and comes back the same; every frame of `schema/invalid` is refused for its reason.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::expect_used, clippy::panic)]

use arcp_generated::envelope::{DecodeErrorKind, Envelope, Header};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The frames of a folder: file and text.
fn frames(folder: &str) -> Vec<(PathBuf, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../schema")
        .join(folder);
    let mut found = Vec::new();
    for message in fs::read_dir(&root).expect("the folder is there") {
        for file in fs::read_dir(message.expect("readable").path()).expect("a folder of frames") {
            let path = file.expect("readable").path();
            let text = fs::read_to_string(&path).expect("readable");
            found.push((path, serde_json::from_str(&text).expect("JSON")));
        }
    }
    assert!(!found.is_empty());
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// The text without the comment, exactly as the file spells it otherwise.
fn text(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("readable");
    let members: Members = serde_json::from_str(&text).expect("an object");
    let members = members.0.iter().filter(|(name, _)| name != "$comment");
    let members: Vec<String> = members
        .map(|(name, value)| format!("{}:{value}", serde_json::to_string(name).expect("a string")))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Members in order, doubles kept, with their text.
struct Members(Vec<(String, String)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> serde::de::Visitor<'de> for Read {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) =
                    map.next_entry::<String, Box<serde_json::value::RawValue>>()?
                {
                    members.push((name, value.get().to_owned()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

#[test]
fn every_example_is_read_and_comes_back() {
    for (path, _) in frames("examples") {
        let text = text(&path);
        let frame =
            Envelope::decode(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let again = frame.encode();
        let read = Envelope::decode(&again)
            .unwrap_or_else(|error| panic!("{}: {error}\n{again}", path.display()));
        assert_eq!(read, frame, "{}", path.display());
        assert_eq!(read.encode(), again, "{}", path.display());
        let header = Header::read(&text).expect("a header");
        assert_eq!(
            (&header.id, header.r#type.as_str()),
            (&frame.id, frame.message.type_str())
        );
    }
}

#[test]
fn every_counter_example_is_refused_at_its_place() {
    for (path, value) in frames("invalid") {
        let file = path.display();
        let comment = value["$comment"].as_str().expect("a comment");
        let error = match Envelope::decode(&text(&path)) {
            Ok(frame) => panic!("{file}: read as {frame:?}; {comment}"),
            Err(error) => error,
        };
        let pointer = comment.split('`').find(|word| word.starts_with('/'));
        let pointer = pointer.unwrap_or_else(|| panic!("{file}: no pointer in {comment}"));
        let wanted = pointer.replace("~1", "/");
        let found = as_pointer(&error.path);
        let named = error.reason.contains("missing field") || wanted == found;
        let inside = wanted == found || wanted.starts_with(&format!("{found}/"));
        assert!(
            named && inside,
            "{file}: wanted {wanted}, found {found}: {error}\n{comment}"
        );
        if let Some(message_type) = value["type"].as_str() {
            assert!(
                error.to_string().starts_with(message_type),
                "{file}: {error}"
            );
        }
    }
}

/// `payload.jobs[0]["a.b"]` as `/payload/jobs/0/a.b`.
fn as_pointer(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let end = quoted.find("\"]").expect("closed");
            out.extend(["/", &quoted[..end]]);
            rest = &quoted[end + 2..];
        } else if let Some(index) = rest.strip_prefix('[') {
            let end = index.find(']').expect("closed");
            out.extend(["/", &index[..end]]);
            rest = &index[end + 1..];
        } else {
            let start = rest.strip_prefix('.').unwrap_or(rest);
            let end = start.find(['.', '[']).unwrap_or(start.len());
            out.extend(["/", &start[..end]]);
            rest = &start[end..];
        }
    }
    out
}

#[test]
fn what_is_no_frame_is_told_apart() {
    let kind = |text: &str| Envelope::decode(text).expect_err("no frame").kind;
    assert_eq!(kind("{"), DecodeErrorKind::Syntax);
    assert_eq!(kind("nonsense"), DecodeErrorKind::Syntax);
    assert_eq!(kind("[1]"), DecodeErrorKind::NotAnObject);
    assert_eq!(kind("{}"), DecodeErrorKind::Envelope);
    assert_eq!(
        kind(r#"{"arcp":"1.1","id":"a","type":"session.ack","session_id":"s","payload":[]}"#),
        DecodeErrorKind::Payload
    );
}
