//! The spans themselves: one for each connection, submission, job, tool call and delegation (§11).
//!
//! What leaves the process is written here and nowhere else, so that this is the file to read when asking what others are told.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use arcp_generated::error::ErrorCode;
use tracing::field::{Empty, display};
use tracing::span::Id;
use tracing::{Span, info_span};

use super::{TARGET, bridge};
use crate::id::{JobKey, SessionKey};
use crate::protocol::core::Launch;
use crate::protocol::frame::JobFace;
use crate::protocol::job::Ending;
use crate::protocol::lease::Authority;
use crate::protocol::shown::Escaped;
use crate::protocol::trace::{TraceContext, TraceId};
use crate::store::Status;

/// A connection that was welcomed, until it ends.
pub(crate) fn session(session: SessionKey) -> Span {
    info_span!(target: TARGET, parent: None::<Id>, "arcp.session", otel.kind = "server", arcp.session_id = %session)
}

/// A submission, until it is answered.
#[derive(Debug)]
pub(crate) struct Submitting(Span);

impl Submitting {
    /// Begins. `agent` as it is asked for; `within` is the trace that the caller has named, if it is not just that of its own span.
    pub(crate) fn begin(
        agent: &str,
        within: Option<TraceId>,
        caller: Option<&TraceContext>,
    ) -> Self {
        let span = info_span!(
            target: TARGET,
            "arcp.submit",
            otel.name = %format_args!("arcp.submit {}", Escaped(name_of(agent))),
            otel.kind = "client",
            otel.status_code = Empty,
            error.type = Empty,
            arcp.agent = agent,
            arcp.job_id = Empty,
            arcp.session_id = Empty,
        );
        let trace = within.or(caller.map(TraceContext::trace_id));
        if let Some(trace) = trace
            && bridge::current().is_none_or(|current| current.trace_id() != trace)
        {
            bridge::put_into(&span, trace, caller);
        }
        Self(span)
    }

    /// What the runtime is told of the span; `None` when nobody follows spans here.
    pub(crate) fn context(&self) -> Option<TraceContext> {
        bridge::context_of(&self.0).or_else(bridge::current)
    }

    pub(crate) fn accepted(&self, job: &str, session: &str) {
        self.0
            .record("arcp.job_id", job)
            .record("arcp.session_id", session);
    }

    pub(crate) fn failed(&self, why: &str) {
        fail(&self.0, why);
    }
}

/// A running job. Shared by its agent's context and by the runtime, which knows how it ends.
#[derive(Debug)]
pub(crate) struct JobSpan {
    /// What is passed on to others where no span is followed here.
    passed_on: Option<TraceContext>,
    /// Only where somebody follows spans.
    recorded: Option<Recorded>,
}

#[derive(Debug)]
struct Recorded {
    /// Taken when the job has ended: its agent may keep its context for longer.
    span: Mutex<Option<Span>>,
    about: Arc<JobFace>,
    agent_ref: Arc<str>,
    session: SessionKey,
    authority: Authority,
}

/// A deed of a job, with its title and its kind of span: what every deed says of its job, and then its own fields. Nobody's span where the job's is not followed.
macro_rules! deed {
    ($job:expr, $name:literal, $title:expr, $kind:literal, $($own:tt)*) => {{
        let job: &JobSpan = $job;
        let span = job.running().map_or_else(Span::none, |(recorded, parent)| {
            info_span!(
                target: TARGET,
                parent: &parent,
                $name,
                otel.name = %$title,
                otel.kind = $kind,
                otel.status_code = Empty,
                error.type = Empty,
                arcp.session_id = %recorded.session,
                arcp.job_id = %recorded.about.job_id,
                arcp.agent = %recorded.agent_ref,
                arcp.lease.expires_at = recorded.authority.expires_at().map(display),
                arcp.budget.remaining = remaining(&recorded.authority),
                $($own)*
            )
        });
        let passed_on = job.passed_on.clone();
        Deed { span, passed_on }
    }};
}

impl JobSpan {
    /// The span of a job that starts; `asked_by` is that of the delegation which asked for it.
    pub(crate) fn begin(launch: &Launch, asked_by: Option<&Span>) -> Self {
        let lease = launch.authority.lease();
        let span = info_span!(
            target: TARGET,
            parent: asked_by.and_then(Span::id),
            "arcp.job",
            otel.name = %format_args!("arcp.job {}", Escaped(name_of(&launch.agent_ref))),
            otel.kind = "server",
            otel.status_code = Empty,
            error.type = Empty,
            arcp.session_id = %launch.owner,
            arcp.job_id = %launch.about.job_id,
            arcp.agent = %launch.agent_ref,
            arcp.lease.capabilities = lease.capabilities().collect::<Vec<_>>().join(","),
            arcp.lease.expires_at = launch.authority.expires_at().map(display),
            arcp.budget.remaining = Empty,
            arcp.final_status = Empty,
        );
        let trace = launch.about.trace_id.as_ref();
        let trace = TraceId::received(trace.map(AsRef::as_ref));
        let passed_on = || {
            let caller = launch.caller.clone();
            caller.or_else(|| Some(unrecorded(trace?, launch.about.key)))
        };
        if span.is_disabled() {
            return Self {
                passed_on: passed_on(),
                recorded: None,
            };
        }
        if let Some(trace) = trace.filter(|_| asked_by.is_none_or(Span::is_disabled)) {
            bridge::put_into(&span, trace, launch.caller.as_ref());
        }
        Self {
            passed_on: passed_on(),
            recorded: Some(Recorded {
                span: Mutex::new(Some(span)),
                about: Arc::clone(&launch.about),
                agent_ref: Arc::clone(&launch.agent_ref),
                session: launch.owner,
                authority: launch.authority.clone(),
            }),
        }
    }

