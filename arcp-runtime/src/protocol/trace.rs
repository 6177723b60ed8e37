//! The trace id that follows a job through everything it does (§11).
//!
//! Reads what peers send, and says when a fresh id is wanted; the random bytes come from the caller.
//! A bad trace id never fails a job, and neither does anything else that is said of a trace.
//!
//! The wire's `trace_id` names the trace alone (A-16). The span that asks, and what vendors say of the trace, go beside it in the envelope's
//! member [`MEMBER`]; who does not know it ignores it.

use std::fmt;
use std::str::FromStr;

use arcp_generated::common::Json;
use serde::{Deserialize, Serialize};

use crate::limits::TRACESTATE_BYTES;

/// The envelope's member for the rest of the trace context: an object with `traceparent` and `tracestate`, as W3C Trace Context writes them.
pub const MEMBER: &str = "x-vendor.opentelemetry.tracecontext";

/// A W3C trace id: 16 bytes, not all zero, written as 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId([u8; 16]);

/// The text is no trace id; a fresh one is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither 32 lower-case hexadecimal digits, not all zero, nor a traceparent with such")]
pub struct NotATraceId;

impl TraceId {
    /// The id in what a peer sent, if there is a good one: 32 digits, or a whole `traceparent`.
    ///
    /// `None` means that the caller mints one with [`from_random`](Self::from_random).
    pub fn received(text: Option<&str>) -> Option<Self> {
        text.and_then(|text| text.parse().ok())
    }

    /// An id from random bytes.
    pub fn from_random(mut bytes: [u8; 16]) -> Self {
        // All zero means "no trace", and is as likely as any other value.
        if bytes == [0; 16] {
            bytes[15] = 1;
        }
        Self(bytes)
    }

    /// The 16 bytes.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// The `traceparent` that is handed to tool servers and sub-agents, with the span that calls them.
    ///
    /// As in [`from_random`](Self::from_random), an all-zero span is not left so.
    pub fn to_traceparent(self, mut span: [u8; 8], sampled: bool) -> String {
        if span == [0; 8] {
            span[7] = 1;
        }
        format!(
            "00-{self}-{:016x}-{:02x}",
            u64::from_be_bytes(span),
            u8::from(sampled)
        )
    }
}

/// One span of a trace, as others are told of it: what goes with a request to a tool server or to another runtime (W3C Trace Context).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    trace: TraceId,
    span: [u8; 8],
    sampled: bool,
    state: Option<String>,
}

impl TraceContext {
    /// A span of a trace, and whether somebody records it. An all-zero span is not left so, because it means that there is none.
    pub fn new(trace: TraceId, mut span: [u8; 8], sampled: bool) -> Self {
        if span == [0; 8] {
            span[7] = 1;
        }
        Self {
            trace,
            span,
            sampled,
            state: None,
        }
    }

    /// With what vendors say of the trace. What cannot be a `tracestate`, or is longer than everybody has to pass on, is left out.
    #[must_use]
    pub fn with_state(mut self, state: impl Into<String>) -> Self {
        let state = state.into();
        let readable = state.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let fits = (1..=TRACESTATE_BYTES).contains(&state.len());
        self.state = Some(state).filter(|_| readable && fits);
        self
    }

    /// The trace.
    pub fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// The span's id.
    pub fn span_id(&self) -> [u8; 8] {
        self.span
    }

    /// Whether somebody records the span.
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// The value of the header `traceparent`.
    pub fn traceparent(&self) -> String {
        self.trace.to_traceparent(self.span, self.sampled)
    }

    /// The value of the header `tracestate`, if there is one to pass on.
    pub fn tracestate(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The value of [`MEMBER`].
    pub fn to_member(&self) -> Json {
        let member = Member {
            traceparent: Some(self.traceparent()),
            tracestate: self.state.clone(),
        };
        Json::from_serialize(&member).unwrap_or_else(|_| Json::null())
    }
}

impl FromStr for TraceContext {
    type Err = NotATraceId;

    /// Reads a `traceparent`. Of a later version of it what this one knows (its only known flag is the lowest).
    fn from_str(text: &str) -> Result<Self, NotATraceId> {
        let trace = trace_part(text).ok_or(NotATraceId)?.parse()?;
        let mut rest = text.split('-').skip(2);
        let mut number = || u64::from_str_radix(rest.next().unwrap_or_default(), 16);
        match (number(), number()) {
            (Ok(span), Ok(flags)) if span != 0 => {
                Ok(Self::new(trace, span.to_be_bytes(), flags & 1 == 1))
            }
            _ => Err(NotATraceId),
        }
    }
}

/// What the member holds. Anything else in it is not ours.
#[derive(Serialize, Deserialize)]
struct Member {
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracestate: Option<String>,
}

/// What a frame says of its trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traced {
    /// The trace, if it names a good one.
    pub id: Option<TraceId>,
    /// The span that asks, if it names one of that trace.
    pub caller: Option<TraceContext>,
}

