//! A job's history, for a session that joins with it: looked up in the store, outside the core, and then given the session's numbers (§7.6).
//!
//! A block of numbers is reserved for all of it at once, and for what the job appended while it was looked up.
//! The payloads never come here: the session's connection reads the block from the store as it reads a resume. A job that nobody joins pays nothing for it.

use arcp_generated::common::MessageId;
use arcp_generated::error::ErrorCode;

use super::joining::{Asked, Joining, Known, Lookup, Waiting};
use crate::id::{JobKey, SessionKey};
use crate::limits::{LOOKUPS_PER_SESSION, UNREAD_HISTORIES};
use crate::protocol::core::{Core, Effect, Output};
use crate::protocol::refusal::Refusal;
use crate::protocol::session::Session;

impl Core {
    /// The caps on histories: on those that are looked up, and on those that the session was not sent yet.
    pub(super) fn room_for_history(&self, key: SessionKey) -> Result<(), Refusal> {
        let Some(session) = self.sessions.get(&key) else {
            return Ok(());
        };
        if session.lookups >= LOOKUPS_PER_SESSION {
            let message = format!(
                "{LOOKUPS_PER_SESSION} histories are being looked up for this session already; wait for their answers"
            );
            return Err(Refusal::cap("lookups_per_session", message));
        }
        self.room_for_unread(session, 0, 0)
    }

    /// Whether `entries` more of a history can be kept until they are read. The first history always can.
    fn room_for_unread(&self, session: &Session, entries: u64, bytes: u64) -> Result<(), Refusal> {
        let unread = session.log.allowed();
        let fits = |unread: u64, more: u64, most: u64| {
            unread.saturating_add(more) <= most.saturating_mul(UNREAD_HISTORIES)
        };
        if unread.0 == 0
            || fits(unread.0, entries, self.limits.session_events)
                && fits(unread.1, bytes, self.limits.session_bytes)
        {
            return Ok(());
        }
        let message = format!(
            "{} events of histories were not read yet; read them and ask again",
            unread.0
        );
        Err(Refusal::cap("unread_history", message))
    }

    /// Asks for what the log holds by now; [`Core::looked_up`] goes on.
    pub(super) fn look_up(
        &mut self,
        session: SessionKey,
        key: JobKey,
        request: &MessageId,
        from: u64,
        out: &mut Output,
    ) {
        let (Some(job), Some(asking)) = (self.jobs.get_mut(&key), self.sessions.get_mut(&session))
        else {
            return;
        };
        asking.lookups += 1;
        let asked = Asked {
            request: request.clone(),
            from,
            follow: true,
        };
        // One look is enough for everything that the session asks of this job until it is over.
        if let Some(waiting) = job.joining.of(session) {
            waiting.asked.push(asked);
            return;
        }
        self.tickets += 1;
        job.joining.waiting.push(Waiting {
            session,
            ticket: self.tickets,
            through: job.log.last,
            asked: vec![asked],
        });
        out.effects.push(Effect::LookUp(Lookup {
            session,
            job: key,
            ticket: self.tickets,
            after: job
                .log
                .trimmed
                .max(job.log.last.saturating_sub(self.limits.job_events)),
            through: job.log.last,
        }));
    }

    /// What the log held is known: numbers are given to all of it and to what came since, and the session follows.
    pub(in crate::protocol) fn looked_up(
        &mut self,
        lookup: &Lookup,
        entries: Option<Vec<Known>>,
        out: &mut Output,
    ) {
        let Some(job) = self.jobs.get_mut(&lookup.job) else {
            return;
        };
        let Some(waiting) = job.joining.take(lookup.session, lookup.ticket) else {
            return;
        };
        if let Some(session) = self.sessions.get_mut(&lookup.session) {
            session.lookups -= waiting.asked.len();
        }
        let Some(mut entries) = entries else {
            job.joining.forget_tail();
            let refusal = Refusal::new(
                ErrorCode::InternalError,
                "the job's log cannot be read; try again",
            );
            for asked in &waiting.asked {
                Self::refuse(lookup.session, asked.request.as_str(), None, &refusal, out);
            }
            return;
        };
        let since = job.joining.tail.iter().copied();
        entries.extend(since.filter(|entry| entry.seq > waiting.through));
        job.joining.forget_tail();
        // The log may have been trimmed in the meantime, and it is kept a little longer than its limit says.
        let oldest = job
            .log
            .trimmed
            .max(job.log.last.saturating_sub(self.limits.job_events));
        entries.retain(|entry| entry.seq > oldest);
        for asked in waiting.asked {
            let wanted = entries.iter().filter(|entry| entry.owner_seq > asked.from);
            let wanted: Vec<Known> = wanted.copied().collect();
            let bytes = wanted.iter().map(|entry| entry.bytes as u64).sum();
            let Some(session) = self.sessions.get(&lookup.session) else {
                return;
            };
            match self.room_for_unread(session, wanted.len() as u64, bytes) {
                Ok(()) => {
                    let (request, history) = (&asked.request, Some(wanted));
                    let (session, job) = (lookup.session, lookup.job);
                    self.join(session, job, request, history, asked.follow, out);
                }
                Err(refusal) => {
                    Self::refuse(lookup.session, asked.request.as_str(), None, &refusal, out);
                }
            }
        }
    }

    /// The job is forgotten: nobody will be told what it was.
    pub(in crate::protocol) fn nothing_to_join(&mut self, joining: Joining, out: &mut Output) {
        let refusal = Refusal::new(ErrorCode::JobNotFound, "the job was forgotten by now");
        for waiting in joining.waiting {
            if let Some(session) = self.sessions.get_mut(&waiting.session) {
                session.lookups -= waiting.asked.len();
            }
            for asked in waiting.asked {
                Self::refuse(waiting.session, asked.request.as_str(), None, &refusal, out);
            }
        }
    }
}
