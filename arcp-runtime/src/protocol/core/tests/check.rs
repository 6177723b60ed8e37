//! What holds after every input, whatever it was: between the parts of the core, between the core and its records, and between records and effects.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use arcp_generated::message::MessageType;

use super::client::json;
use super::stored::{Stored, is_terminal};
use super::world::World;
use crate::id::JobKey;
use crate::protocol::core::{Core, Effect};
use crate::protocol::credential::Order;
use crate::protocol::frame::Frame;
use crate::protocol::handshake::hash_token;
use crate::protocol::job::Job;
use crate::protocol::principal::Principal;
use crate::protocol::timer::Timer;

/// What an effect says is in the records of its input or of those before.
pub(super) fn witnessed(effect: &Effect, emitted: &Stored) {
    match effect {
        Effect::Attach(attach) => {
            let welcome = json(&attach.welcome.payload);
            let row = &emitted.session(attach.session).row;
            let token = welcome["resume_token"].as_str().unwrap();
            assert_eq!(row.token_hash, hash_token(token));
            assert!(!row.features.is_empty() || attach.features.iter().next().is_none());
        }
        Effect::Send(_, frame) | Effect::Announce(_, frame)
            if frame.message_type == MessageType::JobAccepted =>
        {
            emitted.job(frame.about.as_ref().unwrap().key);
        }
        Effect::Deliver(session, frame) => {
            let held = emitted.session(*session);
            let number = frame.event_seq.unwrap();
            let kept = held.deliveries.get(&number);
            assert!(
                kept.is_some() || number <= held.trimmed,
                "told before it is stored"
            );
        }
        Effect::Replay { session, through } => assert!(emitted.session(*session).last >= *through),
        Effect::Start(launch) => assert!(emitted.job(launch.about.key).terminal.is_none()),
        Effect::Adopted(job, session) => assert_eq!(emitted.job(*job).row.owner, *session),
        Effect::Ended(job, _) => {
            // One that ends may be forgotten at once, but only by what comes after.
            assert!(
                emitted
                    .jobs
                    .get(job)
                    .is_none_or(|log| log.terminal.is_some())
            );
        }
        Effect::Gone(session) => assert!(!emitted.sessions.contains_key(session)),
        Effect::Forgotten(job) => assert!(!emitted.jobs.contains_key(job)),
        Effect::Provision(provision) => {
            let owed = |order: &Order| emitted.credentials.contains_key(&order.handle);
            assert!(
                provision.orders.iter().all(owed),
                "asked for before it is owed"
            );
        }
        Effect::Revoke(order) => assert!(emitted.credentials.contains_key(&order.handle)),
        Effect::Returned(_, kind, _) => assert!(is_terminal(*kind)),
        _ => {}
    }
}

/// A client is told of jobs of its own principal only.
pub(super) fn witnessed_by_client(frame: &Frame, reader: &Principal, stored: &Stored) {
    let mut named: Vec<String> = frame
        .about
        .iter()
        .map(|about| about.key.to_string())
        .collect();
    if frame.message_type == MessageType::SessionJobs {
        let page = json(&frame.payload);
        let jobs = page["jobs"].as_array().unwrap();
        named.extend(
            jobs.iter()
                .map(|job| job["job_id"].as_str().unwrap().to_owned()),
        );
    }
    for name in named {
        let job = JobKey::parse(&name).unwrap();
        let owner = stored.jobs.get(&job).map(|log| log.row.principal.as_str());
        assert!(
            owner.is_none_or(|owner| owner == reader.as_str()),
            "{name} is foreign"
        );
    }
}

/// The parts of the core fit together, and no timer is missing or left over.
pub(super) fn whole(world: &World) {
    let core = &world.core;
    sessions(core);
    jobs(core);
    let due: HashMap<Timer, Duration> = core.timers.all().collect();
    let wanted = wanted_timers(world);
    for timer in &wanted {
        assert!(due.contains_key(timer), "{timer:?} is lost");
    }
    for timer in due.keys() {
        assert!(wanted.contains(timer), "{timer:?} is left over");
    }
    for (job, [runtime, lease]) in &world.bounds {
        for (timer, at) in [
            (Timer::MaxRuntime(*job), runtime),
            (Timer::LeaseExpiry(*job), lease),
        ] {
            if due.contains_key(&timer) {
                assert_eq!(due.get(&timer), at.as_ref());
            }
        }
    }
}

