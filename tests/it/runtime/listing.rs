//! Listing: what is there, page by page, and only to who may know (§6.6).

use serde_json::{Value, json};

use super::{Everybody, Limits, MemoryStore, Peer, Runtime, in_file, in_memory, start, without};

impl Peer {
    /// One page of jobs.
    pub(super) async fn list(&mut self, payload: Value) -> Value {
        let id = self.send("session.list_jobs", payload).await;
        let jobs = self.receive().await;
        assert_eq!(jobs["type"], "session.jobs", "{jobs}");
        assert!(jobs.get("event_seq").is_none());
        assert_eq!(jobs["payload"]["request_id"], json!(id));
        jobs["payload"].clone()
    }

    /// The ids of all pages.
    async fn list_all(&mut self, mut payload: Value) -> Vec<Value> {
        let mut ids = Vec::new();
        loop {
            let page = self.list(payload.clone()).await;
            ids.extend(job_ids(&page));
            if page["next_cursor"].is_null() {
                return ids;
            }
            payload["cursor"] = page["next_cursor"].clone();
        }
    }

    /// Runs an echo to its end; gives its id.
    async fn echo(&mut self, input: u32) -> Value {
        let frames = self.run(json!({"agent": "echo", "input": input})).await;
        frames[0]["job_id"].clone()
    }
}

fn job_ids(page: &Value) -> Vec<Value> {
    let jobs = page["jobs"].as_array().unwrap();
    jobs.iter().map(|job| job["job_id"].clone()).collect()
}

#[tokio::test]
async fn an_entry_tells_what_a_job_is() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let lease = json!({"tool.call": ["x"], "cost.budget": ["USD:5.00"]});
    let payload = json!({
        "agent": "probe", "lease_request": lease, "lease_constraints": {"expires_at": "2999-01-01T00:00:00Z"},
        "input": {"do": [{"log": {"message": "m"}}, {"metric": {"name": "cost.x", "value": 1.42, "unit": "USD"}}, {"block": {}}]}
    });
    peer.send_with("job.submit", payload, json!({"trace_id": trace}))
        .await;
    let accepted = peer.receive().await;
    let mut seen = 0;
    while seen < 3 {
        seen = peer.receive().await["event_seq"].as_u64().unwrap();
    }
    let page = peer.list(json!({})).await;
    assert_eq!(page["next_cursor"], Value::Null);
    assert!(page.as_object().unwrap().contains_key("next_cursor"));
    let accepted = &accepted["payload"];
    let expected = json!([{
        "job_id": accepted["job_id"], "agent": "probe@2.0.0", "status": "running", "lease": lease, "parent_job_id": null,
        "lease_constraints": {"expires_at": "2999-01-01T00:00:00Z"}, "budget": {"USD": 3.58},
        "created_at": accepted["accepted_at"], "submitted_at": accepted["accepted_at"], "trace_id": trace, "last_event_seq": 3
    }]);
    assert_eq!(page["jobs"], expected);
    assert!(
        page["jobs"][0]
            .as_object()
            .unwrap()
            .contains_key("parent_job_id")
    );
    // A session that did not negotiate the bounds is not told of them.
    let mut plain = Peer::hello_with(&runtime, "tok-a", &["list_jobs"]).await;
    let job = plain.list(json!({})).await["jobs"][0].clone();
    assert_eq!(job["lease"], json!({"tool.call": ["x"]}));
    assert!(job.get("budget").is_none() && job.get("lease_constraints").is_none());
}

#[tokio::test]
async fn filters_choose() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let echo = peer.echo(1).await;
    let frames = peer
        .run(json!({"agent": "probe@1.0.0", "input": {"do": [{"fail": {"code": "X"}}]}}))
        .await;
    let (old, created) = (
        frames[0]["job_id"].clone(),
        frames[0]["payload"]["accepted_at"].clone(),
    );
    // Created times are told apart by milliseconds.
    while jiff::Timestamp::now().as_millisecond()
        <= created
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
            .as_millisecond()
    {
        tokio::task::yield_now().await;
    }
    let new = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let cases = [
        (json!({}), vec![&echo, &old, &new]),
        (json!({"status": ["running", "pending"]}), vec![&new]),
        (json!({"status": ["success", "error"]}), vec![&echo, &old]),
        (json!({"status": []}), vec![]),
        (json!({"agent": "probe"}), vec![&old, &new]),
        (json!({"agent": "probe@1.0.0"}), vec![&old]),
        (json!({"agent": "prob"}), vec![]),
        (json!({"created_after": created}), vec![&new]),
        (json!({"created_before": created, "agent": "probe"}), vec![]),
        (
            json!({"created_after": "2001-01-01T02:00:00+02:00", "status": ["error"]}),
            vec![&old],
        ),
        (json!({"created_after": "2999-01-01T00:00:00Z"}), vec![]),
    ];
    for (filter, expected) in cases {
        let page = peer.list(json!({"filter": filter})).await;
        assert_eq!(
            job_ids(&page).iter().collect::<Vec<_>>(),
            expected,
            "{filter}"
        );
    }
    for wrong in [
        json!({"filter": {"status": ["bogus"]}}),
        json!({"filter": {"status": "running"}}),
        json!({"filter": {"created_after": "yesterday"}}),
        json!({"filter": {"created_after": "2026-02-31T00:00:00Z"}}),
        json!({"filter": {"agent": "A"}}),
        json!({"filter": []}),
        json!({"limit": 0}),
        json!({"limit": -1}),
        json!({"limit": 1.5}),
    ] {
        assert_eq!(
            peer.refused("session.list_jobs", wrong.clone()).await,
            "INVALID_REQUEST",
            "{wrong}"
        );
    }
    peer.quiet().await;
}

