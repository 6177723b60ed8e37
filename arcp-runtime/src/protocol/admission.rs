//! A job is accepted: its row, its first message, its timers, its start (§7.1).
//!
//! Who may have a job is decided before, in [`super::idempotency`] for clients and in [`super::delegation`] for other jobs.

use std::sync::Arc;
use std::time::Duration;

use arcp_generated::common::{Currency, DelegateId, JobId, Json, ResolvedAgent, TraceId};
use arcp_generated::credential::Credential;
use arcp_generated::error::ErrorCode;
use arcp_generated::job::Accepted;
use arcp_generated::lease::{Budget, Lease, LeaseConstraints};
use arcp_generated::message::MessageType;
use arcp_generated::session::Feature;
use bytes::Bytes;

use super::core::{Core, Effect, Launch, Output};
use super::credential::Wallet;
use super::features::Features;
use super::frame::{Frame, JobFace, payload_limit, to_payload};
use super::job::Job;
use super::lease::Authority;
use super::principal::Principal;
use super::refusal::Refusal;
use super::timer::Timer;
use super::trace::TraceContext;
use crate::clock::{Now, Stamped as _};
use crate::id::{JobKey, SessionKey};
use crate::store::Record;

/// A job that is about to be accepted.
#[derive(Debug)]
pub(super) struct Admission {
    pub(super) key: JobKey,
    pub(super) owner: SessionKey,
    pub(super) principal: Principal,
    pub(super) trace_id: Option<TraceId>,
    pub(super) agent: usize,
    pub(super) agent_ref: ResolvedAgent,
    pub(super) input: Json,
    pub(super) lease: Lease,
    pub(super) constraints: Option<LeaseConstraints>,
    pub(super) authority: Authority,
    pub(super) max_runtime: Option<Duration>,
    pub(super) caller: Option<TraceContext>,
    pub(super) features: Features,
    pub(super) origin: Origin,
}

/// Who wants a job.
#[derive(Debug)]
pub(super) enum Origin {
    /// A client.
    Submitted {
        /// The id of the asking frame.
        request: String,
        /// The idempotency key and the fingerprint of the parameters.
        idempotency: Option<(String, [u8; 32])>,
    },
    /// Another job.
    Delegated {
        /// That job.
        parent: JobKey,
        /// How many jobs are above the new one.
        depth: usize,
        /// The delegation.
        delegate_id: DelegateId,
    },
}

/// The acceptance of a job, as it is stored and sent.
pub(super) struct Acceptance {
    face: Arc<JobFace>,
    payload: Bytes,
}

impl Admission {
    /// The payload of the `job.accepted`, without what depends on who asks.
    fn to_accepted(&self, face: &JobFace, now: Now) -> Accepted {
        let mut payload = Accepted::new(face.job_id.clone())
            .with_agent(self.agent_ref.clone())
            .with_lease(self.lease.clone())
            .stamped(|payload, at| payload.accepted_at = at, now.wall);
        payload.trace_id.clone_from(&self.trace_id);
        payload.lease_constraints.clone_from(&self.constraints);
        payload.budget = budget_on_wire(&self.authority);
        if let Origin::Delegated {
            parent,
            delegate_id,
            ..
        } = &self.origin
        {
            payload.parent_job_id = JobId::try_from(parent.to_string()).ok();
            payload.delegate_id = Some(delegate_id.clone());
        }
        payload
    }
}

impl Core {
    /// Accepts a job for which there is room, once it has its credentials.
    ///
    /// # Errors
    /// No frame can carry its acceptance.
    pub(super) fn admit(
        &mut self,
        admission: Admission,
        now: Now,
        out: &mut Output,
    ) -> Result<(), Refusal> {
        // Looked at before anybody is asked for credentials.
        let acceptance = self.acceptance(&admission, now)?;
        *self.running.entry(admission.principal.clone()).or_default() += 1;
        match self.wanted(&admission, now) {
            Some(wanted) => self.provision(admission, wanted, now, out),
            None => self.enroll(admission, acceptance, None, now, out),
        }
        Ok(())
    }

