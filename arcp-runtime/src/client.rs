//! A client for any ARCP v1.1 runtime: connects, submits, follows, and comes back by itself when the connection is cut.
//!
//! The rules are in [`crate::protocol::client`]; this room moves frames and time. One task owns the session, a [`Client`] and a [`JobHandle`] are cheap handles to it.
//!
//! ```no_run
//! use arcp_runtime::client::{Client, Submission};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("ws://127.0.0.1:7777").token("secret").connect().await?;
//! let mut job = client.submit(Submission::to("echo").input("hello")).await?;
//! let mut events = job.events();
//! while let Some(event) = events.next().await {
//!     println!("{:?}", event?.body);
//! }
//! println!("{}", job.result_as::<String>().await?);
//! client.close("done").await;
//! # Ok(())
//! # }
//! ```
//!
//! # When the connection is cut
//! The client comes back with back-off and resumes its session; consumers do not notice. Requests without an answer are asked again, but for submissions without
//! an idempotency key, which end with [`ClientError::Uncertain`]. When the session cannot be resumed, a new one takes its place: jobs with a key are submitted
//! again there, and the others are subscribed to from where they were; such a job can no longer be cancelled, because it belongs to the lost session. What the
//! runtime does not let us follow ends with [`ClientError::SessionLost`]. What could not be recovered stands as a [`Loss`] at its place in the stream of
//! events, and is told to [`Client::incidents`]. [`Client::save`] puts a session away for another process.
//!
//! # A runtime that does not answer
//! Every request ends within [`ClientLimits::request`] (a minute, while there is a connection) or with [`ClientError::Unanswered`], which names it and says what may have
//! come of it; [`Builder::request_timeout`] sets another time. How long a job runs is not limited by that.
//!
//! # Other runtimes
//! Some do not say which request they refuse or accept. So submissions go out one by one until an answer was seen to name its request, and again from the
//! first that did not: which is nothing but one round trip with a runtime that keeps to the specification.
//!
//! # Back-pressure
//! A full queue of one job's events stops reading the session, so that the runtime and its agent are slowed. A consumer that takes nothing for ten seconds
//! ([`ClientLimits::slow_consumer`]) while other jobs or requests wait is given up: its events fall away until it takes some, and then a [`Loss`] says which.
//! While nobody else waits, nothing ever falls away. Take events, or call [`JobHandle::skip_events`], or wait for [`JobHandle::result`], which throws them away.

use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arcp_generated::common::JobId;
use arcp_generated::job::Subscribe;
use arcp_generated::session::{JobFilter, Jobs, ListJobs};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

mod connect;
mod credential;
mod driver;
mod events;
mod job;
mod link;
mod listing;
mod queue;
mod saved;
mod submission;

pub use crate::limits::ClientLimits;
pub use crate::protocol::client::backoff::Backoff;
pub use crate::protocol::client::core::Opened;
pub use crate::protocol::client::news::{
    ClientError, Incident, JobEvent, JobFailure, JobResult, Loss, LossReason, Outcome, Refusal,
    ResultValue,
};
pub use crate::protocol::client::result_chunk::{ChunkError, ResultPosition, Streamed, Written};
pub use connect::{Builder, Connect, ConnectFuture};
pub use events::{EventStream, Incidents};
pub use job::JobHandle;
pub use listing::JobList;
pub use saved::SavedSession;
pub use submission::Submission;

use self::submission::{Parts, error_type};
use crate::protocol::client::core::Key;
use crate::transport::BoxTransport;

/// A session with a runtime. Cloning it is cheap; the connection ends when the last clone and the last [`JobHandle`] are dropped, or with [`Client::close`].
#[derive(Clone, Debug)]
pub struct Client {
    requests: mpsc::Sender<Request>,
    control: mpsc::Sender<Control>,
    opened: watch::Receiver<Arc<Opened>>,
    incidents: broadcast::Sender<Incident>,
    adopted: Arc<Mutex<Vec<JobHandle>>>,
    list_pages: u64,
}

/// What handles ask of the session's task; served while the session is open, in order.
#[derive(Debug)]
enum Request {
    Submit {
        submission: Box<Parts>,
        reply: oneshot::Sender<Result<JobHandle, ClientError>>,
    },
    Subscribe {
        subscribe: Subscribe,
        reply: oneshot::Sender<Result<JobHandle, ClientError>>,
    },
    Unsubscribe {
        job: Key,
    },
    ListJobs {
        query: Box<ListJobs>,
        reply: oneshot::Sender<Result<Jobs, ClientError>>,
    },
    Cancel {
        job: Key,
        reason: String,
        reply: oneshot::Sender<Result<(), ClientError>>,
    },
    Acknowledge {
        seq: u64,
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
    LetResultGo {
        job: Key,
        written: watch::Receiver<Option<ResultPosition>>,
    },
    Close {
        reason: String,
        reply: oneshot::Sender<()>,
    },
}

/// What of a job's past a subscription begins with (§7.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// Nothing: only what comes from now on.
    #[default]
    None,
    /// Everything that the runtime still has.
    All,
    /// What came after this number in the stream of the session that submitted the job.
    After(u64),
}

