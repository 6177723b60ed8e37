//! What to submit, put together with Rust's types.

use std::time::Duration;

use arcp_generated::common::{AgentRef, IdempotencyKey, Json, TraceId};
use arcp_generated::job::Submit;
use arcp_generated::lease::{Lease, LeaseConstraints};
use jiff::Timestamp;
use serde::Serialize;

use super::ClientError;
use crate::protocol::lease::grant::{self, wrong};
use crate::protocol::trace::{self, TraceContext};
use crate::telemetry::Submitting;

/// A job to submit (§7.1). What cannot be sent is told by [`Client::submit`](super::Client::submit), so that the steps need no `?`.
///
/// ```
/// use std::time::Duration;
/// use arcp_runtime::client::Submission;
///
/// let submission = Submission::to("translate@2.1.0")
///     .input(&serde_json::json!({"text": "hello", "into": "fr"}))
///     .idempotency_key("order-4711")
///     .max_runtime(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct Submission {
    /// The payload, or what is wrong with it.
    submit: Result<Submit, String>,
    trace_id: Option<TraceId>,
    caller: Option<TraceContext>,
}

/// What is handed to the session's task.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) submit: Submit,
    pub(super) trace_id: Option<TraceId>,
    /// The span that asks.
    pub(super) caller: Option<TraceContext>,
}

impl Parts {
    /// Begins the span of the submission. When somebody follows it, its trace and its id go with the job.
    pub(super) fn begin(&mut self) -> Submitting {
        let named = self.trace_id.as_ref().map(AsRef::as_ref);
        let named = trace::TraceId::received(named);
        let span = Submitting::begin(self.submit.agent.as_str(), named, self.caller.as_ref());
        let context = span.context();
        if let Some(context) =
            context.filter(|context| named.is_none_or(|named| named == context.trace_id()))
        {
            self.trace_id = TraceId::try_from(context.trace_id().to_string()).ok();
            self.caller = Some(context);
        }
        span
    }
}

impl Submission {
    /// A job for an agent: `name`, or `name@version` for exactly this version (feature `agent_versions`).
    pub fn to(agent: impl AsRef<str>) -> Self {
        let agent = agent.as_ref();
        Self {
            submit: AgentRef::try_from(agent)
                .map(Submit::new)
                .map_err(|error| wrong(&format!("the agent `{agent}`"), &error)),
            trace_id: None,
            caller: None,
        }
    }

    /// What the agent is given, as JSON. Without it, `null`.
    #[must_use]
    pub fn input<T: Serialize + ?Sized>(self, input: &T) -> Self {
        self.with(|submit| match Json::from_serialize(input) {
            Ok(input) => Ok(submit.with_input(input)),
            Err(error) => Err(wrong("the input", &error)),
        })
    }

    /// Makes repeating the submission safe (§7.2): after a lost connection it is sent again by itself. 1 to 256 characters, unique to this job.
    #[must_use]
    pub fn idempotency_key(self, key: impl AsRef<str>) -> Self {
        self.with(|submit| match IdempotencyKey::try_from(key.as_ref()) {
            Ok(key) => Ok(submit.with_idempotency_key(key)),
            Err(error) => Err(wrong("the idempotency key", &error)),
        })
    }

    /// Asks for a capability (§9.2): `fs.read` with path globs, `net.fetch` with URL globs, `tool.call`, `model.use` and `agent.delegate` with globs of names,
    /// `cost.budget` with amounts. Calls add up. Without any, the job may do nothing that needs authority.
    ///
    /// ```
    /// # use arcp_runtime::client::Submission;
    /// let submission = Submission::to("research")
    ///     .grant("tool.call", ["search.*"])
    ///     .grant("cost.budget", ["USD:1.50", "EUR:1.00"]);
    /// ```
    #[must_use]
    pub fn grant<P: AsRef<str>>(
        self,
        capability: impl AsRef<str>,
        patterns: impl IntoIterator<Item = P>,
    ) -> Self {
        self.with(|mut submit| {
            grant::add(&mut submit.lease_request, capability.as_ref(), patterns)?;
            Ok(submit)
        })
    }

    /// When the lease ends (§9.5); it must lie in the future when the runtime reads it.
    #[must_use]
    pub fn expires_at(self, at: Timestamp) -> Self {
        self.with(|mut submit| {
            let at = grant::end(at)?;
            let constraints = submit.lease_constraints.unwrap_or_default();
            submit.lease_constraints = Some(constraints.with_expires_at(at));
            Ok(submit)
        })
    }