impl Traced {
    /// Reads a frame's `trace_id` and its [`MEMBER`]. The id decides: a member that speaks of another trace is not looked at.
    pub fn received(trace_id: Option<&str>, member: Option<&Json>) -> Self {
        let id = TraceId::received(trace_id);
        let beside = member
            .and_then(|member| member.decode::<Member>().ok())
            .and_then(|member| {
                let context: TraceContext = member.traceparent?.parse().ok()?;
                Some(context.with_state(member.tracestate.unwrap_or_default()))
            })
            .filter(|context| id.is_none_or(|id| id == context.trace));
        // A whole `traceparent` in the id's place names its span too.
        let caller = beside.or_else(|| trace_id.and_then(|text| text.parse().ok()));
        Self {
            id: id.or(caller.as_ref().map(TraceContext::trace_id)),
            caller,
        }
    }
}

impl FromStr for TraceId {
    type Err = NotATraceId;

    fn from_str(text: &str) -> Result<Self, NotATraceId> {
        let digits = if text.len() == 32 {
            text
        } else {
            trace_part(text).ok_or(NotATraceId)?
        };
        if !is_hex(digits, 32) {
            return Err(NotATraceId);
        }
        match u128::from_str_radix(digits, 16) {
            Ok(0) | Err(_) => Err(NotATraceId),
            Ok(id) => Ok(Self(id.to_be_bytes())),
        }
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// The second part of a `traceparent`: version, trace id, span, flags, and whatever later versions add.
fn trace_part(text: &str) -> Option<&str> {
    let mut parts = text.splitn(5, '-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (is_hex(version, 2) && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2))
        .then_some(trace)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn reads_both_forms() {
        for text in [
            ID.to_owned(),
            format!("00-{ID}-00f067aa0ba902b7-01"),
            format!("cc-{ID}-00f067aa0ba902b7-00-what-comes-later"),
        ] {
            assert_eq!(
                TraceId::received(Some(&text))
                    .map(|id| id.to_string())
                    .as_deref(),
                Some(ID),
                "{text}"
            );
        }
    }

    #[test]
    fn wants_a_fresh_id_for_anything_else() {
        let bad = [
            String::new(),
            "xyz".to_owned(),
            "0".repeat(32),
            ID.to_uppercase(),
            ID[1..].to_owned(),
            format!("{ID}0"),
            format!("+{}", &ID[1..]),
            format!("00-{ID}-00f067aa0ba902b7"),
            format!("00-{ID}-00f067aa0ba902b7-1"),
            format!("00-{ID}-00f067aa0ba902b7-01x"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{ID}-00F067AA0BA902B7-01"),
            "é".repeat(16),
        ];
        for text in bad {
            assert_eq!(TraceId::received(Some(&text)), None, "{text}");
        }
        assert_eq!(TraceId::received(None), None);
    }

    #[test]
    fn is_never_all_zero() {
        assert_eq!(
            TraceId::from_random([0; 16]).to_string(),
            format!("{}1", "0".repeat(31))
        );
        let id: TraceId = ID.parse().unwrap();
        assert_eq!(
            id.to_traceparent([0; 8], false),
            format!("00-{ID}-0000000000000001-00")
        );
        assert_eq!(
            id.to_traceparent([0xab; 8], true),
            format!("00-{ID}-abababababababab-01")
        );
    }

    fn json(text: &str) -> Json {
        text.parse().unwrap()
    }

    #[test]
    fn a_span_is_read_from_the_member_or_the_id() {
        let parent = format!("00-{ID}-00f067aa0ba902b7-01");
        let other = format!("00-{}-00f067aa0ba902b7-01", ID.replace('4', "5"));
        let member = |parent: &str| {
            json(&format!(
                r#"{{"traceparent":"{parent}","tracestate":"a=1"}}"#
            ))
        };
        let beside = Traced::received(Some(ID), Some(&member(&parent)));
        let caller = beside.caller.unwrap();
        assert_eq!(caller.traceparent(), parent);
        assert_eq!(caller.tracestate(), Some("a=1"));
        assert!(caller.is_sampled());

        let alone = Traced::received(None, Some(&member(&parent)));
        assert_eq!(alone.id.unwrap().to_string(), ID);
        let inside = Traced::received(Some(&parent), None);
        assert_eq!(inside.caller.unwrap().traceparent(), parent);
        let foreign = Traced::received(Some(ID), Some(&member(&other)));
        assert_eq!(foreign.caller, None);
        assert_eq!(foreign.id.unwrap().to_string(), ID);
    }

    #[test]
    fn a_bad_member_is_as_good_as_none() {
        let zero = format!(r#"{{"traceparent":"00-{ID}-{}-01"}}"#, "0".repeat(16));
        for bad in [
            "null",
            "7",
            "{}",
            r#"{"traceparent":7}"#,
            r#"{"traceparent":"x"}"#,
            &zero,
        ] {
            assert_eq!(
                Traced::received(None, Some(&json(bad))),
                Traced::default(),
                "{bad}"
            );
        }
        for state in ["", "a=\u{7}", &"x".repeat(TRACESTATE_BYTES + 1)] {
            let context = TraceContext::new(ID.parse().unwrap(), [1; 8], false).with_state(state);
            assert_eq!(context.tracestate(), None, "{state:?}");
        }
    }

    #[test]
    fn what_the_member_says_is_read_again() {
        let context = TraceContext::new(ID.parse().unwrap(), [7; 8], true).with_state("v=1,w=2");
        let read = Traced::received(None, Some(&context.to_member()));
        assert_eq!(read.caller, Some(context));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let id = TraceId::from_random([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_traceparent([1; 8], true).parse(), Ok(id));
    }
}
