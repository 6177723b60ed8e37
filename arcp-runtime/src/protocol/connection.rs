//! One connection after its welcome: frames in, requests out, heartbeats both ways (§5, §6.4).
//!
//! It answers by itself what needs no state of the runtime: pings, bad frames, features that were not negotiated.
//! The handshake before it is driven by [`super::greeting`].

use arcp_generated::message::MessageType;
use std::time::Duration;

use arcp_generated::common::{JobId, MessageId, Nonce, SessionId};
use arcp_generated::envelope::Envelope;
use arcp_generated::error::ErrorCode;
use arcp_generated::job::{Submit, Subscribe};
use arcp_generated::message::{Direction, Message};
use arcp_generated::session::{Feature, ListJobs, Ping, Pong};
use jiff::Timestamp;

use super::features::Features;
use super::frame::Frame;
use super::heartbeat::Heartbeat;
use super::refusal::Refusal;
use super::timer::Timer;
use super::trace::{self, Traced};
use crate::clock::{Now, Stamped as _};
use crate::id::{SessionKey, Ulid};
use crate::limits::Limits;

/// The state of one welcomed connection.
#[derive(Debug)]
pub struct Connection {
    session_id: String,
    features: Features,
    heartbeat: Heartbeat,
    idle: Option<Duration>,
    /// When the token that opened it expires, in monotonic time.
    until: Option<Duration>,
    /// When something other than heartbeats was last said, by either side.
    used: Duration,
    bad_frames: u32,
    max_bad_frames: u32,
    max_depth: usize,
}

/// What a frame leads to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step {
    /// Nothing.
    Nothing,
    /// An answer of the connection itself.
    Reply(Frame),
    /// Something for the runtime.
    Request(Request),
    /// The connection has to end: a last frame, and why.
    Close(Refusal),
}

/// What a client asks of the runtime.
#[derive(Debug)]
#[non_exhaustive]
pub enum Request {
    /// `job.submit`, with the envelope's id and trace.
    Submit {
        /// The id of the frame.
        id: MessageId,
        /// The trace it names.
        trace: Traced,
        /// The payload.
        submit: Box<Submit>,
    },
    /// `job.cancel`.
    Cancel {
        /// The id of the frame.
        id: MessageId,
        /// The job it names.
        job: JobId,
        /// The reason given.
        reason: Option<String>,
    },
    /// `session.ack`.
    Ack {
        /// Everything up to this number.
        through: u64,
    },
    /// `session.list_jobs`.
    List {
        /// The id of the frame.
        id: MessageId,
        /// The payload.
        list: Box<ListJobs>,
    },
    /// `job.subscribe`.
    Subscribe {
        /// The id of the frame.
        id: MessageId,
        /// The payload.
        subscribe: Subscribe,
    },
    /// `job.unsubscribe`.
    Unsubscribe {
        /// The job it names.
        job: JobId,
    },
    /// `session.close` (answered) or `session.bye` (not answered).
    Leave {
        /// Whether `session.closed` is wanted.
        answer: bool,
    },
}

impl Connection {
    /// A connection that was welcomed at `now`.
    pub fn new(session: SessionKey, features: Features, limits: &Limits, now: Now) -> Self {
        let interval = features
            .has(&Feature::Heartbeat)
            .then_some(limits.heartbeat_interval);
        Self {
            session_id: session.to_string(),
            features,
            heartbeat: Heartbeat::new(interval, now),
            idle: limits.idle,
            until: None,
            used: now.mono,
            bad_frames: 0,
            max_bad_frames: limits.bad_frames,
            max_depth: limits.frame_depth,
        }
    }

    /// The same, which ends when the token that opened it does.
    #[must_use]
    pub fn until(mut self, expires_at: Option<Timestamp>, now: Now) -> Self {
        self.until = expires_at.map(|at| {
            let left = Duration::try_from(at.duration_since(now.wall)).unwrap_or_default();
            now.mono.saturating_add(left)
        });
        self
    }

    /// When [`Connection::expire`] has to be called next.
    pub fn deadline(&self) -> Option<Duration> {
        self.next_timer().map(|(at, _)| at)
    }

