//! A client without a runtime: frames and times go in, frames and news come out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arcp_generated::common::{JobId, ResumeToken};
use arcp_generated::error::ErrorCode;
use arcp_generated::job::{Submit, Subscribe};
use arcp_generated::session::{ClientInfo, Feature, ListJobs};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ClientCore, Key, Output, Settings};
use crate::clock::Now;
use crate::id::{Mint, Ulid};
use crate::limits::ClientLimits;
use crate::protocol::client::news::{ClientError, Incident, JobFailure, LossReason};

const SESSION: &str = "sess_01JZ00000000000000000000AA";
const JOB: &str = "job_01JZ00000000000000000000BB";
const SECOND: Duration = Duration::from_secs(1);

/// Numbers instead of chance.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Mint for Counting {
    fn ulid(&self, _: Timestamp) -> Ulid {
        Ulid(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1))
    }

    fn secret(&self) -> [u8; 32] {
        [0; 32]
    }
}

/// A client at the end of a wire that the test holds.
struct Line {
    core: ClientCore,
    now: Now,
}

impl Line {
    fn new(reconnects: bool) -> Self {
        let settings = Settings {
            client: ClientInfo::new("line".to_owned()),
            token: "secret".to_owned().try_into().unwrap(),
            features: Feature::ALL.to_vec(),
            acks_by_hand: false,
            reconnects,
            limits: ClientLimits::default(),
        };
        let core = ClientCore::new(settings, Arc::new(Counting::default()));
        let now = Now {
            mono: 100 * SECOND,
            wall: Timestamp::from_second(1_800_000_000).unwrap(),
        };
        Self { core, now }
    }

    /// A client with an open session.
    fn open() -> Self {
        let mut line = Self::new(true);
        line.core.connected(line.now);
        line.sent();
        line.welcome("rt_1", SESSION);
        assert!(matches!(line.news()[..], [Output::Opened(_)]));
        line
    }

    /// A client with a job that was accepted.
    fn with_a_job(key: Option<&str>) -> Self {
        let mut line = Self::open();
        let request = line.submit(1, key);
        line.hear(&json!({
            "type": "job.accepted", "job_id": JOB,
            "payload": {"job_id": JOB, "lease": {}, "request_id": request},
        }));
        assert!(matches!(line.news()[..], [Output::Accepted(Key(1), _)]));
        line
    }

    fn submit(&mut self, key: u64, idempotency: Option<&str>) -> Value {
        let mut submit = Submit::new("echo".try_into().unwrap());
        submit.idempotency_key = idempotency.map(|key| key.try_into().unwrap());
        self.core.submit(Key(key), submit, None, None, self.now);
        self.sent().remove(0)["id"].take()
    }

    /// A frame of the runtime; what every frame has is added.
    fn hear(&mut self, frame: &Value) {
        let mut whole = json!({"arcp": "1.1", "id": "m", "session_id": SESSION});
        whole
            .as_object_mut()
            .unwrap()
            .extend(frame.as_object().unwrap().clone());
        self.core.receive(&whole.to_string(), self.now);
    }

    fn welcome(&mut self, token: &str, session: &str) {
        self.hear(&json!({
            "type": "session.welcome", "session_id": session,
            "payload": {
                "runtime": {"name": "r"}, "resume_token": token, "heartbeat_interval_sec": 30,
                "capabilities": {"encodings": ["json"], "features": Feature::ALL},
            },
        }));
    }

    fn event(&mut self, event_seq: u64) {
        let body = json!({"level": "info", "message": event_seq.to_string()});
        self.hear(&json!({
            "type": "job.event", "job_id": JOB, "event_seq": event_seq,
            "payload": {"kind": "log", "ts": "2026-05-13T00:00:00Z", "body": body},
        }));
    }

    fn sent(&mut self) -> Vec<Value> {
        let frames = std::iter::from_fn(|| self.core.next_frame());
        frames
            .map(|frame| serde_json::from_str(&frame).unwrap())
            .collect()
    }

