//! The steps of scenarios that play the runtime: the client under test comes, is welcomed, and ends.

use serde_json::{Map, Value, json};

use super::connection::{Connection, Unseen};
use super::{Play, Wrong};
use crate::client::{Commands, Stand};
use crate::scenario::{Accept, Exits, Kill, Submitted, Welcome};
use crate::transcript::Side;
use crate::value::fresh;

/// What is expected of a command.
const STARTED: &str = "a client that can be started";
/// How often is looked for what a client keeps.
const BETWEEN: std::time::Duration = std::time::Duration::from_millis(10);

impl Play<'_> {
    /// Makes the place where clients connect, and starts the scenario's client.
    pub(super) async fn stand(&mut self, commands: &Commands) -> Result<(), Wrong> {
        let stand = Stand::open(commands).await;
        self.client = Some(stand.map_err(|error| Wrong::new(STARTED, error))?);
        let words = json!({
            "agent": "probe",
            "input": {"say": "hello"},
            "job": "job_1",
            "key": format!("key-{}", fresh()),
            "lease": {},
        });
        self.names.set("words", words);
        let scenario = self.scenario;
        self.start(&scenario.client, &scenario.with)
    }

    /// Starts a command of the client; `with` says what words of it stand for.
    pub(super) fn start(&mut self, command: &str, with: &Map<String, Value>) -> Result<(), Wrong> {
        for (name, value) in with {
            let value = self.names.expand(value)?;
            self.names.set_member("words", name, value);
        }
        let words = self.names.get("words").and_then(Value::as_object).cloned();
        let started = self.client()?.start(command, &words.unwrap_or_default());
        started.map_err(|error| Wrong::new(STARTED, error))
    }

    pub(super) async fn kill(&mut self, step: &Kill) -> Result<(), Wrong> {
        let deadline = tokio::time::Instant::now() + self.stage.patience;
        while step.kept && !self.client()?.has_kept() {
            if tokio::time::Instant::now() > deadline {
                return Err(Wrong::new(
                    "a client that keeps in {file} what another process needs",
                    "no such file, or an empty one",
                ));
            }
            tokio::time::sleep(BETWEEN).await;
        }
        for text in &step.hides {
            let text = self.plain(text)?;
            if self.client()?.has_kept_text(&text) {
                return Err(Wrong::new(
                    format!("{{file}} without {text:?}"),
                    "it is there",
                ));
            }
        }
        let killed = self.client()?.kill().await;
        killed.map_err(|error| Wrong::new("a client that can be killed", error))
    }

    /// The client submits, and the job is accepted.
    pub(super) async fn submitted(&mut self, step: &Submitted) -> Result<(), Wrong> {
        let pattern = json!({"type": "job.submit", "payload": step.payload});
        let submit = self
            .take(
                &step.on,
                &json!({"type": "job.submit"}),
                self.stage.patience,
            )
            .await?;
        self.compare(&pattern, &submit)?;
        let job = self.plain(&step.job)?;
        let mut payload = json!({
            "job_id": job,
            "agent": "probe@2.0.0",
            "lease": {},
            "accepted_at": "2026-01-01T00:00:00.000Z",
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            "request_id": submit["id"],
        });
        for (name, value) in &step.accepted {
            payload[name] = self.names.expand(value)?;
        }
        self.keep(Some(&step.r#as), submit)?;
        let frame = json!({"type": "job.accepted", "job_id": job, "payload": payload});
        let Value::Object(frame) = frame else {
            return Err(Wrong::scenario("a frame is an object"));
        };
        self.send(&step.on, &frame).await?;
        Ok(())
    }

    fn client(&mut self) -> Result<&mut Stand, Wrong> {
        self.client
            .as_mut()
            .ok_or_else(|| Wrong::scenario("this step is for scenarios that play the runtime"))
    }

    pub(super) async fn accept(&mut self, step: &Accept) -> Result<(), Wrong> {
        let mut within = self.patience(step.within);
        if self.opened == 0 {
            // How long a command takes to start is no matter of the protocol.
            let start = self.client()?.start_takes();
            within = within.max(self.stage.patience).max(start);
        }
        let stand = self.client()?;
        let (link, request) = match tokio::time::timeout(within, stand.accept()).await {
            Ok(Ok(accepted)) => accepted,
            Ok(Err(error)) => return Err(Wrong::new("a client that connects", error)),
            Err(_) => {
                return Err(Wrong::new(
                    format!("a client that connects within {} ms", within.as_millis()),
                    "nobody",
                ));
            }
        };
        self.opened += 1;
        let on = self.plain(&step.on)?;
        let name = format!("{on}{}", self.opened);
        let connection = Connection::new(name, link, self.transcript.clone(), Side::Runtime);
        self.names.set_member(&on, "request", request);
        self.connections.insert(on, connection);
        Ok(())
    }

    pub(super) async fn welcome(&mut self, step: &Welcome) -> Result<(), Wrong> {
        let within = self.stage.patience;
        let hello = match self.connection(&step.on)?.next(within).await {
            Ok(frame) => frame,
            Err(Unseen::Late) => return Err(Wrong::new("a hello", "nothing")),
            Err(Unseen::Ended(how)) => return Err(Wrong::new("a hello", how)),
        };
        self.compare(&step.hello, &hello)?;
        let on = self.plain(&step.on)?;
        self.names.set_member(&on, "hello", hello.clone());
        let named = &hello["payload"]["resume"]["session_id"];
        let session = match named {
            Value::String(_) => named.clone(),
            _ => json!(format!("sess_{}", fresh())),
        };
        let token = format!("rt_{}{}", fresh(), &fresh()[..17]);
        let mut payload = json!({
            "runtime": {"name": "arcp-conform", "version": env!("CARGO_PKG_VERSION")},
            "resume_token": token,
            "resume_window_sec": 600,
            "heartbeat_interval_sec": 30,
            "capabilities": {
                "encodings": ["json"],
                "features": step.features.as_ref().unwrap_or(&self.stage.library.features),
                "agents": [{"name": "probe", "versions": ["1.0.0", "2.0.0"], "default": "2.0.0"}],
            },
            "session_id": session,
            "accepted_at": "2026-01-01T00:00:00.000Z",
        });
        for (name, value) in &step.payload {
            payload[name] = self.names.expand(value)?;
        }
        let mut frame = Map::new();
        frame.insert("type".to_owned(), json!("session.welcome"));
        frame.insert("payload".to_owned(), payload.clone());
        frame.extend(step.frame.clone());
        self.connection(&on)?.session = Some(session.clone());
        self.names.set_member(&on, "session", session);
        self.names
            .set_member(&on, "token", payload["resume_token"].clone());
        self.send(&on, &frame).await?;
        Ok(())
    }

    pub(super) async fn exits(&mut self, step: &Exits) -> Result<(), Wrong> {
        let within = self.patience(step.within);
        let ended = match tokio::time::timeout(within, self.client()?.ended()).await {
            Ok(Ok(ended)) => ended,
            Ok(Err(error)) => return Err(Wrong::new("a client that ends", error)),
            Err(_) => {
                return Err(Wrong::new(
                    format!("a client that ends within {} ms", within.as_millis()),
                    "it goes on",
                ));
            }
        };
        if step.well.is_some_and(|well| well != ended.well) {
            let word = |well| if well { "success" } else { "a failure" };
            return Err(Wrong::new(
                word(!ended.well),
                format!("{}: {} {}", word(ended.well), ended.output, ended.errors),
            ));
        }
        for text in &step.says {
            let text = self.plain(text)?;
            if !ended.output.contains(&text) {
                return Err(Wrong::new(
                    format!("output with {text:?}"),
                    format!("{:?}", ended.output),
                ));
            }
        }
        for text in &step.hides {
            let text = self.plain(text)?;
            if ended.output.contains(&text) || ended.errors.contains(&text) {
                return Err(Wrong::new(
                    format!("neither output nor errors with {text:?}"),
                    format!("{:?} {:?}", ended.output, ended.errors),
                ));
            }
        }
        Ok(())
    }
}
