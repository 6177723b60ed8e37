//! What the core has counted since it was made: plain numbers, for whoever looks at a runtime from outside.
//!
//! Nothing is decided by them.

use super::core::Core;
use crate::store::Status;

/// How many jobs have ended, by their final status (§7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endings {
    /// With a result.
    pub success: u64,
    /// With an error.
    pub error: u64,
    /// Because they were cancelled.
    pub cancelled: u64,
    /// Because they ran too long.
    pub timed_out: u64,
}

impl Endings {
    /// All together.
    pub fn total(&self) -> u64 {
        self.success + self.error + self.cancelled + self.timed_out
    }

    /// Each number with the wire's word for its status.
    pub fn by_status(&self) -> [(&'static str, u64); 4] {
        [
            ("success", self.success),
            ("error", self.error),
            ("cancelled", self.cancelled),
            ("timed_out", self.timed_out),
        ]
    }

    fn count(&mut self, status: Status) {
        match status {
            Status::Success => self.success += 1,
            Status::Error => self.error += 1,
            Status::Cancelled => self.cancelled += 1,
            Status::TimedOut => self.timed_out += 1,
            Status::Pending | Status::Running => {}
        }
    }
}

/// The jobs of one registered agent. There are as many of these as there are agents, whatever clients ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentTally {
    /// Accepted.
    pub accepted: u64,
    /// Of these, ended.
    pub ended: Endings,
}

/// What a core has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Sessions with a connection now.
    pub sessions_attached: usize,
    /// Sessions that are known now: attached, or to be resumed.
    pub sessions_known: usize,
    /// Sessions that were opened.
    pub sessions_opened: u64,
    /// Resumes that were granted.
    pub sessions_resumed: u64,
    /// Jobs whose agent has not begun, now.
    pub jobs_pending: u64,
    /// Jobs whose agent has begun and that have not ended, now.
    pub jobs_running: u64,
    /// Jobs that were accepted, delegated ones included.
    pub jobs_accepted: u64,
    /// Submissions that were refused.
    pub jobs_refused: u64,
    /// Jobs that have ended, those that the last process left running included.
    pub jobs_ended: Endings,
    /// By agent, in the order of their registration; shorter when the last ones have had no job yet.
    pub(crate) agents: Vec<AgentTally>,
    /// Entries appended to the logs of jobs, the terminal ones included.
    pub events_appended: u64,
    /// Credentials that were asked for and are not known to be revoked, now.
    pub credentials_owed: usize,
    /// Whether no new session and no new job is taken any more.
    pub draining: bool,
}

impl Tally {
    /// A job was accepted, or was there when the store was read.
    pub(super) fn entered(&mut self, status: Status) {
        match status {
            Status::Pending => self.jobs_pending += 1,
            Status::Running => self.jobs_running += 1,
            _ => {}
        }
    }

    pub(super) fn accepted(&mut self, agent: usize) {
        self.jobs_accepted += 1;
        if self.agents.len() <= agent {
            self.agents.resize(agent + 1, AgentTally::default());
        }
        self.agents[agent].accepted += 1;
    }

    /// The agent of a pending job has begun.
    pub(super) fn started(&mut self) {
        self.jobs_pending = self.jobs_pending.saturating_sub(1);
        self.jobs_running += 1;
    }

    /// A job that was `before` has ended. `agent` is `None` for one of the last process.
    pub(super) fn ended(&mut self, agent: Option<usize>, before: Status, after: Status) {
        let place = match before {
            Status::Pending => &mut self.jobs_pending,
            _ => &mut self.jobs_running,
        };
        *place = place.saturating_sub(1);
        self.jobs_ended.count(after);
        if let Some(agent) = agent.and_then(|agent| self.agents.get_mut(agent)) {
            agent.ended.count(after);
        }
    }
}

impl Core {
    /// Brings `into` up to date, without an allocation when nothing grew.
    pub fn count_into(&self, into: &mut Tally) {
        into.clone_from(&self.tally);
        into.sessions_attached = self.conns.len();
        into.sessions_known = self.sessions.len();
        into.credentials_owed = self.owed.len();
        into.draining = self.draining;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_counted_where_it_is() {
        let mut tally = Tally::default();
        tally.accepted(2);
        tally.entered(Status::Pending);
        assert_eq!((tally.jobs_pending, tally.jobs_running), (1, 0));
        tally.started();
        assert_eq!((tally.jobs_pending, tally.jobs_running), (0, 1));
        tally.ended(Some(2), Status::Running, Status::TimedOut);
        assert_eq!((tally.jobs_pending, tally.jobs_running), (0, 0));
        assert_eq!(tally.jobs_ended.total(), 1);
        assert_eq!(tally.agents.len(), 3);
        assert_eq!(tally.agents[2].ended.timed_out, 1);
        assert_eq!(tally.agents[0], AgentTally::default());
    }
}
