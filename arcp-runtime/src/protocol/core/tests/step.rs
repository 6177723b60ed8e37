//! One step of a random story: what can happen, and how it does.

use std::time::Duration;

use arcp_generated::error::ErrorCode;
use arcp_generated::session::ListJobs;

use super::client::Who;
use super::delivery::Crash;
use super::wish::Wish;
use super::world::World;
use crate::id::{CredentialKey, JobKey, Mint as _, SessionKey, Ulid};
use crate::protocol::core::Input;
use crate::protocol::credential::Rotate;
use crate::protocol::job::{Failure, Outcome};
use crate::protocol::refusal::Refusal;
use crate::store::EntryKind;

/// Something that happens. Clients and jobs are named by numbers, taken modulo how many there are.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Hello(Who),
    Resume(Who),
    /// A resume with the token of somebody else.
    Steal(Who, Who),
    Cut(Who),
    Leave(Who, bool),
    /// Acknowledges this many less than were read, or more than there are.
    Ack(Who, i8),
    Submit(Who, Wish),
    Cancel(Who, usize),
    Subscribe(Who, usize, Option<u64>),
    Unsubscribe(Who, usize),
    List(Who, u64),
    Started(usize),
    Emit(usize, EntryKind, u8),
    Succeed(usize),
    Fail(usize),
    Delegate(usize, Wish),
    CancelChild(usize, usize),
    Rotate(usize),
    LookedUp(bool),
    Provisioned(bool),
    Revoked,
    /// Whether trying again can help.
    NotRevoked(bool),
    Pass(u64),
    Drain,
    Commit,
    Settle,
    Crash(Crash),
}

/// The job of this number; one that never was when there is none.
fn job(world: &World, number: usize) -> JobKey {
    let jobs = &world.emitted.jobs;
    let known = jobs.keys().nth(number % jobs.len().max(1));
    known.copied().unwrap_or(JobKey(Ulid(u128::MAX)))
}

pub(super) fn act(world: &mut World, step: Step) {
    match step {
        Step::Hello(who) => world.hello(who),
        Step::Resume(who) if world.clients[who].session.is_some() => world.resume(who),
        Step::Steal(who, whose) if world.clients[whose].session.is_some() => {
            let token = world.clients[whose].token.clone();
            let same = world.clients[who].principal == world.clients[whose].principal;
            if !same || world.clients[who].session != world.clients[whose].session {
                let last = world.clients[who].last();
                world.clients[who]
                    .session
                    .get_or_insert(SessionKey(Ulid(0)));
                world.resume_with(who, &token, last);
            }
        }
        Step::Cut(who) => world.cut(who),
        Step::Started(number) => world.tell(Input::Started(job(world, number))),
        Step::Emit(number, kind, count) => {
            let job = job(world, number);
            (0..count).for_each(|_| world.emit_kind(job, kind, "x"));
        }
        Step::Succeed(number) => {
            let outcome = Outcome::Result(arcp_generated::common::Json::null());
            world.tell(Input::Finish(job(world, number), outcome));
        }
        Step::Fail(number) => {
            let failure = Failure::new(ErrorCode::InvalidRequest, "it does not work");
            world.tell(Input::Finish(job(world, number), Outcome::Failure(failure)));
        }
        Step::Delegate(number, wish) => {
            let parent = job(world, number);
            world.ask_to_delegate(parent, &wish);
        }
        Step::CancelChild(parent, child) => world.tell(Input::CancelChild {
            parent: job(world, parent),
            child: job(world, child),
            reason: None,
        }),
        Step::Pass(seconds) => world.pass(Duration::from_secs(seconds)),
        Step::Drain => world.tell(Input::Drain),
        Step::Commit => world.commit(),
        Step::Settle => world.settle(),
        Step::Crash(crash) => world.crash(crash),
        Step::Rotate(..)
        | Step::LookedUp(_)
        | Step::Provisioned(_)
        | Step::Revoked
        | Step::NotRevoked(_) => {
            upstream(world, &step);
        }
        of_client => ask(world, of_client),
    }
}

