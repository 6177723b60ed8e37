//! Hello, resume and welcome (§6.2, §6.3), once the token was verified.

use arcp_generated::common::{ResumeToken, SessionId};
use arcp_generated::error::ErrorCode;
use arcp_generated::message::MessageType;
use arcp_generated::session::{
    AgentInventoryEntry, Encoding, Feature, RuntimeInfo, Welcome, WelcomeCapabilities,
};
use sha2::{Digest, Sha256};

use super::core::{ConnKey, Core, Effect, Output};
use super::features::Features;
use super::frame::Frame;
use super::principal::Principal;
use super::refusal::Refusal;
use super::session::{Log, Session};
use super::timer::Timer;
use crate::clock::{Now, Stamped as _};
use crate::id::{self, SessionKey};
use crate::store::{Record, SessionRow};
use crate::transport::CloseCode;

/// What a runtime offers to everybody who says hello.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Name and version of the runtime.
    pub runtime: RuntimeInfo,
    /// The features that work here.
    pub features: Features,
    /// The agents and their versions.
    pub agents: Vec<AgentInventoryEntry>,
}

/// A hello whose token was verified.
#[derive(Debug)]
pub struct Hello {
    /// Who it is.
    pub principal: Principal,
    /// What the client listed.
    pub features: Features,
}

/// A request to resume whose bearer token, if it has one, was verified.
#[derive(Debug)]
pub struct Resume {
    /// Who it is; `None` when the resume token is all that was shown (`session.resume` without `auth`).
    pub principal: Option<Principal>,
    /// The session that it names, if it names one.
    pub session: Option<String>,
    /// SHA-256 of the resume token.
    pub token_hash: [u8; 32],
    /// The last number that the client has.
    pub last_event_seq: u64,
}

impl Resume {
    /// Whether the session belongs to who asks.
    fn may_have(&self, session: &Session) -> bool {
        let asks = self.principal.as_ref();
        asks.is_none_or(|principal| *principal == session.principal)
    }
}

/// A connection and a session come together.
#[derive(Debug)]
pub struct Attach {
    /// The connection.
    pub conn: ConnKey,
    /// The session.
    pub session: SessionKey,
    /// Whom it belongs to.
    pub principal: Principal,
    /// The negotiated features.
    pub features: Features,
    /// The `session.welcome`.
    pub welcome: Frame,
    /// The last number that the client has: what is above it is replayed.
    pub after: u64,
    /// The last number given out so far: what is above it comes live.
    pub last: u64,
}

