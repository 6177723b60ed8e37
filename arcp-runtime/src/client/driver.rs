//! The one task of a client: moves frames between the transport and [`ClientCore`], and news from it to the handles.
//!
//! It is a future written by hand, because reading, writing, waiting and handing out go on at the same time over one transport without a lock.
//! Here are its state and its turns; what handles ask for is in [`requests`], what they are told in [`deliver`], the connection in [`connection`].

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::{Instant, Sleep};

use self::deliver::{Held, Sink};
use self::requests::Reply;
use super::connect::Connect;
use super::job::JobHandle;
use super::link::Link;
use super::{Backoff, ClientError, Control, Incident, Opened, Request, SavedSession};
use crate::clock::{Clock, Now};
use crate::id::Mint;
use crate::limits::{CLIENT_INBOX, ClientLimits};
use crate::protocol::client::core::{ClientCore, Key, Settings};
use crate::protocol::shown::Shown;

mod connection;
mod deliver;
mod requests;

/// Rounds before other tasks have their turn.
const TURNS: usize = 16;

/// What a driver is made of.
pub(super) struct DriverSettings {
    pub(super) settings: Settings,
    pub(super) connector: Arc<dyn Connect>,
    pub(super) backoff: Option<Backoff>,
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

/// The task. It ends when the client is closed, cannot go on, or has no handle left.
pub(super) struct Driver {
    core: ClientCore,
    link: Link,
    connector: Arc<dyn Connect>,
    backoff: Option<Backoff>,
    limits: ClientLimits,
    clock: Arc<dyn Clock>,
    mint: Arc<dyn Mint>,
    requests: mpsc::Receiver<Request>,
    /// For the handles that are made here; weak, so that it does not keep the task alive.
    session: mpsc::WeakSender<Request>,
    control: mpsc::Receiver<Control>,
    /// For the handles that are made here.
    controls: mpsc::WeakSender<Control>,
    incidents: broadcast::Sender<Incident>,
    ready: Option<Ready>,
    opened: Option<watch::Sender<Arc<Opened>>>,
    replies: HashMap<Key, Reply>,
    sinks: HashMap<Key, Sink>,
    /// Of jobs that have ended, while their consumers have not taken everything.
    ended: Vec<Sink>,
    /// With how many of them to look which were taken meanwhile.
    ended_looked_at: usize,
    next_key: u64,
    /// An event whose queue is full. Nothing is read until it fits or is given up.
    held: Option<Held>,
    /// Counts sessions, because their numbers start again.
    epoch: u64,
    timer: Pin<Box<Sleep>>,
    /// When the timer fires.
    armed: Option<Duration>,
    attempt: u32,
    lost_at: Option<Duration>,
    /// Since when the session is open over this connection.
    open_since: Option<Duration>,
    closing: Vec<oneshot::Sender<()>>,
    control_open: bool,
    over: bool,
}

/// A driver that starts to connect when it is polled, and the handles' side of it.
pub(super) fn new(settings: DriverSettings, ready: Ready) -> (Driver, Ends) {
    let limits = settings.settings.limits.clone();
    let (requests, requests_end) = mpsc::channel(CLIENT_INBOX);
    let (control, control_end) = mpsc::channel(CLIENT_INBOX);
    let (incidents, _) = broadcast::channel(limits.incidents.max(1));
    let mut driver = Driver {
        core: ClientCore::new(settings.settings, Arc::clone(&settings.mint)),
        link: Link::Connecting(settings.connector.connect()),
        connector: settings.connector,
        backoff: settings.backoff,
        limits,
        clock: settings.clock,
        mint: settings.mint,
        requests: requests_end,
        session: requests.downgrade(),
        control: control_end,
        controls: control.downgrade(),
        incidents: incidents.clone(),
        ready: Some(ready),
        opened: None,
        replies: HashMap::new(),
        sinks: HashMap::new(),
        ended: Vec::new(),
        ended_looked_at: 0,
        next_key: 0,
        held: None,
        epoch: 0,
        timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
        armed: None,
        attempt: 0,
        lost_at: None,
        open_since: None,
        closing: Vec::new(),
        control_open: true,
        over: false,
    };
    let adopted = settings
        .resume
        .map_or_else(Vec::new, |saved| driver.adopt(saved));
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

    fn tell(&self, incident: Incident) {
        tracing::debug!(incident = %Shown(format_args!("{incident:?}")), "client");
        // An error means that nobody listens.
        let _ = self.incidents.send(incident);
    }

    /// Waits for the next thing that is due, and does it.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = self.now();
            let slow = self.slowness_due(now.mono);
            let Some(due) = [self.core.due(), slow].into_iter().flatten().min() else {
                return Poll::Pending;
            };
            if self.armed.is_none_or(|armed| due < armed) {
                // Bounded, because an instant cannot be any distance away.
                let wait = due.saturating_sub(now.mono).min(Duration::from_hours(24));
                self.timer.as_mut().reset(Instant::now() + wait);
                self.armed = Some(due);
            }
            ready!(self.timer.as_mut().poll(cx));
            self.armed = None;
            let now = self.now();
            if now.mono < due {
                continue;
            }
            self.judge_slowness(now.mono);
            let taken = self.taken();
            self.core.tick(now, taken);
            return Poll::Ready(());
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