    /// The types of what was sent.
    fn said(&mut self) -> Vec<String> {
        let frames = self.sent().into_iter();
        frames
            .map(|frame| frame["type"].as_str().unwrap().to_owned())
            .collect()
    }

    fn news(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.core.next_output()).collect()
    }

    /// The numbers of the events in the news; there must be nothing else.
    fn numbers(&mut self) -> Vec<u64> {
        let number = |output| match output {
            Output::Event(Key(1), Ok(event), _) => event.event_seq,
            other => panic!("{other:?}"),
        };
        self.news().into_iter().map(number).collect()
    }

    /// Lets time pass to the next moment that the client waits for. Answers how long that was.
    fn wait(&mut self, taken: u64) -> Duration {
        let due = self.core.due().expect("something is due");
        let wait = due.saturating_sub(self.now.mono);
        self.now.mono = due;
        self.core.tick(self.now, taken);
        wait
    }

    /// The connection is cut and there is a new one, over which a hello goes.
    fn come_back(&mut self) -> Value {
        self.core.disconnected(self.now);
        self.core.connected(self.now);
        self.sent().remove(0)
    }
}

#[test]
fn a_hello_is_answered_by_a_welcome_or_given_up() {
    let mut line = Line::new(true);
    assert_eq!(line.core.due(), None, "nothing is due without a connection");
    line.core.connected(line.now);
    assert_eq!(line.said(), ["session.hello"]);
    assert_eq!(line.wait(0), ClientLimits::default().greeting);
    let news = line.news();
    assert!(matches!(
        news[..],
        [Output::Fatal(ClientError::Connect {
            transient: true,
            ..
        })]
    ));
    assert_eq!(line.core.due(), None);
}

#[test]
fn events_come_once_and_in_order_whatever_is_repeated() {
    let mut line = Line::with_a_job(None);
    for number in [1, 2, 2, 1, 3] {
        line.event(number);
    }
    assert_eq!(line.numbers(), [1, 2, 3]);
    assert_eq!(line.core.last_event_seq(), 3);
}

#[test]
fn a_gap_is_asked_for_again_and_told_when_it_stays() {
    let mut line = Line::with_a_job(None);
    line.event(1);
    line.event(4);
    assert!(matches!(
        line.news()[..],
        [Output::Event(..), Output::Reconnect(_)]
    ));
    let hello = line.come_back();
    assert_eq!(hello["payload"]["resume"]["last_event_seq"], 1);
    line.welcome("rt_2", SESSION);
    line.news();
    line.event(4);
    let news = line.news();
    let [
        Output::Event(_, Err(loss), _),
        ..,
        Output::Event(_, Ok(event), _),
    ] = &news[..]
    else {
        panic!("{news:?}");
    };
    assert_eq!(
        (loss.from, loss.through, &loss.reason),
        (2, Some(3), &LossReason::Gap)
    );
    assert_eq!(event.event_seq, 4);
}

#[test]
fn a_client_that_cannot_come_back_tells_a_gap_at_once() {
    let mut line = Line::with_a_job(None);
    line.core.settings.reconnects = false;
    line.event(3);
    let news = line.news();
    assert!(matches!(news.first(), Some(Output::Event(_, Err(_), _))));
    assert!(matches!(news.last(), Some(Output::Event(_, Ok(_), _))));
}

#[test]
fn the_resume_point_is_the_newest_token_and_the_last_number() {
    let mut line = Line::with_a_job(None);
    (1..=3).for_each(|number| line.event(number));
    let hello = line.come_back();
    assert_eq!(hello["payload"]["resume"]["resume_token"], "rt_1");
    assert_eq!(hello["payload"]["resume"]["last_event_seq"], 3);
    line.welcome("rt_2", SESSION);
    let (session, token, jobs) = line.core.resume_point().unwrap();
    assert_eq!((session.as_str(), jobs[0].as_str()), (SESSION, JOB));
    assert_eq!(token, ResumeToken::try_from("rt_2").unwrap());
    line.news();
    line.event(4);
    assert_eq!(line.numbers(), [4]);

    let mut other = Line::new(true);
    let jobs = jobs.into_iter().map(|job| (job, Key(1), None));
    other.core.adopt(session, token, 4, jobs);
    other.core.connected(other.now);
    assert_eq!(other.sent()[0]["payload"]["resume"]["last_event_seq"], 4);
    other.welcome("rt_3", SESSION);
    other.news();
    other.event(5);
    assert_eq!(other.numbers(), [5]);
}

