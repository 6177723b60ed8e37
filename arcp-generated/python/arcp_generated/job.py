# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""The `job.*` messages: submitting, cancelling, following and ending jobs."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as _field
from typing import ClassVar, Final, Literal, TypeAlias

from . import codec as _codec
from . import common as _common
from . import credential as _credential
from . import error as _error
from . import event as _event
from . import lease as _lease
from . import raw as _raw
from .codec import MISSING, Codec, Missing
from .facts import ValueFacts
from .raw import Raw


KnownJobStatus: TypeAlias = Literal[
    "pending",
    "running",
    "success",
    "error",
    "cancelled",
    "timed_out",
]
"""Where a job stands. A word that is not listed is kept as it came. (§7.3)"""
JobStatus: TypeAlias = "KnownJobStatus | str"
"""Where a job stands. A word that is not listed is kept as it came. (§7.3)"""
JOB_STATUS_FACTS: Final[Mapping[KnownJobStatus, ValueFacts]] = {
    "pending": ValueFacts(name="Pending", description="Accepted, and its agent has not started.", section="7.3"),
    "running": ValueFacts(name="Running", description="Its agent is at work.", section="7.3"),
    "success": ValueFacts(name="Success", description="Ended with a result.", section="7.3"),
    "error": ValueFacts(name="Error", description="Ended by a failure.", section="7.3"),
    "cancelled": ValueFacts(name="Cancelled", description="Ended because it was cancelled.", section="7.4"),
    "timed_out": ValueFacts(name="TimedOut", description="Ended because it ran longer than `max_runtime_sec`.", section="7.3"),
}
"""What is known about each value of :data:`JobStatus`, by value."""
JOB_STATUS_CODEC: Final[Codec[JobStatus]] = _codec.text(0, 128)

