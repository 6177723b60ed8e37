//! What a runtime says it has counted, after traffic that is known.

use std::future::poll_fn;

use arcp_runtime::agent::{demo, probe};
use arcp_runtime::server::RuntimeMetrics;
use arcp_runtime::transport::Transport as _;
use serde_json::{Value, json};

use super::{Limits, Peer, Runtime, hello, in_memory, start};

/// The number of one series of the exposition.
fn exposed(metrics: &RuntimeMetrics, series: &str) -> f64 {
    let text = metrics.to_prometheus();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{text}"))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn every_frame_and_its_bytes_are_counted() {
    let runtime = in_memory(Limits::default()).await;
    let nothing = runtime.metrics();
    assert_eq!(nothing.wire.frames_received + nothing.wire.frames_sent, 0);
    let mut peer = Peer::dial(&runtime);
    let frame =
        json!({"arcp": "1.1", "id": "m", "type": "session.hello", "payload": hello("tok-a")});
    peer.raw(&frame.to_string()).await;
    peer.welcomed().await;
    let wire = runtime.metrics().wire;
    assert_eq!((wire.connections, wire.connections_served), (1, 1));
    assert_eq!((wire.frames_received, wire.frames_sent), (1, 1));
    assert_eq!(wire.bytes_received, frame.to_string().len() as u64);
    assert!(wire.bytes_sent > 100);

    peer.raw("{").await;
    peer.raw("x").await;
    peer.receive().await;
    peer.receive().await;
    peer.quiet().await;
    let wire = runtime.metrics().wire;
    assert_eq!((wire.frames_received, wire.frames_bad), (4, 2));
    assert_eq!(wire.frames_sent, 4);

    drop(peer);
    let mut stranger = Peer::dial(&runtime);
    stranger.send("session.hello", hello("wrong")).await;
    assert!(stranger.receive().await["payload"]["code"] == "UNAUTHENTICATED");
    let mut mumbler = Peer::dial(&runtime);
    mumbler.raw("?").await;
    mumbler.receive().await;
    let wire = runtime.metrics().wire;
    assert_eq!((wire.greetings_refused, wire.logins_refused), (2, 1));
    assert_eq!(wire.connections_served, 3);
}

#[tokio::test]
async fn jobs_are_counted_by_where_they_are_and_how_they_ended() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.run(json!({"agent": "echo", "input": 1})).await;
    peer.run(
        json!({"agent": "probe@1.0.0", "input": {"do": [{"fail": {"code": "INTERNAL_ERROR"}}]}}),
    )
    .await;
    peer.run(json!({"agent": "nobody", "input": 1})).await;
    let steps = json!([{"log": {"message": "here"}}, {"block": {}}]);
    let running = peer.probe(steps).await["job_id"].clone();
    peer.until("job.event").await;
    let core = runtime.metrics().core;
    assert_eq!((core.jobs_accepted, core.jobs_refused), (3, 1));
    assert_eq!((core.jobs_pending, core.jobs_running), (0, 1));
    assert_eq!(core.events_appended, 3);
    peer.send_with("job.cancel", json!({}), json!({"job_id": running}))
        .await;
    peer.until("job.error").await;

    let metrics = runtime.metrics();
    let (core, ended) = (&metrics.core, metrics.core.jobs_ended);
    assert_eq!((core.jobs_pending, core.jobs_running), (0, 0));
    assert_eq!((ended.success, ended.error, ended.cancelled), (1, 1, 1));
    assert_eq!((ended.timed_out, ended.total()), (0, 3));
    let of = |name: &str| metrics.agents.iter().find(|(agent, _)| agent == name);
    let (_, probe) = of("probe@1.0.0").unwrap();
    assert_eq!((probe.accepted, probe.ended.error), (1, 1));
    let (_, untouched) = of("stream@1.0.0").unwrap();
    assert_eq!(untouched.accepted, 0);
    let series = "arcp_agent_jobs_ended_total{agent=\"echo@1.0.0\",status=\"success\"}";
    assert!((exposed(&metrics, series) - 1.0).abs() < f64::EPSILON);
    let series = "arcp_jobs_ended_total{status=\"cancelled\"}";
    assert!((exposed(&metrics, series) - 1.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn resumes_and_what_is_read_back_are_counted() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let steps = json!([{"repeat": {"n": 5, "do": [{"log": {"message": "{i}"}}]}}]);
    peer.probe(steps).await;
    peer.until("job.result").await;
    let core = runtime.metrics().core;
    assert_eq!((core.sessions_attached, core.sessions_known), (1, 1));
    let peer = peer.hang_up();
    let mut again = Peer::resume(&runtime, &peer, 2).await;
    again.until_number(6).await;
    let metrics = runtime.metrics();
    assert_eq!(metrics.core.sessions_opened, 1);
    assert_eq!(metrics.core.sessions_resumed, 1);
    assert_eq!(metrics.core.sessions_known, 1);
    assert_eq!(metrics.wire.events_replayed, 4);
}

#[tokio::test]
async fn refused_operations_are_counted_by_their_code() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let calls = json!([
        {"call": {"tool": "allowed", "cost": {"USD": "2"}}}, {"call": {"tool": "allowed"}}, {"call": {"tool": "other"}}
    ]);
    let submit = json!({
        "agent": "probe", "input": {"do": calls}, "lease_request": {"tool.call": ["allowed"], "cost.budget": ["USD:1"]}
    });
    peer.run(submit).await;
    let refusals = runtime.metrics().refusals;
    assert_eq!(refusals.budget_exhausted + refusals.permission_denied, 2);
    assert!(refusals.budget_exhausted >= 1, "{refusals:?}");
    assert_eq!(refusals.lease_expired, 0);
}

