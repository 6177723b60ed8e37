//! Following a job of another session: live, with history, and nothing twice (§7.6, §7.7).

use serde_json::{Value, json};

use super::{
    Everybody, Limits, MemoryStore, Peer, Runtime, in_file, in_memory, logged, numbers, start,
    texts, without,
};

impl Peer {
    /// Follows a job; gives the payload of the answer.
    async fn subscribe(&mut self, payload: Value) -> Value {
        let id = self.send("job.subscribe", payload.clone()).await;
        let answer = self.receive().await;
        assert_eq!(answer["type"], "job.subscribed", "{answer}");
        assert_eq!(answer["job_id"], payload["job_id"]);
        assert_eq!(answer["payload"]["request_id"], json!(id));
        assert!(answer.get("event_seq").is_none());
        answer["payload"].clone()
    }

    async fn cancel(&mut self, job: &Value) {
        self.send_with("job.cancel", json!({}), json!({"job_id": job}))
            .await;
    }
}

/// `n` log events whose texts count, and then what `last` says.
fn counting(n: u64, last: &Value) -> Value {
    json!([{"repeat": {"n": n, "do": [{"log": {"message": "{i}"}}]}}, last])
}

/// Events that come with their time, as a sender and a follower both see them.
fn stamped(frames: &[Value]) -> Vec<Value> {
    frames
        .iter()
        .filter(|frame| frame.get("event_seq").is_some())
        .map(|frame| frame["payload"].clone())
        .collect()
}

#[tokio::test]
async fn a_live_follower_gets_what_comes_after_the_answer() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut other = Peer::hello(&runtime, "tok-a").await;
    // The follower has a job of its own: both share its numbers.
    let own = other.probe(counting(3, &json!({"block": {}}))).await["job_id"].clone();
    assert_eq!(numbers(&other.until_number(3).await), [1, 2, 3]);
    let steps = json!([{"log": {"message": "before"}}, {"block": {}}]);
    let accepted = peer.probe(steps).await;
    let job = accepted["job_id"].clone();
    peer.until_number(1).await;
    let subscribed = other.subscribe(json!({"job_id": job})).await;
    let expected = json!({
        "job_id": job, "current_status": "running", "agent": "probe@2.0.0", "lease": {}, "parent_job_id": null,
        "trace_id": accepted["trace_id"], "subscribed_from": 3, "replayed": false, "request_id": subscribed["request_id"]
    });
    assert_eq!(subscribed, expected);
    assert!(
        subscribed
            .as_object()
            .unwrap()
            .contains_key("parent_job_id")
    );
    peer.cancel(&job).await;
    peer.until("job.error").await;
    let end = other.receive().await;
    assert_eq!(
        (&end["type"], &end["event_seq"]),
        (&json!("job.error"), &json!(4))
    );
    assert_eq!(
        (&end["job_id"], &end["session_id"]),
        (&job, other.session.as_ref().unwrap())
    );
    other.cancel(&own).await;
    assert_eq!(numbers(&other.until("job.error").await), [5]);
}

