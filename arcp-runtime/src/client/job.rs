//! A handle to one job.

use std::future::poll_fn;
use std::sync::Arc;

use arcp_generated::common::JobId;
use arcp_generated::credential::Credential;
use arcp_generated::event::EventBody;
use arcp_generated::job::{Accepted, Subscribed};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, watch};

use super::credential::Credentials;
use super::events::EventStream;
use super::queue::Receiver;
use super::{
    ClientError, Control, JobEvent, JobFailure, JobResult, Loss, Outcome, Request, ResultPosition,
    ResultValue, Streamed, ask,
};
use crate::protocol::client::core::Key;
use crate::protocol::client::result_chunk::{Chunk, ChunkError, Chunks};

/// What is known of a job.
#[derive(Clone, Debug)]
pub(super) struct Face {
    pub(super) job_id: JobId,
    pub(super) accepted: Option<Arc<Accepted>>,
    pub(super) subscribed: Option<Arc<Subscribed>>,
    /// `None` when the answer named none.
    pub(super) credentials: Option<Credentials>,
}

impl Face {
    /// Of a job of which only the id is known.
    pub(super) fn of(job_id: JobId) -> Self {
        Self {
            job_id,
            accepted: None,
            subscribed: None,
            credentials: None,
        }
    }

    /// Takes over what another face knows.
    pub(super) fn learn(&mut self, face: Self) {
        // An answer that names no credentials takes none from the job that has them.
        if face.credentials.is_some() || face.job_id != self.job_id {
            self.credentials = face.credentials;
        }
        self.job_id = face.job_id;
        self.accepted = face.accepted.or(self.accepted.take());
        self.subscribed = face.subscribed.or(self.subscribed.take());
    }

    /// Of a job that was submitted.
    pub(super) fn accepted(mut accepted: Accepted) -> Self {
        Self {
            credentials: Credentials::taken_from(&mut accepted.credentials),
            job_id: accepted.job_id.clone(),
            accepted: Some(Arc::new(accepted)),
            subscribed: None,
        }
    }

    /// Of a job that was subscribed to.
    pub(super) fn subscribed(mut subscribed: Subscribed) -> Self {
        Self {
            credentials: Credentials::taken_from(&mut subscribed.credentials),
            job_id: subscribed.job_id.clone(),
            accepted: None,
            subscribed: Some(Arc::new(subscribed)),
        }
    }
}

/// A job that is followed: submitted here, subscribed to, or of a session that was taken over.
///
/// Dropping it neither cancels the job nor slows the session: what comes of the job then falls away. A subscription ends with the next event after its
/// handle and its stream are dropped, or at once with [`JobHandle::unsubscribe`].
#[derive(Debug)]
pub struct JobHandle {
    key: Key,
    face: watch::Receiver<Face>,
    events: Option<Receiver<Result<JobEvent, Loss>>>,
    outcome: watch::Receiver<Option<Arc<Outcome>>>,
    session: mpsc::Sender<Request>,
    control: mpsc::Sender<Control>,
    /// How far another client had written the result.
    position: Option<ResultPosition>,
}

impl JobHandle {
    pub(super) fn new(
        key: Key,
        face: watch::Receiver<Face>,
        events: Receiver<Result<JobEvent, Loss>>,
        outcome: watch::Receiver<Option<Arc<Outcome>>>,
        session: mpsc::Sender<Request>,
        control: mpsc::Sender<Control>,
    ) -> Self {
        Self {
            key,
            face,
            events: Some(events),
            outcome,
            session,
            control,
            position: None,
        }
    }

    /// The same, of a job whose result another client has begun to write.
    pub(super) fn begun(mut self, position: Option<ResultPosition>) -> Self {
        self.position = position;
        self
    }

    /// How far another client had written the result, where the job's session was taken over: [`JobHandle::result_into`] writes what is behind that.
    ///
    /// What was written may be longer, by what was under way when the position was saved: cut it there. If it is shorter, its writer had not flushed all;
    /// the beginning is then had only by a subscription with the job's whole history.
    pub fn result_position(&self) -> Option<&ResultPosition> {
        self.position.as_ref()
    }

    /// The job's id. It changes only when the job was submitted again in a new session and the runtime no longer knew its key.
    pub fn id(&self) -> JobId {
        self.face.borrow().job_id.clone()
    }

    /// The runtime's acceptance: resolved agent, effective lease. `None` for a job that was not submitted here.
    ///
    /// Its `credentials` are taken out of it: [`JobHandle::credentials`] has them as long as they are good.
    pub fn accepted(&self) -> Option<Arc<Accepted>> {
        self.face.borrow().accepted.clone()
    }

    /// How the job stood when it was subscribed to, without its credentials. `None` for a job that was not.
    pub fn subscribed(&self) -> Option<Arc<Subscribed>> {
        self.face.borrow().subscribed.clone()
    }

    /// The job's provisioned credentials as they are now (§9.8): with the value of the last rotation that was received, and empty once the job has ended.
    /// The runtime gives them to the principal that submitted the job only.
    ///
    /// A credential is good at its own endpoint and must be shown nowhere else. What its `constraints` leave out may still be bounded by the lease
    /// (§9.8.3). One of a scheme that this client does not know is left out.
    pub fn credentials(&self) -> Vec<Credential> {
        let face = self.face.borrow();
        face.credentials
            .as_ref()
            .map(Credentials::all)
            .unwrap_or_default()
    }

    /// The job's events, from the first one that was not taken yet. The stream is given once; a second one is empty.
    pub fn events(&mut self) -> EventStream {
        EventStream::new(self.events.take(), self.session.clone())
    }

