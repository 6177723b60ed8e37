//! The stream of a job's events: order, kinds, back-pressure (§8).

use super::*;

#[tokio::test(start_paused = true)]
async fn events_come_typed_and_end_with_the_job() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.event(1, "job_1", "t1").soon().await;
    peer.send_with(
        "job.event",
        json!({"job_id": "job_1", "event_seq": 2}),
        json!({"kind": "x-vendor.acme.mood", "body": {"mood": "good"}}),
    )
    .soon()
    .await;
    peer.result(3, "job_1", json!({"n": 1})).soon().await;
    let mut events = job.events();
    let first = events.next().soon().await.unwrap().unwrap();
    assert_eq!(
        first.ts.as_ref().map(|ts| ts.as_str().to_owned()),
        Some("2026-01-01T00:00:00.000Z".to_owned())
    );
    assert!(matches!(first.body, EventBody::Thought(_)));
    let second = events.next().soon().await.unwrap().unwrap();
    assert_eq!(second.ts, None);
    assert!(
        matches!(second.body, EventBody::Unknown { .. }),
        "{second:?}"
    );
    assert!(events.next().soon().await.is_none());
    assert!(
        job.events().next().soon().await.is_none(),
        "the stream is given once"
    );
    assert_eq!(job.result_as::<Value>().soon().await, Ok(json!({"n": 1})));
    assert_eq!(
        job.result_as::<Value>().soon().await,
        Ok(json!({"n": 1})),
        "it can be asked again"
    );
    assert!(
        job.result_as::<String>()
            .soon()
            .await
            .unwrap_err()
            .to_string()
            .contains("another shape")
    );
}

