//! Why a request is refused: what becomes a `session.error` (§12).

use arcp_generated::common::JsonObject;
use arcp_generated::error::ErrorCode;
use arcp_generated::session;
use serde_json::{Map, Value};

use super::error::error;
use crate::limits::MAX_MESSAGE_BYTES;

/// A refusal of one request. Its message goes on the wire: no secrets, nothing about other principals.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The code.
    pub code: ErrorCode,
    /// What is wrong, where, and the cure.
    pub message: String,
    /// For machines.
    pub details: Option<Map<String, Value>>,
}

impl Refusal {
    /// A refusal with a code and a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: None,
        }
    }

    /// `INVALID_REQUEST`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// `INTERNAL_ERROR` because a cap is reached; `details.cap` names it.
    pub fn cap(cap: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InternalError, message).with_detail("cap", cap)
    }

    /// The runtime goes away: what is refused for that can be tried again when it is back, or elsewhere.
    pub fn shutdown() -> Self {
        Self::cap("shutdown", "the runtime is shutting down; try again later")
    }

    /// Adds one detail.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details
            .get_or_insert_default()
            .insert(name.to_owned(), value.into());
        self
    }

    /// The payload of the `session.error`.
    pub fn to_error(&self) -> session::Error {
        let details = self.details.as_ref();
        error(
            self.code.clone(),
            cut(&self.message, MAX_MESSAGE_BYTES),
            None,
            details.and_then(|details| JsonObject::from_serialize(details).ok()),
        )
    }
}

/// A text for people that may quote what a peer sent, with no more than `most` bytes of it.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut short = text[..text.floor_char_boundary(most)].to_owned();
    short.push('…');
    short
}
