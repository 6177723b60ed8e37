//! Following jobs of other sessions, from the client's side (§7.6).

use arcp_generated::common::JobId;
use arcp_generated::job::{JobStatus, Subscribe, Subscribed, Unsubscribe};
use arcp_generated::session::Feature;

use super::core::{ClientCore, Key, Output};
use super::correlate::{Clues, Kind};
use super::interface::Subscription;
use super::job::Job;
use super::news::{ClientError, JobFailure};
use crate::clock::Now;

impl ClientCore {
    /// Follows a job. Its events come under `key`.
    pub fn subscribe(&mut self, key: Key, subscribe: Subscribe, now: Now) {
        let job_id = subscribe.job_id.as_str();
        if !self.agreed(&Feature::Subscribe) {
            let error = ClientError::NotNegotiated(Feature::Subscribe);
            self.put(Output::Failed(key, error));
        } else if self.jobs.contains_key(job_id) || self.waiting.subscribes(job_id) {
            let reason = format!("this client follows the job `{job_id}` already");
            self.put(Output::Failed(key, ClientError::Invalid(reason)));
        } else {
            // Of one that was given up something may still come.
            let again = self.waiting.gave_up_on(job_id);
            let subscription = Subscription {
                subscribe,
                again,
                orphan: None,
            };
            self.send_subscription(key, subscription, now);
        }
    }

    /// In a new session: follows the jobs of the lost one from where they were, as far as the runtime lets us.
    pub(super) fn follow_orphans(&mut self, now: Now) {
        for orphan in std::mem::take(&mut self.orphans) {
            let key = orphan.job.keys.first().copied();
            let Some(key) = key.filter(|_| self.agreed(&Feature::Subscribe)) else {
                self.lose_orphan(orphan);
                continue;
            };
            // The number is of the session that submitted the job, which is the lost one.
            let subscribe = Subscribe::new(orphan.job_id.clone())
                .with_history(true)
                .with_from_event_seq(orphan.last);
            let subscription = Subscription {
                subscribe,
                again: false,
                orphan: Some(orphan),
            };
            self.send_subscription(key, subscription, now);
        }
    }

    /// Whether the job of a key waits to be followed again.
    pub(super) fn is_orphan(&self, key: Key) -> bool {
        let asked = self.subscriptions.values();
        let asked = asked.filter_map(|subscription| subscription.orphan.as_ref());
        let mut orphans = asked.chain(&self.orphans);
        orphans.any(|orphan| orphan.job.keys.contains(&key))
    }

    fn send_subscription(&mut self, key: Key, subscription: Subscription, now: Now) {
        let subscribe = subscription.subscribe.clone();
        let job_id = Some(&subscription.subscribe.job_id);
        if self.request((Kind::Subscribe, key), subscribe, job_id, now) {
            self.subscriptions.insert(key, subscription);
        }
    }

    /// Sends a subscription again that had no answer when the connection was cut. It may stand: then it is taken back first, or its replay would mix with the next.
    pub(super) fn subscribe_again(&mut self, key: Key, now: Now) {
        let Some(mut subscription) = self.subscriptions.remove(&key) else {
            return;
        };
        subscription.again = true;
        self.send_unsubscribe(subscription.subscribe.job_id.clone(), now);
        self.send_subscription(key, subscription, now);
    }

    pub(super) fn send_unsubscribe(&mut self, job_id: JobId, now: Now) {
        let (session_id, on_envelope) = (self.session_id(), Some(job_id.clone()));
        let unsubscribe = Unsubscribe::new(job_id);
        if let Some((_, frame)) = self.frame_of(unsubscribe, session_id, on_envelope, None, now) {
            self.frames.push_back(frame);
        }
    }

    /// Stops following a job that was subscribed to. Jobs that were submitted here are not touched.
    pub fn unsubscribe(&mut self, key: Key, now: Now) {
        if !self.is_subscription(key) {
            return;
        }
        let Some(job_id) = self.job_of(key).cloned() else {
            return;
        };
        if self.is_open() {
            self.send_unsubscribe(job_id.clone(), now);
        }
        self.end_unseen(&job_id, &ClientError::Unsubscribed);
    }

    /// Whether a key stands for a job that was subscribed to.
    pub fn is_subscription(&self, key: Key) -> bool {
        let mut jobs = self.jobs.values();
        jobs.any(|job| job.subscribed && job.keys.contains(&key))
    }

    pub(super) fn subscribed(&mut self, subscribed: &Subscribed, clues: Clues<'_>, now: Now) {
        let request_id = subscribed.request_id.clone();
        let clues = Clues {
            request_id: request_id.as_ref().map(AsRef::as_ref),
            ..clues
        };
        let job_id = subscribed.job_id.clone();
        let late = self.waiting.is_late(clues);
        let Some(request) = self.waiting.subscribed(job_id.as_str(), clues) else {
            // An answer to a subscription that nobody wants any more: what it began is ended, unless that was done when it was given up.
            if !late && !self.jobs.contains_key(&job_id) && self.is_open() {
                self.send_unsubscribe(job_id, now);
            }
            return;
        };
        let key = request.ticket;
        let Some(subscription) = self.subscriptions.remove(&key) else {
            return;
        };
        let over = match subscribed.current_status {
            JobStatus::Success | JobStatus::Error | JobStatus::Cancelled | JobStatus::TimedOut => {
                let through = subscribed.subscribed_from;
                Some(if subscribed.replayed { through } else { 0 })
            }
            _ => None,
        };
        let job = match subscription.orphan {
            Some(orphan) => Job {
                subscribed: true,
                ..orphan.job
            },
            None => Job::followed(key),
        };
        for key in &job.keys {
            let subscribed = Box::new(subscribed.clone());
            self.outputs.push_back(Output::Subscribed(*key, subscribed));
        }
        self.jobs.insert(job_id.clone(), job);
        if subscription.again {
            self.early.forget(&job_id);
        } else {
            self.deliver_early(&job_id);
        }
        if let Some(through) = over {
            self.over_at.push((through, job_id));
            self.end_what_is_over();
        }
    }

    /// Ends the ended jobs whose replay is through and held no end: some runtimes replay events only, and without history nothing comes at all.
    pub(super) fn end_what_is_over(&mut self) {
        let last = self.sequence.last();
        let (over, rest) = std::mem::take(&mut self.over_at)
            .into_iter()
            .partition(|(through, _)| *through <= last);
        self.over_at = rest;
        let over: Vec<(u64, JobId)> = over;
        for (_, job_id) in over {
            self.end_unseen(&job_id, &ClientError::EndedBefore);
        }
    }

    /// Forgets a job whose end will not be seen here.
    pub(super) fn end_unseen(&mut self, job_id: &JobId, why: &ClientError) {
        let keys = self.jobs.remove(job_id).map(|job| job.keys);
        for key in keys.into_iter().flatten() {
            let failure = JobFailure::Unfollowed(why.clone());
            self.put(Output::Ended(key, Err(failure)));
        }
    }
}
