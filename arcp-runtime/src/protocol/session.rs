//! A session: an identity, a feature set, and a numbered log of what it received (§6).
//!
//! What it received is in the store; here is only how far it reaches.

use arcp_generated::message::MessageType;
use std::collections::{HashMap, VecDeque};

use super::core::{ConnKey, Core, Effect, Output};
use super::features::Features;
use super::frame::Frame;
use super::principal::Principal;
use super::timer::Timer;
use crate::clock::Now;
use crate::id::{JobKey, SessionKey};
use crate::store::{EntryKind, Record};
use crate::transport::CloseCode;

use arcp_generated::session::{Closed, Feature};

/// How many deliveries are released together; the buffer's limit is kept to within one such block.
const BLOCK: u64 = 128;
/// A block ends, however few it holds, when it has this part of the bytes that the log may hold.
const BLOCKS_OF_BYTES: u64 = 16;

/// One session.
#[derive(Debug)]
pub struct Session {
    /// Whom it belongs to.
    pub principal: Principal,
    /// SHA-256 of its newest resume token.
    pub token_hash: [u8; 32],
    /// SHA-256 of the token that its client came back with last. It is worth nothing any more, but who shows it has not got the newest one.
    pub former_hash: Option<[u8; 32]>,
    /// The negotiated features.
    pub features: Features,
    /// The connection that is attached, if any.
    pub conn: Option<ConnKey>,
    /// The jobs it owns that have not ended.
    pub jobs: Vec<JobKey>,
    /// Jobs of other sessions that it receives and that have not ended.
    pub follows: Vec<JobKey>,
    /// Its log.
    pub log: Log,
    /// The highest number the client says it has processed.
    pub acked: u64,
    /// What the client had when it resumed last: it has arrived, whether or not it is acknowledged.
    pub resumed_at: u64,
    /// The highest number that its client can have: the last that was given out while a connection was attached.
    pub reach: u64,
    /// Whether its client has said that it lacks what it would need to resume: events that are not kept any more, or the newest token.
    pub missed: bool,
    /// Whether the lag was signalled and has not halved since.
    pub lagging: bool,
    /// Its requests for histories that are being looked up.
    pub lookups: usize,
}

/// A numbered log that releases its oldest part when it grows over its limits.
#[derive(Debug, Default)]
pub struct Log {
    /// The last number given out.
    pub last: u64,
    /// The highest number that was released.
    pub trimmed: u64,
    blocks: VecDeque<Block>,
    bytes: u64,
    /// Oldest first.
    allowances: VecDeque<Allowance>,
}

/// What may be kept beyond the limits, until a number is read or released.
#[derive(Debug)]
struct Allowance {
    through: u64,
    entries: u64,
    bytes: u64,
}

/// A run of numbers, up to and including `through`.
#[derive(Debug)]
struct Block {
    through: u64,
    bytes: u64,
}

impl Log {
    /// A log that was read from a store.
    pub fn recovered(last: u64, trimmed: u64) -> Self {
        let mut log = Self {
            last: trimmed,
            trimmed,
            blocks: VecDeque::new(),
            bytes: 0,
            allowances: VecDeque::new(),
        };
        // Sizes are not known any more; they count as empty, so that only the number of entries bounds them.
        while log.last < last {
            log.push(0, u64::MAX);
        }
        log
    }

    /// Gives out the next number, for something of `bytes` bytes in a log that may hold `most` bytes.
    pub fn push(&mut self, bytes: usize, most: u64) -> u64 {
        self.last += 1;
        let bytes = bytes as u64;
        self.bytes += bytes;
        match self.blocks.back_mut() {
            Some(block)
                if !self.last.is_multiple_of(BLOCK)
                    && block.bytes + bytes <= (most / BLOCKS_OF_BYTES).max(1) =>
            {
                block.through = self.last;
                block.bytes += bytes;
            }
            _ => self.blocks.push_back(Block {
                through: self.last,
                bytes,
            }),
        }
        self.last
    }

    /// Keeps this much more than the limits say until the newest number so far is read or released: it was pushed at once, and could not have been read yet.
    pub fn allow(&mut self, entries: u64, bytes: u64) {
        if entries > 0 {
            self.allowances.push_back(Allowance {
                through: self.last,
                entries,
                bytes,
            });
        }
    }

    /// The reader was sent everything up to `through`: what was allowed for it is not needed any more.
    pub fn read(&mut self, through: u64) {
        let through = through.max(self.trimmed);
        while let Some(oldest) = self.allowances.front()
            && oldest.through <= through
        {
            self.allowances.pop_front();
        }
    }

