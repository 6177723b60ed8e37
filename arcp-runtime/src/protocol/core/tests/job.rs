//! Submit, idempotency, cancel, and the ends of jobs (§7).

use std::time::Duration;

use arcp_generated::message::MessageType;

use super::wish::Wish;
use super::world::{INSTANT, World};
use crate::limits::Limits;
use crate::protocol::core::Input;
use crate::store::Status;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn each_session_has_its_own_numbers_and_a_job_one_last_word() {
    let mut world = World::new(Limits::default());
    let (ann, bob) = (world.joined("ann"), world.joined("bob"));
    let (first, second) = (
        world.running(ann, &Wish::default()),
        world.running(ann, &Wish::default()),
    );
    let other = world.running(bob, &Wish::default());
    for job in [first, other, second, first] {
        world.emit(job, "x");
    }
    world.finish(first);
    world.emit(first, "after the end");
    world.fail(first);
    world.fail(other);
    let client = &world.clients[ann];
    assert_eq!(client.numbers(), [1, 2, 3, 4]);
    let of: Vec<_> = client.events.iter().map(|got| got.job).collect();
    assert_eq!(of, [first, second, first, first]);
    assert_eq!(
        client.kinds(),
        ["job.event", "job.event", "job.event", "job.result"]
    );
    assert_eq!(world.clients[bob].kinds(), ["job.event", "job.error"]);
    assert_eq!(world.clients[bob].newest()["code"], "INVALID_REQUEST");
}

#[test]
fn the_same_key_with_the_same_parameters_is_the_same_job() {
    let mut world = World::new(Limits::default());
    let (ann, again) = (world.joined("ann"), world.joined("ann"));
    let eve = world.joined("eve");
    let job = world.running(ann, &Wish::keyed("k"));
    world.emit(job, "one");
    assert_eq!(world.submit(ann, &Wish::keyed("k")), Some(job));
    assert_eq!(world.submit(again, &Wish::keyed("k")), Some(job));
    let other = Wish {
        parameters: 1,
        ..Wish::keyed("k")
    };
    assert_eq!(world.submit(again, &other), None);
    assert_eq!(
        world.clients[again].refusal().as_deref(),
        Some("DUPLICATE_KEY")
    );
    assert_ne!(
        world.submit(eve, &Wish::keyed("k")),
        Some(job),
        "a key is its principal's"
    );
    world.emit(job, "two");
    assert_eq!(world.clients[ann].numbers(), [1, 2]);
    assert_eq!(world.clients[again].numbers(), [1], "from now on");
}

