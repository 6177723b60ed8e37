//! Delegation (§10): a job's children, what they may do and spend, and how they end with it.

use arcp_generated::error::ErrorCode;
use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::store::MemoryStore;
use serde_json::{Value, json};

use super::{Limits, Peer, Runtime, in_file, in_memory, numbers, start};

mod families;

const FEATURES: [&str; 8] = [
    "heartbeat",
    "ack",
    "progress",
    "agent_versions",
    "result_chunk",
    "lease_expires_at",
    "cost.budget",
    "model.use",
];

/// Says hello with everything that a lease can need.
async fn hello(runtime: &super::Runtime) -> Peer {
    let mut peer = Peer::dial(runtime);
    let mut payload = super::hello("tok-a");
    payload["capabilities"]["features"] = json!(FEATURES);
    peer.send("session.hello", payload).await;
    peer.welcomed().await;
    peer
}

/// Submits to the probe and waits until it is accepted.
async fn submit(peer: &mut Peer, steps: Value, lease: Value) -> Value {
    submit_with(peer, steps, lease, json!({})).await
}

async fn submit_with(peer: &mut Peer, steps: Value, lease: Value, more: Value) -> Value {
    let mut payload = json!({"agent": "probe", "input": {"do": steps}, "lease_request": lease});
    for (name, value) in more.as_object().unwrap() {
        payload[name] = value.clone();
    }
    peer.send("job.submit", payload).await;
    let accepted = peer.receive().await;
    assert_eq!(accepted["type"], "job.accepted", "{accepted}");
    accepted
}

fn any_agent() -> Value {
    json!({"agent.delegate": ["*"]})
}

/// A `delegate` step whose child is the probe.
fn child(steps: Value, more: Value) -> Value {
    let mut step = json!({"agent": "probe", "input": {"do": steps}});
    for (name, value) in more.as_object().unwrap() {
        step[name] = value.clone();
    }
    json!({"delegate": step})
}

fn of_type<'a>(frames: &'a [Value], wire_type: &str) -> Vec<&'a Value> {
    frames
        .iter()
        .filter(|frame| frame["type"] == wire_type)
        .collect()
}

/// The errors inside the `tool_result`s of a job, in order.
fn refusals(frames: &[Value], job: &Value) -> Vec<String> {
    frames
        .iter()
        .filter(|frame| frame["job_id"] == *job && frame["payload"]["kind"] == "tool_result")
        .filter_map(|frame| frame["payload"]["body"]["error"]["code"].as_str())
        .map(ToOwned::to_owned)
        .collect()
}

#[tokio::test]
async fn a_child_is_announced_runs_and_ends_on_its_parents_session() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let steps = json!([child(json!([{"log": {"message": "in"}}, {"return": 1}]), json!({})), {"return": 2}]);
    peer.send_with(
        "job.submit",
        json!({"agent": "probe", "input": {"do": steps}, "lease_request": any_agent()}),
        json!({"trace_id": trace}),
    )
    .await;
    let parent = peer.receive().await["job_id"].clone();
    let frames = peer.until_end(&parent).await;
    let types: Vec<_> = frames
        .iter()
        .map(|frame| frame["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        [
            "job.event",
            "job.accepted",
            "job.event",
            "job.result",
            "job.result"
        ],
        "{frames:#?}"
    );
    let (event, accepted, log) = (&frames[0], &frames[1], &frames[2]);
    assert_eq!(event["payload"]["kind"], "delegate");
    assert_eq!(event["job_id"], parent);
    let body = &event["payload"]["body"];
    assert_eq!(body["agent"], "probe");
    assert_eq!(body["lease_request"], json!({}));
    assert!(body["delegate_id"].as_str().unwrap().starts_with("del_"));
    let payload = &accepted["payload"];
    assert_eq!(payload["delegate_id"], body["delegate_id"]);
    assert_eq!(payload["parent_job_id"], parent);
    assert_eq!(payload["agent"], "probe@2.0.0");
    assert_eq!(payload["lease"], json!({}));
    assert!(payload.get("request_id").is_none());
    assert_ne!(accepted["job_id"], parent);
    assert_eq!(log["job_id"], accepted["job_id"]);
    for frame in &frames {
        assert_eq!(frame["trace_id"], trace, "{frame}");
    }
    assert_eq!(payload["trace_id"], trace);
    assert_eq!(frames[3]["payload"]["result"], 1);
    assert_eq!(frames[4]["payload"]["result"], 2);
    assert_eq!(numbers(&frames), [1, 2, 3, 4]);
}

