//! Submitting and cancelling, and which answer belongs to which request (§7.1, §7.4; A-09, A-12, A-13).

use super::*;

use arcp_generated::common::TraceId;
use arcp_generated::lease::LeaseConstraints;
use arcp_runtime::client::{ClientLimits, Submission};
use tokio::task::JoinHandle;

type Submitting = JoinHandle<Result<JobHandle, ClientError>>;

/// Two submissions under way, and their frames. Before them one is answered by its name, or they would come one by one.
async fn two(client: &Client, peer: &mut Peer) -> [(Submitting, Value); 2] {
    drop(start(client, peer, job(), "job_0").soon().await);
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

    // A runtime that was seen not to name a request gets no two at a time any more.
    let (client, mut peer, _runtime) = open().soon().await;
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
async fn the_end_of_a_child_refuses_nothing() {
    let (client, mut peer, _runtime) = open().soon().await;
    // A runtime that never names requests: any error could be a refusal.
    let accept = |submit: &Value, job: &str| {
        (
            json!({"job_id": job, "trace_id": submit["trace_id"]}),
            json!({"job_id": job, "lease": {}}),
        )
    };
    let submit = || {
        let client = client.clone();
        tokio::spawn(async move { client.submit(job()).soon().await })
    };
    let first = submit();
    let frame = peer.expect("job.submit").soon().await;
    let (more, payload) = accept(&frame, "job_a");
    peer.send_with("job.accepted", more, payload).soon().await;
    let _job = first.soon().await.unwrap().unwrap();
    let delegate = json!({"kind": "delegate", "ts": "2026-01-01T00:00:00Z", "body": {"agent": "echo", "child_job_id": "job_told"}});
    let of_parent = json!({"job_id": "job_a", "event_seq": 1});
    peer.send_with("job.event", of_parent, delegate)
        .soon()
        .await;
    let announced = json!({"job_id": "job_announced", "parent_job_id": "job_a", "lease": {}});
    peer.send("job.accepted", announced).soon().await;

    let second = submit();
    let frame = peer.expect("job.submit").soon().await;
    for (seq, child) in [(2, "job_told"), (3, "job_announced")] {
        let error = json!({"code": "INTERNAL_ERROR", "message": "no", "final_status": "error"});
        peer.send_with(
            "job.error",
            json!({"job_id": child, "event_seq": seq}),
            error,
        )
        .soon()
        .await;
    }
    let (more, payload) = accept(&frame, "job_b");
    peer.send_with("job.accepted", more, payload).soon().await;
    assert_eq!(id_of(second).soon().await, "job_b");
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

#[tokio::test(start_paused = true)]
async fn a_submission_is_put_together_from_rusts_types() {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder, &mut runtime, &["agent_versions"])
        .soon()
        .await;
    let trace: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".try_into().unwrap();
    let submission = Submission::to("echo@2.0.0")
        .input(&vec![1, 2])
        .idempotency_key("k")
        .max_runtime(Duration::from_millis(1500))
        .trace_id(trace);
    let _submitting = tokio::spawn({
        let client = client.clone();
        async move { client.submit(submission).await }
    });
    let frame = peer.expect("job.submit").soon().await;
    assert_eq!(
        frame["payload"],
        json!({"agent": "echo@2.0.0", "input": [1, 2], "idempotency_key": "k", "max_runtime_sec": 2})
    );
    assert_eq!(frame["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    let wrong = [
        (Submission::to("Echo"), "the agent `Echo`"),
        (
            Submission::to("echo").idempotency_key(""),
            "the idempotency key",
        ),
        (
            Submission::to("echo").max_runtime(Duration::ZERO),
            "the maximum runtime is 0 s",
        ),
        (
            Submission::to("echo").max_runtime(Duration::MAX),
            "the maximum runtime",
        ),
        (
            Submission::to("echo").input(&f64::NAN).idempotency_key(""),
            "the idempotency key",
        ),
    ];
    for (submission, expected) in wrong {
        let error = client.submit(submission).soon().await.unwrap_err();
        assert!(matches!(error, ClientError::Invalid(_)), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_runtime_does_not_offer_is_not_asked_for() {
    let lease = |text: &str| serde_json::from_str(text).unwrap();
    let expiring =
        LeaseConstraints::new().with_expires_at("2030-01-01T00:00:00Z".try_into().unwrap());
    let (client, mut peer, _runtime) = open().soon().await;
    let cases = [
        (Submission::to("echo@1"), Feature::AgentVersions),
        (
            Submission::to("echo").lease(lease(r#"{"cost.budget": ["USD:1"]}"#)),
            Feature::CostBudget,
        ),
        (
            Submission::to("echo").lease(lease(r#"{"model.use": ["a"]}"#)),
            Feature::ModelUse,
        ),
        (
            Submission::to("echo").lease_constraints(expiring),
            Feature::LeaseExpiresAt,
        ),
    ];
    for (submission, feature) in cases {
        let error = client.submit(submission).soon().await.unwrap_err();
        assert_eq!(error, ClientError::NotNegotiated(feature));
    }
    start(&client, &mut peer, job(), "job_1").soon().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_for_a_second_try_is_bounded() {
    let (builder, mut runtime) = builder();
    let mut limits = ClientLimits::default();
    limits.kept_bytes = 1000;
    let (client, mut peer) = open_with(builder.limits(limits), &mut runtime, &[])
        .soon()
        .await;
    let large = |key: &str| Submission::from(keyed(key)).input(&"x".repeat(500));
    let _first = {
        let client = client.clone();
        let submitting = tokio::spawn(async move { client.submit(large("a")).await });
        let frame = peer.expect("job.submit").soon().await;
        peer.accept(&frame, "job_1").soon().await;
        submitting.soon().await.unwrap().unwrap()
    };
    let error = client.submit(large("b")).soon().await.unwrap_err();
    assert!(error.to_string().contains("kept_bytes"), "{error}");
    peer.result(1, "job_1", json!(1)).soon().await;
    start(&client, &mut peer, keyed("c"), "job_2").soon().await;
}