    /// What the job may do (§9.2), in place of what was granted before.
    #[must_use]
    pub fn lease(self, lease: Lease) -> Self {
        self.with(|submit| Ok(submit.with_lease_request(lease)))
    }

    /// What else bounds the lease (§9.5).
    #[must_use]
    pub fn lease_constraints(self, constraints: LeaseConstraints) -> Self {
        self.with(|submit| Ok(submit.with_lease_constraints(constraints)))
    }

    /// How long the job may run before it ends with `TIMEOUT`; whole seconds, a part of one counts as one.
    #[must_use]
    pub fn max_runtime(self, max_runtime: Duration) -> Self {
        let seconds = max_runtime
            .as_secs()
            .saturating_add(u64::from(max_runtime.subsec_nanos() > 0));
        self.with(|submit| {
            if (1..=arcp_generated::limits::MAX_RUNTIME_MAX_SEC).contains(&seconds) {
                Ok(submit.with_max_runtime_sec(seconds))
            } else {
                Err(format!(
                    "the maximum runtime is {seconds} s; it must have 1 to {} s",
                    arcp_generated::limits::MAX_RUNTIME_MAX_SEC
                ))
            }
        })
    }

    /// Puts the job into a trace (§11). Without it that of the active span is taken, with the feature `otel` and where there is one; otherwise one is minted.
    #[must_use]
    pub fn trace_id(mut self, trace_id: TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }

    /// Puts the job below a span of a trace (§11), as it came in the headers `traceparent` and `tracestate` of a request, for example.
    #[must_use]
    pub fn trace_context(mut self, caller: TraceContext) -> Self {
        self.trace_id = TraceId::try_from(caller.trace_id().to_string()).ok();
        self.caller = Some(caller);
        self
    }

    fn with(mut self, step: impl FnOnce(Submit) -> Result<Submit, String>) -> Self {
        // The first mistake is the one that is told.
        self.submit = self.submit.and_then(step);
        self
    }

    pub(super) fn into_parts(self) -> Result<Parts, ClientError> {
        let submit = self.submit.map_err(ClientError::Invalid)?;
        // The id that was named last decides.
        let named = self.trace_id.as_ref().map(AsRef::as_ref);
        let named = trace::TraceId::received(named);
        let caller = self
            .caller
            .filter(|caller| Some(caller.trace_id()) == named);
        Ok(Parts {
            submit,
            trace_id: self.trace_id,
            caller,
        })
    }
}

/// In a word why a submission failed: the runtime's code, or what went wrong before it. Never what was said about it.
pub(super) fn error_type(error: &ClientError) -> &str {
    match error {
        ClientError::Refused(refusal) | ClientError::SessionLost(refusal) => refusal.code.as_str(),
        ClientError::Connect { .. } => "connect",
        ClientError::Uncertain => "uncertain",
        ClientError::Unanswered { .. } => "unanswered",
        ClientError::Disconnected { .. } => "disconnected",
        ClientError::NotNegotiated(_) => "not_negotiated",
        ClientError::Protocol(_) => "protocol",
        ClientError::Invalid(_) => "invalid",
        ClientError::TakenOver
        | ClientError::Unsubscribed
        | ClientError::EndedBefore
        | ClientError::Closed => "closed",
    }
}

impl From<Submit> for Submission {
    fn from(submit: Submit) -> Self {
        Self {
            submit: Ok(submit),
            trace_id: None,
            caller: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_add_up_and_mistakes_are_told() {
        let submission = Submission::to("a")
            .grant("tool.call", ["x", "y"])
            .grant("cost.budget", ["USD:1.00"])
            .grant("tool.call", ["z".to_owned()])
            .expires_at("2030-01-02T03:04:05.678Z".parse().unwrap());
        let submit = submission.into_parts().unwrap().submit;
        let told = serde_json::to_value(&submit).unwrap();
        assert_eq!(
            told["lease_request"],
            serde_json::json!({"tool.call": ["x", "y", "z"], "cost.budget": ["USD:1.00"]})
        );
        assert_eq!(
            told["lease_constraints"]["expires_at"],
            "2030-01-02T03:04:05.678Z"
        );
        for (wrong, place) in [
            (Submission::to("a").grant("gpu", ["x"]), "`gpu`"),
            (Submission::to("a").grant("fs.read", [""]), "the pattern ``"),
            (Submission::to("a").expires_at(Timestamp::MIN), "the end"),
        ] {
            let told = wrong.into_parts().unwrap_err().to_string();
            assert!(told.contains(place), "{told}");
        }
    }
}
