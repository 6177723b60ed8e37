# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""Strings with a grammar and values without a shape, shared by every other file: identifiers, agent references,
timestamps, decimals, JSON.
"""
from __future__ import annotations

import decimal as _decimal
from typing import Final, TypeAlias

from . import codec as _codec
from . import raw as _raw
from .codec import Codec
from .secret import Secret


MessageId: TypeAlias = str
"""Names one frame, unique among the frames of its sender. A repeat of a frame that the receiver remembers is not
acted on twice. (§5)
"""
MESSAGE_ID_CODEC: Final[Codec[MessageId]] = _codec.text(1, 256, "^[!-\\~]+\\Z")

SessionId: TypeAlias = str
"""Names a session. The runtime mints it at the welcome, and it stays the same across resumes. (§5)"""
SESSION_ID_CODEC: Final[Codec[SessionId]] = _codec.text(1, 256, "^[!-\\~]+\\Z")

JobId: TypeAlias = str
"""Names a job. The runtime mints it when it accepts the submission, and it outlives the session. (§5)"""
JOB_ID_CODEC: Final[Codec[JobId]] = _codec.text(1, 256, "^[!-\\~]+\\Z")

ResultId: TypeAlias = str
"""Names a streamed result. All chunks of a job carry the same one, and the job's result refers to it. (§8.4)"""
RESULT_ID_CODEC: Final[Codec[ResultId]] = _codec.text(1, 256, "^[!-\\~]+\\Z")

CallId: TypeAlias = str
"""Ties a tool result to its tool call within one job. (§8.2)"""
CALL_ID_CODEC: Final[Codec[CallId]] = _codec.text(1, 256, "^[!-\\~]+\\Z")

DelegateId: TypeAlias = str
"""Names one delegation within the parent job, so that the child's acceptance or a refusal can be told apart from
others. (§10, draft-02)
"""
DELEGATE_ID_CODEC: Final[Codec[DelegateId]] = _codec.text(1, 256, "^[!-\\~]+\\Z")

CredentialId: TypeAlias = str
"""Names a provisioned credential within its job, for audit, rotation and revocation. (§9.8)"""
CREDENTIAL_ID_CODEC: Final[Codec[CredentialId]] = _codec.text(1, 256, "^[!-\\~]+\\Z")

Nonce: TypeAlias = str
"""A value that a ping carries and its pong repeats. (§6.4)"""
NONCE_CODEC: Final[Codec[Nonce]] = _codec.text(1, 256)

ResumeToken: TypeAlias = Secret
"""Proves that a client may resume a session. It is a credential: each welcome replaces it, and only the newest
one is good. (§6.3)
"""
RESUME_TOKEN_CODEC: Final[Codec[ResumeToken]] = _codec.secret(_codec.text(1, 4096, "^[!-\\~]+\\Z"))

Cursor: TypeAlias = str
"""Marks where the next page of a listing begins. Only the runtime that wrote it can read it. (§6.6)"""
CURSOR_CODEC: Final[Codec[Cursor]] = _codec.text(1, 4096, "^[!-\\~]+\\Z")

AgentRef: TypeAlias = str
"""Says which agent is wanted: a name alone for its default version, or `name@version` for exactly that one.
(§7.5)
"""
AGENT_REF_CODEC: Final[Codec[AgentRef]] = _codec.text(1, 256, "^[a-z0-9][a-z0-9._-]*(@[a-zA-Z0-9.+_-]+)?\\Z")

AgentName: TypeAlias = str
"""The name of an agent, without a version. (§7.5)"""
AGENT_NAME_CODEC: Final[Codec[AgentName]] = _codec.text(1, 256, "^[a-z0-9][a-z0-9._-]*\\Z")

AgentVersion: TypeAlias = str
"""The version of an agent. It has no order: two versions are the same or they are not. (§7.5)"""
AGENT_VERSION_CODEC: Final[Codec[AgentVersion]] = _codec.text(1, 256, "^[a-zA-Z0-9.+_-]+\\Z")

