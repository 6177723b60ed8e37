//! The Python SDK's runtime, with the contract agent written for it: what it fails is listed, and the list is strict.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use arcp_conformance::expected::Expected;
use arcp_conformance::library::Library;
use arcp_conformance::outcome::Outcome;
use arcp_conformance::report::Report;
use arcp_conformance::run::{Options, run};
use arcp_conformance::target::{Offer, WebSockets};
use arcp_tests::tools::python::sdk;
use tokio::process::{Child, Command};

use crate::results::{self, Run};
use crate::served::{principals, started, tokens};

const EXPECTED: &str = include_str!("../targets/python.expected.yaml");
const OFFER: &str = include_str!("../targets/python.yaml");

/// Starts its runtime with other limits, and gives its address.
async fn start(folder: &Path, limits: &[&str]) -> (Child, String) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    // The first time the SDK is installed, which takes a while.
    let python = tokio::task::spawn_blocking(|| sdk().python())
        .await
        .unwrap();
    let mut command = Command::from(python);
    command
        .arg(here.join("tests/conformance/targets/python_probe.py"))
        .arg(folder.join("tokens"))
        .args(limits);
    started(command).await
}

/// Plays everything against its runtime.
pub(crate) async fn runtime(library: &Library) -> Vec<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tokens"), tokens()).unwrap();
    let (_plain, default) = start(folder.path(), &[]).await;
    let (_brisk, brisk) = start(folder.path(), &["2", "4", "2"]).await;
    let target = WebSockets::new(BTreeMap::from([
        ("default".to_owned(), default),
        ("brisk".to_owned(), brisk),
    ]));
    let mut options = Options::new(principals());
    // What it does not answer it never answers.
    options.patience = Duration::from_secs(3);
    options.at_a_time = 32;
    let offer = Offer::read(OFFER, library).unwrap();
    let played = run(library, &target, &offer, &options).await;
    played.into_iter().map(|one| one.outcome).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_runtime_fails_what_is_listed_and_nothing_else() {
    let outcomes = results::of(Run::PythonRuntime).await;
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap()
            .join("tests/conformance/targets/python.expected.yaml");
        std::fs::write(file, Expected::draft(outcomes)).unwrap();
        return;
    }
    let library = Library::load().unwrap();
    let expected = Expected::read(EXPECTED).unwrap();
    let report = Report::new(&library, outcomes, &expected);
    assert!(report.surprises().is_empty(), "{}", report.terminal());
}
