//! Ended jobs: looked at until their time is over, or until there are too many of them.
//!
//! What is kept here of one is small; its log, the terminal with it, is in the store.

use std::collections::BTreeMap;

use super::core::{Core, Effect, Output};
use super::timer::Timer;
use crate::clock::Now;
use crate::id::JobKey;
use crate::store::Record;

/// The ended jobs of one principal, in the order in which they ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    order: BTreeMap<u64, (JobKey, u64)>,
    next: u64,
    bytes: u64,
}

impl Core {
    /// A job has ended, and was stored as ended. The oldest give way when their principal has too many; the newest stays in any case.
    pub(super) fn count_ended(&mut self, key: JobKey, out: &mut Output) {
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        let principal = job.principal.clone();
        let bytes = (job.accepted.len() as u64).saturating_add(job.log.bytes());
        let ended = self.ended.entry(principal.clone()).or_default();
        job.ended_as = Some(ended.next);
        ended.order.insert(ended.next, (key, bytes));
        ended.next += 1;
        ended.bytes = ended.bytes.saturating_add(bytes);
        while let Some(oldest) = self.ended.get(&principal).and_then(|ended| {
            let many = ended.order.len() > self.limits.ended_jobs_per_principal
                || ended.bytes > self.limits.ended_bytes_per_principal;
            let (_, (oldest, _)) = ended.order.first_key_value()?;
            (many && ended.order.len() > 1).then_some(*oldest)
        }) {
            self.timers.cancel(Timer::Retention(oldest));
            self.forget(oldest, out);
        }
    }

    /// An ended job can be looked at for a while, and as long as a session may come back that wants to know of it. Its idempotency key, if it has one, outlives it by its window;
    /// the job outlives both, so that a repeat finds its terminal.
    pub(super) fn keep_ended(&mut self, key: JobKey, keyed: bool, now: Now) {
        let window = self.limits.idempotency_window;
        let retention = self.limits.retention.max(self.limits.resume_window);
        let keep = if keyed {
            retention.max(window)
        } else {
            retention
        };
        self.timers
            .set(Timer::Retention(key), now.mono.saturating_add(keep));
        // Otherwise the key goes with the job, and needs no timer of its own.
        if keyed && window < keep {
            self.timers.set(
                Timer::IdempotencyWindow(key),
                now.mono.saturating_add(window),
            );
        }
    }

    /// The idempotency key of a job is free again, unless it belongs to a later job already.
    pub(super) fn free_key(&mut self, key: JobKey) {
        if let Some(job) = self.jobs.get(&key)
            && let Some((name, _)) = &job.idempotency
        {
            let name = (job.principal.clone(), name.clone());
            if self.keys.get(&name) == Some(&key) {
                self.keys.remove(&name);
            }
        }
    }

    /// An ended job is forgotten, and its idempotency key with it. Who waits for a look into its log is told.
    pub(super) fn forget(&mut self, key: JobKey, out: &mut Output) {
        self.timers.cancel(Timer::IdempotencyWindow(key));
        self.free_key(key);
        let Some(mut job) = self.remove(key) else {
            return;
        };
        if let Some(ended) = self.ended.get_mut(&job.principal)
            && let Some(place) = job.ended_as
        {
            if let Some((_, bytes)) = ended.order.remove(&place) {
                ended.bytes = ended.bytes.saturating_sub(bytes);
            }
            if ended.order.is_empty() {
                self.ended.remove(&job.principal);
            }
        }
        self.nothing_to_join(std::mem::take(&mut job.joining), out);
        out.records.push(Record::JobForgotten { job: key });
        out.effects.push(Effect::Forgotten(key));
    }
}
