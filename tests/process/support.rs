//! Processes of the command, and raw peers: JSON out, JSON in, no client library.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long anything may take before the test fails with what it waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for `what`, but not for ever.
pub(crate) async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(error) => panic!("{error}: waited {PATIENCE:?} for {what}"),
    }
}

/// The command, with nothing of the environment that could change what it does.
pub(crate) fn arcp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arcp"));
    command.args(arguments).kill_on_drop(true);
    // The probe panics when it is told to; where it did so is of no interest.
    command.env("RUST_BACKTRACE", "0");
    for name in [
        "ARCP_URL",
        "ARCP_TOKEN",
        "ARCP_TOKENS",
        "ARCP_LOG",
        "NO_COLOR",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ] {
        command.env_remove(name);
    }
    command
}

/// How a process ended and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Standard output as JSON lines.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// Runs the command to its end.
pub(crate) async fn run(arguments: &[&str], input: &str) -> Ended {
    finish(arcp(arguments), input).await
}

/// Runs a process to its end, with `input` on its standard input.
pub(crate) async fn finish(mut command: Command, input: &str) -> Ended {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A process that needs no input may have closed it.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = soon("a process to end", child.wait_with_output())
        .await
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Sends a signal by its name, as a person would.
pub(crate) fn signal(pid: u32, name: &str) {
    let sent = std::process::Command::new("sh")
        .args(["-c", &format!("kill -{name} {pid}")])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// A runtime in a process of its own.
pub(crate) struct Server {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it said when it was ready.
    pub(crate) ready: String,
    pub(crate) url: String,
}

impl Server {
    /// Starts `arcp serve` on a free port with the probe and the tokens `tok-a` of alice and `tok-b` of bob.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let mut command = arcp(&[
            "serve",
            "--port",
            "0",
            "--probe",
            "--token",
            "tok-a=alice",
            "--token",
            "tok-b=bob",
        ]);
        command.args(arguments);
        Self::spawn(command).await
    }

    pub(crate) async fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = soon("the runtime to listen", lines.next_line())
            .await
            .unwrap()
            .expect("a line that says where it listens");
        let url = ready
            .split([' ', ','])
            .find(|word| word.starts_with("ws://") || word.starts_with("wss://"))
            .unwrap_or_else(|| panic!("no address in {ready:?}"))
            .to_owned();
        Self {
            child,
            lines,
            ready,
            url,
        }
    }

    /// In memory.
    pub(crate) async fn in_memory() -> Self {
        Self::start(&["--store", "memory"]).await
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// The next line that it says.
    #[cfg(any(feature = "axum", feature = "tls"))]
    pub(crate) async fn line(&mut self) -> String {
        let line = soon("a line", self.lines.next_line()).await.unwrap();
        line.expect("a line before the end")
    }

    /// Its standard error, where the command pipes it.
    pub(crate) fn stderr(&mut self) -> ChildStderr {
        self.child.stderr.take().expect("it is piped")
    }

    /// SIGKILL: no goodbye of any kind.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and what it says until its end.
    pub(crate) async fn terminate(self) -> (ExitStatus, String) {
        signal(self.pid(), "TERM");
        self.wait().await
    }

    /// What it says until its end.
    pub(crate) async fn wait(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        let all = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                rest.push_str(&line);
                rest.push('\n');
            }
            self.child.wait().await.unwrap()
        };
        (soon("the runtime to end", all).await, rest)
    }

    /// SIGTERM, and SIGINT right behind it.
    pub(crate) async fn terminate_twice(mut self) -> ExitStatus {
        let pid = self.child.id().expect("it runs");
        // From one shell, so that nothing comes in between.
        let both = format!("kill -TERM {pid} && kill -INT {pid}");
        let sent = std::process::Command::new("sh")
            .args(["-c", &both])
            .status();
        assert!(sent.unwrap().success());
        soon("the runtime to end", self.child.wait()).await.unwrap()
    }
}

/// What carries a peer's frames.
enum Wire {
    Socket(Box<WebSocketStream<MaybeTlsStream<TcpStream>>>),
    Pipes(Box<Pipes>),
}

/// A runtime behind its standard input and output.
struct Pipes {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
}

/// A raw peer.
pub(crate) struct Peer {
    wire: Wire,
    pub(crate) session: Option<Value>,
    pub(crate) resume_token: Value,
    sent: u32,
}

impl Peer {
    /// Connects over a WebSocket and says nothing.
    pub(crate) async fn dial(url: &str) -> Self {
        let (socket, _) = soon("a connection", tokio_tungstenite::connect_async(url))
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        Self::over(Wire::Socket(Box::new(socket)))
    }

