//! The client against a scripted runtime over the memory transport (§6 to §8): each test plays the runtime frame by frame.
//!
//! All run on a paused clock: waits cost nothing, and timers fire in their order.

use std::future::poll_fn;
use std::panic::Location;
use std::time::Duration;

use arcp_generated::error::ErrorCode;
use arcp_generated::event::EventBody;
use arcp_generated::job::Submit;
use arcp_generated::session::Feature;
use arcp_runtime::client::{
    Backoff, Builder, Client, ClientError, EventStream, Incident, Incidents, JobFailure, JobHandle,
    Loss, LossReason,
};
use arcp_runtime::transport::memory::{self, MemoryTransport};
use arcp_runtime::transport::{BoxTransport, CloseCode, Received, Text, Transport};
use serde_json::{Value, json};
use tokio::sync::mpsc;

mod closing;
mod connection;
mod credentials;
mod events;
mod listing;
mod other_runtimes;
mod own_runtime;
mod requests;
mod results;
mod resuming;
mod subscription;

/// How long a test waits for anything, on its own clock.
const BOUND: Duration = Duration::from_hours(1);

/// A bound for everything that is awaited: what does not come is told with the place that waited for it.
trait Soon: Future + Sized {
    /// The same future, failing the test when it takes too long.
    #[track_caller]
    fn soon(self) -> impl Future<Output = Self::Output> {
        let (place, awaited) = (Location::caller(), Box::pin(self));
        async move {
            let within = tokio::time::timeout(BOUND, awaited).await;
            within.unwrap_or_else(|_| panic!("{place}: waited for {BOUND:?} in vain"))
        }
    }
}

impl<F: Future> Soon for F {}

/// Where the client's connections arrive.
struct Runtime {
    arrivals: mpsc::UnboundedReceiver<MemoryTransport>,
}

/// One connection, seen from the runtime.
struct Peer {
    transport: MemoryTransport,
    session_id: String,
    sent: u64,
}

/// A builder whose connections arrive at the runtime beside it.
fn builder() -> (Builder, Runtime) {
    builder_with_room(4096)
}

/// As [`builder`], over connections that hold so many frames that nobody has read.
fn builder_with_room(frames: usize) -> (Builder, Runtime) {
    let (arrive, arrivals) = mpsc::unbounded_channel();
    let builder = Client::over(move || {
        let arrive = arrive.clone();
        async move {
            let (here, there) = memory::pair(frames);
            arrive.send(there).map_err(|_| ClientError::Connect {
                reason: "nobody listens".to_owned(),
                transient: true,
            })?;
            Ok(Box::new(here) as BoxTransport)
        }
    });
    (builder.token("secret-token"), Runtime { arrivals })
}

/// A client with these features agreed, and its first connection.
async fn open_with(builder: Builder, runtime: &mut Runtime, features: &[&str]) -> (Client, Peer) {
    let connecting = tokio::spawn(builder.connect());
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.welcome("sess_1", "rt_1", features).soon().await;
    (connecting.soon().await.unwrap().unwrap(), peer)
}

async fn open() -> (Client, Peer, Runtime) {
    let (builder, mut runtime) = builder();
    let (client, peer) = open_with(builder, &mut runtime, &[]).soon().await;
    (client, peer, runtime)
}

impl Runtime {
    async fn arrival(&mut self) -> Peer {
        let transport = self
            .arrivals
            .recv()
            .soon()
            .await
            .expect("the client connects");
        Peer {
            transport,
            session_id: String::new(),
            sent: 0,
        }
    }

    /// The next connection, whose hello asks to resume; answered with a welcome that does.
    async fn resumed(&mut self, after: u64, token: &str) -> Peer {
        let mut peer = self.arrival().soon().await;
        let hello = peer.expect("session.hello").soon().await;
        let resume = &hello["payload"]["resume"];
        assert_eq!(resume["session_id"], "sess_1");
        assert_eq!(resume["last_event_seq"], after);
        peer.welcome("sess_1", token, &[]).soon().await;
        peer
    }
}

impl Peer {
    async fn receive(&mut self) -> Option<Value> {
        match poll_fn(|cx| self.transport.poll_recv(cx)).soon().await {
            Some(Ok(Received::Frame(text))) => Some(serde_json::from_str(&text).unwrap()),
            Some(Ok(other)) => panic!("{other:?}"),
            Some(Err(_)) | None => None,
        }
    }

    /// The next frame, which must be of this type.
    async fn expect(&mut self, wire_type: &str) -> Value {
        let frame = self
            .receive()
            .soon()
            .await
            .unwrap_or_else(|| panic!("the client left instead of sending {wire_type}"));
        assert_eq!(frame["type"], wire_type, "{frame}");
        assert_eq!(frame["arcp"], "1.1");
        frame
    }