#[test]
fn a_session_that_is_gone_loses_jobs_without_a_key_and_submits_the_others_again() {
    for key in [None, Some("k")] {
        let mut line = Line::with_a_job(key);
        line.come_back();
        line.hear(&json!({
            "type": "session.error",
            "payload": {"code": "RESUME_WINDOW_EXPIRED", "message": "gone", "retryable": false},
        }));
        let lost = line.news();
        let ended = |output: &Output| {
            matches!(
                output,
                Output::Ended(Key(1), Err(JobFailure::Unfollowed(_)))
            )
        };
        let hello = line.come_back();
        assert!(hello["payload"]["resume"].is_null(), "a new session");
        line.welcome("rt_2", "sess_01JZ00000000000000000000CC");
        let said = line.said();
        if key.is_some() {
            assert_eq!(said, ["job.submit"]);
            assert!(!lost.iter().any(ended), "{lost:?}");
        } else {
            assert!(
                !said.contains(&"job.submit".to_owned()),
                "it could run twice"
            );
        }
        let replaced =
            |output: &Output| matches!(output, Output::Incident(Incident::Replaced { .. }));
        assert!(line.news().iter().any(replaced));
    }
}

#[test]
fn a_terminal_ends_the_job_once() {
    let mut line = Line::with_a_job(None);
    line.event(1);
    line.hear(&json!({
        "type": "job.error", "job_id": JOB, "event_seq": 2,
        "payload": {"final_status": "timed_out", "code": "TIMEOUT", "message": "too long", "retryable": true},
    }));
    line.event(3);
    let news = line.news();
    let [Output::Event(..), Output::Ended(Key(1), Err(failure))] = &news[..] else {
        panic!("{news:?}");
    };
    assert_eq!(failure.code(), Some(&ErrorCode::Timeout));
    assert_eq!(
        line.core.resume_point().unwrap().2,
        [],
        "nothing to go on with"
    );
}

#[test]
fn without_a_key_a_cut_leaves_a_submission_uncertain_and_with_one_it_is_asked_again() {
    for key in [None, Some("k")] {
        let mut line = Line::open();
        line.submit(1, key);
        line.come_back();
        let news = line.news();
        let uncertain = matches!(news[..], [Output::Failed(Key(1), ClientError::Uncertain)]);
        assert!(uncertain || news.is_empty(), "{news:?}");
        assert_eq!(uncertain, key.is_none());
        line.welcome("rt_2", SESSION);
        let again = line.said().contains(&"job.submit".to_owned());
        assert_eq!(again, key.is_some(), "it could run twice");
    }
}

#[test]
fn acknowledgements_pings_and_the_loss_of_the_runtime_each_have_their_time() {
    let mut line = Line::with_a_job(None);
    line.event(1);
    assert_eq!(line.wait(1), Duration::from_millis(250));
    assert_eq!(line.said(), ["session.ack"]);
    assert_eq!(
        line.wait(1),
        Duration::from_millis(29_750),
        "since it was heard"
    );
    assert_eq!(line.said(), ["session.ping"]);
    assert_eq!(line.wait(1), 30 * SECOND);
    let news = line.news();
    assert!(matches!(news.last(), Some(Output::Reconnect(_))));
    assert_eq!(line.said(), [""; 0], "who is lost is not pinged");
    assert_eq!(line.core.due(), None);
}

