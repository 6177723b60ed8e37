//! Following jobs of other sessions (§7.6).

use super::*;

use arcp_generated::job::JobStatus;
use arcp_runtime::client::History;
use tokio::task::JoinHandle;

type Subscribing = JoinHandle<Result<JobHandle, ClientError>>;

async fn open_subscribing() -> (Client, Peer, Runtime) {
    let (builder, mut runtime) = builder();
    let (client, peer) = open_with(builder, &mut runtime, &["subscribe"])
        .soon()
        .await;
    (client, peer, runtime)
}

/// A subscription under way, and its frame.
async fn subscribing(client: &Client, peer: &mut Peer, history: History) -> (Subscribing, Value) {
    let client = client.clone();
    let subscribing =
        tokio::spawn(async move { client.subscribe("job_9".try_into().unwrap(), history).await });
    (subscribing, peer.expect("job.subscribe").soon().await)
}

async fn answer(peer: &mut Peer, request: &Value, status: &str, from: u64, replayed: Value) {
    let payload = json!({
        "job_id": "job_9", "current_status": status, "agent": "echo@1.0.0", "lease": {}, "parent_job_id": null,
        "subscribed_from": from, "replayed": replayed, "request_id": request["id"],
    });
    peer.send_with("job.subscribed", json!({"job_id": "job_9"}), payload)
        .soon()
        .await;
}

