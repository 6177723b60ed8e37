//! Every limit and timer of a runtime and of a client, in one place (§14). Defaults are the schema's.

use std::time::Duration;

use arcp_generated::limits as wire;

/// What a runtime allows. Every queue, buffer and body is bounded by one of these.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one frame, in and out: what an agent says has to fit into one too, less some room for the envelope.
    pub frame_bytes: usize,
    /// Nesting of JSON in an inbound frame.
    pub frame_depth: usize,
    /// How long a connection may take to say hello.
    pub handshake: Duration,
    /// Bad frames in a row after which the connection is closed.
    pub bad_frames: u32,
    /// Heartbeat interval offered in the welcome.
    pub heartbeat_interval: Duration,
    /// How long a connection may have nothing but heartbeats; its session can be resumed. `None`: for ever.
    pub idle: Option<Duration>,
    /// How long a detached session can be resumed.
    pub resume_window: Duration,
    /// Events kept for a session that has not acknowledged them.
    pub session_events: u64,
    /// Payload bytes kept for a session that has not acknowledged them.
    pub session_bytes: u64,
    /// Entries of a job kept for those who come later.
    pub job_events: u64,
    /// Payload bytes of a job kept for those who come later.
    pub job_bytes: u64,
    /// Unacknowledged events after which the job is told (`back_pressure`).
    pub ack_lag: u64,
    /// Unacknowledged events after which a connection is closed; its session can be resumed. `None`: never, because an acknowledgement is advice.
    pub ack_lag_max: Option<u64>,
    /// Decoded bytes of one `result_chunk`.
    pub chunk_bytes: usize,
    /// Decoded bytes of a whole streamed result.
    pub result_bytes: u64,
    /// How long a cancelled agent may take to end.
    pub cancel_grace: Duration,
    /// How long past `expires_at` a job may live when it asks for nothing.
    pub lease_grace: Duration,
    /// Sessions of one principal, detached ones included.
    pub sessions_per_principal: usize,
    /// Jobs of one principal that have not ended.
    pub jobs_per_principal: usize,
    /// Jobs of one session that have not ended.
    pub jobs_per_session: usize,
    /// How many delegations deep a job may be.
    pub delegation_depth: usize,
    /// Jobs that one job has delegated and that have not ended.
    pub children_per_job: usize,
    /// Jobs of other sessions that one session follows.
    pub subscriptions_per_session: usize,
    /// Jobs that the sessions of one principal follow, all together.
    pub subscriptions_per_principal: usize,
    /// How long an upstream may take to give out or to revoke a credential.
    pub provisioning: Duration,
    /// How long a revocation that failed waits at first; each time it waits twice as long.
    pub revocation_pause: Duration,
    /// How long a revocation that failed waits at most.
    pub revocation_pause_max: Duration,
    /// Requests to upstreams at the same time.
    pub upstream_requests: usize,
    /// How long an idempotency key is remembered after its job has ended.
    pub idempotency_window: Duration,
    /// How long an ended job can be looked at; it is kept for the resume window in any case.
    pub retention: Duration,
    /// Ended jobs of one principal that are kept; the oldest are forgotten first, with their idempotency keys, whatever time they have left.
    pub ended_jobs_per_principal: usize,
    /// Bytes that the ended jobs of one principal may take, their logs in the store included; the newest is kept in any case.
    pub ended_bytes_per_principal: u64,
    /// Connections at the same time.
    pub connections: usize,
    /// Failed logins of one address in a minute, after which it has to wait.
    pub failed_logins: u32,
    /// Events that agents may be ahead of their attached owner's socket, wherever those are in between; at most half of [`Limits::session_events`].
    pub window_events: u64,
    /// Frames waiting for one socket; beyond it a reader is served from the store.
    pub outbound_frames: usize,
    /// Payload bytes waiting for one socket; beyond it a reader is served from the store.
    pub outbound_bytes: usize,
    /// Inputs waiting for the core.
    pub inbox: usize,
    /// Payload bytes of agents' events waiting for the core, and of those it has taken while a batch is being committed.
    pub inbox_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: DEFAULT_FRAME_BYTES,
            frame_depth: count(wire::FRAME_DEPTH),
            handshake: Duration::from_secs(wire::HANDSHAKE_DEADLINE_SEC),
            bad_frames: small_count(wire::BAD_FRAMES_IN_ROW),
            heartbeat_interval: Duration::from_secs(wire::HEARTBEAT_INTERVAL_SEC),
            idle: None,
            resume_window: Duration::from_secs(wire::RESUME_WINDOW_SEC),
            session_events: wire::SESSION_BUFFER_EVENTS,
            session_bytes: wire::SESSION_BUFFER_BYTES,
            job_events: wire::SESSION_BUFFER_EVENTS,
            job_bytes: wire::SESSION_BUFFER_BYTES,
            ack_lag: wire::ACK_LAG_EVENTS,
            ack_lag_max: None,
            chunk_bytes: count(wire::RESULT_CHUNK_BYTES),
            result_bytes: wire::RESULT_TOTAL_BYTES,
            cancel_grace: Duration::from_secs(wire::CANCEL_GRACE_SEC),
            lease_grace: Duration::from_secs(wire::LEASE_EXPIRY_GRACE_SEC),
            sessions_per_principal: count(wire::SESSIONS_PER_PRINCIPAL),
            jobs_per_principal: count(wire::RUNNING_JOBS_PER_PRINCIPAL),
            jobs_per_session: count(wire::RUNNING_JOBS_PER_SESSION),
            delegation_depth: 8,
            children_per_job: 32,
            subscriptions_per_session: count(wire::SUBSCRIPTIONS_PER_SESSION),
            subscriptions_per_principal: 4096,
            provisioning: Duration::from_secs(30),
            revocation_pause: Duration::from_millis(500),
            revocation_pause_max: Duration::from_mins(1),
            upstream_requests: 32,
            idempotency_window: Duration::from_secs(wire::IDEMPOTENCY_WINDOW_SEC),
            retention: Duration::from_secs(wire::FINISHED_JOB_RETENTION_SEC),
            ended_jobs_per_principal: 10_000,
            ended_bytes_per_principal: 1 << 30,
            connections: 20_000,
            failed_logins: small_count(wire::AUTH_FAILURES_PER_MINUTE),
            window_events: 4096,
            outbound_frames: 8192,
            outbound_bytes: 4 << 20,
            inbox: 4096,
            inbox_bytes: 16 << 20,
        }
    }
}

