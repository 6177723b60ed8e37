//! The one task of a client: moves frames between the transport and [`ClientCore`], and news from it to the handles.
//!
//! It is a future written by hand, because reading, writing, waiting and handing out go on at the same time over one transport without a lock.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use arcp_generated::job::Accepted;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::{Instant, Sleep};

use super::connect::Connect;
use super::job::{Face, JobHandle};
use super::link::{Heard, Link, Wire};
use super::queue::{self, Position, QueueLimits, Sender};
use super::{
    Backoff, ClientError, Control, Incident, JobEvent, Loss, Opened, Outcome, Request, SavedSession,
};
use crate::clock::{Clock, Now};
use crate::id::Mint;
use crate::protocol::client::core::{ClientCore, Key, Output, Settings};
use crate::transport::{CloseCode, Goodbye};

/// Requests that wait for the session's task, and those that wait for the runtime's answer.
const MAX_REQUESTS: usize = 1024;
/// Incidents that wait for a reader before the oldest falls away.
const MAX_INCIDENTS: usize = 256;
/// Frames that are read before others have their turn.
const READ_BATCH: usize = 64;
/// Rounds before other tasks have their turn.
const TURNS: usize = 16;
/// How long reading may be held back before it is told.
const SLOW_AFTER: Duration = Duration::from_secs(1);

/// What a driver is made of.
pub(super) struct DriverSettings {
    pub(super) settings: Settings,
    pub(super) connector: Arc<dyn Connect>,
    pub(super) backoff: Option<Backoff>,
    pub(super) queue: QueueLimits,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) mint: Arc<dyn Mint>,
    pub(super) resume: Option<SavedSession>,
}

/// The handles' side.
pub(super) struct Ends {
    pub(super) requests: mpsc::Sender<Request>,
    pub(super) control: mpsc::Sender<Control>,
    pub(super) incidents: broadcast::Sender<Incident>,
    pub(super) adopted: Vec<JobHandle>,
}

type Ready = oneshot::Sender<Result<watch::Receiver<Arc<Opened>>, ClientError>>;
type Item = Result<JobEvent, Loss>;

/// Who waits for the answer to a request.
enum Reply {
    Submit(oneshot::Sender<Result<JobHandle, ClientError>>),
    Cancel(oneshot::Sender<Result<(), ClientError>>),
    Ping(oneshot::Sender<Result<Duration, ClientError>>),
}

/// Where the news of a job go.
struct Sink {
    events: Sender<Item>,
    face: watch::Sender<Face>,
    outcome: watch::Sender<Option<Arc<Outcome>>>,
}

/// The task. It ends when the client is closed, cannot go on, or has no handle left.
pub(super) struct Driver {
    core: ClientCore,
    link: Link,
    connector: Arc<dyn Connect>,
    backoff: Option<Backoff>,
    queue: QueueLimits,
    clock: Arc<dyn Clock>,
    mint: Arc<dyn Mint>,
    requests: mpsc::Receiver<Request>,
    /// For the handles that are made here; weak, so that it does not keep the task alive.
    session: mpsc::WeakSender<Request>,
    control: mpsc::Receiver<Control>,
    incidents: broadcast::Sender<Incident>,
    ready: Option<Ready>,
    opened: Option<watch::Sender<Arc<Opened>>>,
    replies: HashMap<Key, Reply>,
    sinks: HashMap<Key, Sink>,
    next_key: u64,
    /// An event whose queue is full. Nothing is read until it fits.
    held: Option<Held>,
    /// Counts sessions, because their numbers start again.
    epoch: u64,
    timer: Pin<Box<Sleep>>,
    /// When the timer fires.
    armed: Option<Duration>,
    attempt: u32,
    lost_at: Option<Duration>,
    closing: Vec<oneshot::Sender<()>>,
    control_open: bool,
    over: bool,
}

struct Held {
    key: Key,
    item: Item,
    bytes: usize,
    position: Position,
    /// When its slowness is to be told; never again when that was done.
    told_at: Option<Duration>,
}

/// A driver that starts to connect when it is polled, and the handles' side of it.
pub(super) fn new(settings: DriverSettings, ready: Ready) -> (Driver, Ends) {
    let (requests, requests_end) = mpsc::channel(MAX_REQUESTS);
    let (control, control_end) = mpsc::channel(8);
    let (incidents, _) = broadcast::channel(MAX_INCIDENTS);
    let mut driver = Driver {
        core: ClientCore::new(settings.settings, Arc::clone(&settings.mint)),
        link: Link::Connecting(settings.connector.connect()),
        connector: settings.connector,
        backoff: settings.backoff,
        queue: settings.queue,
        clock: settings.clock,
        mint: settings.mint,
        requests: requests_end,
        session: requests.downgrade(),
        control: control_end,
        incidents: incidents.clone(),
        ready: Some(ready),
        opened: None,
        replies: HashMap::new(),
        sinks: HashMap::new(),
        next_key: 0,
        held: None,
        epoch: 0,
        timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
        armed: None,
        attempt: 0,
        lost_at: None,
        closing: Vec::new(),
        control_open: true,
        over: false,
    };
    let adopted = match settings.resume {
        Some(saved) => driver.adopt(saved, &requests),
        None => Vec::new(),
    };
    let ends = Ends {
        requests,
        control,
        incidents,
        adopted,
    };
    (driver, ends)
}

