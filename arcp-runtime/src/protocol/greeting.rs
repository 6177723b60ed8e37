//! The first frame of a connection: a hello or a resume, in every form that drafts and peers use (§6.1 to §6.3, A-02).
//!
//! It only reads the frame. Verifying the token is [`crate::auth`]'s, deciding is [`super::handshake`]'s.

use std::time::Duration;

use arcp_generated::envelope::{Envelope, Version};
use arcp_generated::error::ErrorCode;
use arcp_generated::message::Message;
use arcp_generated::session::{self, Encoding};

use super::features::Features;
use super::handshake::hash_token;
use super::refusal::Refusal;
use super::timer::Timer;
use crate::clock::{self, Now};
use crate::id::Ulid;
use crate::limits::Limits;

/// How peers of the older family of drafts open a session.
const OLDER_OPENING: &str = "session.open";

/// A connection that has not said anything yet.
#[derive(Clone, Copy, Debug)]
pub struct Silent {
    until: Duration,
}

impl Silent {
    /// A connection that was made at `now`.
    pub fn new(limits: &Limits, now: Now) -> Self {
        Self {
            until: now.mono.saturating_add(limits.handshake),
        }
    }

    /// When [`Silent::expire`] has to be called.
    pub fn deadline(self) -> Duration {
        self.until
    }

    /// What is due at `now`, with what it leads to.
    pub fn expire(self, now: Now) -> Option<(Timer, Refusal)> {
        let refusal = || Refusal::invalid("no session.hello arrived in time");
        (self.until <= now.mono).then(|| (Timer::Handshake, refusal()))
    }
}

/// What a first frame asks for.
#[derive(Debug)]
pub struct Greeting {
    /// The id of the frame, for the answer.
    pub request: String,
    /// The bearer token; `None` only in a `session.resume` without `auth`.
    pub auth: Option<session::Auth>,
    /// The features that the client listed.
    pub features: Features,
    /// The session that it wants back.
    pub resume: Option<Claim>,
    /// Name and version of the client, for logs.
    pub client: String,
}

/// A claim to a session.
#[derive(Debug)]
pub struct Claim {
    /// The session that it names, if it does.
    pub session: Option<String>,
    /// SHA-256 of the resume token.
    pub token_hash: [u8; 32],
    /// The last number that the client has.
    pub last_event_seq: u64,
}

/// A first frame that is refused, and the id to answer.
#[derive(Debug)]
pub struct Rejected {
    /// The id of the frame, when it could be read.
    pub request: String,
    /// Why.
    pub refusal: Refusal,
    /// Whether it came from the older family of drafts, which opens with `session.open`.
    pub older: bool,
}

impl Rejected {
    /// What a peer of the older family can read: it resolves its calls by `correlation_id`, wants a `timestamp`, and knows `session.rejected` but not `session.error`.
    pub fn to_older_frame(&self, id: Ulid, now: Now) -> String {
        let reason = serde_json::json!({
            "code": "UNIMPLEMENTED", "message": self.refusal.message, "retryable": false,
        });
        let mut payload = reason.clone();
        payload["error"] = reason;
        serde_json::json!({
            "arcp": Version::CURRENT.as_str(),
            "id": format!("msg_{id}"),
            "type": "session.rejected",
            "timestamp": clock::to_wire(now.wall),
            "correlation_id": self.request,
            "payload": payload,
        })
        .to_string()
    }
}

impl Greeting {
    /// Reads the first frame of a connection.
    ///
    /// # Errors
    /// What is wrong with it: not a frame, not a hello, another version, a hello that breaks its schema, no common encoding.
    pub fn read(text: &str, max_depth: usize) -> Result<Self, Rejected> {
        super::depth::check(text, max_depth).map_err(|refusal| Rejected {
            request: String::new(),
            refusal,
            older: false,
        })?;
        let envelope = Envelope::decode(text).map_err(|error| Rejected {
            request: error.id.clone().unwrap_or_default(),
            refusal: Refusal::invalid(format!(
                "{error}; this runtime speaks ARCP 1.1 and wants session.hello first"
            )),
            older: error.message_type.as_deref() == Some(OLDER_OPENING),
        })?;
        let request = envelope.id.as_str().to_owned();
        let older = envelope.message.message_type().as_str() == OLDER_OPENING;
        let on_envelope = envelope.session_id.map(|id| id.as_str().to_owned());
        let read = match envelope.message {
            Message::SessionHello(hello) => Self::of_hello(request.clone(), hello),
            Message::SessionResume(resume) => {
                Ok(Self::of_resume(request.clone(), resume, on_envelope))
            }
            other => {
                let name = other.message_type().as_str().to_owned();
                Err(Refusal::invalid(format!(
                    "{name}: the first frame has to be session.hello of ARCP 1.1"
                )))
            }
        };
        read.map_err(|refusal| Rejected {
            request,
            refusal,
            older,
        })
    }

    fn of_hello(request: String, hello: session::Hello) -> Result<Self, Refusal> {
        let capabilities = hello.capabilities;
        let encodings = capabilities.encodings;
        if !encodings.is_empty() && !encodings.contains(&Encoding::Json) {
            return Err(Refusal::invalid(
                "payload.capabilities.encodings: json is the only encoding here; add \"json\"",
            ));
        }
        let Some(auth) = hello.auth else {
            return Err(Refusal::new(
                ErrorCode::Unauthenticated,
                "payload.auth: missing; send a bearer token",
            ));
        };
        let resume = match (hello.resume, hello.resume_token) {
            (Some(block), _) => Some(Claim {
                session: Some(block.session_id.as_str().to_owned()),
                token_hash: hash_token(block.resume_token.as_str()),
                last_event_seq: block.last_event_seq,
            }),
            (None, Some(token)) => Some(Claim {
                session: None,
                token_hash: hash_token(token.as_str()),
                last_event_seq: hello.last_event_seq.unwrap_or(0),
            }),
            (None, None) => None,
        };
        let client = format!("{} {}", hello.client.name, hello.client.version);
        Ok(Self {
            request,
            auth: Some(auth),
            features: Features::of(&capabilities.features),
            resume,
            client,
        })
    }

    fn of_resume(request: String, resume: session::Resume, on_envelope: Option<String>) -> Self {
        let claim = Claim {
            session: resume
                .session_id
                .map(|id| id.as_str().to_owned())
                .or(on_envelope),
            token_hash: hash_token(resume.resume_token.as_str()),
            last_event_seq: resume.last_event_seq,
        };
        Self {
            request,
            auth: resume.auth,
            features: Features::default(),
            resume: Some(claim),
            client: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_says_nothing_is_refused_when_its_time_is_over() {
        let at = |seconds| Now {
            mono: Duration::from_secs(seconds),
            wall: jiff::Timestamp::UNIX_EPOCH,
        };
        let limits = Limits {
            handshake: Duration::from_secs(10),
            ..Limits::default()
        };
        let silent = Silent::new(&limits, at(5));
        assert_eq!(silent.deadline(), Duration::from_secs(15));
        assert_eq!(silent.expire(at(14)), None);
        let (timer, refusal) = silent.expire(at(15)).unwrap();
        assert_eq!(timer, Timer::Handshake);
        assert_eq!(refusal.code, ErrorCode::InvalidRequest);
    }
}
