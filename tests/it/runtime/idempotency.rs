//! One key, one job (§7.2): repeats, conflicts, windows, restarts, and who owns the job afterwards.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Limits, Peer, in_file, in_memory, without};

fn keyed(key: &str, steps: &Value) -> Value {
    json!({"agent": "probe", "input": {"do": steps}, "idempotency_key": key})
}

/// What the first and the second answer have to have in common.
fn without_request(accepted: &Value) -> Value {
    let mut payload = accepted["payload"].clone();
    payload.as_object_mut().unwrap().remove("request_id");
    payload
}

#[tokio::test]
async fn the_same_parameters_are_the_same_however_they_are_written() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let texts = [
        r#"{"agent":"echo","input":{"a":1,"b":[1.50,"é"]},"idempotency_key":"k","lease_request":{"tool.call":["x"]}}"#,
        r#"{"idempotency_key":"k", "lease_request":{"tool.call":["x"]},"input":{"b":[1.5,"\u00e9"],"a":1},"agent":"echo","note":7}"#,
    ];
    let mut answers = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let session = peer.session.as_ref().unwrap();
        let frame = format!(
            r#"{{"arcp":"1.1","id":"t{number}","type":"job.submit","session_id":{session},"payload":{text}}}"#
        );
        peer.raw(&frame).await;
        let frames = peer.until("job.result").await;
        assert_eq!(frames[0]["payload"]["request_id"], format!("t{number}"));
        answers.push((without_request(&frames[0]), frames[1]["payload"].clone()));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn other_parameters_are_a_conflict_and_leave_the_first_job_alone() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let first = json!({"agent": "probe", "input": {"do": [{"block": {}}]}, "idempotency_key": "k"});
    peer.send("job.submit", first.clone()).await;
    let job = peer.receive().await["job_id"].clone();
    let different = [
        ("agent", json!("echo")),
        ("agent", json!("probe@2.0.0")),
        ("input", json!({"do": []})),
        ("lease_request", json!({"tool.call": ["x"]})),
        (
            "lease_constraints",
            json!({"expires_at": "2999-01-01T00:00:00Z"}),
        ),
        ("max_runtime_sec", json!(9)),
    ];
    for (member, value) in different {
        let mut payload = first.clone();
        payload[member] = value;
        assert_eq!(
            peer.refused("job.submit", payload).await,
            "DUPLICATE_KEY",
            "{member}"
        );
    }
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    assert_eq!(
        peer.until("job.error").await.last().unwrap()["payload"]["code"],
        "CANCELLED"
    );
}

#[tokio::test]
async fn many_at_once_make_one_job() {
    let runtime = in_memory(Limits::default()).await;
    let mut peers = Vec::new();
    for _ in 0..4 {
        peers.push(Peer::hello(&runtime, "tok-a").await);
    }
    for peer in &mut peers {
        for _ in 0..5 {
            peer.send(
                "job.submit",
                keyed("k", &json!([{"sleep": {"ms": 5}}, {"return": 1}])),
            )
            .await;
        }
    }
    let mut jobs = Vec::new();
    for peer in &mut peers {
        let (mut accepted, mut ended) = (0, 0);
        while accepted < 5 || ended == 0 {
            let frame = peer.receive().await;
            match frame["type"].as_str() {
                Some("job.accepted") => accepted += 1,
                Some("job.result") => ended += 1,
                _ => panic!("{frame}"),
            }
            jobs.push(frame["job_id"].clone());
        }
    }
    assert!(jobs.iter().all(|job| *job == jobs[0]));
}

#[tokio::test]
async fn a_refused_submit_does_not_use_up_its_key() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let wrong = json!({"agent": "nosuch", "idempotency_key": "k"});
    assert_eq!(
        peer.refused("job.submit", wrong).await,
        "AGENT_NOT_AVAILABLE"
    );
    let frames = peer.run(keyed("k", &json!([]))).await;
    assert_eq!(frames.last().unwrap()["type"], "job.result");
}