impl Future for Driver {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        for _ in 0..TURNS {
            this.take_control(cx);
            this.take_requests(cx);
            this.hand_out(cx);
            match this.drive_link(cx) {
                Poll::Ready(Turn::Again) => {}
                Poll::Ready(Turn::Over) => return Poll::Ready(()),
                Poll::Pending => ready!(this.poll_timer(cx)),
            }
        }
        // Others have their turn; we come back at once.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Whether there may be more to do.
enum Turn {
    Again,
    Over,
}

impl Driver {
    fn now(&self) -> Now {
        self.clock.now()
    }

    fn key(&mut self) -> Key {
        self.next_key += 1;
        Key(self.next_key)
    }

    fn adopt(&mut self, saved: SavedSession, session: &mpsc::Sender<Request>) -> Vec<JobHandle> {
        let mut handles = Vec::new();
        let mut jobs = Vec::new();
        for job_id in saved.jobs {
            let key = self.key();
            jobs.push((job_id.clone(), key));
            let face = Face {
                job_id,
                accepted: None,
            };
            handles.push(self.add_sink(key, face, session.clone()));
        }
        self.core.adopt(
            saved.session_id,
            saved.resume_token,
            saved.last_event_seq,
            jobs,
        );
        handles
    }

    fn add_sink(&mut self, key: Key, face: Face, session: mpsc::Sender<Request>) -> JobHandle {
        let (events, events_end) = queue::queue(self.queue);
        let (face, face_end) = watch::channel(face);
        let (outcome, outcome_end) = watch::channel(None);
        self.sinks.insert(
            key,
            Sink {
                events,
                face,
                outcome,
            },
        );
        JobHandle::new(key, face_end, events_end, outcome_end, session)
    }

    /// Up to which number consumers have taken everything.
    fn taken(&self) -> u64 {
        let held = self.held.iter().map(|held| held.position);
        let waiting = self
            .sinks
            .values()
            .filter_map(|sink| sink.events.first_waiting());
        match held.chain(waiting).min() {
            Some((epoch, _)) if epoch < self.epoch => 0,
            Some((_, first)) => first.saturating_sub(1).min(self.core.last_event_seq()),
            None => self.core.last_event_seq(),
        }
    }

    fn take_control(&mut self, cx: &mut Context<'_>) {
        while self.control_open {
            match self.control.poll_recv(cx) {
                Poll::Ready(Some(Control::Save { reply })) => {
                    let saved = self.core.resume_point().map(|(session, token, jobs)| {
                        SavedSession::new(session, token, self.taken(), jobs)
                    });
                    // Nobody may be there to take it.
                    let _ = reply.send(saved);
                }
                Poll::Ready(Some(Control::Close { reason, reply })) => {
                    self.closing.push(reply);
                    if self.closing.len() == 1 {
                        let now = self.now();
                        self.core.close(&reason, now);
                    }
                }
                Poll::Ready(None) => self.control_open = false,
                Poll::Pending => return,
            }
        }
    }

    fn take_requests(&mut self, cx: &mut Context<'_>) {
        if self.over {
            return;
        }
        while self.core.is_open() && self.has_room() {
            match self.requests.poll_recv(cx) {
                Poll::Ready(Some(request)) => self.request(request),
                Poll::Ready(None) => break,
                Poll::Pending => return,
            }
        }
        if self.requests.sender_strong_count() == 0 && self.requests.is_empty() {
            self.end(ClientError::Closed);
        }
    }

    /// Whether one more request can be taken: neither the runtime's answers nor its reading may be too far behind.
    fn has_room(&self) -> bool {
        let unsent = match &self.link {
            Link::Up(wire) => wire.waiting(),
            _ => 0,
        };
        self.core.waiting() + unsent < MAX_REQUESTS
    }

    fn request(&mut self, request: Request) {
        let (key, now) = (self.key(), self.now());
        match request {
            Request::Submit { submission, reply } => {
                self.replies.insert(key, Reply::Submit(reply));
                self.core
                    .submit(key, submission.submit, submission.trace_id, now);
            }
            Request::Cancel { job, reason, reply } => {
                self.replies.insert(key, Reply::Cancel(reply));
                self.core.cancel(key, job, &reason, now);
            }
            Request::Ping { reply } => {
                self.replies.insert(key, Reply::Ping(reply));
                self.core.ping(key, now);
            }
        }
    }

