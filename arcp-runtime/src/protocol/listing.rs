//! `session.list_jobs`: a page of the jobs that a principal may see, oldest first (§6.6).
//!
//! The core picks the jobs; writing the page is left to whoever carries the answer out, so that a long page holds nobody up.
//! A cursor names the last job of a page, so jobs that come or go in between move nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Bound;
use std::sync::Arc;

use arcp_generated::common::{Cursor, MessageId};
use arcp_generated::credential::Credential;
use arcp_generated::job::{Accepted, JobStatus};
use arcp_generated::lease::{Budget, Lease};
use arcp_generated::limits::LIST_LIMIT_MAX;
use arcp_generated::message::MessageType;
use arcp_generated::session::{Feature, JobFilter, JobSummary, Jobs, ListJobs};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use jiff::{Timestamp, Unit};
use sha2::{Digest as _, Sha256};

use super::core::{ConnKey, Core, Effect, Output};
use super::features::Features;
use super::frame::{Frame, to_payload};
use super::job::Job;
use super::principal::Principal;
use super::refusal::Refusal;
use crate::id::{JobKey, Ulid};
use crate::limits::{LIST_LOOKED_AT, LIST_PAGE_BYTES};
use crate::store::Status;

/// Bytes of a cursor that are the job; the rest proves that it came from here.
const KEY_BYTES: usize = 16;
const PROOF_BYTES: usize = 8;

/// What somebody who may observe a job sees of it, taken at one moment.
#[derive(Debug)]
pub struct View {
    accepted: Bytes,
    status: Status,
    last_event_seq: u64,
    budget: Option<Budget>,
    credentials: Option<Vec<Credential>>,
}

/// A page that was picked and is still to be written.
#[derive(Debug)]
pub struct Page {
    request: MessageId,
    features: Features,
    jobs: Vec<View>,
    next: Option<Cursor>,
}

impl View {
    /// Looks at a job with the eyes of a session of `asker`.
    pub(super) fn of(job: &Job, asker: &Principal, features: Features) -> Self {
        Self {
            accepted: job.accepted.clone(),
            status: job.status,
            last_event_seq: job.owner_seq,
            budget: job
                .authority
                .as_ref()
                .and_then(super::admission::budget_on_wire),
            credentials: job.credentials_for(asker, features),
        }
    }

    /// What was said when the job was accepted, and what is left of its budget now, as far as these features go (§6.2).
    pub(super) fn seen_with(self, features: Features) -> Option<(Accepted, Option<Budget>)> {
        let mut accepted: Accepted = serde_json::from_slice(&self.accepted).ok()?;
        let lease = std::mem::take(&mut accepted.lease);
        accepted.lease = lease
            .into_iter()
            .filter(|(capability, _)| {
                capability
                    .feature()
                    .is_none_or(|needed| features.has(&needed))
            })
            .collect::<Lease>();
        if !features.has(&Feature::LeaseExpiresAt) {
            accepted.lease_constraints = None;
        }
        accepted.credentials = self.credentials;
        // After a restart nobody knows what an ended job had left; what it began with is said instead.
        let budget = self
            .budget
            .or_else(|| accepted.budget.take())
            .filter(|_| features.has(&Feature::CostBudget));
        Some((accepted, budget))
    }

    /// Where it stood.
    pub(super) fn status(&self) -> Status {
        self.status
    }

    /// About how many bytes it takes in a listing, rather too many than too few.
    fn bytes(&self) -> usize {
        // What is left of a budget is no longer than the lease that grants it, which was accepted.
        let credentials = self.credentials.iter().flatten();
        2 * self.accepted.len() + 512 + credentials.map(credential_bytes).sum::<usize>()
    }

    fn summary(self, features: Features) -> Option<JobSummary> {
        let (status, last_event_seq) = (job_status(self.status), self.last_event_seq);
        let (accepted, budget) = self.seen_with(features)?;
        let mut summary = JobSummary::new(accepted.job_id, accepted.agent?, status);
        summary.lease = accepted.lease;
        summary.lease_constraints = accepted.lease_constraints;
        summary.budget = budget;
        summary.credentials = accepted.credentials;
        summary.created_at.clone_from(&accepted.accepted_at);
        summary.submitted_at = accepted.accepted_at;
        summary.trace_id = accepted.trace_id;
        summary.last_event_seq = last_event_seq;
        summary.parent_job_id = accepted.parent_job_id;
        Some(summary)
    }
}

/// About how many bytes a credential takes.
fn credential_bytes(credential: &Credential) -> usize {
    to_payload(credential).len() + 1
}

