//! Opening, heartbeat, acknowledgement (§6.1, §6.2, §6.4, §6.5).

use super::*;

use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn the_hello_says_who_we_are_and_the_welcome_is_shown() {
    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.client_name("demo").client_version("9").connect());
    let mut peer = runtime.arrival().soon().await;
    let hello = peer.expect("session.hello").soon().await;
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
        .soon()
        .await;
    let client = connecting.soon().await.unwrap().unwrap();
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
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.refuse("UNAUTHENTICATED", None).soon().await;
    match connecting.soon().await.unwrap().unwrap_err() {
        ClientError::Refused(refusal) => assert_eq!(refusal.code, ErrorCode::Unauthenticated),
        other => panic!("{other}"),
    }
    assert!(
        peer.receive().soon().await.is_none(),
        "the client must leave"
    );
}

#[tokio::test(start_paused = true)]
async fn a_first_connection_that_fails_is_not_tried_again() {
    let ways: [fn(Peer); 2] = [|peer| peer.cut(), drop];
    for breaking in ways {
        let (builder, mut runtime) = builder();
        let connecting = tokio::spawn(builder.connect());
        let mut peer = runtime.arrival().soon().await;
        peer.expect("session.hello").soon().await;
        breaking(peer);
        let error = connecting.soon().await.unwrap().unwrap_err();
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
        assert!(error.to_string().contains("before the welcome"), "{error}");
        assert!(runtime.arrivals.recv().soon().await.is_none());
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
        let mut peer = runtime.arrival().soon().await;
        peer.write(text.to_owned()).soon().await;
        let error = connecting.soon().await.unwrap().unwrap_err();
        assert!(matches!(error, ClientError::Protocol(_)), "{text}: {error}");
    }
    let (builder, mut runtime) = builder();
    let connecting = tokio::spawn(builder.connect());
    let _silent = runtime.arrival().soon().await;
    let error = connecting.soon().await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("is it an ARCP runtime?"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_refused_before_it_is() {
    let (builder, mut runtime) = builder();
    let error = builder.client_name("").connect().soon().await.unwrap_err();
    assert!(matches!(error, ClientError::Invalid(_)), "{error}");
    assert!(runtime.arrivals.try_recv().is_err());
    let error = Client::builder("ws://127.0.0.1:1")
        .connect()
        .soon()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("token"), "{error}");
    let error = Client::builder("ws://example.com")
        .token("t")
        .connect()
        .soon()
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
    let (client, mut peer) = open_with(builder, &mut runtime, &["heartbeat"])
        .soon()
        .await;
    peer.send(
        "session.ping",
        json!({"nonce": "n1", "sent_at": "2026-01-01T00:00:00.000Z"}),
    )
    .soon()
    .await;
    let pong = peer.expect("session.pong").soon().await;
    assert_eq!(pong["payload"]["ping_nonce"], "n1");
    assert_eq!(pong["session_id"], "sess_1");
    for nonce in [" ", "a b", "\u{1f493} \n", &"\u{e9}".repeat(256)] {
        peer.send("session.ping", json!({"nonce": nonce}))
            .soon()
            .await;
        let pong = peer.expect("session.pong").soon().await;
        assert_eq!(pong["payload"]["ping_nonce"], nonce);
    }
    let pinging = tokio::spawn(async move { client.ping().soon().await });
    let asked = peer.expect("session.ping").soon().await;
    tokio::time::sleep(Duration::from_millis(70)).await;
    peer.send("session.pong", json!({"ping_nonce": "other"}))
        .soon()
        .await;
    peer.send(
        "session.pong",
        json!({"ping_nonce": asked["payload"]["nonce"]}),
    )
    .soon()
    .await;
    assert_eq!(pinging.soon().await.unwrap(), Ok(Duration::from_millis(70)));
}

#[tokio::test(start_paused = true)]
async fn without_the_feature_there_is_no_ping() {
    let (client, mut peer, _runtime) = open().soon().await;
    assert_eq!(
        client.ping().soon().await,
        Err(ClientError::NotNegotiated(Feature::Heartbeat))
    );
    peer.send("session.ping", json!({"nonce": "n1"}))
        .soon()
        .await;
    assert_eq!(
        peer.expect("session.pong").soon().await["payload"]["ping_nonce"],
        "n1"
    );
}

#[tokio::test(start_paused = true)]
async fn an_idle_client_shows_life_and_gives_up_on_a_silent_runtime() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["heartbeat"])
        .soon()
        .await;
    let start = Instant::now();
    let mut incidents = client.incidents();
    peer.expect("session.ping").soon().await;
    assert_eq!(start.elapsed().as_secs(), 30);
    assert!(
        peer.receive().soon().await.is_none(),
        "the client must leave"
    );
    assert_eq!(start.elapsed().as_secs(), 60);
    match incidents.next().soon().await {
        Some(Incident::Disconnected { reason }) => assert!(reason.contains("silent"), "{reason}"),
        other => panic!("{other:?}"),
    }
    runtime.resumed(0, "rt_2").soon().await;
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_answers_is_kept() {
    let (builder, mut runtime) = builder();
    let (_client, mut peer) = open_with(builder, &mut runtime, &["heartbeat"])
        .soon()
        .await;
    for _ in 0..20 {
        let ping = peer.expect("session.ping").soon().await;
        peer.send(
            "session.pong",
            json!({"ping_nonce": ping["payload"]["nonce"]}),
        )
        .soon()
        .await;
    }
    assert!(runtime.arrivals.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn acknowledgements_follow_the_consumer_and_are_paced() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["ack"]).soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    for n in 1..=10 {
        peer.event(n, "job_1", &format!("t{n}")).soon().await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut events = job.events();
    thoughts(&mut events, 1..=4).soon().await;
    let ack = peer.expect("session.ack").soon().await;
    assert_eq!(
        ack["payload"]["last_processed_seq"], 4,
        "only what was taken"
    );
    let start = Instant::now();
    thoughts(&mut events, 5..=10).soon().await;
    let ack = peer.expect("session.ack").soon().await;
    assert_eq!(ack["payload"]["last_processed_seq"], 10);
    assert!(
        start.elapsed() >= Duration::from_millis(200),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn the_connection_ends_with_the_last_handle() {
    let (client, mut peer, _runtime) = open().soon().await;
    let job = start(&client, &mut peer, job(), "job_1").soon().await;
    drop(client);
    peer.event(1, "job_1", "still here").soon().await;
    let mut job = job;
    let mut events = job.events();
    assert_eq!(
        thought(&mut events).soon().await,
        (1, "still here".to_owned())
    );
    drop(job);
    peer.event(2, "job_1", "a stream is a handle").soon().await;
    assert!(events.next().soon().await.is_some());
    drop(events);
    assert!(peer.receive().soon().await.is_none());
    assert_eq!(
        peer.transport.goodbye().map(|goodbye| goodbye.code),
        Some(1000)
    );
}
