//! The upstreams at work: credentials are asked for with a deadline and revoked until they are gone (§9.8.2).
//!
//! What is owed stands in the store; here is only what is under way. Secrets are kept for replay as long as their job lives, and nowhere else.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arcp_generated::common::CredentialId;
use arcp_generated::error::ErrorCode;
use bytes::Bytes;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;

use super::lanes::Inbox;
use crate::credential::{ProvisionError, Provisioner};
use crate::id::{CredentialKey, JobKey};
use crate::limits::Limits;
use crate::protocol::core::Input;
use crate::protocol::credential::{Issued, Order, Provision, SecretPayload, Source};
use crate::protocol::principal::Principal;
use crate::protocol::refusal::Refusal;
use crate::protocol::shown::Shown;

/// Whom a rotation's answer goes to.
type Answer = oneshot::Sender<Result<(), Refusal>>;

/// The provisioners of a runtime and what they are busy with.
#[derive(Debug)]
pub(crate) struct Credentials {
    provisioners: Vec<Arc<dyn Provisioner>>,
    /// How many requests may be under way.
    turns: Arc<Semaphore>,
    tasks: Mutex<JoinSet<()>>,
    answers: Mutex<HashMap<CredentialKey, Answer>>,
    secrets: Mutex<HashMap<JobKey, Secrets>>,
}

/// The newest rotation of each credential of one job.
#[derive(Debug)]
struct Secrets {
    principal: Principal,
    rotations: HashMap<CredentialId, (Bytes, SecretPayload)>,
}

impl Credentials {
    pub(super) fn new(provisioners: Vec<Arc<dyn Provisioner>>, limits: &Limits) -> Self {
        Self {
            provisioners,
            turns: Arc::new(Semaphore::new(limits.upstream_requests)),
            tasks: Mutex::default(),
            answers: Mutex::default(),
            secrets: Mutex::default(),
        }
    }

    /// What the core has to know of the provisioners.
    pub(super) fn sources(&self) -> Vec<Source> {
        let provisioners = self.provisioners.iter();
        provisioners
            .map(|provisioner| Source {
                name: provisioner.name().into(),
                wants: {
                    let provisioner = Arc::clone(provisioner);
                    Arc::new(move |grant| provisioner.wants(grant))
                },
            })
            .collect()
    }

    /// Somebody waits for what becomes of the rotation that gets this handle.
    pub(crate) fn await_answer(
        &self,
        handle: CredentialKey,
    ) -> oneshot::Receiver<Result<(), Refusal>> {
        let (answer, waiting) = oneshot::channel();
        lock(&self.answers).insert(handle, answer);
        waiting
    }

    /// Nobody waits any more.
    pub(crate) fn forget_answer(&self, handle: CredentialKey) {
        lock(&self.answers).remove(&handle);
    }

    pub(super) fn rotated(&self, handle: CredentialKey, refused: Option<Refusal>) {
        if let Some(answer) = lock(&self.answers).remove(&handle) {
            // An agent that is gone by now does not need its answer.
            let _ = answer.send(refused.map_or(Ok(()), Err));
        }
    }

    /// Asks for credentials; the core is told what came of it.
    pub(super) fn provision(&self, provision: Provision, inbox: Inbox, limits: &Limits) {
        let Provision {
            errand,
            orders,
            grant,
        } = provision;
        let found: Vec<_> = orders
            .iter()
            .map(|order| (order.handle, self.find(&order.source)))
            .collect();
        let (turns, patience) = (Arc::clone(&self.turns), limits.provisioning);
        self.spawn(async move {
            let mut given: Result<Vec<Issued>, Refusal> = Ok(Vec::with_capacity(found.len()));
            for (handle, provisioner) in found {
                let asked = async {
                    let provisioner = provisioner.ok_or_else(gone)?;
                    let _turn = turns.acquire().await;
                    provisioner.issue(handle, &grant).await
                };
                let answer = tokio::time::timeout(patience, asked)
                    .await
                    .unwrap_or_else(|_| Err(ProvisionError::transient("it took too long")));
                match (answer, &mut given) {
                    (Ok(issued), Ok(given)) => given.push(issued),
                    (Err(error), _) => {
                        tracing::warn!(job = %grant.job, %handle, error = %Shown(&error), "a credential was not provisioned");
                        given = Err(refused(&error));
                        break;
                    }
                    (Ok(_), Err(_)) => break,
                }
            }
            // A runtime that has stopped revokes with its next start what it owes.
            let _ = inbox
                .tell(Input::Provisioned {
                    errand,
                    issued: given,
                })
                .await;
        });
    }

