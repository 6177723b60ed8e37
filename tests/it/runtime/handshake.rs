//! Hello and welcome, and everything that is no hello (§5, §6.1, §6.2).

use serde_json::json;

use super::{Limits, Peer, hello, in_memory};

#[tokio::test]
async fn a_hello_is_welcomed_with_agents_and_a_token() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::dial(&runtime);
    peer.send("session.hello", hello("tok-a")).await;
    let welcome = peer.receive().await;
    assert_eq!(welcome["type"], "session.welcome");
    assert_eq!(welcome["arcp"], "1.1");
    let payload = &welcome["payload"];
    assert!(payload["resume_token"].as_str().unwrap().starts_with("rt_"));
    assert_eq!(payload["session_id"], welcome["session_id"]);
    let agents = payload["capabilities"]["agents"].as_array().unwrap();
    assert!(
        agents.contains(
            &json!({"name": "probe", "versions": ["1.0.0", "2.0.0"], "default": "2.0.0"})
        ),
        "{agents:?}"
    );
}

#[tokio::test]
async fn whoever_is_not_known_is_refused_and_hung_up_on() {
    let runtime = in_memory(Limits::default()).await;
    let mut basic = hello("tok-a");
    basic["auth"]["scheme"] = json!("basic");
    let mut none = hello("tok-a");
    none.as_object_mut().unwrap().remove("auth");
    for payload in [hello("bad"), basic, none] {
        let mut peer = Peer::dial(&runtime);
        peer.send("session.hello", payload).await;
        let error = peer.receive().await;
        assert_eq!(error["type"], "session.error");
        assert_eq!(error["payload"]["code"], "UNAUTHENTICATED");
        assert_eq!(error["payload"]["request_id"], "m1");
        assert!(error.get("session_id").is_none());
        assert!(peer.try_receive().await.is_none());
    }
}

#[tokio::test]
async fn a_first_frame_that_is_no_hello_is_refused() {
    let runtime = in_memory(Limits::default()).await;
    let frames = [
        "{".to_owned(),
        "[]".to_owned(),
        "[".repeat(1000),
        r#"{"arcp":"2","id":"x","type":"session.hello","payload":{"client":{"name":"a"}}}"#.to_owned(),
        r#"{"arcp":"1.1","id":"x","type":"session.open","payload":{}}"#.to_owned(),
        r#"{"arcp":"1.1","id":"x","type":"session.hello","payload":{"client":{}}}"#.to_owned(),
        r#"{"arcp":"1.1","id":"x","type":"job.submit","payload":{"agent":"echo"},"session_id":"s"}"#.to_owned(),
    ];
    for frame in frames {
        let mut peer = Peer::dial(&runtime);
        peer.raw(&frame).await;
        let error = peer.receive().await;
        assert_eq!(error["payload"]["code"], "INVALID_REQUEST", "{frame}");
        assert!(peer.try_receive().await.is_none(), "{frame}");
    }
}

#[tokio::test]
async fn bad_frames_are_answered_and_the_session_lives_on() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for frame in [
        "{",
        "[]",
        "7",
        r#"{"arcp":"1.1","id":"bad-1","type":"job.submit","payload":{}}"#,
    ] {
        peer.raw(frame).await;
        let error = peer.receive().await;
        assert_eq!(error["type"], "session.error");
        assert_eq!(error["payload"]["code"], "INVALID_REQUEST", "{frame}");
    }
    peer.send("session.welcome", json!({})).await;
    assert_eq!(peer.receive().await["payload"]["code"], "INVALID_REQUEST");
    peer.send("session.ping", json!({"nonce": "p1"})).await;
    let pong = peer.receive().await;
    assert_eq!(pong["type"], "session.pong");
    assert_eq!(pong["payload"]["ping_nonce"], "p1");
}

#[tokio::test]
async fn a_flood_of_bad_frames_ends_the_connection() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for _ in 0..10 {
        peer.raw("nonsense").await;
    }
    let mut answers = 0;
    while let Some(answer) = peer.try_receive().await {
        assert_eq!(answer["payload"]["code"], "INVALID_REQUEST");
        answers += 1;
    }
    assert_eq!(answers, 10);
}

#[tokio::test]
async fn close_is_answered_and_bye_is_not() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.send("session.close", json!({})).await;
    assert_eq!(peer.receive().await["type"], "session.closed");
    assert!(peer.try_receive().await.is_none());
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.send("session.bye", json!({"reason": "done"})).await;
    assert!(peer.try_receive().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn silence_is_pinged_and_then_hung_up_on() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    assert_eq!(peer.receive().await["type"], "session.ping");
    let mut frames = Vec::new();
    while let Some(frame) = peer.try_receive().await {
        frames.push(frame);
    }
    assert_eq!(
        frames.last().unwrap()["payload"]["code"],
        "HEARTBEAT_LOST",
        "{frames:?}"
    );
}
