//! Hello and welcome, and everything that is no hello (§5, §6.1, §6.2).

use arcp_generated::message::{Direction, MessageType};
use arcp_runtime::transport::CloseCode;
use serde_json::{Value, json};

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
    let mut payloads = vec![hello("bad"), basic, none];
    payloads.extend(
        [
            json!({}),
            json!({"scheme": "bearer"}),
            json!({"scheme": "bearer", "token": null}),
            json!({"scheme": "bearer", "token": ""}),
            json!({"token": "tok-a"}),
            json!({"scheme": "none"}),
            json!({"scheme": "basic", "username": "u"}),
        ]
        .map(|auth| {
            let mut payload = hello("tok-a");
            payload["auth"] = auth;
            payload
        }),
    );
    for payload in payloads {
        let mut peer = Peer::dial(&runtime);
        peer.send("session.hello", payload).await;
        let error = peer.receive().await;
        assert_eq!(error["type"], "session.error");
        assert_eq!(error["payload"]["code"], "UNAUTHENTICATED");
        assert_eq!(error["payload"]["request_id"], "m1");
        assert!(error.get("session_id").is_none());
        assert!(peer.try_receive().await.is_none());
        assert_eq!(peer.goodbye(), Some(CloseCode::Policy.code()));
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
        r#"{"arcp":"1.1","id":"x","type":"session.authenticate","payload":{}}"#.to_owned(),
        r#"{"arcp":"1.1","id":"x","type":"session.hello","payload":{"client":{"name":"a"},"auth":{"scheme":"bearer","token":"tok-a"},"capabilities":{"encodings":["cbor"]}}}"#.to_owned(),
        r#"{"arcp":"1.1","type":"session.hello","payload":{"client":{"name":"a"}}}"#.to_owned(),
        r#"{"arcp":"1.1","id":"x","type":"session.hello","payload":null}"#.to_owned(),
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
async fn a_number_beyond_every_type_is_refused_by_its_place() {
    let runtime = in_memory(Limits::default()).await;
    for number in ["1e400", "-1e400", "1e99999999999999999999"] {
        let mut peer = Peer::hello(&runtime, "tok-a").await;
        for (message_type, payload, place) in [
            (
                "job.submit",
                r#"{"agent":"echo","max_runtime_sec":NUMBER}"#,
                "payload.max_runtime_sec",
            ),
            (
                "job.subscribe",
                r#"{"job_id":"j","from_event_seq":NUMBER}"#,
                "payload.from_event_seq",
            ),
            ("session.list_jobs", r#"{"limit":NUMBER}"#, "payload.limit"),
            (
                "session.ack",
                r#"{"last_processed_seq":NUMBER}"#,
                "payload.last_processed_seq",
            ),
            (
                "job.submit",
                r#"{"agent":"count","input":{"n":NUMBER}}"#,
                "input.n",
            ),
            (
                "job.submit",
                r#"{"agent":"echo","lease_request":{"cost.budget":["USD:NUMBER"]}}"#,
                "payload.lease_request",
            ),
        ] {
            let payload = payload.replace("NUMBER", number);
            peer.raw(&framed(&peer, message_type, &payload)).await;
            let error = peer.receive().await;
            assert_eq!(error["type"], "session.error", "{payload}");
            let error = &error["payload"];
            assert_eq!(error["code"], "INVALID_REQUEST", "{payload} {error}");
            assert_eq!(error["request_id"], "odd", "{payload} {error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(place), "{payload} {message}");
        }
        // Where any JSON may stand, a number is what its digits say, on the way out too.
        let payload = format!(r#"{{"agent":"echo","input":[{number}]}}"#);
        peer.raw(&framed(&peer, "job.submit", &payload)).await;
        assert_eq!(peer.receive().await["type"], "job.accepted");
        let result = peer.try_receive_text().await.unwrap();
        assert!(
            result.contains(&format!(r#""result":[{number}]"#)),
            "{result}"
        );
    }
}

/// A frame whose payload is text, for what [`Value`] cannot hold.
fn framed(peer: &Peer, message_type: &str, payload: &str) -> String {
    let session = peer.session.as_ref().unwrap();
    format!(
        r#"{{"arcp":"1.1","id":"odd","type":"{message_type}","session_id":{session},"payload":{payload}}}"#
    )
}

#[tokio::test]
async fn what_only_a_runtime_says_is_refused_and_what_a_client_says_is_not() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    // What ends a connection in good order has tests of its own.
    let ends = [MessageType::SessionClose, MessageType::SessionBye];
    for message_type in MessageType::ALL {
        if ends.contains(message_type) {
            continue;
        }
        let name = message_type.as_str();
        let mut frame = example(name);
        frame["session_id"] = json!(peer.session);
        peer.raw(&frame.to_string()).await;
        peer.send("session.ping", json!({"nonce": name})).await;
        let mut said = String::new();
        loop {
            let answer = peer.receive().await;
            if answer["payload"]["ping_nonce"] == name {
                break;
            }
            said.push_str(answer["payload"]["message"].as_str().unwrap_or_default());
        }
        assert_eq!(
            said.contains("sent by runtimes only"),
            message_type.direction() == Direction::Runtime,
            "{name}: {said}"
        );
    }
}

/// A frame of this type that the schema shows.
fn example(name: &str) -> Value {
    let folder = format!("{}/../schema/examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap();
    let first = files.map(|file| file.unwrap().path()).min().unwrap();
    serde_json::from_str(&std::fs::read_to_string(first).unwrap()).unwrap()
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

#[tokio::test]
async fn the_older_family_is_told_in_its_own_words() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::dial(&runtime);
    let open = json!({
        "arcp": "1.0", "id": "msg_01JABCDEFGHJKMNPQRSTVWXYZ0", "type": "session.open", "timestamp": "2026-01-01T00:00:00Z",
        "payload": {"auth": {"scheme": "bearer", "token": "tok-a"}, "client": {"kind": "cli", "version": "1"}, "capabilities": {"streaming": true}}
    });
    peer.raw(&open.to_string()).await;
    let answer = peer.receive().await;
    assert_eq!(answer["type"], "session.rejected");
    assert_eq!(answer["correlation_id"], open["id"]);
    assert!(answer["id"].as_str().unwrap().starts_with("msg_"));
    assert!(answer["timestamp"].as_str().unwrap().ends_with('Z'));
    for reason in [&answer["payload"], &answer["payload"]["error"]] {
        assert_eq!(reason["code"], "UNIMPLEMENTED");
        assert_eq!(reason["retryable"], false);
        let message = reason["message"].as_str().unwrap();
        assert!(message.contains("session.hello"), "{message}");
    }
    assert!(peer.try_receive().await.is_none());
}

#[tokio::test]
async fn the_older_family_is_told_in_its_own_words_whatever_its_opening_lacks() {
    let runtime = in_memory(Limits::default()).await;
    for open in [
        json!({"arcp": "1", "id": "m1", "type": "session.open"}),
        json!({"arcp": "0.9", "id": "m1", "type": "session.open", "payload": {}}),
        json!({"id": "m1", "type": "session.open", "payload": {}}),
    ] {
        let mut peer = Peer::dial(&runtime);
        peer.raw(&open.to_string()).await;
        let answer = peer.receive().await;
        assert_eq!(answer["type"], "session.rejected", "{open}");
        assert_eq!(answer["correlation_id"], "m1");
        let message = answer["payload"]["message"].as_str().unwrap();
        assert!(message.contains("session.hello"), "{message}");
    }
}

#[tokio::test]
async fn older_versions_of_the_same_family_are_welcome() {
    let runtime = in_memory(Limits::default()).await;
    for version in ["1", "1.0", "1.1", "1.9"] {
        let mut peer = Peer::dial(&runtime);
        let mut payload = hello("tok-a");
        payload["capabilities"] = json!({"encodings": ["json"]});
        payload["client"]["os"] = json!("x");
        let more = json!({"arcp": version, "zzz": {"a": 1}, "x-vendor.acme.k": []});
        peer.send_with("session.hello", payload, more).await;
        peer.welcomed().await;
        // Nothing was negotiated, and the core works.
        let submit = json!({"agent": "echo", "input": 1});
        peer.send_with("job.submit", submit, json!({"arcp": version}))
            .await;
        assert_eq!(peer.until("job.result").await.len(), 2);
        let code = peer.refused("session.list_jobs", json!({})).await;
        assert_eq!(code, "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn a_second_hello_changes_nothing() {
    let runtime = in_memory(Limits::default()).await;
    let features = ["ack", "ack", "nope", "x-vendor.acme.foo"];
    let mut peer = Peer::hello_with(&runtime, "tok-a", &features).await;
    for wire_type in ["session.hello", "session.resume"] {
        let mut payload = hello("tok-b");
        payload["resume_token"] = json!("rt_x");
        payload["last_event_seq"] = json!(0);
        assert_eq!(peer.refused(wire_type, payload).await, "INVALID_REQUEST");
    }
    let code = peer.refused("session.list_jobs", json!({})).await;
    assert_eq!(code, "INVALID_REQUEST");
    peer.quiet().await;
}

#[tokio::test]
async fn frames_carry_the_session_of_their_connection() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let other = Peer::hello(&runtime, "tok-a").await;
    for session in [json!(null), json!("sess_x"), other.session.clone().unwrap()] {
        let frame = json!({"arcp": "1.1", "id": "i", "type": "session.list_jobs", "session_id": session, "payload": {}});
        peer.raw(&frame.to_string()).await;
        let error = peer.receive().await;
        assert_eq!(error["payload"]["code"], "INVALID_REQUEST", "{session}");
        assert_eq!(error["session_id"], *peer.session.as_ref().unwrap());
    }
    peer.quiet().await;
}

#[tokio::test]
async fn unknown_types_of_ours_are_refused_and_others_ignored() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for wire_type in [
        "session.future",
        "job.future",
        "job.event",
        "job.accepted",
        "session.jobs",
    ] {
        let payload = json!({"kind": "log", "body": {"level": "info", "message": "m"}, "job_id": "j", "request_id": "r", "jobs": []});
        let more = json!({"job_id": "j", "event_seq": 1});
        peer.send_with(wire_type, payload, more).await;
        let error = peer.receive().await;
        assert_eq!(error["payload"]["code"], "INVALID_REQUEST", "{wire_type}");
    }
    peer.send("future.thing", json!({})).await;
    peer.send("x-vendor.acme.hint", json!({})).await;
    peer.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_word_is_hung_up_on() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::dial(&runtime);
    let error = peer.receive().await;
    assert_eq!(error["payload"]["code"], "INVALID_REQUEST");
    assert!(peer.try_receive().await.is_none());
}
