//! The invariants of ARCHITECTURE.md that no compiler holds: doors between rooms, purity, limits, names, sizes, dead files.
//!
//! Each check is a function of texts, so that a planted violation shows that it can fail; one test for each runs it over the repository.
//! It knows only what can be read off the text: a `use` behind a macro is not seen.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod code;
mod dead;
mod decisions;
mod dependencies;
mod doors;
mod examples;
mod limits;
mod nouns;
mod outside;
mod purity;
mod text;
mod tree;

/// Fails with every violation at once.
#[track_caller]
fn none(violations: &[String]) {
    assert!(
        violations.is_empty(),
        "{} violations\n{}",
        violations.len(),
        violations.join("\n")
    );
}
