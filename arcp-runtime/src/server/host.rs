//! What all connections of a runtime share.

use std::net::IpAddr;
use std::sync::Arc;

use arcp_generated::error::ErrorCode;
use arcp_generated::session::Auth;

use super::agents::Agents;
use super::credentials::Credentials;
use super::faces::Faces;
use super::lanes::Inbox;
use super::logins::Logins;
use super::metrics::Counters;
use crate::auth::{Denied, Identity, Verifier};
use crate::clock::Clock;
use crate::id::Mint;
use crate::limits::Limits;
use crate::protocol::greeting::Greeting;
use crate::protocol::refusal::Refusal;
use crate::store::Store;

/// Shared, and never changed after the start.
#[derive(Debug)]
pub(super) struct Host {
    pub limits: Limits,
    pub clock: Arc<dyn Clock>,
    pub mint: Arc<dyn Mint>,
    pub store: Arc<dyn Store>,
    pub agents: Arc<Agents>,
    pub faces: Arc<Faces>,
    pub verifier: Arc<dyn Verifier>,
    pub logins: Logins,
    pub credentials: Arc<Credentials>,
    pub counters: Arc<Counters>,
    pub inbox: Inbox,
}

impl Host {
    /// Counts a greeting that the core refused: a wrong resume token is a guess like a wrong bearer token.
    pub(super) fn note(&self, refusal: &Refusal, peer: Option<IpAddr>) {
        if refusal.code == ErrorCode::Unauthenticated {
            self.logins.failed(peer, self.clock.now().mono);
        }
    }

    /// Verifies the bearer token of a greeting. `None` where the resume token alone is enough.
    pub(super) async fn login(
        &self,
        greeting: &Greeting,
        peer: Option<IpAddr>,
    ) -> Result<Option<Identity>, Refusal> {
        let now = self.clock.now().mono;
        if self.logins.blocked(peer, now) {
            return Err(Refusal::new(
                ErrorCode::Unauthenticated,
                "too many failed logins from this address; wait a minute",
            ));
        }
        let Some(auth) = &greeting.auth else {
            return if self.verifier.resume_without_bearer() {
                Ok(None)
            } else {
                Err(Refusal::new(
                    ErrorCode::Unauthenticated,
                    "payload.auth: missing; this runtime wants the bearer token with every resume",
                ))
            };
        };
        let token = bearer(auth)?;
        let refused = |sentence| Err(Refusal::new(ErrorCode::Unauthenticated, sentence));
        match self.verifier.verify(token).await {
            Ok(identity) => Ok(Some(identity)),
            Err(Denied::Invalid) => {
                self.logins.failed(peer, now);
                refused("the bearer token is not valid")
            }
            Err(Denied::Undecided) => refused(
                "the bearer token cannot be checked yet, because its key is not known; try again in a few seconds",
            ),
        }
    }
}

/// The token of a login, which has to be there and of the one scheme that there is.
fn bearer(auth: &Auth) -> Result<&str, Refusal> {
    const CURE: &str = "send {\"scheme\": \"bearer\", \"token\": …} with a token of this runtime";
    let fault = match (auth.scheme.as_deref(), &auth.token) {
        (Some("bearer"), Some(token)) if !token.as_str().is_empty() => return Ok(token.as_str()),
        (Some("bearer"), Some(_)) => "payload.auth.token: empty",
        (Some("bearer"), None) => "payload.auth.token: missing",
        (Some(_), _) => "payload.auth.scheme: only bearer is known here",
        (None, _) => "payload.auth.scheme: missing",
    };
    Err(Refusal::new(
        ErrorCode::Unauthenticated,
        format!("{fault}; {CURE}"),
    ))
}
