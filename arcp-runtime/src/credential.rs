//! Credentials for jobs from an upstream: what a provisioner is, and two of them (§9.8).
//!
//! A runtime asks its provisioners before it accepts a job, bounds what they give out by the job's lease, and has it revoked when the job ends, however it ends.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

#[cfg(feature = "litellm")]
mod litellm;
mod pool;

#[cfg(feature = "litellm")]
pub use litellm::{LiteLlm, LiteLlmError};
pub use pool::CredentialPool;

pub use crate::id::CredentialKey;
pub use crate::protocol::credential::{Grant, Issued};

/// What a provisioner answers with.
pub type Provisioning<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProvisionError>> + Send + 'a>>;

/// Gives out credentials and takes them back.
pub trait Provisioner: Send + Sync + fmt::Debug + 'static {
    /// Names it among the provisioners of a runtime. It is stored with what was given out, so that a later process knows whom to ask for the revocation.
    fn name(&self) -> &str;

    /// Whether a job gets a credential from here. Called before the job is accepted; must not block.
    fn wants(&self, grant: &Grant) -> bool;

    /// Gives out a credential with no more than `grant`. Its value must not be one that another job ever had.
    ///
    /// `handle` names it from now on; [`revoke`](Self::revoke) must find it by nothing else, also when this call was broken off half way.
    ///
    /// # Errors
    /// Why there is none; the job is not accepted then.
    ///
    /// # Cancel safety
    /// Dropped in the middle, the credential may exist; it is revoked.
    fn issue<'a>(&'a self, handle: CredentialKey, grant: &'a Grant) -> Provisioning<'a, Issued>;

    /// Makes a credential worthless. One that is not there counts as revoked.
    ///
    /// # Errors
    /// Why it may still be good. It is tried again after a while where that can help.
    ///
    /// # Cancel safety
    /// Dropped in the middle, it is open whether the credential was revoked; it is tried again.
    fn revoke(&self, handle: CredentialKey) -> Provisioning<'_, ()>;
}

/// Why a provisioner could not do its work. The text goes to logs and never holds a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct ProvisionError {
    reason: String,
    transient: bool,
}

impl ProvisionError {
    /// Something that may be gone in a while: the upstream is away, or busy.
    pub fn transient(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            transient: true,
        }
    }

    /// Something that somebody has to mend: the upstream refuses.
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            transient: false,
        }
    }

    /// Whether trying again can help.
    pub fn is_transient(&self) -> bool {
        self.transient
    }
}
