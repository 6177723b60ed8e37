//! Provisioned credentials (§9.8): given before the job is accepted, shown to its submitter alone, revoked at every end, secret everywhere else.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arcp_generated::credential::CredentialValue;
use arcp_runtime::credential::{
    CredentialKey, CredentialPool, Grant, Issued, ProvisionError, Provisioner, Provisioning,
};
use arcp_runtime::server::StartError;
use arcp_runtime::store::{Durability, SqliteStore, Store as _};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Limits, Peer, Runtime, numbers};

#[path = "credentials/gateway.rs"]
mod gateway;
#[path = "credentials/secrecy.rs"]
mod secrecy;

const FEATURES: [&str; 11] = [
    "heartbeat",
    "ack",
    "list_jobs",
    "subscribe",
    "progress",
    "agent_versions",
    "result_chunk",
    "lease_expires_at",
    "cost.budget",
    "model.use",
    "provisioned_credentials",
];

/// An upstream that writes down what it is asked, and fails on demand.
#[derive(Clone, Debug)]
struct Vault {
    name: &'static str,
    state: watch::Sender<State>,
    /// Answers to come, before all goes well again.
    issuing: Arc<Mutex<VecDeque<ProvisionError>>>,
    revoking: Arc<Mutex<VecDeque<ProvisionError>>>,
    open: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    issued: Vec<(CredentialKey, Grant, String)>,
    revoked: Vec<CredentialKey>,
    attempts: usize,
}

impl Vault {
    fn new() -> Self {
        Self {
            name: "vault",
            state: watch::Sender::default(),
            issuing: Arc::default(),
            revoking: Arc::default(),
            open: watch::Sender::new(true),
        }
    }

    /// Waits until the vault has seen what `seen` looks for.
    async fn until(&self, what: &str, seen: impl FnMut(&State) -> bool) {
        let mut state = self.state.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(30), state.wait_for(seen)).await;
        assert!(waited.is_ok(), "waited for {what}: {:?}", self.state);
    }

    async fn all_revoked(&self, how_many: usize) {
        self.until("all to be revoked", |state| {
            state.issued.len() == how_many
                && state
                    .issued
                    .iter()
                    .all(|(handle, ..)| state.revoked.contains(handle))
        })
        .await;
    }
}

impl Provisioner for Vault {
    fn name(&self) -> &str {
        self.name
    }

    fn wants(&self, _grant: &Grant) -> bool {
        true
    }

    fn issue<'a>(&'a self, handle: CredentialKey, grant: &'a Grant) -> Provisioning<'a, Issued> {
        Box::pin(async move {
            let mut open = self.open.subscribe();
            open.wait_for(|open| *open).await.unwrap();
            let value = grant.value.as_ref().map_or_else(
                || format!("sk-secret-{handle}"),
                |value| value.as_str().to_owned(),
            );
            let failure = self.issuing.lock().unwrap().pop_front();
            if let Some(error) = failure {
                return Err(error);
            }
            self.state
                .send_modify(|state| state.issued.push((handle, grant.clone(), value.clone())));
            let value = CredentialValue::try_from(value).unwrap();
            Ok(
                Issued::new(value, "https://vault.example/v1".parse().unwrap())
                    .with_profile("generic"),
            )
        })
    }

    fn revoke(&self, handle: CredentialKey) -> Provisioning<'_, ()> {
        let failure = self.revoking.lock().unwrap().pop_front();
        self.state.send_modify(|state| {
            state.attempts += 1;
            if failure.is_none() {
                state.revoked.push(handle);
            }
        });
        Box::pin(std::future::ready(failure.map_or(Ok(()), Err)))
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.revocation_pause = Duration::from_millis(1);
    limits.cancel_grace = Duration::from_millis(50);
    limits
}

/// A runtime with a vault, on a file that goes with the folder.
async fn with_vault(vault: &Vault, folder: &tempfile::TempDir) -> Runtime {
    on_store(vault, open(folder)).await
}

fn open(folder: &tempfile::TempDir) -> Arc<SqliteStore> {
    let path = folder.path().join("runtime.db");
    Arc::new(SqliteStore::open(path, Durability::Process).unwrap())
}

