//! What an upstream's refusal means in the protocol's words (§9.6, §9.8.3): a gateway that enforces budget or models itself answers in its own.

use arcp_generated::error::ErrorCode;
use serde_json::{Map, Value};

use super::AgentError;

/// Bytes of a refusal that are looked at.
const BODY_BYTES: usize = 64 << 10;
/// Bytes of an upstream's own code that are passed on.
const CODE_BYTES: usize = 64;

/// Parts of the codes by which model APIs and gateways say that money or quota is used up.
const SPENT: [&str; 7] = [
    "budget",
    "insufficient_quota",
    "billing",
    "credit",
    "balance",
    "funds",
    "payment_required",
];
/// Parts of the codes that refuse a model or a key.
const FORBIDDEN: [&str; 5] = [
    "access_denied",
    "permission",
    "not_allowed",
    "restricted",
    "expired_key",
];

impl AgentError {
    /// The error for an answer of an upstream that is no success: `BUDGET_EXHAUSTED` where its money is used up (§9.6), `PERMISSION_DENIED` where the model
    /// or the key is refused (§9.8.3), a retryable `INTERNAL_ERROR` where it is busy or broken, otherwise `INVALID_REQUEST`.
    ///
    /// `status` is that of HTTP. `body` may be anything; the usual shapes of model APIs are understood (`{"error": {"type", "code"}}`, `{"code"}`).
    /// The upstream's own text is left out, because it may quote the key: the error names the status and the upstream's code.
    pub fn from_upstream(status: u16, body: &str) -> Self {
        let codes = codes(body);
        let says = |words: &[&str]| {
            codes
                .iter()
                .find(|code| words.iter().any(|word| code.contains(word)))
        };
        let (code, said, what) = match (says(&SPENT), says(&FORBIDDEN), status) {
            (Some(said), _, _) => (
                ErrorCode::BudgetExhausted,
                Some(said),
                "its budget is used up",
            ),
            (_, _, 402) => (ErrorCode::BudgetExhausted, None, "its budget is used up"),
            (_, Some(said), _) => (ErrorCode::PermissionDenied, Some(said), "it refuses this"),
            (_, _, 401 | 403) => (ErrorCode::PermissionDenied, None, "it refuses this"),
            (_, _, 408 | 425 | 429 | 500..) => (
                ErrorCode::InternalError,
                None,
                "it is busy or has failed, try again",
            ),
            _ => (ErrorCode::InvalidRequest, None, "it cannot do this"),
        };
        let said = said.or(codes.first());
        let named = said.map(|said| format!(" {said}")).unwrap_or_default();
        let message = format!("the upstream answered {status}{named}: {what}");
        let mut details = Map::from_iter([("upstream_status".to_owned(), status.into())]);
        if let Some(said) = said {
            details.insert("upstream_code".to_owned(), said.as_str().into());
        }
        Self::new(code, message).with_details(details)
    }
}

/// The codes for machines in an answer, in lower case.
fn codes(body: &str) -> Vec<String> {
    if body.len() > BODY_BYTES {
        return Vec::new();
    }
    let Ok(Value::Object(body)) = serde_json::from_str(body) else {
        return Vec::new();
    };
    let inner = body.get("error");
    let places = [
        inner.and_then(|error| error.get("type")),
        inner.and_then(|error| error.get("code")),
        inner,
        body.get("type"),
        body.get("code"),
    ];
    let texts = places.into_iter().flatten().filter_map(Value::as_str);
    texts
        .map(str::to_ascii_lowercase)
        .filter(|code| is_code(code))
        .collect()
}

/// Whether a text is one word for machines, and neither a sentence nor a key.
fn is_code(text: &str) -> bool {
    (1..=CODE_BYTES).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_many_upstreams_get_the_protocols_code() {
        use ErrorCode::{BudgetExhausted, InternalError, InvalidRequest, PermissionDenied};
        for (status, body, code, said) in [
            (
                400,
                r#"{"error": {"message": "Budget has been exceeded! Key sk-1", "type": "budget_exceeded", "param": null, "code": "400"}}"#,
                BudgetExhausted,
                Some("budget_exceeded"),
            ),
            (
                429,
                r#"{"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}"#,
                BudgetExhausted,
                Some("insufficient_quota"),
            ),
            (
                403,
                r#"{"type": "error", "error": {"type": "billing_error"}}"#,
                BudgetExhausted,
                Some("billing_error"),
            ),
            (
                402,
                r#"{"error": {"code": 402, "message": "add credits"}}"#,
                BudgetExhausted,
                None,
            ),
            (402, "pay", BudgetExhausted, None),
            (
                401,
                r#"{"error": {"type": "key_model_access_denied", "code": "401"}}"#,
                PermissionDenied,
                Some("key_model_access_denied"),
            ),
            (
                400,
                r#"{"error": {"type": "expired_key"}}"#,
                PermissionDenied,
                Some("expired_key"),
            ),
            (403, r#"{"error": "no"}"#, PermissionDenied, Some("no")),
            (
                429,
                r#"{"error": {"type": "rate_limit_error"}}"#,
                InternalError,
                Some("rate_limit_error"),
            ),
            (529, "<html>", InternalError, None),
            (503, "", InternalError, None),
            (
                404,
                r#"{"code": "MODEL_NOT_FOUND"}"#,
                InvalidRequest,
                Some("model_not_found"),
            ),
            (422, "[]", InvalidRequest, None),
        ] {
            let error = AgentError::from_upstream(status, body);
            assert_eq!(error.code, code, "{status} {body}");
            let details = error.details.unwrap();
            assert_eq!(details["upstream_status"], status);
            assert_eq!(
                details.get("upstream_code").and_then(Value::as_str),
                said,
                "{status} {body}"
            );
            assert!(!error.message.contains("sk-"), "{}", error.message);
        }
    }

    #[test]
    fn a_text_that_could_be_a_key_is_no_code() {
        let body = r#"{"error": {"type": "sk-budget-123", "code": "Your budget is gone, sk-1"}}"#;
        let error = AgentError::from_upstream(400, body);
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        assert!(!format!("{error:?}").contains("sk-"));
    }
}
