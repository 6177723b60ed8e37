//! What a client tells its user: refusals, losses, incidents, and how jobs and requests end (§12).

use std::time::Duration;

use arcp_generated::common::{JobId, Json, JsonObject, SessionId, Timestamp};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::EventBody;
use arcp_generated::job::FinalStatus;
use arcp_generated::session::Feature;
use serde::de::DeserializeOwned;

use super::result_chunk::{ChunkError, Streamed, Written};

/// An error of the runtime, as it stands in `session.error` and `job.error` (§12).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
#[non_exhaustive]
pub struct Refusal {
    /// The code.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// Whether the same request can succeed later.
    pub retryable: bool,
    /// More for machines.
    pub details: Option<JsonObject>,
}

impl Refusal {
    pub(super) fn new(
        code: ErrorCode,
        message: String,
        retryable: Option<bool>,
        details: Option<JsonObject>,
    ) -> Self {
        let retryable = retryable.unwrap_or_else(|| code.default_retryable());
        let message = if message.is_empty() {
            code.as_str().to_owned()
        } else {
            message
        };
        Self {
            code,
            message,
            retryable,
            details,
        }
    }
}

/// Why a request, a connection or a whole client failed. Where a cure is known the text names it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// There is no connection to the runtime.
    #[error("{reason}")]
    Connect {
        /// What went wrong.
        reason: String,
        /// Whether trying again can help.
        transient: bool,
    },
    /// The runtime refused.
    #[error("the runtime refused: {0}")]
    Refused(Refusal),
    /// The connection was lost before the answer, and sending the request again could do the work twice.
    #[error(
        "the connection was lost before the runtime answered; the job may run or not (with an idempotency key it could have been submitted again)"
    )]
    Uncertain,
    /// The runtime did not answer a request in time ([`ClientLimits::request`](crate::limits::ClientLimits::request)). The session goes on.
    ///
    /// An answer that comes after all answers nobody: a page is thrown away, a subscription was ended already, and the job of a submission is told by
    /// [`Incident::AcceptedLate`]. From a runtime that does not say which request it answers, a late answer could be taken for another's; then the connection
    /// is cut, and the session resumed over a new one.
    #[error("the runtime did not answer {request} within {} s; {cure}", within.as_secs_f64())]
    Unanswered {
        /// The type of the message that asked.
        request: &'static str,
        /// How long was waited.
        within: Duration,
        /// What may have come of it, and what to do.
        cure: &'static str,
    },
    /// The connection was lost and is not, or no longer, being restored.
    #[error("the connection was lost: {reason}")]
    Disconnected {
        /// What happened last.
        reason: String,
    },
    /// The session is gone from the runtime.
    #[error("the session could not be resumed: {0}")]
    SessionLost(Refusal),
    /// Another client resumed the session.
    #[error("another client has resumed this session")]
    TakenOver,
    /// The job is no longer followed, as was asked for.
    #[error("the subscription was ended")]
    Unsubscribed,
    /// The job had ended before it was subscribed to, and its end was not replayed.
    #[error(
        "the job had ended before it was subscribed to; subscribe with its history to see how, as long as the runtime keeps it"
    )]
    EndedBefore,
    /// The client was closed.
    #[error("the client is closed")]
    Closed,
    /// The runtime does not offer what this needs.
    #[error("the runtime did not agree to the feature `{0}`")]
    NotNegotiated(Feature),
    /// The runtime does not keep to the protocol.
    #[error("the runtime broke the protocol: {0}")]
    Protocol(String),
    /// The request cannot be sent.
    #[error("{0}")]
    Invalid(String),
}

impl ClientError {
    /// Whether asking again, by a new client where this one has ended, can help.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Connect { transient, .. } => *transient,
            Self::Refused(refusal) => refusal.retryable,
            Self::Uncertain
            | Self::Unanswered { .. }
            | Self::Disconnected { .. }
            | Self::SessionLost(_) => true,
            // What was done on purpose, here or by another client, and what would only happen again.
            Self::TakenOver
            | Self::Unsubscribed
            | Self::EndedBefore
            | Self::Closed
            | Self::NotNegotiated(_)
            | Self::Protocol(_)
            | Self::Invalid(_) => false,
        }
    }
}

/// An event of a job, typed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JobEvent {
    /// Its number in the session.
    pub event_seq: u64,
    /// When it happened, as the runtime has it.
    pub ts: Option<Timestamp>,
    /// What happened.
    pub body: EventBody,
}

/// Events that did not arrive and will not.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("events from number {from} on are lost{}: {reason}", if *.resubmitted { "; the job was submitted again by its key" } else { "" })]
#[non_exhaustive]
pub struct Loss {
    /// The first number that may be missing.
    pub from: u64,
    /// The last number that is missing; `None` when nobody knows.
    pub through: Option<u64>,
    /// Why.
    pub reason: LossReason,
    /// Whether the job goes on in a new session, to which its idempotency key attached it. Numbers start again there.
    pub resubmitted: bool,
}

