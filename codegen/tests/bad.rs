//! Schemas that must be refused: each case is `bad/base` with a few edits, and the exact words of the refusal.
//!
//! After a deliberate change of words: `CODEGEN_BLESS=1 cargo test -p codegen --test bad`, then read the difference.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::expect_used, clippy::panic)]

use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Put one text in the place of another, which must occur exactly once.
#[derive(Deserialize)]
struct Edit {
    file: String,
    find: String,
    put: String,
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// Runs the press over a schema. What it would write goes below `out`, where an older print lies.
fn press(schema: &Path, out: &Path) -> Output {
    fs::create_dir_all(out.join("src")).expect("a folder");
    fs::write(out.join("src/old.rs"), "// an older print\n").expect("written");
    Command::new(env!("CARGO_BIN_EXE_codegen"))
        .args(["--only", "rust", "--schema"])
        .arg(schema)
        .arg("--out")
        .arg(out)
        .output()
        .expect("the press runs")
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| {
        entry
            .expect("readable")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

#[test]
fn the_base_itself_is_good() {
    let place = tempfile::tempdir().expect("a folder");
    let output = press(&home().join("base"), &place.path().join("out"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let printed = files(&place.path().join("out/src"));
    assert!(
        printed.contains(&"session.rs".to_owned()) && !printed.contains(&"old.rs".to_owned()),
        "{printed:?}"
    );
}

#[test]
fn each_bad_schema_is_refused_in_so_many_words() {
    let mut wrong = Vec::new();
    let cases = files(&home().join("cases"));
    assert!(cases.len() > 30);
    for case in cases {
        let folder = home().join("cases").join(&case);
        let place = tempfile::tempdir().expect("a folder");
        let (schema, out) = (place.path().join("schema"), place.path().join("out"));
        copy(&home().join("base"), &schema);
        let edits = fs::read_to_string(folder.join("edit.json")).expect("edits");
        let edits: Vec<Edit> = serde_json::from_str(&edits).expect("edits are JSON");
        for edit in edits {
            let text = fs::read_to_string(schema.join(&edit.file)).expect("the file is there");
            assert_eq!(
                text.matches(&edit.find).count(),
                1,
                "{case}: {} in {}",
                edit.find,
                edit.file
            );
            fs::write(schema.join(&edit.file), text.replace(&edit.find, &edit.put))
                .expect("written");
        }
        let output = press(&schema, &out);
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{case}: {said}");
        assert_eq!(
            files(&out.join("src")),
            ["old.rs"],
            "{case}: something was written"
        );
        let golden = folder.join("problems.txt");
        if std::env::var_os("CODEGEN_BLESS").is_some() {
            fs::write(&golden, &said).expect("written");
        } else if fs::read_to_string(&golden).unwrap_or_default() != said {
            wrong.push(format!("{case}:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
