//! Requests that the runtime does not answer in time, and answers that come after that. The times are in [`super::timer`], who is meant in [`super::correlate`].

use std::time::Duration;

use arcp_generated::common::JobId;

use super::core::{ClientCore, Output};
use super::correlate::Kind;
use super::interface::{Asked, Phase};
use super::news::{ClientError, Incident};
use crate::clock::Now;

/// What may have come of a submission that can be repeated.
const REPEAT: &str = "the job may exist or not: submit it again with the same idempotency key, which starts no second one";
/// What may have come of one that cannot.
const LOOK: &str = "the job may exist or not: look at the list of jobs before it is submitted again, or give submissions an idempotency key, with which they can be repeated";

impl ClientCore {
    /// When the first request that somebody waits for has had no answer for too long.
    pub(super) fn unanswered_at(&self) -> Option<Duration> {
        if self.phase != Phase::Open {
            return None;
        }
        let patience = self.settings.limits.request;
        let asked = self.waiting.overdue_at(patience);
        let pings = self.pings.iter().filter(|asked| asked.key.is_some());
        let pings = pings.map(|asked| asked.heard_at.saturating_add(patience));
        let first = asked.into_iter().chain(pings).min()?;
        self.hearing.when(first)
    }

    /// Tells those who have waited for too long.
    pub(super) fn give_up_unanswered(&mut self, now: Now) {
        let (patience, heard) = (self.settings.limits.request, self.hearing.at(now.mono));
        let late = |asked: &Asked| asked.heard_at.saturating_add(patience) <= heard;
        for asked in &mut self.pings {
            if late(asked)
                && let Some(key) = asked.key.take()
            {
                let cure = "it may be overloaded; try again";
                let error = unanswered("session.ping", patience, cure);
                self.outputs.push_back(Output::Failed(key, error));
            }
        }
        let names = self.waiting.can_tell();
        let mut confusable = None;
        while let Some(request) = self.waiting.give_up(heard, patience) {
            let keyed = self
                .submissions
                .get(&request.ticket)
                .is_some_and(|submission| submission.submit.idempotency_key.is_some());
            let cure = match request.kind {
                Kind::Submit if keyed => REPEAT,
                Kind::Submit => LOOK,
                Kind::Cancel => {
                    "the job may be cancelled or not: wait for its end, or cancel it again"
                }
                Kind::ListJobs => "ask again, or allow more time",
                Kind::Subscribe => "subscribe again, or allow more time",
            };
            let job_id = request.job_id.as_deref();
            if let (Kind::Subscribe, Some(Ok(job_id))) = (request.kind, job_id.map(JobId::try_from))
            {
                // It may stand, and nobody wants its events.
                self.send_unsubscribe(job_id, now);
            }
            let error = unanswered(request.kind.message_type(), patience, cure);
            self.fail_request(&request, error);
            confusable = Some(request.kind.message_type());
        }
        if let Some(request) = confusable.filter(|_| !names) {
            self.reconnect(&format!(
                "{request} was not answered in time, and a late answer could be taken for another's"
            ));
        } else {
            self.let_go(now);
        }
    }

    /// A job of a submission that was given up.
    pub(super) fn accepted_late(&mut self, job_id: JobId) {
        self.put(Output::Incident(Incident::AcceptedLate { job_id }));
    }
}

fn unanswered(request: &'static str, within: Duration, cure: &'static str) -> ClientError {
    ClientError::Unanswered {
        request,
        within,
        cure,
    }
}
