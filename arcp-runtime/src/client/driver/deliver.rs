//! What handles are told, in order, and what happens when one of them does not listen.
//!
//! An event whose queue is full is held, and while it is held nothing is read: back-pressure reaches the runtime and its agent. A consumer that takes
//! nothing for [`ClientLimits::slow_consumer`](crate::limits::ClientLimits::slow_consumer) while others wait is given up: its events fall away until it
//! takes some, and a [`Loss`] stands at their place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use arcp_generated::common::CredentialId;
use arcp_generated::credential::CredentialValue;
use tokio::sync::watch;

use super::super::credential::Credentials;
use super::super::job::{Face, JobHandle};
use super::super::queue::{self, Position, QueueLimits, Sender};
use super::super::{
    ClientError, Incident, JobEvent, JobFailure, Loss, LossReason, Opened, Outcome, ResultPosition,
    SavedSession,
};
use super::Driver;
use crate::limits::SLOW_AFTER;
use crate::protocol::client::core::{Key, Output};

type Item = Result<JobEvent, Loss>;

/// Where the news of a job go.
pub(super) struct Sink {
    events: Sender<Item>,
    face: watch::Sender<Face>,
    outcome: watch::Sender<Option<Arc<Outcome>>>,
    /// How far the job's result was written, where it goes to a writer.
    pub(super) written: Option<watch::Receiver<Option<ResultPosition>>>,
    /// What fell away and is not told yet.
    lag: Option<Lag>,
    /// It was given up once and has not caught up since: nobody waits for it again.
    given_up: bool,
}

/// Events that fell away.
struct Lag {
    epoch: u64,
    from: u64,
    /// `None` when the session was replaced meanwhile.
    through: Option<u64>,
}

/// An event that waits for room.
pub(super) struct Held {
    key: Key,
    item: Item,
    bytes: usize,
    position: Position,
    /// Since when it waits.
    since: Option<Duration>,
    /// Whether that was told.
    told: bool,
    /// Since when others wait for it.
    hindering: Option<Duration>,
}

impl Sink {
    /// Shows what is new of the job beside what is known of it.
    pub(super) fn show(&self, face: Face) {
        self.face.send_modify(|known| known.learn(face));
    }

    /// A credential has a new value.
    fn rotate(&self, id: &CredentialId, value: &CredentialValue) {
        self.face.send_modify(|face| {
            if let Some(credentials) = &mut face.credentials {
                credentials.rotate(id, value);
            }
        });
    }

    /// Whether its consumer is there and has not taken everything.
    fn is_behind(&self) -> bool {
        self.events.first_waiting().is_some()
    }

    /// Whether its consumer is waited for in this session. Numbers of a session that is lost say nothing to anybody.
    fn waits_in(&self, epoch: u64) -> bool {
        let first = self.events.first_waiting();
        !self.given_up && first.is_some_and(|first| first.0 == epoch)
    }

    /// Whether nobody has a handle or a stream any more.
    fn is_abandoned(&self) -> bool {
        self.events.is_deaf() && self.outcome.receiver_count() == 0
    }

    /// Lets an event fall away.
    fn fall_away(&mut self, (epoch, seq): Position) {
        self.given_up = true;
        let lag = self.lag.get_or_insert(Lag {
            epoch,
            from: seq,
            through: Some(seq),
        });
        lag.through = lag.through.filter(|_| lag.epoch == epoch).map(|_| seq);
    }

    /// Puts what fell away at its place.
    fn tell_lag(&mut self) {
        if let Some(Lag {
            epoch,
            from,
            through,
        }) = self.lag.take()
        {
            let loss = Loss {
                from,
                through,
                reason: LossReason::SlowConsumer,
                resubmitted: false,
            };
            self.events.push(Err(loss), 0, (epoch, from));
        }
    }

    /// Puts an event into its queue; gives it back when there is no room for it.
    fn offer(&mut self, held: Held, give_up: bool, cx: &mut Context<'_>) -> Option<Held> {
        if self.events.is_empty() {
            self.given_up = false;
        }
        let full = self.events.poll_ready(cx).is_pending();
        if full && (give_up || self.given_up || self.lag.is_some()) {
            self.fall_away(held.position);
            return None;
        }
        if full {
            return Some(held);
        }
        self.tell_lag();
        self.events.push(held.item, held.bytes, held.position);
        None
    }
}

