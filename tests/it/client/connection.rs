//! Opening, heartbeat, acknowledgement (§6.1, §6.2, §6.4, §6.5).

use super::*;

use std::time::Duration;

use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn the_hello_says_who_we_are_and_the_welcome_is_shown() {
    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.client_name("demo").client_version("9").connect());
    let mut peer = runtime.arrival().await;
    let hello = peer.expect("session.hello").await;
    assert!(hello.get("session_id").is_none(), "{hello}");
    let payload = &hello["payload"];
    assert_eq!(payload["client"], json!({"name": "demo", "version": "9"}));
    assert_eq!(
        payload["auth"],
        json!({"scheme": "bearer", "token": "secret-token"})
    );
    assert_eq!(payload["capabilities"]["encodings"], json!(["json"]));
    assert!(payload.get("resume").is_none(), "{payload}");
    peer.welcome("sess_1", "rt_1", &["progress", "x-vendor.acme.more"])
        .await;
    let client = connecting.await.unwrap().unwrap();
    let opened = client.welcome();
    assert_eq!(opened.session_id.as_str(), "sess_1");
    assert_eq!(opened.features, [Feature::Progress]);
    assert_eq!(opened.welcome.capabilities.agents[0].name.as_str(), "echo");
    assert!(
        !format!("{opened:?}").contains("rt_1"),
        "a token must not print"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_hello_is_told() {
    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.connect());
    let mut peer = runtime.arrival().await;
    peer.expect("session.hello").await;
    peer.refuse("UNAUTHENTICATED", None).await;
    match connecting.await.unwrap().unwrap_err() {
        ClientError::Refused(refusal) => assert_eq!(refusal.code, ErrorCode::Unauthenticated),
        other => panic!("{other}"),
    }
    assert!(peer.receive().await.is_none(), "the client must leave");
}

