//! Examples: each says what it shows, how it is run and where the specification has it, stays short, and stands in the README.

use super::code::code;
use super::none;
use super::tree::{File, file, files};

const HOME: &str = "arcp-runtime/examples/";
/// Lines of code of one example; blank lines and comments do not count.
const LINES: usize = 80;

/// The rows that the README has to have.
fn row(example: &File) -> String {
    let name = example.stem();
    let first = example.text.lines().next().unwrap_or_default();
    let shows = first.trim_start_matches("//! ").trim_end_matches('.');
    format!("| [`{name}`]({HOME}{name}.rs) | {shows} |")
}

/// What is wrong with an example by itself.
fn unruly(example: &File) -> Vec<String> {
    let name = example.stem();
    let head: Vec<&str> = example
        .text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .collect();
    let runs = head.iter().any(|line| {
        line.starts_with("//! `cargo run -p arcp-runtime ")
            && line.ends_with(&format!("--example {name}`"))
    });
    let first = head.first().copied().unwrap_or_default();
    let code = code(&example.text);
    let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
    let faults = [
        (!runs, "its head does not say how it is run"),
        (!first.contains('§'), "its first line names no section"),
        (lines > LINES, "it is too long for an example"),
        (
            code.contains("arcp_generated"),
            "it needs a second dependency; the same is in arcp_runtime::wire",
        ),
        (
            code.contains(".unwrap()") || code.contains(".expect("),
            "it panics where it could say what is wrong",
        ),
    ];
    faults
        .into_iter()
        .filter(|(wrong, _)| *wrong)
        .map(|(_, fault)| format!("{}: {fault}", example.path))
        .collect()
}

/// Rows that the README lacks, and rows that are nobody's.
fn astray(readme: &str, examples: &[File]) -> Vec<String> {
    let wanted: Vec<String> = examples.iter().map(row).collect();
    let there: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| [`") && line.contains(&format!("]({HOME}")))
        .collect();
    let missing = wanted
        .iter()
        .filter(|row| !there.contains(&row.as_str()))
        .map(|row| format!("README.md lacks the row: {row}"));
    let stale = there
        .iter()
        .filter(|row| !wanted.iter().any(|wanted| wanted == *row))
        .map(|row| format!("README.md has a row that no example gives: {row}"));
    missing.chain(stale).collect()
}

#[test]
fn every_example_introduces_itself() {
    let examples: Vec<File> = files(HOME).into_iter().filter(File::is_rust).collect();
    let mut violations: Vec<String> = examples.iter().flat_map(unruly).collect();
    violations.extend(astray(&file("README.md").text, &examples));
    none(&violations);
}

#[test]
fn a_careless_example_is_seen() {
    let good =
        "//! Shows it (§1).\n//!\n//! `cargo run -p arcp-runtime --features x --example a`\n";
    let example = |text: &str| File::new("arcp-runtime/examples/a.rs", text);
    assert!(unruly(&example(good)).is_empty());
    assert_eq!(unruly(&example("fn main() { a().unwrap() }")).len(), 3);
    assert_eq!(
        unruly(&example(&format!("{good}{}", "f();\n".repeat(81)))).len(),
        1
    );
    let second = format!("{good}use arcp_generated::job::Submit;\n");
    assert_eq!(unruly(&example(&second)).len(), 1);
    let row = row(&example(good));
    assert_eq!(row, "| [`a`](arcp-runtime/examples/a.rs) | Shows it (§1) |");
    assert!(astray(&format!("x\n{row}\n"), &[example(good)]).is_empty());
    assert_eq!(astray("", &[example(good)]).len(), 1);
    assert_eq!(
        astray(
            &format!("{row}\n{}\n", row.replace("a.rs", "b.rs")),
            &[example(good)]
        )
        .len(),
        1
    );
}
