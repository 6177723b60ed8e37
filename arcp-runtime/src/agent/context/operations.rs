//! What an agent does under its job's lease: calls of tools, uses of models and of vendors' capabilities (§9.3).
//!
//! Whatever needs authority is decided here and not by the agent's good manners: a refused operation shows as a `tool_result` with the refusal, and the agent gets the error.

use std::sync::atomic::Ordering;

use arcp_generated::common::{CallId, Json, VendorName};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{EventBody, ToolCall};
use jiff::Timestamp;
use serde::Serialize;

use super::{AgentError, JobContext};
use crate::agent::Call;
use crate::protocol::core::Input;
use crate::protocol::job::{Failure, Outcome};
use crate::protocol::lease::operation::{Denied, Operation};
use crate::protocol::shown::Shown;

impl JobContext {
    /// Asks for an operation: emits `tool_call`, and when the lease does not allow it also the `tool_result` that says so (§9.3).
    ///
    /// The arguments are anything that has a JSON form, `()` where there are none.
    /// `fs.read` and `fs.write` are checked by `args.path`, `net.fetch` by `args.url`, every other tool by its name.
    ///
    /// # Errors
    /// The refusal, with `LEASE_EXPIRED`, `BUDGET_EXHAUSTED` or `PERMISSION_DENIED`; or the arguments have no JSON form.
    pub async fn tool_call(
        &self,
        tool: impl Into<String>,
        args: impl Serialize,
    ) -> Result<Call, AgentError> {
        let (tool, args) = (tool.into(), Json::from_serialize(&args)?);
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
        self.model_call(model).await?.succeed(()).await
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

    async fn operation(
        &self,
        tool: &str,
        args: Json,
        operation: &Operation<'_>,
    ) -> Result<Call, AgentError> {
        let now = self.job.desk.clock.now().wall;
        let number = self.job.calls.fetch_add(1, Ordering::Relaxed);
        tracing::trace!(job = %self.job.about.key, tool = %Shown(tool), number, "tool call");
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
    pub(in crate::agent) fn allowed(&self, operation: &Operation<'_>) -> Result<(), AgentError> {
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
    pub(in crate::agent) async fn expired(&self, error: &AgentError) -> Result<(), AgentError> {
        tracing::info!(job = %self.job.about.key, "a job acted after its lease had expired");
        let failure = Failure::new(error.code.clone(), error.message.clone());
        self.tell(Input::Finish(self.job.about.key, Outcome::Failure(failure)))
            .await
    }
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

fn refused(denied: Denied) -> AgentError {
    AgentError::new(denied.code.to_wire(), denied.message)
}