/// Why events are lost.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LossReason {
    /// The runtime left numbers out, and a resume did not bring them.
    #[error("the runtime left them out")]
    Gap,
    /// The session could not be resumed, usually because its window was over.
    #[error("the session could not be resumed: {0}")]
    SessionLost(Refusal),
    /// The consumer took nothing for so long that its events fell away ([`crate::limits::ClientLimits::slow_consumer`]).
    #[error("they were not taken in time")]
    SlowConsumer,
    /// They came before the acceptance of their job, and there was no more room to keep them.
    #[error("they came before the acceptance of their job, and too many did")]
    Early,
    /// The event arrived and cannot be read.
    #[error("the event cannot be read: {0}")]
    Unreadable(String),
}

/// What happened to a client beside its jobs' events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Incident {
    /// The connection is gone.
    Disconnected {
        /// Why.
        reason: String,
    },
    /// A try to come back failed.
    RetryFailed {
        /// Which try, from 0.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// The session goes on over a new connection.
    Resumed {
        /// The session.
        session_id: SessionId,
        /// The number after which events were asked for.
        after: u64,
    },
    /// A new session took the place of one that could not be resumed.
    Replaced {
        /// The new session.
        session_id: SessionId,
    },
    /// Events are lost.
    Lost(Loss),
    /// A frame of the runtime cannot be read and was skipped.
    BadFrame {
        /// Its type, when that could be read, the place and the reason.
        reason: String,
    },
    /// The runtime reports an error that answers no request.
    Error(Refusal),
    /// A submission was accepted after it had been given up ([`ClientError::Unanswered`]). The job runs, and nobody here follows it; it can be subscribed to.
    AcceptedLate {
        /// The job.
        job_id: JobId,
    },
    /// Reading waits for the consumer of a job's events.
    SlowConsumer {
        /// The job.
        job_id: JobId,
        /// Whether it was waited for long enough: its events fall away until it takes some.
        given_up: bool,
    },
    /// The client has ended and will not come back.
    Ended(ClientError),
    /// So many incidents were not taken in time and fell away.
    Missed(u64),
}

/// How a job ended well.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JobResult {
    /// What it made.
    pub value: ResultValue,
    /// One line for people.
    pub summary: Option<String>,
}

/// The result itself.
#[derive(Clone, Debug, PartialEq)]
pub enum ResultValue {
    /// It stood in `job.result`; `null` when there was none.
    Inline(Json),
    /// It was streamed and put together here.
    Streamed(Streamed),
    /// It was streamed and written elsewhere.
    Written(Written),
}

impl JobResult {
    /// Reads the result as JSON; a streamed one too.
    ///
    /// # Errors
    /// When it is not the JSON form of a `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        match &self.value {
            ResultValue::Inline(json) => json.decode(),
            ResultValue::Streamed(streamed) => serde_json::from_slice(&streamed.bytes),
            ResultValue::Written(_) => {
                Err(serde::de::Error::custom("the result was written elsewhere"))
            }
        }
    }

    /// The result as bytes: the JSON text of an inline one, nothing of one that was written elsewhere.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.value {
            ResultValue::Inline(json) => json.get().as_bytes(),
            ResultValue::Streamed(streamed) => &streamed.bytes,
            ResultValue::Written(_) => &[],
        }
    }
}

/// How a job ended otherwise.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JobFailure {
    /// The runtime ended it with an error (§7.3).
    #[error("{error}")]
    Ended {
        /// What it says.
        error: Refusal,
        /// `error`, `cancelled` or `timed_out`.
        final_status: FinalStatus,
    },
    /// It ended well, but its streamed result did not arrive whole.
    #[error("the result did not arrive whole: {0}")]
    Result(#[from] ChunkError),
    /// Its result could not be written where it was to go.
    #[error("the result could not be written: {0}")]
    Unwritten(String),
    /// It ended well, but its result is not of the shape that was asked for; the text names the place.
    #[error("the result has another shape than asked for: {0}")]
    Shape(String),
    /// This client cannot follow it any more. It may still run.
    #[error("the job cannot be followed any more: {0}")]
    Unfollowed(ClientError),
}

impl JobFailure {
    /// The runtime's code, if it ended the job.
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Ended { error, .. } => Some(&error.code),
            _ => None,
        }
    }

    /// Whether submitting the job again can help.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Ended { error, .. } => error.retryable,
            Self::Result(_) | Self::Unwritten(_) | Self::Shape(_) => false,
            Self::Unfollowed(error) => error.retryable(),
        }
    }
}

/// How a job ended.
pub type Outcome = Result<JobResult, JobFailure>;
