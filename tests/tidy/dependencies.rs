//! Dependencies: each has a reason, is used, and is written down once.

use std::collections::BTreeSet;

use super::code::{code, words};
use super::doors::table;
use super::none;
use super::tree::{File, file, files};

/// The manifests of the workspace's crates.
pub(crate) fn manifests() -> Vec<File> {
    let root = file("Cargo.toml").text;
    let lines = root
        .lines()
        .skip_while(|line| *line != "members = [")
        .skip(1);
    let manifests: Vec<File> = lines
        .take_while(|line| *line != "]")
        .filter_map(|line| line.split('"').nth(1))
        .map(|place| file(&format!("{place}/Cargo.toml")))
        .collect();
    assert!(!manifests.is_empty(), "Cargo.toml lists no members");
    manifests
}

/// The names in a part of a manifest.
pub(crate) fn named(manifest: &str, part: &str) -> Vec<String> {
    let head = format!("[{part}]");
    manifest
        .lines()
        .skip_while(|line| line.trim() != head)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|name| !name.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// Every dependency needs a reason, and every reason a dependency.
fn without_reason(shared: &[String], reasons: &BTreeSet<String>) -> Vec<String> {
    let shared: BTreeSet<_> = shared
        .iter()
        .filter(|name| !name.starts_with("arcp-"))
        .cloned()
        .collect();
    let missing = shared
        .difference(reasons)
        .map(|name| format!("{name} has no reason in ARCHITECTURE.md"));
    let gone = reasons
        .difference(&shared)
        .map(|name| format!("ARCHITECTURE.md gives a reason for {name}, which nobody uses"));
    missing.chain(gone).collect()
}

/// Dependencies that no source of their crate names.
fn unused(manifest: &File, sources: &[File]) -> Vec<String> {
    let place = manifest.path.trim_end_matches("Cargo.toml");
    // A crate may have a test whose sources lie in another folder.
    let elsewhere: Vec<&str> = manifest
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"../")?.rsplit_once('/'))
        .map(|(folder, _)| folder)
        .collect();
    let own = |path: &str| {
        let inside = path.starts_with(place)
            && !(place == "codegen/" && path.starts_with("codegen/macros/"));
        inside || elsewhere.iter().any(|folder| path.starts_with(folder))
    };
    let texts: Vec<String> = sources
        .iter()
        .filter(|file| own(&file.path))
        .map(|file| code(&file.text))
        .collect();
    let used: BTreeSet<&str> = texts
        .iter()
        .flat_map(|text| words(text))
        .map(|(_, word)| word)
        .collect();
    ["dependencies", "dev-dependencies"]
        .iter()
        .flat_map(|part| named(&manifest.text, part))
        .filter(|name| !used.contains(name.replace('-', "_").as_str()))
        .map(|name| format!("{}: nobody names {name}", manifest.path))
        .collect()
}

/// What each manifest has to say.
fn unruly(manifest: &File) -> Vec<String> {
    let mut violations = Vec::new();
    for rule in [
        "[lints]\nworkspace = true",
        "publish.workspace = true",
        "license.workspace = true",
    ] {
        if !manifest.text.contains(rule) {
            violations.push(format!(
                "{}: lacks `{}`",
                manifest.path,
                rule.replace('\n', " ")
            ));
        }
    }
    for part in ["dependencies", "dev-dependencies"] {
        let lines = manifest
            .text
            .lines()
            .skip_while(|line| *line != format!("[{part}]"))
            .skip(1);
        for line in lines
            .take_while(|line| !line.starts_with('['))
            .filter(|line| line.contains('='))
        {
            if !line.contains("workspace = true") {
                violations.push(format!(
                    "{}: `{line}` does not come from the workspace",
                    manifest.path
                ));
            }
        }
    }
    violations
}

#[test]
fn every_dependency_has_a_reason() {
    let reasons = table(&file("ARCHITECTURE.md").text, "## Dependencies")
        .into_keys()
        .collect();
    none(&without_reason(
        &named(&file("Cargo.toml").text, "workspace.dependencies"),
        &reasons,
    ));
}

#[test]
fn every_dependency_is_used_by_a_crate_that_lists_it() {
    let sources: Vec<File> = ["codegen", "arcp-generated", "arcp-runtime", "tests"]
        .iter()
        .flat_map(|place| files(place))
        .filter(File::is_rust)
        .collect();
    let manifests = manifests();
    none(
        &manifests
            .iter()
            .flat_map(|manifest| unused(manifest, &sources))
            .collect::<Vec<_>>(),
    );
    let listed: BTreeSet<String> = manifests
        .iter()
        .flat_map(|manifest| {
            ["dependencies", "dev-dependencies"].map(|part| named(&manifest.text, part))
        })
        .flatten()
        .collect();
    let shared = named(&file("Cargo.toml").text, "workspace.dependencies");
    let left = shared.into_iter().filter(|name| !listed.contains(name));
    none(
        &left
            .map(|name| format!("Cargo.toml: no crate lists {name}"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_crate_keeps_the_rules_of_the_workspace() {
    none(&manifests().iter().flat_map(unruly).collect::<Vec<_>>());
}

#[test]
fn a_dependency_out_of_order_is_seen() {
    let reasons = ["serde".to_owned(), "old".to_owned()].into();
    let shared = [
        "serde".to_owned(),
        "new".to_owned(),
        "arcp-runtime".to_owned(),
    ];
    assert_eq!(without_reason(&shared, &reasons).len(), 2);

    let manifest = File::new(
        "a/Cargo.toml",
        "[dependencies]\nserde.workspace = true\nserde-json = \"1\"\n",
    );
    let sources = [File::new("a/src/lib.rs", "use serde::X; // serde_json")];
    assert_eq!(
        unused(&manifest, &sources),
        ["a/Cargo.toml: nobody names serde-json"]
    );
    assert_eq!(unruly(&manifest).len(), 4);
}
