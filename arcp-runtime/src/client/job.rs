//! A handle to one job.

use std::sync::Arc;

use arcp_generated::common::JobId;
use arcp_generated::job::Accepted;
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, watch};

use super::events::EventStream;
use super::queue::Receiver;
use super::{ClientError, JobEvent, JobFailure, JobResult, Loss, Outcome, Request, ask};
use crate::protocol::client::core::Key;

/// What is known of a job.
#[derive(Clone, Debug)]
pub(super) struct Face {
    pub(super) job_id: JobId,
    pub(super) accepted: Option<Arc<Accepted>>,
}

/// A job that was accepted. Dropping it neither cancels the job nor slows the session: what comes of the job then falls away.
#[derive(Debug)]
pub struct JobHandle {
    key: Key,
    face: watch::Receiver<Face>,
    events: Option<Receiver<Result<JobEvent, Loss>>>,
    outcome: watch::Receiver<Option<Arc<Outcome>>>,
    session: mpsc::Sender<Request>,
}

impl JobHandle {
    pub(super) fn new(
        key: Key,
        face: watch::Receiver<Face>,
        events: Receiver<Result<JobEvent, Loss>>,
        outcome: watch::Receiver<Option<Arc<Outcome>>>,
        session: mpsc::Sender<Request>,
    ) -> Self {
        Self {
            key,
            face,
            events: Some(events),
            outcome,
            session,
        }
    }

    /// The job's id. It changes only when the job was submitted again in a new session and the runtime no longer knew its key.
    pub fn id(&self) -> JobId {
        self.face.borrow().job_id.clone()
    }

    /// The runtime's acceptance: resolved agent, effective lease, credentials. `None` for a job of a session that was taken over.
    pub fn accepted(&self) -> Option<Arc<Accepted>> {
        self.face.borrow().accepted.clone()
    }

    /// The job's events, from the first one that was not taken yet. The stream is given once; a second one is empty.
    pub fn events(&mut self) -> EventStream {
        EventStream::new(self.events.take(), self.session.clone())
    }

    /// Lets the job's events fall away, so that they never hold the session back.
    pub fn skip_events(&mut self) {
        self.events = None;
    }

    /// Waits for the end of the job. Events that nobody took a stream for fall away meanwhile. Can be called again.
    ///
    /// # Errors
    /// How the job ended if not well, or why it cannot be followed any more.
    ///
    /// # Cancel safety
    /// Safe, but for events that fell away meanwhile.
    pub async fn result(&mut self) -> Result<JobResult, JobFailure> {
        self.skip_events();
        let ended = self.outcome.wait_for(Option::is_some).await;
        match ended.as_deref() {
            Ok(Some(outcome)) => Outcome::clone(outcome),
            Ok(None) | Err(_) => Err(JobFailure::Unfollowed(ClientError::Closed)),
        }
    }

    /// As [`JobHandle::result`], read as a `T`.
    ///
    /// # Errors
    /// As [`JobHandle::result`]; [`JobFailure::Unfollowed`] with the place when the result is no `T`.
    ///
    /// # Cancel safety
    /// As [`JobHandle::result`].
    pub async fn result_as<T: DeserializeOwned>(&mut self) -> Result<T, JobFailure> {
        self.result().await?.decode().map_err(|error| {
            JobFailure::Unfollowed(ClientError::Invalid(format!(
                "the result has another shape than asked for: {error}"
            )))
        })
    }

    /// Asks the runtime to stop the job (§7.4) and waits until it heard or the job has ended; the end itself comes by [`JobHandle::result`].
    ///
    /// # Errors
    /// When the runtime refuses, or the client ends first.
    ///
    /// # Cancel safety
    /// Dropping the future does not take the cancel back.
    pub async fn cancel(&self, reason: &str) -> Result<(), ClientError> {
        let job = self.key;
        // Some runtimes refuse an empty reason.
        let reason = if reason.is_empty() {
            "cancelled by the client"
        } else {
            reason
        }
        .to_owned();
        ask(&self.session, |reply| Request::Cancel {
            job,
            reason,
            reply,
        })
        .await
    }
}
