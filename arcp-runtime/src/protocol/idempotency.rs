//! `job.submit`: the idempotency key is looked at before anything else, and taken together with the job (§7.1, §7.2).

use std::sync::Arc;
use std::time::Duration;

use arcp_generated::common::{Json, ResolvedAgent, TraceId};
use arcp_generated::error::ErrorCode;
use arcp_generated::lease::{Lease, LeaseConstraints};
use jiff::Timestamp;

use super::admission::{Admission, Origin, accepted_frame};
use super::core::{ConnKey, Core, Effect, Output};
use super::lease::Authority;
use super::principal::Principal;
use super::refusal::Refusal;
use super::session::Session;
use super::trace::TraceContext;
use crate::clock::Now;
use crate::id::{JobKey, SessionKey};
use crate::store::Record;

/// A submit, looked at as far as that needs no state.
#[derive(Debug)]
pub struct Submission {
    /// The id of the asking frame.
    pub request: String,
    /// The trace of the asking frame, or a new one.
    pub trace_id: Option<TraceId>,
    /// The idempotency key.
    pub key: Option<String>,
    /// SHA-256 of the canonical parameters.
    pub fingerprint: [u8; 32],
    /// What it asks for that its session has not negotiated (§6.2). Told to a repeat too, whose answer would show it.
    pub negotiated: Result<(), Refusal>,
    /// The job to be, or what is wrong with it. Only looked at when the key is new: a repeat of an accepted submit is answered
    /// even when its lease would be over by now.
    pub prepared: Result<Prepared, Refusal>,
}

/// A job to be.
#[derive(Debug)]
pub struct Prepared {
    /// Which agent.
    pub agent: usize,
    /// `name@version`.
    pub agent_ref: ResolvedAgent,
    /// The input.
    pub input: Json,
    /// The effective lease.
    pub lease: Lease,
    /// Its constraints.
    pub constraints: Option<LeaseConstraints>,
    /// When the lease ends.
    pub expires_at: Option<Timestamp>,
    /// The lease, compiled.
    pub compiled: super::lease::Lease,
    /// The longest it may run.
    pub max_runtime: Option<Duration>,
    /// The span that asks for it.
    pub caller: Option<TraceContext>,
}

impl Core {
    /// A submit: a repeat is answered as the first time, a new job is accepted or refused.
    pub(super) fn submit(
        &mut self,
        conn: ConnKey,
        submission: Submission,
        now: Now,
        out: &mut Output,
    ) {
        let Some(session) = self.session_of(conn) else {
            return;
        };
        if let Err(refusal) = &submission.negotiated {
            self.tally.jobs_refused += 1;
            return Self::refuse(session, &submission.request, None, refusal, out);
        }
        if let Some(key) = &submission.key
            && let Some(principal) = self
                .sessions
                .get(&session)
                .map(|session| session.principal.clone())
            && let Some(job) = self.keys.get(&(principal, key.clone())).copied()
            && self.jobs.contains_key(&job)
        {
            return self.repeat(session, job, &submission, out);
        }
        if let Some(job) = self.admitting_with(session, &submission) {
            return self.wait_for(job, session, submission, out);
        }
        let Submission {
            request,
            trace_id,
            key,
            fingerprint,
            prepared,
            ..
        } = submission;
        let accepted = prepared.and_then(|prepared| {
            if self.draining {
                return Err(Refusal::shutdown());
            }
            let idempotency = key.map(|key| (key, fingerprint));
            let request = request.clone();
            self.accept(session, request, trace_id, idempotency, prepared, now, out)
        });
        if let Err(refusal) = accepted {
            self.tally.jobs_refused += 1;
            Self::refuse(session, &request, None, &refusal, out);
        }
    }

    /// The job that has the submission's key and waits for its credentials.
    fn admitting_with(&self, session: SessionKey, submission: &Submission) -> Option<JobKey> {
        let key = submission.key.clone()?;
        let principal = self.sessions.get(&session)?.principal.clone();
        let job = self.keys.get(&(principal, key)).copied()?;
        self.admitting.contains_key(&job).then_some(job)
    }

