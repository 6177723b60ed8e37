//! The switches: one thing that each spoils, and the scenario that has to catch it.

use serde_json::{Value, json};

use super::{Control, SCENARIO, Spoiler, To, pass};

/// Changes frames of a type on their way to the client.
macro_rules! answers {
    ($kind:literal, |$frame:ident| $change:expr) => {
        |_: &mut Spoiler, mut $frame: Value, to: To| {
            if to == To::Client && $frame["type"] == $kind {
                $change;
            }
            pass($frame, to)
        }
    };
}

/// Keeps frames of a type from whoever they are for.
macro_rules! swallows {
    ($to:path, $kind:literal) => {
        |_: &mut Spoiler, frame: Value, to: To| {
            if to == $to && frame["type"] == $kind {
                Vec::new()
            } else {
                pass(frame, to)
            }
        }
    };
}

/// Changes requests of a type on their way to the runtime, as a runtime would that does not look.
macro_rules! ignores {
    ($kind:literal, |$frame:ident| $change:expr) => {
        |_: &mut Spoiler, mut $frame: Value, to: To| {
            if to == To::Runtime && $frame["type"] == $kind {
                $change;
            }
            pass($frame, to)
        }
    };
}

/// Tells the client of a type after the frame that comes next.
macro_rules! too_late {
    ($kind:literal) => {
        |spoiler: &mut Spoiler, frame: Value, to: To| {
            if to == To::Client && frame["type"] == $kind {
                spoiler.held.push_back(frame);
                return Vec::new();
            }
            match (to, spoiler.held.pop_front()) {
                (To::Client, Some(held)) => vec![(frame, to), (held, to)],
                (_, held) => {
                    spoiler.held.extend(held);
                    pass(frame, to)
                }
            }
        }
    };
}

fn remove(frame: &mut Value, pointer: &str, name: &str) {
    if let Some(members) = frame.pointer_mut(pointer).and_then(Value::as_object_mut) {
        members.remove(name);
    }
}

fn is_end(frame: &Value) -> bool {
    frame["type"] == "job.result" || frame["type"] == "job.error"
}

fn is_counted(frame: &Value) -> bool {
    is_end(frame) || frame["type"] == "job.event"
}

