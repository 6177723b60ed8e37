//! One connection: one task that reads, writes, keeps time and waits for its session's feed.
//!
//! What it is told becomes calls of the dispatcher in `request`, what it missed comes from the store in `replay`, what is queued leaves in `writing`.
//! It is one task, not two, so that an idle session costs little and reading and writing share a transport without a lock.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arcp_generated::common::SessionId;
use arcp_generated::error::ErrorCode;
use tokio::time::Sleep;

use super::feed::Work;
use super::greet::{fault, greet};
use super::host::Host;
use super::lanes::{Call, Stopped, Welcomed};
use super::outgoing::Ids;
use crate::clock::FAR;
use crate::limits::GOODBYE;
use crate::protocol::connection::{Connection, Step};
use crate::protocol::core::{ConnKey, Input, refusal_frame};
use crate::protocol::frame::Frame;
use crate::protocol::shown::Shown;
use crate::store::{Delivered, StoreError, StoreFuture};
use crate::transport::{BoxTransport, CloseCode, Received, Text, TransportError};

mod replay;
mod request;
mod writing;

/// Serves one connection to its end.
pub(super) async fn serve(host: Arc<Host>, conn: ConnKey, mut transport: BoxTransport) {
    // What runs only at the ends is boxed: an idle session does not keep its room.
    match Box::pin(greet(&host, conn, &mut transport)).await {
        Ok(welcomed) => {
            let Ok(session) = SessionId::try_from(welcomed.session.to_string()) else {
                return;
            };
            let span = crate::telemetry::session(welcomed.session);
            let mut served =
                Served::new(&host, conn, transport.as_mut(), welcomed, session.clone());
            let (last, code) = served.run().await;
            drop(served);
            drop(span);
            // The runtime may have stopped by now; then there is nobody to tell.
            let _ = host.inbox.call(Call::Tell(Input::Detached(conn))).await;
            let wall = host.clock.now().wall;
            let last =
                last.map(|frame| Ids::new(host.mint.as_ref()).encode(&frame, Some(&session), wall));
            Box::pin(goodbye(&host, transport.as_mut(), last, code)).await;
        }
        Err(Some((rejected, code))) => {
            host.counters.greeting_refused(&rejected.refusal.code);
            let now = host.clock.now();
            let text = if rejected.older {
                rejected
                    .to_older_frame(host.mint.ulid(now.wall), now)
                    .into()
            } else {
                let last = refusal_frame(&rejected.request, None, &rejected.refusal);
                Ids::new(host.mint.as_ref()).encode(&last, None, now.wall)
            };
            Box::pin(goodbye(&host, transport.as_mut(), Some(text), code)).await;
        }
        Err(None) => {}
    }
}

/// Sends a last frame, says goodbye, and does not wait for ever.
async fn goodbye(
    host: &Host,
    transport: &mut dyn crate::transport::Transport,
    last: Option<Text>,
    code: CloseCode,
) {
    let farewell = async {
        if let Some(text) = last {
            poll_fn(|cx| transport.poll_ready(cx)).await?;
            host.counters.sent(1, text.len());
            transport.start_send(text)?;
        }
        poll_fn(|cx| transport.poll_close(cx, code, "")).await
    };
    match tokio::time::timeout(GOODBYE, farewell).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::debug!(error = %Shown(&error), "the connection ended before the goodbye");
        }
        Err(_) => tracing::debug!("the peer did not take the goodbye in time"),
    }
}

/// A call that waits for room in the dispatcher's lane.
type Waiting<'a> = Pin<Box<dyn Future<Output = Result<(), Stopped>> + Send + 'a>>;

/// A welcomed connection.
struct Served<'a> {
    host: &'a Arc<Host>,
    conn: ConnKey,
    transport: &'a mut dyn crate::transport::Transport,
    state: Connection,
    welcomed: Welcomed,
    session_id: SessionId,
    ids: Ids,
    /// Taken from the feed, not yet handed to the transport.
    queue: VecDeque<Frame>,
    /// Something was handed over since the last flush.
    dirty: bool,
    /// A page that is being read, and the number it starts above.
    page: Option<StoreFuture<'a, Vec<Delivered>>>,
    page_after: u64,
    page_through: u64,
    /// The highest number that was handed to the transport, or that the client had.
    written: u64,
    /// A call for which there was no room; nothing is read before it is made.
    call: Option<Waiting<'a>>,
    /// How to close once everything is written, or the timer says that it takes too long.
    farewell: Option<CloseCode>,
    timer: Pin<Box<Sleep>>,
}

/// What woke the connection.
enum Event {
    Received(Option<Result<Received, TransportError>>),
    Broken(TransportError),
    Behind { after: u64, through: u64 },
    Page(Result<Vec<Delivered>, StoreError>),
    Timer,
    End(CloseCode),
}

impl<'a> Served<'a> {
    fn new(
        host: &'a Arc<Host>,
        conn: ConnKey,
        transport: &'a mut dyn crate::transport::Transport,
        welcomed: Welcomed,
        session_id: SessionId,
    ) -> Self {
        let now = host.clock.now();
        let state = Connection::new(welcomed.session, welcomed.features, &host.limits, now);
        Self {
            host,
            conn,
            transport,
            state: state.until(welcomed.expires_at, now),
            session_id,
            welcomed,
            ids: Ids::new(host.mint.as_ref()),
            queue: VecDeque::new(),
            dirty: false,
            page: None,
            page_after: 0,
            page_through: 0,
            written: 0,
            call: None,
            farewell: None,
            timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
        }
    }

