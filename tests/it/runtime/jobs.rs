//! Jobs from submit to terminal (§7, §8).

use serde_json::json;

use super::{Limits, Peer, in_memory, numbers};

#[tokio::test]
async fn a_job_is_accepted_then_runs_then_ends() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let id = peer
        .send(
            "job.submit",
            json!({"agent": "echo", "input": {"a": [1, 2.50, null, "é"]}}),
        )
        .await;
    let accepted = peer.receive().await;
    assert_eq!(accepted["type"], "job.accepted");
    assert_eq!(accepted["payload"]["request_id"], json!(id));
    assert_eq!(accepted["payload"]["agent"], "echo@1.0.0");
    let result = peer.receive().await;
    assert_eq!(result["type"], "job.result");
    assert_eq!(result["event_seq"], 1);
    assert_eq!(result["job_id"], accepted["job_id"]);
    assert_eq!(
        result["payload"]["result"],
        json!({"a": [1, 2.50, null, "é"]})
    );
    assert_eq!(result["payload"]["final_status"], "success");
}

#[tokio::test]
async fn every_kind_of_event_arrives_in_order() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([
        {"log": {"message": "m"}}, {"thought": {"text": "t"}}, {"status": {"phase": "p"}}, {"metric": {"name": "n", "value": 1.10}},
        {"artifact": {"uri": "arcp://a", "content_type": "text/plain"}}, {"progress": {"current": 1, "total": 2}},
        {"vendor": {"kind": "x-vendor.acme.k", "body": {"a": 1}}}, {"call": {"tool": "t"}}, {"return": {"ok": true}}
    ]);
    peer.probe(steps).await;
    let frames = peer.until("job.result").await;
    let kinds: Vec<_> = frames
        .iter()
        .filter_map(|frame| frame["payload"]["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "log",
            "thought",
            "status",
            "metric",
            "artifact_ref",
            "progress",
            "x-vendor.acme.k",
            "tool_call",
            "tool_result"
        ]
    );
    assert_eq!(numbers(&frames), (1..=10).collect::<Vec<_>>());
    assert_eq!(
        frames[8]["payload"]["body"]["error"]["code"],
        "PERMISSION_DENIED"
    );
}

#[tokio::test]
async fn a_failure_and_a_panic_end_only_their_job() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([{"fail": {"code": "INTERNAL_ERROR", "message": "no"}}]))
        .await;
    let error = peer.receive().await;
    assert_eq!(error["payload"]["final_status"], "error");
    assert_eq!(error["payload"]["message"], "no");
    peer.probe(json!([{"panic": {}}])).await;
    assert_eq!(peer.receive().await["payload"]["code"], "INTERNAL_ERROR");
    peer.probe(json!([{"return": 1}])).await;
    assert_eq!(peer.receive().await["payload"]["result"], 1);
}

#[tokio::test]
async fn what_cannot_be_submitted_is_refused_by_name() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let cases = [
        (json!({"agent": "nosuch"}), "AGENT_NOT_AVAILABLE"),
        (json!({"agent": "probe@9"}), "AGENT_VERSION_NOT_AVAILABLE"),
        (json!({"agent": "A"}), "INVALID_REQUEST"),
        (
            json!({"agent": "probe", "input": {"do": [{"log": {}}]}}),
            "INVALID_REQUEST",
        ),
        (
            json!({"agent": "probe", "input": {"do": []}, "lease_request": {"zzz": []}}),
            "INVALID_REQUEST",
        ),
        (
            json!({"agent": "probe", "input": {"do": []}, "max_runtime_sec": 0}),
            "INVALID_REQUEST",
        ),
    ];
    for (payload, code) in cases {
        let id = peer.send("job.submit", payload.clone()).await;
        let error = peer.receive().await;
        assert_eq!(error["type"], "session.error", "{payload}");
        assert_eq!(error["payload"]["code"], code, "{payload} {error}");
        assert_eq!(error["payload"]["request_id"], json!(id));
    }
}

#[tokio::test]
async fn a_cancelled_job_is_acknowledged_and_ends_cancelled() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut stranger = Peer::hello(&runtime, "tok-b").await;
    stranger
        .send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    assert_eq!(stranger.receive().await["payload"]["code"], "JOB_NOT_FOUND");
    let mut sibling = Peer::hello(&runtime, "tok-a").await;
    sibling
        .send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    assert_eq!(
        sibling.receive().await["payload"]["code"],
        "PERMISSION_DENIED"
    );
    peer.send_with(
        "job.cancel",
        json!({"reason": "enough"}),
        json!({"job_id": job}),
    )
    .await;
    let cancelled = peer.receive().await;
    assert_eq!(cancelled["type"], "job.cancelled");
    assert!(cancelled.get("event_seq").is_none());
    let error = peer.receive().await;
    assert_eq!(error["payload"]["code"], "CANCELLED");
    assert_eq!(error["payload"]["final_status"], "cancelled");
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    assert_eq!(
        peer.receive().await["payload"]["details"]["status"],
        "cancelled"
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_that_will_not_stop_is_ended_for_it() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"stubborn": {"ms": 86_000_000}}])).await["job_id"].clone();
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    let frames = peer.until("job.error").await;
    assert_eq!(frames.last().unwrap()["payload"]["code"], "CANCELLED");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_runs_too_long_times_out() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.send("job.submit", json!({"agent": "probe", "max_runtime_sec": 5, "input": {"do": [{"stubborn": {"ms": 3_600_000}}]}})).await;
    let frames = peer.until("job.error").await;
    let error = &frames.last().unwrap()["payload"];
    assert_eq!(
        (&error["code"], &error["final_status"]),
        (&json!("TIMEOUT"), &json!("timed_out"))
    );
}

#[tokio::test]
async fn a_key_makes_one_job_whoever_asks_again() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let submit = |input: u32| json!({"agent": "echo", "input": input, "idempotency_key": "k"});
    peer.send("job.submit", submit(1)).await;
    let first = peer.receive().await;
    let result = peer.receive().await;
    peer.send("job.submit", submit(1)).await;
    let again = peer.receive().await;
    assert_eq!(again["job_id"], first["job_id"]);
    let repeated = peer.receive().await;
    assert_eq!(repeated["payload"], result["payload"]);
    assert_eq!(repeated["event_seq"], 2);
    peer.send("job.submit", submit(2)).await;
    assert_eq!(peer.receive().await["payload"]["code"], "DUPLICATE_KEY");
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    bob.send("job.submit", submit(2)).await;
    assert_ne!(bob.receive().await["job_id"], first["job_id"]);
}

#[tokio::test]
async fn a_streamed_result_comes_whole_and_in_order() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(
        json!([{"chunk": {"data": "aé"}}, {"chunk": {"bytes": 25}}, {"chunk": {"data": "z"}}]),
    )
    .await;
    let frames = peer.until("job.result").await;
    let (result, chunks) = frames.split_last().unwrap();
    let text: String = chunks
        .iter()
        .map(|chunk| chunk["payload"]["body"]["data"].as_str().unwrap())
        .collect();
    assert_eq!(text, "aé0123456789012345678901234z");
    let more: Vec<_> = chunks
        .iter()
        .map(|chunk| chunk["payload"]["body"]["more"].as_bool().unwrap())
        .collect();
    assert_eq!(more, [true, true, false]);
    assert_eq!(result["payload"]["result_size"], text.len());
    assert_eq!(
        result["payload"]["result_id"],
        chunks[0]["payload"]["body"]["result_id"]
    );
    assert!(result["payload"].get("result").is_none());
}
