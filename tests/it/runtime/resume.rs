//! Cut connections: nothing is lost, nothing comes twice, and the wrong token changes nothing (§6.3).

use arcp_runtime::agent::probe;
use arcp_runtime::auth::{Denied, Identity, Verified, Verifier};
use arcp_runtime::protocol::principal::Principal;
use arcp_runtime::server::{Builder, Runtime};
use jiff::{SignedDuration, Timestamp};
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

#[tokio::test]
async fn every_way_to_ask_for_a_resume_works() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([{"repeat": {"n": 10, "do": [{"log": {"message": "{i}"}}]}}, {"block": {}}]);
    peer.probe(steps).await;
    let seen = peer.until_number(10).await;
    for carrier in 0..6 {
        let (session, token) = (peer.session.clone(), peer.token.clone());
        let flat = json!({"resume_token": token, "last_event_seq": 4});
        let block = json!({"session_id": session, "resume_token": token, "last_event_seq": 4});
        let mut greeting = hello("tok-a");
        let (wire_type, payload, more) = match carrier {
            0 => {
                greeting["resume"] = block;
                ("session.hello", greeting, json!({}))
            }
            1 => {
                greeting["resume_token"] = token.clone();
                greeting["last_event_seq"] = json!(4);
                ("session.hello", greeting, json!({}))
            }
            2 => ("session.resume", flat, json!({})),
            3 => ("session.resume", flat, json!({"session_id": session})),
            4 => {
                let mut payload = block;
                payload["auth"] = json!({"scheme": "bearer", "token": "tok-a"});
                ("session.resume", payload, json!({}))
            }
            _ => {
                greeting["resume_token"] = token.clone();
                greeting["last_event_seq"] = json!(4);
                greeting["resume"] = block;
                ("session.hello", greeting, json!({}))
            }
        };
        let mut again = Peer::dial(&runtime);
        again.send_with(wire_type, payload, more).await;
        let welcome = again.receive().await;
        assert_eq!(welcome["type"], "session.welcome", "{carrier}: {welcome}");
        assert_eq!(welcome["payload"]["resumed"], true);
        assert_eq!(welcome["session_id"], *session.as_ref().unwrap());
        assert_ne!(welcome["payload"]["resume_token"], token);
        again.session = Some(welcome["session_id"].clone());
        again.token = welcome["payload"]["resume_token"].clone();
        let replayed = again.until_number(10).await;
        assert_eq!(
            numbers(&replayed),
            (5..=10).collect::<Vec<_>>(),
            "{carrier}"
        );
        for (first, second) in seen[4..].iter().zip(&replayed) {
            assert_eq!(first["payload"], second["payload"]);
        }
        peer = again;
    }
}

#[tokio::test]
async fn malformed_and_foreign_resumes_are_refused_by_their_code() {
    let runtime = in_memory(Limits::default()).await;
    let peer = Peer::hello(&runtime, "tok-a").await.hang_up();
    let (session, token) = (peer.session.clone(), peer.token.clone());
    let claim = |token: &serde_json::Value| json!({"resume_token": token, "last_event_seq": 0});
    let with = |name: &str, value: serde_json::Value| {
        let mut payload = claim(&token);
        payload[name] = value;
        payload
    };
    let as_bearer = |token: &str| with("auth", json!({"scheme": "bearer", "token": token}));
    let mut guess = claim(&json!("rt_wrong"));
    guess["session_id"] = json!(session);
    let cases = [
        (as_bearer("tok-b"), "UNAUTHENTICATED"),
        (as_bearer("bad"), "UNAUTHENTICATED"),
        (guess, "UNAUTHENTICATED"),
        (claim(&json!("rt_wrong")), "RESUME_WINDOW_EXPIRED"),
        (with("last_event_seq", json!(1)), "RESUME_WINDOW_EXPIRED"),
        (with("last_event_seq", json!(-1)), "INVALID_REQUEST"),
        (json!({"resume_token": token}), "INVALID_REQUEST"),
        (json!({"last_event_seq": 0}), "INVALID_REQUEST"),
        (claim(&json!("")), "INVALID_REQUEST"),
    ];
    for (payload, code) in cases {
        let mut wrong = Peer::dial(&runtime);
        wrong.send("session.resume", payload.clone()).await;
        assert_eq!(wrong.receive().await["payload"]["code"], code, "{payload}");
        assert!(wrong.try_receive().await.is_none());
    }
    Peer::resume(&runtime, &peer, 0).await;
}

#[tokio::test]
async fn a_buffer_that_no_longer_reaches_back_is_told() {
    let (mut events, mut bytes) = (Limits::default(), Limits::default());
    events.session_events = 50;
    // A log of the probe takes about a hundred bytes.
    bytes.session_bytes = 5000;
    for limits in [events, bytes] {
        a_full_buffer_is_told(limits).await;
    }
}

