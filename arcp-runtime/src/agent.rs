//! Agents: what one is ([`Agent`]), what it can do while it runs ([`JobContext`]), how it fails ([`AgentError`]).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use arcp_generated::common::Json;
use arcp_generated::error::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

mod call;
mod context;
mod delegation;
pub mod demo;
pub mod probe;
mod stream;
mod upstream;

pub use call::Call;
pub use context::JobContext;
pub use delegation::{Delegated, Delegation};
pub use stream::ResultStream;

pub use crate::protocol::trace::TraceContext;

/// What an agent's run answers with: the inline result, or why there is none.
pub type AgentFuture = Pin<Box<dyn Future<Output = Result<Json, AgentError>> + Send + 'static>>;

/// Something that can be submitted. `#[arcp_agent]` writes this for an `async fn`.
pub trait Agent: Send + Sync + 'static {
    /// Name, version, schemas. Asked once, at registration.
    fn descriptor(&self) -> Descriptor;

    /// Whether `input` is what the agent takes. Called before the job is accepted; must not block.
    ///
    /// # Errors
    /// The place and the reason, which the client gets as `INVALID_REQUEST`.
    fn check(&self, input: &Json) -> Result<(), InvalidInput>;

    /// Runs one job. The future runs on a task of its own; a panic ends that job only.
    fn run(&self, ctx: JobContext, input: Json) -> AgentFuture;
}

/// What a runtime knows of an agent before it runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Descriptor {
    /// The name in the inventory (§7.5 grammar).
    pub name: String,
    /// The version (§7.5 grammar).
    pub version: String,
    /// Whether a bare name means this version. Without one the version registered last is taken.
    pub default: bool,
    /// One paragraph for people.
    pub description: String,
    /// JSON Schema of the input.
    pub input_schema: Option<serde_json::Value>,
    /// JSON Schema of the result.
    pub result_schema: Option<serde_json::Value>,
    /// The longest a job may run; a submit can only ask for less.
    pub max_runtime: Option<Duration>,
}

impl Descriptor {
    /// An agent with a name and a version, and nothing else said.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            default: false,
            description: String::new(),
            input_schema: None,
            result_schema: None,
            max_runtime: None,
        }
    }

    /// Marks this version as what a bare name means.
    #[must_use]
    pub fn with_default(mut self, default: bool) -> Self {
        self.default = default;
        self
    }

    /// Describes the agent.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Adds the schema of the input.
    #[must_use]
    pub fn with_input_schema(mut self, schema: serde_json::Value) -> Self {
        self.input_schema = Some(schema);
        self
    }

    /// Adds the schema of the result.
    #[must_use]
    pub fn with_result_schema(mut self, schema: serde_json::Value) -> Self {
        self.result_schema = Some(schema);
        self
    }

    /// Bounds the run time.
    #[must_use]
    pub fn with_max_runtime(mut self, max_runtime: Duration) -> Self {
        self.max_runtime = Some(max_runtime);
        self
    }
}

/// Input that an agent does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidInput {
    /// Where, from the input's root: `do[3].log`; empty for the root.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "input: {}", self.reason)
        } else {
            write!(f, "input.{}: {}", self.path, self.reason)
        }
    }
}

/// Reads an agent's input; what `#[arcp_agent]` calls for both the check and the run.
///
/// # Errors
/// The place and the reason.
pub fn decode_input<T: DeserializeOwned>(input: &Json) -> Result<T, InvalidInput> {
    let mut reader = serde_json::Deserializer::from_str(input.get());
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        InvalidInput {
            path: if path == "." { String::new() } else { path },
            reason: without_position(&error.into_inner()),
        }
    })
}

/// The reason alone: the path says where, and lines and columns of a member's text mean nothing to who wrote the frame.
fn without_position(error: &serde_json::Error) -> String {
    let reason = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    reason
        .strip_suffix(&position)
        .map_or(reason.clone(), ToOwned::to_owned)
}

/// Writes an agent's result.
///
/// # Errors
/// `INTERNAL_ERROR` when the value cannot be JSON (a map with keys that are no strings, a failing `Serialize`).
pub fn encode_result<R: Serialize>(result: &R) -> Result<Json, AgentError> {
    Json::from_serialize(result).map_err(|error| {
        AgentError::new(
            ErrorCode::InternalError,
            format!("the result is not JSON: {error}"),
        )
    })
}

/// Why an agent's job ends without a result.
///
/// It is made from any `std::error::Error` with `?` (then the code is `INTERNAL_ERROR`), and, like `anyhow::Error`, is none itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AgentError {
    /// The code on the wire.
    pub code: ErrorCode,
    /// For people; goes on the wire, so no secrets.
    pub message: String,
    /// Whether trying again can help; the code's default where `None`.
    pub retryable: Option<bool>,
    /// More for machines.
    pub details: Option<serde_json::Map<String, serde_json::Value>>,
}

impl AgentError {
    /// An error with a code and a message. The code may be an agent's own, of up to 128 characters (`"QUOTA".parse()?`);
    /// an empty one goes on the wire as `INTERNAL_ERROR`, and the message says so.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: None,
            details: None,
        }
    }

    /// Says whether trying again can help. Codes that pin their value keep it.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.retryable = Some(retryable);
        self
    }

    /// Adds details for machines.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Map<String, serde_json::Value>) -> Self {
        self.details = Some(details);
        self
    }

    /// The error as the wire asks for it: neither its code nor its message is empty (§12).
    pub(crate) fn completed(mut self) -> Self {
        if self.code.as_str().is_empty() {
            self.code = ErrorCode::InternalError;
            self.message = match self.message.as_str() {
                "" => "the agent failed without a code".to_owned(),
                said => format!("the agent failed without a code: {said}"),
            };
        }
        if self.message.is_empty() {
            self.message = self.code.as_str().to_owned();
        }
        self
    }
}

impl fmt::Display for AgentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for AgentError {
    fn from(error: E) -> Self {
        Self::new(ErrorCode::InternalError, error.to_string())
    }
}
