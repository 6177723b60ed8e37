//! What no frame carries is never stored: it would end every connection that it is replayed on (§4, §6.3).

use arcp_runtime::agent::{Agent, AgentError, AgentFuture, Descriptor, InvalidInput, JobContext};
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::{Limits, Peer, Runtime, in_memory, start, without};

/// Bytes of a frame, in and out.
const FRAME: usize = 4 << 20;

/// The session goes on as if nothing had been, also after a resume.
async fn goes_on(runtime: &Runtime, mut peer: Peer) {
    let frames = peer.run(json!({"agent": "echo", "input": 1})).await;
    assert_eq!(frames[1]["payload"]["result"], 1);
    let mut peer = Peer::resume(runtime, &peer.hang_up(), 0).await;
    let last = frames[1]["event_seq"].as_u64().unwrap();
    peer.until_number(last).await;
    peer.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_result_that_no_frame_carries_ends_its_job_and_not_its_session() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let frames = peer
        .run(json!({"agent": "echo", "input": "x".repeat(FRAME - 200)}))
        .await;
    let error = &frames[1]["payload"];
    assert_eq!(error["code"], "INTERNAL_ERROR", "{error}");
    assert!(
        error["message"].as_str().unwrap().contains("result_chunk"),
        "{error}"
    );
    goes_on(&runtime, peer).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_that_no_frame_carries_is_refused_to_its_agent() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let message = "x".repeat(FRAME - 1000);
    for step in [
        json!({"log": {"message": message}}),
        json!({"vendor": {"kind": "x-vendor.acme.k", "body": {"a": message}}}),
        json!({"metric": {"name": message, "value": 1}}),
    ] {
        let frames = peer
            .run(json!({"agent": "probe", "input": {"do": [step]}}))
            .await;
        let error = &frames[1]["payload"];
        assert_eq!(error["code"], "INVALID_REQUEST");
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("fit into one frame"),
            "{error}"
        );
    }
    goes_on(&runtime, peer).await;
}

#[tokio::test(start_paused = true)]
async fn a_long_reason_is_cut_wherever_it_is_repeated() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    peer.send_with(
        "job.cancel",
        json!({"reason": "é".repeat(FRAME / 2 - 200)}),
        json!({"job_id": job}),
    )
    .await;
    let frames = peer.until("job.error").await;
    for (frame, member) in frames.iter().zip(["reason", "message"]) {
        let text = frame["payload"][member].as_str().unwrap();
        assert!(
            text.starts_with("éé") && text.len() < 1100,
            "{} bytes",
            text.len()
        );
    }
    goes_on(&runtime, peer).await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_does_not_repeat_what_it_refuses() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for input in [
        json!("x".repeat(FRAME - 300)),
        json!({"x".repeat(FRAME - 300): 1}),
    ] {
        peer.send("job.submit", json!({"agent": "count", "input": input}))
            .await;
        let error = peer.receive().await;
        assert_eq!(error["payload"]["code"], "INVALID_REQUEST");
        assert!(error.to_string().len() < 2000);
    }
    goes_on(&runtime, peer).await;
}

#[tokio::test(start_paused = true)]
async fn chunks_are_cut_by_what_they_take_in_a_frame() {
    let mut limits = Limits::default();
    limits.frame_bytes = 64 << 10;
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let text = "\u{1}a\"".repeat(10_000);
    let frames = peer
        .run(json!({"agent": "probe", "input": {"do": [{"chunk": {"data": text}}, {"chunk": {"bytes": 200_000}}]}}))
        .await;
    let longest = frames.iter().map(|frame| frame.to_string().len()).max();
    assert!(longest.unwrap() <= 64 << 10, "{longest:?}");
    assert_eq!(frames.last().unwrap()["type"], "job.result");
    assert!(whole(&frames).starts_with(&text));
}

