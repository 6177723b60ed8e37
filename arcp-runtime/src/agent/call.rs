//! A call of a tool, from its `tool_call` to its `tool_result` (§8.2).

use arcp_generated::common::{CallId, Json, JsonObject};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{EventBody, ToolFailure, ToolResult, ToolSuccess};
use serde::Serialize;

use super::{AgentError, JobContext};
use crate::limits::MAX_MESSAGE_BYTES;
use crate::protocol::error::error as told;
use crate::protocol::refusal::cut;
use crate::protocol::trace::TraceContext;
use crate::telemetry::Deed;

/// An operation that was allowed and has no result yet. Dropped without one, the call stays open.
#[derive(Debug)]
#[must_use = "tell how the call ended"]
pub struct Call {
    context: JobContext,
    id: CallId,
    deed: Deed,
}

impl Call {
    pub(super) fn new(context: JobContext, id: CallId, deed: Deed) -> Self {
        Self { context, id, deed }
    }

    /// The call's id on the wire.
    pub fn call_id(&self) -> &CallId {
        &self.id
    }

    /// What is passed on to the tool server: the headers `traceparent` and, if there is one, `tracestate` (§11).
    ///
    /// ```no_run
    /// # use arcp_runtime::agent::Call;
    /// # fn example(call: &Call, headers: &mut Vec<(&'static str, String)>) {
    /// if let Some(trace) = call.trace_context() {
    ///     headers.push(("traceparent", trace.traceparent()));
    ///     headers.extend(trace.tracestate().map(|state| ("tracestate", state.to_owned())));
    /// }
    /// # }
    /// ```
    pub fn trace_context(&self) -> Option<TraceContext> {
        self.deed.context()
    }

    /// The call's span, for what is done within it: `request.instrument(call.span().clone())`. Disabled where nobody records spans.
    pub fn span(&self) -> &tracing::Span {
        self.deed.span()
    }

    /// Emits the `tool_result` with a result: anything that has a JSON form, `()` where there is nothing to tell.
    ///
    /// # Errors
    /// The result has no JSON form, or the runtime has stopped.
    pub async fn succeed(self, result: impl Serialize) -> Result<(), AgentError> {
        let result = Json::from_serialize(&result)?;
        self.context
            .emit(EventBody::ToolResult(ToolResult::Success(
                ToolSuccess::new(self.id.clone(), result),
            )))
            .await
    }

    /// Emits the `tool_result` with a refusal. When the lease is over, so is the job. Gives the error back.
    pub(super) async fn refuse(self, error: AgentError) -> Result<AgentError, AgentError> {
        let context = self.context.clone();
        self.fail(&error).await?;
        if error.code == ErrorCode::LeaseExpired {
            context.expired(&error).await?;
        }
        Ok(error)
    }

    /// Emits the `tool_result` with an error.
    ///
    /// # Errors
    /// The runtime has stopped.
    pub async fn fail(self, error: &AgentError) -> Result<(), AgentError> {
        let error = error.clone().completed();
        self.deed.failed(&error.code);
        let details = match &error.details {
            Some(details) => Some(JsonObject::from_serialize(details)?),
            None => None,
        };
        let message = cut(&error.message, MAX_MESSAGE_BYTES);
        let wire = told(error.code.clone(), message, error.retryable, details);
        self.context
            .emit(EventBody::ToolResult(ToolResult::Failure(
                ToolFailure::new(self.id.clone(), wire),
            )))
            .await
    }
}