#[tokio::test]
async fn history_comes_first_and_as_it_was() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(counting(10, &json!({"block": {}}))).await["job_id"].clone();
    let seen = stamped(&peer.until_number(10).await);
    for (from, expected) in [
        (json!(null), 0),
        (json!(0), 0),
        (json!(4), 4),
        (json!(10), 10),
        (json!(99), 10),
    ] {
        let mut other = Peer::hello(&runtime, "tok-a").await;
        let answer = other
            .subscribe(json!({"job_id": job, "history": true, "from_event_seq": from}))
            .await;
        let count = 10 - expected;
        assert_eq!(answer["replayed"], true);
        assert_eq!(answer["subscribed_from"], count, "{from}");
        let history = if count > 0 {
            other.until_number(count).await
        } else {
            Vec::new()
        };
        assert_eq!(
            stamped(&history),
            seen[usize::try_from(expected).unwrap()..],
            "{from}"
        );
        assert_eq!(numbers(&history), (1..=count).collect::<Vec<_>>());
        other.quiet().await;
    }
    // Without `history` there is none, whatever `from_event_seq` says.
    let mut other = Peer::hello(&runtime, "tok-a").await;
    let answer = other
        .subscribe(json!({"job_id": job, "from_event_seq": 0}))
        .await;
    assert_eq!(
        (&answer["replayed"], &answer["subscribed_from"]),
        (&json!(false), &json!(0))
    );
    other.quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_between_history_and_live() {
    const EVENTS: u64 = 2000;
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("ack")).await;
    let job = peer.probe(counting(EVENTS, &json!({"return": 1}))).await["job_id"].clone();
    let mut followers = Vec::new();
    let mut last = 0;
    // The owner reads on in between, so that each follower joins somewhere else in the flood.
    for round in 1..=15_u64 {
        last = round * EVENTS / 16;
        peer.until_number(last).await;
        let mut follower = Peer::hello(&runtime, "tok-a").await;
        follower
            .send(
                "job.subscribe",
                json!({"job_id": job, "history": true, "from_event_seq": 0}),
            )
            .await;
        followers.push(follower);
    }
    assert!(last < EVENTS);
    let owner = tokio::spawn(async move { peer.until("job.result").await });
    for mut follower in followers {
        let frames = follower.until("job.result").await;
        assert_eq!(frames[0]["type"], "job.subscribed");
        assert!(logged(&frames) == texts(0..EVENTS));
        assert!(numbers(&frames).into_iter().eq(1..=EVENTS + 1));
        assert!(frames[0]["payload"]["subscribed_from"].as_u64().unwrap() <= EVENTS + 1);
    }
    owner.await.unwrap();
}

#[tokio::test]
async fn an_ended_job_shows_its_history_and_its_end() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let frames = peer
        .run(json!({"agent": "probe", "input": {"do": counting(3, &json!({"return": 7}))}}))
        .await;
    let job = &frames[0]["job_id"];
    let mut other = Peer::hello(&runtime, "tok-a").await;
    let answer = other
        .subscribe(json!({"job_id": job, "history": true}))
        .await;
    assert_eq!(answer["current_status"], "success");
    let history = other.until("job.result").await;
    assert_eq!(stamped(&history), stamped(&frames));
    let answer = other.subscribe(json!({"job_id": job})).await;
    assert_eq!(
        (&answer["subscribed_from"], &answer["replayed"]),
        (&json!(4), &json!(false))
    );
    other.quiet().await;
}

#[tokio::test]
async fn history_reaches_as_far_as_the_buffer() {
    let mut limits = Limits::default();
    (limits.job_events, limits.session_events) = (50, 50);
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(counting(300, &json!({"block": {}}))).await["job_id"].clone();
    peer.until_number(300).await;
    let mut other = Peer::hello(&runtime, "tok-a").await;
    other
        .subscribe(json!({"job_id": job, "history": true}))
        .await;
    assert_eq!(logged(&other.until_number(50).await), texts(250..300));
    other.quiet().await;
}

#[tokio::test]
async fn a_job_of_somebody_else_looks_like_none() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    let mut answers = Vec::new();
    for id in [
        job.as_str().unwrap(),
        "job_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "job-of-another-kind",
    ] {
        for payload in [
            json!({"job_id": id}),
            json!({"job_id": id, "history": true}),
        ] {
            bob.send("job.subscribe", payload).await;
            let mut error = bob.receive().await;
            let message = error["payload"]["message"]
                .as_str()
                .unwrap()
                .replace(id, "ID");
            error["payload"]["message"] = json!(message);
            for own in ["id", "request_id"] {
                error.as_object_mut().unwrap().remove(own);
                error["payload"].as_object_mut().unwrap().remove(own);
            }
            answers.push(error);
        }
        bob.send("job.unsubscribe", json!({"job_id": id})).await;
    }
    assert_eq!(answers[0]["payload"]["code"], "JOB_NOT_FOUND");
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    bob.quiet().await;
}

