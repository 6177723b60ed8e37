//! Jobs and requests about them, from the client's side (§7, §8).

use arcp_generated::common::{JobId, Json, TraceId};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{EventBody, ResultChunk};
use arcp_generated::job::{self, Accepted, Cancel, Event, FinalStatus, Submit};
use arcp_generated::session::Feature;

use super::core::{ClientCore, Key, Output};
use super::correlate::{Clues, Kind, Request};
use super::interface::Submission;
use super::news::{
    ClientError, Incident, JobEvent, JobFailure, JobResult, Loss, LossReason, Outcome, Refusal,
    ResultValue,
};
use super::result_chunk::{Assembly, Chunk, Finished};
use crate::clock::Now;

/// A job that was accepted and has not ended.
#[derive(Debug)]
pub(super) struct Job {
    /// Who follows it: more than one when a key was submitted twice.
    pub(super) keys: Vec<Key>,
    /// Whether it was subscribed to; otherwise it was submitted here.
    pub(super) subscribed: bool,
    /// What to submit again when the session is lost.
    again: Option<Submission>,
    assembly: Option<Assembly>,
    /// Whether the bytes of its result go elsewhere.
    checks_only: bool,
}

impl Job {
    pub(super) fn new(key: Key) -> Self {
        Self {
            keys: vec![key],
            subscribed: false,
            again: None,
            assembly: None,
            checks_only: false,
        }
    }

