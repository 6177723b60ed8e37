//! Provisioned credentials: who is asked for them, when a job has them, how they change and end (§9.8).
//!
//! The core decides and keeps count; asking an upstream is the driver's. What is stored of a credential is a handle by which it can be revoked, before it is
//! asked for and until it is known to be revoked. Its value is only in memory.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arcp_generated::common::CredentialId;
use arcp_generated::credential::{
    Credential, CredentialConstraints, CredentialScheme, CredentialValue, Endpoint,
};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{EventBody, Status as StatusEvent, StatusPhase};
use arcp_generated::job;
use arcp_generated::session::Feature;
use bytes::Bytes;
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::admission::{Admission, Origin};
use super::core::{Core, Effect, Output};
use super::features::Features;
use super::frame::to_payload;
use super::idempotency::Submission;
use super::job::Job;
use super::lease::grammar::Capability;
use super::principal::Principal;
use super::refusal::Refusal;
use super::session::less;
use super::timer::Timer;
use crate::clock::{Now, Stamped as _};
use crate::id::{CredentialKey, JobKey, SessionKey};
use crate::store::{EntryKind, Record};

/// Submits with one idempotency key that wait for the first of them to be accepted.
const REPEATS: usize = 16;

/// What a credential is for, and what bounds it: the job's effective lease at the moment it is asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Grant {
    /// The job.
    pub job: JobKey,
    /// `name@version` of its agent.
    pub agent: Arc<str>,
    /// Whom it belongs to.
    pub principal: Principal,
    /// What is left to spend, by currency; `None` without a budget.
    pub budget: Option<BTreeMap<String, Decimal>>,
    /// The patterns of `model.use`; `None` when the lease does not name it.
    pub models: Option<Vec<String>>,
    /// When the lease ends.
    pub expires_at: Option<Timestamp>,
    /// When it is asked for.
    pub asked_at: Timestamp,
    /// The value that is wanted, where a rotation names one; otherwise the upstream chooses.
    pub value: Option<CredentialValue>,
}

/// What an upstream gave out. Prints without its value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Issued {
    /// The secret.
    pub value: CredentialValue,
    /// Where it is good.
    pub endpoint: Endpoint,
    /// How it is used.
    pub scheme: CredentialScheme,
    /// Which API is spoken there.
    pub profile: Option<String>,
    /// What the upstream enforces.
    pub constraints: Option<CredentialConstraints>,
}

impl Issued {
    /// A bearer credential.
    pub fn new(value: CredentialValue, endpoint: Endpoint) -> Self {
        Self {
            value,
            endpoint,
            scheme: CredentialScheme::Bearer,
            profile: None,
            constraints: None,
        }
    }

    /// Names the API that is spoken at the endpoint, such as `openai`.
    #[must_use]
    pub fn with_profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Says what the upstream enforces.
    #[must_use]
    pub fn with_constraints(mut self, constraints: CredentialConstraints) -> Self {
        self.constraints = Some(constraints);
        self
    }

    fn into_credential(self, id: CredentialId) -> Credential {
        let mut credential = Credential::new(id, self.scheme, self.value, self.endpoint);
        credential.profile = self.profile;
        credential.constraints = self.constraints;
        credential
    }
}

/// Something that gives out credentials, as far as the core knows it.
#[derive(Clone)]
pub struct Source {
    /// Its name, which is stored with what it gives out.
    pub name: Arc<str>,
    /// Whether a job gets one.
    pub wants: Arc<dyn Fn(&Grant) -> bool + Send + Sync>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

/// A credential to ask for, or to revoke.
#[derive(Clone, Debug)]
pub struct Order {
    /// By which name the source knows it.
    pub handle: CredentialKey,
    /// The source's name.
    pub source: Arc<str>,
}

/// What the credentials are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// A job that is to be accepted.
    Job(JobKey),
    /// A credential that is to be replaced by the one with this handle.
    Rotation(CredentialKey),
}

