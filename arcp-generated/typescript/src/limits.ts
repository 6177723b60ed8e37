// @generated from schema/ by `cargo run -p codegen`; do not edit.
/** Limits and timers of the protocol: the values that hold unless a peer configures others. */

/**
 * The largest frame that is read. (§4)
 * Unit: bytes.
 */
export const FRAME_BYTES = 4194304;

/**
 * How deep the objects and arrays of a frame may be nested. (§5)
 * Unit: levels.
 */
export const FRAME_DEPTH = 64;

/**
 * The longest number that is read, digits, sign, point and exponent counted. (§5)
 * Unit: characters.
 */
export const NUMBER_CHARS = 1024;

/**
 * The longest `id` of a frame. (§5)
 * Unit: characters.
 */
export const MESSAGE_ID_CHARS = 256;

/**
 * The longest `type` of a frame. (§5)
 * Unit: characters.
 */
export const MESSAGE_TYPE_CHARS = 128;

/**
 * The longest session, job, result, call, delegate or credential id, and the longest nonce. (§5)
 * Unit: characters.
 */
export const IDENTIFIER_CHARS = 256;

/**
 * The longest resume token or cursor. (§6.3)
 * Unit: characters.
 */
export const TOKEN_CHARS = 4096;

/**
 * The longest bearer token. (§6.1)
 * Unit: characters.
 */
export const BEARER_TOKEN_CHARS = 16384;

/**
 * The longest agent reference. (§7.5)
 * Unit: characters.
 */
export const AGENT_REF_CHARS = 256;

/**
 * The longest event kind. (§8.2)
 * Unit: characters.
 */
export const EVENT_KIND_CHARS = 128;

/**
 * The longest idempotency key. (§7.2)
 * Unit: characters.
 */
export const IDEMPOTENCY_KEY_CHARS = 256;

/**
 * How many patterns one capability of a lease may have. (§9.2)
 * Unit: patterns.
 */
export const LEASE_PATTERNS_PER_CAPABILITY = 1024;

/**
 * The longest pattern of a lease. (§9.2)
 * Unit: characters.
 */
export const LEASE_PATTERN_CHARS = 4096;

/**
 * Digits of an amount before the point. (§9.6)
 * Unit: digits.
 */
export const AMOUNT_INTEGER_DIGITS = 18;

/**
 * Digits of an amount behind the point. (§9.6)
 * Unit: digits.
 */
export const AMOUNT_FRACTION_DIGITS = 9;

/**
 * The largest `max_runtime_sec` that can be asked for. (§7.1)
 * Unit: seconds.
 */
export const MAX_RUNTIME_MAX_SEC = 2147483647;

/**
 * After so many bad frames without a good one between them the connection is closed. (§5)
 * Unit: frames.
 */
export const BAD_FRAMES_IN_ROW = 10;

/**
 * How many frame ids of a session are remembered, so that a repeated request is not acted on twice. (§5)
 * Unit: frames.
 */
export const REMEMBERED_MESSAGE_IDS = 1024;

/**
 * How long a connection may take to send its hello or resume. (§6.2)
 * Unit: seconds.
 */
export const HANDSHAKE_DEADLINE_SEC = 10;

/**
 * How many failed proofs one address may make in a minute before it is refused unheard. (§14)
 * Unit: failures.
 */
export const AUTH_FAILURES_PER_MINUTE = 20;

/**
 * How long a session can be resumed after its connection is gone. (§6.3)
 * Unit: seconds.
 */
export const RESUME_WINDOW_SEC = 600;

/**
 * How many events a session keeps for a resume. (§6.3)
 * Unit: events.
 */
export const SESSION_BUFFER_EVENTS = 10000;

/**
 * How many bytes of events a session keeps for a resume. (§6.3)
 * Unit: bytes.
 */
export const SESSION_BUFFER_BYTES = 16777216;

/**
 * How often each side shows life. (§6.4)
 * Unit: seconds.
 */
export const HEARTBEAT_INTERVAL_SEC = 30;

/**
 * After so many silent intervals the other side counts as lost. (§6.4)
 * Unit: intervals.
 */
export const HEARTBEAT_LOSS_INTERVALS = 2;

/**
 * How far an acknowledging client may be behind before the job says `back_pressure`. (§6.5)
 * Unit: events.
 */
export const ACK_LAG_EVENTS = 1000;

/**
 * The shortest time between two acknowledgements of our client. (§6.5)
 * Unit: milliseconds.
 */
export const ACK_MIN_INTERVAL_MS = 250;

/**
 * The fewest events between two acknowledgements of our client. (§6.5)
 * Unit: events.
 */
export const ACK_MIN_EVENTS = 1;

/**
 * Entries of a page when the request does not say. (§6.6)
 * Unit: jobs.
 */
export const LIST_LIMIT_DEFAULT = 100;

/**
 * The most entries of a page. (§6.6)
 * Unit: jobs.
 */
export const LIST_LIMIT_MAX = 1000;

/**
 * How long an idempotency key is remembered after its job has ended. A job that runs keeps its key. (§7.2)
 * Unit: seconds.
 */
export const IDEMPOTENCY_WINDOW_SEC = 86400;

/**
 * How long an agent may take to stop before its job is ended without it. (§7.4)
 * Unit: seconds.
 */
export const CANCEL_GRACE_SEC = 30;

/**
 * How long a job may take to end after its lease refused an operation as expired. (§9.5)
 * Unit: seconds.
 */
export const LEASE_EXPIRY_GRACE_SEC = 1;

/**
 * The most decoded bytes of one chunk. (§8.4)
 * Unit: bytes.
 */
export const RESULT_CHUNK_BYTES = 1048576;

/**
 * The most decoded bytes of a streamed result. (§8.4)
 * Unit: bytes.
 */
export const RESULT_TOTAL_BYTES = 268435456;

/**
 * How long an ended job can still be listed and followed; at least the resume window. (§6.6)
 * Unit: seconds.
 */
export const FINISHED_JOB_RETENTION_SEC = 600;

/**
 * How many sessions a principal may have at once. (§14)
 * Unit: sessions.
 */
export const SESSIONS_PER_PRINCIPAL = 64;

/**
 * How many jobs of a session may run at once. (§14)
 * Unit: jobs.
 */
export const RUNNING_JOBS_PER_SESSION = 100;

/**
 * How many jobs of a principal may run at once. (§14)
 * Unit: jobs.
 */
export const RUNNING_JOBS_PER_PRINCIPAL = 1000;

/**
 * How many jobs a session may follow. (§7.6)
 * Unit: subscriptions.
 */
export const SUBSCRIPTIONS_PER_SESSION = 256;
