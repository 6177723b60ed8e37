//! Our own runtime passes in full: over WebSocket, over lines and in memory, on a store in memory and on SQLite.

use std::time::Duration;

use arcp_conformance::expected::Expected;
use arcp_conformance::library::Library;
use arcp_conformance::outcome::Outcome;
use arcp_conformance::report::Report;
use arcp_conformance::run::{Options, run};
use arcp_conformance::target::{Offer, Runtime};

use tokio::sync::Semaphore;

use crate::memory::Memory;
use crate::served::{Served, principals, spoken_with};

/// What our runtime still fails. It has to become empty.
const EXPECTED: &str = include_str!("../targets/arcp.expected.yaml");

/// What our runtime does not offer in these tests.
const OFFER: &str = include_str!("../targets/arcp.yaml");

/// Longer than anyone should wait: these tests share the machine with others.
const PATIENCE: Duration = Duration::from_secs(30);

/// So many runs at a time: more would only slow one another down.
static RUNS: Semaphore = Semaphore::const_new(2);

/// Plays everything and fails with the report when anything is not as listed.
async fn passes(target: &dyn Runtime, offer: &str, principals_at_a_time: usize) -> Vec<Outcome> {
    let _run = RUNS.acquire().await.unwrap();
    let library = Library::load().unwrap();
    let mut options = Options::new(principals());
    options.patience = PATIENCE;
    options.at_a_time = principals_at_a_time;
    let offer = Offer::read(offer, &library).unwrap();
    let played = run(&library, target, &offer, &options).await;
    let outcomes: Vec<Outcome> = played.into_iter().map(|one| one.outcome).collect();
    let expected = Expected::read(EXPECTED).unwrap();
    let report = Report::new(&library, &outcomes, &expected);
    assert!(report.surprises().is_empty(), "{}", report.terminal());
    // Nearly everything applies; a run that plays nothing proves nothing.
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    assert!(passed > outcomes.len() / 2, "{}", report.terminal());
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn over_websocket_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), true).await;
    passes(&served.target, OFFER, 32).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_websocket_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), false).await;
    passes(&served.target, OFFER, 32).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_standard_input_and_output() {
    let folder = tempfile::tempdir().unwrap();
    passes(&spoken_with(folder.path()), OFFER, 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_one_process_in_memory() {
    passes(&Memory::start(None).await, OFFER, 32).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_one_process_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let outcomes = passes(&Memory::start(Some(folder.path())).await, "{}", 32).await;
    // Here there is a provisioner, so nothing about credentials is left out.
    let about_credentials = |outcome: &&Outcome| outcome.section == "9.8";
    assert!(
        outcomes
            .iter()
            .filter(about_credentials)
            .all(Outcome::passed)
    );
}
