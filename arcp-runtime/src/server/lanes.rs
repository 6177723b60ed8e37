//! The ways into the dispatcher: one lane for connections, one for agents, both bounded.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use jiff::Timestamp;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::feed::Feed;
use super::line::{Line, Owing};
use super::metrics::QueueMetrics;
use crate::id::SessionKey;
use crate::limits::{CALLS_AT_ONCE, INPUTS_AT_ONCE, Limits};
use crate::protocol::core::{ConnKey, Input};
use crate::protocol::features::Features;
use crate::protocol::principal::Principal;
use crate::protocol::refusal::Refusal;
use crate::transport::CloseCode;

/// What connections send to the dispatcher.
#[derive(Debug)]
pub(super) enum Call {
    /// A hello or a resume, and where its answer goes.
    Greet(ConnKey, Input, oneshot::Sender<Greeted>),
    /// Something that is answered, and the room that its answer takes until then.
    Ask(Owing, Input),
    /// Anything else.
    Tell(Input),
}

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
    /// When the right to it ends, if it does by itself.
    pub expires_at: Option<Timestamp>,
    pub features: Features,
    pub feed: Arc<Feed>,
    pub line: Arc<Line>,
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
pub(super) struct Told {
    pub input: Input,
    pub bytes: usize,
    /// The place in the window of the job's owner, if it is an event.
    pub claim: Option<Claim>,
    _room: OwnedSemaphorePermit,
}

/// A place in a window. It is given back whatever becomes of the event: an agent must not wait for what nobody will take.
#[derive(Debug)]
pub(super) struct Claim {
    /// Gone once the core has taken the event.
    owner: Option<Arc<Feed>>,
    bytes: usize,
}

impl Claim {
    fn new(owner: Arc<Feed>, bytes: usize) -> Self {
        owner.window().claim(bytes);
        Self {
            owner: Some(owner),
            bytes,
        }
    }

