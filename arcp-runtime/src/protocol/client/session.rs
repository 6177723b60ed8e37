//! Opening, resuming and closing a session, from the client's side (§6.2, §6.3, §6.7).

use std::sync::Arc;
use std::time::Duration;

use arcp_generated::common::{Nonce, SessionId};
use arcp_generated::error::ErrorCode;
use arcp_generated::session::{
    self, Auth, Bye, Close, Feature, Hello, HelloCapabilities, Ping, Pong, Resume, ResumePoint,
    Welcome,
};

use super::ack::AckPace;
use super::core::{ClientCore, Key, Opened, Output};
use super::heartbeat::Heartbeat;
use super::interface::{Asked, Known, Phase};
use super::news::{ClientError, Incident, Refusal};
use super::sequence::Sequence;
use crate::clock::{Now, timestamp};
use crate::limits::MAX_PINGS;

impl ClientCore {
    /// A connection is there: says hello, and asks for the earlier session if there was one.
    pub fn connected(&mut self, now: Now) {
        if self.phase == Phase::Over {
            return;
        }
        let resume = self.known.clone();
        self.phase = Phase::Greeting {
            resuming: resume.is_some(),
        };
        self.heartbeat = Heartbeat::new(None, now.mono);
        self.deadline = Some(now.mono.saturating_add(self.settings.limits.greeting));
        let auth = Auth::new()
            .with_scheme("bearer".to_owned())
            .with_token(self.settings.token.clone());
        let capabilities = HelloCapabilities::new().with_features(self.settings.features.clone());
        if let Some(known) = resume.clone().filter(|_| self.resumes_by_frame) {
            let resume = Resume::new(known.resume_token, self.sequence.last())
                .with_session_id(known.session_id.clone())
                .with_client(self.settings.client.clone())
                .with_auth(auth)
                .with_capabilities(capabilities);
            let on_envelope = Some(known.session_id);
            if let Some((_, frame)) = self.frame_of(resume, on_envelope, None, None, now) {
                self.frames.push_back(frame);
            }
            return;
        }
        let mut hello = Hello::new(self.settings.client.clone())
            .with_auth(auth)
            .with_capabilities(capabilities);
        if let Some(known) = resume {
            let last = claim(&known, self.sequence.last());
            // The flat members are for peers that look for them there.
            hello = hello
                .with_resume(ResumePoint::new(
                    known.session_id,
                    known.resume_token.clone(),
                    last,
                ))
                .with_resume_token(known.resume_token)
                .with_last_event_seq(last);
        }
        // A hello belongs to no session yet; the resume block names the one it wants.
        if let Some((_, frame)) = self.frame_of(hello, None, None, None, now) {
            self.frames.push_back(frame);
        }
    }

    /// Forgets the session, so that the next connection opens a new one. Jobs with an idempotency key are submitted again there; the others are lost.
    pub(super) fn lose_session(&mut self, why: &Refusal) {
        self.known = None;
        self.gap_at = None;
        self.names_requests = false;
        self.resumes_by_frame = false;
        self.waiting.forget_manners();
        self.early.clear();
        self.children.clear();
        self.over_at.clear();
        self.lose_jobs(why);
        self.sequence = Sequence::default();
        self.acknowledged = 0;
    }

    pub(super) fn welcomed(&mut self, welcome: Welcome, on_envelope: Option<SessionId>, now: Now) {
        let Phase::Greeting { resuming } = self.phase else {
            self.bad_frame("session.welcome: nobody asked for it");
            return;
        };
        let Some(session_id) = on_envelope.or_else(|| welcome.session_id.clone()) else {
            self.reconnect("the welcome names no session");
            return;
        };
        let resumed = resuming
            && self
                .known
                .as_ref()
                .is_some_and(|known| known.session_id == session_id);
        if resuming && !resumed && self.ever_open && !self.resumes_by_frame {
            // One peer knows a resume only as a frame of its own, and takes a hello for a new session whatever is in it.
            self.resumes_by_frame = true;
            self.reconnect("the runtime opened another session; asking for the old one by itself");
            return;
        }
        if resuming && !resumed {
            // Some peers answer a resume that they do not understand with a new session.
            let why = Refusal::new(
                ErrorCode::ResumeWindowExpired,
                "the runtime opened another session instead".to_owned(),
                None,
                None,
            );
            self.lose_session(&why);
        }
        let fresh = self.known.is_none();
        self.known = Some(Known {
            session_id: session_id.clone(),
            resume_token: welcome.resume_token.clone(),
        });
        self.agree(&welcome, now);
        self.phase = Phase::Open;
        self.deadline = None;
        self.listen(now);
        if resumed {
            self.put(Output::Incident(Incident::Resumed {
                session_id: session_id.clone(),
                after: self.sequence.last(),
            }));
        } else if fresh && self.ever_open {
            self.put(Output::Incident(Incident::Replaced {
                session_id: session_id.clone(),
            }));
        }
        self.ever_open = true;
        self.put(Output::Opened(Arc::new(Opened {
            session_id,
            features: self.features.clone(),
            resumed,
            welcome,
        })));
        self.ask_again(now);
        if !resumed {
            self.follow_orphans(now);
        }
    }

