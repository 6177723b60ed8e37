//! What happens to the core: frames of connections, deeds of agents, answers of the store and of upstreams, the end.

use arcp_generated::common::MessageId;
use arcp_generated::job::Subscribe;
use arcp_generated::session::ListJobs;

use crate::id::{CredentialKey, JobKey};
use crate::protocol::credential::{Errand, Issued, Order, Rotate};
use crate::protocol::delegation::Child;
use crate::protocol::handshake::{Hello, Resume};
use crate::protocol::idempotency::Submission;
use crate::protocol::job::Outcome;
use crate::protocol::refusal::Refusal;
use crate::protocol::subscription::{Known, Lookup};
use crate::store::EntryKind;

/// One connection, for as long as the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnKey(pub u64);

/// What happens to the core.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// A verified hello without a resume.
    Open(ConnKey, Box<Hello>),
    /// A verified resume.
    Resume(ConnKey, Box<Resume>),
    /// The connection is gone; its session can be resumed.
    Detached(ConnKey),
    /// `session.close` or `session.bye`.
    Leave {
        /// Who leaves.
        conn: ConnKey,
        /// Whether `session.closed` is wanted.
        answer: bool,
    },
    /// `session.ack`.
    Ack {
        /// Who acknowledges.
        conn: ConnKey,
        /// Everything up to this number.
        through: u64,
    },
    /// `job.submit`.
    Submit(ConnKey, Box<Submission>),
    /// `job.cancel`.
    Cancel {
        /// Who asks.
        conn: ConnKey,
        /// The id of the asking frame.
        request: String,
        /// The job's id as it came.
        job: String,
        /// The reason given.
        reason: Option<String>,
    },
    /// `session.list_jobs`.
    List {
        /// Who asks.
        conn: ConnKey,
        /// The id of the asking frame.
        request: MessageId,
        /// What is asked for.
        list: Box<ListJobs>,
    },
    /// `job.subscribe`.
    Subscribe {
        /// Who asks.
        conn: ConnKey,
        /// The id of the asking frame.
        request: MessageId,
        /// What is asked for.
        subscribe: Subscribe,
        /// The highest number that was handed to the asking session's socket so far.
        written: u64,
    },
    /// What [`Effect::LookUp`](super::Effect::LookUp) asked for; `None` when the store could not say.
    LookedUp(Lookup, Option<Vec<Known>>),
    /// `job.unsubscribe`.
    Unsubscribe {
        /// Who asks.
        conn: ConnKey,
        /// The job's id as it came.
        job: String,
    },
    /// The agent of a job has begun.
    Started(JobKey),
    /// An agent emits an event.
    Emit {
        /// The job.
        job: JobKey,
        /// What may filter it.
        kind: EntryKind,
        /// The payload of the `job.event`.
        payload: bytes::Bytes,
    },
    /// An agent has ended.
    Finish(JobKey, Outcome),
    /// An agent delegates.
    Delegate(Box<Child>),
    /// An agent asks a job that it delegated to stop.
    CancelChild {
        /// Who asks.
        parent: JobKey,
        /// The job.
        child: JobKey,
        /// Why.
        reason: Option<String>,
    },
    /// Upstreams have answered.
    Provisioned {
        /// What they were asked for.
        errand: Errand,
        /// What they gave, in the order it was asked for.
        issued: Result<Vec<Issued>, Refusal>,
    },
    /// An agent replaces the value of a credential.
    Rotate(Box<Rotate>),
    /// A credential is known to be worthless.
    Revoked(CredentialKey),
    /// A credential could not be revoked.
    NotRevoked {
        /// Which, and whose.
        order: Order,
        /// Whether trying again can help. Otherwise it is left to the next start.
        again: bool,
    },
    /// The runtime will stop: new sessions and new jobs are refused from here on, everything else goes on.
    Drain,
    /// The runtime stops: sessions are told, jobs are left to the next start.
    Shutdown,
}

impl Input {
    /// Bytes that an agent made and that wait until they are durable.
    pub(crate) fn payload_bytes(&self) -> usize {
        match self {
            Self::Emit { payload, .. } => payload.len(),
            Self::Finish(_, Outcome::Result(value)) => value.get().len(),
            _ => 0,
        }
    }
}