async fn on_store(vault: &Vault, store: Arc<SqliteStore>) -> Runtime {
    let builder = Runtime::builder().shared_store(store);
    super::start(limits(), builder.provisioner(vault.clone())).await
}

/// Waits until the store owes no revocation.
async fn settled(store: &SqliteStore) {
    let all = async {
        while !store.recover().await.unwrap().credentials.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), all).await;
    assert!(waited.is_ok(), "revocations are still owed");
}

async fn hello(runtime: &Runtime) -> Peer {
    Peer::hello_with(runtime, "tok-a", &FEATURES).await
}

async fn submit(peer: &mut Peer, steps: Value, lease: Value) -> Value {
    peer.send(
        "job.submit",
        json!({"agent": "probe", "input": {"do": steps}, "lease_request": lease}),
    )
    .await;
    let accepted = peer.receive().await;
    assert_eq!(accepted["type"], "job.accepted", "{accepted}");
    accepted
}

#[tokio::test]
async fn a_job_is_accepted_with_credentials_bounded_by_its_lease() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let runtime = with_vault(&vault, &folder).await;
    let mut peer = hello(&runtime).await;
    let lease = json!({"cost.budget": ["USD:2.00"], "model.use": ["tier-fast/*"]});
    let end = "2999-01-01T00:00:00Z";
    peer.send(
        "job.submit",
        json!({"agent": "probe", "input": {"do": [{"block": {}}]}, "lease_request": lease, "lease_constraints": {"expires_at": end}}),
    )
    .await;
    let accepted = peer.receive().await;
    let credentials = accepted["payload"]["credentials"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(credentials.len(), 1);
    assert_eq!(runtime.metrics().core.credentials_owed, 1);
    let id = credentials[0]["id"].as_str().unwrap();
    assert!(id.starts_with("cred_"));
    assert_eq!(credentials[0]["value"], format!("sk-secret-{id}"));
    assert_eq!(credentials[0]["scheme"], "bearer");
    assert_eq!(credentials[0]["endpoint"], "https://vault.example/v1");
    assert_eq!(credentials[0]["profile"], "generic");
    assert!(accepted["payload"]["request_id"].is_string());
    {
        let state = vault.state.borrow();
        let (_, grant, _) = &state.issued[0];
        let budget = grant.budget.as_ref().unwrap();
        assert_eq!(budget["USD"].to_string(), "2.00");
        assert_eq!(grant.models.as_deref().unwrap(), ["tier-fast/*"]);
        assert_eq!(grant.expires_at.unwrap().to_string(), end);
        assert_eq!(grant.principal.as_str(), "alice");
        assert_eq!(&*grant.agent, "probe@2.0.0");
    }

    // The submitter sees them in any of its sessions that understands them, and nobody else does.
    let mut other = hello(&runtime).await;
    other.send("session.list_jobs", json!({})).await;
    let listed = other.receive().await;
    assert_eq!(
        listed["payload"]["jobs"][0]["credentials"],
        json!(credentials),
        "{listed}"
    );
    other
        .send("job.subscribe", json!({"job_id": accepted["job_id"]}))
        .await;
    let subscribed = other.receive().await;
    assert_eq!(subscribed["payload"]["credentials"], json!(credentials));
    let mut plain = Peer::hello_with(&runtime, "tok-a", &["list_jobs"]).await;
    plain.send("session.list_jobs", json!({})).await;
    let listed = plain.receive().await;
    assert_eq!(listed["payload"]["jobs"].as_array().unwrap().len(), 1);
    assert!(listed["payload"]["jobs"][0].get("credentials").is_none());
    plain
        .send("job.submit", json!({"agent": "probe", "input": {"do": []}}))
        .await;
    let accepted = plain.receive().await;
    assert_eq!(accepted["type"], "job.accepted");
    assert!(accepted["payload"].get("credentials").is_none());
}

