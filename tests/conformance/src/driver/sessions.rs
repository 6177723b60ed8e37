//! The steps about connections, sessions and single frames.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::connection::{Connection, Unseen, bytes, summaries, summary};
use super::{Play, Wrong, no_link};
use crate::link::{NoLink, Outgoing};
use crate::matcher::{Matcher, brief};
use crate::scenario::{Ask, Closed, Expect, Hello, Nothing, Open, Raw, Refused, Resume};
use crate::transcript::Side;

/// How often a poll may ask before it gives up; it also gives up when time is over.
pub(super) const POLLS: usize = 500;
/// Between two polls.
pub(super) const BETWEEN: Duration = Duration::from_millis(20);

impl Play<'_> {
    pub(super) async fn open(&mut self, step: &Open) -> Result<(), Wrong> {
        let linked = self
            .stage
            .runtime
            .connect(&self.scenario.profile, step.path.as_deref())
            .await;
        match (linked, step.refused) {
            (Ok(link), None) => {
                self.opened += 1;
                let on = self.plain(&step.on)?;
                let name = format!("{on}{}", self.opened);
                let connection = Connection::new(name, link, self.transcript.clone(), Side::Client);
                self.connections.insert(on, connection);
                Ok(())
            }
            (Err(NoLink::Refused(status)), Some(wanted)) if status == wanted => Ok(()),
            (Ok(_), Some(wanted)) => Err(Wrong::new(
                format!("HTTP status {wanted} instead of an upgrade"),
                "a connection",
            )),
            (Err(error), Some(wanted)) => Err(Wrong::new(
                format!("HTTP status {wanted} instead of an upgrade"),
                error.to_string(),
            )),
            (Err(error), None) => Err(no_link(&error)),
        }
    }

    async fn dial(&mut self, on: &str) -> Result<(), Wrong> {
        self.open(&Open {
            on: on.to_owned(),
            path: None,
            refused: None,
        })
        .await
    }

    fn greeting(&self, who: &str) -> Result<Map<String, Value>, Wrong> {
        let token = self
            .names
            .get(who)
            .ok_or_else(|| Wrong::scenario(format!("there is no principal `{who}`")))?;
        let greeting = json!({
            "client": {"name": "arcp-conform", "version": env!("CARGO_PKG_VERSION")},
            "auth": {"scheme": "bearer", "token": token},
            "capabilities": {"encodings": ["json"], "features": self.stage.library.features},
        });
        match greeting {
            Value::Object(members) => Ok(members),
            _ => Err(Wrong::scenario("a greeting is an object")),
        }
    }

    pub(super) async fn hello(&mut self, step: &Hello) -> Result<(), Wrong> {
        self.dial(&step.on).await?;
        let mut payload = self.greeting(&step.who)?;
        let features: Vec<String> = step
            .features
            .as_ref()
            .unwrap_or(&self.stage.library.features)
            .iter()
            .filter(|feature| !step.without.contains(feature))
            .cloned()
            .collect();
        payload.insert(
            "capabilities".to_owned(),
            json!({"encodings": ["json"], "features": features}),
        );
        payload.extend(step.payload.clone());
        let mut frame = Map::new();
        frame.insert("type".to_owned(), json!("session.hello"));
        frame.insert("payload".to_owned(), Value::Object(payload));
        frame.extend(step.frame.clone());
        self.send(&step.on, &frame).await?;
        self.welcomed(&step.on).await?;
        if let Some(pattern) = &step.welcome {
            let welcome = self
                .names
                .expand(&json!(format!("${{{}.welcome}}", step.on)))?;
            self.compare(pattern, &welcome)?;
        }
        Ok(())
    }

    /// Takes the welcome, which has to be the next frame, and keeps what the session needs.
    async fn welcomed(&mut self, on: &str) -> Result<(), Wrong> {
        let patience = self.stage.patience;
        let connection = self.connection(on)?;
        let welcome = match connection.next(patience).await {
            Ok(frame) if frame["type"] == "session.welcome" => frame,
            Ok(frame) => return Err(Wrong::new("session.welcome", summary(&frame))),
            Err(Unseen::Late) => return Err(Wrong::new("session.welcome", "nothing")),
            Err(Unseen::Ended(how)) => return Err(Wrong::new("session.welcome", how)),
        };
        connection.session = Some(welcome["session_id"].clone());
        self.names
            .set_member(on, "session", welcome["session_id"].clone());
        self.names
            .set_member(on, "token", welcome["payload"]["resume_token"].clone());
        self.names.set_member(on, "welcome", welcome);
        Ok(())
    }

    pub(super) async fn resume(&mut self, step: &Resume) -> Result<(), Wrong> {
        let session = self
            .names
            .expand(&json!(format!("${{{}.session}}", step.of)))?;
        let token = match &step.token {
            Some(token) => self.names.expand(token)?,
            None => self
                .names
                .expand(&json!(format!("${{{}.token}}", step.of)))?,
        };
        let last = self.names.expand(&step.last)?;
        self.dial(&step.on).await?;
        let mut payload = self.greeting(&step.who)?;
        let mut kind = "session.hello";
        match self.plain(&step.by)?.as_str() {
            "hello" => {
                let block =
                    json!({"session_id": session, "resume_token": token, "last_event_seq": last});
                payload.insert("resume".to_owned(), block);
            }
            "flat" => {
                payload.insert("resume_token".to_owned(), token);
                payload.insert("last_event_seq".to_owned(), last);
            }
            "message" => {
                kind = "session.resume";
                payload.insert("resume_token".to_owned(), token);
                payload.insert("last_event_seq".to_owned(), last);
                payload.insert("session_id".to_owned(), session.clone());
            }
            other => {
                return Err(Wrong::scenario(format!(
                    "`by: {other}`: write hello, flat or message"
                )));
            }
        }
        let mut frame = Map::new();
        frame.insert("type".to_owned(), json!(kind));
        frame.insert("payload".to_owned(), Value::Object(payload));
        let sent = self.send(&step.on, &frame).await?;
        if let Some(code) = &step.refused {
            self.error(&step.on, code, &json!({}), &sent["id"]).await?;
            return self.ended(&step.on).await;
        }
        self.welcomed(&step.on).await?;
        let resumed = self
            .names
            .expand(&json!(format!("${{{}.session}}", step.on)))?;
        if resumed == session {
            Ok(())
        } else {
            Err(Wrong::new(
                format!("the session that was resumed, {session}"),
                format!("the session {resumed}"),
            ))
        }
    }

    pub(super) async fn raw(&mut self, step: &Raw) -> Result<(), Wrong> {
        for _ in 0..step.times {
            if let Some(text) = &step.text {
                let text = self.plain(text)?;
                self.connection(&step.on)?.send_text(text).await;
            } else if let Some(text) = &step.base64 {
                let bytes = bytes(text)?;
                self.connection(&step.on)?.send_bytes(bytes).await;
            } else if let Some(frame) = &step.binary {
                let frame = self.names.expand(&Value::Object(frame.clone()))?;
                let bytes = frame.to_string().into_bytes();
                self.connection(&step.on)?.send_bytes(bytes).await;
            } else {
                return Err(Wrong::scenario("`raw` takes text, base64 or binary"));
            }
        }
        Ok(())
    }

    pub(super) async fn expect(&mut self, step: &Expect) -> Result<(), Wrong> {
        let pattern = self.names.expand(&step.frame)?;
        let within = self.patience(step.within);
        let frame = if step.next {
            match self.connection(&step.on)?.next(within).await {
                Ok(frame) => frame,
                Err(Unseen::Late) => return Err(Wrong::new(brief(&pattern), "nothing")),
                Err(Unseen::Ended(how)) => return Err(Wrong::new(brief(&pattern), how)),
            }
        } else {
            self.take_from(&step.on, &pattern, within, !step.despite_errors)
                .await?
        };
        self.compare(&pattern, &frame)?;
        self.keep(step.r#as.as_deref(), frame)
    }

    pub(super) async fn until(&mut self, step: &Expect) -> Result<(), Wrong> {
        let pattern = self.names.expand(&step.frame)?;
        let within = self.patience(step.within);
        let mut frames = Vec::new();
        loop {
            let connection = self.connection(&step.on)?;
            let frame = match connection.next(within).await {
                Ok(frame) => frame,
                Err(ended) => {
                    let how = match ended {
                        Unseen::Late => String::new(),
                        Unseen::Ended(how) => format!("{how}; before it: "),
                    };
                    return Err(Wrong::new(
                        brief(&pattern),
                        format!("{how}{}", summaries(frames.iter())),
                    ));
                }
            };
            let mut matcher = Matcher::new(&self.stage.library.shapes);
            let found = matcher.matches(&pattern, &frame).is_ok();
            for (name, value) in matcher.captured {
                self.names.set(&name, value);
            }
            frames.push(frame);
            if found {
                return self.keep(step.r#as.as_deref(), Value::Array(frames));
            }
        }
    }

    pub(super) async fn ask(&mut self, step: &Ask) -> Result<(), Wrong> {
        let sent = self.send(&step.on, &step.frame).await?;
        self.names.set("sent", sent);
        let pattern = self.names.expand(&step.gets)?;
        if step.despite_errors {
            // Whatever was refused before; the answer itself is waited for below.
            self.set_errors_aside(&step.on).await?;
        }
        let answer = self
            .take_from(
                &step.on,
                &pattern,
                self.stage.patience,
                !step.despite_errors,
            )
            .await?;
        self.compare(&pattern, &answer)?;
        self.keep(step.r#as.as_deref(), answer)
    }

    pub(super) async fn poll(&mut self, step: &Ask) -> Result<(), Wrong> {
        let deadline = tokio::time::Instant::now() + self.stage.patience;
        let mut last = Ok(());
        for _ in 0..POLLS {
            last = self.ask(step).await;
            if last.is_ok() || tokio::time::Instant::now() > deadline {
                break;
            }
            tokio::time::sleep(BETWEEN).await;
        }
        last
    }

    pub(super) async fn refused(&mut self, step: &Refused) -> Result<(), Wrong> {
        let id = if let Some(frame) = &step.frame {
            self.send(&step.on, frame).await?["id"].clone()
        } else if let Some(raw) = &step.raw {
            let text = self.plain(raw)?;
            self.connection(&step.on)?.send_text(text).await;
            Value::Null
        } else {
            Value::Null
        };
        self.error(&step.on, &step.code, &step.error, &id).await?;
        if step.closes {
            self.ended(&step.on).await?;
        }
        Ok(())
    }

    /// Waits for a `session.error` with one of the codes, about the request `id` where the runtime says which.
    pub(super) async fn error(
        &mut self,
        on: &str,
        code: &Value,
        more: &Value,
        id: &Value,
    ) -> Result<(), Wrong> {
        let error = self
            .take(on, &json!({"type": "session.error"}), self.stage.patience)
            .await?;
        let mut pattern =
            json!({"payload": {"$all": [{"$shape": "error"}, {"code": {"$one_of": code}}, more]}});
        if let Some(Value::String(_)) = error["payload"].get("request_id")
            && !id.is_null()
        {
            pattern["payload"]["$all"]
                .as_array_mut()
                .into_iter()
                .for_each(|all| all.push(json!({"request_id": id})));
        }
        self.names.set("error", error.clone());
        self.compare(&pattern, &error)
    }

    async fn set_errors_aside(&mut self, on: &str) -> Result<(), Wrong> {
        let error = json!({"type": "session.error"});
        while self.take(on, &error, Duration::ZERO).await.is_ok() {}
        Ok(())
    }

    async fn ended(&mut self, on: &str) -> Result<(), Wrong> {
        self.closed(&Closed {
            on: on.to_owned(),
            code: None,
            within: None,
            frames: None,
        })
        .await
    }

    pub(super) async fn closed(&mut self, step: &Closed) -> Result<(), Wrong> {
        let within = self.patience(step.within);
        let (frames, ended) = self.connection(&step.on)?.wait_end(within).await;
        let Some((code, reason)) = ended else {
            return Err(Wrong::new(
                format!(
                    "the runtime closes the connection within {} ms",
                    within.as_millis()
                ),
                "it stays open",
            ));
        };
        for frame in &frames {
            match &step.frames {
                Some(pattern) => self.compare(pattern, frame)?,
                None => return Err(Wrong::new("no frame before the end", summary(frame))),
            }
        }
        match (&step.code, code) {
            (Some(codes), Some(code)) if !codes.contains(&code) => Err(Wrong::new(
                format!("one of the close codes {codes:?}"),
                format!("{code} {reason}"),
            )),
            _ => Ok(()),
        }
    }

    pub(super) async fn nothing(&mut self, step: &Nothing) -> Result<(), Wrong> {
        let pattern = match &step.frame {
            Some(pattern) => self.names.expand(pattern)?,
            None => json!({}),
        };
        let shapes = &self.stage.library.shapes;
        let within = Duration::from_millis(step.r#for);
        let on = self.plain(&step.on)?;
        let connection = self
            .connections
            .get_mut(&on)
            .ok_or_else(|| Wrong::scenario(format!("no connection `{on}` was opened")))?;
        let taken = connection
            .take(
                &mut |frame| Matcher::new(shapes).matches(&pattern, frame).is_ok(),
                within,
            )
            .await;
        match taken {
            Ok(frame) => Err(Wrong::new(
                format!("nothing for {} ms", step.r#for),
                format!("{}: {}", summary(&frame), brief(&frame)),
            )),
            Err(Unseen::Late) => Ok(()),
            // A client may go when it has nothing more to say; a runtime has to stay.
            Err(Unseen::Ended(_)) if self.client.is_some() => Ok(()),
            Err(Unseen::Ended(how)) => Err(Wrong::new("a connection that stays open", how)),
        }
    }

    pub(super) async fn drop_connection(&mut self, on: &str, how: Outgoing) -> Result<(), Wrong> {
        let cut = how == Outgoing::Cut;
        self.connection(on)?.end(how).await;
        if cut {
            // The carrier takes the cut from its queue before the connection's name is used again.
            let patience = self.stage.patience;
            let _ = self.connection(on)?.wait_end(patience).await;
        }
        Ok(())
    }
}