/// Credentials to ask for. The answer is an [`Input::Provisioned`](super::core::Input::Provisioned).
#[derive(Debug)]
pub struct Provision {
    /// What for.
    pub errand: Errand,
    /// Which.
    pub orders: Vec<Order>,
    /// Their bounds.
    pub grant: Grant,
}

/// A request to replace the value of a credential.
#[derive(Debug)]
pub struct Rotate {
    /// The job.
    pub job: JobKey,
    /// Which of its credentials, from 0.
    pub place: usize,
    /// The handle of the new value.
    pub handle: CredentialKey,
    /// The new value, if it shall be this one.
    pub value: Option<CredentialValue>,
}

/// The credentials of a running job, shared with its agent.
#[derive(Clone, Default)]
pub struct Wallet(Arc<Mutex<Vec<Held>>>);

#[derive(Clone)]
struct Held {
    order: Order,
    credential: Credential,
    /// How often it was rotated.
    rotations: u64,
}

impl Wallet {
    /// The credentials, as they are now.
    pub fn credentials(&self) -> Vec<Credential> {
        let held = self.held();
        held.iter().map(|held| held.credential.clone()).collect()
    }

    fn held(&self) -> MutexGuard<'_, Vec<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wallet({})", self.held().len())
    }
}

/// The payload of a rotation with its secret. Prints as `***`.
#[derive(Clone)]
pub struct SecretPayload(pub Bytes);

impl fmt::Debug for SecretPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A job that waits for its credentials.
#[derive(Debug)]
pub(super) struct Admitting {
    pub(super) admission: Admission,
    orders: Vec<Order>,
    repeats: Vec<(SessionKey, Submission)>,
}

/// A credential that waits for its new value.
#[derive(Debug)]
pub(super) struct Rotating {
    job: JobKey,
    place: usize,
    order: Order,
}

/// A credential that could not be revoked so far.
#[derive(Debug)]
pub(super) struct Stubborn {
    source: Arc<str>,
    /// How long to wait before the next try.
    pause: Duration,
}

impl Job {
    /// The credentials as a session of `asker` may see them: the submitter's own, while the job lives (§9.8, A-38).
    pub(super) fn credentials_for(
        &self,
        asker: &Principal,
        features: Features,
    ) -> Option<Vec<Credential>> {
        let wallet = self.wallet.as_ref()?;
        (!self.ended()
            && *asker == self.principal
            && features.has(&Feature::ProvisionedCredentials))
        .then(|| wallet.credentials())
    }
}

impl Core {
    /// Which sources give something to this job. Without sources nothing is looked at.
    pub(super) fn wanted(&self, admission: &Admission, now: Now) -> Option<(Grant, Vec<Arc<str>>)> {
        if self.sources.is_empty() {
            return None;
        }
        let grant = grant(
            admission.key,
            admission.agent_ref.as_str().into(),
            admission.principal.clone(),
            &admission.authority,
            now,
        );
        let wanted: Vec<_> = self
            .sources
            .iter()
            .filter(|source| (source.wants)(&grant))
            .map(|source| Arc::clone(&source.name))
            .collect();
        (!wanted.is_empty()).then_some((grant, wanted))
    }

    /// Asks for a job's credentials; it is accepted when they are there. What is asked for is written down first, so that it can be revoked whatever happens.
    pub(super) fn provision(
        &mut self,
        admission: Admission,
        (grant, wanted): (Grant, Vec<Arc<str>>),
        now: Now,
        out: &mut Output,
    ) {
        let orders: Vec<_> = wanted
            .into_iter()
            .map(|source| {
                let handle = CredentialKey(self.mint.ulid(now.wall));
                Order { handle, source }
            })
            .collect();
        for order in &orders {
            owe(order, admission.key, &mut self.owed, out);
        }
        if let Origin::Submitted {
            idempotency: Some((name, _)),
            ..
        } = &admission.origin
        {
            self.keys
                .insert((admission.principal.clone(), name.clone()), admission.key);
        }
        out.effects.push(Effect::Provision(Box::new(Provision {
            errand: Errand::Job(admission.key),
            orders: orders.clone(),
            grant,
        })));
        self.admitting.insert(
            admission.key,
            Admitting {
                admission,
                orders,
                repeats: Vec::new(),
            },
        );
    }

