//! The printed TypeScript and Python, judged by their own compilers and by every vector.
//!
//! The compilers come from [`arcp_tests::tools`].

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod rust;

use arcp_tests::tools::node::modules;
use arcp_tests::tools::python::{python, sdk};
use arcp_tests::tools::{copy_sources, repository, run, vectors};

#[test]
fn typescript_is_strict_and_reads_every_vector() {
    let modules = modules();
    let package = modules.node_modules.join("arcp-generated");
    let printed = repository().join("arcp-generated/typescript");
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
        &repository().join("tests/bindings/typescript"),
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
        .env("ARCP_VECTORS", vectors()));
}

#[test]
fn python_is_strict_and_reads_every_vector() {
    let modules = modules();
    let tests = repository().join("tests/bindings/python");
    run(modules
        .node()
        .arg(modules.node_modules.join("pyright/index.js"))
        .args(["--project", &tests.display().to_string()]));
    run(python()
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
        .env("PYTHONPATH", repository().join("arcp-generated/python"))
        .env("ARCP_VECTORS", vectors()));
}

/// The SDK is the peer of the interoperability tests; here only that what is pinned is what there is.
#[test]
fn the_python_sdk_is_the_pinned_one() {
    let pins = std::fs::read_to_string(repository().join("tests/tools/requirements.txt")).unwrap();
    let name = "agentruntimecontrolprotocol";
    let program = format!(
        "import arcp; from importlib.metadata import version; print('{name}==' + version('{name}'))"
    );
    let output = sdk().python().args(["-c", &program]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        pins.lines()
            .any(|line| line.trim_end_matches(" \\") == said.trim()),
        "{said}"
    );
    run(sdk().arcp().arg("--help"));
}

#[test]
fn the_locks_name_no_registry() {
    for (file, pin, words, cure) in [
        (
            "package-lock.json",
            "\"integrity\"",
            &["resolved", "://"][..],
            "npm install --package-lock-only --omit-lockfile-registry-resolved",
        ),
        (
            "requirements.txt",
            "--hash=sha256:",
            &["://", "--index-url", "--find-links"][..],
            "the pip-compile line of requirements.in",
        ),
    ] {
        let lock = std::fs::read_to_string(repository().join("tests/tools").join(file)).unwrap();
        assert!(lock.contains(pin), "{file} pins nothing");
        for word in words {
            assert!(
                !lock.contains(word),
                "{file} holds `{word}`: write it with {cure}"
            );
        }
    }
}