    /// Hands out the news until a queue is full.
    fn hand_out(&mut self, cx: &mut Context<'_>) {
        loop {
            if let Some(held) = self.held.take() {
                let full = self
                    .sinks
                    .get(&held.key)
                    .is_some_and(|sink| sink.events.poll_ready(cx).is_pending());
                // While the client is being closed a slow consumer no longer counts: what does not fit stays with the runtime.
                if full && self.closing.is_empty() {
                    self.held = Some(held);
                    return;
                }
                if !full && let Some(sink) = self.sinks.get(&held.key) {
                    sink.events.push(held.item, held.bytes, held.position);
                }
            }
            match self.core.next_output() {
                Some(output) => self.output(output),
                None => return,
            }
        }
    }

    fn output(&mut self, output: Output) {
        match output {
            Output::Event(key, item, bytes) => {
                let event_seq = item.as_ref().map_or(0, |event| event.event_seq);
                if item.is_ok() {
                    self.progressed();
                }
                self.held = Some(Held {
                    key,
                    item,
                    bytes,
                    position: (self.epoch, event_seq),
                    told_at: None,
                });
            }
            Output::Opened(opened) => self.opened(opened),
            Output::Accepted(key, accepted) => self.accepted(key, *accepted),
            Output::Ended(key, outcome) => {
                self.progressed();
                if let Some(sink) = self.sinks.remove(&key) {
                    sink.outcome.send_replace(Some(Arc::new(outcome)));
                }
            }
            Output::Failed(key, error) => self.answer(key, Err(error)),
            Output::Cancelled(key) => self.answer(key, Ok(Duration::ZERO)),
            Output::Pong(key, round_trip) => {
                self.progressed();
                self.answer(key, Ok(round_trip));
            }
            Output::Incident(incident) => self.tell(incident),
            Output::Reconnect(reason) => self.lost(reason, None),
            Output::Fatal(error) => self.end(error),
            Output::Closed => self.end(ClientError::Closed),
        }
    }

    /// Answers a request that makes no job. Nobody may be there to take it.
    fn answer(&mut self, key: Key, answer: Result<Duration, ClientError>) {
        match (self.replies.remove(&key), answer) {
            (Some(Reply::Submit(reply)), Err(error)) => drop(reply.send(Err(error))),
            (Some(Reply::Cancel(reply)), answer) => drop(reply.send(answer.map(drop))),
            (Some(Reply::Ping(reply)), answer) => drop(reply.send(answer)),
            (Some(Reply::Submit(_)), Ok(_)) | (None, _) => {}
        }
    }

    fn accepted(&mut self, key: Key, accepted: Accepted) {
        self.progressed();
        let face = Face {
            job_id: accepted.job_id.clone(),
            accepted: Some(Arc::new(accepted)),
        };
        if let Some(sink) = self.sinks.get(&key) {
            sink.face.send_replace(face);
        } else if let Some(Reply::Submit(reply)) = self.replies.remove(&key)
            && let Some(session) = self.session.upgrade()
        {
            // When nobody takes the handle it is dropped, and the job's events fall away.
            let handle = self.add_sink(key, face, session);
            drop(reply.send(Ok(handle)));
        }
    }

    fn opened(&mut self, opened: Arc<Opened>) {
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

    fn tell(&self, incident: Incident) {
        tracing::debug!(?incident, "client");
        // An error means that nobody listens.
        let _ = self.incidents.send(incident);
    }

    /// The connection does what it is for: a later loss starts its own count of tries.
    fn progressed(&mut self) {
        self.attempt = 0;
        self.lost_at = None;
    }

    fn drive_link(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        match &mut self.link {
            Link::Waiting(sleep) => {
                ready!(sleep.as_mut().poll(cx));
                self.link = Link::Connecting(self.connector.connect());
            }
            Link::Connecting(connecting) => match ready!(connecting.as_mut().poll(cx)) {
                Ok(transport) => {
                    self.link = Link::Up(Wire::new(transport));
                    let now = self.now();
                    self.core.connected(now);
                }
                Err(error) => self.unreachable(error),
            },
            Link::Up(wire) => {
                while let Some(frame) = self.core.next_frame() {
                    wire.send(frame);
                }
                wire.drive_writing(cx);
                return self.read(cx);
            }
            Link::Ending(wire, code) => {
                ready!(wire.poll_ending(cx, *code));
                self.link = Link::Down;
            }
            Link::Down if self.held.is_none() => return Poll::Ready(Turn::Over),
            Link::Down => return Poll::Pending,
        }
        Poll::Ready(Turn::Again)
    }

    /// Reads until nothing is there, a queue is full, or others should have their turn.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        let now = self.now();
        for frames in 0..READ_BATCH {
            if self.held.is_some() {
                if frames > 0 {
                    break;
                }
                return Poll::Pending;
            }
            let Link::Up(wire) = &mut self.link else {
                break;
            };
            let heard = match wire.poll_read(cx) {
                Poll::Ready(heard) => heard,
                // What was read may have made frames to write: only a round without news may wait.
                Poll::Pending if frames == 0 => return Poll::Pending,
                Poll::Pending => break,
            };
            match heard {
                Heard::Frame(frame) => self.core.receive(&frame, now),
                Heard::Unreadable(reason) => self.core.garbled(&reason),
                Heard::End(reason, goodbye) => self.lost(reason, goodbye),
            }
            self.hand_out(cx);
        }
        Poll::Ready(Turn::Again)
    }

