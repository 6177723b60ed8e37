//! What a job may do: the lease, its end, its budget, its models, seen as frames (§9).

use serde_json::{Value, json};

use super::{Limits, Peer, in_memory, without};

/// The kinds and codes of what a job did after it was accepted.
fn story(frames: &[Value]) -> Vec<String> {
    frames
        .iter()
        .filter(|frame| frame["type"] != "job.accepted")
        .map(|frame| {
            let payload = &frame["payload"];
            let kind = payload["kind"].as_str().or(frame["type"].as_str());
            let code = payload["body"]["error"]["code"]
                .as_str()
                .or(payload["code"].as_str());
            [kind, code]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

/// The values of the metrics that report what is left, as they are written.
fn remaining(frames: &[Value]) -> Vec<(String, String)> {
    frames
        .iter()
        .map(|frame| &frame["payload"]["body"])
        .filter(|body| body["name"] == "cost.budget.remaining")
        .map(|body| {
            (
                body["value"].to_string(),
                body["unit"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

fn submit(lease: &Value, steps: &Value) -> Value {
    json!({"agent": "probe", "input": {"do": steps}, "lease_request": lease})
}

fn call(tool: &str) -> Value {
    json!({"call": {"tool": tool}})
}

#[tokio::test]
async fn an_operation_is_announced_and_then_allowed_or_refused() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let lease = json!({
        "fs.read": ["/workspace/**"], "fs.write": ["/out/*"], "net.fetch": ["https://api.example.com/**"], "tool.call": ["search.*"],
        "model.use": ["tier-fast/*"], "agent.delegate": [], "x-vendor.acme.gpu": ["*"]
    });
    let at = |tool: &str, member: &str, target: &str| json!({"call": {"tool": tool, "args": {member: target}}});
    let cases = [
        (at("fs.read", "path", "/workspace/a/../b"), true),
        (at("fs.read", "path", "/workspace/../etc/passwd"), false),
        (at("fs.read", "path", "/workspace/%2e%2e/etc"), false),
        (at("fs.read", "path", "workspace/a"), false),
        (json!({"call": {"tool": "fs.read"}}), false),
        (at("fs.write", "path", "/out/a"), true),
        (at("fs.write", "path", "/workspace/a"), false),
        (
            at("net.fetch", "url", "HTTPS://API.example.com:443/x"),
            true,
        ),
        (
            at("net.fetch", "url", "https://api.example.com@evil.com/"),
            false,
        ),
        (call("search.web"), true),
        (call("fetch.url"), false),
        (json!({"model": {"id": "tier-fast/a"}}), true),
        (json!({"model": {"id": "tier-slow/a"}}), false),
    ];
    for (step, allowed) in cases {
        let frames = peer.run(submit(&lease, &json!([step]))).await;
        assert_eq!(frames[0]["payload"]["lease"], lease);
        let (asked, answer) = (&frames[1]["payload"], &frames[2]["payload"]);
        assert_eq!(asked["kind"], "tool_call", "{step}");
        assert_eq!(answer["kind"], "tool_result", "{step}");
        assert_eq!(asked["body"]["call_id"], answer["body"]["call_id"]);
        let body = answer["body"].as_object().unwrap();
        assert_eq!(body.contains_key("result"), allowed, "{step}: {answer}");
        assert_eq!(body.contains_key("error"), !allowed, "{step}: {answer}");
        if !allowed {
            assert_eq!(body["error"]["code"], "PERMISSION_DENIED", "{step}");
            assert_eq!(body["error"]["retryable"], false);
        }
        assert_eq!(frames[3]["type"], "job.result", "{step}");
    }
}

#[tokio::test]
async fn a_job_without_a_lease_may_do_nothing() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let frames = peer
        .run(json!({"agent": "probe", "input": {"do": [call("x"), {"model": {"id": "m"}}]}}))
        .await;
    assert_eq!(frames[0]["payload"]["lease"], json!({}));
    assert!(frames[0]["payload"].get("budget").is_none());
    assert!(frames[0]["payload"].get("lease_constraints").is_none());
    let refusal = "tool_result PERMISSION_DENIED";
    assert_eq!(
        story(&frames),
        ["tool_call", refusal, "tool_call", refusal, "job.result"]
    );
}

#[tokio::test]
async fn a_refusal_can_be_what_ends_the_job() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([{"call": {"tool": "x", "fatal": true}}, {"log": {"message": "never"}}]);
    let frames = peer.run(submit(&json!({}), &steps)).await;
    assert_eq!(
        story(&frames),
        [
            "tool_call",
            "tool_result PERMISSION_DENIED",
            "job.error PERMISSION_DENIED"
        ]
    );
    assert_eq!(frames.last().unwrap()["payload"]["final_status"], "error");
}

#[tokio::test]
async fn leases_that_cannot_be_read_are_refused() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut leases = vec![
        json!({"fs.read": "x"}),
        json!([1]),
        json!({"FS.read": ["/"]}),
        json!({"gpu": ["*"]}),
        json!({"tool.call": [""]}),
        json!({"tool.call": [7]}),
        json!({"fs.read": ["/a/../b"]}),
        json!({"cost.budget": ["USD:999999999999999999", "USD:1"]}),
    ];
    let amounts = [
        "USD", "USD:", ":5", "USD:-1", "USD:1.", "USD:.5", "USD:1e3", "USD: 1", "USD:1,0",
    ];
    leases.extend(amounts.map(|amount| json!({"cost.budget": [amount]})));
    for lease in leases {
        let payload = submit(&lease, &json!([]));
        assert_eq!(
            peer.refused("job.submit", payload).await,
            "INVALID_REQUEST",
            "{lease}"
        );
    }
    let payload = submit(&json!({"fs.delete": ["/"]}), &json!([]));
    peer.send("job.submit", payload).await;
    let refused = peer.receive().await;
    let message = refused["payload"]["message"].as_str().unwrap();
    for known in [
        "lease_request",
        "fs.delete",
        "fs.read, fs.write",
        "x-vendor",
    ] {
        assert!(message.contains(known), "{message}");
    }
}

#[tokio::test]
async fn a_bound_that_was_not_negotiated_is_refused_by_name() {
    let runtime = in_memory(Limits::default()).await;
    let bounded = json!({"agent": "probe", "input": {"do": []}, "lease_constraints": {"expires_at": "2999-01-01T00:00:00Z"}});
    let cases = [
        ("lease_expires_at", bounded),
        (
            "cost.budget",
            submit(&json!({"cost.budget": ["USD:1"]}), &json!([])),
        ),
        (
            "model.use",
            submit(&json!({"model.use": ["*"]}), &json!([])),
        ),
        (
            "agent_versions",
            json!({"agent": "probe@1.0.0", "input": {"do": []}}),
        ),
    ];
    for (feature, payload) in cases {
        let mut peer = Peer::hello_with(&runtime, "tok-a", &without(feature)).await;
        peer.send("job.submit", payload.clone()).await;
        let error = peer.receive().await;
        assert_eq!(error["payload"]["code"], "INVALID_REQUEST", "{feature}");
        let message = error["payload"]["message"].as_str().unwrap();
        assert!(message.contains(feature), "{message}");
        let mut peer = Peer::hello(&runtime, "tok-a").await;
        assert_eq!(
            peer.run(payload).await.last().unwrap()["type"],
            "job.result"
        );
    }
}

#[tokio::test]
async fn a_budget_is_counted_in_decimals_and_reported_after_each_charge() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let lease =
        json!({"cost.budget": ["USD:1.00", "credits:1000"], "tool.call": ["search.*", "fetch.*"]});
    let steps = json!([
        {"call": {"tool": "search.web", "cost": {"USD": "0.42"}}},
        {"metric": {"name": "latency", "value": 5, "unit": "USD"}},
        {"metric": {"name": "cost.x", "value": 5, "unit": "GBP"}},
        {"metric": {"name": "cost.x", "value": 5}},
        {"metric": {"name": "cost.api", "value": 250, "unit": "credits"}},
        {"call": {"tool": "fetch.url", "cost": {"USD": "0.70"}}},
        {"call": {"tool": "fetch.url"}},
        {"model": {"id": "m"}},
        {"log": {"message": "goes on"}}
    ]);
    let frames = peer.run(submit(&lease, &steps)).await;
    let start: Value = serde_json::from_str(r#"{"USD": 1.00, "credits": 1000}"#).unwrap();
    assert_eq!(frames[0]["payload"]["budget"], start);
    assert_eq!(frames[0]["payload"]["lease"], lease);
    let left = |value: &str, unit: &str| (value.to_owned(), unit.to_owned());
    assert_eq!(
        remaining(&frames),
        [
            left("0.58", "USD"),
            left("750", "credits"),
            left("-0.12", "USD")
        ]
    );
    let told = story(&frames);
    assert_eq!(
        told[told.len() - 6..],
        [
            "tool_call",
            "tool_result BUDGET_EXHAUSTED",
            "tool_call",
            "tool_result BUDGET_EXHAUSTED",
            "log",
            "job.result"
        ]
    );
    let refused = frames
        .iter()
        .find(|frame| frame["payload"]["body"]["error"]["code"] == "BUDGET_EXHAUSTED")
        .unwrap();
    assert_eq!(refused["payload"]["body"]["error"]["retryable"], false);
}

#[tokio::test]
async fn exactly_nothing_left_is_too_little() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let spend = |value: &str| -> Value {
        serde_json::from_str(&format!(
            r#"{{"metric":{{"name":"cost.x","value":{value},"unit":"USD"}}}}"#
        ))
        .unwrap()
    };
    let lease = json!({"cost.budget": ["USD:0.3"], "tool.call": ["*"]});
    let steps = json!([spend("0.1"), call("t"), spend("0.2"), call("t")]);
    let frames = peer.run(submit(&lease, &steps)).await;
    assert_eq!(remaining(&frames)[1].0, "0.0");
    assert_eq!(
        story(&frames)[2..4],
        ["tool_call", "tool_result"],
        "{frames:?}"
    );
    assert!(story(&frames).contains(&"tool_result BUDGET_EXHAUSTED".to_owned()));
    let none = json!({"cost.budget": ["USD:0", "credits:5"], "tool.call": ["*"]});
    let frames = peer.run(submit(&none, &json!([call("t")]))).await;
    assert_eq!(
        story(&frames),
        ["tool_call", "tool_result BUDGET_EXHAUSTED", "job.result"]
    );
}

#[tokio::test]
async fn what_is_no_cost_changes_nothing_and_is_not_shown() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let lease = json!({"cost.budget": ["USD:1"], "tool.call": ["*"]});
    for metric in [
        json!({"name": "cost.x", "value": -1, "unit": "USD"}),
        json!({"name": "cost.budget.remaining", "value": 0, "unit": "USD"}),
        json!({"name": "cost.budget.mine", "value": 1, "unit": "USD"}),
    ] {
        let frames = peer.run(submit(&lease, &json!([{"metric": metric}]))).await;
        assert_eq!(story(&frames), ["job.error INVALID_REQUEST"], "{metric}");
    }
    let steps = json!([{"metric": {"name": "cost.x", "value": 999, "unit": "USD"}}, call("t")]);
    let frames = peer.run(submit(&json!({"tool.call": ["*"]}), &steps)).await;
    assert_eq!(
        story(&frames),
        ["metric", "tool_call", "tool_result", "job.result"]
    );
}

fn in_seconds(seconds: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn expiring(seconds: i64, steps: &Value) -> Value {
    let mut payload = submit(&json!({"tool.call": ["*"]}), steps);
    payload["lease_constraints"] = json!({"expires_at": in_seconds(seconds)});
    payload
}

#[tokio::test(start_paused = true)]
async fn an_operation_after_the_end_is_refused_and_ends_the_job() {
    let mut limits = Limits::default();
    limits.lease_grace = std::time::Duration::from_hours(1);
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("heartbeat")).await;
    let steps = json!([call("t"), {"sleep": {"ms": 41_000}}, call("t"), {"log": {"message": "never"}}, {"return": 1}]);
    let payload = expiring(40, &steps);
    let frames = peer.run(payload.clone()).await;
    assert_eq!(
        frames[0]["payload"]["lease_constraints"],
        payload["lease_constraints"]
    );
    assert_eq!(
        story(&frames),
        [
            "tool_call",
            "tool_result",
            "tool_call",
            "tool_result LEASE_EXPIRED",
            "job.error LEASE_EXPIRED"
        ]
    );
    let end = &frames.last().unwrap()["payload"];
    assert_eq!(end["final_status"], "error");
    assert_eq!(end["retryable"], false);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_asks_for_nothing_ends_with_its_lease_and_the_grace() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("heartbeat")).await;
    for step in [
        json!({"block": {}}),
        json!({"stubborn": {"ms": 86_000_000}}),
    ] {
        let begun = tokio::time::Instant::now();
        let frames = peer.run(expiring(30, &json!([step]))).await;
        assert_eq!(story(&frames), ["job.error LEASE_EXPIRED"]);
        let lasted = begun.elapsed().as_secs();
        assert!((29..=32).contains(&lasted), "{lasted}");
    }
    let frames = peer
        .run(submit(
            &json!({"tool.call": ["*"]}),
            &json!([{"sleep": {"ms": 50_000}}, call("t")]),
        ))
        .await;
    assert_eq!(story(&frames), ["tool_call", "tool_result", "job.result"]);
}

#[tokio::test]
async fn an_end_has_one_spelling_and_lies_ahead() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for bad in [
        json!("2999-01-01T00:00:00+00:00"),
        json!("2999-01-01T00:00:00z"),
        json!("2999-01-01"),
        json!("2999-01-01T00:00Z"),
        json!("soon"),
        json!(7),
        json!("2001-01-01T00:00:00Z"),
        json!(in_seconds(-1)),
    ] {
        let payload = json!({"agent": "probe", "input": {"do": []}, "lease_constraints": {"expires_at": bad}});
        assert_eq!(
            peer.refused("job.submit", payload).await,
            "INVALID_REQUEST",
            "{bad}"
        );
    }
    let fine = json!({"agent": "probe", "input": {"do": []}, "lease_constraints": {"expires_at": "2999-01-01T00:00:00.123456789Z"}});
    let frames = peer.run(fine).await;
    assert_eq!(
        frames[0]["payload"]["lease_constraints"]["expires_at"],
        "2999-01-01T00:00:00.123456789Z"
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_being_cancelled_has_no_lease_any_more() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([{"stubborn": {"ms": 5000}}, call("t"), {"log": {"message": "last words"}}]);
    peer.send("job.submit", submit(&json!({"tool.call": ["*"]}), &steps))
        .await;
    let job = peer.receive().await["job_id"].clone();
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    let frames = peer.until("job.error").await;
    assert_eq!(
        story(&frames),
        [
            "job.cancelled",
            "tool_call",
            "tool_result PERMISSION_DENIED",
            "log",
            "job.error CANCELLED"
        ]
    );
}
