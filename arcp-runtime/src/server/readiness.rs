//! Whether clients should be sent to a runtime, and whether it still lives: what health checks ask.

use std::sync::atomic::Ordering;

use super::runtime::Runtime;
use crate::id::{JobKey, Ulid};
use crate::limits::READY_WAIT;
use crate::store::PageLimit;

/// Whether clients should be sent to a runtime.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readiness {
    /// Why not, each in a sentence for people, without internals; empty when they should.
    pub reasons: Vec<&'static str>,
}

impl Readiness {
    /// Whether nothing speaks against it.
    pub fn is_ready(&self) -> bool {
        self.reasons.is_empty()
    }
}

impl Runtime {
    /// Whether clients should be sent here: the store reads and writes, and the runtime is not about to stop. Asks the store for something that is not there;
    /// one that does not answer within two seconds is not ready.
    ///
    /// # Cancel safety
    /// Changes nothing.
    pub async fn readiness(&self) -> Readiness {
        let mut reasons = Vec::new();
        if self.host.inbox.is_closed() {
            reasons.push("the runtime has stopped");
        } else if self.shared.draining.load(Ordering::Acquire) {
            reasons.push("the runtime is draining");
        }
        if self.host.counters.is_failing() {
            reasons.push("the store does not take what is written");
        }
        let one = PageLimit {
            entries: 1,
            bytes: 1,
        };
        let asked = self.host.store.history(JobKey(Ulid(0)), 0, one);
        match tokio::time::timeout(READY_WAIT, asked).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the store cannot be read");
                reasons.push("the store cannot be read");
            }
            Err(_) => reasons.push("the store does not answer in time"),
        }
        Readiness { reasons }
    }

    /// Whether nothing is served any more.
    #[cfg(feature = "tower")]
    pub(crate) fn has_stopped(&self) -> bool {
        self.host.inbox.is_closed()
    }

    /// Whether the runtime lives: it does until its store has failed for good, after which only a new start helps. One that was told to stop lives until the process ends.
    pub fn is_alive(&self) -> bool {
        !self.host.inbox.is_closed() || self.shared.draining.load(Ordering::Acquire)
    }
}
