//! `job.submit`: the idempotency key is looked at before anything else, and taken together with the job (§7.1, §7.2).

use arcp_generated::message::MessageType;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use arcp_generated::common::{Currency, JobId, Json, ResolvedAgent, TraceId};
use arcp_generated::error::ErrorCode;
use arcp_generated::job::Accepted;
use arcp_generated::lease::{Budget, Lease, LeaseConstraints};
use bytes::Bytes;
use jiff::Timestamp;

use super::core::{ConnKey, Core, Effect, Launch, Output};
use super::frame::{Frame, JobFace, to_payload};
use super::job::Job;
use super::lease::Authority;
use super::refusal::Refusal;
use super::timer::Timer;
use crate::clock::{Now, Stamped as _};
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
        if let Some(key) = &submission.key
            && let Some(principal) = self
                .sessions
                .get(&session)
                .map(|session| session.principal.clone())
            && let Some(job) = self.keys.get(&(principal, key.clone())).copied()
            && self
                .jobs
                .get(&job)
                .is_some_and(|job| job.key_until.is_none_or(|until| now.mono < until))
        {
            return self.repeat(session, job, &submission, out);
        }
        let Submission {
            request,
            trace_id,
            key,
            fingerprint,
            prepared,
        } = submission;
        let accepted = self
            .room_for_a_job(session)
            .and(prepared)
            .and_then(|prepared| {
                let idempotency = key.map(|key| (key, fingerprint));
                self.accept(session, &request, trace_id, idempotency, prepared, now, out)
            });
        if let Err(refusal) = accepted {
            Self::refuse(session, &request, None, &refusal, out);
        }
    }

    /// The caps on jobs that have not ended (§14).
    fn room_for_a_job(&self, session: SessionKey) -> Result<(), Refusal> {
        let Some(session) = self.sessions.get(&session) else {
            return Ok(());
        };
        let running = self.running.get(&session.principal).copied().unwrap_or(0);
        if running >= self.limits.jobs_per_principal {
            return Err(Refusal::cap(
                "jobs_per_principal",
                format!(
                    "{running} jobs of this principal are running already; wait for one to end"
                ),
            ));
        }
        let here = session.jobs.len();
        if here >= self.limits.jobs_per_session {
            return Err(Refusal::cap(
                "jobs_per_session",
                format!("{here} jobs of this session are running already; wait for one to end"),
            ));
        }
        Ok(())
    }

    /// Makes the job: its row and its key are one record, before anybody hears of it.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one submit, used once"
    )]
    fn accept(
        &mut self,
        session: SessionKey,
        request: &str,
        trace_id: Option<TraceId>,
        idempotency: Option<(String, [u8; 32])>,
        prepared: Prepared,
        now: Now,
        out: &mut Output,
    ) -> Result<(), Refusal> {
        let Some(owner) = self.sessions.get_mut(&session) else {
            return Ok(());
        };
        let key = JobKey(self.mint.ulid(now.wall));
        let job_id = JobId::try_from(key.to_string())
            .map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))?;
        let face = Arc::new(JobFace {
            key,
            job_id,
            trace_id,
        });
        let authority = Authority::new(
            face.job_id.as_str(),
            prepared.compiled,
            prepared.expires_at,
            super::lease::model_use::ModelPolicy::default(),
        );
        let accepted = acceptance(
            &face,
            &prepared.agent_ref,
            prepared.lease,
            prepared.constraints,
            &authority,
            now,
        );
        let job = Job::accepted(
            Arc::clone(&face),
            session,
            owner.principal.clone(),
            prepared.agent_ref.as_str().into(),
            authority.clone(),
            accepted.clone(),
            now.wall,
            idempotency,
        );
        out.records.push(Record::JobAccepted(Box::new(job.row())));
        out.effects.push(Effect::Send(
            session,
            accepted_frame(&face, &accepted, request),
        ));
        if let Some((name, _)) = &job.idempotency {
            self.keys
                .insert((owner.principal.clone(), name.clone()), key);
        }
        *self.running.entry(owner.principal.clone()).or_default() += 1;
        owner.jobs.push(key);
        let launch = Launch {
            about: face,
            owner: session,
            principal: owner.principal.clone(),
            agent: prepared.agent,
            agent_ref: Arc::clone(&job.agent_ref),
            input: prepared.input,
            authority,
            features: owner.features,
            accepted: now,
        };
        self.set_deadlines(key, prepared.max_runtime, prepared.expires_at, now);
        self.enter(job);
        out.effects.push(Effect::Start(Box::new(launch)));
        Ok(())
    }

    fn set_deadlines(
        &mut self,
        key: JobKey,
        max_runtime: Option<Duration>,
        expires_at: Option<Timestamp>,
        now: Now,
    ) {
        if let Some(max_runtime) = max_runtime {
            self.timers
                .set(Timer::MaxRuntime(key), now.mono + max_runtime);
        }
        if let Some(expires_at) = expires_at {
            let left = Duration::try_from(expires_at.duration_since(now.wall)).unwrap_or_default();
            self.timers.set(
                Timer::LeaseExpiry(key),
                now.mono + left + self.limits.lease_grace,
            );
        }
    }

    /// The same key again: the same answer, and the job's stream from here on, or its terminal if it has ended (§7.2, A-34).
    fn repeat(
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
        let frame = accepted_frame(&face, &job.accepted, &submission.request);
        let terminal = job.terminal.clone();
        let owner = job.owner;
        out.effects.push(Effect::Send(session, frame));
        if !self.sessions.contains_key(&owner) {
            self.adopt(session, key, out);
        }
        match terminal {
            None => {
                if !self
                    .jobs
                    .get(&key)
                    .is_some_and(|job| job.receivers.contains(&session))
                {
                    self.follow(session, key);
                    out.records.push(Record::Subscribed { session, job: key });
                }
            }
            Some((kind, payload)) => self.deliver_again(session, key, kind, payload, out),
        }
    }

    /// The owner's session is gone for good: who comes back with the key owns the job.
    fn adopt(&mut self, session: SessionKey, key: JobKey, out: &mut Output) {
        if let Some(job) = self.jobs.get_mut(&key) {
            job.owner = session;
            out.records.push(Record::JobAdopted { job: key, session });
        }
    }

    /// The stored terminal, under a fresh number of this session.
    fn deliver_again(
        &mut self,
        session: SessionKey,
        key: JobKey,
        kind: crate::store::EntryKind,
        payload: Bytes,
        out: &mut Output,
    ) {
        let (Some(job), Some(receiver)) = (self.jobs.get(&key), self.sessions.get_mut(&session))
        else {
            return;
        };
        let event_seq = receiver.log.push(payload.len());
        out.records.push(Record::Delivered {
            session,
            job: key,
            first_event_seq: event_seq,
            entries: vec![job.log.last],
        });
        out.effects.push(Effect::Deliver(
            session,
            Frame::of_entry(kind, &job.face, event_seq, payload),
        ));
    }
}

