//! Jobs that are followed, from the client's side: their events, their ends, and what is lost of them (§7.3, §8).

use arcp_generated::common::{JobId, Json};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{EventBody, ResultChunk};
use arcp_generated::job::{self, Event, FinalStatus};

use super::core::{ClientCore, Key, Output};
use super::correlate::{Clues, Kind, Request};
use super::interface::{Orphan, Submission};
use super::news::{
    ClientError, Incident, JobEvent, JobFailure, JobResult, Loss, LossReason, Outcome, Refusal,
    ResultValue,
};
use super::result_chunk::{Assembly, Chunk, ChunkError, Finished, ResultPosition};

/// A job that was accepted and has not ended.
#[derive(Debug)]
pub(super) struct Job {
    /// Who follows it: more than one when a key was submitted twice.
    pub(super) keys: Vec<Key>,
    /// Whether it was subscribed to; otherwise it was submitted here.
    pub(super) subscribed: bool,
    /// What to submit again when the session is lost.
    pub(super) again: Option<Submission>,
    pub(super) assembly: Option<Assembly>,
    /// Whether the bytes of its result go elsewhere.
    pub(super) checks_only: bool,
    /// Whether another client followed it before, and may have had chunks of its result.
    pub(super) adopted: bool,
}

impl Job {
    /// A job of another client's session, with how far its result was written there.
    pub(super) fn adopted(key: Key, position: Option<&ResultPosition>) -> Self {
        Self {
            assembly: position.map(Assembly::after),
            adopted: true,
            ..Self::new(key)
        }
    }

    pub(super) fn new(key: Key) -> Self {
        Self {
            keys: vec![key],
            subscribed: false,
            again: None,
            assembly: None,
            checks_only: false,
            adopted: false,
        }
    }

    /// A job that was submitted here, with what to submit again if it has to be.
    pub(super) fn submitted(key: Key, again: Option<Submission>, checks_only: bool) -> Self {
        Self {
            again,
            checks_only,
            ..Self::new(key)
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
    /// Lets the bytes of a job's streamed result go: its chunks are written elsewhere as they come.
    pub fn let_result_go(&mut self, key: Key) {
        if let Some(submission) = self.submissions.get_mut(&key) {
            submission.checks_only = true;
        }
        let mut jobs = self.jobs.values_mut();
        if let Some(job) = jobs.find(|job| job.keys.contains(&key)) {
            job.checks_only = true;
            if let Some(assembly) = &mut job.assembly {
                assembly.let_go();
            }
        }
    }

    /// The session is lost. Jobs with a key wait to be submitted again, other jobs that were submitted here to be followed from the next session, and the
    /// rest is told.
    pub(super) fn lose_jobs(&mut self, why: &Refusal) {
        let last = self.sequence.last();
        let mut jobs: Vec<(JobId, Job)> = std::mem::take(&mut self.jobs).into_iter().collect();
        jobs.sort_by_key(|(_, job)| job.keys.first().copied());
        let (again, others): (Vec<_>, Vec<_>) =
            jobs.into_iter().partition(|(_, job)| job.again.is_some());
        if !again.is_empty() {
            let loss = session_lost(last, why, true);
            self.put(Output::Incident(Incident::Lost(loss)));
        }
        for (_, job) in again {
            self.submit_anew(job, &session_lost(last, why, true));
        }
        for (job_id, job) in others {
            let why = why.clone();
            let orphan = Orphan {
                job_id,
                job,
                last,
                why,
            };
            if orphan.job.subscribed {
                // Its numbers were of the lost session: nobody can say where to go on.
                self.lose_orphan(orphan);
            } else {
                self.orphans.push(orphan);
            }
        }
    }

    fn submit_anew(&mut self, job: Job, loss: &Loss) {
        for key in job.keys {
            let Some(mut submission) = job.again.clone() else {
                continue;
            };
            submission.checks_only = job.checks_only;
            self.put(Output::Event(key, Err(loss.clone()), 0));
            let trace_id = submission.trace_id.as_ref();
            self.waiting.add(Request {
                kind: Kind::Submit,
                id: String::new(),
                trace_id: trace_id.map(|trace_id| trace_id.as_str().to_owned()),
                job_id: None,
                size: submission.size,
                // It is sent when the next session is open; until then no time passes for it.
                asked_at: self.hearing.shown(),
                ticket: key,
            });
            self.submissions.insert(key, submission);
        }
    }

    /// Gives up on a job of a lost session.
    pub(super) fn lose_orphan(&mut self, orphan: Orphan) {
        let loss = session_lost(orphan.last, &orphan.why, false);
        for key in orphan.job.keys {
            self.put(Output::Event(key, Err(loss.clone()), 0));
            let error = ClientError::SessionLost(orphan.why.clone());
            self.put(Output::Ended(key, Err(JobFailure::Unfollowed(error))));
        }
        self.put(Output::Incident(Incident::Lost(loss)));
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
        match &event.body {
            EventBody::ResultChunk(chunk) => self.assemble(job_id, chunk),
            EventBody::Delegate(delegate) => {
                if let Some(child) = &delegate.child_job_id {
                    self.knows_child(child);
                }
            }
            _ => {}
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
        let assembly = job.assembly.get_or_insert_with(|| {
            if checks_only {
                Assembly::checking()
            } else {
                Assembly::default()
            }
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
        let outcome = outcome(terminal, job.assembly, job.adopted);
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
                .iter()
                .any(|(key, submission)| !submission.again && !self.held.contains(key))
    }
}

/// What is lost of a job with its session.
fn session_lost(last: u64, why: &Refusal, resubmitted: bool) -> Loss {
    Loss {
        from: last.saturating_add(1),
        through: None,
        reason: LossReason::SessionLost(why.clone()),
        resubmitted,
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

fn outcome(terminal: Terminal, assembly: Option<Assembly>, adopted: bool) -> Outcome {
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
            if adopted && assembly.is_none() {
                return Err(ChunkError::Elsewhere.into());
            }
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
