//! Cut connections: nothing is lost, nothing comes twice, and the wrong token changes nothing (§6.3).

use serde_json::json;

use super::{Limits, Peer, hello, in_memory, numbers};

#[tokio::test]
async fn a_cut_connection_loses_nothing() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([{"repeat": {"n": 500, "do": [{"log": {"message": "{i}"}}]}}]))
        .await;
    let mut seen: Vec<String> = Vec::new();
    let mut last = 0;
    loop {
        for _ in 0..37 {
            let frame = peer.receive().await;
            last += 1;
            assert_eq!(frame["event_seq"], last);
            if frame["type"] == "job.result" {
                assert_eq!(
                    seen,
                    (0..500)
                        .map(|number| number.to_string())
                        .collect::<Vec<_>>()
                );
                return;
            }
            seen.push(
                frame["payload"]["body"]["message"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
        let cut = peer.hang_up();
        peer = Peer::resume(&runtime, &cut, last).await;
        assert_eq!(peer.session, cut.session);
        assert_ne!(peer.token, cut.token);
    }
}

#[tokio::test]
async fn a_half_open_connection_is_taken_over() {
    let runtime = in_memory(Limits::default()).await;
    let mut old = Peer::hello(&runtime, "tok-a").await;
    let mut new = Peer::resume(&runtime, &old, 0).await;
    assert!(old.try_receive().await.is_none());
    new.probe(json!([{"return": 1}])).await;
    assert_eq!(numbers(&new.until("job.result").await), [1]);
}

#[tokio::test]
async fn a_wrong_claim_changes_nothing() {
    let runtime = in_memory(Limits::default()).await;
    let first = Peer::hello(&runtime, "tok-a").await;
    let old = first.token.clone();
    let peer = Peer::resume(&runtime, &first, 0).await.hang_up();
    let claims = [
        (
            "tok-a",
            json!({"session_id": peer.session, "resume_token": old, "last_event_seq": 0}),
            "UNAUTHENTICATED",
        ),
        (
            "tok-b",
            json!({"session_id": peer.session, "resume_token": peer.token, "last_event_seq": 0}),
            "UNAUTHENTICATED",
        ),
        (
            "tok-a",
            json!({"session_id": peer.session, "resume_token": "rt_wrong", "last_event_seq": 0}),
            "UNAUTHENTICATED",
        ),
        (
            "tok-a",
            json!({"session_id": "sess_unknown", "resume_token": "rt_wrong", "last_event_seq": 0}),
            "RESUME_WINDOW_EXPIRED",
        ),
        (
            "tok-a",
            json!({"session_id": peer.session, "resume_token": peer.token, "last_event_seq": 9}),
            "RESUME_WINDOW_EXPIRED",
        ),
    ];
    for (token, claim, code) in claims {
        let mut wrong = Peer::dial(&runtime);
        let mut payload = hello(token);
        payload["resume"] = claim.clone();
        wrong.send("session.hello", payload).await;
        assert_eq!(wrong.receive().await["payload"]["code"], code, "{claim}");
        assert!(wrong.try_receive().await.is_none());
    }
    Peer::resume(&runtime, &peer, 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_nobody_resumes_is_forgotten() {
    let runtime = in_memory(Limits::default()).await;
    let peer = Peer::hello(&runtime, "tok-a").await.hang_up();
    tokio::time::sleep(std::time::Duration::from_secs(601)).await;
    let mut late = Peer::dial(&runtime);
    let mut payload = hello("tok-a");
    payload["resume"] =
        json!({"session_id": peer.session, "resume_token": peer.token, "last_event_seq": 0});
    late.send("session.hello", payload).await;
    assert_eq!(
        late.receive().await["payload"]["code"],
        "RESUME_WINDOW_EXPIRED"
    );
}