#[tokio::test]
async fn a_policy_can_let_others_watch_but_not_act() {
    let builder = || Runtime::builder().store(MemoryStore::new());
    let runtime = start(Limits::default(), builder().conceal_jobs(false)).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    assert_eq!(
        bob.refused("job.subscribe", json!({"job_id": job})).await,
        "PERMISSION_DENIED"
    );

    let runtime = start(Limits::default(), builder().observers(Everybody)).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    let submitted = json!({
        "agent": "probe",
        "input": {"do": [{"metric": {"name": "cost.x", "value": 0.42, "unit": "USD"}}, {"log": {"message": "spent"}}, {"block": {}}]},
        "lease_request": {"tool.call": ["x"], "cost.budget": ["USD:1"]},
        "lease_constraints": {"expires_at": "2999-01-01T00:00:00Z"},
    });
    peer.send("job.submit", submitted.clone()).await;
    let accepted = peer.receive().await;
    let job = accepted["job_id"].clone();
    while peer.until("job.event").await.last().unwrap()["payload"]["kind"] != "log" {}
    // What a job may do is no secret to whoever may watch it, and neither is what it has left (§7.6).
    let told = bob.subscribe(json!({"job_id": job})).await;
    assert_eq!(told["lease"], accepted["payload"]["lease"]);
    assert_eq!(told["lease_constraints"], submitted["lease_constraints"]);
    assert_eq!(told["budget"], json!({"USD": 0.58}));
    bob.cancel(&job).await;
    assert_eq!(bob.receive().await["payload"]["code"], "JOB_NOT_FOUND");
    peer.cancel(&job).await;
    assert_eq!(bob.receive().await["type"], "job.error");
}

#[tokio::test]
async fn followers_of_the_same_principal_may_not_cancel() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut other = Peer::hello(&runtime, "tok-a").await;
    other.subscribe(json!({"job_id": job})).await;
    other.cancel(&job).await;
    assert_eq!(
        other.receive().await["payload"]["code"],
        "PERMISSION_DENIED"
    );
    // The owner's connection goes; the follower stays, and the owner comes back.
    let cut = peer.hang_up();
    let mut peer = Peer::resume(&runtime, &cut, 0).await;
    peer.cancel(&job).await;
    assert_eq!(other.receive().await["payload"]["code"], "CANCELLED");
}

#[tokio::test]
async fn followers_stay_when_the_owner_goes() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(counting(3000, &json!({"return": 1}))).await["job_id"].clone();
    let mut other = Peer::hello(&runtime, "tok-a").await;
    other
        .subscribe(json!({"job_id": job, "history": true}))
        .await;
    drop(peer);
    assert_eq!(logged(&other.until("job.result").await), texts(0..3000));
}

#[tokio::test]
async fn unsubscribing_is_silent_and_ends_it() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let jobs = [
        peer.probe(json!([{"block": {}}])).await["job_id"].clone(),
        peer.probe(json!([{"block": {}}])).await["job_id"].clone(),
    ];
    let mut other = Peer::hello(&runtime, "tok-a").await;
    for job in &jobs {
        other.subscribe(json!({"job_id": job})).await;
    }
    other
        .send("job.unsubscribe", json!({"job_id": jobs[0]}))
        .await;
    other
        .send("job.unsubscribe", json!({"job_id": jobs[0]}))
        .await;
    other.quiet().await;
    // One's own job cannot be left.
    peer.send("job.unsubscribe", json!({"job_id": jobs[0]}))
        .await;
    for job in &jobs {
        peer.cancel(job).await;
        peer.until("job.error").await;
    }
    let end = other.receive().await;
    assert_eq!((&end["job_id"], &end["event_seq"]), (&jobs[1], &json!(1)));
    other.quiet().await;
}

#[tokio::test]
async fn asking_twice_is_answered_twice_and_doubles_nothing() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut other = Peer::hello(&runtime, "tok-a").await;
    for _ in 0..3 {
        other.subscribe(json!({"job_id": job})).await;
    }
    peer.subscribe(json!({"job_id": job, "history": true}))
        .await;
    peer.cancel(&job).await;
    assert_eq!(numbers(&peer.until("job.error").await), [1]);
    assert_eq!(numbers(&other.until("job.error").await), [1]);
    other.quiet().await;
    peer.quiet().await;
}