#[tokio::test(start_paused = true)]
async fn a_key_is_forgotten_after_its_window() {
    let mut limits = Limits::default();
    limits.idempotency_window = Duration::from_secs(5);
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("heartbeat")).await;
    let mut jobs = Vec::new();
    for wait in [0, 4, 6] {
        tokio::time::sleep(Duration::from_secs(wait)).await;
        jobs.push(peer.run(keyed("k", &json!([]))).await[0]["job_id"].clone());
    }
    assert_eq!(jobs[0], jobs[1]);
    assert_ne!(jobs[0], jobs[2]);
    // The window opens when the job has ended: a long job keeps its key.
    let long = keyed("long", &json!([{"sleep": {"ms": 20_000}}]));
    let first = peer.run(long.clone()).await[0]["job_id"].clone();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(peer.run(long).await[0]["job_id"], first);
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_with_the_key_follows_the_job_and_inherits_it() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("heartbeat")).await;
    let submit = keyed("k", &json!([{"block": {}}]));
    peer.send("job.submit", submit.clone()).await;
    let job = peer.receive().await["job_id"].clone();
    // While the first session can be resumed, the second only watches.
    let mut second = Peer::hello_with(&runtime, "tok-a", &without("heartbeat")).await;
    second.send("job.submit", submit.clone()).await;
    assert_eq!(second.receive().await["job_id"], job);
    let cancel = json!({"job_id": job});
    second
        .send_with("job.cancel", json!({}), cancel.clone())
        .await;
    assert_eq!(
        second.receive().await["payload"]["code"],
        "PERMISSION_DENIED"
    );
    drop(peer);
    tokio::time::sleep(Duration::from_secs(601)).await;
    second
        .send_with("job.cancel", json!({}), cancel.clone())
        .await;
    assert_eq!(
        second.receive().await["payload"]["code"],
        "PERMISSION_DENIED"
    );
    // The first session is gone: the key makes the next one the owner.
    second.send("job.submit", submit).await;
    assert_eq!(second.receive().await["job_id"], job);
    second.send_with("job.cancel", json!({}), cancel).await;
    assert_eq!(second.receive().await["type"], "job.cancelled");
    let end = second.receive().await;
    assert_eq!(
        (&end["payload"]["code"], &end["event_seq"]),
        (&json!("CANCELLED"), &json!(1))
    );
}

#[tokio::test]
async fn keys_and_conflicts_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runtime.db");
    let (runtime, store) = in_file(&path).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let frames = peer.run(keyed("k", &json!([{"return": 7}]))).await;
    runtime.shutdown().await.unwrap();
    store.close().await.unwrap();
    drop((runtime, store));

    let (runtime, _store) = in_file(&path).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let again = peer.run(keyed("k", &json!([{"return": 7}]))).await;
    assert_eq!(without_request(&again[0]), without_request(&frames[0]));
    assert_eq!(again[1]["payload"], frames[1]["payload"]);
    let other = keyed("k", &json!([{"return": 8}]));
    assert_eq!(peer.refused("job.submit", other).await, "DUPLICATE_KEY");
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    assert_ne!(
        bob.run(keyed("k", &json!([{"return": 8}]))).await[0]["job_id"],
        again[0]["job_id"]
    );
}

#[tokio::test]
async fn keys_have_bounds() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for wrong in [json!(""), json!("k".repeat(257)), json!(7)] {
        let payload = json!({"agent": "echo", "idempotency_key": wrong});
        assert_eq!(peer.refused("job.submit", payload).await, "INVALID_REQUEST");
    }
    let longest = json!({"agent": "echo", "input": 1, "idempotency_key": "é".repeat(256)});
    assert_eq!(
        peer.run(longest).await.last().unwrap()["type"],
        "job.result"
    );
}

#[tokio::test]
async fn numbers_that_no_machine_counts_are_told_apart() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut types = Vec::new();
    for number in ["1e400", "10e399", "1e401"] {
        let session = peer.session.as_ref().unwrap();
        let frame = format!(
            r#"{{"arcp":"1.1","id":"n{number}","type":"job.submit","session_id":{session},"payload":{{"agent":"probe","input":{{"do":[{{"fail":{{"code":"INTERNAL_ERROR"}}}},{{"return":{number}}}]}},"idempotency_key":"k"}}}}"#
        );
        peer.raw(&frame).await;
        let end = if number == "1e401" {
            "session.error"
        } else {
            "job.accepted"
        };
        let frames = peer.until(end).await;
        types.push(frames.last().unwrap()["payload"]["code"].clone());
    }
    assert_eq!(types, [json!(null), json!(null), json!("DUPLICATE_KEY")]);
}

#[tokio::test]
async fn a_repeat_is_told_nothing_that_its_session_did_not_negotiate() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut plain = Peer::hello_with(&runtime, "tok-a", &["subscribe"]).await;
    for (key, asks, feature) in [
        (
            "a",
            json!({"lease_request": {"cost.budget": ["USD:1"]}}),
            "cost.budget",
        ),
        (
            "b",
            json!({"lease_request": {"model.use": ["m"]}}),
            "model.use",
        ),
        (
            "c",
            json!({"lease_constraints": {"expires_at": "2099-01-01T00:00:00Z"}}),
            "lease_expires_at",
        ),
        ("d", json!({"agent": "probe@1.0.0"}), "agent_versions"),
    ] {
        let mut submit = keyed(key, &json!([{"return": 1}]));
        submit
            .as_object_mut()
            .unwrap()
            .extend(asks.as_object().unwrap().clone());
        peer.run(submit.clone()).await;
        plain.send("job.submit", submit).await;
        let refused = plain.receive().await;
        assert_eq!(refused["payload"]["code"], "INVALID_REQUEST", "{refused}");
        let message = refused["payload"]["message"].as_str().unwrap();
        assert!(message.contains(feature), "{message}");
    }
    // Where nothing was missing, it is a repeat as any other.
    let submit = keyed("e", &json!([{"return": 1}]));
    peer.run(submit.clone()).await;
    plain.run(submit).await;
}
