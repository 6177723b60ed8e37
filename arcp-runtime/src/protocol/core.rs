//! The heart of a runtime: one state machine that owns every session, job and idempotency key, and gives out every number.
//!
//! It takes an [`Input`] and the time and answers with [`Output`]: records to store and effects that follow them. It does no I/O and reads no clock.
//! Whoever drives it ([`crate::server`]) commits the records before it carries out the effects of the same or a later input: append, then send.
//!
//! Each rule has a file of its own beside this one; they are all `impl Core`.

use arcp_generated::message::MessageType;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use arcp_generated::common::{CredentialId, Json, MessageId};
use arcp_generated::session::ListJobs;

use super::credential::{
    Admitting, Errand, Issued, Order, Provision, Rotate, Rotating, SecretPayload, Source, Stubborn,
    Wallet,
};
use super::delegation::Child;
use super::ended::Ended;
use super::features::Features;
use super::frame::{Frame, JobFace};
use super::handshake::{Attach, Hello, Resume};
use super::idempotency::Submission;
use super::job::{Ending, Job, Outcome};
use super::lease::Authority;
use super::listing::Observation;
use super::principal::Principal;
use super::refusal::Refusal;
use super::session::Session;
use super::subscription::{Known, Lookup};
use super::tally::Tally;
use super::timer::{Timer, Timers};
use super::trace::TraceContext;
use crate::clock::Now;
use crate::id::{CredentialKey, JobKey, Mint, SessionKey};
use crate::limits::Limits;
use crate::store::{EntryKind, Record};
use crate::transport::CloseCode;
use arcp_generated::job::Subscribe;

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
    /// What [`Effect::LookUp`] asked for; `None` when the store could not say.
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
    List(SessionKey, Box<super::listing::Page>),
    /// As [`Effect::Send`], for what answers nobody: it stays behind the numbered entries before it, however slow the reader is.
    Announce(SessionKey, Frame),
    /// Numbers up to this one were given to entries that the session's connection has to read from the store.
    Replay {
        /// The session.
        session: SessionKey,
        /// The newest number.
        through: u64,
    },
    /// A job's log has to be looked into; the answer is [`Input::LookedUp`].
    LookUp(Lookup),
    /// Somebody asked to follow a job: to be logged.
    Audit(Box<super::subscription::Audit>),
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

/// What one or more inputs lead to.
#[derive(Debug, Default)]
pub struct Output {
    /// To be made durable first.
    pub records: Vec<Record>,
    /// To be done then.
    pub effects: Vec<Effect>,
}

/// The state of a runtime.
#[derive(Debug)]
pub struct Core {
    pub(super) limits: Limits,
    pub(super) mint: Arc<dyn Mint>,
    pub(super) offer: super::handshake::Offer,
    pub(super) sessions: HashMap<SessionKey, Session>,
    pub(super) tokens: HashMap<[u8; 32], SessionKey>,
    /// How many sessions each principal has.
    pub(super) held: HashMap<Principal, usize>,
    /// Sessions that said goodbye, oldest first: they make room for new ones.
    pub(super) left: HashMap<Principal, VecDeque<SessionKey>>,
    /// How many jobs of each principal have not ended.
    pub(super) running: HashMap<Principal, usize>,
    /// How many jobs the sessions of each principal follow.
    pub(super) following: HashMap<Principal, usize>,
    /// Lookups that were asked for so far.
    pub(super) tickets: u64,
    pub(super) conns: HashMap<ConnKey, SessionKey>,
    pub(super) jobs: HashMap<JobKey, Job>,
    /// The jobs of each principal that have ended.
    pub(super) ended: HashMap<Principal, Ended>,
    /// The jobs of each principal, in the order in which they were accepted.
    pub(super) submitted: HashMap<Principal, BTreeSet<JobKey>>,
    /// Who may see whose.
    pub(super) observation: Observation,
    pub(super) keys: HashMap<(Principal, String), JobKey>,
    pub(super) timers: Timers,
    /// Who gives out credentials.
    pub(super) sources: Vec<Source>,
    /// Jobs that wait for theirs.
    pub(super) admitting: HashMap<JobKey, Admitting>,
    /// Credentials that wait for a new value, by its handle.
    pub(super) rotating: HashMap<CredentialKey, Rotating>,
    /// Credentials that may exist.
    pub(super) owed: HashSet<CredentialKey>,
    /// Those of them whose revocation failed.
    pub(super) stubborn: HashMap<CredentialKey, Stubborn>,
    /// Whether no new session and no new job is taken any more.
    pub(super) draining: bool,
    pub(super) tally: Tally,
}

impl Core {
    /// An empty runtime.
    pub fn new(limits: Limits, mint: Arc<dyn Mint>, offer: super::handshake::Offer) -> Self {
        Self {
            limits,
            mint,
            offer,
            sessions: HashMap::new(),
            tokens: HashMap::new(),
            held: HashMap::new(),
            left: HashMap::new(),
            running: HashMap::new(),
            following: HashMap::new(),
            tickets: 0,
            conns: HashMap::new(),
            jobs: HashMap::new(),
            ended: HashMap::new(),
            submitted: HashMap::new(),
            observation: Observation::default(),
            keys: HashMap::new(),
            timers: Timers::default(),
            sources: Vec::new(),
            admitting: HashMap::new(),
            rotating: HashMap::new(),
            owed: HashSet::new(),
            stubborn: HashMap::new(),
            draining: false,
            tally: Tally::default(),
        }
    }