    /// What is said when the job is accepted at `now`.
    ///
    /// # Errors
    /// It does not fit into a frame, or the mint made an id that the wire's grammar does not take.
    pub(super) fn acceptance(
        &self,
        admission: &Admission,
        now: Now,
    ) -> Result<Acceptance, Refusal> {
        let key = admission.key;
        let job_id = JobId::try_from(key.to_string())
            .map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))?;
        let face = Arc::new(JobFace {
            key,
            job_id,
            trace_id: admission.trace_id.clone(),
        });
        let payload = to_payload(&admission.to_accepted(&face, now));
        if payload.len() > payload_limit(&self.limits) {
            return Err(Refusal::invalid(
                "payload.lease_request: larger than the job.accepted that would repeat it may be; ask for less",
            ));
        }
        Ok(Acceptance { face, payload })
    }

    /// Makes the job: its row and its key are one record, before anybody hears of it.
    pub(super) fn enroll(
        &mut self,
        admission: Admission,
        acceptance: Acceptance,
        wallet: Option<Wallet>,
        now: Now,
        out: &mut Output,
    ) {
        let key = admission.key;
        let Acceptance {
            face,
            payload: accepted,
        } = acceptance;
        let owner = admission.owner;
        let shown = wallet
            .as_ref()
            .filter(|_| admission.features.has(&Feature::ProvisionedCredentials))
            .map(Wallet::credentials);
        let told = match &admission.origin {
            Origin::Submitted { request, .. } => Effect::Send(
                owner,
                accepted_frame(&face, &accepted, Some(request), shown),
            ),
            Origin::Delegated { .. } => {
                Effect::Announce(owner, accepted_frame(&face, &accepted, None, shown))
            }
        };
        let mut job = Job::accepted(&admission, Arc::clone(&face), accepted, now.wall);
        out.records.push(Record::JobAccepted(Box::new(job.row())));
        out.effects.push(told);
        self.set_timers(&admission, now);
        // A delegated job goes on when the owner's session is gone; nobody receives it then.
        if let Some(owner) = self.sessions.get_mut(&admission.owner) {
            owner.jobs.push(key);
            job.receivers.push(admission.owner);
        }
        if let Some((name, _)) = &job.idempotency {
            self.keys
                .insert((admission.principal.clone(), name.clone()), key);
        }
        if let Some(parent) = job.parent.and_then(|parent| self.jobs.get_mut(&parent)) {
            parent.children.push(key);
        }
        let launch = Launch {
            about: face,
            owner: admission.owner,
            principal: admission.principal,
            agent: admission.agent,
            agent_ref: Arc::clone(&job.agent_ref),
            input: admission.input,
            authority: admission.authority,
            features: admission.features,
            accepted: now,
            wallet: wallet.clone(),
            caller: admission.caller,
        };
        job.wallet = wallet;
        let delegated = job.parent.is_some();
        self.tally.accepted(admission.agent);
        self.tally.entered(job.status);
        self.enter(job);
        out.effects.push(Effect::Start(Box::new(launch)));
        if delegated {
            out.effects.push(Effect::Delegated {
                child: key,
                refused: None,
            });
        }
    }

    fn set_timers(&mut self, admission: &Admission, now: Now) {
        let key = admission.key;
        if let Some(max_runtime) = admission.max_runtime {
            self.timers
                .set(Timer::MaxRuntime(key), now.mono.saturating_add(max_runtime));
        }
        if let Some(expires_at) = admission.authority.expires_at() {
            let left = Duration::try_from(expires_at.duration_since(now.wall)).unwrap_or_default();
            self.timers.set(
                Timer::LeaseExpiry(key),
                now.mono
                    .saturating_add(left)
                    .saturating_add(self.limits.lease_grace),
            );
        }
    }
}

/// The `job.accepted` for one asker: the stored payload, with what is not stored of it: the id of the asking frame, and secrets that this asker may know.
pub(super) fn accepted_frame(
    face: &Arc<JobFace>,
    accepted: &Bytes,
    request: Option<&str>,
    credentials: Option<Vec<Credential>>,
) -> Frame {
    let mut payload = Vec::with_capacity(accepted.len() + 64);
    payload.extend_from_slice(accepted.strip_suffix(b"}").unwrap_or(accepted));
    let mut member = |name: &str, value: &Bytes| {
        payload.extend_from_slice(b",\"");
        payload.extend_from_slice(name.as_bytes());
        payload.extend_from_slice(b"\":");
        payload.extend_from_slice(value);
    };
    if let Some(credentials) = credentials.filter(|credentials| !credentials.is_empty()) {
        member("credentials", &to_payload(&credentials));
    }
    if let Some(request) = request {
        member("request_id", &to_payload(&request));
    }
    payload.push(b'}');
    Frame {
        message_type: MessageType::JobAccepted,
        about: Some(Arc::clone(face)),
        event_seq: None,
        payload: payload.into(),
    }
}

/// The counters of a job as the wire shows them; `None` when its lease has no budget.
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
