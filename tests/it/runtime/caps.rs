//! What one principal or one address may take (§14): sessions, jobs, guesses.

use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use arcp_runtime::auth::{AnyOf, BearerTokens, Denied, Verified, Verifier};
use arcp_runtime::protocol::principal::Principal;
use arcp_runtime::transport::{CloseCode, Text, Transport, TransportError};
use serde_json::{Value, json};

use super::{Limits, MemoryTransport, Peer, Received, Runtime, hello, in_memory, memory};

/// A memory transport that says where its peer is.
#[derive(Debug)]
struct From(IpAddr, MemoryTransport);

impl Transport for From {
    fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Received, TransportError>>> {
        self.1.poll_recv(cx)
    }
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.1.poll_ready(cx)
    }
    fn start_send(&mut self, frame: Text) -> Result<(), TransportError> {
        self.1.start_send(frame)
    }
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.1.poll_flush(cx)
    }
    fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        code: CloseCode,
        reason: &str,
    ) -> Poll<Result<(), TransportError>> {
        self.1.poll_close(cx, code, reason)
    }
    fn peer(&self) -> Option<IpAddr> {
        Some(self.0)
    }
}

/// What a hello from an address is answered with.
async fn greeted(runtime: &Runtime, address: [u8; 4], payload: Value) -> Value {
    let (here, there) = memory::pair(16);
    tokio::spawn(runtime.serve(Box::new(From(address.into(), there))));
    let mut peer = Peer {
        transport: here,
        session: None,
        token: Value::Null,
        sent: 0,
    };
    peer.send("session.hello", payload).await;
    peer.receive().await
}

#[tokio::test(start_paused = true)]
async fn a_guesser_has_to_wait_and_others_have_not() {
    let mut limits = Limits::default();
    limits.failed_logins = 4;
    let runtime = in_memory(limits).await;
    let (guesser, other) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let mut stolen = hello("tok-a");
    let victim = Peer::hello(&runtime, "tok-a").await;
    stolen["resume"] =
        json!({"session_id": victim.session, "resume_token": "rt_guess", "last_event_seq": 0});
    for payload in [hello("bad"), stolen.clone(), hello("worse"), stolen] {
        let answer = greeted(&runtime, guesser, payload).await;
        assert_eq!(answer["payload"]["code"], "UNAUTHENTICATED");
    }
    let answer = greeted(&runtime, guesser, hello("tok-a")).await;
    assert_eq!(
        answer["payload"]["code"], "UNAUTHENTICATED",
        "the right token does not help now"
    );
    assert_eq!(
        greeted(&runtime, other, hello("tok-a")).await["type"],
        "session.welcome"
    );
    tokio::time::sleep(std::time::Duration::from_secs(61)).await;
    assert_eq!(
        greeted(&runtime, guesser, hello("tok-a")).await["type"],
        "session.welcome"
    );
}

#[tokio::test]
async fn sessions_are_counted_and_closed_ones_make_room() {
    let mut limits = Limits::default();
    limits.sessions_per_principal = 3;
    let runtime = in_memory(limits).await;
    let mut first = Peer::hello(&runtime, "tok-a").await;
    let second = Peer::hello(&runtime, "tok-a").await.hang_up();
    let _third = Peer::hello(&runtime, "tok-a").await;
    let mut fourth = Peer::dial(&runtime);
    fourth.send("session.hello", hello("tok-a")).await;
    let error = fourth.receive().await;
    assert_eq!(error["payload"]["code"], "INTERNAL_ERROR");
    assert_eq!(error["payload"]["retryable"], true);
    assert_eq!(error["payload"]["details"]["cap"], "sessions_per_principal");
    assert!(fourth.try_receive().await.is_none());
    Peer::hello(&runtime, "tok-b").await;
    // Whoever said goodbye can be resumed, but only until the room is needed; whoever was cut off keeps its place.
    first.send("session.close", json!({})).await;
    first.until("session.closed").await;
    let mut first = Peer::resume(&runtime, &first, 0).await;
    first.send("session.bye", json!({"reason": "done"})).await;
    assert!(first.try_receive().await.is_none());
    Peer::hello(&runtime, "tok-a").await;
    let mut late = Peer::dial(&runtime);
    let mut payload = hello("tok-a");
    payload["resume"] =
        json!({"session_id": first.session, "resume_token": first.token, "last_event_seq": 0});
    late.send("session.hello", payload).await;
    assert_eq!(
        late.receive().await["payload"]["code"],
        "RESUME_WINDOW_EXPIRED"
    );
    Peer::resume(&runtime, &second, 0).await;
}

