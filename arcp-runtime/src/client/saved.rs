//! A session put away, so that another client can go on with it (§6.3).

use std::collections::BTreeMap;

use arcp_generated::common::{JobId, ResumeToken, SessionId};
use serde::{Deserialize, Serialize};

use super::ResultPosition;

/// What a client needs to resume a session. As JSON it holds the resume token in clear: keep it as a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedSession {
    /// The session.
    pub session_id: SessionId,
    /// The newest resume token; it prints as `***`, and the next welcome makes it useless.
    pub resume_token: ResumeToken,
    /// The number up to which all events were taken.
    pub last_event_seq: u64,
    /// The jobs that had not ended, or whose end was not taken.
    pub jobs: Vec<JobId>,
    /// How far results were written by [`JobHandle::result_into`](super::JobHandle::result_into).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub results: BTreeMap<JobId, ResultPosition>,
}

impl SavedSession {
    pub(super) fn new(
        session_id: SessionId,
        resume_token: ResumeToken,
        last_event_seq: u64,
        jobs: Vec<JobId>,
        results: BTreeMap<JobId, ResultPosition>,
    ) -> Self {
        Self {
            session_id,
            resume_token,
            last_event_seq,
            jobs,
            results,
        }
    }

    /// Goes back or forth to another event, for consumers that keep their own count.
    #[must_use]
    pub fn with_last_event_seq(mut self, last_event_seq: u64) -> Self {
        self.last_event_seq = last_event_seq;
        self
    }
}
