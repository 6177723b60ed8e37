//! A runtime that goes away: it takes nothing new, lets end what runs, and says goodbye (§6.7, A-54).

use std::sync::atomic::Ordering;
use std::time::Duration;

use arcp_runtime::store::MemoryStore;
use serde_json::json;

use super::{Limits, Peer, Runtime, hello, in_memory, start};
use crate::store::BreakingStore;

const LONG: Duration = Duration::from_hours(1);

/// A drain that has begun: the runtime takes nothing new any more.
async fn draining(runtime: &Runtime, patience: Duration) -> tokio::task::JoinHandle<()> {
    let begun = runtime.clone();
    let drain = tokio::spawn(async move { begun.drain(patience).await.unwrap() });
    while !runtime.metrics().core.draining {
        tokio::task::yield_now().await;
    }
    drain
}

#[tokio::test(start_paused = true)]
async fn a_running_job_ends_first_and_nothing_new_is_taken() {
    let runtime = in_memory(Limits::default()).await;
    let mut idle = Peer::hello(&runtime, "tok-b").await;
    let mut busy = Peer::hello(&runtime, "tok-a").await;
    let submit = json!({
        "agent": "probe", "idempotency_key": "k",
        "input": {"do": [{"log": {"message": "begun"}}, {"sleep": {"ms": 5000}}, {"return": "done"}]}
    });
    busy.send("job.submit", submit.clone()).await;
    busy.until("job.event").await;
    let drain = draining(&runtime, LONG).await;

    let mut late = Peer::dial(&runtime);
    late.send("session.hello", hello("tok-a")).await;
    let refused = late.receive().await;
    assert_eq!(refused["payload"]["code"], "INTERNAL_ERROR");
    assert_eq!(refused["payload"]["details"]["cap"], "shutdown");
    assert_eq!(refused["payload"]["retryable"], true);
    idle.send("job.submit", json!({"agent": "echo", "input": 1}))
        .await;
    let refused = idle.receive().await;
    assert_eq!(refused["payload"]["details"]["cap"], "shutdown");
    assert!(!drain.is_finished());

    // Who is there already is served: a resume, and the submission that made the job.
    let busy = busy.hang_up();
    let mut busy = Peer::resume(&runtime, &busy, 1).await;
    busy.send("job.submit", submit).await;
    assert_eq!(busy.receive().await["type"], "job.accepted");
    let result = busy.until("job.result").await.pop().unwrap();
    assert_eq!(result["payload"]["result"], "done");
    for mut peer in [busy, idle] {
        let closed = peer.receive().await;
        assert_eq!(closed["type"], "session.closed");
        assert_eq!(closed["payload"]["reason"], "runtime_shutdown");
        assert!(peer.try_receive().await.is_none());
    }
    drain.await.unwrap();
    assert_eq!(runtime.metrics().wire.connections, 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_takes_too_long_is_left_to_the_next_start() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([{"block": {}}])).await;
    let began = tokio::time::Instant::now();
    runtime.drain(Duration::from_secs(30)).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(30));
    peer.until("session.closed").await;
}

#[tokio::test(start_paused = true)]
async fn without_a_job_nothing_is_waited_for() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let began = tokio::time::Instant::now();
    runtime.drain(LONG).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(peer.receive().await["type"], "session.closed");
    runtime.drain(LONG).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_running_job_may_still_delegate() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let delegate = json!({"delegate": {"agent": "echo", "input": 7, "wait": true}});
    let submit = json!({
        "agent": "probe",
        "input": {"do": [{"log": {"message": "begun"}}, {"sleep": {"ms": 1000}}, delegate, {"return": "done"}]},
        "lease_request": {"agent.delegate": ["echo"]}
    });
    peer.send("job.submit", submit).await;
    peer.until("job.event").await;
    let drain = draining(&runtime, LONG).await;
    let frames = peer.until("session.closed").await;
    let results = frames.iter().filter(|frame| frame["type"] == "job.result");
    assert_eq!(results.count(), 2, "{frames:?}");
    drain.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_drain_that_is_dropped_takes_nothing_back() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([{"block": {}}])).await;
    let drain = draining(&runtime, LONG).await;
    drain.abort();
    assert!(drain.await.unwrap_err().is_cancelled());
    assert_eq!(
        runtime.readiness().await.reasons,
        ["the runtime is draining"]
    );
    let refused = peer
        .run(json!({"agent": "echo", "input": 1}))
        .await
        .pop()
        .unwrap();
    assert_eq!(refused["payload"]["details"]["cap"], "shutdown");
    runtime.shutdown().await.unwrap();
    assert_eq!(
        runtime.readiness().await.reasons,
        ["the runtime has stopped"]
    );
    assert!(runtime.is_alive(), "it was told to stop");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_makes_the_runtime_unready_and_then_dead() {
    let store = BreakingStore::new(MemoryStore::new());
    let broken = store.switch();
    let runtime = start(Limits::default(), Runtime::builder().store(store)).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    assert!(runtime.readiness().await.is_ready());
    broken.store(true, Ordering::Relaxed);
    let readiness = runtime.readiness().await;
    assert_eq!(readiness.reasons, ["the store cannot be read"]);

    peer.send("job.submit", json!({"agent": "echo", "input": 1}))
        .await;
    while !runtime.metrics().store.failing {
        tokio::task::yield_now().await;
    }
    let readiness = runtime.readiness().await;
    assert_eq!(
        readiness.reasons,
        [
            "the store does not take what is written",
            "the store cannot be read"
        ]
    );
    assert!(runtime.is_alive());
    assert!(runtime.stopped().await.is_err());
    assert!(!runtime.is_alive());
    assert!(!runtime.readiness().await.is_ready());
    assert_eq!(runtime.metrics().store.failures, 5);
}
