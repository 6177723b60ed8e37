//! What a runtime has to write to its log, because no frame shows it (§9.8.2, §14).

use std::io;
use std::sync::{Arc, Mutex};

use arcp_runtime::limits::Limits;
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
    let text = logs.text();
    let line = text
        .lines()
        .find(|line| line.contains("subscription asked for"))
        .unwrap_or_else(|| panic!("{text}"));
    let job = format!("job={}", job.as_str().unwrap());
    for word in ["who=bob", &job, "owner=\"alice\"", "allowed=false"] {
        assert!(line.contains(word), "{line}");
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
