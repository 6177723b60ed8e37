//! Errors of the wire (§12), made in this one place: what a code pins holds for whatever carries it.
//!
//! Clippy refuses the constructors of these three types elsewhere (`arcp-runtime/.clippy.toml`). Which code and which words is decided by whoever asks.

use arcp_generated::common::JsonObject;
use arcp_generated::error::{Error, ErrorCode};
use arcp_generated::{job, session};

/// A payload that tells of an error: `session.error`, `job.error`, and the error of a `tool_result`.
pub trait WireError {
    /// The error with these members, as they are.
    fn with(code: ErrorCode, message: String, retryable: bool, details: Option<JsonObject>)
    -> Self;
}

/// An error of the wire. Whether trying again can help is what the code pins, else what `retryable` says, else the code's default.
pub fn error<E: WireError>(
    code: ErrorCode,
    message: impl Into<String>,
    retryable: Option<bool>,
    details: Option<JsonObject>,
) -> E {
    let retryable = code
        .pinned_retryable()
        .or(retryable)
        .unwrap_or(code.default_retryable());
    E::with(code, message.into(), retryable, details)
}

macro_rules! wire_error {
    ($($error:ty),+) => { $(
        impl WireError for $error {
            #[expect(clippy::disallowed_methods, reason = "this is the one place")]
            fn with(code: ErrorCode, message: String, retryable: bool, details: Option<JsonObject>) -> Self {
                let mut error = Self::new()
                    .with_code(code)
                    .with_message(message)
                    .with_retryable(retryable);
                error.details = details;
                error
            }
        }
    )+ };
}

wire_error!(session::Error, job::Error, Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_code_pins_nobody_changes() {
        let said = |code, retryable| error::<job::Error>(code, "m", retryable, None).retryable;
        for asked in [None, Some(false), Some(true)] {
            assert_eq!(said(ErrorCode::InternalError, asked), Some(true));
            assert_eq!(said(ErrorCode::LeaseExpired, asked), Some(false));
            assert_eq!(said(ErrorCode::BudgetExhausted, asked), Some(false));
        }
        assert_eq!(said(ErrorCode::Timeout, None), Some(true));
        assert_eq!(said(ErrorCode::Timeout, Some(false)), Some(false));
        assert_eq!(said(ErrorCode::JobNotFound, None), Some(false));
    }
}