    /// Entries and bytes that are allowed beyond the limits now.
    pub fn allowed(&self) -> (u64, u64) {
        let add = |(entries, bytes): (u64, u64), allowance: &Allowance| {
            (
                entries.saturating_add(allowance.entries),
                bytes.saturating_add(allowance.bytes),
            )
        };
        self.allowances.iter().fold((0, 0), add)
    }

    /// Releases what is over the limits. Answers with the highest number released, if any was.
    pub fn bound(&mut self, entries: u64, bytes: u64) -> Option<u64> {
        let mut released = None;
        self.read(self.trimmed);
        let (more_entries, more_bytes) = self.allowed();
        let entries = entries.saturating_add(more_entries);
        // Whole blocks are released: without room for one, the beginning of what is unread would go with the end of what is read.
        let block = if more_entries > 0 {
            bytes / BLOCKS_OF_BYTES
        } else {
            0
        };
        let bytes = bytes.saturating_add(more_bytes).saturating_add(block);
        while self.last - self.trimmed > entries.saturating_add(BLOCK) || self.bytes > bytes {
            // The newest block stays whatever its size, so that the newest entry can always be read.
            if self.blocks.len() < 2 {
                break;
            }
            let Some(block) = self.blocks.pop_front() else {
                break;
            };
            self.bytes -= block.bytes;
            self.trimmed = block.through;
            released = Some(block.through);
        }
        released
    }

    /// Payload bytes that it holds, as far as they are known.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Releases whole blocks up to `through`. Answers with the highest number released, if any was.
    pub fn release(&mut self, through: u64) -> Option<u64> {
        let mut released = None;
        while let Some(block) = self.blocks.front()
            && block.through <= through
        {
            self.bytes -= block.bytes;
            self.trimmed = block.through;
            released = Some(block.through);
            self.blocks.pop_front();
        }
        released
    }
}

impl Session {
    /// Whether an entry of this kind goes to this session at all. What is filtered takes no number (§6.2).
    pub fn takes(&self, kind: EntryKind) -> bool {
        match kind {
            EntryKind::Progress => self.features.has(&Feature::Progress),
            EntryKind::ResultChunk => self.features.has(&Feature::ResultChunk),
            EntryKind::Credential => self.features.has(&Feature::ProvisionedCredentials),
            EntryKind::Budget => self.features.has(&Feature::CostBudget),
            EntryKind::Event | EntryKind::Result | EntryKind::Streamed | EntryKind::Error => true,
        }
    }

    /// Whether nobody can resume it any more: what its client lacks is not kept (§6.3).
    pub fn lost(&self) -> bool {
        self.conn.is_none() && (self.missed || self.log.trimmed > self.reach)
    }

    /// How an entry that it takes gets to it. Without the chunks a streamed result has to be inline: its connection makes it over when it reads it from the store.
    pub(super) fn given(
        &self,
        key: SessionKey,
        kind: EntryKind,
        through: u64,
        frame: Frame,
    ) -> Effect {
        if kind == EntryKind::Streamed && !self.features.has(&Feature::ResultChunk) {
            let session = key;
            return Effect::Replay { session, through };
        }
        Effect::Deliver(key, frame)
    }
}

impl Core {
    /// The connection is gone. The session waits for a resume (§6.3).
    pub(super) fn detached(&mut self, conn: ConnKey, now: Now, out: &mut Output) {
        let Some(key) = self.conns.remove(&conn) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        session.conn = None;
        session.reach = session.log.last;
        self.timers.set(
            Timer::ResumeWindow(key),
            now.mono.saturating_add(self.limits.resume_window),
        );
        out.effects.push(Effect::Unattended(key));
    }

    /// `session.close`, answered and then closed, or `session.bye`, just closed (§6.7). The session can still be resumed.
    pub(super) fn leave(&mut self, conn: ConnKey, answer: bool, now: Now, out: &mut Output) {
        let last = answer.then(|| Frame::of_session(MessageType::SessionClosed, &Closed::new()));
        out.effects.push(Effect::Evict {
            conn,
            last,
            code: CloseCode::Normal,
        });
        if let Some(key) = self.session_of(conn)
            && let Some(session) = self.sessions.get(&key)
        {
            let at = now.wall;
            out.records.push(Record::SessionLeft { session: key, at });
            self.left
                .entry(session.principal.clone())
                .or_default()
                .push_back(key);
        }
        self.detached(conn, now, out);
    }

