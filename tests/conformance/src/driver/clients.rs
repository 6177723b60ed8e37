//! The steps of scenarios that play the runtime: the client under test comes, is welcomed, and ends.

use serde_json::{Map, Value, json};

use super::connection::{Connection, Unseen};
use super::{Play, Wrong};
use crate::client::Stand;
use crate::scenario::{Accept, Exits, Welcome};
use crate::transcript::Side;
use crate::value::fresh;

impl Play<'_> {
    /// Gives the play a client and the place where it connects.
    pub(super) fn stand(&mut self, stand: Stand) {
        self.client = Some(stand);
    }

    fn client(&mut self) -> Result<&mut Stand, Wrong> {
        self.client
            .as_mut()
            .ok_or_else(|| Wrong::scenario("this step is for scenarios that play the runtime"))
    }

    pub(super) async fn accept(&mut self, step: &Accept) -> Result<(), Wrong> {
        let within = self.patience(step.within);
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
