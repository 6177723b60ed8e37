//! What comes of a job as JSON lines for programs: one object each, told apart by `type`. Values keep their digits.

use arcp_generated::common::{Json, JsonObject, Timestamp};
use arcp_generated::event::EventBody;
use arcp_runtime::client::{Incident, JobEvent, JobFailure, JobResult, Loss, ResultValue};
use base64::Engine as _;
use serde::Serialize;

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Line<'a> {
    /// The runtime has taken the job.
    Accepted {
        job_id: &'a str,
        session_id: &'a str,
        agent: Option<&'a str>,
    },
    /// The job of a saved session is followed again.
    Following {
        job_id: &'a str,
        session_id: &'a str,
    },
    /// An event, as on the wire but for secrets.
    Event {
        job_id: &'a str,
        event_seq: u64,
        ts: Option<&'a str>,
        kind: &'a str,
        body: EventBody,
    },
    /// Events that did not arrive and will not.
    Lost {
        job_id: &'a str,
        from: u64,
        through: Option<u64>,
        reason: String,
        resubmitted: bool,
    },
    /// The connection is gone.
    Disconnected { reason: &'a str },
    /// A try to come back failed.
    RetryFailed { attempt: u32, reason: &'a str },
    /// The session goes on after event `after`.
    Resumed { session_id: &'a str, after: u64 },
    /// A new session took the place of one that is gone.
    Replaced { session_id: &'a str },
    /// A frame was skipped.
    BadFrame { reason: &'a str },
    /// The runtime reports an error that answers nothing.
    Reported { code: &'a str, message: &'a str },
    /// The job has ended well. A streamed result is `text` or `base64`.
    Result {
        job_id: &'a str,
        final_status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<&'a Json>,
        #[serde(skip_serializing_if = "Option::is_none")]
        result_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        base64: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        summary: Option<&'a str>,
    },
    /// The job has ended otherwise.
    Error {
        job_id: &'a str,
        final_status: &'a str,
        code: &'a str,
        message: &'a str,
        retryable: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        details: Option<&'a JsonObject>,
    },
    /// The job, or its result, did not reach us to the end.
    Unfollowed { job_id: &'a str, message: String },
}

impl<'a> Line<'a> {
    pub(crate) fn event(job_id: &'a str, event: &'a JobEvent) -> Self {
        let mut body = event.body.clone();
        if let EventBody::Status(status) = &mut body
            && status.value.is_some()
        {
            // A credential's value has no place in a log of events.
            status.value = "***".try_into().ok();
        }
        Self::Event {
            job_id,
            event_seq: event.event_seq,
            ts: event.ts.as_ref().map(Timestamp::as_str),
            kind: event.body.kind_str(),
            body,
        }
    }

    pub(crate) fn lost(job_id: &'a str, loss: &Loss) -> Self {
        Self::Lost {
            job_id,
            from: loss.from,
            through: loss.through,
            reason: loss.reason.to_string(),
            resubmitted: loss.resubmitted,
        }
    }

    /// `None` for what stands among the events or is about our own pace.
    pub(crate) fn incident(incident: &'a Incident) -> Option<Self> {
        Some(match incident {
            Incident::Disconnected { reason } => Self::Disconnected { reason },
            Incident::RetryFailed { attempt, reason } => Self::RetryFailed {
                attempt: *attempt,
                reason,
            },
            Incident::Resumed { session_id, after } => Self::Resumed {
                session_id: session_id.as_str(),
                after: *after,
            },
            Incident::Replaced { session_id } => Self::Replaced {
                session_id: session_id.as_str(),
            },
            Incident::BadFrame { reason } => Self::BadFrame { reason },
            Incident::Error(refusal) => Self::Reported {
                code: refusal.code.as_str(),
                message: &refusal.message,
            },
            _ => return None,
        })
    }

    pub(crate) fn result(job_id: &'a str, result: &'a JobResult) -> Self {
        let (mut inline, mut result_id, mut size, mut text, mut base64) =
            (None, None, None, None, None);
        match &result.value {
            ResultValue::Inline(value) => inline = Some(value),
            ResultValue::Written(written) => {
                result_id = Some(written.result_id.as_str());
                size = usize::try_from(written.bytes).ok();
            }
            ResultValue::Streamed(streamed) => {
                result_id = Some(streamed.result_id.as_str());
                size = Some(streamed.bytes.len());
                text = std::str::from_utf8(&streamed.bytes)
                    .ok()
                    .filter(|_| streamed.text);
                base64 = text
                    .is_none()
                    .then(|| base64::engine::general_purpose::STANDARD.encode(&streamed.bytes));
            }
        }
        Self::Result {
            job_id,
            final_status: "success",
            result: inline,
            result_id,
            size,
            text,
            base64,
            summary: result.summary.as_deref(),
        }
    }

    pub(crate) fn failure(job_id: &'a str, failure: &'a JobFailure) -> Self {
        match failure {
            JobFailure::Ended {
                error,
                final_status,
            } => Self::Error {
                job_id,
                final_status: final_status.as_str(),
                code: error.code.as_str(),
                message: &error.message,
                retryable: error.retryable,
                details: error.details.as_ref(),
            },
            other => Self::Unfollowed {
                job_id,
                message: other.to_string(),
            },
        }
    }

    /// The line's text, without its end.
    pub(crate) fn text(&self) -> std::io::Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}
