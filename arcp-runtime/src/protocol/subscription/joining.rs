//! Who waits for a look into a job's log, and what the job appended in the meantime: remembered by number alone.

use std::collections::VecDeque;

use arcp_generated::common::MessageId;

use crate::id::{JobKey, SessionKey};
use crate::store::{Entry, EntryKind};

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
pub(in crate::protocol) struct Joining {
    pub(super) waiting: Vec<Waiting>,
    /// The newest entries since the first of them asked.
    pub(super) tail: VecDeque<Known>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) session: SessionKey,
    pub(super) ticket: u64,
    /// The newest entry when it asked first; the tail counts above it.
    pub(super) through: u64,
    pub(super) asked: Vec<Asked>,
}

/// One request that waits for the look into the log.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: MessageId,
    pub(super) from: u64,
    /// Whether it was not taken back by a `job.unsubscribe` in the meantime. It is answered in any case.
    pub(super) follow: bool,
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
    pub(in crate::protocol) fn appended(&mut self, entry: Known, limit: u64) {
        if self.waiting.is_empty() {
            return;
        }
        if self.tail.len() as u64 >= limit {
            self.tail.pop_front();
        }
        self.tail.push_back(entry);
    }

    /// The session does not want to follow the job any more: what it asked is answered, and that is all.
    pub(super) fn let_go(&mut self, session: SessionKey) {
        for asked in self
            .of(session)
            .into_iter()
            .flat_map(|waiting| &mut waiting.asked)
        {
            asked.follow = false;
        }
    }

    pub(super) fn of(&mut self, session: SessionKey) -> Option<&mut Waiting> {
        self.waiting
            .iter_mut()
            .find(|waiting| waiting.session == session)
    }

    pub(super) fn take(&mut self, session: SessionKey, ticket: u64) -> Option<Waiting> {
        let place = self
            .waiting
            .iter()
            .position(|waiting| waiting.session == session && waiting.ticket == ticket)?;
        Some(self.waiting.swap_remove(place))
    }

    pub(super) fn forget_tail(&mut self) {
        if self.waiting.is_empty() {
            self.tail = VecDeque::new();
        }
    }
}
