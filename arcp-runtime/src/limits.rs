//! Every limit and timer of a runtime, in one place (wire §10). Defaults are the schema's.

use std::time::Duration;

use arcp_generated::limits as wire;

/// What a runtime allows. Every queue, buffer and body is bounded by one of these.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one inbound frame.
    pub frame_bytes: usize,
    /// Nesting of JSON in an inbound frame.
    pub frame_depth: usize,
    /// How long a connection may take to say hello.
    pub handshake: Duration,
    /// Bad frames in a row after which the connection is closed.
    pub bad_frames: u32,
    /// Heartbeat interval offered in the welcome.
    pub heartbeat_interval: Duration,
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
    /// How long an idempotency key is remembered after its job was accepted.
    pub idempotency_window: Duration,
    /// How long an ended job can be looked at.
    pub retention: Duration,
    /// Connections at the same time.
    pub connections: usize,
    /// Failed logins of one address in a minute, after which it has to wait.
    pub failed_logins: u32,
    /// Events that an agent may be ahead of its attached owner's socket.
    pub window_events: u64,
    /// Frames waiting for one socket; beyond it a reader is served from the store.
    pub outbound_frames: usize,
    /// Payload bytes waiting for one socket; beyond it a reader is served from the store.
    pub outbound_bytes: usize,
    /// Inputs waiting for the core.
    pub inbox: usize,
    /// Payload bytes of agents' events waiting for the core.
    pub inbox_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: count(wire::FRAME_BYTES),
            frame_depth: count(wire::FRAME_DEPTH),
            handshake: Duration::from_secs(wire::HANDSHAKE_DEADLINE_SEC),
            bad_frames: small_count(wire::BAD_FRAMES_IN_ROW),
            heartbeat_interval: Duration::from_secs(wire::HEARTBEAT_INTERVAL_SEC),
            resume_window: Duration::from_secs(wire::RESUME_WINDOW_SEC),
            session_events: wire::SESSION_BUFFER_EVENTS,
            session_bytes: wire::SESSION_BUFFER_BYTES,
            job_events: wire::SESSION_BUFFER_EVENTS,
            job_bytes: wire::SESSION_BUFFER_BYTES,
            ack_lag: wire::ACK_LAG_EVENTS,
            chunk_bytes: count(wire::RESULT_CHUNK_BYTES),
            result_bytes: wire::RESULT_TOTAL_BYTES,
            cancel_grace: Duration::from_secs(wire::CANCEL_GRACE_SEC),
            lease_grace: Duration::from_secs(wire::LEASE_EXPIRY_GRACE_SEC),
            sessions_per_principal: count(wire::SESSIONS_PER_PRINCIPAL),
            jobs_per_principal: count(wire::RUNNING_JOBS_PER_PRINCIPAL),
            jobs_per_session: count(wire::RUNNING_JOBS_PER_SESSION),
            idempotency_window: Duration::from_secs(wire::IDEMPOTENCY_WINDOW_SEC),
            retention: Duration::from_secs(wire::FINISHED_JOB_RETENTION_SEC),
            connections: 20_000,
            failed_logins: small_count(wire::AUTH_FAILURES_PER_MINUTE),
            window_events: 1024,
            outbound_frames: 4096,
            outbound_bytes: 4 << 20,
            inbox: 4096,
            inbox_bytes: 16 << 20,
        }
    }
}

/// A limit of the schema as a size in memory. What a machine cannot count is no limit to it.
fn count(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn small_count(limit: u64) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}
