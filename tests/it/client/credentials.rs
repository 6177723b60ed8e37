//! A job's provisioned credentials, as its submitter sees them (§9.8).

use super::*;

fn credential(id: &str, scheme: &str, value: &str) -> Value {
    json!({"id": id, "scheme": scheme, "value": value, "endpoint": "https://gw.example/v1", "profile": "openai"})
}

/// A job that was accepted with these credentials and nothing in its lease.
async fn given(client: &Client, peer: &mut Peer, credentials: Value) -> JobHandle {
    given_with(client, peer, json!({}), credentials).await
}

async fn given_with(
    client: &Client,
    peer: &mut Peer,
    lease: Value,
    credentials: Value,
) -> JobHandle {
    let submitting = tokio::spawn({
        let client = client.clone();
        async move { client.submit(job()).soon().await }
    });
    let submit = peer.expect("job.submit").soon().await;
    peer.send_with(
        "job.accepted",
        json!({"job_id": "job_1"}),
        json!({
            "job_id": "job_1", "agent": "echo@1.0.0", "lease": lease, "accepted_at": "2026-01-01T00:00:00.000Z",
            "request_id": submit["id"], "credentials": credentials,
        }),
    )
    .soon()
    .await;
    submitting.soon().await.unwrap().unwrap()
}

async fn rotated(peer: &mut Peer, event_seq: u64, id: &str, value: &str) {
    peer.send_with(
        "job.event",
        json!({"job_id": "job_1", "event_seq": event_seq}),
        json!({
            "kind": "status", "ts": "2026-01-01T00:00:00.000Z",
            "body": {"phase": "credential_rotated", "id": id, "value": value},
        }),
    )
    .soon()
    .await;
}

/// What a handle shows: ids and values.
fn held(job: &JobHandle) -> Vec<(String, String)> {
    let text = |credential: &arcp_generated::credential::Credential| {
        (
            credential.id.as_str().to_owned(),
            credential.value.as_str().to_owned(),
        )
    };
    job.credentials().iter().map(text).collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs
        .map(|(id, value)| (id.to_owned(), value.to_owned()))
        .to_vec()
}

#[tokio::test(start_paused = true)]
async fn credentials_are_the_newest_ones_and_end_with_the_job() {
    let (client, mut peer, _runtime) = open().soon().await;
    let credentials = json!([
        credential("cred_1", "bearer", "sk-one"),
        credential("cred_2", "mutual-tls", "sk-unknown"),
        credential("cred_3", "bearer", "sk-three"),
    ]);
    let mut job = given(&client, &mut peer, credentials).soon().await;
    // One of a scheme that is not known is ignored, the rest is used (§9.8.1).
    assert_eq!(
        held(&job),
        pairs([("cred_1", "sk-one"), ("cred_3", "sk-three")])
    );
    assert!(job.accepted().unwrap().credentials.is_none());
    assert!(!format!("{job:?}").contains("sk-"));

    let mut events = job.events();
    rotated(&mut peer, 1, "cred_3", "sk-four").soon().await;
    rotated(&mut peer, 2, "cred_9", "sk-nobody").soon().await;
    for _ in 0..2 {
        let event = events.next().soon().await.unwrap().unwrap();
        assert!(!format!("{event:?}").contains("sk-"));
    }
    assert_eq!(
        held(&job),
        pairs([("cred_1", "sk-one"), ("cred_3", "sk-four")])
    );

    // What is saved of a session holds no credential (§9.8.2).
    let saved = client.save().soon().await.unwrap();
    let saved = serde_json::to_string(&saved).unwrap();
    assert!(saved.contains("job_1") && !saved.contains("sk-"), "{saved}");

    peer.result(3, "job_1", json!(null)).soon().await;
    job.result().soon().await.unwrap();
    assert!(job.credentials().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_job_that_can_no_longer_be_followed_has_no_credentials() {
    let (client, mut peer, _runtime) = open().soon().await;
    let credentials = json!([credential("cred_1", "bearer", "sk-one")]);
    let mut job = given(&client, &mut peer, credentials).soon().await;
    assert_eq!(held(&job), pairs([("cred_1", "sk-one")]));
    let closing = tokio::spawn(async move { client.close("done").soon().await });
    peer.expect("session.close").soon().await;
    peer.leave(CloseCode::Normal, "bye").soon().await;
    closing.soon().await.unwrap();
    assert!(job.result().soon().await.is_err());
    assert!(job.credentials().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_credential_does_not_say_of_its_bounds_the_lease_says() {
    let (client, mut peer, _runtime) = open().soon().await;
    let lease = json!({"cost.budget": ["USD:2.50"], "model.use": ["tier-fast/*"]});
    let mut silent = credential("cred_1", "bearer", "sk-one");
    let mut half = credential("cred_2", "bearer", "sk-two");
    silent["constraints"] = json!({});
    half["constraints"] = json!({"cost.budget": ["USD:1"]});
    let job = given_with(&client, &mut peer, lease.clone(), json!([silent, half]))
        .soon()
        .await;
    let bounds: Vec<Value> = job
        .credentials()
        .iter()
        .map(|credential| serde_json::to_value(&credential.constraints).unwrap())
        .collect();
    // A bound that is not told is not there, which is another thing than one that allows everything or nothing.
    assert_eq!(bounds, [json!({}), json!({"cost.budget": ["USD:1"]})]);
    let accepted = job.accepted().unwrap();
    assert_eq!(serde_json::to_value(&accepted.lease).unwrap(), lease);
}
