//! Does the steps of a script through the job's context, as any agent would.

use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use arcp_generated::common::{AgentRef, Json};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{ArtifactRef, Dimensions, Metric, Progress, Status};
use arcp_generated::lease::{Lease, LeaseConstraints};
use tokio::io::AsyncWriteExt as _;

use super::script::{ArtifactStep, Call, Delegation, MetricStep, Piece, Script, Step};
use super::steps::is_file_name;
use super::template::{Template, Value};
use crate::agent::{AgentError, Delegated, JobContext, ResultStream};

/// What `chunk` by size repeats.
const DIGITS: &[u8] = b"0123456789";

/// Does the whole script; gives the result.
pub(super) async fn perform(
    script: &Script,
    ctx: &JobContext,
    folder: Option<&Path>,
) -> Result<Json, AgentError> {
    let mut performer = Performer {
        ctx,
        folder,
        stream: None,
    };
    match performer.steps(&script.steps, 0).await? {
        Flow::Done(result) => Ok(result),
        Flow::On => Ok(Json::null()),
    }
}

/// Whether the script goes on after a step.
enum Flow {
    On,
    Done(Json),
}

struct Performer<'a> {
    ctx: &'a JobContext,
    folder: Option<&'a Path>,
    stream: Option<ResultStream>,
}

impl Performer<'_> {
    async fn steps(&mut self, steps: &[Step], index: u64) -> Result<Flow, AgentError> {
        for step in steps {
            if let Flow::Done(result) = self.step(step, index).await? {
                return Ok(Flow::Done(result));
            }
        }
        Ok(Flow::On)
    }

    /// Boxed, because a `repeat` may hold another.
    fn repeat<'s>(
        &'s mut self,
        times: u64,
        steps: &'s [Step],
    ) -> Pin<Box<dyn Future<Output = Result<Flow, AgentError>> + Send + 's>> {
        Box::pin(async move {
            for index in 0..times {
                // The steps of a round need not wait for anything, so the round itself gives way and looks whether to stop.
                tokio::task::consume_budget().await;
                if self.ctx.is_cancelled() {
                    return Err(cancelled());
                }
                if let Flow::Done(result) = self.steps(steps, index).await? {
                    return Ok(Flow::Done(result));
                }
            }
            Ok(Flow::On)
        })
    }

    async fn step(&mut self, step: &Step, index: u64) -> Result<Flow, AgentError> {
        match step {
            Step::Repeat { times, steps } => return self.repeat(*times, steps).await,
            Step::Return(value) => return Ok(Flow::Done(value.render(index)?)),
            Step::Fail {
                code,
                message,
                retryable,
            } => return Err(failure(code, message.as_ref(), *retryable, index)),
            Step::Panic { message } => panicked(
                &message
                    .as_ref()
                    .map_or_else(|| "told to".to_owned(), |text| text.string(index)),
            ),
            Step::Chunk(piece) => self.chunk(piece, index).await?,
            Step::Call(call) => self.call(call, index).await?,
            Step::Model { id, fatal } => {
                refused(self.ctx.use_model(id.string(index)).await.err(), *fatal)?;
            }
            Step::Delegate(delegation) => self.delegate(delegation, index).await?,
            Step::Rotate { credential, value } => {
                self.ctx
                    .rotate_credential(*credential, Some(value.render(index).parse()?))
                    .await?;
            }
            Step::Sleep { ms } => self.sleep(*ms).await?,
            Step::Block => {
                self.ctx.cancelled().await;
                return Err(cancelled());
            }
            Step::Stubborn { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Step::Spin { ms } => self.spin(*ms),
            Step::Count { name } => self.count(&name.render(index)).await?,
            _ => self.emit(step, index).await?,
        }
        Ok(Flow::On)
    }

    /// The steps that are one event each.
    async fn emit(&self, step: &Step, index: u64) -> Result<(), AgentError> {
        let ctx = self.ctx;
        match step {
            Step::Log { level, message } => {
                ctx.log(level.render(index).parse()?, message.string(index))
                    .await
            }
            Step::Thought { text } => ctx.thought(text.string(index)).await,
            Step::Status { phase, message } => {
                let mut status = Status::new(phase.render(index).parse()?);
                status.message = text(message.as_ref(), index);
                ctx.status(status).await
            }
            Step::Metric(metric) => ctx.metric(metric_event(metric, index)?).await,
            Step::Artifact(artifact) => ctx.artifact(artifact_event(artifact, index)?).await,
            Step::Progress {
                current,
                total,
                units,
                message,
            } => {
                let mut progress = Progress::new(current.clone());
                progress.total.clone_from(total);
                progress.units = text(units.as_ref(), index);
                progress.message = text(message.as_ref(), index);
                ctx.progress(progress).await
            }
            Step::Vendor { kind, body } => {
                ctx.vendor(kind.render(index).parse()?, body.render(index)?)
                    .await
            }
            // Every other step was done by `step`.
            _ => Ok(()),
        }
    }

    async fn chunk(&mut self, piece: &Piece, index: u64) -> Result<(), AgentError> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(self.ctx.result_stream()),
        };
        match piece {
            Piece::Text(text) => stream.write_text(&text.render(index)).await,
            Piece::Bytes(bytes) => stream.write_bytes(bytes).await,
            Piece::Digits(size) => {
                let text: String = DIGITS
                    .iter()
                    .cycle()
                    .take(*size)
                    .map(|digit| char::from(*digit))
                    .collect();
                stream.write_text(&text).await
            }
        }
    }

    async fn call(&self, call: &Call, index: u64) -> Result<(), AgentError> {
        match self
            .ctx
            .tool_call(call.tool.string(index), call.args.render(index)?)
            .await
        {
            Ok(allowed) => allowed.succeed(call.result.render(index)?).await?,
            Err(refusal) => return refused(Some(refusal), call.fatal),
        }
        for (currency, amount) in &call.cost {
            let mut metric = Metric::new("cost.call".to_owned(), amount.clone());
            metric.unit = Some(currency.clone());
            self.ctx.metric(metric).await?;
        }
        Ok(())
    }

    async fn delegate(&self, delegation: &Delegation, index: u64) -> Result<(), AgentError> {
        let agent: AgentRef = delegation.agent.render(index).parse()?;
        let request = rendered::<Lease>(delegation.lease_request.as_ref(), index)?;
        let constraints =
            rendered::<LeaseConstraints>(delegation.lease_constraints.as_ref(), index)?;
        let mut asked = self
            .ctx
            .delegate(agent, delegation.input.render(index)?)
            .lease(request.unwrap_or_default());
        if let Some(constraints) = constraints {
            asked = asked.constraints(constraints);
        }
        match asked.await {
            Ok(child) if delegation.wait => self.end_of(child).await,
            Ok(_) => Ok(()),
            Err(refusal) => refused(Some(refusal), false),
        }
    }

    /// Waits for a child. How it ended is for whoever reads its own stream.
    async fn end_of(&self, mut child: Delegated) -> Result<(), AgentError> {
        tokio::select! {
            _ = child.result() => Ok(()),
            () = self.ctx.cancelled() => Err(cancelled()),
        }
    }

    async fn sleep(&self, ms: u64) -> Result<(), AgentError> {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(ms)) => Ok(()),
            () = self.ctx.cancelled() => Err(cancelled()),
        }
    }

    /// Does not give its thread back: that is what the step is for.
    fn spin(&self, ms: u64) {
        let until = self.ctx.clock().now().mono + Duration::from_millis(ms);
        while self.ctx.clock().now().mono < until {
            std::hint::spin_loop();
        }
    }

    async fn count(&self, name: &str) -> Result<(), AgentError> {
        let folder = self.folder.filter(|_| is_file_name(name));
        let Some(folder) = folder else {
            return Err(AgentError::new(
                ErrorCode::InvalidRequest,
                "count: no such file can be written",
            ));
        };
        let mut file = tokio::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join(name))
            .await?;
        file.write_all(format!("{}\n", self.ctx.job_id()).as_bytes())
            .await?;
        Ok(file.flush().await?)
    }
}