    /// Runs until the connection has to end; says what to send last and how to close.
    async fn run(&mut self) -> (Option<Frame>, CloseCode) {
        self.arm();
        loop {
            let event = poll_fn(|cx| self.poll_event(cx)).await;
            match event {
                Event::Received(None) => return (None, CloseCode::Normal),
                Event::Received(Some(Err(error))) | Event::Broken(error) => {
                    tracing::debug!(error = %Shown(&error), session = %self.session_id, "connection lost");
                    return fault(&error).map_or((None, CloseCode::Normal), |(refusal, code)| {
                        (Some(refusal_frame("", None, &refusal)), code)
                    });
                }
                Event::Received(Some(Ok(received))) => {
                    let now = self.host.clock.now();
                    let counters = &self.host.counters;
                    let step = match received {
                        Received::Frame(text) => {
                            counters.received(text.len());
                            self.state.receive(&text, now)
                        }
                        Received::Unreadable(reason) => {
                            counters.received(0);
                            self.state.unreadable(&reason, now)
                        }
                    };
                    if self.state.last_was_bad() {
                        counters.bad_frame();
                    }
                    if let Some(end) = self.step(step) {
                        return end;
                    }
                }
                Event::Timer => {
                    let now = self.host.clock.now();
                    if self.held_up() {
                        self.state.held_up(now);
                    }
                    let step = self.state.expire(now, self.host.mint.ulid(now.wall));
                    let end = self.step(step);
                    self.arm();
                    if let Some(end) = end {
                        return end;
                    }
                }
                Event::Behind { after, through } => {
                    (self.page_after, self.page_through) = (after, through);
                    self.page = Some(self.read(after));
                }
                Event::Page(page) => {
                    self.page = None;
                    if let Some(end) = self.take_page(page) {
                        return end;
                    }
                }
                Event::End(code) => return (None, code),
            }
        }
    }

    /// Carries out one step; an answer ends the connection.
    fn step(&mut self, step: Step) -> Option<(Option<Frame>, CloseCode)> {
        match step {
            Step::Nothing => None,
            Step::Reply(frame) => {
                self.welcomed.line.owe(&frame);
                self.queue.push_back(frame);
                None
            }
            Step::Close(refusal) => {
                let code = if refusal.code == ErrorCode::HeartbeatLost {
                    CloseCode::HeartbeatLost
                } else {
                    CloseCode::Policy
                };
                Some((Some(refusal_frame("", None, &refusal)), code))
            }
            Step::Request(request) => {
                let call = self.call(request);
                match self.host.inbox.try_call(call) {
                    Ok(None) => None,
                    Ok(Some(call)) => {
                        self.call = Some(Box::pin(self.host.inbox.call(call)));
                        None
                    }
                    Err(Stopped) => Some((None, CloseCode::GoingAway)),
                }
            }
        }
    }

    /// Whether nothing is read for a reason that is not the peer's.
    fn held_up(&self) -> bool {
        self.call.is_some() || (self.queue.is_empty() && self.welcomed.line.is_full())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        if let Some(code) = self.welcomed.line.ended(cx.waker())
            && self.farewell.is_none()
        {
            // What is queued is still written, but a peer that does not take it is not waited for.
            self.farewell = Some(code);
            (self.page, self.call) = (None, None);
            self.timer
                .as_mut()
                .reset(tokio::time::Instant::now() + GOODBYE);
        }
        if let Poll::Ready(error) = self.poll_write(cx) {
            return Poll::Ready(Event::Broken(error));
        }
        if let Some(code) = self.farewell {
            return self.poll_farewell(code, cx);
        }
        if let Poll::Ready(event) = self.poll_read(cx) {
            return Poll::Ready(event);
        }
        if let Some(page) = &mut self.page
            && let Poll::Ready(page) = page.as_mut().poll(cx)
        {
            return Poll::Ready(Event::Page(page));
        }
        if self.queue.is_empty() && self.page.is_none() {
            match self
                .welcomed
                .feed
                .work(self.conn, &mut self.queue, cx.waker())
            {
                // Written on the next turn; reading comes in between, so a flood of events cannot keep a cancel out.
                Work::Frames => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Work::Behind { after, through } => {
                    return Poll::Ready(Event::Behind { after, through });
                }
                Work::Idle => {}
            }
        }
        if self.timer.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Event::Timer);
        }
        Poll::Pending
    }

    /// Makes the call that waits, then reads the next frame.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        if let Some(call) = &mut self.call {
            let made = std::task::ready!(call.as_mut().poll(cx));
            self.call = None;
            if made.is_err() {
                return Poll::Ready(Event::End(CloseCode::GoingAway));
            }
        }
        // A peer that asks and does not read is not read from either, until it has taken its answers.
        if self.welcomed.line.is_full() {
            return Poll::Pending;
        }
        self.transport.poll_recv(cx).map(Event::Received)
    }

    fn arm(&mut self) {
        let now = self.host.clock.now().mono;
        // Without heartbeats there is nothing to wait for; look again in a while.
        let wait = self
            .state
            .deadline()
            .map_or(FAR, |deadline| deadline.saturating_sub(now));
        self.timer
            .as_mut()
            .reset(tokio::time::Instant::now() + wait.min(FAR));
    }
}
