//! What health checks are told, and how a server with a runtime in it goes away.

use super::*;

use arcp_runtime::store::MemoryStore;

use crate::store::BreakingStore;

#[tokio::test]
async fn each_part_can_be_mounted_alone() {
    let runtime = runtime().await;
    let app = Router::new()
        .route("/live", hosting::healthz(&runtime))
        .route("/come", hosting::readyz(&runtime))
        .route("/numbers", hosting::metrics(&runtime));
    let address = serve(app).await;
    assert_eq!(
        page(address, "/live").await,
        (200, r#"{"status":"alive"}"#.to_owned())
    );
    assert_eq!(
        page(address, "/come").await,
        (200, r#"{"status":"ready"}"#.to_owned())
    );
    let (status, text) = page(address, "/numbers").await;
    assert_eq!(status, 200);
    assert_eq!(text, runtime.metrics().to_prometheus());
    let head = format!("GET /numbers HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let head = answer(address, &head).await;
    let typed = "content-type: text/plain; version=0.0.4; charset=utf-8\r\n";
    assert!(head.contains(typed), "{head}");
    let post = format!("POST /numbers HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    assert!(answer(address, &post).await.starts_with("HTTP/1.1 405 "));
    assert_eq!(page(address, "/arcp").await.0, 404);
}

#[tokio::test]
async fn a_store_that_fails_is_told_without_its_secrets() {
    let store = BreakingStore::new(MemoryStore::new());
    let broken = store.switch();
    let runtime = start(Limits::default(), Runtime::builder().store(store)).await;
    let address = serve(hosting::watching(&runtime)).await;
    assert_eq!(page(address, "/readyz").await.0, 200);
    broken.store(true, Ordering::Relaxed);
    let (status, text) = page(address, "/readyz").await;
    assert_eq!(status, 503);
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        body,
        json!({"status": "not ready", "reasons": ["the store cannot be read"]})
    );
    assert_eq!(page(address, "/healthz").await.0, 200);
    broken.store(false, Ordering::Relaxed);
    assert_eq!(page(address, "/readyz").await.0, 200);
}

#[tokio::test]
async fn a_server_that_goes_away_lets_jobs_end_and_says_goodbye() {
    let runtime = runtime().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let draining = runtime.clone();
    let app = hosting::routes(&runtime);
    let server = tokio::spawn(async move {
        axum::serve(listener, app)
            .with_graceful_shutdown(async move {
                stopped.await.unwrap();
                draining.drain(Duration::from_hours(1)).await.unwrap();
            })
            .await
    });
    let (idle, _) = session(address, "/arcp").await;
    let (mut busy, submit) = session(address, "/arcp").await;
    let steps = json!([{"log": {"message": "begun"}}, {"block": {}}]);
    send(&mut busy, submit(steps)).await;
    let begun = until(&mut busy, "job.event").await;
    stop.send(()).unwrap();
    while !runtime.metrics().core.draining {
        tokio::task::yield_now().await;
    }

    // The server still answers: checks are told not to send anybody, and who comes is told to come later.
    let (status, text) = page(address, "/readyz").await;
    assert_eq!(status, 503);
    assert!(text.contains("the runtime is draining"), "{text}");
    assert_eq!(page(address, "/healthz").await.0, 200);
    let mut late = connect(address, "/arcp").await;
    send(&mut late, hello("tok-a")).await;
    let refused = receive(&mut late).await.unwrap();
    assert_eq!(refused["payload"]["details"]["cap"], "shutdown");
    assert_eq!(receive(&mut late).await, Err(1001));

    let cancel = json!({"arcp": "1.1", "id": "m3", "type": "job.cancel", "payload": {},
        "session_id": begun["session_id"], "job_id": begun["job_id"]});
    send(&mut busy, cancel).await;
    until(&mut busy, "job.error").await;
    for mut socket in [busy, idle] {
        let closed = until(&mut socket, "session.closed").await;
        assert_eq!(closed["payload"]["reason"], "runtime_shutdown");
        assert_eq!(receive(&mut socket).await, Err(1001));
    }
    let ended = tokio::time::timeout(Duration::from_mins(1), server).await;
    ended.expect("the server ends").unwrap().unwrap();
}
