//! The one writer: takes inputs, lets the core decide, commits, and only then carries out.
//!
//! While a batch is being committed the next one collects. Everything that follows from an input waits for the records of that input and of those before it,
//! so what a peer was told can always be replayed to it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::batch::Batch;
use super::faces::Faces;
use super::feed::Feed;
use super::jobs::Jobs;
use super::lanes::{Call, Greeted, Inbox, Lanes, Told, Welcomed};
use super::line::Owing;
use super::metrics::Counters;
use crate::clock::{Clock, FAR};
use crate::id::SessionKey;
use crate::limits::{CALLS_AT_ONCE, COMMIT_PAUSES, INPUTS_AT_ONCE, Limits};
use crate::protocol::core::{ConnKey, Core, Effect, Input, Output};
use crate::protocol::handshake::Attach;
use crate::protocol::listing::Page;
use crate::protocol::shown::Shown;
use crate::protocol::subscription::{Audit, Lookup};
use crate::store::{Record, Store, StoreError, StoreFuture};
use crate::transport::CloseCode;

/// The driver of the core.
#[derive(Debug)]
pub(super) struct Dispatch {
    core: Core,
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    limits: Limits,
    lanes: Lanes,
    jobs: Jobs,
    greeting: HashMap<ConnKey, oneshot::Sender<Greeted>>,
    feeds: HashMap<SessionKey, Arc<Feed>>,
    attached: HashMap<ConnKey, Arc<Feed>>,
    faces: Arc<Faces>,
    counters: Arc<Counters>,
    /// Whether the runtime drains and no job is left.
    drained: watch::Sender<bool>,
    stopping: bool,
    /// Answers that will be among the effects that collect now.
    asked: Vec<Owing>,
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
    let (inbox, lanes) = super::lanes::new(&limits);
    let jobs = jobs(inbox.clone());
    let counters = Arc::clone(&jobs.desk.counters);
    let drained = watch::Sender::new(false);
    let dispatch = Dispatch {
        core,
        clock,
        store,
        limits,
        lanes,
        jobs,
        greeting: HashMap::new(),
        feeds: HashMap::new(),
        attached: HashMap::new(),
        faces,
        counters,
        drained,
        stopping: false,
        asked: Vec::new(),
    };
    (dispatch, inbox)
}

impl Dispatch {
    /// Becomes true when the runtime drains and no job is left to wait for.
    pub(super) fn drained(&self) -> watch::Receiver<bool> {
        self.drained.subscribe()
    }

    /// Runs until a shutdown was carried out, or the store failed for good. `pending` is what recovery led to.
    ///
    /// # Errors
    /// The store's last error.
    pub(super) async fn run(mut self, pending: Output) -> Result<(), StoreError> {
        let outcome = self.drive(pending).await;
        // A store that failed for good leaves connections that were told nothing.
        for (conn, feed) in self.attached.drain() {
            feed.end(conn, None, CloseCode::Internal);
        }
        outcome
    }

