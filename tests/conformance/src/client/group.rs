//! A client under test with all the processes that it has started: they end together, so that none of them outlives its scenario.

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::Child;

/// The group of processes of a client. It ends when this is dropped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Group(Option<Pid>);

impl Group {
    /// The group that a client leads. It has to be started with `process_group(0)`.
    pub(super) fn of(client: &Child) -> Self {
        let leader = client.id().and_then(|id| i32::try_from(id).ok());
        Self(leader.and_then(Pid::from_raw))
    }

    /// Ends whoever is left, without a word.
    pub(super) fn end(&mut self) {
        if let Some(group) = self.0.take() {
            // Whoever has gone already needs no end.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Forgets a group that has gone with its leader, whose number may be another's from then on.
    pub(super) fn leader_has_ended(&mut self) {
        if self
            .0
            .is_some_and(|group| test_kill_process_group(group).is_err())
        {
            self.0 = None;
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}
