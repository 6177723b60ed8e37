//! Hello, resume, takeover, windows and goodbyes (§6).

use arcp_generated::error::ErrorCode;
use arcp_generated::message::MessageType;
use arcp_generated::session::Feature;

use super::shape::Shape;
use super::wish::Wish;
use super::world::{INSTANT, World};
use crate::limits::Limits;
use crate::protocol::core::Input;
use crate::protocol::features::Features;
use crate::store::EntryKind;
use crate::transport::CloseCode;

#[test]
fn a_resume_rotates_the_token_and_goes_on_where_the_client_was() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    world.emit(job, "one");
    let (session, first) = (world.clients[ann].session, world.clients[ann].token.clone());
    world.cut(ann);
    world.emit(job, "two");
    world.emit(job, "three");
    world.resume(ann);
    world.settle();
    let client = &world.clients[ann];
    assert_eq!(client.session, session);
    assert_ne!(client.token, first);
    assert_eq!(client.numbers(), [1, 2, 3]);
    world.emit(job, "four");
    assert_eq!(world.clients[ann].numbers(), [1, 2, 3, 4]);
}

#[test]
fn a_second_connection_takes_the_session_over() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    let old = world.conn(ann);
    world.resume(ann);
    world.settle();
    assert_ne!(world.conn(ann), old);
    // What the old one still asks, and that it is gone at last, changes nothing.
    world.tell(Input::Leave {
        conn: old,
        answer: true,
    });
    world.tell(Input::Detached(old));
    world.emit(job, "one");
    assert_eq!(world.clients[ann].numbers(), [1]);
    assert_eq!(world.clients[ann].closed, None);
}

#[test]
fn a_wrong_or_an_old_token_is_refused_and_changes_nothing() {
    let mut world = World::new(Limits::default());
    let (ann, eve) = (world.joined("ann"), world.joined("eve"));
    let old = world.clients[ann].token.clone();
    world.cut(ann);
    world.resume(ann);
    world.settle();
    let newest = world.clients[ann].token.clone();
    let before = Shape::of(&world.core);
    world.clients[eve].session = world.clients[ann].session;
    for token in ["rt_guess", old.as_str(), newest.as_str()] {
        world.resume_with(eve, token, 0);
        world.settle();
        let refused = world.clients[eve].refused.as_ref().expect(token);
        assert_eq!(refused.code, ErrorCode::Unauthenticated, "{token}");
        assert_eq!(world.clients[eve].closed, Some(CloseCode::Policy));
    }
    world.resume_with(ann, &newest, 7);
    world.settle();
    let refused = world.clients[ann].refused.as_ref();
    assert_eq!(
        refused.unwrap().code,
        ErrorCode::ResumeWindowExpired,
        "it never got 7"
    );
    assert_eq!(Shape::of(&world.core), before);
}

#[test]
fn a_session_that_nobody_resumes_is_gone_and_its_job_goes_on() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::keyed("k"));
    world.cut(ann);
    world.almost(world.limits.resume_window);
    world.resume(ann);
    world.settle();
    assert!(world.clients[ann].welcomed, "just in time");
    world.cut(ann);
    let session = world.clients[ann].session.unwrap();
    world.almost(world.limits.resume_window);
    assert!(world.stored.sessions.contains_key(&session));
    world.pass(INSTANT);
    world.settle();
    assert!(
        !world.stored.sessions.contains_key(&session),
        "the store keeps nothing that it can be asked for no more (§14)"
    );
    world.resume(ann);
    world.settle();
    let refused = world.clients[ann].refused.as_ref();
    assert_eq!(refused.unwrap().code, ErrorCode::ResumeWindowExpired);
    assert!(world.runs.contains_key(&job));

    world.hello(ann);
    world.settle();
    assert_eq!(world.submit(ann, &Wish::keyed("k")), Some(job), "adopted");
    world.cancel(ann, job);
    assert!(world.runs[&job].stopped, "who adopts may cancel");
}

#[test]
fn a_job_of_a_session_that_lost_events_is_adopted_at_once() {
    let mut world = World::new(Limits {
        session_events: 100,
        ..Limits::default()
    });
    let (ann, late) = (world.joined("ann"), world.joined("ann"));
    let job = world.running(ann, &Wish::keyed("k"));
    let session = world.clients[ann].session.unwrap();
    world.cut(ann);
    (0..90).for_each(|_| world.emit(job, "x"));
    world.submit(late, &Wish::keyed("k"));
    world.cancel(late, job);
    let refused = world.clients[late].refusal();
    assert_eq!(
        refused.as_deref(),
        Some("PERMISSION_DENIED"),
        "it may resume"
    );

    (0..300).for_each(|_| world.emit(job, "x"));
    assert_eq!(world.submit(late, &Wish::keyed("k")), Some(job));
    world.cancel(late, job);
    assert!(world.runs[&job].stopped, "nobody else could cancel it");
    assert!(!world.stored.sessions.contains_key(&session));
    world.resume(ann);
    world.settle();
    let refused = world.clients[ann].refused.as_ref();
    assert_eq!(refused.unwrap().code, ErrorCode::ResumeWindowExpired);
}