/// What is stored instead of a resume token.
pub fn hash_token(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Core {
    /// A hello: a new session, if the principal may have another one.
    pub(super) fn open(&mut self, conn: ConnKey, hello: Hello, now: Now, out: &mut Output) {
        if self.draining {
            out.effects.push(Effect::Refuse {
                conn,
                refusal: Refusal::shutdown(),
                code: CloseCode::GoingAway,
            });
            return;
        }
        if self.count_sessions(&hello.principal) >= self.limits.sessions_per_principal
            && let Some(oldest) = self.oldest_left(&hello.principal)
        {
            self.session_gone(oldest, out);
        }
        let held = self.count_sessions(&hello.principal);
        if held >= self.limits.sessions_per_principal {
            let message = format!(
                "this principal has {held} sessions already; close one or wait for its resume window to end"
            );
            out.effects.push(Effect::Refuse {
                conn,
                refusal: Refusal::cap("sessions_per_principal", message),
                code: CloseCode::Policy,
            });
            return;
        }
        let key = SessionKey(self.mint.ulid(now.wall));
        let features = hello.features.and(self.offer.features);
        let token = id::resume_token(self.mint.secret());
        let token_hash = hash_token(&token);
        out.records.push(Record::SessionOpened(SessionRow {
            session: key,
            principal: hello.principal.as_str().to_owned(),
            token_hash,
            features: features
                .iter()
                .map(|feature| feature.as_str().to_owned())
                .collect(),
            opened_at: now.wall,
        }));
        self.tokens.insert(token_hash, key);
        *self.held.entry(hello.principal.clone()).or_default() += 1;
        self.tally.sessions_opened += 1;
        self.sessions.insert(
            key,
            Session {
                principal: hello.principal,
                token_hash,
                former_hash: None,
                features,
                conn: None,
                jobs: Vec::new(),
                follows: Vec::new(),
                log: Log::default(),
                acked: 0,
                resumed_at: 0,
                reach: 0,
                missed: false,
                lagging: false,
                lookups: 0,
            },
        );
        self.attach(conn, key, &token, None, now, out);
    }

    /// A resume: the same session on another connection, with a new token (§6.3, A-02 to A-05).
    /// Refused, it changes nothing, but that a client that lacks what is gone, or the newest token, is remembered to have lost its session.
    pub(super) fn resume(&mut self, conn: ConnKey, resume: &Resume, now: Now, out: &mut Output) {
        let key = match self.resumable(resume) {
            Ok(key) => key,
            Err(refusal) => {
                out.effects.push(Effect::Refuse {
                    conn,
                    refusal,
                    code: CloseCode::Policy,
                });
                return;
            }
        };
        self.tally.sessions_resumed += 1;
        let token = id::resume_token(self.mint.secret());
        let token_hash = hash_token(&token);
        out.records.push(Record::SessionResumed {
            session: key,
            token_hash,
        });
        self.tokens.remove(&resume.token_hash);
        self.tokens.insert(token_hash, key);
        self.timers.cancel(Timer::ResumeWindow(key));
        if let Some(session) = self.sessions.get_mut(&key) {
            session.token_hash = token_hash;
            session.former_hash = Some(resume.token_hash);
            session.resumed_at = resume.last_event_seq;
            session.lagging = false;
            session.missed = false;
            if let Some(old) = session.conn.take() {
                self.conns.remove(&old);
                out.effects.push(Effect::Evict {
                    conn: old,
                    last: None,
                    code: CloseCode::TakenOver,
                });
            }
        }
        self.attach(conn, key, &token, Some(resume.last_event_seq), now, out);
    }

    fn count_sessions(&self, principal: &Principal) -> usize {
        self.held.get(principal).copied().unwrap_or(0)
    }

    /// The session of a principal that said goodbye first and was not resumed: it is kept only while there is room (§6.7).
    fn oldest_left(&self, principal: &Principal) -> Option<SessionKey> {
        self.left.get(principal)?.front().copied()
    }

    /// The session that a resume may have. Tokens are looked up by their hash, so timing tells nothing about them.
    fn resumable(&mut self, resume: &Resume) -> Result<SessionKey, Refusal> {
        let expired = |message: &str| Err(Refusal::new(ErrorCode::ResumeWindowExpired, message));
        let named = resume.session.as_deref().map(SessionKey::parse);
        let Some(key) = self.tokens.get(&resume.token_hash).copied() else {
            let named = named.flatten().and_then(|key| self.sessions.get_mut(&key));
            let Some(session) = named else {
                return expired("there is no such session any more; say hello without resume");
            };
            // The line was cut before the welcome with the newest token arrived: its client cannot come back.
            if session.former_hash == Some(resume.token_hash) && resume.may_have(session) {
                session.missed = true;
            }
            return Err(wrong_token());
        };
        let Some(session) = self.sessions.get_mut(&key) else {
            return expired("there is no such session any more; say hello without resume");
        };
        if named.is_some_and(|named| named != Some(key)) || !resume.may_have(session) {
            return Err(wrong_token());
        }
        if resume.last_event_seq > session.log.last {
            return expired("last_event_seq is beyond what was sent; say hello without resume");
        }
        if resume.last_event_seq < session.log.trimmed {
            session.missed = session.conn.is_none();
            let message = format!(
                "events up to {} are not buffered any more; say hello without resume",
                session.log.trimmed
            );
            return expired(&message);
        }
        Ok(key)
    }

    /// Binds a connection to a session and welcomes it.
    fn attach(
        &mut self,
        conn: ConnKey,
        key: SessionKey,
        token: &str,
        resumed_from: Option<u64>,
        now: Now,
        out: &mut Output,
    ) {
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        session.conn = Some(conn);
        if let Some(left) = self.left.get_mut(&session.principal) {
            left.retain(|session| *session != key);
        }
        self.conns.insert(conn, key);
        let welcome = welcome(
            &self.offer,
            key,
            session.features,
            token,
            resumed_from.is_some(),
            &self.limits,
            now,
        );
        out.effects.push(Effect::Attach(Box::new(Attach {
            conn,
            session: key,
            principal: session.principal.clone(),
            features: session.features,
            welcome: Frame::of_session(MessageType::SessionWelcome, &welcome),
            after: resumed_from.unwrap_or(0),
            last: session.log.last,
        })));
    }
}

fn wrong_token() -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        "the resume token is not valid for this session and principal; use the token of the newest welcome, or say hello without resume",
    )
}

/// The payload of the welcome. The full list of features is sent: the intersection is the same and the client learns more.
fn welcome(
    offer: &Offer,
    key: SessionKey,
    features: Features,
    token: &str,
    resumed: bool,
    limits: &crate::limits::Limits,
    now: Now,
) -> Option<Welcome> {
    let capabilities = WelcomeCapabilities::new()
        .with_encodings(vec![Encoding::Json])
        .with_features(offer.features.iter().collect())
        .with_agents(offer.agents.clone());
    let token = ResumeToken::try_from(token).ok()?;
    let mut welcome = Welcome::new(offer.runtime.clone(), token, capabilities)
        .with_resume_window_sec(limits.resume_window.as_secs().max(1))
        .with_resumed(resumed)
        .stamped(|payload, at| payload.accepted_at = at, now.wall);
    if let Ok(session_id) = SessionId::try_from(key.to_string()) {
        welcome = welcome.with_session_id(session_id);
    }
    if features.has(&Feature::Heartbeat) {
        welcome = welcome.with_heartbeat_interval_sec(limits.heartbeat_interval.as_secs().max(1));
    }
    Some(welcome)
}