    /// The span, for the agent to run in.
    pub(crate) fn span(&self) -> Span {
        let recorded = self.recorded.as_ref();
        recorded.map_or_else(Span::none, Recorded::span)
    }

    /// What is passed on to tool servers and sub-agents.
    pub(crate) fn context(&self) -> Option<TraceContext> {
        bridge::context_of(&self.span()).or_else(|| self.passed_on.clone())
    }

    /// The job has ended, and so does the span, as soon as the agent lets go of it.
    pub(crate) fn end(&self, ending: &Ending) {
        let Some(recorded) = &self.recorded else {
            return;
        };
        let span = recorded
            .span
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(span) = span else { return };
        if let Some(left) = remaining(&recorded.authority) {
            span.record("arcp.budget.remaining", left);
        }
        let final_status = match ending.status {
            Status::Pending | Status::Running => return,
            Status::Success => "success",
            Status::Error => "error",
            Status::Cancelled => "cancelled",
            Status::TimedOut => "timed_out",
        };
        span.record("arcp.final_status", final_status);
        match &ending.code {
            Some(ErrorCode::Cancelled) => {
                span.record("error.type", ErrorCode::Cancelled.as_str());
            }
            Some(code) => fail(&span, code.as_str()),
            None => {}
        }
    }

    /// A call of a tool, until it has its result.
    pub(crate) fn tool_call(&self, tool: &str, call_id: &str) -> Deed {
        deed!(
            self,
            "arcp.tool_call",
            format_args!("arcp.tool_call {}", Escaped(tool)),
            "internal",
            arcp.tool = tool,
            arcp.call_id = call_id,
        )
    }

    /// A delegation, until it is accepted or refused.
    pub(crate) fn delegation(&self, agent: &str, delegate_id: &str) -> Deed {
        deed!(
            self,
            "arcp.delegate",
            format_args!("arcp.delegate {}", Escaped(name_of(agent))),
            "producer",
            arcp.delegate_id = delegate_id,
            arcp.child_agent = agent,
            arcp.child_job_id = Empty,
        )
    }

    /// The span to do something in; `None` when nobody follows it, or when the job has ended.
    fn running(&self) -> Option<(&Recorded, Span)> {
        let recorded = self.recorded.as_ref()?;
        let span = recorded.span();
        (!span.is_disabled()).then_some((recorded, span))
    }
}

impl Recorded {
    fn span(&self) -> Span {
        let span = self.span.lock().unwrap_or_else(PoisonError::into_inner);
        span.clone().unwrap_or_else(Span::none)
    }
}

/// Something that a job does: a call or a delegation. Its span ends when this is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    span: Span,
    passed_on: Option<TraceContext>,
}

impl Deed {
    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// What is passed on to whoever carries it out.
    pub(crate) fn context(&self) -> Option<TraceContext> {
        bridge::context_of(&self.span).or_else(|| self.passed_on.clone())
    }

    pub(crate) fn accepted(&self, child: JobKey) {
        self.span.record("arcp.child_job_id", display(child));
    }

    pub(crate) fn failed(&self, code: &ErrorCode) {
        fail(&self.span, code.as_str());
    }
}

fn fail(span: &Span, why: &str) {
    span.record("otel.status_code", "error")
        .record("error.type", why);
}

/// A span that nobody records, so that what a tool server records has something to hang on to. It is the same whenever it is asked for.
fn unrecorded(trace: TraceId, job: JobKey) -> TraceContext {
    let [_, _, _, _, _, _, _, _, span @ ..] = job.0.0.to_be_bytes();
    TraceContext::new(trace, span, false)
}

/// `name` of `name@version`.
fn name_of(agent: &str) -> &str {
    agent.split_once('@').map_or(agent, |(name, _)| name)
}

/// What is left of the job's own counters, as `{"USD":0.58}`; `None` without a budget.
fn remaining(authority: &Authority) -> Option<String> {
    authority.lease().amounts()?;
    let mut text = String::from("{");
    for (currency, left) in authority.remaining() {
        let comma = if text.len() > 1 { "," } else { "" };
        let name = serde_json::Value::from(currency.to_string());
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}{name}:{left}");
    }
    text.push('}');
    Some(text)
}
