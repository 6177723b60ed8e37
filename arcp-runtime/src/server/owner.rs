//! Whose window a running job's events are claimed of. That changes when another session adopts the job (§7.2).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::feed::Feed;

/// The feed of a job's owner. While nobody has adopted the job, looking it up takes no lock.
#[derive(Debug)]
pub(crate) struct Owner {
    first: Arc<Feed>,
    moved: AtomicBool,
    newest: Mutex<Option<Arc<Feed>>>,
}

impl Owner {
    /// A job that is owned by the session of `first`.
    pub(super) fn new(first: Arc<Feed>) -> Self {
        Self {
            first,
            moved: AtomicBool::new(false),
            newest: Mutex::new(None),
        }
    }

    /// The feed of the session that owns the job now.
    pub(crate) fn feed(&self) -> Arc<Feed> {
        let newest = self.moved.load(Ordering::Acquire).then(|| {
            self.newest
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        });
        newest.flatten().unwrap_or_else(|| Arc::clone(&self.first))
    }

    /// Another session owns the job from now on.
    pub(super) fn adopted_by(&self, feed: Arc<Feed>) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(feed);
        self.moved.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SessionKey, Ulid};
    use crate::limits::Limits;

    #[test]
    fn a_job_follows_its_newest_owner() {
        let feed = |key| Arc::new(Feed::new(SessionKey(Ulid(key)), &Limits::default()));
        let owner = Owner::new(feed(1));
        assert_eq!(owner.feed().session(), SessionKey(Ulid(1)));
        for key in [2, 3] {
            owner.adopted_by(feed(key));
            assert_eq!(owner.feed().session(), SessionKey(Ulid(key)));
        }
    }
}
