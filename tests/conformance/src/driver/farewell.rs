//! What a scenario leaves behind is put away: jobs that run are cancelled, sessions are closed (§6.7), so that the scenarios after
//! it find room. It judges nothing: what a runtime does not do here is no failure of the scenario, and no part of its transcript.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::{Map, Value, json};

use super::Play;
use super::connection::Connection;
use crate::target::Carrier;
use crate::transcript::{Line, Side, Transcript, What};

/// How long all of it may take.
const ALL: Duration = Duration::from_secs(3);
/// How long one answer is waited for.
const ANSWER: Duration = Duration::from_millis(500);
/// Sessions that are put away at a time.
const AT_A_TIME: usize = 8;

/// A session that was not closed.
#[derive(Debug, Default, PartialEq)]
struct Left {
    /// The bearer token of whoever opened it.
    bearer: Value,
    /// The newest resume token.
    token: Value,
    /// The last sequence number that it brought.
    last: i64,
    /// Jobs that were accepted and have not ended.
    jobs: BTreeSet<String>,
}

impl Play<'_> {
    /// Cancels and closes what is left, as far as the runtime lets it, within a few seconds.
    pub(super) async fn farewell(&mut self, lines: &[Line]) {
        let left = left(lines);
        let mut open: BTreeMap<String, Connection> = BTreeMap::new();
        for mut connection in std::mem::take(&mut self.connections).into_values() {
            // The runtime may have ended it unheard, as it does when the session came back elsewhere.
            let (_, ended) = connection.wait_end(Duration::ZERO).await;
            if let (None, Some(session)) = (ended, session_of(&connection)) {
                open.insert(session, connection);
            }
        }
        // A process that speaks lines has lost its sessions with its connection.
        let comes_back = self.stage.runtime.carrier() != Carrier::Stdio;
        let this = &*self;
        let partings = left.into_iter().map(|(session, left)| {
            let here = open.remove(&session);
            async move {
                match here {
                    Some(connection) => part(connection, &left).await,
                    None if comes_back => this.come_back_and_part(&session, &left).await,
                    None => {}
                }
            }
        });
        let partings: Vec<_> = partings.collect();
        let all = futures_util::stream::iter(partings)
            .buffer_unordered(AT_A_TIME)
            .collect::<Vec<()>>();
        // Whatever is not put away by then stays.
        let _ = tokio::time::timeout(ALL, all).await;
    }

    async fn come_back_and_part(&self, session: &str, left: &Left) {
        let connecting = self.stage.runtime.connect(&self.scenario.profile, None);
        let Ok(Ok(link)) = tokio::time::timeout(ANSWER, connecting).await else {
            return;
        };
        let mut connection =
            Connection::new("z".to_owned(), link, Transcript::default(), Side::Client);
        let hello = json!({
            "client": {"name": "arcp-conform", "version": env!("CARGO_PKG_VERSION")},
            "auth": {"scheme": "bearer", "token": left.bearer},
            "capabilities": {"encodings": ["json"], "features": self.stage.library.features},
            "resume": {"session_id": session, "resume_token": left.token, "last_event_seq": left.last},
        });
        connection.send(frame("session.hello", hello)).await;
        if let Ok(welcome) = connection.next(ANSWER).await
            && welcome["type"] == "session.welcome"
        {
            connection.session = Some(welcome["session_id"].clone());
            part(connection, left).await;
        }
    }
}

/// Cancels the session's jobs, closes it, and waits a moment for both.
async fn part(mut connection: Connection, left: &Left) {
    let mut jobs = left.jobs.clone();
    for job in &jobs {
        let mut cancel = frame(
            "job.cancel",
            json!({"job_id": job, "reason": "the scenario is over"}),
        );
        cancel.insert("job_id".to_owned(), json!(job));
        connection.send(cancel).await;
    }
    let mut last_end = |frame: &Value| {
        if is_end(frame) {
            jobs.remove(frame["job_id"].as_str().unwrap_or_default());
        }
        jobs.is_empty()
    };
    if !left.jobs.is_empty() {
        let _ = connection.take(&mut last_end, ANSWER).await;
    }
    let close = frame("session.close", json!({"reason": "the scenario is over"}));
    connection.send(close).await;
    let _ = connection.wait_end(ANSWER).await;
}

