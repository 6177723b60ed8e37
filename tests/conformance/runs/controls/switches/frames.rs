//! Switches of what every frame is, and of how events are told (§3 to §5, §8).

use serde_json::{Value, json};

use super::super::{Control, SCENARIO, Spoiler, To, pass};
use super::{is_counted, is_end, remove};

pub(super) const ALL: &[Control] = &[
    Control {
        name: "says the version of a draft",
        scenario: "4/what a binding carries means the same",
        by: "envelopes are whole",
        says: "arcp 1.1",
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
        says: "the same id",
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
        says: "the session's id",
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
        says: "8 comes next",
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
        says: "\"n8\"",
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
        says: "10 comes next",
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
        says: "\"n2\"",
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
        says: "nothing for 300 ms",
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
        says: "nothing for 300 ms",
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
        name: "tells events before the accept",
        scenario: "3/jobs at the same time do not get mixed up",
        by: "accepted comes first",
        says: "before the session was told",
        spoil: too_late!("job.accepted"),
    },
    Control {
        name: "counts what is not counted",
        scenario: "5/only events and ends are counted",
        by: SCENARIO,
        says: "event_seq: no such member",
        spoil: answers!("session.pong", |frame| frame["event_seq"] = json!(7)),
    },
    Control {
        name: "numbers chunks from one",
        scenario: "8.4/a result comes in chunks",
        by: SCENARIO,
        says: "chunk_seq: 0",
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
        says: "bearer token",
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
        name: "gives a result beside an error",
        scenario: "8.2/an error in a tool result has the shape of an error",
        by: "payloads have their shape",
        says: "event tool_result",
        spoil: answers!("job.event", |frame| {
            if frame["payload"]["body"]["error"].is_object() {
                frame["payload"]["body"]["result"] = json!(1);
            }
        }),
    },
];
