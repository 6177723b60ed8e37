//! A job: from accepted to exactly one terminal message (§7.3, §8.4).

use std::sync::Arc;

use arcp_generated::common::{Json, JsonObject, ResultId};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{EventBody, Status as StatusEvent, StatusPhase};
use arcp_generated::job::{self, FinalStatus};
use bytes::Bytes;
use jiff::Timestamp;

use super::admission::{Admission, Origin};
use super::core::{Core, Effect, Output};
use super::credential::Wallet;
use super::error::error;
use super::frame::{JobFace, payload_limit, to_payload};
use super::lease::Authority;
use super::principal::Principal;
use super::refusal::cut;
use super::session::{Log, less};
use super::subscription::Joining;
use super::timer::Timer;
use crate::clock::{Now, Stamped as _};
use crate::id::{JobKey, SessionKey};
use crate::store::{EntryKind, Idempotency, JobRow, Record, Status};

/// Bytes of a `job.error` besides its message.
const TERMINAL_HEAD_BYTES: usize = 256;

/// One job.
#[derive(Debug)]
pub struct Job {
    /// Its ids on the wire.
    pub face: Arc<JobFace>,
    /// The session that may cancel it.
    pub owner: SessionKey,
    /// Whom it belongs to.
    pub principal: Principal,
    /// Which registered agent; `None` when it was accepted before the process started.
    pub agent: Option<usize>,
    /// `name@version`.
    pub agent_ref: Arc<str>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Its status.
    pub status: Status,
    /// Sessions that receive its entries.
    pub receivers: Vec<SessionKey>,
    /// Its log.
    pub log: Log,
    /// The owner's number for the newest entry that the owner received.
    pub owner_seq: u64,
    /// What it may do; `None` after a restart, when nothing runs any more.
    pub authority: Option<Authority>,
    /// The payload of its `job.accepted`, without `request_id`.
    pub accepted: Bytes,
    /// Its idempotency key and the fingerprint of its parameters.
    pub idempotency: Option<(String, [u8; 32])>,
    /// Payload bytes of its terminal entry, which is the last of its log; 0 until it has ended, and when it ended before a restart.
    pub terminal_bytes: usize,
    /// Its place among the ended jobs of its principal.
    pub(super) ended_as: Option<u64>,
    /// The reason it is being cancelled for, once it is.
    pub cancelling: Option<Option<String>>,
    /// The job that delegated it.
    pub parent: Option<JobKey>,
    /// How many jobs are above it.
    pub depth: usize,
    /// The jobs it delegated that have not ended.
    pub children: Vec<JobKey>,
    /// Its credentials, if it has any.
    pub wallet: Option<Wallet>,
    /// How it will end, once its children have.
    pub ending: Option<Box<Outcome>>,
    /// Who is about to follow it.
    pub(super) joining: Joining,
}

impl Job {
    /// A job that was just accepted: nothing was given out yet, and nobody receives it.
    pub(super) fn accepted(
        admission: &Admission,
        face: Arc<JobFace>,
        accepted: Bytes,
        accepted_at: Timestamp,
    ) -> Self {
        let (idempotency, parent, depth) = match &admission.origin {
            Origin::Submitted { idempotency, .. } => (idempotency.clone(), None, 0),
            Origin::Delegated { parent, depth, .. } => (None, Some(*parent), *depth),
        };
        Self {
            face,
            owner: admission.owner,
            principal: admission.principal.clone(),
            agent: Some(admission.agent),
            agent_ref: admission.agent_ref.as_str().into(),
            accepted_at,
            status: Status::Pending,
            receivers: Vec::new(),
            log: Log::default(),
            owner_seq: 0,
            authority: Some(admission.authority.clone()),
            accepted,
            idempotency,
            terminal_bytes: 0,
            ended_as: None,
            cancelling: None,
            parent,
            depth,
            children: Vec::new(),
            wallet: None,
            ending: None,
            joining: Joining::default(),
        }
    }