#[test]
fn after_the_end_a_key_gets_the_end_again_until_its_window_is_over() {
    let mut world = World::new(Limits {
        idempotency_window: 60 * SECOND,
        retention: 600 * SECOND,
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::keyed("k"));
    world.finish(job);
    world.almost(60 * SECOND);
    assert_eq!(world.submit(ann, &Wish::keyed("k")), Some(job));
    assert_eq!(world.clients[ann].kinds(), ["job.result", "job.result"]);
    assert_eq!(world.clients[ann].numbers(), [1, 2]);
    world.pass(INSTANT);
    let next = world.submit(ann, &Wish::keyed("k")).unwrap();
    assert_ne!(next, job, "the key is free again");
    world.pass(600 * SECOND);
    world.settle();
    assert!(!world.stored.jobs.contains_key(&job), "forgotten");
    assert_eq!(
        world.submit(ann, &Wish::keyed("k")),
        Some(next),
        "the key stayed"
    );
}

#[test]
fn a_job_with_a_key_is_kept_as_long_as_the_key() {
    let mut world = World::new(Limits {
        idempotency_window: 600 * SECOND,
        resume_window: 60 * SECOND,
        retention: 60 * SECOND,
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let (keyed, plain) = (
        world.running(ann, &Wish::keyed("k")),
        world.running(ann, &Wish::default()),
    );
    world.finish(keyed);
    world.finish(plain);
    world.pass(60 * SECOND);
    world.settle();
    assert!(!world.stored.jobs.contains_key(&plain));
    assert_eq!(world.submit(ann, &Wish::keyed("k")), Some(keyed));
    world.pass(540 * SECOND);
    assert_ne!(world.submit(ann, &Wish::keyed("k")), Some(keyed));
}

#[test]
fn an_ended_job_is_kept_while_a_session_may_come_back() {
    let mut world = World::new(Limits {
        resume_window: 600 * SECOND,
        retention: 60 * SECOND,
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    world.finish(job);
    world.almost(600 * SECOND);
    world.settle();
    assert!(world.stored.jobs.contains_key(&job));
    world.pass(INSTANT);
    world.settle();
    assert!(!world.stored.jobs.contains_key(&job));
}

#[test]
fn too_many_ended_jobs_push_out_the_oldest() {
    let mut world = World::new(Limits {
        ended_jobs_per_principal: 2,
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let jobs: Vec<_> = (0..4)
        .map(|_| world.running(ann, &Wish::default()))
        .collect();
    for job in jobs.iter().rev() {
        world.finish(*job);
    }
    let kept: Vec<_> = world.stored.jobs.keys().copied().collect();
    assert_eq!(kept, jobs[..2]);
    assert_eq!(
        world.clients[ann].numbers(),
        [1, 2, 3, 4],
        "what was sent stays sent"
    );
}

#[test]
fn a_cancelled_job_has_its_grace_and_then_ends_whatever_its_agent_does() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let (quick, slow) = (
        world.running(ann, &Wish::default()),
        world.running(ann, &Wish::default()),
    );
    world.cancel(ann, quick);
    world.cancel(ann, slow);
    let heard = world.clients[ann].answer(&MessageType::JobCancelled);
    assert_eq!(heard.unwrap()["reason"], "enough");
    assert!(world.runs[&quick].stopped && world.runs[&slow].stopped);
    world.emit(quick, "tidying up");
    world.finish(quick);
    assert_eq!(world.clients[ann].newest()["code"], "CANCELLED");
    assert_eq!(world.clients[ann].newest()["message"], "enough");
    world.almost(world.limits.cancel_grace);
    world.settle();
    assert!(world.runs.contains_key(&slow));
    world.pass(INSTANT);
    world.settle();
    assert!(!world.runs.contains_key(&slow));
    assert_eq!(world.clients[ann].newest()["final_status"], "cancelled");
    world.finish(slow);
    assert_eq!(world.clients[ann].numbers(), [1, 2, 3]);
}

#[test]
fn a_job_that_has_not_begun_can_be_cancelled_and_one_that_has_ended_cannot() {
    let mut world = World::new(Limits::default());
    let (ann, again) = (world.joined("ann"), world.joined("ann"));
    let eve = world.joined("eve");
    let job = world.submit(ann, &Wish::default()).unwrap();
    world.cancel(again, job);
    assert_eq!(
        world.clients[again].refusal().as_deref(),
        Some("PERMISSION_DENIED")
    );
    world.cancel(eve, job);
    assert_eq!(
        world.clients[eve].refusal().as_deref(),
        Some("JOB_NOT_FOUND")
    );
    world.cancel(ann, job);
    world.pass(world.limits.cancel_grace);
    world.settle();
    assert_eq!(world.stored.job(job).row.status, Status::Cancelled);
    world.cancel(ann, job);
    assert_eq!(
        world.clients[ann].refusal().as_deref(),
        Some("INVALID_REQUEST")
    );
}

#[test]
fn a_job_ends_when_its_runtime_or_its_lease_is_over() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    let long = world.running(
        ann,
        &Wish {
            max_runtime: Some(10 * SECOND),
            lease_for: Some(60 * SECOND),
            ..Wish::default()
        },
    );
    let leased = world.running(
        ann,
        &Wish {
            max_runtime: Some(60 * SECOND),
            lease_for: Some(10 * SECOND),
            ..Wish::default()
        },
    );
    world.pass(10 * SECOND);
    world.settle();
    assert_eq!(world.stored.job(long).row.status, Status::TimedOut);
    assert_eq!(world.clients[ann].newest()["code"], "TIMEOUT");
    assert!(world.runs.contains_key(&leased), "a lease has a grace");
    world.pass(world.limits.lease_grace);
    world.settle();
    assert_eq!(world.clients[ann].newest()["code"], "LEASE_EXPIRED");
    world.pass(100 * SECOND);
    world.settle();
    assert_eq!(world.clients[ann].numbers(), [1, 2]);
}

#[test]
fn what_no_frame_can_carry_ends_the_job_and_not_the_connection() {
    let mut world = World::new(Limits {
        frame_bytes: 4096,
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let job = world.running(ann, &Wish::default());
    world.emit(job, &"x".repeat(5000));
    assert_eq!(world.clients[ann].newest()["code"], "INTERNAL_ERROR");
    let job = world.running(ann, &Wish::default());
    let large = serde_json::Value::from("x".repeat(5000));
    let large = arcp_generated::common::Json::from_serialize(&large).unwrap();
    world.tell(Input::Finish(
        job,
        crate::protocol::job::Outcome::Result(large),
    ));
    world.settle();
    let error = world.clients[ann].newest();
    assert_eq!(error["code"], "INTERNAL_ERROR");
    assert!(
        error["message"].as_str().unwrap().contains("result_chunk"),
        "the cure: {error}"
    );
}

#[test]
fn a_cap_on_jobs_counts_those_that_have_not_ended() {
    let mut world = World::new(Limits {
        jobs_per_principal: 2,
        jobs_per_session: 1,
        ..Limits::default()
    });
    let (ann, again) = (world.joined("ann"), world.joined("ann"));
    let job = world.running(ann, &Wish::default());
    let cap = |world: &World, who: usize| {
        let error = world.clients[who].answer(&MessageType::SessionError);
        error.map(|error| error["details"]["cap"].as_str().unwrap().to_owned())
    };
    assert_eq!(world.submit(ann, &Wish::default()), None);
    assert_eq!(cap(&world, ann).as_deref(), Some("jobs_per_session"));
    world.running(again, &Wish::default());
    world.finish(job);
    world.running(ann, &Wish::default());
    let third = world.joined("ann");
    assert_eq!(world.submit(third, &Wish::default()), None);
    assert_eq!(cap(&world, third).as_deref(), Some("jobs_per_principal"));
}