#[tokio::test]
async fn a_subscription_survives_a_resume() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut other = Peer::hello(&runtime, "tok-a").await;
    other.subscribe(json!({"job_id": job})).await;
    let cut = other.hang_up();
    peer.cancel(&job).await;
    peer.until("job.error").await;
    let mut other = Peer::resume(&runtime, &cut, 0).await;
    assert_eq!(numbers(&other.until("job.error").await), [1]);
}

#[tokio::test]
async fn history_can_be_asked_for_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runtime.db");
    let (runtime, store) = in_file(&path).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(counting(30, &json!({"block": {}}))).await["job_id"].clone();
    let seen = stamped(&peer.until_number(30).await);
    let mut other = Peer::hello(&runtime, "tok-a").await;
    other
        .subscribe(json!({"job_id": job, "history": true, "from_event_seq": 20}))
        .await;
    let replayed = stamped(&other.until_number(10).await);
    assert_eq!(replayed, seen[20..]);
    runtime.shutdown().await.unwrap();
    store.close().await.unwrap();
    drop((runtime, store));

    let (runtime, _store) = in_file(&path).await;
    // The follower resumes in the middle of its replay, and gets the end of the job that the restart broke off.
    let mut other = Peer::resume(&runtime, &other, 5).await;
    let rest = other.until("job.error").await;
    assert_eq!(numbers(&rest), (6..=11).collect::<Vec<_>>());
    assert_eq!(stamped(&rest)[..5], seen[25..]);
    let mut third = Peer::hello(&runtime, "tok-a").await;
    let answer = third
        .subscribe(json!({"job_id": job, "history": true}))
        .await;
    assert_eq!(
        (&answer["current_status"], &answer["subscribed_from"]),
        (&json!("error"), &json!(31))
    );
    assert_eq!(stamped(&third.until("job.error").await)[..30], seen[..]);
}

#[tokio::test]
async fn what_a_follower_did_not_negotiate_takes_no_number() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([{"progress": {"current": 1}}, {"log": {"message": "a"}}, {"chunk": {"data": "b"}}, {"progress": {"current": 2}}]);
    let frames = peer
        .run(json!({"agent": "probe", "input": {"do": steps}}))
        .await;
    let mut plain = Peer::hello_with(&runtime, "tok-a", &["subscribe"]).await;
    plain
        .subscribe(json!({"job_id": frames[0]["job_id"], "history": true}))
        .await;
    let seen = plain.until("job.result").await;
    assert_eq!(numbers(&seen), [1, 2]);
    assert_eq!(logged(&seen), ["a"]);
    let result = &seen[1]["payload"];
    assert_eq!(result["result"], "b", "{result}");
    assert!(result.get("result_id").is_none() && result.get("result_size").is_none());
    // It is the same when it is read again.
    let mut plain = Peer::resume(&runtime, &plain.hang_up(), 1).await;
    assert_eq!(plain.until("job.result").await[0]["payload"], *result);
}

#[tokio::test]
async fn a_follower_without_chunks_gets_the_whole_result_or_hears_why_not() {
    let mut limits = Limits::default();
    limits.frame_bytes = 8192;
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for (chunks, expected) in [
        (
            json!([{"chunk": {"data": "é\"1"}}, {"chunk": {"data": "2"}}]),
            Some("é\"12"),
        ),
        (
            json!([{"chunk": {"bytes": 3000}}, {"chunk": {"bytes": 4000}}]),
            None,
        ),
    ] {
        let mut steps = vec![json!({"sleep": {"ms": 50}})];
        steps.extend(chunks.as_array().unwrap().iter().cloned());
        let job = peer.probe(json!(steps)).await["job_id"].clone();
        let mut plain = Peer::hello_with(&runtime, "tok-a", &["subscribe"]).await;
        plain.subscribe(json!({"job_id": job})).await;
        let seen = plain.receive().await;
        assert_eq!(seen["event_seq"], 1, "{seen}");
        if let Some(text) = expected {
            assert_eq!(seen["payload"]["result"], text, "{seen}");
        } else {
            assert_eq!(seen["type"], "job.error");
            assert_eq!(seen["payload"]["code"], "INTERNAL_ERROR");
            assert_eq!(seen["payload"]["retryable"], true);
            let message = seen["payload"]["message"].as_str().unwrap();
            assert!(message.contains("result_chunk"), "{message}");
        }
        peer.until("job.result").await;
    }
}