/// What a client holds and how long it waits. Every queue, buffer and wait of [`crate::client`] is bounded by one of these.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClientLimits {
    /// Bytes of one frame that is sent.
    pub frame_bytes: usize,
    /// Requests without an answer; more of them wait in their callers.
    pub requests: usize,
    /// Bytes of requests without an answer; one larger request may wait alone.
    pub request_bytes: usize,
    /// Bytes of submissions with an idempotency key that are kept until their jobs end, to be submitted again if need be.
    pub kept_bytes: usize,
    /// Frames that wait to be written; beyond it nothing is read, because reading makes answers.
    pub unsent_frames: usize,
    /// Bytes that wait to be written; beyond it nothing is read.
    pub unsent_bytes: usize,
    /// Events that wait for the consumer of one job.
    pub events: usize,
    /// Bytes of events that wait for the consumer of one job; one larger event may wait alone.
    pub event_bytes: usize,
    /// How long a consumer that takes nothing may hold back others; then its events fall away, and it is told which.
    pub slow_consumer: Duration,
    /// Events that came before the acceptance of their job.
    pub early_events: usize,
    /// Bytes of events that came before the acceptance of their job.
    pub early_bytes: usize,
    /// Bytes of all streamed results that are being put together in memory at the same time.
    pub result_bytes: usize,
    /// Incidents that wait for a reader before the oldest falls away.
    pub incidents: usize,
    /// How long the runtime may take to answer a hello.
    pub greeting: Duration,
    /// How long the runtime may take to answer a request ([`ClientError::Unanswered`](crate::client::ClientError::Unanswered)). Counted from when it was
    /// first sent; while there is no session, or reading is held back by a slow consumer, it stands still. A runtime that does not name requests is given one submission
    /// at a time; the others count from their turn. A runtime may have to ask others first: the default is a minute, twice as long as a [runtime](Limits::provisioning)
    /// waits for a credential.
    pub request: Duration,
    /// Pages that one listing of jobs may have.
    pub list_pages: u64,
    /// How long the runtime may take to answer a close.
    pub close: Duration,
    /// How long the runtime may take to read what still waits, and the goodbye, when the connection ends.
    pub goodbye: Duration,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            frame_bytes: DEFAULT_FRAME_BYTES,
            requests: 1024,
            request_bytes: 16 << 20,
            kept_bytes: 64 << 20,
            unsent_frames: 4096,
            unsent_bytes: 16 << 20,
            events: 1024,
            event_bytes: 8 << 20,
            slow_consumer: Duration::from_secs(10),
            early_events: 1024,
            early_bytes: 8 << 20,
            result_bytes: count(wire::RESULT_TOTAL_BYTES),
            incidents: 256,
            greeting: Duration::from_secs(wire::HANDSHAKE_DEADLINE_SEC),
            request: Duration::from_mins(1),
            list_pages: 10_000,
            close: Duration::from_secs(2),
            goodbye: Duration::from_secs(2),
        }
    }
}

