//! Provisioned credentials: what is asked for, what is given out with a job, and how the job holds it (§9.8).
//!
//! The core decides and keeps count; asking an upstream is the driver's. What is stored of a credential is a handle by which it can be revoked, before it is
//! asked for and until it is known to be revoked. Its value is only in memory.
//!
//! How a job gets its credentials is in `provisioning`, how a value is replaced in `rotation`, how they are taken back in `revocation`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arcp_generated::common::CredentialId;
use arcp_generated::credential::{
    Credential, CredentialConstraints, CredentialScheme, CredentialValue, Endpoint,
};
use arcp_generated::error::ErrorCode;
use bytes::Bytes;
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::lease::Authority;
use super::lease::grammar::Capability;
use super::principal::Principal;
use super::refusal::Refusal;
use crate::clock::Now;
use crate::id::{CredentialKey, JobKey};

pub(super) mod provisioning;
mod revocation;
mod rotation;

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

impl Grant {
    /// What the job's lease allows now.
    fn of(
        job: JobKey,
        agent: Arc<str>,
        principal: Principal,
        authority: &Authority,
        now: Now,
    ) -> Self {
        let lease = authority.lease();
        Self {
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

/// The upstream gave less than it was asked for.
fn missing() -> Refusal {
    Refusal::new(
        ErrorCode::InternalError,
        "the job's credentials cannot be provisioned; try again later",
    )
}
