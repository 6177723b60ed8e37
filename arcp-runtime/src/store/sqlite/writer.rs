//! The writer thread: one transaction for each batch, and the sweep when there is nothing else to do. Knows no SQL of its own.

use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::Durability;
use super::apply::Book;
use super::place::{Place, failed};
use super::schema::synchronous;
use super::sweep::Sweep;
use crate::store::{Record, StoreError};

/// Rows the sweep looks at in one go: a commit that comes meanwhile waits a millisecond or so.
const SWEPT_AT_ONCE: u64 = 512;

type Answer = oneshot::Sender<Result<(), StoreError>>;

/// What the writer is told.
#[derive(Debug)]
pub(super) enum Command {
    Commit(Arc<[Record]>, Answer),
    /// Close the file and release it, then answer.
    Close(Answer),
}

/// The writer's end of the store.
#[derive(Debug)]
pub(super) struct Writer {
    connection: Connection,
    durability: Durability,
    place: String,
    /// Gone after a failed transaction, because it had run ahead of the file.
    book: Option<Book>,
    sweep: Sweep,
    /// The sweep has failed; it waits until a commit has succeeded.
    is_sweep_stuck: bool,
    /// The connection is set to the sweep's durability and not to the commits'.
    is_relaxed: bool,
}

impl Writer {
    /// A writer of a file that has its tables.
    pub(super) fn new(
        connection: Connection,
        durability: Durability,
        place: String,
    ) -> Result<Self, StoreError> {
        let load = || Ok((Book::load(&connection)?, Sweep::load(&connection)?));
        let (book, sweep) = load().map_err(|e| failed(&place, &e))?;
        Ok(Self {
            connection,
            durability,
            place,
            book: Some(book),
            sweep,
            is_sweep_stuck: false,
            is_relaxed: false,
        })
    }

    /// Commits until nobody can ask any more or it is told to close. Releases the place after the last write.
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>, place: Place) {
        while let Some(command) = self.next(&mut commands) {
            match command {
                Command::Commit(batch, answer) => {
                    let committed = self.commit(&batch);
                    // The caller may have gone; the batch is committed all the same.
                    let _ = answer.send(committed);
                    // Under steady load there is no quiet moment, and the sweep has to keep pace with the commits.
                    self.sweep(SWEPT_AT_ONCE.max(2 * batch.len() as u64));
                }
                Command::Close(answer) => {
                    let name = self.place;
                    let closed = self.connection.close();
                    drop(place);
                    let _ = answer.send(closed.map_err(|(_, e)| failed(&name, &e)));
                    return;
                }
            }
        }
        drop(self);
        drop(place);
    }

    /// The next command; sweeps while there is none.
    fn next(&mut self, commands: &mut mpsc::Receiver<Command>) -> Option<Command> {
        while !self.sweep.is_done() && !self.is_sweep_stuck {
            match commands.try_recv() {
                Ok(command) => return Some(command),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => self.sweep(SWEPT_AT_ONCE),
            }
        }
        commands.blocking_recv()
    }

    /// Applies a batch whole or not at all.
    pub(super) fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        let failed = |e: rusqlite::Error| failed(&self.place, &e);
        if self.is_relaxed {
            synchronous(&self.connection, self.durability).map_err(failed)?;
            self.is_relaxed = false;
        }
        let mut book = match self.book.take() {
            Some(book) => book,
            None => Book::load(&self.connection).map_err(failed)?,
        };
        if let Err(refused) = book.ledger.enter(batch) {
            self.book = Some(book);
            return Err(refused);
        }
        let mut write = || {
            let behavior = TransactionBehavior::Immediate;
            let transaction = self.connection.transaction_with_behavior(behavior)?;
            let chores = book.write(&transaction, batch)?;
            transaction.commit()?;
            Ok(chores)
        };
        for chore in write().map_err(failed)? {
            self.sweep.add(chore);
        }
        self.book = Some(book);
        self.is_sweep_stuck = false;
        Ok(())
    }

    /// One step of the sweep, if anything is left.
    pub(super) fn sweep(&mut self, rows: u64) {
        if self.sweep.is_done() || self.is_sweep_stuck {
            return;
        }
        if let Err(error) = self.try_sweep(rows) {
            self.is_sweep_stuck = true;
            tracing::warn!(store = %self.place, %error, "old rows could not be deleted; trying again after the next commit");
        }
    }

    fn try_sweep(&mut self, rows: u64) -> rusqlite::Result<()> {
        // What the sweep does can be done again after a power cut, so it never waits for the disk.
        if self.durability == Durability::Power && !self.is_relaxed {
            self.is_relaxed = true;
            synchronous(&self.connection, Durability::Process)?;
        }
        self.sweep.step(&mut self.connection, rows)
    }

    /// Changes a setting of the connection.
    #[cfg(test)]
    pub(super) fn execute(&self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }

    /// Whether the sweep has nothing left to do.
    #[cfg(test)]
    pub(super) fn is_swept(&self) -> bool {
        self.sweep.is_done()
    }
}