#[tokio::test]
async fn running_jobs_are_counted() {
    let mut limits = Limits::default();
    (limits.jobs_per_principal, limits.jobs_per_session) = (3, 2);
    let runtime = in_memory(limits).await;
    let mut first = Peer::hello(&runtime, "tok-a").await;
    let mut second = Peer::hello(&runtime, "tok-a").await;
    let block = json!({"agent": "probe", "input": {"do": [{"block": {}}]}});
    let job = first.probe(json!([{"block": {}}])).await["job_id"].clone();
    first.probe(json!([{"block": {}}])).await;
    first.send("job.submit", block.clone()).await;
    let error = first.receive().await;
    assert_eq!(
        (
            &error["payload"]["code"],
            &error["payload"]["details"]["cap"]
        ),
        (&json!("INTERNAL_ERROR"), &json!("jobs_per_session"))
    );
    // Following is not running.
    second.send("job.subscribe", json!({"job_id": job})).await;
    second.until("job.subscribed").await;
    second.probe(json!([{"block": {}}])).await;
    second.send("job.submit", block).await;
    assert_eq!(
        second.receive().await["payload"]["details"]["cap"],
        "jobs_per_principal"
    );
    first
        .send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    first.until("job.error").await;
    first.probe(json!([{"block": {}}])).await;
}

#[tokio::test(start_paused = true)]
async fn ended_jobs_are_counted_and_the_oldest_are_forgotten() {
    let mut limits = Limits::default();
    limits.ended_jobs_per_principal = 3;
    let runtime = in_memory(limits).await;
    let mut other = Peer::hello(&runtime, "tok-b").await;
    let others = other.run(json!({"agent": "echo", "input": 1})).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let submit = |n: u32| json!({"agent": "echo", "input": n, "idempotency_key": format!("k{n}")});
    let mut jobs = Vec::new();
    for n in 0..5 {
        jobs.push(peer.run(submit(n)).await[0]["job_id"].clone());
    }
    let listed = |page: &Value| -> Vec<Value> {
        let jobs = page["payload"]["jobs"].as_array().unwrap().iter();
        jobs.map(|job| job["job_id"].clone()).collect()
    };
    peer.send("session.list_jobs", json!({})).await;
    assert_eq!(listed(&peer.receive().await), jobs[2..]);
    other.send("session.list_jobs", json!({})).await;
    assert_eq!(
        listed(&other.receive().await),
        [others[0]["job_id"].clone()]
    );
    // What is kept is answered from the store; what is forgotten is as if it had never been.
    let again = peer.run(submit(4)).await;
    assert_eq!(
        (&again[0]["job_id"], &again[1]["payload"]["result"]),
        (&jobs[4], &json!(4))
    );
    let anew = peer.run(submit(0)).await;
    assert_ne!(anew[0]["job_id"], jobs[0]);
    assert_eq!(
        peer.refused("job.subscribe", json!({"job_id": jobs[1]}))
            .await,
        "JOB_NOT_FOUND"
    );
}

#[tokio::test(start_paused = true)]
async fn ended_jobs_are_bounded_in_bytes_and_the_newest_stays() {
    let mut limits = Limits::default();
    limits.ended_bytes_per_principal = 30_000;
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for (bytes, left) in [(10_000, 1), (10_000, 2), (10_000, 2), (100_000, 1), (10, 1)] {
        peer.run(json!({"agent": "echo", "input": "x".repeat(bytes)}))
            .await;
        peer.send("session.list_jobs", json!({})).await;
        let page = peer.receive().await;
        assert_eq!(
            page["payload"]["jobs"].as_array().unwrap().len(),
            left,
            "after {bytes}"
        );
    }
}

/// Knows one token, and cannot tell of another.
#[derive(Debug)]
struct Waiting;

impl Verifier for Waiting {
    fn verify<'a>(&'a self, token: &'a str) -> Verified<'a> {
        Box::pin(std::future::ready(match token {
            "tok-a" => Ok(Principal::new("alice").into()),
            "tok-later" => Err(Denied::Undecided),
            _ => Err(Denied::Invalid),
        }))
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_decided_yet_is_no_guess() {
    let mut limits = Limits::default();
    limits.failed_logins = 2;
    let beside = AnyOf::new(vec![Arc::new(Waiting), Arc::new(BearerTokens::new())]);
    for (counts, verifier) in [
        (false, AnyOf::new(vec![Arc::new(Waiting)])),
        // For the verifier beside it, it was a guess.
        (true, beside),
    ] {
        let builder = Runtime::builder().verifier(verifier);
        let runtime = builder.limits(limits.clone()).start().await.unwrap();
        let address = [10, 0, 0, 1];
        for _ in 0..5 {
            let answer = greeted(&runtime, address, hello("tok-later")).await;
            assert_eq!(answer["payload"]["code"], "UNAUTHENTICATED");
            let said = answer["payload"]["message"].as_str().unwrap();
            assert_eq!(
                !counts,
                said.contains("try again in a few seconds"),
                "{said}"
            );
        }
        let answer = greeted(&runtime, address, hello("tok-a")).await;
        let welcomed = answer["type"] == "session.welcome";
        assert_eq!(welcomed, !counts, "{answer}");
    }
}
