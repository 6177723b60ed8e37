//! What goes into the client's state machine and comes out of it, and what it remembers of requests.

use std::sync::Arc;
use std::time::Duration;

use arcp_generated::common::{JobId, ResumeToken, SessionId, TraceId};
use arcp_generated::job::{Accepted, Submit, Subscribe, Subscribed};
use arcp_generated::session::{ClientInfo, Feature, Jobs, Welcome};

use super::job::Job;
use super::news::{ClientError, Incident, JobEvent, Loss, Outcome, Refusal};
use crate::limits::ClientLimits;
use crate::protocol::trace::TraceContext;

/// A name of the caller's for a request, and for the job that comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

/// What a client is told once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Who we are.
    pub client: ClientInfo,
    /// The bearer token. Secret.
    pub token: arcp_generated::session::BearerToken,
    /// What we can do.
    pub features: Vec<Feature>,
    /// Whether events are acknowledged only when the application says so.
    pub acks_by_hand: bool,
    /// Whether a gap is worth a new connection: only when one can be had.
    pub reconnects: bool,
    /// What is held, and how long is waited.
    pub limits: ClientLimits,
}

/// What is to be done. In order.
#[derive(Debug)]
#[non_exhaustive]
pub enum Output {
    /// The session is open.
    Opened(Arc<Opened>),
    /// A submission was accepted; events of its job come under the same key.
    Accepted(Key, Box<Accepted>),
    /// A page of jobs.
    Listed(Key, Box<Jobs>),
    /// A job is followed; its events come under the same key.
    Subscribed(Key, Box<Subscribed>),
    /// A request failed.
    Failed(Key, ClientError),
    /// A cancel was heard, or its job has ended.
    Cancelled(Key),
    /// A ping came back after this time.
    Pong(Key, Duration),
    /// An event of a job, with its size on the wire.
    Event(Key, Result<JobEvent, Loss>, usize),
    /// A job ended.
    Ended(Key, Outcome),
    /// Something to tell.
    Incident(Incident),
    /// Cut the connection and come back.
    Reconnect(String),
    /// Cut the connection; there is no coming back.
    Fatal(ClientError),
    /// The runtime agreed to the end.
    Closed,
}

/// What the welcome said, and what both sides agreed on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The session.
    pub session_id: SessionId,
    /// The features of both sides.
    pub features: Vec<Feature>,
    /// Whether an earlier session goes on.
    pub resumed: bool,
    /// The whole answer.
    pub welcome: Welcome,
}

/// Where the conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Offline,
    Greeting { resuming: bool },
    Open,
    Closing,
    Over,
}

/// What must be known to come back.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) session_id: SessionId,
    pub(super) resume_token: ResumeToken,
}

/// A submission without an answer, or that of a job that may have to be submitted again.
#[derive(Clone, Debug)]
pub(super) struct Submission {
    pub(super) submit: Submit,
    pub(super) trace_id: Option<TraceId>,
    /// The span that asks.
    pub(super) caller: Option<TraceContext>,
    /// Sent more than once: a job of it may exist, so an error about an unknown job is not about the submission.
    pub(super) again: bool,
    /// Its bytes as a frame.
    pub(super) size: usize,
    /// Whether the bytes of its result go elsewhere.
    pub(super) checks_only: bool,
    /// It continues a job whose session was lost.
    pub(super) restores: bool,
}

/// A ping without a pong.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) nonce: String,
    pub(super) key: Option<Key>,
    pub(super) at: Duration,
    /// The same in the time in which answers can be heard.
    pub(super) heard_at: Duration,
}

/// A subscription without an answer.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) subscribe: Subscribe,
    /// Sent more than once: what comes of the job before the answer belongs to the one before.
    pub(super) again: bool,
    /// The job that it is to go on with.
    pub(super) orphan: Option<Orphan>,
}

/// A job that was submitted in a session which is lost, and which a subscription may find again.
#[derive(Debug)]
pub(super) struct Orphan {
    pub(super) job_id: JobId,
    pub(super) job: Job,
    /// The last number that was taken of the lost session.
    pub(super) last: u64,
    pub(super) why: Refusal,
}
