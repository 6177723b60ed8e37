//! What handles ask of a client's task, and the answers.

use std::task::{Context, Poll};
use std::time::Duration;

use arcp_generated::session::Jobs;
use tokio::sync::{oneshot, watch};

use super::super::job::{Face, JobHandle};
use super::super::link::Link;
use super::super::submission::Parts;
use super::super::{ClientError, Control, Request, SavedSession};
use super::Driver;
use crate::protocol::client::core::Key;

/// Who waits for the answer to a request.
pub(super) enum Reply {
    /// An acceptance, or the answer to a subscription.
    Job(oneshot::Sender<Result<JobHandle, ClientError>>),
    Jobs(oneshot::Sender<Result<Jobs, ClientError>>),
    Cancel(oneshot::Sender<Result<(), ClientError>>),
    Ping(oneshot::Sender<Result<Duration, ClientError>>),
}

impl Driver {
    /// Takes over the session of another client, and makes handles to its jobs.
    pub(super) fn adopt(&mut self, saved: SavedSession) -> Vec<JobHandle> {
        let mut handles = Vec::new();
        let (mut jobs, mut results) = (Vec::new(), saved.results);
        for job_id in saved.jobs {
            let (key, position) = (self.key(), results.remove(&job_id));
            jobs.push((job_id.clone(), key, position.clone()));
            let handle = self.add_sink(key, Face::of(job_id));
            if let (Some(sink), Some(position)) = (self.sinks.get_mut(&key), position.clone()) {
                sink.written = Some(watch::channel(Some(position)).1);
            }
            handles.extend(handle.map(|handle| handle.begun(position)));
        }
        self.core.adopt(
            saved.session_id,
            saved.resume_token,
            saved.last_event_seq,
            jobs,
        );
        handles
    }

    pub(super) fn take_control(&mut self, cx: &mut Context<'_>) {
        while self.control_open {
            match self.control.poll_recv(cx) {
                Poll::Ready(Some(Control::Save { reply })) => {
                    let saved = self.saved().filter(|_| !self.over);
                    // Nobody may be there to take it.
                    let _ = reply.send(saved);
                }
                Poll::Ready(Some(Control::LetResultGo { job, written })) => {
                    self.core.let_result_go(job);
                    if let Some(sink) = self.sinks.get_mut(&job) {
                        sink.written = Some(written);
                    }
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

    pub(super) fn take_requests(&mut self, cx: &mut Context<'_>) {
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
            Link::Up(wire) => wire.is_behind(&self.limits),
            _ => false,
        };
        self.core.has_room() && !unsent
    }

    fn request(&mut self, request: Request) {
        let (key, now) = (self.key(), self.now());
        match request {
            Request::Submit { submission, reply } => {
                self.replies.insert(key, Reply::Job(reply));
                let Parts {
                    submit,
                    trace_id,
                    caller,
                } = *submission;
                self.core.submit(key, submit, trace_id, caller, now);
            }
            Request::Subscribe { subscribe, reply } => {
                self.replies.insert(key, Reply::Job(reply));
                self.core.subscribe(key, subscribe, now);
            }
            Request::ListJobs { query, reply } => {
                self.replies.insert(key, Reply::Jobs(reply));
                self.core.list_jobs(key, *query, now);
            }
            Request::Unsubscribe { job } => self.core.unsubscribe(job, now),
            Request::Cancel { job, reason, reply } => {
                self.replies.insert(key, Reply::Cancel(reply));
                self.core.cancel(key, job, &reason, now);
            }
            // Nobody may be there to hear it.
            Request::Acknowledge { seq, reply } => drop(reply.send(self.core.acknowledge(seq))),
            Request::Ping { reply } => {
                self.replies.insert(key, Reply::Ping(reply));
                self.core.ping(key, now);
            }
        }
    }

    /// Tells a request that it failed. Nobody may be there to hear it.
    pub(super) fn failed(&mut self, key: Key, error: ClientError) {
        match self.replies.remove(&key) {
            Some(Reply::Job(reply)) => drop(reply.send(Err(error))),
            Some(Reply::Jobs(reply)) => drop(reply.send(Err(error))),
            Some(Reply::Cancel(reply)) => drop(reply.send(Err(error))),
            Some(Reply::Ping(reply)) => drop(reply.send(Err(error))),
            None => {}
        }
    }

    /// Answers a cancel.
    pub(super) fn cancelled(&mut self, key: Key) {
        if let Some(Reply::Cancel(reply)) = self.replies.remove(&key) {
            drop(reply.send(Ok(())));
        }
    }

    /// Answers a ping.
    pub(super) fn ponged(&mut self, key: Key, round_trip: Duration) {
        if let Some(Reply::Ping(reply)) = self.replies.remove(&key) {
            drop(reply.send(Ok(round_trip)));
        }
    }

    /// Answers a look at the jobs.
    pub(super) fn listed(&mut self, key: Key, jobs: Jobs) {
        if let Some(Reply::Jobs(reply)) = self.replies.remove(&key) {
            drop(reply.send(Ok(jobs)));
        }
    }

    /// Hands out the handle of a job that is followed from now on.
    pub(super) fn job(&mut self, key: Key, face: Face) {
        if let Some(sink) = self.sinks.get(&key) {
            sink.show(face);
        } else if let Some(Reply::Job(reply)) = self.replies.remove(&key)
            && let Some(handle) = self.add_sink(key, face)
            && reply.send(Ok(handle)).is_err()
        {
            // Nobody took the handle: what is followed for nobody need not come. A job that was submitted goes on, and its events fall away.
            let now = self.now();
            self.core.unsubscribe(key, now);
        }
    }
}
