//! Limits: all in one file, and each of them kept by somebody.

use std::collections::BTreeSet;

use super::code::{code, production, words};
use super::none;
use super::tree::{File, file, files};

const HOME: &str = "arcp-runtime/src/limits.rs";

/// The constants and fields that a file of limits declares.
fn declared(text: &str) -> Vec<String> {
    let code = code(text);
    let bodies = code
        .split("pub struct ")
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    let fields = bodies
        .flat_map(str::lines)
        .filter_map(|line| line.trim().strip_prefix("pub "));
    let constants = code
        .lines()
        .filter_map(|line| line.trim().split("const ").nth(1));
    fields
        .chain(constants)
        .filter_map(|rest| rest.split(':').next())
        .map(|name| name.trim().to_owned())
        .collect()
}

/// Limits that no production code outside of their file and of the flags names.
fn unkept(limits: &File, sources: &[File]) -> Vec<String> {
    let keepers = sources
        .iter()
        .filter(|file| file.path != limits.path && !file.path.contains("/bin/"));
    let texts: Vec<String> = keepers.map(|file| production(&file.text)).collect();
    let used: BTreeSet<&str> = texts
        .iter()
        .flat_map(|text| words(text))
        .map(|(_, word)| word)
        .collect();
    declared(&limits.text)
        .into_iter()
        .filter(|name| !used.contains(name.as_str()))
        .map(|name| format!("{}: nobody keeps {name}", limits.path))
        .collect()
}

/// Limits that stand somewhere else.
fn strays(file: &File) -> Vec<String> {
    let code = production(&file.text);
    code.lines()
        .enumerate()
        .filter(|(_, line)| {
            let name = line.trim().split("const ").nth(1).unwrap_or_default();
            name.starts_with("MAX_") || name.starts_with("DEFAULT_")
        })
        .map(|(line, text)| {
            format!(
                "{}:{}: `{}` belongs into {HOME}",
                file.path,
                line + 1,
                text.trim()
            )
        })
        .collect()
}

#[test]
fn every_limit_is_kept() {
    none(&unkept(&file(HOME), &files("arcp-runtime/src")));
}

#[test]
fn every_limit_stands_in_one_file() {
    let files = files("arcp-runtime/src");
    let others = files
        .iter()
        .filter(|file| file.path != HOME && !file.path.contains("/bin/"));
    none(&others.flat_map(strays).collect::<Vec<_>>());
}

#[test]
fn a_limit_out_of_order_is_seen() {
    let limits = File::new(
        HOME,
        "pub struct Limits {\n /// A: b.\n pub kept: usize,\n pub loose: u64,\n}\npub(crate) const MAX_KEPT: usize = 1;\nconst MAX_LOOSE: u8 = 2;\n",
    );
    let keeper = File::new(
        "arcp-runtime/src/a.rs",
        "fn f() { limits.kept + MAX_KEPT }\n#[cfg(test)]\nmod tests { fn g() { MAX_LOOSE } }",
    );
    assert_eq!(
        unkept(&limits, &[keeper, limits.clone()]),
        [
            format!("{HOME}: nobody keeps loose"),
            format!("{HOME}: nobody keeps MAX_LOOSE")
        ]
    );
    assert_eq!(
        strays(&File::new(
            "arcp-runtime/src/a.rs",
            "// const MAX_A: u8\npub const MAX_DEPTH: u8 = 1;"
        ))
        .len(),
        1
    );
}
