//! One connection of a scenario: what is sent and what comes is written down, pings are answered, frames wait until a step
//! asks for them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::link::{Incoming, Link, Outgoing};
use crate::transcript::{Side, Transcript, What};
use crate::value::fresh;

/// Frames that wait for a step to ask for them.
const WAITING: usize = 100_000;

/// What a connection brought, after pings were answered.
#[derive(Debug)]
pub(super) enum Seen {
    Frame(Value),
    Closed { code: Option<u16>, reason: String },
}

/// A connection that a scenario opened.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) name: String,
    pub(super) session: Option<Value>,
    out: mpsc::Sender<Outgoing>,
    seen: mpsc::Receiver<Seen>,
    waiting: VecDeque<Value>,
    ended: Option<(Option<u16>, String)>,
    answers: Arc<AtomicBool>,
    pump: JoinHandle<()>,
    transcript: Transcript,
    we: Side,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

/// Why a wait ended without the frame.
#[derive(Debug)]
pub(super) enum Unseen {
    /// Time is over.
    Late,
    /// The connection ended first.
    Ended(String),
}

impl Connection {
    /// `we` is the side that the kit plays on it.
    pub(super) fn new(name: String, mut link: Link, transcript: Transcript, we: Side) -> Self {
        transcript.write(&name, Side::Client, What::Opened(true));
        let (forward, seen) = mpsc::channel(WAITING);
        let answers = Arc::new(AtomicBool::new(true));
        let out = link.out.clone();
        let pump = {
            let (name, transcript, answers) =
                (name.clone(), transcript.clone(), Arc::clone(&answers));
            tokio::spawn(async move {
                while let Some(incoming) = link.incoming.recv().await {
                    let Some(seen) = note(&name, &transcript, incoming, we) else {
                        continue;
                    };
                    if let Seen::Frame(frame) = &seen
                        && tells_that_it_runs(frame)
                    {
                        continue;
                    }
                    if let Seen::Frame(frame) = &seen
                        && frame["type"] == "session.ping"
                        && answers.load(Ordering::Relaxed)
                    {
                        let pong = pong(frame).to_string();
                        transcript.text(&name, we, &pong);
                        let _ = link.out.send(Outgoing::Text(pong)).await;
                        continue;
                    }
                    let last = matches!(seen, Seen::Closed { .. });
                    // A scenario that leaves so many frames unread has gone wrong; the connection is dropped then.
                    if forward.try_send(seen).is_err() || last {
                        return;
                    }
                }
            })
        };
        Self {
            name,
            session: None,
            out,
            seen,
            waiting: VecDeque::new(),
            ended: None,
            answers,
            pump,
            transcript,
            we,
        }
    }

    pub(super) fn answer_pings(&self, answers: bool) {
        self.answers.store(answers, Ordering::Relaxed);
    }

    /// Sends a frame with `arcp`, `id` and `session_id` filled in, and gives it back as it was sent.
    pub(super) async fn send(&self, mut frame: Map<String, Value>) -> Value {
        let mut whole = Map::new();
        let defaults = [
            ("arcp", Some(json!("1.1"))),
            ("id", Some(Value::String(fresh()))),
            ("session_id", self.session.clone()),
            ("payload", Some(json!({}))),
        ];
        for (name, default) in defaults {
            match frame.get(name) {
                None => {
                    if let Some(default) = default {
                        whole.insert(name.to_owned(), default);
                    }
                }
                Some(Value::Null) => {
                    frame.remove(name);
                }
                Some(_) => {}
            }
        }
        whole.append(&mut frame);
        let frame = Value::Object(whole);
        self.send_text(frame.to_string()).await;
        frame
    }

    pub(super) async fn send_text(&self, text: String) {
        self.transcript.text(&self.name, self.we, &text);
        // A connection that is gone is noticed by whoever waits for an answer.
        let _ = self.out.send(Outgoing::Text(text)).await;
    }

    pub(super) async fn send_bytes(&self, bytes: Vec<u8>) {
        self.transcript.binary(&self.name, self.we, &bytes);
        let _ = self.out.send(Outgoing::Binary(bytes)).await;
    }

    pub(super) async fn end(&mut self, how: Outgoing) {
        self.transcript
            .write(&self.name, self.we, What::Closed(format!("{how:?}")));
        let _ = self.out.send(how).await;
    }

    /// Takes the first waiting frame that `wanted` says yes to, and waits for one when there is none.
    pub(super) async fn take(
        &mut self,
        wanted: &mut (dyn FnMut(&Value) -> bool + Send),
        within: Duration,
    ) -> Result<Value, Unseen> {
        if let Some(place) = self.waiting.iter().position(&mut *wanted) {
            return Ok(self.waiting.remove(place).unwrap_or_default());
        }
        let deadline = Instant::now() + within;
        loop {
            let frame = self.receive(deadline).await?;
            if wanted(&frame) {
                return Ok(frame);
            }
            self.waiting.push_back(frame);
        }
    }

    /// The next frame that came, whatever it is.
    pub(super) async fn next(&mut self, within: Duration) -> Result<Value, Unseen> {
        self.take(&mut |_| true, within).await
    }

    async fn receive(&mut self, deadline: Instant) -> Result<Value, Unseen> {
        if let Some((code, reason)) = &self.ended {
            return Err(Unseen::Ended(ending(*code, reason)));
        }
        match tokio::time::timeout_at(deadline, self.seen.recv()).await {
            Err(_) => Err(Unseen::Late),
            Ok(Some(Seen::Frame(frame))) => Ok(frame),
            Ok(Some(Seen::Closed { code, reason })) => {
                let told = ending(code, &reason);
                self.ended = Some((code, reason));
                Err(Unseen::Ended(told))
            }
            Ok(None) => {
                self.ended = Some((None, "dropped".to_owned()));
                Err(Unseen::Ended("dropped".to_owned()))
            }
        }
    }

