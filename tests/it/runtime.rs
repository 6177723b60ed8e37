//! The runtime over the memory transport, seen as frames (§6 to §8). One raw peer, no client library: a bug there cannot hide one here.

use std::future::poll_fn;
use std::time::Duration;

use arcp_runtime::agent::{demo, probe};
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::limits::Limits;
use arcp_runtime::protocol::listing::Observers;
use arcp_runtime::protocol::principal::Principal;
use arcp_runtime::server::Runtime;
use arcp_runtime::store::MemoryStore;
use arcp_runtime::store::{Durability, SqliteStore};
use arcp_runtime::transport::memory::{self, MemoryTransport};
use arcp_runtime::transport::{Received, Transport as _};
use serde_json::{Value, json};

mod ack;
mod caps;
mod credentials;
mod delegation;
mod drain;
mod flow;
mod handshake;
mod heartbeat;
mod idempotency;
mod jobs;
mod jwt;
mod lease;
mod listen;
mod listing;
mod logs;
mod metrics;
mod payloads;
mod restart;
mod resume;
mod subscription;
mod vendor;

/// A raw peer: it writes JSON and reads JSON.
struct Peer {
    transport: MemoryTransport,
    session: Option<Value>,
    token: Value,
    sent: u32,
}

impl Peer {
    /// Connects without a word.
    fn dial(runtime: &Runtime) -> Self {
        let (here, there) = memory::pair(64);
        tokio::spawn(runtime.serve(Box::new(there)));
        Self {
            transport: here,
            session: None,
            token: Value::Null,
            sent: 0,
        }
    }

    /// Connects and says hello as `token`.
    async fn hello(runtime: &Runtime, token: &str) -> Self {
        let mut peer = Self::dial(runtime);
        peer.send("session.hello", hello(token)).await;
        peer.welcomed().await;
        peer
    }

    /// Connects and says hello as `token` with these features only.
    async fn hello_with(runtime: &Runtime, token: &str, features: &[&str]) -> Self {
        let mut peer = Self::dial(runtime);
        peer.send("session.hello", hello_with(token, features))
            .await;
        peer.welcomed().await;
        peer
    }

    /// Resumes the session of another peer, which has everything up to `last`.
    async fn resume(runtime: &Runtime, of: &Self, last: u64) -> Self {
        let mut peer = Self::dial(runtime);
        let mut payload = hello("tok-a");
        payload["resume"] =
            json!({"session_id": of.session, "resume_token": of.token, "last_event_seq": last});
        peer.send("session.hello", payload).await;
        peer.welcomed().await;
        peer
    }

    async fn welcomed(&mut self) {
        let welcome = self.receive().await;
        assert_eq!(welcome["type"], "session.welcome", "{welcome}");
        self.session = Some(welcome["session_id"].clone());
        self.token = welcome["payload"]["resume_token"].clone();
    }

    /// Sends a frame and gives back its id.
    async fn send(&mut self, wire_type: &str, payload: Value) -> String {
        self.send_with(wire_type, payload, json!({})).await
    }

    async fn send_with(&mut self, wire_type: &str, payload: Value, more: Value) -> String {
        self.sent += 1;
        let id = format!("m{}", self.sent);
        let mut frame = json!({"arcp": "1.1", "id": id, "type": wire_type, "payload": payload});
        if let Some(session) = &self.session {
            frame["session_id"] = session.clone();
        }
        for (name, value) in more.as_object().unwrap() {
            frame[name] = value.clone();
        }
        self.raw(&frame.to_string()).await;
        id
    }

    async fn raw(&mut self, text: &str) {
        poll_fn(|cx| self.transport.poll_ready(cx)).await.unwrap();
        self.transport.start_send(text.into()).unwrap();
        poll_fn(|cx| self.transport.poll_flush(cx)).await.unwrap();
    }

    /// The code with which the runtime closed the connection.
    fn goodbye(&self) -> Option<u16> {
        self.transport.goodbye().map(|goodbye| goodbye.code)
    }

    /// The next frame; `None` when the runtime has closed the connection.
    async fn try_receive(&mut self) -> Option<Value> {
        let text = self.try_receive_text().await?;
        Some(serde_json::from_str(&text).unwrap())
    }

    /// The next frame as it came.
    async fn try_receive_text(&mut self) -> Option<String> {
        let next = tokio::time::timeout(
            Duration::from_mins(1),
            poll_fn(|cx| self.transport.poll_recv(cx)),
        )
        .await;
        match next.expect("the runtime says something within a minute") {
            Some(Ok(Received::Frame(text))) => Some(text.to_string()),
            Some(Ok(other)) => panic!("{other:?}"),
            Some(Err(error)) => panic!("{error}"),
            None => None,
        }
    }

    async fn receive(&mut self) -> Value {
        self.try_receive().await.expect("a frame before the end")
    }

    /// Frames up to and including the one with this number.
    async fn until_number(&mut self, number: u64) -> Vec<Value> {
        let mut frames = Vec::new();
        while frames
            .last()
            .is_none_or(|frame: &Value| frame["event_seq"] != number)
        {
            frames.push(self.receive().await);
        }
        frames
    }

