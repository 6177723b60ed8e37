//! Jobs from submit to terminal (§7, §8).

use arcp_generated::common::Json;
use arcp_runtime::agent::{
    Agent, AgentError, AgentFuture, Descriptor, InvalidInput, JobContext, encode_result,
};
use arcp_runtime::arcp_agent;
use arcp_runtime::store::MemoryStore;
use serde_json::{Value, json};

use super::{Limits, Peer, Runtime, in_memory, numbers, start};

#[tokio::test]
async fn a_job_is_accepted_then_runs_then_ends() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let id = peer
        .send(
            "job.submit",
            json!({"agent": "echo", "input": {"a": [1, 2.50, null, "é"]}}),
        )
        .await;
    let accepted = peer.receive().await;
    assert_eq!(accepted["type"], "job.accepted");
    assert_eq!(accepted["payload"]["request_id"], json!(id));
    assert_eq!(accepted["payload"]["agent"], "echo@1.0.0");
    let result = peer.receive().await;
    assert_eq!(result["type"], "job.result");
    assert_eq!(result["event_seq"], 1);
    assert_eq!(result["job_id"], accepted["job_id"]);
    assert_eq!(
        result["payload"]["result"],
        json!({"a": [1, 2.50, null, "é"]})
    );
    assert_eq!(result["payload"]["final_status"], "success");
}

#[tokio::test]
async fn every_kind_of_event_arrives_in_order() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([
        {"log": {"message": "m"}}, {"thought": {"text": "t"}}, {"status": {"phase": "p"}}, {"metric": {"name": "n", "value": 1.10}},
        {"artifact": {"uri": "arcp://a", "content_type": "text/plain"}}, {"progress": {"current": 1, "total": 2}},
        {"vendor": {"kind": "x-vendor.acme.k", "body": {"a": 1}}}, {"call": {"tool": "t"}}, {"return": {"ok": true}}
    ]);
    peer.probe(steps).await;
    let frames = peer.until("job.result").await;
    let kinds: Vec<_> = frames
        .iter()
        .filter_map(|frame| frame["payload"]["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "log",
            "thought",
            "status",
            "metric",
            "artifact_ref",
            "progress",
            "x-vendor.acme.k",
            "tool_call",
            "tool_result"
        ]
    );
    assert_eq!(numbers(&frames), (1..=10).collect::<Vec<_>>());
    assert_eq!(
        frames[8]["payload"]["body"]["error"]["code"],
        "PERMISSION_DENIED"
    );
}

#[tokio::test]
async fn a_failure_and_a_panic_end_only_their_job() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(json!([{"fail": {"code": "INTERNAL_ERROR", "message": "no"}}]))
        .await;
    let error = peer.receive().await;
    assert_eq!(error["payload"]["final_status"], "error");
    assert_eq!(error["payload"]["message"], "no");
    peer.probe(json!([{"panic": {}}])).await;
    assert_eq!(peer.receive().await["payload"]["code"], "INTERNAL_ERROR");
    peer.probe(json!([{"return": 1}])).await;
    assert_eq!(peer.receive().await["payload"]["result"], 1);
}

/// Says neither in a call nor at its end what went wrong.
#[arcp_agent(version = "1.0.0")]
async fn speechless(ctx: JobContext, message: String) -> Result<(), AgentError> {
    let call = ctx.tool_call("t", ()).await?;
    call.fail(&AgentError::new("".parse()?, "")).await?;
    let call = ctx.tool_call("t", ()).await?;
    call.fail(&AgentError::new("OWN".parse()?, "")).await?;
    Err(AgentError::new("".parse()?, message).with_retryable(false))
}