    /// What falls due next, and when.
    fn next_timer(&self) -> Option<(Duration, Timer)> {
        let idle = self.idle.map(|idle| self.used.saturating_add(idle));
        let idle = idle.map(|at| (at, Timer::Idle));
        let until = self.until.map(|at| (at, Timer::TokenExpiry));
        self.heartbeat.timers().chain(idle).chain(until).min()
    }

    /// Something was sent: the peer knows that this side lives.
    pub fn sent(&mut self, now: Now) {
        self.heartbeat.sent(now);
    }

    /// The peer is not read from for a reason of this side: its silence means nothing.
    pub fn held_up(&mut self, now: Now) {
        self.heartbeat.heard(now);
    }

    /// An event was sent: the connection is of use.
    pub fn used(&mut self, now: Now) {
        self.used = now.mono;
    }

    /// Whether the last thing that arrived was refused as a frame.
    pub fn last_was_bad(&self) -> bool {
        self.bad_frames > 0
    }

    /// Lets the timer that is due at `now` happen. `nonce` names a ping, if one is sent.
    pub fn expire(&mut self, now: Now, nonce: Ulid) -> Step {
        match self.next_timer().filter(|(at, _)| *at <= now.mono) {
            Some((_, Timer::Idle)) => Step::Close(Refusal::cap(
                "idle",
                "nothing but heartbeats for too long; resume the session when there is something to do",
            )),
            Some((_, Timer::TokenExpiry)) => Step::Close(Refusal::new(
                ErrorCode::Unauthenticated,
                "the token of this connection has expired; resume the session with one that is good",
            )),
            Some((_, Timer::PingDue)) => {
                // Counts as said: a peer that takes nothing is not pinged without end.
                self.heartbeat.sent(now);
                Self::ping(nonce, now)
            }
            Some((_, Timer::Silence)) => Step::Close(Refusal::new(
                ErrorCode::HeartbeatLost,
                "nothing was heard for two heartbeat intervals; resume the session",
            )),
            _ => Step::Nothing,
        }
    }

    fn ping(nonce: Ulid, now: Now) -> Step {
        match Nonce::try_from(format!("p_{nonce}")) {
            Ok(nonce) => Step::Reply(Frame::of_session(
                MessageType::SessionPing,
                &Ping::new(nonce).stamped(|payload, at| payload.sent_at = at, now.wall),
            )),
            Err(_) => Step::Nothing,
        }
    }

    /// Something arrived that is no frame.
    pub fn unreadable(&mut self, reason: &str, now: Now) -> Step {
        self.heartbeat.heard(now);
        self.bad("", &Refusal::invalid(reason))
    }

    /// A frame arrived.
    pub fn receive(&mut self, text: &str, now: Now) -> Step {
        self.heartbeat.heard(now);
        if let Err(refusal) = super::depth::check(text, self.max_depth) {
            return self.bad("", &refusal);
        }
        let envelope = match Envelope::decode(text) {
            Ok(envelope) => envelope,
            Err(error) => {
                return self.bad(
                    error.id.as_deref().unwrap_or(""),
                    &Refusal::invalid(error.to_string()),
                );
            }
        };
        if let Err(refusal) = super::surrogate::check(text) {
            return self.bad(envelope.id.as_str(), &refusal);
        }
        if !matches!(
            envelope.message,
            Message::SessionPing(_) | Message::SessionPong(_)
        ) {
            self.used(now);
        }
        let id = envelope.id.clone();
        match self.request(envelope, now) {
            Ok(step) => {
                self.bad_frames = 0;
                step
            }
            Err(refusal) => self.bad(id.as_str(), &refusal),
        }
    }

    /// A bad frame is answered and counted; only a flood of them closes the connection.
    fn bad(&mut self, request: &str, refusal: &Refusal) -> Step {
        self.bad_frames += 1;
        if self.bad_frames >= self.max_bad_frames {
            return Step::Close(Refusal::invalid(format!(
                "{} bad frames in a row; the last: {}",
                self.bad_frames, refusal.message
            )));
        }
        Step::Reply(super::core::refusal_frame(request, None, refusal))
    }