#[test]
fn a_slow_consumer_of_ours_is_no_silence_of_theirs() {
    let mut line = Line::open();
    line.core.hold_back(true, line.now);
    for _ in 0..10 {
        line.now.mono += 59 * SECOND;
        line.core.tick(line.now, 0);
    }
    assert!(line.core.is_open());
    line.core.hold_back(false, line.now);
    line.now.mono += 60 * SECOND;
    line.core.tick(line.now, 0);
    assert!(!line.core.is_open());
}

/// What a request was told that had no answer: the message that asked, and the cure.
fn unanswered(news: &[Output], key: u64) -> (&'static str, &'static str) {
    let told = news.iter().find_map(|output| match output {
        Output::Failed(
            at,
            ClientError::Unanswered {
                request,
                within,
                cure,
            },
        ) if *at == Key(key) => {
            assert_eq!(*within, ClientLimits::default().request);
            Some((*request, *cure))
        }
        _ => None,
    });
    told.unwrap_or_else(|| panic!("{key} was not told: {news:?}"))
}

/// Lets time pass in steps in which the runtime shows that it lives, as one does that has forgotten a request.
fn pass(line: &mut Line, seconds: u64) {
    for _ in 0..seconds {
        line.now.mono += SECOND;
        line.core.tick(line.now, u64::MAX);
        line.hear(&json!({"type": "session.pong", "payload": {"ping_nonce": "p"}}));
    }
}

#[test]
fn every_request_ends_that_the_runtime_forgets() {
    // That it names requests is seen from this job's acceptance: then late answers do no harm, and the connection stays.
    let mut line = Line::with_a_job(None);
    line.submit(2, None);
    line.submit(3, Some("k"));
    line.core.cancel(Key(4), Key(1), "no more", line.now);
    line.core.list_jobs(Key(5), ListJobs::new(), line.now);
    let other = JobId::try_from("job_01JZ00000000000000000000DD").unwrap();
    line.core.subscribe(Key(6), Subscribe::new(other), line.now);
    line.core.ping(Key(7), line.now);
    pass(&mut line, 59);
    assert!(line.news().is_empty(), "there is time left");
    line.sent();
    pass(&mut line, 1);
    let news = line.news();
    for (key, request, cure) in [
        (2, "job.submit", "look at the list of jobs"),
        (3, "job.submit", "again with the same idempotency key"),
        (4, "job.cancel", "wait for its end, or cancel it again"),
        (5, "session.list_jobs", "ask again"),
        (6, "job.subscribe", "subscribe again"),
        (7, "session.ping", "try again"),
    ] {
        let told = unanswered(&news, key);
        assert_eq!(told.0, request);
        assert!(told.1.contains(cure), "{request}: {}", told.1);
    }
    assert_eq!(news.len(), 6, "{news:?}");
    assert!(line.core.is_open() && line.core.waiting() == 0);
    assert!(line.said().contains(&"job.unsubscribe".to_owned()));
    let unanswered_at = line.core.unanswered_at();
    assert_eq!(unanswered_at, None, "nobody is told twice");
}

#[test]
fn a_late_answer_is_nobody_elses() {
    let mut line = Line::with_a_job(None);
    let late = line.submit(2, None);
    pass(&mut line, 60);
    unanswered(&line.news(), 2);
    line.sent();
    let request = line.submit(3, None);
    let other = "job_01JZ00000000000000000000DD";
    line.hear(&json!({
        "type": "job.accepted", "job_id": other,
        "payload": {"job_id": other, "lease": {}, "request_id": late},
    }));
    let news = line.news();
    let [Output::Incident(Incident::AcceptedLate { job_id })] = &news[..] else {
        panic!("{news:?}");
    };
    assert_eq!(job_id.as_str(), other);
    line.hear(&json!({
        "type": "session.error",
        "payload": {"code": "AGENT_NOT_AVAILABLE", "message": "no", "retryable": false, "request_id": late},
    }));
    assert!(matches!(
        line.news()[..],
        [Output::Incident(Incident::Error(_))]
    ));
    line.hear(&json!({
        "type": "job.accepted", "job_id": other,
        "payload": {"job_id": other, "lease": {}, "request_id": request},
    }));
    assert!(matches!(line.news()[..], [Output::Accepted(Key(3), _)]));
}

