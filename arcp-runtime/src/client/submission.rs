//! What to submit, put together with Rust's types.

use std::fmt;
use std::time::Duration;

use arcp_generated::common::{AgentRef, Expiry, IdempotencyKey, Json, TraceId};
use arcp_generated::job::Submit;
use arcp_generated::lease::{CapabilityName, Lease, LeaseConstraints, Pattern};
use jiff::Timestamp;
use serde::Serialize;

use super::ClientError;
use crate::clock;

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
            let capability = capability.as_ref();
            let named = CapabilityName::try_from(capability)
                .map_err(|error| wrong(&format!("the capability `{capability}`"), &error))?;
            let mut granted = submit.lease_request.remove(&named).unwrap_or_default();
            for pattern in patterns {
                let pattern = pattern.as_ref();
                granted.push(Pattern::try_from(pattern).map_err(|error| {
                    wrong(
                        &format!("the pattern `{pattern}` of `{capability}`"),
                        &error,
                    )
                })?);
            }
            submit.lease_request.insert(named, granted);
            Ok(submit)
        })
    }

    /// When the lease ends (§9.5); it must lie in the future when the runtime reads it.
    #[must_use]
    pub fn expires_at(self, at: Timestamp) -> Self {
        self.with(|mut submit| {
            let at = Expiry::try_from(clock::to_wire(at))
                .map_err(|error| wrong("the end of the lease", &error))?;
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

    /// Puts the job into a trace (§11). Without it one is minted.
    #[must_use]
    pub fn trace_id(mut self, trace_id: TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }

    fn with(mut self, step: impl FnOnce(Submit) -> Result<Submit, String>) -> Self {
        // The first mistake is the one that is told.
        self.submit = self.submit.and_then(step);
        self
    }

    pub(super) fn into_parts(self) -> Result<(Submit, Option<TraceId>), ClientError> {
        let submit = self.submit.map_err(ClientError::Invalid)?;
        Ok((submit, self.trace_id))
    }
}

fn wrong(what: &str, error: &dyn fmt::Display) -> String {
    format!("{what} cannot be sent: {error}")
}

impl From<Submit> for Submission {
    fn from(submit: Submit) -> Self {
        Self {
            submit: Ok(submit),
            trace_id: None,
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
        let (submit, _) = submission.into_parts().unwrap();
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
