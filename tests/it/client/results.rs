//! How jobs end: inline and streamed results, failures (§7.3, §8.4).

use super::*;

use arcp_runtime::client::{ChunkError, JobResult, ResultValue};

/// What a job makes of these chunks and this end.
async fn streamed(chunks: &[Value], end: Value) -> Result<JobResult, JobFailure> {
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder.result_bytes(1000), &mut runtime, &["result_chunk"])
        .soon()
        .await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let mut seq = 0;
    for chunk in chunks {
        seq += 1;
        peer.send_with(
            "job.event",
            json!({"job_id": "job_1", "event_seq": seq}),
            json!({"kind": "result_chunk", "body": chunk}),
        )
        .soon()
        .await;
    }
    peer.send_with(
        "job.result",
        json!({"job_id": "job_1", "event_seq": seq + 1}),
        end,
    )
    .soon()
    .await;
    let mut events = job.events();
    for _ in chunks {
        let event = events.next().soon().await.unwrap().unwrap();
        assert!(matches!(event.body, EventBody::ResultChunk(_)));
    }
    job.result().soon().await
}

fn chunk(chunk_seq: u64, data: &str, encoding: &str, more: bool) -> Value {
    json!({"result_id": "res_1", "chunk_seq": chunk_seq, "data": data, "encoding": encoding, "more": more})
}

#[tokio::test(start_paused = true)]
async fn a_streamed_result_is_put_together() {
    let chunks = [
        chunk(0, "[1,", "utf8", true),
        chunk(1, "MiwzXQ==", "base64", false),
    ];
    let end = json!({"final_status": "success", "result_id": "res_1", "result_size": 7, "summary": "three numbers"});
    let result = streamed(&chunks, end).soon().await.unwrap();
    assert_eq!(result.as_bytes(), b"[1,2,3]");
    assert_eq!(result.decode::<Vec<u32>>().unwrap(), [1, 2, 3]);
    assert_eq!(result.summary.as_deref(), Some("three numbers"));
    assert!(matches!(result.value, ResultValue::Streamed(_)));
}

