//! Switches of sessions: who gets in, what a resume brings, what a listing shows (§6).

use serde_json::{Value, json};

use super::super::{Control, SCENARIO, Spoiler, To, pass};
use super::is_counted;

/// Swallows every numbered frame of a session that was resumed.
fn replays_nothing(spoiler: &mut Spoiler, frame: Value, to: To) -> Vec<(Value, To)> {
    if to == To::Runtime && !frame["payload"]["resume"].is_null() {
        spoiler.kept.insert("resumed".into(), json!(true));
    }
    if to == To::Client && spoiler.kept.contains_key("resumed") && is_counted(&frame) {
        return Vec::new();
    }
    pass(frame, to)
}

pub(super) const ALL: &[Control] = &[
    Control {
        name: "answers a ping with another nonce",
        scenario: "6.4/a ping is answered with its nonce",
        by: SCENARIO,
        says: "session.pong within",
        spoil: answers!("session.pong", |frame| frame["payload"]["ping_nonce"] =
            json!("other")),
    },
    Control {
        name: "answers no ping",
        scenario: "6.4/a ping is answered while agents block and flood",
        by: SCENARIO,
        says: "session.pong within",
        spoil: swallows!(To::Client, "session.pong"),
    },
    Control {
        name: "lets anybody in",
        scenario: "6.1/a token that nobody has is refused and hung up on",
        by: SCENARIO,
        says: "session.error",
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
        says: "anything but",
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
        says: "payload.resume_token: text like",
        spoil: answers!("session.welcome", |frame| {
            let token = frame["payload"]["resume_token"].as_str().unwrap()[..12].to_owned();
            frame["payload"]["resume_token"] = json!(token);
        }),
    },
    Control {
        name: "forgets what happened while nobody was there",
        scenario: "6.3/everything after the last number is replayed",
        by: SCENARIO,
        says: "\"event_seq\":6",
        spoil: replays_nothing,
    },
    Control {
        name: "tells another story in the replay",
        scenario: "6.3/everything after the last number is replayed",
        by: SCENARIO,
        says: "payload.ts",
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
        says: "event_seq: 6",
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
        says: "a list of 1",
        spoil: ignores!("session.hello", |frame| frame["payload"]["capabilities"]
            ["features"] =
            json!(["progress", "result_chunk"])),
    },
    Control {
        name: "hides its agents' versions",
        scenario: "6.2/every client gets the rich inventory",
        by: SCENARIO,
        says: "agents.0: a value of type object",
        spoil: answers!("session.welcome", |frame| frame["payload"]["capabilities"]
            ["agents"] = json!(["probe"])),
    },
    Control {
        name: "does not say that it closed",
        scenario: "6.7/a close is acknowledged, then the connection ends",
        by: SCENARIO,
        says: "session.closed",
        spoil: swallows!(To::Client, "session.closed"),
    },
    Control {
        name: "goes on after a close",
        scenario: "6.7/a close is acknowledged, then the connection ends",
        by: "nothing after the goodbye",
        says: "nothing more is sent",
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
        name: "shows strangers what is not theirs",
        scenario: "6.6/a stranger learns nothing",
        by: SCENARIO,
        says: "a list of 0",
        // Whoever submitted nothing sees the newest job of whoever did.
        spoil: |spoiler, mut frame, to| {
            if to == To::Client && frame["type"] == "job.accepted" {
                spoiler.kept.insert("own".into(), json!(true));
                let payload = &frame["payload"];
                let job = json!({
                    "job_id": payload["job_id"], "agent": payload["agent"], "status": "running", "lease": {},
                    "created_at": payload["accepted_at"], "trace_id": payload["trace_id"], "last_event_seq": 0,
                });
                spoiler.tell("job", job);
            }
            let job = spoiler.told("job");
            if frame["type"] == "session.jobs"
                && !spoiler.kept.contains_key("own")
                && job.is_object()
            {
                frame["payload"]["jobs"] = json!([job]);
            }
            pass(frame, to)
        },
    },
    Control {
        name: "replays from the ack",
        scenario: "6.3/an ack is no place to resume from",
        by: SCENARIO,
        says: "one of",
        spoil: ignores!(
            "session.hello",
            |frame| if !frame["payload"]["resume"].is_null() {
                frame["payload"]["resume"]["last_event_seq"] = json!(10);
            }
        ),
    },
    Control {
        name: "replays from the ack what was seen already",
        scenario: "6.3/an ack is no place to resume from (hostile)",
        by: SCENARIO,
        says: "event_seq: 19",
        spoil: ignores!(
            "session.hello",
            |frame| if !frame["payload"]["resume"].is_null() {
                frame["payload"]["resume"]["last_event_seq"] = json!(10);
            }
        ),
    },
    Control {
        name: "replays nothing after an ack",
        scenario: "6.3/an ack is no place to resume from",
        by: SCENARIO,
        says: "job.result",
        spoil: replays_nothing,
    },
    Control {
        name: "forgets the features when it resumes",
        scenario: "6.3/features survive a resume",
        by: SCENARIO,
        says: "session.jobs",
        spoil: |spoiler, frame, to| {
            if to == To::Runtime && frame["type"] == "session.resume" {
                spoiler.kept.insert("resumed".into(), json!(true));
            }
            if spoiler.kept.contains_key("resumed") && frame["type"] == "session.jobs" {
                return Vec::new();
            }
            pass(frame, to)
        },
    },
    Control {
        name: "offers a version by default that it does not have",
        scenario: "6.2/a welcome has all it should have",
        by: SCENARIO,
        says: "one of what `versions` lists",
        spoil: answers!("session.welcome", |frame| {
            let agents = frame["payload"]["capabilities"]["agents"].as_array_mut();
            for agent in agents.into_iter().flatten() {
                agent["default"] = json!("77.7");
            }
        }),
    },
];
