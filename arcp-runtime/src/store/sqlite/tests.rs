//! What only the file shows: that nothing is left of what was released, and what is refused. The contract itself is tested from outside.

use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::Connection;

use super::place::Place;
use super::writer::Writer;
use super::{Durability, SqliteStore, schema};
use crate::id::{CredentialKey, JobKey, SessionKey, Ulid};
use crate::store::{Entry, EntryKind, JobRow, Record, SessionRow, Status, StoreError};

/// A writer without its thread, so that a test says when the sweep goes on.
struct Bench {
    place: Place,
    folder: tempfile::TempDir,
    writer: Writer,
}

impl Bench {
    fn new(durability: Durability) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::claim(&folder.path().join("arcp.db")).unwrap();
        let connection = place.connect().unwrap();
        schema::prepare(&connection, durability, "test").unwrap();
        let writer = Writer::new(connection, durability, "test".to_owned()).unwrap();
        Self {
            place,
            folder,
            writer,
        }
    }

    /// Another writer on the same file, as after a restart.
    fn restart(&mut self) {
        let connection = self.place.connect().unwrap();
        self.writer = Writer::new(connection, Durability::Process, "test".to_owned()).unwrap();
    }

    fn commit(&mut self, batch: &[Record]) {
        self.writer.commit(batch).unwrap();
    }

    /// Sweeps to the end, and says how many steps that took.
    fn sweep(&mut self, rows: u64) -> usize {
        let mut steps = 0;
        while !self.writer.is_swept() {
            self.writer.sweep(rows);
            steps += 1;
            assert!(steps < 100_000, "the sweep does not end");
        }
        steps
    }

    fn rows(&self, table: &str) -> i64 {
        count(&self.folder.path().join("arcp.db"), table)
    }
}

fn count(path: &Path, table: &str) -> i64 {
    Connection::open(path)
        .unwrap()
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
        .unwrap()
}

const TABLES: [&str; 6] = [
    "sessions",
    "jobs",
    "entries",
    "blocks",
    "spans",
    "subscriptions",
];

fn session(n: u128) -> SessionKey {
    SessionKey(Ulid(n))
}

fn job(n: u128) -> JobKey {
    JobKey(Ulid(n))
}

fn opened(n: u128) -> Record {
    Record::SessionOpened(SessionRow {
        session: session(n),
        principal: "ada".to_owned(),
        token_hash: [0xa5; 32],
        features: Vec::new(),
        opened_at: Timestamp::UNIX_EPOCH,
    })
}

fn accepted(n: u128) -> Record {
    Record::JobAccepted(Box::new(JobRow {
        job: job(n),
        owner: session(1),
        principal: "ada".to_owned(),
        agent: "echo@1.0.0".to_owned(),
        status: Status::Running,
        accepted_at: Timestamp::UNIX_EPOCH,
        trace_id: "0".repeat(32),
        parent: None,
        accepted: Bytes::from_static(b"{}"),
        idempotency: None,
    }))
}

fn appended(n: u128, seq: u64, to: &[(u128, u64)]) -> Record {
    Record::Appended {
        job: job(n),
        entry: Entry {
            seq,
            kind: EntryKind::Event,
            owner_seq: seq,
            payload: Bytes::from(vec![b'p'; 200]),
        },
        deliveries: to.iter().map(|&(n, seq)| (session(n), seq)).collect(),
    }
}

fn trimmed(n: u128, through: u64) -> Record {
    let session = session(n);
    Record::SessionTrimmed { session, through }
}

/// Two sessions follow two jobs that take turns, `count` entries each.
fn two_by_two(bench: &mut Bench, count: u64) {
    bench.commit(&[opened(1), opened(2), accepted(1), accepted(2)]);
    for seq in 1..=count {
        let (first, second) = (2 * seq - 1, 2 * seq);
        bench.commit(&[
            appended(1, seq, &[(1, first), (2, first)]),
            appended(2, seq, &[(1, second), (2, second)]),
        ]);
    }
}

