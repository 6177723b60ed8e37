//! The one writer: takes inputs, lets the core decide, commits, and only then carries out.
//!
//! While a batch is being committed the next one collects. Everything that follows from an input waits for the records of that input and of those before it,
//! so what a peer was told can always be replayed to it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::faces::Faces;
use super::feed::Feed;
use super::jobs::Jobs;
use crate::clock::Clock;
use crate::id::SessionKey;
use crate::limits::{COLLECTED_RECORDS, COMMIT_PAUSES, INPUTS_AT_ONCE, Limits};
use crate::protocol::core::{ConnKey, Core, Effect, Input, Output};
use crate::protocol::features::Features;
use crate::protocol::handshake::Attach;
use crate::protocol::listing::Page;
use crate::protocol::principal::Principal;
use crate::protocol::refusal::Refusal;
use crate::protocol::subscription::{Audit, Lookup};
use crate::store::{Record, Store, StoreError, StoreFuture};
use crate::transport::CloseCode;

/// The answer to a hello or a resume.
#[derive(Debug)]
pub(super) enum Greeted {
    /// The connection has a session.
    Welcome(Welcomed),
    /// It has not.
    Refused(Refusal, CloseCode),
}

/// A connection's session.
#[derive(Debug)]
pub(super) struct Welcomed {
    pub session: SessionKey,
    pub principal: Principal,
    pub features: Features,
    pub feed: Arc<Feed>,
}

/// What connections send to the dispatcher.
#[derive(Debug)]
pub(super) enum Call {
    /// A hello or a resume, and where its answer goes.
    Greet(ConnKey, Input, oneshot::Sender<Greeted>),
    /// Anything else.
    Tell(Input),
}

/// The dispatcher's inputs. Two lanes, so that a flood of events never keeps a client's request waiting behind it.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    calls: mpsc::Sender<Call>,
    agents: mpsc::Sender<Told>,
    /// Payload bytes that may still wait on the agents' lane.
    bytes: Arc<Semaphore>,
    most_bytes: u32,
}

/// What an agent's task said, and the room it takes until the core has it.
#[derive(Debug)]
struct Told {
    input: Input,
    bytes: usize,
    _room: OwnedSemaphorePermit,
    /// Whose window an event was claimed of.
    owner: Option<Arc<Feed>>,
}

/// The runtime has stopped, or its store failed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the runtime has stopped")]
pub(crate) struct Stopped;

impl Inbox {
    /// Sends on a connection's lane.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the call was not made.
    pub(super) async fn call(&self, call: Call) -> Result<(), Stopped> {
        self.calls.send(call).await.map_err(|_| Stopped)
    }

    /// Sends on the agents' lane.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the input did not happen.
    pub(crate) async fn tell(&self, input: Input) -> Result<(), Stopped> {
        self.tell_for(None, input).await
    }

    /// Sends an event on the agents' lane, once the window of the job's owner has room for it.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the event was not emitted.
    pub(crate) async fn emit(&self, owner: &Arc<Feed>, event: Input) -> Result<(), Stopped> {
        owner.window().room().await;
        self.tell_for(Some(owner), event).await
    }

    async fn tell_for(&self, owner: Option<&Arc<Feed>>, input: Input) -> Result<(), Stopped> {
        let bytes = input.payload_bytes();
        // One payload may be larger than all the room there is; then it goes alone.
        let wanted = u32::try_from(bytes)
            .unwrap_or(u32::MAX)
            .min(self.most_bytes);
        let room = Arc::clone(&self.bytes).acquire_many_owned(wanted).await;
        let room = room.map_err(|_| Stopped)?;
        let place = self.agents.reserve().await.map_err(|_| Stopped)?;
        if let Some(owner) = owner {
            owner.window().claim(bytes);
        }
        place.send(Told {
            input,
            bytes,
            _room: room,
            owner: owner.cloned(),
        });
        Ok(())
    }
}

/// The driver of the core.
#[derive(Debug)]
pub(super) struct Dispatch {
    core: Core,
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    limits: Limits,
    calls: mpsc::Receiver<Call>,
    agents: mpsc::Receiver<Told>,
    jobs: Jobs,
    greeting: HashMap<ConnKey, oneshot::Sender<Greeted>>,
    feeds: HashMap<SessionKey, Arc<Feed>>,
    attached: HashMap<ConnKey, Arc<Feed>>,
    faces: Arc<Faces>,
    stopping: bool,
}

