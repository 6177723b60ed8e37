//! Every limit of a runtime as a flag, so that a check can make it small and a machine can bear it large.

use std::time::Duration;

use arcp_runtime::limits::Limits;
use clap::Args;
use clap::builder::ValueParser;

use crate::value::whole;

/// Limits that can be made smaller or larger. What is not given keeps its default.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitFlags {
    /// Seconds between signs of life.
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=86_400))]
    heartbeat_interval: Option<u64>,
    /// Seconds that a connection may take to say hello.
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=86_400))]
    handshake: Option<u64>,
    /// Seconds that a connection may have nothing but heartbeats; for ever, unless this is given.
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=31_536_000))]
    idle: Option<u64>,
    /// Seconds that a detached session can be resumed.
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=31_536_000))]
    resume_window: Option<u64>,
    /// Events kept for a session and for a job.
    #[arg(long, value_name = "EVENTS", value_parser = some())]
    event_buffer: Option<u64>,
    /// Bytes of events kept for a session and for a job.
    #[arg(long, value_name = "BYTES", value_parser = bytes())]
    event_buffer_bytes: Option<u64>,
    /// Unacknowledged events after which a job is told.
    #[arg(long, value_name = "EVENTS", value_parser = events())]
    ack_lag: Option<u64>,
    /// Unacknowledged events after which a connection is closed; never, unless this is given.
    #[arg(long, value_name = "EVENTS", value_parser = whole::<u64>(1..=1 << 40))]
    ack_lag_max: Option<u64>,
    /// Events that an agent may be ahead of its attached client's socket.
    #[arg(long, value_name = "EVENTS", value_parser = some())]
    window_events: Option<u64>,
    /// Decoded bytes of one result chunk.
    #[arg(long, value_name = "BYTES", value_parser = bytes())]
    chunk_bytes: Option<u64>,
    /// Decoded bytes of a whole streamed result.
    #[arg(long, value_name = "BYTES", value_parser = bytes())]
    result_bytes: Option<u64>,
    /// Milliseconds that a cancelled agent may take.
    #[arg(long, value_name = "MS", value_parser = millis())]
    cancel_grace: Option<u64>,
    /// Milliseconds that a job may live past the end of its lease.
    #[arg(long, value_name = "MS", value_parser = millis())]
    lease_grace: Option<u64>,
    /// Sessions of one principal.
    #[arg(long, value_name = "N")]
    sessions_per_principal: Option<usize>,
    /// Running jobs of one principal.
    #[arg(long, value_name = "N")]
    jobs_per_principal: Option<usize>,
    /// Running jobs of one session.
    #[arg(long, value_name = "N")]
    jobs_per_session: Option<usize>,
    /// Jobs of other sessions that one session follows.
    #[arg(long, value_name = "N")]
    subscriptions_per_session: Option<usize>,
    /// Jobs that the sessions of one principal follow, all together.
    #[arg(long, value_name = "N")]
    subscriptions_per_principal: Option<usize>,
    /// Jobs above one another: how deep delegation may go.
    #[arg(long, value_name = "N")]
    delegation_depth: Option<usize>,
    /// Children of one job that have not ended.
    #[arg(long, value_name = "N")]
    children_per_job: Option<usize>,
    /// Seconds that an upstream may take to give out or to revoke a credential.
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=86_400))]
    provisioning: Option<u64>,
    /// Milliseconds before a revocation that failed is tried again for the first time.
    #[arg(long, value_name = "MS", value_parser = whole::<u64>(1..=86_400_000))]
    revocation_pause: Option<u64>,
    /// Milliseconds that a revocation that failed waits at most.
    #[arg(long, value_name = "MS", value_parser = whole::<u64>(1..=86_400_000))]
    revocation_pause_max: Option<u64>,
    /// Requests to upstreams at the same time.
    #[arg(long, value_name = "N", value_parser = some())]
    upstream_requests: Option<u64>,
    /// Seconds that an idempotency key is remembered after its job has ended.
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    idempotency_window: Option<u64>,
    /// Seconds that an ended job is kept.
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    retention: Option<u64>,
    /// Ended jobs of one principal that are kept; the oldest go first.
    #[arg(long, value_name = "N", value_parser = some())]
    ended_jobs_per_principal: Option<u64>,
    /// Bytes that the ended jobs of one principal may take.
    #[arg(long, value_name = "BYTES", value_parser = bytes())]
    ended_bytes_per_principal: Option<u64>,
    /// Bytes of one frame, in and out.
    #[arg(long, value_name = "BYTES", value_parser = whole::<u64>(1024..=1_073_741_824))]
    frame_bytes: Option<u64>,
    /// Nesting of JSON in an inbound frame.
    #[arg(long, value_name = "N", value_parser = whole::<u64>(4..=128))]
    frame_depth: Option<u64>,
    /// Bad frames in a row after which a connection is closed.
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=u32::MAX))]
    bad_frames: Option<u32>,
    /// Connections at the same time.
    #[arg(long, value_name = "N")]
    connections: Option<usize>,
    /// Failed logins of one address in a minute, after which it has to wait.
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=u32::MAX))]
    failed_logins: Option<u32>,
    /// Frames waiting for one socket; beyond it a reader is served from the store.
    #[arg(long, value_name = "FRAMES", value_parser = some())]
    outbound_frames: Option<u64>,
    /// Bytes waiting for one socket; beyond it a reader is served from the store.
    #[arg(long, value_name = "BYTES", value_parser = bytes())]
    outbound_bytes: Option<u64>,
    /// Inputs waiting for the runtime's core.
    #[arg(long, value_name = "N", value_parser = some())]
    inbox: Option<u64>,
    /// Bytes of agents' events waiting for the runtime's core.
    #[arg(long, value_name = "BYTES", value_parser = bytes())]
    inbox_bytes: Option<u64>,
}

