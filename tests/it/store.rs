//! The contract that every store keeps, called once for each, and what the one on disk adds to it. Says nothing about speed.

use std::path::PathBuf;

use arcp_runtime::id::{JobKey, SessionKey, Ulid};
use arcp_runtime::store::{
    Delivered, Durability, Entry, EntryKind, JobRow, MemoryStore, PageLimit, Record, SessionRow,
    SqliteStore, Status, Store,
};
use bytes::Bytes;
use jiff::Timestamp;
use tempfile::TempDir;

mod contract;
mod crash;
// A store that somebody else might write has to keep the contract as well.
#[allow(dead_code, unreachable_pub)]
#[path = "../../arcp-runtime/examples/custom_store.rs"]
mod custom_store;
mod faulty;
mod files;
mod model;
mod properties;

pub(crate) use faulty::{BreakingStore, SlowStore};

/// Everything there is, in one page.
const ALL: PageLimit = PageLimit {
    entries: usize::MAX,
    bytes: usize::MAX,
};

/// A store under test, and where it is kept if it outlives its opening.
struct Fixture {
    store: Option<Box<dyn Store>>,
    file: Option<(TempDir, PathBuf, Durability)>,
}

impl Fixture {
    fn memory() -> Self {
        Self {
            store: Some(Box::new(MemoryStore::new())),
            file: None,
        }
    }

    fn audited() -> Self {
        Self {
            store: Some(Box::new(custom_store::Audited {
                inner: MemoryStore::new(),
                audit: std::sync::mpsc::channel().0,
            })),
            file: None,
        }
    }

    fn sqlite() -> Self {
        Self::sqlite_with(Durability::Process)
    }

    fn sqlite_with_power() -> Self {
        Self::sqlite_with(Durability::Power)
    }

    fn sqlite_with(durability: Durability) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("arcp.db");
        let mut fixture = Self {
            store: None,
            file: Some((folder, path, durability)),
        };
        fixture.reopen();
        fixture
    }

    fn store(&self) -> &dyn Store {
        self.store.as_deref().unwrap()
    }

    /// Closes the store and opens what it kept. A store that keeps nothing goes on as it is.
    fn reopen(&mut self) {
        if let Some((_, path, durability)) = &self.file {
            self.store = None;
            self.store = Some(Box::new(SqliteStore::open(path, *durability).unwrap()));
        }
    }

    async fn commit(&self, batch: Vec<Record>) {
        self.store().commit(batch.into()).await.unwrap();
    }

    async fn replay(&self, of: u64, after: u64, limit: PageLimit) -> Vec<Delivered> {
        self.store()
            .replay(session(of), after, limit)
            .await
            .unwrap()
    }

    async fn history(&self, of: u64, after: u64, limit: PageLimit) -> Vec<Entry> {
        self.store().history(job(of), after, limit).await.unwrap()
    }
}

fn session(n: u64) -> SessionKey {
    SessionKey(Ulid(u128::from(n) << 64 | 1))
}

fn job(n: u64) -> JobKey {
    JobKey(Ulid(u128::from(n) << 64 | 2))
}

fn at(second: u64) -> Timestamp {
    // A fraction, because a store must not round.
    Timestamp::new(1_700_000_000 + i64::try_from(second).unwrap(), 123_456_789).unwrap()
}

fn session_row(n: u64) -> SessionRow {
    SessionRow {
        session: session(n),
        principal: format!("principal {n}"),
        token_hash: [u8::try_from(n % 251).unwrap(); 32],
        features: (0..n % 3).map(|at| format!("feature \"{at}\"")).collect(),
        opened_at: at(n),
    }
}

fn job_row(n: u64, owner: u64) -> JobRow {
    JobRow {
        job: job(n),
        owner: session(owner),
        principal: format!("principal {owner}"),
        agent: format!("agent-{n}@1.0.0"),
        status: Status::Pending,
        accepted_at: at(n),
        trace_id: format!("{n:032x}"),
        parent: (n % 2 == 1).then(|| job(n / 2)),
        accepted: Bytes::from(format!("{{\"n\":{n}}}")),
        idempotency: (n % 3 == 1).then(|| arcp_runtime::store::Idempotency {
            key: format!("key {n}"),
            fingerprint: [u8::try_from(n % 251).unwrap(); 32],
        }),
    }
}

fn opened(n: u64) -> Record {
    Record::SessionOpened(session_row(n))
}

fn left(session: SessionKey, second: u64) -> Record {
    let at = Timestamp::from_second(second.cast_signed()).unwrap();
    Record::SessionLeft { session, at }
}

fn accepted(n: u64, owner: u64) -> Record {
    Record::JobAccepted(Box::new(job_row(n, owner)))
}

/// An entry whose payload tells where it belongs, of any length from some dozen bytes on.
fn entry(of: u64, seq: u64) -> Entry {
    let kinds = [
        EntryKind::Event,
        EntryKind::Progress,
        EntryKind::ResultChunk,
        EntryKind::Result,
        EntryKind::Error,
        EntryKind::Credential,
        EntryKind::Budget,
        EntryKind::Streamed,
    ];
    let padding = "x".repeat(usize::try_from(seq * 37 % 300).unwrap());
    Entry {
        seq,
        kind: kinds[usize::try_from(seq % 8).unwrap()],
        owner_seq: seq + 100,
        payload: Bytes::from(format!(
            "{{\"job\":{of},\"seq\":{seq},\"pad\":\"{padding}\"}}"
        )),
    }
}

/// The entry, received by sessions under the given numbers.
fn appended(of: u64, seq: u64, to: &[(u64, u64)]) -> Record {
    Record::Appended {
        job: job(of),
        entry: entry(of, seq),
        deliveries: to.iter().map(|&(n, number)| (session(n), number)).collect(),
    }
}

/// What a session received when `entry(of, seq)` was sent to it under `event_seq`.
fn received(event_seq: u64, of: u64, seq: u64) -> Delivered {
    let Entry { kind, payload, .. } = entry(of, seq);
    Delivered {
        event_seq,
        job: job(of),
        kind,
        payload,
    }
}