async fn followed(client: &Client, peer: &mut Peer) -> JobHandle {
    let (subscribing, frame) = subscribing(client, peer, History::None).soon().await;
    answer(peer, &frame, "running", 0, json!(false))
        .soon()
        .await;
    subscribing.soon().await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_job_is_followed_from_its_past_to_its_end() {
    let (client, mut peer, _runtime) = open_subscribing().soon().await;
    let asked = [
        (History::None, json!({"job_id": "job_9"})),
        (
            History::After(5),
            json!({"job_id": "job_9", "history": true, "from_event_seq": 5}),
        ),
        (
            History::All,
            json!({"job_id": "job_9", "history": true, "from_event_seq": 0}),
        ),
    ];
    let mut last = None;
    for (history, expected) in asked {
        let (asking, frame) = subscribing(&client, &mut peer, history).soon().await;
        assert_eq!(frame["payload"], expected);
        assert_eq!(frame["session_id"], "sess_1");
        if history == History::All {
            last = Some((asking, frame));
        } else {
            peer.refuse("PERMISSION_DENIED", Some(&frame)).soon().await;
            let refused = asking.soon().await.unwrap();
            assert!(
                matches!(refused, Err(ClientError::Refused(_))),
                "{refused:?}"
            );
        }
    }
    let (asking, frame) = last.unwrap();
    answer(&mut peer, &frame, "running", 2, json!(true))
        .soon()
        .await;
    for n in 1..=3 {
        peer.event(n, "job_9", &format!("t{n}")).soon().await;
    }
    peer.result(4, "job_9", json!("theirs")).soon().await;
    let mut job = asking.soon().await.unwrap().unwrap();
    assert!(job.accepted().is_none());
    let stood = job.subscribed().unwrap();
    assert_eq!(
        (&stood.current_status, stood.replayed),
        (&JobStatus::Running, true)
    );
    let mut events = job.events();
    thoughts(&mut events, 1..=3).soon().await;
    assert!(events.next().soon().await.is_none());
    assert_eq!(
        job.result_as::<String>().soon().await,
        Ok("theirs".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_ended_by_word_or_by_dropping_it() {
    let (client, mut peer, _runtime) = open_subscribing().soon().await;
    let mut job = followed(&client, &mut peer).soon().await;
    let mut events = job.events();
    job.unsubscribe().soon().await;
    let frame = peer.expect("job.unsubscribe").soon().await;
    assert_eq!(frame["payload"], json!({"job_id": "job_9"}));
    // What was under way is nobody's any more, and not an error either.
    peer.event(1, "job_9", "late").soon().await;
    assert!(events.next().soon().await.is_none());

    let job = followed(&client, &mut peer).soon().await;
    drop(job);
    peer.event(2, "job_9", "to nobody").soon().await;
    peer.expect("job.unsubscribe").soon().await;

    let job = followed(&client, &mut peer).soon().await;
    let mut mine = start(&client, &mut peer, super::job(), "job_1")
        .soon()
        .await;
    drop(job);
    peer.event(3, "job_1", "t3").soon().await;
    thoughts(&mut mine.events(), 3..=3).soon().await;
    mine.unsubscribe().soon().await;
    peer.event(4, "job_9", "to nobody").soon().await;
    let frame = peer.expect("job.unsubscribe").soon().await;
    assert_eq!(
        frame["payload"]["job_id"], "job_9",
        "one's own job cannot be unsubscribed"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_followed_already_is_not_followed_twice() {
    let (client, mut peer, _runtime) = open_subscribing().soon().await;
    let _job = followed(&client, &mut peer).soon().await;
    let twice = client
        .subscribe("job_9".try_into().unwrap(), History::None)
        .soon()
        .await;
    assert!(matches!(twice, Err(ClientError::Invalid(_))), "{twice:?}");
    let (without, _peer, _runtime) = open().soon().await;
    let refused = without
        .subscribe("job_9".try_into().unwrap(), History::None)
        .soon()
        .await;
    assert!(
        matches!(refused, Err(ClientError::NotNegotiated(Feature::Subscribe))),
        "{refused:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_that_had_ended_is_told_as_such() {
    let (client, mut peer, _runtime) = open_subscribing().soon().await;
    let ended = JobFailure::Unfollowed(ClientError::EndedBefore);

    // Without history nothing comes.
    let (asking, frame) = subscribing(&client, &mut peer, History::None).soon().await;
    answer(&mut peer, &frame, "success", 0, json!(false))
        .soon()
        .await;
    let mut job = asking.soon().await.unwrap().unwrap();
    assert_eq!(job.result().soon().await, Err(ended.clone()));

    // With history its end may be replayed too,
    let (asking, frame) = subscribing(&client, &mut peer, History::All).soon().await;
    answer(&mut peer, &frame, "success", 2, json!(true))
        .soon()
        .await;
    peer.event(1, "job_9", "t1").soon().await;
    peer.result(2, "job_9", json!(2)).soon().await;
    let mut job = asking.soon().await.unwrap().unwrap();
    thoughts(&mut job.events(), 1..=1).soon().await;
    assert_eq!(job.result_as::<u32>().soon().await, Ok(2));

    // or its events only.
    let (asking, frame) = subscribing(&client, &mut peer, History::All).soon().await;
    answer(&mut peer, &frame, "error", 4, json!(2)).soon().await;
    peer.event(3, "job_9", "t3").soon().await;
    peer.event(4, "job_9", "t4").soon().await;
    let mut job = asking.soon().await.unwrap().unwrap();
    thoughts(&mut job.events(), 3..=4).soon().await;
    assert_eq!(job.result().soon().await, Err(ended));
}

#[tokio::test(start_paused = true)]
async fn history_may_come_before_the_answer() {
    let (client, mut peer, _runtime) = open_subscribing().soon().await;
    let (asking, frame) = subscribing(&client, &mut peer, History::All).soon().await;
    peer.event(1, "job_9", "t1").soon().await;
    peer.event(2, "job_9", "t2").soon().await;
    answer(&mut peer, &frame, "running", 2, json!(true))
        .soon()
        .await;
    let mut job = asking.soon().await.unwrap().unwrap();
    thoughts(&mut job.events(), 1..=2).soon().await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_may_be_a_job_error() {
    let (client, mut peer, _runtime) = open_subscribing().soon().await;
    let (asking, _) = subscribing(&client, &mut peer, History::All).soon().await;
    let error = json!({"code": "JOB_NOT_FOUND", "message": "no", "final_status": "error"});
    peer.send_with(
        "job.error",
        json!({"job_id": "job_9", "event_seq": 1}),
        error,
    )
    .soon()
    .await;
    let refused = asking.soon().await.unwrap();
    assert!(
        matches!(&refused, Err(ClientError::Refused(why)) if why.code == ErrorCode::JobNotFound),
        "{refused:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_subscription_without_an_answer_is_begun_anew() {
    let (client, mut peer, mut runtime) = open_subscribing().soon().await;
    let (asking, _) = subscribing(&client, &mut peer, History::All).soon().await;
    peer.cut();
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.welcome("sess_1", "rt_2", &["subscribe"]).soon().await;
    // It stood after all: what the session saved of it is replayed, and must not be taken for the new one's.
    peer.event(1, "job_9", "of the one before").soon().await;
    peer.expect("job.unsubscribe").soon().await;
    let frame = peer.expect("job.subscribe").soon().await;
    answer(&mut peer, &frame, "running", 3, json!(true))
        .soon()
        .await;
    peer.event(2, "job_9", "t2").soon().await;
    peer.event(3, "job_9", "t3").soon().await;
    let mut job = asking.soon().await.unwrap().unwrap();
    thoughts(&mut job.events(), 2..=3).soon().await;
}

#[tokio::test(start_paused = true)]
async fn a_subscription_survives_a_resume_and_ends_with_its_session() {
    let (client, mut peer, mut runtime) = open_subscribing().soon().await;
    let mut job = followed(&client, &mut peer).soon().await;
    let mut events = job.events();
    peer.event(1, "job_9", "t1").soon().await;
    thoughts(&mut events, 1..=1).soon().await;
    peer.cut();
    let mut peer = runtime.resumed(1, "rt_2").soon().await;
    peer.event(2, "job_9", "t2").soon().await;
    thoughts(&mut events, 2..=2).soon().await;
    peer.cut();
    let mut peer = runtime.arrival().soon().await;
    peer.expect("session.hello").soon().await;
    peer.refuse("RESUME_WINDOW_EXPIRED", None).soon().await;
    assert_eq!(loss(&mut events).soon().await.from, 3);
    let end = job.result().soon().await;
    assert!(
        matches!(
            end,
            Err(JobFailure::Unfollowed(ClientError::SessionLost(_)))
        ),
        "{end:?}"
    );
}