    /// What is stored of a job.
    pub(super) fn row(&self) -> JobRow {
        let trace_id = self.face.trace_id.as_ref();
        JobRow {
            job: self.face.key,
            owner: self.owner,
            principal: self.principal.as_str().to_owned(),
            agent: self.agent_ref.to_string(),
            status: self.status,
            accepted_at: self.accepted_at,
            trace_id: trace_id.map_or_else(String::new, |trace| trace.as_str().to_owned()),
            parent: self.parent,
            accepted: self.accepted.clone(),
            idempotency: self
                .idempotency
                .clone()
                .map(|(key, fingerprint)| Idempotency { key, fingerprint }),
        }
    }

    /// Whether its terminal message was given out.
    pub fn ended(&self) -> bool {
        !matches!(self.status, Status::Pending | Status::Running)
    }

    /// Whether its outcome is known: it has ended, or waits for its children to end.
    pub fn closed(&self) -> bool {
        self.ended() || self.ending.is_some()
    }
}

/// How a job ends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// With a value.
    Result(Json),
    /// With a value that was streamed.
    Streamed {
        /// The id that all chunks carried.
        result_id: ResultId,
        /// Decoded bytes.
        size: u64,
    },
    /// Without one.
    Failure(Failure),
}

/// How a job has ended, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its last status.
    pub status: Status,
    /// Why it has no result.
    pub code: Option<ErrorCode>,
}

/// Why a job has no result.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The code.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// Whether trying again can help; the code's default where `None`, and its pin in any case.
    pub retryable: Option<bool>,
    /// For machines.
    pub details: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Failure {
    /// A failure with a code and a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: None,
            details: None,
        }
    }

    fn with_retryable(mut self, retryable: Option<bool>) -> Self {
        self.retryable = retryable;
        self
    }

    /// The status that goes with the code (§7.3).
    fn status(&self) -> (Status, FinalStatus) {
        match self.code {
            ErrorCode::Cancelled => (Status::Cancelled, FinalStatus::Cancelled),
            ErrorCode::Timeout => (Status::TimedOut, FinalStatus::TimedOut),
            _ => (Status::Error, FinalStatus::Error),
        }
    }

    fn to_payload(&self, now: Now) -> Bytes {
        let message = if self.message.is_empty() {
            self.code.as_str().to_owned()
        } else {
            self.message.clone()
        };
        let details = self.details.as_ref();
        let details = details.and_then(|details| JsonObject::from_serialize(details).ok());
        let error = error::<job::Error>(self.code.clone(), message, self.retryable, details)
            .with_final_status(self.status().1)
            .stamped(|payload, at| payload.completed_at = at, now.wall);
        to_payload(&error)
    }
}

impl Outcome {
    /// Whether the job ends because its lease is over, and with it that of every job below.
    pub(super) fn lease_over(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.code == ErrorCode::LeaseExpired)
    }

    /// What this outcome becomes, within `most` bytes: a result that no frame carries is a failure, a failure loses its details and the end of its message.
    fn to_terminal(&self, most: usize, now: Now) -> (Status, EntryKind, Bytes) {
        let whole = self.to_terminal_of_any_size(now);
        if whole.2.len() <= most {
            return whole;
        }
        let failure = match self {
            // A control character takes six bytes in JSON.
            Self::Failure(failure) => {
                let room = most.saturating_sub(TERMINAL_HEAD_BYTES) / 6;
                Failure::new(failure.code.clone(), cut(&failure.message, room))
                    .with_retryable(failure.retryable)
            }
            Self::Result(_) | Self::Streamed { .. } => Failure::new(
                ErrorCode::InternalError,
                format!(
                    "the result has {} bytes, more than the {most} that fit into one frame; stream it as result_chunk",
                    whole.2.len()
                ),
            ),
        };
        (
            failure.status().0,
            EntryKind::Error,
            failure.to_payload(now),
        )
    }

    /// The status, the entry and its payload that this outcome becomes.
    fn to_terminal_of_any_size(&self, now: Now) -> (Status, EntryKind, Bytes) {
        let success = || {
            job::Result::new(FinalStatus::Success)
                .stamped(|payload, at| payload.completed_at = at, now.wall)
        };
        match self {
            Self::Result(value) => (
                Status::Success,
                EntryKind::Result,
                to_payload(&success().with_result(value.clone())),
            ),
            Self::Streamed { result_id, size } => {
                let result = success()
                    .with_result_id(result_id.clone())
                    .with_result_size(*size);
                (Status::Success, EntryKind::Streamed, to_payload(&result))
            }
            Self::Failure(failure) => (
                failure.status().0,
                EntryKind::Error,
                failure.to_payload(now),
            ),
        }
    }
}