#[tokio::test]
async fn credentials_are_revoked_whatever_way_a_job_ends() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let runtime = with_vault(&vault, &folder).await;
    let mut peer = hello(&runtime).await;
    for (n, last) in [
        json!({"return": 1}),
        json!({"fail": {"code": "X_NO"}}),
        json!({"panic": {}}),
        json!({"stubborn": {"ms": 600_000}}),
    ]
    .into_iter()
    .enumerate()
    {
        let stubborn = last.get("stubborn").is_some();
        let job = submit(&mut peer, json!([last]), json!({})).await["job_id"].clone();
        if stubborn {
            peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
                .await;
        }
        peer.until_end(&job).await;
        vault.all_revoked(n + 1).await;
    }
    peer.send(
        "job.submit",
        json!({"agent": "probe", "input": {"do": [{"block": {}}]}, "max_runtime_sec": 1}),
    )
    .await;
    let job = peer.receive().await["job_id"].clone();
    let frames = peer.until_end(&job).await;
    assert_eq!(frames.last().unwrap()["payload"]["code"], "TIMEOUT");
    vault.all_revoked(5).await;
    let state = vault.state.borrow();
    let mut values: Vec<_> = state.issued.iter().map(|(_, _, value)| value).collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), 5, "no value is used twice");
}

#[tokio::test]
async fn a_revocation_that_fails_is_tried_again_and_holds_nobody_up() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let away = || ProvisionError::transient("away");
    vault
        .revoking
        .lock()
        .unwrap()
        .extend([away(), away(), away()]);
    let runtime = with_vault(&vault, &folder).await;
    let mut peer = hello(&runtime).await;
    let job = submit(&mut peer, json!([{"return": 1}]), json!({})).await["job_id"].clone();
    peer.until_end(&job).await;
    vault.all_revoked(1).await;
    assert_eq!(vault.state.borrow().attempts, 4);
    let counted = async {
        while runtime.metrics().core.credentials_owed > 0 {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), counted).await;
    assert!(waited.is_ok(), "what is revoked is still counted as out");
}

#[test]
fn what_a_crash_left_is_revoked_by_the_next_start_and_by_no_later_one() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let process = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap()
    };
    let first = process();
    first.block_on(async {
        let refused = ProvisionError::permanent("the upstream does not let us");
        vault.revoking.lock().unwrap().push_back(refused);
        let runtime = with_vault(&vault, &folder).await;
        let mut peer = hello(&runtime).await;
        let job = submit(&mut peer, json!([{"return": 1}]), json!({})).await["job_id"].clone();
        peer.until_end(&job).await;
        vault
            .until("the refusal", |state| state.attempts == 1)
            .await;
        submit(&mut peer, json!([{"block": {}}]), json!({})).await;
        // One is about to be asked for: it may exist or not.
        vault.open.send_replace(false);
        peer.send("job.submit", json!({"agent": "probe", "input": {"do": []}}))
            .await;
        peer.send("session.list_jobs", json!({})).await;
        assert_eq!(peer.receive().await["type"], "session.jobs");
    });
    // All tasks are gone in the middle of what they did.
    drop(first);
    assert!(vault.state.borrow().revoked.is_empty());
    vault.open.send_replace(true);

    let second = process();
    second.block_on(async {
        let store = open(&folder);
        let _runtime = on_store(&vault, store.clone()).await;
        settled(&store).await;
        assert_eq!(vault.state.borrow().revoked.len(), 3);
    });
    drop(second);
    let third = process();
    third.block_on(async {
        let runtime = with_vault(&vault, &folder).await;
        let mut peer = hello(&runtime).await;
        let job = submit(&mut peer, json!([{"return": 1}]), json!({})).await["job_id"].clone();
        peer.until_end(&job).await;
        vault.all_revoked(3).await;
        assert_eq!(
            vault.state.borrow().revoked.len(),
            4,
            "nothing was revoked twice"
        );
    });
}

