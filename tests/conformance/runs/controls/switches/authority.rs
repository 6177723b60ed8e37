//! Switches of what a job may do: leases, budgets, credentials, delegation, traces (§9 to §11).

use serde_json::{Value, json};

use super::super::{Control, SCENARIO, Spoiler, To, pass};
use super::{is_counted, is_end, remove};

pub(super) const ALL: &[Control] = &[
    Control {
        name: "grants everything",
        scenario: "9.3/an agent does only what its lease covers",
        by: SCENARIO,
        says: "body.error: an object",
        spoil: ignores!(
            "job.submit",
            |frame| frame["payload"]["lease_request"] = json!({"fs.read": ["/**"], "fs.write": ["/**"], "net.fetch": ["https://*/**"], "tool.call": ["**"], "model.use": ["**"]})
        ),
    },
    Control {
        name: "forgets when a lease ends",
        scenario: "9.5/after the end nothing is allowed, and the job ends",
        by: SCENARIO,
        says: "job.error {\"code\":\"LEASE_EXPIRED\"",
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
        says: "retryable: false",
        spoil: answers!("job.error", |frame| frame["payload"]["retryable"] =
            json!(true)),
    },
    Control {
        name: "does not count costs",
        scenario: "9.6/what is used up is used up, to the last digit",
        by: SCENARIO,
        says: "cost.budget.remaining",
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
        says: "fs.read: a list of 2",
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
        says: "payload.delegate_id",
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
        says: "trace_id:",
        spoil: answers!("job.event", |frame| frame["trace_id"] =
            json!("00000000000000000000000000000001")),
    },
    Control {
        name: "lets an operation succeed after the lease's end",
        scenario: "9.5/after the end nothing is allowed, and the job ends",
        by: SCENARIO,
        says: "payload: one of",
        spoil: |_, frame, to| {
            if to != To::Client || frame["payload"]["code"] != "LEASE_EXPIRED" {
                return pass(frame, to);
            }
            let event = |id: &str, seq: u64, kind: &str, body: Value| {
                let mut event = frame.clone();
                event["id"] = json!(id);
                event["type"] = json!("job.event");
                event["event_seq"] = json!(frame["event_seq"].as_u64().unwrap() + seq);
                event["payload"] =
                    json!({"kind": kind, "ts": "2026-01-01T00:00:00Z", "body": body});
                event
            };
            let call = json!({"tool": "x", "args": {}, "call_id": "late"});
            let result = json!({"call_id": "late", "result": 1});
            let call = event("01M7ZE00000000000000000001", 0, "tool_call", call);
            let result = event("01M7ZE00000000000000000002", 1, "tool_result", result);
            let mut end = frame.clone();
            end["event_seq"] = json!(frame["event_seq"].as_u64().unwrap() + 2);
            [call, result, end].map(|frame| (frame, to)).to_vec()
        },
    },
    Control {
        name: "takes a forged report for a cost",
        scenario: "9.6/what is no cost leaves the counter where it was",
        by: SCENARIO,
        says: "\"value\":0.58",
        spoil: ignores!("job.submit", |frame| {
            let text = frame.to_string();
            let charged = r#""name":"cost.x","unit":"USD","value":0.05"#;
            let forged = r#""name":"cost.budget.remaining","unit":"USD","value":0"#;
            assert!(text.contains(forged), "{text}");
            frame = text.replacen(forged, charged, 1).parse().unwrap();
        }),
    },
    Control {
        name: "takes less than nothing for a cost",
        scenario: "9.6/what is no cost leaves the counter where it was",
        by: SCENARIO,
        says: "\"value\":0.58",
        // What it would have left.
        spoil: answers!("job.event", |frame| {
            let body = &mut frame["payload"]["body"];
            if body["name"] == "cost.budget.remaining" {
                body["value"] = json!(body["value"].as_f64().unwrap() + 1.0);
            }
        }),
    },
    Control {
        name: "shows a cost below nothing",
        scenario: "9.6/a negative cost is rejected",
        by: SCENARIO,
        says: "anything but",
        spoil: ignores!("job.submit", |frame| {
            let text = frame.to_string().replace("\"value\":-1", "\"value\":1");
            frame = text.parse().unwrap();
        }),
    },
    Control {
        name: "shows a report that an agent forged",
        scenario: "9.6/costs lower the counter of their currency (hostile)",
        by: SCENARIO,
        says: "payload.body: one of",
        spoil: |spoiler, mut frame, to| {
            if to == To::Client && is_counted(&frame) {
                let seq = frame["event_seq"].as_u64().unwrap();
                frame["event_seq"] = json!(seq + spoiler.count);
                if is_end(&frame) && frame["payload"]["code"] == "INVALID_REQUEST" {
                    let mut shown = frame.clone();
                    shown["id"] = json!("01M7ZE00000000000000000001");
                    shown["type"] = json!("job.event");
                    shown["payload"] = json!({"kind": "metric", "ts": "2026-01-01T00:00:00Z", "body": {"name": "cost.budget.remaining", "value": 0, "unit": "USD"}});
                    spoiler.count += 1;
                    frame["event_seq"] = json!(seq + spoiler.count);
                    return vec![(shown, to), (frame, to)];
                }
            }
            pass(frame, to)
        },
    },
    Control {
        name: "knows six namespaces",
        scenario: "9.3/seven namespaces are known",
        by: SCENARIO,
        says: "lease.agent.delegate: a list",
        spoil: answers!("job.accepted", |frame| remove(
            &mut frame,
            "/payload/lease",
            "agent.delegate"
        )),
    },
    Control {
        name: "shows credentials to strangers",
        scenario: "9.8/a stranger sees no credential",
        by: SCENARIO,
        says: "one of",
        spoil: |spoiler, mut frame, to| {
            let payload = &frame["payload"];
            if to == To::Client && payload["credentials"].is_array() {
                spoiler.tell("job", frame.clone());
            }
            if frame["type"] == "session.error" && payload["code"] == "JOB_NOT_FOUND" {
                let job = spoiler.told("job");
                frame["type"] = json!("job.subscribed");
                frame["payload"] = job["payload"].clone();
            }
            pass(frame, to)
        },
    },
    Control {
        name: "lists credentials for strangers",
        scenario: "9.8/a stranger sees no credential",
        by: SCENARIO,
        says: "no such member",
        spoil: |spoiler, mut frame, to| {
            if to == To::Client && frame["type"] == "session.jobs" {
                if let Some(job) = frame["payload"]["jobs"].get(0) {
                    spoiler.tell("job", job.clone());
                } else {
                    frame["payload"]["jobs"] = json!([spoiler.told("job")]);
                }
            }
            pass(frame, to)
        },
    },
    Control {
        name: "says a credential's value to a stranger",
        scenario: "9.8/a stranger sees no credential",
        by: "credentials are told to their principal alone",
        says: "told to one principal",
        spoil: |spoiler, mut frame, to| {
            let value = &frame["payload"]["credentials"][0]["value"];
            if to == To::Client && value.is_string() {
                spoiler.tell("value", value.clone());
            }
            if frame["type"] == "session.error" {
                frame["payload"]["message"] = spoiler.told("value");
            }
            pass(frame, to)
        },
    },
];