#[tokio::test(start_paused = true)]
async fn a_streamed_result_with_a_fault_is_a_failure_that_names_it() {
    let end =
        |size: u64| json!({"final_status": "success", "result_id": "res_1", "result_size": size});
    let big = "x".repeat(600);
    let cases = [
        (
            vec![chunk(0, "a", "utf8", true), chunk(2, "b", "utf8", false)],
            end(2),
            ChunkError::Order {
                expected: 1,
                got: 2,
            },
        ),
        (
            vec![chunk(0, "a", "utf8", true)],
            end(1),
            ChunkError::Unfinished,
        ),
        (
            vec![chunk(0, "a", "utf8", false)],
            end(2),
            ChunkError::Size { said: 2, got: 1 },
        ),
        (
            vec![chunk(0, &big, "utf8", true), chunk(1, &big, "utf8", false)],
            end(1200),
            ChunkError::TooLarge { cap: 1000 },
        ),
        (vec![], end(0), ChunkError::Unfinished),
    ];
    for (chunks, end, expected) in cases {
        assert_eq!(
            streamed(&chunks, end).soon().await,
            Err(JobFailure::Result(expected))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn failures_keep_what_the_runtime_said() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.send_with(
        "job.error",
        json!({"job_id": "job_1", "event_seq": 1}),
        json!({"code": "x-vendor.acme.TIRED", "message": "no more", "final_status": "error", "details": {"n": 1}}),
    )
    .soon().await;
    match job.result().soon().await.unwrap_err() {
        JobFailure::Ended {
            error,
            final_status,
        } => {
            assert_eq!(error.code.as_str(), "x-vendor.acme.TIRED");
            assert_eq!(error.message, "no more");
            assert_eq!(error.details.unwrap().get(), r#"{"n":1}"#);
            assert_eq!(final_status.as_str(), "error");
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_comes_after_the_end() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.result(1, "job_1", json!("first")).soon().await;
    peer.event(2, "job_1", "late").soon().await;
    peer.result(3, "job_1", json!("second")).soon().await;
    let mut events = job.events();
    assert!(events.next().soon().await.is_none());
    assert_eq!(
        job.result_as::<String>().soon().await,
        Ok("first".to_owned())
    );
}

/// What [`stream_of`] makes.
fn numbers(chunks: u64) -> String {
    let numbers: Vec<String> = (0..chunks).map(|n| format!("{n:09};")).collect();
    numbers.concat()
}

/// Chunks of ten bytes, and the end that fits them.
async fn stream_of(peer: &mut Peer, chunks: u64) {
    for n in 0..chunks {
        peer.send_with(
            "job.event",
            json!({"job_id": "job_1", "event_seq": n + 1}),
            json!({"kind": "result_chunk", "body": chunk(n, &format!("{n:09};"), "utf8", n + 1 < chunks)}),
        )
        .soon()
        .await;
    }
    let end = json!({"final_status": "success", "result_id": "res_1", "result_size": chunks * 10});
    peer.send_with(
        "job.result",
        json!({"job_id": "job_1", "event_seq": chunks + 1}),
        end,
    )
    .soon()
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_result_larger_than_memory_may_hold_goes_to_a_writer() {
    let (builder, mut runtime) = builder();
    let builder = builder.result_bytes(50).event_queue(4, 1_000_000);
    let (client, mut peer) = open_with(builder, &mut runtime, &["result_chunk"])
        .soon()
        .await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    let writing = tokio::spawn(async move {
        let mut bytes = Vec::new();
        let result = job.result_into(&mut bytes).await;
        (result, bytes)
    });
    stream_of(&mut peer, 100).soon().await;
    let (result, bytes) = writing.soon().await.unwrap();
    let expected = numbers(100);
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    match result.unwrap().value {
        ResultValue::Written(written) => assert_eq!((written.bytes, written.text), (1000, true)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_streamed_before_it_was_asked_for_is_written_too() {
    for skipped in [false, true] {
        let (client, mut peer, _runtime) = open().soon().await;
        let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
        stream_of(&mut peer, 10).soon().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        if skipped {
            job.skip_events();
        }
        let mut bytes = Vec::new();
        let result = job.result_into(&mut bytes).soon().await.unwrap();
        assert_eq!(bytes.len(), 100);
        assert!(
            matches!(result.value, ResultValue::Streamed(_)),
            "{result:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn faults_on_the_way_to_a_writer_are_told() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut inline = start(&client, &mut peer, job(), "job_2").soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.result(1, "job_2", json!({"a": 1})).soon().await;
    let mut bytes = Vec::new();
    assert!(inline.result_into(&mut bytes).soon().await.is_ok());
    assert_eq!(bytes, br#"{"a":1}"#);
    let body = chunk(3, "late", "utf8", true);
    let event = json!({"kind": "result_chunk", "body": body});
    peer.send_with(
        "job.event",
        json!({"job_id": "job_1", "event_seq": 2}),
        event,
    )
    .soon()
    .await;
    let mut bytes = Vec::new();
    assert_eq!(
        job.result_into(&mut bytes).soon().await,
        Err(JobFailure::Result(ChunkError::Start { got: 3 }))
    );

    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, super::job(), "job_1")
        .soon()
        .await;
    stream_of(&mut peer, 3).soon().await;
    let mut room = [0_u8; 15];
    let mut full = std::io::Cursor::new(&mut room[..]);
    let failed = job.result_into(&mut full).soon().await;
    assert!(
        matches!(failed, Err(JobFailure::Unwritten(_))),
        "{failed:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_end_that_cannot_be_read_ends_the_job() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.send_with(
        "job.result",
        json!({"job_id": "job_1", "event_seq": 1}),
        json!({"final_status": 7}),
    )
    .soon()
    .await;
    let mut events = job.events();
    assert!(matches!(
        loss(&mut events).soon().await.reason,
        LossReason::Unreadable(_)
    ));
    let end = job.result().soon().await;
    assert!(
        matches!(end, Err(JobFailure::Unfollowed(ClientError::Protocol(_)))),
        "{end:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_told_from_its_start_again_is_written_once() {
    let (builder, mut runtime) = builder();
    let builder = builder.result_bytes(20);
    let (client, mut peer) = open_with(builder, &mut runtime, &[]).soon().await;
    let mut job = start(&client, &mut peer, keyed("k"), "job_1").soon().await;
    let writing = tokio::spawn(async move {
        let mut bytes = Vec::new();
        let result = job.result_into(&mut bytes).await;
        (result, bytes)
    });
    for n in 0..3 {
        let body = chunk(n, &format!("{n:09};"), "utf8", true);
        let event = json!({"kind": "result_chunk", "body": body});
        peer.send_with(
            "job.event",
            json!({"job_id": "job_1", "event_seq": n + 1}),
            event,
        )
        .soon()
        .await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut peer = lose_session(peer, &mut runtime, &[]).soon().await;
    let frame = peer.expect("job.submit").soon().await;
    peer.accept(&frame, "job_1").soon().await;
    stream_of(&mut peer, 6).soon().await;
    let (result, bytes) = writing.soon().await.unwrap();
    assert!(matches!(result.unwrap().value, ResultValue::Written(_)));
    let expected = numbers(6);
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_result_of_another_shape_is_not_asked_for_again() {
    let (client, mut peer, _runtime) = open().soon().await;
    let mut job = start(&client, &mut peer, job(), "job_1").soon().await;
    peer.result(1, "job_1", json!({"a": "x"})).soon().await;
    let failure = job.result_as::<Vec<u32>>().soon().await.unwrap_err();
    let told = failure.to_string();
    assert!(
        told.starts_with("the result has another shape than asked for: invalid type: map"),
        "{told}"
    );
    assert!(!failure.retryable(), "it would be the same again");
    assert_eq!(
        job.result_as::<Value>().soon().await,
        Ok(json!({"a": "x"})),
        "the result is still there"
    );
}

#[test]
fn only_what_can_go_well_is_worth_another_try() {
    let lost = ClientError::Disconnected {
        reason: "cut".to_owned(),
    };
    for (error, retryable) in [
        (lost, true),
        (ClientError::Closed, false),
        (ClientError::TakenOver, false),
        (ClientError::Unsubscribed, false),
    ] {
        assert_eq!(
            JobFailure::Unfollowed(error.clone()).retryable(),
            retryable,
            "{error}"
        );
    }
}