/// The largest frame that is read, in bytes, when nothing else is said.
#[expect(clippy::cast_possible_truncation, reason = "four million fit")]
pub const DEFAULT_FRAME_BYTES: usize = wire::FRAME_BYTES as usize;
/// Bytes of a frame that are not its payload: the envelope's members, and what is added to a payload for the one who asked.
pub(crate) const FRAME_HEAD_BYTES: usize = 2048;
/// The most bytes of a message or a reason for people that quotes what a peer sent.
pub(crate) const MAX_MESSAGE_BYTES: usize = 1024;
/// Characters of somebody else's text that one log line shows: names of clients and principals may have 256.
pub(crate) const SHOWN_CHARS: usize = 256;
/// The most characters of one lease pattern.
pub const MAX_PATTERN_CHARS: usize = 4096;
/// The most segments (parts between `/`) of one lease pattern. Together with [`MAX_LEASE_BYTES`] this bounds the work of one check.
pub const MAX_PATTERN_SEGMENTS: usize = 128;
/// The most bytes that all names and patterns of one lease have together.
pub const MAX_LEASE_BYTES: usize = 64 * 1024;
/// The most bytes of the target of an operation.
pub const MAX_TARGET_BYTES: usize = 8192;
/// The most bytes of a capability's name.
pub const MAX_CAPABILITY_BYTES: usize = 128;
/// The most digits before the decimal point of an amount.
pub const MAX_INTEGER_DIGITS: usize = 18;
/// The most digits after the decimal point of an amount.
pub const MAX_FRACTION_DIGITS: u32 = 9;
/// The most bytes of a currency's name.
pub const MAX_CURRENCY_BYTES: usize = 32;
/// How deep `repeat` may stand in `repeat` in the probe's script. Each level reads its text again, so the depth bounds the work of a check.
pub const MAX_REPEAT_DEPTH: usize = 16;
/// The most bytes of an agent reference (`name@version`).
pub const MAX_REFERENCE_BYTES: usize = 256;

