//! The steps about jobs: submit one, wait for its end.

use serde_json::{Map, Value, json};

use super::{Play, Wrong};
use crate::matcher::{Matcher, brief};
use crate::scenario::{Ends, Submit};

impl Play<'_> {
    pub(super) async fn submit(&mut self, step: &Submit) -> Result<(), Wrong> {
        let mut payload = Map::new();
        let (agent, input) = self.work(step)?;
        payload.insert("agent".to_owned(), agent);
        payload.insert("input".to_owned(), input);
        if let Some(lease) = &step.lease {
            payload.insert("lease_request".to_owned(), lease.clone());
        }
        payload.extend(step.payload.clone());
        payload.retain(|name, value| name == "input" || !value.is_null());
        let mut frame = Map::new();
        frame.insert("type".to_owned(), json!("job.submit"));
        frame.insert("payload".to_owned(), Value::Object(payload));
        frame.extend(step.frame.clone());
        let sent = self.send(&step.on, &frame).await?;
        if step.unanswered {
            return self.keep(Some(&step.r#as), sent);
        }
        if let Some(code) = &step.refused {
            return self.error(&step.on, code, &json!({}), &sent["id"]).await;
        }
        let accepted = self
            .take_from(
                &step.on,
                &json!({"type": "job.accepted"}),
                self.stage.patience,
                !step.despite_errors,
            )
            .await?;
        self.compare(&step.accepted, &accepted["payload"])?;
        let mut kept = accepted;
        // The job's id is where every peer can find it, whatever the envelope says.
        kept["job_id"] = kept["payload"]["job_id"].clone();
        kept["submit"] = sent;
        self.keep(Some(&step.r#as), kept)
    }

    pub(super) async fn alive(&mut self, on: &str) -> Result<(), Wrong> {
        let error = json!({"type": "session.error"});
        while self
            .take(on, &error, std::time::Duration::ZERO)
            .await
            .is_ok()
        {}
        let submit = Submit {
            on: on.to_owned(),
            r#as: "alive".to_owned(),
            r#do: None,
            program: Some("quick".to_owned()),
            agent: None,
            input: None,
            lease: None,
            payload: Map::new(),
            frame: Map::new(),
            accepted: json!({}),
            refused: None,
            despite_errors: true,
            unanswered: false,
        };
        self.submit(&submit).await?;
        let ends = Ends {
            on: on.to_owned(),
            job: "alive".to_owned(),
            result: Some(json!({"final_status": "success"})),
            error: None,
            events: None,
            contains: None,
            r#as: None,
            within: None,
        };
        self.ends(&ends).await
    }

    fn work(&self, step: &Submit) -> Result<(Value, Value), Wrong> {
        if let Some(name) = &step.program {
            if let Some(program) = self.stage.offer.programs.get(name) {
                return Ok((json!(program.agent), program.input.clone()));
            }
            let steps = self
                .stage
                .library
                .programs
                .get(name)
                .ok_or_else(|| Wrong::scenario(format!("programs.yaml has no `{name}`")))?;
            return Ok((json!("probe"), json!({ "do": steps })));
        }
        let agent = step.agent.as_deref().unwrap_or("probe");
        let input = match (&step.r#do, &step.input) {
            (Some(steps), _) => json!({ "do": steps }),
            (None, Some(input)) => input.clone(),
            (None, None) => Value::Null,
        };
        Ok((json!(agent), input))
    }

    pub(super) async fn ends(&mut self, step: &Ends) -> Result<(), Wrong> {
        let job = self
            .names
            .expand(&json!(format!("${{{}.job_id}}", step.job)))?;
        let within = self.patience(step.within);
        let mut events = Vec::new();
        let end = loop {
            let frame = self
                .take(&step.on, &json!({ "job_id": job }), within)
                .await?;
            match frame["type"].as_str() {
                Some("job.result" | "job.error") => break frame,
                Some("job.event") => events.push(frame),
                _ => {}
            }
        };
        self.right_end(step, &end)?;
        if let Some(pattern) = &step.events {
            let payloads: Vec<Value> = events
                .iter()
                .map(|event| event["payload"].clone())
                .collect();
            self.compare(pattern, &Value::Array(payloads))?;
        }
        if let Some(patterns) = &step.contains {
            self.in_order(patterns, &events)?;
        }
        self.keep(step.r#as.as_deref(), json!({"events": events, "end": end}))
    }

    fn right_end(&mut self, step: &Ends, end: &Value) -> Result<(), Wrong> {
        let (kind, pattern) = match (&step.result, &step.error) {
            (Some(pattern), None) => ("job.result", pattern.clone()),
            (None, Some(Value::String(code))) => ("job.error", json!({ "code": code })),
            (None, Some(pattern)) => ("job.error", pattern.clone()),
            (None, None) => return Ok(()),
            (Some(_), Some(_)) => return Err(Wrong::scenario("`ends` takes result or error")),
        };
        if end["type"] != kind {
            return Err(Wrong::new(
                format!("{kind} {}", brief(&pattern)),
                brief(end),
            ));
        }
        self.compare(&pattern, &end["payload"])
    }

    /// Every pattern fits an event, in this order.
    fn in_order(&mut self, patterns: &[Value], events: &[Value]) -> Result<(), Wrong> {
        let mut rest = events.iter();
        for pattern in patterns {
            let pattern = self.names.expand(pattern)?;
            let found = rest.any(|event| {
                let mut matcher = Matcher::new(&self.stage.library.shapes);
                let fits = matcher.matches(&pattern, &event["payload"]).is_ok();
                if fits {
                    for (name, value) in matcher.captured {
                        self.names.set(&name, value);
                    }
                }
                fits
            });
            if !found {
                let payloads: Vec<Value> = events
                    .iter()
                    .map(|event| event["payload"].clone())
                    .collect();
                return Err(Wrong::new(
                    format!("among the job's events, in order: {}", brief(&pattern)),
                    brief(&Value::Array(payloads)),
                ));
            }
        }
        Ok(())
    }
}