    /// Frames up to and including the first of `wire_type`.
    async fn until(&mut self, wire_type: &str) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = self.receive().await;
            let found = frame["type"] == wire_type;
            frames.push(frame);
            if found {
                return frames;
            }
        }
    }

    /// Frames up to and including the end of `job`.
    async fn until_end(&mut self, job: &Value) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = self.receive().await;
            let end = frame["job_id"] == *job
                && (frame["type"] == "job.result" || frame["type"] == "job.error");
            frames.push(frame);
            if end {
                return frames;
            }
        }
    }

    /// Submits `payload` and collects every frame up to the terminal of the job.
    async fn run(&mut self, payload: Value) -> Vec<Value> {
        self.send("job.submit", payload).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.receive().await;
            let over = ["job.result", "job.error", "session.error"]
                .iter()
                .any(|end| frame["type"] == *end);
            frames.push(frame);
            if over {
                return frames;
            }
        }
    }

    /// Sends a request that is refused; gives the code.
    async fn refused(&mut self, wire_type: &str, payload: Value) -> String {
        let id = self.send(wire_type, payload.clone()).await;
        let error = self.receive().await;
        assert_eq!(error["type"], "session.error", "{payload}: {error}");
        assert_eq!(error["payload"]["request_id"], json!(id), "{error}");
        error["payload"]["code"].as_str().unwrap().to_owned()
    }

    /// Nothing is on its way to this peer: the next frame it gets answers its own ping.
    async fn quiet(&mut self) {
        let nonce = format!("quiet-{}", self.sent);
        self.send("session.ping", json!({"nonce": nonce})).await;
        let next = self.receive().await;
        assert_eq!(next["payload"]["ping_nonce"], json!(nonce), "{next}");
    }

    /// Submits to the probe and waits until it is accepted.
    async fn probe(&mut self, steps: Value) -> Value {
        self.send(
            "job.submit",
            json!({"agent": "probe", "input": {"do": steps}}),
        )
        .await;
        let accepted = self.receive().await;
        assert_eq!(accepted["type"], "job.accepted", "{accepted}");
        accepted
    }

    fn hang_up(mut self) -> Self {
        let (other, _) = memory::pair(1);
        self.transport = other;
        self
    }
}

/// Every feature of the wire.
const ALL: [&str; 11] = [
    "heartbeat",
    "ack",
    "list_jobs",
    "subscribe",
    "lease_expires_at",
    "cost.budget",
    "model.use",
    "provisioned_credentials",
    "progress",
    "result_chunk",
    "agent_versions",
];

fn hello(token: &str) -> Value {
    hello_with(token, &ALL)
}

fn hello_with(token: &str, features: &[&str]) -> Value {
    json!({
        "client": {"name": "raw", "version": "1"},
        "auth": {"scheme": "bearer", "token": token},
        "capabilities": {"encodings": ["json"], "features": features}
    })
}

/// Every feature but one.
fn without(feature: &str) -> Vec<&'static str> {
    ALL.into_iter().filter(|name| *name != feature).collect()
}

fn tokens() -> BearerTokens {
    BearerTokens::new()
        .with("tok-a", "alice")
        .with("tok-b", "bob")
}

async fn in_memory(limits: Limits) -> Runtime {
    start(limits, Runtime::builder().store(MemoryStore::new())).await
}

/// A policy under which everybody may look at everybody's jobs.
#[derive(Debug)]
struct Everybody;

impl Observers for Everybody {
    fn may_observe(&self, _who: &Principal, _owner: &Principal) -> bool {
        true
    }
}

async fn in_file(path: &std::path::Path) -> (Runtime, std::sync::Arc<SqliteStore>) {
    let store = std::sync::Arc::new(SqliteStore::open(path, Durability::Process).unwrap());
    let runtime = start(
        Limits::default(),
        Runtime::builder().shared_store(store.clone()),
    )
    .await;
    (runtime, store)
}

async fn start(limits: Limits, builder: arcp_runtime::server::Builder) -> Runtime {
    let builder = demo::all()
        .into_iter()
        .fold(builder, arcp_runtime::server::Builder::shared_agent);
    let builder = probe::Probe::versions(None)
        .into_iter()
        .fold(builder, arcp_runtime::server::Builder::agent);
    builder
        .verifier(tokens())
        .limits(limits)
        .start()
        .await
        .unwrap()
}

/// The texts of the `log` events among the frames.
fn logged(frames: &[Value]) -> Vec<String> {
    frames
        .iter()
        .filter(|frame| frame["payload"]["kind"] == "log")
        .map(|frame| {
            frame["payload"]["body"]["message"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// What every member of a range reads as.
fn texts(range: std::ops::Range<u64>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

/// The numbers of the frames that have one.
fn numbers(frames: &[Value]) -> Vec<u64> {
    frames
        .iter()
        .filter_map(|frame| frame["event_seq"].as_u64())
        .collect()
}