    /// The same idempotency key again, while its job waits for credentials: it is answered when the first is.
    pub(super) fn wait_for(
        &mut self,
        job: JobKey,
        session: SessionKey,
        submission: Submission,
        out: &mut Output,
    ) {
        let Some(waiting) = self.admitting.get_mut(&job) else {
            return;
        };
        if waiting.repeats.len() < REPEATS {
            waiting.repeats.push((session, submission));
        } else {
            let refusal = Refusal::cap(
                "repeats",
                "too many submits wait for this idempotency_key; wait for the first to be answered",
            );
            Self::refuse(session, &submission.request, None, &refusal, out);
        }
    }

    /// How many jobs that wait for their credentials match.
    pub(super) fn admitting(&self, matches: impl Fn(&Admission) -> bool) -> usize {
        let admitting = self.admitting.values();
        admitting
            .filter(|waiting| matches(&waiting.admission))
            .count()
    }

    /// The upstream has answered, or the time was up.
    pub(super) fn provisioned(
        &mut self,
        errand: Errand,
        issued: Result<Vec<Issued>, Refusal>,
        now: Now,
        out: &mut Output,
    ) {
        match errand {
            Errand::Job(job) => self.job_provisioned(job, issued, now, out),
            Errand::Rotation(handle) => {
                let issued = issued.map(|issued| issued.into_iter().next());
                self.reissued(handle, issued, now, out);
            }
        }
    }

    fn job_provisioned(
        &mut self,
        key: JobKey,
        issued: Result<Vec<Issued>, Refusal>,
        now: Now,
        out: &mut Output,
    ) {
        let Some(waiting) = self.admitting.remove(&key) else {
            return;
        };
        let Admitting {
            admission,
            orders,
            repeats,
        } = waiting;
        let held = issued.and_then(|issued| {
            self.still_wanted(&admission)?;
            // What is left of a shared budget may be longer to write than when it was asked.
            Ok((held(&orders, issued)?, self.acceptance(&admission, now)?))
        });
        let refusal = match held {
            Ok((held, acceptance)) => {
                let wallet = Some(Wallet(Arc::new(Mutex::new(held))));
                self.enroll(admission, acceptance, wallet, now, out);
                for (session, submission) in repeats {
                    self.repeat(session, key, &submission, out);
                }
                return;
            }
            Err(refusal) => refusal,
        };
        out.effects.extend(orders.into_iter().map(Effect::Revoke));
        less(&mut self.running, &admission.principal);
        match &admission.origin {
            Origin::Submitted {
                request,
                idempotency,
            } => {
                if let Some((name, _)) = idempotency {
                    self.keys
                        .remove(&(admission.principal.clone(), name.clone()));
                }
                self.tally.jobs_refused += 1;
                Self::refuse(admission.owner, request, None, &refusal, out);
            }
            Origin::Delegated { .. } => out.effects.push(Effect::Delegated {
                child: key,
                refused: Some(refusal.clone()),
            }),
        }
        for (session, submission) in repeats {
            Self::refuse(session, &submission.request, None, &refusal, out);
        }
    }

    /// Whether whoever asked for the job is still there.
    fn still_wanted(&self, admission: &Admission) -> Result<(), Refusal> {
        let there = match &admission.origin {
            Origin::Submitted { .. } => self.sessions.contains_key(&admission.owner),
            Origin::Delegated { parent, .. } => self
                .jobs
                .get(parent)
                .is_some_and(|parent| !parent.closed() && parent.cancelling.is_none()),
        };
        if there {
            Ok(())
        } else {
            Err(Refusal::new(
                ErrorCode::Cancelled,
                "whoever asked for the job is gone",
            ))
        }
    }