    /// The core has taken the event; `newest` finds its number among what followed, if it goes to this session.
    pub(super) fn taken(mut self, newest: impl FnOnce(SessionKey) -> Option<u64>) {
        if let Some(owner) = self.owner.take() {
            owner.window().taken(newest(owner.session()), self.bytes);
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(owner) = self.owner.take() {
            owner.window().taken(None, self.bytes);
        }
    }
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

    /// Sends on a connection's lane, if there is room now; gives the call back if there is none.
    pub(super) fn try_call(&self, call: Call) -> Result<Option<Call>, Stopped> {
        match self.calls.try_send(call) {
            Ok(()) => Ok(None),
            Err(TrySendError::Full(call)) => Ok(Some(call)),
            Err(TrySendError::Closed(_)) => Err(Stopped),
        }
    }

    /// What waits in the lanes now.
    pub(super) fn depth(&self) -> QueueMetrics {
        let capacity = self.calls.max_capacity();
        QueueMetrics {
            requests: capacity - self.calls.capacity(),
            events: self.agents.max_capacity() - self.agents.capacity(),
            capacity,
        }
    }

    /// Whether nobody takes anything any more.
    pub(super) fn is_closed(&self) -> bool {
        self.calls.is_closed()
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
    pub(crate) async fn emit(&self, owner: Arc<Feed>, event: Input) -> Result<(), Stopped> {
        owner.window().room().await;
        self.tell_for(Some(owner), event).await
    }

    async fn tell_for(&self, owner: Option<Arc<Feed>>, input: Input) -> Result<(), Stopped> {
        let bytes = input.payload_bytes();
        // One payload may be larger than all the room there is; then it goes alone.
        let wanted = u32::try_from(bytes)
            .unwrap_or(u32::MAX)
            .min(self.most_bytes);
        let room = Arc::clone(&self.bytes).acquire_many_owned(wanted).await;
        let room = room.map_err(|_| Stopped)?;
        let place = self.agents.reserve().await.map_err(|_| Stopped)?;
        place.send(Told {
            input,
            bytes,
            claim: owner.map(|owner| Claim::new(owner, bytes)),
            _room: room,
        });
        Ok(())
    }
}

/// The dispatcher's end of the lanes.
#[derive(Debug)]
pub(super) struct Lanes {
    calls: mpsc::Receiver<Call>,
    agents: mpsc::Receiver<Told>,
}

/// Makes both ends.
pub(super) fn new(limits: &Limits) -> (Inbox, Lanes) {
    let (calls_in, calls) = mpsc::channel(limits.inbox);
    let (agents_in, agents) = mpsc::channel(limits.inbox);
    let most_bytes = u32::try_from(limits.inbox_bytes).unwrap_or(u32::MAX);
    let inbox = Inbox {
        calls: calls_in,
        agents: agents_in,
        bytes: Arc::new(Semaphore::new(most_bytes as usize)),
        most_bytes,
    };
    (inbox, Lanes { calls, agents })
}

impl Lanes {
    /// What the lanes have now, as far as it is taken in one go; waits until there is something.
    /// Both have their turn each time, so that neither can starve the other; agents have none while `agents_wait`.
    ///
    /// # Cancel safety
    /// Nothing is lost: what was taken is in `calls` and `told`.
    pub(super) async fn next(
        &mut self,
        calls: &mut Vec<Call>,
        told: &mut Vec<Told>,
        agents_wait: bool,
    ) {
        poll_fn(|cx| self.poll_next(calls, told, agents_wait, cx)).await;
    }

    fn poll_next(
        &mut self,
        calls: &mut Vec<Call>,
        told: &mut Vec<Told>,
        agents_wait: bool,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let some_calls = self.calls.poll_recv_many(cx, calls, CALLS_AT_ONCE);
        let some_told = !agents_wait
            && self
                .agents
                .poll_recv_many(cx, told, INPUTS_AT_ONCE)
                .is_ready();
        if some_calls.is_ready() || some_told {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;

    use super::*;
    use crate::id::{JobKey, Ulid};
    use crate::limits::UNATTENDED_EVENTS;
    use crate::store::EntryKind;

    #[tokio::test]
    async fn a_flood_of_calls_does_not_keep_an_agent_waiting() {
        let (inbox, mut lanes) = new(&Limits::default());
        for number in 0..1000 {
            let ack = Input::Ack {
                conn: ConnKey(1),
                through: number,
            };
            assert!(matches!(inbox.try_call(Call::Tell(ack)), Ok(None)));
        }
        let started = Input::Started(JobKey(Ulid(1)));
        inbox.tell(started).await.unwrap();
        let (mut calls, mut told) = (Vec::new(), Vec::new());
        lanes.next(&mut calls, &mut told, false).await;
        assert_eq!(calls.len(), CALLS_AT_ONCE);
        assert_eq!(told.len(), 1, "the agent has its turn beside the calls");
    }

    fn event() -> Input {
        Input::Emit {
            job: JobKey(Ulid(1)),
            kind: EntryKind::Event,
            payload: "{}".into(),
        }
    }

    #[tokio::test]
    async fn a_call_comes_through_while_agents_wait() {
        let (inbox, mut lanes) = new(&Limits::default());
        inbox.tell(event()).await.unwrap();
        let (mut calls, mut told) = (Vec::new(), Vec::new());
        let next = lanes.next(&mut calls, &mut told, true).now_or_never();
        assert!(next.is_none(), "agents wait");
        let call = Call::Tell(Input::Detached(ConnKey(1)));
        assert!(matches!(inbox.try_call(call), Ok(None)));
        lanes.next(&mut calls, &mut told, true).await;
        assert_eq!((calls.len(), told.len()), (1, 0));
        lanes.next(&mut calls, &mut told, false).await;
        assert_eq!((calls.len(), told.len()), (1, 1));
    }

    #[tokio::test]
    async fn agents_whose_session_nobody_attends_fill_no_lane() {
        let (inbox, mut lanes) = new(&Limits::default());
        let feed = |session| Arc::new(Feed::new(SessionKey(Ulid(session)), &Limits::default()));
        let (flooding, other) = (feed(1), feed(2));
        for _ in 0..UNATTENDED_EVENTS {
            let emitted = inbox.emit(Arc::clone(&flooding), event());
            emitted.await.unwrap();
        }
        // Another session's agents have room.
        inbox.emit(other, event()).await.unwrap();
        let mut waiting = pin!(inbox.emit(flooding, event()));
        assert!(waiting.as_mut().now_or_never().is_none());
        let (mut calls, mut told) = (Vec::new(), Vec::new());
        lanes.next(&mut calls, &mut told, false).await;
        told.drain(..1)
            .filter_map(|told| told.claim)
            .for_each(|claim| claim.taken(|_| Some(1)));
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn an_agent_does_not_wait_for_a_runtime_that_has_gone() {
        let (inbox, lanes) = new(&Limits::default());
        let feed = Arc::new(Feed::new(SessionKey(Ulid(1)), &Limits::default()));
        for _ in 0..UNATTENDED_EVENTS {
            inbox.emit(Arc::clone(&feed), event()).await.unwrap();
        }
        let mut waiting = pin!(inbox.emit(feed, event()));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(lanes);
        assert!(matches!(waiting.await, Err(Stopped)));
    }

    #[tokio::test]
    async fn a_call_for_which_there_is_no_room_comes_back() {
        let limits = Limits {
            inbox: 1,
            ..Limits::default()
        };
        let (inbox, lanes) = new(&limits);
        let call = || Call::Tell(Input::Detached(ConnKey(1)));
        assert_eq!(inbox.depth().requests, 0);
        assert!(matches!(inbox.try_call(call()), Ok(None)));
        let depth = inbox.depth();
        assert_eq!((depth.requests, depth.events, depth.capacity), (1, 0, 1));
        assert!(matches!(inbox.try_call(call()), Ok(Some(_))));
        drop(lanes);
        assert!(matches!(inbox.try_call(call()), Err(Stopped)));
    }
}
