//! The client with our own runtime, over memory and over real sockets: the same story on both, with the connection cut again and again.

use super::*;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use arcp_generated::event::EventBody;
use arcp_generated::session::{JobFilter, ListJobs};
use arcp_runtime::agent::{demo, probe};
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{ChunkError, History, ResultValue, SavedSession, Submission};
use arcp_runtime::server::Runtime as OwnRuntime;
use arcp_runtime::store::MemoryStore;
use arcp_runtime::transport::tls::{Identity, Trust};
use arcp_runtime::transport::websocket::{self, ConnectOptions, WebSocketLimits};
use arcp_tests::certificates::Authority;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::RwLock;
use tokio::task::AbortHandle;

/// Our runtime, and its ends of the connections.
#[derive(Clone)]
struct House {
    runtime: OwnRuntime,
    serving: Arc<Mutex<Vec<AbortHandle>>>,
    /// Where it listens, if it does.
    address: Option<SocketAddr>,
    /// What it shows, and who believes it, if it has TLS.
    tls: Option<(Identity, Trust)>,
}

impl House {
    async fn over_memory() -> Self {
        let builder = OwnRuntime::builder().store(MemoryStore::new());
        let builder = demo::all()
            .into_iter()
            .fold(builder, arcp_runtime::server::Builder::shared_agent);
        let builder = probe::Probe::versions(None)
            .into_iter()
            .fold(builder, arcp_runtime::server::Builder::agent);
        let tokens = BearerTokens::new().with("tok-a", "alice");
        Self {
            runtime: builder.verifier(tokens).start().soon().await.unwrap(),
            serving: Arc::default(),
            address: None,
            tls: None,
        }
    }

    async fn over_tls() -> Self {
        let authority = Authority::new();
        let pair = authority.sign(&["127.0.0.1"]);
        let identity = Identity::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes());
        let trust = Trust::only(authority.pem().as_bytes());
        let mut house = Self::over_memory().await;
        house.tls = Some((identity.unwrap(), trust.unwrap()));
        house.listening().await
    }

    async fn over_sockets() -> Self {
        Self::over_memory().await.listening().await
    }

    async fn listening(self) -> Self {
        let mut house = self;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        house.address = listener.local_addr().ok();
        let serving = house.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, runtime) = (serving.tls.clone(), serving.runtime.clone());
                serving.keep(tokio::spawn(async move {
                    let limits = WebSocketLimits::server();
                    let guard = websocket::loopback_only;
                    let transport: BoxTransport = if let Some((identity, _)) = &tls {
                        let accepting = websocket::accept_tls(stream, identity, &limits, guard);
                        // A cut may come in the middle of it.
                        let Ok(transport) = accepting.await else {
                            return;
                        };
                        Box::new(transport)
                    } else {
                        let accepting = websocket::accept_tcp(stream, &limits, guard);
                        Box::new(accepting.await.unwrap())
                    };
                    runtime.serve(transport).await;
                }));
            }
        });
        house
    }

    fn keep(&self, task: tokio::task::JoinHandle<()>) {
        self.serving.lock().unwrap().push(task.abort_handle());
    }

    /// Cuts all connections without a word.
    fn cut(&self) {
        for task in self.serving.lock().unwrap().drain(..) {
            task.abort();
        }
    }

    fn url(&self) -> Option<String> {
        let scheme = if self.tls.is_some() { "wss" } else { "ws" };
        Some(format!("{scheme}://{}", self.address?))
    }

    async fn connection(&self) -> Result<BoxTransport, ClientError> {
        if let Some(url) = self.url() {
            let options = match &self.tls {
                Some((_, trust)) => ConnectOptions::default().with_trust(trust.clone()),
                None => ConnectOptions::default(),
            };
            let transport = websocket::connect(&url, &options).await?;
            return Ok(Box::new(transport));
        }
        let (here, there) = memory::pair(64);
        self.keep(tokio::spawn(self.runtime.serve(Box::new(there))));
        Ok(Box::new(here))
    }

    /// A client that can only connect while nobody holds the gate.
    fn gated_client(&self, gate: &Arc<RwLock<()>>) -> Builder {
        let (house, gate) = (self.clone(), Arc::clone(gate));
        Client::over(move || {
            let (house, gate) = (house.clone(), Arc::clone(&gate));
            async move {
                let _open = gate.read().await;
                house.connection().await
            }
        })
        .token("tok-a")
    }

    fn client(&self) -> Builder {
        let builder = if let Some(url) = self.url() {
            let builder = Client::builder(url);
            match &self.tls {
                Some((_, trust)) => builder.trust(trust.clone()),
                None => builder,
            }
        } else {
            let house = self.clone();
            Client::in_process(move |connection| {
                house.keep(tokio::spawn(house.runtime.serve(connection)));
            })
        };
        builder
            .token("tok-a")
            .reconnect(Backoff::default().with_first(Duration::from_millis(1)))
    }
}

