//! Spans of `tracing` as OpenTelemetry knows them.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId as OtelTraceId, TraceState,
};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::protocol::trace::{TraceContext, TraceId};

thread_local! {
    /// The trace that the next root of this thread begins in.
    static WANTED: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// Whether some provider of this process asks [`TraceIds`].
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Ids for a tracer provider of your own: random ones, but for the roots of jobs whose trace the wire has named.
///
/// [`Telemetry`](super::super::Telemetry) has them already. A provider without them can only give such a job's span a parent that nobody has recorded.
#[derive(Debug, Default)]
pub struct TraceIds {
    random: RandomIdGenerator,
}

impl TraceIds {
    /// The ids. From now on it is assumed that the provider in use has them.
    pub fn new() -> Self {
        INSTALLED.store(true, Ordering::Release);
        Self::default()
    }
}

impl IdGenerator for TraceIds {
    fn new_trace_id(&self) -> OtelTraceId {
        WANTED.take().map_or_else(
            || self.random.new_trace_id(),
            |wanted| OtelTraceId::from_bytes(wanted.to_bytes()),
        )
    }

    fn new_span_id(&self) -> SpanId {
        self.random.new_span_id()
    }
}

/// What others are told of a span. `None` when no layer of OpenTelemetry follows it.
pub(in super::super) fn context_of(span: &Span) -> Option<TraceContext> {
    if span.is_disabled() {
        return None;
    }
    told(span.context().span().span_context())
}

/// What others are told of the span that is active here, whoever made it.
pub(in super::super) fn current() -> Option<TraceContext> {
    context_of(&Span::current()).or_else(|| told(Context::current().span().span_context()))
}

/// Begins a span in a trace: below its caller, or as a root.
pub(in super::super) fn put_into(span: &Span, trace: TraceId, caller: Option<&TraceContext>) {
    let root = caller.is_none() && INSTALLED.load(Ordering::Acquire);
    let parent = if root {
        Context::new()
    } else {
        let parent = caller.map_or_else(|| nobody(trace), remote);
        Context::new().with_remote_span_context(parent)
    };
    // No layer of OpenTelemetry follows the span, or it was begun by somebody else: then it is not ours to put anywhere.
    if span.set_parent(parent).is_ok() && root {
        WANTED.set(Some(trace));
        // A span gets its ids when it is looked at first.
        drop(span.context());
        WANTED.set(None);
    }
}

fn told(span: &SpanContext) -> Option<TraceContext> {
    if !span.is_valid() {
        return None;
    }
    let trace = TraceId::from_random(span.trace_id().to_bytes());
    let context = TraceContext::new(trace, span.span_id().to_bytes(), span.is_sampled());
    Some(context.with_state(span.trace_state().header()))
}

fn remote(caller: &TraceContext) -> SpanContext {
    let flags = TraceFlags::default().with_sampled(caller.is_sampled());
    // What is no list of vendors' words is not passed on.
    let state = caller
        .tracestate()
        .and_then(|state| state.parse().ok())
        .unwrap_or_default();
    span_context(caller.trace_id(), caller.span_id(), flags, state)
}

/// A caller of which only the trace is known.
fn nobody(trace: TraceId) -> SpanContext {
    span_context(
        trace,
        [0, 0, 0, 0, 0, 0, 0, 1],
        TraceFlags::SAMPLED,
        TraceState::NONE,
    )
}

fn span_context(
    trace: TraceId,
    span: [u8; 8],
    flags: TraceFlags,
    state: TraceState,
) -> SpanContext {
    SpanContext::new(
        OtelTraceId::from_bytes(trace.to_bytes()),
        SpanId::from_bytes(span),
        flags,
        true,
        state,
    )
}