    /// An agent replaces the value of one of its credentials. The answer is an [`Effect::Rotated`].
    pub(super) fn rotate(&mut self, rotate: Rotate, now: Now, out: &mut Output) {
        let Rotate {
            job: key,
            place,
            handle,
            value,
        } = rotate;
        let order = self
            .jobs
            .get(&key)
            .filter(|job| !job.closed())
            .and_then(|job| job.wallet.as_ref())
            .and_then(|wallet| {
                let held = wallet.held();
                held.get(place).map(|held| Arc::clone(&held.order.source))
            })
            .map(|source| Order { handle, source });
        let Some((order, job)) = order.zip(self.jobs.get(&key)) else {
            out.effects.push(Effect::Rotated {
                handle,
                refused: Some(Refusal::invalid(format!(
                    "this job has no credential {place}"
                ))),
            });
            return;
        };
        owe(&order, key, &mut self.owed, out);
        let mut grant = match &job.authority {
            Some(authority) => grant(
                key,
                Arc::clone(&job.agent_ref),
                job.principal.clone(),
                authority,
                now,
            ),
            None => return,
        };
        grant.value = value;
        out.effects.push(Effect::Provision(Box::new(Provision {
            errand: Errand::Rotation(handle),
            orders: vec![order.clone()],
            grant,
        })));
        let rotating = Rotating {
            job: key,
            place,
            order,
        };
        self.rotating.insert(handle, rotating);
    }

    fn reissued(
        &mut self,
        handle: CredentialKey,
        issued: Result<Option<Issued>, Refusal>,
        now: Now,
        out: &mut Output,
    ) {
        let Some(Rotating { job, place, order }) = self.rotating.remove(&handle) else {
            return;
        };
        let refused = match issued {
            Ok(Some(issued)) => match self.replace(job, place, &order, issued, now, out) {
                Some(old) => {
                    out.effects.push(Effect::Revoke(old));
                    None
                }
                None => Some(Refusal::new(ErrorCode::Cancelled, "the job has ended")),
            },
            Ok(None) => Some(missing()),
            Err(refusal) => Some(refusal),
        };
        if refused.is_some() {
            out.effects.push(Effect::Revoke(order));
        }
        out.effects.push(Effect::Rotated { handle, refused });
    }

    /// Puts the new value into the wallet and tells of it: the submitter with the value, everybody else and the store without.
    fn replace(
        &mut self,
        key: JobKey,
        place: usize,
        order: &Order,
        issued: Issued,
        now: Now,
        out: &mut Output,
    ) -> Option<Order> {
        let job = self.jobs.get(&key).filter(|job| !job.closed())?;
        let (old, credential, rotations) = {
            let mut held = job.wallet.as_ref()?.held();
            let held = held.get_mut(place)?;
            held.rotations += 1;
            held.credential = issued.into_credential(held.credential.id.clone());
            (
                std::mem::replace(&mut held.order, order.clone()),
                held.credential.clone(),
                held.rotations,
            )
        };
        let event = |value: Option<CredentialValue>| {
            let mut body = StatusEvent::new(StatusPhase::CredentialRotated);
            body.id = Some(credential.id.clone());
            body.value = value;
            // Counted, so that two of one moment can be told apart without their values.
            body.message = Some(format!("rotation {rotations}"));
            let event = job::Event::new(EventBody::Status(body));
            to_payload(&event.stamped(|event, at| event.ts = at, now.wall))
        };
        let (without, with) = (event(None), event(Some(credential.value.clone())));
        let principal = job.principal.clone();
        out.effects.push(Effect::Secret {
            job: key,
            principal: principal.clone(),
            id: credential.id.clone(),
            without: without.clone(),
            with: SecretPayload(with.clone()),
        });
        let first = out.effects.len();
        self.append(key, EntryKind::Credential, without, now, out);
        for effect in &mut out.effects[first..] {
            if let Effect::Deliver(session, frame) = effect
                && self
                    .sessions
                    .get(session)
                    .is_some_and(|session| session.principal == principal)
            {
                frame.payload = with.clone();
            }
        }
        Some(old)
    }

