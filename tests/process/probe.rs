//! The probe agent does each of its steps, over a WebSocket and over standard input and output, with the same frames.

use serde_json::{Value, json};

use crate::support::{Peer, Server};

/// What differs from run to run: ids and times.
const PASSING: [&str; 4] = ["call_id", "result_id", "ts", "trace_id"];

/// A script, what else its submit says, and what comes of it: `kind body` of each event, then the end.
type Case = (Value, Value, Vec<String>);

fn case(steps: Value, expected: &[&str]) -> Case {
    with(json!({}), steps, expected)
}

fn with(more: Value, steps: Value, expected: &[&str]) -> Case {
    let expected = expected.iter().map(|line| (*line).to_owned()).collect();
    (steps, more, expected)
}

fn events() -> Vec<Case> {
    vec![
        case(json!([]), &["result null"]),
        case(
            json!([{"log": {"message": "a"}}, {"log": {"message": "b", "level": "warn"}}]),
            &[
                r#"log {"level":"info","message":"a"}"#,
                r#"log {"level":"warn","message":"b"}"#,
                "result null",
            ],
        ),
        case(
            json!([{"thought": {"text": "hm"}}]),
            &[r#"thought {"text":"hm"}"#, "result null"],
        ),
        case(
            json!([{"status": {"phase": "reading", "message": "file 1"}}, {"status": {"phase": "done"}}]),
            &[
                r#"status {"message":"file 1","phase":"reading"}"#,
                r#"status {"phase":"done"}"#,
                "result null",
            ],
        ),
        case(
            json!([{"metric": {"name": "tokens", "value": 1.5, "unit": "k", "dimensions": {"model": "m"}}}]),
            &[
                r#"metric {"dimensions":{"model":"m"},"name":"tokens","unit":"k","value":1.5}"#,
                "result null",
            ],
        ),
        case(
            json!([{"artifact": {"uri": "s3://b/k", "content_type": "text/plain", "byte_size": 7, "sha256": "a".repeat(64)}}]),
            &[
                &format!(
                    r#"artifact_ref {{"byte_size":7,"content_type":"text/plain","sha256":"{}","uri":"s3://b/k"}}"#,
                    "a".repeat(64)
                ),
                "result null",
            ],
        ),
        case(
            json!([{"progress": {"current": 1, "total": 2, "units": "files", "message": "half"}}]),
            &[
                r#"progress {"current":1,"message":"half","total":2,"units":"files"}"#,
                "result null",
            ],
        ),
        case(
            json!([{"vendor": {"kind": "x-vendor.acme.ping", "body": {"n": [1, null]}}}]),
            &[r#"x-vendor.acme.ping {"n":[1,null]}"#, "result null"],
        ),
        case(
            json!([{"repeat": {"n": 2, "do": [{"log": {"message": "round {i}"}}, {"repeat": {"n": 1, "do": [{"thought": {"text": "in"}}]}}]}}, {"return": {"i": 1}}]),
            &[
                r#"log {"level":"info","message":"round 0"}"#,
                r#"thought {"text":"in"}"#,
                r#"log {"level":"info","message":"round 1"}"#,
                r#"thought {"text":"in"}"#,
                r#"result {"i":1}"#,
            ],
        ),
    ]
}

fn chunks() -> Vec<Case> {
    vec![case(
        json!([{"chunk": {"data": "ä"}}, {"chunk": {"base64": "AAH/"}}, {"chunk": {"bytes": 12}}]),
        &[
            r#"result_chunk {"chunk_seq":0,"data":"ä","encoding":"utf8","more":true}"#,
            r#"result_chunk {"chunk_seq":1,"data":"AAH/","encoding":"base64","more":true}"#,
            r#"result_chunk {"chunk_seq":2,"data":"012345678901","encoding":"utf8","more":false}"#,
            "streamed 17",
        ],
    )]
}

fn authority() -> Vec<Case> {
    let lease = json!({"lease_request": {"tool.call": ["search.*"], "fs.read": ["/data/**"], "net.fetch": ["https://api.example.com/**"]}});
    let refused = |tool: &str, target: &str| {
        format!(
            "tool_result {{\"error\":{{\"code\":\"PERMISSION_DENIED\",\"message\":\"{tool} of \\\"{target}\\\" is refused: the lease does not cover it\",\"retryable\":false}}}}"
        )
    };
    vec![
        with(
            lease.clone(),
            json!([{"call": {"tool": "search.web", "args": {"q": 1}, "result": [2]}}, {"call": {"tool": "shell"}}, {"return": "on"}]),
            &[
                r#"tool_call {"args":{"q":1},"tool":"search.web"}"#,
                r#"tool_result {"result":[2]}"#,
                r#"tool_call {"args":{},"tool":"shell"}"#,
                &refused("tool.call", "shell"),
                r#"result "on""#,
            ],
        ),
        with(
            lease.clone(),
            json!([{"call": {"tool": "fs.read", "args": {"path": "/data/x/../y"}}}, {"call": {"tool": "fs.read", "args": {"path": "/data/../etc/passwd"}}}]),
            &[
                r#"tool_call {"args":{"path":"/data/x/../y"},"tool":"fs.read"}"#,
                r#"tool_result {"result":null}"#,
                r#"tool_call {"args":{"path":"/data/../etc/passwd"},"tool":"fs.read"}"#,
                &refused("fs.read", "/data/../etc/passwd"),
                "result null",
            ],
        ),
        with(
            lease,
            json!([{"call": {"tool": "net.fetch", "args": {"url": "https://api.example.com/v1"}, "cost": {"USD": "0.42"}}}, {"call": {"tool": "fs.write", "args": {"path": "/data/x"}, "fatal": true}}, {"log": {"message": "never"}}]),
            &[
                r#"tool_call {"args":{"url":"https://api.example.com/v1"},"tool":"net.fetch"}"#,
                r#"tool_result {"result":null}"#,
                r#"metric {"name":"cost.call","unit":"USD","value":0.42}"#,
                r#"tool_call {"args":{"path":"/data/x"},"tool":"fs.write"}"#,
                &refused("fs.write", "/data/x"),
                "error PERMISSION_DENIED error false",
            ],
        ),
        case(
            json!([{"model": {"id": "tier-fast/small"}}, {"return": 1}]),
            &[
                r#"tool_call {"args":{"id":"tier-fast/small"},"tool":"model"}"#,
                &refused("model.use", "tier-fast/small"),
                "result 1",
            ],
        ),
    ]
}

fn ends() -> Vec<Case> {
    vec![
        case(
            json!([{"sleep": {"ms": 1}}, {"spin": {"ms": 1}}, {"stubborn": {"ms": 1}}, {"return": [1, "a", null]}]),
            &[r#"result [1,"a",null]"#],
        ),
        case(json!([{"return": {"a": 1}}]), &[r#"result {"a":1}"#]),
        with(
            json!({"agent": "probe@1.0.0"}),
            json!([{"return": {"a": 1}}]),
            &[r#"result {"a":1,"version":"1.0.0"}"#],
        ),
        case(
            json!([{"fail": {"code": "BUDGET_EXHAUSTED", "message": "no more"}}]),
            &["error BUDGET_EXHAUSTED error false"],
        ),
        case(
            json!([{"fail": {"code": "X_OWN", "retryable": true}}]),
            &["error X_OWN error true"],
        ),
        case(
            json!([{"panic": {"message": "told to"}}]),
            &["error INTERNAL_ERROR error true"],
        ),
        with(
            json!({"max_runtime_sec": 1}),
            json!([{"block": {}}]),
            &["error TIMEOUT timed_out true"],
        ),
    ]
}

/// One event or end as a line, without what differs from run to run.
fn line(frame: &Value) -> String {
    let payload = &frame["payload"];
    match frame["type"].as_str().unwrap() {
        "job.event" => {
            let mut body = payload["body"].clone();
            for name in PASSING {
                body.as_object_mut().unwrap().remove(name);
            }
            format!("{} {body}", payload["kind"].as_str().unwrap())
        }
        "job.result" if payload.get("result_id").is_some() => {
            format!("streamed {}", payload["result_size"])
        }
        "job.result" => format!("result {}", payload["result"]),
        "job.error" => format!(
            "error {} {} {}",
            payload["code"].as_str().unwrap(),
            payload["final_status"].as_str().unwrap(),
            payload["retryable"]
        ),
        other => panic!("{other} is no part of a job: {frame}"),
    }
}

/// Runs every case on one session: the numbers go on without a gap from the first event to the last end.
async fn all(peer: &mut Peer, cases: Vec<Case>) {
    let mut next = 1;
    for (steps, more, expected) in cases {
        peer.probe(steps.clone(), more).await;
        let accepted = peer.receive().await;
        assert_eq!(accepted["type"], "job.accepted", "{steps}: {accepted}");
        let frames = peer.until(&["job.result", "job.error"]).await;
        for frame in &frames {
            assert_eq!(frame["event_seq"], next, "{frame}");
            assert_eq!(frame["job_id"], accepted["job_id"]);
            next += 1;
        }
        let seen: Vec<_> = frames.iter().map(line).collect();
        assert_eq!(seen, expected, "{steps}");
    }
}

/// Scripts that are refused before there is a job, with the place.
async fn refusals(peer: &mut Peer) {
    for (input, place) in [
        (json!(7), "payload.input"),
        (json!({"do": 7}), "payload.input.do"),
        (json!({"do": [{}]}), "payload.input.do[0]"),
        (
            json!({"do": [{"log": {"message": "a"}, "block": {}}]}),
            "payload.input.do[0]",
        ),
        (json!({"do": [{"nap": {}}]}), "payload.input.do[0]"),
        (
            json!({"do": [{"block": {}}, {"log": {"message": 1}}]}),
            "payload.input.do[1].log.message",
        ),
        (
            json!({"do": [{"repeat": {"n": 2, "do": [{"sleep": {}}]}}]}),
            "payload.input.do[0].repeat.do[0].sleep",
        ),
        (
            json!({"do": [{"chunk": {"data": "a"}}, {"return": 1}]}),
            "payload.input.do[1]",
        ),
    ] {
        let id = peer
            .send("job.submit", json!({"agent": "probe", "input": input}))
            .await;
        let answer = peer.receive().await;
        assert_eq!(answer["type"], "session.error", "{input}: {answer}");
        assert_eq!(answer["payload"]["code"], "INVALID_REQUEST");
        assert_eq!(answer["payload"]["request_id"], id);
        let message = answer["payload"]["message"].as_str().unwrap();
        assert!(message.contains(place), "{input}: {message}");
    }
}

/// A job that waits is cancelled at once; one that does not listen, after its grace.
async fn cancelling(peer: &mut Peer) {
    for steps in [
        json!([{"log": {"message": "on"}}, {"block": {}}]),
        json!([{"log": {"message": "on"}}, {"sleep": {"ms": 3_600_000}}]),
        json!([{"log": {"message": "on"}}, {"stubborn": {"ms": 3_600_000}}]),
    ] {
        peer.probe(steps.clone(), json!({})).await;
        let job = peer.until(&["job.event"]).await[0]["job_id"].clone();
        peer.send_about(
            "job.cancel",
            json!({"reason": "enough", "job_id": job}),
            Some(&job),
        )
        .await;
        let frames = peer.until(&["job.error", "job.result"]).await;
        let types: Vec<_> = frames
            .iter()
            .map(|frame| frame["type"].as_str().unwrap())
            .collect();
        assert_eq!(types, ["job.cancelled", "job.error"], "{steps}");
        assert_eq!(
            line(frames.last().unwrap()),
            "error CANCELLED cancelled false",
            "{steps}"
        );
    }
}

/// A child is announced, tells its own events in the parent's session, and ends before its parent goes on.
async fn delegating(peer: &mut Peer) {
    let child = json!({"do": [{"log": {"message": "child"}}, {"return": 1}]});
    peer.probe(
        json!([
            {"delegate": {"agent": "probe", "input": child, "lease_request": {"tool.call": ["search.web"]}}},
            {"delegate": {"agent": "probe", "input": child, "lease_request": {"tool.call": ["shell"]}}},
            {"delegate": {"agent": "nobody"}},
            {"return": 2}
        ]),
        json!({"lease_request": {"tool.call": ["search.*"], "agent.delegate": ["*"]}}),
    )
    .await;
    let parent = peer.receive().await["job_id"].clone();
    let mut seen = Vec::new();
    let mut ends = 0;
    while ends < 2 {
        let frame = peer.receive().await;
        let whose = if frame["job_id"] == parent {
            "parent"
        } else {
            "child"
        };
        let what = match frame["type"].as_str().unwrap() {
            "job.event" => match frame["payload"]["body"]["error"]["code"].as_str() {
                Some(code) => code.to_owned(),
                None => frame["payload"]["kind"].as_str().unwrap().to_owned(),
            },
            other => other.to_owned(),
        };
        ends += u32::from(frame["type"] == "job.result");
        if frame["type"] == "job.accepted" {
            assert_eq!(frame["payload"]["parent_job_id"], parent);
            assert_eq!(
                frame["payload"]["lease"],
                json!({"tool.call": ["search.web"]})
            );
        }
        seen.push(format!("{whose} {what}"));
    }
    assert_eq!(
        seen,
        [
            "parent delegate",
            "child job.accepted",
            "child log",
            "child job.result",
            "parent delegate",
            "parent LEASE_SUBSET_VIOLATION",
            "parent delegate",
            "parent AGENT_NOT_AVAILABLE",
            "parent job.result",
        ]
    );
}

async fn everything(peer: &mut Peer) {
    refusals(peer).await;
    all(peer, [events(), chunks(), authority(), ends()].concat()).await;
    cancelling(peer).await;
    delegating(peer).await;
}

#[tokio::test]
async fn every_step_over_a_websocket() {
    let server = Server::start(&["--store", "memory", "--cancel-grace", "100"]).await;
    let mut peer = Peer::hello(&server.url).await;
    everything(&mut peer).await;
}

#[tokio::test]
async fn every_step_over_standard_input_and_output() {
    let mut peer = Peer::stdio(&["--store", "memory", "--cancel-grace", "100"]);
    peer.greet(crate::support::hello("tok-a")).await;
    everything(&mut peer).await;
    // The end of standard input is the end of the command.
    let status = peer.hang_up().await.unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_signal_ends_standard_input_and_output_in_good_order() {
    let mut peer = Peer::stdio(&["--store", "memory"]);
    peer.greet(crate::support::hello("tok-a")).await;
    peer.probe(json!([{"block": {}}]), json!({})).await;
    assert_eq!(peer.receive().await["type"], "job.accepted");
    let status = peer.terminate().await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn counting_writes_one_line_for_each_execution() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let server = Server::start(&["--store", "memory", "--probe-dir", &path]).await;
    let mut peer = Peer::hello(&server.url).await;
    let mut jobs = Vec::new();
    // The same key twice is one execution.
    for key in ["a", "a", "b"] {
        peer.probe(
            json!([{"count": {"name": "runs"}}]),
            json!({"idempotency_key": key}),
        )
        .await;
        let end = peer
            .until(&["job.result", "job.error"])
            .await
            .pop()
            .unwrap();
        assert_eq!(end["type"], "job.result", "{end}");
        jobs.push(end["job_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(jobs[0], jobs[1]);
    jobs.dedup();
    let written = std::fs::read_to_string(folder.path().join("runs")).unwrap();
    assert_eq!(written.lines().collect::<Vec<_>>(), jobs);
}

#[tokio::test]
async fn without_the_flag_there_is_no_probe() {
    let mut command = crate::support::arcp(&[
        "serve",
        "--port",
        "0",
        "--store",
        "memory",
        "--token",
        "tok-a=alice",
    ]);
    command.env("ARCP_LOG", "off");
    let server = Server::spawn(command).await;
    let mut peer = Peer::hello(&server.url).await;
    peer.probe(json!([]), json!({})).await;
    let answer = peer.receive().await;
    assert_eq!(answer["payload"]["code"], "AGENT_NOT_AVAILABLE", "{answer}");
}
