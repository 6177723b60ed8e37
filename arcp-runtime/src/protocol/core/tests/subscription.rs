//! Following a job from another session, and listing (§6.6, §7.6).

use arcp_generated::common::Cursor;
use arcp_generated::message::MessageType;
use arcp_generated::session::ListJobs;
use serde_json::Value;

use super::client::Who;
use super::wish::Wish;
use super::world::World;
use crate::limits::Limits;
use crate::protocol::core::Input;
use crate::protocol::features::Features;
use crate::store::EntryKind;

fn page(world: &mut World, who: Who, list: ListJobs) -> Value {
    let conn = world.conn(who);
    world.tell(Input::List {
        conn,
        request: "m5".try_into().unwrap(),
        list: Box::new(list),
    });
    world.settle();
    let answer = world.clients[who].answer(&MessageType::SessionJobs);
    answer.expect("a page of jobs")
}

#[test]
fn history_then_live_without_a_gap_and_nothing_twice() {
    let mut world = World::new(Limits::default());
    let (ann, fan) = (world.joined("ann"), world.joined("ann"));
    let job = world.running(ann, &Wish::default());
    (1..=3).for_each(|n| world.emit(job, &n.to_string()));
    world.hold_lookups = true;
    world.subscribe(fan, job, Some(0));
    world.settle();
    // What comes while the log is looked into is history by the time it is answered.
    (4..=5).for_each(|n| world.emit(job, &n.to_string()));
    assert!(world.clients[fan].frames.is_empty());
    world.hold_lookups = false;
    world.settle();
    let answer = world.clients[fan]
        .answer(&MessageType::JobSubscribed)
        .unwrap();
    assert_eq!(
        (&answer["subscribed_from"], &answer["replayed"]),
        (&5.into(), &true.into())
    );
    world.emit(job, "6");
    world.finish(job);
    let payloads = |who: Who| -> Vec<_> {
        let events = world.clients[who].events.iter();
        events.map(|got| (got.seq, got.payload.clone())).collect()
    };
    assert_eq!(payloads(fan), payloads(ann));
    assert_eq!(world.clients[fan].numbers(), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn history_is_asked_for_in_the_numbers_of_the_owner() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let (job, other) = (
        world.running(ann, &Wish::default()),
        world.running(ann, &Wish::default()),
    );
    world.emit(job, "owner's 1");
    world.emit(other, "owner's 2");
    world.emit(job, "owner's 3");
    let fan = world.joined("ann");
    world.subscribe(fan, job, Some(2));
    world.settle();
    assert_eq!(world.clients[fan].numbers(), [1]);
    assert_eq!(world.clients[fan].newest()["text"], "owner's 3");
}

#[test]
fn without_history_it_begins_now_and_ends_when_it_is_taken_back() {
    let mut world = World::new(Limits::default());
    let (ann, fan) = (world.joined("ann"), world.joined("ann"));
    let job = world.running(ann, &Wish::default());
    world.emit(job, "before");
    world.subscribe(fan, job, None);
    world.settle();
    let answer = world.clients[fan].answer(&MessageType::JobSubscribed);
    assert_eq!(answer.unwrap()["replayed"], false);
    world.emit(job, "while");
    for who in [ann, fan] {
        let conn = world.conn(who);
        let job = job.to_string();
        world.tell(Input::Unsubscribe { conn, job });
    }
    world.emit(job, "after");
    assert_eq!(world.clients[fan].numbers(), [1]);
    assert_eq!(
        world.clients[ann].numbers(),
        [1, 2, 3],
        "its own job it keeps"
    );
}

#[test]
fn one_who_takes_it_back_while_it_is_looked_up_is_answered_and_follows_nothing() {
    let mut world = World::new(Limits::default());
    let (ann, fan) = (world.joined("ann"), world.joined("ann"));
    let job = world.running(ann, &Wish::default());
    world.emit(job, "1");
    world.hold_lookups = true;
    world.subscribe(fan, job, Some(0));
    let conn = world.conn(fan);
    world.tell(Input::Unsubscribe {
        conn,
        job: job.to_string(),
    });
    world.hold_lookups = false;
    world.settle();
    assert!(
        world.clients[fan]
            .answer(&MessageType::JobSubscribed)
            .is_some()
    );
    world.emit(job, "2");
    assert_eq!(world.clients[fan].numbers(), [1]);
}

#[test]
fn a_look_into_the_log_that_fails_or_comes_too_late_is_a_refusal() {
    let mut world = World::new(Limits {
        ended_jobs_per_principal: 1,
        ..Limits::default()
    });
    let (ann, fan) = (world.joined("ann"), world.joined("ann"));
    let (job, next) = (
        world.running(ann, &Wish::default()),
        world.running(ann, &Wish::default()),
    );
    world.hold_lookups = true;
    world.subscribe(fan, job, Some(0));
    world.commit();
    let lookup = world.lookups.pop_front().unwrap();
    world.tell(Input::LookedUp(lookup, None));
    world.commit();
    assert_eq!(
        world.clients[fan].refusal().as_deref(),
        Some("INTERNAL_ERROR")
    );

    world.finish(job);
    world.subscribe(fan, job, Some(0));
    world.finish(next);
    assert_eq!(
        world.clients[fan].refusal().as_deref(),
        Some("JOB_NOT_FOUND")
    );
    world.hold_lookups = false;
    let answers = world.clients[fan].frames.len();
    world.settle();
    assert_eq!(world.clients[fan].frames.len(), answers, "answered once");
}

#[test]
fn a_foreign_job_cannot_be_told_from_none() {
    let mut world = World::new(Limits::default());
    let (ann, eve) = (world.joined("ann"), world.joined("eve"));
    let job = world.running(ann, &Wish::default());
    for (history, conn) in [(None, eve), (Some(0), eve)] {
        world.subscribe(conn, job, history);
        world.settle();
        assert_eq!(
            world.clients[eve].refusal().as_deref(),
            Some("JOB_NOT_FOUND")
        );
    }
    let listed = page(&mut world, eve, ListJobs::new());
    assert_eq!(listed["jobs"], serde_json::json!([]));
}

#[test]
fn a_reader_gets_a_history_that_is_larger_than_its_buffer() {
    let mut world = World::new(Limits {
        session_events: 50,
        job_events: 400,
        ..Limits::default()
    });
    let (ann, fan) = (world.joined("ann"), world.joined("ann"));
    let job = world.running(ann, &Wish::default());
    (0..400).for_each(|_| world.emit(job, "x"));
    world.subscribe(fan, job, Some(0));
    world.settle();
    assert_eq!(world.clients[fan].last(), 400);
    assert!(world.clients[fan].welcomed);
}

#[test]
fn a_follower_gets_only_what_it_negotiated() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    let plain = world.client("ann", Features::default());
    world.hello(plain);
    world.settle();
    world.emit_kind(job, EntryKind::Progress, "1");
    world.emit(job, "2");
    world.subscribe(plain, job, Some(0));
    world.settle();
    world.emit_kind(job, EntryKind::Progress, "3");
    world.emit(job, "4");
    assert_eq!(world.clients[plain].numbers(), [1, 2]);
    assert_eq!(world.clients[ann].numbers(), [1, 2, 3, 4]);
}

