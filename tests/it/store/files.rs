//! The SQLite file: who may open it, what is refused, and what closing leaves behind.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arcp_runtime::store::{Durability, SqliteStore, Store, StoreError};

use super::{ALL, accepted, appended, opened, received, session};

fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, Durability::Process)
}

/// Why the store did not open.
fn refusal(path: &Path) -> String {
    match open(path) {
        Err(StoreError::Failed(why)) => why,
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[test]
fn a_store_is_open_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    let store = open(&path).unwrap();
    let detour = folder.path().join(".").join("arcp.db");
    for path in [&path, &detour] {
        let second = open(path);
        assert!(
            matches!(second, Err(StoreError::InUse { .. })),
            "{second:?}"
        );
    }
    drop(store);
    open(&path).unwrap();
}

#[test]
#[cfg(unix)]
fn a_link_to_a_store_is_the_same_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    let link = folder.path().join("link.db");
    let _store = open(&path).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let second = open(&link);
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
}

#[tokio::test]
async fn closing_finishes_and_releases() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    let store = open(&path).unwrap();
    store
        .commit(Arc::from([
            opened(1),
            accepted(1, 1),
            appended(1, 1, &[(1, 1)]),
        ]))
        .await
        .unwrap();
    store.close().await.unwrap();
    store.close().await.unwrap();
    for answer in [
        store.commit(Arc::from([opened(2)])).await.err(),
        store.replay(session(1), 0, ALL).await.err(),
    ] {
        assert!(matches!(answer, Some(StoreError::Failed(_))), "{answer:?}");
    }
    assert!(
        !folder.path().join("arcp.db-wal").exists(),
        "one tidy file is left"
    );
    let again = open(&path).unwrap();
    let found = again.replay(session(1), 0, ALL).await.unwrap();
    assert_eq!(found, [received(1, 1, 1)]);
}

#[tokio::test]
async fn a_commit_nobody_waits_for_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    let store = open(&path).unwrap();
    let mut commit = store.commit(Arc::from([opened(1)]));
    let waker = std::task::Waker::noop();
    let mut context = std::task::Context::from_waker(waker);
    // One poll hands the batch over; whether it is answered already does not matter.
    let _ = commit.as_mut().poll(&mut context);
    drop(commit);
    drop(store);
    let found = open(&path).unwrap().recover().await.unwrap();
    assert_eq!(found.sessions.len(), 1);
}

#[test]
#[cfg(unix)]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("arcp.db");
    let _store = open(&path).unwrap();
    for name in ["arcp.db", "arcp.db-wal", "arcp.db.lock"] {
        let mode = fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

#[test]
fn what_is_no_store_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("arcp.db");
    assert!(
        refusal(&missing).contains("create it"),
        "{}",
        refusal(&missing)
    );
    assert!(refusal(folder.path()).contains("is a folder"));
    let text = folder.path().join("notes.txt");
    fs::write(
        &text,
        "this is not a database, but a text of some length. ".repeat(50),
    )
    .unwrap();
    let before = fs::read(&text).unwrap();
    assert!(
        refusal(&text).contains("choose another file"),
        "{}",
        refusal(&text)
    );
    assert_eq!(
        fs::read(&text).unwrap(),
        before,
        "a foreign file is left alone"
    );
    let below_a_file = text.join("arcp.db");
    assert!(refusal(&below_a_file).contains("choose another file"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_takes_no_files_is_named() {
    // Nobody can create files here, the superuser included.
    let why = refusal(Path::new("/proc/arcp.db"));
    assert!(why.contains("allow this user to write"), "{why}");
}
