//! `job.subscribe` and `job.unsubscribe`: another session follows a job (§7.6).
//!
//! A subscription is a cursor into the job's log. Without history it begins at once; with history the entries are looked up first (`history`).

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
use crate::store::Record;

mod history;
mod joining;

pub(super) use self::joining::Joining;
pub use self::joining::{Known, Lookup};

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
        if let Some(job) = self.jobs.get_mut(&key) {
            job.joining.let_go(session);
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