#[tokio::test(start_paused = true)]
async fn a_streamed_result_is_whole_for_an_owner_without_chunks() {
    let mut limits = Limits::default();
    limits.frame_bytes = 64 << 10;
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("result_chunk")).await;
    let chunks = |steps: Value| json!({"agent": "probe", "input": {"do": steps}});
    let frames = peer
        .run(chunks(
            json!([{"chunk": {"data": "one "}}, {"log": {"message": "between"}}, {"chunk": {"data": "\"two\""}}]),
        ))
        .await;
    let types: Vec<&Value> = frames.iter().map(|frame| &frame["type"]).collect();
    assert_eq!(types, ["job.accepted", "job.event", "job.result"]);
    assert_eq!(frames[1]["payload"]["kind"], "log");
    let result = &frames[2]["payload"];
    assert_eq!(result["result"], "one \"two\"", "{result}");
    assert!(result.get("result_id").is_none(), "{result}");
    // Once too much by what was written, once only by what it takes as JSON.
    for steps in [
        json!([{"chunk": {"bytes": 40_000}}, {"chunk": {"bytes": 40_000}}]),
        json!([{"chunk": {"data": "\u{1}".repeat(20_000)}}]),
    ] {
        let frames = peer.run(chunks(steps)).await;
        let error = &frames.last().unwrap()["payload"];
        assert_eq!(error["code"], "INTERNAL_ERROR", "{error}");
        let reason = error["message"].as_str().unwrap();
        assert!(reason.contains("negotiate result_chunk"), "{reason}");
    }
    goes_on(&runtime, peer).await;
}

/// The text of all chunks, whose numbers have no gap and of which the last one says so.
fn whole(frames: &[Value]) -> String {
    let chunks: Vec<_> = frames
        .iter()
        .filter(|frame| frame["payload"]["kind"] == "result_chunk")
        .map(|frame| &frame["payload"]["body"])
        .collect();
    for (place, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk["chunk_seq"], place);
        assert_eq!(chunk["more"], place + 1 < chunks.len());
    }
    chunks
        .iter()
        .map(|chunk| chunk["data"].as_str().unwrap())
        .collect()
}

/// Streams a text, and loses patience with every second write of it after one look.
struct Impatient;

impl Agent for Impatient {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new("impatient", "1.0.0")
    }

    fn check(&self, _input: &arcp_generated::common::Json) -> Result<(), InvalidInput> {
        Ok(())
    }

    fn run(&self, ctx: JobContext, input: arcp_generated::common::Json) -> AgentFuture {
        Box::pin(async move {
            let mut stream = ctx.result_stream();
            for text in ["first ", "second ", "third "] {
                let long = text.repeat(100);
                assert!(
                    stream.write_text(&long).now_or_never().is_none(),
                    "there was room for all of it"
                );
                stream.write_text("and ").await?;
            }
            let last = "last ".repeat(100);
            assert!(stream.write_text(&last).now_or_never().is_none());
            Ok::<_, AgentError>(input)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_dropped_in_the_middle_tears_nothing() {
    let mut limits = Limits::default();
    (limits.inbox, limits.chunk_bytes) = (2, 8);
    let runtime = start(limits, Runtime::builder().agent(Impatient)).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let frames = peer.run(json!({"agent": "impatient", "input": null})).await;
    let result = &frames.last().unwrap()["payload"];
    let text = whole(&frames);
    let expected = ["first ", "second ", "third "]
        .map(|text| text.repeat(100) + "and ")
        .concat()
        + &"last ".repeat(100);
    assert_eq!(text, expected);
    assert_eq!(result["result_size"], text.len(), "{result}");
}

#[tokio::test(start_paused = true)]
async fn the_longest_times_and_the_largest_counts_overflow_nothing() {
    let mut limits = Limits::default();
    let ever = std::time::Duration::MAX;
    (
        limits.retention,
        limits.idempotency_window,
        limits.resume_window,
    ) = (ever, ever, ever);
    (limits.cancel_grace, limits.lease_grace) = (ever, ever);
    (limits.session_events, limits.session_bytes) = (u64::MAX, u64::MAX);
    (limits.job_events, limits.job_bytes) = (u64::MAX, u64::MAX);
    let runtime = in_memory(limits).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer
        .run(json!({"agent": "echo", "input": 1, "idempotency_key": "k"}))
        .await;
    let again = peer
        .run(json!({"agent": "echo", "input": 1, "idempotency_key": "k"}))
        .await;
    assert_eq!(again[0]["job_id"], job[0]["job_id"]);
    goes_on(&runtime, peer).await;
}