/// A size that fits into this machine's memory, and holds at least a small event.
fn bytes() -> ValueParser {
    whole::<u64>(1..=1 << 40)
}

/// A distance between numbers.
fn events() -> ValueParser {
    whole::<u64>(0..=1 << 40)
}

/// At most a hundred years: longer than that is a slip, and more than clocks add up to.
fn seconds() -> ValueParser {
    whole::<u64>(0..=3_153_600_000)
}

/// At most a day.
fn millis() -> ValueParser {
    whole::<u64>(0..=86_400_000)
}

/// A length of a queue.
fn some() -> ValueParser {
    whole::<u64>(1..=1 << 24)
}

impl LimitFlags {
    pub(super) fn apply(&self, limits: &mut Limits) {
        self.apply_times(limits);
        self.apply_sizes(limits);
        set(&mut limits.ack_lag, self.ack_lag);
        set(&mut limits.window_events, self.window_events);
        set(
            &mut limits.sessions_per_principal,
            self.sessions_per_principal,
        );
        set(&mut limits.jobs_per_principal, self.jobs_per_principal);
        set(&mut limits.jobs_per_session, self.jobs_per_session);
        set(
            &mut limits.subscriptions_per_session,
            self.subscriptions_per_session,
        );
        set(
            &mut limits.subscriptions_per_principal,
            self.subscriptions_per_principal,
        );
        limits.idle = self.idle.map(Duration::from_secs).or(limits.idle);
        limits.ack_lag_max = self.ack_lag_max.or(limits.ack_lag_max);
        set(&mut limits.delegation_depth, self.delegation_depth);
        set(&mut limits.children_per_job, self.children_per_job);
        set(&mut limits.connections, self.connections);
        set(&mut limits.bad_frames, self.bad_frames);
        set(&mut limits.failed_logins, self.failed_logins);
    }

    fn apply_times(&self, limits: &mut Limits) {
        let seconds = |given: Option<u64>| given.map(Duration::from_secs);
        set(
            &mut limits.heartbeat_interval,
            seconds(self.heartbeat_interval),
        );
        set(&mut limits.handshake, seconds(self.handshake));
        set(&mut limits.resume_window, seconds(self.resume_window));
        set(
            &mut limits.idempotency_window,
            seconds(self.idempotency_window),
        );
        set(&mut limits.retention, seconds(self.retention));
        set(&mut limits.provisioning, seconds(self.provisioning));
        let millis = |given: Option<u64>| given.map(Duration::from_millis);
        set(&mut limits.revocation_pause, millis(self.revocation_pause));
        set(
            &mut limits.revocation_pause_max,
            millis(self.revocation_pause_max),
        );
        set(&mut limits.cancel_grace, millis(self.cancel_grace));
        set(&mut limits.lease_grace, millis(self.lease_grace));
    }

