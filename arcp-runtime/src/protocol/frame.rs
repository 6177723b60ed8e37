//! A frame on its way out: an envelope head still to be written, and a payload that is bytes already.
//!
//! The payload is shared by everybody who receives it; only the head differs (ids, numbers).

use arcp_generated::message::MessageType;
use std::fmt;
use std::sync::Arc;

use arcp_generated::common::{JobId, TraceId};
use bytes::Bytes;
use serde::Serialize;

use crate::id::JobKey;
use crate::limits::{FRAME_HEAD_BYTES, Limits};
use crate::store::EntryKind;

/// What every frame about a job carries, made once per job.
#[derive(Debug)]
pub struct JobFace {
    /// The job.
    pub key: JobKey,
    /// Its id on the wire; every job has one, `None` only if the grammar should ever refuse what the key writes.
    pub job_id: JobId,
    /// Its trace on the wire; `None` when the job was forgotten long ago, or before a restart, and a session still holds its events.
    pub trace_id: Option<TraceId>,
}

/// A frame without its head. Prints without its payload, which may hold secrets.
#[derive(Clone)]
pub struct Frame {
    /// Which message it is.
    pub message_type: MessageType,
    /// The job it is about.
    pub about: Option<Arc<JobFace>>,
    /// Its number in the session, if its type has one.
    pub event_seq: Option<u64>,
    /// The payload as JSON.
    pub payload: Bytes,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("message_type", &self.message_type)
            .field("about", &self.about.as_ref().map(|about| about.key))
            .field("event_seq", &self.event_seq)
            .field("bytes", &self.payload.len())
            .finish()
    }
}

impl Frame {
    /// A frame about the session itself.
    pub fn of_session(message_type: MessageType, payload: &impl Serialize) -> Self {
        Self {
            message_type,
            about: None,
            event_seq: None,
            payload: to_payload(payload),
        }
    }

    /// A frame about a job that takes no number.
    pub fn of_job(
        message_type: MessageType,
        about: &Arc<JobFace>,
        payload: &impl Serialize,
    ) -> Self {
        Self {
            message_type,
            about: Some(Arc::clone(about)),
            event_seq: None,
            payload: to_payload(payload),
        }
    }

    /// An entry of a job's log, as one session receives it.
    pub fn of_entry(kind: EntryKind, about: &Arc<JobFace>, event_seq: u64, payload: Bytes) -> Self {
        Self {
            message_type: message_type(kind),
            about: Some(Arc::clone(about)),
            event_seq: Some(event_seq),
            payload,
        }
    }
}

/// The message that an entry becomes.
pub fn message_type(kind: EntryKind) -> MessageType {
    match kind {
        EntryKind::Event
        | EntryKind::Progress
        | EntryKind::Budget
        | EntryKind::ResultChunk
        | EntryKind::Credential => MessageType::JobEvent,
        EntryKind::Result | EntryKind::Streamed => MessageType::JobResult,
        EntryKind::Error => MessageType::JobError,
    }
}

/// The most bytes of a payload, so that the frame around it can be sent: a larger one in a log would end every connection that it is replayed on.
pub fn payload_limit(limits: &Limits) -> usize {
    limits.frame_bytes - FRAME_HEAD_BYTES.min(limits.frame_bytes / 2)
}

/// A payload as bytes. The generated types hold only what JSON can say, so writing them cannot fail.
pub fn to_payload(payload: &impl Serialize) -> Bytes {
    serde_json::to_vec(payload).map_or_else(|_| Bytes::from_static(b"{}"), Bytes::from)
}
