//! `job.subscribe` and `job.unsubscribe`: another session follows a job (§7.6).
//!
//! A subscription is a cursor into the job's log. Without history it begins at once. With history the entries are first looked up in the store, outside the core;
//! what the job appends in the meantime is remembered by number alone, and then a block of the session's numbers is reserved for all of it at once.
//! The payloads never come here: the session's connection reads the block from the store as it reads a resume. A job that nobody joins pays nothing for it.

use std::collections::VecDeque;
use std::sync::Arc;

use arcp_generated::common::MessageId;
use arcp_generated::error::ErrorCode;
use arcp_generated::job::{Subscribe, Subscribed};
use arcp_generated::message::MessageType;

use super::core::{ConnKey, Core, Effect, Output};
use super::frame::{Frame, JobFace};
use super::listing::{View, job_status};
use super::principal::Principal;
use super::refusal::Refusal;
use super::session::Session;
use crate::id::{JobKey, SessionKey};
use crate::limits::{LOOKUPS_PER_SESSION, UNREAD_HISTORIES};
use crate::store::{Entry, EntryKind, Record};

/// An entry of a job's log, as far as a late reader needs to know it before it reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number in the job.
    pub seq: u64,
    /// What may filter it.
    pub kind: EntryKind,
    /// Its number in the owner's session.
    pub owner_seq: u64,
    /// Payload bytes.
    pub bytes: usize,
}

/// A look into the log of a job, for a session that joins with history.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Who joins.
    pub session: SessionKey,
    /// Which job.
    pub job: JobKey,
    /// Tells this request from an earlier one of the same session.
    pub ticket: u64,
    /// Entries above this number of the job,
    pub after: u64,
    /// and up to this one.
    pub through: u64,
}

/// Who is waiting for a look into the log, and what was appended since.
#[derive(Debug, Default)]
pub(super) struct Joining {
    waiting: Vec<Waiting>,
    /// The newest entries since the first of them asked.
    tail: VecDeque<Known>,
}

#[derive(Debug)]
struct Waiting {
    session: SessionKey,
    ticket: u64,
    /// The newest entry when it asked first; the tail counts above it.
    through: u64,
    asked: Vec<Asked>,
}

/// One request that waits for the look into the log.
#[derive(Debug)]
struct Asked {
    request: MessageId,
    from: u64,
    /// Whether it was not taken back by a `job.unsubscribe` in the meantime. It is answered in any case.
    follow: bool,
}

/// A decision on who may follow a job, for the log (§14).
#[derive(Debug)]
pub struct Audit {
    /// Who asked.
    pub who: Principal,
    /// The job as it was named.
    pub job: String,
    /// Whom it belongs to, if it is there.
    pub owner: Option<Principal>,
    /// Whether it was allowed.
    pub allowed: bool,
}

impl From<&Entry> for Known {
    fn from(entry: &Entry) -> Self {
        Self {
            seq: entry.seq,
            kind: entry.kind,
            owner_seq: entry.owner_seq,
            bytes: entry.payload.len(),
        }
    }
}

impl Joining {
    /// The job appended an entry. At most `limit` are remembered, as many as the job's log keeps.
    pub(super) fn appended(&mut self, entry: Known, limit: u64) {
        if self.waiting.is_empty() {
            return;
        }
        if self.tail.len() as u64 >= limit {
            self.tail.pop_front();
        }
        self.tail.push_back(entry);
    }

    fn of(&mut self, session: SessionKey) -> Option<&mut Waiting> {
        self.waiting
            .iter_mut()
            .find(|waiting| waiting.session == session)
    }

    fn take(&mut self, session: SessionKey, ticket: u64) -> Option<Waiting> {
        let place = self
            .waiting
            .iter()
            .position(|waiting| waiting.session == session && waiting.ticket == ticket)?;
        Some(self.waiting.swap_remove(place))
    }

    fn forget_tail(&mut self) {
        if self.waiting.is_empty() {
            self.tail = VecDeque::new();
        }
    }
}

