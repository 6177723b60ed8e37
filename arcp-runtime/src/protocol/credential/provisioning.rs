//! How a job gets its credentials: it waits for them, and is accepted when all are there (§9.8). And who is shown them.
//!
//! What is asked for is owed first, so that it can be revoked whatever happens.

use std::sync::{Arc, Mutex};

use arcp_generated::common::CredentialId;
use arcp_generated::credential::Credential;
use arcp_generated::error::ErrorCode;
use arcp_generated::session::Feature;

use super::{Errand, Grant, Held, Issued, Order, Provision, Wallet, missing};
use crate::clock::Now;
use crate::id::{CredentialKey, JobKey, SessionKey};
use crate::protocol::admission::{Admission, Origin};
use crate::protocol::core::{Core, Effect, Output};
use crate::protocol::features::Features;
use crate::protocol::idempotency::Submission;
use crate::protocol::job::Job;
use crate::protocol::principal::Principal;
use crate::protocol::refusal::Refusal;
use crate::protocol::session::less;

/// Submits with one idempotency key that wait for the first of them to be accepted.
const REPEATS: usize = 16;

/// A job that waits for its credentials.
#[derive(Debug)]
pub(in crate::protocol) struct Admitting {
    pub(in crate::protocol) admission: Admission,
    orders: Vec<Order>,
    repeats: Vec<(SessionKey, Submission)>,
}

impl Core {
    /// Which sources give something to this job. Without sources nothing is looked at.
    pub(in crate::protocol) fn wanted(
        &self,
        admission: &Admission,
        now: Now,
    ) -> Option<(Grant, Vec<Arc<str>>)> {
        if self.sources.is_empty() {
            return None;
        }
        let grant = Grant::of(
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
    pub(in crate::protocol) fn provision(
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
            self.owe(order, admission.key, out);
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
    pub(in crate::protocol) fn wait_for(
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
    pub(in crate::protocol) fn admitting(&self, matches: impl Fn(&Admission) -> bool) -> usize {
        let admitting = self.admitting.values();
        admitting
            .filter(|waiting| matches(&waiting.admission))
            .count()
    }

    /// The upstream has answered, or the time was up.
    pub(in crate::protocol) fn provisioned(
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
}

impl Job {
    /// The credentials as a session of `asker` may see them: the submitter's own, while the job lives (§9.8, A-38).
    pub(in crate::protocol) fn credentials_for(
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