/// What the probe is to do.
fn probe(steps: &Value) -> Submission {
    Submission::to("probe").input(&json!({"do": steps}))
}

fn logs(n: u64) -> Submission {
    probe(&json!([{"repeat": {"n": n, "do": [{"log": {"message": "{i}"}}]}}, {"return": "done"}]))
}

/// The text of the next event, which must be a log.
async fn message(events: &mut EventStream) -> String {
    match events.next().soon().await.unwrap().unwrap().body {
        EventBody::Log(log) => log.message,
        other => panic!("{other:?}"),
    }
}

async fn messages(events: &mut EventStream, numbers: std::ops::Range<u64>) {
    for n in numbers {
        assert_eq!(message(events).await, n.to_string());
    }
}

/// How often the client came back.
fn count_returns(client: &Client) -> Arc<AtomicU32> {
    let returns = Arc::new(AtomicU32::new(0));
    let mut incidents = client.incidents();
    tokio::spawn({
        let returns = Arc::clone(&returns);
        async move {
            while let Some(incident) = incidents.next().await {
                if matches!(incident, Incident::Resumed { .. }) {
                    returns.fetch_add(1, Relaxed);
                }
            }
        }
    });
    returns
}

async fn a_job_survives_cuts(house: &House) {
    let client = house
        .client()
        .event_queue(4, 1_000_000)
        .connect()
        .soon()
        .await
        .unwrap();
    let returns = count_returns(&client);
    let mut job = client.submit(logs(500)).soon().await.unwrap();
    let mut events = job.events();
    let mut cuts = 0;
    for n in 0..500 {
        // A welcome that is lost takes its token with it, so no connection is cut before it has said welcome.
        if n % 7 == 5 && returns.load(Relaxed) == cuts {
            house.cut();
            cuts += 1;
        }
        messages(&mut events, n..n + 1).await;
    }
    assert!(cuts > 0);
    assert!(events.next().soon().await.is_none());
    assert_eq!(
        job.result_as::<String>().soon().await,
        Ok("done".to_owned())
    );
    client.close("done").soon().await;
}

async fn a_streamed_result_survives_cuts(house: &House) {
    let client = house.client().connect().soon().await.unwrap();
    let returns = count_returns(&client);
    let steps =
        json!([{"repeat": {"n": 200, "do": [{"chunk": {"bytes": 1000}}, {"sleep": {"ms": 1}}]}}]);
    let mut job = client.submit(probe(&steps)).soon().await.unwrap();
    let cutting = tokio::spawn({
        let house = house.clone();
        async move {
            let mut cuts = 0;
            while cuts < 5 {
                tokio::time::sleep(Duration::from_millis(3)).await;
                if returns.load(Relaxed) == cuts {
                    house.cut();
                    cuts += 1;
                }
            }
        }
    });
    let mut bytes = Vec::new();
    job.result_into(&mut bytes).soon().await.unwrap();
    assert_eq!(bytes.len(), 200_000);
    let digits = "0123456789".repeat(100);
    assert!(bytes.chunks(1000).all(|chunk| chunk == digits.as_bytes()));
    cutting.soon().await.unwrap();
}

