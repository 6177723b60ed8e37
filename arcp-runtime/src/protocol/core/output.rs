//! What the core decided: records to store, and effects for its driver to carry out once they are durable.

use std::sync::Arc;

use arcp_generated::common::{CredentialId, Json};

use super::input::ConnKey;
use crate::clock::Now;
use crate::id::{CredentialKey, JobKey, SessionKey};
use crate::protocol::credential::{Order, Provision, SecretPayload, Wallet};
use crate::protocol::features::Features;
use crate::protocol::frame::{Frame, JobFace};
use crate::protocol::handshake::Attach;
use crate::protocol::job::Ending;
use crate::protocol::lease::Authority;
use crate::protocol::listing::Page;
use crate::protocol::principal::Principal;
use crate::protocol::refusal::Refusal;
use crate::protocol::subscription::{Audit, Lookup};
use crate::protocol::trace::TraceContext;
use crate::store::{EntryKind, Record};
use crate::transport::CloseCode;

/// What one or more inputs lead to.
#[derive(Debug, Default)]
pub struct Output {
    /// To be made durable first.
    pub records: Vec<Record>,
    /// To be done then.
    pub effects: Vec<Effect>,
}

/// What the driver has to do, in order, once the records are durable.
#[derive(Debug)]
#[non_exhaustive]
pub enum Effect {
    /// The connection belongs to a session now.
    Attach(Box<Attach>),
    /// The connection's hello or resume was refused: tell it and close.
    Refuse {
        /// Who.
        conn: ConnKey,
        /// Why.
        refusal: Refusal,
        /// How the transport says it.
        code: CloseCode,
    },
    /// A frame for whoever is attached to the session; dropped if nobody is.
    Send(SessionKey, Frame),
    /// A page of jobs for whoever is attached to the session; to be written first.
    List(SessionKey, Box<Page>),
    /// As [`Effect::Send`], for what answers nobody: it stays behind the numbered entries before it, however slow the reader is.
    Announce(SessionKey, Frame),
    /// Numbers up to this one were given to entries that the session's connection has to read from the store.
    Replay {
        /// The session.
        session: SessionKey,
        /// The newest number.
        through: u64,
    },
    /// A job's log has to be looked into; the answer is [`Input::LookedUp`](super::Input::LookedUp).
    LookUp(Lookup),
    /// Somebody asked to follow a job: to be logged.
    Audit(Box<Audit>),
    /// A numbered entry for a session; it is in the session's log in any case.
    Deliver(SessionKey, Frame),
    /// The connection has to end after what was sent to it.
    Evict {
        /// Who.
        conn: ConnKey,
        /// A last frame.
        last: Option<Frame>,
        /// How the transport says it.
        code: CloseCode,
    },
    /// Nobody is attached to the session any more.
    Unattended(SessionKey),
    /// The session is gone; what is kept for it can be dropped.
    Gone(SessionKey),
    /// A job's agent has to run.
    Start(Box<Launch>),
    /// A job's agent is asked to stop.
    Stop(JobKey),
    /// A running job belongs to another session now: from here on it waits for that one's reader.
    Adopted(JobKey, SessionKey),
    /// A job's lease was over while it asked for nothing: to be logged.
    Expired(JobKey),
    /// A job has ended, and how: its agent, if it still runs, is abandoned.
    Ended(JobKey, Ending),
    /// A job is forgotten.
    Forgotten(JobKey),
    /// A delegation was decided.
    Delegated {
        /// The child.
        child: JobKey,
        /// Why there is none.
        refused: Option<Refusal>,
    },
    /// Upstreams have to be asked for credentials.
    Provision(Box<Provision>),
    /// A credential has to be revoked, however often that takes.
    Revoke(Order),
    /// A rotation was carried out, or not.
    Rotated {
        /// The handle of the new value.
        handle: CredentialKey,
        /// Why it was not.
        refused: Option<Refusal>,
    },
    /// A rotation has to be kept in memory for replay, because its secret is not stored.
    Secret {
        /// The job.
        job: JobKey,
        /// Who may read the secret.
        principal: Principal,
        /// The credential.
        id: CredentialId,
        /// The payload that is stored.
        without: bytes::Bytes,
        /// The payload that the submitter gets.
        with: SecretPayload,
    },
    /// A delegated job's log reaches this far: its parent can read it.
    Grown(JobKey, u64),
    /// A delegated job has ended, with this as its last entry.
    Returned(JobKey, EntryKind, bytes::Bytes),
}

/// Everything an agent's run needs.
#[derive(Debug)]
pub struct Launch {
    /// The job.
    pub about: Arc<JobFace>,
    /// The session that receives its events first.
    pub owner: SessionKey,
    /// Whom it belongs to.
    pub principal: Principal,
    /// Which agent, as the submission's preparation named it.
    pub agent: usize,
    /// `name@version`.
    pub agent_ref: Arc<str>,
    /// The input as submitted.
    pub input: Json,
    /// What it may do.
    pub authority: Authority,
    /// What its owner understands.
    pub features: Features,
    /// When it was accepted: the moment from which the lease's time is counted.
    pub accepted: Now,
    /// Its credentials, if it has any.
    pub wallet: Option<Wallet>,
    /// The span of the client that asked for it, if it named one.
    pub caller: Option<TraceContext>,
}