/// Makes a dispatcher and the way into it.
pub(super) fn new(
    core: Core,
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    faces: Arc<Faces>,
    limits: Limits,
    jobs: impl FnOnce(Inbox) -> Jobs,
) -> (Dispatch, Inbox) {
    let (calls_in, calls) = mpsc::channel(limits.inbox);
    let (agents_in, agents) = mpsc::channel(limits.inbox);
    let most_bytes = u32::try_from(limits.inbox_bytes).unwrap_or(u32::MAX);
    let inbox = Inbox {
        calls: calls_in,
        agents: agents_in,
        bytes: Arc::new(Semaphore::new(most_bytes as usize)),
        most_bytes,
    };
    let jobs = jobs(inbox.clone());
    let dispatch = Dispatch {
        core,
        clock,
        store,
        limits,
        calls,
        agents,
        jobs,
        greeting: HashMap::new(),
        feeds: HashMap::new(),
        attached: HashMap::new(),
        faces,
        stopping: false,
    };
    (dispatch, inbox)
}

impl Dispatch {
    /// Runs until a shutdown was carried out, or the store failed for good. `pending` is what recovery led to.
    ///
    /// # Errors
    /// The store's last error.
    pub(super) async fn run(mut self, mut pending: Output) -> Result<(), StoreError> {
        let store = Arc::clone(&self.store);
        let mut calls = Vec::with_capacity(INPUTS_AT_ONCE);
        let mut told = Vec::with_capacity(INPUTS_AT_ONCE);
        let mut held = Vec::new();
        let mut collected_bytes = 0;
        let mut commit: Option<StoreFuture<'_, ()>> = None;
        loop {
            if commit.is_none() {
                held.append(&mut pending.effects);
                if pending.records.is_empty() {
                    self.carry_out(&mut held);
                    if self.stopping {
                        return Ok(());
                    }
                } else {
                    collected_bytes = 0;
                    commit = Some(Box::pin(commit_with_retries(
                        store.as_ref(),
                        std::mem::take(&mut pending.records).into(),
                    )));
                }
            }
            let room = pending.records.len() < COLLECTED_RECORDS
                && collected_bytes < self.limits.inbox_bytes
                && !self.stopping;
            let deadline = self.core.deadline();
            let now = self.clock.now();
            tokio::select! {
                biased;
                done = async { match &mut commit { Some(commit) => commit.await, None => std::future::pending().await } } => {
                    commit = None;
                    done?;
                    self.carry_out(&mut held);
                }
                _ = self.calls.recv_many(&mut calls, INPUTS_AT_ONCE), if room => self.take_calls(&mut calls, &mut pending),
                _ = self.agents.recv_many(&mut told, INPUTS_AT_ONCE), if room => {
                    collected_bytes += self.take_told(&mut told, &mut pending);
                }
                () = until(deadline, now.mono), if !self.stopping => {
                    let now = self.clock.now();
                    self.core.expire(now, &mut pending);
                }
            }
        }
    }

    fn take_calls(&mut self, calls: &mut Vec<Call>, pending: &mut Output) {
        let now = self.clock.now();
        for call in calls.drain(..) {
            let input = match call {
                Call::Greet(conn, input, answer) => {
                    self.greeting.insert(conn, answer);
                    input
                }
                Call::Tell(input) => {
                    if let Input::Detached(conn) = &input {
                        self.attached.remove(conn);
                        self.greeting.remove(conn);
                    }
                    self.stopping |= matches!(input, Input::Shutdown);
                    input
                }
            };
            self.core.handle(input, now, pending);
        }
    }

    /// Lets happen what agents said. Answers with the payload bytes of it.
    fn take_told(&mut self, told: &mut Vec<Told>, pending: &mut Output) -> usize {
        let now = self.clock.now();
        let mut sum = 0;
        for told in told.drain(..) {
            let before = pending.effects.len();
            self.core.handle(told.input, now, pending);
            sum += told.bytes;
            if let Some(owner) = told.owner {
                let newest =
                    pending.effects[before..]
                        .iter()
                        .rev()
                        .find_map(|effect| match effect {
                            Effect::Deliver(session, frame) if *session == owner.session() => {
                                frame.event_seq
                            }
                            _ => None,
                        });
                owner.window().taken(newest, told.bytes);
            }
        }
        sum
    }

    /// Writes a page of jobs, on a task of its own: a thousand jobs take a while.
    fn write_page(&self, session: SessionKey, page: Page) {
        if let Some(feed) = self.feeds.get(&session) {
            let feed = Arc::clone(feed);
            tokio::spawn(async move { feed.send(page.into_frame()) });
        }
    }