    /// A job that was subscribed to.
    pub(super) fn followed(key: Key) -> Self {
        Self {
            subscribed: true,
            ..Self::new(key)
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
        if let Some(feature) = needs(&submit).find(|feature| !self.agreed(feature)) {
            self.put(Output::Failed(key, ClientError::NotNegotiated(feature)));
            return;
        }
        let submission = Submission {
            submit,
            trace_id,
            again: false,
            size: 0,
            restores: false,
        };
        self.send_submission(key, submission, now);
    }

    /// Lets the bytes of a job's streamed result go: its chunks are written elsewhere as they come.
    pub fn let_result_go(&mut self, key: Key) {
        let mut jobs = self.jobs.values_mut();
        if let Some(job) = jobs.find(|job| job.keys.contains(&key)) {
            job.checks_only = true;
            if let Some(assembly) = &mut job.assembly {
                assembly.let_go();
            }
        }
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

    fn send_submission(&mut self, key: Key, mut submission: Submission, now: Now) {
        let trace_id = submission.trace_id.clone();
        let (session_id, submit) = (self.session_id(), submission.submit.clone());
        let Some((id, frame)) = self.frame_of(submit, session_id, None, trace_id.clone(), now)
        else {
            return;
        };
        let size = frame.len();
        if !submission.again
            && let Err(reason) = self.fits(size, &submission)
        {
            self.put(Output::Failed(key, ClientError::Invalid(reason)));
            return;
        }
        submission.size = size;
        let request = Request {
            kind: Kind::Submit,
            id,
            trace_id: trace_id.map(|trace_id| trace_id.as_str().to_owned()),
            job_id: None,
            size,
            ticket: key,
        };
        self.ask(frame, request);
        self.submissions.insert(key, submission);
    }

    /// Whether a submission of this size can be sent, and kept if it may have to be sent again.
    fn fits(&self, size: usize, submission: &Submission) -> Result<(), String> {
        let limits = &self.settings.limits;
        let limit = limits.frame_bytes;
        if size > limit {
            return Err(format!(
                "the submission has {size} bytes, but a frame may have {limit}; hand large input over by reference"
            ));
        }
        if submission.submit.idempotency_key.is_none() {
            return Ok(());
        }
        let of_jobs = self.jobs.values().filter_map(|job| job.again.as_ref());
        let kept: usize = of_jobs
            .chain(self.submissions.values())
            .map(|submission| submission.size)
            .sum();
        let limit = limits.kept_bytes;
        if kept.saturating_add(size) > limit {
            return Err(format!(
                "submissions with an idempotency key are kept until their jobs end, and with this one they would be larger than {limit} bytes; wait for some to end, or raise `ClientLimits::kept_bytes`"
            ));
        }
        Ok(())
    }

    fn send_cancel(&mut self, key: Key, job_id: JobId, reason: String, now: Now) {
        // Some peers insist on a reason, and some read the id only here (wire A-09).
        let cancel = Cancel::new()
            .with_reason(reason.as_str())
            .with_job_id(job_id.clone());
        let (session_id, on_envelope) = (self.session_id(), Some(job_id.clone()));
        let Some((id, frame)) = self.frame_of(cancel, session_id, on_envelope, None, now) else {
            return;
        };
        let request = Request {
            kind: Kind::Cancel,
            id,
            trace_id: None,
            job_id: Some(job_id.as_str().to_owned()),
            size: frame.len(),
            ticket: key,
        };
        self.ask(frame, request);
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
                        // Had the job ended, its end would have answered: the job was lost with its session.
                        let reason = "the session was lost before the cancel was heard".to_owned();
                        let error = ClientError::Disconnected { reason };
                        self.put(Output::Failed(request.ticket, error));
                    }
                }
                Kind::ListJobs => {
                    if let Some(query) = self.listings.remove(&request.ticket) {
                        self.send_listing(request.ticket, query, now);
                    }
                }
                Kind::Subscribe => self.subscribe_again(request.ticket, now),
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
                let Some(submission) = job.again.clone() else {
                    self.put(Output::Event(key, Err(loss(false)), 0));
                    let failure = JobFailure::Unfollowed(ClientError::SessionLost(why.clone()));
                    self.put(Output::Ended(key, Err(failure)));
                    continue;
                };
                self.put(Output::Event(key, Err(loss(true)), 0));
                let trace_id = submission.trace_id.as_ref();
                self.waiting.add(Request {
                    kind: Kind::Submit,
                    id: String::new(),
                    trace_id: trace_id.map(|trace_id| trace_id.as_str().to_owned()),
                    job_id: None,
                    size: submission.size,
                    ticket: key,
                });
                self.submissions.insert(key, submission);
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
            .then_some(Submission {
                again: true,
                restores: true,
                ..submission
            });
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
    pub(super) fn deliver_early(&mut self, job_id: &JobId) {
        for (envelope, size) in self.early.take(job_id) {
            self.dispatch_job(envelope, size);
        }
        if let Some((from, through)) = self.early.fell_away() {
            let loss = Loss {
                from,
                through: Some(through),
                reason: LossReason::Early,
                resubmitted: false,
            };
            self.tell_loss(Some(job_id), &loss);
        }
        self.forget_early();
    }

    /// Lets early events go that no answer can claim any more.
    pub(super) fn forget_early(&mut self) {
        if !self.waiting.has(Kind::Submit) {
            let waiting = &self.waiting;
            self.early
                .retain(|job_id| waiting.subscribes(job_id.as_str()));
        }
    }

    /// An event of a known job.
    pub(super) fn event(&mut self, job_id: &JobId, event_seq: u64, event: Event, size: usize) {
        if let EventBody::ResultChunk(chunk) = &event.body {
            self.assemble(job_id, chunk);
        }
        let Some(job) = self.jobs.get(job_id) else {
            return;
        };
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

    fn assemble(&mut self, job_id: &JobId, chunk: &ResultChunk) {
        let held = |job: &Job| job.assembly.as_ref().map_or(0, Assembly::held);
        let all: usize = self.jobs.values().map(held).sum();
        let cap = self.settings.limits.result_bytes;
        let Some(job) = self.jobs.get_mut(job_id) else {
            return;
        };
        let checks_only = job.checks_only;
        let assembly = job.assembly.get_or_insert_with(|| match checks_only {
            true => Assembly::checking(),
            false => Assembly::default(),
        });
        assembly.push(&Chunk::from(chunk), cap.saturating_sub(all), cap);
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
            super::About::Request(kinds) if kinds.contains(&Kind::Cancel) => {
                self.waiting.refused(clues, kinds)
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
        !self.early.knows(job_id)
            && self
                .submissions
                .values()
                .any(|submission| !submission.again)
    }
}

/// The features without which this may not be sent (wire §7.1).
fn needs(submit: &Submit) -> impl Iterator<Item = Feature> {
    let versions = submit.agent.as_str().contains('@');
    let expires = submit
        .lease_constraints
        .as_ref()
        .is_some_and(|constraints| constraints.expires_at.is_some());
    let names = submit.lease_request.iter();
    let of_lease: Vec<Feature> = names.filter_map(|(name, _)| name.feature()).collect();
    let versions = versions.then_some(Feature::AgentVersions);
    let expires = expires.then_some(Feature::LeaseExpiresAt);
    versions.into_iter().chain(expires).chain(of_lease)
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
        Some(result_id) => {
            let assembly = assembly.unwrap_or_default();
            match assembly.finish(result_id.as_str(), result.result_size)? {
                Finished::Kept(streamed) => ResultValue::Streamed(streamed),
                Finished::Checked(written) => ResultValue::Written(written),
            }
        }
        None => ResultValue::Inline(result.result.or(result.output).unwrap_or_else(Json::null)),
    };
    Ok(JobResult {
        value,
        summary: result.summary,
    })
}
