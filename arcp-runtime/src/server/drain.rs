//! How a runtime ends: a drain that lets running jobs end, and the stop after it (§6.7, A-54).

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::lanes::Call;
use super::runtime::{Dispatched, Runtime};
use crate::limits::LEAVING;
use crate::protocol::core::Input;
use crate::store::StoreError;

impl Runtime {
    /// Stops when no job is left, at the latest after `patience`.
    ///
    /// From now on new sessions and submissions are refused with `INTERNAL_ERROR`, `details.cap: "shutdown"`, which is worth another try elsewhere or later.
    /// What is there goes on: sessions can be resumed, listed and cancelled in, running jobs end and may delegate, and a repeated submission finds its job.
    /// [`readiness`](Self::readiness) says at once that nobody should be sent here any more.
    /// When the last job has ended, or `patience` is over, follows what [`shutdown`](Self::shutdown) does.
    ///
    /// # Errors
    /// The store's error, if it had failed.
    ///
    /// # Cancel safety
    /// Dropped in the middle, the runtime goes on draining: nothing new is taken, and it stops only when somebody calls this or [`shutdown`](Self::shutdown) again.
    pub async fn drain(&self, patience: Duration) -> Result<(), StoreError> {
        self.shared.draining.store(true, Ordering::Release);
        let mut drained = self.shared.drained.clone();
        let over = async {
            // A dispatcher that has stopped has nothing left to wait for.
            if self.host.inbox.call(Call::Tell(Input::Drain)).await.is_ok() {
                let _ = drained.wait_for(|drained| *drained).await;
            }
        };
        if tokio::time::timeout(patience, over).await.is_err() {
            let core = self.metrics().core;
            tracing::warn!(
                running = core.jobs_running,
                pending = core.jobs_pending,
                "jobs did not end in time; the next start ends them"
            );
        }
        self.shutdown().await
    }

    /// Gives its addresses back, tells every client that the runtime stops, waits a few seconds for the connections to end, and stops. Jobs that run end with the next start,
    /// as after a crash: their clients get a retryable `INTERNAL_ERROR`. [`drain`](Self::drain) lets them end first.
    ///
    /// # Errors
    /// The store's error, if it had failed.
    ///
    /// # Cancel safety
    /// Dropped after its first poll, the runtime stops all the same. Can be called again to wait for it.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        self.shared.draining.store(true, Ordering::Release);
        self.shared.leaving.cancel();
        // A dispatcher that has stopped already has nothing left to tell.
        let _ = self.host.inbox.call(Call::Tell(Input::Shutdown)).await;
        let outcome = self.stopped().await;
        self.shared.listeners.close();
        self.shared.listeners.wait().await;
        if tokio::time::timeout(LEAVING, self.empty()).await.is_err() {
            let left = self.shared.connections.load(Ordering::Acquire);
            tracing::warn!(
                left,
                "connections did not end in time; they are left behind"
            );
        }
        outcome
    }

    /// Waits until there is no connection.
    async fn empty(&self) {
        loop {
            let changed = self.shared.idle.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.shared.connections.load(Ordering::Acquire) == 0 {
                return;
            }
            changed.await;
        }
    }

    /// Waits until the runtime has stopped, by [`Runtime::shutdown`] or because its store failed for good.
    ///
    /// # Errors
    /// The store's error, each time it is asked.
    ///
    /// # Cancel safety
    /// Can be called again after it was dropped.
    pub async fn stopped(&self) -> Result<(), StoreError> {
        let mut dispatch = self.shared.dispatch.lock().await;
        let outcome = match &mut *dispatch {
            Dispatched::Ended(outcome) => return outcome.clone(),
            Dispatched::Running(task) => task.await,
        };
        let outcome = outcome.unwrap_or_else(|error| {
            Err(StoreError::Failed(format!("the dispatcher ended: {error}")))
        });
        *dispatch = Dispatched::Ended(outcome.clone());
        outcome
    }
}
