//! Numbering: an entry is appended once to its job and delivered, under its own number, to each session that receives it (§8.3).

use arcp_generated::error::ErrorCode;
use arcp_generated::event::StatusPhase;
use bytes::Bytes;

use super::ack::Lag;
use super::core::{Core, Effect, Output};
use super::frame::{Frame, payload_limit};
use super::job::{Failure, Outcome};
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
        if self.jobs.get(&key).is_none_or(super::job::Job::closed) {
            return;
        }
        let most = payload_limit(&self.limits);
        if payload.len() > most {
            // The agent's context refuses it before; whatever comes here in another way must not be stored, because it could never be sent.
            let failure = Failure::new(
                ErrorCode::InternalError,
                format!("an event was larger than the {most} bytes that fit into one frame"),
            );
            return self.finish(key, Outcome::Failure(failure), now, out);
        }
        if let Some(lag) = self.append(key, kind, payload, now, out) {
            let message = format!("consumer lag {lag} events");
            let payload = super::job::status_event(StatusPhase::BackPressure, &message, now);
            self.append(key, EntryKind::Event, payload, now, out);
        }
    }

    /// Appends to the job's log and to the log of every session that takes this kind.
    /// Answers with the lag of the job's owner, when this entry took it over the threshold; who only follows does not disturb the job (§6.5).
    pub(super) fn append(
        &mut self,
        key: JobKey,
        kind: EntryKind,
        payload: Bytes,
        now: Now,
        out: &mut Output,
    ) -> Option<u64> {
        let job = self.jobs.get_mut(&key)?;
        self.tally.events_appended += 1;
        let seq = job.log.push(payload.len(), self.limits.job_bytes);
        let mut deliveries = Vec::with_capacity(job.receivers.len());
        let mut crossed = None;
        let mut hopeless = Vec::new();
        let mut owner_is_there = false;
        for receiver in &job.receivers {
            let Some(session) = self.sessions.get_mut(receiver) else {
                continue;
            };
            let is_owner = *receiver == job.owner;
            owner_is_there |= is_owner;
            if !session.takes(kind) {
                continue;
            }
            let event_seq = session.log.push(payload.len(), self.limits.session_bytes);
            if let Some(through) = session
                .log
                .bound(self.limits.session_events, self.limits.session_bytes)
            {
                out.records.push(Record::SessionTrimmed {
                    session: *receiver,
                    through,
                });
            }
            match session.look_at_lag(&self.limits) {
                Lag::Crossed(lag) if is_owner => crossed = Some(lag),
                Lag::Crossed(_) | Lag::Fine => {}
                Lag::Hopeless => hopeless.push(*receiver),
            }
            if is_owner {
                job.owner_seq = event_seq;
            }
            deliveries.push((*receiver, event_seq));
            let frame = Frame::of_entry(kind, &job.face, event_seq, payload.clone());
            out.effects
                .push(session.given(*receiver, kind, event_seq, frame));
        }
        if !owner_is_there {
            // The owner's session is gone. Its numbers go on, so that whoever asks for what came after one of them gets it.
            job.owner_seq += 1;
        }
        let entry = Entry {
            seq,
            kind,
            owner_seq: job.owner_seq,
            payload,
        };
        job.joining
            .appended((&entry).into(), self.limits.job_events);
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
        for session in hopeless {
            self.cut_off(session, now, out);
        }
        crossed
    }
}
