//! Who may connect: bearer tokens become principals (§6.1).

use std::fmt;
use std::future::Future;
use std::pin::Pin;

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
pub type Verified<'a> = Pin<Box<dyn Future<Output = Result<Principal, Denied>> + Send + 'a>>;

/// Turns a token into a principal.
pub trait Verifier: Send + Sync + fmt::Debug + 'static {
    /// Looks at one token. The token is a secret: it must not be logged, and comparing it must not tell how much of it was right.
    fn verify<'a>(&'a self, token: &'a str) -> Verified<'a>;

    /// Whether a resume token alone may resume a session, without the bearer token (`session.resume` without `auth`, A-02).
    fn resume_without_bearer(&self) -> bool {
        true
    }
}

/// The token is not valid. Says nothing more, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied;
