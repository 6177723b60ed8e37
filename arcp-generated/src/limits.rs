// @generated from schema/ by codegen; do not edit
//! Limits and timers, one constant each.
/// The largest frame that is read.
///
/// `frame_bytes` (§4). In bytes.
pub const FRAME_BYTES: u64 = 4194304;
/// How deep the objects and arrays of a frame may be nested.
///
/// `frame_depth` (§5). In levels.
pub const FRAME_DEPTH: u64 = 64;
/// The longest number that is read, digits, sign, point and exponent counted.
///
/// `number_chars` (§5). In characters.
pub const NUMBER_CHARS: u64 = 1024;
/// The longest `id` of a frame.
///
/// `message_id_chars` (§5). In characters.
pub const MESSAGE_ID_CHARS: u64 = 256;
/// The longest `type` of a frame.
///
/// `message_type_chars` (§5). In characters.
pub const MESSAGE_TYPE_CHARS: u64 = 128;
/// The longest session, job, result, call, delegate or credential id, and the longest nonce.
///
/// `identifier_chars` (§5). In characters.
pub const IDENTIFIER_CHARS: u64 = 256;
/// The longest resume token or cursor.
///
/// `token_chars` (§6.3). In characters.
pub const TOKEN_CHARS: u64 = 4096;
/// The longest bearer token.
///
/// `bearer_token_chars` (§6.1). In characters.
pub const BEARER_TOKEN_CHARS: u64 = 16384;
/// The longest agent reference.
///
/// `agent_ref_chars` (§7.5). In characters.
pub const AGENT_REF_CHARS: u64 = 256;
/// The longest event kind.
///
/// `event_kind_chars` (§8.2). In characters.
pub const EVENT_KIND_CHARS: u64 = 128;
/// The longest idempotency key.
///
/// `idempotency_key_chars` (§7.2). In characters.
pub const IDEMPOTENCY_KEY_CHARS: u64 = 256;
/// How many patterns one capability of a lease may have.
///
/// `lease_patterns_per_capability` (§9.2). In patterns.
pub const LEASE_PATTERNS_PER_CAPABILITY: u64 = 1024;
/// The longest pattern of a lease.
///
/// `lease_pattern_chars` (§9.2). In characters.
pub const LEASE_PATTERN_CHARS: u64 = 4096;
/// Digits of an amount before the point.
///
/// `amount_integer_digits` (§9.6). In digits.
pub const AMOUNT_INTEGER_DIGITS: u64 = 18;
/// Digits of an amount behind the point.
///
/// `amount_fraction_digits` (§9.6). In digits.
pub const AMOUNT_FRACTION_DIGITS: u64 = 9;
/// The largest `max_runtime_sec` that can be asked for.
///
/// `max_runtime_max_sec` (§7.1). In seconds.
pub const MAX_RUNTIME_MAX_SEC: u64 = 2147483647;
/// After so many bad frames without a good one between them the connection is closed.
///
/// `bad_frames_in_row` (§5). In frames.
pub const BAD_FRAMES_IN_ROW: u64 = 10;
/// How many frame ids of a session are remembered, so that a repeated request is not acted on twice.
///
/// `remembered_message_ids` (§5). In frames.
pub const REMEMBERED_MESSAGE_IDS: u64 = 1024;
/// How long a connection may take to send its hello or resume.
///
/// `handshake_deadline_sec` (§6.2). In seconds.
pub const HANDSHAKE_DEADLINE_SEC: u64 = 10;
/// How many failed proofs one address may make in a minute before it is refused unheard.
///
/// `auth_failures_per_minute` (§14). In failures.
pub const AUTH_FAILURES_PER_MINUTE: u64 = 20;
/// How long a session can be resumed after its connection is gone.
///
/// `resume_window_sec` (§6.3). In seconds.
pub const RESUME_WINDOW_SEC: u64 = 600;
/// How many events a session keeps for a resume.
///
/// `session_buffer_events` (§6.3). In events.
pub const SESSION_BUFFER_EVENTS: u64 = 10000;
/// How many bytes of events a session keeps for a resume.
///
/// `session_buffer_bytes` (§6.3). In bytes.
pub const SESSION_BUFFER_BYTES: u64 = 16777216;
/// How often each side shows life.
///
/// `heartbeat_interval_sec` (§6.4). In seconds.
pub const HEARTBEAT_INTERVAL_SEC: u64 = 30;
/// After so many silent intervals the other side counts as lost.
///
/// `heartbeat_loss_intervals` (§6.4). In intervals.
pub const HEARTBEAT_LOSS_INTERVALS: u64 = 2;
/// How far an acknowledging client may be behind before the job says `back_pressure`.
///
/// `ack_lag_events` (§6.5). In events.
pub const ACK_LAG_EVENTS: u64 = 1000;
/// The shortest time between two acknowledgements of our client.
///
/// `ack_min_interval_ms` (§6.5). In milliseconds.
pub const ACK_MIN_INTERVAL_MS: u64 = 250;
/// The fewest events between two acknowledgements of our client.
///
/// `ack_min_events` (§6.5). In events.
pub const ACK_MIN_EVENTS: u64 = 1;
/// Entries of a page when the request does not say.
///
/// `list_limit_default` (§6.6). In jobs.
pub const LIST_LIMIT_DEFAULT: u64 = 100;
/// The most entries of a page.
///
/// `list_limit_max` (§6.6). In jobs.
pub const LIST_LIMIT_MAX: u64 = 1000;
/// How long an idempotency key is remembered after its job has ended. A job that runs keeps its key.
///
/// `idempotency_window_sec` (§7.2). In seconds.
pub const IDEMPOTENCY_WINDOW_SEC: u64 = 86400;
/// How long an agent may take to stop before its job is ended without it.
///
/// `cancel_grace_sec` (§7.4). In seconds.
pub const CANCEL_GRACE_SEC: u64 = 30;
/// How long a job may take to end after its lease refused an operation as expired.
///
/// `lease_expiry_grace_sec` (§9.5). In seconds.
pub const LEASE_EXPIRY_GRACE_SEC: u64 = 1;
/// The most decoded bytes of one chunk.
///
/// `result_chunk_bytes` (§8.4). In bytes.
pub const RESULT_CHUNK_BYTES: u64 = 1048576;
/// The most decoded bytes of a streamed result.
///
/// `result_total_bytes` (§8.4). In bytes.
pub const RESULT_TOTAL_BYTES: u64 = 268435456;
/// How long an ended job can still be listed and followed; at least the resume window.
///
/// `finished_job_retention_sec` (§6.6). In seconds.
pub const FINISHED_JOB_RETENTION_SEC: u64 = 600;
/// How many sessions a principal may have at once.
///
/// `sessions_per_principal` (§14). In sessions.
pub const SESSIONS_PER_PRINCIPAL: u64 = 64;
/// How many jobs of a session may run at once.
///
/// `running_jobs_per_session` (§14). In jobs.
pub const RUNNING_JOBS_PER_SESSION: u64 = 100;
/// How many jobs of a principal may run at once.
///
/// `running_jobs_per_principal` (§14). In jobs.
pub const RUNNING_JOBS_PER_PRINCIPAL: u64 = 1000;
/// How many jobs a session may follow.
///
/// `subscriptions_per_session` (§7.6). In subscriptions.
pub const SUBSCRIPTIONS_PER_SESSION: u64 = 256;
