//! What published runtimes write that the specification does not.

use super::*;

/// A submission under way, and its frame.
async fn submitting(
    client: &Client,
    peer: &mut Peer,
) -> (
    tokio::task::JoinHandle<Result<JobHandle, ClientError>>,
    Value,
) {
    let submitting = tokio::spawn({
        let client = client.clone();
        async move { client.submit(job()).soon().await }
    });
    (submitting, peer.expect("job.submit").soon().await)
}

#[tokio::test(start_paused = true)]
async fn agents_may_be_names_and_features_need_not_be_ours() {
    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.connect());
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.session_id = "s".to_owned();
    peer.send(
        "session.welcome",
        json!({
            "runtime": {"name": "x"}, "resume_token": "t",
            "capabilities": {"features": ["ack", "subscribe", "teleport"], "agents": ["echo", {"name": "b", "bare": true}]},
        }),
    )
    .soon().await;
    let client = connecting.soon().await.unwrap().unwrap();
    let opened = client.welcome();
    assert_eq!(opened.features, [Feature::Ack, Feature::Subscribe]);
    let names: Vec<&str> = opened
        .welcome
        .capabilities
        .agents
        .iter()
        .map(|agent| agent.name.as_str())
        .collect();
    assert_eq!(names, ["echo", "b"]);
}

