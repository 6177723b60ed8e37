//! The end of a connection (§6.7; wire A-11).

use super::*;

#[tokio::test(start_paused = true)]
async fn a_close_waits_for_its_answer() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let closing = tokio::spawn({
        let client = client.clone();
        async move { client.close("done").soon().await }
    });
    let close = peer.expect("session.close").soon().await;
    assert_eq!(close["payload"]["reason"], "done");
    peer.event(1, "job_1", "t1").soon().await;
    assert!(!closing.is_finished());
    peer.send("session.closed", json!({})).soon().await;
    closing.soon().await.unwrap();
    assert!(peer.receive().soon().await.is_none());
    assert_eq!(
        peer.transport.goodbye().map(|goodbye| goodbye.code),
        Some(1000)
    );
    thoughts(&mut job.events(), 1..=1).soon().await;
    assert_eq!(
        job.result().soon().await,
        Err(JobFailure::Unfollowed(ClientError::Closed))
    );
    client.close("twice").soon().await;
    assert!(matches!(
        client.submit(super::job()).soon().await,
        Err(ClientError::Closed)
    ));
    assert!(client.save().soon().await.is_none());
    drop((client, job));
    assert!(runtime.arrivals.recv().soon().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_close_that_is_not_answered_ends_all_the_same() {
    let (client, mut peer, _runtime) = open().soon().await;
    let begun = tokio::time::Instant::now();
    client.close("done").soon().await;
    assert_eq!(begun.elapsed().as_secs(), 2);
    peer.expect("session.close").soon().await;
    assert!(peer.receive().soon().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_close_that_is_refused_is_said_in_the_older_way() {
    let (client, mut peer, _runtime) = open().soon().await;
    let closing = tokio::spawn(async move { client.close("done").soon().await });
    peer.expect("session.close").soon().await;
    peer.refuse("INVALID_REQUEST", None).soon().await;
    let bye = peer.expect("session.bye").soon().await;
    assert!(
        bye["payload"]["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );
    assert!(peer.receive().soon().await.is_none());
    closing.soon().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_while_closing_is_closed() {
    let (client, mut peer, mut runtime) = open().soon().await;
    let closing = tokio::spawn({
        let client = client.clone();
        async move { client.close("done").soon().await }
    });
    peer.expect("session.close").soon().await;
    peer.cut();
    closing.soon().await.unwrap();
    drop(client);
    assert!(runtime.arrivals.recv().soon().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_a_slow_consumer() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder.event_queue(2, 1_000_000), &mut runtime, &[])
        .soon()
        .await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    for n in 1..=10 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let closing = tokio::spawn(async move { client.close("done").soon().await });
    peer.expect("session.close").soon().await;
    peer.send("session.closed", json!({})).soon().await;
    closing.soon().await.unwrap();
    thoughts(&mut job.events(), 1..=2).soon().await;
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_a_runtime_that_reads_nothing() {
    let (builder, mut runtime) = builder_with_room(1);
    let (client, mut peer) = open_with(builder, &mut runtime, &[]).soon().await;
    // One answer fills the connection, the others wait in the client.
    for n in 0..3 {
        let nonce = format!("n{n}");
        peer.send("session.ping", json!({"nonce": nonce}))
            .soon()
            .await;
    }
    client.close("done").soon().await;
    assert!(matches!(
        client.submit(job()).soon().await,
        Err(ClientError::Closed)
    ));
    // What had reached the connection is there, and its end.
    peer.expect("session.pong").soon().await;
    assert!(peer.receive().soon().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn closing_ends_the_tries_to_come_back() {
    let (client, peer, runtime) = open().soon().await;
    let mut incidents = client.incidents();
    drop(runtime);
    peer.cut();
    while !matches!(
        incidents.next().soon().await,
        Some(Incident::RetryFailed { .. })
    ) {}
    client.close("enough").soon().await;
    while let Some(incident) = incidents.next().soon().await {
        if incident == Incident::Ended(ClientError::Closed) {
            return;
        }
    }
    panic!("no end");
}
