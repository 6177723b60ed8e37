//! The running job, as its agent sees it: what it is, whether it should stop, what it asks of the runtime, and the way of its events into the log.
//!
//! What an agent says is in `events`, what it does under its lease in `operations`; the parts of its result are streamed by [`ResultStream`](super::ResultStream).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arcp_generated::common::TraceId;
use arcp_generated::credential::{Credential, CredentialValue};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::EventBody;
use bytes::Bytes;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::stream::Written;
use super::{AgentError, Delegation};
use crate::clock::{Clock, Now, Stamped as _};
use crate::id::{CredentialKey, JobKey};
use crate::protocol::core::{Input, Launch};
use crate::protocol::credential::{Rotate, Wallet};
use crate::protocol::features::Features;
use crate::protocol::frame::{JobFace, payload_limit};
use crate::protocol::lease::Authority;
use crate::protocol::principal::Principal;
use crate::protocol::trace::TraceContext;
use crate::server::desk::Desk;
use crate::server::owner::Owner;
use crate::store::EntryKind;
use crate::telemetry::{Deed, JobSpan};

mod events;
mod operations;

/// The running job, as its agent sees it. Cheap to clone; all clones are the same job.
#[derive(Clone)]
pub struct JobContext {
    job: Arc<Running>,
}

struct Running {
    about: Arc<JobFace>,
    agent_ref: Arc<str>,
    principal: Principal,
    authority: Authority,
    accepted: Now,
    wallet: Option<Wallet>,
    features: Features,
    owner: Arc<Owner>,
    stop: CancellationToken,
    desk: Arc<Desk>,
    span: Arc<JobSpan>,
    /// Orders the events of one job that are emitted from several tasks, so that a call's events stay together.
    stream: tokio::sync::Mutex<Option<Written>>,
    calls: AtomicU64,
}

impl fmt::Debug for JobContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobContext")
            .field("job", &self.job.about.key)
            .field("agent", &self.job.agent_ref)
            .finish_non_exhaustive()
    }
}

impl JobContext {
    pub(crate) fn new(
        launch: Launch,
        span: Arc<JobSpan>,
        owner: Arc<Owner>,
        stop: CancellationToken,
        desk: Arc<Desk>,
    ) -> Self {
        Self {
            job: Arc::new(Running {
                about: launch.about,
                agent_ref: launch.agent_ref,
                principal: launch.principal,
                authority: launch.authority,
                accepted: launch.accepted,
                wallet: launch.wallet,
                features: launch.features,
                owner,
                stop,
                desk,
                span,
                stream: tokio::sync::Mutex::new(None),
                calls: AtomicU64::new(0),
            }),
        }
    }

    /// The job's id on the wire.
    pub fn job_id(&self) -> &str {
        self.job.about.job_id.as_str()
    }

    /// The agent that runs, as `name@version`.
    pub fn agent_ref(&self) -> &str {
        &self.job.agent_ref
    }

    /// Whom the job belongs to.
    pub fn principal(&self) -> &Principal {
        &self.job.principal
    }

    /// The job's trace, 32 hex digits (§11).
    pub fn trace_id(&self) -> Option<&str> {
        self.job.about.trace_id.as_ref().map(TraceId::as_str)
    }

    /// What is passed on to tool servers and other runtimes, so that what they record belongs to the job's trace (§11). Within a call, [`Call::trace_context`](super::Call::trace_context) says it better.
    ///
    /// Where nobody records spans it names the span of the job's submitter.
    pub fn trace_context(&self) -> Option<TraceContext> {
        self.job.span.context()
    }

    /// Whether the job is being cancelled or has ended.
    pub fn is_cancelled(&self) -> bool {
        self.job.stop.is_cancelled()
    }

    /// Waits until the job is being cancelled (§7.4). An agent should end soon after; it is dropped after the grace period.
    ///
    /// # Cancel safety
    /// Can be dropped and called again.
    pub async fn cancelled(&self) {
        self.job.stop.cancelled().await;
    }

    /// Asks for a sub-agent, `name` or `name@version` (§10). Await what this gives back; without a grant the sub-agent may do nothing.
    ///
    /// ```no_run
    /// # use arcp_runtime::agent::{AgentError, JobContext};
    /// # async fn example(ctx: JobContext) -> Result<(), AgentError> {
    /// let mut child = ctx.delegate("echo", 7).grant("tool.call", ["search.*"]).await?;
    /// let result = child.result().await?;
    /// # Ok(()) }
    /// ```
    pub fn delegate(&self, agent: impl AsRef<str>, input: impl Serialize) -> Delegation {
        Delegation::new(self.clone(), agent.as_ref(), input)
    }

