//! Same noun, same file name: in the schema, in each print of it.

use std::collections::BTreeSet;

use super::none;
use super::tree::{File, files};

/// Where each language keeps its rooms, and how its files end.
const PRINTS: [(&str, &str); 3] = [
    ("arcp-generated/src/", ".rs"),
    ("arcp-generated/typescript/src/", ".ts"),
    ("arcp-generated/python/arcp_generated/", ".py"),
];
/// The frame around all rooms is printed as `envelope` and as the language's message type; the schema of the schema is not printed.
const FRAMES: [&str; 2] = ["arcp", "meta"];

fn lost(schemas: &[File], printed: &[File]) -> Vec<String> {
    let paths: BTreeSet<&str> = printed.iter().map(|file| file.path.as_str()).collect();
    let nouns = schemas
        .iter()
        .filter(|file| file.path.ends_with(".schema.json") && file.path.matches('/').count() == 1)
        .map(File::stem)
        .filter(|noun| !FRAMES.contains(noun))
        .chain(["envelope"]);
    nouns
        .flat_map(|noun| PRINTS.map(|(place, end)| format!("{place}{noun}{end}")))
        .filter(|path| !paths.contains(path.as_str()))
        .map(|path| format!("{path} is missing: the schema has that noun"))
        .collect()
}

#[test]
fn a_noun_has_one_name_in_every_language() {
    none(&lost(&files("schema"), &files("arcp-generated")));
}

#[test]
fn a_lost_noun_is_seen() {
    let schemas = [
        File::new("schema/job.schema.json", ""),
        File::new("schema/meta.schema.json", ""),
    ];
    let print =
        |noun: &str| PRINTS.map(|(place, end)| File::new(&format!("{place}{noun}{end}"), ""));
    let mut printed: Vec<File> = [print("job"), print("envelope")].concat();
    assert!(lost(&schemas, &printed).is_empty());
    printed.remove(1);
    assert_eq!(
        lost(&schemas, &printed),
        ["arcp-generated/typescript/src/job.ts is missing: the schema has that noun"]
    );
}
