//! How fast the stores commit and read: events of 250 bytes, a thousand to a batch. Asserts nothing about time.
//!
//! `cargo bench -p arcp-runtime --bench store`

use std::time::{Duration, Instant};

use arcp_runtime::id::{JobKey, SessionKey, Ulid};
use arcp_runtime::store::{
    Durability, Entry, EntryKind, JobRow, MemoryStore, PageLimit, Record, SessionRow, SqliteStore,
    Status, Store,
};
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use tokio::runtime::Runtime;

const BATCH: usize = 1000;
const PAYLOAD: &[u8] = &[b'x'; 250];
/// How many batches a session lags behind with its acknowledgements.
const KEPT: u64 = 100;

type Failure = Box<dyn std::error::Error>;

/// Makes batches as the core does: each event goes to every session, and old ones are released.
struct Load {
    jobs: Vec<(JobKey, u64)>,
    sessions: Vec<SessionKey>,
    event_seq: u64,
    batch_len: usize,
    trims: bool,
}

impl Load {
    fn new(jobs: u128, sessions: u128, batch_len: usize) -> Self {
        Self {
            jobs: (0..jobs).map(|n| (JobKey(Ulid(n)), 0)).collect(),
            sessions: (0..sessions).map(|n| SessionKey(Ulid(n))).collect(),
            event_seq: 0,
            batch_len,
            trims: true,
        }
    }

    fn open(&self) -> Vec<Record> {
        let sessions = self.sessions.iter().map(|&session| {
            Record::SessionOpened(SessionRow {
                session,
                principal: "ada".to_owned(),
                token_hash: [7; 32],
                features: Vec::new(),
                opened_at: Timestamp::UNIX_EPOCH,
            })
        });
        let jobs = self.jobs.iter().map(|&(job, _)| {
            Record::JobAccepted(Box::new(JobRow {
                job,
                owner: self.sessions[0],
                principal: "ada".to_owned(),
                agent: "echo@1.0.0".to_owned(),
                status: Status::Running,
                accepted_at: Timestamp::UNIX_EPOCH,
                trace_id: "0".repeat(32),
                parent: None,
                accepted: Bytes::from_static(b"{}"),
                idempotency: None,
            }))
        });
        sessions.chain(jobs).collect()
    }

    fn batch(&mut self) -> Vec<Record> {
        let mut batch = Vec::with_capacity(self.batch_len + 2);
        for _ in 0..self.batch_len {
            self.event_seq += 1;
            let turn = usize::try_from(self.event_seq).unwrap_or(0) % self.jobs.len();
            let (job, seq) = &mut self.jobs[turn];
            *seq += 1;
            batch.push(Record::Appended {
                job: *job,
                entry: Entry {
                    seq: *seq,
                    kind: EntryKind::Event,
                    owner_seq: self.event_seq,
                    payload: Bytes::from_static(PAYLOAD),
                },
                deliveries: self.sessions.iter().map(|&s| (s, self.event_seq)).collect(),
            });
        }
        if self.trims {
            self.release(&mut batch);
        }
        batch
    }

    fn release(&self, batch: &mut Vec<Record>) {
        let kept = KEPT * self.batch_len as u64;
        for &session in &self.sessions {
            batch.push(Record::SessionTrimmed {
                session,
                through: self.event_seq.saturating_sub(kept),
            });
        }
        for &(job, seq) in &self.jobs {
            batch.push(Record::JobTrimmed {
                job,
                through: seq.saturating_sub(kept / self.jobs.len() as u64),
            });
        }
    }
}

/// Time for `count` commits, the making of the batches not counted.
fn commits(
    runtime: &Runtime,
    store: &dyn Store,
    load: &mut Load,
    count: u64,
) -> Result<Duration, Failure> {
    let mut spent = Duration::ZERO;
    for _ in 0..count {
        let batch = load.batch();
        let started = Instant::now();
        runtime.block_on(store.commit(batch.into()))?;
        spent += started.elapsed();
    }
    Ok(spent)
}

fn read_all(runtime: &Runtime, store: &dyn Store, session: SessionKey) -> Result<u64, Failure> {
    let limit = PageLimit {
        entries: 1024,
        bytes: 1 << 20,
    };
    let mut last = 0;
    loop {
        let page = runtime.block_on(store.replay(session, last, limit))?;
        match page.last() {
            Some(delivered) => last = delivered.event_seq,
            None => return Ok(last),
        }
    }
}

fn sqlite(durability: Durability) -> Result<(tempfile::TempDir, SqliteStore), Failure> {
    // Beside the build and not in the system's folder for temporary files, which may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let store = SqliteStore::open(folder.path().join("bench.db"), durability)?;
    Ok((folder, store))
}

fn measure_commits(
    c: &mut Criterion,
    name: &str,
    store: &dyn Store,
    mut load: Load,
) -> Result<(), Failure> {
    let runtime = Runtime::new()?;
    runtime.block_on(store.commit(load.open().into()))?;
    let mut group = c.benchmark_group("commit");
    group.throughput(Throughput::Elements(load.batch_len as u64));
    group.sample_size(20);
    let mut failure = None;
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|count| {
            commits(&runtime, store, &mut load, count).unwrap_or_else(|e| {
                failure = Some(e);
                Duration::from_nanos(1)
            })
        });
    });
    group.finish();
    failure.map_or(Ok(()), Err)
}

fn measure_replay(
    c: &mut Criterion,
    name: &str,
    store: &dyn Store,
    mut load: Load,
) -> Result<(), Failure> {
    let runtime = Runtime::new()?;
    runtime.block_on(store.commit(load.open().into()))?;
    load.trims = false;
    commits(&runtime, store, &mut load, 100)?;
    let mut group = c.benchmark_group("replay");
    group.throughput(Throughput::Elements(load.event_seq));
    group.sample_size(10);
    let session = load.sessions[0];
    let mut failure = None;
    group.bench_function(name, |bencher| {
        bencher.iter(|| read_all(&runtime, store, session).map_err(|e| failure = Some(e)));
    });
    group.finish();
    failure.map_or(Ok(()), Err)
}

fn run(c: &mut Criterion) -> Result<(), Failure> {
    measure_commits(c, "memory", &MemoryStore::new(), Load::new(1, 1, BATCH))?;
    for (name, durability, load) in [
        (
            "sqlite process",
            Durability::Process,
            Load::new(1, 1, BATCH),
        ),
        ("sqlite power", Durability::Power, Load::new(1, 1, BATCH)),
        (
            "sqlite process, 10 jobs in turn",
            Durability::Process,
            Load::new(10, 1, BATCH),
        ),
        (
            "sqlite process, 3 sessions",
            Durability::Process,
            Load::new(1, 3, BATCH),
        ),
        (
            "sqlite process, batches of 10",
            Durability::Process,
            Load::new(1, 1, 10),
        ),
    ] {
        let (_folder, store) = sqlite(durability)?;
        measure_commits(c, name, &store, load)?;
    }
    measure_replay(c, "memory", &MemoryStore::new(), Load::new(1, 1, BATCH))?;
    for (name, jobs) in [("sqlite", 1), ("sqlite, 10 jobs in turn", 10)] {
        let (_folder, store) = sqlite(Durability::Process)?;
        measure_replay(c, name, &store, Load::new(jobs, 1, BATCH))?;
    }
    Ok(())
}

fn store(c: &mut Criterion) {
    if let Err(failure) = run(c) {
        #[expect(clippy::panic, reason = "a benchmark has nobody to answer to")]
        {
            panic!("{failure}");
        }
    }
}

criterion_group!(benches, store);
criterion_main!(benches);
