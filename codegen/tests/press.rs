//! The press as a command: what it prints is fresh, the same each time, and does not need what it prints.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::expect_used, clippy::panic)]

use codegen::emit::{self, TARGETS};
use codegen::words::{KEYWORDS, WORDS};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn press(arguments: &[&str], out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codegen"));
    command
        .args(arguments)
        .arg("--schema")
        .arg(root().join("schema"))
        .arg("--out")
        .arg(out);
    command.output().expect("the press runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_lies_in_the_repository_is_fresh() {
    let output = press(&["--check"], &root().join("arcp-generated"));
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn two_plans_are_the_same() {
    let print = || {
        let model = codegen::read(&root().join("schema")).expect("the schema is good");
        emit::all(&model, TARGETS).expect("every target can express it")
    };
    let (first, second) = (print(), print());
    assert!(first == second, "the same schema was printed in two ways");
    for target in TARGETS {
        let own = |path: &String| {
            *path == target.place || path.starts_with(&format!("{}/", target.place))
        };
        assert!(first.keys().any(own), "{} prints nothing", target.name);
    }
    assert!(
        first
            .keys()
            .all(|path| TARGETS.iter().any(|target| path.starts_with(target.place)))
    );
}

#[test]
fn it_prints_over_a_crate_that_does_not_compile() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("arcp-generated");
    fs::create_dir_all(out.join("src")).expect("a folder");
    fs::create_dir_all(out.join("benches")).expect("a folder");
    fs::write(out.join("src/lib.rs"), "this is no Rust").expect("written");
    fs::write(out.join("src/orphan.rs"), "nor this").expect("written");
    fs::write(out.join("benches/own.rs"), "by hand").expect("written");

    let before = press(&["--check"], &out);
    assert_eq!(before.status.code(), Some(1));
    for line in [
        "stale    arcp-generated/src/lib.rs",
        "orphan   arcp-generated/src/orphan.rs",
        "missing  arcp-generated/registry.json",
    ] {
        assert!(said(&before).contains(line), "{line} in {}", said(&before));
    }
    assert!(
        out.join("src/orphan.rs").exists(),
        "checking changes nothing"
    );

    assert!(press(&["--only", "rust"], &out).status.success());
    assert!(!out.join("registry.json").exists() && !out.join("src/orphan.rs").exists());
    assert!(press(&[], &out).status.success());
    assert!(said(&press(&["--check"], &out)).ends_with(", 0 changes\n"));
    assert_eq!(
        fs::read_to_string(out.join("benches/own.rs")).expect("kept"),
        "by hand"
    );
}

#[test]
fn what_no_target_prints_is_named_and_left_to_its_owner() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path();
    assert!(press(&["--only", "registry"], out).status.success());
    fs::create_dir_all(out.join("go")).expect("a folder");
    fs::write(out.join("go/gone.go"), "of a target that is gone").expect("written");
    fs::write(out.join("notes.txt"), "by somebody").expect("written");
    let check = press(&["--only", "registry", "--check"], out);
    assert_eq!(check.status.code(), Some(1));
    for path in ["go/gone.go", "notes.txt"] {
        let line = format!("stray    arcp-generated/{path}\n");
        assert!(said(&check).contains(&line), "{}", said(&check));
    }
    assert!(press(&["--only", "registry"], out).status.success());
    assert!(out.join("go/gone.go").exists() && out.join("notes.txt").exists());
}

#[test]
fn a_disk_that_refuses_is_named_and_nothing_is_said_to_be_written() {
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("docs"), "a file where a folder has to be").expect("written");
    let output = press(&["--only", "docs"], place.path());
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(!said(&output).contains("written"), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("docs/"));
}

#[test]
fn equal_files_are_not_touched() {
    let place = tempfile::tempdir().expect("a folder");
    assert!(
        press(&["--only", "registry"], place.path())
            .status
            .success()
    );
    let file = place.path().join("registry.json");
    let mut locked = fs::metadata(&file).expect("there").permissions();
    locked.set_readonly(true);
    fs::set_permissions(&file, locked).expect("locked");
    let time = fs::metadata(&file)
        .expect("there")
        .modified()
        .expect("a time");
    assert!(
        press(&["--only", "registry"], place.path())
            .status
            .success()
    );
    assert_eq!(
        fs::metadata(&file)
            .expect("there")
            .modified()
            .expect("a time"),
        time
    );
}