#[tokio::test]
async fn no_error_goes_out_without_a_code_and_a_message() {
    let builder = Runtime::builder()
        .store(MemoryStore::new())
        .agent(speechless);
    let runtime = start(Limits::default(), builder).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let lease = json!({"tool.call": ["t"]});
    let frames = peer
        .run(json!({"agent": "speechless", "input": "no", "lease_request": lease}))
        .await;
    let told = |error: &Value| {
        [&error["code"], &error["message"], &error["retryable"]].map(ToString::to_string)
    };
    let events = frames.iter().map(|frame| &frame["payload"]);
    let errors = events.filter_map(|payload| payload["body"].get("error"));
    let errors: Vec<_> = errors.chain([&frames[5]["payload"]]).map(told).collect();
    assert_eq!(
        errors,
        [
            [
                r#""INTERNAL_ERROR""#,
                r#""the agent failed without a code""#,
                "true"
            ],
            [r#""OWN""#, r#""OWN""#, "false"],
            [
                r#""INTERNAL_ERROR""#,
                r#""the agent failed without a code: no""#,
                "true"
            ],
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_submitted_is_refused_by_name() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let cases = [
        (json!({"agent": "nosuch"}), "AGENT_NOT_AVAILABLE"),
        (json!({"agent": "probe@9"}), "AGENT_VERSION_NOT_AVAILABLE"),
        (json!({"agent": "A"}), "INVALID_REQUEST"),
        (
            json!({"agent": "probe", "input": {"do": [{"log": {}}]}}),
            "INVALID_REQUEST",
        ),
        (
            json!({"agent": "probe", "input": {"do": []}, "lease_request": {"zzz": []}}),
            "INVALID_REQUEST",
        ),
        (
            json!({"agent": "probe", "input": {"do": []}, "max_runtime_sec": 0}),
            "INVALID_REQUEST",
        ),
    ];
    for (payload, code) in cases {
        let id = peer.send("job.submit", payload.clone()).await;
        let error = peer.receive().await;
        assert_eq!(error["type"], "session.error", "{payload}");
        assert_eq!(error["payload"]["code"], code, "{payload} {error}");
        assert_eq!(error["payload"]["request_id"], json!(id));
    }
}

#[tokio::test]
async fn a_cancelled_job_is_acknowledged_and_ends_cancelled() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut stranger = Peer::hello(&runtime, "tok-b").await;
    stranger
        .send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    assert_eq!(stranger.receive().await["payload"]["code"], "JOB_NOT_FOUND");
    let mut sibling = Peer::hello(&runtime, "tok-a").await;
    sibling
        .send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    assert_eq!(
        sibling.receive().await["payload"]["code"],
        "PERMISSION_DENIED"
    );
    peer.send_with(
        "job.cancel",
        json!({"reason": "enough"}),
        json!({"job_id": job}),
    )
    .await;
    let cancelled = peer.receive().await;
    assert_eq!(cancelled["type"], "job.cancelled");
    assert!(cancelled.get("event_seq").is_none());
    let error = peer.receive().await;
    assert_eq!(error["payload"]["code"], "CANCELLED");
    assert_eq!(error["payload"]["final_status"], "cancelled");
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    assert_eq!(
        peer.receive().await["payload"]["details"]["status"],
        "cancelled"
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_that_will_not_stop_is_ended_for_it() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"stubborn": {"ms": 86_000_000}}])).await["job_id"].clone();
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    let frames = peer.until("job.error").await;
    assert_eq!(frames.last().unwrap()["payload"]["code"], "CANCELLED");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_runs_too_long_times_out() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.send("job.submit", json!({"agent": "probe", "max_runtime_sec": 5, "input": {"do": [{"stubborn": {"ms": 3_600_000}}]}})).await;
    let frames = peer.until("job.error").await;
    let error = &frames.last().unwrap()["payload"];
    assert_eq!(
        (&error["code"], &error["final_status"]),
        (&json!("TIMEOUT"), &json!("timed_out"))
    );
}

#[tokio::test]
async fn a_key_makes_one_job_whoever_asks_again() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let submit = |input: u32| json!({"agent": "echo", "input": input, "idempotency_key": "k"});
    peer.send("job.submit", submit(1)).await;
    let first = peer.receive().await;
    let result = peer.receive().await;
    peer.send("job.submit", submit(1)).await;
    let again = peer.receive().await;
    assert_eq!(again["job_id"], first["job_id"]);
    let repeated = peer.receive().await;
    assert_eq!(repeated["payload"], result["payload"]);
    assert_eq!(repeated["event_seq"], 2);
    peer.send("job.submit", submit(2)).await;
    assert_eq!(peer.receive().await["payload"]["code"], "DUPLICATE_KEY");
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    bob.send("job.submit", submit(2)).await;
    assert_ne!(bob.receive().await["job_id"], first["job_id"]);
}

