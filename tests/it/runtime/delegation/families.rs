//! Families of jobs: who ends before whom, what bounds them, and what a restart leaves (§10).

use super::*;

/// A parent, its child and that child's child, all at work; the two children wait for their cancellation. The parent does its last step once it was let.
async fn family(peer: &mut Peer, last: Value, more: Value) -> ([Value; 3], Value) {
    let grant = json!({"lease_request": any_agent(), "wait": false});
    let lowest = child(json!([{"block": {}}]), grant.clone());
    let gate = child(json!([{"block": {}}]), json!({}));
    let steps = json!([child(json!([lowest, {"block": {}}]), grant), gate, last]);
    let parent = submit_with(peer, steps, any_agent(), more).await["job_id"].clone();
    let mut below = json!({});
    while below.as_object().unwrap().len() < 3 {
        let accepted = peer.until("job.accepted").await.pop().unwrap();
        let above = accepted["payload"]["parent_job_id"].clone();
        let place = match (above == parent, below.get("first")) {
            (true, None) => "first",
            (true, Some(_)) => "gate",
            (false, _) => "second",
        };
        below[place] = accepted["job_id"].clone();
    }
    (
        [parent, below["first"].clone(), below["second"].clone()],
        below["gate"].clone(),
    )
}

async fn cancel(peer: &mut Peer, job: &Value, reason: &str) {
    peer.send_with(
        "job.cancel",
        json!({ "reason": reason }),
        json!({ "job_id": job }),
    )
    .await;
}

#[tokio::test]
async fn children_end_before_the_parent_that_takes_them_along() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let cases = [
        (json!({"return": 1}), json!({}), "success"),
        (json!({"fail": {"code": "X_FAILED"}}), json!({}), "X_FAILED"),
        (json!({"panic": {}}), json!({}), "INTERNAL_ERROR"),
        (
            json!({"block": {}}),
            json!({"max_runtime_sec": 1}),
            "TIMEOUT",
        ),
    ];
    for (last, more, code) in cases {
        let ([parent, first, second], gate) = family(&mut peer, last, more).await;
        if code != "TIMEOUT" {
            cancel(&mut peer, &gate, "go on").await;
        }
        let frames = peer.until_end(&parent).await;
        let cancelled = "CANCELLED".to_owned();
        let mut ended = ends(&frames);
        ended.retain(|(job, _)| *job != gate);
        assert_eq!(
            ended,
            [
                (second, cancelled.clone()),
                (first, cancelled),
                (parent.clone(), code.to_owned())
            ],
            "{frames:#?}"
        );
        let warned = frames
            .iter()
            .any(|frame| frame["payload"]["body"]["level"] == "warn" && frame["job_id"] == parent);
        assert_eq!(warned, code == "success");
        for frame in &frames {
            if frame["payload"]["code"] == "CANCELLED" {
                assert_eq!(frame["payload"]["final_status"], "cancelled");
            }
        }
    }
}

#[tokio::test]
async fn cancelling_a_parent_cancels_all_below_it_with_one_acknowledgement() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let ([parent, first, second], gate) = family(&mut peer, json!({"block": {}}), json!({})).await;
    cancel(&mut peer, &parent, "enough").await;
    let frames = peer.until_end(&parent).await;
    assert_eq!(of_type(&frames, "job.cancelled").len(), 1);
    let order: Vec<_> = ends(&frames)
        .into_iter()
        .map(|(job, code)| {
            assert_eq!(code, "CANCELLED");
            job
        })
        .collect();
    assert_eq!(order.len(), 4);
    let place = |job| order.iter().position(|ended| *ended == job).unwrap();
    assert!(place(second) < place(first.clone()));
    assert!(place(first) < 3 && place(gate) < 3 && place(parent) == 3);
    assert_eq!(frames.last().unwrap()["payload"]["message"], "enough");
}

#[tokio::test]
async fn a_child_that_does_not_listen_ends_with_the_grace() {
    let mut limits = Limits::default();
    limits.cancel_grace = std::time::Duration::from_millis(30);
    let runtime = in_memory(limits).await;
    let mut peer = hello(&runtime).await;
    let steps = json!([child(json!([{"stubborn": {"ms": 600_000}}]), json!({"wait": false})), {"return": 1}]);
    let parent = submit(&mut peer, steps, any_agent()).await["job_id"].clone();
    let frames = peer.until_end(&parent).await;
    let codes: Vec<_> = ends(&frames).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["CANCELLED", "success"]);
}

