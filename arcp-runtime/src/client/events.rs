//! What handles read: the events of a job, the incidents of a client.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;

use super::queue::Receiver;
use super::{Incident, JobEvent, Loss, Request};

/// The events of one job, in order and without repeats; ends after the last one.
///
/// What could not be recovered stands at its place as an error; the stream goes on after it. While it is not read, the session is not read either once the
/// queue is full. Dropping it lets the job's events fall away.
#[derive(Debug)]
pub struct EventStream {
    queue: Option<Receiver<Result<JobEvent, Loss>>>,
    /// Keeps the session's task alive.
    _session: mpsc::Sender<Request>,
}

impl EventStream {
    pub(super) fn new(
        queue: Option<Receiver<Result<JobEvent, Loss>>>,
        session: mpsc::Sender<Request>,
    ) -> Self {
        Self {
            queue,
            _session: session,
        }
    }

    /// The next event; `None` after the last.
    ///
    /// # Cancel safety
    /// Safe: an event is taken only when it is returned.
    pub async fn next(&mut self) -> Option<Result<JobEvent, Loss>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<JobEvent, Loss>>> {
        match &mut self.queue {
            Some(queue) => queue.poll_next(cx),
            None => Poll::Ready(None),
        }
    }
}

impl Stream for EventStream {
    type Item = Result<JobEvent, Loss>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}

/// The incidents of a client. A slow reader is told how many it missed.
#[derive(Debug)]
pub struct Incidents {
    receiver: broadcast::Receiver<Incident>,
}

impl Incidents {
    pub(super) fn new(receiver: broadcast::Receiver<Incident>) -> Self {
        Self { receiver }
    }

    /// The next incident; `None` when every handle of the client is gone.
    ///
    /// # Cancel safety
    /// Safe.
    pub async fn next(&mut self) -> Option<Incident> {
        match self.receiver.recv().await {
            Ok(incident) => Some(incident),
            Err(RecvError::Lagged(missed)) => Some(Incident::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }
}
