//! A runtime that runs: its clones share it, its connections have their places in it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection;
use super::host::Host;
use super::lanes::Call;
use super::metrics::RuntimeMetrics;
use crate::limits::Limits;
use crate::protocol::core::{ConnKey, Input};
use crate::store::StoreError;
use crate::transport::BoxTransport;

/// A running runtime. Cheap to clone; it runs until [`Runtime::shutdown`], whatever happens to the handles.
#[derive(Clone)]
pub struct Runtime {
    pub(super) host: Arc<Host>,
    pub(super) shared: Arc<Shared>,
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("agents", &self.host.agents)
            .field("store", &self.host.store)
            .finish_non_exhaustive()
    }
}

impl Runtime {
    /// What the runtime has counted, and what it holds now. Cheap; ask as often as you like.
    pub fn metrics(&self) -> RuntimeMetrics {
        let Host {
            agents,
            counters,
            inbox,
            ..
        } = self.host.as_ref();
        counters.snapshot(agents.names(), &self.shared.connections, inbox.depth())
    }

    /// What is allowed here.
    pub fn limits(&self) -> &Limits {
        &self.host.limits
    }

    /// Serves one connection to its end. Spawn it: one task for each connection.
    /// When there are too many connections, the new one is dropped.
    ///
    /// # Cancel safety
    /// Dropping it ends the connection; the session can be resumed.
    pub fn serve(&self, transport: BoxTransport) -> impl Future<Output = ()> + Send + 'static {
        let seat = self.seat();
        let runtime = self.clone();
        async move {
            if let Some(seat) = seat {
                runtime.serve_on(seat, transport).await;
            }
        }
    }

    /// A place for a connection whose transport may not be there yet; `None` when there are too many.
    pub(crate) fn seat(&self) -> Option<Seat> {
        let limit = self.host.limits.connections;
        let seat = Seat::take(&self.shared, limit);
        if seat.is_none() {
            self.host.counters.dropped();
            tracing::warn!(limit, "too many connections; one was dropped");
        }
        seat
    }

    /// Serves one connection on a place that was taken for it.
    pub(crate) async fn serve_on(&self, seat: Seat, transport: BoxTransport) {
        let host = Arc::clone(&self.host);
        let conn = ConnKey(self.shared.next_conn.fetch_add(1, Ordering::Relaxed));
        host.counters.served();
        let leaving = Leaving {
            host: Arc::clone(&host),
            conn,
            armed: true,
        };
        connection::serve(host, conn, transport).await;
        leaving.done();
        drop(seat);
    }
}

/// What all clones of a runtime share, beside what its connections do.
#[derive(Debug)]
pub(super) struct Shared {
    next_conn: AtomicU64,
    pub(super) connections: AtomicUsize,
    pub(super) idle: Notify,
    /// Set when the drain begins, before the dispatcher hears of it.
    pub(super) draining: AtomicBool,
    pub(super) drained: watch::Receiver<bool>,
    /// Cancelled when the runtime begins to stop.
    pub(super) leaving: CancellationToken,
    pub(super) listeners: TaskTracker,
    pub(super) dispatch: tokio::sync::Mutex<Dispatched>,
}

/// The dispatcher's task, or how it ended.
#[derive(Debug)]
pub(super) enum Dispatched {
    Running(JoinHandle<Result<(), StoreError>>),
    Ended(Result<(), StoreError>),
}

impl Shared {
    /// Runs the dispatcher on a task of its own.
    pub(super) fn running(
        drained: watch::Receiver<bool>,
        dispatch: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    ) -> Self {
        let leaving = CancellationToken::new();
        let over = leaving.clone().drop_guard();
        let task = tokio::spawn(async move {
            // However it ends, nobody else is let in.
            let _over = over;
            dispatch.await
        });
        Self {
            next_conn: AtomicU64::new(1),
            connections: AtomicUsize::new(0),
            idle: Notify::new(),
            draining: AtomicBool::new(false),
            drained,
            leaving,
            listeners: TaskTracker::new(),
            dispatch: tokio::sync::Mutex::new(Dispatched::Running(task)),
        }
    }
}

/// A place among the connections.
#[derive(Debug)]
pub(crate) struct Seat(Arc<Shared>);

impl Seat {
    fn take(shared: &Arc<Shared>, limit: usize) -> Option<Self> {
        let seat = Self(Arc::clone(shared));
        (shared.connections.fetch_add(1, Ordering::AcqRel) < limit).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::AcqRel);
        self.0.idle.notify_waiters();
    }
}

/// Tells the core that a connection is gone, also when its task is dropped in the middle.
struct Leaving {
    host: Arc<Host>,
    conn: ConnKey,
    armed: bool,
}

impl Leaving {
    fn done(mut self) {
        self.armed = false;
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if self.armed
            && let Ok(handle) = Handle::try_current()
        {
            let (host, conn) = (Arc::clone(&self.host), self.conn);
            handle.spawn(async move {
                // A runtime that has stopped has forgotten the connection.
                let _ = host.inbox.call(Call::Tell(Input::Detached(conn))).await;
            });
        }
    }
}