KnownFinalStatus: TypeAlias = Literal[
    "success",
    "error",
    "cancelled",
    "timed_out",
]
"""How a job ended. A word that is not listed is kept as it came. (§7.3)"""
FinalStatus: TypeAlias = "KnownFinalStatus | str"
"""How a job ended. A word that is not listed is kept as it came. (§7.3)"""
FINAL_STATUS_FACTS: Final[Mapping[KnownFinalStatus, ValueFacts]] = {
    "success": ValueFacts(name="Success", description="With a result; the only status that `job.result` is written with.", section="7.3"),
    "error": ValueFacts(name="Error", description="By a failure, an expired lease or a spent budget.", section="7.3"),
    "cancelled": ValueFacts(name="Cancelled", description="By a cancellation; goes with the code `CANCELLED`.", section="7.4"),
    "timed_out": ValueFacts(name="TimedOut", description="By `max_runtime_sec`; goes with the code `TIMEOUT`.", section="7.3"),
}
"""What is known about each value of :data:`FinalStatus`, by value."""
FINAL_STATUS_CODEC: Final[Codec[FinalStatus]] = _codec.text(0, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """What to run, with what authority. (§7.1)"""

    agent: _common.AgentRef
    """Which agent. `name@version` needs the feature `agent_versions`. (§7.5)"""
    input: _common.Json = None
    """What the agent is given.
    When missing: `null`.
    Sent: always.
    """
    lease_request: _lease.Lease = _field(default_factory=lambda: _codec.standard(_lease.LEASE_CODEC, "{}"))
    """What the job may do. Without it, nothing that needs authority. (§9.2)
    When missing: `{}`.
    """
    lease_constraints: _lease.LeaseConstraints | None = None
    """What else bounds it. (§9.5)"""
    idempotency_key: _common.IdempotencyKey | None = None
    """Makes repeating the submission safe. (§7.2)"""
    max_runtime_sec: int | None = None
    """How long the job may run before it ends with `TIMEOUT`.
    Unit: seconds.
    """


def _read_submit(raw: Raw) -> Submit:
    members = _codec.members(raw)
    return Submit(
        agent=_codec.required(members, "agent", _common.AGENT_REF_CODEC),
        input=_codec.defaulted(members, "input", _common.JSON_CODEC, "null", null=True),
        lease_request=_codec.defaulted(members, "lease_request", _lease.LEASE_CODEC, "{}"),
        lease_constraints=_codec.optional(members, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC),
        idempotency_key=_codec.optional(members, "idempotency_key", _common.IDEMPOTENCY_KEY_CODEC),
        max_runtime_sec=_codec.optional(members, "max_runtime_sec", _codec.integer(1, 2147483647)),
    )


def _write_submit(value: Submit) -> Raw:
    _codec.expect(value, Submit)
    out: dict[str, Raw] = {}
    _codec.put(out, "agent", _common.AGENT_REF_CODEC, value.agent)
    _codec.put_value(out, "input", _common.JSON_CODEC, value.input)
    _codec.put(out, "lease_request", _lease.LEASE_CODEC, value.lease_request)
    _codec.put(out, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC, value.lease_constraints)
    _codec.put(out, "idempotency_key", _common.IDEMPOTENCY_KEY_CODEC, value.idempotency_key)
    _codec.put(out, "max_runtime_sec", _codec.integer(1, 2147483647), value.max_runtime_sec)
    return out


SUBMIT_CODEC: Final[Codec[Submit]] = Codec(_read_submit, _write_submit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The job exists, with this authority. (§7.1)"""

    job_id: _common.JobId
    """The job."""
    agent: _common.ResolvedAgent | None = None
    """The agent and version that the job will stay with. (§7.5)
    Sent: always.
    """
    lease: _lease.Lease = _field(default_factory=lambda: _codec.standard(_lease.LEASE_CODEC, "{}"))
    """What the job may do. It may be less than was asked for, never more.
    When missing: `{}`.
    Sent: always.
    """
    lease_constraints: _lease.LeaseConstraints | None = None
    """What else bounds the job. (§9.5)
    Sent: when the job has any.
    """
    budget: _lease.Budget | None = None
    """What the job may spend, by currency. (§9.6)
    Needs the feature `cost.budget`.
    Sent: when the lease has `cost.budget`.
    """
    credentials: tuple[_credential.Credential, ...] | None = None
    """Credentials for this job alone, given to its submitter only. (§9.8)
    Needs the feature `provisioned_credentials`.
    Sent: when any were provisioned.
    """
    accepted_at: _common.Timestamp | None = None
    """When the job was accepted.
    Sent: always.
    """
    trace_id: _common.TraceId | None = None
    """The trace of the submission, or a fresh one. (§11)
    Sent: always.
    """
    parent_job_id: _common.JobId | None = None
    """The job that delegated this one. (§10, draft-02)
    Sent: when the job was delegated.
    """
    delegate_id: _common.DelegateId | None = None
    """The delegation of the parent that this job answers. (§10, draft-02)
    Sent: when the job was delegated.
    """
    request_id: _common.MessageId | None = None
    """The `id` of the submission. (an addition)
    Sent: when it answers a submission.
    """


def _read_accepted(raw: Raw) -> Accepted:
    members = _codec.members(raw)
    return Accepted(
        job_id=_codec.required(members, "job_id", _common.JOB_ID_CODEC),
        agent=_codec.optional(members, "agent", _common.RESOLVED_AGENT_CODEC),
        lease=_codec.defaulted(members, "lease", _lease.LEASE_CODEC, "{}"),
        lease_constraints=_codec.optional(members, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC),
        budget=_codec.optional(members, "budget", _lease.BUDGET_CODEC),
        credentials=_codec.optional(members, "credentials", _codec.list_of(_credential.CREDENTIAL_CODEC, 0, None, False)),
        accepted_at=_codec.optional(members, "accepted_at", _common.TIMESTAMP_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        parent_job_id=_codec.optional(members, "parent_job_id", _common.JOB_ID_CODEC),
        delegate_id=_codec.optional(members, "delegate_id", _common.DELEGATE_ID_CODEC),
        request_id=_codec.optional(members, "request_id", _common.MESSAGE_ID_CODEC),
    )


def _write_accepted(value: Accepted) -> Raw:
    _codec.expect(value, Accepted)
    out: dict[str, Raw] = {}
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, value.job_id)
    _codec.put(out, "agent", _common.RESOLVED_AGENT_CODEC, value.agent)
    _codec.put(out, "lease", _lease.LEASE_CODEC, value.lease)
    _codec.put(out, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC, value.lease_constraints)
    _codec.put(out, "budget", _lease.BUDGET_CODEC, value.budget)
    _codec.put(out, "credentials", _codec.list_of(_credential.CREDENTIAL_CODEC, 0, None, False), value.credentials)
    _codec.put(out, "accepted_at", _common.TIMESTAMP_CODEC, value.accepted_at)
    _codec.put(out, "trace_id", _common.TRACE_ID_CODEC, value.trace_id)
    _codec.put(out, "parent_job_id", _common.JOB_ID_CODEC, value.parent_job_id)
    _codec.put(out, "delegate_id", _common.DELEGATE_ID_CODEC, value.delegate_id)
    _codec.put(out, "request_id", _common.MESSAGE_ID_CODEC, value.request_id)
    return out


ACCEPTED_CODEC: Final[Codec[Accepted]] = Codec(_read_accepted, _write_accepted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """The job should stop. (§7.4)"""

    reason: str | None = None
    """Why, in a word or a sentence. (draft-02)
    Sent: always.
    """
    job_id: _common.JobId | None = None
    """A copy of the envelope's, and read where the envelope has none. When the two differ the request is refused.
    (an addition)
    Sent: always.
    """


def _read_cancel(raw: Raw) -> Cancel:
    members = _codec.members(raw)
    return Cancel(
        reason=_codec.optional(members, "reason", _codec.text(0, None)),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
    )


def _write_cancel(value: Cancel) -> Raw:
    _codec.expect(value, Cancel)
    out: dict[str, Raw] = {}
    _codec.put(out, "reason", _codec.text(0, None), value.reason)
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, value.job_id)
    return out


CANCEL_CODEC: Final[Codec[Cancel]] = Codec(_read_cancel, _write_cancel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The cancellation is on its way. The job ends with the `job.error` that follows. (§7.4)"""

    job_id: _common.JobId | None = None
    """A copy of the envelope's. (an addition)
    Sent: always.
    """
    reason: str | None = None
    """The reason that the cancel gave. (an addition)
    Sent: when the cancel gave one.
    """


def _read_cancelled(raw: Raw) -> Cancelled:
    members = _codec.members(raw)
    return Cancelled(
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        reason=_codec.optional(members, "reason", _codec.text(0, None)),
    )


def _write_cancelled(value: Cancelled) -> Raw:
    _codec.expect(value, Cancelled)
    out: dict[str, Raw] = {}
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, value.job_id)
    _codec.put(out, "reason", _codec.text(0, None), value.reason)
    return out


CANCELLED_CODEC: Final[Codec[Cancelled]] = Codec(_read_cancelled, _write_cancelled)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHead:
    """What all arms of :data:`Event` carry."""

    ts: _common.Timestamp | None = None
    """When it happened. A replay keeps it.
    Sent: always.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent(EventHead):
    """A line for whoever watches the job. (§8.2)"""

    kind: ClassVar[Literal["log"]] = "log"
    body: _event.Log


@dataclass(frozen=True, slots=True, kw_only=True)
class ThoughtEvent(EventHead):
    """A step of the agent's reasoning. (§8.2)"""

    kind: ClassVar[Literal["thought"]] = "thought"
    body: _event.Thought


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallEvent(EventHead):
    """A tool is called. (§8.2)"""

    kind: ClassVar[Literal["tool_call"]] = "tool_call"
    body: _event.ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResultEvent(EventHead):
    """A tool has answered or failed. (§8.2)"""

    kind: ClassVar[Literal["tool_result"]] = "tool_result"
    body: _event.ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent(EventHead):
    """What the job is busy with. (§8.2)"""

    kind: ClassVar[Literal["status"]] = "status"
    body: _event.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricEvent(EventHead):
    """A measurement. (§8.2)"""

    kind: ClassVar[Literal["metric"]] = "metric"
    body: _event.Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactRefEvent(EventHead):
    """Something was made that lies elsewhere. (§8.2)"""

    kind: ClassVar[Literal["artifact_ref"]] = "artifact_ref"
    body: _event.ArtifactRef


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateEvent(EventHead):
    """Work is handed to another agent. (§10)"""

    kind: ClassVar[Literal["delegate"]] = "delegate"
    body: _event.Delegate


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent(EventHead):
    """How far the job is. (§8.2)"""

    kind: ClassVar[Literal["progress"]] = "progress"
    body: _event.Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultChunkEvent(EventHead):
    """A piece of a streamed result. (§8.4)"""

    kind: ClassVar[Literal["result_chunk"]] = "result_chunk"
    body: _event.ResultChunk


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(EventHead):
    """An arm that this version does not know. It is written back as it came."""

    kind: str
    body: _raw.JsonObject


Event: TypeAlias = "LogEvent | ThoughtEvent | ToolCallEvent | ToolResultEvent | StatusEvent | MetricEvent | ArtifactRefEvent | DelegateEvent | ProgressEvent | ResultChunkEvent | UnknownEvent"
"""Something that happened in a job. `kind` selects what `body` is; a kind that is not known is counted and kept,
not refused. (§8.1)
"""


def _read_event(raw: Raw) -> Event:
    members = _codec.members(raw)
    tag = _codec.required(members, "kind", _codec.text(1, 128))
    ts = _codec.optional(members, "ts", _common.TIMESTAMP_CODEC)
    match tag:
        case "log":
            return LogEvent(ts=ts, body=_codec.defaulted(members, "body", _event.LOG_CODEC, "{}"))
        case "thought":
            return ThoughtEvent(ts=ts, body=_codec.defaulted(members, "body", _event.THOUGHT_CODEC, "{}"))
        case "tool_call":
            return ToolCallEvent(ts=ts, body=_codec.defaulted(members, "body", _event.TOOL_CALL_CODEC, "{}"))
        case "tool_result":
            return ToolResultEvent(ts=ts, body=_codec.defaulted(members, "body", _event.TOOL_RESULT_CODEC, "{}"))
        case "status":
            return StatusEvent(ts=ts, body=_codec.defaulted(members, "body", _event.STATUS_CODEC, "{}"))
        case "metric":
            return MetricEvent(ts=ts, body=_codec.defaulted(members, "body", _event.METRIC_CODEC, "{}"))
        case "artifact_ref":
            return ArtifactRefEvent(ts=ts, body=_codec.defaulted(members, "body", _event.ARTIFACT_REF_CODEC, "{}"))
        case "delegate":
            return DelegateEvent(ts=ts, body=_codec.defaulted(members, "body", _event.DELEGATE_CODEC, "{}"))
        case "progress":
            return ProgressEvent(ts=ts, body=_codec.defaulted(members, "body", _event.PROGRESS_CODEC, "{}"))
        case "result_chunk":
            return ResultChunkEvent(ts=ts, body=_codec.defaulted(members, "body", _event.RESULT_CHUNK_CODEC, "{}"))
        case _:
            return UnknownEvent(ts=ts, kind=tag, body=_codec.defaulted(members, "body", _codec.JSON_OBJECT, "{}"))


def _write_event(value: Event) -> Raw:
    _codec.expect(value, EventHead)
    out: dict[str, Raw] = {"kind": value.kind}
    _codec.put(out, "ts", _common.TIMESTAMP_CODEC, value.ts)
    match value:
        case LogEvent():
            _codec.put(out, "body", _event.LOG_CODEC, value.body)
        case ThoughtEvent():
            _codec.put(out, "body", _event.THOUGHT_CODEC, value.body)
        case ToolCallEvent():
            _codec.put(out, "body", _event.TOOL_CALL_CODEC, value.body)
        case ToolResultEvent():
            _codec.put(out, "body", _event.TOOL_RESULT_CODEC, value.body)
        case StatusEvent():
            _codec.put(out, "body", _event.STATUS_CODEC, value.body)
        case MetricEvent():
            _codec.put(out, "body", _event.METRIC_CODEC, value.body)
        case ArtifactRefEvent():
            _codec.put(out, "body", _event.ARTIFACT_REF_CODEC, value.body)
        case DelegateEvent():
            _codec.put(out, "body", _event.DELEGATE_CODEC, value.body)
        case ProgressEvent():
            _codec.put(out, "body", _event.PROGRESS_CODEC, value.body)
        case ResultChunkEvent():
            _codec.put(out, "body", _event.RESULT_CHUNK_CODEC, value.body)
        case UnknownEvent():
            _codec.put(out, "body", _codec.JSON_OBJECT, value.body)
    return out


EVENT_CODEC: Final[Codec[Event]] = Codec(_read_event, _write_event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The job has ended well. The result is here, or it has been streamed before under `result_id`. (§8.4)"""

    final_status: FinalStatus
    """`success`. Another status in this place is read as that failure. (§7.3)"""
    result: _common.Json | Missing = MISSING
    """The result itself.
    Read from `output` when missing.
    Sent: when no chunk was sent.
    """
    output: _common.Json | Missing = MISSING
    """The name that some runtimes give to `result`. (an addition)
    Sent: never.
    """
    result_id: _common.ResultId | None = None
    """The result that the chunks carried.
    Needs the feature `result_chunk`.
    Sent: when any chunk was sent.
    """
    result_size: int | None = None
    """How large it is when it is put together and decoded.
    Needs the feature `result_chunk`.
    Sent: when any chunk was sent.
    Unit: bytes.
    """
    summary: str | None = None
    """The result in a sentence, for people."""
    completed_at: _common.Timestamp | None = None
    """When the job ended, for clients that insist on it. (an addition)
    Sent: always.
    """


def _read_result(raw: Raw) -> Result:
    members = _codec.members(raw)
    _codec.exclusive(members, ("result", "output", True), ("result_id", None, False))
    return Result(
        final_status=_codec.required(members, "final_status", FINAL_STATUS_CODEC),
        result=_codec.present(members, "result", _common.JSON_CODEC, fallback="output"),
        output=_codec.present(members, "output", _common.JSON_CODEC),
        result_id=_codec.optional(members, "result_id", _common.RESULT_ID_CODEC),
        result_size=_codec.optional(members, "result_size", _codec.integer(0, 9223372036854775807)),
        summary=_codec.optional(members, "summary", _codec.text(0, None)),
        completed_at=_codec.optional(members, "completed_at", _common.TIMESTAMP_CODEC),
    )


def _write_result(value: Result) -> Raw:
    _codec.expect(value, Result)
    out: dict[str, Raw] = {}
    _codec.put(out, "final_status", FINAL_STATUS_CODEC, value.final_status)
    _codec.put_value(out, "result", _common.JSON_CODEC, value.result)
    _codec.put(out, "result_id", _common.RESULT_ID_CODEC, value.result_id)
    _codec.put(out, "result_size", _codec.integer(0, 9223372036854775807), value.result_size)
    _codec.put(out, "summary", _codec.text(0, None), value.summary)
    _codec.put(out, "completed_at", _common.TIMESTAMP_CODEC, value.completed_at)
    return out


RESULT_CODEC: Final[Codec[Result]] = Codec(_read_result, _write_result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """The job has ended without a result. (§12)"""

    code: _error.ErrorCode = "INTERNAL_ERROR"
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
    final_status: FinalStatus = "error"
    """How it ended: `cancelled` with the code `CANCELLED`, `timed_out` with `TIMEOUT`, otherwise `error`. (§7.3)
    When missing: `\"error\"`.
    Sent: always.
    """
    completed_at: _common.Timestamp | None = None
    """When the job ended, for clients that insist on it. (an addition)
    Sent: always.
    """


def _read_error(raw: Raw) -> Error:
    members = _codec.members(raw)
    return Error(
        code=_codec.defaulted(members, "code", _error.ERROR_CODE_CODEC, "\"INTERNAL_ERROR\""),
        message=_codec.defaulted(members, "message", _codec.text(0, None), "\"\""),
        retryable=_codec.optional(members, "retryable", _codec.BOOL),
        details=_codec.optional(members, "details", _common.JSON_OBJECT_CODEC),
        final_status=_codec.defaulted(members, "final_status", FINAL_STATUS_CODEC, "\"error\""),
        completed_at=_codec.optional(members, "completed_at", _common.TIMESTAMP_CODEC),
    )


def _write_error(value: Error) -> Raw:
    _codec.expect(value, Error)
    out: dict[str, Raw] = {}
    _codec.put(out, "code", _error.ERROR_CODE_CODEC, value.code)
    _codec.put(out, "message", _codec.text(0, None), value.message)
    _codec.put(out, "retryable", _codec.BOOL, value.retryable)
    _codec.put(out, "details", _common.JSON_OBJECT_CODEC, value.details)
    _codec.put(out, "final_status", FINAL_STATUS_CODEC, value.final_status)
    _codec.put(out, "completed_at", _common.TIMESTAMP_CODEC, value.completed_at)
    return out


ERROR_CODEC: Final[Codec[Error]] = Codec(_read_error, _write_error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Follow a job from another session, or from earlier in this one. (§7.6)"""

    job_id: _common.JobId
    """The job to follow."""
    history: bool = False
    """Whether to send what is buffered before what is new.
    When missing: `false`.
    """
    from_event_seq: int | None = None
    """With `history`: send what came after this number in the stream of the session that submitted the job. Without
    it, everything that is buffered.
    """


def _read_subscribe(raw: Raw) -> Subscribe:
    members = _codec.members(raw)
    return Subscribe(
        job_id=_codec.required(members, "job_id", _common.JOB_ID_CODEC),
        history=_codec.defaulted(members, "history", _codec.BOOL, "false"),
        from_event_seq=_codec.optional(members, "from_event_seq", _codec.integer(0, 9223372036854775807)),
    )


def _write_subscribe(value: Subscribe) -> Raw:
    _codec.expect(value, Subscribe)
    out: dict[str, Raw] = {}
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, value.job_id)
    _codec.put(out, "history", _codec.BOOL, value.history)
    _codec.put(out, "from_event_seq", _codec.integer(0, 9223372036854775807), value.from_event_seq)
    return out


SUBSCRIBE_CODEC: Final[Codec[Subscribe]] = Codec(_read_subscribe, _write_subscribe)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """The job as it stands, for someone who follows it. (§7.6)"""

    job_id: _common.JobId
    """The job."""
    current_status: JobStatus
    """Where it stands."""
    agent: _common.ResolvedAgent
    """What runs."""
    lease: _lease.Lease = _field(default_factory=lambda: _codec.standard(_lease.LEASE_CODEC, "{}"))
    """What it may do.
    When missing: `{}`.
    Sent: always.
    """
    lease_constraints: _lease.LeaseConstraints | None = None
    """What else bounds it. (§9.5)
    Sent: when the job has any.
    """
    budget: _lease.Budget | None = None
    """What is left to spend, by currency. It may be below zero. (§9.6)
    Needs the feature `cost.budget`.
    Sent: when the lease has `cost.budget`.
    """
    credentials: tuple[_credential.Credential, ...] | None = None
    """The job's live credentials. (§9.8)
    Needs the feature `provisioned_credentials`.
    Sent: when the principal submitted the job and it has not ended.
    """
    parent_job_id: _common.JobId | None = None
    """The job that delegated this one.
    Always sent; null when there is none.
    """
    trace_id: _common.TraceId | None = None
    """The trace that it belongs to. (§11)
    Sent: always.
    """
    subscribed_from: int
    """Where the live stream begins: replayed events have numbers of this session up to this one, live events have
    larger ones.
    """
    replayed: bool
    """Whether buffered events follow before the live ones."""
    request_id: _common.MessageId | None = None
    """The `id` of the request. (an addition)
    Sent: always.
    """


def _read_subscribed(raw: Raw) -> Subscribed:
    members = _codec.members(raw)
    return Subscribed(
        job_id=_codec.required(members, "job_id", _common.JOB_ID_CODEC),
        current_status=_codec.required(members, "current_status", JOB_STATUS_CODEC),
        agent=_codec.required(members, "agent", _common.RESOLVED_AGENT_CODEC),
        lease=_codec.defaulted(members, "lease", _lease.LEASE_CODEC, "{}"),
        lease_constraints=_codec.optional(members, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC),
        budget=_codec.optional(members, "budget", _lease.BUDGET_CODEC),
        credentials=_codec.optional(members, "credentials", _codec.list_of(_credential.CREDENTIAL_CODEC, 0, None, False)),
        parent_job_id=_codec.optional(members, "parent_job_id", _common.JOB_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        subscribed_from=_codec.required(members, "subscribed_from", _codec.integer(0, 9223372036854775807)),
        replayed=_codec.required(members, "replayed", _codec.BOOL),
        request_id=_codec.optional(members, "request_id", _common.MESSAGE_ID_CODEC),
    )


def _write_subscribed(value: Subscribed) -> Raw:
    _codec.expect(value, Subscribed)
    out: dict[str, Raw] = {}
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, value.job_id)
    _codec.put(out, "current_status", JOB_STATUS_CODEC, value.current_status)
    _codec.put(out, "agent", _common.RESOLVED_AGENT_CODEC, value.agent)
    _codec.put(out, "lease", _lease.LEASE_CODEC, value.lease)
    _codec.put(out, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC, value.lease_constraints)
    _codec.put(out, "budget", _lease.BUDGET_CODEC, value.budget)
    _codec.put(out, "credentials", _codec.list_of(_credential.CREDENTIAL_CODEC, 0, None, False), value.credentials)
    _codec.put_or_null(out, "parent_job_id", _common.JOB_ID_CODEC, value.parent_job_id)
    _codec.put(out, "trace_id", _common.TRACE_ID_CODEC, value.trace_id)
    _codec.put(out, "subscribed_from", _codec.integer(0, 9223372036854775807), value.subscribed_from)
    _codec.put(out, "replayed", _codec.BOOL, value.replayed)
    _codec.put(out, "request_id", _common.MESSAGE_ID_CODEC, value.request_id)
    return out


SUBSCRIBED_CODEC: Final[Codec[Subscribed]] = Codec(_read_subscribed, _write_subscribed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """No more of this job. (§7.6)"""

    job_id: _common.JobId
    """The job to stop following."""


def _read_unsubscribe(raw: Raw) -> Unsubscribe:
    members = _codec.members(raw)
    return Unsubscribe(
        job_id=_codec.required(members, "job_id", _common.JOB_ID_CODEC),
    )


def _write_unsubscribe(value: Unsubscribe) -> Raw:
    _codec.expect(value, Unsubscribe)
    out: dict[str, Raw] = {}
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, value.job_id)
    return out


UNSUBSCRIBE_CODEC: Final[Codec[Unsubscribe]] = Codec(_read_unsubscribe, _write_unsubscribe)