ResolvedAgent: TypeAlias = str
"""The agent that really runs, as `name@version`. A reader takes any text here, since some runtimes write a bare
name. (§7.5)
"""
RESOLVED_AGENT_CODEC: Final[Codec[ResolvedAgent]] = _codec.text(1, 512)

TraceId: TypeAlias = str
"""The W3C trace that an operation belongs to: 32 lowercase hexadecimal digits, not all zero. A reader also takes
the trace id out of a whole `traceparent`, and ignores any other text: tracing never fails a job. (§11)
"""
TRACE_ID_CODEC: Final[Codec[TraceId]] = _codec.text(0, 256)

Timestamp: TypeAlias = str
"""An instant of RFC 3339. It is written in UTC with `Z`; a reader takes any offset. (§8.2)"""
TIMESTAMP_CODEC: Final[Codec[Timestamp]] = _codec.text(20, 64, "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])\\Z")

Expiry: TypeAlias = str
"""The instant at which authority ends: RFC 3339 in UTC, and only with the suffix `Z`. (§9.5)"""
EXPIRY_CODEC: Final[Codec[Expiry]] = _codec.text(20, 30, "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]{1,9})?Z\\Z")

Decimal: TypeAlias = _decimal.Decimal
"""A JSON number whose digits are kept as they came, so that money stays exact. It is never rounded through a
binary fraction. (§9.6)
"""
DECIMAL_CODEC: Final[Codec[Decimal]] = _codec.DECIMAL

Json: TypeAlias = _raw.Json
"""Any JSON value, null included, kept as the text that came. (§5)"""
JSON_CODEC: Final[Codec[Json]] = _codec.JSON

JsonObject: TypeAlias = _raw.JsonObject
"""A JSON object whose members this protocol does not fix, kept as the text that came. (§5)"""
JSON_OBJECT_CODEC: Final[Codec[JsonObject]] = _codec.JSON_OBJECT

MediaType: TypeAlias = str
"""What kind of data it is, such as `text/plain; charset=utf-8`. (§8.2)"""
MEDIA_TYPE_CODEC: Final[Codec[MediaType]] = _codec.text(3, 256, "^[A-Za-z0-9!#$\\&^_.+-]+/[A-Za-z0-9!#$\\&^_.+-]+([\\t\\n\\x0b\\x0c\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]*;[^\\n\\r\\u2028\\u2029]*)?\\Z")

Sha256: TypeAlias = str
"""The SHA-256 of some bytes as 64 hexadecimal digits, written in lowercase. (§8.2)"""
SHA256_CODEC: Final[Codec[Sha256]] = _codec.text(64, 64, "^[0-9A-Fa-f]{64}\\Z")

Uri: TypeAlias = str
"""An absolute URI of any scheme, such as `file:`, `https:` or `arcp:`. (§8.2)"""
URI_CODEC: Final[Codec[Uri]] = _codec.text(3, 8192, "^[A-Za-z][A-Za-z0-9+.-]*:[^\\t\\n\\x0b\\x0c\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+\\Z")

IdempotencyKey: TypeAlias = str
"""A client's own name for one submission: repeating it yields the same job instead of a second one. It counts
within the principal that submits. (§7.2)
"""
IDEMPOTENCY_KEY_CODEC: Final[Codec[IdempotencyKey]] = _codec.text(1, 256)

Currency: TypeAlias = str
"""What a budget is counted in: `USD`, `EUR`, `credits`, or a word of the runtime. (§9.6)"""
CURRENCY_CODEC: Final[Codec[Currency]] = _codec.text(1, 32, "^[A-Za-z][A-Za-z0-9_-]*\\Z")

VendorName: TypeAlias = str
"""The name of an extension: an event kind, a capability, a feature or an envelope member outside this protocol.
(§15, draft-02)
"""
VENDOR_NAME_CODEC: Final[Codec[VendorName]] = _codec.text(10, 128, "^x-vendor(\\.[a-z0-9_-]+)+\\Z")
