# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""Limits and timers of the protocol: the values that hold unless a peer configures others."""

from typing import Final

FRAME_BYTES: Final = 4194304
"""The largest frame that is read. (§4)
Unit: bytes.
"""
FRAME_DEPTH: Final = 64
"""How deep the objects and arrays of a frame may be nested. (§5)
Unit: levels.
"""
NUMBER_CHARS: Final = 1024
"""The longest number that is read, digits, sign, point and exponent counted. (§5)
Unit: characters.
"""
MESSAGE_ID_CHARS: Final = 256
"""The longest `id` of a frame. (§5)
Unit: characters.
"""
MESSAGE_TYPE_CHARS: Final = 128
"""The longest `type` of a frame. (§5)
Unit: characters.
"""
IDENTIFIER_CHARS: Final = 256
"""The longest session, job, result, call, delegate or credential id, and the longest nonce. (§5)
Unit: characters.
"""
TOKEN_CHARS: Final = 4096
"""The longest resume token or cursor. (§6.3)
Unit: characters.
"""
BEARER_TOKEN_CHARS: Final = 16384
"""The longest bearer token. (§6.1)
Unit: characters.
"""
AGENT_REF_CHARS: Final = 256
"""The longest agent reference. (§7.5)
Unit: characters.
"""
EVENT_KIND_CHARS: Final = 128
"""The longest event kind. (§8.2)
Unit: characters.
"""
IDEMPOTENCY_KEY_CHARS: Final = 256
"""The longest idempotency key. (§7.2)
Unit: characters.
"""
LEASE_PATTERNS_PER_CAPABILITY: Final = 1024
"""How many patterns one capability of a lease may have. (§9.2)
Unit: patterns.
"""
LEASE_PATTERN_CHARS: Final = 4096
"""The longest pattern of a lease. (§9.2)
Unit: characters.
"""
AMOUNT_INTEGER_DIGITS: Final = 18
"""Digits of an amount before the point. (§9.6)
Unit: digits.
"""
AMOUNT_FRACTION_DIGITS: Final = 9
"""Digits of an amount behind the point. (§9.6)
Unit: digits.
"""
MAX_RUNTIME_MAX_SEC: Final = 2147483647
"""The largest `max_runtime_sec` that can be asked for. (§7.1)
Unit: seconds.
"""
BAD_FRAMES_IN_ROW: Final = 10
"""After so many bad frames without a good one between them the connection is closed. (§5)
Unit: frames.
"""
REMEMBERED_MESSAGE_IDS: Final = 1024
"""How many frame ids of a session are remembered, so that a repeated request is not acted on twice. (§5)
Unit: frames.
"""
HANDSHAKE_DEADLINE_SEC: Final = 10
"""How long a connection may take to send its hello or resume. (§6.2)
Unit: seconds.
"""
AUTH_FAILURES_PER_MINUTE: Final = 20
"""How many failed proofs one address may make in a minute before it is refused unheard. (§14)
Unit: failures.
"""
RESUME_WINDOW_SEC: Final = 600
"""How long a session can be resumed after its connection is gone. (§6.3)
Unit: seconds.
"""
SESSION_BUFFER_EVENTS: Final = 10000
"""How many events a session keeps for a resume. (§6.3)
Unit: events.
"""
SESSION_BUFFER_BYTES: Final = 16777216
"""How many bytes of events a session keeps for a resume. (§6.3)
Unit: bytes.
"""
HEARTBEAT_INTERVAL_SEC: Final = 30
"""How often each side shows life. (§6.4)
Unit: seconds.
"""
HEARTBEAT_LOSS_INTERVALS: Final = 2
"""After so many silent intervals the other side counts as lost. (§6.4)
Unit: intervals.
"""
ACK_LAG_EVENTS: Final = 1000
"""How far an acknowledging client may be behind before the job says `back_pressure`. (§6.5)
Unit: events.
"""
ACK_MIN_INTERVAL_MS: Final = 250
"""The shortest time between two acknowledgements of our client. (§6.5)
Unit: milliseconds.
"""
ACK_MIN_EVENTS: Final = 1
"""The fewest events between two acknowledgements of our client. (§6.5)
Unit: events.
"""
LIST_LIMIT_DEFAULT: Final = 100
"""Entries of a page when the request does not say. (§6.6)
Unit: jobs.
"""
LIST_LIMIT_MAX: Final = 1000
"""The most entries of a page. (§6.6)
Unit: jobs.
"""
IDEMPOTENCY_WINDOW_SEC: Final = 86400
"""How long an idempotency key is remembered after its job has ended. A job that runs keeps its key. (§7.2)
Unit: seconds.
"""
CANCEL_GRACE_SEC: Final = 30
"""How long an agent may take to stop before its job is ended without it. (§7.4)
Unit: seconds.
"""
LEASE_EXPIRY_GRACE_SEC: Final = 1
"""How long a job may take to end after its lease refused an operation as expired. (§9.5)
Unit: seconds.
"""
RESULT_CHUNK_BYTES: Final = 1048576
"""The most decoded bytes of one chunk. (§8.4)
Unit: bytes.
"""
RESULT_TOTAL_BYTES: Final = 268435456
"""The most decoded bytes of a streamed result. (§8.4)
Unit: bytes.
"""
FINISHED_JOB_RETENTION_SEC: Final = 600
"""How long an ended job can still be listed and followed; at least the resume window. (§6.6)
Unit: seconds.
"""
SESSIONS_PER_PRINCIPAL: Final = 64
"""How many sessions a principal may have at once. (§14)
Unit: sessions.
"""
RUNNING_JOBS_PER_SESSION: Final = 100
"""How many jobs of a session may run at once. (§14)
Unit: jobs.
"""
RUNNING_JOBS_PER_PRINCIPAL: Final = 1000
"""How many jobs of a principal may run at once. (§14)
Unit: jobs.
"""
SUBSCRIPTIONS_PER_SESSION: Final = 256
"""How many jobs a session may follow. (§7.6)
Unit: subscriptions.
"""
