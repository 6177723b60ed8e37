//! What parents wait for: whether their delegation was accepted, how far the child's log reaches, how it ended.
//!
//! The child's events themselves stay in the store; a parent that wants them reads them there.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;
use tracing::Span;

use crate::id::JobKey;
use crate::protocol::refusal::Refusal;
use crate::store::EntryKind;

/// Delegated jobs that a parent has asked for and that have not ended.
#[derive(Debug, Default)]
pub(crate) struct Children {
    awaited: Mutex<HashMap<JobKey, Awaited>>,
}

/// A child that somebody waits for.
#[derive(Debug)]
struct Awaited {
    news: watch::Sender<News>,
    /// The span of the delegation.
    asked_by: Span,
}

/// What is known of a delegated job.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    /// How far it has come.
    pub(crate) stage: Stage,
    /// The number of its last entry that can be read.
    pub(crate) last: u64,
}

/// How far a delegation has come.
#[derive(Clone, Debug, Default)]
pub(crate) enum Stage {
    /// Nothing was decided.
    #[default]
    Asked,
    /// There is no child, and why.
    Refused(Refusal),
    /// There is a child.
    Accepted,
    /// It has ended, with this as its last entry.
    Ended(EntryKind, Bytes),
}

impl Children {
    /// Says that somebody waits for news of `child`, before it is asked for, in the span `asked_by`.
    pub(crate) fn await_news(&self, child: JobKey, asked_by: Span) -> watch::Receiver<News> {
        let (news, waiting) = watch::channel(News::default());
        self.awaited().insert(child, Awaited { news, asked_by });
        waiting
    }

    /// The span of the delegation that asked for `child`, to begin the child's in. It is given once, so that it ends when it is over.
    pub(super) fn asked_by(&self, child: JobKey) -> Option<Span> {
        let mut awaited = self.awaited();
        let child = awaited.get_mut(&child)?;
        Some(std::mem::replace(&mut child.asked_by, Span::none()))
    }

    /// Nobody waits any more. Who still listens learns nothing new.
    pub(crate) fn forget(&self, child: JobKey) {
        self.awaited().remove(&child);
    }

    pub(super) fn decided(&self, child: JobKey, refused: Option<Refusal>) {
        let last_news = refused.is_some();
        self.tell(child, |news| {
            news.stage = refused.map_or(Stage::Accepted, Stage::Refused);
        });
        if last_news {
            self.forget(child);
        }
    }

    pub(super) fn grown(&self, child: JobKey, last: u64) {
        self.tell(child, |news| news.last = last);
    }

    pub(super) fn ended(&self, child: JobKey, kind: EntryKind, payload: Bytes) {
        self.tell(child, |news| news.stage = Stage::Ended(kind, payload));
        self.forget(child);
    }

    fn tell(&self, child: JobKey, change: impl FnOnce(&mut News)) {
        if let Some(child) = self.awaited().get(&child) {
            child.news.send_modify(change);
        }
    }

    fn awaited(&self) -> MutexGuard<'_, HashMap<JobKey, Awaited>> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
