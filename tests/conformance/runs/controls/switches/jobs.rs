//! Switches of jobs: submitting, ending, cancelling, following (§7).

use serde_json::{Value, json};

use super::super::{Control, SCENARIO, Spoiler, To, pass};
use super::{is_end, remove};

pub(super) const ALL: &[Control] = &[
    Control {
        name: "never ends a job",
        scenario: "7.3/success is a job.result",
        by: SCENARIO,
        says: "a frame of job_",
        spoil: swallows!(To::Client, "job.result"),
    },
    Control {
        name: "mixes up who was answered",
        scenario: "7.1/a refusal names its request and harms nobody else",
        by: SCENARIO,
        says: "job.accepted within",
        spoil: answers!("job.accepted", |frame| frame["payload"]["request_id"] =
            json!("somebody")),
    },
    Control {
        name: "makes a job of every submit",
        scenario: "7.2/the same key and the same parameters are one job",
        by: SCENARIO,
        says: "accepted_at",
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
        says: "session.error",
        // The job that the key stands for is accepted once more.
        spoil: |spoiler, mut frame, to| {
            if to == To::Client && frame["type"] == "job.accepted" {
                spoiler.kept.insert("job".into(), frame["payload"].clone());
            }
            if to == To::Client && frame["payload"]["code"] == "DUPLICATE_KEY" {
                let request = frame["payload"]["request_id"].clone();
                frame["type"] = json!("job.accepted");
                frame["payload"] = spoiler.kept["job"].clone();
                frame["payload"]["request_id"] = request;
            }
            pass(frame, to)
        },
    },
    Control {
        name: "does not cancel",
        scenario: "7.4/a cancel is acknowledged, then the job ends",
        by: SCENARIO,
        says: "job.cancelled",
        spoil: swallows!(To::Runtime, "job.cancel"),
    },
    Control {
        name: "says nothing of a cancel",
        scenario: "7.4/a cancel is acknowledged, then the job ends",
        by: SCENARIO,
        says: "type: \"job.cancelled\"",
        spoil: swallows!(To::Client, "job.cancelled"),
    },
    Control {
        name: "calls a cancelled job broken",
        scenario: "7.4/a cancel is acknowledged, then the job ends",
        by: SCENARIO,
        says: "payload.final_status",
        spoil: answers!("job.error", |frame| frame["payload"]["final_status"] =
            json!("error")),
    },
    Control {
        name: "ignores the limit of a job's time",
        scenario: "7.1/the run time has a limit",
        by: SCENARIO,
        says: "a frame of job_",
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
        says: "agent: \"probe@1.0.0\"",
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
        says: "before the session was told",
        spoil: too_late!("job.subscribed"),
    },
    Control {
        name: "does not replay history",
        scenario: "7.6/an ended job can be looked at",
        by: SCENARIO,
        says: "a frame of job_",
        spoil: ignores!("job.subscribe", |frame| remove(
            &mut frame, "/payload", "history"
        )),
    },
    Control {
        name: "shows budgets as text",
        scenario: "7.1/a budget is shown as numbers",
        by: SCENARIO,
        says: "budget.USD: 5",
        spoil: answers!(
            "job.accepted",
            |frame| if frame["payload"]["budget"].is_object() {
                frame["payload"]["budget"] = json!({"USD": "USD:5.00", "credits": "credits:1000"});
            }
        ),
    },
    Control {
        name: "has no history",
        scenario: "7.6/history reaches back as far as the buffer",
        by: SCENARIO,
        says: "a length of",
        spoil: |spoiler, mut frame, to| {
            if to == To::Runtime && frame["type"] == "job.subscribe" {
                spoiler.kept.insert("subscribed".into(), json!(true));
            }
            if to == To::Client && spoiler.kept.contains_key("subscribed") {
                if frame["type"] == "job.event" {
                    return Vec::new();
                }
                if is_end(&frame) {
                    frame["event_seq"] = json!(1);
                }
            }
            pass(frame, to)
        },
    },
    Control {
        name: "leaves the newest out of the history",
        scenario: "7.6/history reaches back as far as the buffer",
        by: SCENARIO,
        says: "\"message\":\"199\"",
        spoil: |spoiler, mut frame, to| {
            if to == To::Runtime && frame["type"] == "job.subscribe" {
                spoiler.kept.insert("subscribed".into(), json!(true));
            }
            if to == To::Client && spoiler.kept.contains_key("subscribed") {
                if frame["payload"]["body"]["message"] == "199" {
                    return Vec::new();
                }
                if is_end(&frame) {
                    frame["event_seq"] = json!(frame["event_seq"].as_u64().unwrap() - 1);
                }
            }
            pass(frame, to)
        },
    },
];
