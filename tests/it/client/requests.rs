//! Submitting and cancelling, and which answer belongs to which request (§7.1, §7.4; wire ).

use super::*;

use tokio::task::JoinHandle;

type Submitting = JoinHandle<Result<JobHandle, ClientError>>;

/// Two submissions under way, and their frames.
async fn two(client: &Client, peer: &mut Peer) -> [(Submitting, Value); 2] {
    let mut both = Vec::new();
    for _ in 0..2 {
        let client = client.clone();
        let submitting = tokio::spawn(async move { client.submit(job()).soon().await });
        both.push((submitting, peer.expect("job.submit").soon().await));
    }
    both.try_into().unwrap()
}

async fn id_of(submitting: Submitting) -> String {
    submitting
        .soon()
        .await
        .unwrap()
        .unwrap()
        .id()
        .as_str()
        .to_owned()
}

async fn refusal(submitting: Submitting) -> String {
    match submitting.soon().await.unwrap().unwrap_err() {
        ClientError::Refused(refusal) => refusal.code.as_str().to_owned(),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_submission_says_what_was_asked() {
    let (client, mut peer, _runtime) = open().soon().await;
    let submit = keyed("key-1").with_input(
        arcp_generated::common::Json::from_serialize(&json!({"a": [1, null]})).unwrap(),
    );
    let submitting = tokio::spawn({
        let client = client.clone();
        async move { client.submit(submit).soon().await }
    });
    let frame = peer.expect("job.submit").soon().await;
    assert_eq!(frame["session_id"], "sess_1");
    assert_eq!(frame["payload"]["agent"], "echo");
    assert_eq!(frame["payload"]["input"], json!({"a": [1, null]}));
    assert_eq!(frame["payload"]["idempotency_key"], "key-1");
    let trace = frame["trace_id"].as_str().unwrap();
    assert!(
        trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{trace}"
    );
    peer.accept(&frame, "job_1").soon().await;
    let job = submitting.soon().await.unwrap().unwrap();
    assert_eq!(job.id().as_str(), "job_1");
    assert_eq!(
        job.accepted().unwrap().agent.as_ref().unwrap().as_str(),
        "echo@1.0.0"
    );
}

#[tokio::test(start_paused = true)]
async fn an_acceptance_is_matched_by_request_then_trace_then_order() {
    let (client, mut peer, _runtime) = open().soon().await;
    let accepted = |job_id: &str| json!({"job_id": job_id, "lease": {}});

    let [(first, a), (second, b)] = two(&client, &mut peer).soon().await;
    peer.accept(&b, "job_b").soon().await;
    peer.accept(&a, "job_a").soon().await;
    assert_eq!(
        (id_of(first).soon().await, id_of(second).soon().await),
        ("job_a".to_owned(), "job_b".to_owned())
    );

    let [(first, _), (second, b)] = two(&client, &mut peer).soon().await;
    peer.send_with(
        "job.accepted",
        json!({"trace_id": b["trace_id"]}),
        accepted("job_d"),
    )
    .soon()
    .await;
    peer.send("job.accepted", accepted("job_c")).soon().await;
    assert_eq!(
        (id_of(first).soon().await, id_of(second).soon().await),
        ("job_c".to_owned(), "job_d".to_owned())
    );

    let [(first, _), (second, b)] = two(&client, &mut peer).soon().await;
    peer.send_with("job.accepted", json!({"id": b["id"]}), accepted("job_f"))
        .soon()
        .await;
    peer.send("job.accepted", accepted("job_e")).soon().await;
    assert_eq!(
        (id_of(first).soon().await, id_of(second).soon().await),
        ("job_e".to_owned(), "job_f".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn the_acceptance_of_a_child_answers_nobody() {
    let (client, mut peer, _runtime) = open().soon().await;
    let [(first, a), (second, b)] = two(&client, &mut peer).soon().await;
    peer.send("job.accepted", json!({"job_id": "job_child", "parent_job_id": "job_x", "delegate_id": "del_1", "lease": {}})).soon().await;
    peer.accept(&a, "job_a").soon().await;
    peer.accept(&b, "job_b").soon().await;
    assert_eq!(
        (id_of(first).soon().await, id_of(second).soon().await),
        ("job_a".to_owned(), "job_b".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_matched_too() {
    let (client, mut peer, _runtime) = open().soon().await;
    let [(first, a), (second, b)] = two(&client, &mut peer).soon().await;
    peer.refuse("AGENT_NOT_AVAILABLE", Some(&b)).soon().await;
    peer.accept(&a, "job_a").soon().await;
    assert_eq!(refusal(second).soon().await, "AGENT_NOT_AVAILABLE");
    assert_eq!(id_of(first).soon().await, "job_a");

    let [(first, _), (second, b)] = two(&client, &mut peer).soon().await;
    peer.refuse("DUPLICATE_KEY", None).soon().await;
    peer.accept(&b, "job_b").soon().await;
    assert_eq!(refusal(first).soon().await, "DUPLICATE_KEY");
    assert_eq!(id_of(second).soon().await, "job_b");
}

#[tokio::test(start_paused = true)]
async fn an_error_that_answers_nothing_ends_no_job() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut incidents = client.incidents();
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.refuse("INTERNAL_ERROR", None).soon().await;
    assert!(
        matches!(incidents.next().soon().await, Some(Incident::Error(refusal)) if refusal.code == ErrorCode::InternalError)
    );
    peer.result(1, "job_1", json!(7)).soon().await;
    assert_eq!(job.result_as::<u32>().soon().await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn a_submission_over_the_frame_limit_is_not_sent() {
    let (client, mut peer, _runtime) = open().soon().await;
    let huge = arcp_generated::common::Json::from_serialize(&"x".repeat(5_000_000)).unwrap();
    let error = client
        .submit(job().with_input(huge))
        .soon()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("a frame may have 4194304"),
        "{error}"
    );
    start(&client, &mut peer, job(), "job_1").soon().await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_names_the_job_twice_and_a_reason() {
    let (client, mut peer, _runtime) = open().soon().await;
    let job = start(&client, &mut peer, job(), "job_1").soon().await;
    let cancelling = tokio::spawn(async move { (job.cancel("").soon().await, job) });
    let cancel = peer.expect("job.cancel").soon().await;
    assert_eq!(cancel["job_id"], "job_1");
    assert_eq!(cancel["payload"]["job_id"], "job_1");
    assert_ne!(cancel["payload"]["reason"], "");
    peer.send_with(
        "job.cancelled",
        json!({"job_id": "job_1"}),
        json!({"job_id": "job_1"}),
    )
    .soon()
    .await;
    let (cancelled, mut job) = cancelling.soon().await.unwrap();
    assert_eq!(cancelled, Ok(()));
    peer.send_with(
        "job.error",
        json!({"job_id": "job_1", "event_seq": 1}),
        json!({"code": "CANCELLED", "message": "stopped", "final_status": "cancelled"}),
    )
    .soon()
    .await;
    let failure = job.result().soon().await.unwrap_err();
    assert_eq!(failure.code(), Some(&ErrorCode::Cancelled));
    assert_eq!(
        job.cancel("again").soon().await,
        Ok(()),
        "there is nothing left to stop"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancel_can_be_refused_or_answered_by_the_end() {
    let (client, mut peer, _runtime) = open().soon().await;
    let job = start(&client, &mut peer, job(), "job_1").soon().await;
    let cancelling = tokio::spawn(async move { (job.cancel("x").soon().await, job) });
    let cancel = peer.expect("job.cancel").soon().await;
    peer.refuse("PERMISSION_DENIED", Some(&cancel)).soon().await;
    let (refused, job) = cancelling.soon().await.unwrap();
    assert!(
        matches!(refused, Err(ClientError::Refused(_))),
        "{refused:?}"
    );
    let cancelling = tokio::spawn(async move { (job.cancel("x").soon().await, job) });
    peer.expect("job.cancel").soon().await;
    peer.result(1, "job_1", json!("just finished")).soon().await;
    let (cancelled, mut job) = cancelling.soon().await.unwrap();
    assert_eq!(cancelled, Ok(()));
    assert_eq!(
        job.result_as::<String>().soon().await,
        Ok("just finished".to_owned())
    );
}