fn metric_event(step: &MetricStep, index: u64) -> Result<Metric, AgentError> {
    let mut metric = Metric::new(step.name.string(index), step.value.clone());
    metric.unit = text(step.unit.as_ref(), index);
    if !step.dimensions.is_empty() {
        let pair = |(name, value): &(String, Template)| Ok((name.parse()?, value.string(index)));
        let pairs: Result<Dimensions, AgentError> = step.dimensions.iter().map(pair).collect();
        metric.dimensions = Some(pairs?);
    }
    Ok(metric)
}

fn artifact_event(step: &ArtifactStep, index: u64) -> Result<ArtifactRef, AgentError> {
    let uri = step.uri.render(index).parse()?;
    let mut artifact = ArtifactRef::new(uri, step.content_type.render(index).parse()?);
    artifact.byte_size = step.byte_size;
    artifact.sha256 = step
        .sha256
        .as_ref()
        .map(|sum| sum.render(index).parse())
        .transpose()?;
    Ok(artifact)
}

fn text(template: Option<&Template>, index: u64) -> Option<String> {
    template.map(|template| template.string(index))
}

fn rendered<T: serde::de::DeserializeOwned>(
    value: Option<&Value>,
    index: u64,
) -> Result<Option<T>, AgentError> {
    value
        .map(|value| Ok(serde_json::from_str(value.render(index)?.get())?))
        .transpose()
}

fn cancelled() -> AgentError {
    AgentError::new(ErrorCode::Cancelled, "the job was cancelled")
}

fn failure(
    code: &Template,
    message: Option<&Template>,
    retryable: Option<bool>,
    index: u64,
) -> AgentError {
    let code = code.string(index);
    let message = message.map_or_else(|| code.clone(), |message| message.string(index));
    let error = AgentError::new(
        ErrorCode::try_from(code).unwrap_or(ErrorCode::InternalError),
        message,
    );
    match retryable {
        Some(retryable) => error.with_retryable(retryable),
        None => error,
    }
}

/// Goes on after a refusal, unless the step is fatal. Anything else that fails, such as the store, ends the job.
fn refused(error: Option<AgentError>, fatal: bool) -> Result<(), AgentError> {
    let Some(error) = error else { return Ok(()) };
    let refusal = matches!(
        error.code,
        ErrorCode::PermissionDenied
            | ErrorCode::LeaseSubsetViolation
            | ErrorCode::LeaseExpired
            | ErrorCode::BudgetExhausted
            | ErrorCode::AgentNotAvailable
            | ErrorCode::AgentVersionNotAvailable
            | ErrorCode::InvalidRequest
    );
    // So is a cap on jobs, which says its name; any other `INTERNAL_ERROR` is none.
    let cap = error
        .details
        .as_ref()
        .is_some_and(|details| details.contains_key("cap"));
    if (refusal || cap) && !fatal {
        Ok(())
    } else {
        Err(error)
    }
}

#[expect(
    clippy::panic,
    reason = "the step shows that a panic ends its own job only"
)]
fn panicked(message: &str) -> ! {
    panic!("{message}")
}
