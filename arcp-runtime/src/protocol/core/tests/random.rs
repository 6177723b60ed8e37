//! Anything, in any order, at any time, with crashes in between: what must hold is checked after each step (see [`super::check`] and [`super::stored`]).

use std::time::Duration;

use arcp_generated::session::Feature;
use proptest::prelude::*;

use super::delivery::Crash;
use super::step::{Step, act, wind_up};
use super::wish::Wish;
use super::world::World;
use crate::limits::Limits;
use crate::protocol::features::Features;
use crate::store::EntryKind;

fn wish() -> impl Strategy<Value = Wish> {
    let seconds = || prop::option::weighted(0.3, (1_u64..40).prop_map(Duration::from_secs));
    let key = prop::option::weighted(0.5, prop::sample::select(vec!["a", "b", "c"]));
    (
        key,
        0_u8..2,
        seconds(),
        seconds(),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(key, parameters, max_runtime, lease_for, paid)| Wish {
            key: key.map(str::to_owned),
            parameters: u8::from(parameters > 0 && paid),
            max_runtime,
            lease_for,
            paid,
            lease_bytes: 0,
        })
}

fn kind() -> impl Strategy<Value = EntryKind> {
    prop::sample::select(vec![
        EntryKind::Event,
        EntryKind::Event,
        EntryKind::Progress,
        EntryKind::ResultChunk,
        EntryKind::Budget,
    ])
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0_usize..4;
    let job = || 0_usize..8;
    let crash = prop_oneof![Just(Crash::BeforeCommit), Just(Crash::BeforeTelling)];
    let of_sessions = prop_oneof![
        3 => who().prop_map(Step::Hello),
        3 => who().prop_map(Step::Resume),
        1 => (who(), who()).prop_map(|(who, whose)| Step::Steal(who, whose)),
        2 => who().prop_map(Step::Cut),
        1 => (who(), any::<bool>()).prop_map(|(who, answer)| Step::Leave(who, answer)),
        2 => (who(), -3_i8..20).prop_map(|(who, less)| Step::Ack(who, less)),
        3 => (who(), job(), prop::option::of(0_u64..30))
            .prop_map(|(who, job, from)| Step::Subscribe(who, job, from)),
        1 => (who(), job()).prop_map(|(who, job)| Step::Unsubscribe(who, job)),
        1 => (who(), 1_u64..4).prop_map(|(who, limit)| Step::List(who, limit)),
        2 => any::<bool>().prop_map(Step::LookedUp),
    ];
    let of_jobs = prop_oneof![
        5 => (who(), wish()).prop_map(|(who, wish)| Step::Submit(who, wish)),
        2 => (who(), job()).prop_map(|(who, job)| Step::Cancel(who, job)),
        2 => job().prop_map(Step::Started),
        6 => (job(), kind(), 1_u8..60).prop_map(|(job, kind, count)| Step::Emit(job, kind, count)),
        2 => job().prop_map(Step::Succeed),
        1 => job().prop_map(Step::Fail),
        3 => (job(), wish()).prop_map(|(job, wish)| Step::Delegate(job, wish)),
        1 => (job(), job()).prop_map(|(parent, child)| Step::CancelChild(parent, child)),
        1 => job().prop_map(Step::Rotate),
        2 => prop::bool::weighted(0.7).prop_map(Step::Provisioned),
        1 => Just(Step::Revoked),
        1 => Just(Step::NotRevoked(true)),
    ];
    prop_oneof![
        8 => of_sessions,
        10 => of_jobs,
        3 => (1_u64..25).prop_map(Step::Pass),
        4 => Just(Step::Commit),
        6 => Just(Step::Settle),
        1 => crash.prop_map(Step::Crash),
    ]
}

/// Everything is small, so that every limit is met.
fn limits(retention: u64) -> Limits {
    Limits {
        resume_window: Duration::from_secs(30),
        retention: Duration::from_secs(retention),
        idempotency_window: Duration::from_secs(40),
        cancel_grace: Duration::from_secs(10),
        session_events: 60,
        job_events: 80,
        ack_lag: 30,
        ack_lag_max: Some(120),
        sessions_per_principal: 3,
        jobs_per_principal: 6,
        jobs_per_session: 4,
        children_per_job: 2,
        delegation_depth: 2,
        subscriptions_per_session: 3,
        subscriptions_per_principal: 4,
        ended_jobs_per_principal: 3,
        ..Limits::default()
    }
}

fn world(limits: Limits) -> World {
    let mut world = World::new(limits);
    world.hold_lookups = true;
    let few = Features::of(&[Feature::Ack, Feature::Subscribe, Feature::ListJobs]);
    for (principal, features) in [
        ("ann", Features::of(Feature::ALL)),
        ("ann", Features::of(Feature::ALL)),
        ("ann", few),
        ("eve", Features::of(Feature::ALL)),
    ] {
        world.client(principal, features);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_happens_what_was_promised_holds(
        steps in prop::collection::vec(step(), 1..80),
        retention in prop::sample::select(vec![20, 60]),
        drains in prop::bool::weighted(0.1),
    ) {
        let mut world = world(limits(retention));
        for step in steps {
            act(&mut world, step);
            world.agree(&world.stored);
        }
        if drains {
            act(&mut world, Step::Drain);
        }
        wind_up(&mut world);
        prop_assert!(!drains || world.core.drained());
    }
}