impl Page {
    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.jobs.iter().map(View::bytes).sum()
    }

    /// Writes the page.
    pub fn into_frame(self) -> Frame {
        let features = self.features;
        let summaries = self.jobs.into_iter();
        let summaries = summaries.filter_map(|job| job.summary(features)).collect();
        let mut jobs = Jobs::new(self.request, summaries);
        jobs.next_cursor = self.next;
        Frame::of_session(MessageType::SessionJobs, &jobs)
    }
}

/// A filter that was read.
struct Filter {
    statuses: Option<Vec<JobStatus>>,
    agent: Option<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Filter {
    fn read(filter: JobFilter, features: Features) -> Result<Self, Refusal> {
        let unknown = filter
            .status
            .iter()
            .flatten()
            .find(|status| matches!(status, JobStatus::Unknown(_)));
        if let Some(unknown) = unknown {
            return Err(Refusal::invalid(format!(
                "payload.filter.status: there is no status {}",
                unknown.as_str()
            )));
        }
        let agent = filter.agent.map(|agent| agent.as_str().to_owned());
        if agent.as_ref().is_some_and(|agent| agent.contains('@'))
            && !features.has(&Feature::AgentVersions)
        {
            return Err(Refusal::invalid(
                "payload.filter.agent: a version needs the feature agent_versions, which was not negotiated",
            ));
        }
        let instant = |text: Option<arcp_generated::common::Timestamp>, member: &str| {
            text.map(|text| {
                text.as_str().parse().map_err(|_| {
                    Refusal::invalid(format!("payload.filter.{member}: there is no such instant"))
                })
            })
            .transpose()
        };
        Ok(Self {
            statuses: filter.status,
            agent,
            after: instant(filter.created_after, "created_after")?,
            before: instant(filter.created_before, "created_before")?,
        })
    }

    fn takes(&self, job: &Job) -> bool {
        // What the wire shows is cut to milliseconds, and clients compare with what they were shown.
        let created = job
            .accepted_at
            .round(
                jiff::TimestampRound::new()
                    .smallest(Unit::Millisecond)
                    .mode(jiff::RoundMode::Trunc),
            )
            .unwrap_or(job.accepted_at);
        let is_agent = |wanted: &String| {
            let resolved = &*job.agent_ref;
            resolved == wanted
                || resolved
                    .split_once('@')
                    .is_some_and(|(name, _)| name == wanted)
        };
        self.statuses
            .as_ref()
            .is_none_or(|statuses| statuses.contains(&job_status(job.status)))
            && self.agent.as_ref().is_none_or(is_agent)
            && self.after.is_none_or(|after| created > after)
            && self.before.is_none_or(|before| created < before)
    }
}

impl Core {
    /// A page of what the asking principal may see. Nothing changes by it.
    pub(super) fn list(
        &mut self,
        conn: ConnKey,
        request: &MessageId,
        list: ListJobs,
        out: &mut Output,
    ) {
        let Some(key) = self.session_of(conn) else {
            return;
        };
        let Some(session) = self.sessions.get(&key) else {
            return;
        };
        let (principal, features) = (session.principal.clone(), session.features);
        match self.page(&principal, features, request, list) {
            Ok(page) => out.effects.push(Effect::List(key, Box::new(page))),
            Err(refusal) => Self::refuse(key, request.as_str(), None, &refusal, out),
        }
    }

    fn page(
        &self,
        principal: &Principal,
        features: Features,
        request: &MessageId,
        list: ListJobs,
    ) -> Result<Page, Refusal> {
        let after = match &list.cursor {
            Some(cursor) => Some(read_cursor(cursor, principal)?),
            None => None,
        };
        let filter = Filter::read(list.filter, features)?;
        let limit = usize::try_from(list.limit.min(LIST_LIMIT_MAX)).unwrap_or(1);
        let most_bytes = LIST_PAGE_BYTES.min(self.limits.frame_bytes / 2);
        let mut bytes = 0;
        let mut jobs = Vec::new();
        let mut end = None;
        let mut next = None;
        for (looked_at, key) in self.visible_to(principal, after).enumerate() {
            let taken = self.jobs.get(&key).filter(|job| filter.takes(job));
            let taken = taken.map(|job| View::of(job, principal, features));
            bytes += taken.as_ref().map_or(0, View::bytes);
            // The first job always fits, so that a reader gets on.
            let full = jobs.len() == limit || (bytes > most_bytes && !jobs.is_empty());
            if looked_at == LIST_LOOKED_AT || (taken.is_some() && full) {
                // There is more: the page ends with the job before this one.
                next = end.and_then(|end| write_cursor(end, principal));
                break;
            }
            end = Some(key);
            jobs.extend(taken);
        }
        Ok(Page {
            request: request.clone(),
            features,
            jobs,
            next,
        })
    }