#[test]
fn where_a_late_answer_could_be_taken_for_anothers_the_connection_is_cut() {
    let mut line = Line::open();
    line.submit(1, None);
    pass(&mut line, 60);
    let news = line.news();
    unanswered(&news, 1);
    assert!(
        matches!(news.last(), Some(Output::Reconnect(_))),
        "{news:?}"
    );
    let hello = line.come_back();
    assert_eq!(hello["payload"]["resume"]["session_id"], SESSION);
}

#[test]
fn what_was_waited_before_a_cut_counts_and_what_lay_unread_does_not() {
    let mut line = Line::open();
    line.submit(1, Some("k"));
    pass(&mut line, 40);
    line.come_back();
    line.now.mono += 1000 * SECOND;
    line.welcome("rt_2", SESSION);
    assert_eq!(line.said(), ["job.submit"]);
    pass(&mut line, 19);
    assert!(
        line.news()
            .iter()
            .all(|news| !matches!(news, Output::Failed(..)))
    );
    pass(&mut line, 1);
    unanswered(&line.news(), 1);

    let mut line = Line::open();
    line.core.list_jobs(Key(2), ListJobs::new(), line.now);
    for _ in 0..10 {
        pass(&mut line, 2);
        line.core.hold_back(true, line.now);
        pass(&mut line, 100);
        line.core.hold_back(false, line.now);
    }
    assert!(line.news().is_empty(), "our own consumer is slow");
    pass(&mut line, 39);
    assert!(line.news().is_empty());
    pass(&mut line, 1);
    unanswered(&line.news(), 2);
}

#[test]
fn nobody_waits_without_a_session_however_often_it_is_tried() {
    let mut line = Line::open();
    line.submit(1, Some("k"));
    line.core.list_jobs(Key(2), ListJobs::new(), line.now);
    pass(&mut line, 10);
    for _ in 0..5 {
        line.come_back();
        line.now.mono += 1000 * SECOND;
    }
    line.welcome("rt_2", SESSION);
    pass(&mut line, 49);
    let news = line.news();
    let failed = |news: &Output| matches!(news, Output::Failed(..));
    assert!(!news.iter().any(failed), "{news:?}");
    pass(&mut line, 1);
    let news = line.news();
    unanswered(&news, 1);
    unanswered(&news, 2);
}

#[test]
fn a_job_of_a_lost_session_is_asked_for_anew_with_all_the_time_there_is() {
    let mut line = Line::with_a_job(Some("k"));
    pass(&mut line, 1000);
    line.come_back();
    line.hear(&json!({
        "type": "session.error",
        "payload": {"code": "RESUME_WINDOW_EXPIRED", "message": "too late", "retryable": false},
    }));
    line.come_back();
    line.now.mono += SECOND;
    line.welcome("rt_2", "sess_01JZ00000000000000000000EE");
    assert!(line.said().contains(&"job.submit".to_owned()));
    line.news();
    pass(&mut line, 59);
    let news = line.news();
    assert!(
        !news
            .iter()
            .any(|news| matches!(news, Output::Ended(..) | Output::Failed(..))),
        "{news:?}"
    );
    assert!(line.core.is_open());
    pass(&mut line, 1);
    assert!(!line.news().is_empty());
}

#[test]
fn a_close_is_answered_or_over_after_a_while() {
    for answered in [true, false] {
        let mut line = Line::open();
        line.core.close("done", line.now);
        assert_eq!(line.said(), ["session.close"]);
        if answered {
            line.hear(&json!({"type": "session.closed", "payload": {}}));
        } else {
            assert_eq!(line.wait(0), ClientLimits::default().close);
        }
        assert!(matches!(line.news()[..], [Output::Closed]));
        assert_eq!(line.core.due(), None);
    }
}
