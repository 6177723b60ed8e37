//! Looking through a runtime's jobs (§6.6).

use super::*;

use arcp_generated::job::JobStatus;
use arcp_generated::session::{JobFilter, Jobs, ListJobs};
use arcp_runtime::client::ClientLimits;
use tokio::task::JoinHandle;

fn entry(n: u64) -> Value {
    json!({
        "job_id": format!("job_{n}"), "agent": "echo@1.0.0", "status": "running", "lease": {}, "parent_job_id": null,
        "created_at": "2026-01-01T00:00:00.000Z", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "last_event_seq": n,
    })
}

async fn open_listing() -> (Client, Peer, Runtime) {
    let (builder, mut runtime) = builder();
    let (client, peer) = open_with(builder, &mut runtime, &["list_jobs"])
        .soon()
        .await;
    (client, peer, runtime)
}

fn asking(client: &Client, query: ListJobs) -> JoinHandle<Result<Jobs, ClientError>> {
    let client = client.clone();
    tokio::spawn(async move { client.list_jobs(query).await })
}

async fn answer(peer: &mut Peer, request: &Value, entries: Vec<Value>, next: Value) {
    let payload = json!({"request_id": request["id"], "jobs": entries, "next_cursor": next});
    peer.send("session.jobs", payload).soon().await;
}

#[tokio::test(start_paused = true)]
async fn pages_are_asked_for_as_they_are_read() {
    let (client, mut peer, _runtime) = open_listing().soon().await;
    let filter = JobFilter::new()
        .with_status(vec![JobStatus::Running])
        .with_agent("echo".try_into().unwrap());
    let reading = tokio::spawn(async move {
        let mut jobs = client.jobs(filter);
        let mut read = Vec::new();
        while let Some(job) = jobs.next().await.unwrap() {
            read.push((job.job_id.as_str().to_owned(), job.last_event_seq));
        }
        (read, jobs.next().await.unwrap())
    });
    let first = peer.expect("session.list_jobs").soon().await;
    assert_eq!(first["session_id"], "sess_1");
    let filter = json!({"status": ["running"], "agent": "echo"});
    assert_eq!(first["payload"], json!({"filter": filter}));
    answer(&mut peer, &first, vec![entry(1), entry(2)], json!("c1"))
        .soon()
        .await;
    let second = peer.expect("session.list_jobs").soon().await;
    assert_eq!(second["payload"], json!({"filter": filter, "cursor": "c1"}));
    // A page may be empty without being the last.
    answer(&mut peer, &second, vec![], json!("c2")).soon().await;
    let third = peer.expect("session.list_jobs").soon().await;
    answer(&mut peer, &third, vec![entry(3)], Value::Null)
        .soon()
        .await;
    let (read, after) = reading.soon().await.unwrap();
    let expected: Vec<_> = (1..=3).map(|n| (format!("job_{n}"), n)).collect();
    assert_eq!((read, after), (expected, None));
}

#[tokio::test(start_paused = true)]
async fn pages_that_go_round_in_a_circle_end() {
    let (client, mut peer, _runtime) = open_listing().soon().await;
    let reading = tokio::spawn(async move {
        let mut jobs = client.jobs(JobFilter::new());
        let last = jobs.next().await;
        (last, jobs.next().await, jobs.next().await)
    });
    for entries in [vec![], vec![entry(1)]] {
        let request = peer.expect("session.list_jobs").soon().await;
        answer(&mut peer, &request, entries, json!("again"))
            .soon()
            .await;
    }
    let (last, circle, after) = reading.soon().await.unwrap();
    let last = last
        .unwrap()
        .expect("the page that closes the circle has a job");
    assert_eq!(last.job_id.as_str(), "job_1");
    assert!(
        matches!(circle, Err(ClientError::Protocol(_))),
        "{circle:?}"
    );
    assert_eq!(after, Ok(None));
}

/// Reads a list of jobs to its end; answers its jobs, its error, and what it says when it is asked again.
fn reading(client: &Client) -> JoinHandle<(Vec<u64>, ClientError, Result<bool, ClientError>)> {
    let mut jobs = client.jobs(JobFilter::new());
    tokio::spawn(async move {
        let mut read = Vec::new();
        let error = loop {
            match jobs.next().await {
                Ok(job) => read.push(job.expect("such a list does not end well").last_event_seq),
                Err(error) => break error,
            }
        };
        (read, error, jobs.next().await.map(|job| job.is_some()))
    })
}

