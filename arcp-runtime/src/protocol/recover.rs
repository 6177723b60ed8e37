//! After a restart: what the store knew becomes state again, and jobs whose agents died with the process end (§6.3, §7.3).

use std::sync::Arc;

use arcp_generated::common::{JobId, TraceId};
use arcp_generated::error::ErrorCode;

use super::core::{Core, Effect, Output};
use super::credential::Order;
use super::features::Features;
use super::frame::JobFace;
use super::job::{Failure, Job, Outcome};
use super::principal::Principal;
use super::session::{Log, Session};
use super::subscription::Joining;
use super::timer::Timer;
use crate::clock::Now;
use crate::id::JobKey;
use crate::store::{Recovered, RecoveredJob, RecoveredSession, Status};

impl Core {
    /// Takes over what a store knew.
    /// Every window starts again: nobody could have resumed or repeated while the runtime was down.
    pub fn recover(&mut self, known: Recovered, now: Now, out: &mut Output) {
        let mut sessions = known.sessions;
        // Who left first makes room first.
        sessions.sort_unstable_by_key(|session| (session.left_at, session.row.session));
        for session in sessions {
            self.recover_session(session, now);
        }
        let mut broken = Vec::new();
        let mut jobs = known.jobs;
        // In the order of their ids, which is the order they were accepted in: of two jobs with one key the later has it.
        jobs.sort_unstable_by_key(|job| job.row.job);
        for job in jobs {
            let key = job.row.job;
            if self.recover_job(job, now) {
                broken.push(key);
            } else {
                self.count_ended(key, out);
            }
        }
        for (session, job) in known.subscriptions {
            if self.jobs.get(&job).is_some_and(|job| !job.ended()) {
                self.follow(session, job);
            }
        }
        // Whatever a job of the last process had, or was about to get, is revoked.
        for (handle, source) in known.credentials {
            self.owed.insert(handle);
            let source = source.into();
            out.effects.push(Effect::Revoke(Order { handle, source }));
        }
        for job in &broken {
            let parent = self.jobs.get(job).and_then(|job| job.parent);
            if let Some(parent) = parent.and_then(|parent| self.jobs.get_mut(&parent)) {
                parent.children.push(*job);
            }
        }
        for job in broken {
            // Children before their parents, as ever.
            let below = self.below(job);
            for job in below.into_iter().rev().chain([job]) {
                self.break_off(job, now, out);
            }
        }
    }

    /// A job whose agent died with the process.
    fn break_off(&mut self, key: JobKey, now: Now, out: &mut Output) {
        if let Some(job) = self.jobs.get(&key).filter(|job| !job.ended()) {
            // Its client alone can know whether what was done may be done twice, so the key stays with the job.
            let cure = if job.idempotency.is_some() {
                "its idempotency_key stays with it: to run it again, submit it with a new key"
            } else {
                "submit it again"
            };
            let failure = Failure::new(
                ErrorCode::InternalError,
                format!("the runtime was restarted while the job ran; {cure}"),
            );
            self.end(key, Outcome::Failure(failure), now, out);
        }
    }

    fn recover_session(&mut self, known: RecoveredSession, now: Now) {
        let key = known.row.session;
        let principal = Principal::new(known.row.principal);
        self.tokens.insert(known.row.token_hash, key);
        *self.held.entry(principal.clone()).or_default() += 1;
        if known.left_at.is_some() {
            self.left
                .entry(principal.clone())
                .or_default()
                .push_back(key);
        }
        self.timers.set(
            Timer::ResumeWindow(key),
            now.mono.saturating_add(self.limits.resume_window),
        );
        self.sessions.insert(
            key,
            Session {
                principal,
                token_hash: known.row.token_hash,
                former_hash: None,
                features: Features::parse(known.row.features.iter().map(String::as_str)),
                conn: None,
                jobs: Vec::new(),
                follows: Vec::new(),
                log: Log::recovered(known.last_event_seq, known.trimmed_through),
                acked: known.trimmed_through,
                resumed_at: known.last_event_seq,
                reach: known.last_event_seq,
                missed: false,
                lagging: false,
                lookups: 0,
            },
        );
    }

    /// Answers whether the job was running.
    fn recover_job(&mut self, known: RecoveredJob, now: Now) -> bool {
        let row = known.row;
        let (Ok(job_id), Ok(trace_id)) = (
            JobId::try_from(row.job.to_string()),
            TraceId::try_from(row.trace_id),
        ) else {
            return false;
        };
        let principal = Principal::new(row.principal);
        let running = matches!(row.status, Status::Pending | Status::Running);
        let idempotency = row.idempotency.map(|known| (known.key, known.fingerprint));
        if let Some((name, _)) = &idempotency {
            let name = (principal.clone(), name.clone());
            if let Some(earlier) = self.keys.insert(name, row.job) {
                // It has no key any more that could be freed.
                self.timers.cancel(Timer::IdempotencyWindow(earlier));
            }
        }
        let mut receivers = Vec::new();
        if running {
            *self.running.entry(principal.clone()).or_default() += 1;
            if let Some(owner) = self.sessions.get_mut(&row.owner) {
                owner.jobs.push(row.job);
                receivers.push(row.owner);
            }
        } else {
            self.keep_ended(row.job, idempotency.is_some(), now);
        }
        self.tally.entered(row.status);
        self.enter(Job {
            face: Arc::new(JobFace {
                key: row.job,
                job_id,
                trace_id: Some(trace_id),
            }),
            owner: row.owner,
            principal,
            agent: None,
            agent_ref: row.agent.into(),
            accepted_at: row.accepted_at,
            status: row.status,
            receivers,
            log: Log::recovered(known.last_seq, known.trimmed_through),
            owner_seq: known.last_owner_seq,
            authority: None,
            accepted: row.accepted,
            idempotency,
            terminal_bytes: 0,
            ended_as: None,
            cancelling: None,
            parent: row.parent,
            depth: 0,
            children: Vec::new(),
            wallet: None,
            ending: None,
            joining: Joining::default(),
        });
        running
    }
}