    /// The jobs that a principal may see, in the order in which they were accepted.
    fn visible_to<'a>(
        &'a self,
        principal: &Principal,
        after: Option<JobKey>,
    ) -> Box<dyn Iterator<Item = JobKey> + 'a> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let own = self.submitted.get(principal);
        if self.observation.only_own() {
            let own = own.into_iter();
            return Box::new(
                own.flat_map(move |jobs| jobs.range((from, Bound::Unbounded)).copied()),
            );
        }
        // Each principal's jobs are in order already. They are merged as they are asked for, since a page looks at few of them.
        let mut streams: Vec<_> = self
            .submitted
            .iter()
            .filter(|(owner, _)| self.observation.allows(principal, owner))
            .map(|(_, jobs)| jobs.range((from, Bound::Unbounded)).copied())
            .collect();
        let mut heads: BinaryHeap<Reverse<(JobKey, usize)>> = streams
            .iter_mut()
            .enumerate()
            .filter_map(|(place, stream)| Some(Reverse((stream.next()?, place))))
            .collect();
        Box::new(std::iter::from_fn(move || {
            let Reverse((oldest, place)) = heads.pop()?;
            let next = streams[place].next();
            heads.extend(next.map(|next| Reverse((next, place))));
            Some(oldest)
        }))
    }

    /// Takes a job in: everything by which jobs are found is kept here.
    pub(super) fn enter(&mut self, job: Job) {
        self.submitted
            .entry(job.principal.clone())
            .or_default()
            .insert(job.face.key);
        self.jobs.insert(job.face.key, job);
    }

    /// Takes a job out.
    pub(super) fn remove(&mut self, key: JobKey) -> Option<Job> {
        let job = self.jobs.remove(&key)?;
        if let Some(jobs) = self.submitted.get_mut(&job.principal) {
            jobs.remove(&key);
            if jobs.is_empty() {
                self.submitted.remove(&job.principal);
            }
        }
        Some(job)
    }
}

/// The wire's word for a status.
pub(super) fn job_status(status: Status) -> JobStatus {
    match status {
        Status::Pending => JobStatus::Pending,
        Status::Running => JobStatus::Running,
        Status::Success => JobStatus::Success,
        Status::Error => JobStatus::Error,
        Status::Cancelled => JobStatus::Cancelled,
        Status::TimedOut => JobStatus::TimedOut,
    }
}

fn write_cursor(last: JobKey, principal: &Principal) -> Option<Cursor> {
    let mut bytes = last.0.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(&proof(last, principal));
    Cursor::try_from(URL_SAFE_NO_PAD.encode(bytes)).ok()
}

fn read_cursor(cursor: &Cursor, principal: &Principal) -> Result<JobKey, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor.as_str()).unwrap_or_default();
    bytes
        .split_first_chunk::<KEY_BYTES>()
        .map(|(key, given)| (JobKey(Ulid(u128::from_be_bytes(*key))), given))
        .filter(|(key, given)| *given == proof(*key, principal))
        .map(|(key, _)| key)
        .ok_or_else(|| {
            Refusal::invalid("payload.cursor: not a next_cursor of this runtime; begin without one")
        })
}

/// Not a secret: it tells a cursor of ours from a guess or a slip, and one principal's from another's.
fn proof(last: JobKey, principal: &Principal) -> [u8; PROOF_BYTES] {
    let digest = Sha256::new()
        .chain_update(b"session.list_jobs")
        .chain_update(last.0.0.to_be_bytes())
        .chain_update(principal.as_str())
        .finalize();
    let mut proof = [0; PROOF_BYTES];
    proof.copy_from_slice(&digest[..PROOF_BYTES]);
    proof
}

/// Who may look at whose jobs, besides each principal at its own (§6.6, §7.6).
#[derive(Clone, Debug)]
pub struct Observation {
    others: Option<Arc<dyn Observers>>,
    /// Whether a job that may not be seen is answered as one that is not there.
    pub conceal: bool,
}

/// A deployment's policy on looking at other principals' jobs. It never lets anybody act on them.
pub trait Observers: Send + Sync + std::fmt::Debug + 'static {
    /// Whether `who` may list and follow the jobs of `owner`. Asked for each principal at each listing, so it must be quick.
    fn may_observe(&self, who: &Principal, owner: &Principal) -> bool;
}

impl Default for Observation {
    /// Nobody sees anybody else's, nor whether they exist (§14).
    fn default() -> Self {
        Self {
            others: None,
            conceal: true,
        }
    }
}

impl Observation {
    /// Lets `others` decide about other principals' jobs.
    pub fn widen(&mut self, others: Arc<dyn Observers>) {
        self.others = Some(others);
    }

    fn only_own(&self) -> bool {
        self.others.is_none()
    }

    /// Whether `who` may observe the jobs of `owner`.
    pub fn allows(&self, who: &Principal, owner: &Principal) -> bool {
        who == owner
            || self
                .others
                .as_ref()
                .is_some_and(|others| others.may_observe(who, owner))
    }
}