#[test]
fn nothing_is_left_of_what_was_released() {
    // The last step of each order makes the rest unneeded, and each kind of record comes last once.
    let gone = |n| Record::SessionGone {
        session: session(n),
    };
    let forgotten = |n| Record::JobForgotten { job: job(n) };
    let follow = |n| Record::Subscribed {
        session: session(n),
        job: job(1),
    };
    let orders = [
        vec![gone(1), gone(2), forgotten(1), forgotten(2)],
        vec![forgotten(1), forgotten(2), gone(1), gone(2)],
        vec![forgotten(2), gone(2), gone(1), forgotten(1)],
        vec![
            trimmed(1, 400),
            trimmed(2, 400),
            forgotten(1),
            forgotten(2),
            gone(2),
            gone(1),
        ],
    ];
    for order in orders {
        for rows in [1, 7, 10_000] {
            let mut bench = Bench::new(Durability::Process);
            two_by_two(&mut bench, 60);
            bench.commit(&[follow(1), follow(2)]);
            for record in &order {
                bench.commit(std::slice::from_ref(record));
                bench.sweep(rows);
            }
            for table in TABLES {
                assert_eq!(bench.rows(table), 0, "{table} after {order:?} by {rows}");
            }
        }
    }
}

#[test]
fn what_one_session_still_holds_is_left() {
    let mut bench = Bench::new(Durability::Process);
    two_by_two(&mut bench, 60);
    bench.commit(&[
        Record::JobForgotten { job: job(1) },
        Record::JobTrimmed {
            job: job(2),
            through: 50,
        },
        trimmed(1, 120),
    ]);
    bench.sweep(11);
    assert_eq!(bench.rows("entries"), 120, "session 2 holds them all");
    bench.commit(&[trimmed(2, 120)]);
    bench.sweep(11);
    assert_eq!(bench.rows("entries"), 10, "history of job 2 reaches ten");
    assert_eq!((bench.rows("blocks"), bench.rows("spans")), (0, 0));
    assert_eq!((bench.rows("sessions"), bench.rows("jobs")), (2, 1));
}

#[test]
fn entries_between_the_delivered_ones_go() {
    let mut bench = Bench::new(Durability::Process);
    bench.commit(&[opened(1), accepted(1)]);
    let mut batch: Vec<_> = (1..=3000).map(|seq| appended(1, seq, &[])).collect();
    batch.push(Record::Delivered {
        session: session(1),
        job: job(1),
        first_event_seq: 1,
        entries: (1500..1600).collect(),
    });
    batch.push(Record::JobTrimmed {
        job: job(1),
        through: 2500,
    });
    bench.commit(&batch);
    bench.sweep(64);
    assert_eq!(bench.rows("entries"), 500 + 100);
}

#[test]
fn the_sweep_goes_on_after_a_restart() {
    let mut bench = Bench::new(Durability::Power);
    two_by_two(&mut bench, 60);
    bench.commit(&[
        Record::JobForgotten { job: job(1) },
        Record::SessionGone {
            session: session(1),
        },
        trimmed(2, 120),
    ]);
    bench.writer.sweep(5);
    assert!(!bench.writer.is_swept());
    bench.restart();
    assert!(bench.sweep(5) > 1, "in steps");
    assert_eq!((bench.rows("entries"), bench.rows("blocks")), (60, 0));
    assert_eq!((bench.rows("jobs"), bench.rows("sessions")), (1, 1));
}

#[test]
fn many_deliveries_are_few_rows() {
    let mut bench = Bench::new(Durability::Process);
    bench.commit(&[opened(1), opened(2), accepted(1), accepted(2)]);
    for first in (1..=1000).step_by(10) {
        let batch: Vec<_> = (first..first + 10)
            .map(|seq| appended(1, seq, &[(1, seq)]))
            .collect();
        bench.commit(&batch);
    }
    assert_eq!((bench.rows("blocks"), bench.rows("spans")), (1, 1));
    let in_turn: Vec<_> = (1..=400)
        .flat_map(|n| {
            let (odd, even) = (2 * n - 1, 2 * n);
            [
                appended(1, 1000 + n, &[(2, odd)]),
                appended(2, n, &[(2, even)]),
            ]
        })
        .collect();
    bench.commit(&in_turn);
    assert_eq!((bench.rows("blocks"), bench.rows("spans")), (2, 3));
}

