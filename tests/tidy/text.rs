//! What a reader meets in every file: its size, its head, its names, and no leftovers.

use std::collections::BTreeSet;

use arcp_tests::tools::repository;

use super::code::{code, words};
use super::doors::quoted;
use super::none;
use super::tree::{File, file, files, is_printed};

/// Lines of code of one file; blank lines and comments do not count.
const LINES: usize = 600;
/// Names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["util", "utils", "helper", "helpers", "manager", "misc"];
/// Keywords before a name that is declared.
const KEYWORDS: [&str; 8] = [
    "fn", "struct", "enum", "trait", "type", "mod", "const", "static",
];

fn hand_written() -> Vec<File> {
    let places = [
        ".ci",
        ".github",
        "schema",
        "codegen",
        "arcp-generated",
        "arcp-runtime",
        "tests",
        "Cargo.toml",
        "Makefile",
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "deny.toml",
    ];
    places
        .iter()
        .flat_map(|place| files(place))
        .filter(|file| !is_printed(&file.path))
        .collect()
}

fn oversized(file: &File) -> Option<String> {
    let is_program = [".rs", ".ts", ".py"]
        .iter()
        .any(|end| file.path.ends_with(end));
    let text = if file.is_rust() {
        code(&file.text)
    } else {
        file.text.clone()
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    (is_program && lines > LINES)
        .then(|| format!("{}: {lines} lines of code, at most {LINES}", file.path))
}

fn headless(file: &File) -> Option<String> {
    let needs_head =
        file.is_rust() && !file.path.contains("/templates/") && !file.path.contains("/macro_ui/");
    (needs_head && !file.text.starts_with("//! "))
        .then(|| format!("{}: lacks its `//!` head", file.path))
}

fn empty_names(file: &File) -> Vec<String> {
    let is_empty = |name: &str| {
        name.split('_').any(|part| {
            let part = part.to_lowercase();
            EMPTY_NAMES
                .iter()
                .any(|empty| part == *empty || part.ends_with("manager"))
        })
    };
    let mut violations = Vec::new();
    if file
        .path
        .split('/')
        .any(|part| is_empty(part.split('.').next().unwrap_or(part)))
    {
        violations.push(format!("{}: a name that says nothing", file.path));
    }
    if file.is_rust() {
        let code = code(&file.text);
        let mut declares = false;
        for (line, word) in words(&code) {
            if declares && is_empty(word) {
                violations.push(format!("{}:{line}: `{word}` says nothing", file.path));
            }
            declares = KEYWORDS.contains(&word);
        }
    }
    violations
}

/// Words of unfinished work, of tests that do not run, and of one machine.
fn leftovers(file: &File, checkout: &str) -> Vec<String> {
    // This file has to name them, and a lock is not ours to write.
    if file.path == "tests/tidy/text.rs"
        || file.path.ends_with("-lock.json")
        || file.path.ends_with("requirements.txt")
    {
        return Vec::new();
    }
    let anywhere = ["TODO", "FIXME", "XXX", "HACK", "/home/", "/root/"];
    let in_rust = ["#[ignore", "todo!(", "dbg!(", "#![allow(clippy::all"];
    let in_tests = ["thread::sleep"];
    let is_test = file.path.starts_with("tests/it/") || file.path.contains("/tests");
    let words = anywhere
        .iter()
        .chain(in_rust.iter().filter(|_| file.is_rust()))
        .chain(in_tests.iter().filter(|_| is_test));
    let of_words = words.flat_map(|word| {
        let lines = file.text.lines().enumerate();
        lines
            .filter(move |(_, line)| line.contains(word))
            .map(move |(line, _)| (line, *word))
    });
    let lines = file.text.lines().enumerate();
    let of_checkout = lines
        .filter(|(_, line)| names_path(line, checkout))
        .map(|(line, _)| (line, checkout));
    of_words
        .chain(of_checkout)
        .map(|(line, word)| format!("{}:{}: `{word}` has no place here", file.path, line + 1))
        .collect()
}

/// Whether a line names this absolute path, or one below it, and not just a longer path in which it occurs.
fn names_path(line: &str, path: &str) -> bool {
    let is_of_path = |c: char| c.is_alphanumeric() || "/.-_~}>".contains(c);
    path.len() > 1
        && line.match_indices(path).any(|(at, found)| {
            let (before, after) = (&line[..at], &line[at + found.len()..]);
            !before.ends_with(is_of_path)
                && !after.starts_with(|c: char| c.is_alphanumeric() || "-_".contains(c))
        })
}

/// Files that the documents name and that are not there. A name may leave out where it begins; one with `<…>` or `…` stands for many.
fn missing_paths(document: &File, paths: &BTreeSet<String>) -> Vec<String> {
    let roots = ["", "arcp-runtime/src/", "codegen/src/", "arcp-generated/"];
    let is_path = |word: &&str| {
        let ends = [".rs", ".json", ".toml", ".md", "/"];
        ends.iter().any(|end| word.ends_with(end))
            && !word.contains(['<', '…', '*', ' ', ':'])
            && word.len() > 1
    };
    let is_there = |word: &str| {
        roots.iter().any(|root| {
            let path = format!("{root}{word}");
            paths.contains(&path)
                || path.ends_with('/')
                    && paths
                        .range(path.clone()..)
                        .next()
                        .is_some_and(|next| next.starts_with(&path))
        })
    };
    quoted(&document.text)
        .filter(is_path)
        .filter(|word| !is_there(word))
        .map(|word| format!("{}: `{word}` is not there", document.path))
        .collect()
}

#[test]
fn the_documents_name_what_is_there() {
    let paths: BTreeSet<String> = hand_written()
        .into_iter()
        .chain(files("arcp-generated"))
        .map(|file| file.path)
        .collect();
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(file);
    none(
        &documents
            .iter()
            .flat_map(|document| missing_paths(document, &paths))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn files_are_small_and_say_what_they_are_for() {
    let files = hand_written();
    none(
        &files
            .iter()
            .filter_map(oversized)
            .chain(files.iter().filter_map(headless))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn names_say_something() {
    none(
        &hand_written()
            .iter()
            .flat_map(empty_names)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn nothing_is_left_over() {
    let checkout = repository().to_string_lossy();
    none(
        &hand_written()
            .iter()
            .flat_map(|file| leftovers(file, &checkout))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn what_is_untidy_is_seen() {
    let rust = |text: &str| File::new("codegen/src/a.rs", text);
    assert!(oversized(&rust(&"f();\n// b\n\n".repeat(600))).is_none());
    assert!(oversized(&rust(&"f();\n".repeat(601))).is_some());
    assert!(headless(&rust("use a;")).is_some() && headless(&rust("//! A.")).is_none());
    assert!(empty_names(&rust("fn sail() {} // helper")).is_empty());
    assert_eq!(
        empty_names(&rust("struct SessionManager; mod utils;")).len(),
        2
    );
    assert_eq!(
        empty_names(&File::new("codegen/src/helpers/a.rs", "")).len(),
        1
    );
    let leftovers = |file: &File| leftovers(file, "/build/here");
    assert_eq!(leftovers(&rust("// TODO: later\n#[ignore]\n")).len(), 2);
    let named = "cd /build/here\n`/build/here/a`\n\"/build/here\"\n";
    assert_eq!(leftovers(&File::new("README.md", named)).len(), 3);
    let others = "a/build/here https://host/build/here /build/hereafter /build/here-not\n";
    assert!(leftovers(&File::new("README.md", others)).is_empty());
    let paths = ["arcp-runtime/src/a.rs".to_owned()].into();
    let document = File::new(
        "README.md",
        "`a.rs`, `arcp-runtime/`, `<x>.rs`, `b.rs` and `c/`",
    );
    assert_eq!(missing_paths(&document, &paths).len(), 2);
    assert_eq!(
        leftovers(&File::new("README.md", "see /home/me and #[ignore]")).len(),
        1
    );
}
