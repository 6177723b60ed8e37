//! How much of what agents say may go into one commit.
//!
//! Whoever asks something waits for the commit that is under way and for the next one, which the request is part of.
//! So a commit should be short, however much agents have to say: what it may hold follows from how long the one before took.

use std::time::Duration;

use crate::limits::{COLLECTED_RECORDS, COMMIT_TARGET, LEAST_BATCH, Limits, RECORD_BYTES};

/// The batch that collects, and what it may hold.
#[derive(Debug)]
pub(super) struct Batch {
    /// Payload bytes of it.
    bytes: usize,
    /// What the batch that is being committed weighs, in bytes.
    under_way: usize,
    /// What a batch may weigh now,
    allowed: usize,
    /// and at most.
    most: usize,
}

impl Batch {
    pub(super) fn new(limits: &Limits) -> Self {
        let most = limits.inbox_bytes.max(LEAST_BATCH);
        Self {
            bytes: 0,
            under_way: 0,
            allowed: most,
            most,
        }
    }

    /// Payload of agents has joined it.
    pub(super) fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// Whether agents have to wait, when it has so many records.
    pub(super) fn is_full(&self, records: usize) -> bool {
        records >= COLLECTED_RECORDS || weight(records, self.bytes) >= self.allowed
    }

    /// Whether requests may join it, when it has so many records. They may when agents have to wait, but not without an end.
    pub(super) fn has_room_for_calls(records: usize) -> bool {
        records < 2 * COLLECTED_RECORDS
    }

    /// It is committed now, with so many records, and the next one begins.
    pub(super) fn close(&mut self, records: usize) {
        self.under_way = weight(records, std::mem::take(&mut self.bytes));
    }

    /// The commit that was under way has taken so long.
    pub(super) fn committed(&mut self, took: Duration) {
        // A small batch tells what any commit costs, and not what its records do.
        if took > COMMIT_TARGET && self.under_way > LEAST_BATCH {
            self.allowed = (self.under_way / 2).max(LEAST_BATCH);
        } else if took < COMMIT_TARGET / 2 && self.under_way >= self.allowed / 2 {
            self.allowed = (self.allowed * 2).min(self.most);
        }
    }
}

fn weight(records: usize, bytes: usize) -> usize {
    records * RECORD_BYTES + bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Duration = Duration::from_millis(100);
    const QUICK: Duration = Duration::from_millis(1);

    /// Collects until it is full, commits it, and answers with the records that it had.
    fn commit_full(batch: &mut Batch, payload: usize, took: Duration) -> usize {
        let mut records = 0;
        while !batch.is_full(records) {
            records += 1;
            batch.add(payload);
        }
        batch.close(records);
        batch.committed(took);
        records
    }

    #[test]
    fn what_a_batch_may_hold_follows_the_disk() {
        for payload in [10, 1000, 64 << 10] {
            let mut batch = Batch::new(&Limits::default());
            let mut sizes = |took| -> Vec<usize> {
                let commits = 0..12;
                commits
                    .map(|_| commit_full(&mut batch, payload, took))
                    .collect()
            };
            let slow = sizes(SLOW);
            assert!(slow.is_sorted_by(|a, b| a >= b), "{slow:?}");
            let least = LEAST_BATCH.div_ceil(payload + RECORD_BYTES);
            assert_eq!(slow.last(), Some(&least), "it never stops");
            let quick = sizes(QUICK);
            assert!(quick.is_sorted(), "{quick:?}");
            assert_eq!(quick.last(), slow.first());
        }
    }

    #[test]
    fn a_small_batch_on_a_slow_disk_says_nothing_about_large_ones() {
        let mut batch = Batch::new(&Limits::default());
        for _ in 0..10 {
            batch.add(100);
            batch.close(1);
            batch.committed(SLOW);
        }
        assert_eq!(commit_full(&mut batch, 100, QUICK), COLLECTED_RECORDS);
    }

    #[test]
    fn requests_join_a_batch_that_is_full_for_agents() {
        let mut batch = Batch::new(&Limits::default());
        batch.add(batch.most);
        assert!(batch.is_full(1));
        assert!(Batch::has_room_for_calls(COLLECTED_RECORDS));
        assert!(!Batch::has_room_for_calls(2 * COLLECTED_RECORDS));
    }
}