/// What only a welcomed client says.
fn ask(world: &mut World, step: Step) {
    let (Step::Leave(who, _)
    | Step::Ack(who, _)
    | Step::Submit(who, _)
    | Step::Cancel(who, _)
    | Step::Subscribe(who, ..)
    | Step::Unsubscribe(who, _)
    | Step::List(who, _)) = step
    else {
        return;
    };
    if !back_in(world, who) {
        return;
    }
    let conn = world.conn(who);
    let request = || "m9".try_into().unwrap();
    match step {
        Step::Leave(_, answer) => world.tell(Input::Leave { conn, answer }),
        Step::Ack(_, less) => {
            let through = world.clients[who]
                .last()
                .saturating_add_signed(-i64::from(less));
            world.tell(Input::Ack { conn, through });
        }
        Step::Submit(_, wish) => {
            let submission = world.submission(&wish);
            world.tell(Input::Submit(conn, Box::new(submission)));
        }
        Step::Cancel(_, number) => world.tell(Input::Cancel {
            conn,
            request: "m9".to_owned(),
            job: job(world, number).to_string(),
            reason: None,
        }),
        Step::Subscribe(_, number, from) => {
            let job = job(world, number);
            world.subscribe(who, job, from);
        }
        Step::Unsubscribe(_, number) => {
            let job = job(world, number).to_string();
            world.tell(Input::Unsubscribe { conn, job });
        }
        Step::List(_, limit) => world.tell(Input::List {
            conn,
            request: request(),
            list: Box::new(ListJobs::new().with_limit(limit)),
        }),
        _ => {}
    }
}

/// A client that has something to ask comes back first. Answers whether it could.
fn back_in(world: &mut World, who: Who) -> bool {
    for attempt in 0..3 {
        if world.clients[who].welcomed {
            return true;
        }
        match attempt {
            0 => {}
            1 if world.clients[who].session.is_some() => world.resume(who),
            _ => world.hello(who),
        }
        world.settle();
    }
    world.clients[who].welcomed
}

/// What comes back from the store and from upstreams.
fn upstream(world: &mut World, step: &Step) {
    match step {
        Step::LookedUp(readable) => {
            if let Some(lookup) = world.lookups.pop_front() {
                let known = world.stored.look_up(&lookup);
                world.tell(Input::LookedUp(lookup, readable.then_some(known)));
            }
        }
        Step::Provisioned(true) if !world.provisions.is_empty() => world.issue("secret"),
        Step::Provisioned(_) => {
            if let Some(provision) = world.provisions.pop_front() {
                let refused = Refusal::new(ErrorCode::InternalError, "not now");
                world.tell(Input::Provisioned {
                    errand: provision.errand,
                    issued: Err(refused),
                });
            }
        }
        Step::Revoked => {
            if let Some(order) = world.revokes.pop_front() {
                world.tell(Input::Revoked(order.handle));
            }
        }
        Step::NotRevoked(again) => {
            if let Some(order) = world.revokes.pop_front() {
                let again = *again;
                world.tell(Input::NotRevoked { order, again });
            }
        }
        Step::Rotate(number) => {
            let handle = CredentialKey(world.mint.ulid(world.now.wall));
            world.tell(Input::Rotate(Box::new(Rotate {
                job: job(world, *number),
                place: 0,
                handle,
                value: None,
            })));
        }
        _ => {}
    }
}

/// Everybody goes, every agent ends and every window closes: nothing may be left.
pub(super) fn wind_up(world: &mut World) {
    world.hold_lookups = false;
    world.settle();
    assert!(
        world
            .core
            .sessions
            .values()
            .all(|session| session.lookups == 0)
    );
    (0..world.clients.len()).for_each(|who| world.cut(who));
    while !world.provisions.is_empty() {
        upstream(world, &Step::Provisioned(false));
        world.settle();
    }
    let runs: Vec<_> = world.runs.keys().copied().collect();
    for job in runs {
        world.finish(job);
    }
    world.pass(Duration::from_secs(200));
    world.settle();
    while !world.revokes.is_empty() {
        upstream(world, &Step::Revoked);
        world.settle();
    }
    let core = &world.core;
    assert!(core.sessions.is_empty() && core.jobs.is_empty(), "{core:?}");
    assert!(core.tokens.is_empty() && core.held.is_empty() && core.left.is_empty());
    assert!(core.running.is_empty() && core.following.is_empty() && core.keys.is_empty());
    assert!(core.ended.is_empty() && core.submitted.is_empty() && core.conns.is_empty());
    assert!(core.stubborn.is_empty());
    assert!(core.admitting.is_empty() && core.rotating.is_empty() && core.owed.is_empty());
    assert_eq!(core.deadline(), None);
}
