//! Jobs and requests about them, from the client's side (§7, §8).

use arcp_generated::common::{JobId, Json, TraceId};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{ChunkEncoding, EventBody};
use arcp_generated::job::{self, Accepted, Cancel, Event, FinalStatus, Submit};

use super::core::{ClientCore, Key, Output, Submission};
use super::correlate::{Clues, Kind, Request};
use super::news::{
    ClientError, Incident, JobEvent, JobFailure, JobResult, Loss, LossReason, Outcome, Refusal,
    ResultValue,
};
use super::result_chunk::{Assembly, Chunk};
use crate::clock::Now;

/// A job that was accepted and has not ended.
#[derive(Debug)]
pub(super) struct Job {
    /// Who follows it: more than one when a key was submitted twice.
    pub(super) keys: Vec<Key>,
    /// What to submit again when the session is lost.
    again: Option<(Submit, Option<TraceId>)>,
    assembly: Option<Assembly>,
}

impl Job {
    pub(super) fn new(key: Key) -> Self {
        Self {
            keys: vec![key],
            again: None,
            assembly: None,
        }
    }
}

/// The end of a job as it came.
pub(super) enum Terminal {
    Result(job::Result),
    Error(job::Error),
}

impl ClientCore {
    /// Submits a job. Events of the job come under `key`.
    pub fn submit(&mut self, key: Key, submit: Submit, trace_id: Option<TraceId>, now: Now) {
        // 128 bits of a ULID are as good a trace id as any (wire §8.6).
        let minted = || TraceId::try_from(format!("{:032x}", self.mint.ulid(now.wall).0)).ok();
        let trace_id = trace_id.or_else(minted);
        let submission = Submission {
            submit,
            trace_id,
            again: false,
            restores: false,
        };
        self.send_submission(key, submission, now);
    }

    /// Asks for the end of a job.
    pub fn cancel(&mut self, key: Key, job: Key, reason: &str, now: Now) {
        if self.submissions.contains_key(&job) {
            let reason = "the job is being submitted again; cancel it after that".to_owned();
            self.put(Output::Failed(key, ClientError::Disconnected { reason }));
            return;
        }
        let Some(job_id) = self.job_of(job).cloned() else {
            // It has ended already: there is nothing to stop.
            self.put(Output::Cancelled(key));
            return;
        };
        self.send_cancel(key, job_id, reason.to_owned(), now);
    }

    fn send_submission(&mut self, key: Key, submission: Submission, now: Now) {
        let trace_id = submission.trace_id.clone();
        let session_id = self.known.as_ref().map(|known| known.session_id.clone());
        let submit = submission.submit.clone();
        let Some((id, frame)) = self.frame_of(submit, session_id, None, trace_id.clone(), now)
        else {
            return;
        };
        let limit = self.settings.frame_bytes;
        if frame.len() > limit {
            let size = frame.len();
            self.put(Output::Failed(
                key,
                ClientError::Invalid(format!(
                    "the submission has {size} bytes, but a frame may have {limit}; hand large input over by reference"
                )),
            ));
            return;
        }
        self.frames.push_back(frame);
        self.waiting.add(Request {
            kind: Kind::Submit,
            id,
            trace_id: trace_id.map(|trace_id| trace_id.as_str().to_owned()),
            job_id: None,
            ticket: key,
        });
        self.submissions.insert(key, submission);
    }

    fn send_cancel(&mut self, key: Key, job_id: JobId, reason: String, now: Now) {
        // Some peers insist on a reason, and some read the id only here (wire A-09).
        let cancel = Cancel::new()
            .with_reason(reason.as_str())
            .with_job_id(job_id.clone());
        let session_id = self.known.as_ref().map(|known| known.session_id.clone());
        let Some((id, frame)) = self.frame_of(cancel, session_id, Some(job_id.clone()), None, now)
        else {
            return;
        };
        self.frames.push_back(frame);
        self.waiting.add(Request {
            kind: Kind::Cancel,
            id,
            trace_id: None,
            job_id: Some(job_id.as_str().to_owned()),
            ticket: key,
        });
        self.cancels.insert(key, reason);
    }

