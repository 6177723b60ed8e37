//! What all connections of a runtime share.

use std::net::IpAddr;
use std::sync::Arc;

use arcp_generated::error::ErrorCode;

use super::agents::Agents;
use super::credentials::Credentials;
use super::dispatch::Inbox;
use super::faces::Faces;
use super::logins::Logins;
use super::metrics::Counters;
use crate::auth::Verifier;
use crate::clock::Clock;
use crate::id::Mint;
use crate::limits::Limits;
use crate::protocol::greeting::Greeting;
use crate::protocol::principal::Principal;
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
    ) -> Result<Option<Principal>, Refusal> {
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
        if auth.scheme != "bearer" {
            return Err(Refusal::new(
                ErrorCode::Unauthenticated,
                "payload.auth.scheme: only bearer is known here",
            ));
        }
        if let Ok(principal) = self.verifier.verify(auth.token.as_str()).await {
            Ok(Some(principal))
        } else {
            self.logins.failed(peer, now);
            Err(Refusal::new(
                ErrorCode::Unauthenticated,
                "the bearer token is not valid",
            ))
        }
    }
}
