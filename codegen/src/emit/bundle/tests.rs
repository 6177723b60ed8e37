//! The bundle accepts and refuses what the schema accepts and refuses, and says nothing that is not documented.

use super::emit;
use crate::node::{Node, parse};
use crate::words::WORDS;
use std::path::Path;

fn bundle() -> (crate::model::Model, String) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let model = crate::read(&schema).unwrap();
    let files = emit(&model).unwrap();
    let text = String::from_utf8(files["schema/arcp.bundle.json"].clone()).unwrap();
    (model, text)
}

#[test]
fn the_bundle_judges_every_frame_rightly() {
    let (model, text) = bundle();
    let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    assert!(!model.examples.is_empty() && !model.invalid.is_empty());
    for example in &model.examples {
        let frame = serde_json::from_str(&example.text).unwrap();
        assert!(validator.is_valid(&frame), "{} is refused", example.path);
    }
    for example in &model.invalid {
        let frame = serde_json::from_str(&example.text).unwrap();
        assert!(!validator.is_valid(&frame), "{} is accepted", example.path);
    }
}

#[test]
fn the_bundle_refuses_what_the_vectors_call_spoilt() {
    let (model, text) = bundle();
    let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let files = crate::emit::vectors::emit(&model).unwrap();
    let mut count = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.contains("/spoilt.")) {
        for line in std::str::from_utf8(bytes).unwrap().lines() {
            let vector: serde_json::Value = serde_json::from_str(line).unwrap();
            let frame = serde_json::from_str(vector["frame"].as_str().unwrap()).unwrap();
            assert!(!validator.is_valid(&frame), "{path}: {}", vector["name"]);
            count += 1;
        }
    }
    assert!(count > 500, "{count} vectors");
}

#[test]
fn the_bundle_stands_alone() {
    let (_, text) = bundle();
    let root = parse(&text).unwrap();
    let mut names = Vec::new();
    walk(&root, &mut |name, value| {
        if name.starts_with("x-") {
            assert!(
                WORDS.iter().any(|(word, _)| *word == name),
                "{name} is not documented"
            );
        }
        if let ("$ref", Some(target)) = (name, value.as_str()) {
            names.push(target.to_owned());
        }
    });
    let definitions = root.get("$defs").unwrap();
    assert!(names.len() > 100);
    for name in names {
        let name = name.strip_prefix("#/$defs/").unwrap();
        assert!(definitions.get(name).is_some(), "{name} is not defined");
    }
}

fn walk(node: &Node, visit: &mut impl FnMut(&str, &Node)) {
    for (name, value) in node.members() {
        visit(name, value);
        walk(value, visit);
    }
    for item in node.items() {
        walk(item, visit);
    }
}