#[tokio::test(start_paused = true)]
async fn jobs_do_not_mix() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut a = start(&client, &mut peer, job(), "job_a").soon().await;
    let mut b = start(&client, &mut peer, job(), "job_b").soon().await;
    for n in 1..=10 {
        let owner = if n % 2 == 0 { "job_b" } else { "job_a" };
        peer.event(n, owner, &format!("t{n}")).soon().await;
    }
    let (mut of_a, mut of_b) = (a.events(), b.events());
    for n in 1..=10 {
        let events = if n % 2 == 0 { &mut of_b } else { &mut of_a };
        thoughts(events, n..=n).soon().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_that_is_alone_loses_nothing() {
    let (builder, mut runtime) = builder();
    let builder = builder.event_queue(8, 1_000_000);
    let (client, mut peer) = open_with(builder, &mut runtime, &["heartbeat"])
        .soon()
        .await;
    let mut incidents = client.incidents();
    let mut slow = start(&client, &mut peer, job(), "job_1").soon().await;
    for n in 1..=100 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    // Reading stands still, and the client shows life all the same: the runtime must not think that it is gone.
    for _ in 0..5 {
        peer.expect("session.ping").soon().await;
    }
    assert_eq!(
        slowness(&mut incidents).soon().await,
        ("job_1".to_owned(), false)
    );
    thoughts(&mut slow.events(), 1..=100).soon().await;
}

/// The next incident, which must be about a slow consumer: its job, and whether it was given up.
async fn slowness(incidents: &mut Incidents) -> (String, bool) {
    match incidents.next().soon().await.unwrap() {
        Incident::SlowConsumer { job_id, given_up } => (job_id.as_str().to_owned(), given_up),
        other => panic!("{other:?}"),
    }
}

/// A client with two jobs: 100 events of the first, for which there is little room, then the end of the second.
async fn slow_and_quick() -> (Peer, Incidents, [JobHandle; 2]) {
    let (builder, mut runtime) = builder();
    let builder = builder.event_queue(8, 1_000_000);
    let (client, mut peer) = open_with(builder, &mut runtime, &["ack"]).soon().await;
    let slow = start(&client, &mut peer, job(), "job_1").soon().await;
    let quick = start(&client, &mut peer, job(), "job_2").soon().await;
    for n in 1..=100 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    peer.result(101, "job_2", json!(1)).soon().await;
    (peer, client.incidents(), [slow, quick])
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_that_takes_something_is_waited_for() {
    let (_peer, _incidents, [mut slow, mut quick]) = slow_and_quick().soon().await;
    let waiting = tokio::spawn(async move { quick.result_as::<u32>().await });
    let mut events = slow.events();
    for n in 1..=100 {
        tokio::time::sleep(Duration::from_secs(9)).await;
        assert_eq!(waiting.is_finished(), n > 92, "{n}");
        thoughts(&mut events, n..=n).soon().await;
    }
    assert_eq!(waiting.soon().await.unwrap(), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_takes_nothing_is_given_up_when_others_wait() {
    let (mut peer, mut incidents, [mut slow, mut quick]) = slow_and_quick().soon().await;
    let begun = tokio::time::Instant::now();
    assert_eq!(quick.result_as::<u32>().soon().await, Ok(1));
    assert_eq!(begun.elapsed().as_secs(), 10);
    assert_eq!(
        slowness(&mut incidents).soon().await,
        ("job_1".to_owned(), false)
    );
    assert_eq!(
        slowness(&mut incidents).soon().await,
        ("job_1".to_owned(), true)
    );
    // Nobody waits for it any more, neither acknowledgements nor what comes later.
    while peer.expect("session.ack").soon().await["payload"]["last_processed_seq"] != 101 {}
    peer.event(102, "job_1", "t102").soon().await;
    let mut events = slow.events();
    thoughts(&mut events, 1..=8).soon().await;
    let lost = loss(&mut events).soon().await;
    let told = (lost.from, lost.through, lost.reason);
    assert_eq!(told, (9, Some(100), LossReason::SlowConsumer));
    // What came after it was told comes as ever, and its end too.
    peer.event(103, "job_1", "t103").soon().await;
    peer.result(104, "job_1", json!(2)).soon().await;
    thoughts(&mut events, 102..=103).soon().await;
    assert_eq!(slow.result_as::<u32>().soon().await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn what_fell_away_is_told_before_the_end() {
    let (mut peer, _incidents, [mut slow, mut quick]) = slow_and_quick().soon().await;
    assert_eq!(quick.result_as::<u32>().soon().await, Ok(1));
    peer.result(102, "job_1", json!(2)).soon().await;
    let mut events = slow.events();
    assert_eq!(slow.result_as::<u32>().soon().await, Ok(2));
    thoughts(&mut events, 1..=8).soon().await;
    let lost = loss(&mut events).soon().await;
    assert_eq!((lost.from, lost.through), (9, Some(100)));
    assert!(events.next().soon().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_full_by_bytes_too() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder.event_queue(1000, 10_000), &mut runtime, &[])
        .soon()
        .await;
    let mut incidents = client.incidents();
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    for n in 1..=20 {
        peer.event(n, "job_1", &"x".repeat(4000)).soon().await;
    }
    assert!(matches!(
        incidents.next().soon().await,
        Some(Incident::SlowConsumer { .. })
    ));
    let mut events = job.events();
    for n in 1..=20 {
        assert_eq!(thought(&mut events).soon().await.0, n);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_those_who_do_not_listen() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder.event_queue(2, 1000), &mut runtime, &[])
        .soon()
        .await;
    let dropped = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut skipped = start(&client, &mut peer, job(), "job_2").soon().await;
    let mut awaited = start(&client, &mut peer, job(), "job_3").soon().await;
    let mut cut_short = start(&client, &mut peer, job(), "job_4").soon().await;
    drop(dropped);
    skipped.skip_events();
    drop(cut_short.events());
    let waiting = tokio::spawn(async move { awaited.result_as::<u64>().soon().await });
    let mut seq = 0;
    for _ in 0..50 {
        for job_id in ["job_1", "job_2", "job_3", "job_4"] {
            seq += 1;
            peer.event(seq, job_id, "t").soon().await;
        }
    }
    peer.result(seq + 1, "job_3", json!(3)).soon().await;
    peer.result(seq + 2, "job_2", json!(2)).soon().await;
    assert_eq!(waiting.soon().await.unwrap(), Ok(3));
    assert_eq!(skipped.result_as::<u64>().soon().await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn events_before_their_acceptance_are_kept() {
    let (client, mut peer, _runtime) = open().soon().await;
    let submitting = tokio::spawn({
        let client = client.clone();
        async move { client.submit(job()).soon().await }
    });
    let frame = peer.expect("job.submit").soon().await;
    peer.event(1, "job_1", "t1").soon().await;
    peer.event(2, "job_other", "not ours").soon().await;
    peer.event(3, "job_1", "t3").soon().await;
    peer.result(4, "job_1", json!(true)).soon().await;
    peer.accept(&frame, "job_1").soon().await;
    let mut job = submitting.soon().await.unwrap().unwrap();
    let mut events = job.events();
    thoughts(&mut events, 1..=1).soon().await;
    thoughts(&mut events, 3..=3).soon().await;
    assert!(events.next().soon().await.is_none());
    assert_eq!(job.result_as::<bool>().soon().await, Ok(true));
}

#[tokio::test(start_paused = true)]
async fn bad_frames_are_told_and_survived() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut incidents = client.incidents();
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let bad = [
        "{",
        "[]",
        r#"{"arcp":"9","id":"m","type":"job.event","payload":{}}"#,
        r#"{"arcp":"1.1","id":"m","type":"job.submit","session_id":"sess_1","payload":{"agent":"a","input":1}}"#,
    ];
    for text in bad {
        peer.write(text.to_owned()).soon().await;
        let told = incidents.next().soon().await;
        assert!(
            matches!(told, Some(Incident::BadFrame { .. })),
            "{text}: {told:?}"
        );
    }
    peer.send("session.from_the_future", json!({"a": 1}))
        .soon()
        .await;
    peer.event(1, "job_1", "t1").soon().await;
    thoughts(&mut job.events(), 1..=1).soon().await;
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_read_is_a_loss_at_its_place() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.event(1, "job_1", "t1").soon().await;
    peer.send_with(
        "job.event",
        json!({"job_id": "job_1", "event_seq": 2}),
        json!({"kind": "thought", "body": {"text": 5}}),
    )
    .soon()
    .await;
    peer.event(3, "job_1", "t3").soon().await;
    let mut events = job.events();
    thoughts(&mut events, 1..=1).soon().await;
    let lost = loss(&mut events).soon().await;
    assert_eq!((lost.from, lost.through), (2, Some(2)));
    assert!(lost.to_string().contains("payload.body.text"), "{lost}");
    thoughts(&mut events, 3..=3).soon().await;
}

#[tokio::test(start_paused = true)]
async fn a_waiting_consumer_wakes() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    let taking = tokio::spawn(async move { events.next().soon().await });
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert!(!taking.is_finished());
    peer.event(1, "job_1", "t1").soon().await;
    assert!(taking.soon().await.unwrap().unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn by_hand_only_what_is_told_is_acknowledged() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder.manual_ack(), &mut runtime, &["ack", "heartbeat"])
        .soon()
        .await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut events = job.events();
    for n in 1..=3 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    thoughts(&mut events, 1..=3).soon().await;
    // Until the runtime is asked whether it is still there, nothing was acknowledged.
    peer.expect("session.ping").soon().await;
    client.ack(2).soon().await.unwrap();
    let ack = peer.expect("session.ack").soon().await;
    assert_eq!(ack["payload"]["last_processed_seq"], 2);
    // Not what never arrived, and not backwards; two at once are one.
    client.ack(1).soon().await.unwrap();
    client.ack(99).soon().await.unwrap();
    let ack = peer.expect("session.ack").soon().await;
    assert_eq!(ack["payload"]["last_processed_seq"], 3);
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_by_hand_needs_a_client_and_a_runtime_for_it() {
    let (builder, mut runtime) = builder();
    let (client, _peer) = open_with(builder, &mut runtime, &["ack"]).soon().await;
    let error = client.ack(1).soon().await.unwrap_err();
    assert!(error.to_string().contains("`manual_ack`"), "{error}");
    let (builder, mut runtime) = super::builder();
    let (client, _peer) = open_with(builder.manual_ack(), &mut runtime, &[])
        .soon()
        .await;
    let error = client.ack(1).soon().await.unwrap_err();
    assert_eq!(error, ClientError::NotNegotiated(Feature::Ack));
}
