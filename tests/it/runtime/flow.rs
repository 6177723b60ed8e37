//! Peers that ask and do not read, peers that do not go, and what both may cost others (§6.3, §6.5, §6.7).

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Everybody, Limits, MemoryStore, Peer, Runtime, hello, in_memory, logged, memory, start, texts,
    without,
};
use crate::store::SlowStore;

/// Longer than every farewell together, and shorter than a heartbeat.
const A_WHILE: Duration = Duration::from_secs(10);

/// A job that says more than a transport and a feed of this test hold.
fn chatty(n: u64) -> Value {
    json!([{"repeat": {"n": n, "do": [{"log": {"message": "{i}"}}]}}, {"return": 1}])
}

/// A job that takes fifty kilobytes of a listing.
fn large() -> Value {
    let patterns = (0..12).map(|n| format!("/{n}/{}", "x".repeat(4000)));
    let patterns: Vec<String> = patterns.collect();
    json!({"agent": "echo", "input": 1, "lease_request": {"fs.read": patterns}})
}

/// A peer that reads nothing of what its job says, for so long that its transport is full.
async fn clogged(runtime: &Runtime) -> Peer {
    let mut peer = Peer::hello(runtime, "tok-a").await;
    peer.probe(chatty(1000)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    peer
}

/// On a disk that takes a hundred microseconds for a record, an agent that nobody attends says more than the disk can take.
/// Others wait for a commit or two and not for thousands of its events. The clock is the test's own.
#[tokio::test(start_paused = true)]
async fn an_unattended_flood_keeps_nobody_waiting() {
    const EACH: Duration = Duration::from_micros(100);
    let store = SlowStore::new(MemoryStore::new(), EACH);
    let runtime = start(Limits::default(), Runtime::builder().store(store)).await;
    let mut flooding = Peer::hello(&runtime, "tok-a").await;
    let job = flooding.probe(chatty(60_000)).await["job_id"].clone();
    drop(flooding);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut other = Peer::hello(&runtime, "tok-b").await;
    for _ in 0..3 {
        let asked = tokio::time::Instant::now();
        let accepted = other.probe(json!([{"block": {}}])).await;
        assert!(asked.elapsed() < EACH * 4096, "{:?}", asked.elapsed());
        let wanted = json!({"reason": "enough"});
        let more = json!({"job_id": accepted["job_id"]});
        other.send_with("job.cancel", wanted, more).await;
        other.until_end(&accepted["job_id"]).await;
        // Accepted, cancelled and ended: that is four commits.
        assert!(asked.elapsed() < EACH * 4 * 4096, "{:?}", asked.elapsed());
    }
    let mut owner = Peer::hello(&runtime, "tok-a").await;
    let wanted = json!({"filter": {"status": ["running"]}});
    owner.send("session.list_jobs", wanted).await;
    let running = owner.receive().await["payload"]["jobs"].clone();
    assert_eq!(running[0]["job_id"], job, "the flood was still going on");
}

async fn shut_down(runtime: &Runtime) {
    tokio::time::timeout(A_WHILE, runtime.shutdown())
        .await
        .expect("nobody holds the shutdown up")
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_is_closed_when_it_is_taken_over() {
    let mut limits = Limits::default();
    limits.connections = 2;
    let runtime = in_memory(limits).await;
    let old = clogged(&runtime).await;
    let mut new = Peer::resume(&runtime, &old, 0).await;
    assert_eq!(logged(&new.until("job.result").await), texts(0..1000));
    tokio::time::sleep(A_WHILE).await;
    // There is room for two: the old connection is gone although its peer took nothing and stays.
    Peer::hello(&runtime, "tok-b").await;
    drop(old);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_does_not_hold_a_shutdown_up() {
    let runtime = in_memory(Limits::default()).await;
    let peer = clogged(&runtime).await;
    shut_down(&runtime).await;
    drop(peer);
}

#[tokio::test(start_paused = true)]
async fn who_reads_gets_what_was_queued_and_the_reason() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = clogged(&runtime).await;
    let read = tokio::spawn(async move {
        let frames = peer.until("session.closed").await;
        assert!(peer.try_receive().await.is_none());
        frames
    });
    shut_down(&runtime).await;
    let frames = read.await.unwrap();
    assert_eq!(logged(&frames), texts(0..1000));
    let last = frames.last().unwrap();
    assert_eq!(last["payload"]["reason"], "runtime_shutdown");
}

#[tokio::test(start_paused = true)]
async fn a_hello_that_comes_with_the_shutdown_is_told_of_it() {
    let runtime = in_memory(Limits::default()).await;
    let mut first = Peer::hello(&runtime, "tok-a").await;
    // On one thread tasks run in the order in which they were made: the dispatcher gets both at once.
    let stopping = runtime.clone();
    let stopping = tokio::spawn(async move { shut_down(&stopping).await });
    let mut late = Peer::dial(&runtime);
    late.send("session.hello", hello("tok-a")).await;
    let answer = late.receive().await;
    assert_eq!(answer["payload"]["details"]["cap"], "shutdown", "{answer}");
    assert_eq!(answer["payload"]["retryable"], true);
    assert!(late.try_receive().await.is_none());
    first.until("session.closed").await;
    stopping.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn histories_that_are_asked_for_at_once_are_all_answered() {
    const MORE_THAN_ALLOWED: usize = 100;
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([{"repeat": {"n": 10, "do": [{"log": {"message": "{i}"}}]}}, {"block": {}}]);
    let job = peer.probe(steps).await["job_id"].clone();
    peer.until_number(10).await;
    let mut other = Peer::hello(&runtime, "tok-a").await;
    let mut asked = Vec::new();
    for _ in 0..3 {
        let wanted = json!({"job_id": job, "history": true});
        asked.push(json!(other.send("job.subscribe", wanted).await));
    }
    // Taken back at once: both are answered still, and then nothing comes any more.
    other.send("job.unsubscribe", json!({"job_id": job})).await;
    let mut answered = Vec::new();
    for round in 1..=3 {
        let answer = other.receive().await;
        assert_eq!(answer["type"], "job.subscribed", "{answer}");
        answered.push(answer["payload"]["request_id"].clone());
        assert_eq!(answer["payload"]["subscribed_from"], round * 10);
        if round == 3 {
            assert_eq!(logged(&other.until_number(30).await).len(), 30);
        }
    }
    assert_eq!(answered, asked);
    other.quiet().await;

    let mut answers = Vec::new();
    for _ in 0..MORE_THAN_ALLOWED {
        let wanted = json!({"job_id": job, "history": true, "from_event_seq": 10});
        other.send("job.subscribe", wanted).await;
    }
    for _ in 0..MORE_THAN_ALLOWED {
        answers.push(other.receive().await);
    }
    let refused: Vec<&Value> = answers
        .iter()
        .filter(|answer| answer["type"] == "session.error")
        .collect();
    assert!(!refused.is_empty() && refused.len() < MORE_THAN_ALLOWED);
    for refused in refused {
        assert_eq!(refused["payload"]["details"]["cap"], "lookups_per_session");
        assert_eq!(refused["payload"]["retryable"], true);
    }
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    assert_eq!(other.until("job.error").await.len(), 1, "it follows, once");
}

#[tokio::test(start_paused = true)]
async fn histories_that_nobody_reads_are_refused_and_later_given() {
    let mut limits = Limits::default();
    (limits.session_events, limits.job_events) = (200, 200);
    (limits.window_events, limits.outbound_frames) = (50, 50);
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("ack")).await;
    let steps = json!([{"repeat": {"n": 200, "do": [{"log": {"message": "{i}"}}]}}, {"block": {}}]);
    let job = peer.probe(steps).await["job_id"].clone();
    peer.until_number(200).await;
    let mut other = Peer::hello_with(&runtime, "tok-a", &without("ack")).await;
    let wanted = json!({"job_id": job, "history": true});
    for _ in 0..10 {
        other.send("job.subscribe", wanted.clone()).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let mut given = 0;
    let mut refused = 0;
    let mut frames = Vec::new();
    while given + refused < 10 {
        let frame = other.receive().await;
        if frame["type"] == "job.subscribed" {
            given += 1;
        } else if frame["type"] == "session.error" {
            assert_eq!(frame["payload"]["details"]["cap"], "unread_history");
            assert_eq!(frame["payload"]["retryable"], true);
            refused += 1;
        }
        frames.push(frame);
    }
    assert!(
        given >= 2 && refused >= 1,
        "{given} given, {refused} refused"
    );
    // Every history that was promised comes whole, whatever was asked for after it.
    while logged(&frames).len() < given * 200 {
        frames.push(other.receive().await);
    }
    let expected: Vec<String> = (0..given).flat_map(|_| texts(0..200)).collect();
    assert_eq!(logged(&frames), expected);
    // It has read everything, so it may ask again.
    other.send("job.subscribe", wanted).await;
    let answer = other.until("job.subscribed").await;
    assert_eq!(answer.len(), 1);
}

#[tokio::test]
async fn a_page_of_large_jobs_ends_early() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for _ in 0..20 {
        peer.run(large()).await;
    }
    let (mut pages, mut jobs, mut cursor) = (0, 0, Value::Null);
    loop {
        let page = peer.list(json!({"limit": 100, "cursor": cursor})).await;
        assert!(page.to_string().len() <= 300 * 1024);
        pages += 1;
        jobs += page["jobs"].as_array().unwrap().len();
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(jobs, 20);
    assert!(pages > 2, "{pages} pages");
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_listings_and_does_not_read_is_not_read_from() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for _ in 0..5 {
        peer.run(large()).await;
    }
    // A page is a fifth of a megabyte; the transport holds one, the runtime four.
    let (here, there) = memory::pair_with(memory::MemoryLimits::new(4).with_bytes(1 << 20));
    tokio::spawn(runtime.serve(Box::new(there)));
    peer = Peer {
        transport: here,
        session: None,
        token: Value::Null,
        sent: 0,
    };
    peer.send("session.hello", hello("tok-a")).await;
    peer.welcomed().await;
    let mut taken = 0;
    while tokio::time::timeout(
        Duration::from_secs(1),
        peer.send("session.list_jobs", json!({})),
    )
    .await
    .is_ok()
    {
        taken += 1;
        assert!(taken < 200, "the runtime takes questions without end");
    }
    for _ in 0..taken {
        assert_eq!(peer.receive().await["type"], "session.jobs");
    }
}

#[tokio::test(start_paused = true)]
async fn an_adopted_job_waits_for_its_new_owner() {
    let mut limits = Limits::default();
    limits.window_events = 100;
    limits.ack_lag_max = None;
    limits.resume_window = Duration::from_secs(5);
    let runtime = in_memory(limits).await;
    let steps = json!([{"sleep": {"ms": 20_000}}, {"repeat": {"n": 5000, "do": [{"log": {"message": "{i}"}}]}}, {"return": 1}]);
    let submit = json!({"agent": "probe", "input": {"do": steps}, "idempotency_key": "k"});
    let mut first = Peer::hello(&runtime, "tok-a").await;
    first.send("job.submit", submit.clone()).await;
    first.until("job.accepted").await;
    drop(first);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut second = Peer::hello_with(&runtime, "tok-a", &without("heartbeat")).await;
    second.send("job.submit", submit).await;
    second.until("job.accepted").await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    let mut watcher = Peer::hello(&runtime, "tok-a").await;
    let page = watcher.list(json!({})).await;
    let said = page["jobs"][0]["last_event_seq"].as_u64().unwrap();
    assert!((1..1000).contains(&said), "{said} events without a reader");
    assert_eq!(logged(&second.until("job.result").await), texts(0..5000));
}

#[tokio::test]
async fn who_may_see_everybodys_jobs_gets_them_in_order() {
    let builder = Runtime::builder().store(MemoryStore::new());
    let runtime = start(Limits::default(), builder.observers(Everybody)).await;
    let mut alice = Peer::hello(&runtime, "tok-a").await;
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    let mut expected = Vec::new();
    for round in 0..9 {
        let peer = if round % 3 == 0 { &mut alice } else { &mut bob };
        let frames = peer.run(json!({"agent": "echo", "input": round})).await;
        expected.push(frames[0]["job_id"].clone());
    }
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = bob.list(json!({"limit": 2, "cursor": cursor})).await;
        seen.extend(
            page["jobs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|job| job["job_id"].clone()),
        );
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, expected);
}