    /// A credential is known to be worthless.
    pub(super) fn revoked(&mut self, handle: CredentialKey, out: &mut Output) {
        self.owed.remove(&handle);
        self.at_ease(handle);
        out.records.push(Record::CredentialRevoked { handle });
    }

    /// A revocation failed. The wait before the next one grows each time.
    pub(super) fn not_revoked(&mut self, order: Order, again: bool, now: Now) {
        let Order { handle, source } = order;
        if !again || !self.owed.contains(&handle) {
            return self.at_ease(handle);
        }
        let longest = self.limits.revocation_pause_max;
        let pause = match self.stubborn.get(&handle) {
            Some(before) => before.pause.saturating_mul(2).min(longest),
            None => self.limits.revocation_pause,
        };
        self.stubborn.insert(handle, Stubborn { source, pause });
        self.timers.set(
            Timer::RevocationRetry(handle),
            now.mono.saturating_add(pause),
        );
    }

    /// A revocation that failed is tried again.
    pub(super) fn revoke_again(&mut self, handle: CredentialKey, out: &mut Output) {
        if let Some(stubborn) = self.stubborn.get(&handle) {
            let source = Arc::clone(&stubborn.source);
            out.effects.push(Effect::Revoke(Order { handle, source }));
        }
    }

    /// Nothing is tried again for this credential.
    fn at_ease(&mut self, handle: CredentialKey) {
        self.stubborn.remove(&handle);
        self.timers.cancel(Timer::RevocationRetry(handle));
    }

    /// A job has ended: what it had is revoked. The job does not wait for that.
    pub(super) fn revoke_all(wallet: &Wallet, out: &mut Output) {
        let held = std::mem::take(&mut *wallet.held());
        let orders = held.into_iter().map(|held| held.order);
        out.effects.extend(orders.map(Effect::Revoke));
    }
}

/// Writes down that a credential may exist from now on.
fn owe(order: &Order, job: JobKey, owed: &mut HashSet<CredentialKey>, out: &mut Output) {
    owed.insert(order.handle);
    out.records.push(Record::CredentialOwed {
        handle: order.handle,
        source: order.source.to_string(),
        job,
    });
}

fn held(orders: &[Order], issued: Vec<Issued>) -> Result<Vec<Held>, Refusal> {
    if orders.len() != issued.len() {
        return Err(missing());
    }
    orders
        .iter()
        .zip(issued)
        .map(|(order, issued)| {
            let id = CredentialId::try_from(order.handle.to_string())
                .map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))?;
            Ok(Held {
                order: order.clone(),
                credential: issued.into_credential(id),
                rotations: 0,
            })
        })
        .collect()
}

fn missing() -> Refusal {
    Refusal::new(
        ErrorCode::InternalError,
        "the job's credentials cannot be provisioned; try again later",
    )
}

fn grant(
    job: JobKey,
    agent: Arc<str>,
    principal: Principal,
    authority: &super::lease::Authority,
    now: Now,
) -> Grant {
    let lease = authority.lease();
    Grant {
        job,
        agent,
        principal,
        budget: lease.amounts().map(|_| {
            authority
                .remaining()
                .into_iter()
                .map(|(currency, left)| (currency.to_string(), left.max(Decimal::ZERO)))
                .collect()
        }),
        models: lease.patterns(&Capability::ModelUse).map(|patterns| {
            patterns
                .iter()
                .map(|pattern| pattern.as_str().to_owned())
                .collect()
        }),
        expires_at: authority.expires_at(),
        asked_at: now.wall,
        value: None,
    }
}
