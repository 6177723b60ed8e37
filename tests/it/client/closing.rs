//! The end of a connection (§6.7; wire A-11).

use super::*;

use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_close_waits_for_its_answer() {
    let (client, mut peer, mut runtime) = open().await;
    let mut job = start(&client, &mut peer, job(), "job_1").await;
    let closing = tokio::spawn({
        let client = client.clone();
        async move { client.close("done").await }
    });
    let close = peer.expect("session.close").await;
    assert_eq!(close["payload"]["reason"], "done");
    peer.event(1, "job_1", "t1").await;
    assert!(!closing.is_finished());
    peer.send("session.closed", json!({})).await;
    closing.await.unwrap();
    assert!(peer.receive().await.is_none());
    assert_eq!(
        peer.transport.goodbye().map(|goodbye| goodbye.code),
        Some(1000)
    );
    thoughts(&mut job.events(), 1..=1).await;
    assert_eq!(
        job.result().await,
        Err(JobFailure::Unfollowed(ClientError::Closed))
    );
    client.close("twice").await;
    assert!(matches!(
        client.submit(super::job()).await,
        Err(ClientError::Closed)
    ));
    assert!(client.save().await.is_none());
    drop((client, job));
    assert!(runtime.arrivals.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_close_that_is_not_answered_ends_all_the_same() {
    let (client, mut peer, _runtime) = open().await;
    let begun = tokio::time::Instant::now();
    client.close("done").await;
    assert_eq!(begun.elapsed().as_secs(), 2);
    peer.expect("session.close").await;
    assert!(peer.receive().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_close_that_is_refused_is_said_in_the_older_way() {
    let (client, mut peer, _runtime) = open().await;
    let closing = tokio::spawn(async move { client.close("done").await });
    peer.expect("session.close").await;
    peer.refuse("INVALID_REQUEST", None).await;
    let bye = peer.expect("session.bye").await;
    assert!(
        bye["payload"]["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    );
    assert!(peer.receive().await.is_none());
    closing.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_while_closing_is_closed() {
    let (client, mut peer, mut runtime) = open().await;
    let closing = tokio::spawn({
        let client = client.clone();
        async move { client.close("done").await }
    });
    peer.expect("session.close").await;
    peer.cut();
    closing.await.unwrap();
    drop(client);
    assert!(runtime.arrivals.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_a_slow_consumer() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder.event_queue(2, 1_000_000), &mut runtime, &[]).await;
    let mut job = start(&client, &mut peer, job(), "job_1").await;
    for n in 1..=10 {
        peer.event(n, "job_1", &format!("t{n}")).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let closing = tokio::spawn(async move { client.close("done").await });
    peer.expect("session.close").await;
    peer.send("session.closed", json!({})).await;
    closing.await.unwrap();
    thoughts(&mut job.events(), 1..=2).await;
}

#[tokio::test(start_paused = true)]
async fn closing_ends_the_tries_to_come_back() {
    let (client, peer, runtime) = open().await;
    let mut incidents = client.incidents();
    drop(runtime);
    peer.cut();
    while !matches!(incidents.next().await, Some(Incident::RetryFailed { .. })) {}
    client.close("enough").await;
    while let Some(incident) = incidents.next().await {
        if incident == Incident::Ended(ClientError::Closed) {
            return;
        }
    }
    panic!("no end");
}
