//! A runtime on SQLite that is killed in the middle of a job's events and started again on the same file (§6.3, §7.3).

use serde_json::{Value, json};

use crate::support::{Peer, Server, store};

/// More events than any round lets the job make.
const MANY: u64 = 100_000;

fn sequence(frames: &[Value]) -> Vec<u64> {
    frames
        .iter()
        .map(|frame| frame["event_seq"].as_u64().unwrap())
        .collect()
}

/// A job that talks until somebody stops it, and the events up to number `last`, which its client has received.
async fn talk(peer: &mut Peer, last: u64) -> (Value, Vec<Value>) {
    peer.probe(
        json!([{"repeat": {"n": MANY, "do": [{"log": {"message": "event {i}"}}, {"sleep": {"ms": 1}}]}}]),
        json!({}),
    )
    .await;
    let accepted = peer.receive().await;
    assert_eq!(accepted["type"], "job.accepted", "{accepted}");
    let mut frames = Vec::new();
    while frames.len() < usize::try_from(last).unwrap() {
        frames.push(peer.receive().await);
    }
    assert_eq!(sequence(&frames), (1..=last).collect::<Vec<_>>());
    (accepted["job_id"].clone(), frames)
}

/// What a job's client is still owed after a crash: what it had not seen, then one end that says to try again.
fn owed(frames: &[Value], job: &Value, last: u64) {
    let expected: Vec<_> = (last + 1..).take(frames.len()).collect();
    assert_eq!(sequence(frames), expected, "no gap and nothing twice");
    let (end, events) = frames.split_last().unwrap();
    for event in events {
        let seq = event["event_seq"].as_u64().unwrap();
        assert_eq!(
            event["payload"]["body"]["message"],
            format!("event {}", seq - 1)
        );
    }
    assert_eq!(end["job_id"], *job);
    assert_eq!(end["payload"]["code"], "INTERNAL_ERROR", "{end}");
    assert_eq!(end["payload"]["retryable"], true);
    assert_eq!(end["payload"]["final_status"], "error");
}

#[tokio::test]
async fn nothing_that_was_received_is_lost_in_a_crash() {
    for (durability, received, resumed_from) in [
        ("process", 40, 40),
        ("power", 25, 25),
        ("process", 120, 70),
        ("power", 30, 0),
    ] {
        let (_folder, _, place) = store();
        let arguments = ["--store", place.as_str(), "--durability", durability];
        let server = Server::start(&arguments).await;
        let mut peer = Peer::hello(&server.url).await;
        let (job, seen) = talk(&mut peer, received).await;
        server.kill().await;

        let server = Server::start(&arguments).await;
        let mut again = Peer::resume(&server.url, &peer, resumed_from).await;
        let frames = again.until(&["job.error", "job.result"]).await;
        owed(&frames, &job, resumed_from);
        // What the client had received is there as it was, word for word.
        for (replayed, first) in frames
            .iter()
            .zip(seen.iter().skip(usize::try_from(resumed_from).unwrap()))
        {
            assert_eq!(replayed["payload"], first["payload"]);
            assert_eq!(replayed["job_id"], first["job_id"]);
        }
        assert!(
            frames.len() as u64 > received - resumed_from,
            "{durability}"
        );

        // The session lives on with its numbers.
        let next = frames.last().unwrap()["event_seq"].as_u64().unwrap() + 1;
        again.probe(json!([{"return": 1}]), json!({})).await;
        let frames = again.until(&["job.result"]).await;
        assert_eq!(frames.last().unwrap()["event_seq"], next);
    }
}

#[tokio::test]
async fn a_crash_during_the_recovery_of_a_crash_changes_nothing() {
    let (_folder, _, place) = store();
    let arguments = ["--store", place.as_str()];
    let server = Server::start(&arguments).await;
    let mut peer = Peer::hello(&server.url).await;
    let (job, _) = talk(&mut peer, 20).await;
    server.kill().await;
    for _ in 0..3 {
        Server::start(&arguments).await.kill().await;
    }
    let server = Server::start(&arguments).await;
    let mut again = Peer::resume(&server.url, &peer, 20).await;
    let mut frames = again.until(&["job.error", "job.result"]).await;
    owed(&frames, &job, 20);
    // One end, and no second one behind it.
    again.send("session.ping", json!({"nonce": "n"})).await;
    frames = again.until(&["session.pong"]).await;
    assert_eq!(frames.len(), 1, "{frames:?}");
}

#[tokio::test]
async fn keys_and_results_survive_a_crash() {
    let (_folder, _, place) = store();
    let arguments = ["--store", place.as_str()];
    let server = Server::start(&arguments).await;
    let mut peer = Peer::hello(&server.url).await;
    let submit = json!({"agent": "probe", "input": {"do": [{"return": "made once"}]}, "idempotency_key": "k"});
    peer.send("job.submit", submit.clone()).await;
    let first = peer.until(&["job.result"]).await;
    server.kill().await;

    let server = Server::start(&arguments).await;
    let mut other = Peer::hello(&server.url).await;
    other.send("job.submit", submit).await;
    let second = other.until(&["job.result"]).await;
    let end = |frames: &[Value]| {
        let end = frames.last().unwrap();
        (end["job_id"].clone(), end["payload"]["result"].clone())
    };
    assert_eq!(end(&first), end(&second));
}

#[tokio::test]
async fn a_terminated_runtime_says_goodbye_and_ends_well() {
    let (_folder, _, place) = store();
    let arguments = ["--store", place.as_str()];
    let server = Server::start(&arguments).await;
    assert!(server.ready.contains(&place), "{}", server.ready);
    let mut peer = Peer::hello(&server.url).await;
    let (job, _) = talk(&mut peer, 5).await;
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
    // The client is told, after what was on its way.
    let mut frames = Vec::new();
    while let Some(frame) = peer.try_receive().await {
        frames.push(frame);
    }
    let goodbye = frames.pop().expect("a goodbye");
    assert_eq!(goodbye["type"], "session.closed", "{goodbye}");
    let last = 5 + frames.len() as u64;
    assert_eq!(sequence(&frames), (6..=last).collect::<Vec<_>>());

    let server = Server::start(&arguments).await;
    let mut again = Peer::resume(&server.url, &peer, last).await;
    owed(&again.until(&["job.error"]).await, &job, last);
}