async fn a_full_buffer_is_told(limits: Limits) {
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let logs = json!({"repeat": {"n": 1000, "do": [{"log": {"message": "{i}"}}]}});
    peer.probe(json!([logs, {"block": {}}])).await;
    // Nobody is there, so the job does not wait, and what is over the buffer is released.
    let cut = peer.hang_up();
    let job = loop {
        let mut other = Peer::hello(&runtime, "tok-a").await;
        let page = other.list(json!({})).await["jobs"][0].clone();
        if page["last_event_seq"].as_u64().unwrap() >= 900 {
            break page;
        }
        other.send("session.bye", json!({})).await;
    };
    let last = job["last_event_seq"].as_u64().unwrap();
    for after in [0, 5, last / 2] {
        let mut late = Peer::dial(&runtime);
        let claim = json!({"resume_token": cut.token, "last_event_seq": after});
        late.send("session.resume", claim).await;
        let code = late.receive().await["payload"]["code"].clone();
        assert_eq!(code, "RESUME_WINDOW_EXPIRED", "{after} of {last}");
        assert!(late.try_receive().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_can_be_resumed_for_its_whole_window_and_keeps_its_rights() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    peer.send("session.close", json!({"reason": "later"})).await;
    peer.until("session.closed").await;
    for _ in 0..3 {
        tokio::time::sleep(std::time::Duration::from_secs(590)).await;
        peer = Peer::resume(&runtime, &peer, 0).await.hang_up();
    }
    let mut peer = Peer::resume(&runtime, &peer, 0).await;
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    peer.until("job.cancelled").await;
    let end = peer.until("job.error").await;
    assert_eq!(end[0]["payload"]["code"], "CANCELLED");
}

#[tokio::test]
async fn tokens_cannot_be_guessed() {
    let runtime = in_memory(Limits::default()).await;
    let mut tokens = std::collections::HashSet::new();
    for _ in 0..50 {
        let mut peer = Peer::hello(&runtime, "tok-a").await;
        let token = peer.token.as_str().unwrap().to_owned();
        assert_eq!(token.len(), 46, "a label and 256 bits");
        assert!(tokens.insert(token));
        peer.send("session.bye", json!({})).await;
    }
}

/// Tokens of one principal that are good for so many seconds from a login on.
#[derive(Debug)]
struct Ending;

impl Verifier for Ending {
    fn verify<'a>(&'a self, token: &'a str) -> Verified<'a> {
        let alice = Identity::new(Principal::new("alice"));
        let seconds = token
            .strip_prefix("tok-")
            .and_then(|text| text.parse().ok());
        let end = seconds.map(|seconds| Timestamp::now() + SignedDuration::from_secs(seconds));
        Box::pin(std::future::ready(
            end.map(|end| alice.until(end)).ok_or(Denied::Invalid),
        ))
    }

    fn resume_without_bearer(&self) -> bool {
        false
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_does_not_outlive_its_token_but_its_jobs_do() {
    let agents = probe::Probe::versions(None).into_iter();
    let builder = agents.fold(Runtime::builder(), Builder::agent);
    let runtime = builder.verifier(Ending).start().await.unwrap();
    let mut peer = Peer::hello_with(&runtime, "tok-40", &[]).await;
    let job = peer
        .probe(json!([{"sleep": {"ms": 60_000}}, {"log": {"message": "on"}}]))
        .await;
    let began = tokio::time::Instant::now();
    let frames = peer.until("session.error").await;
    let told = &frames.last().unwrap()["payload"];
    assert_eq!(told["code"], "UNAUTHENTICATED");
    assert_eq!(told["retryable"], false);
    assert!(
        told["message"].as_str().unwrap().contains("has expired"),
        "{told}"
    );
    assert!((38..=41).contains(&began.elapsed().as_secs()));
    assert!(peer.try_receive().await.is_none(), "and hung up on");
    assert_eq!(peer.goodbye(), Some(1008));

    // The job went on, and the session goes on with a token that is good.
    let resume = |token: &str| {
        let mut payload = super::hello_with(token, &[]);
        payload["resume"] =
            json!({"session_id": peer.session, "resume_token": peer.token, "last_event_seq": 0});
        payload
    };
    let mut refused = Peer::dial(&runtime);
    refused.send("session.hello", resume("expired")).await;
    assert_eq!(
        refused.receive().await["payload"]["code"],
        "UNAUTHENTICATED"
    );
    let mut again = Peer::dial(&runtime);
    again.send("session.hello", resume("tok-600")).await;
    again.welcomed().await;
    let frames = again.until_end(&job["job_id"]).await;
    assert_eq!(frames.last().unwrap()["type"], "job.result");
}
