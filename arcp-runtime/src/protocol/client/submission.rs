//! Submitting and cancelling, and asking again after a cut, from the client's side (§7.1, §7.2, §7.4).

use arcp_generated::common::{JobId, TraceId};
use arcp_generated::job::{Accepted, Cancel, Submit};
use arcp_generated::session::Feature;

use super::core::{ClientCore, Key, Output};
use super::correlate::{Clues, Kind, Request};
use super::interface::Submission;
use super::job::Job;
use super::news::ClientError;
use crate::clock::Now;
use crate::protocol::trace::{self, TraceContext};

impl ClientCore {
    /// Submits a job. Events of the job come under `key`.
    ///
    /// `caller` is the span that asks, of the trace `trace_id`.
    pub fn submit(
        &mut self,
        key: Key,
        submit: Submit,
        trace_id: Option<TraceId>,
        caller: Option<TraceContext>,
        now: Now,
    ) {
        // 128 bits of a ULID are as good a trace id as any (§11, A-16).
        let minted = || TraceId::try_from(format!("{:032x}", self.mint.ulid(now.wall).0)).ok();
        let trace_id = trace_id.or_else(minted);
        if let Some(feature) = needs(&submit).find(|feature| !self.agreed(feature)) {
            self.put(Output::Failed(key, ClientError::NotNegotiated(feature)));
            return;
        }
        let submission = Submission {
            submit,
            trace_id,
            caller,
            again: false,
            size: 0,
            checks_only: false,
            restores: false,
        };
        self.send_submission(key, submission, now);
    }

    /// Asks for the end of a job.
    pub fn cancel(&mut self, key: Key, job: Key, reason: &str, now: Now) {
        if self.submissions.contains_key(&job) || self.is_orphan(job) {
            let reason = "the job's session was lost, and it is being looked for in a new one; cancel it after that".to_owned();
            self.put(Output::Failed(key, ClientError::Disconnected { reason }));
            return;
        }
        let Some(job_id) = self.job_of(job).cloned() else {
            // It has ended already: there is nothing to stop.
            self.put(Output::Cancelled(key));
            return;
        };
        self.send_cancel(key, &job_id, reason.to_owned(), now);
    }

    /// Sends the next submission that was held, once its answer can be told from others'.
    pub(super) fn let_go(&mut self, now: Now) {
        while self.is_open() && self.may_submit() {
            let Some(key) = self.held.pop_front() else {
                return;
            };
            if let Some(submission) = self.submissions.remove(&key) {
                self.send_submission(key, submission, now);
            }
        }
    }

    /// Whether a submission can be sent now. Some runtimes do not say what they refuse or accept: they get one at a time, and so does everybody until known.
    fn may_submit(&self) -> bool {
        !self.waiting.has(Kind::Submit) || self.waiting.can_tell()
    }

    /// Keeps a submission until the one under way is answered.
    fn hold(&mut self, key: Key, mut submission: Submission) {
        let text = serde_json::to_string(&submission.submit);
        submission.size = text.map_or(0, |text| text.len());
        if !submission.again
            && let Err(reason) = self.fits(submission.size, &submission)
        {
            self.put(Output::Failed(key, ClientError::Invalid(reason)));
            return;
        }
        self.held.push_back(key);
        self.submissions.insert(key, submission);
    }

    fn send_submission(&mut self, key: Key, mut submission: Submission, now: Now) {
        if !self.may_submit() {
            self.hold(key, submission);
            return;
        }
        let trace_id = submission.trace_id.clone();
        let (session_id, submit) = (self.session_id(), submission.submit.clone());
        let caller = submission.caller.as_ref();
        let beside = caller.map(|caller| (trace::MEMBER.to_owned(), caller.to_member()));
        let beside = beside.into_iter().collect();
        let Some((id, frame)) =
            self.frame_with(submit, session_id, None, trace_id.clone(), beside, now)
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
            asked_at: self.hearing.at(now.mono),
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

    fn send_cancel(&mut self, key: Key, job_id: &JobId, reason: String, now: Now) {
        // Some peers insist on a reason, and some read the id only here.
        let cancel = Cancel::new()
            .with_reason(reason.as_str())
            .with_job_id(job_id.clone());
        if self.request((Kind::Cancel, key), cancel, Some(job_id), now) {
            self.cancels.insert(key, reason);
        }
    }

    /// After a resume: sends again what had no answer, under new ids, because a runtime may drop an id that it has seen.
    pub(super) fn ask_again(&mut self, now: Now) {
        let requests: Vec<_> = self.waiting.take_all().collect();
        for request in requests {
            let (key, asked_at) = (request.ticket, request.asked_at);
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
                        self.send_cancel(request.ticket, &job_id, reason, now);
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
            self.waiting.was_asked(&key, asked_at);
        }
    }

    pub(super) fn accepted(&mut self, accepted: Accepted, clues: Clues<'_>) {
        let request_id = accepted.request_id.clone();
        self.names_requests |= request_id.is_some();
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
            self.knows_child(&accepted.job_id);
            self.early.forget(&accepted.job_id);
            return;
        }
        if self.waiting.is_late(clues) {
            self.accepted_late(accepted.job_id);
            return;
        }
        let Some(request) = self.waiting.accepted(clues) else {
            return;
        };
        let key = request.ticket;
        let Some(submission) = self.submissions.remove(&key) else {
            return;
        };
        let (job_id, checks_only) = (accepted.job_id.clone(), submission.checks_only);
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
            .or_insert_with(|| Job::submitted(key, again, checks_only));
        self.put(Output::Accepted(key, Box::new(accepted)));
        self.deliver_early(&job_id);
    }
}

/// The features without which this may not be sent (§6.2).
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