async fn a_key_makes_one_job_of_many_tries(house: &House) {
    let client = house.client().connect().soon().await.unwrap();
    for n in 0..20 {
        let submission = Submission::to("echo")
            .input(&n)
            .idempotency_key(format!("key-{n}"));
        let submitting = tokio::spawn({
            let client = client.clone();
            async move { client.submit(submission).await }
        });
        tokio::task::yield_now().await;
        house.cut();
        let mut job = submitting.soon().await.unwrap().unwrap();
        assert_eq!(job.result_as::<u32>().soon().await, Ok(n));
    }
    let page = client
        .list_jobs(ListJobs::new().with_limit(7))
        .soon()
        .await
        .unwrap();
    assert_eq!(page.jobs.len(), 7);
    let mut list = client.jobs(JobFilter::new().with_agent("echo".try_into().unwrap()));
    let mut listed = 0;
    while list.next().soon().await.unwrap().is_some() {
        listed += 1;
    }
    assert_eq!(listed, 20, "no job ran twice");
}

async fn another_client_goes_on(house: &House) {
    let client = house.client().connect().soon().await.unwrap();
    let steps = json!([{"repeat": {"n": 50, "do": [{"log": {"message": "{i}"}}]}}, {"block": {}}]);
    let mut job = client.submit(probe(&steps)).soon().await.unwrap();
    let mut events = job.events();
    messages(&mut events, 0..20).await;
    let saved = client.save().soon().await.unwrap();
    let text = serde_json::to_string(&saved).unwrap();
    drop((client, job, events));
    house.cut();

    let saved: SavedSession = serde_json::from_str(&text).unwrap();
    let other = house.client().resume(saved).connect().soon().await.unwrap();
    let mut job = other.resumed_jobs().remove(0);
    // What the first client had received and not taken comes again.
    messages(&mut job.events(), 20..50).await;
    let cancelled = job.cancel("enough").soon().await;
    assert_eq!(cancelled, Ok(()));
    let end = job.result().soon().await.unwrap_err();
    assert_eq!(end.code(), Some(&ErrorCode::Cancelled));
}

async fn a_half_written_result_goes_on(house: &House) {
    let client = house.client().manual_ack().connect().soon().await.unwrap();
    let steps = json!([{"repeat": {"n": 200, "do": [{"chunk": {"bytes": 1000}}]}}]);
    let mut job = client.submit(probe(&steps)).soon().await.unwrap();
    let (mut writer, mut reader) = tokio::io::duplex(4096);
    let writing = tokio::spawn(async move { job.result_into(&mut writer).await.map(drop) });
    let mut kept = vec![0; 50_500];
    reader.read_exact(&mut kept).soon().await.unwrap();
    let saved = client.save().soon().await.unwrap();
    // The first client is killed while it writes.
    writing.abort();
    assert!(writing.soon().await.unwrap_err().is_cancelled());
    drop(client);
    house.cut();
    reader.read_to_end(&mut kept).soon().await.unwrap();

    let text = serde_json::to_string(&saved).unwrap();
    let saved: SavedSession = serde_json::from_str(&text).unwrap();
    let other = house
        .client()
        .manual_ack()
        .resume(saved)
        .connect()
        .soon()
        .await
        .unwrap();
    let again = other.save().soon().await.unwrap();
    let mut job = other.resumed_jobs().remove(0);
    let position = job.result_position().unwrap().clone();
    assert!((46..=55).contains(&position.chunks), "{position:?}");
    assert_eq!(position.bytes, position.chunks * 1000);
    // Put together in memory it cannot be: the beginning is not here.
    let end = job.result().soon().await.unwrap_err();
    assert_eq!(end, JobFailure::Result(ChunkError::Elsewhere));
    drop((job, other));
    house.cut();

    let other = house.client().resume(again).connect().soon().await.unwrap();
    let mut job = other.resumed_jobs().remove(0);
    kept.truncate(usize::try_from(position.bytes).unwrap());
    let result = job.result_into(&mut kept).soon().await.unwrap();
    assert!(
        matches!(&result.value, ResultValue::Written(written) if written.bytes == 200_000),
        "{result:?}"
    );
    let digits = "0123456789".repeat(100);
    assert_eq!(kept.len(), 200_000);
    assert!(kept.chunks(1000).all(|chunk| chunk == digits.as_bytes()));
}

