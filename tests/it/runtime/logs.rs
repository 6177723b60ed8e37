//! What a runtime has to write to its log, because no frame shows it (§9.8.2, §14).

use std::io;
use std::sync::{Arc, Mutex};

use arcp_runtime::agent::probe;
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::credential::{
    CredentialKey, Grant, Issued, ProvisionError, Provisioner, Provisioning,
};
use arcp_runtime::limits::Limits;
use arcp_runtime::server::{Builder, Runtime};
use arcp_runtime::store::{Durability, SqliteStore};
use serde_json::json;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::{Peer, in_memory};

/// Logs in memory.
#[derive(Clone, Default)]
pub(super) struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Hears everything that this thread logs from `level` on, as long as the guard is kept.
    pub(super) fn hear(level: tracing::Level) -> (Self, DefaultGuard) {
        let logs = Self::default();
        let logger = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(logs.clone())
            .finish();
        (logs, tracing::subscriber::set_default(logger))
    }

    /// What was logged so far.
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

// One thread, so that the logger of this thread hears everything.
#[tokio::test(flavor = "current_thread")]
async fn who_asked_to_follow_which_job_is_logged_with_the_decision() {
    let (logs, _guard) = Logs::hear(tracing::Level::INFO);
    let runtime = in_memory(Limits::default()).await;
    let mut alice = Peer::hello(&runtime, "tok-a").await;
    let job = alice.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    let code = bob.refused("job.subscribe", json!({"job_id": job})).await;
    assert_eq!(code, "JOB_NOT_FOUND");
    let mut other = Peer::hello(&runtime, "tok-a").await;
    other.send("job.subscribe", json!({"job_id": job})).await;
    assert_eq!(other.receive().await["type"], "job.subscribed");
    let text = logs.text();
    let asked = |line: &&str| line.contains("subscription asked for");
    let lines: Vec<&str> = text.lines().filter(asked).collect();
    assert_eq!(lines.len(), 2, "{text}");
    let job = format!("job={job}");
    for (line, who, decision) in [
        (lines[0], "who=\"bob\"", "allowed=false"),
        (lines[1], "who=\"alice\"", "allowed=true"),
    ] {
        for word in [who, &job, "owner=\"alice\"", decision] {
            assert!(line.contains(word), "{line}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_lease_is_logged_whether_the_job_asked_for_something_or_not() {
    let (logs, _guard) = Logs::hear(tracing::Level::INFO);
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for (steps, told) in [
        (json!([{"block": {}}]), "a job's lease has expired"),
        (
            json!([{"sleep": {"ms": 2_500}}, {"call": {"tool": "x"}}]),
            "a job acted after its lease had expired",
        ),
    ] {
        let ends = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2);
        let payload = json!({
            "agent": "probe",
            "input": {"do": steps},
            "lease_request": {"tool.call": ["x"]},
            "lease_constraints": {"expires_at": format!("{ends:.3}")},
        });
        peer.send("job.submit", payload).await;
        let frames = peer.until("job.error").await;
        assert_eq!(frames.last().unwrap()["payload"]["code"], "LEASE_EXPIRED");
        assert!(logs.text().contains(told), "{}", logs.text());
    }
}

/// What somebody writes who wants a line of the log to be his own.
const FORGED: &str = "x\n2026-01-01T00:00:00.000000Z  INFO arcp: forged\u{1b}[2J\0\" who=forged";

/// Gives credentials out to nobody, with an answer of somebody else's.
#[derive(Debug)]
struct Gateway;

impl Provisioner for Gateway {
    fn name(&self) -> &'static str {
        "gateway"
    }

    fn wants(&self, _: &Grant) -> bool {
        true
    }

    fn issue<'a>(&'a self, _: CredentialKey, _: &'a Grant) -> Provisioning<'a, Issued> {
        Box::pin(async { Err(ProvisionError::permanent(FORGED)) })
    }

    fn revoke(&self, _: CredentialKey) -> Provisioning<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test(flavor = "current_thread")]
async fn nobody_elses_text_makes_a_line_of_the_log() {
    let (logs, _guard) = Logs::hear(tracing::Level::TRACE);
    let mallory = format!("mallory {FORGED}");
    let agents = probe::Probe::versions(None).into_iter();
    let builder = agents.fold(Runtime::builder(), Builder::agent);
    let tokens = BearerTokens::new().with("tok", mallory.as_str());
    let runtime = builder.verifier(tokens).start().await.unwrap();
    let mut peer = Peer::dial(&runtime);
    let mut hello = super::hello("tok");
    let long = "y".repeat(240 - FORGED.len());
    hello["client"] =
        json!({"name": format!("client {FORGED}{long}"), "version": format!("version {FORGED}")});
    peer.send("session.hello", hello).await;
    peer.welcomed().await;
    let code = peer
        .refused("job.subscribe", json!({"job_id": "job_none"}))
        .await;
    assert_eq!(code, "JOB_NOT_FOUND");
    let tool = format!("tool {FORGED}");
    let payload = json!({
        "agent": "probe",
        "input": {"do": [{"call": {"tool": tool}}]},
        "lease_request": {"tool.call": ["**"]},
    });
    peer.send("job.submit", payload).await;
    peer.until("job.result").await;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("runtime.db"), Durability::Process).unwrap();
    let builder = Runtime::builder().store(store).provisioner(Gateway);
    let runtime = super::start(Limits::default(), builder).await;
    let features = ["model.use", "provisioned_credentials"];
    let mut peer = Peer::hello_with(&runtime, "tok-a", &features).await;
    let payload =
        json!({"agent": "probe", "input": {"do": []}, "lease_request": {"model.use": ["m"]}});
    peer.refused("job.submit", payload).await;
    let text = logs.text();
    for place in [
        "client=\"client x",
        "principal=\"mallory x",
        "who=\"mallory x",
        "job=\"job_none\"",
        "tool=\"tool x",
        "error=\"x",
    ] {
        assert!(text.contains(place), "{place} is not logged:\n{text}");
    }
    for line in text.lines() {
        assert!(!line.starts_with("2026-01-01T00:00:00.000000Z"), "{line}");
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(
            !line.contains("\" who=forged") || line.contains("\\\" who=forged"),
            "{line}"
        );
        assert!(line.len() < 2_000, "{line}");
    }
}