#[tokio::test]
async fn what_is_left_of_a_budget_goes_to_those_who_know_budgets() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([{"metric": {"name": "cost.a", "value": 0.25, "unit": "USD"}}]);
    let frames = peer
        .run(json!({"agent": "probe", "lease_request": {"cost.budget": ["USD:1"]}, "input": {"do": steps}}))
        .await;
    assert_eq!(numbers(&frames), [1, 2, 3]);
    let mut plain = Peer::hello_with(&runtime, "tok-a", &["subscribe"]).await;
    plain
        .subscribe(json!({"job_id": frames[0]["job_id"], "history": true}))
        .await;
    let seen = plain.until("job.result").await;
    assert_eq!(numbers(&seen), [1, 2]);
    assert_eq!(seen[0]["payload"]["body"]["name"], "cost.a");
}

#[tokio::test]
async fn subscriptions_are_counted_by_session_and_by_principal() {
    let mut limits = Limits::default();
    (
        limits.subscriptions_per_session,
        limits.subscriptions_per_principal,
    ) = (2, 3);
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(peer.probe(json!([{"block": {}}])).await["job_id"].clone());
    }
    let mut first = Peer::hello(&runtime, "tok-a").await;
    let mut second = Peer::hello(&runtime, "tok-a").await;
    let cap = |error: &Value| error["payload"]["details"]["cap"].clone();
    for job in &jobs[..2] {
        first.subscribe(json!({"job_id": job})).await;
    }
    first
        .send("job.subscribe", json!({"job_id": jobs[2]}))
        .await;
    assert_eq!(cap(&first.receive().await), "subscriptions_per_session");
    first.subscribe(json!({"job_id": jobs[0]})).await;
    second.subscribe(json!({"job_id": jobs[0]})).await;
    second
        .send("job.subscribe", json!({"job_id": jobs[1], "history": true}))
        .await;
    let error = second.receive().await;
    assert_eq!(cap(&error), "subscriptions_per_principal");
    assert_eq!(error["payload"]["code"], "INTERNAL_ERROR");
    // A job that ends, and one that is left, make room.
    first
        .send("job.unsubscribe", json!({"job_id": jobs[1]}))
        .await;
    first.subscribe(json!({"job_id": jobs[2]})).await;
    peer.cancel(&jobs[0]).await;
    second.until("job.error").await;
    second.subscribe(json!({"job_id": jobs[1]})).await;
}

#[tokio::test]
async fn following_needs_its_feature_and_one_job() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("subscribe")).await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    for wire_type in ["job.subscribe", "job.unsubscribe"] {
        assert_eq!(
            peer.refused(wire_type, json!({"job_id": job})).await,
            "INVALID_REQUEST"
        );
    }
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for payload in [
        json!({}),
        json!({"job_id": ""}),
        json!({"job_id": 7}),
        json!({"job_id": job, "history": "yes"}),
        json!({"job_id": job, "history": true, "from_event_seq": -1}),
        json!({"job_id": job, "history": true, "from_event_seq": 0.5}),
    ] {
        assert_eq!(
            peer.refused("job.subscribe", payload.clone()).await,
            "INVALID_REQUEST",
            "{payload}"
        );
    }
    peer.send_with(
        "job.subscribe",
        json!({"job_id": job}),
        json!({"job_id": "job_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"}),
    )
    .await;
    assert_eq!(peer.receive().await["payload"]["code"], "INVALID_REQUEST");
    peer.quiet().await;
}

#[tokio::test]
async fn a_follower_that_does_not_read_slows_nobody() {
    let mut limits = Limits::default();
    (limits.outbound_frames, limits.window_events) = (16, 64);
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(counting(5000, &json!({"return": 1}))).await["job_id"].clone();
    let mut slow = Peer::hello(&runtime, "tok-a").await;
    slow.send("job.subscribe", json!({"job_id": job, "history": true}))
        .await;
    // The owner gets everything although the follower has taken nothing; then the follower gets everything too.
    assert_eq!(logged(&peer.until("job.result").await), texts(0..5000));
    assert_eq!(logged(&slow.until("job.result").await), texts(0..5000));
}
