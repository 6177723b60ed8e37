//! What `tracing` cannot say by itself: which trace a span belongs to, and who asked for it from outside the process.
//!
//! Without the feature `otel` nothing is said and nothing is known.

#[cfg(feature = "otel")]
pub use self::opentelemetry::TraceIds;
#[cfg(feature = "otel")]
pub(super) use self::opentelemetry::{context_of, current, put_into};
#[cfg(not(feature = "otel"))]
pub(super) use self::without::{context_of, current, put_into};

#[cfg(not(feature = "otel"))]
mod without {
    use tracing::Span;

    use crate::protocol::trace::{TraceContext, TraceId};

    pub(in super::super) fn context_of(_: &Span) -> Option<TraceContext> {
        None
    }

    pub(in super::super) fn current() -> Option<TraceContext> {
        None
    }

    pub(in super::super) fn put_into(_: &Span, _: TraceId, _: Option<&TraceContext>) {}
}

#[cfg(feature = "otel")]
mod opentelemetry;