async fn another_session_follows(house: &House) {
    let client = house.client().connect().soon().await.unwrap();
    let steps = json!([{"repeat": {"n": 30, "do": [{"log": {"message": "{i}"}}]}}, {"sleep": {"ms": 20}}, {"return": "done"}]);
    let job = client.submit(probe(&steps)).soon().await.unwrap();
    let other = house.client().connect().soon().await.unwrap();
    let mut followed = other
        .subscribe(job.id(), History::All)
        .soon()
        .await
        .unwrap();
    messages(&mut followed.events(), 0..30).await;
    assert_eq!(
        followed.result_as::<String>().soon().await,
        Ok("done".to_owned())
    );
    let nobodys = other
        .subscribe("job_0".try_into().unwrap(), History::None)
        .soon()
        .await;
    assert!(
        matches!(nobodys, Err(ClientError::Refused(_))),
        "{nobodys:?}"
    );
}

/// The worst case: the session is gone from under a job without a key, and the job is found again from a new one.
async fn a_job_survives_its_session(house: &House) {
    let gate = Arc::new(RwLock::new(()));
    let client = house
        .gated_client(&gate)
        .event_queue(4, 1_000_000)
        .connect()
        .soon()
        .await
        .unwrap();
    let steps = json!([{"repeat": {"n": 100, "do": [{"log": {"message": "{i}"}}, {"sleep": {"ms": 1}}]}}, {"return": "done"}]);
    let mut job = client.submit(probe(&steps)).soon().await.unwrap();
    let mut events = job.events();
    messages(&mut events, 0..10).await;
    // Somebody else resumes the session with the client's token, and leaves: the token in the client's hand is worth nothing.
    let saved = client.save().soon().await.unwrap();
    let first = client.welcome().session_id.clone();
    let shut = gate.write().soon().await;
    house.cut();
    house.client().resume(saved).connect().soon().await.unwrap();
    drop(shut);
    messages(&mut events, 10..100).await;
    assert!(events.next().soon().await.is_none());
    assert_eq!(
        job.result_as::<String>().soon().await,
        Ok("done".to_owned())
    );
    assert_ne!(client.welcome().session_id, first);
}

async fn refusals_are_told(house: &House) {
    let wrong = house
        .client()
        .token("wrong")
        .connect()
        .soon()
        .await
        .unwrap_err();
    assert!(
        matches!(&wrong, ClientError::Refused(why) if why.code == ErrorCode::Unauthenticated),
        "{wrong}"
    );
    let client = house.client().connect().soon().await.unwrap();
    for (submission, code) in [
        (Submission::to("nobody"), ErrorCode::AgentNotAvailable),
        (
            Submission::to("probe@9"),
            ErrorCode::AgentVersionNotAvailable,
        ),
        (probe(&json!("nothing")), ErrorCode::InvalidRequest),
    ] {
        let refused = client.submit(submission).soon().await.unwrap_err();
        assert!(
            matches!(&refused, ClientError::Refused(why) if why.code == code),
            "{refused}"
        );
    }
    let failing = probe(&json!([{"fail": {"code": "INTERNAL_ERROR", "message": "no luck"}}]));
    let mut job = client.submit(failing).soon().await.unwrap();
    let failure = job.result().soon().await.unwrap_err();
    assert!(
        failure.to_string().contains("no luck") && failure.retryable(),
        "{failure}"
    );
    assert!(client.ping().soon().await.is_ok());
}

async fn everything(house: House) {
    refusals_are_told(&house).await;
    a_key_makes_one_job_of_many_tries(&house).await;
    a_job_survives_cuts(&house).await;
    a_streamed_result_survives_cuts(&house).await;
    another_client_goes_on(&house).await;
    a_half_written_result_goes_on(&house).await;
    another_session_follows(&house).await;
    a_job_survives_its_session(&house).await;
}

#[tokio::test(start_paused = true)]
async fn over_memory() {
    everything(House::over_memory().await).await;
}

