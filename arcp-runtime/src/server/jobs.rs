//! Agents at work: one task for each job, which ends that job however it ends.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use arcp_generated::error::ErrorCode;
use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::desk::Desk;
use super::feed::Feed;
use super::owner::Owner;
use crate::agent::{AgentError, JobContext};
use crate::id::JobKey;
use crate::protocol::core::{Input, Launch};
use crate::protocol::job::{Ending, Failure, Outcome};
use crate::telemetry::JobSpan;

/// The running agents. Owned by the dispatcher.
#[derive(Debug)]
pub(super) struct Jobs {
    pub desk: Arc<Desk>,
    /// Where agents run: apart from the connections, so that an agent that blocks its thread stops nobody else.
    pub spawner: Handle,
    pub running: HashMap<JobKey, Running>,
}

/// One agent at work.
#[derive(Debug)]
pub(super) struct Running {
    stop: CancellationToken,
    task: AbortHandle,
    has_credentials: bool,
    owner: Arc<Owner>,
    span: Arc<JobSpan>,
}

impl Jobs {
    /// Runs a job's agent.
    pub(super) fn start(&mut self, launch: Launch, owner: Arc<Feed>) {
        let key = launch.about.key;
        let stop = CancellationToken::new();
        let Some(entry) = self.desk.agents.entry(launch.agent) else {
            return;
        };
        let agent = Arc::clone(&entry.agent);
        let input = launch.input.clone();
        let has_credentials = launch.wallet.is_some();
        let owner = Arc::new(Owner::new(owner));
        let asked_by = self.desk.children.asked_by(key);
        let span = Arc::new(JobSpan::begin(&launch, asked_by.as_ref()));
        let context = JobContext::new(
            launch,
            Arc::clone(&span),
            Arc::clone(&owner),
            stop.clone(),
            Arc::clone(&self.desk),
        );
        let inbox = self.desk.inbox.clone();
        let within = span.span();
        let task = self.spawner.spawn(async move {
            if inbox.tell(Input::Started(key)).await.is_err() {
                return;
            }
            // `run` itself may panic before it returns its future.
            let run = async { agent.run(context.clone(), input).await }.instrument(within);
            let run = AssertUnwindSafe(run).catch_unwind().await;
            let outcome = match run {
                Ok(Ok(value)) => context.finish(value).await,
                Ok(Err(error)) => Outcome::Failure(failure(error)),
                Err(_) => {
                    Outcome::Failure(Failure::new(ErrorCode::InternalError, "the agent panicked"))
                }
            };
            // The runtime has stopped: the job is ended by the next start.
            let _ = inbox.tell(Input::Finish(key, outcome)).await;
        });
        self.running.insert(
            key,
            Running {
                stop,
                task: task.abort_handle(),
                has_credentials,
                owner,
                span,
            },
        );
    }

    /// Asks an agent to stop.
    pub(super) fn stop(&mut self, key: JobKey) {
        if let Some(running) = self.running.get(&key) {
            running.stop.cancel();
        }
    }

    /// A job belongs to another session: what its agent emits from now on waits for that one's reader.
    pub(super) fn adopted(&self, key: JobKey, feed: Arc<Feed>) {
        if let Some(running) = self.running.get(&key) {
            running.owner.adopted_by(feed);
        }
    }

    /// A job has ended: its agent is dropped at its next await, if it still runs.
    pub(super) fn ended(&mut self, key: JobKey, ending: &Ending) {
        if let Some(running) = self.running.remove(&key) {
            running.span.end(ending);
            if running.has_credentials {
                self.desk.credentials.forget(key);
            }
            running.stop.cancel();
            running.task.abort();
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        for running in self.running.values() {
            running.task.abort();
        }
    }
}

fn failure(error: AgentError) -> Failure {
    let error = error.completed();
    Failure {
        code: error.code,
        message: error.message,
        retryable: error.retryable,
        details: error.details,
    }
}