#[tokio::test(start_paused = true)]
async fn budgets_may_be_texts() {
    for (budget, expected) in [
        (json!({"USD": "USD:5.00"}), "5.00"),
        (json!({"USD": "0.10"}), "0.10"),
        (json!({"USD": 7}), "7"),
    ] {
        let (client, mut peer, _runtime) = open().soon().await;
        let (submitting, frame) = submitting(&client, &mut peer).soon().await;
        peer.send(
            "job.accepted",
            json!({"job_id": "job_1", "lease": {}, "budget": budget, "request_id": frame["id"]}),
        )
        .soon()
        .await;
        let job = submitting.soon().await.unwrap().unwrap();
        let accepted = job.accepted().unwrap();
        let left = accepted
            .budget
            .as_ref()
            .unwrap()
            .iter()
            .next()
            .unwrap()
            .1
            .as_str()
            .to_owned();
        assert_eq!(left, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_acceptance_survives_members_that_cannot_be_read() {
    let (client, mut peer, _runtime) = open().soon().await;
    let (submitting, frame) = submitting(&client, &mut peer).soon().await;
    let payload = json!({"job_id": "job_1", "lease": {"id": 5}, "budget": {"USD": "much"}, "credentials": "none", "request_id": frame["id"]});
    peer.send("job.accepted", payload).soon().await;
    assert_eq!(
        submitting.soon().await.unwrap().unwrap().id().as_str(),
        "job_1"
    );
}

#[tokio::test(start_paused = true)]
async fn submissions_may_be_refused_by_a_job_error() {
    let (client, mut peer, _runtime) = open().soon().await;
    let error = json!({"code": "AGENT_NOT_AVAILABLE", "message": "no", "final_status": "error"});

    // With an invented job and a number.
    let (first, _) = submitting(&client, &mut peer).soon().await;
    peer.send_with(
        "job.error",
        json!({"job_id": "job_invented", "event_seq": 1}),
        error.clone(),
    )
    .soon()
    .await;
    assert!(
        matches!(first.soon().await.unwrap(), Err(ClientError::Refused(refusal)) if refusal.code == ErrorCode::AgentNotAvailable)
    );

    // Without a job, under the request's own id; once it was seen to do so, two may wait.
    let (client, mut peer, _runtime) = open().soon().await;
    let (alone, frame) = submitting(&client, &mut peer).soon().await;
    peer.send_with("job.error", json!({"id": frame["id"]}), error.clone())
        .soon()
        .await;
    assert!(alone.soon().await.unwrap().is_err());
    let (first, frame) = submitting(&client, &mut peer).soon().await;
    let (second, other) = submitting(&client, &mut peer).soon().await;
    peer.send_with("job.error", json!({"id": other["id"]}), error.clone())
        .soon()
        .await;
    assert!(matches!(
        second.soon().await.unwrap(),
        Err(ClientError::Refused(_))
    ));
    peer.accept(&frame, "job_1").soon().await;
    assert!(first.soon().await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_job_error_of_a_stranger_ends_none_of_our_jobs() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let error = json!({"code": "TIMEOUT", "message": "late", "final_status": "timed_out"});
    peer.send_with(
        "job.error",
        json!({"job_id": "job_child", "event_seq": 1}),
        error,
    )
    .soon()
    .await;
    peer.result(2, "job_1", json!(1)).soon().await;
    assert_eq!(job.result_as::<u32>().soon().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn where_refusals_name_their_request_the_end_of_a_child_is_none() {
    let (client, mut peer, _runtime) = open().soon().await;
    let _parent = start(&client, &mut peer, job(), "job_1").soon().await;
    let (submitting, frame) = submitting(&client, &mut peer).soon().await;
    let error = json!({"code": "INTERNAL_ERROR", "message": "it broke", "final_status": "error"});
    peer.send_with(
        "job.error",
        json!({"job_id": "job_child", "event_seq": 1}),
        error,
    )
    .soon()
    .await;
    peer.accept(&frame, "job_2").soon().await;
    peer.result(2, "job_2", json!(2)).soon().await;
    let mut job = submitting.soon().await.unwrap().unwrap();
    assert_eq!(job.result_as::<u32>().soon().await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_returned_nothing_has_a_result() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.send_with(
        "job.event",
        json!({"job_id": "job_1", "event_seq": 1}),
        json!({"kind": "tool_result", "ts": "2026-01-01T00:00:00.000Z", "body": {"call_id": "c1"}}),
    )
    .soon()
    .await;
    let event = job.events().next().soon().await.unwrap().unwrap();
    match event.body {
        EventBody::ToolResult(done) => {
            assert_eq!(
                serde_json::to_value(&done).unwrap(),
                json!({"call_id": "c1", "result": null})
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn ends_without_a_number_count() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut a = start(&client, &mut peer, job(), "job_a").soon().await;
    let mut b = start(&client, &mut peer, job(), "job_b").soon().await;
    peer.send_with(
        "job.error",
        json!({"job_id": "job_a"}),
        json!({"code": "CANCELLED", "message": "x", "final_status": "cancelled"}),
    )
    .soon()
    .await;
    peer.send_with(
        "job.result",
        json!({"job_id": "job_b"}),
        json!({"final_status": "success", "output": {"a": 1}}),
    )
    .soon()
    .await;
    assert_eq!(
        a.result().soon().await.unwrap_err().code(),
        Some(&ErrorCode::Cancelled)
    );
    assert_eq!(b.result_as::<Value>().soon().await, Ok(json!({"a": 1})));
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_no_success_is_a_failure() {
    for (status, code) in [
        ("cancelled", ErrorCode::Cancelled),
        ("timed_out", ErrorCode::Timeout),
        ("melted", ErrorCode::InternalError),
    ] {
        let (client, mut peer, _runtime) = open().soon().await;
        let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
        peer.send_with(
            "job.result",
            json!({"job_id": "job_1", "event_seq": 1}),
            json!({"final_status": status, "completed_at": "2026-01-01T00:00:00Z"}),
        )
        .soon()
        .await;
        match job.result().soon().await.unwrap_err() {
            JobFailure::Ended {
                error,
                final_status,
            } => {
                assert_eq!((error.code, final_status.as_str()), (code, status));
            }
            other => panic!("{other}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_numbered_cancelled_is_counted() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    let cancelling = tokio::spawn(async move { (job.cancel("x").soon().await, job) });
    peer.expect("job.cancel").soon().await;
    peer.event(1, "job_1", "t1").soon().await;
    peer.send_with(
        "job.cancelled",
        json!({"job_id": "job_1", "event_seq": 2}),
        json!({}),
    )
    .soon()
    .await;
    peer.event(3, "job_1", "t3").soon().await;
    assert_eq!(cancelling.soon().await.unwrap().0, Ok(()));
    thoughts(&mut events, 1..=1).soon().await;
    thoughts(&mut events, 3..=3).soon().await;
    assert!(runtime.arrivals.try_recv().is_err(), "there was no gap");
}

#[tokio::test(start_paused = true)]
async fn a_refused_resume_may_have_another_code() {
    for code in ["PERMISSION_DENIED", "UNAUTHENTICATED"] {
        let (client, mut peer, mut runtime) = open().soon().await;
        let mut job = start(&client, &mut peer, keyed("k"), "job_1").soon().await;
        peer.cut();
        let mut peer = runtime.arrival().soon().await;
        peer.expect("session.hello").soon().await;
        peer.refuse(code, None).soon().await;
        let mut peer = runtime.arrival().soon().await;
        peer.expect("session.hello").soon().await;
        peer.welcome("sess_2", "rt_2", &[]).soon().await;
        let frame = peer.expect("job.submit").soon().await;
        peer.accept(&frame, "job_1").soon().await;
        peer.result(1, "job_1", json!(code)).soon().await;
        assert_eq!(job.result_as::<String>().soon().await, Ok(code.to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_welcome_with_another_session_is_no_resume() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.cut();
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.welcome("sess_6", "rt_6", &[]).soon().await;
    // It may know a resume in its other form.
    let mut peer = runtime.arrival().soon().await;
    let resume = peer.expect("session.resume").soon().await;
    assert_eq!(resume["session_id"], "sess_1");
    assert_eq!(resume["payload"]["resume_token"], "rt_1");
    peer.welcome("sess_7", "rt_7", &[]).soon().await;
    assert!(matches!(
        job.result().soon().await,
        Err(JobFailure::Unfollowed(ClientError::SessionLost(_)))
    ));
    assert_eq!(client.welcome().session_id.as_str(), "sess_7");
    let mut other = start(&client, &mut peer, super::job(), "job_2")
        .soon()
        .await;
    peer.result(1, "job_2", json!(2)).soon().await;
    assert_eq!(other.result_as::<u32>().soon().await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn a_runtime_may_know_a_resume_only_as_a_frame_of_its_own() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    peer.event(1, "job_1", "t1").soon().await;
    thoughts(&mut events, 1..=1).soon().await;
    peer.cut();
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.welcome("sess_2", "rt_2", &[]).soon().await;
    for (token, n) in [("rt_1", 2), ("rt_3", 3)] {
        let mut peer = runtime.arrival().soon().await;
        let resume = peer.expect("session.resume").soon().await;
        assert_eq!(resume["payload"]["session_id"], "sess_1");
        assert_eq!(resume["payload"]["resume_token"], token);
        assert_eq!(resume["payload"]["last_event_seq"], n - 1);
        peer.welcome("sess_1", "rt_3", &[]).soon().await;
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
        thoughts(&mut events, n..=n).soon().await;
        // From now on it is asked in that form at once.
        peer.cut();
    }
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.resume").soon().await;
    peer.refuse("RESUME_WINDOW_EXPIRED", None).soon().await;
    let mut peer = runtime.arrival().soon().await;
    let hello = peer.expect("session.hello").soon().await;
    assert!(hello["payload"].get("resume").is_none(), "{hello}");
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_refuses_whoever_missed_nothing_is_asked_for_the_last_event() {
    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.connect());
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    let token = format!("rt_{}", "0f".repeat(32));
    peer.welcome("sess_1", &token, &[]).soon().await;
    let client = connecting.soon().await.unwrap().unwrap();
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    for n in 1..=2 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    thoughts(&mut events, 1..=2).soon().await;
    peer.cut();
    let mut peer = runtime.resumed(1, &token).soon().await;
    for n in 2..=3 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    thoughts(&mut events, 3..=3).soon().await;
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_names_no_requests_gets_one_submission_at_a_time() {
    let (client, mut peer, _runtime) = open().soon().await;
    let submit = |agent: &str| {
        let (client, agent) = (client.clone(), agent.to_owned());
        let submit = Submit::new(agent.as_str().try_into().unwrap());
        tokio::spawn(async move { client.submit(submit).soon().await })
    };
    let all = ["a", "b", "c"].map(submit);
    // Which of them it means nobody could say if there were two.
    let frame = peer.expect("job.submit").soon().await;
    assert_eq!(frame["payload"]["agent"], "a");
    peer.send(
        "session.error",
        json!({"code": "AGENT_NOT_AVAILABLE", "message": "no", "retryable": false}),
    )
    .soon()
    .await;
    let frame = peer.expect("job.submit").soon().await;
    assert_eq!(frame["payload"]["agent"], "b");
    peer.send("job.accepted", json!({"job_id": "job_b", "lease": {}}))
        .soon()
        .await;
    let frame = peer.expect("job.submit").soon().await;
    assert_eq!(frame["payload"]["agent"], "c");
    peer.accept(&frame, "job_c").soon().await;
    let [a, b, c] = all;
    assert!(matches!(
        a.soon().await.unwrap(),
        Err(ClientError::Refused(_))
    ));
    assert_eq!(b.soon().await.unwrap().unwrap().id().as_str(), "job_b");
    assert_eq!(c.soon().await.unwrap().unwrap().id().as_str(), "job_c");
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_was_not_sent_yet_survives_a_cut_and_is_told_of_the_end() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let (first, _) = submitting(&client, &mut peer).soon().await;
    let wait = || {
        let client = client.clone();
        tokio::spawn(async move { client.submit(job()).soon().await })
    };
    let (second, third) = (wait(), wait());
    // Both are with the client by now: the ping behind them is refused.
    assert!(client.ping().soon().await.is_err());
    peer.cut();
    let mut peer = runtime.resumed(0, "rt_2").soon().await;
    assert_eq!(
        first.soon().await.unwrap().unwrap_err(),
        ClientError::Uncertain
    );
    let frame = peer.expect("job.submit").soon().await;
    peer.send("job.accepted", json!({"job_id": "job_2", "lease": {}}))
        .soon()
        .await;
    assert!(second.soon().await.unwrap().is_ok());
    assert_ne!(peer.expect("job.submit").soon().await["id"], frame["id"]);
    let fourth = wait();
    assert!(client.ping().soon().await.is_err());
    let closing = tokio::spawn({
        let client = client.clone();
        async move { client.close("done").soon().await }
    });
    peer.expect("session.close").soon().await;
    peer.send("session.closed", json!({})).soon().await;
    closing.soon().await.unwrap();
    for unanswered in [third, fourth] {
        assert_eq!(
            unanswered.soon().await.unwrap().unwrap_err(),
            ClientError::Closed
        );
    }
}