#[tokio::test]
async fn a_child_can_be_cancelled_alone_by_the_session_that_submitted_its_parent() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let steps = json!([child(json!([{"log": {"message": "up"}}, {"block": {}}]), json!({})), {"return": "on"}]);
    let parent = submit(&mut peer, steps, any_agent()).await["job_id"].clone();
    let child = peer.until("job.accepted").await.pop().unwrap()["job_id"].clone();
    let mut other = hello(&runtime).await;
    other
        .send_with("job.cancel", json!({}), json!({"job_id": child}))
        .await;
    assert_eq!(
        other.receive().await["payload"]["code"],
        "PERMISSION_DENIED"
    );
    peer.send_with("job.cancel", json!({}), json!({"job_id": child}))
        .await;
    let frames = peer.until_end(&parent).await;
    assert_eq!(
        ends(&frames),
        [
            (child, "CANCELLED".to_owned()),
            (parent, "success".to_owned())
        ]
    );
}

#[tokio::test]
async fn families_are_bounded_in_depth_and_in_number() {
    let mut limits = Limits::default();
    limits.delegation_depth = 1;
    limits.children_per_job = 2;
    let runtime = in_memory(limits).await;
    let mut peer = hello(&runtime).await;
    let waits = child(json!([{"block": {}}]), json!({"wait": false}));
    let parent = submit(
        &mut peer,
        json!([waits, waits, waits, {"return": 1}]),
        any_agent(),
    )
    .await["job_id"]
        .clone();
    let frames = peer.until_end(&parent).await;
    assert_eq!(of_type(&frames, "job.accepted").len(), 2);
    assert_eq!(refusals(&frames, &parent), ["INTERNAL_ERROR"]);
    let caps: Vec<_> = frames
        .iter()
        .filter_map(|frame| frame["payload"]["body"]["error"]["details"]["cap"].as_str())
        .collect();
    assert_eq!(caps, ["children_per_job"]);

    let deep = child(
        json!([child(json!([]), json!({}))]),
        json!({"lease_request": any_agent()}),
    );
    let parent =
        submit(&mut peer, json!([deep, {"return": 1}]), any_agent()).await["job_id"].clone();
    let frames = peer.until_end(&parent).await;
    assert_eq!(of_type(&frames, "job.accepted").len(), 1);
    let caps: Vec<_> = frames
        .iter()
        .filter_map(|frame| frame["payload"]["body"]["error"]["details"]["cap"].as_str())
        .collect();
    assert_eq!(caps, ["delegation_depth"]);
}

#[tokio::test]
async fn children_count_as_jobs_of_their_session() {
    let mut limits = Limits::default();
    limits.jobs_per_session = 2;
    let runtime = in_memory(limits).await;
    let mut peer = hello(&runtime).await;
    let waits = child(json!([{"block": {}}]), json!({"wait": false}));
    let parent =
        submit(&mut peer, json!([waits, waits, {"return": 1}]), any_agent()).await["job_id"]
            .clone();
    let frames = peer.until_end(&parent).await;
    assert_eq!(refusals(&frames, &parent), ["INTERNAL_ERROR"]);
    // They count no more once they have ended.
    peer.probe(json!([{"return": 1}])).await;
    assert_eq!(peer.receive().await["type"], "job.result");
}

#[tokio::test]
async fn a_family_goes_on_without_its_session_and_is_replayed() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let steps = json!([child(json!([{"sleep": {"ms": 30}}, {"log": {"message": "late"}}, {"return": 1}]), json!({})), {"return": 2}]);
    let parent = submit(&mut peer, steps, any_agent()).await["job_id"].clone();
    let accepted = peer.until("job.accepted").await.pop().unwrap();
    let peer = peer.hang_up();
    let mut again = Peer::resume(&runtime, &peer, 1).await;
    let frames = again.until_end(&parent).await;
    assert_eq!(numbers(&frames), [2, 3, 4]);
    assert_eq!(frames[0]["job_id"], accepted["job_id"]);
}

#[tokio::test]
async fn a_restart_ends_a_family_children_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runtime.db");
    let (runtime, store) = in_file(&path).await;
    let mut peer = hello(&runtime).await;
    let ([parent, first, second], gate) = family(&mut peer, json!({"block": {}}), json!({})).await;
    runtime.shutdown().await.unwrap();
    store.close().await.unwrap();
    drop((runtime, store));

    let (runtime, _store) = in_file(&path).await;
    let mut again = Peer::resume(&runtime, &peer, 0).await;
    let frames = again.until_end(&parent).await;
    let broken = "INTERNAL_ERROR".to_owned();
    let mut ended = ends(&frames);
    ended.retain(|(job, _)| *job != gate);
    assert_eq!(
        ended,
        [
            (second, broken.clone()),
            (first, broken.clone()),
            (parent, broken)
        ]
    );
}
