//! Deliveries as runs: one row for many entries of one job that a session received one after the other. Knows no records.

use rusqlite::{Connection, params};

use super::convert::seq;

/// Entries of the longest run. It bounds how far back the sweep looks for a run that covers an entry, and how many trimmed entries one run can hold on to.
pub(super) const LONGEST: u64 = 1024;

/// The latest run of a session, which its next delivery may extend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OpenRun {
    first_event_seq: u64,
    job: i64,
    first_seq: u64,
    count: u64,
}

const SAVE: &str = "
INSERT INTO runs (session, first_event_seq, job, first_seq, count) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (session, first_event_seq) DO UPDATE SET count = excluded.count";

impl OpenRun {
    /// A run of one delivery.
    pub(super) fn new(event_seq: u64, job: i64, entry: u64) -> Self {
        Self {
            first_event_seq: event_seq,
            job,
            first_seq: entry,
            count: 1,
        }
    }

    /// Takes the next delivery of its session in, if it continues the run.
    pub(super) fn extend(&mut self, job: i64, entry: u64) -> bool {
        let continues =
            job == self.job && entry == self.first_seq + self.count && self.count < LONGEST;
        self.count += u64::from(continues);
        continues
    }

    /// The last number of the run.
    pub(super) fn last_event_seq(&self) -> u64 {
        self.first_event_seq + self.count - 1
    }

    /// Writes the run, or how long it has become.
    pub(super) fn save(&self, connection: &Connection, session: i64) -> rusqlite::Result<()> {
        connection.prepare_cached(SAVE)?.execute(params![
            session,
            seq(self.first_event_seq),
            self.job,
            seq(self.first_seq),
            seq(self.count),
        ])?;
        Ok(())
    }
}
