//! The file a store lives in: that it can be there, that it is ours alone, and what an error with it means. Reads none of its tables.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::store::StoreError;

/// How long a connection waits for the other one, which holds the file for moments only.
const BUSY: Duration = Duration::from_secs(10);
/// Prepared statements a connection keeps; all there are.
const STATEMENTS: usize = 64;

/// A claimed file. The claim ends when this is dropped or the process ends, in whatever way.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// Held for its lock alone. It is a file of its own because SQLite's locks on the database are lost when any other handle on it is closed.
    _lock: File,
}

impl Place {
    /// Makes `path` absolute, so that every way to write it means one lock, and takes the lock.
    pub(super) fn claim(path: &Path) -> Result<Self, StoreError> {
        let path = resolve(path)?;
        let mut lock_path = path.clone().into_os_string();
        lock_path.push(".lock");
        let lock = owner_only()
            .open(&lock_path)
            .map_err(|e| denied(Path::new(&lock_path), &e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse {
                    place: path.display().to_string(),
                });
            }
            Err(TryLockError::Error(e)) => {
                return Err(StoreError::Failed(format!(
                    "{} cannot be locked ({e}); choose a file system with file locks",
                    Path::new(&lock_path).display()
                )));
            }
        }
        // Created here and not by SQLite, so that only its owner can read it; SQLite gives its side files the same rights.
        let created = owner_only().open(&path).map_err(|e| denied(&path, &e))?;
        drop(created);
        Ok(Self { path, _lock: lock })
    }

    /// A connection to the file, without settings.
    pub(super) fn connect(&self) -> Result<Connection, StoreError> {
        self.connect_with(OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// A connection that can change nothing.
    pub(super) fn connect_to_read(&self) -> Result<Connection, StoreError> {
        self.connect_with(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn connect_with(&self, flags: OpenFlags) -> Result<Connection, StoreError> {
        let open = || {
            let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&self.path, flags)?;
            connection.busy_timeout(BUSY)?;
            connection.set_prepared_statement_cache_capacity(STATEMENTS);
            Ok(connection)
        };
        open().map_err(|e| failed(&self.to_string(), &e))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

/// What an error of SQLite means for whoever runs the store.
pub(super) fn failed(place: &str, error: &rusqlite::Error) -> StoreError {
    let cure = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "; free some space on its disk",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "; allow this user to write the file and its folder"
        }
        Some(ErrorCode::NotADatabase) => "; choose another file",
        Some(ErrorCode::DatabaseCorrupt) => "; it is damaged: restore it from a copy",
        Some(ErrorCode::SystemIoFailure) => "; look at its disk and its free space",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "; another program holds the file"
        }
        _ => "",
    };
    StoreError::Failed(format!("{place}: {error}{cure}"))
}

fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    if path.is_dir() {
        return Err(StoreError::Failed(format!(
            "{} is a folder; name a file in it",
            path.display()
        )));
    }
    if let Ok(existing) = fs::canonicalize(path) {
        return Ok(existing);
    }
    let Some(name) = path.file_name() else {
        return Err(StoreError::Failed(format!(
            "{} names no file",
            path.display()
        )));
    };
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let folder = fs::canonicalize(folder).map_err(|e| {
        StoreError::Failed(format!(
            "the folder {} cannot be used ({e}); create it or choose another file",
            folder.display()
        ))
    })?;
    if !folder.is_dir() {
        return Err(StoreError::Failed(format!(
            "{} is not a folder; choose another file",
            folder.display()
        )));
    }
    Ok(folder.join(name))
}

fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn denied(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Failed(format!(
        "{} cannot be opened for writing ({error}); allow this user to write the file and its folder",
        path.display()
    ))
}