    /// The caps on jobs that have not ended (§14).
    pub(super) fn room_for_a_job(
        &self,
        session: SessionKey,
        principal: &Principal,
    ) -> Result<(), Refusal> {
        let running = self.running.get(principal).copied().unwrap_or(0);
        if running >= self.limits.jobs_per_principal {
            return Err(Refusal::cap(
                "jobs_per_principal",
                format!(
                    "{running} jobs of this principal are running already; wait for one to end"
                ),
            ));
        }
        let here = self
            .sessions
            .get(&session)
            .map_or(0, |session| session.jobs.len())
            + self.admitting(|admission| admission.owner == session);
        if here >= self.limits.jobs_per_session {
            return Err(Refusal::cap(
                "jobs_per_session",
                format!("{here} jobs of this session are running already; wait for one to end"),
            ));
        }
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one submit, used once"
    )]
    fn accept(
        &mut self,
        session: SessionKey,
        request: String,
        trace_id: Option<TraceId>,
        idempotency: Option<(String, [u8; 32])>,
        prepared: Prepared,
        now: Now,
        out: &mut Output,
    ) -> Result<(), Refusal> {
        let Some(owner) = self.sessions.get(&session) else {
            return Ok(());
        };
        let (principal, features) = (owner.principal.clone(), owner.features);
        self.room_for_a_job(session, &principal)?;
        let key = JobKey(self.mint.ulid(now.wall));
        let authority = Authority::new(
            key.to_string(),
            prepared.compiled,
            prepared.expires_at,
            super::lease::model_use::ModelPolicy::default(),
        );
        let admission = Admission {
            key,
            owner: session,
            principal,
            trace_id,
            agent: prepared.agent,
            agent_ref: prepared.agent_ref,
            input: prepared.input,
            lease: prepared.lease,
            constraints: prepared.constraints,
            authority,
            max_runtime: prepared.max_runtime,
            caller: prepared.caller,
            features,
            origin: Origin::Submitted {
                request,
                idempotency,
            },
        };
        self.admit(admission, now, out)
    }

    /// The same key again: the same answer, and the job's stream from here on, or its terminal if it has ended (§7.2, A-34).
    pub(super) fn repeat(
        &mut self,
        session: SessionKey,
        key: JobKey,
        submission: &Submission,
        out: &mut Output,
    ) {
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        if job
            .idempotency
            .as_ref()
            .is_none_or(|(_, fingerprint)| *fingerprint != submission.fingerprint)
        {
            let refusal = Refusal::new(
                ErrorCode::DuplicateKey,
                "this idempotency_key was used with other parameters; use a new key or the same parameters",
            );
            return Self::refuse(session, &submission.request, None, &refusal, out);
        }
        let face = Arc::clone(&job.face);
        let (features, asker) = match self.sessions.get(&session) {
            Some(asking) => (asking.features, &asking.principal),
            None => return,
        };
        let frame = accepted_frame(
            &face,
            &job.accepted,
            Some(&submission.request),
            job.credentials_for(asker, features),
        );
        let ended = job.ended();
        let owner = job.owner;
        out.effects.push(Effect::Send(session, frame));
        if self.sessions.get(&owner).is_some_and(Session::lost) {
            self.session_gone(owner, out);
        }
        if !self.sessions.contains_key(&owner) {
            self.adopt(session, key, out);
        }
        if ended {
            self.deliver_again(session, key, out);
        } else if self.follow(session, key) {
            out.records.push(Record::Subscribed { session, job: key });
        }
    }

    /// The owner's session is gone for good, or cannot be resumed any more: who comes back with the key owns the job, and what it delegated.
    fn adopt(&mut self, session: SessionKey, key: JobKey, out: &mut Output) {
        for key in self.below(key).into_iter().chain([key]) {
            self.unfollow(session, key);
            let (Some(job), Some(owner)) =
                (self.jobs.get_mut(&key), self.sessions.get_mut(&session))
            else {
                continue;
            };
            job.owner = session;
            if !job.ended() {
                owner.jobs.push(key);
                if !job.receivers.contains(&session) {
                    job.receivers.push(session);
                }
                out.effects.push(Effect::Adopted(key, session));
            }
            out.records.push(Record::JobAdopted { job: key, session });
        }
    }

    /// The stored terminal, under a fresh number of this session. The session's connection reads it from the store.
    fn deliver_again(&mut self, session: SessionKey, key: JobKey, out: &mut Output) {
        let (Some(job), Some(receiver)) = (self.jobs.get(&key), self.sessions.get_mut(&session))
        else {
            return;
        };
        let event_seq = receiver
            .log
            .push(job.terminal_bytes, self.limits.session_bytes);
        out.records.push(Record::Delivered {
            session,
            job: key,
            first_event_seq: event_seq,
            entries: vec![job.log.last],
        });
        if let Some(through) = receiver
            .log
            .bound(self.limits.session_events, self.limits.session_bytes)
        {
            out.records
                .push(Record::SessionTrimmed { session, through });
        }
        out.effects.push(Effect::Replay {
            session,
            through: event_seq,
        });
    }
}