/// The payload of a `status` event that the runtime itself emits.
pub fn status_event(phase: StatusPhase, message: &str, now: Now) -> Bytes {
    let body = StatusEvent::new(phase).with_message(message.to_owned());
    to_payload(
        &job::Event::new(EventBody::Status(body)).stamped(|payload, at| payload.ts = at, now.wall),
    )
}

impl Core {
    /// The agent has begun. After a restart pending and running are the same, so nothing is stored.
    pub(super) fn started(&mut self, key: JobKey) {
        if let Some(job) = self.jobs.get_mut(&key)
            && job.status == Status::Pending
        {
            job.status = Status::Running;
            self.tally.started();
        }
    }

    /// The job ends, if it has not already: the first outcome wins. A job that was being cancelled ends as cancelled, whatever its agent says.
    pub(super) fn finish(&mut self, key: JobKey, outcome: Outcome, now: Now, out: &mut Output) {
        match self.jobs.get(&key) {
            Some(job) if job.closed() => {}
            Some(job) if !job.children.is_empty() && outcome.lease_over() => {
                self.end_now(key, outcome, now, out);
            }
            Some(job) if !job.children.is_empty() => self.wind_down(key, outcome, now, out),
            _ => self.end(key, outcome, now, out),
        }
    }

    /// Gives out the terminal message. Whoever calls this has seen to it that the job has not ended and has no children left.
    pub(super) fn end(&mut self, key: JobKey, outcome: Outcome, now: Now, out: &mut Output) {
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        let outcome = match job.cancelling.take() {
            Some(reason) => Outcome::Failure(super::cancel::cancelled(reason.as_deref())),
            None => outcome,
        };
        let (status, kind, payload) = outcome.to_terminal(payload_limit(&self.limits), now);
        self.tally.ended(job.agent, job.status, status);
        let code = match outcome {
            Outcome::Failure(failure) => Some(failure.code),
            // A result that no frame carries is a failure of ours.
            _ if kind == EntryKind::Error => Some(ErrorCode::InternalError),
            _ => None,
        };
        job.status = status;
        let parent = job.parent;
        let wallet = job.wallet.take();
        job.terminal_bytes = payload.len();
        let keyed = job.idempotency.is_some();
        less(&mut self.running, &job.principal);
        for timer in [
            Timer::CancelGrace(key),
            Timer::MaxRuntime(key),
            Timer::LeaseExpiry(key),
        ] {
            self.timers.cancel(timer);
        }
        self.keep_ended(key, keyed, now);
        out.records.push(Record::JobStatus { job: key, status });
        self.append(key, kind, payload.clone(), now, out);
        self.release_receivers(key);
        out.effects
            .push(Effect::Ended(key, Ending { status, code }));
        if let Some(wallet) = wallet {
            Self::revoke_all(&wallet, out);
        }
        self.count_ended(key, out);
        if let Some(parent) = parent {
            out.effects.push(Effect::Returned(key, kind, payload));
            self.child_ended(parent, key, now, out);
        }
    }

    /// After the terminal nobody receives anything of the job any more.
    fn release_receivers(&mut self, key: JobKey) {
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        for receiver in std::mem::take(&mut job.receivers) {
            if !self.unfollow(receiver, key)
                && let Some(session) = self.sessions.get_mut(&receiver)
            {
                session.jobs.retain(|job| *job != key);
            }
        }
    }

    /// `max_runtime_sec` is over (§7.3). The agent is not waited for.
    pub(super) fn ran_too_long(&mut self, key: JobKey, now: Now, out: &mut Output) {
        self.end_now(
            key,
            Outcome::Failure(Failure::new(
                ErrorCode::Timeout,
                "the job ran longer than max_runtime_sec",
            )),
            now,
            out,
        );
    }

    /// The lease is over and the job asked for nothing since (§9.5, A-43).
    pub(super) fn lease_over(&mut self, key: JobKey, now: Now, out: &mut Output) {
        out.effects.push(Effect::Expired(key));
        self.end_now(
            key,
            Outcome::Failure(Failure::new(
                ErrorCode::LeaseExpired,
                "the job's lease has expired",
            )),
            now,
            out,
        );
    }
}