    fn apply_sizes(&self, limits: &mut Limits) {
        set(&mut limits.session_events, self.event_buffer);
        set(&mut limits.job_events, self.event_buffer);
        set(&mut limits.session_bytes, self.event_buffer_bytes);
        set(&mut limits.job_bytes, self.event_buffer_bytes);
        set(&mut limits.result_bytes, self.result_bytes);
        set(
            &mut limits.ended_bytes_per_principal,
            self.ended_bytes_per_principal,
        );
        let size = |given: Option<u64>| given.and_then(|given| usize::try_from(given).ok());
        set(
            &mut limits.ended_jobs_per_principal,
            size(self.ended_jobs_per_principal),
        );
        set(&mut limits.chunk_bytes, size(self.chunk_bytes));
        set(&mut limits.frame_bytes, size(self.frame_bytes));
        set(&mut limits.frame_depth, size(self.frame_depth));
        set(&mut limits.outbound_frames, size(self.outbound_frames));
        set(&mut limits.outbound_bytes, size(self.outbound_bytes));
        set(&mut limits.inbox, size(self.inbox));
        set(&mut limits.upstream_requests, size(self.upstream_requests));
        set(&mut limits.inbox_bytes, size(self.inbox_bytes));
    }
}

fn set<T>(slot: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *slot = given;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        limits: LimitFlags,
    }

    /// What is far beyond sense is refused by name, and the most that is not can be added to any time.
    #[test]
    fn no_flag_takes_what_would_overflow() {
        for flag in [
            "--retention",
            "--idempotency-window",
            "--resume-window",
            "--cancel-grace",
            "--lease-grace",
            "--event-buffer",
            "--event-buffer-bytes",
            "--result-bytes",
            "--ack-lag",
            "--window-events",
        ] {
            let given = ["serve", flag, "18446744073709551615"];
            let error = Command::try_parse_from(given).unwrap_err().to_string();
            assert!(
                error.contains(flag) && error.contains("a whole number from"),
                "{error}"
            );
        }
        let most = [
            "serve",
            "--retention",
            "3153600000",
            "--cancel-grace",
            "86400000",
        ];
        let mut limits = Limits::default();
        Command::try_parse_from(most)
            .unwrap()
            .limits
            .apply(&mut limits);
        assert_eq!(limits.retention, Duration::from_hours(876_000));
        assert_eq!(limits.cancel_grace, Duration::from_hours(24));
    }

    /// The limits by name, as they print.
    fn fields(limits: &Limits) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        let mut name = String::new();
        for line in format!("{limits:#?}").lines() {
            let member = line
                .strip_prefix("    ")
                .filter(|rest| !rest.starts_with([' ', ')']));
            if let Some((member, _)) = member.and_then(|member| member.split_once(':')) {
                name = member.to_owned();
            }
            fields
                .entry(name.clone())
                .or_insert_with(String::new)
                .push_str(line);
        }
        fields.remove("");
        fields
    }

    /// Each flag sets the limit of its name and no other, and each limit has its flag.
    #[test]
    fn every_limit_has_a_flag() {
        let defaults = fields(&Limits::default());
        let mut unset: BTreeSet<_> = defaults.keys().cloned().collect();
        assert!(unset.len() > 20, "{unset:?}");
        for arg in Command::command().get_arguments() {
            let Some(flag) = arg.get_long().filter(|flag| *flag != "help") else {
                continue;
            };
            let name = flag.replace('-', "_");
            let expected = match name.as_str() {
                "event_buffer" => vec!["job_events", "session_events"],
                "event_buffer_bytes" => vec!["job_bytes", "session_bytes"],
                name => vec![name],
            };
            let given = ["7777", "77"]
                .iter()
                .find_map(|value| Command::try_parse_from(["", &format!("--{flag}"), value]).ok());
            let mut limits = Limits::default();
            given
                .unwrap_or_else(|| panic!("--{flag} takes neither of the values"))
                .limits
                .apply(&mut limits);
            let changed: Vec<_> = fields(&limits)
                .into_iter()
                .filter(|(name, value)| defaults[name] != *value)
                .map(|(name, _)| name)
                .collect();
            assert_eq!(changed, expected, "--{flag}");
            unset.retain(|name| !changed.contains(name));
        }
        assert!(unset.is_empty(), "no flag sets {unset:?}");
    }
}