#[tokio::test]
async fn what_may_not_be_delegated_is_refused_on_the_parent_which_goes_on() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let probe = |lease: Value| child(json!([]), json!({ "lease_request": lease }));
    let cases = [
        (json!({}), child(json!([]), json!({})), "PERMISSION_DENIED"),
        (
            json!({"agent.delegate": ["other"]}),
            child(json!([]), json!({})),
            "PERMISSION_DENIED",
        ),
        (
            any_agent(),
            json!({"delegate": {"agent": "nosuch"}}),
            "AGENT_NOT_AVAILABLE",
        ),
        (
            json!({}),
            json!({"delegate": {"agent": "nosuch"}}),
            "PERMISSION_DENIED",
        ),
        (
            any_agent(),
            json!({"delegate": {"agent": "probe@9"}}),
            "AGENT_VERSION_NOT_AVAILABLE",
        ),
        (
            any_agent(),
            json!({"delegate": {"agent": "probe", "input": {"do": "x"}}}),
            "INVALID_REQUEST",
        ),
        (
            any_agent(),
            probe(json!({"tool.call": ["x"]})),
            "LEASE_SUBSET_VIOLATION",
        ),
        (
            json!({"agent.delegate": ["*"], "fs.read": ["/a/*"]}),
            probe(json!({"fs.read": ["/a/**"]})),
            "LEASE_SUBSET_VIOLATION",
        ),
        (
            json!({"agent.delegate": ["*"], "model.use": ["tier-fast/*"]}),
            probe(json!({"model.use": ["*"]})),
            "LEASE_SUBSET_VIOLATION",
        ),
        (
            any_agent(),
            probe(json!({"cost.budget": ["USD:1"]})),
            "LEASE_SUBSET_VIOLATION",
        ),
        (
            any_agent(),
            child(
                json!([]),
                json!({"lease_constraints": {"expires_at": "2001-01-01T00:00:00Z"}}),
            ),
            "INVALID_REQUEST",
        ),
    ];
    for (lease, step, code) in cases {
        let parent =
            submit(&mut peer, json!([step, {"return": "on"}]), lease).await["job_id"].clone();
        let frames = peer.until_end(&parent).await;
        assert_eq!(refusals(&frames, &parent), [code], "{step} {frames:#?}");
        assert_eq!(frames[0]["payload"]["kind"], "delegate", "{step}");
        assert_eq!(
            frames[1]["payload"]["body"]["call_id"], frames[0]["payload"]["body"]["delegate_id"],
            "{step}"
        );
        assert_eq!(frames[2]["payload"]["result"], "on", "{step}");
        assert_eq!(frames.len(), 3, "no child, no session.error: {step}");
    }
}

#[tokio::test]
async fn what_the_session_cannot_read_is_not_delegated_and_not_shown() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::dial(&runtime);
    let mut payload = super::hello("tok-a");
    payload["capabilities"]["features"] = json!([]);
    peer.send("session.hello", payload).await;
    peer.welcomed().await;
    for step in [
        json!({"delegate": {"agent": "probe@1.0.0", "input": {"do": []}}}),
        child(
            json!([]),
            json!({"lease_constraints": {"expires_at": "2999-01-01T00:00:00Z"}}),
        ),
        child(
            json!([]),
            json!({"lease_request": {"cost.budget": ["USD:0"]}}),
        ),
        child(json!([]), json!({"lease_request": {"model.use": []}})),
    ] {
        let parent =
            submit(&mut peer, json!([step, {"return": "on"}]), any_agent()).await["job_id"].clone();
        let frames = peer.until_end(&parent).await;
        assert_eq!(frames.len(), 1, "{frames:#?}");
        assert_eq!(frames[0]["payload"]["result"], "on");
    }
}