fn frame(kind: &str, payload: Value) -> Map<String, Value> {
    let mut frame = Map::new();
    frame.insert("type".to_owned(), json!(kind));
    frame.insert("payload".to_owned(), payload);
    frame
}

fn is_end(frame: &Value) -> bool {
    matches!(frame["type"].as_str(), Some("job.result" | "job.error"))
}

fn session_of(connection: &Connection) -> Option<String> {
    Some(connection.session.as_ref()?.as_str()?.to_owned())
}

/// The sessions that were welcomed and not closed, by what went over the wire.
fn left(lines: &[Line]) -> BTreeMap<String, Left> {
    let mut bearers: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut left: BTreeMap<String, Left> = BTreeMap::new();
    for line in lines {
        let What::Frame(frame) = &line.what else {
            continue;
        };
        let (kind, payload) = (
            frame["type"].as_str().unwrap_or_default(),
            &frame["payload"],
        );
        let session = frame["session_id"].as_str().unwrap_or_default();
        match (line.from, kind) {
            (Side::Client, "session.hello" | "session.resume") => {
                bearers.insert(&line.connection, &payload["auth"]["token"]);
            }
            (Side::Runtime, "session.welcome") => {
                let known = left.entry(session.to_owned()).or_default();
                let bearer = bearers.get(line.connection.as_str());
                known.bearer = bearer.copied().cloned().unwrap_or_default();
                known.token = payload["resume_token"].clone();
            }
            (Side::Runtime, "session.closed") | (Side::Client, "session.bye") => {
                left.remove(session);
            }
            (Side::Runtime, _) => {
                if let Some(known) = left.get_mut(session) {
                    known.hear(kind, frame);
                }
            }
            (Side::Client, _) => {}
        }
    }
    left
}

impl Left {
    fn hear(&mut self, kind: &str, frame: &Value) {
        self.last = self.last.max(frame["event_seq"].as_i64().unwrap_or(0));
        let job = |value: &Value| value["job_id"].as_str().unwrap_or_default().to_owned();
        if kind == "job.accepted" {
            self.jobs.insert(job(&frame["payload"]));
        } else if is_end(frame) {
            self.jobs.remove(&job(frame));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: Side, frame: Value) -> Line {
        Line {
            at_ms: 0.0,
            connection: "a1".to_owned(),
            from,
            what: What::Frame(frame),
        }
    }

    #[test]
    fn what_is_left_is_what_was_welcomed_and_neither_ended_nor_closed() {
        let hello = json!({"type": "session.hello", "payload": {"auth": {"token": "t"}}});
        let welcome = |session: &str| json!({"type": "session.welcome", "session_id": session, "payload": {"resume_token": "r"}});
        let accepted = |job: &str| json!({"type": "job.accepted", "session_id": "s", "payload": {"job_id": job}});
        let lines = [
            line(Side::Client, hello),
            line(Side::Runtime, welcome("s")),
            line(Side::Runtime, welcome("closed")),
            line(Side::Runtime, accepted("runs")),
            line(Side::Runtime, accepted("ended")),
            line(
                Side::Runtime,
                json!({"type": "job.result", "session_id": "s", "job_id": "ended", "event_seq": 3}),
            ),
            line(
                Side::Runtime,
                json!({"type": "session.closed", "session_id": "closed"}),
            ),
        ];
        let found = left(&lines);
        let wanted = Left {
            bearer: json!("t"),
            token: json!("r"),
            last: 3,
            jobs: BTreeSet::from(["runs".to_owned()]),
        };
        assert_eq!(found, BTreeMap::from([("s".to_owned(), wanted)]));
    }
}
