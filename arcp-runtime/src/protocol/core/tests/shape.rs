//! What of a core is durable, seen from two sides.

use std::collections::{BTreeMap, BTreeSet};

use super::stored::{Stored, StoredSession};
use crate::id::{CredentialKey, JobKey, SessionKey};
use crate::protocol::core::Core;
use crate::store::Status;

/// What of a core is durable: the same whether it is asked or what it had stored.
#[derive(Debug, PartialEq)]
pub(super) struct Shape {
    sessions: BTreeMap<SessionKey, SessionShape>,
    jobs: BTreeMap<JobKey, JobShape>,
    owed: BTreeSet<CredentialKey>,
}

#[derive(Debug, PartialEq)]
struct SessionShape {
    principal: String,
    token_hash: [u8; 32],
    features: Vec<String>,
    last: u64,
    trimmed: u64,
    /// Whether it makes room for another one.
    left: bool,
}

#[derive(Debug, PartialEq)]
struct JobShape {
    owner: SessionKey,
    principal: String,
    /// `None` while it has not ended: pending and running are the same to a store.
    status: Option<Status>,
    last: u64,
    trimmed: u64,
    owner_seq: u64,
    key: Option<(String, [u8; 32])>,
    parent: Option<JobKey>,
    /// Who receives what it says, while it lives.
    receivers: BTreeSet<SessionKey>,
}

impl Shape {
    pub(super) fn of(core: &Core) -> Self {
        let sessions = core.sessions.iter().map(|(key, session)| {
            let features = session.features.iter();
            let shape = SessionShape {
                principal: session.principal.as_str().to_owned(),
                token_hash: session.token_hash,
                features: features
                    .map(|feature| feature.as_str().to_owned())
                    .collect(),
                last: session.log.last,
                trimmed: session.log.trimmed,
                left: core
                    .left
                    .get(&session.principal)
                    .is_some_and(|left| left.contains(key)),
            };
            (*key, shape)
        });
        let jobs = core.jobs.iter().map(|(key, job)| {
            let shape = JobShape {
                owner: job.owner,
                principal: job.principal.as_str().to_owned(),
                status: job.ended().then_some(job.status),
                last: job.log.last,
                trimmed: job.log.trimmed,
                owner_seq: job.owner_seq,
                key: job.idempotency.clone(),
                parent: job.parent,
                receivers: job.receivers.iter().copied().collect(),
            };
            (*key, shape)
        });
        Self {
            sessions: sessions.collect(),
            jobs: jobs.collect(),
            owed: core.owed.iter().copied().collect(),
        }
    }

    pub(super) fn of_stored(stored: &Stored) -> Self {
        let sessions = stored.sessions.iter().map(|(key, held)| {
            let row = held.row.clone();
            let shape = SessionShape {
                principal: row.principal,
                token_hash: row.token_hash,
                features: row.features,
                last: held.last,
                trimmed: held.trimmed,
                left: held.left_at.is_some(),
            };
            (*key, shape)
        });
        let jobs = stored.jobs.iter().map(|(key, log)| {
            let row = log.row.clone();
            let ended = !matches!(row.status, Status::Pending | Status::Running);
            let receives = |(session, held): (&SessionKey, &StoredSession)| {
                (!ended && (*session == row.owner || held.follows.contains(key)))
                    .then_some(*session)
            };
            let shape = JobShape {
                owner: row.owner,
                principal: row.principal,
                status: ended.then_some(row.status),
                last: log.last,
                trimmed: log.trimmed,
                owner_seq: log.owner_seq,
                key: row.idempotency.map(|known| (known.key, known.fingerprint)),
                parent: row.parent,
                receivers: stored.sessions.iter().filter_map(receives).collect(),
            };
            (*key, shape)
        });
        Self {
            sessions: sessions.collect(),
            jobs: jobs.collect(),
            owed: stored.credentials.keys().copied().collect(),
        }
    }
}