#[tokio::test]
async fn nobody_waits_for_a_slow_upstream_but_those_who_asked() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    vault.open.send_replace(false);
    let runtime = with_vault(&vault, &folder).await;
    let mut peer = hello(&runtime).await;
    let again = json!({"agent": "probe", "input": {"do": [{"return": 1}]}, "idempotency_key": "k"});
    let first = peer.send("job.submit", again.clone()).await;
    let second = peer.send("job.submit", again.clone()).await;
    let other = peer
        .send(
            "job.submit",
            json!({"agent": "probe", "input": {"do": [{"return": 2}]}, "idempotency_key": "k"}),
        )
        .await;
    peer.send("session.ping", json!({"nonce": "n"})).await;
    assert_eq!(peer.receive().await["type"], "session.pong");
    peer.send("session.list_jobs", json!({})).await;
    assert_eq!(peer.receive().await["payload"]["jobs"], json!([]));
    vault.open.send_replace(true);
    let mut answers = Vec::new();
    while answers.len() < 3 {
        let frame = peer.receive().await;
        if frame["payload"].get("request_id").is_some() {
            answers.push(frame);
        }
    }
    let asked: Vec<_> = answers
        .iter()
        .map(|answer| answer["payload"]["request_id"].as_str().unwrap())
        .collect();
    assert_eq!(asked, [first, second, other]);
    assert_eq!(answers[0]["job_id"], answers[1]["job_id"]);
    assert_eq!(
        answers[0]["payload"]["credentials"],
        answers[1]["payload"]["credentials"]
    );
    assert_eq!(answers[2]["payload"]["code"], "DUPLICATE_KEY");
    vault.all_revoked(1).await;

    // Once the job has ended, its credentials are nobody's business.
    peer.send("job.submit", again).await;
    let frames = peer.until("job.accepted").await;
    let accepted = frames.last().unwrap();
    assert!(accepted["payload"].get("credentials").is_none());
}

#[tokio::test]
async fn a_job_whose_credentials_are_not_given_is_refused_and_leaves_nothing() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let down = ProvisionError::transient("upstream said: key sk-inner is bad");
    vault.issuing.lock().unwrap().push_back(down);
    let runtime = with_vault(&vault, &folder).await;
    let mut peer = hello(&runtime).await;
    let submit =
        json!({"agent": "probe", "input": {"do": [{"return": 1}]}, "idempotency_key": "k"});
    let id = peer.send("job.submit", submit.clone()).await;
    let refused = peer.receive().await;
    assert_eq!(refused["type"], "session.error");
    assert_eq!(refused["payload"]["code"], "INTERNAL_ERROR");
    assert_eq!(refused["payload"]["retryable"], true);
    assert_eq!(refused["payload"]["request_id"], json!(id));
    assert!(!refused.to_string().contains("sk-inner"));
    // What may have been made half way is revoked, and the key is free.
    vault
        .until("the revocation", |state| state.revoked.len() == 1)
        .await;
    peer.send("job.submit", submit).await;
    assert_eq!(peer.receive().await["type"], "job.accepted");
}

#[tokio::test]
async fn a_child_has_its_own_credentials_which_end_before_its_parent() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let runtime = with_vault(&vault, &folder).await;
    let mut peer = hello(&runtime).await;
    let child = json!({"delegate": {"agent": "probe", "input": {"do": [{"block": {}}]}, "lease_request": {"cost.budget": ["USD:1"]}, "wait": false}});
    let spend = json!({"metric": {"name": "cost.x", "value": 0.5, "unit": "USD"}});
    let lease = json!({"agent.delegate": ["*"], "cost.budget": ["USD:2"], "model.use": ["m"]});
    let job =
        submit(&mut peer, json!([spend, child, {"return": 1}]), lease).await["job_id"].clone();
    let frames = peer.until_end(&job).await;
    let accepted = frames
        .iter()
        .find(|frame| frame["type"] == "job.accepted")
        .unwrap();
    let id = accepted["payload"]["credentials"][0]["id"]
        .as_str()
        .unwrap();
    vault.all_revoked(2).await;
    let state = vault.state.borrow();
    let (handle, grant, _) = &state.issued[1];
    assert_eq!(handle.to_string(), id);
    assert_eq!(grant.budget.as_ref().unwrap()["USD"].to_string(), "1");
    assert!(grant.models.as_ref().unwrap().is_empty());
    assert_eq!(json!(grant.job.to_string()), accepted["job_id"]);
    assert_eq!(
        state.revoked,
        [state.issued[1].0, state.issued[0].0],
        "the child's first"
    );
}

