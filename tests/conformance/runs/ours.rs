//! Our own runtime passes in full: over WebSocket, over lines and in memory, on a store in memory and on SQLite.

use std::time::Duration;

use arcp_conformance::expected::Expected;
use arcp_conformance::library::Library;
use arcp_conformance::outcome::Outcome;
use arcp_conformance::report::Report;
use arcp_conformance::run::{Options, run};
use arcp_conformance::target::{Offer, Runtime};

use crate::memory::Memory;
use crate::results::{self, Run};
use crate::served::{Served, principals, spoken_with};

/// What our runtime still fails. It has to become empty.
const EXPECTED: &str = include_str!("../targets/arcp.expected.yaml");

/// What our runtime does not offer in these tests.
const OFFER: &str = include_str!("../targets/arcp.yaml");

/// On a store on disk there is a provisioner too, so nothing is left out.
const EVERYTHING: &str = "{}";

/// Longer than anyone should wait: these tests share the machine with others.
const PATIENCE: Duration = Duration::from_secs(30);

async fn play(
    library: &Library,
    target: &dyn Runtime,
    offer: &str,
    at_a_time: usize,
) -> Vec<Outcome> {
    let mut options = Options::new(principals());
    options.patience = PATIENCE;
    options.at_a_time = at_a_time;
    let offer = Offer::read(offer, library).unwrap();
    let played = run(library, target, &offer, &options).await;
    played.into_iter().map(|one| one.outcome).collect()
}

/// Over WebSocket, as processes.
pub(crate) async fn served(library: &Library, sqlite: bool) -> Vec<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), sqlite).await;
    let offer = if sqlite { EVERYTHING } else { OFFER };
    play(library, &served.target, offer, 32).await
}

/// Over standard input and output, a process for each connection.
pub(crate) async fn spoken(library: &Library, sqlite: bool) -> Vec<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    play(library, &spoken_with(folder.path(), sqlite), OFFER, 8).await
}

/// In this process, over the memory transport.
pub(crate) async fn in_process(library: &Library, sqlite: bool) -> Vec<Outcome> {
    if !sqlite {
        return play(library, &Memory::start(None).await, OFFER, 32).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::start(Some(folder.path())).await;
    play(library, &memory, EVERYTHING, 32).await
}

/// Fails with the report when anything is not as listed.
async fn passes(run: Run) {
    let outcomes = results::of(run).await;
    let library = Library::load().unwrap();
    let expected = Expected::read(EXPECTED).unwrap();
    let report = Report::new(&library, outcomes, &expected);
    assert!(report.surprises().is_empty(), "{}", report.terminal());
    // Nearly everything applies; a run that plays nothing proves nothing.
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    assert!(passed > outcomes.len() / 2, "{}", report.terminal());
}

#[tokio::test(flavor = "multi_thread")]
async fn over_websocket_on_sqlite() {
    passes(Run::WebSocketSqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_websocket_in_memory() {
    passes(Run::WebSocketMemory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_standard_input_and_output_in_memory() {
    passes(Run::StdioMemory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_standard_input_and_output_on_sqlite() {
    passes(Run::StdioSqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_one_process_in_memory() {
    passes(Run::InProcessMemory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_one_process_on_sqlite() {
    passes(Run::InProcessSqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_store_on_disk_nothing_about_credentials_is_left_out() {
    for run in [Run::WebSocketSqlite, Run::InProcessSqlite] {
        let outcomes = results::of(run).await.iter();
        let about_credentials: Vec<_> = outcomes.filter(|one| one.section == "9.8").collect();
        assert!(about_credentials.len() > 3, "{run:?}");
        assert!(about_credentials.iter().all(|one| one.passed()), "{run:?}");
    }
}
