//! Acknowledgements: advice that lets the buffer shrink, and shows who is slow (§6.5).

use serde_json::{Value, json};

use super::{Limits, Peer, Runtime, in_memory, logged, numbers, texts, without};

/// A runtime that tells of a lag of 100.
async fn watchful(most: Option<u64>) -> Runtime {
    let mut limits = Limits::default();
    (limits.ack_lag, limits.ack_lag_max) = (100, most);
    in_memory(limits).await
}

fn logs(n: u32) -> Value {
    json!({"repeat": {"n": n, "do": [{"log": {"message": "{i}"}}]}})
}

fn pressures(frames: &[Value]) -> Vec<u64> {
    frames
        .iter()
        .filter(|frame| frame["payload"]["body"]["phase"] == "back_pressure")
        .map(|frame| frame["event_seq"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_lag_is_told_once_until_it_has_halved() {
    let runtime = watchful(None).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([logs(150), {"block": {}}])).await["job_id"].clone();
    let frames = peer.until_number(151).await;
    assert_eq!(pressures(&frames), [102]);
    assert_eq!(frames[101]["job_id"], job);
    assert_eq!(frames[101]["payload"]["kind"], "status");
    assert!(numbers(&frames).into_iter().eq(1..=151));
    // Down to more than half: not told again. Down to half: told again.
    for (through, told) in [(90, vec![]), (204, vec![306])] {
        peer.send("session.ack", json!({"last_processed_seq": through}))
            .await;
        peer.quiet().await;
        let steps = json!({"agent": "probe", "input": {"do": [logs(102)]}});
        let frames = peer.run(steps).await;
        assert_eq!(pressures(&frames), told, "{through}");
    }
}

#[tokio::test]
async fn without_the_feature_nobody_counts() {
    let runtime = watchful(Some(200)).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("ack")).await;
    peer.send("session.ack", json!({"last_processed_seq": 3}))
        .await;
    let frames = peer
        .run(json!({"agent": "probe", "input": {"do": [logs(300)]}}))
        .await;
    assert!(pressures(&frames).is_empty());
    assert!(numbers(&frames).into_iter().eq(1..=301));
}

#[tokio::test]
async fn a_slow_follower_does_not_disturb_the_job() {
    let runtime = watchful(None).await;
    let mut owner = Peer::hello_with(&runtime, "tok-a", &without("ack")).await;
    let job = owner.probe(json!([{"sleep": {"ms": 1}}, logs(300)])).await["job_id"].clone();
    let mut follower = Peer::hello(&runtime, "tok-a").await;
    follower
        .send("job.subscribe", json!({"job_id": job, "history": true}))
        .await;
    let frames = follower.until("job.result").await;
    assert!(pressures(&frames).is_empty());
    assert_eq!(logged(&frames), texts(0..300));
}

#[tokio::test]
async fn whoever_is_hopelessly_behind_is_cut_off_and_can_come_back() {
    let runtime = watchful(Some(200)).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([logs(1000), {"return": 1}])).await;
    let mut frames = Vec::new();
    while let Some(frame) = peer.try_receive().await {
        frames.push(frame);
    }
    let error = frames.pop().unwrap();
    assert_eq!(error["type"], "session.error");
    assert_eq!(error["payload"]["code"], "INTERNAL_ERROR");
    assert_eq!(error["payload"]["details"]["cap"], "ack_lag");
    // Resumed again and again from what it has: everything arrives once.
    while frames
        .last()
        .is_none_or(|frame| frame["type"] != "job.result")
    {
        let last = numbers(&frames).into_iter().max().unwrap_or(0);
        let mut again = Peer::resume(&runtime, &peer, last).await;
        peer.token = again.token.clone();
        while let Some(frame) = again.try_receive().await {
            if frame.get("event_seq").is_some() {
                frames.push(frame);
            }
            if frames
                .last()
                .is_some_and(|frame| frame["type"] == "job.result")
            {
                break;
            }
        }
    }
    assert_eq!(logged(&frames), texts(0..1000));
    let numbers = numbers(&frames);
    assert!(numbers.iter().copied().eq(1..=numbers.len() as u64));
}

#[tokio::test]
async fn odd_acknowledgements_do_no_harm() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([logs(300), {"block": {}}])).await;
    peer.until_number(300).await;
    for through in [
        json!(10),
        json!(3),
        json!(1_000_000_000_000_u64),
        json!(i64::MAX),
        json!(0),
    ] {
        peer.send("session.ack", json!({"last_processed_seq": through}))
            .await;
    }
    peer.quiet().await;
    for wrong in [
        json!({"last_processed_seq": -1}),
        json!({"last_processed_seq": 1.5}),
        json!({"last_processed_seq": "7"}),
        json!({"last_processed_seq": 9_223_372_036_854_775_808_u64}),
        json!({}),
    ] {
        assert_eq!(
            peer.refused("session.ack", wrong.clone()).await,
            "INVALID_REQUEST",
            "{wrong}"
        );
    }
    // What was never sent cannot be acknowledged, so nothing above 10 was released.
    let cut = peer.hang_up();
    let mut peer = Peer::resume(&runtime, &cut, 10).await;
    assert!(
        numbers(&peer.until_number(300).await)
            .into_iter()
            .eq(11..=300)
    );
    // Now everything is acknowledged: what is behind may be gone, but there is never a hole.
    peer.send("session.ack", json!({"last_processed_seq": 300}))
        .await;
    peer.quiet().await;
    let cut = peer.hang_up();
    let mut late = Peer::dial(&runtime);
    let mut payload = super::hello("tok-a");
    payload["resume"] =
        json!({"session_id": cut.session, "resume_token": cut.token, "last_event_seq": 5});
    late.send("session.hello", payload).await;
    assert_eq!(
        late.receive().await["payload"]["code"],
        "RESUME_WINDOW_EXPIRED"
    );
    let mut peer = Peer::resume(&runtime, &cut, 300).await;
    peer.quiet().await;
}