#[tokio::test]
async fn a_rotation_tells_the_submitter_and_revokes_the_old_value() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let runtime = with_vault(&vault, &folder).await;
    let mut peer = hello(&runtime).await;
    let rotate = |value: &str| json!({"rotate": {"credential": 0, "value": value}});
    let steps = json!([rotate("sk-secret-second"), rotate("sk-secret-third"), {"log": {"message": "up"}}, {"block": {}}]);
    let accepted = submit(&mut peer, steps, json!({})).await;
    let id = &accepted["payload"]["credentials"][0]["id"];
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let event = peer.receive().await;
        assert_eq!(event["payload"]["kind"], "status");
        bodies.push(event["payload"]["body"].clone());
    }
    for (body, (n, value)) in bodies
        .iter()
        .zip([(1, "sk-secret-second"), (2, "sk-secret-third")])
    {
        assert_eq!(
            *body,
            json!({"phase": "credential_rotated", "message": format!("rotation {n}"), "id": id, "value": value})
        );
    }
    vault
        .until("the old values to be revoked", |state| {
            state.revoked.len() == 2
        })
        .await;
    assert_eq!(numbers(&peer.until("job.event").await), [3]);

    // A resume has no hole, and only the newest value.
    let peer = peer.hang_up();
    let mut again = Peer::resume(&runtime, &peer, 0).await;
    let first = again.receive().await;
    assert_eq!(first["event_seq"], 1);
    assert!(first["payload"]["body"].get("value").is_none());
    let second = again.receive().await;
    assert_eq!(second["payload"]["body"], bodies[1]);

    // The listing shows what is good now.
    again.send("session.list_jobs", json!({})).await;
    let listed = again.until("session.jobs").await.pop().unwrap();
    let credential = &listed["payload"]["jobs"][0]["credentials"][0];
    assert_eq!(credential["value"], "sk-secret-third");
    assert_eq!(credential["id"], *id);
    again
        .send_with(
            "job.cancel",
            json!({}),
            json!({"job_id": accepted["job_id"]}),
        )
        .await;
    vault.all_revoked(3).await;
}

#[tokio::test]
async fn who_does_not_know_credentials_hears_of_no_rotation() {
    let (vault, folder) = (Vault::new(), tempfile::tempdir().unwrap());
    let runtime = with_vault(&vault, &folder).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &[]).await;
    let steps = json!([{"rotate": {"credential": 0, "value": "sk-secret-second"}}, {"rotate": {"credential": 1, "value": "x"}}, {"return": 1}]);
    let job = submit(&mut peer, steps, json!({})).await["job_id"].clone();
    let frames = peer.until_end(&job).await;
    assert_eq!(numbers(&frames), [1], "{frames:#?}");
    assert_eq!(frames[0]["payload"]["code"], "INVALID_REQUEST");
}

#[tokio::test]
async fn the_feature_is_offered_only_where_revocations_are_remembered() {
    let offers = |welcome: &Value| {
        let features = welcome["payload"]["capabilities"]["features"].clone();
        let features: Vec<String> = serde_json::from_value(features).unwrap();
        features.contains(&"provisioned_credentials".to_owned())
    };
    let welcome = async |runtime: &Runtime| {
        let mut peer = Peer::dial(runtime);
        peer.send("session.hello", super::hello("tok-a")).await;
        peer.receive().await
    };
    let plain = super::in_memory(limits()).await;
    assert!(!offers(&welcome(&plain).await));
    let folder = tempfile::tempdir().unwrap();
    let provisioned = with_vault(&Vault::new(), &folder).await;
    assert!(offers(&welcome(&provisioned).await));
    let forgetful = Runtime::builder().provisioner(Vault::new()).start().await;
    assert!(matches!(forgetful, Err(StartError::ForgetfulStore)));
}

#[tokio::test]
async fn a_pool_gives_every_value_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("runtime.db"), Durability::Process).unwrap();
    let values = ["one", "two", "one"].map(|value| value.parse().unwrap());
    let pool = CredentialPool::new("pool", "https://pool.example".parse().unwrap())
        .with_profile("openai")
        .with_values(values);
    assert!(!format!("{pool:?}").contains("one"));
    let builder = Runtime::builder().store(store).provisioner(pool);
    let runtime = super::start(limits(), builder).await;
    let mut peer = hello(&runtime).await;
    for value in ["one", "two"] {
        let accepted = submit(&mut peer, json!([]), json!({})).await;
        assert_eq!(accepted["payload"]["credentials"][0]["value"], value);
        let job = accepted["job_id"].clone();
        peer.until_end(&job).await;
    }
    peer.send("job.submit", json!({"agent": "probe", "input": {"do": []}}))
        .await;
    assert_eq!(peer.receive().await["payload"]["code"], "INTERNAL_ERROR");
}