/// The `job.accepted` for one asker: the stored payload and the id of the asking frame.
fn accepted_frame(face: &Arc<JobFace>, accepted: &Bytes, request: &str) -> Frame {
    let mut payload = Vec::with_capacity(accepted.len() + request.len() + 20);
    payload.extend_from_slice(accepted.strip_suffix(b"}").unwrap_or(accepted));
    let mut text = String::new();
    let quoted = serde_json::Value::from(request);
    if write!(text, ",\"request_id\":{quoted}}}").is_ok() {
        payload.extend_from_slice(text.as_bytes());
    }
    Frame {
        message_type: MessageType::JobAccepted,
        about: Some(Arc::clone(face)),
        event_seq: None,
        payload: payload.into(),
    }
}

/// The counters of a job as the wire shows them; `None` when its lease has no budget.
fn acceptance(
    face: &JobFace,
    agent: &ResolvedAgent,
    lease: Lease,
    constraints: Option<LeaseConstraints>,
    authority: &Authority,
    now: Now,
) -> Bytes {
    let mut payload = Accepted::new(face.job_id.clone())
        .with_agent(agent.clone())
        .with_lease(lease)
        .stamped(|payload, at| payload.accepted_at = at, now.wall);
    if let Some(trace_id) = &face.trace_id {
        payload = payload.with_trace_id(trace_id.clone());
    }
    if let Some(constraints) = constraints {
        payload = payload.with_lease_constraints(constraints);
    }
    if let Some(budget) = budget_on_wire(authority) {
        payload = payload.with_budget(budget);
    }
    to_payload(&payload)
}

pub(super) fn budget_on_wire(authority: &Authority) -> Option<Budget> {
    authority.lease().amounts()?;
    let counters = authority.remaining().into_iter();
    Some(
        counters
            .filter_map(|(currency, left)| {
                Some((
                    Currency::try_from(currency.to_string()).ok()?,
                    left.to_string().parse().ok()?,
                ))
            })
            .collect(),
    )
}
