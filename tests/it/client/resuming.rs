//! Cut connections: coming back, resuming, what cannot be recovered (§6.3, §8.3).

use super::*;

#[tokio::test(start_paused = true)]
async fn a_cut_is_not_seen_by_the_consumer() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut incidents = client.incidents();
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    for n in 1..=5 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    thoughts(&mut events, 1..=5).soon().await;
    peer.cut();
    let mut peer = runtime.arrival().soon().await;
    let hello = peer.expect("session.hello").soon().await;
    let payload = &hello["payload"];
    assert_eq!(
        payload["resume"],
        json!({"session_id": "sess_1", "resume_token": "rt_1", "last_event_seq": 5})
    );
    assert_eq!(
        (&payload["resume_token"], &payload["last_event_seq"]),
        (&json!("rt_1"), &json!(5))
    );
    assert_eq!(payload["auth"]["token"], "secret-token");
    peer.welcome("sess_1", "rt_2", &[]).soon().await;
    // A replay may begin earlier than asked.
    for n in 3..=8 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    thoughts(&mut events, 6..=8).soon().await;
    peer.cut();
    let mut peer = runtime.resumed(8, "rt_3").soon().await;
    peer.result(9, "job_1", json!("done")).soon().await;
    assert!(events.next().soon().await.is_none());
    assert_eq!(
        job.result_as::<String>().soon().await,
        Ok("done".to_owned())
    );
    for after in [5, 8] {
        assert!(matches!(
            incidents.next().soon().await,
            Some(Incident::Disconnected { .. })
        ));
        assert!(
            matches!(incidents.next().soon().await, Some(Incident::Resumed { after: told, .. }) if told == after)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_asked_for_again() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    peer.event(1, "job_1", "t1").soon().await;
    peer.event(4, "job_1", "t4").soon().await;
    let mut peer = runtime.resumed(1, "rt_2").soon().await;
    for n in 2..=5 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    thoughts(&mut events, 1..=5).soon().await;
}

#[tokio::test(start_paused = true)]
async fn a_gap_that_a_resume_does_not_fill_is_a_loss() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut incidents = client.incidents();
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    peer.event(1, "job_1", "t1").soon().await;
    peer.event(4, "job_1", "t4").soon().await;
    let mut peer = runtime.resumed(1, "rt_2").soon().await;
    peer.event(4, "job_1", "t4").soon().await;
    peer.event(5, "job_1", "t5").soon().await;
    thoughts(&mut events, 1..=1).soon().await;
    let lost = loss(&mut events).soon().await;
    assert_eq!(
        (lost.from, lost.through, &lost.reason),
        (2, Some(3), &LossReason::Gap)
    );
    assert!(!lost.resubmitted);
    thoughts(&mut events, 4..=5).soon().await;
    let mut told = None;
    while told.is_none() {
        if let Incident::Lost(loss) = incidents.next().soon().await.unwrap() {
            told = Some(loss);
        }
    }
    assert_eq!(told, Some(lost));
}

#[tokio::test(start_paused = true)]
async fn without_reconnecting_a_gap_is_a_loss_at_once() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder.reconnect(None), &mut runtime, &[])
        .soon()
        .await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    peer.event(3, "job_1", "t3").soon().await;
    assert_eq!(loss(&mut events).soon().await.through, Some(2));
    thoughts(&mut events, 3..=3).soon().await;
    peer.cut();
    assert!(events.next().soon().await.is_none());
    match job.result().soon().await.unwrap_err() {
        JobFailure::Unfollowed(ClientError::Disconnected { .. }) => {}
        other => panic!("{other}"),
    }
    assert!(matches!(
        client.submit(super::job()).soon().await,
        Err(ClientError::Closed)
    ));
}

