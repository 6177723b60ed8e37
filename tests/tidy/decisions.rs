//! What comments cite is there: decisions in `schema/README.md`, documents in the repository, sections in the specification.

use std::collections::BTreeSet;

use super::none;
use super::text::hand_written;
use super::tree::{File, file};

/// Where decisions are listed.
const LIST: &str = "schema/README.md";
/// Here such names are planted.
const PLANTED: &str = "tests/tidy/";
/// A section of the specification is cited by its number alone; these words make it one of another document.
const ELSEWHERE: [&str; 4] = ["wire §", "dialects §", "DESIGN rule", "wire A-"];

/// The numbers of decisions in a text: `A-` and two digits, with nothing like a word around them.
fn decisions(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("A-").filter_map(move |(start, _)| {
        let end = start + 4;
        let name = text.get(start..end)?;
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
        let is_number = name[2..].chars().all(|digit| digit.is_ascii_digit());
        let is_alone = !text[..start].ends_with(is_word) && !text[end..].starts_with(is_word);
        (is_number && is_alone).then_some(name)
    })
}

/// The decisions of the list: `- A-12, A-64: …`.
fn listed(list: &str) -> BTreeSet<&str> {
    let (_, decided) = list.split_once("\n## Decisions\n").unwrap_or_default();
    let heads = decided
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(':'));
    heads.flat_map(|(head, _)| decisions(head)).collect()
}

fn lines(file: &File) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(file.text.lines())
}

/// Decisions that a file names and that the list does not have.
fn unlisted(file: &File, listed: &BTreeSet<&str>) -> Vec<String> {
    let named = lines(file).flat_map(|(line, text)| decisions(text).map(move |name| (line, name)));
    named
        .filter(|(_, name)| !listed.contains(name))
        .map(|(line, name)| format!("{}:{line}: {name} is not listed in {LIST}", file.path))
        .collect()
}

/// Documents that a program's text names and that are nowhere in the repository.
fn lost_documents(file: &File, known: &BTreeSet<String>) -> Vec<String> {
    if !file.is_rust() && !file.ends_with("yaml") {
        return Vec::new();
    }
    let letters = |letter: char| !(letter.is_alphanumeric() || "._-".contains(letter));
    let documents = lines(file).flat_map(|(line, text)| {
        let words = text.split(letters).map(|word| word.trim_matches('.'));
        words
            .filter(|word| {
                word.strip_suffix(".md")
                    .is_some_and(|stem| !stem.is_empty())
            })
            .filter(|word| !known.contains(*word))
            .map(move |word| (line, word.to_owned()))
    });
    let elsewhere = lines(file).flat_map(|(line, text)| {
        let words = ELSEWHERE.into_iter().filter(|word| text.contains(word));
        words.map(move |word| (line, format!("`{word}…`")))
    });
    documents
        .chain(elsewhere)
        .map(|(line, word)| format!("{}:{line}: {word} is no document of ours", file.path))
        .collect()
}

#[test]
fn every_decision_that_is_named_is_listed() {
    let list = file(LIST);
    let listed = listed(&list.text);
    assert!(listed.len() > 40, "the list was not found: {listed:?}");
    let files = hand_written();
    none(
        &files
            .iter()
            .filter(|file| !file.path.starts_with(PLANTED))
            .flat_map(|file| unlisted(file, &listed))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn comments_cite_documents_that_are_there() {
    let files: Vec<File> = hand_written()
        .into_iter()
        .chain(super::tree::files("arcp-generated"))
        .collect();
    let known: BTreeSet<String> = files
        .iter()
        .filter(|file| file.ends_with("md"))
        .filter_map(|file| Some(file.path.rsplit('/').next()?.to_owned()))
        .collect();
    none(
        &files
            .iter()
            .filter(|file| !file.path.starts_with(PLANTED))
            .flat_map(|file| lost_documents(file, &known))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_lost_citation_is_seen() {
    let list =
        "# A\n\n- A-03: above.\n\n## Decisions\n\n- A-01: one, see A-04.\n- A-12, A-64: two.\n";
    let listed = listed(list);
    assert_eq!(Vec::from_iter(listed.clone()), ["A-01", "A-12", "A-64"]);
    let rust = |text: &str| File::new("codegen/src/a.rs", text);
    assert_eq!(
        unlisted(&rust("// A-64, SHA-25, A-123\n// (§5, A-04)"), &listed),
        ["codegen/src/a.rs:2: A-04 is not listed in schema/README.md"]
    );
    let known = BTreeSet::from(["README.md".to_owned()]);
    assert!(lost_documents(&rust("// see README.md, wire::LIMIT, §7.9"), &known).is_empty());
    assert_eq!(
        lost_documents(&rust("// (wire.md §6).\n// (§4, wire §7.9)"), &known),
        [
            "codegen/src/a.rs:1: wire.md is no document of ours",
            "codegen/src/a.rs:2: `wire §…` is no document of ours"
        ]
    );
}