    async fn write(&mut self, text: String) {
        poll_fn(|cx| self.transport.poll_ready(cx))
            .soon()
            .await
            .unwrap();
        self.transport.start_send(Text::from(text)).unwrap();
    }

    /// A frame of this type in the open session, with more envelope members.
    async fn send_with(&mut self, wire_type: &str, more: Value, payload: Value) {
        self.sent += 1;
        let mut frame = json!({
            "arcp": "1.1", "id": format!("m{}", self.sent), "type": wire_type,
            "payload": payload,
        });
        if !self.session_id.is_empty() {
            frame["session_id"] = json!(self.session_id);
        }
        for (name, value) in more.as_object().unwrap() {
            frame[name] = value.clone();
        }
        self.write(frame.to_string()).soon().await;
    }

    async fn send(&mut self, wire_type: &str, payload: Value) {
        self.send_with(wire_type, json!({}), payload).soon().await;
    }

    async fn welcome(&mut self, session_id: &str, token: &str, features: &[&str]) {
        self.session_id = session_id.to_owned();
        let interval = features.contains(&"heartbeat").then_some(30);
        self.send(
            "session.welcome",
            json!({
                "runtime": {"name": "scripted", "version": "1"},
                "resume_token": token, "resume_window_sec": 600, "heartbeat_interval_sec": interval,
                "capabilities": {"encodings": ["json"], "features": features, "agents": [{"name": "echo", "versions": ["1.0.0"]}]},
            }),
        )
        .soon().await;
    }

    /// Accepts the submission in `frame`.
    async fn accept(&mut self, submit: &Value, job_id: &str) {
        self.send_with(
            "job.accepted",
            json!({"job_id": job_id, "trace_id": submit["trace_id"]}),
            json!({
                "job_id": job_id, "agent": "echo@1.0.0", "lease": {},
                "accepted_at": "2026-01-01T00:00:00.000Z", "request_id": submit["id"],
            }),
        )
        .soon()
        .await;
    }

    async fn event(&mut self, event_seq: u64, job_id: &str, text: &str) {
        self.send_with(
            "job.event",
            json!({"job_id": job_id, "event_seq": event_seq}),
            json!({"kind": "thought", "ts": "2026-01-01T00:00:00.000Z", "body": {"text": text}}),
        )
        .soon()
        .await;
    }

    async fn result(&mut self, event_seq: u64, job_id: &str, result: Value) {
        self.send_with(
            "job.result",
            json!({"job_id": job_id, "event_seq": event_seq}),
            json!({"final_status": "success", "result": result}),
        )
        .soon()
        .await;
    }

    /// Refuses a greeting or a request.
    async fn refuse(&mut self, code: &str, request: Option<&Value>) {
        let id = request.map(|request| request["id"].clone());
        self.send(
            "session.error",
            json!({"code": code, "message": "no", "retryable": false, "request_id": id}),
        )
        .soon()
        .await;
    }

    /// Says goodbye as a runtime does.
    async fn leave(mut self, code: CloseCode, reason: &str) {
        poll_fn(|cx| self.transport.poll_close(cx, code, reason))
            .soon()
            .await
            .unwrap();
    }

    /// Cuts the connection.
    fn cut(self) {
        self.transport.reset();
    }
}

fn job() -> Submit {
    Submit::new("echo".try_into().unwrap())
}

fn keyed(key: &str) -> Submit {
    job().with_idempotency_key(key.try_into().unwrap())
}

/// Submits and accepts a job.
async fn start(client: &Client, peer: &mut Peer, submit: Submit, job_id: &str) -> JobHandle {
    let submitting = tokio::spawn({
        let client = client.clone();
        async move { client.submit(submit).soon().await }
    });
    let frame = peer.expect("job.submit").soon().await;
    peer.accept(&frame, job_id).soon().await;
    submitting.soon().await.unwrap().unwrap()
}

/// Loses the session of `peer`, and begins a new one with these features.
async fn lose_session(peer: Peer, runtime: &mut Runtime, features: &[&str]) -> Peer {
    peer.cut();
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.refuse("RESUME_WINDOW_EXPIRED", None).soon().await;
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.welcome("sess_2", "rt_9", features).soon().await;
    peer
}

/// The next event's number and text.
async fn thought(events: &mut EventStream) -> (u64, String) {
    let event = events.next().soon().await.unwrap().unwrap();
    match event.body {
        EventBody::Thought(thought) => (event.event_seq, thought.text),
        other => panic!("{other:?}"),
    }
}

async fn thoughts(events: &mut EventStream, numbers: std::ops::RangeInclusive<u64>) {
    for n in numbers {
        assert_eq!(thought(events).soon().await, (n, format!("t{n}")));
    }
}

async fn loss(events: &mut EventStream) -> Loss {
    events.next().soon().await.unwrap().unwrap_err()
}