#[tokio::test]
async fn pages_are_stable_while_jobs_come() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut jobs = Vec::new();
    for input in 0..5 {
        jobs.push(peer.echo(input).await);
    }
    let first = peer.list(json!({"limit": 2, "cursor": null})).await;
    assert_eq!(job_ids(&first), jobs[..2]);
    jobs.push(peer.echo(5).await);
    let rest = json!({"limit": 3, "cursor": first["next_cursor"]});
    assert_eq!(peer.list_all(rest).await, jobs[2..]);
    assert_eq!(peer.list_all(json!({"limit": 6})).await, jobs);
    assert_eq!(
        peer.list_all(json!({"limit": 1, "filter": {"agent": "echo"}}))
            .await,
        jobs
    );
    assert_eq!(
        peer.list_all(json!({"limit": 9_000_000_000_u64})).await,
        jobs
    );
    // A page that is full and last says so, also behind a filter.
    let page = peer
        .list(json!({"limit": 6, "filter": {"status": ["success"]}}))
        .await;
    assert_eq!(page["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_cursor_of_somebody_else_is_no_cursor() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    for input in 0..2 {
        peer.echo(input).await;
    }
    let cursor = peer.list(json!({"limit": 1})).await["next_cursor"].clone();
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    let shortened = json!(cursor.as_str().unwrap()[..20]);
    let payload = json!({"cursor": cursor});
    assert_eq!(
        bob.refused("session.list_jobs", payload).await,
        "INVALID_REQUEST"
    );
    for wrong in [
        shortened,
        json!("0"),
        json!("?".repeat(4000)),
        json!(""),
        json!(7),
    ] {
        let payload = json!({"cursor": wrong});
        assert_eq!(
            peer.refused("session.list_jobs", payload).await,
            "INVALID_REQUEST",
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn principals_see_their_own_jobs_from_any_session_and_nothing_of_others() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let job = peer.probe(json!([{"block": {}}])).await["job_id"].clone();
    let mut sibling = Peer::hello(&runtime, "tok-a").await;
    let listed = job_ids(&sibling.list(json!({})).await);
    assert!(listed.len() == 1 && listed[0] == job);
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    for payload in [
        json!({}),
        json!({"limit": 1}),
        json!({"filter": {"agent": "probe", "created_after": "2001-01-01T00:00:00Z"}}),
    ] {
        let page = bob.list(payload).await;
        assert_eq!(
            (&page["jobs"], &page["next_cursor"]),
            (&json!([]), &Value::Null)
        );
    }
    // Whoever only lists gets no events.
    peer.send_with("job.cancel", json!({}), json!({"job_id": job}))
        .await;
    peer.until("job.error").await;
    sibling.quiet().await;
    assert_eq!(
        sibling.list(json!({})).await["jobs"][0]["status"],
        "cancelled"
    );
}

#[tokio::test]
async fn a_policy_can_show_more() {
    let builder = Runtime::builder()
        .store(MemoryStore::new())
        .observers(Everybody);
    let runtime = start(Limits::default(), builder).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut bob = Peer::hello(&runtime, "tok-b").await;
    let jobs = [peer.echo(1).await, bob.echo(2).await, peer.echo(3).await];
    assert_eq!(bob.list_all(json!({"limit": 1})).await, jobs);
}

#[tokio::test]
async fn a_listing_needs_its_feature() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("list_jobs")).await;
    assert_eq!(
        peer.refused("session.list_jobs", json!({})).await,
        "INVALID_REQUEST"
    );
    let mut peer = Peer::hello_with(&runtime, "tok-a", &without("agent_versions")).await;
    let pinned = json!({"filter": {"agent": "probe@1.0.0"}});
    assert_eq!(
        peer.refused("session.list_jobs", pinned).await,
        "INVALID_REQUEST"
    );
    peer.quiet().await;
}

#[tokio::test]
async fn a_submit_is_listed_by_the_next_frame() {
    let runtime = in_memory(Limits::default()).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    peer.send(
        "job.submit",
        json!({"agent": "probe", "input": {"do": [{"block": {}}]}}),
    )
    .await;
    peer.send("session.list_jobs", json!({})).await;
    let accepted = peer.receive().await;
    assert_eq!(
        job_ids(&peer.receive().await["payload"]),
        [accepted["job_id"].clone()]
    );
}

#[tokio::test]
async fn pages_go_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runtime.db");
    let (runtime, store) = in_file(&path).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let jobs = [
        peer.echo(1).await,
        peer.echo(2).await,
        peer.probe(json!([{"block": {}}])).await["job_id"].clone(),
    ];
    let first = peer.list(json!({"limit": 1})).await;
    runtime.shutdown().await.unwrap();
    store.close().await.unwrap();
    drop((runtime, store));

    let (runtime, _store) = in_file(&path).await;
    let mut peer = Peer::hello(&runtime, "tok-a").await;
    let mut page = peer
        .list(json!({"limit": 2, "cursor": first["next_cursor"]}))
        .await;
    assert_eq!(job_ids(&page), jobs[1..]);
    assert_eq!(page["jobs"][1]["status"], "error");
    let again = peer.list(json!({"limit": 1})).await["jobs"][0].take();
    page = first;
    assert_eq!(again, page["jobs"][0]);
}