pub(super) const CONTROLS: &[Control] = &[
    Control {
        name: "says the version of a draft",
        scenario: "4/what a binding carries means the same",
        by: "envelopes are whole",
        spoil: |_, mut frame, to| {
            if to == To::Client {
                frame["arcp"] = json!("1");
            }
            pass(frame, to)
        },
    },
    Control {
        name: "uses an id twice",
        scenario: "5/every message has an id of its own",
        by: "ids differ",
        spoil: |_, mut frame, to| {
            if to == To::Client && frame["type"] == "job.event" {
                frame["id"] = json!("01M7ZE00000000000000000000");
            }
            pass(frame, to)
        },
    },
    Control {
        name: "forgets the session's id",
        scenario: "5/a session's messages carry its id",
        by: "frames name their session",
        spoil: |_, mut frame, to| {
            if to == To::Client && frame["type"] != "session.welcome" {
                remove(&mut frame, "", "session_id");
            }
            pass(frame, to)
        },
    },
    Control {
        name: "leaves a number out",
        scenario: "8.3/a job's events come in the order they were made",
        by: "numbers have no gap",
        spoil: |spoiler, mut frame, to| {
            if to == To::Client && is_counted(&frame) {
                spoiler.count += 1;
                if spoiler.count > 7 {
                    frame["event_seq"] = json!(frame["event_seq"].as_u64().unwrap() + 1);
                }
            }
            pass(frame, to)
        },
    },
    Control {
        name: "loses an event",
        scenario: "8.3/a job's events come in the order they were made",
        by: SCENARIO,
        spoil: |spoiler, frame, to| {
            spoiler.count += u64::from(frame["type"] == "job.event");
            if frame["type"] == "job.event" && spoiler.count == 9 {
                Vec::new()
            } else {
                pass(frame, to)
            }
        },
    },
    Control {
        name: "tells an event twice",
        scenario: "8.3/one session counts all its jobs together",
        by: "numbers have no gap",
        spoil: |spoiler, frame, to| {
            spoiler.count += u64::from(frame["type"] == "job.event");
            if frame["type"] == "job.event" && spoiler.count == 9 {
                vec![(frame.clone(), to), (frame, to)]
            } else {
                pass(frame, to)
            }
        },
    },
    Control {
        name: "swaps two events",
        scenario: "8.3/a job's events come in the order they were made",
        by: SCENARIO,
        spoil: |spoiler, frame, to| {
            if to == To::Client && frame["type"] == "job.event" {
                spoiler.count += 1;
                if spoiler.count == 3 {
                    spoiler.held.push_back(frame);
                    return Vec::new();
                }
                if let Some(held) = spoiler.held.pop_front() {
                    return vec![(frame, to), (held, to)];
                }
            }
            pass(frame, to)
        },
    },
    Control {
        name: "ends a job twice",
        scenario: "3/every accepted job ends exactly once",
        by: SCENARIO,
        spoil: |_, frame, to| {
            if to == To::Client && is_end(&frame) {
                let mut again = frame.clone();
                again["event_seq"] = json!(frame["event_seq"].as_u64().unwrap() + 1);
                again["id"] = json!("01M7ZE00000000000000000001");
                vec![(frame, to), (again, to)]
            } else {
                pass(frame, to)
            }
        },
    },
    Control {
        name: "speaks of a job after its end",
        scenario: "3/every accepted job ends exactly once",
        by: SCENARIO,
        spoil: |_, frame, to| {
            if to == To::Client && is_end(&frame) {
                let mut late = frame.clone();
                late["type"] = json!("job.event");
                late["event_seq"] = json!(frame["event_seq"].as_u64().unwrap() + 1);
                late["id"] = json!("01M7ZE00000000000000000001");
                late["payload"] = json!({"kind": "log", "ts": "2026-01-01T00:00:00Z", "body": {"level": "info", "message": "late"}});
                vec![(frame, to), (late, to)]
            } else {
                pass(frame, to)
            }
        },
    },
    Control {
        name: "never ends a job",
        scenario: "7.3/success is a job.result",
        by: SCENARIO,
        spoil: swallows!(To::Client, "job.result"),
    },
    Control {
        name: "tells events before the accept",
        scenario: "3/jobs at the same time do not get mixed up",
        by: "accepted comes first",
        spoil: too_late!("job.accepted"),
    },
    Control {
        name: "mixes up who was answered",
        scenario: "7.1/a refusal names its request and harms nobody else",
        by: SCENARIO,
        spoil: answers!("job.accepted", |frame| frame["payload"]["request_id"] =
            json!("somebody")),
    },
    Control {
        name: "counts what is not counted",
        scenario: "5/only events and ends are counted",
        by: SCENARIO,
        spoil: answers!("session.pong", |frame| frame["event_seq"] = json!(7)),
    },
    Control {
        name: "answers a ping with another nonce",
        scenario: "6.4/a ping is answered with its nonce",
        by: SCENARIO,
        spoil: answers!("session.pong", |frame| frame["payload"]["ping_nonce"] =
            json!("other")),
    },
    Control {
        name: "answers no ping",
        scenario: "6.4/a ping is answered while agents block and flood",
        by: SCENARIO,
        spoil: swallows!(To::Client, "session.pong"),
    },
    Control {
        name: "lets anybody in",
        scenario: "6.1/a token that nobody has is refused and hung up on",
        by: SCENARIO,
        spoil: |_, frame, to| match (to, frame["payload"]["code"].as_str()) {
            (To::Client, Some("UNAUTHENTICATED")) => pass(
                json!({"arcp": "1.1", "id": "01M7ZE00000000000000000001", "type": "session.welcome", "session_id": "sess_x", "payload": {}}),
                to,
            ),
            _ => pass(frame, to),
        },
    },
    Control {
        name: "keeps its token for ever",
        scenario: "6.2/every welcome has a token of its own",
        by: SCENARIO,
        spoil: answers!(
            "session.welcome",
            |frame| frame["payload"]["resume_token"] =
                json!("rt_0000000000000000000000000000000000000000000")
        ),
    },
    Control {
        name: "gives a short token",
        scenario: "6.2/every welcome has a token of its own",
        by: SCENARIO,
        spoil: answers!("session.welcome", |frame| {
            let token = frame["payload"]["resume_token"].as_str().unwrap()[..12].to_owned();
            frame["payload"]["resume_token"] = json!(token);
        }),
    },
    Control {
        name: "forgets what happened while nobody was there",
        scenario: "6.3/everything after the last number is replayed",
        by: SCENARIO,
        spoil: |spoiler, frame, to| {
            if to == To::Runtime && !frame["payload"]["resume"].is_null() {
                spoiler.kept.insert("resumed".into(), json!(true));
            }
            if to == To::Client && spoiler.kept.contains_key("resumed") && is_counted(&frame) {
                return Vec::new();
            }
            pass(frame, to)
        },
    },
    Control {
        name: "tells another story in the replay",
        scenario: "6.3/everything after the last number is replayed",
        by: SCENARIO,
        spoil: |spoiler, mut frame, to| {
            if to == To::Runtime && !frame["payload"]["resume"].is_null() {
                spoiler.kept.insert("resumed".into(), json!(true));
            }
            if to == To::Client
                && spoiler.kept.contains_key("resumed")
                && frame["type"] == "job.event"
            {
                frame["payload"]["ts"] = json!("2026-01-01T00:00:00.000Z");
            }
            pass(frame, to)
        },
    },
    Control {
        name: "replays from the start",
        scenario: "6.3/everything after the last number is replayed",
        by: SCENARIO,
        spoil: ignores!(
            "session.hello",
            |frame| if !frame["payload"]["resume"].is_null() {
                frame["payload"]["resume"]["last_event_seq"] = json!(0);
            }
        ),
    },
    Control {
        name: "uses features that were not agreed on",
        scenario: "6.2/without progress no progress is told",
        by: SCENARIO,
        spoil: ignores!("session.hello", |frame| frame["payload"]["capabilities"]
            ["features"] =
            json!(["progress", "result_chunk"])),
    },
    Control {
        name: "hides its agents' versions",
        scenario: "6.2/every client gets the rich inventory",
        by: SCENARIO,
        spoil: answers!("session.welcome", |frame| frame["payload"]["capabilities"]
            ["agents"] = json!(["probe"])),
    },
    Control {
        name: "does not say that it closed",
        scenario: "6.7/a close is acknowledged, then the connection ends",
        by: SCENARIO,
        spoil: swallows!(To::Client, "session.closed"),
    },
    Control {
        name: "goes on after a close",
        scenario: "6.7/a close is acknowledged, then the connection ends",
        by: "nothing after the goodbye",
        spoil: |_, frame, to| {
            if to == To::Client && frame["type"] == "session.closed" {
                let mut again = frame.clone();
                again["type"] = json!("session.ping");
                again["payload"] = json!({"nonce": "n", "sent_at": "2026-01-01T00:00:00Z"});
                again["id"] = json!("01M7ZE00000000000000000001");
                vec![(frame, to), (again, to)]
            } else {
                pass(frame, to)
            }
        },
    },
    Control {
        name: "makes a job of every submit",
        scenario: "7.2/the same key and the same parameters are one job",
        by: SCENARIO,
        spoil: ignores!("job.submit", |frame| remove(
            &mut frame,
            "/payload",
            "idempotency_key"
        )),
    },
    Control {
        name: "takes a key for the same whatever is submitted",
        scenario: "7.2/the same key and other parameters are a conflict",
        by: SCENARIO,
        spoil: |_, mut frame, to| {
            if to == To::Client && frame["payload"]["code"] == "DUPLICATE_KEY" {
                frame["payload"]["code"] = json!("INVALID_REQUEST");
            }
            pass(frame, to)
        },
    },
    Control {
        name: "does not cancel",
        scenario: "7.4/a cancel is acknowledged, then the job ends",
        by: SCENARIO,
        spoil: swallows!(To::Runtime, "job.cancel"),
    },
    Control {
        name: "says nothing of a cancel",
        scenario: "7.4/a cancel is acknowledged, then the job ends",
        by: SCENARIO,
        spoil: swallows!(To::Client, "job.cancelled"),
    },
    Control {
        name: "calls a cancelled job broken",
        scenario: "7.4/a cancel is acknowledged, then the job ends",
        by: SCENARIO,
        spoil: answers!("job.error", |frame| frame["payload"]["final_status"] =
            json!("error")),
    },
    Control {
        name: "ignores the limit of a job's time",
        scenario: "7.1/the run time has a limit",
        by: SCENARIO,
        spoil: ignores!("job.submit", |frame| remove(
            &mut frame,
            "/payload",
            "max_runtime_sec"
        )),
    },
    Control {
        name: "runs the newest version whatever was asked for",
        scenario: "7.5/a pinned version is that version",
        by: SCENARIO,
        spoil: ignores!(
            "job.submit",
            |frame| if frame["payload"]["agent"] == "probe@1.0.0" {
                frame["payload"]["agent"] = json!("probe");
            }
        ),
    },
    Control {
        name: "answers a subscription after its history",
        scenario: "7.6/history comes after the answer and before what is live",
        by: "accepted comes first",
        spoil: too_late!("job.subscribed"),
    },
    Control {
        name: "does not replay history",
        scenario: "7.6/an ended job can be looked at",
        by: SCENARIO,
        spoil: ignores!("job.subscribe", |frame| remove(
            &mut frame, "/payload", "history"
        )),
    },
    Control {
        name: "shows budgets as text",
        scenario: "7.1/a budget is shown as numbers",
        by: SCENARIO,
        spoil: answers!(
            "job.accepted",
            |frame| if frame["payload"]["budget"].is_object() {
                frame["payload"]["budget"] = json!({"USD": "USD:5.00", "credits": "credits:1000"});
            }
        ),
    },
    Control {
        name: "grants everything",
        scenario: "9.3/an agent does only what its lease covers",
        by: SCENARIO,
        spoil: ignores!(
            "job.submit",
            |frame| frame["payload"]["lease_request"] = json!({"fs.read": ["/**"], "fs.write": ["/**"], "net.fetch": ["https://*/**"], "tool.call": ["**"], "model.use": ["**"]})
        ),
    },
    Control {
        name: "forgets when a lease ends",
        scenario: "9.5/after the end nothing is allowed, and the job ends",
        by: SCENARIO,
        spoil: ignores!("job.submit", |frame| remove(
            &mut frame,
            "/payload",
            "lease_constraints"
        )),
    },
    Control {
        name: "says that an expired lease may be tried again",
        scenario: "9.5/a job that waits past the end is ended",
        by: SCENARIO,
        spoil: answers!("job.error", |frame| frame["payload"]["retryable"] =
            json!(true)),
    },
    Control {
        name: "does not count costs",
        scenario: "9.6/what is used up is used up, to the last digit",
        by: SCENARIO,
        spoil: ignores!("job.submit", |frame| remove(
            &mut frame,
            "/payload/lease_request",
            "cost.budget"
        )),
    },
    Control {
        name: "widens what is delegated",
        scenario: "9.4/a child's lease lies within its parent's",
        by: SCENARIO,
        spoil: answers!(
            "job.accepted",
            |frame| if frame["payload"]["parent_job_id"].is_string() {
                frame["payload"]["lease"] = json!({"fs.read": ["/**"]});
            }
        ),
    },
    Control {
        name: "does not say whose child a job is",
        scenario: "10/a delegated job is announced, accepted and heard",
        by: SCENARIO,
        spoil: answers!("job.accepted", |frame| remove(
            &mut frame,
            "/payload",
            "delegate_id"
        )),
    },
    Control {
        name: "loses the trace",
        scenario: "11/a trace id goes with a job everywhere",
        by: SCENARIO,
        spoil: answers!("job.event", |frame| frame["trace_id"] =
            json!("00000000000000000000000000000001")),
    },
    Control {
        name: "numbers chunks from one",
        scenario: "8.4/a result comes in chunks",
        by: SCENARIO,
        spoil: answers!("job.event", |frame| if let Some(chunk) =
            frame["payload"]["body"]["chunk_seq"].as_u64()
        {
            frame["payload"]["body"]["chunk_seq"] = json!(chunk + 1);
        }),
    },
    Control {
        name: "says the bearer token",
        scenario: "4/what a binding carries means the same",
        by: "bearer tokens are never told",
        spoil: |spoiler, mut frame, to| {
            if let Some(token) = frame["payload"]["auth"]["token"].as_str() {
                spoiler.kept.insert("token".into(), json!(token));
            }
            if to == To::Client && frame["type"] == "session.welcome" {
                frame["payload"]["for"] = spoiler.kept["token"].clone();
            }
            pass(frame, to)
        },
    },
    Control {
        name: "shows strangers what is not theirs",
        scenario: "6.6/a stranger learns nothing",
        by: SCENARIO,
        spoil: answers!("session.jobs", |frame| frame["payload"]["next_cursor"] =
            json!("there-is-more")),
    },
];
