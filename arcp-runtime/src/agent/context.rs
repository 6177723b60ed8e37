//! What an agent can do while it runs: emit events, act under its lease, stream its result, notice that it should stop.
//!
//! Whatever needs authority is decided here and not by the agent's good manners: a refused operation shows as a `tool_result` with the refusal, and the agent gets the error.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arcp_generated::common::{AgentRef, CallId, Decimal, Json, JsonObject, TraceId, VendorName};
use arcp_generated::credential::{Credential, CredentialValue};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{
    ArtifactRef, EventBody, Log, LogLevel, Metric, Progress, Status, StatusPhase, Thought, ToolCall,
};
use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::stream::Written;
use super::{AgentError, Call, Delegation};
use crate::clock::{self, Clock, Now, Stamped as _};
use crate::id::{CredentialKey, JobKey};
use crate::protocol::core::{Input, Launch};
use crate::protocol::credential::{Rotate, Wallet};
use crate::protocol::features::Features;
use crate::protocol::frame::{JobFace, payload_limit};
use crate::protocol::job::{Failure, Outcome};
use crate::protocol::lease::Authority;
use crate::protocol::lease::budget::{self, MetricName};
use crate::protocol::lease::grammar;
use crate::protocol::lease::operation::{Denied, Operation};
use crate::protocol::principal::Principal;
use crate::protocol::trace::TraceContext;
use crate::server::desk::Desk;
use crate::server::owner::Owner;
use crate::store::EntryKind;
use crate::telemetry::{Deed, JobSpan};

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

    /// What is passed on to tool servers and other runtimes, so that what they record belongs to the job's trace (§11). Within a call, [`Call::trace_context`] says it better.
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

    /// Emits a `log` event.
    ///
    /// # Errors
    /// The runtime has stopped, or the event is larger than a frame carries ([`crate::limits::Limits::frame_bytes`]): `INVALID_REQUEST`.
    /// The second holds for every method that emits what the agent gives it.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, nothing was emitted. This holds for every method that emits one event.
    pub async fn log(&self, level: LogLevel, message: impl Into<String>) -> Result<(), AgentError> {
        self.emit(EventBody::Log(Log::new(level, message.into())))
            .await
    }

    /// Emits a `thought` event.
    ///
    /// # Errors
    /// The runtime has stopped.
    pub async fn thought(&self, text: impl Into<String>) -> Result<(), AgentError> {
        self.emit(EventBody::Thought(Thought::new(text.into())))
            .await
    }

    /// Emits a `status` event.
    ///
    /// # Errors
    /// A phase that only the runtime emits, or the runtime has stopped.
    pub async fn status(&self, status: Status) -> Result<(), AgentError> {
        if matches!(
            status.phase,
            StatusPhase::CredentialRotated | StatusPhase::BackPressure
        ) {
            return Err(AgentError::new(
                ErrorCode::InvalidRequest,
                format!(
                    "the phase {} is emitted by the runtime only",
                    status.phase.as_str()
                ),
            ));
        }
        self.emit(EventBody::Status(status)).await
    }

    /// Emits a `progress` event. Sessions that did not negotiate `progress` do not receive it.
    ///
    /// # Errors
    /// A negative number, or the runtime has stopped.
    pub async fn progress(&self, progress: Progress) -> Result<(), AgentError> {
        let negative = |number: &Decimal| number.as_str().starts_with('-');
        if negative(&progress.current) || progress.total.as_ref().is_some_and(negative) {
            return Err(AgentError::new(
                ErrorCode::InvalidRequest,
                "progress is not negative",
            ));
        }
        self.emit(EventBody::Progress(progress)).await
    }

    /// Emits an `artifact_ref` event.
    ///
    /// # Errors
    /// The runtime has stopped.
    pub async fn artifact(&self, artifact: ArtifactRef) -> Result<(), AgentError> {
        self.emit(EventBody::ArtifactRef(artifact)).await
    }

    /// Emits a `metric` event. A `cost.*` metric in a budgeted currency charges the budget, and what remains is reported after it (§9.6).
    ///
    /// # Errors
    /// A name that only the runtime emits, a cost that is negative or no amount, or the runtime has stopped.
    pub async fn metric(&self, metric: Metric) -> Result<(), AgentError> {
        let name = budget::metric_name(&metric.name);
        if name == MetricName::Reserved {
            return Err(AgentError::new(
                ErrorCode::InvalidRequest,
                format!("the metric {} is emitted by the runtime only", metric.name),
            ));
        }
        let mut changed = Vec::new();
        let payload = self.event(EventBody::Metric(metric.clone()));
        // What cannot be told is not charged.
        self.sendable(&payload)?;
        if name == MetricName::Cost {
            let cost =
                budget::parse_cost(metric.value.as_str()).map_err(|refusal| no_cost(&refusal))?;
            if let Some(unit) = &metric.unit {
                changed = self
                    .job
                    .authority
                    .charge(unit, cost)
                    .map_err(|refusal| no_cost(&refusal))?;
            }
        }
        self.push(self.key(), EntryKind::Event, payload).await?;
        for remaining in changed {
            let value: Decimal = remaining.remaining.to_string().parse()?;
            let report = Metric::new(budget::REMAINING_METRIC.to_owned(), value)
                .with_unit(remaining.currency.to_string());
            // The counters of the jobs above are reported on their own streams (A-18).
            let counted = JobKey::parse(&remaining.job).unwrap_or(self.key());
            let payload = self.event(EventBody::Metric(report));
            self.push(counted, EntryKind::Budget, payload).await?;
        }
        Ok(())
    }

    /// Emits an event of a vendor's kind, `x-vendor.<vendor>.<name>` (§15).
    ///
    /// # Errors
    /// A body that is no object, or the runtime has stopped.
    pub async fn vendor(&self, kind: VendorName, body: Json) -> Result<(), AgentError> {
        let body: JsonObject = body.get().parse()?;
        let ts = clock::to_wire(self.job.desk.clock.now().wall);
        let payload = serde_json::to_vec(&Named {
            kind: kind.as_str(),
            ts: &ts,
            body: &body,
        })?;
        self.push(self.key(), EntryKind::Event, payload.into())
            .await
    }

    /// Asks for an operation: emits `tool_call`, and when the lease does not allow it also the `tool_result` that says so (§9.3).
    ///
    /// `fs.read` and `fs.write` are checked by `args.path`, `net.fetch` by `args.url`, every other tool by its name.
    ///
    /// # Errors
    /// The refusal, with `LEASE_EXPIRED`, `BUDGET_EXHAUSTED` or `PERMISSION_DENIED`.
    pub async fn tool_call(&self, tool: impl Into<String>, args: Json) -> Result<Call, AgentError> {
        let tool = tool.into();
        let target = Target::of(&tool, &args);
        self.operation(&tool, args, &target.operation(&tool)).await
    }

    /// Asks for the use of a model, for one call of it that the agent makes afterwards; shown as a call of the tool `model` (§9.7).
    ///
    /// An upstream's refusal is told by [`Call::fail`] with [`AgentError::from_upstream`].
    ///
    /// # Errors
    /// The refusal, as for [`JobContext::tool_call`].
    pub async fn model_call(&self, model: impl Into<String>) -> Result<Call, AgentError> {
        let model = model.into();
        let args = Json::from_serialize(&serde_json::json!({ "id": model }))?;
        self.operation("model", args, &Operation::ModelUse { model: &model })
            .await
    }

    /// As [`JobContext::model_call`], where there is nothing to tell of how the call ended.
    ///
    /// # Errors
    /// The refusal, as for [`JobContext::tool_call`].
    pub async fn use_model(&self, model: impl Into<String>) -> Result<(), AgentError> {
        self.model_call(model).await?.succeed(Json::null()).await
    }

    /// Asks for what a vendor's capability guards, `x-vendor.<vendor>.<name>` (§9.2); shown as a call of a tool of that name.
    ///
    /// # Errors
    /// The refusal, as for [`JobContext::tool_call`].
    pub async fn use_capability(
        &self,
        capability: VendorName,
        target: impl Into<String>,
    ) -> Result<Call, AgentError> {
        let target = target.into();
        let args = Json::from_serialize(&serde_json::json!({ "target": target }))?;
        let operation = Operation::Vendor {
            capability: capability.as_str(),
            target: &target,
        };
        self.operation(capability.as_str(), args, &operation).await
    }

    /// Asks for a sub-agent (§10). Await what this gives back; without a lease the sub-agent may do nothing.
    ///
    /// ```no_run
    /// # use arcp_runtime::agent::{AgentError, JobContext};
    /// # async fn example(ctx: JobContext) -> Result<(), AgentError> {
    /// let lease = serde_json::from_str(r#"{"tool.call": ["search.*"]}"#)?;
    /// let mut child = ctx.delegate("echo".parse()?, "7".parse()?).lease(lease).await?;
    /// let result = child.result().await?;
    /// # Ok(()) }
    /// ```
    pub fn delegate(&self, agent: AgentRef, input: Json) -> Delegation {
        Delegation::new(self.clone(), agent, input)
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
        let answer = desk.credentials.expect(handle);
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
            Err(_) => Err(crate::server::dispatch::Stopped.into()),
        }
    }

    /// The runtime's clock, which a simulation may drive.
    pub fn clock(&self) -> &dyn Clock {
        self.job.desk.clock.as_ref()
    }

    async fn operation(
        &self,
        tool: &str,
        args: Json,
        operation: &Operation<'_>,
    ) -> Result<Call, AgentError> {
        let now = self.job.desk.clock.now().wall;
        let number = self.job.calls.fetch_add(1, Ordering::Relaxed);
        tracing::trace!(job = %self.job.about.key, tool, number, "tool call");
        let call_id = CallId::try_from(format!("c_{}", self.job.desk.mint.ulid(now)))?;
        let deed = self.job.span.tool_call(tool, call_id.as_str());
        self.emit(EventBody::ToolCall(
            ToolCall::new(tool.to_owned(), call_id.clone()).with_args(args),
        ))
        .await?;
        let call = Call::new(self.clone(), call_id, deed);
        match self.allowed(operation) {
            Ok(()) => Ok(call),
            Err(error) => Err(call.refuse(error).await?),
        }
    }

    /// Whether the lease allows the operation at this moment, which may be long after the job asked: events wait for their reader.
    pub(super) fn allowed(&self, operation: &Operation<'_>) -> Result<(), AgentError> {
        let allowed = if self.is_cancelled() {
            Err(AgentError::new(
                ErrorCode::PermissionDenied,
                "the job is being stopped, and its lease is released",
            ))
        } else {
            let authority = &self.job.authority;
            let checked = authority.check(operation, self.lease_time());
            checked.map_err(refused)
        };
        allowed.inspect_err(|error| self.job.desk.counters.operation_refused(&error.code))
    }

    /// The time by which the lease is judged: anchored when the job was accepted, so that a wall clock that jumps moves no end (§14).
    fn lease_time(&self) -> Timestamp {
        let accepted = self.job.accepted;
        let since = self.job.desk.clock.now().mono.saturating_sub(accepted.mono);
        accepted.wall.checked_add(since).unwrap_or(Timestamp::MAX)
    }

    /// The job asked for something after its lease was over: it ends, whatever its agent makes of the refusal (§9.5, A-43).
    pub(super) async fn expired(&self, error: &AgentError) -> Result<(), AgentError> {
        tracing::info!(job = %self.job.about.key, "a job acted after its lease had expired");
        let failure = Failure::new(error.code.clone(), error.message.clone());
        self.tell(Input::Finish(self.job.about.key, Outcome::Failure(failure)))
            .await
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

/// The payload of a vendor's event.
#[derive(Serialize)]
struct Named<'a, B> {
    kind: &'a str,
    ts: &'a str,
    body: &'a B,
}

/// What a tool call is about, read from its arguments.
struct Target(Option<String>);

impl Target {
    fn of(tool: &str, args: &Json) -> Self {
        #[derive(serde::Deserialize)]
        struct Args {
            path: Option<String>,
            url: Option<String>,
        }
        let args = || args.decode::<Args>().ok();
        Self(match tool {
            "fs.read" | "fs.write" => args().and_then(|args| args.path),
            "net.fetch" => args().and_then(|args| args.url),
            _ => None,
        })
    }

    fn operation<'a>(&'a self, tool: &'a str) -> Operation<'a> {
        // A missing path or URL is read as an empty one, which no lease covers.
        let text = self.0.as_deref().unwrap_or_default();
        match tool {
            "fs.read" => Operation::FsRead { path: text },
            "fs.write" => Operation::FsWrite { path: text },
            "net.fetch" => Operation::NetFetch { url: text },
            tool => Operation::ToolCall { tool },
        }
    }
}

fn no_cost(refusal: &grammar::Refusal) -> AgentError {
    AgentError::new(ErrorCode::InvalidRequest, refusal.to_string())
}

fn refused(denied: Denied) -> AgentError {
    AgentError::new(denied.code.to_wire(), denied.message)
}
