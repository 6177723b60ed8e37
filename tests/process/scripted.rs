//! The commands against a runtime that the test plays frame by frame, for what ours does not do.

use std::process::Stdio;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Ended, arcp, finish, signal, soon};

/// Where the command connects to.
struct Runtime {
    listener: TcpListener,
    url: String,
}

/// One connection, seen from the runtime.
struct Session {
    socket: WebSocketStream<TcpStream>,
    sent: u64,
}

impl Runtime {
    async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/arcp", listener.local_addr().unwrap());
        Self { listener, url }
    }

    /// A command that connects to it.
    fn asked(&self, words: &[&str]) -> Command {
        arcp(&[words, &["--url", &self.url, "--token", "t"]].concat())
    }

    /// The next connection, welcomed to session `sess_1` without a feature.
    async fn welcome(&self) -> Session {
        self.welcome_with(&[]).await
    }

    async fn welcome_with(&self, features: &[&str]) -> Session {
        let (stream, _) = soon("a connection", self.listener.accept()).await.unwrap();
        let accepting = tokio_tungstenite::accept_async(stream);
        let socket = soon("a handshake", accepting).await.unwrap();
        let mut session = Session { socket, sent: 0 };
        session.expect("session.hello").await;
        let payload = json!({
            "runtime": {"name": "scripted"}, "resume_token": "rt_2", "resume_window_sec": 600,
            "capabilities": {"encodings": ["json"], "features": features, "agents": ["echo"]},
        });
        session.send("session.welcome", json!({}), payload).await;
        session
    }
}