    /// Lets others than the owner see a job, or tells them that it is there.
    #[must_use]
    pub fn observed_by(mut self, observation: Observation) -> Self {
        self.observation = observation;
        self
    }

    /// Who gives out credentials. Asked for every job, in this order.
    pub fn provision_from(&mut self, sources: Vec<Source>) {
        self.sources = sources;
    }

    /// Lets `input` happen at `now`.
    pub fn handle(&mut self, input: Input, now: Now, out: &mut Output) {
        match input {
            Input::Emit { job, kind, payload } => self.emit(job, kind, payload, now, out),
            Input::Ack { conn, through } => self.acknowledge(conn, through, out),
            Input::Submit(conn, submission) => self.submit(conn, *submission, now, out),
            Input::List {
                conn,
                request,
                list,
            } => self.list(conn, &request, *list, out),
            Input::Subscribe {
                conn,
                request,
                subscribe,
                written,
            } => self.subscribe(conn, &request, &subscribe, written, out),
            Input::LookedUp(lookup, entries) => self.looked_up(&lookup, entries, out),
            Input::Unsubscribe { conn, job } => self.unsubscribe(conn, &job, out),
            Input::Started(job) => self.started(job),
            Input::Finish(job, outcome) => self.finish(job, outcome, now, out),
            Input::Provisioned { errand, issued } => self.provisioned(errand, issued, now, out),
            Input::Rotate(rotate) => self.rotate(*rotate, now, out),
            Input::Revoked(handle) => self.revoked(handle, out),
            Input::NotRevoked { order, again } => self.not_revoked(order, again, now),
            Input::Delegate(child) => self.delegate(*child, now, out),
            Input::CancelChild {
                parent,
                child,
                reason,
            } => self.cancel_child(parent, child, reason, now, out),
            Input::Cancel {
                conn,
                request,
                job,
                reason,
            } => self.cancel(conn, &request, &job, reason, now, out),
            Input::Open(conn, hello) => self.open(conn, *hello, now, out),
            Input::Resume(conn, resume) => self.resume(conn, &resume, now, out),
            Input::Detached(conn) => self.detached(conn, now, out),
            Input::Leave { conn, answer } => self.leave(conn, answer, now, out),
            Input::Drain => self.draining = true,
            Input::Shutdown => self.shutdown(out),
        }
    }

    /// When [`Core::expire`] has to be called next.
    pub fn deadline(&self) -> Option<std::time::Duration> {
        self.timers.next()
    }

    /// Lets everything happen that is due at `now`.
    pub fn expire(&mut self, now: Now, out: &mut Output) {
        while let Some(timer) = self.timers.pop(now.mono) {
            match timer {
                Timer::ResumeWindow(session) => self.session_gone(session, out),
                Timer::CancelGrace(job) => self.cancel_overdue(job, now, out),
                Timer::MaxRuntime(job) => self.ran_too_long(job, now, out),
                Timer::LeaseExpiry(job) => self.lease_over(job, now, out),
                Timer::IdempotencyWindow(job) => self.free_key(job),
                Timer::Retention(job) => self.forget(job, out),
                Timer::RevocationRetry(handle) => self.revoke_again(handle, out),
                // Connections keep these themselves; they are never set here.
                Timer::Handshake | Timer::Idle | Timer::PingDue | Timer::Silence => {}
            }
        }
    }

    /// The faces of all jobs, for a driver that starts with what a store knew.
    pub fn faces(&self) -> impl Iterator<Item = &Arc<JobFace>> {
        self.jobs.values().map(|job| &job.face)
    }

    /// The session of a connection. A connection that was taken over has none any more; what it still asks is dropped.
    pub(super) fn session_of(&self, conn: ConnKey) -> Option<SessionKey> {
        self.conns.get(&conn).copied()
    }

    /// Answers a request of an attached session with a refusal.
    pub(super) fn refuse(
        session: SessionKey,
        request: &str,
        about: Option<&Arc<JobFace>>,
        refusal: &Refusal,
        out: &mut Output,
    ) {
        out.effects.push(Effect::Send(
            session,
            refusal_frame(request, about, refusal),
        ));
    }
}

/// The `session.error` that answers the frame `request`.
pub fn refusal_frame(request: &str, about: Option<&Arc<JobFace>>, refusal: &Refusal) -> Frame {
    let mut error = refusal.to_error();
    if let Ok(request) = arcp_generated::common::MessageId::try_from(request) {
        error = error.with_request_id(request);
    }
    match about {
        Some(about) => Frame::of_job(
            MessageType::SessionError,
            about,
            &error.with_job_id(about.job_id.clone()),
        ),
        None => Frame::of_session(MessageType::SessionError, &error),
    }
}

#[cfg(test)]
mod tests;
