//! Deliveries as blocks: one row for what a session received in a stretch, from one job or from many in turn. Knows no records.
//!
//! A block lists pieces, each some entries of one job that follow each other, in the order of their delivery.
//! For each job in it there is a row in `spans`, from the first to the last of the job's entries: with it the sweep finds out that an entry is still needed.
//! So a block of one job is two small rows, and a thousand deliveries of ten jobs in turn are eleven.

use rusqlite::{Connection, params};

use super::convert::{seq, unreadable};

/// Entries from the first to the last of the longest span, and deliveries of the longest block.
/// It bounds how far back the sweep looks for what covers an entry, and how many trimmed entries a block can hold on to.
pub(super) const LONGEST: u64 = 1024;
/// Jobs of one block.
const MOST_SPANS: usize = 64;
/// A block with more pieces is not extended by a later batch, because its row is written anew each time.
const MOST_PIECES_EXTENDED: usize = 32;

/// Deliveries of a session, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    pub(super) first_event_seq: u64,
    count: u64,
    spans: Vec<Span>,
    pieces: Vec<Piece>,
}

/// From where to where a block holds entries of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) job: i64,
    pub(super) first_seq: u64,
    pub(super) last_seq: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    span: usize,
    first_seq: u64,
    count: u64,
}

/// A piece with its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) first_event_seq: u64,
    pub(super) job: i64,
    pub(super) first_seq: u64,
    pub(super) count: u64,
}

const SAVE_BLOCK: &str = "
INSERT INTO blocks (session, first_event_seq, last_event_seq, pieces) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (session, first_event_seq) DO UPDATE SET last_event_seq = excluded.last_event_seq, pieces = excluded.pieces";
const SAVE_SPAN: &str = "
INSERT INTO spans (job, first_seq, session, block, last_seq) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (job, first_seq, session, block) DO UPDATE SET last_seq = excluded.last_seq";

impl Block {
    /// A block of one delivery.
    pub(super) fn new(event_seq: u64, job: i64, entry: u64) -> Self {
        let span = Span {
            job,
            first_seq: entry,
            last_seq: entry,
        };
        let piece = Piece {
            span: 0,
            first_seq: entry,
            count: 1,
        };
        Self {
            first_event_seq: event_seq,
            count: 1,
            spans: vec![span],
            pieces: vec![piece],
        }
    }

    /// Takes the next delivery of its session in; false if that belongs into another block.
    pub(super) fn extend(&mut self, job: i64, entry: u64) -> bool {
        if self.count == LONGEST {
            return false;
        }
        let found = self.spans.iter().position(|span| span.job == job);
        let at = match found {
            Some(at) => {
                let span = &mut self.spans[at];
                if entry <= span.last_seq || entry - span.first_seq >= LONGEST {
                    return false;
                }
                span.last_seq = entry;
                at
            }
            None if self.spans.len() == MOST_SPANS => return false,
            None => {
                self.spans.push(Span {
                    job,
                    first_seq: entry,
                    last_seq: entry,
                });
                self.spans.len() - 1
            }
        };
        self.count += 1;
        match self.pieces.last_mut() {
            Some(last) if last.span == at && entry == last.first_seq + last.count => {
                last.count += 1;
            }
            _ => self.pieces.push(Piece {
                span: at,
                first_seq: entry,
                count: 1,
            }),
        }
        true
    }

    /// The last number of the block.
    pub(super) fn last_event_seq(&self) -> u64 {
        self.first_event_seq + self.count - 1
    }

    /// How many deliveries it holds.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Whether a later batch may extend it.
    pub(super) fn stays_open(&self) -> bool {
        self.pieces.len() <= MOST_PIECES_EXTENDED
    }

    /// The jobs in it.
    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The pieces in the order of their delivery.
    pub(super) fn runs(&self) -> impl Iterator<Item = Run> {
        let mut next = self.first_event_seq;
        self.pieces.iter().map(move |piece| {
            let first_event_seq = next;
            next += piece.count;
            Run {
                first_event_seq,
                job: self.spans[piece.span].job,
                first_seq: piece.first_seq,
                count: piece.count,
            }
        })
    }

    /// Writes the block, or what it has become.
    pub(super) fn save(&self, connection: &Connection, session: i64) -> rusqlite::Result<()> {
        let first = seq(self.first_event_seq);
        let last = seq(self.last_event_seq());
        connection.prepare_cached(SAVE_BLOCK)?.execute(params![
            session,
            first,
            last,
            self.encode()
        ])?;
        let mut save_span = connection.prepare_cached(SAVE_SPAN)?;
        for span in &self.spans {
            let (from, through) = (seq(span.first_seq), seq(span.last_seq));
            save_span.execute(params![span.job, from, session, first, through])?;
        }
        Ok(())
    }