    fn look_up(&self, lookup: Lookup) {
        let (store, inbox) = (Arc::clone(&self.store), self.jobs.desk.inbox.clone());
        tokio::spawn(super::history::look_up(store, inbox, lookup));
    }

    fn carry_out(&mut self, effects: &mut Vec<Effect>) {
        for effect in effects.drain(..) {
            match effect {
                Effect::Deliver(session, frame) => {
                    if let Some(feed) = self.feeds.get(&session) {
                        feed.deliver(frame);
                    }
                }
                Effect::Send(session, frame) => {
                    if let Some(feed) = self.feeds.get(&session) {
                        feed.send(frame);
                    }
                }
                Effect::List(session, page) => self.write_page(session, *page),
                Effect::Announce(session, frame) => {
                    if let Some(feed) = self.feeds.get(&session) {
                        feed.announce(frame);
                    }
                }
                Effect::Replay { session, through } => {
                    if let Some(feed) = self.feeds.get(&session) {
                        feed.replay(through);
                    }
                }
                Effect::LookUp(lookup) => self.look_up(lookup),
                Effect::Audit(audit) => log(&audit),
                Effect::Attach(attach) => self.attach(*attach),
                Effect::Refuse {
                    conn,
                    refusal,
                    code,
                } => {
                    if let Some(answer) = self.greeting.remove(&conn) {
                        // A connection that is gone by now does not need its answer.
                        let _ = answer.send(Greeted::Refused(refusal, code));
                    }
                }
                Effect::Evict { conn, last, code } => {
                    if let Some(feed) = self.attached.remove(&conn) {
                        feed.end(conn, last, code);
                    }
                }
                Effect::Unattended(session) => {
                    if let Some(feed) = self.feeds.get(&session) {
                        feed.detach();
                    }
                }
                Effect::Gone(session) => {
                    self.feeds.remove(&session);
                }
                Effect::Start(launch) => {
                    let owner = self.feed(launch.owner);
                    self.faces.insert(&launch.about);
                    self.jobs.start(*launch, owner);
                }
                Effect::Stop(job) => self.jobs.stop(job),
                Effect::Ended(job) => self.jobs.ended(job),
                Effect::Provision(_)
                | Effect::Revoke(_)
                | Effect::Rotated { .. }
                | Effect::Secret { .. } => self.jobs.desk.upstream(effect),
                Effect::Forgotten(job) => self.faces.remove(job),
                Effect::Delegated { child, refused } => {
                    self.jobs.desk.children.decided(child, refused);
                }
                Effect::Grown(job, last) => self.jobs.desk.children.grown(job, last),
                Effect::Returned(job, kind, payload) => {
                    self.jobs.desk.children.ended(job, kind, payload);
                }
            }
        }
    }

    fn feed(&mut self, session: SessionKey) -> Arc<Feed> {
        let feed = self
            .feeds
            .entry(session)
            .or_insert_with(|| Arc::new(Feed::new(session, &self.limits)));
        Arc::clone(feed)
    }

    fn attach(&mut self, attach: Attach) {
        let feed = self.feed(attach.session);
        let Some(answer) = self.greeting.remove(&attach.conn) else {
            return;
        };
        feed.attach(attach.conn, attach.welcome, attach.after, attach.last);
        self.attached.insert(attach.conn, Arc::clone(&feed));
        let welcomed = Welcomed {
            session: attach.session,
            principal: attach.principal,
            features: attach.features,
            feed,
        };
        // When the connection is gone by now, its own `Detached` comes next.
        let _ = answer.send(Greeted::Welcome(welcomed));
    }
}

/// Who asked to follow which job, and whether they may (§14).
fn log(audit: &Audit) {
    tracing::info!(
        who = %audit.who,
        job = %audit.job,
        owner = audit.owner.as_ref().map(Principal::as_str),
        allowed = audit.allowed,
        "subscription asked for"
    );
}

/// Waits until a deadline of the monotonic clock; for ever if there is none.
async fn until(deadline: Option<Duration>, now: Duration) {
    match deadline {
        Some(deadline) => tokio::time::sleep(deadline.saturating_sub(now)).await,
        None => std::future::pending().await,
    }
}

/// A commit that fails is tried again for a moment: a full disk may be emptied, a lock may go away.
async fn commit_with_retries(store: &dyn Store, records: Arc<[Record]>) -> Result<(), StoreError> {
    for pause in COMMIT_PAUSES {
        match store.commit(Arc::clone(&records)).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::error!(%error, "a commit failed; trying again");
                tokio::time::sleep(pause).await;
            }
        }
    }
    store.commit(records).await
}
