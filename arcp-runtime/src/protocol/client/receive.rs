//! What a frame of the runtime means to the client: judged by its number, then by its type.

use arcp_generated::common::JobId;
use arcp_generated::envelope::Envelope;
use arcp_generated::message::Message;

use super::core::{ClientCore, Output, Phase};
use super::correlate::{Clues, Kind};
use super::job::Terminal;
use super::news::{ClientError, Incident, Loss, LossReason, Refusal};
use super::sequence::Seen;
use super::tolerate::{self, Bare, Read};
use crate::clock::Now;

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
            Read::Bad {
                reason,
                event_seq,
                job_id,
            } => self.unreadable(&reason, event_seq, job_id.as_ref()),
        }
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
                Number::Due => {}
                Number::Repeat if counted => return,
                Number::Repeat => {}
                Number::CutOff => return,
            }
        }
        match envelope.message {
            Message::JobEvent(_) | Message::JobResult(_) | Message::JobError(_) => {
                self.job_frame(envelope, size);
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
        if !self.waiting.has(Kind::Submit) {
            // A job that nobody here follows: a child, or one whose handle another process has.
            if let Message::JobError(error) = envelope.message
                && !self.waiting.is_empty()
            {
                self.refused_by_job_error(
                    error,
                    Clues {
                        job_id: Some(job_id.as_str()),
                        ..Clues::default()
                    },
                );
            }
            return;
        }
        if matches!(envelope.message, Message::JobError(_)) && self.may_refuse_a_submission(job_id)
        {
            let (id, trace_id) = (envelope.id, envelope.trace_id);
            if let Message::JobError(error) = envelope.message {
                self.refused_by_job_error(
                    error,
                    Clues {
                        id: Some(id.as_str()),
                        trace_id: trace_id.as_ref().map(AsRef::as_ref),
                        ..Clues::default()
                    },
                );
            }
            return;
        }
        if self.early.len() < self.settings.early_frames {
            self.early.push_back((envelope, size));
        } else {
            self.reconnect("too many events came before the acceptance of their job");
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

    /// A frame that cannot be read at all. Its number counts, and its job is told.
    fn unreadable(&mut self, reason: &str, event_seq: Option<u64>, job_id: Option<&JobId>) {
        if let Phase::Greeting { .. } = self.phase {
            self.fatal(ClientError::Protocol(reason.to_owned()));
            return;
        }
        self.bad_frame(reason);
        let Some(event_seq) = event_seq else { return };
        if matches!(self.number(event_seq), Number::Due) {
            let loss = Loss {
                from: event_seq,
                through: Some(event_seq),
                reason: LossReason::Unreadable(reason.to_owned()),
                resubmitted: false,
            };
            self.tell_loss(job_id, &loss);
        }
    }

    /// Something came that is no frame at all.
    pub fn garbled(&mut self, reason: &str) {
        self.bad_frame(reason);
    }

    pub(super) fn bad_frame(&mut self, reason: &str) {
        self.put(Output::Incident(Incident::BadFrame {
            reason: reason.to_owned(),
        }));
    }
}

/// What a number means for the frame that carries it.
enum Number {
    Due,
    Repeat,
    /// The connection is being cut: nothing of it counts any more.
    CutOff,
}
