//! A runtime that lets nobody in for a minute after some wrong logins: the kit plays what logs in wrongly last and one at a time, and waits until it is
//! let in again, however it is told. The clock is paused, so nobody waits here.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arcp_conformance::library::Library;
use arcp_conformance::link::{Incoming, Link, NoLink, Outgoing, queues};
use arcp_conformance::run::{self, Options, Unready};
use arcp_conformance::target::{Carrier, Connecting, Offer, Principals, Runtime};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

const ALICE: &str = "the-token-of-alice-is-long";
const MINUTE: Duration = Duration::from_mins(1);

/// How it tells that nobody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tells {
    InWords,
    ByCloseCode,
    ByStatus,
    NotAtAll,
}

/// The gate of a runtime: so many wrong logins in a minute, and it is shut.
#[derive(Debug)]
struct Gate {
    tells: Tells,
    budget: usize,
    wrong: Vec<Instant>,
    /// Right logins that came while it was shut.
    turned_away: usize,
}

#[derive(Clone, Debug)]
struct Gated(Arc<Mutex<Gate>>);

impl Gated {
    fn new(tells: Tells, budget: usize) -> Self {
        Self(Arc::new(Mutex::new(Gate {
            tells,
            budget,
            wrong: Vec::new(),
            turned_away: 0,
        })))
    }

    /// The answer to a hello, and the code that the connection is closed with after it.
    fn answer(&self, hello: &Value) -> (Option<Value>, Option<u16>) {
        let mut gate = self.0.lock().unwrap();
        let auth = &hello["payload"]["auth"];
        let right = auth["scheme"] == "bearer" && auth["token"] == ALICE;
        gate.wrong.retain(|at| at.elapsed() < MINUTE);
        let refused = |message: &str| {
            let payload =
                json!({"code": "UNAUTHENTICATED", "message": message, "retryable": false});
            Some(frame("session.error", &json!({"payload": payload})))
        };
        if gate.wrong.len() >= gate.budget {
            gate.turned_away += usize::from(right);
            return match gate.tells {
                Tells::ByCloseCode => (None, Some(1013)),
                Tells::NotAtAll => (refused("no"), Some(1008)),
                _ => (refused("too many failed logins; wait a minute"), Some(1008)),
            };
        }
        if !right {
            gate.wrong.push(Instant::now());
            return (refused("nobody has this token"), Some(1008));
        }
        let payload = json!({"runtime": {"name": "gated", "version": "1"}, "resume_token": "rt_0123456789abcdef0123", "resume_window_sec": 600,
            "heartbeat_interval_sec": 30, "capabilities": {"encodings": ["json"], "features": [], "agents": [{"name": "probe", "versions": ["1.0.0"], "default": "1.0.0"}]}});
        let welcome = json!({"session_id": "sess_1", "payload": payload});
        (Some(frame("session.welcome", &welcome)), None)
    }

    fn is_shut_by_status(&self) -> bool {
        let mut gate = self.0.lock().unwrap();
        gate.wrong.retain(|at| at.elapsed() < MINUTE);
        let shut = gate.tells == Tells::ByStatus && gate.wrong.len() >= gate.budget;
        gate.turned_away += usize::from(shut);
        shut
    }
}

fn frame(kind: &str, more: &Value) -> Value {
    let mut frame = json!({"arcp": "1.1", "id": "01M7ZE00000000000000000001", "type": kind});
    for (name, value) in more.as_object().unwrap() {
        frame[name] = value.clone();
    }
    frame
}

async fn talk(gated: Gated, mut heard: mpsc::Receiver<Outgoing>, say: mpsc::Sender<Incoming>) {
    let mut end = None;
    while let Some(outgoing) = heard.recv().await {
        let Outgoing::Text(text) = outgoing else {
            break;
        };
        let asked: Value = serde_json::from_str(&text).unwrap();
        let (answer, code) = match asked["type"].as_str() {
            Some("session.hello") => gated.answer(&asked),
            _ => (
                Some(frame("session.closed", &json!({"payload": {}}))),
                Some(1000),
            ),
        };
        if let Some(answer) = answer {
            say.send(Incoming::Text(answer.to_string())).await.unwrap();
        }
        end = code;
        if end.is_some() {
            break;
        }
    }
    let reason = String::new();
    // The scenario may have left.
    let _ = say.send(Incoming::Closed { code: end, reason }).await;
}