    /// The spans (their number; job, first and last entry of each), then the pieces (span, entries after the span's first, count).
    /// All are numbers of 7 bits to a byte, the lowest first.
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + self.spans.len() * 8 + self.pieces.len() * 4);
        put(&mut out, self.spans.len() as u64);
        for span in &self.spans {
            put(&mut out, span.job.cast_unsigned());
            put(&mut out, span.first_seq);
            put(&mut out, span.last_seq);
        }
        for piece in &self.pieces {
            put(&mut out, piece.span as u64);
            put(&mut out, piece.first_seq - self.spans[piece.span].first_seq);
            put(&mut out, piece.count);
        }
        out
    }

    /// Reads what [`Block::save`] has written.
    pub(super) fn decode(first_event_seq: u64, pieces: &[u8]) -> rusqlite::Result<Self> {
        let mut rest = pieces;
        let damaged = || {
            unreadable(format!(
                "the deliveries from {first_event_seq} on are damaged"
            ))
        };
        Self::take(first_event_seq, &mut rest)
            .filter(|_| rest.is_empty())
            .ok_or_else(damaged)
    }

    fn take(first_event_seq: u64, rest: &mut &[u8]) -> Option<Self> {
        let count = usize::try_from(number(rest)?).ok()?;
        let mut block = Self {
            first_event_seq,
            count: 0,
            spans: Vec::with_capacity(count.min(MOST_SPANS)),
            pieces: Vec::new(),
        };
        for _ in 0..count {
            block.spans.push(Span {
                job: number(rest)?.cast_signed(),
                first_seq: number(rest)?,
                last_seq: number(rest)?,
            });
        }
        while !rest.is_empty() {
            let span = usize::try_from(number(rest)?).ok()?;
            let first_seq = block
                .spans
                .get(span)?
                .first_seq
                .checked_add(number(rest)?)?;
            let count = number(rest)?;
            block.count = block.count.checked_add(count)?;
            block.pieces.push(Piece {
                span,
                first_seq,
                count,
            });
        }
        (block.count > 0).then_some(block)
    }
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while let (low, rest @ 1..) = (number & 0x7f, number >> 7) {
        out.push(low.to_le_bytes()[0] | 0x80);
        number = rest;
    }
    out.push(number.to_le_bytes()[0]);
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut sum = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, tail) = rest.split_first()?;
        *rest = tail;
        sum |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(sum);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block of these entries of these jobs; each has to fit.
    fn block(deliveries: &[(i64, u64)]) -> Block {
        let (&(job, entry), rest) = deliveries.split_first().unwrap();
        let mut block = Block::new(7, job, entry);
        for &(job, entry) in rest {
            assert!(block.extend(job, entry), "{job} {entry}");
        }
        block
    }

    #[test]
    fn a_block_reads_back() {
        for deliveries in [
            &[(1, 1)][..],
            &[(1, 1), (1, 2), (1, 3)],
            &[(1, 127), (2, 128), (1, 129), (1, 130), (300, 1 << 40)],
            &[(i64::MAX, 1 << 62), (1, 5), (i64::MAX, (1 << 62) + 900)],
        ] {
            let block = block(deliveries);
            assert_eq!(Block::decode(7, &block.encode()).unwrap(), block);
            let flat = block
                .runs()
                .flat_map(|run| (0..run.count).map(move |at| (run.job, run.first_seq + at)));
            assert!(flat.eq(deliveries.iter().copied()));
            assert_eq!(block.last_event_seq(), 6 + deliveries.len() as u64);
        }
    }

    #[test]
    fn what_does_not_rise_or_is_too_far_begins_another_block() {
        let mut block = block(&[(1, 10), (2, 5), (1, 12)]);
        for (job, entry) in [(1, 12), (1, 11), (2, 5), (1, 10 + LONGEST)] {
            assert!(!block.extend(job, entry), "{job} {entry}");
        }
        assert_eq!(block.count(), 3, "a refused delivery changes nothing");
        assert!(block.extend(1, 9 + LONGEST));
    }

    #[test]
    fn a_block_ends() {
        let mut one = block(&[(1, 1)]);
        assert!((2..=LONGEST).all(|entry| one.extend(1, entry)));
        assert!(!one.extend(2, 1));
        let mut many = block(&[(0, 1)]);
        assert!((1..64).all(|job| many.extend(job, 1)));
        assert!(!many.extend(64, 1));
        assert!(!many.stays_open() && one.stays_open());
    }

    #[test]
    fn damage_is_found() {
        let whole = block(&[(1, 1), (2, 300), (1, 2)]).encode();
        for length in 0..whole.len() {
            let short = Block::decode(7, &whole[..length]);
            // Cut between two pieces it is a shorter block, which the last number in its row gives away.
            assert!(short.is_err() || short.unwrap().count() < 3, "{length}");
        }
        for damaged in [&[0xff_u8; 12][..], &[1, 1, 1, 1, 9, 0, 1], &[0]] {
            assert!(Block::decode(7, damaged).is_err(), "{damaged:?}");
        }
    }
}
