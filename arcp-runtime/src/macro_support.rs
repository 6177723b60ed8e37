//! What `#[arcp_agent]` writes code against. Hidden, and no part of the public interface: only the macro may name it.
//!
//! It keeps the written code small: everything that need not be repeated for each agent stands here.

use std::pin::Pin;
use std::time::Duration;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;

use arcp_generated::error::ErrorCode;

pub use arcp_generated::common::Json;

pub use crate::agent::{Agent, AgentFuture, Descriptor, InvalidInput, JobContext};
use crate::agent::{AgentError, decode_input, encode_result};

/// What the attribute and the doc comment say of an agent.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // the macro writes it out
pub struct About {
    /// The name in the inventory.
    pub name: &'static str,
    /// The version in the inventory.
    pub version: &'static str,
    /// Whether a bare name means this version.
    pub default: bool,
    /// One paragraph for people.
    pub description: &'static str,
    /// The longest that a job may run, in seconds.
    pub max_runtime_sec: Option<u64>,
}

/// A function that is an agent. Each bound is here once, so that a type that breaks it is one error, at that type.
pub trait AgentFunction {
    /// What the job is given.
    type Input: DeserializeOwned + JsonSchema;
    /// What the function returns.
    type Return: AgentReturn;
    /// What is said of it.
    const ABOUT: About;

    /// Calls the function.
    fn start(context: JobContext, input: Self::Input) -> FunctionFuture<Self::Return>;
}

/// A call of an agent's function.
pub type FunctionFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Boxes a call. The compiler quotes the line of a bound that is not met, so the reason stands there.
#[rustfmt::skip]
pub fn movable<F>(future: F) -> FunctionFuture<F::Output>
where
    F: Future + 'static,
    F: Send, // an agent may change threads at an `.await`, so it holds nothing there that is not `Send`
{
    Box::pin(future)
}

/// What an agent's function may return: `Result<R, E>`.
#[diagnostic::on_unimplemented(
    message = "an agent returns `Result<R, E>`, not `{Self}`",
    label = "not what an agent returns",
    note = "`R: serde::Serialize + schemars::JsonSchema` is what the job results in, `E: Into<AgentError>` is how it fails"
)]
pub trait AgentReturn {
    /// What the job results in.
    type Value: Serialize + JsonSchema;

    /// The result, or why there is none.
    ///
    /// # Errors
    /// The function's own error.
    fn outcome(self) -> Result<Self::Value, AgentError>;
}

impl<R: Serialize + JsonSchema, E: Into<AgentError>> AgentReturn for Result<R, E> {
    type Value = R;

    fn outcome(self) -> Result<R, AgentError> {
        self.map_err(Into::into)
    }
}

/// The agent's descriptor, schemas included.
pub fn descriptor<F: AgentFunction>() -> Descriptor {
    let about = F::ABOUT;
    let descriptor = Descriptor::new(about.name, about.version)
        .with_default(about.default)
        .with_description(about.description)
        .with_input_schema(schema::<F::Input>(
            SchemaSettings::draft2020_12().for_deserialize(),
        ))
        .with_result_schema(schema::<<F::Return as AgentReturn>::Value>(
            SchemaSettings::draft2020_12().for_serialize(),
        ));
    match about.max_runtime_sec {
        Some(seconds) => descriptor.with_max_runtime(Duration::from_secs(seconds)),
        None => descriptor,
    }
}

fn schema<T: JsonSchema>(settings: SchemaSettings) -> serde_json::Value {
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Whether the input can be read.
///
/// # Errors
/// The place and the reason.
pub fn check<F: AgentFunction>(input: &Json) -> Result<(), InvalidInput> {
    decode_input::<F::Input>(input).map(drop)
}

/// Reads the input, runs the function, writes its result.
pub fn run<F: AgentFunction>(context: JobContext, input: Json) -> AgentFuture {
    Box::pin(async move {
        let input = decode_input::<F::Input>(&input)
            .map_err(|invalid| AgentError::new(ErrorCode::InvalidRequest, invalid.to_string()))?;
        encode_result(&F::start(context, input).await.outcome()?)
    })
}