    fn request(&self, envelope: Envelope, now: Now) -> Result<Step, Refusal> {
        let message_type = envelope.message.message_type();
        if let Message::Unknown(_) = envelope.message {
            let name = message_type.as_str();
            // What neither side's drafts know may be meant for a later version (R-5-18).
            return if name.starts_with("session.") || name.starts_with("job.") {
                Err(Refusal::invalid(format!("there is no message type {name}")))
            } else {
                Ok(Step::Nothing)
            };
        }
        if message_type.direction() == Direction::Runtime {
            return Err(Refusal::invalid(format!(
                "{} is sent by runtimes only",
                message_type.as_str()
            )));
        }
        match envelope.session_id.as_ref().map(SessionId::as_str) {
            Some(id) if id == self.session_id => {}
            Some(_) => {
                return Err(Refusal::invalid(
                    "session_id: this connection belongs to another session",
                ));
            }
            None => {
                return Err(Refusal::invalid(
                    "session_id: missing; every frame after the welcome carries it",
                ));
            }
        }
        self.dispatch(envelope, now)
    }

    fn dispatch(&self, envelope: Envelope, now: Now) -> Result<Step, Refusal> {
        let id = envelope.id;
        let request = match envelope.message {
            Message::SessionPing(ping) => return Ok(pong(&ping, now)),
            Message::SessionPong(_) => return Ok(Step::Nothing),
            Message::SessionAck(ack) => Request::Ack {
                through: ack.last_processed_seq,
            },
            Message::SessionListJobs(list) => {
                self.negotiated(&Feature::ListJobs, "session.list_jobs")?;
                Request::List {
                    id,
                    list: Box::new(list),
                }
            }
            Message::SessionClose(_) => Request::Leave { answer: true },
            Message::SessionBye(_) => Request::Leave { answer: false },
            Message::JobSubmit(submit) => {
                let trace_id = envelope.trace_id.as_ref().map(AsRef::as_ref);
                Request::Submit {
                    id,
                    trace: Traced::received(trace_id, envelope.vendor.get(trace::MEMBER)),
                    submit: Box::new(submit),
                }
            }
            Message::JobCancel(cancel) => {
                let job = match (envelope.job_id, cancel.job_id) {
                    (Some(outer), Some(inner)) => {
                        same_job(Some(&outer), &inner)?;
                        outer
                    }
                    (Some(job), None) | (None, Some(job)) => job,
                    (None, None) => {
                        return Err(Refusal::invalid(
                            "job_id: missing; name the job to cancel on the envelope",
                        ));
                    }
                };
                Request::Cancel {
                    id,
                    job,
                    reason: cancel.reason,
                }
            }
            Message::JobSubscribe(subscribe) => {
                self.negotiated(&Feature::Subscribe, "job.subscribe")?;
                same_job(envelope.job_id.as_ref(), &subscribe.job_id)?;
                Request::Subscribe { id, subscribe }
            }
            Message::JobUnsubscribe(unsubscribe) => {
                self.negotiated(&Feature::Subscribe, "job.unsubscribe")?;
                same_job(envelope.job_id.as_ref(), &unsubscribe.job_id)?;
                Request::Unsubscribe {
                    job: unsubscribe.job_id,
                }
            }
            Message::SessionHello(_) | Message::SessionResume(_) => {
                return Err(Refusal::invalid(
                    "the session is open already; a hello or resume starts a connection",
                ));
            }
            _ => return Err(Refusal::invalid("this message is not for a runtime")),
        };
        Ok(Step::Request(request))
    }

    fn negotiated(&self, feature: &Feature, what: &str) -> Result<(), Refusal> {
        if self.features.has(feature) {
            return Ok(());
        }
        Err(Refusal::invalid(format!(
            "{what} needs the feature {}, which was not negotiated",
            feature.as_str()
        )))
    }
}

/// A job that is named twice is named the same.
fn same_job(outer: Option<&JobId>, inner: &JobId) -> Result<(), Refusal> {
    if outer.is_none_or(|outer| outer == inner) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "job_id: the envelope and the payload name different jobs",
    ))
}

fn pong(ping: &Ping, now: Now) -> Step {
    Step::Reply(Frame::of_session(
        MessageType::SessionPong,
        &Pong::new(ping.nonce.clone()).stamped(|payload, at| payload.received_at = at, now.wall),
    ))
}