    /// Waits for the end; the frames that came before it, and the close code.
    pub(super) async fn wait_end(
        &mut self,
        within: Duration,
    ) -> (Vec<Value>, Option<(Option<u16>, String)>) {
        let deadline = Instant::now() + within;
        while self.ended.is_none() {
            match self.receive(deadline).await {
                Ok(frame) => self.waiting.push_back(frame),
                Err(Unseen::Late) => break,
                Err(Unseen::Ended(_)) => {}
            }
        }
        (self.waiting.drain(..).collect(), self.ended.clone())
    }

    /// What waits, in short, for a report.
    pub(super) fn waiting(&self) -> String {
        summaries(self.waiting.iter())
    }
}

/// Some runtimes tell by themselves that a job has begun (§8.2). They may, and no scenario is about it; the invariants judge it like any other event.
fn tells_that_it_runs(frame: &Value) -> bool {
    let payload = &frame["payload"];
    frame["type"] == "job.event"
        && payload["kind"] == "status"
        && payload["body"]["phase"] == "running"
}

fn ending(code: Option<u16>, reason: &str) -> String {
    match code {
        Some(code) => format!("the connection was closed: {code} {reason}"),
        None => format!("the connection ended: {reason}"),
    }
}

/// Frames in short: how it began and how it ended, and how many there are in between.
pub(super) fn summaries<'a>(frames: impl ExactSizeIterator<Item = &'a Value>) -> String {
    const SHOWN: usize = 12;
    const AT_THE_END: usize = 4;
    let left_out = frames.len().saturating_sub(SHOWN);
    let mut words = Vec::with_capacity(SHOWN + 1);
    for (place, frame) in frames.enumerate() {
        if place == SHOWN - AT_THE_END && left_out > 0 {
            words.push(format!("… {left_out} more …"));
        }
        if !(SHOWN - AT_THE_END..SHOWN - AT_THE_END + left_out).contains(&place) {
            words.push(summary(frame));
        }
    }
    if words.is_empty() {
        "nothing".to_owned()
    } else {
        words.join(", ")
    }
}

/// A frame in a few words.
pub(super) fn summary(frame: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let payload = &frame["payload"];
    match frame["type"].as_str() {
        Some("job.event") => format!("job.event {}", word(&payload["kind"])),
        Some(kind @ ("session.error" | "job.error")) => {
            format!(
                "{kind} {}: {}",
                word(&payload["code"]),
                word(&payload["message"])
            )
        }
        Some(kind) => kind.to_owned(),
        None => crate::matcher::brief(frame),
    }
}

fn note(name: &str, transcript: &Transcript, incoming: Incoming, we: Side) -> Option<Seen> {
    let they = match we {
        Side::Client => Side::Runtime,
        Side::Runtime => Side::Client,
    };
    match incoming {
        Incoming::Text(text) => match transcript.text(name, they, &text) {
            (Some(frame), true) => Some(Seen::Frame(frame)),
            (_, false) => Some(Seen::Closed {
                code: None,
                reason: "the transcript is full: the runtime floods".to_owned(),
            }),
            (None, true) => None,
        },
        Incoming::Binary(bytes) => {
            transcript.binary(name, they, &bytes);
            None
        }
        Incoming::Closed { code, reason } => {
            let told = code.map_or_else(|| reason.clone(), |code| format!("{code} {reason}"));
            transcript.write(name, they, What::Closed(told));
            Some(Seen::Closed { code, reason })
        }
    }
}

fn pong(ping: &Value) -> Value {
    let mut pong = json!({
        "arcp": "1.1",
        "id": fresh(),
        "type": "session.pong",
        "payload": {"ping_nonce": ping["payload"]["nonce"], "received_at": now()},
    });
    if let Some(session) = ping.get("session_id") {
        pong["session_id"] = session.clone();
    }
    pong
}

fn now() -> Value {
    crate::value::Names::default()
        .expand(&json!("${now}"))
        .unwrap_or_default()
}

/// Bytes that a scenario wrote as base64.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|error| format!("`{text}` is not base64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sign_that_a_job_runs_is_left_aside() {
        let event = |kind: &str, phase: &str| {
            let body = json!({"phase": phase, "message": "on"});
            json!({"type": "job.event", "event_seq": 1, "payload": {"kind": kind, "body": body}})
        };
        assert!(tells_that_it_runs(&event("status", "running")));
        for other in [
            event("status", "fetching"),
            event("status", "back_pressure"),
            event("log", "running"),
            json!({"type": "job.subscribed", "payload": {"current_status": "running"}}),
        ] {
            assert!(!tells_that_it_runs(&other), "{other}");
        }
    }

    #[test]
    fn of_many_frames_the_first_and_the_last_are_told() {
        let told = |count: usize| {
            let frames: Vec<Value> = (0..count)
                .map(|n| json!({"type": format!("f{n}")}))
                .collect();
            summaries(frames.iter())
        };
        assert_eq!(told(0), "nothing");
        assert_eq!(told(12), "f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11");
        assert_eq!(
            told(402),
            "f0, f1, f2, f3, f4, f5, f6, f7, … 390 more …, f398, f399, f400, f401"
        );
    }
}
