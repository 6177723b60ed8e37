//! `job.cancel`: acknowledged at once, cooperative, and over after a grace period whatever the agent does (§7.4).

use arcp_generated::message::MessageType;
use std::sync::Arc;

use arcp_generated::error::ErrorCode;
use arcp_generated::job::Cancelled;

use super::core::{ConnKey, Core, Effect, Output};
use super::frame::Frame;
use super::job::{Failure, Outcome};
use super::refusal::{Refusal, cut};
use crate::clock::Now;
use crate::id::JobKey;
use crate::limits::MAX_MESSAGE_BYTES;
use crate::store::Status;

impl Core {
    /// The submitting session asks a job to stop.
    pub(super) fn cancel(
        &mut self,
        conn: ConnKey,
        request: &str,
        job: &str,
        reason: Option<String>,
        now: Now,
        out: &mut Output,
    ) {
        let Some(session) = self.session_of(conn) else {
            return;
        };
        let Some(principal) = self
            .sessions
            .get(&session)
            .map(|session| session.principal.clone())
        else {
            return;
        };
        let key = JobKey::parse(job).filter(|key| {
            self.jobs
                .get(key)
                .is_some_and(|job| job.principal == principal)
        });
        let Some((key, job)) = key.and_then(|key| Some((key, self.jobs.get_mut(&key)?))) else {
            // Another principal's job cannot be told apart from one that never was.
            let refusal = Refusal::new(ErrorCode::JobNotFound, format!("there is no job {job}"));
            return Self::refuse(session, request, None, &refusal, out);
        };
        let face = Arc::clone(&job.face);
        if job.owner != session {
            let refusal = Refusal::new(
                ErrorCode::PermissionDenied,
                "only the session that submitted the job may cancel it",
            );
            return Self::refuse(session, request, Some(&face), &refusal, out);
        }
        if job.ended() {
            let refusal = Refusal::invalid("the job has ended already")
                .with_detail("status", status_word(job.status));
            return Self::refuse(session, request, Some(&face), &refusal, out);
        }
        let reason = reason.map(|reason| cut(&reason, MAX_MESSAGE_BYTES));
        let mut payload = Cancelled::new().with_job_id(face.job_id.clone());
        if let Some(reason) = &reason {
            payload = payload.with_reason(reason.clone());
        }
        out.effects.push(Effect::Send(
            session,
            Frame::of_job(MessageType::JobCancelled, &face, &payload),
        ));
        self.ask_to_stop(key, reason, now, out);
    }

    /// The grace is over: the job ends, its agent is abandoned.
    pub(super) fn cancel_overdue(&mut self, key: JobKey, now: Now, out: &mut Output) {
        self.finish(key, Outcome::Failure(cancelled(None)), now, out);
    }
}

/// The failure of a cancelled job.
pub(super) fn cancelled(reason: Option<&str>) -> Failure {
    Failure::new(
        ErrorCode::Cancelled,
        reason
            .filter(|reason| !reason.is_empty())
            .unwrap_or("the job was cancelled"),
    )
}

/// The wire's word for a status.
pub(super) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Running => "running",
        Status::Success => "success",
        Status::Error => "error",
        Status::Cancelled => "cancelled",
        Status::TimedOut => "timed_out",
    }
}