impl Session {
    /// The next frame; `None` when the command has gone.
    async fn receive(&mut self) -> Option<Value> {
        loop {
            match soon("a frame", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => {
                    return Some(serde_json::from_str(text.as_str()).unwrap());
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn expect(&mut self, wire_type: &str) -> Value {
        let frame = self.receive().await.expect("a frame before the end");
        assert_eq!(frame["type"], wire_type, "{frame}");
        frame
    }

    async fn send(&mut self, wire_type: &str, more: Value, payload: Value) {
        self.sent += 1;
        let mut frame = json!({
            "arcp": "1.1", "id": format!("m{}", self.sent), "session_id": "sess_1",
            "type": wire_type, "payload": payload,
        });
        for (name, value) in more.as_object().unwrap() {
            frame[name] = value.clone();
        }
        let message = Message::text(frame.to_string());
        soon("room for a frame", self.socket.send(message))
            .await
            .unwrap();
    }

    /// Refuses a request.
    async fn refuse(&mut self, request: &Value, code: &str) {
        let payload = json!({"code": code, "message": "no", "request_id": request["id"]});
        self.send("session.error", json!({}), payload).await;
    }
}

/// Cancels the job of a saved session while a runtime plays `script`.
async fn cancelling(script: impl AsyncFnOnce(&mut Session, Value)) -> Ended {
    let runtime = Runtime::listen().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.session");
    let saved = json!({"session_id": "sess_1", "resume_token": "rt_1", "last_event_seq": 3, "jobs": ["job_1"]});
    std::fs::write(&path, saved.to_string()).unwrap();
    let path = path.display().to_string();
    let command = runtime.asked(&["cancel", &path]);
    let playing = async {
        let mut session = runtime.welcome().await;
        let cancel = session.expect("job.cancel").await;
        script(&mut session, cancel).await;
        // The command may close, or just go.
        while let Some(frame) = session.receive().await {
            if frame["type"] == "session.close" {
                session.send("session.closed", json!({}), json!({})).await;
            }
        }
    };
    tokio::join!(finish(command, ""), playing).0
}

#[tokio::test]
async fn a_cancel_that_is_refused_is_told() {
    for (code, exit) in [
        ("PERMISSION_DENIED", 8),
        ("INVALID_REQUEST", 9),
        ("JOB_NOT_FOUND", 9),
    ] {
        let ended = cancelling(async |session, cancel| session.refuse(&cancel, code).await).await;
        assert_eq!(ended.code, Some(exit), "{}", ended.stderr);
        assert!(ended.stderr.contains(code), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn a_job_that_ended_before_it_heard_of_the_cancel_has_ended() {
    let ended = cancelling(async |session, cancel| {
        session.refuse(&cancel, "JOB_NOT_FOUND").await;
        session
            .send(
                "job.result",
                json!({"job_id": "job_1", "event_seq": 4}),
                json!({"final_status": "success", "result": 1}),
            )
            .await;
    })
    .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "job_1 has ended: success\n"),
        "{}",
        ended.stderr
    );
}

/// One runtime answers whoever may not cancel as if the job had failed.
#[tokio::test]
async fn a_job_that_ends_otherwise_than_by_the_cancel_says_why() {
    let ended = cancelling(async |session, _| {
        let error = json!({"final_status": "error", "code": "PERMISSION_DENIED", "message": "not yours", "retryable": false});
        session.send("job.error", json!({"job_id": "job_1", "event_seq": 4}), error).await;
    })
    .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (
            Some(0),
            "job_1 has ended: error: PERMISSION_DENIED: not yours\n"
        ),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_second_interrupt_leaves_without_a_word() {
    let runtime = Runtime::listen().await;
    let mut child = arcp(&[
        "submit",
        "--url",
        &runtime.url,
        "--token",
        "t",
        "--agent",
        "echo",
    ])
    .stdin(Stdio::null())
    .stdout(Stdio::null())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let mut session = runtime.welcome().await;
    let submit = session.expect("job.submit").await;
    session
        .send(
            "job.accepted",
            json!({"job_id": "job_1"}),
            json!({"job_id": "job_1", "agent": "echo@1.0.0", "lease": {}, "request_id": submit["id"]}),
        )
        .await;
    session
        .send(
            "job.event",
            json!({"job_id": "job_1", "event_seq": 1}),
            json!({"kind": "thought", "body": {"text": "on"}}),
        )
        .await;
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut line = String::new();
    while !line.ends_with("on") {
        line = soon("the event", lines.next_line()).await.unwrap().unwrap();
    }
    signal(child.id().unwrap(), "INT");
    session.expect("job.cancel").await;
    signal(child.id().unwrap(), "INT");
    // Nothing more is said, and nothing is waited for.
    assert_eq!(session.receive().await, None);
    assert_eq!(
        soon("the end", child.wait()).await.unwrap().code(),
        Some(130)
    );
}

#[tokio::test]
async fn a_request_that_is_never_answered_ends_with_what_to_do() {
    let runtime = Runtime::listen().await;
    let command = runtime.asked(&["submit", "--agent", "echo", "--timeout", "1"]);
    let playing = async {
        let mut session = runtime.welcome().await;
        session.expect("job.submit").await;
        // It is not answered, and nothing else is said until the command has gone.
        while session.receive().await.is_some() {}
    };
    let (ended, ()) = tokio::join!(finish(command, ""), playing);
    assert_eq!(ended.code, Some(7), "{}", ended.stderr);
    for words in [
        "did not answer job.submit within 1 s; the job may exist or not",
        "--timeout allows more time",
    ] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn what_a_runtime_says_does_not_steer_the_terminal() {
    let runtime = Runtime::listen().await;
    let command = runtime.asked(&["submit", "--agent", "echo"]);
    let playing = async {
        let mut session = runtime.welcome().await;
        let submit = session.expect("job.submit").await;
        let payload = json!({"code": "INVALID_REQUEST", "message": "a\u{1b}[2J\nb", "request_id": submit["id"]});
        session.send("session.error", json!({}), payload).await;
        while session.receive().await.is_some() {}
    };
    let (ended, ()) = tokio::join!(finish(command, ""), playing);
    assert_eq!(
        ended.stderr,
        "arcp: the runtime refused: INVALID_REQUEST: a\\x1b[2J⏎b\n"
    );
}

#[tokio::test]
async fn what_came_of_a_list_that_breaks_off_is_shown() {
    for jobs in [1, 0] {
        let runtime = Runtime::listen().await;
        let command = runtime.asked(&["jobs"]);
        let playing = async {
            let mut session = runtime.welcome_with(&["list_jobs"]).await;
            let job = json!({
                "job_id": "job_R1", "agent": "echo@1.0.0", "status": "running",
                "created_at": "2026-05-13T19:30:00Z",
            });
            // The cursor of each page is the same: the list would never end.
            let mut page = vec![job; jobs];
            for _ in 0..2 {
                let asked = session.expect("session.list_jobs").await;
                let payload =
                    json!({"request_id": asked["id"], "jobs": page, "next_cursor": "again"});
                session.send("session.jobs", json!({}), payload).await;
                page.clear();
            }
            while session.receive().await.is_some() {}
        };
        let (ended, ()) = tokio::join!(finish(command, ""), playing);
        assert_ne!(ended.code, Some(0), "{}", ended.stderr);
        let shown = ended.stdout.lines().count();
        assert_eq!(shown, if jobs == 0 { 0 } else { 2 }, "{}", ended.stdout);
        assert_eq!(ended.stdout.contains("job_R1"), jobs > 0);
    }
}
