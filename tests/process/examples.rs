//! Every example is run as a user runs it: it ends well, by itself, and says what stands beside it in `NAME.out`.
//!
//! `UPDATE_EXAMPLES=1` writes what they say down. Cargo builds the examples of a package for `cargo test`, but not for `cargo test --test process`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::process::Command;

/// How long one example may take; they need far less.
const PATIENCE: Duration = Duration::from_mins(1);
/// Examples that run at the same time.
const AT_ONCE: usize = 4;
const BUILD: &str = "cargo test --workspace --no-run";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The names of the files that end like this.
fn names(folder: &Path, end: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(end).map(ToOwned::to_owned))
        .collect()
}

/// The program of an example, built from what stands there now.
fn program(name: &str) -> Result<PathBuf, String> {
    let built = Path::new(env!("CARGO_BIN_EXE_arcp")).with_file_name("examples");
    let program = built
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    let time = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    let source = folder().join(name).with_extension("rs");
    match (time(&program), time(&source)) {
        (Some(built), Some(written)) if built >= written => Ok(program),
        (Some(_), _) => Err(format!(
            "{name}: is older than its source; build it: {BUILD}"
        )),
        (None, _) => Err(format!("{name}: is not built; build it: {BUILD}")),
    }
}

/// Runs an example; what it says, or what is wrong with it.
async fn run(name: &str) -> Result<String, String> {
    let child = Command::new(program(name)?)
        .stdin(Stdio::null())
        .env_remove("RUST_LOG")
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, child)
        .await
        .map_err(|_| format!("{name}: did not end within {PATIENCE:?}"))?
        .map_err(|error| format!("{name}: cannot be started: {error}"))?;
    let (said, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    if output.status.success() && errors.is_empty() {
        return Ok(said.into_owned());
    }
    Err(format!(
        "{name}: ended with {}\n{said}{errors}",
        output.status
    ))
}

/// Whether it said what was expected; otherwise the lines that differ.
fn compare(name: &str, expected: &str, said: &str) -> Result<(), String> {
    if expected == said {
        return Ok(());
    }
    let mut text = format!("{name}: says something else (UPDATE_EXAMPLES=1 writes it down)");
    let (mut old, mut new) = (expected.lines(), said.lines());
    loop {
        match (old.next(), new.next()) {
            (None, None) => return Err(text),
            (Some(old), Some(new)) if old == new => _ = write!(text, "\n  {old}"),
            (old, new) => {
                let _ = old.map(|line| write!(text, "\n- {line}"));
                let _ = new.map(|line| write!(text, "\n+ {line}"));
            }
        }
    }
}

async fn check(name: &str) -> Result<(), String> {
    let said = run(name).await?;
    let file = folder().join(name).with_extension("out");
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        return std::fs::write(file, said).map_err(|error| format!("{name}: {error}"));
    }
    let expected = std::fs::read_to_string(&file).map_err(|error| {
        format!("{name}: its {name}.out cannot be read ({error}); UPDATE_EXAMPLES=1 writes it")
    })?;
    compare(name, &expected, &said)
}

#[tokio::test]
async fn every_example_says_what_it_promises() {
    let (sources, outputs) = (names(&folder(), ".rs"), names(&folder(), ".out"));
    assert!(!sources.is_empty());
    let mut wrong: Vec<String> = stream::iter(&sources)
        .map(|name| check(name))
        .buffer_unordered(AT_ONCE)
        .filter_map(async |outcome| outcome.err())
        .collect()
        .await;
    let alone = outputs.difference(&sources);
    wrong.extend(alone.map(|name| format!("{name}.out: its example is gone")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn another_output_is_seen() {
    assert_eq!(compare("a", "one\ntwo\n", "one\ntwo\n"), Ok(()));
    let wrong = compare("a", "one\ntwo\n", "one\n2\nthree\n").unwrap_err();
    assert!(wrong.ends_with("\n  one\n- two\n+ 2\n+ three"), "{wrong}");
    // An end of line that is missing is a difference too.
    assert!(compare("a", "one\n", "one").is_err());
    assert!(program("nothing").unwrap_err().contains(BUILD));
}