    /// Starts `arcp serve --stdio` and says nothing.
    pub(crate) fn stdio(arguments: &[&str]) -> Self {
        let mut command = arcp(&["serve", "--stdio", "--probe", "--token", "tok-a=alice"]);
        command.args(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self::over(Wire::Pipes(Box::new(Pipes {
            child,
            stdin,
            lines,
        })))
    }

    fn over(wire: Wire) -> Self {
        Self {
            wire,
            session: None,
            resume_token: Value::Null,
            sent: 0,
        }
    }

    /// Connects and says hello as alice.
    pub(crate) async fn hello(url: &str) -> Self {
        let mut peer = Self::dial(url).await;
        peer.greet(hello("tok-a")).await;
        peer
    }

    /// Goes on with the session of another peer, which has everything up to `last`.
    pub(crate) async fn resume(url: &str, of: &Self, last: u64) -> Self {
        let mut peer = Self::dial(url).await;
        let mut payload = hello("tok-a");
        payload["resume"] = json!({"session_id": of.session, "resume_token": of.resume_token, "last_event_seq": last});
        peer.greet(payload).await;
        assert_eq!(peer.session, of.session);
        peer
    }

    pub(crate) async fn greet(&mut self, payload: Value) {
        self.send("session.hello", payload).await;
        let welcome = self.receive().await;
        assert_eq!(welcome["type"], "session.welcome", "{welcome}");
        self.session = Some(welcome["session_id"].clone());
        self.resume_token = welcome["payload"]["resume_token"].clone();
    }

    /// Sends a frame and gives back its id.
    pub(crate) async fn send(&mut self, wire_type: &str, payload: Value) -> String {
        self.send_about(wire_type, payload, None).await
    }

    pub(crate) async fn send_about(
        &mut self,
        wire_type: &str,
        payload: Value,
        job: Option<&Value>,
    ) -> String {
        self.sent += 1;
        let id = format!("m{}", self.sent);
        let mut frame = json!({"arcp": "1.1", "id": id, "type": wire_type, "payload": payload});
        if let Some(session) = &self.session {
            frame["session_id"] = session.clone();
        }
        if let Some(job) = job {
            frame["job_id"] = job.clone();
        }
        self.raw(&frame.to_string()).await;
        id
    }

    /// Sends a text as it is.
    pub(crate) async fn raw(&mut self, text: &str) {
        match &mut self.wire {
            Wire::Socket(socket) => socket.send(Message::text(text)).await.unwrap(),
            Wire::Pipes(pipes) => {
                let stdin = pipes.stdin.as_mut().expect("standard input is open");
                stdin
                    .write_all(format!("{text}\n").as_bytes())
                    .await
                    .unwrap();
                stdin.flush().await.unwrap();
            }
        }
    }

    /// The next frame; `None` when the runtime has gone.
    pub(crate) async fn try_receive(&mut self) -> Option<Value> {
        let text = soon("a frame", async {
            match &mut self.wire {
                Wire::Socket(socket) => loop {
                    match socket.next().await {
                        Some(Ok(Message::Text(text))) => return Some(text.as_str().to_owned()),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                        Some(Ok(_)) => {}
                    }
                },
                Wire::Pipes(pipes) => pipes.lines.next_line().await.unwrap(),
            }
        })
        .await?;
        Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}")))
    }

    pub(crate) async fn receive(&mut self) -> Value {
        self.try_receive().await.expect("a frame before the end")
    }

    /// Frames up to and including the first of one of `wire_types`.
    pub(crate) async fn until(&mut self, wire_types: &[&str]) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = self.receive().await;
            let found = wire_types
                .iter()
                .any(|wire_type| frame["type"] == *wire_type);
            frames.push(frame);
            if found {
                return frames;
            }
        }
    }

    /// Submits a script to the probe.
    pub(crate) async fn probe(&mut self, steps: Value, more: Value) -> String {
        let mut payload = json!({"agent": "probe", "input": {"do": steps}});
        for (name, value) in more.as_object().unwrap() {
            payload[name] = value.clone();
        }
        self.send("job.submit", payload).await
    }

    /// Sends SIGTERM to the process behind standard input and output, and waits for its end.
    pub(crate) async fn terminate(self) -> ExitStatus {
        let Wire::Pipes(mut pipes) = self.wire else {
            panic!("there is a process of its own only behind standard input and output");
        };
        signal(pipes.child.id().expect("it runs"), "TERM");
        soon("the runtime to end", pipes.child.wait())
            .await
            .unwrap()
    }

    /// Ends the connection from this side and waits for the process, where there is one.
    pub(crate) async fn hang_up(self) -> Option<ExitStatus> {
        match self.wire {
            Wire::Socket(mut socket) => {
                // The runtime may have gone first.
                let _ = WebSocketStream::close(&mut socket, None).await;
                None
            }
            Wire::Pipes(mut pipes) => {
                drop(pipes.stdin);
                Some(
                    soon("the runtime to end", pipes.child.wait())
                        .await
                        .unwrap(),
                )
            }
        }
    }
}

/// The payload of a hello that offers what v1.1 has.
pub(crate) fn hello(token: &str) -> Value {
    json!({
        "client": {"name": "raw", "version": "1"},
        "auth": {"scheme": "bearer", "token": token},
        "capabilities": {"encodings": ["json"], "features": [
            "heartbeat", "ack", "list_jobs", "subscribe", "agent_versions", "lease_expires_at",
            "cost.budget", "model.use", "progress", "result_chunk", "provisioned_credentials"
        ]}
    })
}

/// A folder that goes away with the test, and the argument for a store in it.
pub(crate) fn store() -> (tempfile::TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runtime.db");
    let argument = format!("sqlite:{}", path.display());
    (folder, path, argument)
}

/// The rest of what a process says.
pub(crate) async fn rest(mut from: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut text = String::new();
    soon("the end of a stream", from.read_to_string(&mut text))
        .await
        .unwrap();
    text
}
