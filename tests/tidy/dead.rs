//! Dead files: sources that no `mod` reaches, templates, corpora and snapshots that no source names.

use std::collections::BTreeSet;

use super::code::code;
use super::none;
use super::tree::{File, files, is_printed};

/// Files that cargo compiles by themselves.
fn is_root(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let in_tests = |crate_: &str| {
        ["tests", "benches", "examples"].iter().any(|folder| {
            path.strip_prefix(&format!("{crate_}/{folder}/"))
                .is_some_and(|rest| !rest.contains('/'))
        })
    };
    matches!(name, "main.rs" | "build.rs")
        || path.ends_with("/lib.rs")
        || [
            "codegen",
            "codegen/macros",
            "arcp-generated",
            "arcp-runtime",
        ]
        .into_iter()
        .any(in_tests)
}

/// The files that the modules of a file may be.
fn modules(file: &File) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let home = if is_root(&file.path) || name == "mod.rs" {
        folder.to_owned()
    } else {
        format!("{folder}/{}", file.stem())
    };
    let mut found = Vec::new();
    let mut path = None;
    // Attributes hold strings, which the code without strings does not.
    for (line, raw) in code(&file.text).lines().zip(file.text.lines()) {
        let line = line.trim();
        if line.starts_with("#[path") {
            path = raw.split('"').nth(1);
        }
        let declared = line
            .strip_suffix(';')
            .and_then(|line| line.rsplit_once("mod "));
        if let Some((before, name)) = declared
            && (before.is_empty() || before.starts_with("pub"))
        {
            match path.take() {
                Some(path) => found.push(format!("{folder}/{path}")),
                None => {
                    found.extend([format!("{home}/{name}.rs"), format!("{home}/{name}/mod.rs")]);
                }
            }
        }
    }
    found
}

/// Sources that no root reaches.
fn unreached(sources: &[File]) -> Vec<String> {
    let mut reached: BTreeSet<String> = sources
        .iter()
        .map(|file| file.path.clone())
        .filter(|path| is_root(path))
        .collect();
    loop {
        let next: Vec<String> = sources
            .iter()
            .filter(|file| reached.contains(&file.path))
            .flat_map(modules)
            .filter(|path| !reached.contains(path) && sources.iter().any(|file| file.path == *path))
            .collect();
        if next.is_empty() {
            break;
        }
        reached.extend(next);
    }
    sources
        .iter()
        .filter(|file| !reached.contains(&file.path))
        .map(|file| format!("{}: no `mod` reaches it", file.path))
        .collect()
}

/// Files whose name (as `named` gives it) stands in no source.
fn unnamed(wards: &[File], sources: &[File], named: impl Fn(&str) -> String) -> Vec<String> {
    wards
        .iter()
        .filter(|ward| {
            let name = named(&ward.path);
            !sources
                .iter()
                .any(|file| file.path != ward.path && file.text.contains(&name))
        })
        .map(|ward| format!("{}: nobody uses it", ward.path))
        .collect()
}

fn rust() -> Vec<File> {
    ["codegen", "arcp-generated", "arcp-runtime", "tests"]
        .iter()
        .flat_map(|place| files(place))
        .filter(File::is_rust)
        // Templates are no modules yet, and the macro's corpus is compiled by trybuild, file by file.
        .filter(|file| {
            !file.path.starts_with("codegen/templates/")
                && !file.path.starts_with("tests/macro_ui/")
        })
        .collect()
}

#[test]
fn every_source_is_reached() {
    none(&unreached(&rust()));
}

#[test]
fn every_template_is_used() {
    let templates = files("codegen/templates");
    let mut users = rust();
    users.extend(templates.iter().cloned());
    none(&unnamed(&templates, &users, |path| {
        path.trim_start_matches("codegen/templates/").to_owned()
    }));
}

#[test]
fn every_corpus_and_snapshot_is_used() {
    let sources = rust();
    none(&unnamed(&files("tests/corpus"), &sources, |path| {
        path.trim_start_matches("tests/").to_owned()
    }));
    let snapshots: Vec<File> = ["codegen", "arcp-runtime", "tests"]
        .iter()
        .flat_map(|place| files(place))
        .filter(|file| file.ends_with("snap"))
        .collect();
    let stem = |path: &str| {
        File::new(path, "")
            .stem()
            .rsplit("__")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    none(&unnamed(&snapshots, &sources, stem));
    let expectations = files("tests/macro_ui");
    let alone = expectations
        .iter()
        .filter(|file| file.ends_with("stderr"))
        .filter(|file| {
            let source = file.path.replace(".stderr", ".rs");
            !expectations.iter().any(|file| file.path == source)
        });
    none(
        &alone
            .map(|file| format!("{}: its source is gone", file.path))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_dead_file_is_seen() {
    let mut sources = vec![
        File::new(
            "codegen/src/main.rs",
            "mod a;\n#[path = \"d.rs\"]\npub(crate) mod c;\n",
        ),
        File::new("codegen/src/a.rs", "// mod lost;\nmod b;\nmod inline { }\n"),
        File::new("codegen/src/a/b.rs", ""),
        File::new("codegen/src/d.rs", ""),
        File::new("codegen/tests/press.rs", ""),
    ];
    assert!(unreached(&sources).is_empty());
    sources.push(File::new("codegen/src/a/lost.rs", ""));
    assert_eq!(
        unreached(&sources),
        ["codegen/src/a/lost.rs: no `mod` reaches it"]
    );

    let templates = [
        File::new("codegen/templates/docs/a.md", "docs/a.md"),
        File::new("codegen/templates/docs/b.md", ""),
    ];
    let users = [
        File::new("codegen/src/a.rs", "path = \"docs/b.md\""),
        templates[0].clone(),
    ];
    let dead = unnamed(&templates, &users, |path| {
        path.trim_start_matches("codegen/templates/").to_owned()
    });
    assert_eq!(dead, ["codegen/templates/docs/a.md: nobody uses it"]);
    assert!(
        is_printed("arcp-generated/src/job.rs") && !is_printed("arcp-generated/tests/frames.rs")
    );
}