    /// The job's provisioned credentials, as they are now (§9.8); empty when it has none, and once it has ended.
    ///
    /// A credential is good at its own endpoint and must be shown nowhere else.
    pub fn credentials(&self) -> Vec<Credential> {
        let wallet = self.job.wallet.as_ref();
        wallet.map(Wallet::credentials).unwrap_or_default()
    }

    /// Replaces the value of the credential at `place`, counted from 0, by a new one (§9.8.2): `value`, or one that its upstream chooses.
    /// The submitter is told the new value, and the old one is revoked.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when there is no such credential, `INTERNAL_ERROR` when the upstream gives no other: then the old value stays good.
    ///
    /// # Cancel safety
    /// Dropped in the middle, it is open whether the value was replaced.
    pub async fn rotate_credential(
        &self,
        place: usize,
        value: Option<CredentialValue>,
    ) -> Result<(), AgentError> {
        let desk = &self.job.desk;
        let handle = CredentialKey(desk.mint.ulid(desk.clock.now().wall));
        let answer = desk.credentials.await_answer(handle);
        let rotate = Rotate {
            job: self.key(),
            place,
            handle,
            value,
        };
        if let Err(stopped) = self.tell(Input::Rotate(Box::new(rotate))).await {
            desk.credentials.forget_answer(handle);
            return Err(stopped);
        }
        match answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(refusal)) => Err(AgentError::new(refusal.code, refusal.message)),
            Err(_) => Err(crate::server::lanes::Stopped.into()),
        }
    }

    /// The runtime's clock, which a simulation may drive.
    pub fn clock(&self) -> &dyn Clock {
        self.job.desk.clock.as_ref()
    }

    /// What the owner's session understands.
    pub fn features(&self) -> Features {
        self.job.features
    }

    pub(super) fn key(&self) -> JobKey {
        self.job.about.key
    }

    pub(super) fn delegation_span(&self, agent: &str, delegate_id: &str) -> Deed {
        self.job.span.delegation(agent, delegate_id)
    }

    pub(super) fn authority(&self) -> &Authority {
        &self.job.authority
    }

    pub(super) fn stream(&self) -> &tokio::sync::Mutex<Option<Written>> {
        &self.job.stream
    }

    pub(super) fn desk(&self) -> &Arc<Desk> {
        &self.job.desk
    }

    pub(super) async fn emit(&self, body: EventBody) -> Result<(), AgentError> {
        let kind = match &body {
            EventBody::Progress(_) => EntryKind::Progress,
            EventBody::ResultChunk(_) => EntryKind::ResultChunk,
            _ => EntryKind::Event,
        };
        self.push(self.key(), kind, self.event(body)).await
    }

    /// The payload of an event that happens now.
    pub(super) fn event(&self, body: EventBody) -> Bytes {
        let event = arcp_generated::job::Event::new(body)
            .stamped(|event, at| event.ts = at, self.job.desk.clock.now().wall);
        crate::protocol::frame::to_payload(&event)
    }

    pub(super) async fn push(
        &self,
        job: JobKey,
        kind: EntryKind,
        payload: Bytes,
    ) -> Result<(), AgentError> {
        self.sendable(&payload)?;
        let event = Input::Emit { job, kind, payload };
        Ok(self
            .job
            .desk
            .inbox
            .emit(self.job.owner.feed(), event)
            .await?)
    }

    /// Whether a frame can carry the payload. One that none can would be refused by every transport, at every replay anew.
    fn sendable(&self, payload: &Bytes) -> Result<(), AgentError> {
        let most = payload_limit(&self.job.desk.limits);
        if payload.len() <= most {
            return Ok(());
        }
        Err(AgentError::new(
            ErrorCode::InvalidRequest,
            format!(
                "the event has {} bytes, more than the {most} that fit into one frame; emit it in parts, or stream it as the result",
                payload.len()
            ),
        ))
    }

    pub(super) async fn tell(&self, input: Input) -> Result<(), AgentError> {
        Ok(self.job.desk.inbox.tell(input).await?)
    }
}
