//! What comes in from outside: only licences and registries of `deny.toml`, on every machine, with or without cargo-deny.

use std::collections::BTreeSet;
use std::process::Command;

use arcp_tests::tools::repository;
use serde_json::Value;

use super::none;
use super::tree::file;

/// The quoted words of a list in `deny.toml`.
fn list(text: &str, name: &str) -> BTreeSet<String> {
    let start = text
        .find(&format!("\n{name} = ["))
        .unwrap_or_else(|| panic!("deny.toml has no {name}"));
    let body = text[start..].split(']').next().unwrap_or_default();
    body.split('"')
        .skip(1)
        .step_by(2)
        .map(ToOwned::to_owned)
        .collect()
}

/// Whether somebody who accepts `allowed` may use what is licensed like this (SPDX; `/` is an old way to write `OR`).
fn is_free(license: &str, allowed: &BTreeSet<String>) -> bool {
    let license = license.replace(['(', ')'], " ").replace('/', " OR ");
    // `AND` binds tighter, except for the one shape `(a OR b) AND c` that crates have: every choice then has to be free of `c` too.
    license
        .split(" AND ")
        .all(|part| part.split(" OR ").any(|one| allowed.contains(one.trim())))
}

fn foreign(
    metadata: &Value,
    licenses: &BTreeSet<String>,
    registries: &BTreeSet<String>,
) -> Vec<String> {
    let packages = metadata["packages"].as_array().unwrap();
    let outside = packages
        .iter()
        .filter(|package| !package["source"].is_null());
    outside
        .flat_map(|package| {
            let (license, source) = (
                package["license"].as_str().unwrap_or("none"),
                package["source"].as_str().unwrap_or_default(),
            );
            let registry = source.strip_prefix("registry+").unwrap_or(source);
            [
                (!is_free(license, licenses))
                    .then(|| format!("{}: the licence {license} is not allowed", package["name"])),
                (!registries.contains(registry))
                    .then(|| format!("{}: comes from {source}", package["name"])),
            ]
        })
        .flatten()
        .collect()
}

#[test]
fn what_comes_in_is_free_and_from_the_registry() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = file("deny.toml").text;
    none(&foreign(
        &metadata,
        &list(&rules, "allow"),
        &list(&rules, "allow-registry"),
    ));
}

#[test]
fn a_stranger_is_seen() {
    let allowed = list("\nallow = [\"MIT\", \"Zlib\"]\n", "allow");
    assert!(is_free("Apache-2.0 OR MIT", &allowed) && is_free("Apache-2.0/MIT", &allowed));
    assert!(is_free("(Apache-2.0 OR MIT) AND Zlib", &allowed));
    assert!(!is_free("MIT AND GPL-3.0", &allowed) && !is_free("none", &allowed));
    let registries = ["https://a".to_owned()].into();
    let metadata = serde_json::json!({"packages": [
        {"name": "ours", "source": null, "license": null},
        {"name": "good", "source": "registry+https://a", "license": "MIT"},
        {"name": "copyleft", "source": "registry+https://a", "license": "GPL-3.0"},
        {"name": "stray", "source": "git+https://b", "license": "MIT"},
    ]});
    assert_eq!(foreign(&metadata, &allowed, &registries).len(), 2);
}
