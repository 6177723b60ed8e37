//! Who may connect: bearer tokens become principals (§6.1).

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;

use crate::protocol::principal::Principal;

mod any;
mod bearer;
#[cfg(feature = "jwt")]
mod jwt;

pub use any::AnyOf;
pub use bearer::{BearerTokens, SharedToken, TokenError};
#[cfg(feature = "jwt")]
pub use jwt::{JwtVerifier, KeySource, KeysError};

/// What a verifier answers with.
pub type Verified<'a> = Pin<Box<dyn Future<Output = Result<Identity, Denied>> + Send + 'a>>;

/// Whose a token is, and until when.
///
/// A [`Principal`] is one that does not end: `Ok(Principal::new("ada").into())`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// Whose it is.
    pub principal: Principal,
    /// When the right to a session ends: its connection is told `UNAUTHENTICATED` then, and closed with 1008. Jobs go on, and the session can be resumed
    /// with a token that is good. `None`: with the connection.
    pub expires_at: Option<Timestamp>,
}

impl Identity {
    /// An identity that does not end by itself.
    pub fn new(principal: Principal) -> Self {
        Self {
            principal,
            expires_at: None,
        }
    }

    /// Ends it at a time of the wall clock. Whoever gives out such identities wants the token with a resume too: see [`Verifier::resume_without_bearer`].
    #[must_use]
    pub fn until(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}

impl From<Principal> for Identity {
    fn from(principal: Principal) -> Self {
        Self::new(principal)
    }
}

/// Turns a token into an identity.
pub trait Verifier: Send + Sync + fmt::Debug + 'static {
    /// Looks at one token. The token is a secret: it must not be logged, and comparing it must not tell how much of it was right.
    fn verify<'a>(&'a self, token: &'a str) -> Verified<'a>;

    /// Whether a resume token alone may resume a session, without the bearer token (`session.resume` without `auth`, A-02). Nobody is verified then, so
    /// that a session could outlive the right to it: where identities end ([`Identity::expires_at`]), this has to be `false`.
    fn resume_without_bearer(&self) -> bool {
        true
    }
}

/// The token is not accepted. Says nothing more, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// It is not valid. Counts as a failed login of its address.
    Invalid,
    /// It cannot be said yet, because what it would be checked by is not here: the peer may try again in a while. Counts as no failed login, so it must
    /// not be the answer to anything that could be a guess.
    Undecided,
}
