//! What a frame of the runtime means to the client: judged by its number, then by its type.

use arcp_generated::envelope::Envelope;
use arcp_generated::error::ErrorCode;
use arcp_generated::message::Message;

use super::core::{ClientCore, Output};
use super::correlate::{Clues, Kind};
use super::interface::Phase;
use super::job::Terminal;
use super::news::{ClientError, Incident, Loss, LossReason, Refusal};
use super::sequence::Seen;
use super::tolerate::{self, Bad, Bare, Read};
use crate::clock::Now;
use crate::limits::MAX_REASON_CHARS;

impl ClientCore {
    /// A frame came.
    pub fn receive(&mut self, text: &str, now: Now) {
        if matches!(self.phase, Phase::Offline | Phase::Over) {
            return;
        }
        self.heartbeat.heard(now.mono);
        match tolerate::read(text) {
            Read::Frame(envelope) => self.frame(envelope, text.len(), now),
            Read::Bare(bare) => self.bare(bare),
            Read::Bad(bad) => self.unreadable(&bad),
        }
        self.let_go(now);
    }

    fn frame(&mut self, envelope: Envelope, size: usize, now: Now) {
        if let Phase::Greeting { resuming } = self.phase {
            self.greeting(envelope, resuming, now);
            return;
        }
        if let Some(event_seq) = envelope.event_seq {
            let counted = matches!(
                envelope.message,
                Message::JobEvent(_) | Message::JobResult(_) | Message::JobError(_)
            );
            match self.number(event_seq) {
                Number::Repeat if counted => return,
                Number::CutOff => return,
                Number::Due | Number::Repeat => {}
            }
        }
        match envelope.message {
            Message::JobEvent(_) | Message::JobResult(_) | Message::JobError(_) => {
                self.job_frame(envelope, size);
                if !self.over_at.is_empty() {
                    self.end_what_is_over();
                }
            }
            _ => self.control(envelope, now),
        }
    }

    /// Judges a number; may cut the connection to have what is missing replayed.
    fn number(&mut self, event_seq: u64) -> Number {
        match self.sequence.observe(event_seq) {
            Seen::Next => Number::Due,
            Seen::Repeat => Number::Repeat,
            Seen::Gap { from, through } => {
                let last = self.sequence.last();
                if self.settings.reconnects && self.gap_at != Some(last) {
                    self.gap_at = Some(last);
                    self.reconnect(&format!(
                        "events {from} to {through} are missing; asking for them again"
                    ));
                    return Number::CutOff;
                }
                let loss = Loss {
                    from,
                    through: Some(through),
                    reason: LossReason::Gap,
                    resubmitted: false,
                };
                self.tell_loss(None, &loss);
                self.sequence.skip_to(event_seq);
                self.sequence.observe(event_seq);
                Number::Due
            }
        }
    }

    fn greeting(&mut self, envelope: Envelope, resuming: bool, now: Now) {
        let session_id = envelope.session_id;
        match envelope.message {
            Message::SessionWelcome(welcome) => self.welcomed(welcome, session_id, now),
            Message::SessionError(error) => {
                let refusal =
                    Refusal::new(error.code, error.message, error.retryable, error.details);
                self.greeting_refused(refusal, resuming);
            }
            Message::JobError(error) => {
                let refusal =
                    Refusal::new(error.code, error.message, error.retryable, error.details);
                self.greeting_refused(refusal, resuming);
            }
            other => {
                let what = other.message_type();
                self.fatal(ClientError::Protocol(format!(
                    "its first frame was {} instead of session.welcome",
                    what.as_str()
                )));
            }
        }
    }

