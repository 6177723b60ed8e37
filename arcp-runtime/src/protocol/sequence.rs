//! Numbering: an entry is appended once to its job and delivered, under its own number, to each session that follows (§8.3).

use arcp_generated::session::Feature;
use bytes::Bytes;

use super::core::{Core, Effect, Output};
use super::frame::Frame;
use crate::clock::Now;
use crate::id::JobKey;
use crate::store::{Entry, EntryKind, Record};

impl Core {
    /// An event of a running job. What comes after the end is dropped: the terminal is the last word.
    pub(super) fn emit(
        &mut self,
        key: JobKey,
        kind: EntryKind,
        payload: Bytes,
        now: Now,
        out: &mut Output,
    ) {
        if self.jobs.get(&key).is_some_and(|job| !job.closed()) {
            self.append(key, kind, payload, out);
            self.signal_lag(key, now, out);
        }
    }

    /// Appends to the job's log and to the log of every session that takes this kind.
    pub(super) fn append(
        &mut self,
        key: JobKey,
        kind: EntryKind,
        payload: Bytes,
        out: &mut Output,
    ) {
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        let seq = job.log.push(payload.len());
        let mut deliveries = Vec::with_capacity(job.receivers.len());
        for receiver in &job.receivers {
            let Some(session) = self.sessions.get_mut(receiver) else {
                continue;
            };
            if !session.takes(kind) {
                continue;
            }
            let event_seq = session.log.push(payload.len());
            if let Some(through) = session
                .log
                .bound(self.limits.session_events, self.limits.session_bytes)
            {
                out.records.push(Record::SessionTrimmed {
                    session: *receiver,
                    through,
                });
            }
            deliveries.push((*receiver, event_seq));
            out.effects.push(Effect::Deliver(
                *receiver,
                Frame::of_entry(kind, &job.face, event_seq, payload.clone()),
            ));
        }
        if let Some((_, event_seq)) = deliveries
            .iter()
            .find(|(receiver, _)| *receiver == job.owner)
        {
            job.owner_seq = *event_seq;
        }
        let entry = Entry {
            seq,
            kind,
            owner_seq: job.owner_seq,
            payload,
        };
        out.records.push(Record::Appended {
            job: key,
            entry,
            deliveries,
        });
        if job.parent.is_some() {
            out.effects.push(Effect::Grown(key, seq));
        }
        if let Some(through) = job.log.bound(self.limits.job_events, self.limits.job_bytes) {
            out.records.push(Record::JobTrimmed { job: key, through });
        }
    }

    /// Tells a job whose events crossed a receiver's lag threshold, once per crossing (§6.5, A-39).
    fn signal_lag(&mut self, key: JobKey, now: Now, out: &mut Output) {
        let Some(job) = self.jobs.get(&key) else {
            return;
        };
        let mut lag = 0;
        for receiver in &job.receivers {
            let Some(session) = self.sessions.get_mut(receiver) else {
                continue;
            };
            let behind = session.log.last.saturating_sub(session.acked);
            if behind > self.limits.ack_lag
                && !session.lagging
                && session.features.has(&Feature::Ack)
            {
                session.lagging = true;
                lag = lag.max(behind);
            }
        }
        if lag > 0 {
            let payload = super::job::status_event(
                arcp_generated::event::StatusPhase::BackPressure,
                &format!("consumer lag {lag} events"),
                now,
            );
            self.append(key, EntryKind::Event, payload, out);
        }
    }

    /// `session.ack`: advisory; lets the buffer shrink (§6.5, A-40).
    pub(super) fn acknowledge(
        &mut self,
        conn: super::core::ConnKey,
        through: u64,
        out: &mut Output,
    ) {
        let Some(key) = self.session_of(conn) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        if !session.features.has(&Feature::Ack) {
            return;
        }
        session.acked = session.acked.max(through.min(session.log.last));
        if session.log.last - session.acked <= self.limits.ack_lag / 2 {
            session.lagging = false;
        }
        if let Some(through) = session.log.release(session.acked) {
            out.records.push(Record::SessionTrimmed {
                session: key,
                through,
            });
        }
    }

    /// A session starts to receive what the job appends from now on.
    pub(super) fn follow(&mut self, session: crate::id::SessionKey, key: JobKey) {
        if let Some(job) = self.jobs.get_mut(&key)
            && !job.receivers.contains(&session)
        {
            job.receivers.push(session);
            if let Some(session) = self.sessions.get_mut(&session) {
                session.jobs.push(key);
            }
        }
    }
}