    /// After a resume: sends again what had no answer, under new ids, because a runtime may drop an id that it has seen.
    pub(super) fn ask_again(&mut self, now: Now) {
        let requests: Vec<_> = self.waiting.take_all().collect();
        for request in requests {
            match request.kind {
                Kind::Submit => {
                    if let Some(mut submission) = self.submissions.remove(&request.ticket) {
                        submission.again = true;
                        self.send_submission(request.ticket, submission, now);
                    }
                }
                Kind::Cancel => {
                    let reason = self.cancels.remove(&request.ticket).unwrap_or_default();
                    let job = request
                        .job_id
                        .as_deref()
                        .and_then(|id| self.jobs.get_key_value(id));
                    if let Some((job_id, _)) = job {
                        let job_id = job_id.clone();
                        self.send_cancel(request.ticket, job_id, reason, now);
                    } else {
                        self.put(Output::Cancelled(request.ticket));
                    }
                }
            }
        }
    }

    /// The session is lost: each job is told, and those with a key wait to be submitted again.
    pub(super) fn lose_jobs(&mut self, why: &Refusal) {
        let from = self.sequence.last() + 1;
        let mut jobs: Vec<Job> = std::mem::take(&mut self.jobs).into_values().collect();
        jobs.sort_by_key(|job| job.keys.first().copied());
        let loss = |resubmitted| Loss {
            from,
            through: None,
            reason: LossReason::SessionLost(why.clone()),
            resubmitted,
        };
        if !jobs.is_empty() {
            let all = jobs.iter().all(|job| job.again.is_some());
            self.put(Output::Incident(Incident::Lost(loss(all))));
        }
        for job in jobs {
            for key in job.keys {
                let Some((submit, trace_id)) = job.again.clone() else {
                    self.put(Output::Event(key, Err(loss(false)), 0));
                    let failure = JobFailure::Unfollowed(ClientError::SessionLost(why.clone()));
                    self.put(Output::Ended(key, Err(failure)));
                    continue;
                };
                self.put(Output::Event(key, Err(loss(true)), 0));
                let trace = trace_id
                    .as_ref()
                    .map(|trace_id| trace_id.as_str().to_owned());
                self.submissions.insert(
                    key,
                    Submission {
                        submit,
                        trace_id,
                        again: true,
                        restores: true,
                    },
                );
                self.waiting.add(Request {
                    kind: Kind::Submit,
                    id: String::new(),
                    trace_id: trace,
                    job_id: None,
                    ticket: key,
                });
            }
        }
    }

    pub(super) fn accepted(&mut self, accepted: Accepted, clues: Clues<'_>) {
        let request_id = accepted.request_id.clone();
        let clues = Clues {
            request_id: request_id.as_ref().map(AsRef::as_ref),
            trace_id: accepted
                .trace_id
                .as_ref()
                .map(AsRef::as_ref)
                .or(clues.trace_id),
            ..clues
        };
        // A child that a job delegated to is announced with the same message and answers nobody.
        let child = accepted.parent_job_id.is_some() || accepted.delegate_id.is_some();
        if child && clues.request_id.is_none() {
            return;
        }
        let Some(request) = self.waiting.accepted(clues) else {
            return;
        };
        let key = request.ticket;
        let Some(submission) = self.submissions.remove(&key) else {
            return;
        };
        let job_id = accepted.job_id.clone();
        let again = submission
            .submit
            .idempotency_key
            .is_some()
            .then_some((submission.submit, submission.trace_id));
        self.jobs
            .entry(job_id.clone())
            .and_modify(|job| job.keys.push(key))
            .or_insert_with(|| Job {
                again,
                ..Job::new(key)
            });
        self.put(Output::Accepted(key, Box::new(accepted)));
        self.deliver_early(&job_id);
    }

    /// What came of a job before its acceptance.
    fn deliver_early(&mut self, job_id: &JobId) {
        let early = std::mem::take(&mut self.early);
        for (envelope, size) in early {
            if envelope.job_id.as_ref() == Some(job_id) {
                self.dispatch_job(envelope, size);
            } else {
                self.early.push_back((envelope, size));
            }
        }
        if !self.waiting.has(Kind::Submit) {
            self.early.clear();
        }
    }

