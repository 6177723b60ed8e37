//! A credential's value is in the submitter's frames and nowhere else: not in the store's files, not in logs, not with other principals.

use std::sync::Arc;

use arcp_runtime::credential::ProvisionError;
use arcp_runtime::store::{Durability, SqliteStore};
use serde_json::{Value, json};

use super::super::logs::Logs;
use super::super::{Everybody, Peer};
use super::{FEATURES, Runtime, Vault, hello, limits, submit};

// One thread, so that the logger of this thread hears everything.
#[tokio::test(flavor = "current_thread")]
async fn a_value_is_in_no_log_no_file_and_no_other_principals_frames() {
    let (logs, guard) = Logs::hear(tracing::Level::TRACE);
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let away = ProvisionError::transient("away");
    vault.revoking.lock().unwrap().push_back(away);
    let path = folder.path().join("runtime.db");
    let store = Arc::new(SqliteStore::open(&path, Durability::Process).unwrap());
    let builder = Runtime::builder()
        .shared_store(store.clone())
        .observers(Everybody)
        .provisioner(vault.clone());
    let runtime = super::super::start(limits(), builder).await;
    let mut peer = hello(&runtime).await;
    let steps = json!([{"rotate": {"credential": 0, "value": "sk-secret-rotated"}}, {"log": {"message": "up"}}, {"delegate": {"agent": "probe", "input": {"do": [{"block": {}}]}}}, {"rotate": {"credential": 0, "value": "sk-secret-live"}}, {"log": {"message": "done"}}, {"block": {}}]);
    let accepted = submit(&mut peer, steps, json!({"agent.delegate": ["*"]})).await;
    assert!(accepted.to_string().contains("sk-secret-"));
    let gate = peer.until("job.accepted").await.pop().unwrap()["job_id"].clone();

    let mut bob = other_principal(&runtime, &accepted["job_id"]).await;
    let mut second = hello(&runtime).await;
    second
        .send(
            "job.subscribe",
            json!({"job_id": accepted["job_id"], "history": true}),
        )
        .await;
    let rotation = second.until("job.event").await.pop().unwrap();
    assert_eq!(rotation["payload"]["body"]["value"], "sk-secret-rotated");

    // The next rotation comes live: with its value to the submitter's sessions alone.
    peer.send_with("job.cancel", json!({}), json!({"job_id": gate}))
        .await;
    let live = json!("sk-secret-live");
    for (session, value) in [
        (&mut peer, &live),
        (&mut second, &live),
        (&mut bob, &Value::Null),
    ] {
        assert_eq!(rotated(session).await, *value);
    }

    let job = accepted["job_id"].clone();
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    peer.until_end(&job).await;
    vault.all_revoked(4).await;
    runtime.shutdown().await.unwrap();
    store.close().await.unwrap();
    drop(guard);

    in_no_file(folder.path());
    let logs = logs.text();
    assert!(logs.contains("a credential is not revoked yet"), "{logs}");
    assert!(!logs.contains("sk-secret-"), "{logs}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_revocation_that_is_refused_for_good_is_logged() {
    let (logs, _guard) = Logs::hear(tracing::Level::ERROR);
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let refused = ProvisionError::permanent("the upstream does not let us");
    vault.revoking.lock().unwrap().push_back(refused);
    let runtime = super::with_vault(&vault, &folder).await;
    let mut peer = hello(&runtime).await;
    let job = submit(&mut peer, json!([{"return": 1}]), json!({})).await["job_id"].clone();
    peer.until_end(&job).await;
    vault
        .until("the refusal", |state| state.attempts == 1)
        .await;
    // What the upstream answered is logged by the task that asked it, which gets its turn here.
    while !logs.text().contains("a credential cannot be revoked") {
        tokio::task::yield_now().await;
    }
    assert!(logs.text().contains("the upstream does not let us"));
}

fn in_no_file(folder: &std::path::Path) {
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        read += bytes.len();
        assert!(!String::from_utf8_lossy(&bytes).contains("sk-secret-"));
    }
    assert!(read > 1000, "the store was looked at");
}

/// Somebody else who may look at the job: lists it, follows it, and sees no value.
async fn other_principal(runtime: &Runtime, job: &Value) -> Peer {
    let mut bob = Peer::hello_with(runtime, "tok-b", &FEATURES).await;
    bob.send("session.list_jobs", json!({})).await;
    let listed = bob.receive().await;
    assert_eq!(
        listed["payload"]["jobs"][0]["job_id"], *job,
        "bob may look at it"
    );
    assert!(!listed.to_string().contains("sk-secret-"), "{listed}");
    bob.send("job.subscribe", json!({"job_id": job, "history": true}))
        .await;
    let subscribed = bob.receive().await;
    assert_eq!(subscribed["type"], "job.subscribed", "{subscribed}");
    assert!(!subscribed.to_string().contains("sk-secret-"));
    let rotation = bob.receive().await;
    assert_eq!(
        rotation["payload"]["body"]["phase"], "credential_rotated",
        "told without the value"
    );
    assert!(!rotation.to_string().contains("sk-secret-"), "{rotation}");
    bob.until("job.event").await;
    bob
}

/// The value that a session gets of the next rotation.
async fn rotated(session: &mut Peer) -> Value {
    loop {
        let frame = session.until("job.event").await.pop().unwrap();
        let body = &frame["payload"]["body"];
        if body["phase"] == "credential_rotated" {
            return body["value"].clone();
        }
    }
}