#[test]
fn a_listing_goes_on_at_its_cursor_whatever_comes_and_goes() {
    let mut world = World::new(Limits {
        ended_jobs_per_principal: 1,
        ..Limits::default()
    });
    let (ann, eve) = (world.joined("ann"), world.joined("eve"));
    let jobs: Vec<_> = (0..5)
        .map(|_| world.running(ann, &Wish::default()))
        .collect();
    let ids = |page: &Value| -> Vec<String> {
        let jobs = page["jobs"].as_array().unwrap().iter();
        jobs.map(|job| job["job_id"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = page(&mut world, ann, ListJobs::new().with_limit(2));
    assert_eq!(ids(&first), [jobs[0].to_string(), jobs[1].to_string()]);
    // The job that the cursor names is forgotten in between, and one is new.
    world.finish(jobs[1]);
    world.finish(jobs[0]);
    let new = world.running(ann, &Wish::default());
    let cursor: Cursor = first["next_cursor"].as_str().unwrap().try_into().unwrap();
    let rest = page(&mut world, ann, ListJobs::new().with_cursor(cursor.clone()));
    let wanted: Vec<_> = jobs[2..]
        .iter()
        .chain([&new])
        .map(ToString::to_string)
        .collect();
    assert_eq!(ids(&rest), wanted);
    assert!(rest["next_cursor"].is_null());
    let conn = world.conn(eve);
    world.tell(Input::List {
        conn,
        request: "m6".try_into().unwrap(),
        list: Box::new(ListJobs::new().with_cursor(cursor)),
    });
    world.settle();
    assert_eq!(
        world.clients[eve].refusal().as_deref(),
        Some("INVALID_REQUEST")
    );
}