impl Core {
    /// A session wants to follow a job.
    pub(super) fn subscribe(
        &mut self,
        conn: ConnKey,
        request: &MessageId,
        wanted: &Subscribe,
        written: u64,
        out: &mut Output,
    ) {
        let Some(key) = self.session_of(conn) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        session.log.read(written.max(session.resumed_at));
        let principal = session.principal.clone();
        let found = self
            .observable(&principal, wanted.job_id.as_str(), out)
            .and_then(|job| self.room_to_follow(key, job).map(|()| job))
            .and_then(|job| {
                let room = if wanted.history {
                    self.room_for_history(key)
                } else {
                    Ok(())
                };
                room.map(|()| job)
            });
        let job = match found {
            Ok(job) => job,
            Err(refusal) => return Self::refuse(key, request.as_str(), None, &refusal, out),
        };
        if wanted.history {
            self.look_up(key, job, request, wanted.from_event_seq.unwrap_or(0), out);
        } else {
            self.join(key, job, request, None, true, out);
        }
    }

    /// The caps on histories: on those that are looked up, and on those that the session was not sent yet.
    fn room_for_history(&self, key: SessionKey) -> Result<(), Refusal> {
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

    /// The job that a principal names, if it may know of it (§7.6, A-08).
    fn observable(&self, who: &Principal, name: &str, out: &mut Output) -> Result<JobKey, Refusal> {
        let job = JobKey::parse(name).and_then(|key| self.jobs.get(&key));
        let allowed = job.is_some_and(|job| self.observation.allows(who, &job.principal));
        out.effects.push(Effect::Audit(Box::new(Audit {
            who: who.clone(),
            job: name.to_owned(),
            owner: job.map(|job| job.principal.clone()),
            allowed,
        })));
        match job {
            Some(job) if allowed => Ok(job.face.key),
            Some(_) if !self.observation.conceal => Err(Refusal::new(
                ErrorCode::PermissionDenied,
                "this principal may not follow the job",
            )),
            _ => Err(Refusal::new(
                ErrorCode::JobNotFound,
                format!("there is no job {name}"),
            )),
        }
    }

    /// The caps on subscriptions. Following a job again takes no more room.
    fn room_to_follow(&self, key: SessionKey, job: JobKey) -> Result<(), Refusal> {
        let Some(session) = self.sessions.get(&key) else {
            return Ok(());
        };
        if self
            .jobs
            .get(&job)
            .is_none_or(|job| job.ended() || job.receivers.contains(&key))
        {
            return Ok(());
        }
        let full = |cap: &str, count: usize, of: &str| {
            let message =
                format!("{count} jobs are followed by this {of} already; unsubscribe from one");
            Err(Refusal::cap(cap, message))
        };
        let here = session.follows.len();
        if here >= self.limits.subscriptions_per_session {
            return full("subscriptions_per_session", here, "session");
        }
        let all = self.following.get(&session.principal).copied().unwrap_or(0);
        if all >= self.limits.subscriptions_per_principal {
            return full("subscriptions_per_principal", all, "principal");
        }
        Ok(())
    }

    /// Asks for what the log holds by now; [`Core::looked_up`] goes on.
    fn look_up(
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
    pub(super) fn looked_up(
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
    pub(super) fn nothing_to_join(&mut self, joining: Joining, out: &mut Output) {
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

    /// Answers, gives out the numbers of the history, and follows from here on.
    fn join(
        &mut self,
        session: SessionKey,
        key: JobKey,
        request: &MessageId,
        history: Option<Vec<Known>>,
        follow: bool,
        out: &mut Output,
    ) {
        let (Some(receiver), Some(job)) = (self.sessions.get_mut(&session), self.jobs.get(&key))
        else {
            return;
        };
        let (face, follows) = (Arc::clone(&job.face), follow && !job.ended());
        let replayed = history.is_some();
        let numbered = history.map_or(0, |entries| {
            let most = self.limits.session_bytes;
            replay(receiver, most, session, key, &entries, &mut out.records)
        });
        if let Some(through) = receiver
            .log
            .bound(self.limits.session_events, self.limits.session_bytes)
        {
            out.records
                .push(Record::SessionTrimmed { session, through });
        }
        let last = receiver.log.last;
        let view = View::of(job, &receiver.principal, receiver.features);
        let answer = subscribed(&face, view, receiver, replayed, request);
        out.effects
            .extend(answer.map(|frame| Effect::Send(session, frame)));
        if numbered > 0 {
            out.effects.push(Effect::Replay {
                session,
                through: last,
            });
        }
        if follows && self.follow(session, key) {
            out.records.push(Record::Subscribed { session, job: key });
        }
    }

    /// A session starts to receive what a job of somebody else appends from now on. Answers whether that is new.
    pub(super) fn follow(&mut self, session: SessionKey, key: JobKey) -> bool {
        let (Some(job), Some(follower)) =
            (self.jobs.get_mut(&key), self.sessions.get_mut(&session))
        else {
            return false;
        };
        if job.receivers.contains(&session) {
            return false;
        }
        job.receivers.push(session);
        follower.follows.push(key);
        *self
            .following
            .entry(follower.principal.clone())
            .or_default() += 1;
        true
    }

    /// A session does not want a job's events any more. Not answered; its own jobs it goes on receiving.
    pub(super) fn unsubscribe(&mut self, conn: ConnKey, name: &str, out: &mut Output) {
        let Some(session) = self.session_of(conn) else {
            return;
        };
        let Some(key) = JobKey::parse(name) else {
            return;
        };
        if let Some(job) = self.jobs.get_mut(&key)
            && let Some(waiting) = job.joining.of(session)
        {
            waiting
                .asked
                .iter_mut()
                .for_each(|asked| asked.follow = false);
        }
        if self.unfollow(session, key) {
            if let Some(job) = self.jobs.get_mut(&key) {
                job.receivers.retain(|receiver| *receiver != session);
            }
            out.records.push(Record::Unsubscribed { session, job: key });
        }
    }

    /// Takes a job from those that a session follows. Answers whether it was among them.
    pub(super) fn unfollow(&mut self, session: SessionKey, key: JobKey) -> bool {
        let Some(follower) = self.sessions.get_mut(&session) else {
            return false;
        };
        let Some(place) = follower.follows.iter().position(|job| *job == key) else {
            return false;
        };
        follower.follows.swap_remove(place);
        super::session::less(&mut self.following, &follower.principal);
        true
    }
}

/// Gives the session's next numbers to those of `entries` that it takes. Answers how many they are.
fn replay(
    receiver: &mut Session,
    most: u64,
    session: SessionKey,
    job: JobKey,
    entries: &[Known],
    records: &mut Vec<Record>,
) -> usize {
    let first_event_seq = receiver.log.last + 1;
    let mut bytes = 0;
    let mut taken = Vec::with_capacity(entries.len());
    for entry in entries {
        if receiver.takes(entry.kind) {
            receiver.log.push(entry.bytes, most);
            taken.push(entry.seq);
            bytes += entry.bytes as u64;
        }
    }
    // What is live must not push the history out before it could be read.
    receiver.log.allow(taken.len() as u64, bytes);
    let count = taken.len();
    if count > 0 {
        records.push(Record::Delivered {
            session,
            job,
            first_event_seq,
            entries: taken,
        });
    }
    count
}

/// The `job.subscribed` (§7.6). `receiver` has its numbers for the history already.
fn subscribed(
    face: &Arc<JobFace>,
    view: View,
    receiver: &Session,
    replayed: bool,
    request: &MessageId,
) -> Option<Frame> {
    let status = job_status(view.status());
    let (accepted, budget) = view.seen_with(receiver.features)?;
    let mut payload = Subscribed::new(
        face.job_id.clone(),
        status,
        accepted.agent?,
        receiver.log.last,
        replayed,
    )
    .with_lease(accepted.lease)
    .with_request_id(request.clone());
    payload.lease_constraints = accepted.lease_constraints;
    payload.budget = budget;
    payload.credentials = accepted.credentials;
    payload.trace_id = accepted.trace_id;
    payload.parent_job_id = accepted.parent_job_id;
    Some(Frame::of_job(MessageType::JobSubscribed, face, &payload))
}