#[tokio::test]
async fn a_streamed_result_comes_whole_and_in_order() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.probe(
        json!([{"chunk": {"data": "aé"}}, {"chunk": {"bytes": 25}}, {"chunk": {"data": "z"}}]),
    )
    .await;
    let frames = peer.until("job.result").await;
    let (result, chunks) = frames.split_last().unwrap();
    let text: String = chunks
        .iter()
        .map(|chunk| chunk["payload"]["body"]["data"].as_str().unwrap())
        .collect();
    assert_eq!(text, "aé0123456789012345678901234z");
    let more: Vec<_> = chunks
        .iter()
        .map(|chunk| chunk["payload"]["body"]["more"].as_bool().unwrap())
        .collect();
    assert_eq!(more, [true, true, false]);
    assert_eq!(result["payload"]["result_size"], text.len());
    assert_eq!(
        result["payload"]["result_id"],
        chunks[0]["payload"]["body"]["result_id"]
    );
    assert!(result["payload"].get("result").is_none());
}

#[tokio::test]
async fn a_job_is_cancelled_once_wherever_it_is() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let is_end = |frame: &Value| frame["type"] == "job.error" || frame["type"] == "job.result";
    // The cancel meets the job before its agent has begun, while it runs, while it ends, or after.
    for pause in 0..120_u32 {
        let steps = json!([{"log": {"message": "a"}}, {"log": {"message": "b"}}, {"return": 1}]);
        let job = peer.probe(steps).await["job_id"].clone();
        for _ in 0..pause / 10 {
            tokio::task::yield_now().await;
        }
        let request = peer.send("job.cancel", json!({"job_id": job})).await;
        let mut frames: Vec<Value> = Vec::new();
        let answers = |frame: &Value| {
            frame["type"] == "job.cancelled" || frame["payload"]["request_id"] == json!(request)
        };
        while !(frames.iter().any(answers) && frames.iter().any(is_end)) {
            frames.push(peer.receive().await);
        }
        let place = |wire_type: &str| frames.iter().position(|frame| frame["type"] == wire_type);
        let end = frames.iter().find(|frame| is_end(frame)).unwrap();
        let cancelled = place("job.cancelled").is_some();
        let status = if cancelled { "cancelled" } else { "success" };
        assert_eq!(end["payload"]["final_status"], status);
        assert!(!cancelled || place("job.cancelled") < place("job.error"));
    }
    peer.quiet().await;
}

#[tokio::test]
async fn a_cancel_names_one_job() {
    const UNKNOWN: &str = "job_7ZZZZZZZZZZZZZZZZZZZZZZZZZ";
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    for (payload, code) in [
        (json!({}), "INVALID_REQUEST"),
        (json!({"job_id": UNKNOWN}), "JOB_NOT_FOUND"),
        (json!({"job_id": "x"}), "JOB_NOT_FOUND"),
    ] {
        assert_eq!(peer.refused("job.cancel", payload).await, code);
    }
    let (inner, outer) = (json!({"job_id": UNKNOWN}), json!({"job_id": job}));
    peer.send_with("job.cancel", inner, outer).await;
    assert_eq!(peer.receive().await["payload"]["code"], "INVALID_REQUEST");
    let payload = json!({"job_id": job, "reason": "why"});
    peer.send("job.cancel", payload.clone()).await;
    let cancelled = peer.receive().await;
    assert_eq!(cancelled["job_id"], job);
    assert_eq!(cancelled["payload"], payload);
    peer.until("job.error").await;
}

/// An agent with two versions, and none of them the default.
struct Undecided(&'static str);

impl Agent for Undecided {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new("nd", self.0)
    }

    fn check(&self, _: &Json) -> Result<(), InvalidInput> {
        Ok(())
    }

    fn run(&self, ctx: JobContext, _: Json) -> AgentFuture {
        Box::pin(async move { encode_result(&ctx.agent_ref()) })
    }
}