/// Frames handed to a transport before reading has its turn.
pub(crate) const WRITE_BATCH: usize = 512;
/// Answers that one connection may have asked for and not been handed; beyond it nothing more is read from it.
pub(crate) const WAITING_ANSWERS: usize = 256;
/// Payload bytes of one page of a listing, or half a frame if that is less; one larger job goes alone.
pub(crate) const LIST_PAGE_BYTES: usize = 256 * 1024;
/// Jobs that one listing looks at. A filter that matches few of them gets short pages instead of a long wait.
pub(crate) const LIST_LOOKED_AT: usize = 1000;
/// How long it may take to write what is queued for a connection that has to end, and again how long the goodbye may take.
pub(crate) const GOODBYE: Duration = Duration::from_secs(2);
/// How long a runtime that stops waits for its connections: both of their farewells, and a moment.
pub(crate) const LEAVING: Duration = Duration::from_secs(5);
/// How long a store may take to answer whether it is there.
pub(crate) const READY_WAIT: Duration = Duration::from_secs(2);
/// How long nobody is let in after a connection could not be accepted.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Requests for the history of a job that one session may have under way.
pub(crate) const LOOKUPS_PER_SESSION: usize = 32;
/// How often over a session's buffer may hold histories that it asked for and has not been sent.
pub(crate) const UNREAD_HISTORIES: u64 = 4;
/// Entries of one page of replay.
pub(crate) const REPLAY_ENTRIES: usize = 1024;
/// Payload bytes of one page of replay.
pub(crate) const REPLAY_BYTES: usize = 1 << 20;
/// Inputs of agents that the dispatcher takes in one go.
pub(crate) const INPUTS_AT_ONCE: usize = 1024;
/// Calls of connections that the dispatcher takes in one go. Each may be a listing, so this bounds how long agents and timers wait.
pub(crate) const CALLS_AT_ONCE: usize = 64;
/// Records that may collect while a batch is being committed before agents have to wait; requests may bring as many again.
pub(crate) const COLLECTED_RECORDS: usize = 8192;
/// How long one commit should take: a request waits for the one that is under way and for its own.
pub(crate) const COMMIT_TARGET: Duration = Duration::from_millis(20);
/// What a batch may always hold, in bytes, however slow the disk is: below it the fixed cost of a commit is most of it.
pub(crate) const LEAST_BATCH: usize = 512 << 10;
/// What a record costs beside its payload, in bytes of payload that cost as much.
pub(crate) const RECORD_BYTES: usize = 256;
/// Events that the agents of a session to which nobody is attached may have waiting for the core.
pub(crate) const UNATTENDED_EVENTS: u64 = 256;
/// How often a failing commit is tried again before the runtime gives up, and how long it waits in between.
pub(crate) const COMMIT_PAUSES: [Duration; 4] = [
    Duration::from_millis(10),
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];
/// Spans that wait for their exporter; further ones fall away.
#[cfg(feature = "otel")]
pub(crate) const WAITING_SPANS: usize = 8192;
/// Spans that are exported in one go.
#[cfg(feature = "otel")]
pub(crate) const SPANS_AT_ONCE: usize = 512;
/// How long a collector may take to answer.
#[cfg(feature = "otel")]
pub(crate) const EXPORT: Duration = Duration::from_secs(10);
/// How long the last spans and metrics may take when the process ends.
#[cfg(feature = "otel")]
pub(crate) const LAST_EXPORT: Duration = Duration::from_secs(5);
/// Bytes of a collector's answer that are read; none needs as many.
#[cfg(feature = "otel")]
pub(crate) const COLLECTOR_ANSWER_BYTES: usize = 64 * 1024;
/// The most bytes of a `tracestate` that is passed on; W3C Trace Context asks for at least as many.
pub(crate) const TRACESTATE_BYTES: usize = 512;
/// Jobs that are forgotten and whose ids on the wire are remembered, for sessions that still hold their events; about a hundred bytes each.
pub(crate) const FORGOTTEN_FACES: usize = 10_000;
/// Connections that are told at one moment that there are too many; more are dropped without a word.
pub(crate) const TURNED_AWAY: usize = 64;
/// How long a failed login counts.
pub(crate) const LOGIN_WINDOW: Duration = Duration::from_mins(1);
/// Addresses, or networks of IPv6 (/64), whose failed logins are remembered; beyond it the oldest is forgotten, which forgives rather than blocks.
pub(crate) const LOGIN_ADDRESSES: usize = 10_000;
/// Batches that may wait for a store's writer. The core has one under way; the rest is room for closing.
#[cfg(feature = "sqlite")]
pub(crate) const WAITING_COMMITS: usize = 16;
/// Reads that may wait for a store's reader; further ones wait with their caller.
#[cfg(feature = "sqlite")]
pub(crate) const WAITING_READS: usize = 256;
/// Bytes that a closing reason may have: a control frame of a WebSocket holds 125, two of them are the code.
pub(crate) const CLOSE_REASON_BYTES: usize = 123;
/// Characters of a bad frame's reason that a client tells: it may quote the frame.
pub(crate) const MAX_REASON_CHARS: usize = 500;
/// Jobs that its own have delegated to which a client remembers, so that none of their ends is taken for a refusal.
pub(crate) const MAX_KNOWN_CHILDREN: usize = 1024;
/// Requests that were given up over one connection and that a client remembers, so that none of their answers is taken for another's.
pub(crate) const GIVEN_UP_REQUESTS: usize = 1024;
/// Pings without a pong that a client remembers.
pub(crate) const MAX_PINGS: usize = 16;
/// How long a program that has closed its output may take to end.
pub(crate) const PROGRAM_END: Duration = Duration::from_secs(1);
/// Bytes of a closing peer that are thrown away before its connection is cut.
pub(crate) const CLOSE_DRAIN_BYTES: usize = 16 << 20;

/// Requests and controls that wait for a client's task, each; more of them wait in their callers.
pub(crate) const CLIENT_INBOX: usize = 16;
/// Frames that a client reads before others have their turn.
pub(crate) const READ_BATCH: usize = 64;
/// Frames that wait in each direction between a client and a runtime of the same process.
pub(crate) const IN_PROCESS_FRAMES: usize = 256;
/// How long a consumer may hold a client's reading back before it is told.
pub(crate) const SLOW_AFTER: Duration = Duration::from_secs(1);

/// A limit of the schema as a size in memory. What a machine cannot count is no limit to it.
fn count(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn small_count(limit: u64) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}