    /// Tries to revoke a credential; the core is told what came of it, and says when to try again.
    pub(super) fn revoke(&self, order: Order, inbox: Inbox, limits: &Limits) {
        let Order { handle, source } = order;
        let Some(provisioner) = self.find(&source) else {
            tracing::error!(%handle, %source, "a credential cannot be revoked: this runtime has no provisioner of that name; configure it, or revoke the credential by hand");
            return;
        };
        let (turns, patience) = (Arc::clone(&self.turns), limits.provisioning);
        self.spawn(async move {
            let asked = async {
                let _turn = turns.acquire().await;
                provisioner.revoke(handle).await
            };
            let answer = tokio::time::timeout(patience, asked)
                .await
                .unwrap_or_else(|_| Err(ProvisionError::transient("it took too long")));
            let outcome = match answer {
                Ok(()) => {
                    tracing::debug!(%handle, %source, "a credential is revoked");
                    Input::Revoked(handle)
                }
                Err(error) => {
                    let again = error.is_transient();
                    if again {
                        tracing::warn!(%handle, %source, error = %Shown(&error), "a credential is not revoked yet; trying again");
                    } else {
                        tracing::error!(%handle, %source, error = %Shown(&error), "a credential cannot be revoked; it is tried again with the next start");
                    }
                    let order = Order { handle, source };
                    Input::NotRevoked { order, again }
                }
            };
            // A runtime that has stopped asks once more with its next start, which does no harm.
            let _ = inbox.tell(outcome).await;
        });
    }

    /// Keeps the newest rotation of a credential for the submitter's replay.
    pub(super) fn keep(
        &self,
        job: JobKey,
        principal: Principal,
        id: CredentialId,
        without: Bytes,
        with: SecretPayload,
    ) {
        lock(&self.secrets)
            .entry(job)
            .or_insert_with(|| Secrets {
                principal,
                rotations: HashMap::new(),
            })
            .rotations
            .insert(id, (without, with));
    }

    /// The job has ended: what it had is worth nothing any more.
    pub(super) fn forget(&self, job: JobKey) {
        lock(&self.secrets).remove(&job);
    }

    /// A stored rotation as `reader` may read it: with its value for the submitter, if it is the newest and the job lives.
    pub(super) fn replayed(&self, job: JobKey, reader: &Principal, stored: Bytes) -> Bytes {
        let secrets = lock(&self.secrets);
        let newest = secrets
            .get(&job)
            .filter(|secrets| secrets.principal == *reader)
            .and_then(|secrets| {
                let mut rotations = secrets.rotations.values();
                rotations.find(|(without, _)| *without == stored)
            });
        newest.map_or(stored, |(_, with)| with.0.clone())
    }

    fn find(&self, source: &str) -> Option<Arc<dyn Provisioner>> {
        let mut provisioners = self.provisioners.iter();
        provisioners
            .find(|provisioner| provisioner.name() == source)
            .cloned()
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}

fn gone() -> ProvisionError {
    ProvisionError::permanent("there is no provisioner of that name")
}

fn refused(error: &ProvisionError) -> Refusal {
    // What the upstream said is for the log; the client only learns that it can try again.
    let message = if error.is_transient() {
        "the job's credentials cannot be provisioned at the moment; try again later"
    } else {
        "the job's credentials cannot be provisioned; ask whoever runs this runtime"
    };
    Refusal::new(ErrorCode::InternalError, message)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