    async fn drive(&mut self, mut pending: Output) -> Result<(), StoreError> {
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&self.clock));
        let counters = Arc::clone(&self.counters);
        let mut calls = Vec::with_capacity(CALLS_AT_ONCE);
        let mut told = Vec::with_capacity(INPUTS_AT_ONCE);
        let mut held = Vec::new();
        let mut held_asked = Vec::new();
        let mut batch = Batch::new(&self.limits);
        let mut commit: Option<StoreFuture<'_, Duration>> = None;
        let mut timer = Box::pin(tokio::time::sleep(Duration::ZERO));
        let mut armed = None;
        loop {
            let now = self.clock.now();
            if !self.stopping {
                self.core.expire(now, &mut pending);
            }
            self.show();
            if commit.is_none() {
                held.append(&mut pending.effects);
                held_asked.append(&mut self.asked);
                if pending.records.is_empty() {
                    self.carry_out(&mut held);
                    held_asked.clear();
                    if self.stopping {
                        return Ok(());
                    }
                } else {
                    batch.close(pending.records.len());
                    commit = Some(Box::pin(commit_with_retries(
                        store.as_ref(),
                        std::mem::take(&mut pending.records).into(),
                        counters.as_ref(),
                        clock.as_ref(),
                    )));
                }
            }
            let collected = pending.records.len();
            let deadline = self.core.deadline();
            // Set only when it has changed: most turns leave the earliest deadline as it is.
            if deadline != armed {
                let wait = deadline.map(|at| at.saturating_sub(now.mono));
                if let Some(wait) = wait {
                    timer.as_mut().reset(Instant::now() + wait.min(FAR));
                }
                armed = deadline;
            }
            tokio::select! {
                biased;
                done = async { match &mut commit { Some(commit) => commit.await, None => std::future::pending().await } } => {
                    commit = None;
                    batch.committed(done?);
                    self.carry_out(&mut held);
                    held_asked.clear();
                }
                // Both lanes have their turn each time, so that neither can starve the other, and timers come in between.
                () = self.lanes.next(&mut calls, &mut told, batch.is_full(collected)), if !self.stopping && Batch::has_room_for_calls(collected) => {
                    self.take_calls(&mut calls, &mut pending);
                    batch.add(self.take_told(&mut told, &mut pending));
                }
                () = timer.as_mut(), if armed.is_some() && !self.stopping => armed = None,
            }
        }
    }

    /// Shows what was counted and whether the drain is over, before anybody is told of what led to it.
    fn show(&self) {
        self.counters.show(&self.core);
        if self.core.drained() {
            self.drained
                .send_if_modified(|drained| !std::mem::replace(drained, true));
        }
    }

    fn take_calls(&mut self, calls: &mut Vec<Call>, pending: &mut Output) {
        let now = self.clock.now();
        for call in calls.drain(..) {
            // Whoever comes after the end would never hear of it: dropped, its greeting is answered with the shutdown.
            if self.stopping {
                continue;
            }
            let input = match call {
                Call::Ask(owing, input) => {
                    self.asked.push(owing);
                    input
                }
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
            if self.stopping {
                continue;
            }
            let before = pending.effects.len();
            self.core.handle(told.input, now, pending);
            sum += told.bytes;
            if let Some(claim) = told.claim {
                let mut newest_first = pending.effects[before..].iter().rev();
                claim.taken(|owner| {
                    newest_first.find_map(|effect| match effect {
                        Effect::Deliver(session, frame) if *session == owner => frame.event_seq,
                        _ => None,
                    })
                });
            }
        }
        sum
    }

    /// Writes a page of jobs, on a task of its own: a thousand jobs take a while.
    fn write_page(&self, session: SessionKey, page: Page) {
        if let Some(feed) = self.feeds.get(&session) {
            let feed = Arc::clone(feed);
            let owing = feed.line().map(|line| line.owing(page.bytes()));
            tokio::spawn(async move {
                feed.send(page.into_frame());
                drop(owing);
            });
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
                    self.to(session, |feed| feed.deliver(frame));
                }
                Effect::Send(session, frame) => {
                    self.to(session, |feed| feed.send(frame));
                }
                Effect::List(session, page) => self.write_page(session, *page),
                Effect::Announce(session, frame) => {
                    self.to(session, |feed| feed.announce(frame));
                }
                Effect::Replay { session, through } => {
                    self.to(session, |feed| feed.replay(through));
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
                    self.to(session, Feed::detach);
                }
                Effect::Gone(session) => {
                    self.feeds.remove(&session);
                }
                Effect::Start(launch) => {
                    // A session that is gone for good has none; it must not get one that nobody would take away again.
                    let owner = self.feeds.get(&launch.owner).cloned();
                    let owner =
                        owner.unwrap_or_else(|| Arc::new(Feed::new(launch.owner, &self.limits)));
                    self.faces.insert(&launch.about);
                    self.jobs.start(*launch, owner);
                }
                Effect::Adopted(job, session) => {
                    if let Some(feed) = self.feeds.get(&session) {
                        self.jobs.adopted(job, Arc::clone(feed));
                    }
                }
                Effect::Stop(job) => self.jobs.stop(job),
                Effect::Expired(job) => tracing::info!(%job, "a job's lease has expired"),
                Effect::Ended(job, ending) => self.jobs.ended(job, &ending),
                Effect::Provision(_)
                | Effect::Revoke(_)
                | Effect::Rotated { .. }
                | Effect::Secret { .. } => self.jobs.desk.upstream(effect),
                Effect::Forgotten(job) => self.faces.forget(job),
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

    /// What waits for a session's socket, as long as there is such a session.
    fn to(&self, session: SessionKey, act: impl FnOnce(&Feed)) {
        if let Some(feed) = self.feeds.get(&session) {
            act(feed);
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
        let line = feed.attach(attach.conn, attach.welcome, attach.after, attach.last);
        self.attached.insert(attach.conn, Arc::clone(&feed));
        let welcomed = Welcomed {
            session: attach.session,
            principal: attach.principal,
            // The greeting knows it.
            expires_at: None,
            features: attach.features,
            feed,
            line,
        };
        // When the connection is gone by now, its own `Detached` comes next.
        let _ = answer.send(Greeted::Welcome(welcomed));
    }
}

/// Who asked to follow which job, and whether they may (§14).
fn log(audit: &Audit) {
    tracing::info!(
        who = %Shown(&audit.who),
        job = %Shown(&audit.job),
        owner = audit.owner.as_ref().map(Shown).map(tracing::field::display),
        allowed = audit.allowed,
        "subscription asked for"
    );
}

/// A commit that fails is tried again for a moment: a full disk may be emptied, a lock may go away.
/// Answers with how long it took.
async fn commit_with_retries(
    store: &dyn Store,
    records: Arc<[Record]>,
    counters: &Counters,
    clock: &dyn Clock,
) -> Result<Duration, StoreError> {
    let began = clock.now().mono;
    let mut pauses = COMMIT_PAUSES.iter();
    loop {
        let Err(error) = store.commit(Arc::clone(&records)).await else {
            let took = clock.now().mono.saturating_sub(began);
            counters.committed(records.len(), took);
            return Ok(took);
        };
        counters.commit_failed();
        let Some(pause) = pauses.next() else {
            return Err(error);
        };
        tracing::error!(%error, "a commit failed; trying again");
        tokio::time::sleep(*pause).await;
    }
}