#[test]
fn an_unknown_target_is_named_with_those_that_exist() {
    let output = press(&["--only", "cobol"], Path::new("nowhere"));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && complaint.contains("cobol") && complaint.contains("typescript"),
        "{complaint}"
    );
}

#[test]
fn a_missing_schema_is_a_sentence() {
    let output = Command::new(env!("CARGO_BIN_EXE_codegen"))
        .args(["--schema", "/nowhere/at/all"])
        .output()
        .expect("the press runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be read"));
}

#[test]
fn a_name_that_is_not_read_and_a_file_that_is_no_object_are_mistakes() {
    let place = tempfile::tempdir().expect("a folder");
    let schema = place.path().join("schema");
    copy(&root().join("schema"), &schema);
    fs::rename(schema.join("examples"), schema.join("exampels")).expect("renamed");
    fs::write(schema.join("job.json"), "{}").expect("written");
    fs::write(schema.join("lease.schema.json"), "\n[]").expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_codegen"))
        .arg("--schema")
        .arg(&schema)
        .arg("--out")
        .arg(place.path().join("out"))
        .output()
        .expect("the press runs");
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    for (file, reason) in [
        ("exampels", "nothing here is read under this name"),
        ("job.json", "nothing here is read under this name"),
        (
            "lease.schema.json# (line 2)",
            "the file holds no JSON object",
        ),
    ] {
        let told = complaint
            .lines()
            .any(|line| line.contains(file) && line.contains(reason));
        assert!(told, "{file}: {reason}\n{complaint}");
    }
    assert!(!place.path().join("out").exists());
}

/// The press knows the words and keywords that the meta-schema knows, and no other.
#[test]
fn words_are_those_of_the_meta_schema() {
    let text = fs::read_to_string(root().join("schema/meta.schema.json")).expect("readable");
    let meta: Value = serde_json::from_str(&text).expect("JSON");
    let mut words = BTreeSet::new();
    let mut keywords = BTreeSet::new();
    for definition in meta["$defs"].as_object().expect("definitions").values() {
        for name in definition["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
        {
            if name.starts_with("x-arcp-") {
                words.insert(name);
            } else if KEYWORDS.contains(&name) {
                keywords.insert(name);
            }
        }
    }
    let own: BTreeSet<&str> = WORDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(own, words);
    let known: BTreeSet<&str> = KEYWORDS.iter().copied().collect();
    assert_eq!(known, keywords);
}

/// The jsonschema crate agrees that our files are what the meta-schema says.
#[test]
fn our_files_follow_the_meta_schema() {
    let read = |name: &str| -> Value {
        let text = fs::read_to_string(root().join("schema").join(name)).expect("readable");
        serde_json::from_str(&text).expect("JSON")
    };
    let validator = jsonschema::draft202012::new(&read("meta.schema.json"))
        .expect("the meta-schema is a schema");
    for entry in fs::read_dir(root().join("schema")).expect("a folder") {
        let name = entry
            .expect("readable")
            .file_name()
            .to_string_lossy()
            .into_owned();
        if !name.ends_with(".schema.json") || name == "meta.schema.json" {
            continue;
        }
        let file = read(&name);
        let errors: Vec<String> = validator
            .iter_errors(&file)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

/// An event's body is judged by its kind, and not by the first of ten arms.
#[test]
fn what_is_wrong_with_an_event_is_told_at_its_place() {
    let place = tempfile::tempdir().expect("a folder");
    let schema = place.path().join("schema");
    copy(&root().join("schema"), &schema);
    let example = schema.join("examples/job.event/progress-minimal.json");
    let text = fs::read_to_string(&example).expect("readable");
    assert_eq!(text.matches("\"current\"").count(), 1, "{text}");
    fs::write(&example, text.replace("\"current\"", "\"at\"")).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_codegen"))
        .arg("--check")
        .arg("--schema")
        .arg(&schema)
        .output()
        .expect("the press runs");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let wanted = "schema/examples/job.event/progress-minimal.json#/payload/body/current ";
    assert!(
        complaint.starts_with(wanted)
            && complaint.ends_with("codegen: 1 mistake in schema/; nothing was written\n"),
        "{complaint}"
    );
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).expect("copied");
        }
    }
}