#[tokio::test]
async fn versions_are_bare_pinned_missing_or_undecided() {
    let builder = Runtime::builder()
        .agent(Undecided("1"))
        .agent(Undecided("2-b+c"));
    let runtime = start(Limits::default(), builder).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for (asked, expected, result) in [
        ("probe", "probe@2.0.0", json!({})),
        ("probe@1.0.0", "probe@1.0.0", json!({"version": "1.0.0"})),
        ("probe@2.0.0", "probe@2.0.0", json!({})),
        ("nd@1", "nd@1", json!("nd@1")),
        ("nd@2-b+c", "nd@2-b+c", json!("nd@2-b+c")),
    ] {
        let input = json!({"do": [{"return": {}}]});
        let frames = peer.run(json!({"agent": asked, "input": input})).await;
        assert_eq!(frames[0]["payload"]["agent"], expected);
        assert_eq!(frames.last().unwrap()["payload"]["result"], result);
        let listed = peer.list(json!({"filter": {"agent": expected}})).await;
        assert_eq!(listed["jobs"][0]["agent"], expected);
    }
    let frames = peer.run(json!({"agent": "nd"})).await;
    let chosen = frames[0]["payload"]["agent"].as_str().unwrap();
    assert!(["nd@1", "nd@2-b+c"].contains(&chosen));
    for (missing, code) in [
        ("probe@3.0.0", "AGENT_VERSION_NOT_AVAILABLE"),
        ("probe@2.0", "AGENT_VERSION_NOT_AVAILABLE"),
        ("nosuch", "AGENT_NOT_AVAILABLE"),
        ("nosuch@1", "AGENT_NOT_AVAILABLE"),
    ] {
        let payload = json!({"agent": missing});
        assert_eq!(peer.refused("job.submit", payload).await, code);
    }
    for wrong in [
        "", "A", "-a", ".a", "_a", "a@", "@1", "a@1@2", "a@1/2", "a b", "é",
    ] {
        let code = peer.refused("job.submit", json!({"agent": wrong})).await;
        assert_eq!(code, "INVALID_REQUEST", "{wrong}");
        // Refusals are no flood when something good comes in between.
        peer.quiet().await;
    }
}

#[tokio::test]
async fn the_longest_run_is_a_whole_number_of_seconds() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let submit = |most: Value| json!({"agent": "echo", "max_runtime_sec": most});
    for wrong in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("1"),
        json!(2_147_483_648_u64),
    ] {
        let code = peer.refused("job.submit", submit(wrong.clone())).await;
        assert_eq!(code, "INVALID_REQUEST", "{wrong}");
    }
    let mut longest = submit(json!(2_147_483_647));
    longest["input"] = json!(1);
    let frames = peer.run(longest).await;
    assert_eq!(frames.last().unwrap()["type"], "job.result");
}

#[tokio::test]
async fn a_trace_goes_through_or_is_made() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let good = "4bf92f3577b34da6a3ce929d0e0e4736";
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    for (sent, kept) in [
        (json!(good), true),
        (json!(format!("00-{good}-00f067aa0ba902b7-01")), true),
        (json!(null), false),
        (json!("xyz"), false),
        (json!("0".repeat(32)), false),
        (json!(good.to_uppercase()), false),
    ] {
        let payload = json!({"agent": "probe", "input": {"do": [{"log": {"message": "m"}}]}});
        let more = json!({"trace_id": sent});
        peer.send_with("job.submit", payload, more).await;
        let frames = peer.until("job.result").await;
        let trace = frames[0]["payload"]["trace_id"].as_str().unwrap();
        assert_eq!(trace == good, kept, "{sent}: {trace}");
        assert!(trace.len() == 32 && trace.bytes().all(is_hex), "{trace}");
        assert_ne!(trace, "0".repeat(32));
        assert!(frames.iter().all(|frame| frame["trace_id"] == trace));
    }
}