#[tokio::test]
async fn over_real_sockets() {
    let story = async { everything(House::over_sockets().await).await };
    tokio::time::timeout(Duration::from_mins(2), story)
        .await
        .expect("the whole story within two minutes");
}

#[tokio::test]
async fn over_tls() {
    let story = async { everything(House::over_tls().await).await };
    tokio::time::timeout(Duration::from_mins(2), story)
        .await
        .expect("the whole story within two minutes");
}

#[tokio::test]
async fn one_program_follows_jobs_of_several_runtimes_at_once() {
    let houses = [House::over_memory().await, House::over_sockets().await];
    let mut jobs = Vec::new();
    let mut clients = Vec::new();
    for (house, name) in houses.iter().zip(["first", "second"]) {
        let client = house.client().connect().soon().await.unwrap();
        let said =
            json!([{"repeat": {"n": 50, "do": [{"log": {"message": name}}]}}, {"return": name}]);
        // The same key means another job in each of them.
        let submission = probe(&said).idempotency_key("shared");
        let job = client.submit(submission).soon().await.unwrap();
        jobs.push((job, name));
        clients.push(client);
    }
    assert_ne!(jobs[0].0.id(), jobs[1].0.id());
    // One of them is cut, the other one does not notice.
    houses[1].cut();
    let mut streams: Vec<_> = jobs
        .iter_mut()
        .map(|(job, name)| (job.events(), *name))
        .collect();
    for _ in 0..50 {
        for (events, name) in &mut streams {
            assert_eq!(message(events).await, *name);
        }
    }
    for (job, name) in &mut jobs {
        assert_eq!(job.result_as::<String>().soon().await.unwrap(), *name);
    }
    for client in clients {
        client.close("done").soon().await;
    }
}

/// Passes the client's first frame on, and is cut when the answer has come half the way.
async fn lose_the_answer(mut client: BoxTransport, mut runtime: MemoryTransport) {
    let hello = poll_fn(|cx| client.poll_recv(cx)).await;
    let Some(Ok(Received::Frame(hello))) = hello else {
        panic!("{hello:?}");
    };
    poll_fn(|cx| runtime.poll_ready(cx)).await.unwrap();
    runtime.start_send(hello).unwrap();
    poll_fn(|cx| runtime.poll_flush(cx)).await.unwrap();
    let welcome = poll_fn(|cx| runtime.poll_recv(cx)).await;
    assert!(matches!(welcome, Some(Ok(Received::Frame(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_job_with_a_key_stays_the_clients_when_a_welcome_is_lost_with_its_token() {
    let house = House::over_memory().await;
    let connections = Arc::new(AtomicU32::new(0));
    let dialled = (house.clone(), Arc::clone(&connections));
    let client = Client::in_process(move |connection| {
        let (house, connections) = &dialled;
        if connections.fetch_add(1, Relaxed) == 1 {
            let (line, end) = memory::pair(64);
            tokio::spawn(house.runtime.serve(Box::new(end)));
            tokio::spawn(lose_the_answer(connection, line));
        } else {
            house.keep(tokio::spawn(house.runtime.serve(connection)));
        }
    });
    let client = client.token("tok-a").connect().soon().await.unwrap();
    let steps = json!([{"log": {"message": "0"}}, {"block": {}}]);
    let submission = probe(&steps).idempotency_key("k");
    let mut job = client.submit(submission).soon().await.unwrap();
    let mut events = job.events();
    messages(&mut events, 0..1).await;

    let mut incidents = client.incidents();
    house.cut();
    let replaced = |incident: &Incident| matches!(incident, Incident::Replaced { .. });
    while !replaced(&incidents.next().soon().await.unwrap()) {}
    // The first one, the one whose welcome was lost, one that shows the token from before, and one that begins anew.
    assert_eq!(connections.load(Relaxed), 4);
    assert_eq!(job.cancel("enough").soon().await, Ok(()));
    let ended = job.result().soon().await.unwrap_err();
    assert_eq!(ended.code(), Some(&ErrorCode::Cancelled), "{ended}");
    client.close("done").soon().await;
}
