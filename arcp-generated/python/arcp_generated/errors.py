# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""The protocol's errors as exceptions: one class for each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Protocol

from .error import ERROR_CODE_FACTS, ErrorCode
from .facts import CodeFacts
from .raw import JsonObject

_FACTS: Final[Mapping[str, CodeFacts]] = {**ERROR_CODE_FACTS}


class ErrorBody(Protocol):
    """What the objects that carry an error share."""

    @property
    def code(self) -> ErrorCode: ...
    @property
    def message(self) -> str | None: ...
    @property
    def retryable(self) -> bool | None: ...
    @property
    def details(self) -> JsonObject | None: ...


def is_retryable(body: ErrorBody) -> bool:
    """Tell whether an error may be retried.

    That is the value that the code pins, or else what the error says, or else the code's default.
    An error with an unknown code may not, unless it says so.
    """
    facts = _FACTS.get(body.code)
    if facts is not None and facts.pinned:
        return facts.retryable
    if body.retryable is not None:
        return body.retryable
    return facts is not None and facts.retryable


class ArcpError(Exception):
    """An error of the wire. A code that is not known gives this class itself."""

    wire_code: ClassVar[str | None] = None
    """The code of a subclass."""

    def __init__(self, body: ErrorBody) -> None:
        super().__init__(body.message or body.code)
        self.code: Final = body.code
        self.retryable: Final = is_retryable(body)
        """Whether the same request may succeed later."""
        self.details: Final = body.details

    @staticmethod
    def of(body: ErrorBody) -> ArcpError:
        """Make the exception of the class that belongs to the code."""
        return _CLASSES.get(body.code, ArcpError)(body)


class PermissionDenied(ArcpError):
    """The lease or the principal does not allow it. (§9.3)"""

    wire_code = "PERMISSION_DENIED"


class LeaseSubsetViolation(ArcpError):
    """A delegation asked for more than the parent has. (§9.4)"""

    wire_code = "LEASE_SUBSET_VIOLATION"


class JobNotFound(ArcpError):
    """There is no such job, or it is not visible here. (§12)"""

    wire_code = "JOB_NOT_FOUND"


class DuplicateKey(ArcpError):
    """The idempotency key already stands for another submission. (§7.2)"""

    wire_code = "DUPLICATE_KEY"


class AgentNotAvailable(ArcpError):
    """No agent has that name. (§7.5)"""

    wire_code = "AGENT_NOT_AVAILABLE"


class AgentVersionNotAvailable(ArcpError):
    """The agent exists, and not in that version. (§7.5)"""

    wire_code = "AGENT_VERSION_NOT_AVAILABLE"


class Cancelled(ArcpError):
    """The job was cancelled. (§7.4)"""

    wire_code = "CANCELLED"


class Timeout(ArcpError):
    """The job ran too long. (§7.3)"""

    wire_code = "TIMEOUT"


class ResumeWindowExpired(ArcpError):
    """The session can no longer be resumed from there. (§6.3)"""

    wire_code = "RESUME_WINDOW_EXPIRED"


class HeartbeatLost(ArcpError):
    """The other side fell silent. (§6.4)"""

    wire_code = "HEARTBEAT_LOST"


class LeaseExpired(ArcpError):
    """The authority of the job has ended. (§9.5)"""

    wire_code = "LEASE_EXPIRED"


class BudgetExhausted(ArcpError):
    """The money of the job is spent. (§9.6)"""

    wire_code = "BUDGET_EXHAUSTED"


class InvalidRequest(ArcpError):
    """The request is malformed, or out of place. (§12)"""

    wire_code = "INVALID_REQUEST"


class Unauthenticated(ArcpError):
    """The client did not prove who it is. (§6.1)"""

    wire_code = "UNAUTHENTICATED"


class InternalError(ArcpError):
    """The runtime could not do its work. (§12)"""

    wire_code = "INTERNAL_ERROR"


_CLASSES: Final[Mapping[str, type[ArcpError]]] = {
    "PERMISSION_DENIED": PermissionDenied,
    "LEASE_SUBSET_VIOLATION": LeaseSubsetViolation,
    "JOB_NOT_FOUND": JobNotFound,
    "DUPLICATE_KEY": DuplicateKey,
    "AGENT_NOT_AVAILABLE": AgentNotAvailable,
    "AGENT_VERSION_NOT_AVAILABLE": AgentVersionNotAvailable,
    "CANCELLED": Cancelled,
    "TIMEOUT": Timeout,
    "RESUME_WINDOW_EXPIRED": ResumeWindowExpired,
    "HEARTBEAT_LOST": HeartbeatLost,
    "LEASE_EXPIRED": LeaseExpired,
    "BUDGET_EXHAUSTED": BudgetExhausted,
    "INVALID_REQUEST": InvalidRequest,
    "UNAUTHENTICATED": Unauthenticated,
    "INTERNAL_ERROR": InternalError,
}