#[tokio::test(start_paused = true)]
async fn pages_that_lead_in_a_circle_of_any_length_end() {
    for (way, round) in [(0, 2), (3, 2), (1, 7)] {
        let (client, mut peer, _runtime) = open_listing().soon().await;
        let reading = reading(&client);
        let mut given = Vec::new();
        // Whoever does not notice asks for far more pages than there are.
        for page in 0..4 * (way + round) + 4 {
            let request = peer.expect("session.list_jobs").soon().await;
            let at = if page < way {
                page
            } else {
                way + (page - way) % round
            };
            answer(
                &mut peer,
                &request,
                vec![entry(page)],
                json!(format!("c{at}")),
            )
            .soon()
            .await;
            given.push(page);
            tokio::time::sleep(Duration::from_secs(1)).await;
            if reading.is_finished() {
                break;
            }
        }
        let (read, error, after) = reading.soon().await.unwrap();
        assert_eq!(read, given, "the jobs of the last page too");
        assert!(error.to_string().contains("circle"), "{error}");
        assert_eq!(after, Ok(false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_never_answers_is_not_waited_for() {
    let (builder, mut runtime) = builder();
    let builder = builder.request_timeout(Duration::from_secs(7));
    let (client, mut peer) = open_with(builder, &mut runtime, &["list_jobs"])
        .soon()
        .await;
    let asked = asking(&client, ListJobs::new());
    peer.expect("session.list_jobs").soon().await;
    let started = tokio::time::Instant::now();
    let failed = asked.soon().await.unwrap().unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 7);
    let words = "the runtime did not answer session.list_jobs within 7 s; ask again";
    assert!(failed.to_string().starts_with(words), "{failed}");
    assert!(failed.retryable());
    // This runtime was never seen to name a request: its late answer could be taken for another's.
    let mut peer = runtime.resumed(0, "rt_2").soon().await;
    start(&client, &mut peer, job(), "job_1").soon().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_never_ends_is_left() {
    let limits = {
        let mut limits = ClientLimits::default();
        limits.list_pages = 3;
        limits
    };
    let (builder, mut runtime) = builder();
    let (client, mut peer) = open_with(builder.limits(limits), &mut runtime, &["list_jobs"])
        .soon()
        .await;
    let reading = reading(&client);
    for page in 0..3 {
        let request = peer.expect("session.list_jobs").soon().await;
        let entries = vec![entry(2 * page), entry(2 * page + 1)];
        answer(&mut peer, &request, entries, json!(format!("c{page}")))
            .soon()
            .await;
    }
    let (read, error, after) = reading.soon().await.unwrap();
    assert_eq!(read, [0, 1, 2, 3, 4, 5], "the jobs of the last page too");
    let cure = "has not ended after 3 pages; ask for fewer with a filter";
    assert!(error.to_string().contains(cure), "{error}");
    assert_eq!(after, Ok(false));
}

#[tokio::test(start_paused = true)]
async fn answers_find_their_requests() {
    let (client, mut peer, mut runtime) = open_listing().soon().await;
    let first = asking(&client, ListJobs::new().with_limit(1));
    let a = peer.expect("session.list_jobs").soon().await;
    let second = asking(&client, ListJobs::new().with_limit(2));
    let b = peer.expect("session.list_jobs").soon().await;
    answer(&mut peer, &b, vec![entry(2)], Value::Null)
        .soon()
        .await;
    peer.refuse("INVALID_REQUEST", Some(&a)).soon().await;
    let found = second.soon().await.unwrap().unwrap();
    assert_eq!(found.jobs[0].job_id.as_str(), "job_2");
    let refused = first.soon().await.unwrap();
    assert!(
        matches!(refused, Err(ClientError::Refused(_))),
        "{refused:?}"
    );

    // Without an answer it is asked again, and a late answer to the first asking is nobody's.
    let third = asking(&client, ListJobs::new());
    let lost = peer.expect("session.list_jobs").soon().await;
    peer.cut();
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.welcome("sess_1", "rt_2", &["list_jobs"]).soon().await;
    let again = peer.expect("session.list_jobs").soon().await;
    assert_ne!(again["id"], lost["id"]);
    answer(&mut peer, &lost, vec![entry(7)], Value::Null)
        .soon()
        .await;
    answer(&mut peer, &again, vec![entry(8)], Value::Null)
        .soon()
        .await;
    let found = third.soon().await.unwrap().unwrap();
    assert_eq!(found.jobs[0].job_id.as_str(), "job_8");
}

#[tokio::test(start_paused = true)]
async fn what_was_not_agreed_is_not_sent() {
    let (client, mut peer, _runtime) = open().soon().await;
    assert_eq!(
        client.list_jobs(ListJobs::new()).soon().await,
        Err(ClientError::NotNegotiated(Feature::ListJobs))
    );
    start(&client, &mut peer, job(), "job_1").soon().await;
}

#[tokio::test(start_paused = true)]
async fn other_runtimes_list_otherwise() {
    let (client, mut peer, _runtime) = open_listing().soon().await;
    let asked = asking(&client, ListJobs::new());
    let request = peer.expect("session.list_jobs").soon().await;
    let thin = json!({"job_id": "job_1", "agent": "echo@1.0.0", "status": "running", "submitted_at": "2026-01-01T00:00:00Z"});
    let odd = json!({"job_id": "job_2", "agent": "echo@1.0.0", "status": "dreaming", "lease": [1], "budget": {"USD": "USD:5.00"}, "last_event_seq": null});
    let payload = json!({"reply_to": request["id"], "jobs": [thin, odd]});
    peer.send("session.jobs", payload).soon().await;
    let page = asked.soon().await.unwrap().unwrap();
    assert_eq!(page.next_cursor, None);
    assert_eq!(
        page.jobs[0]
            .created_at
            .as_ref()
            .map(|at| at.as_str().to_owned()),
        Some("2026-01-01T00:00:00Z".to_owned())
    );
    assert_eq!(
        (page.jobs[1].job_id.as_str(), page.jobs[1].status.as_str()),
        ("job_2", "dreaming")
    );

    // The id of the request on the answer's envelope, and nothing in its payload.
    let asked = asking(&client, ListJobs::new());
    let request = peer.expect("session.list_jobs").soon().await;
    peer.send_with(
        "session.jobs",
        json!({"id": request["id"]}),
        json!({"jobs": []}),
    )
    .soon()
    .await;
    assert!(asked.soon().await.unwrap().unwrap().jobs.is_empty());

    // What cannot be read at all is an error of the request, not a wait for ever.
    let asked = asking(&client, ListJobs::new());
    let request = peer.expect("session.list_jobs").soon().await;
    let payload = json!({"request_id": request["id"], "jobs": "none"});
    peer.send("session.jobs", payload).soon().await;
    let failed = asked.soon().await.unwrap();
    assert!(
        matches!(failed, Err(ClientError::Protocol(_))),
        "{failed:?}"
    );
}