    /// An event or an end of a job.
    fn job_frame(&mut self, envelope: Envelope, size: usize) {
        let Some(job_id) = &envelope.job_id else {
            return;
        };
        if self.jobs.contains_key(job_id) {
            self.dispatch_job(envelope, size);
            return;
        }
        if self.waiting.subscribes(job_id.as_str()) {
            self.of_a_job_to_follow(envelope, size);
            return;
        }
        if self.children.contains(job_id) {
            return;
        }
        let refuses = match &envelope.message {
            // This runtime refuses by naming the request: the error ends a child that one of our jobs delegated to.
            Message::JobError(_) if self.names_requests => false,
            Message::JobError(_) if self.waiting.has(Kind::Submit) => {
                self.may_refuse_a_submission(job_id)
            }
            Message::JobError(_) => !self.waiting.is_empty(),
            _ => false,
        };
        if refuses {
            self.refusal_of_a_stranger(envelope);
        } else if self.waiting.has(Kind::Submit) {
            self.early.keep(envelope, size, &self.settings.limits);
        }
        // Otherwise it is of a job that nobody here follows: a child, or one whose handle another process has.
    }

    /// Something of a job whose subscription has no answer yet: history that some runtimes send before it, or a refusal.
    fn of_a_job_to_follow(&mut self, envelope: Envelope, size: usize) {
        let refuses = matches!(
            &envelope.message,
            Message::JobError(error)
                if matches!(error.code, ErrorCode::JobNotFound | ErrorCode::PermissionDenied)
        );
        let known = envelope.job_id.as_ref();
        if refuses && !known.is_some_and(|job_id| self.early.knows(job_id)) {
            self.refusal_of_a_stranger(envelope);
        } else {
            self.early.keep(envelope, size, &self.settings.limits);
        }
    }

    /// A `job.error` of a job that is not known: some peers refuse requests so.
    fn refusal_of_a_stranger(&mut self, envelope: Envelope) {
        let (id, trace_id, job_id) = (envelope.id, envelope.trace_id, envelope.job_id);
        // An invented job says nothing about which submission is refused.
        let named = job_id.filter(|_| !self.waiting.has(Kind::Submit));
        if let Message::JobError(error) = envelope.message {
            let clues = Clues {
                request_id: None,
                id: Some(id.as_str()),
                trace_id: trace_id.as_ref().map(AsRef::as_ref),
                job_id: named.as_ref().map(AsRef::as_ref),
            };
            self.refused_by_job_error(error, clues);
        }
    }

    /// An event or an end of a job that is known.
    pub(super) fn dispatch_job(&mut self, envelope: Envelope, size: usize) {
        let Some(job_id) = envelope.job_id else {
            return;
        };
        match envelope.message {
            Message::JobEvent(event) => {
                self.event(&job_id, envelope.event_seq.unwrap_or_default(), event, size);
            }
            Message::JobResult(result) => self.ended(&job_id, Terminal::Result(result)),
            Message::JobError(error) => self.ended(&job_id, Terminal::Error(error)),
            _ => {}
        }
    }

    /// Everything that is not an event or an end of a job.
    fn control(&mut self, envelope: Envelope, now: Now) {
        let (id, trace_id, job_id) = (envelope.id, envelope.trace_id, envelope.job_id);
        let clues = Clues {
            request_id: None,
            id: Some(id.as_str()),
            trace_id: trace_id.as_ref().map(AsRef::as_ref),
            job_id: job_id.as_ref().map(AsRef::as_ref),
        };
        match envelope.message {
            Message::SessionPing(ping) => self.pinged(ping, now),
            Message::SessionPong(pong) => self.ponged(&pong, now),
            Message::SessionError(error) => self.session_error(error, clues, now),
            Message::SessionClosed(closed) => self.closed_by_runtime(closed.reason.as_deref()),
            Message::SessionBye(bye) => self.closed_by_runtime(bye.reason.as_deref()),
            Message::JobAccepted(accepted) => self.accepted(accepted, clues),
            Message::SessionJobs(jobs) => self.listed(jobs, clues),
            Message::JobSubscribed(subscribed) => self.subscribed(&subscribed, clues, now),
            Message::JobCancelled(cancelled) => {
                if let Some(job_id) = job_id.as_ref().or(cancelled.job_id.as_ref()) {
                    for request in self.waiting.cancelled(job_id.as_str()) {
                        self.cancels.remove(&request.ticket);
                        self.put(Output::Cancelled(request.ticket));
                    }
                }
            }
            // What is new to this version is for a newer one (§5).
            Message::Unknown(_) => {}
            other => {
                let what = other.message_type();
                self.bad_frame(&format!("{}: nobody asked for it", what.as_str()));
            }
        }
    }

