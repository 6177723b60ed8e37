//! The embedded store: one SQLite file, one writer thread, one reader thread. What is kept is the [`Store`] contract's; this file starts, asks and stops the threads.
//!
//! - `place`: the file, its lock and what can be wrong with them
//! - `schema`: tables, versions, settings
//! - `writer`, `apply`, `blocks`: a batch becomes one transaction
//! - `sweep`: rows that nothing refers to any more are deleted, a few at a time
//! - `read`, `recover`: the way back
//! - `convert`: keys and words as the file holds them

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot};

use super::{Delivered, Entry, PageLimit, Record, Recovered, Store, StoreError, StoreFuture};
use crate::id::{JobKey, SessionKey};
use crate::limits::{WAITING_COMMITS, WAITING_READS};

mod apply;
mod blocks;
mod convert;
mod place;
mod read;
mod recover;
mod schema;
mod sweep;
#[cfg(test)]
mod tests;
mod writer;

use place::Place;
use read::{Reader, Request};
use writer::{Command, Writer};

/// What a commit that was answered with `Ok` survives. A batch is whole or absent at either level, and the file is never damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of this process, however it ends (`synchronous = NORMAL`). A power cut or a crash of the operating system may lose the latest batches.
    #[default]
    Process,
    /// A power cut too (`synchronous = FULL`): each commit waits until the disk has it, some milliseconds.
    Power,
}

/// Keeps everything in one SQLite file (with `-wal`, `-shm` and `.lock` files next to it while it is open).
///
/// The file belongs to one store at a time. It holds hashes of resume tokens, never a token, and is created readable by its owner only.
/// Space of deleted rows is used again; the file itself does not shrink.
///
/// Dropping the store waits for what was handed over, which takes as long as one commit and the closing of the file; [`SqliteStore::close`] does the same without blocking the caller's thread.
#[derive(Debug)]
pub struct SqliteStore {
    place: String,
    channels: Mutex<Option<Channels>>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Clone, Debug)]
struct Channels {
    /// `None` when the file was opened to be read only.
    writer: Option<mpsc::Sender<Command>>,
    reader: mpsc::Sender<Request>,
}

impl SqliteStore {
    /// Opens the store at `path`, creates it if there is none, and brings it to the newest version of its tables.
    /// Reads and writes files on the calling thread.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another store, in this process or another, has the file open; [`StoreError::Newer`] when a newer version wrote it;
    /// [`StoreError::Failed`] when the folder is missing, access is denied, or the file is something else.
    pub fn open(path: impl AsRef<Path>, durability: Durability) -> Result<Self, StoreError> {
        let place = Place::claim(path.as_ref())?;
        let name = place.to_string();
        let connection = place.connect()?;
        schema::prepare(&connection, durability, &name)?;
        let reader = Reader::new(place.connect()?, name.clone())?;
        let writer = Writer::new(connection, durability, name.clone())?;

        let (to_writer, commands) = mpsc::channel(WAITING_COMMITS);
        let (to_reader, requests) = mpsc::channel(WAITING_READS);
        // The first thread is joined first: the writer's connection closes last and leaves one tidy file.
        let threads = vec![
            spawn("arcp-store-read", &name, move || reader.run(requests))?,
            // The lock is the writer thread's, so that it is released after the last write and not before.
            spawn("arcp-store-write", &name, move || {
                writer.run(commands, place);
            })?,
        ];
        Ok(Self {
            place: name,
            channels: Mutex::new(Some(Channels {
                writer: Some(to_writer),
                reader: to_reader,
            })),
            threads,
        })
    }

    /// Opens the store at `path` to look at it: nothing in it is changed, and a commit is refused. It has to be there, with the newest version of its tables.
    /// Reads files on the calling thread.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; [`StoreError::Failed`] also when there is no store in the file, or one of an older version.
    pub fn open_to_read(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if !path.exists() {
            return Err(StoreError::Failed(format!(
                "there is no file {}; check the path",
                path.display()
            )));
        }
        let place = Place::claim(path)?;
        let name = place.to_string();
        let connection = place.connect_to_read()?;
        schema::check(&connection, &name)?;
        let reader = Reader::new(connection, name.clone())?;
        let (to_reader, requests) = mpsc::channel(WAITING_READS);
        let thread = spawn("arcp-store-read", &name, move || {
            reader.run(requests);
            drop(place);
        })?;
        Ok(Self {
            place: name,
            channels: Mutex::new(Some(Channels {
                writer: None,
                reader: to_reader,
            })),
            threads: vec![thread],
        })
    }

    /// Finishes what was handed over, closes the file and releases it. Later calls fail; closing again does nothing.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when the file could not be closed in good order. What was committed is kept all the same.
    ///
    /// # Cancel safety
    /// The store is closed even if the future is dropped; only the moment of it stays unknown.
    pub async fn close(&self) -> Result<(), StoreError> {
        let Some(channels) = self.lock().take() else {
            return Ok(());
        };
        let (done, reader_closed) = oneshot::channel();
        let asked = channels.reader.send(Request::Close(done)).await;
        if asked.is_ok() {
            // An error means that the reader has ended, which is what was asked for.
            let _ = reader_closed.await;
        }
        let Some(writer) = channels.writer else {
            return Ok(());
        };
        let (done, writer_closed) = oneshot::channel();
        writer
            .send(Command::Close(done))
            .await
            .map_err(|_| self.stopped())?;
        writer_closed.await.map_err(|_| self.stopped())?
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Channels>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn channels(&self) -> Result<Channels, StoreError> {
        self.lock()
            .clone()
            .ok_or_else(|| StoreError::Failed(format!("{} is closed", self.place)))
    }

    fn stopped(&self) -> StoreError {
        StoreError::Failed(format!(
            "the thread of {} has stopped; open the store again",
            self.place
        ))
    }

    async fn read<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Request,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let reader = self.channels()?.reader;
        let sent = reader.send(request(answer)).await;
        sent.map_err(|_| self.stopped())?;
        answered.await.map_err(|_| self.stopped())?
    }
}

impl Store for SqliteStore {
    fn is_durable(&self) -> bool {
        true
    }

    fn commit(&self, batch: Arc<[Record]>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let writer = self.channels()?.writer.ok_or_else(|| {
                StoreError::Failed(format!("{} was opened to be read only", self.place))
            })?;
            let sent = writer.send(Command::Commit(batch, answer)).await;
            sent.map_err(|_| self.stopped())?;
            answered.await.map_err(|_| self.stopped())?
        })
    }

    fn recover(&self) -> StoreFuture<'_, Recovered> {
        Box::pin(self.read(Request::Recover))
    }

    fn replay(
        &self,
        session: SessionKey,
        after: u64,
        limit: PageLimit,
    ) -> StoreFuture<'_, Vec<Delivered>> {
        Box::pin(self.read(move |answer| Request::Replay {
            session,
            after,
            limit,
            answer,
        }))
    }

    fn history(&self, job: JobKey, after: u64, limit: PageLimit) -> StoreFuture<'_, Vec<Entry>> {
        Box::pin(self.read(move |answer| Request::History {
            job,
            after,
            limit,
            answer,
        }))
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // Both threads end when nobody can ask them any more.
        self.lock().take();
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to flush; its transaction was rolled back.
            let _ = thread.join();
        }
    }
}

fn spawn(
    name: &str,
    place: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|e| StoreError::Failed(format!("no thread for {place}: {e}")))
}
