//! What `protocol/` must not know: time, randomness, threads, files, sockets, tasks. And who alone may read a clock or roll dice.

use super::code::{code, production, words};
use super::none;
use super::tree::{File, files};

/// Words that have no business in a pure room.
const IMPURE: [&str; 16] = [
    "tokio",
    "Instant",
    "SystemTime",
    "getrandom",
    "rand",
    "fs",
    "net",
    "io",
    "thread",
    "process",
    "env",
    "spawn",
    "async",
    "await",
    "futures_util",
    "rusqlite",
];

fn impure(file: &File) -> Vec<String> {
    if is_test(&file.path) {
        return Vec::new();
    }
    words(&production(&file.text))
        .filter(|(_, word)| IMPURE.contains(word))
        .map(|(line, word)| format!("{}:{line}: `{word}` in a pure room", file.path))
        .collect()
}

/// Calls that only one file of the runtime may make, so that a test can put a clock or dice of its own in their place.
const SOURCES: [(&str, &str); 4] = [
    ("SystemTime::now", "arcp-runtime/src/clock.rs"),
    ("std::time::Instant::now", "arcp-runtime/src/clock.rs"),
    ("Timestamp::now", "arcp-runtime/src/clock.rs"),
    ("getrandom::", "arcp-runtime/src/id.rs"),
];

fn own_clock(file: &File) -> Vec<String> {
    let code = code(&file.text);
    SOURCES
        .iter()
        .filter(|(call, home)| file.path != *home && code.contains(call))
        .map(|(call, home)| format!("{}: `{call}` belongs into {home}", file.path))
        .collect()
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

#[test]
fn the_protocol_is_pure() {
    let files = files("arcp-runtime/src/protocol");
    none(&files.iter().flat_map(impure).collect::<Vec<_>>());
}

#[test]
fn time_and_chance_have_one_source() {
    let files = files("arcp-runtime/src");
    let library = files.iter().filter(|file| !file.path.contains("/bin/"));
    none(&library.flat_map(own_clock).collect::<Vec<_>>());
}

#[test]
fn impurity_is_seen() {
    let plant = |text: &str| impure(&File::new("arcp-runtime/src/protocol/job.rs", text)).len();
    assert_eq!(
        plant(
            "use crate::clock::Now; // no tokio here\n#[cfg(test)]\nmod tests { use std::fs; }\n"
        ),
        0
    );
    assert_eq!(plant("use std::time::Instant;"), 1);
    assert_eq!(plant("async fn f() { g().await }"), 2);
    let plant = |text: &str| own_clock(&File::new("arcp-runtime/src/server.rs", text)).len();
    assert_eq!(plant("let now = self.clock.now();"), 0);
    assert_eq!(plant("let now = jiff::Timestamp::now();"), 1);
}
