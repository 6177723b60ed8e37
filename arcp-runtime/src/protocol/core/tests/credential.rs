//! Credentials are owed before they are asked for, and revoked whatever happens (§9.8).

use std::time::Duration;

use arcp_generated::error::ErrorCode;

use super::wish::Wish;
use super::world::{INSTANT, World};
use crate::id::{CredentialKey, Ulid};
use crate::limits::Limits;
use crate::protocol::core::Input;
use crate::protocol::credential::{Errand, Rotate};
use crate::protocol::refusal::Refusal;

fn paid() -> Wish {
    Wish {
        paid: true,
        ..Wish::keyed("k")
    }
}

#[test]
fn a_job_is_accepted_when_its_credential_is_there_and_has_it_until_it_ends() {
    let mut world = World::new(Limits::default());
    let (ann, again) = (world.joined("ann"), world.joined("ann"));
    assert_eq!(world.submit(ann, &paid()), None);
    assert_eq!(world.submit(again, &paid()), None, "waits with the first");
    assert_eq!(
        (world.stored.credentials.len(), world.stored.jobs.len()),
        (1, 0)
    );
    world.issue("secret");
    for who in [ann, again] {
        let accepted = world.clients[who].frames.last().unwrap();
        assert!(String::from_utf8_lossy(&accepted.payload).contains("secret"));
    }
    let stored = world.stored.jobs.values().next().unwrap();
    assert!(!String::from_utf8_lossy(&stored.row.accepted).contains("secret"));
    let job = stored.row.job;
    world.finish(job);
    let order = world.revokes.pop_front().expect("revoked with its job");
    assert_eq!(
        world.stored.credentials.len(),
        1,
        "owed until it is known to be gone"
    );
    world.tell(Input::Revoked(order.handle));
    world.settle();
    assert!(world.stored.credentials.is_empty());
}

#[test]
fn an_upstream_that_refuses_leaves_no_job_and_no_key_behind() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    assert_eq!(world.submit(ann, &paid()), None);
    let provision = world.provisions.pop_front().unwrap();
    let refused = Refusal::new(ErrorCode::InternalError, "not now");
    world.tell(Input::Provisioned {
        errand: provision.errand,
        issued: Err(refused),
    });
    world.settle();
    assert_eq!(
        world.clients[ann].refusal().as_deref(),
        Some("INTERNAL_ERROR")
    );
    assert_eq!(
        world.revokes.len(),
        1,
        "it may have been given out all the same"
    );
    assert!(
        world.submit(ann, &Wish::keyed("k")).is_some(),
        "the key is free"
    );
}

#[test]
fn who_is_gone_by_the_time_gets_nothing_and_what_was_issued_is_revoked() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    world.submit(ann, &paid());
    world.cut(ann);
    world.pass(world.limits.resume_window);
    world.settle();
    world.issue("secret");
    assert!(world.stored.jobs.is_empty() && world.core.running.is_empty());
    assert_eq!(world.revokes.len(), 1);
}

#[test]
fn a_job_that_could_not_be_accepted_is_refused_before_anybody_is_asked() {
    let mut world = World::new(Limits {
        frame_bytes: 4096,
        ..Limits::default()
    });
    let ann = world.joined("ann");
    let wish = Wish {
        lease_bytes: 3000,
        ..paid()
    };
    assert_eq!(world.submit(ann, &wish), None);
    assert_eq!(
        world.clients[ann].refusal().as_deref(),
        Some("INVALID_REQUEST")
    );
    assert!(world.provisions.is_empty() && world.stored.credentials.is_empty());
    assert!(world.core.running.is_empty());
}

#[test]
fn a_rotation_replaces_the_value_and_revokes_the_old_one() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    world.submit(ann, &paid());
    world.issue("first");
    let job = *world.runs.keys().next().unwrap();
    let old = *world.stored.credentials.keys().next().unwrap();
    for (place, rotated) in [(0, true), (7, false)] {
        let handle = CredentialKey(Ulid(1000 + place as u128));
        world.tell(Input::Rotate(Box::new(Rotate {
            job,
            place,
            handle,
            value: None,
        })));
        world.settle();
        let asked = world.provisions.front().map(|provision| provision.errand);
        assert_eq!(asked, rotated.then_some(Errand::Rotation(handle)));
        if rotated {
            world.issue("second");
        }
    }
    let revoked: Vec<_> = world.revokes.iter().map(|order| order.handle).collect();
    assert_eq!(revoked, [old]);
    assert_eq!(world.clients[ann].newest()["body"]["value"], "second");
    let stored = &world.stored.job(job).entries[&1].payload;
    assert!(!String::from_utf8_lossy(stored).contains("second"));
}

#[test]
fn a_revocation_that_fails_is_tried_again_after_a_while_that_grows() {
    let mut world = World::new(Limits {
        revocation_pause: Duration::from_secs(1),
        revocation_pause_max: Duration::from_secs(3),
        ..Limits::default()
    });
    let ann = world.joined("ann");
    world.submit(ann, &paid());
    world.issue("secret");
    let job = *world.runs.keys().next().unwrap();
    world.finish(job);
    for pause in [1, 2, 3, 3].map(Duration::from_secs) {
        let order = world.revokes.pop_front().expect("it is tried");
        world.tell(Input::NotRevoked { order, again: true });
        world.almost(pause);
        world.settle();
        assert!(world.revokes.is_empty(), "not before {pause:?}");
        world.pass(INSTANT);
        world.settle();
    }
    let order = world.revokes.pop_front().unwrap();
    let again = false;
    world.tell(Input::NotRevoked { order, again });
    world.pass(Duration::from_mins(1));
    world.settle();
    assert!(world.revokes.is_empty(), "it cannot be revoked");
    world.crash(super::delivery::Crash::BeforeCommit);
    world.settle();
    let order = world
        .revokes
        .pop_front()
        .expect("the next start tries again");
    world.tell(Input::Revoked(order.handle));
    world.settle();
    assert!(world.stored.credentials.is_empty() && world.core.stubborn.is_empty());
}

#[test]
fn after_a_crash_everything_that_is_owed_is_revoked() {
    let mut world = World::new(Limits::default());
    let ann = world.joined("ann");
    world.submit(ann, &paid());
    world.crash(super::delivery::Crash::BeforeTelling);
    world.settle();
    assert_eq!(world.revokes.len(), 1);
    assert!(world.stored.jobs.is_empty());
}
