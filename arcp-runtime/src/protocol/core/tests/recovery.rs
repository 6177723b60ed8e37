//! A process dies and another goes on with what was stored (§6.3, §7.3).

use std::time::Duration;

use super::delivery::Crash::{BeforeCommit, BeforeTelling};
use super::wish::Wish;
use super::world::{INSTANT, World};
use crate::limits::Limits;
use crate::protocol::core::Input;
use crate::protocol::features::Features;
use crate::store::Status;

#[test]
fn what_was_told_is_there_again_and_running_jobs_have_ended() {
    for crash in [BeforeCommit, BeforeTelling] {
        let mut world = World::new(Limits::default());
        let (ann, fan) = (world.joined("ann"), world.joined("ann"));
        let (done, broken) = (
            world.running(ann, &Wish::keyed("done")),
            world.running(ann, &Wish::keyed("broken")),
        );
        world.finish(done);
        world.emit(broken, "1");
        world.subscribe(fan, broken, Some(0));
        world.settle();
        world.crash(crash);
        world.settle();
        for who in [ann, fan] {
            world.resume(who);
            world.settle();
            assert_eq!(world.clients[who].newest()["code"], "INTERNAL_ERROR");
            assert_eq!(world.clients[who].newest()["retryable"], true);
            let message = world.clients[who].newest()["message"].to_string();
            assert!(message.contains("a new key"), "{message}");
        }
        assert_eq!(world.clients[ann].numbers(), [1, 2, 3]);
        assert_eq!(world.clients[fan].numbers(), [1, 2]);
        assert_eq!(world.submit(ann, &Wish::keyed("done")), Some(done));
        assert_eq!(world.clients[ann].newest()["final_status"], "success");
        // Submitting it again as it was would bring this end again, which is why the message names the cure.
        assert_eq!(world.submit(fan, &Wish::keyed("broken")), Some(broken));
        assert_eq!(world.clients[fan].newest()["code"], "INTERNAL_ERROR");
        let again = world.submit(fan, &Wish::keyed("new")).unwrap();
        assert!(again > broken);
    }
}

#[test]
fn an_event_that_was_not_stored_was_not_heard_of_either() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    world.emit(job, "stored");
    world.emit_kind(job, crate::store::EntryKind::Event, "lost");
    world.crash(BeforeCommit);
    world.settle();
    world.resume(ann);
    world.settle();
    assert_eq!(world.clients[ann].kinds(), ["job.event", "job.error"]);
}

#[test]
fn a_token_that_was_stored_and_not_heard_of_ends_the_session_for_its_client() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    world.cut(ann);
    world.resume(ann);
    world.crash(BeforeTelling);
    world.settle();
    world.resume(ann);
    world.settle();
    assert!(
        world.clients[ann].refused.is_some(),
        "it has the token from before"
    );
    world.hello(ann);
    world.settle();
    assert!(world.clients[ann].welcomed);
}

#[test]
fn a_family_ends_children_first() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let parent = world.running(ann, &Wish::default());
    let child = world.delegate(parent, &Wish::default()).unwrap();
    let grandchild = world.delegate(child, &Wish::default()).unwrap();
    world.crash(BeforeCommit);
    world.settle();
    world.resume(ann);
    world.settle();
    let ends: Vec<_> = world.clients[ann]
        .events
        .iter()
        .map(|got| got.job)
        .collect();
    assert_eq!(ends, [grandchild, child, parent]);
}

#[test]
fn an_adopted_job_stays_with_who_adopted_it() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::keyed("k"));
    world.cut(ann);
    world.pass(world.limits.resume_window);
    world.hello(ann);
    world.settle();
    world.submit(ann, &Wish::keyed("k"));
    world.crash(BeforeTelling);
    world.settle();
    world.resume(ann);
    world.settle();
    assert_eq!(world.clients[ann].newest()["code"], "INTERNAL_ERROR");
    assert_eq!(world.stored.job(job).row.status, Status::Error);
}

#[test]
fn of_two_jobs_with_one_key_the_later_has_it() {
    let mut world = World::new(Limits {
        idempotency_window: Duration::from_mins(1),
        retention: Duration::from_mins(10),
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let earlier = world.running(ann, &Wish::keyed("k"));
    world.finish(earlier);
    world.pass(world.limits.idempotency_window);
    let later = world.running(ann, &Wish::keyed("k"));
    world.finish(later);
    world.crash(BeforeCommit);
    world.resume(ann);
    world.settle();
    assert_eq!(world.submit(ann, &Wish::keyed("k")), Some(later));
    world.pass(world.limits.idempotency_window);
    let newest = world.submit(ann, &Wish::keyed("k")).unwrap();
    assert!(newest > later);
}

#[test]
fn every_window_begins_again() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    world.finish(job);
    world.cut(ann);
    world.almost(world.limits.resume_window);
    world.crash(BeforeCommit);
    world.pass(INSTANT);
    world.resume(ann);
    world.settle();
    assert!(world.clients[ann].welcomed);
    assert!(world.stored.jobs.contains_key(&job));
    world.pass(world.limits.retention);
    world.settle();
    assert!(world.stored.jobs.is_empty());
}

#[test]
fn who_said_goodbye_makes_room_after_a_restart_too() {
    for crash in [BeforeCommit, BeforeTelling] {
        let mut world = World::new(Limits {
            sessions_per_principal: 3,
            ..Limits::default()
        });
        let [first, second, third] = [(); 3].map(|()| world.joined("ann"));
        world.cut(first);
        for who in [third, second] {
            let conn = world.conn(who);
            world.tell(Input::Leave { conn, answer: true });
            world.settle();
            world.pass(Duration::from_secs(1));
        }
        world.crash(crash);
        world.settle();
        // In the order in which they left, and never the one that was cut off.
        for gone in [third, second] {
            let late = world.joined("ann");
            world.resume(gone);
            world.settle();
            assert!(world.clients[gone].refused.is_some());
            world.cut(late);
        }
        let fourth = world.client("ann", Features::default());
        world.hello(fourth);
        world.settle();
        assert!(world.clients[fourth].refused.is_some());
        world.resume(first);
        world.settle();
        assert!(world.clients[first].welcomed);
    }
}

#[test]
fn who_came_back_after_a_goodbye_makes_no_room_after_a_restart() {
    let mut world = World::new(Limits {
        sessions_per_principal: 1,
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let conn = world.conn(ann);
    world.tell(Input::Leave { conn, answer: true });
    world.settle();
    world.resume(ann);
    world.settle();
    world.crash(BeforeCommit);
    let late = world.client("ann", Features::default());
    world.hello(late);
    world.settle();
    assert!(world.clients[late].refused.is_some());
}

#[test]
fn dying_again_while_the_broken_jobs_end_ends_them_once() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    for crash in [BeforeCommit, BeforeCommit, BeforeTelling, BeforeTelling] {
        world.crash(crash);
    }
    world.settle();
    assert_eq!(world.stored.job(job).last, 1);
    world.tell(Input::Finish(
        job,
        crate::protocol::job::Outcome::Result(arcp_generated::common::Json::null()),
    ));
    world.resume(ann);
    world.settle();
    assert_eq!(world.clients[ann].kinds(), ["job.error"]);
}