fn wanted_timers(world: &World) -> HashSet<Timer> {
    let core = &world.core;
    let mut wanted = HashSet::new();
    for handle in core.stubborn.keys() {
        if !world.is_being_revoked(*handle) {
            wanted.insert(Timer::RevocationRetry(*handle));
        }
    }
    for (key, session) in &core.sessions {
        if session.conn.is_none() {
            wanted.insert(Timer::ResumeWindow(*key));
        }
    }
    for (key, job) in &core.jobs {
        if job.ended() {
            wanted.insert(Timer::Retention(*key));
            let held = |(name, _): &(String, _)| {
                core.keys.get(&(job.principal.clone(), name.clone())) == Some(key)
            };
            let outlives = world.limits.idempotency_window
                < world.limits.retention.max(world.limits.resume_window);
            if outlives && job.idempotency.as_ref().is_some_and(held) {
                wanted.insert(Timer::IdempotencyWindow(*key));
            }
            continue;
        }
        let [runtime, lease] = world.bounds.get(key).copied().unwrap_or_default();
        wanted.extend(runtime.map(|_| Timer::MaxRuntime(*key)));
        wanted.extend(lease.map(|_| Timer::LeaseExpiry(*key)));
        let grace = Timer::CancelGrace(*key);
        // One that only waits for its children may have used its grace up.
        let waits = job.closed() && core.timers.all().any(|(timer, _)| timer == grace);
        if job.cancelling.is_some() && !job.closed() || waits {
            wanted.insert(grace);
        }
    }
    wanted
}

fn sessions(core: &Core) {
    let mut held = HashMap::<Principal, usize>::new();
    let mut following = HashMap::<Principal, usize>::new();
    for (key, session) in &core.sessions {
        *held.entry(session.principal.clone()).or_default() += 1;
        assert_eq!(core.tokens.get(&session.token_hash), Some(key));
        if let Some(conn) = session.conn {
            assert_eq!(core.conns.get(&conn), Some(key));
        }
        for job in &session.jobs {
            assert_eq!(core.jobs[job].owner, *key);
        }
        if !session.follows.is_empty() {
            *following.entry(session.principal.clone()).or_default() += session.follows.len();
        }
        let receives: Vec<_> = session.jobs.iter().chain(&session.follows).collect();
        let once: HashSet<_> = receives.iter().collect();
        assert_eq!(once.len(), receives.len(), "{key} receives a job twice");
        for job in receives {
            assert!(!core.jobs[job].ended() && core.jobs[job].receivers.contains(key));
        }
    }
    assert_eq!((&held, &following), (&core.held, &core.following));
    assert_eq!(core.tokens.len(), core.sessions.len());
    let attached = core
        .sessions
        .values()
        .filter(|session| session.conn.is_some());
    assert_eq!(core.conns.len(), attached.count());
    for (principal, left) in &core.left {
        for key in left {
            let session = &core.sessions[key];
            assert!(session.principal == *principal && session.conn.is_none());
        }
    }
}

fn jobs(core: &Core) {
    let mut running = HashMap::<Principal, usize>::new();
    let mut ended = HashMap::<Principal, usize>::new();
    let mut submitted = HashMap::<Principal, BTreeSet<JobKey>>::new();
    for (key, job) in &core.jobs {
        submitted
            .entry(job.principal.clone())
            .or_default()
            .insert(*key);
        let count = if job.ended() {
            &mut ended
        } else {
            &mut running
        };
        *count.entry(job.principal.clone()).or_default() += 1;
        if job.ended() {
            assert!(job.receivers.is_empty() && job.children.is_empty() && job.wallet.is_none());
        }
        if job.closed() && !job.ended() {
            assert!(!job.children.is_empty(), "{key} waits for nobody");
            let stopping = |child: &JobKey| {
                let child = &core.jobs[child];
                child.cancelling.is_some() || child.closed()
            };
            assert!(job.children.iter().all(stopping));
        }
        for child in &job.children {
            let Job { parent, .. } = &core.jobs[child];
            assert_eq!(*parent, Some(*key));
        }
        let receivers: HashSet<_> = job.receivers.iter().collect();
        assert_eq!(receivers.len(), job.receivers.len());
        for receiver in receivers {
            let session = &core.sessions[receiver];
            assert!(session.jobs.contains(key) || session.follows.contains(key));
        }
    }
    for waiting in core.admitting.values() {
        *running
            .entry(waiting.admission.principal.clone())
            .or_default() += 1;
    }
    assert_eq!((&running, &submitted), (&core.running, &core.submitted));
    for ((principal, _), job) in &core.keys {
        let owner = core.jobs.get(job).map(|job| &job.principal);
        let waiting = core
            .admitting
            .get(job)
            .map(|waiting| &waiting.admission.principal);
        assert_eq!(owner.or(waiting), Some(principal), "a key names a job");
    }
    let live = core.jobs.values().filter(|job| !job.ended()).count() as u64;
    assert_eq!(core.tally.jobs_pending + core.tally.jobs_running, live);
    for (principal, count) in ended {
        assert!(
            count <= core.limits.ended_jobs_per_principal,
            "{principal} keeps {count}"
        );
    }
}