#[tokio::test(start_paused = true)]
async fn unanswered_submissions_are_repeated_only_with_a_key() {
    let (client, mut peer, mut runtime) = open().soon().await;
    // It is seen to name requests, so two of them may wait.
    drop(start(&client, &mut peer, job(), "job_0").soon().await);
    let submit = |submit| {
        let client = client.clone();
        tokio::spawn(async move { client.submit(submit).soon().await })
    };
    let with = submit(keyed("k"));
    let first = peer.expect("job.submit").soon().await;
    let without = submit(job());
    peer.expect("job.submit").soon().await;
    peer.cut();
    let mut peer = runtime.resumed(0, "rt_2").soon().await;
    let again = peer.expect("job.submit").soon().await;
    assert_eq!(again["payload"], first["payload"]);
    assert_eq!(again["trace_id"], first["trace_id"]);
    assert_ne!(
        again["id"], first["id"],
        "an id that was seen may be dropped"
    );
    assert!(matches!(
        without.soon().await.unwrap(),
        Err(ClientError::Uncertain)
    ));
    // The job ran before the cut: its events and its end are replayed before the acceptance is repeated.
    peer.event(1, "job_1", "t1").soon().await;
    let error = json!({"code": "INTERNAL_ERROR", "message": "it broke", "final_status": "error"});
    peer.send_with(
        "job.error",
        json!({"job_id": "job_1", "event_seq": 2, "trace_id": again["trace_id"]}),
        error,
    )
    .soon()
    .await;
    peer.accept(&again, "job_1").soon().await;
    let mut job = with.soon().await.unwrap().unwrap();
    thoughts(&mut job.events(), 1..=1).soon().await;
    assert_eq!(
        job.result().soon().await.unwrap_err().code(),
        Some(&ErrorCode::InternalError)
    );
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_cancel_is_repeated() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let job = start(&client, &mut peer, job(), "job_1").soon().await;
    let cancelling = tokio::spawn(async move { job.cancel("stop it").soon().await });
    peer.expect("job.cancel").soon().await;
    peer.cut();
    let mut peer = runtime.resumed(0, "rt_2").soon().await;
    let again = peer.expect("job.cancel").soon().await;
    assert_eq!(again["payload"]["reason"], "stop it");
    peer.send_with("job.cancelled", json!({"job_id": "job_1"}), json!({}))
        .soon()
        .await;
    assert_eq!(cancelling.soon().await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_expired_window_restores_jobs_with_a_key_and_fails_the_others() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut incidents = client.incidents();
    let mut with = start(&client, &mut peer, keyed("k"), "job_1").soon().await;
    let mut without = start(&client, &mut peer, job(), "job_2").soon().await;
    let (mut of_with, mut of_without) = (with.events(), without.events());
    peer.event(1, "job_1", "t1").soon().await;
    peer.event(2, "job_2", "t2").soon().await;
    thoughts(&mut of_with, 1..=1).soon().await;
    thoughts(&mut of_without, 2..=2).soon().await;
    peer.cut();
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.refuse("RESUME_WINDOW_EXPIRED", None).soon().await;
    let mut peer = runtime.arrival().soon().await;
    let hello = peer.expect("session.hello").soon().await;
    assert!(hello["payload"].get("resume").is_none(), "{hello}");
    peer.welcome("sess_2", "rt_9", &[]).soon().await;

    let lost = loss(&mut of_without).soon().await;
    assert_eq!(
        (lost.from, lost.through, lost.resubmitted),
        (3, None, false)
    );
    assert!(
        matches!(&lost.reason, LossReason::SessionLost(why) if why.code == ErrorCode::ResumeWindowExpired)
    );
    assert!(of_without.next().soon().await.is_none());
    assert!(matches!(
        without.result().soon().await,
        Err(JobFailure::Unfollowed(ClientError::SessionLost(_)))
    ));

    let submit = peer.expect("job.submit").soon().await;
    assert_eq!(submit["payload"]["idempotency_key"], "k");
    assert_eq!(submit["session_id"], "sess_2");
    peer.accept(&submit, "job_1").soon().await;
    peer.event(1, "job_1", "t1").soon().await;
    assert!(loss(&mut of_with).soon().await.resubmitted);
    thoughts(&mut of_with, 1..=1).soon().await;
    peer.result(2, "job_1", json!("in the new session"))
        .soon()
        .await;
    assert_eq!(
        with.result_as::<String>().soon().await,
        Ok("in the new session".to_owned())
    );
    assert_eq!(client.welcome().session_id.as_str(), "sess_2");
    let mut told = Vec::new();
    while told.len() < 5 {
        told.push(match incidents.next().soon().await.unwrap() {
            Incident::Disconnected { .. } => "disconnected",
            Incident::Lost(_) => "lost",
            Incident::Replaced { .. } => "replaced",
            other => panic!("{other:?}"),
        });
        if told.last() == Some(&"replaced") {
            break;
        }
    }
    assert_eq!(told, ["disconnected", "lost", "disconnected", "replaced"]);
}

#[tokio::test(start_paused = true)]
async fn a_restored_job_that_is_refused_ends() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, keyed("k"), "job_1").soon().await;
    let mut peer = lose_session(peer, &mut runtime, &[]).soon().await;
    let submit = peer.expect("job.submit").soon().await;
    peer.refuse("AGENT_NOT_AVAILABLE", Some(&submit))
        .soon()
        .await;
    match job.result().soon().await.unwrap_err() {
        JobFailure::Unfollowed(ClientError::Refused(refusal)) => {
            assert_eq!(refusal.code, ErrorCode::AgentNotAvailable);
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn another_client_goes_on_with_a_saved_session() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut ended = start(&client, &mut peer, super::job(), "job_2")
        .soon()
        .await;
    for n in 1..=5 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    peer.result(6, "job_2", json!(1)).soon().await;
    assert!(ended.result().soon().await.is_ok());
    thoughts(&mut job.events(), 1..=3).soon().await;
    let saved = client.save().soon().await.unwrap();
    assert!(
        !format!("{saved:?}").contains("rt_1"),
        "a token must not print"
    );
    let text = serde_json::to_string(&saved).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    // Dropping the stream gave up events 4 and 5 here, so the other client need not have them.
    assert_eq!(
        read,
        json!({"session_id": "sess_1", "resume_token": "rt_1", "last_event_seq": 6, "jobs": ["job_1"]})
    );
    let saved = serde_json::from_str::<arcp_runtime::client::SavedSession>(&text)
        .unwrap()
        .with_last_event_seq(3);

    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.resume(saved).connect());
    let mut peer = runtime.resumed(3, "rt_2").soon().await;
    for n in 4..=5 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    peer.result(6, "job_2", json!(1)).soon().await;
    peer.result(7, "job_1", json!("over there")).soon().await;
    let other = connecting.soon().await.unwrap().unwrap();
    assert!(other.welcome().resumed);
    let mut jobs = other.resumed_jobs();
    assert_eq!(jobs.len(), 1);
    assert!(other.resumed_jobs().is_empty(), "each is given once");
    assert_eq!(jobs[0].id().as_str(), "job_1");
    thoughts(&mut jobs[0].events(), 4..=5).soon().await;
    assert_eq!(
        jobs[0].result_as::<String>().soon().await,
        Ok("over there".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_a_queue_is_not_counted_as_taken() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut a = start(&client, &mut peer, job(), "job_a").soon().await;
    let mut b = start(&client, &mut peer, job(), "job_b").soon().await;
    for n in 1..=6 {
        peer.event(n, if n <= 3 { "job_a" } else { "job_b" }, &format!("t{n}"))
            .soon()
            .await;
    }
    let (mut of_a, mut of_b) = (a.events(), b.events());
    thoughts(&mut of_b, 4..=6).soon().await;
    thoughts(&mut of_a, 1..=2).soon().await;
    assert_eq!(client.save().soon().await.unwrap().last_event_seq, 2);
    thoughts(&mut of_a, 3..=3).soon().await;
    assert_eq!(client.save().soon().await.unwrap().last_event_seq, 6);
}

#[tokio::test(start_paused = true)]
async fn a_job_has_not_ended_for_others_before_its_end_was_taken() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["ack"]).soon().await;
    let mut job_a = start(&client, &mut peer, job(), "job_a").soon().await;
    let mut job_b = start(&client, &mut peer, job(), "job_b").soon().await;
    for n in 1..=3 {
        peer.event(n, "job_a", &format!("t{n}")).soon().await;
    }
    peer.result(4, "job_a", json!(1)).soon().await;
    peer.result(5, "job_b", json!(2)).soon().await;
    assert!(job_b.result().soon().await.is_ok());
    let mut events = job_a.events();
    thoughts(&mut events, 1..=1).soon().await;
    let stand = async || {
        let saved = client.save().soon().await.unwrap();
        let jobs: Vec<_> = saved.jobs.iter().map(ToString::to_string).collect();
        (saved.last_event_seq, jobs.join(" "))
    };
    assert_eq!(stand().await, (1, "job_a".to_owned()));
    // What was acknowledged the runtime may forget: no more than that.
    let ack = peer.expect("session.ack").soon().await;
    assert_eq!(ack["payload"]["last_processed_seq"], 1);
    thoughts(&mut events, 2..=3).soon().await;
    assert_eq!(stand().await, (3, "job_a".to_owned()));
    assert!(events.next().soon().await.is_none());
    assert_eq!(stand().await, (5, String::new()));
    while peer.expect("session.ack").soon().await["payload"]["last_processed_seq"] != 5 {}
    assert!(job_a.result().soon().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_saved_session_that_is_gone_is_told() {
    let (client, _peer, _runtime) = open().soon().await;
    let saved = client.save().soon().await.unwrap();
    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.resume(saved).connect());
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.refuse("RESUME_WINDOW_EXPIRED", None).soon().await;
    let error = connecting.soon().await.unwrap().unwrap_err();
    assert!(
        matches!(&error, ClientError::SessionLost(why) if why.code == ErrorCode::ResumeWindowExpired),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_taken_over_is_left_alone() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut incidents = client.incidents();
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.leave(CloseCode::TakenOver, "resumed elsewhere")
        .soon()
        .await;
    assert_eq!(
        job.result().soon().await,
        Err(JobFailure::Unfollowed(ClientError::TakenOver))
    );
    assert_eq!(
        incidents.next().soon().await,
        Some(Incident::Ended(ClientError::TakenOver))
    );
    drop((client, job));
    assert!(
        runtime.arrivals.recv().soon().await.is_none(),
        "no second connection"
    );
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_shuts_down_is_come_back_to() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.send("session.closed", json!({"reason": "runtime_shutdown"}))
        .soon()
        .await;
    let mut peer = runtime.resumed(0, "rt_2").soon().await;
    peer.send("session.bye", json!({"reason": "runtime_shutdown"}))
        .soon()
        .await;
    let mut peer = runtime.resumed(0, "rt_3").soon().await;
    peer.result(1, "job_1", json!(1)).soon().await;
    assert_eq!(job.result_as::<u32>().soon().await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn trying_ends_after_a_while() {
    let (builder, mut runtime) = builder();
    let backoff = Backoff::default().with_give_up_after(Duration::from_mins(1));
    let (client, mut peer) = open_with(builder.reconnect(backoff), &mut runtime, &[])
        .soon()
        .await;
    let mut incidents = client.incidents();
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let begun = tokio::time::Instant::now();
    peer.cut();
    drop(runtime);
    match job.result().soon().await.unwrap_err() {
        JobFailure::Unfollowed(ClientError::Disconnected { reason }) => {
            assert!(reason.contains("nobody listens"), "{reason}");
        }
        other => panic!("{other}"),
    }
    assert!(begun.elapsed() >= Duration::from_mins(1) && begun.elapsed() < Duration::from_secs(75));
    let mut tries = 0;
    while let Some(incident) = incidents.next().soon().await {
        tries += u32::from(matches!(incident, Incident::RetryFailed { .. }));
        if matches!(incident, Incident::Ended(_)) {
            break;
        }
    }
    assert!((7..100).contains(&tries), "{tries}");
}

#[tokio::test(start_paused = true)]
async fn each_cut_of_a_quiet_session_has_its_own_count_of_tries() {
    let (client, peer, mut runtime) = open().soon().await;
    let mut incidents = client.incidents();
    peer.cut();
    let mut peer = runtime.resumed(0, "rt_2").soon().await;
    for token in ["rt_3", "rt_4"] {
        while !matches!(
            incidents.next().soon().await,
            Some(Incident::Resumed { .. })
        ) {}
        // Longer than the client tries to come back, and nothing comes meanwhile.
        tokio::time::sleep(Backoff::default().give_up_after * 2).await;
        peer.cut();
        peer = runtime.resumed(0, token).soon().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_never_stays_is_given_up() {
    let (client, mut peer, mut runtime) = open().soon().await;
    for _ in 0..10_000 {
        peer.cut();
        let Some(transport) = runtime.arrivals.recv().soon().await else {
            assert!(matches!(
                client.submit(job()).soon().await,
                Err(ClientError::Closed)
            ));
            return;
        };
        peer = Peer {
            transport,
            session_id: String::new(),
            sent: 0,
        };
        peer.expect("session.hello").soon().await;
        peer.welcome("sess_1", "rt_2", &[]).soon().await;
        // The welcome is read before the next cut.
        assert_eq!(
            client.ping().soon().await,
            Err(ClientError::NotNegotiated(Feature::Heartbeat))
        );
    }
    panic!("the client tries for ever");
}

#[tokio::test(start_paused = true)]
async fn requests_made_while_away_wait() {
    let (client, peer, mut runtime) = open().soon().await;
    peer.cut();
    let submitting = tokio::spawn({
        let client = client.clone();
        async move { client.submit(job()).soon().await }
    });
    let mut peer = runtime.resumed(0, "rt_2").soon().await;
    let frame = peer.expect("job.submit").soon().await;
    peer.accept(&frame, "job_1").soon().await;
    assert_eq!(
        submitting.soon().await.unwrap().unwrap().id().as_str(),
        "job_1"
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_without_a_key_is_followed_from_the_next_session() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["subscribe"])
        .soon()
        .await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    peer.event(1, "job_1", "t1").soon().await;
    peer.event(2, "job_1", "t2").soon().await;
    thoughts(&mut events, 1..=2).soon().await;
    let mut peer = lose_session(peer, &mut runtime, &["subscribe"])
        .soon()
        .await;
    let frame = peer.expect("job.subscribe").soon().await;
    assert_eq!(
        frame["payload"],
        json!({"job_id": "job_1", "history": true, "from_event_seq": 2})
    );
    assert!(matches!(
        job.cancel("x").soon().await,
        Err(ClientError::Disconnected { .. })
    ));
    let payload = json!({
        "job_id": "job_1", "current_status": "running", "agent": "echo@1.0.0", "lease": {}, "subscribed_from": 1, "replayed": true,
        "request_id": frame["id"],
    });
    peer.send_with("job.subscribed", json!({"job_id": "job_1"}), payload)
        .soon()
        .await;
    // What came while we were away, in the numbers of the new session, and no loss.
    peer.event(1, "job_1", "t3").soon().await;
    assert_eq!(thought(&mut events).soon().await, (1, "t3".to_owned()));
    peer.result(2, "job_1", json!("found again")).soon().await;
    assert!(events.next().soon().await.is_none());
    assert_eq!(
        job.result_as::<String>().soon().await,
        Ok("found again".to_owned())
    );
    assert!(job.accepted().is_some() && job.subscribed().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_job_that_may_not_be_followed_again_is_lost() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["subscribe"])
        .soon()
        .await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut peer = lose_session(peer, &mut runtime, &["subscribe"])
        .soon()
        .await;
    let frame = peer.expect("job.subscribe").soon().await;
    peer.refuse("PERMISSION_DENIED", Some(&frame)).soon().await;
    let lost = loss(&mut job.events()).soon().await;
    assert_eq!((lost.from, lost.resubmitted), (1, false));
    let end = job.result().soon().await;
    assert!(
        matches!(&end, Err(JobFailure::Unfollowed(ClientError::SessionLost(why))) if why.code == ErrorCode::ResumeWindowExpired),
        "{end:?}"
    );
}