#[test]
fn a_job_of_a_session_whose_newest_token_did_not_arrive_is_adopted_at_once() {
    for (shown, loses) in [("the one before", true), ("an older one", false)] {
        let mut world = World::new(Limits::default());
        let (ann, late) = (world.joined("ann"), world.joined("ann"));
        let job = world.running(ann, &Wish::keyed("k"));
        let session = world.clients[ann].session.unwrap();
        let first = world.clients[ann].token.clone();
        world.cut(ann);
        world.resume(ann);
        world.settle();
        let second = world.clients[ann].token.clone();
        world.cut(ann);
        world.resume(ann);
        world.settle();
        let newest = world.clients[ann].token.clone();
        world.cut(ann);
        let token = if loses { second } else { first };
        world.resume_with(ann, &token, 0);
        world.settle();
        let refused = world.clients[ann].refused.as_ref().expect(shown);
        assert_eq!(refused.code, ErrorCode::Unauthenticated, "{shown}");
        assert!(world.stored.sessions.contains_key(&session), "{shown}");

        assert_eq!(world.submit(late, &Wish::keyed("k")), Some(job));
        world.cancel(late, job);
        assert_eq!(world.runs[&job].stopped, loses, "{shown}");
        assert_eq!(!world.stored.sessions.contains_key(&session), loses);
        world.resume_with(ann, &newest, 0);
        world.settle();
        assert_eq!(world.clients[ann].welcomed, !loses, "{shown}");
    }
}

#[test]
fn a_copy_of_the_former_token_takes_nothing_from_whoever_has_the_newest() {
    for acknowledges in [true, false] {
        let mut world = World::new(Limits::default());
        let (ann, copy) = (world.joined("ann"), world.joined("ann"));
        let job = world.running(ann, &Wish::keyed("k"));
        let former = world.clients[ann].token.clone();
        world.cut(ann);
        world.resume(ann);
        world.settle();
        world.clients[copy].session = world.clients[ann].session;
        world.resume_with(copy, &former, 0);
        world.settle();
        assert!(world.clients[copy].refused.is_some());

        if acknowledges {
            world.emit(job, "x");
            let conn = world.conn(ann);
            world.tell(Input::Ack { conn, through: 1 });
        } else {
            world.cut(ann);
            world.resume(ann);
        }
        world.settle();
        world.cut(ann);
        world.hello(copy);
        world.settle();
        assert_eq!(world.submit(copy, &Wish::keyed("k")), Some(job));
        world.cancel(copy, job);
        assert!(!world.runs[&job].stopped, "acknowledges: {acknowledges}");
        world.resume(ann);
        world.settle();
        assert!(world.clients[ann].welcomed, "acknowledges: {acknowledges}");
    }
}

#[test]
fn a_client_that_lacks_what_is_gone_gives_its_job_up_and_may_be_wrong() {
    let mut world = World::new(Limits::default());
    let (ann, late) = (world.joined("ann"), world.joined("ann"));
    let job = world.running(ann, &Wish::keyed("k"));
    (0..300).for_each(|_| world.emit(job, "x"));
    let conn = world.conn(ann);
    world.tell(Input::Ack { conn, through: 300 });
    world.settle();
    let refused_resume = |world: &mut World| {
        let token = world.clients[ann].token.clone();
        let events = std::mem::take(&mut world.clients[ann].events);
        world.resume_with(ann, &token, 0);
        world.settle();
        assert!(world.clients[ann].refused.is_some());
        world.clients[ann].events = events;
    };
    world.cut(ann);
    refused_resume(&mut world);
    world.resume(ann);
    world.settle();
    assert!(world.clients[ann].welcomed, "it has them after all");
    world.cut(ann);
    world.submit(late, &Wish::keyed("k"));
    world.cancel(late, job);
    assert!(!world.runs[&job].stopped, "the owner may come back");

    refused_resume(&mut world);
    world.submit(late, &Wish::keyed("k"));
    world.cancel(late, job);
    assert!(world.runs[&job].stopped);
}

#[test]
fn close_is_answered_and_bye_is_not() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    for answer in [true, false] {
        let conn = world.conn(ann);
        world.tell(Input::Leave { conn, answer });
        world.settle();
        let client = &mut world.clients[ann];
        assert_eq!(client.closed, Some(CloseCode::Normal));
        assert_eq!(client.frames.pop().is_some(), answer);
        world.resume(ann);
        world.settle();
        assert!(
            world.clients[ann].welcomed,
            "it can be resumed all the same"
        );
    }
}