    /// An end of a job without a number, or an error without a job: two peers write them so.
    fn bare(&mut self, bare: Bare) {
        if let Phase::Greeting { resuming } = self.phase {
            match bare.terminal {
                Terminal::Error(error) => {
                    let refusal =
                        Refusal::new(error.code, error.message, error.retryable, error.details);
                    self.greeting_refused(refusal, resuming);
                }
                Terminal::Result(_) => self.bad_frame("job.result: before the welcome"),
            }
            return;
        }
        match (bare.job_id, bare.terminal) {
            (Some(job_id), terminal) if self.jobs.contains_key(&job_id) => {
                self.ended(&job_id, terminal);
            }
            (_, Terminal::Error(error)) => self.refused_by_job_error(
                error,
                Clues {
                    id: bare.id.as_deref(),
                    trace_id: bare.trace_id.as_deref(),
                    ..Clues::default()
                },
            ),
            (_, Terminal::Result(_)) => self.bad_frame("job.result: of no job that is known"),
        }
    }

    /// A frame that cannot be read at all. Its number counts, its job is told, and the request that it would have answered fails.
    fn unreadable(&mut self, bad: &Bad) {
        if let Phase::Greeting { .. } = self.phase {
            self.fatal(ClientError::Protocol(clipped(&bad.reason)));
            return;
        }
        self.bad_frame(&bad.reason);
        let clues = Clues {
            request_id: bad.request_id.as_deref(),
            id: bad.id.as_deref(),
            trace_id: bad.trace_id.as_deref(),
            job_id: bad.job_id.as_ref().map(AsRef::as_ref),
        };
        let request = match bad.answers {
            Some(Kind::Submit) => self.waiting.accepted(clues),
            Some(Kind::ListJobs) => self.waiting.listed(clues),
            Some(Kind::Subscribe) => clues
                .job_id
                .and_then(|job_id| self.waiting.subscribed(job_id, clues)),
            Some(Kind::Cancel) | None => None,
        };
        if let Some(request) = request {
            self.fail_request(&request, ClientError::Protocol(clipped(&bad.reason)));
        }
        let Some(event_seq) = bad.event_seq else {
            return;
        };
        if matches!(self.number(event_seq), Number::Due) {
            let loss = Loss {
                from: event_seq,
                through: Some(event_seq),
                reason: LossReason::Unreadable(clipped(&bad.reason)),
                resubmitted: false,
            };
            self.tell_loss(bad.job_id.as_ref(), &loss);
            if let Some(job_id) = bad.job_id.as_ref().filter(|_| bad.ends) {
                let why = ClientError::Protocol(clipped(&bad.reason));
                self.end_unseen(job_id, &why);
            }
        }
    }

    /// Something came that is no frame at all.
    pub fn garbled(&mut self, reason: &str) {
        self.bad_frame(reason);
    }

    pub(super) fn bad_frame(&mut self, reason: &str) {
        let reason = clipped(reason);
        self.put(Output::Incident(Incident::BadFrame { reason }));
    }
}

fn clipped(reason: &str) -> String {
    reason.chars().take(MAX_REASON_CHARS).collect()
}

/// What a number means for the frame that carries it.
enum Number {
    Due,
    Repeat,
    /// The connection is being cut: nothing of it counts any more.
    CutOff,
}
