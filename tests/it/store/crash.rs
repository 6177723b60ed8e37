//! What is left when the process is killed in the middle of commits, and when the disk takes no more.
//!
//! The tests start themselves again as a child: the variable says that this process is the child, and where its store is.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use arcp_runtime::store::{Durability, Record, SqliteStore, Store, StoreError};

use super::{ALL, Fixture, accepted, appended, entry, job, opened, received, session};

const CHILD: &str = "ARCP_TEST_STORE";
const BATCH: u64 = 20;
/// A child whose parent has gone ends some time.
const MOST_BATCHES: u64 = 50_000;

/// A batch of a job's entries; the session keeps the latest batches only, so that rows are deleted all the time.
fn batch(number: u64) -> Vec<Record> {
    let first = number * BATCH + 1;
    let mut records: Vec<_> = (first..first + BATCH)
        .map(|n| appended(1, n, &[(1, n)]))
        .collect();
    let through = first.saturating_sub(5 * BATCH + 3);
    records.push(Record::SessionTrimmed {
        session: session(1),
        through,
    });
    records.push(Record::JobTrimmed {
        job: job(1),
        through,
    });
    records
}

/// Commits from where the file ends, and says after each commit how many batches there are; ends with the first error.
fn commit_on(path: &Path) -> StoreError {
    let store = SqliteStore::open(path, Durability::Process).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let found = store.recover().await.unwrap();
        let batches = found.jobs.first().map_or(0, |job| job.last_seq / BATCH);
        if found.jobs.is_empty() {
            let first = Arc::from([opened(1), accepted(1, 1)]);
            store.commit(first).await.unwrap();
        }
        for number in batches..MOST_BATCHES {
            if let Err(failure) = store.commit(batch(number).into()).await {
                return failure;
            }
            // Not by `println`, which a test harness may keep back.
            let mut output = std::io::stdout().lock();
            writeln!(output, "committed {}", number + 1).unwrap();
            output.flush().unwrap();
        }
        panic!("nobody has ended this process");
    })
}

fn committed(line: &str) -> Option<u64> {
    line.trim().rsplit_once("committed ")?.1.parse().ok()
}

fn child(test: &str, path: &Path, limit: &str) -> Child {
    // Without the signal, writing beyond the limit is an error like a full disk.
    let script = format!("trap '' XFSZ; {limit} exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &script])
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Everything there must be after `acknowledged` batches, and at most one batch more.
async fn verify(path: &Path, acknowledged: u64) -> u64 {
    let store = SqliteStore::open(path, Durability::Process).unwrap();
    let found = store.recover().await.unwrap();
    let last = found.jobs[0].last_seq;
    assert_eq!(last % BATCH, 0, "batches are whole");
    assert!((acknowledged..=acknowledged + 1).contains(&(last / BATCH)));
    assert_eq!(found.sessions[0].last_event_seq, last);
    let trimmed = (last + 1).saturating_sub(BATCH + 5 * BATCH + 3);
    assert_eq!(found.sessions[0].trimmed_through, trimmed);
    assert_eq!(found.jobs[0].trimmed_through, trimmed);
    let deliveries = store.replay(session(1), 0, ALL).await.unwrap();
    let expected: Vec<_> = (trimmed + 1..=last).map(|n| received(n, 1, n)).collect();
    assert!(deliveries == expected);
    let log = store.history(job(1), 0, ALL).await.unwrap();
    assert!(
        log.into_iter()
            .eq((trimmed + 1..=last).map(|n| entry(1, n)))
    );
    last / BATCH
}

#[test]
#[cfg(unix)]
fn acknowledged_batches_survive_a_kill() {
    if let Some(path) = env::var_os(CHILD) {
        panic!("{}", commit_on(Path::new(&path)));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut batches = 0;
    for round in 1..=4 {
        let name = "store::crash::acknowledged_batches_survive_a_kill";
        let mut child = child(name, &path, "");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = batches;
        // Killed at another moment each time; what it said before it died counts as well.
        while acknowledged < batches + 30 * round {
            let line = lines.next().expect("the child goes on").unwrap();
            acknowledged = committed(&line).unwrap_or(acknowledged);
        }
        let second = SqliteStore::open(&path, Durability::Process);
        assert!(
            matches!(second, Err(StoreError::InUse { .. })),
            "{second:?}"
        );
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            acknowledged = committed(&line.unwrap()).unwrap_or(acknowledged);
        }
        batches = runtime.block_on(verify(&path, acknowledged));
    }
}

#[test]
#[cfg(unix)]
fn a_disk_that_takes_no_more_is_an_error_and_no_loss() {
    if let Some(path) = env::var_os(CHILD) {
        let failure = commit_on(Path::new(&path));
        assert!(matches!(failure, StoreError::Failed(_)), "{failure:?}");
        println!("failed as it should");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    let name = "store::crash::a_disk_that_takes_no_more_is_an_error_and_no_loss";
    let mut child = child(name, &path, "ulimit -f 3000;");
    let mut acknowledged = 0;
    let mut failed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        failed |= line.contains("failed as it should");
        acknowledged = committed(&line).unwrap_or(acknowledged);
    }
    assert!(child.wait().unwrap().success() && failed);
    assert!(acknowledged > 0);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let batches = verify(&path, acknowledged).await;
        assert_eq!(batches, acknowledged, "a batch that failed is not there");
        let store = SqliteStore::open(&path, Durability::Process).unwrap();
        store.commit(batch(batches).into()).await.unwrap();
    });
}

#[tokio::test]
async fn a_store_goes_on_after_a_failed_commit() {
    let fixture = Fixture::sqlite();
    fixture.commit(vec![opened(1), accepted(1, 1)]).await;
    // A job number that the file knows as forgotten: the ledger has no such job, the file's index has.
    fixture
        .commit(vec![
            appended(1, 1, &[(1, 1)]),
            Record::JobForgotten { job: job(1) },
        ])
        .await;
    let failure = fixture
        .store()
        .commit(Arc::from([accepted(2, 1), accepted(1, 1)]))
        .await;
    assert!(matches!(failure, Err(StoreError::Failed(_))), "{failure:?}");
    fixture
        .commit(vec![accepted(2, 1), appended(2, 1, &[(1, 2)])])
        .await;
    let found = fixture.replay(1, 0, ALL).await;
    assert_eq!(found, [received(1, 1, 1), received(2, 2, 1)]);
}
