//! The heart of a runtime: one state machine that owns every session, job and idempotency key, and gives out every number.
//!
//! It takes an [`Input`] and the time and answers with [`Output`]: records to store and effects that follow them. It does no I/O and reads no clock.
//! Whoever drives it ([`crate::server`]) commits the records before it carries out the effects of the same or a later input: append, then send.
//!
//! Each rule has a file of its own beside this one; they are all `impl Core`.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use arcp_generated::message::MessageType;

use super::credential::provisioning::Admitting;
use super::credential::{Rotating, Source, Stubborn};
use super::ended::Ended;
use super::frame::{Frame, JobFace};
use super::job::Job;
use super::listing::Observation;
use super::principal::Principal;
use super::refusal::Refusal;
use super::session::Session;
use super::tally::Tally;
use super::timer::{Timer, Timers};
use crate::clock::Now;
use crate::id::{CredentialKey, JobKey, Mint, SessionKey};
use crate::limits::Limits;

mod input;
mod output;

pub use self::input::{ConnKey, Input};
pub use self::output::{Effect, Launch, Output};

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
                Timer::Handshake
                | Timer::TokenExpiry
                | Timer::Idle
                | Timer::PingDue
                | Timer::Silence => {}
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
