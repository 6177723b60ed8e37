//! Stores that fail once, or while they are told to, or take their time, for tests of what stands on a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arcp_runtime::id::{JobKey, SessionKey};
use arcp_runtime::store::{
    Delivered, Entry, MemoryStore, PageLimit, Record, Recovered, Store, StoreError, StoreFuture,
};

use super::{ALL, accepted, appended, opened, received, session};

/// Passes everything on, but fails the n-th commit without a trace in the store below.
#[derive(Debug)]
pub(crate) struct FaultyStore<S> {
    inner: S,
    commits_until_fault: AtomicU64,
}

impl<S: Store> FaultyStore<S> {
    /// Fails commit `nth`; the first is 1.
    pub(crate) fn new(inner: S, nth: u64) -> Self {
        Self {
            inner,
            commits_until_fault: AtomicU64::new(nth),
        }
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn commit(&self, batch: Arc<[Record]>) -> StoreFuture<'_, ()> {
        // It wraps around after the fault, far away from failing again.
        if self.commits_until_fault.fetch_sub(1, Ordering::Relaxed) == 1 {
            return Box::pin(async { Err(StoreError::Failed("the disk is full".to_owned())) });
        }
        self.inner.commit(batch)
    }

    fn recover(&self) -> StoreFuture<'_, Recovered> {
        self.inner.recover()
    }

    fn replay(
        &self,
        session: SessionKey,
        after: u64,
        limit: PageLimit,
    ) -> StoreFuture<'_, Vec<Delivered>> {
        self.inner.replay(session, after, limit)
    }

    fn history(&self, job: JobKey, after: u64, limit: PageLimit) -> StoreFuture<'_, Vec<Entry>> {
        self.inner.history(job, after, limit)
    }
}

/// Passes everything on, but fails while it is switched to.
#[derive(Debug)]
pub(crate) struct BreakingStore<S> {
    inner: S,
    broken: Arc<AtomicBool>,
}

impl<S: Store> BreakingStore<S> {
    /// Sound until it is switched.
    pub(crate) fn new(inner: S) -> Self {
        Self {
            inner,
            broken: Arc::default(),
        }
    }

    /// What breaks it and mends it.
    pub(crate) fn switch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.broken)
    }

    fn or_fails<'a, T: Send + 'a>(
        &'a self,
        sound: impl FnOnce(&'a S) -> StoreFuture<'a, T>,
    ) -> StoreFuture<'a, T> {
        if self.broken.load(Ordering::Relaxed) {
            let internal = "the disk at /srv/private is full".to_owned();
            return Box::pin(async { Err(StoreError::Failed(internal)) });
        }
        sound(&self.inner)
    }
}

impl<S: Store> Store for BreakingStore<S> {
    fn commit(&self, batch: Arc<[Record]>) -> StoreFuture<'_, ()> {
        self.or_fails(|inner| inner.commit(batch))
    }

    fn recover(&self) -> StoreFuture<'_, Recovered> {
        self.or_fails(|inner| inner.recover())
    }

    fn replay(
        &self,
        session: SessionKey,
        after: u64,
        limit: PageLimit,
    ) -> StoreFuture<'_, Vec<Delivered>> {
        self.or_fails(|inner| inner.replay(session, after, limit))
    }

    fn history(&self, job: JobKey, after: u64, limit: PageLimit) -> StoreFuture<'_, Vec<Entry>> {
        self.or_fails(|inner| inner.history(job, after, limit))
    }
}

/// Passes everything on, but each record takes its time.
#[derive(Debug)]
pub(crate) struct SlowStore<S> {
    inner: S,
    each: Duration,
}

impl<S: Store> SlowStore<S> {
    /// Each record takes `each`.
    pub(crate) fn new(inner: S, each: Duration) -> Self {
        Self { inner, each }
    }
}

impl<S: Store> Store for SlowStore<S> {
    fn commit(&self, batch: Arc<[Record]>) -> StoreFuture<'_, ()> {
        let records = u32::try_from(batch.len()).unwrap();
        Box::pin(async move {
            tokio::time::sleep(self.each * records).await;
            self.inner.commit(batch).await
        })
    }

    fn recover(&self) -> StoreFuture<'_, Recovered> {
        self.inner.recover()
    }

    fn replay(
        &self,
        session: SessionKey,
        after: u64,
        limit: PageLimit,
    ) -> StoreFuture<'_, Vec<Delivered>> {
        self.inner.replay(session, after, limit)
    }

    fn history(&self, job: JobKey, after: u64, limit: PageLimit) -> StoreFuture<'_, Vec<Entry>> {
        self.inner.history(job, after, limit)
    }
}

#[tokio::test]
async fn the_nth_commit_fails_and_leaves_nothing() {
    let store = FaultyStore::new(MemoryStore::new(), 2);
    store
        .commit(Arc::from([opened(1), accepted(1, 1)]))
        .await
        .unwrap();
    let next = || Arc::from([appended(1, 1, &[(1, 1)])]);
    let fault = store.commit(next()).await;
    assert!(matches!(fault, Err(StoreError::Failed(_))), "{fault:?}");
    assert!(store.replay(session(1), 0, ALL).await.unwrap().is_empty());
    store.commit(next()).await.unwrap();
    let found = store.replay(session(1), 0, ALL).await.unwrap();
    assert_eq!(found, [received(1, 1, 1)]);
}