    /// An event of a known job.
    pub(super) fn event(&mut self, job_id: &JobId, event_seq: u64, event: Event, size: usize) {
        let Some(job) = self.jobs.get_mut(job_id) else {
            return;
        };
        if let EventBody::ResultChunk(chunk) = &event.body {
            job.assembly.get_or_insert_default().push(
                Chunk {
                    result_id: chunk.result_id.as_str(),
                    chunk_seq: chunk.chunk_seq,
                    data: &chunk.data,
                    base64: chunk.encoding == ChunkEncoding::Base64,
                    more: chunk.more,
                },
                self.settings.result_bytes,
            );
        }
        let event = JobEvent {
            event_seq,
            ts: event.ts,
            body: event.body,
        };
        let Some((last, others)) = job.keys.split_last() else {
            return;
        };
        for key in others {
            self.outputs
                .push_back(Output::Event(*key, Ok(event.clone()), size));
        }
        self.outputs
            .push_back(Output::Event(*last, Ok(event), size));
    }

    /// Tells a job, or every job when none is named, that events are lost.
    pub(super) fn tell_loss(&mut self, job_id: Option<&JobId>, loss: &Loss) {
        let mut keys: Vec<Key> = match job_id {
            Some(job_id) => self
                .jobs
                .get(job_id)
                .map_or_else(Vec::new, |job| job.keys.clone()),
            None => self
                .jobs
                .values()
                .flat_map(|job| job.keys.iter().copied())
                .collect(),
        };
        keys.sort();
        for key in keys {
            self.put(Output::Event(key, Err(loss.clone()), 0));
        }
        self.put(Output::Incident(Incident::Lost(loss.clone())));
    }

    /// The end of a known job.
    pub(super) fn ended(&mut self, job_id: &JobId, terminal: Terminal) {
        for request in self.waiting.cancelled(job_id.as_str()) {
            self.cancels.remove(&request.ticket);
            self.put(Output::Cancelled(request.ticket));
        }
        let Some(job) = self.jobs.remove(job_id) else {
            return;
        };
        let outcome = outcome(terminal, job.assembly);
        for key in job.keys {
            self.put(Output::Ended(key, outcome.clone()));
        }
    }

    /// An error that ends no job of ours: some peers refuse requests so. Whether a request was found.
    pub(super) fn refused_by_job_error(&mut self, error: job::Error, clues: Clues<'_>) {
        let request = match super::about(&error.code) {
            super::About::Request(Some(Kind::Cancel)) => {
                self.waiting.refused(clues, Some(Kind::Cancel))
            }
            _ => self.waiting.submit_refused(clues),
        };
        let refusal = Refusal::new(error.code, error.message, error.retryable, error.details);
        match request {
            Some(request) => self.fail_request(&request, ClientError::Refused(refusal)),
            None => self.put(Output::Incident(Incident::Error(refusal))),
        }
    }

    /// Whether an error about this unknown job can be the refusal of a submission: none of them may already have a job.
    pub(super) fn may_refuse_a_submission(&self, job_id: &JobId) -> bool {
        let early = self
            .early
            .iter()
            .any(|(envelope, _)| envelope.job_id.as_ref() == Some(job_id));
        !early
            && self
                .submissions
                .values()
                .any(|submission| !submission.again)
    }
}

/// The code of a job that ended with a status other than success in `job.result`, as one peer does.
fn code_of(status: &FinalStatus) -> ErrorCode {
    match status {
        FinalStatus::Cancelled => ErrorCode::Cancelled,
        FinalStatus::TimedOut => ErrorCode::Timeout,
        _ => ErrorCode::InternalError,
    }
}

fn outcome(terminal: Terminal, assembly: Option<Assembly>) -> Outcome {
    let result = match terminal {
        Terminal::Error(error) => {
            let final_status = error.final_status;
            let error = Refusal::new(error.code, error.message, error.retryable, error.details);
            return Err(JobFailure::Ended {
                error,
                final_status,
            });
        }
        Terminal::Result(result) => result,
    };
    if result.final_status != FinalStatus::Success {
        let message = result.summary.unwrap_or_default();
        return Err(JobFailure::Ended {
            error: Refusal::new(code_of(&result.final_status), message, None, None),
            final_status: result.final_status,
        });
    }
    let value = match result.result_id {
        Some(result_id) => ResultValue::Streamed(
            assembly
                .unwrap_or_default()
                .finish(result_id.as_str(), result.result_size)?,
        ),
        None => ResultValue::Inline(result.result.or(result.output).unwrap_or_else(Json::null)),
    };
    Ok(JobResult {
        value,
        summary: result.summary,
    })
}