    /// The connection is gone.
    fn lost(&mut self, reason: String, goodbye: Option<Goodbye>) {
        self.link = Link::Down;
        self.core.disconnected();
        if !self.closing.is_empty() {
            self.end(ClientError::Closed);
        } else if goodbye.is_some_and(|goodbye| goodbye.code == CloseCode::TakenOver.code()) {
            self.end(ClientError::TakenOver);
        } else if !self.core.was_open() {
            self.end(ClientError::Connect {
                reason: format!("{reason} before the welcome"),
                transient: true,
            });
        } else {
            self.tell(Incident::Disconnected {
                reason: reason.clone(),
            });
            self.retry(reason);
        }
    }

    /// A connection could not be made.
    fn unreachable(&mut self, error: ClientError) {
        let transient = matches!(
            &error,
            ClientError::Connect {
                transient: true,
                ..
            }
        );
        if !transient || !self.core.was_open() {
            self.end(error);
            return;
        }
        let reason = error.to_string();
        self.tell(Incident::RetryFailed {
            attempt: self.attempt.saturating_sub(1),
            reason: reason.clone(),
        });
        self.retry(reason);
    }

    /// Tries again after a while, or not at all.
    fn retry(&mut self, reason: String) {
        let now = self.now().mono;
        let lost_for = now.saturating_sub(*self.lost_at.get_or_insert(now));
        let random = u64::try_from(self.mint.ulid(self.now().wall).0 & u128::from(u64::MAX))
            .unwrap_or_default();
        let delay = self
            .backoff
            .and_then(|backoff| backoff.delay(self.attempt, lost_for, random));
        match delay {
            Some(delay) => {
                self.attempt = self.attempt.saturating_add(1);
                self.link = Link::Waiting(Box::pin(tokio::time::sleep(delay)));
            }
            None => self.end(ClientError::Disconnected { reason }),
        }
    }

    /// The client has ended: everybody who waits is told, and the transport says goodbye.
    fn end(&mut self, error: ClientError) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        self.core.abandon(&error);
        self.link = match std::mem::replace(&mut self.link, Link::Down) {
            Link::Up(mut wire) => {
                while let Some(frame) = self.core.next_frame() {
                    wire.send(frame);
                }
                wire.ending(CloseCode::Normal)
            }
            _ => Link::Down,
        };
        // Requests that were not looked at yet are answered by dropping them.
        self.requests.close();
        self.tell(Incident::Ended(error.clone()));
        if let Some(ready) = self.ready.take() {
            drop(ready.send(Err(error)));
        }
    }

    /// Waits for the next thing that is due, and does it.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = self.now();
            let slow = self.held.as_mut().and_then(|held| {
                let told_at = *held.told_at.get_or_insert(now.mono + SLOW_AFTER);
                (told_at != Duration::MAX).then_some(told_at)
            });
            let Some(due) = [self.core.due(), slow].into_iter().flatten().min() else {
                return Poll::Pending;
            };
            if self.armed.is_none_or(|armed| due < armed) {
                let wait = due.saturating_sub(now.mono);
                self.timer.as_mut().reset(Instant::now() + wait);
                self.armed = Some(due);
            }
            ready!(self.timer.as_mut().poll(cx));
            self.armed = None;
            let now = self.now();
            if now.mono < due {
                continue;
            }
            self.tell_slowness(now.mono);
            let (holding, taken) = (self.held.is_some(), self.taken());
            self.core.tick(now, holding, || taken);
            return Poll::Ready(());
        }
    }

    fn tell_slowness(&mut self, now: Duration) {
        let Some(held) = &mut self.held else { return };
        if held.told_at.is_some_and(|told_at| told_at <= now) {
            held.told_at = Some(Duration::MAX);
            let key = held.key;
            if let Some(job_id) = self.core.job_of(key).cloned() {
                self.tell(Incident::SlowConsumer { job_id });
            }
        }
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("core", &self.core)
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}
