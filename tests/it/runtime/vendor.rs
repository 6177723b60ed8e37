//! What vendors add (§15): kinds of events, capabilities, features and members, all under `x-vendor.`.

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use serde_json::{Value, json};

use super::{Limits, MemoryStore, Peer, Runtime, in_memory, numbers, start};

#[tokio::test]
async fn a_vendors_event_goes_through_as_it_was_made() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let body = json!({"deep": [1, {"a": null}], "number": 1.10, "text": "é\u{1F600}"});
    let kinds = ["x-vendor.acme.k", "x-vendor.a", "x-vendor.a-b.c_d.e1"];
    let steps: Vec<_> = kinds
        .iter()
        .map(|kind| json!({"vendor": {"kind": kind, "body": body}}))
        .collect();
    peer.probe(json!(steps)).await;
    let frames = peer.until("job.result").await;
    for (frame, kind) in frames.iter().zip(kinds) {
        assert_eq!(frame["type"], "job.event");
        assert_eq!(frame["payload"]["kind"], kind);
        assert_eq!(frame["payload"]["body"], body);
        assert!(frame["payload"]["ts"].is_string());
    }
    assert_eq!(numbers(&frames), [1, 2, 3, 4]);

    // After a cut they are the same.
    let peer = peer.hang_up();
    let mut again = Peer::resume(&runtime, &peer, 0).await;
    let replayed = again.until("job.result").await;
    for (one, other) in frames.iter().zip(&replayed) {
        assert_eq!(one["payload"], other["payload"]);
    }
}

#[tokio::test]
async fn a_kind_or_a_body_that_is_none_is_refused_by_the_agents_own_error() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for (kind, body) in [
        ("log", json!({})),
        ("x-vendor", json!({})),
        ("x-vendor.", json!({})),
        ("x-vendor.A", json!({})),
        ("vendor.acme", json!({})),
        ("x-vendor.acme.k", json!([])),
        ("x-vendor.acme.k", json!("text")),
    ] {
        let steps = json!([{"vendor": {"kind": kind, "body": body}}, {"return": 1}]);
        peer.send(
            "job.submit",
            json!({"agent": "probe", "input": {"do": steps}}),
        )
        .await;
        let answer = peer.receive().await;
        let refused = match answer["type"].as_str().unwrap() {
            "job.accepted" => peer.receive().await["type"] == "job.error",
            other => other == "session.error",
        };
        assert!(refused, "{kind} {body}");
    }
}

/// Asks for what a vendor's capability guards.
#[arcp_agent(version = "1.0.0")]
async fn painter(ctx: JobContext, targets: Vec<String>) -> Result<Vec<String>, AgentError> {
    let mut answers = Vec::new();
    for target in targets {
        let asked = ctx
            .use_capability("x-vendor.acme.gpu".parse()?, target)
            .await;
        answers.push(match asked {
            Ok(call) => {
                call.succeed(()).await?;
                "allowed".to_owned()
            }
            Err(error) => error.code.as_str().to_owned(),
        });
    }
    Ok(answers)
}

#[tokio::test]
async fn a_vendors_capability_is_granted_checked_and_shown_like_any_other() {
    let builder = Runtime::builder().store(MemoryStore::new()).agent(painter);
    let runtime = start(Limits::default(), builder).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let lease = json!({"x-vendor.acme.gpu": ["a100/*"], "x-vendor.other.thing": []});
    peer.send(
        "job.submit",
        json!({"agent": "painter", "input": ["a100/0", "h100/0", ""], "lease_request": lease}),
    )
    .await;
    let accepted = peer.receive().await;
    assert_eq!(accepted["payload"]["lease"], lease);
    let frames = peer.until("job.result").await;
    assert_eq!(
        frames.last().unwrap()["payload"]["result"],
        json!(["allowed", "PERMISSION_DENIED", "PERMISSION_DENIED"])
    );
    let body = |place: usize| &frames[place]["payload"]["body"];
    assert_eq!(body(0)["tool"], "x-vendor.acme.gpu");
    assert_eq!(body(0)["args"], json!({"target": "a100/0"}));
    assert_eq!(body(1)["result"], Value::Null);
    assert_eq!(body(3)["error"]["code"], "PERMISSION_DENIED");
    assert_eq!(body(3)["call_id"], body(2)["call_id"]);
}

#[tokio::test]
async fn vendors_features_and_members_change_nothing() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::dial(&runtime);
    let mut payload = super::hello("tok-a");
    payload["capabilities"]["features"] = json!(["x-vendor.acme.fast", "progress"]);
    payload["capabilities"]["x-vendor.acme.more"] = json!({"a": 1});
    payload["x-vendor.acme.hint"] = json!([]);
    peer.send_with("session.hello", payload, json!({"x-vendor.acme.env": 1}))
        .await;
    let welcome = peer.receive().await;
    assert_eq!(welcome["type"], "session.welcome", "{welcome}");
    peer.session = Some(welcome["session_id"].clone());
    let steps = json!([{"progress": {"current": 1}}, {"return": 1}]);
    peer.send(
        "job.submit",
        json!({"agent": "probe", "input": {"do": steps}, "x-vendor.acme.note": "n"}),
    )
    .await;
    let frames = peer.until("job.result").await;
    assert_eq!(numbers(&frames), [1, 2]);

    // Names outside the prefix are nobody's.
    peer.send(
        "job.submit",
        json!({"agent": "probe", "input": {"do": []}, "lease_request": {"gpu": ["*"]}}),
    )
    .await;
    assert_eq!(peer.receive().await["payload"]["code"], "INVALID_REQUEST");
}