#[tokio::test(start_paused = true)]
async fn a_first_connection_that_fails_is_not_tried_again() {
    let broken: Vec<(&str, fn(Peer))> = vec![
        ("before the welcome", |peer| peer.cut()),
        ("before the welcome", drop),
    ];
    for (expected, breaking) in broken {
        let (builder, mut runtime) = builder();
        let connecting = tokio::spawn(builder.connect());
        let mut peer = runtime.arrival().await;
        peer.expect("session.hello").await;
        breaking(peer);
        let error = connecting.await.unwrap().unwrap_err();
        assert!(
            matches!(
                error,
                ClientError::Connect {
                    transient: true,
                    ..
                }
            ),
            "{error}"
        );
        assert!(error.to_string().contains(expected), "{error}");
        assert!(runtime.arrivals.recv().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_speak_arcp_is_told_apart() {
    let texts = [
        "hello",
        "{}",
        "[]",
        r#"{"arcp":"1.1","id":"m1","type":"session.pong","session_id":"s","payload":{"ping_nonce":"p"}}"#,
    ];
    for text in texts {
        let (builder, mut runtime) = builder();
        let connecting = tokio::spawn(builder.connect());
        let mut peer = runtime.arrival().await;
        peer.write(text.to_owned()).await;
        let error = connecting.await.unwrap().unwrap_err();
        assert!(matches!(error, ClientError::Protocol(_)), "{text}: {error}");
    }
    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.connect());
    let _silent = runtime.arrival().await;
    let error = connecting.await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("is it an ARCP runtime?"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_refused_before_it_is() {
    let (builder, mut runtime) = builder();
    let error = builder.client_name("").connect().await.unwrap_err();
    assert!(matches!(error, ClientError::Invalid(_)), "{error}");
    assert!(runtime.arrivals.try_recv().is_err());
    let error = Client::builder("ws://127.0.0.1:1")
        .connect()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("token"), "{error}");
    let error = Client::builder("ws://example.com")
        .token("t")
        .connect()
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            ClientError::Connect {
                transient: false,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn pings_go_both_ways() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["heartbeat"]).await;
    peer.send(
        "session.ping",
        json!({"nonce": "n1", "sent_at": "2026-01-01T00:00:00.000Z"}),
    )
    .await;
    let pong = peer.expect("session.pong").await;
    assert_eq!(pong["payload"]["ping_nonce"], "n1");
    assert_eq!(pong["session_id"], "sess_1");
    let pinging = tokio::spawn(async move { client.ping().await });
    let ping = peer.expect("session.ping").await;
    tokio::time::sleep(Duration::from_millis(70)).await;
    peer.send("session.pong", json!({"ping_nonce": "other"}))
        .await;
    peer.send(
        "session.pong",
        json!({"ping_nonce": ping["payload"]["nonce"]}),
    )
    .await;
    assert_eq!(pinging.await.unwrap(), Ok(Duration::from_millis(70)));
}

#[tokio::test(start_paused = true)]
async fn without_the_feature_there_is_no_ping() {
    let (client, mut peer, _runtime) = open().await;
    assert_eq!(
        client.ping().await,
        Err(ClientError::NotNegotiated(Feature::Heartbeat))
    );
    peer.send("session.ping", json!({"nonce": "n1"})).await;
    assert_eq!(
        peer.expect("session.pong").await["payload"]["ping_nonce"],
        "n1"
    );
}

#[tokio::test(start_paused = true)]
async fn an_idle_client_shows_life_and_gives_up_on_a_silent_runtime() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["heartbeat"]).await;
    let start = Instant::now();
    let mut incidents = client.incidents();
    peer.expect("session.ping").await;
    assert_eq!(start.elapsed().as_secs(), 30);
    assert!(peer.receive().await.is_none(), "the client must leave");
    assert_eq!(start.elapsed().as_secs(), 60);
    match incidents.next().await {
        Some(Incident::Disconnected { reason }) => assert!(reason.contains("silent"), "{reason}"),
        other => panic!("{other:?}"),
    }
    runtime.resumed(0, "rt_2").await;
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_answers_is_kept() {
    let (builder, mut runtime) = builder();
    let (_client, mut peer) = open_with(builder, &mut runtime, &["heartbeat"]).await;
    for _ in 0..20 {
        let ping = peer.expect("session.ping").await;
        peer.send(
            "session.pong",
            json!({"ping_nonce": ping["payload"]["nonce"]}),
        )
        .await;
    }
    assert!(runtime.arrivals.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn acknowledgements_follow_the_consumer_and_are_paced() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["ack"]).await;
    let mut job = start(&client, &mut peer, job(), "job_1").await;
    for n in 1..=10 {
        peer.event(n, "job_1", &format!("t{n}")).await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut events = job.events();
    thoughts(&mut events, 1..=4).await;
    let ack = peer.expect("session.ack").await;
    assert_eq!(
        ack["payload"]["last_processed_seq"], 4,
        "only what was taken"
    );
    let start = Instant::now();
    thoughts(&mut events, 5..=10).await;
    let ack = peer.expect("session.ack").await;
    assert_eq!(ack["payload"]["last_processed_seq"], 10);
    assert!(
        start.elapsed() >= Duration::from_millis(200),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn the_connection_ends_with_the_last_handle() {
    let (client, mut peer, _runtime) = open().await;
    let job = start(&client, &mut peer, job(), "job_1").await;
    drop(client);
    peer.event(1, "job_1", "still here").await;
    let mut job = job;
    let mut events = job.events();
    assert_eq!(thought(&mut events).await, (1, "still here".to_owned()));
    drop(job);
    peer.event(2, "job_1", "a stream is a handle").await;
    assert!(events.next().await.is_some());
    drop(events);
    assert!(peer.receive().await.is_none());
    assert_eq!(
        peer.transport.goodbye().map(|goodbye| goodbye.code),
        Some(1000)
    );
}
