//! A runtime that ends and starts again on the same file knows its sessions, jobs and keys (§6.3, §7.2, §7.3).

use serde_json::json;

use super::{Peer, in_file, numbers};

#[tokio::test]
async fn sessions_jobs_and_keys_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runtime.db");
    let (runtime, store) = in_file(&path).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.send(
        "job.submit",
        json!({"agent": "echo", "input": 7, "idempotency_key": "k"}),
    )
    .await;
    let done = peer.until("job.result").await[0]["job_id"].clone();
    let running = peer
        .probe(json!([{"log": {"message": "before"}}, {"block": {}}]))
        .await["job_id"]
        .clone();
    assert_eq!(numbers(&peer.until("job.event").await), [2]);
    runtime.shutdown().await.unwrap();
    store.close().await.unwrap();
    drop((runtime, store));

    let (runtime, _store) = in_file(&path).await;
    let mut again = Peer::resume(&runtime, &peer, 1).await;
    let frames = again.until("job.error").await;
    assert_eq!(numbers(&frames), [2, 3]);
    let error = frames.last().unwrap();
    assert_eq!(error["job_id"], running);
    assert_eq!(error["payload"]["code"], "INTERNAL_ERROR");
    assert_eq!(error["payload"]["retryable"], true);
    again
        .send(
            "job.submit",
            json!({"agent": "echo", "input": 7, "idempotency_key": "k"}),
        )
        .await;
    assert_eq!(again.receive().await["job_id"], done);
    assert_eq!(again.receive().await["payload"]["result"], 7);
}
