//! Events of jobs that are not known yet, while an answer that may name them is awaited.
//!
//! A runtime that says `job.accepted` before the first event of the job (§7.1) never needs it; some peers let events overtake the acceptance of their job.

use std::collections::VecDeque;

use arcp_generated::common::JobId;
use arcp_generated::envelope::Envelope;

use crate::limits::ClientLimits;

/// The events, bounded by count and bytes.
#[derive(Debug, Default)]
pub(super) struct Early {
    events: VecDeque<(Envelope, usize)>,
    bytes: usize,
    /// The first and the last number for which there was no room.
    fell_away: Option<(u64, u64)>,
}

impl Early {
    /// Keeps an event, or remembers that there was no room for it.
    pub(super) fn keep(&mut self, envelope: Envelope, size: usize, limits: &ClientLimits) {
        let room = self.events.len() < limits.early_events
            && self.bytes.saturating_add(size) <= limits.early_bytes;
        if room {
            self.bytes += size;
            self.events.push_back((envelope, size));
        } else if let Some(seq) = envelope.event_seq {
            let from = self.fell_away.map_or(seq, |(from, _)| from);
            self.fell_away = Some((from, seq));
        }
    }

    /// Between which numbers events fell away since nothing is kept.
    pub(super) fn fell_away(&self) -> Option<(u64, u64)> {
        self.fell_away
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn knows(&self, job_id: &JobId) -> bool {
        let mut events = self.events.iter();
        events.any(|(envelope, _)| envelope.job_id.as_ref() == Some(job_id))
    }

    pub(super) fn forget(&mut self, job_id: &JobId) {
        drop(self.take(job_id));
    }

    pub(super) fn take(&mut self, job_id: &JobId) -> Vec<(Envelope, usize)> {
        let mut taken = Vec::new();
        for (envelope, size) in std::mem::take(&mut self.events) {
            if envelope.job_id.as_ref() == Some(job_id) {
                self.bytes -= size;
                taken.push((envelope, size));
            } else {
                self.events.push_back((envelope, size));
            }
        }
        taken
    }

    pub(super) fn retain(&mut self, wanted: impl Fn(&JobId) -> bool) {
        self.events
            .retain(|(envelope, _)| envelope.job_id.as_ref().is_some_and(&wanted));
        self.bytes = self.events.iter().map(|(_, size)| size).sum();
        if self.events.is_empty() {
            self.fell_away = None;
        }
    }
}
