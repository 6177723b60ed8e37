//! The import lines of a module, for the names that its draft uses.

use std::collections::BTreeSet;

/// The import lines for the names that a module uses. Rooms come under a private name: a member may be called like a room.
pub(super) fn imports(draft: &str, rooms: &BTreeSet<String>) -> String {
    let code = &bare(draft);
    let mut lines = vec![
        "from __future__ import annotations".to_owned(),
        String::new(),
    ];
    if uses(code, "_decimal") {
        lines.push("import decimal as _decimal".into());
    }
    for (module, names) in [
        ("collections.abc", &["Callable", "Mapping"][..]),
        ("dataclasses", &["dataclass", "_field"]),
        (
            "typing",
            &["ClassVar", "Final", "Literal", "Protocol", "TypeAlias"],
        ),
    ] {
        lines.extend(import(code, module, names));
    }
    lines.push(String::new());
    lines.push("from . import codec as _codec".into());
    for room in rooms {
        lines.push(format!("from . import {room} as _{room}"));
    }
    if uses(code, "_raw") {
        lines.push("from . import raw as _raw".into());
    }
    for (module, names) in [
        (".codec", &["MISSING", "Codec", "Missing"][..]),
        (".facts", &["CodeFacts", "ValueFacts"]),
        (".faults", &["DecodeError", "EncodeError", "Fault"]),
        (
            ".raw",
            &["Json", "JsonObject", "Raw", "format_json", "parse_json"],
        ),
        (".secret", &["Secret"]),
    ] {
        lines.extend(import(code, module, names));
    }
    lines.join("\n")
}

fn import(code: &str, module: &str, names: &[&str]) -> Option<String> {
    let used: Vec<String> = names
        .iter()
        // A definition of the module itself wins over an import.
        .filter(|name| uses(code, name) && !code.contains(&format!("\n{name}: TypeAlias")))
        .map(|name| match name.strip_prefix('_') {
            Some(plain) => format!("{plain} as {name}"),
            None => (*name).to_owned(),
        })
        .collect();
    (!used.is_empty()).then(|| format!("from {module} import {}", used.join(", ")))
}

/// Whether a name occurs as a whole word that is no attribute of something else.
fn uses(code: &str, name: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        let after = code
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(|letter| part(letter) || letter == '.') && !after.is_some_and(part)
    })
}

/// The code without its comments in quotes and its strings; an alias in quotes stays.
fn bare(code: &str) -> String {
    let mut out = String::new();
    let mut quotes = code.split("\"\"\"");
    while let Some(plain) = quotes.next() {
        for line in plain.lines() {
            if line.contains(": TypeAlias = ") {
                out.push_str(line);
            } else {
                let unescaped = line.replace("\\\"", "");
                out.extend(unescaped.split('"').step_by(2));
            }
            out.push('\n');
        }
        quotes.next();
    }
    out
}