    /// The features of both sides, and what follows from them.
    fn agree(&mut self, welcome: &Welcome, now: Now) {
        let theirs = &welcome.capabilities.features;
        self.features.clone_from(&self.settings.features);
        self.features.retain(|feature| theirs.contains(feature));
        let interval = welcome
            .heartbeat_interval_sec
            .filter(|_| self.agreed(&Feature::Heartbeat))
            .map(Duration::from_secs);
        self.heartbeat = Heartbeat::new(interval, now.mono);
        // A resume says what was received, not what may be forgotten.
        let acked = if self.settings.acks_by_hand {
            0
        } else {
            self.sequence.last()
        };
        self.acks = AckPace::new(self.agreed(&Feature::Ack), acked, now.mono);
    }

    /// The first frame was an error.
    pub(super) fn greeting_refused(&mut self, refusal: Refusal, resuming: bool) {
        if refusal.retryable && self.ever_open {
            self.reconnect(&format!("the runtime refused for now: {refusal}"));
        } else if resuming && self.ever_open {
            // Which code a refused resume has differs between peers; whether the token itself is refused, the next hello shows.
            self.lose_session(&refusal);
            self.reconnect("the session could not be resumed");
        } else if resuming {
            self.fatal(ClientError::SessionLost(refusal));
        } else {
            self.fatal(ClientError::Refused(refusal));
        }
    }

    /// Asks for the end of the session's connection. Jobs go on, and the session can be resumed for its window.
    pub fn close(&mut self, reason: &str, now: Now) {
        if self.phase == Phase::Open {
            self.send(Close::new().with_reason(reason), now);
            self.phase = Phase::Closing;
            self.deadline = Some(now.mono.saturating_add(self.settings.limits.close));
        } else {
            self.phase = Phase::Over;
            self.put(Output::Closed);
        }
    }

    /// The runtime ends the connection by itself: a drop, after which one comes back.
    pub(super) fn closed_by_runtime(&mut self, reason: Option<&str>) {
        if self.phase == Phase::Closing {
            self.phase = Phase::Over;
            self.put(Output::Closed);
        } else {
            let reason = reason.unwrap_or("no reason given");
            self.reconnect(&format!("the runtime closed the session: {reason}"));
        }
    }

    /// The runtime does not know `session.close`: says it in the older way and does not wait.
    pub(super) fn close_refused(&mut self, now: Now) {
        self.send(Bye::new().with_reason("client_shutdown"), now);
        self.phase = Phase::Over;
        self.put(Output::Closed);
    }

    /// Measures how long the runtime takes to answer.
    pub fn ping(&mut self, key: Key, now: Now) {
        if self.agreed(&Feature::Heartbeat) {
            self.send_ping(Some(key), now);
        } else {
            let error = ClientError::NotNegotiated(Feature::Heartbeat);
            self.put(Output::Failed(key, error));
        }
    }

    pub(super) fn send_ping(&mut self, key: Option<Key>, now: Now) {
        let ulid = self.mint.ulid(now.wall);
        let Ok(nonce) = Nonce::try_from(format!("p_{ulid}")) else {
            return;
        };
        if self.pings.len() >= MAX_PINGS
            && let Some(Asked { key: Some(key), .. }) = self.pings.pop_front()
        {
            let reason = "no pong came".to_owned();
            self.put(Output::Failed(key, ClientError::Disconnected { reason }));
        }
        self.pings.push_back(Asked {
            nonce: nonce.as_str().to_owned(),
            key,
            at: now.mono,
            heard_at: self.hearing.at(now.mono),
        });
        let mut ping = Ping::new(nonce);
        ping.sent_at = timestamp(now.wall);
        self.send(ping, now);
    }

    pub(super) fn pinged(&mut self, ping: Ping, now: Now) {
        let mut answer = Pong::new(ping.nonce);
        answer.received_at = timestamp(now.wall);
        self.send(answer, now);
    }

    pub(super) fn ponged(&mut self, pong: &Pong, now: Now) {
        let nonce = pong.ping_nonce.as_str();
        let Some(at) = self.pings.iter().position(|asked| asked.nonce == nonce) else {
            return;
        };
        if let Some(Asked {
            key: Some(key), at, ..
        }) = self.pings.remove(at)
        {
            self.put(Output::Pong(key, now.mono.saturating_sub(at)));
        }
    }

    pub(super) fn session_error(
        &mut self,
        error: session::Error,
        clues: super::correlate::Clues<'_>,
        now: Now,
    ) {
        self.names_requests |= error.request_id.is_some();
        let clues = super::correlate::Clues {
            request_id: error.request_id.as_ref().map(AsRef::as_ref),
            job_id: clues.job_id.or(error.job_id.as_ref().map(AsRef::as_ref)),
            ..clues
        };
        let request = match super::about(&error.code) {
            super::About::Session => self.waiting.named(clues),
            super::About::Request(kinds) => self.waiting.refused(clues, kinds),
        };
        let refusal = Refusal::new(error.code, error.message, error.retryable, error.details);
        if let Some(request) = request {
            self.fail_request(&request, ClientError::Refused(refusal));
        } else if self.phase == Phase::Closing {
            self.close_refused(now);
        } else {
            self.put(Output::Incident(Incident::Error(refusal)));
        }
    }
}

/// Up to which number a resume says that it has everything. One runtime refuses a session that has missed nothing, and takes one that lacks its last event,
/// which then comes again and is known. It is told by its tokens, which nobody else makes so.
fn claim(known: &Known, last: u64) -> u64 {
    let digits = known.resume_token.as_str().strip_prefix("rt_");
    let is_that_one = digits.is_some_and(|digits| {
        digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if is_that_one {
        last.saturating_sub(1)
    } else {
        last
    }
}
