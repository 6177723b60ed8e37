//! The first frame of a connection: who it is, and whether it gets a session (§6.2, §6.3). What may be said is decided by [`crate::protocol::greeting`].

use std::future::poll_fn;
use std::time::Duration;

use arcp_generated::error::ErrorCode;

use super::host::Host;
use super::lanes::{Call, Greeted, Welcomed};
use crate::clock::FAR;
use crate::protocol::core::{ConnKey, Input};
use crate::protocol::greeting::{Greeting, Rejected, Silent};
use crate::protocol::handshake::{Hello, Resume};
use crate::protocol::refusal::Refusal;
use crate::protocol::shown::Shown;
use crate::transport::{BoxTransport, CloseCode, Received, Text, TransportError};

/// The least that is waited, for a clock that is a little behind the timer's.
const TICK: Duration = Duration::from_millis(1);

/// The handshake, within its deadline. `Err(None)`: the peer left without a word.
pub(super) async fn greet(
    host: &Host,
    conn: ConnKey,
    transport: &mut BoxTransport,
) -> Result<Welcomed, Option<(Rejected, CloseCode)>> {
    let reject = |request: &str, refusal, code| {
        Some((
            Rejected {
                request: request.to_owned(),
                refusal,
                older: false,
            },
            code,
        ))
    };
    let text = first_frame(host, transport)
        .await
        .map_err(|fault| fault.and_then(|(refusal, code)| reject("", refusal, code)))?;
    let greeting = Greeting::read(&text, host.limits.frame_depth).map_err(|rejected| {
        let code = match rejected.refusal.code {
            ErrorCode::Unauthenticated => CloseCode::Policy,
            _ => CloseCode::Protocol,
        };
        Some((rejected, code))
    })?;
    let request = greeting.request.clone();
    let peer = transport.peer();
    let identity = host
        .login(&greeting, peer)
        .await
        .map_err(|refusal| reject(&request, refusal, CloseCode::Policy))?;
    let expires_at = identity.as_ref().and_then(|identity| identity.expires_at);
    let principal = identity.map(|identity| identity.principal);
    let input = match (greeting.resume, principal) {
        (Some(claim), principal) => Input::Resume(
            conn,
            Box::new(Resume {
                principal,
                session: claim.session,
                token_hash: claim.token_hash,
                last_event_seq: claim.last_event_seq,
            }),
        ),
        (None, Some(principal)) => Input::Open(
            conn,
            Box::new(Hello {
                principal,
                features: greeting.features,
            }),
        ),
        (None, None) => {
            let nameless = Refusal::invalid("a hello without auth");
            return Err(reject(&request, nameless, CloseCode::Policy));
        }
    };
    let (answer, answered) = tokio::sync::oneshot::channel();
    let stopped = || reject(&request, Refusal::shutdown(), CloseCode::GoingAway);
    host.inbox
        .call(Call::Greet(conn, input, answer))
        .await
        .map_err(|_| stopped())?;
    match answered.await {
        Ok(Greeted::Welcome(mut welcomed)) => {
            welcomed.expires_at = expires_at;
            tracing::info!(session = %welcomed.session, principal = %Shown(&welcomed.principal), client = %Shown(&greeting.client), "session attached");
            Ok(welcomed)
        }
        Ok(Greeted::Refused(refusal, code)) => {
            host.note(&refusal, peer);
            Err(reject(&request, refusal, code))
        }
        Err(_) => Err(stopped()),
    }
}

/// The text of the first frame. `Err(None)`: the peer left without a word.
async fn first_frame(
    host: &Host,
    transport: &mut BoxTransport,
) -> Result<Text, Option<(Refusal, CloseCode)>> {
    let silent = Silent::new(&host.limits, host.clock.now());
    let first = loop {
        let wait = silent.deadline().saturating_sub(host.clock.now().mono);
        let first = poll_fn(|cx| transport.poll_recv(cx));
        let first = tokio::time::timeout(wait.clamp(TICK, FAR), first).await;
        match first.map_err(|_| silent.expire(host.clock.now())) {
            Err(None) => {}
            Err(Some((timer, refusal))) => {
                tracing::debug!(?timer, "a connection said nothing");
                return Err(Some((refusal, CloseCode::Protocol)));
            }
            Ok(first) => break first,
        }
    };
    match first {
        None => Err(None),
        Some(Err(error)) => Err(fault(&error)),
        Some(Ok(Received::Unreadable(reason))) => {
            host.counters.received(0);
            Err(Some((Refusal::invalid(reason), CloseCode::Protocol)))
        }
        Some(Ok(Received::Frame(text))) => {
            host.counters.received(text.len());
            Ok(text)
        }
    }
}

/// What a broken transport is told, if it can still be told anything.
pub(super) fn fault(error: &TransportError) -> Option<(Refusal, CloseCode)> {
    match error {
        TransportError::TooLarge { .. } => {
            Some((Refusal::invalid(error.to_string()), CloseCode::TooLarge))
        }
        TransportError::Binary => {
            Some((Refusal::invalid(error.to_string()), CloseCode::Unsupported))
        }
        TransportError::Peer(_) | TransportError::Program(_) | TransportError::Io(_) => None,
    }
}