    /// The resume window is over: the session is forgotten, its jobs go on.
    pub(super) fn session_gone(&mut self, key: SessionKey, out: &mut Output) {
        let Some(session) = self.sessions.remove(&key) else {
            return;
        };
        self.tokens.remove(&session.token_hash);
        less(&mut self.held, &session.principal);
        self.timers.cancel(Timer::ResumeWindow(key));
        if let Some(left) = self.left.get_mut(&session.principal) {
            left.retain(|session| *session != key);
            if left.is_empty() {
                self.left.remove(&session.principal);
            }
        }
        for _ in &session.follows {
            less(&mut self.following, &session.principal);
        }
        for job in session.jobs.into_iter().chain(session.follows) {
            if let Some(job) = self.jobs.get_mut(&job) {
                job.receivers.retain(|receiver| *receiver != key);
            }
        }
        out.records.push(Record::SessionGone { session: key });
        out.effects.push(Effect::Gone(key));
    }

    /// Whether the runtime drains and no job is left to wait for.
    pub fn drained(&self) -> bool {
        self.draining && self.running.is_empty()
    }

    /// Tells everybody that the runtime stops (§6.7, A-54). Sessions and jobs stay as they are in the store.
    pub(super) fn shutdown(&mut self, out: &mut Output) {
        for conn in self.conns.keys() {
            let last = Frame::of_session(
                MessageType::SessionClosed,
                &Closed::new().with_reason("runtime_shutdown".to_owned()),
            );
            out.effects.push(Effect::Evict {
                conn: *conn,
                last: Some(last),
                code: CloseCode::GoingAway,
            });
        }
    }
}

/// Counts one less, and forgets who has none.
pub(super) fn less(counts: &mut HashMap<Principal, usize>, principal: &Principal) {
    if let Some(count) = counts.get_mut(principal) {
        *count -= 1;
        if *count == 0 {
            counts.remove(principal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_its_limits_and_its_newest_entry() {
        let mut log = Log::default();
        for _ in 0..10_000 {
            log.push(10, u64::MAX);
            log.bound(1000, u64::MAX);
            assert!(log.last - log.trimmed <= 1000 + BLOCK);
        }
        assert!(log.last - log.trimmed >= 1000);
        log.push(1 << 30, 1 << 20);
        log.bound(1000, 1 << 20);
        assert_eq!(log.last, 10_001);
        assert!(log.trimmed < log.last);
    }

    #[test]
    fn release_never_passes_what_was_asked() {
        let mut log = Log::default();
        (0..1000).for_each(|_| {
            log.push(1, u64::MAX);
        });
        let released = log.release(700).unwrap();
        assert!(released <= 700 && released > 700 - BLOCK);
        assert_eq!(log.release(700), None);
        assert_eq!(log.trimmed, released);
    }

    #[test]
    fn large_entries_are_released_one_by_one_and_not_all_at_once() {
        const MOST: u64 = 64 << 20;
        let mut log = Log::default();
        let mut held = VecDeque::new();
        for _ in 0..1000 {
            held.push_back((log.push(1 << 20, MOST), 1 << 20));
            log.bound(u64::MAX, MOST);
            held.retain(|(number, _)| *number > log.trimmed);
            let bytes: u64 = held.iter().map(|(_, bytes)| bytes).sum();
            assert!(bytes <= MOST, "{bytes} bytes are held");
        }
        let bytes: u64 = held.iter().map(|(_, bytes)| bytes).sum();
        assert!(bytes >= MOST / 16 * 14, "only {bytes} bytes are left");
    }

    #[test]
    fn a_second_history_does_not_push_out_the_first_before_it_is_read() {
        let mut log = Log::default();
        let history = |log: &mut Log| {
            (0..1000).for_each(|_| {
                log.push(10, 10_000);
            });
            log.allow(1000, 10_000);
            log.bound(1000, 10_000)
        };
        for _ in 0..3 {
            assert_eq!(history(&mut log), None);
        }
        assert_eq!(log.allowed(), (3000, 30_000));
        log.read(1999);
        assert_eq!(log.allowed(), (2000, 20_000), "half a history is none");
        log.read(2000);
        assert_eq!(log.allowed(), (1000, 10_000));
        let released = log.bound(1000, 10_000).unwrap();
        assert!((500..=1000).contains(&released), "{released}");
        log.release(3000);
        log.bound(1000, 10_000);
        assert!(log.allowed() <= (1000, 10_000));
    }
}
