# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""The error object and the fifteen codes."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from . import codec as _codec
from . import common as _common
from .codec import Codec
from .facts import CodeFacts
from .raw import Raw


KnownErrorCode: TypeAlias = Literal[
    "PERMISSION_DENIED",
    "LEASE_SUBSET_VIOLATION",
    "JOB_NOT_FOUND",
    "DUPLICATE_KEY",
    "AGENT_NOT_AVAILABLE",
    "AGENT_VERSION_NOT_AVAILABLE",
    "CANCELLED",
    "TIMEOUT",
    "RESUME_WINDOW_EXPIRED",
    "HEARTBEAT_LOST",
    "LEASE_EXPIRED",
    "BUDGET_EXHAUSTED",
    "INVALID_REQUEST",
    "UNAUTHENTICATED",
    "INTERNAL_ERROR",
]
"""What went wrong. A code that is not listed is kept as it came: tools and agents have their own. (§12)"""
ErrorCode: TypeAlias = "KnownErrorCode | str"
"""What went wrong. A code that is not listed is kept as it came: tools and agents have their own. (§12)"""
ERROR_CODE_FACTS: Final[Mapping[KnownErrorCode, CodeFacts]] = {
    "PERMISSION_DENIED": CodeFacts(name="PermissionDenied", description="The lease or the principal does not allow it.", section="9.3", retryable=False, pinned=False, cause="An operation that no grant of the lease covers, or a request about a job that belongs to someone else.", cure="Submit the job with a lease that covers the operation, or ask from the session that owns the job."),
    "LEASE_SUBSET_VIOLATION": CodeFacts(name="LeaseSubsetViolation", description="A delegation asked for more than the parent has.", section="9.4", retryable=False, pinned=False, cause="The child's lease names a resource, an amount or an end that the parent's lease does not cover.", cure="Delegate with a lease inside the parent's, or submit the parent with a wider one."),
    "JOB_NOT_FOUND": CodeFacts(name="JobNotFound", description="There is no such job, or it is not visible here.", section="12", retryable=False, pinned=False, cause="The id is wrong, the job has been forgotten after its end, or the principal may not know of it.", cure="Check the id with `session.list_jobs`."),
    "DUPLICATE_KEY": CodeFacts(name="DuplicateKey", description="The idempotency key already stands for another submission.", section="7.2", retryable=False, pinned=False, cause="The key was used before with other parameters.", cure="Use a new key for a new submission, and repeat the old one without any change."),
    "AGENT_NOT_AVAILABLE": CodeFacts(name="AgentNotAvailable", description="No agent has that name.", section="7.5", retryable=False, pinned=False, cause="The agent is not registered with this runtime.", cure="Choose a name from the inventory of the welcome."),
    "AGENT_VERSION_NOT_AVAILABLE": CodeFacts(name="AgentVersionNotAvailable", description="The agent exists, and not in that version.", section="7.5", retryable=False, pinned=False, cause="The version after the `@` is not registered.", cure="Choose a version from the inventory, or leave it out for the default."),
    "CANCELLED": CodeFacts(name="Cancelled", description="The job was cancelled.", section="7.4", retryable=False, pinned=False, cause="The session that submitted it, or the end of its parent, asked for it.", cure="Submit it again if it is still wanted."),
    "TIMEOUT": CodeFacts(name="Timeout", description="The job ran too long.", section="7.3", retryable=True, pinned=False, cause="It had not ended after `max_runtime_sec`.", cure="Submit it again with more time or less work."),
    "RESUME_WINDOW_EXPIRED": CodeFacts(name="ResumeWindowExpired", description="The session can no longer be resumed from there.", section="6.3", retryable=False, pinned=False, cause="The window is over, or the events after `last_event_seq` are no longer buffered.", cure="Open a new session, and find the jobs again by listing or by their idempotency keys."),
    "HEARTBEAT_LOST": CodeFacts(name="HeartbeatLost", description="The other side fell silent.", section="6.4", retryable=True, pinned=False, cause="Nothing came in for two heartbeat intervals.", cure="Connect again and resume; jobs have gone on."),
    "LEASE_EXPIRED": CodeFacts(name="LeaseExpired", description="The authority of the job has ended.", section="9.5", feature="lease_expires_at", retryable=False, pinned=True, cause="An operation at or after the lease's `expires_at`.", cure="Submit the job again with a later end. A lease cannot be renewed."),
    "BUDGET_EXHAUSTED": CodeFacts(name="BudgetExhausted", description="The money of the job is spent.", section="9.6", feature="cost.budget", retryable=False, pinned=True, cause="A budget counter is at or below zero.", cure="Submit the job again with a larger `cost.budget`."),
    "INVALID_REQUEST": CodeFacts(name="InvalidRequest", description="The request is malformed, or out of place.", section="12", retryable=False, pinned=False, cause="The frame does not fit the schema, a value is out of range, or a feature was used that was not negotiated.", cure="Correct the request; the message says where it is wrong."),
    "UNAUTHENTICATED": CodeFacts(name="Unauthenticated", description="The client did not prove who it is.", section="6.1", retryable=False, pinned=False, cause="The token is missing, wrong or of an unknown scheme, or a resume token does not belong to the session.", cure="Connect with a valid bearer token."),
    "INTERNAL_ERROR": CodeFacts(name="InternalError", description="The runtime could not do its work.", section="12", retryable=True, pinned=True, cause="A fault inside the runtime or an agent, or a cap that was reached, then named in `details.cap`.", cure="Try again after a while; if it stays, look into the runtime's log."),
}
"""What is known about each value of :data:`ErrorCode`, by value."""
ERROR_CODE_CODEC: Final[Codec[ErrorCode]] = _codec.text(0, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """What went wrong, for programs and for people. (§12)"""

    code: ErrorCode = "INTERNAL_ERROR"
    """What went wrong, for programs.
    When missing: `\"INTERNAL_ERROR\"`.
    Sent: always.
    """
    message: str = ""
    """What went wrong, for people. It holds no secret and is never written empty; where it is missing the code
    stands for it.
    When missing: `\"\"`.
    Sent: always.
    """
    retryable: bool | None = None
    """Whether the same request may succeed later. Where it is missing the code's own default holds.
    Sent: always.
    """
    details: _common.JsonObject | None = None
    """More about it, as the code or the runtime defines."""


def _read_error(raw: Raw) -> Error:
    members = _codec.members(raw)
    return Error(
        code=_codec.defaulted(members, "code", ERROR_CODE_CODEC, "\"INTERNAL_ERROR\""),
        message=_codec.defaulted(members, "message", _codec.text(0, None), "\"\""),
        retryable=_codec.optional(members, "retryable", _codec.BOOL),
        details=_codec.optional(members, "details", _common.JSON_OBJECT_CODEC),
    )


def _write_error(value: Error) -> Raw:
    _codec.expect(value, Error)
    out: dict[str, Raw] = {}
    _codec.put(out, "code", ERROR_CODE_CODEC, value.code)
    _codec.put(out, "message", _codec.text(0, None), value.message)
    _codec.put(out, "retryable", _codec.BOOL, value.retryable)
    _codec.put(out, "details", _common.JSON_OBJECT_CODEC, value.details)
    return out


ERROR_CODEC: Final[Codec[Error]] = Codec(_read_error, _write_error)
