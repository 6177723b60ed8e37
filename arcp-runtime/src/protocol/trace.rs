//! The trace id that follows a job through everything it does (§11).
//!
//! Reads what peers send, and says when a fresh id is wanted; the random bytes come from the caller.
//! A bad trace id never fails a job.

use std::fmt;
use std::str::FromStr;

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

    #[test]
    fn what_is_written_is_read_again() {
        let id = TraceId::from_random([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_traceparent([1; 8], true).parse(), Ok(id));
    }
}