#[test]
fn who_said_goodbye_makes_room_and_who_was_cut_off_does_not() {
    let mut world = World::new(Limits {
        sessions_per_principal: 2,
        ..Limits::default()
    });
    let (first, second) = (world.joined("ann"), world.joined("ann"));
    world.cut(first);
    let third = world.client("ann", Features::default());
    world.hello(third);
    world.settle();
    let refused = world.clients[third].refused.as_ref().unwrap();
    assert_eq!(
        refused.details.as_ref().unwrap()["cap"],
        "sessions_per_principal"
    );

    let conn = world.conn(second);
    world.tell(Input::Leave { conn, answer: true });
    world.hello(third);
    world.settle();
    assert!(world.clients[third].welcomed);
    world.resume(second);
    world.settle();
    assert!(
        world.clients[second].refused.is_some(),
        "its place is taken"
    );
    world.resume(first);
    world.settle();
    assert!(world.clients[first].welcomed);
}

#[test]
fn what_was_not_negotiated_takes_no_number() {
    let mut world = World::new(Limits::default());
    let plain = world.client("ann", Features::of(&[Feature::Ack]));
    world.hello(plain);
    world.settle();
    let job = world.running(plain, &Wish::default());
    let kinds = [
        EntryKind::Progress,
        EntryKind::Event,
        EntryKind::ResultChunk,
        EntryKind::Budget,
        EntryKind::Credential,
        EntryKind::Event,
    ];
    for kind in kinds {
        world.emit_kind(job, kind, "x");
    }
    world.finish(job);
    assert_eq!(world.clients[plain].numbers(), [1, 2, 3]);
    assert_eq!(world.stored.job(job).last, 7);
}

#[test]
fn acknowledged_events_are_released_and_a_resume_before_them_is_refused() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    (0..300).for_each(|_| world.emit(job, "x"));
    let conn = world.conn(ann);
    world.tell(Input::Ack { conn, through: 301 });
    world.settle();
    assert_eq!(
        world
            .stored
            .session(world.clients[ann].session.unwrap())
            .trimmed,
        0
    );
    world.tell(Input::Ack { conn, through: 300 });
    world.settle();
    assert!(
        world
            .stored
            .session(world.clients[ann].session.unwrap())
            .trimmed
            > 128
    );
    world.cut(ann);
    let token = world.clients[ann].token.clone();
    let events = std::mem::take(&mut world.clients[ann].events);
    world.resume(ann);
    world.settle();
    assert_eq!(world.clients[ann].token, token);
    assert!(world.clients[ann].refused.is_some());
    world.clients[ann].events = events;
    world.resume(ann);
    world.settle();
    assert!(
        world.clients[ann].welcomed,
        "a refused resume costs nothing"
    );
}

#[test]
fn a_slow_owner_is_told_once_and_a_hopeless_one_is_cut_off() {
    let mut world = World::new(Limits {
        ack_lag: 10,
        ack_lag_max: Some(20),
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    (0..11).for_each(|_| world.emit(job, "x"));
    assert_eq!(world.clients[ann].last(), 12);
    assert_eq!(
        world.clients[ann].newest()["body"]["phase"],
        "back_pressure"
    );
    (0..8).for_each(|_| world.emit(job, "x"));
    assert_eq!(world.clients[ann].last(), 20, "told once");
    world.emit(job, "x");
    let client = &world.clients[ann];
    assert_eq!(client.closed, Some(CloseCode::Policy));
    assert_eq!(client.refusal().as_deref(), Some("INTERNAL_ERROR"));
    world.resume(ann);
    world.settle();
    assert_eq!(world.clients[ann].last(), 21);
}

#[test]
fn a_drain_refuses_what_is_new_and_a_shutdown_tells_everybody() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::keyed("k"));
    world.tell(Input::Drain);
    assert!(!world.core.drained());
    assert_eq!(world.submit(ann, &Wish::keyed("k")), Some(job));
    assert_eq!(world.submit(ann, &Wish::default()), None);
    let bob = world.client("bob", Features::default());
    world.hello(bob);
    world.settle();
    assert_eq!(world.clients[bob].closed, Some(CloseCode::GoingAway));
    world.cut(ann);
    world.resume(ann);
    world.finish(job);
    assert!(world.clients[ann].welcomed && world.core.drained());
    world.tell(Input::Shutdown);
    world.commit();
    let closed = world.clients[ann].answer(&MessageType::SessionClosed);
    assert_eq!(closed.unwrap()["reason"], "runtime_shutdown");
}
