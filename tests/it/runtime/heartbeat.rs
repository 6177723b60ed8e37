//! Signs of life in both directions (§6.4). The clock is paused, so the numbers are exact.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{Limits, Peer, Runtime, in_memory, numbers, without};

/// The interval of these tests.
const INTERVAL: Duration = Duration::from_secs(10);

async fn quick() -> Runtime {
    let mut limits = Limits::default();
    limits.heartbeat_interval = INTERVAL;
    in_memory(limits).await
}

#[tokio::test(start_paused = true)]
async fn the_interval_is_told_where_it_was_negotiated() {
    let runtime = quick().await;
    for (features, expected) in [
        (super::ALL.to_vec(), json!(10)),
        (without("heartbeat"), json!(null)),
    ] {
        let mut peer = Peer::dial(&runtime);
        peer.send("session.hello", super::hello_with("tok-a", &features))
            .await;
        let welcome = peer.receive().await;
        assert_eq!(welcome["payload"]["heartbeat_interval_sec"], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_runtime_pings_once_an_interval() {
    let runtime = quick().await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut nonces = Vec::new();
    for _ in 0..5 {
        let last = Instant::now();
        let ping = peer.receive().await;
        assert_eq!(ping["type"], "session.ping");
        assert!(last.elapsed() <= INTERVAL + Duration::from_millis(100));
        assert!(ping.get("event_seq").is_none());
        assert!(ping["payload"]["sent_at"].as_str().unwrap().ends_with('Z'));
        let nonce = ping["payload"]["nonce"].clone();
        peer.send("session.pong", json!({"ping_nonce": nonce}))
            .await;
        assert!(!nonces.contains(&nonce));
        nonces.push(nonce);
    }
}

#[tokio::test(start_paused = true)]
async fn any_frame_counts_as_life() {
    let runtime = quick().await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let start = Instant::now();
    while start.elapsed() < INTERVAL * 10 {
        peer.send("session.ack", json!({"last_processed_seq": 0}))
            .await;
        tokio::time::sleep(INTERVAL * 3 / 2).await;
    }
    // What waits are the runtime's own pings, and no loss.
    peer.send("session.ping", json!({"nonce": "n"})).await;
    let frames = peer.until("session.pong").await;
    assert!(
        frames
            .iter()
            .rev()
            .skip(1)
            .all(|frame| frame["type"] == "session.ping")
    );
}

#[tokio::test(start_paused = true)]
async fn two_silent_intervals_end_the_connection_and_not_the_job() {
    let runtime = quick().await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([{"sleep": {"ms": 45_000}}, {"return": "done"}]))
        .await;
    let silent_since = Instant::now();
    let mut frames = Vec::new();
    while let Some(frame) = peer.try_receive().await {
        frames.push(frame);
    }
    let lasted = silent_since.elapsed();
    assert!(
        lasted >= INTERVAL * 2 && lasted < INTERVAL * 2 + Duration::from_secs(1),
        "{lasted:?}"
    );
    let error = &frames.last().unwrap()["payload"];
    assert_eq!(
        (&error["code"], &error["retryable"]),
        (&json!("HEARTBEAT_LOST"), &json!(true))
    );
    let mut peer = Peer::resume(&runtime, &peer, 0).await;
    let mut ended = Vec::new();
    while ended.is_empty() {
        let frame = peer.receive().await;
        match frame["type"].as_str() {
            Some("session.ping") => {
                peer.send(
                    "session.pong",
                    json!({"ping_nonce": frame["payload"]["nonce"]}),
                )
                .await;
            }
            _ => ended.push(frame),
        }
    }
    assert_eq!(ended[0]["payload"]["result"], "done");
    assert_eq!(numbers(&ended), [1]);
}

#[tokio::test(start_paused = true)]
async fn without_the_feature_nobody_pings_and_nobody_is_lost() {
    let runtime = quick().await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("heartbeat")).await;
    tokio::time::sleep(INTERVAL * 20).await;
    // A ping is answered all the same.
    peer.quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_is_answered_while_events_flood() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([{"repeat": {"n": 100_000, "do": [{"log": {"message": "{i}"}}]}}]))
        .await;
    for nonce in ["p1", "p2"] {
        peer.send("session.ping", json!({"nonce": nonce})).await;
    }
    for nonce in ["p1", "p2"] {
        let frames = peer.until("session.pong").await;
        let pong = frames.last().unwrap();
        assert_eq!(pong["payload"]["ping_nonce"], nonce);
        assert!(
            pong["payload"]["received_at"]
                .as_str()
                .unwrap()
                .ends_with('Z')
        );
        assert!(frames.iter().all(|frame| frame["type"] != "job.result"));
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_and_does_not_read_is_not_read_from() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut sent = 0_u32;
    let ping = |number: u32| json!({"nonce": format!("n{number}")});
    // The clock only moves when nobody has anything to do: then the runtime has stopped reading.
    while tokio::time::timeout(
        Duration::from_secs(1),
        peer.send("session.ping", ping(sent)),
    )
    .await
    .is_ok()
    {
        sent += 1;
        assert!(sent < 10_000, "the runtime takes questions without end");
    }
    for number in 0..sent {
        assert_eq!(
            peer.receive().await["payload"]["ping_nonce"],
            format!("n{number}")
        );
    }
    peer.send("session.list_jobs", json!({})).await;
    peer.until("session.jobs").await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_only_beats_can_be_let_go() {
    let mut limits = Limits::default();
    (limits.heartbeat_interval, limits.idle) = (INTERVAL, Some(INTERVAL * 6));
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut last_used = Instant::now();
    let mut asked = false;
    let last = loop {
        let frame = peer.receive().await;
        let nonce = &frame["payload"]["nonce"];
        if frame["type"] != "session.ping" {
            break frame;
        }
        peer.send("session.pong", json!({"ping_nonce": nonce}))
            .await;
        if !asked && last_used.elapsed() >= INTERVAL * 3 {
            // A request counts as use.
            asked = true;
            peer.send("session.ack", json!({"last_processed_seq": 0}))
                .await;
            last_used = Instant::now();
        }
    };
    assert!(asked && last_used.elapsed() >= INTERVAL * 6);
    assert_eq!(last["payload"]["details"]["cap"], "idle");
    assert!(peer.try_receive().await.is_none());
    Peer::resume(&runtime, &peer, 0).await;
}