#[test]
fn a_file_that_another_program_holds_is_told_at_the_start() {
    let bench = Bench::new(Durability::Process);
    let other = Connection::open(bench.folder.path().join("arcp.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let connection = bench.place.connect().unwrap();
    connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    let refused = schema::prepare(&connection, Durability::Process, "test").unwrap_err();
    let told = refused.to_string();
    assert!(told.contains("another program holds the file"), "{told}");
    other.execute_batch("COMMIT").unwrap();
    schema::prepare(&connection, Durability::Process, "test").unwrap();
}

#[test]
fn a_full_disk_takes_the_whole_batch_back() {
    let mut bench = Bench::new(Durability::Process);
    bench.commit(&[opened(1), accepted(1), appended(1, 1, &[(1, 1)])]);
    let pages = |most: u32| format!("PRAGMA max_page_count = {most}");
    bench.writer.execute(&pages(40));
    let next = |count: u64| -> Vec<_> {
        (2..2 + count)
            .map(|seq| appended(1, seq, &[(1, seq)]))
            .collect()
    };
    let failure = bench.writer.commit(&next(5000)).unwrap_err();
    assert!(failure.to_string().contains("free some space"), "{failure}");
    assert_eq!((bench.rows("entries"), bench.rows("blocks")), (1, 1));
    // What fits is still taken, and goes on where the last good batch ended.
    bench.commit(&next(3));
    assert_eq!(bench.rows("entries"), 4);
    bench.writer.execute(&pages(1_000_000));
    let more: Vec<_> = (5..=2000)
        .map(|seq| appended(1, seq, &[(1, seq)]))
        .collect();
    bench.commit(&more);
    assert_eq!(bench.rows("entries"), 2000);
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    drop(SqliteStore::open(&path, Durability::Process).unwrap());
    let change = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    change("PRAGMA user_version = 7");
    match SqliteStore::open(&path, Durability::Process) {
        Err(StoreError::Newer { found, known, .. }) => assert_eq!((found, known), (7, 3)),
        other => panic!("{other:?}"),
    }
    change("PRAGMA user_version = 3");
    SqliteStore::open(&path, Durability::Process).unwrap();
}

#[test]
fn an_older_file_gets_what_it_lacks() {
    let mut bench = Bench::new(Durability::Process);
    bench.commit(&[opened(1), accepted(1)]);
    Connection::open(bench.folder.path().join("arcp.db"))
        .unwrap()
        .execute_batch("DROP TABLE credentials; ALTER TABLE sessions DROP COLUMN left_at; PRAGMA user_version = 1")
        .unwrap();
    let connection = bench.place.connect().unwrap();
    schema::prepare(&connection, Durability::Process, "test").unwrap();
    bench.restart();
    bench.commit(&[
        Record::CredentialOwed {
            handle: CredentialKey(Ulid(1)),
            source: "a".to_owned(),
            job: job(1),
        },
        Record::SessionLeft {
            session: session(1),
            at: Timestamp::UNIX_EPOCH,
        },
    ]);
    assert_eq!((bench.rows("jobs"), bench.rows("credentials")), (1, 1));
    let found = super::recover::recover(&bench.place.connect().unwrap()).unwrap();
    assert_eq!(found.sessions[0].left_at, Some(Timestamp::UNIX_EPOCH));
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, sql) in [
        ("plain.db", "CREATE TABLE notes (text TEXT)"),
        (
            "marked.db",
            "PRAGMA application_id = 1; PRAGMA user_version = 1",
        ),
        ("numbered.db", "PRAGMA user_version = 1"),
    ] {
        let path = folder.path().join(name);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let answer = SqliteStore::open(&path, Durability::Process);
        match answer {
            Err(StoreError::Failed(why)) => assert!(why.contains("another program"), "{why}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    drop(SqliteStore::open(&path, Durability::Process).unwrap());
    let sql =
        "INSERT INTO jobs (key, owner, principal, agent, status, accepted_at, trace_id, accepted)
        VALUES (zeroblob(16), zeroblob(16), '', '', 9, '1970-01-01T00:00:00Z', '', x'')";
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    match SqliteStore::open(&path, Durability::Process) {
        Err(StoreError::Failed(why)) => assert!(why.contains("status"), "{why}"),
        other => panic!("{other:?}"),
    }
}