impl Client {
    /// A client for the runtime at `url` (`ws://HOST:PORT` on this machine, `wss://HOST:PORT` elsewhere; path `/arcp` when there is none).
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::to_url(url.into())
    }

    /// A client for a runtime that is started as a program and spoken to over its stdin and stdout. It is killed with the connection, and started again to come back.
    pub fn program(
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Builder {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Builder::to_program(program.into(), arguments)
    }

    /// A client for a runtime in the same process: `serve` gets the runtime's end of each connection, and must not wait.
    ///
    /// ```
    /// # use arcp_runtime::{client::Client, server::Runtime};
    /// # fn connect(runtime: Runtime) {
    /// let builder = Client::in_process(move |connection| {
    ///     tokio::spawn(runtime.serve(connection));
    /// });
    /// # }
    /// ```
    pub fn in_process(serve: impl Fn(BoxTransport) + Send + Sync + 'static) -> Builder {
        Builder::in_process(serve)
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
    /// [`ClientError::Invalid`] for what cannot be sent and [`ClientError::NotNegotiated`] for what the runtime does not offer, both before anything is sent;
    /// [`ClientError::Refused`] with the runtime's reason; [`ClientError::Uncertain`] when the connection was lost before the answer and there is no
    /// idempotency key; [`ClientError::Unanswered`] when no answer came in time, with the cure: with a key it can be submitted again, without one the job may
    /// exist; what ended the client otherwise.
    ///
    /// # Cancel safety
    /// Dropping the future does not take the submission back: the job may run, and nobody follows it.
    pub async fn submit(
        &self,
        submission: impl Into<Submission>,
    ) -> Result<JobHandle, ClientError> {
        let mut submission = Box::new(submission.into().into_parts()?);
        let span = submission.begin();
        let answer = self
            .ask(|reply| Request::Submit { submission, reply })
            .await;
        match &answer {
            Ok(job) => span.accepted(job.id().as_str(), self.welcome().session_id.as_str()),
            Err(error) => span.failed(error_type(error)),
        }
        answer
    }

    /// Follows a job of another session, or an earlier one of this principal (§7.6). The handle gives its events and its end; it cannot cancel the job.
    ///
    /// # Errors
    /// [`ClientError::NotNegotiated`] without the feature `subscribe`, [`ClientError::Refused`] with the runtime's reason, [`ClientError::Invalid`] for a job
    /// that this client follows already, [`ClientError::Unanswered`] when no answer came in time,
    /// what ended the client otherwise.
    ///
    /// # Cancel safety
    /// Safe: an answer that nobody waits for ends the subscription.
    pub async fn subscribe(
        &self,
        job_id: JobId,
        history: History,
    ) -> Result<JobHandle, ClientError> {
        let subscribe = Subscribe::new(job_id);
        let subscribe = match history {
            History::None => subscribe,
            // Some runtimes replay only with both members.
            History::All => subscribe.with_history(true).with_from_event_seq(0),
            History::After(seq) => subscribe.with_history(true).with_from_event_seq(seq),
        };
        self.ask(|reply| Request::Subscribe { subscribe, reply })
            .await
    }

    /// One page of the jobs that the runtime shows to this principal (§6.6).
    ///
    /// # Errors
    /// [`ClientError::NotNegotiated`] without the feature `list_jobs`, [`ClientError::Refused`] with the runtime's reason, [`ClientError::Unanswered`] when no answer came in time,
    /// what ended the client otherwise.
    ///
    /// # Cancel safety
    /// Safe: dropping the future only forgets the answer.
    pub async fn list_jobs(&self, query: ListJobs) -> Result<Jobs, ClientError> {
        let query = Box::new(query);
        self.ask(|reply| Request::ListJobs { query, reply }).await
    }

    /// All the jobs that match a filter, page by page.
    pub fn jobs(&self, filter: JobFilter) -> JobList {
        JobList::new(self.clone(), filter, self.list_pages)
    }

    /// Acknowledges all events up to the number `event_seq` (§6.5), of a client that was built with [`Builder::manual_ack`]: the runtime may forget them.
    /// Several in short order go out as one.
    ///
    /// # Errors
    /// [`ClientError::NotNegotiated`] without the feature `ack`, [`ClientError::Invalid`] for a client that acknowledges by itself, what ended the client otherwise.
    ///
    /// # Cancel safety
    /// Dropping the future does not take the acknowledgement back.
    pub async fn ack(&self, event_seq: u64) -> Result<(), ClientError> {
        let seq = event_seq;
        self.ask(|reply| Request::Acknowledge { seq, reply }).await
    }

    /// Measures how long the runtime takes to answer.
    ///
    /// # Errors
    /// [`ClientError::NotNegotiated`] without the feature `heartbeat`; [`ClientError::Disconnected`] when the connection is lost first;
    /// [`ClientError::Unanswered`] when no pong came in time.
    ///
    /// # Cancel safety
    /// Safe: dropping the future only forgets the answer.
    pub async fn ping(&self) -> Result<Duration, ClientError> {
        self.ask(|reply| Request::Ping { reply }).await
    }

    /// What another client, in this process or another, needs to go on with this session. `None` when the client has ended.
    ///
    /// It stands for what consumers have taken: events that wait in queues here are delivered to the other client again, unless their consumer was given up.
    /// A streamed result that [`JobHandle::result_into`] was writing goes on behind what was written, as [`JobHandle::result_position`] has it there. One that
    /// was being put together in memory is lost with this client; the other can subscribe to the job with its history, from a session of its own.
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