    /// Lets the job's events fall away, so that they never hold the session back.
    pub fn skip_events(&mut self) {
        self.events = None;
    }

    /// Waits for the end of the job. Events that nobody took a stream for fall away meanwhile. Can be called again.
    ///
    /// # Errors
    /// How the job ended if not well, or why it cannot be followed any more.
    ///
    /// # Cancel safety
    /// Safe, but for events that fell away meanwhile.
    pub async fn result(&mut self) -> Result<JobResult, JobFailure> {
        self.skip_events();
        let result = self.outcome().await?;
        if self.position.is_some() && matches!(result.value, ResultValue::Written(_)) {
            return Err(ChunkError::Elsewhere.into());
        }
        Ok(result)
    }

    /// Waits for the end and leaves the events alone.
    async fn outcome(&mut self) -> Outcome {
        let ended = self.outcome.wait_for(Option::is_some).await;
        match ended.as_deref() {
            Ok(Some(outcome)) => Outcome::clone(outcome),
            Ok(None) | Err(_) => Err(JobFailure::Unfollowed(ClientError::Closed)),
        }
    }

    /// As [`JobHandle::result`], writing a streamed result to `writer` chunk by chunk as it comes, checked for order, encoding and size; an inline one as
    /// its JSON text. A streamed result is then not kept in memory, and a slow writer slows the job.
    ///
    /// Of a result that another client has begun to write, the rest is written: see [`JobHandle::result_position`].
    ///
    /// For that the job's events must be untouched: when they were taken or skipped before, the result is put together in memory first.
    ///
    /// # Errors
    /// As [`JobHandle::result`]; [`JobFailure::Unwritten`] when the writer fails. What was written by then stays written.
    ///
    /// # Cancel safety
    /// Not safe: when the future is dropped, part of the result is written and the rest is lost to this client.
    pub async fn result_into<W: AsyncWrite + Unpin + ?Sized>(
        &mut self,
        writer: &mut W,
    ) -> Result<JobResult, JobFailure> {
        let Some(mut events) = self.events.take() else {
            let result = self.result().await?;
            write(writer, result.as_bytes()).await?;
            return Ok(result);
        };
        let begun = self.position.as_ref();
        let mut chunks = begun.map_or_else(Chunks::default, Chunks::after);
        let (position, written) = watch::channel(chunks.position());
        let job = self.key;
        // When the task has ended there is nothing to let go of.
        let _ = self
            .control
            .send(Control::LetResultGo { job, written })
            .await;
        // What was written may come again: from another client's session, or because the job was attached to a new one, which tells it from its start.
        let mut repeats = begun.is_some();
        while let Some(event) = poll_fn(|cx| events.poll_next_in_hand(cx)).await {
            match event {
                Ok(JobEvent {
                    body: EventBody::ResultChunk(chunk),
                    ..
                }) => {
                    let chunk = Chunk::from(&chunk);
                    if !(repeats && chunks.has(&chunk)) {
                        write(writer, &chunks.take(&chunk)?).await?;
                        position.send_replace(chunks.position());
                    }
                }
                Ok(_) => {}
                Err(loss) => repeats |= loss.resubmitted,
            }
        }
        let result = self.outcome().await?;
        match &result.value {
            ResultValue::Inline(json) => write(writer, json.get().as_bytes()).await?,
            // The end was checked against all chunks; this checks it against those that were written.
            ResultValue::Streamed(Streamed {
                result_id, bytes, ..
            }) => drop(chunks.finish(result_id, Some(bytes.len() as u64))?),
            ResultValue::Written(written) => {
                drop(chunks.finish(&written.result_id, Some(written.bytes))?);
            }
        }
        writer.flush().await.map_err(|error| unwritten(&error))?;
        self.position = None;
        Ok(result)
    }

    /// As [`JobHandle::result`], read as a `T`.
    ///
    /// # Errors
    /// As [`JobHandle::result`]; [`JobFailure::Shape`] with the place when the result is no `T`.
    ///
    /// # Cancel safety
    /// As [`JobHandle::result`].
    pub async fn result_as<T: DeserializeOwned>(&mut self) -> Result<T, JobFailure> {
        let result = self.result().await?;
        result
            .decode()
            .map_err(|error| JobFailure::Shape(error.to_string()))
    }

    /// Stops following a job that was subscribed to (§7.6). The job goes on.
    ///
    /// # Cancel safety
    /// Safe once polled; the subscription ends soon after the handle is gone in any case.
    pub async fn unsubscribe(self) {
        let job = self.key;
        // When the task has ended there is no subscription.
        let _ = self.session.send(Request::Unsubscribe { job }).await;
    }

    /// Asks the runtime to stop the job (§7.4) and waits until it heard or the job has ended; the end itself comes by [`JobHandle::result`].
    ///
    /// # Errors
    /// When the runtime refuses, does not answer in time ([`ClientError::Unanswered`]), or the client ends first.
    ///
    /// # Cancel safety
    /// Dropping the future does not take the cancel back.
    pub async fn cancel(&self, reason: &str) -> Result<(), ClientError> {
        let job = self.key;
        // Some runtimes refuse an empty reason.
        let reason = if reason.is_empty() {
            "cancelled by the client"
        } else {
            reason
        }
        .to_owned();
        ask(&self.session, |reply| Request::Cancel {
            job,
            reason,
            reply,
        })
        .await
    }
}

async fn write<W: AsyncWrite + Unpin + ?Sized>(
    writer: &mut W,
    bytes: &[u8],
) -> Result<(), JobFailure> {
    writer
        .write_all(bytes)
        .await
        .map_err(|error| unwritten(&error))
}

fn unwritten(error: &std::io::Error) -> JobFailure {
    JobFailure::Unwritten(error.to_string())
}