#[tokio::test]
async fn a_child_has_what_it_was_given_and_inherits_its_bounds() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let end = "2999-01-01T00:00:00Z";
    let steps = json!([
        {"metric": {"name": "cost.x", "value": 3, "unit": "USD"}},
        child(json!([{"call": {"tool": "search.web"}}, {"call": {"tool": "other"}}, {"model": {"id": "m"}}]), json!({"lease_request": {"tool.call": ["search.*"]}})),
        child(json!([]), json!({"lease_request": {"cost.budget": ["USD:2.00"]}, "lease_constraints": {"expires_at": "2998-01-01T00:00:00Z"}})),
        child(json!([]), json!({"lease_request": {"cost.budget": ["USD:2.01"]}})),
        child(json!([]), json!({"lease_constraints": {"expires_at": "2999-01-01T00:00:01Z"}})),
        {"return": 0}
    ]);
    let lease = json!({"agent.delegate": ["*"], "tool.call": ["*"], "model.use": ["m"], "cost.budget": ["USD:5"]});
    let parent = submit_with(
        &mut peer,
        steps,
        lease,
        json!({"lease_constraints": {"expires_at": end}}),
    )
    .await["job_id"]
        .clone();
    let frames = peer.until_end(&parent).await;
    let children = of_type(&frames, "job.accepted");
    assert_eq!(children.len(), 2, "{frames:#?}");
    let first = &children[0]["payload"];
    assert_eq!(
        first["lease"],
        json!({"tool.call": ["search.*"], "model.use": [], "cost.budget": ["USD:2"]})
    );
    assert_eq!(first["budget"], json!({"USD": 2}));
    assert_eq!(first["lease_constraints"]["expires_at"], end);
    assert_eq!(
        refusals(&frames, &children[0]["job_id"]),
        ["PERMISSION_DENIED", "PERMISSION_DENIED"]
    );
    let second = &children[1]["payload"];
    assert_eq!(second["lease"]["cost.budget"], json!(["USD:2.00"]));
    assert_eq!(
        second["lease_constraints"]["expires_at"],
        "2998-01-01T00:00:00Z"
    );
    assert_eq!(
        refusals(&frames, &parent),
        ["LEASE_SUBSET_VIOLATION", "LEASE_SUBSET_VIOLATION"]
    );
}

#[tokio::test]
async fn what_a_child_spends_is_spent_by_every_job_above_it() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let grant = json!({"lease_request": {"agent.delegate": ["*"], "tool.call": ["*"]}});
    let spend = |value: Value| json!({"metric": {"name": "cost.x", "value": value, "unit": "USD"}});
    let grandchild = child(json!([spend(json!(0.1)), spend(json!(0.2))]), grant.clone());
    let steps = json!([
        child(json!([grandchild, {"call": {"tool": "t"}}]), grant),
        {"call": {"tool": "t"}},
        {"return": 0}
    ]);
    let lease = json!({"agent.delegate": ["*"], "tool.call": ["*"], "cost.budget": ["USD:0.30"]});
    let parent = submit(&mut peer, steps, lease).await["job_id"].clone();
    let frames = peer.until_end(&parent).await;
    let jobs: Vec<_> = std::iter::once(parent.clone())
        .chain(
            of_type(&frames, "job.accepted")
                .iter()
                .map(|frame| frame["job_id"].clone()),
        )
        .collect();
    assert_eq!(jobs.len(), 3);
    for job in &jobs {
        let left: Vec<_> = frames
            .iter()
            .filter(|frame| {
                frame["job_id"] == *job
                    && frame["payload"]["body"]["name"] == "cost.budget.remaining"
            })
            .map(|frame| frame["payload"]["body"]["value"].to_string())
            .collect();
        assert_eq!(left.len(), 2, "{job} {frames:#?}");
        assert!(left[0].starts_with("0.2"), "{left:?}");
        assert_eq!(left[1].trim_end_matches(['0', '.']), "", "{left:?}");
    }
    assert_eq!(refusals(&frames, &jobs[0]), ["BUDGET_EXHAUSTED"]);
    assert_eq!(refusals(&frames, &jobs[1]), ["BUDGET_EXHAUSTED"]);
}

