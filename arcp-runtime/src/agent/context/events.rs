//! The events that an agent emits, one method for each kind (§8.2).
//!
//! What only the runtime may say is refused here, and a cost is charged before it is told. Calls of tools and parts of the result have files of their own.

use arcp_generated::common::{Decimal, JsonObject, VendorName};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{
    ArtifactRef, EventBody, Log, LogLevel, Metric, Progress, Status, StatusPhase, Thought,
};
use serde::Serialize;

use super::{AgentError, JobContext};
use crate::clock;
use crate::id::JobKey;
use crate::protocol::lease::budget::{self, MetricName};
use crate::protocol::lease::grammar;
use crate::store::EntryKind;

impl JobContext {
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
            // The counters of the jobs above are reported on their own streams.
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
    pub async fn vendor(&self, kind: VendorName, body: impl Serialize) -> Result<(), AgentError> {
        let body = JsonObject::from_serialize(&body)?;
        let ts = clock::to_wire(self.job.desk.clock.now().wall);
        let payload = serde_json::to_vec(&Named {
            kind: kind.as_str(),
            ts: &ts,
            body: &body,
        })?;
        self.push(self.key(), EntryKind::Event, payload.into())
            .await
    }
}

/// The payload of a vendor's event.
#[derive(Serialize)]
struct Named<'a, B> {
    kind: &'a str,
    ts: &'a str,
    body: &'a B,
}

fn no_cost(refusal: &grammar::Refusal) -> AgentError {
    AgentError::new(ErrorCode::InvalidRequest, refusal.to_string())
}
