//! The targets: one line each. An emitter is a pure function from the model to files.
//!
//! It does not write: `plan` compares what is emitted with the disk and `main` writes.

pub mod bundle;
pub mod docs;
pub mod json;
pub mod lookup;
mod package;
pub mod pattern;
pub mod prose;
pub mod python;
pub mod registry;
pub mod rust;
pub mod typescript;
pub mod vectors;
mod views;

use crate::model::Model;
use crate::problem::Problem;
use std::collections::BTreeMap;

/// File contents by path relative to `arcp-generated/`, with `/` between the parts.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One output of the press.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What `--only` takes.
    pub name: &'static str,
    /// The file or folder below `arcp-generated/` that belongs to the target alone.
    pub place: &'static str,
    /// What it is, for `--list`.
    pub about: &'static str,
    /// The emitter.
    pub emit: fn(&Model) -> Result<Files, Vec<Problem>>,
}

/// All targets, in the order in which `--list` shows them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "rust",
        place: "src",
        about: "Rust types, decoder and encoder",
        emit: rust::emit,
    },
    Target {
        name: "typescript",
        place: "typescript",
        about: "TypeScript package",
        emit: typescript::emit,
    },
    Target {
        name: "python",
        place: "python",
        about: "Python package",
        emit: python::emit,
    },
    Target {
        name: "docs",
        place: "docs",
        about: "protocol reference in Markdown",
        emit: docs::emit,
    },
    Target {
        name: "vectors",
        place: "vectors",
        about: "frames that every language must read or refuse",
        emit: vectors::emit,
    },
    Target {
        name: "bundle",
        place: "schema",
        about: "the schema in one file",
        emit: bundle::emit,
    },
    Target {
        name: "registry",
        place: "registry.json",
        about: "types, kinds, codes and features as JSON",
        emit: registry::emit,
    },
];

/// Runs the given targets.
///
/// # Errors
/// Everything that any of them cannot express, sorted.
pub fn all(model: &Model, targets: &[Target]) -> Result<Files, Vec<Problem>> {
    let mut files = Files::new();
    let mut problems = Vec::new();
    for target in targets {
        match (target.emit)(model) {
            Ok(more) => files.extend(more),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() {
        return Ok(files);
    }
    problems.sort();
    problems.dedup();
    Err(problems)
}