#[tokio::test]
async fn several_children_cannot_multiply_a_budget() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let all =
        json!({"lease_request": {"tool.call": ["*"], "cost.budget": ["USD:5"]}, "wait": false});
    let waiting = child(json!([{"block": {}}]), all.clone());
    let spender = child(
        json!([{"metric": {"name": "cost.x", "value": 5, "unit": "USD"}}]),
        json!({"lease_request": {"cost.budget": ["USD:5"]}}),
    );
    let steps = json!([waiting, spender, {"call": {"tool": "t"}}, child(json!([]), json!({})), {"return": 0}]);
    let lease = json!({"agent.delegate": ["*"], "tool.call": ["*"], "cost.budget": ["USD:5"]});
    let parent = submit(&mut peer, steps, lease).await["job_id"].clone();
    let frames = peer.until_end(&parent).await;
    assert_eq!(
        refusals(&frames, &parent),
        ["BUDGET_EXHAUSTED", "BUDGET_EXHAUSTED"]
    );
}

/// The jobs in the order of their terminal messages, with the codes.
fn ends(frames: &[Value]) -> Vec<(Value, String)> {
    frames
        .iter()
        .filter(|frame| frame["type"] == "job.result" || frame["type"] == "job.error")
        .map(|frame| {
            let code = frame["payload"]["code"].as_str().unwrap_or("success");
            (frame["job_id"].clone(), code.to_owned())
        })
        .collect()
}

/// What a tool is asked, in a type of the agent's own.
#[derive(serde::Serialize)]
struct Query<'a> {
    path: &'a str,
}

/// Lends a part of what it has, step by step; then asks for what no frame can say.
#[arcp_agent(version = "1.0.0")]
async fn lender(ctx: JobContext, end: String) -> Result<Vec<String>, AgentError> {
    let call = ctx.tool_call("fs.read", Query { path: "/a/b" }).await?;
    call.succeed(Some(7)).await?;
    let script = json!({"do": [{"call": {"tool": "search.web"}}, {"call": {"tool": "fetch.url"}}]});
    let mut child = ctx
        .delegate("probe", &script)
        .grant("tool.call", ["search.*"])
        .grant("tool.call", ["fetch.*"])
        .grant("cost.budget", ["USD:0.50"])
        .expires_at(end.parse()?)
        .await?;
    child.result().await?;
    let mut told = Vec::new();
    for wrong in [
        ctx.delegate("Probe", ()).grant("gpu", ["x"]),
        ctx.delegate("probe", ()).grant("gpu", ["x"]),
        ctx.delegate("probe", ()).grant("fs.read", [""]),
        ctx.delegate("probe", std::collections::BTreeMap::from([((), 1)])),
    ] {
        let error = wrong.await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        told.push(error.message);
    }
    Ok(told)
}

#[tokio::test]
async fn a_part_of_a_lease_is_lent_step_by_step() {
    let builder = Runtime::builder().store(MemoryStore::new()).agent(lender);
    let runtime = start(Limits::default(), builder).await;
    let mut peer = hello(&runtime).await;
    let lease = json!({"agent.delegate": ["*"], "tool.call": ["*"], "fs.read": ["/a/**"], "cost.budget": ["USD:1.00"]});
    peer.send(
        "job.submit",
        json!({"agent": "lender", "input": "2999-01-02T03:04:05Z", "lease_request": lease}),
    )
    .await;
    // The child's end comes before its parent's.
    let mut frames = peer.until("job.result").await;
    frames.extend(peer.until("job.result").await);
    let bodies = |kind: &str| -> Vec<&Value> {
        let payloads = frames.iter().map(|frame| &frame["payload"]);
        let events = payloads.filter(|payload| payload["kind"] == kind);
        events.map(|payload| &payload["body"]).collect()
    };
    assert_eq!(bodies("tool_call")[0]["args"], json!({"path": "/a/b"}));
    assert_eq!(bodies("tool_result")[0]["result"], 7);
    let asked = bodies("delegate");
    // What cannot be said is not asked.
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0]["lease_request"],
        json!({"tool.call": ["search.*", "fetch.*"], "cost.budget": ["USD:0.50"]})
    );
    assert_eq!(
        asked[0]["lease_constraints"]["expires_at"],
        "2999-01-02T03:04:05.000Z"
    );
    let told = &frames.last().unwrap()["payload"]["result"];
    for (place, wrong) in [
        (0, "the agent `Probe`"),
        (1, "the capability `gpu`"),
        (2, "the pattern `` of `fs.read`"),
        (3, "the input"),
    ] {
        let message = told[place].as_str().unwrap();
        assert!(message.starts_with(wrong), "{message}");
    }
}