impl Driver {
    /// Makes a place for the news of a job, and the handle that reads them. `None` when no handle is left at all.
    pub(super) fn add_sink(&mut self, key: Key, face: Face) -> Option<JobHandle> {
        let (session, control) = (self.session.upgrade()?, self.controls.upgrade()?);
        let (events, events_end) = queue::queue(QueueLimits {
            items: self.limits.events.max(1),
            bytes: self.limits.event_bytes.max(1),
        });
        let (face, face_end) = watch::channel(face);
        let (outcome, outcome_end) = watch::channel(None);
        let sink = Sink {
            events,
            face,
            outcome,
            written: None,
            lag: None,
            given_up: false,
        };
        self.sinks.insert(key, sink);
        let handle = JobHandle::new(key, face_end, events_end, outcome_end, session, control);
        Some(handle)
    }

    /// Up to which number consumers have taken everything. Those that were given up do not count.
    pub(super) fn taken(&self) -> u64 {
        let held = self.held.iter().map(|held| held.position);
        let waiting = self
            .sinks
            .values()
            .filter(|sink| !sink.given_up)
            .filter_map(|sink| sink.events.first_waiting());
        let ended = self
            .ended
            .iter()
            .filter(|sink| sink.waits_in(self.epoch))
            .filter_map(|sink| sink.events.first_waiting());
        match held.chain(waiting).chain(ended).min() {
            Some((epoch, _)) if epoch < self.epoch => 0,
            Some((_, first)) => first.saturating_sub(1).min(self.core.last_event_seq()),
            None => self.core.last_event_seq(),
        }
    }

    /// What another client needs to go on from what consumers have taken here: of jobs that have ended too, as long as that is not all.
    pub(super) fn saved(&self) -> Option<SavedSession> {
        let (session_id, resume_token, mut jobs) = self.core.resume_point()?;
        let last_event_seq = self.taken();
        let mut results = BTreeMap::new();
        let behind = self.ended.iter().filter(|sink| sink.waits_in(self.epoch));
        jobs.extend(behind.map(|sink| sink.face.borrow().job_id.clone()));
        jobs.sort();
        jobs.dedup();
        for sink in self.sinks.values().chain(&self.ended) {
            let position = sink.written.as_ref();
            if let Some(position) = position.and_then(|written| written.borrow().clone()) {
                results.insert(sink.face.borrow().job_id.clone(), position);
            }
        }
        results.retain(|job_id, _| jobs.binary_search(job_id).is_ok());
        Some(SavedSession::new(
            session_id,
            resume_token,
            last_event_seq,
            jobs,
            results,
        ))
    }

    /// Keeps what an ended job's consumer has not taken in view.
    fn keep_ended(&mut self, sink: Sink) {
        // Each is looked at a few times at most, however many there are.
        if self.ended.len() >= self.ended_looked_at {
            self.ended.retain(Sink::is_behind);
            self.ended_looked_at = (2 * self.ended.len()).max(64);
        }
        self.ended.extend(Some(sink).filter(Sink::is_behind));
    }

    /// Hands out the news until a queue is full.
    pub(super) fn hand_out(&mut self, cx: &mut Context<'_>) {
        self.hand_on(cx);
        if self.held.is_some() != self.core.is_holding() {
            let now = self.now();
            self.core.hold_back(self.held.is_some(), now);
        }
    }

    fn hand_on(&mut self, cx: &mut Context<'_>) {
        for sink in self.sinks.values_mut() {
            if sink.lag.is_some() && sink.events.poll_ready(cx).is_ready() {
                sink.tell_lag();
            }
        }
        loop {
            if let Some(held) = self.held.take() {
                self.held = self.place(held, cx);
                if self.held.is_some() {
                    return;
                }
            }
            match self.core.next_output() {
                Some(output) => self.output(output),
                None => return,
            }
        }
    }

    /// Puts an event where it belongs; gives it back when it has to wait.
    fn place(&mut self, held: Held, cx: &mut Context<'_>) -> Option<Held> {
        let key = held.key;
        let sink = self.sinks.get_mut(&key)?;
        if sink.is_abandoned() {
            let now = self.now();
            self.core.unsubscribe(key, now);
            return None;
        }
        // While the client is being closed nobody is waited for.
        sink.offer(held, !self.closing.is_empty(), cx)
    }

