//! The printed TypeScript and Python, judged by their own compilers and by every vector.
//!
//! Compilers come from `package.json` beside this file, with the versions of its lock, into the build folder.
//! What the machine lacks is named with the line that installs it; nothing is skipped.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod rust;
mod tools;

use tools::{copy_sources, modules, run, workshop};

#[test]
fn typescript_is_strict_and_reads_every_vector() {
    let modules = modules();
    let package = modules.node_modules.join("arcp-generated");
    let printed = workshop().repository.join("arcp-generated/typescript");
    let tsc = modules.node_modules.join("typescript/bin/tsc");
    copy_sources(&printed, &package, &["package.json"]);
    run(modules
        .node()
        .arg(&tsc)
        .args([
            "--project",
            &printed.join("tsconfig.json").display().to_string(),
        ])
        .args(["--outDir", &package.join("dist").display().to_string()]));

    let tests = modules.folder.join("typescript");
    copy_sources(
        &workshop().repository.join("tests/bindings/typescript"),
        &tests,
        &[
            "tsconfig.json",
            "usage.ts",
            "promises.test.ts",
            "vectors.test.ts",
        ],
    );
    let out = tests.join("out");
    run(modules
        .node()
        .arg(&tsc)
        .args([
            "--project",
            &tests.join("tsconfig.json").display().to_string(),
        ])
        .args(["--outDir", &out.display().to_string()]));
    run(modules
        .node()
        .args(["--test", "--test-reporter=dot"])
        .arg(out.join("vectors.test.js"))
        .arg(out.join("promises.test.js"))
        .env("ARCP_VECTORS", workshop().vectors()));
}

#[test]
fn python_is_strict_and_reads_every_vector() {
    let modules = modules();
    let tests = workshop().repository.join("tests/bindings/python");
    run(modules
        .node()
        .arg(modules.node_modules.join("pyright/index.js"))
        .args(["--project", &tests.display().to_string()]));
    run(tools::python()
        .args([
            "-B",
            "-W",
            "error",
            "-m",
            "unittest",
            "discover",
            "--start-directory",
        ])
        .arg(&tests)
        .env(
            "PYTHONPATH",
            workshop().repository.join("arcp-generated/python"),
        )
        .env("ARCP_VECTORS", workshop().vectors()));
}

#[test]
fn the_lock_names_no_registry() {
    let lock = workshop()
        .repository
        .join("tests/bindings/package-lock.json");
    let lock = std::fs::read_to_string(lock).unwrap();
    assert!(lock.contains("\"integrity\""), "the lock pins nothing");
    for word in ["resolved", "://"] {
        assert!(
            !lock.contains(word),
            "package-lock.json holds `{word}`: write it with `npm install --package-lock-only --omit-lockfile-registry-resolved`"
        );
    }
}