/// Delegates twice: hears one child out, and stops the other.
#[arcp_agent(version = "1.0.0")]
async fn boss(ctx: JobContext, steps: Value) -> Result<Value, AgentError> {
    let mut talker = ctx.delegate("probe", json!({ "do": steps })).await?;
    let mut kinds = Vec::new();
    while let Some(event) = talker.next_event().await? {
        kinds.push(event.body.kind().as_str().to_owned());
    }
    let result = talker.result().await;
    let input = json!({"do": [{"block": {}}]});
    let mut sleeper = ctx.delegate("probe@1.0.0", input).await?;
    sleeper.cancel("that will do").await?;
    let stopped = sleeper.result().await.unwrap_err();
    let refused = ctx.delegate("probe", json!({})).await.unwrap_err();
    Ok(json!({
        "kinds": kinds,
        "result": result.map_or_else(|error| json!(error.code.as_str()), |value| value.decode().unwrap()),
        "stopped": [stopped.code.as_str(), stopped.message],
        "sleeper": sleeper.agent_ref(),
        "refused": refused.code.as_str(),
    }))
}

#[tokio::test]
async fn an_agent_hears_its_children_out_and_stops_them() {
    let runtime = super::start(
        Limits::default(),
        super::Runtime::builder()
            .store(super::MemoryStore::new())
            .agent(boss),
    )
    .await;
    let mut peer = hello(&runtime).await;
    for (last, expected) in [
        (json!({"return": [1]}), json!([1])),
        (json!({"fail": {"code": "X_FAILED"}}), json!("X_FAILED")),
    ] {
        // More than one page of events.
        let steps = json!([{"repeat": {"n": 150, "do": [{"log": {"message": "{i}"}}]}}, {"progress": {"current": 1}}, last]);
        peer.send(
            "job.submit",
            json!({"agent": "boss", "input": steps, "lease_request": any_agent()}),
        )
        .await;
        let parent = peer.receive().await["job_id"].clone();
        let frames = peer.until_end(&parent).await;
        let result = &frames.last().unwrap()["payload"]["result"];
        assert_eq!(result["kinds"].as_array().unwrap().len(), 151, "{result}");
        assert_eq!(result["kinds"][150], "progress");
        assert_eq!(result["result"], expected);
        assert_eq!(result["stopped"], json!(["CANCELLED", "that will do"]));
        assert_eq!(result["sleeper"], "probe@1.0.0");
        assert_eq!(result["refused"], "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn a_slow_reader_hears_of_a_child_in_its_place() {
    let mut limits = Limits::default();
    limits.outbound_frames = 1;
    let runtime = in_memory(limits).await;
    let mut peer = hello(&runtime).await;
    let talk = json!({"repeat": {"n": 20, "do": [{"log": {"message": "x"}}]}});
    let delegating = child(json!([talk]), json!({}));
    let steps = json!([talk, delegating, talk, delegating, talk]);
    let parent = submit(&mut peer, steps, any_agent()).await["job_id"].clone();
    let frames = peer.until_end(&parent).await;
    assert_eq!(numbers(&frames), (1..=105).collect::<Vec<_>>());
    let place = |wanted: &dyn Fn(&Value) -> bool| frames.iter().position(wanted).unwrap();
    let accepted = of_type(&frames, "job.accepted");
    assert_eq!(accepted.len(), 2);
    for accepted in accepted {
        let id = &accepted["payload"]["delegate_id"];
        let asked = place(&|frame| {
            frame["type"] == "job.event" && frame["payload"]["body"]["delegate_id"] == *id
        });
        let answered = place(&|frame| frame == accepted);
        let first =
            place(&|frame| frame["job_id"] == accepted["job_id"] && frame["type"] == "job.event");
        assert!(
            asked < answered && answered < first,
            "{asked} {answered} {first}"
        );
    }
}

#[tokio::test]
async fn a_family_whose_lease_is_over_ends_with_it() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = hello(&runtime).await;
    let end = jiff::Timestamp::now() + std::time::Duration::from_millis(400);
    let steps = json!([child(json!([{"block": {}}]), json!({})), {"return": 1}]);
    let more = json!({"lease_constraints": {"expires_at": end.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()}});
    let parent = submit_with(&mut peer, steps, any_agent(), more).await["job_id"].clone();
    let frames = peer.until_end(&parent).await;
    let codes: Vec<_> = ends(&frames).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["LEASE_EXPIRED", "LEASE_EXPIRED"]);
}