    fn output(&mut self, output: Output) {
        match output {
            Output::Event(key, item, bytes) => {
                let seq = match &item {
                    Ok(event) => event.event_seq,
                    Err(loss) => loss.from,
                };
                if let Ok(event) = &item {
                    self.progressed();
                    // Before its consumer sees the event, which may be long after.
                    if let (Some((id, value)), Some(sink)) =
                        (Credentials::rotation(&event.body), self.sinks.get(&key))
                    {
                        sink.rotate(id, value);
                    }
                }
                self.held = Some(Held {
                    key,
                    item,
                    bytes,
                    position: (self.epoch, seq),
                    since: None,
                    told: false,
                    hindering: None,
                });
            }
            Output::Opened(opened) => self.opened(opened),
            Output::Accepted(key, accepted) => {
                self.progressed();
                self.job(key, Face::accepted(*accepted));
            }
            Output::Subscribed(key, subscribed) => {
                self.progressed();
                self.job(key, Face::subscribed(*subscribed));
            }
            Output::Listed(key, jobs) => {
                self.progressed();
                self.listed(key, *jobs);
            }
            Output::Ended(key, outcome) => {
                self.progressed();
                if let Some(mut sink) = self.sinks.remove(&key) {
                    sink.tell_lag();
                    sink.face.send_modify(|face| face.credentials = None);
                    // A job that is only followed no more has not ended, and nobody else should wait for its end.
                    let unfollowed = matches!(outcome, Err(JobFailure::Unfollowed(_)));
                    let end = (self.epoch, self.core.last_event_seq());
                    sink.events.finish((!unfollowed).then_some(end));
                    sink.outcome.send_replace(Some(Arc::new(outcome)));
                    if !unfollowed {
                        self.keep_ended(sink);
                    }
                }
            }
            Output::Failed(key, error) => self.failed(key, error),
            Output::Cancelled(key) => self.cancelled(key),
            Output::Pong(key, round_trip) => {
                self.progressed();
                self.ponged(key, round_trip);
            }
            Output::Incident(incident) => self.tell(incident),
            Output::Reconnect(reason) => self.lost(reason, None),
            Output::Fatal(error) => self.end(error),
            Output::Closed => self.end(ClientError::Closed),
        }
    }

    fn opened(&mut self, opened: Arc<Opened>) {
        self.open_since = Some(self.now().mono);
        if !opened.resumed {
            self.epoch += 1;
        }
        match (&self.opened, self.ready.take()) {
            (Some(sender), _) => drop(sender.send_replace(opened)),
            (None, Some(ready)) => {
                let (sender, receiver) = watch::channel(opened);
                self.opened = Some(sender);
                drop(ready.send(Ok(receiver)));
            }
            (None, None) => {}
        }
    }

    /// When the held event is to be looked at again.
    pub(super) fn slowness_due(&mut self, now: Duration) -> Option<Duration> {
        let key = self.held.as_ref()?.key;
        let others = !self.replies.is_empty()
            || !self.requests.is_empty()
            || self
                .sinks
                .iter()
                .any(|(other, sink)| *other != key && !sink.is_abandoned());
        let patience = self.limits.slow_consumer;
        let held = self.held.as_mut()?;
        let since = *held.since.get_or_insert(now);
        held.hindering = others.then(|| held.hindering.unwrap_or(now));
        let tell = (!held.told).then_some(since + SLOW_AFTER);
        let give_up = held.hindering.map(|hindering| hindering + patience);
        tell.into_iter().chain(give_up).min()
    }

    /// Tells that a consumer is slow, and gives it up when others have waited for long enough.
    pub(super) fn judge_slowness(&mut self, now: Duration) {
        let Some(held) = &mut self.held else { return };
        let key = held.key;
        let patience = self.limits.slow_consumer;
        let tell = !held.told && held.since.is_some_and(|since| since + SLOW_AFTER <= now);
        let give_up = held
            .hindering
            .is_some_and(|hindering| hindering + patience <= now);
        held.told |= tell;
        if give_up
            && let Some(held) = self.held.take()
            && let Some(sink) = self.sinks.get_mut(&key)
        {
            sink.fall_away(held.position);
        }
        if (tell || give_up)
            && let Some(job_id) = self.core.job_of(key).cloned()
        {
            self.tell(Incident::SlowConsumer {
                job_id,
                given_up: give_up,
            });
        }
    }
}