impl Runtime for Gated {
    fn connect<'a>(&'a self, _profile: &'a str, _path: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async {
            if self.is_shut_by_status() {
                return Err(NoLink::Refused(429));
            }
            let (mut link, heard, say): (Link, _, _) = queues();
            link.carrier = Some(tokio::spawn(talk(self.clone(), heard, say)));
            Ok(link)
        })
    }

    fn profiles(&self) -> Vec<String> {
        vec!["default".to_owned()]
    }

    fn carrier(&self) -> Carrier {
        Carrier::WebSocket
    }
}

/// The scenarios on wrong logins, several pairs of principals at a time.
fn options() -> Options {
    let pair = Principals {
        alice: ALICE.to_owned(),
        bob: Some("nobody-has-this-token".to_owned()),
    };
    let mut options = Options::new(vec![pair; 8]);
    options.only = Some("6.1/".to_owned());
    options
}

#[tokio::test(start_paused = true)]
async fn whoever_locks_the_kit_out_is_waited_for() {
    let library = Library::load().unwrap();
    let offer = Offer::everything();
    for tells in [Tells::InWords, Tells::ByCloseCode, Tells::ByStatus] {
        // As many wrong logins as one scenario makes.
        let gated = Gated::new(tells, 12);
        for round in 0..2 {
            let ready = run::ready(&library, &gated, &offer, &options()).await;
            assert_eq!(ready, Ok(()), "{tells:?}");
            let played = run::run(&library, &gated, &offer, &options()).await;
            let (played, _always) = played.split_at(run::ids(&library, Some("6.1/")).len());
            let failed: Vec<_> = played
                .iter()
                .filter_map(|one| one.outcome.failure())
                .collect();
            assert!(failed.is_empty(), "{tells:?} {round}: {failed:#?}");
            assert!(played.iter().filter(|one| one.outcome.passed()).count() >= 3);
            // The outcomes stand in the order of the specification, whenever they were played.
            let ids: Vec<_> = played.iter().map(|one| &one.outcome.scenario).collect();
            assert!(ids.iter().copied().eq(&run::ids(&library, Some("6.1/"))));
            // No wrong login was refused only because there had been too many.
            let frames: Vec<_> = played.iter().flat_map(|one| &one.lines).collect();
            let text = format!("{frames:?}");
            assert!(
                !text.contains("too many") && !text.contains("1013"),
                "{tells:?}"
            );
        }
        let gate = gated.0.lock().unwrap();
        assert!(gate.turned_away > 0, "{tells:?}: nobody was locked out");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_never_lets_the_kit_in_is_told_apart_from_a_wrong_token() {
    let library = Library::load().unwrap();
    let offer = Offer::everything();
    let start = Instant::now();
    let ready = run::ready(&library, &Gated::new(Tells::InWords, 0), &offer, &options()).await;
    assert!(matches!(ready, Err(Unready::LockedOut { .. })), "{ready:?}");
    assert!(start.elapsed() > MINUTE);
    let ready = run::ready(
        &library,
        &Gated::new(Tells::NotAtAll, 0),
        &offer,
        &options(),
    )
    .await;
    assert!(matches!(ready, Err(Unready::Unwelcome { .. })), "{ready:?}");
    let silent = Gated::new(Tells::ByCloseCode, 1);
    let mut wrong = options();
    wrong.principals[0].alice = "nobody-has-this-token".to_owned();
    let ready = run::ready(&library, &silent, &offer, &wrong).await;
    assert!(matches!(ready, Err(Unready::Unwelcome { .. })), "{ready:?}");
}
