//! What a runtime and a client tell about themselves: spans of `tracing`, and with the feature `otel` their way to a collector (§11).
//!
//! # Spans
//! All have the target [`TARGET`] and the level `INFO`. While no subscriber wants them they cost a comparison each; no event of a job makes one.
//!
//! | span | kind | from, to | parent |
//! |---|---|---|---|
//! | `arcp.session` | server | a connection is welcomed, and ends | none: a trace of its own |
//! | `arcp.submit AGENT` | client | the client submits, and is answered | the caller's span |
//! | `arcp.job AGENT` | server | the agent starts, and the job ends | `arcp.submit` of the client, or `arcp.delegate` of the job above |
//! | `arcp.tool_call TOOL` | internal | `tool_call`, and its `tool_result` | `arcp.job` |
//! | `arcp.delegate AGENT` | producer | `delegate`, and the child is accepted or refused | `arcp.job` |
//!
//! The trace of all of them but the session is the wire's `trace_id`. A `job.submit` carries the trace of its span; the span itself goes beside it
//! ([`crate::protocol::trace::MEMBER`]), because the wire's id names the trace alone. A runtime that is told a trace and no span begins with a
//! root in that trace. `tracestate` is passed on, to children and by [`crate::agent::JobContext::trace_context`].
//!
//! # Attributes
//! `arcp.session_id`, `arcp.job_id`, `arcp.agent` (with its version), `arcp.lease.capabilities` (names, with commas), `arcp.lease.expires_at` and
//! `arcp.budget.remaining` (an object of currencies as JSON; of a job when it ended, of a call when it began); `arcp.final_status` of a job;
//! `arcp.tool` and `arcp.call_id` of a call; `arcp.delegate_id`, `arcp.child_agent` and `arcp.child_job_id` of a delegation. What failed has the status
//! `error` and its code as `error.type`. A job that was cancelled has the code and no status, because that is nobody's mistake.
//!
//! Never: inputs, arguments, results, messages, tokens, credentials, principals. What agents log is not exported either.
//!
//! # Metrics
//! `arcp.jobs`, `arcp.job.ended`, `arcp.connections` and others, read from [`Runtime::metrics`](crate::server::Runtime::metrics) whenever the exporter
//! collects; the table stands in `telemetry/metrics.rs`.
//!
//! # Sampling
//! By the standard variables `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`. Unless they say otherwise a trace that comes with a span is recorded
//! as that span was, and any other is.

mod bridge;
#[cfg(feature = "otel")]
mod collector;
#[cfg(feature = "otel")]
mod export;
#[cfg(feature = "otel")]
mod metrics;
mod spans;

#[cfg(feature = "otel")]
pub use bridge::TraceIds;
#[cfg(feature = "otel")]
pub use export::{Telemetry, TelemetryError};
pub(crate) use spans::{Deed, JobSpan, Submitting, session};

/// The target of every span that is meant for others to see. Nothing else has it.
pub const TARGET: &str = "arcp.trace";
