//! Which room may use which: the tables of ARCHITECTURE.md, held against every `use` and every `Cargo.toml`.

use std::collections::{BTreeMap, BTreeSet};

use super::code::code;
use super::tree::{File, file, files};
use super::{dependencies, none};

type Doors = BTreeMap<String, BTreeSet<String>>;

/// The words between backticks.
pub(crate) fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The rows of the table below the heading: the quoted words of the first column, and those of the last.
pub(crate) fn table(document: &str, heading: &str) -> Doors {
    let start = document
        .find(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("ARCHITECTURE.md has no part {heading}"));
    let mut rows = Doors::new();
    for line in document[start..]
        .lines()
        .skip(2)
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
            continue;
        };
        for name in quoted(first) {
            rows.insert(
                name.trim_end_matches('/').to_owned(),
                quoted(last)
                    .map(|door| door.trim_end_matches('/').to_owned())
                    .collect(),
            );
        }
    }
    assert!(!rows.is_empty(), "{heading} has no table");
    rows
}

/// The room of a file of the runtime.
fn room(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("arcp-runtime/src/")?;
    let first = inside.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

/// What a file names of its crate: each first name after `crate::`.
fn uses(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (place, _) in code.match_indices("crate::") {
        if code[..place].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$')) {
            continue;
        }
        let line = code[..place].matches('\n').count() + 1;
        let rest = &code[place + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => heads(group),
            None => vec![name(rest)],
        };
        found.extend(names.into_iter().map(|name| (line, name.to_owned())));
    }
    found
}

/// The first names of a group's members, up to the closing brace.
fn heads(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (place, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b',' if depth == 0 => {
                found.push(name(&group[start..]));
                start = place + 1;
            }
            b'}' if depth == 0 => {
                found.push(name(&group[start..]));
                break;
            }
            b'}' => depth -= 1,
            _ => {}
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn name(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

/// Each use of a room that the table does not allow.
fn shut(files: &[File], doors: &Doors) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let Some(room) = room(&file.path).filter(|room| !matches!(*room, "lib" | "bin")) else {
            continue;
        };
        let Some(open) = doors.get(room) else {
            violations.push(format!(
                "{}: the room `{room}` is not in the table",
                file.path
            ));
            continue;
        };
        for (line, used) in uses(&code(&file.text)) {
            if used != room && doors.contains_key(&used) && !open.contains(&used) {
                violations.push(format!(
                    "{}:{line}: `{room}` has no door to `{used}`",
                    file.path
                ));
            }
        }
    }
    violations
}

/// Each dependency on a crate of this workspace that the table does not allow.
fn foreign_crates(manifests: &[File], doors: &Doors) -> Vec<String> {
    let mut violations = Vec::new();
    for manifest in manifests {
        let place = manifest.path.trim_end_matches("/Cargo.toml");
        let Some(open) = doors.get(place) else {
            violations.push(format!("{place} is not in the table"));
            continue;
        };
        for used in dependencies::named(&manifest.text, "dependencies") {
            let ours = used == "codegen" || used.starts_with("arcp-");
            if (ours || place == "arcp-generated") && !open.contains(&used) {
                violations.push(format!("{}: {place} has no door to {used}", manifest.path));
            }
        }
    }
    violations
}

#[test]
fn the_rooms_of_the_runtime_use_their_doors() {
    let doors = table(&file("ARCHITECTURE.md").text, "### Doors in the runtime");
    let files = files("arcp-runtime/src");
    none(&shut(&files, &doors));
    let rooms: BTreeSet<_> = files.iter().filter_map(|file| room(&file.path)).collect();
    let gone = doors.keys().filter(|room| !rooms.contains(room.as_str()));
    none(
        &gone
            .map(|room| format!("the table has a room `{room}` that is not there"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_crates_use_their_doors() {
    let doors = table(&file("ARCHITECTURE.md").text, "## Rooms and doors");
    none(&foreign_crates(&dependencies::manifests(), &doors));
}

#[test]
fn a_use_through_a_wall_is_seen() {
    let doors = table(
        "\n## T\n\n| a | b |\n|---|---|\n| `protocol` | `clock` |\n| `clock` | |\n| `server` | `protocol` |\n",
        "## T",
    );
    let plant = |text: &str| {
        shut(
            &[File::new("arcp-runtime/src/protocol/job.rs", text)],
            &doors,
        )
    };
    assert!(
        plant("use crate::clock::Now;\nuse crate::protocol::x;\n// crate::server\n").is_empty()
    );
    assert_eq!(
        plant("use std::fmt;\nuse crate::server::Host;"),
        ["arcp-runtime/src/protocol/job.rs:2: `protocol` has no door to `server`"]
    );
    assert_eq!(plant("use crate::{clock::{Now, A}, server::B};").len(), 1);
    assert_eq!(plant("fn f() -> crate::server::Host {}").len(), 1);
    let unknown = [File::new("arcp-runtime/src/cellar.rs", "")];
    assert_eq!(shut(&unknown, &doors).len(), 1);
}

#[test]
fn a_crate_through_a_wall_is_seen() {
    let doors = table(
        "\n## T\n| a | b |\n|---|---|\n| `codegen/` | nothing |\n| `arcp-generated/` | `serde` |\n",
        "## T",
    );
    let plant = |place: &str, line: &str| {
        let text = format!("[dependencies]\n{line}\n");
        foreign_crates(&[File::new(&format!("{place}/Cargo.toml"), &text)], &doors).len()
    };
    assert_eq!(plant("codegen", "syn.workspace = true"), 0);
    assert_eq!(plant("codegen", "arcp-generated.workspace = true"), 1);
    assert_eq!(plant("arcp-generated", "serde.workspace = true"), 0);
    assert_eq!(plant("arcp-generated", "tokio = \"1\""), 1);
    assert_eq!(plant("elsewhere", ""), 1);
}
