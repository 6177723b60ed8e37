//! A client for any ARCP v1.1 runtime: connects, submits, follows, and comes back by itself when the connection is cut.
//!
//! The rules are in [`crate::protocol::client`]; this room moves frames and time. One task owns the session, a [`Client`] and a [`JobHandle`] are cheap handles to it.
//!
//! ```no_run
//! use arcp_generated::job::Submit;
//! use arcp_runtime::client::Client;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("ws://127.0.0.1:7777").token("secret").connect().await?;
//! let mut job = client.submit(Submit::new("echo".try_into()?)).await?;
//! let mut events = job.events();
//! while let Some(event) = events.next().await {
//!     println!("{:?}", event?.body);
//! }
//! println!("{:?}", job.result().await?);
//! client.close("done").await;
//! # Ok(())
//! # }
//! ```
//!
//! # Back-pressure
//! Nothing is dropped: when the events of a job are not taken, reading the whole session stops once that job's queue is full, and with it the answers to
//! requests. Take events, or call [`JobHandle::skip_events`], or wait for [`JobHandle::result`], which throws them away.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arcp_generated::common::TraceId;
use arcp_generated::job::Submit;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

mod connect;
mod driver;
mod events;
mod job;
mod link;
mod queue;
mod saved;

pub use crate::protocol::client::backoff::Backoff;
pub use crate::protocol::client::core::Opened;
pub use crate::protocol::client::news::{
    ClientError, Incident, JobEvent, JobFailure, JobResult, Loss, LossReason, Outcome, Refusal,
    ResultValue,
};
pub use crate::protocol::client::result_chunk::{ChunkError, Streamed};
pub use connect::{Builder, Connect, ConnectFuture};
pub use events::{EventStream, Incidents};
pub use job::JobHandle;
pub use saved::SavedSession;

use crate::protocol::client::core::Key;

/// A session with a runtime. Cloning it is cheap; the connection ends when the last clone and the last [`JobHandle`] are dropped, or with [`Client::close`].
#[derive(Clone, Debug)]
pub struct Client {
    requests: mpsc::Sender<Request>,
    control: mpsc::Sender<Control>,
    opened: watch::Receiver<Arc<Opened>>,
    incidents: broadcast::Sender<Incident>,
    adopted: Arc<Mutex<Vec<JobHandle>>>,
}

/// What handles ask of the session's task; served while the session is open, in order.
#[derive(Debug)]
enum Request {
    Submit {
        submission: Box<Submission>,
        reply: oneshot::Sender<Result<JobHandle, ClientError>>,
    },
    Cancel {
        job: Key,
        reason: String,
        reply: oneshot::Sender<Result<(), ClientError>>,
    },
    Ping {
        reply: oneshot::Sender<Result<Duration, ClientError>>,
    },
}

/// What is served at any time.
#[derive(Debug)]
enum Control {
    Save {
        reply: oneshot::Sender<Option<SavedSession>>,
    },
    Close {
        reason: String,
        reply: oneshot::Sender<()>,
    },
}

/// What to submit, and under which trace.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Submission {
    /// The payload of `job.submit`.
    pub submit: Submit,
    /// The trace; minted when there is none (§11).
    pub trace_id: Option<TraceId>,
}

impl From<Submit> for Submission {
    fn from(submit: Submit) -> Self {
        Self {
            submit,
            trace_id: None,
        }
    }
}

impl Submission {
    /// Puts the job into a trace.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }
}

impl Client {
    /// A client for the runtime at `url` (`ws://HOST:PORT`, path `/arcp` when there is none).
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::to_url(url.into())
    }

    /// A client over any transport: `connector` is asked for a new one each time.
    pub fn over(connector: impl Connect) -> Builder {
        Builder::over(connector)
    }

    /// What the last welcome said, and the features of both sides.
    pub fn welcome(&self) -> Arc<Opened> {
        self.opened.borrow().clone()
    }

    /// Submits a job (§7.1) and waits until it is accepted.
    ///
    /// With an idempotency key it is submitted again after a lost connection, and its job is followed into a new session when the old one cannot be resumed.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the runtime's reason; [`ClientError::Uncertain`] when the connection was lost before the answer and there is no
    /// idempotency key; what ended the client otherwise.
    ///
    /// # Cancel safety
    /// Dropping the future does not take the submission back: the job may run, and nobody follows it.
    pub async fn submit(
        &self,
        submission: impl Into<Submission>,
    ) -> Result<JobHandle, ClientError> {
        let submission = Box::new(submission.into());
        self.ask(|reply| Request::Submit { submission, reply })
            .await
    }

    /// Measures how long the runtime takes to answer.
    ///
    /// # Errors
    /// [`ClientError::NotNegotiated`] without the feature `heartbeat`; [`ClientError::Disconnected`] when the connection is lost first.
    ///
    /// # Cancel safety
    /// Safe: dropping the future only forgets the answer.
    pub async fn ping(&self) -> Result<Duration, ClientError> {
        self.ask(|reply| Request::Ping { reply }).await
    }

    /// What another client, in this process or another, needs to go on with this session. `None` when the client has ended.
    ///
    /// It stands for what consumers have taken: events that wait in queues here are delivered to the other client again.
    ///
    /// # Cancel safety
    /// Safe.
    pub async fn save(&self) -> Option<SavedSession> {
        let (reply, answer) = oneshot::channel();
        self.control.send(Control::Save { reply }).await.ok()?;
        answer.await.ok().flatten()
    }

    /// The jobs of the session that was taken over with [`Builder::resume`]. Each is given once.
    pub fn resumed_jobs(&self) -> Vec<JobHandle> {
        let mut adopted = self.adopted.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut adopted)
    }

    /// What happens beside the jobs: lost and restored connections, bad frames, errors that answer nothing. From now on.
    pub fn incidents(&self) -> Incidents {
        Incidents::new(self.incidents.subscribe())
    }

    /// Ends the connection: `session.close`, a bounded wait for `session.closed`, then the transport's own goodbye. Jobs go on in the runtime.
    ///
    /// Handles that still wait are told [`ClientError::Closed`]. Closing twice is fine.
    ///
    /// # Cancel safety
    /// Dropping the future does not take the close back.
    pub async fn close(&self, reason: &str) {
        let (reply, answer) = oneshot::channel();
        let reason = reason.to_owned();
        let asked = self.control.send(Control::Close { reason, reply }).await;
        if asked.is_ok() {
            // An answer that never comes means that the task has ended, which is what is waited for.
            let _ = answer.await;
        }
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, ClientError>>) -> Request,
    ) -> Result<T, ClientError> {
        ask(&self.requests, request).await
    }
}

/// Puts a request to the session's task and waits for its answer.
async fn ask<T>(
    requests: &mpsc::Sender<Request>,
    request: impl FnOnce(oneshot::Sender<Result<T, ClientError>>) -> Request,
) -> Result<T, ClientError> {
    let (reply, answer) = oneshot::channel();
    requests
        .send(request(reply))
        .await
        .map_err(|_| ClientError::Closed)?;
    answer.await.map_err(|_| ClientError::Closed)?
}