#[tokio::test]
async fn each_commit_is_timed_and_its_records_are_counted() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let before = runtime.metrics().store;
    assert_eq!(
        (before.commits.count(), before.records),
        (1, 1),
        "the session"
    );
    peer.run(json!({"agent": "echo", "input": 1})).await;
    let metrics = runtime.metrics();
    let store = &metrics.store;
    assert!(store.commits.count() > before.commits.count());
    // The job, its terminal status, its result.
    assert_eq!(store.records, before.records + 3);
    assert_eq!((store.failures, store.failing), (0, false));
    let count = exposed(&metrics, "arcp_store_commit_seconds_count");
    let all = exposed(&metrics, "arcp_store_commit_seconds_bucket{le=\"+Inf\"}");
    assert!((count - all).abs() < f64::EPSILON && count >= 2.0);
}

#[tokio::test]
async fn the_exposition_is_well_formed_whatever_has_happened() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.run(json!({"agent": "echo", "input": 1})).await;
    let text = runtime.metrics().to_prometheus();
    assert!(text.ends_with('\n'));
    let mut declared = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(declared.insert(name), "{name} is declared twice");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            assert!(
                declared.contains(name) || family.is_some_and(|family| declared.contains(family)),
                "{line}"
            );
            value.parse::<f64>().unwrap();
        }
    }
    for secret in [
        "tok-a",
        "alice",
        peer.session.as_ref().and_then(Value::as_str).unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_connection_too_many_is_counted_as_dropped() {
    let mut limits = Limits::default();
    limits.connections = 1;
    let runtime = start(limits, Runtime::builder()).await;
    let _first = Peer::hello(&runtime, "tok-a").await;
    let mut second = Peer::dial(&runtime).transport;
    let end = poll_fn(|cx| second.poll_recv(cx)).await;
    assert!(!matches!(end, Some(Ok(_))), "{end:?}");
    let wire = runtime.metrics().wire;
    assert_eq!((wire.connections_dropped, wire.connections), (1, 1));
}

#[tokio::test]
async fn there_are_as_many_series_as_agents_whatever_clients_ask_for() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let series = runtime.metrics().to_prometheus().lines().count();
    for number in 0..20 {
        let agent = format!("unknown-{number}");
        peer.run(json!({"agent": agent, "input": 1})).await;
    }
    assert_eq!(runtime.metrics().core.jobs_refused, 20);
    assert_eq!(runtime.metrics().to_prometheus().lines().count(), series);
    let registered = demo::all().len() + probe::Probe::versions(None).len();
    assert_eq!(runtime.metrics().agents.len(), registered);
}
