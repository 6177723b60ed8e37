# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""What happens in a job: the ten event kinds and their bodies."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as _field
from typing import Final, Literal, TypeAlias

from . import codec as _codec
from . import common as _common
from . import credential as _credential
from . import error as _error
from . import lease as _lease
from .codec import Codec
from .facts import ValueFacts
from .raw import Raw


KnownLogLevel: TypeAlias = Literal[
    "trace",
    "debug",
    "info",
    "warn",
    "error",
]
"""How important a log line is. Readers compare without regard to case, and keep a word that is not listed.
(§8.2)
"""
LogLevel: TypeAlias = "KnownLogLevel | str"
"""How important a log line is. Readers compare without regard to case, and keep a word that is not listed.
(§8.2)
"""
LOG_LEVEL_FACTS: Final[Mapping[KnownLogLevel, ValueFacts]] = {
    "trace": ValueFacts(name="Trace", description="Every step."),
    "debug": ValueFacts(name="Debug", description="For those who look for a fault."),
    "info": ValueFacts(name="Info", description="What is worth knowing."),
    "warn": ValueFacts(name="Warn", description="Not as it should be, and the job goes on."),
    "error": ValueFacts(name="Error", description="Something failed."),
}
"""What is known about each value of :data:`LogLevel`, by value."""
LOG_LEVEL_CODEC: Final[Codec[LogLevel]] = _codec.text(0, 64, "^[\\t\\n\\x0b\\x0c\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff\\x00-\\x08\\x0e-\\x1f!-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\U0010ffff]+\\Z")

KnownStatusPhase: TypeAlias = Literal[
    "credential_rotated",
    "back_pressure",
]
"""What a job is busy with. Agents choose their own words; two have a meaning to the protocol. (§8.2)"""
StatusPhase: TypeAlias = "KnownStatusPhase | str"
"""What a job is busy with. Agents choose their own words; two have a meaning to the protocol. (§8.2)"""
STATUS_PHASE_FACTS: Final[Mapping[KnownStatusPhase, ValueFacts]] = {
    "credential_rotated": ValueFacts(name="CredentialRotated", description="A credential has a new value, which the body carries.", section="9.8", feature="provisioned_credentials"),
    "back_pressure": ValueFacts(name="BackPressure", description="The client is far behind the stream.", section="6.5", feature="ack"),
}
"""What is known about each value of :data:`StatusPhase`, by value."""
STATUS_PHASE_CODEC: Final[Codec[StatusPhase]] = _codec.text(0, 128, "^[\\t\\n\\x0b\\x0c\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff\\x00-\\x08\\x0e-\\x1f!-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\U0010ffff]+\\Z")

ChunkEncoding: TypeAlias = Literal[
    "utf8",
    "base64",
]
"""How the data of a chunk is written. (§8.4)"""
CHUNK_ENCODING_FACTS: Final[Mapping[ChunkEncoding, ValueFacts]] = {
    "utf8": ValueFacts(name="Utf8", description="As text; a chunk never cuts a character.", section="8.4"),
    "base64": ValueFacts(name="Base64", description="As base64 of RFC 4648 §4, written with padding and read without it too.", section="8.4"),
}
"""What is known about each value of :data:`ChunkEncoding`, by value."""
CHUNK_ENCODING_CODEC: Final[Codec[ChunkEncoding]] = _codec.words(CHUNK_ENCODING_FACTS)

Dimensions: TypeAlias = "Mapping[str, str]"
"""What a measurement belongs to, such as a host or a model. (§8.2)"""


def _read_dimensions(raw: Raw) -> Dimensions:
    return _codec.map_of(DIMENSION_NAME_CODEC, _codec.text(0, None)).read(raw)


def _write_dimensions(value: Dimensions) -> Raw:
    return _codec.map_of(DIMENSION_NAME_CODEC, _codec.text(0, None)).write(value)


DIMENSIONS_CODEC: Final[Codec[Dimensions]] = Codec(_read_dimensions, _write_dimensions)

DimensionName: TypeAlias = str
"""The name of a dimension. (§8.2)"""
DIMENSION_NAME_CODEC: Final[Codec[DimensionName]] = _codec.text(1, 256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A line for whoever watches the job. (§8.2)"""

    level: LogLevel
    """How important it is."""
    message: str
    """The line."""
    attributes: _common.JsonObject | None = None
    """What belongs to the line, for programs. (an addition)"""


def _read_log(raw: Raw) -> Log:
    members = _codec.members(raw)
    return Log(
        level=_codec.required(members, "level", LOG_LEVEL_CODEC),
        message=_codec.required(members, "message", _codec.text(0, None)),
        attributes=_codec.optional(members, "attributes", _common.JSON_OBJECT_CODEC),
    )


def _write_log(value: Log) -> Raw:
    _codec.expect(value, Log)
    out: dict[str, Raw] = {}
    _codec.put(out, "level", LOG_LEVEL_CODEC, value.level)
    _codec.put(out, "message", _codec.text(0, None), value.message)
    _codec.put(out, "attributes", _common.JSON_OBJECT_CODEC, value.attributes)
    return out


LOG_CODEC: Final[Codec[Log]] = Codec(_read_log, _write_log)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """A step of the agent's reasoning. (§8.2)"""

    text: str
    """The step, in words."""


def _read_thought(raw: Raw) -> Thought:
    members = _codec.members(raw)
    return Thought(
        text=_codec.required(members, "text", _codec.text(0, None)),
    )


def _write_thought(value: Thought) -> Raw:
    _codec.expect(value, Thought)
    out: dict[str, Raw] = {}
    _codec.put(out, "text", _codec.text(0, None), value.text)
    return out


THOUGHT_CODEC: Final[Codec[Thought]] = Codec(_read_thought, _write_thought)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The agent calls a tool. It is announced before the runtime decides whether it may. (§8.2)"""

    tool: str
    """Which tool. `fs.read`, `fs.write` and `net.fetch` are checked as capabilities of their own, every other tool
    by `tool.call`.
    """
    args: _common.Json = _field(default_factory=lambda: _codec.standard(_common.JSON_CODEC, "{}"))
    """What it is called with, an object as a rule.
    When missing: `{}`.
    Sent: always.
    """
    call_id: _common.CallId
    """Ties the result to this call; unique in the job."""


def _read_tool_call(raw: Raw) -> ToolCall:
    members = _codec.members(raw)
    return ToolCall(
        tool=_codec.required(members, "tool", _codec.text(1, 256)),
        args=_codec.defaulted(members, "args", _common.JSON_CODEC, "{}", null=True),
        call_id=_codec.required(members, "call_id", _common.CALL_ID_CODEC),
    )


def _write_tool_call(value: ToolCall) -> Raw:
    _codec.expect(value, ToolCall)
    out: dict[str, Raw] = {}
    _codec.put(out, "tool", _codec.text(1, 256), value.tool)
    _codec.put_value(out, "args", _common.JSON_CODEC, value.args)
    _codec.put(out, "call_id", _common.CALL_ID_CODEC, value.call_id)
    return out


TOOL_CALL_CODEC: Final[Codec[ToolCall]] = Codec(_read_tool_call, _write_tool_call)

ToolResult: TypeAlias = "ToolSuccess | ToolFailure"
"""What became of a tool call: a result or an error, exactly one of them. It also carries the refusal of a
delegation. (§8.2)
"""


def _read_tool_result(raw: Raw) -> ToolResult:
    match _codec.arm_of(raw, ("result", None, True), ("error", None, False)):
        case "result":
            return TOOL_SUCCESS_CODEC.read(raw)
        case _:
            return TOOL_FAILURE_CODEC.read(raw)


def _write_tool_result(value: ToolResult) -> Raw:
    if isinstance(value, ToolSuccess):
        return TOOL_SUCCESS_CODEC.write(value)
    return TOOL_FAILURE_CODEC.write(value)


TOOL_RESULT_CODEC: Final[Codec[ToolResult]] = Codec(_read_tool_result, _write_tool_result)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSuccess:
    """The tool has answered. (§8.2)"""

    call_id: _common.CallId
    """The call that it answers."""
    result: _common.Json
    """What the tool returned; null where it returns nothing."""


def _read_tool_success(raw: Raw) -> ToolSuccess:
    members = _codec.members(raw)
    return ToolSuccess(
        call_id=_codec.required(members, "call_id", _common.CALL_ID_CODEC),
        result=_codec.required(members, "result", _common.JSON_CODEC, null=True),
    )


def _write_tool_success(value: ToolSuccess) -> Raw:
    _codec.expect(value, ToolSuccess)
    out: dict[str, Raw] = {}
    _codec.put(out, "call_id", _common.CALL_ID_CODEC, value.call_id)
    _codec.put_value(out, "result", _common.JSON_CODEC, value.result)
    return out


TOOL_SUCCESS_CODEC: Final[Codec[ToolSuccess]] = Codec(_read_tool_success, _write_tool_success)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFailure:
    """The tool has failed, or the runtime did not let it run. (§8.2)"""

    call_id: _common.CallId
    """The call that it answers, or the `delegate_id` of a delegation that was refused."""
    error: _error.Error
    """What went wrong. The code may be one of the tool's own."""


def _read_tool_failure(raw: Raw) -> ToolFailure:
    members = _codec.members(raw)
    return ToolFailure(
        call_id=_codec.required(members, "call_id", _common.CALL_ID_CODEC),
        error=_codec.required(members, "error", _error.ERROR_CODEC),
    )


def _write_tool_failure(value: ToolFailure) -> Raw:
    _codec.expect(value, ToolFailure)
    out: dict[str, Raw] = {}
    _codec.put(out, "call_id", _common.CALL_ID_CODEC, value.call_id)
    _codec.put(out, "error", _error.ERROR_CODEC, value.error)
    return out


TOOL_FAILURE_CODEC: Final[Codec[ToolFailure]] = Codec(_read_tool_failure, _write_tool_failure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the job is busy with. (§8.2)"""

    phase: StatusPhase
    """In a word."""
    message: str | None = None
    """In a sentence."""
    id: _common.CredentialId | None = None
    """The credential that was rotated. (§9.8)
    Needs the feature `provisioned_credentials`.
    Sent: with phase `credential_rotated`.
    """
    value: _credential.CredentialValue | None = None
    """Its new value. (§9.8)
    Needs the feature `provisioned_credentials`.
    Sent: with phase `credential_rotated`, and only to the principal that submitted the job.
    """


def _read_status(raw: Raw) -> Status:
    members = _codec.members(raw)
    return Status(
        phase=_codec.required(members, "phase", STATUS_PHASE_CODEC),
        message=_codec.optional(members, "message", _codec.text(0, None)),
        id=_codec.optional(members, "id", _common.CREDENTIAL_ID_CODEC),
        value=_codec.optional(members, "value", _credential.CREDENTIAL_VALUE_CODEC),
    )


def _write_status(value: Status) -> Raw:
    _codec.expect(value, Status)
    out: dict[str, Raw] = {}
    _codec.put(out, "phase", STATUS_PHASE_CODEC, value.phase)
    _codec.put(out, "message", _codec.text(0, None), value.message)
    _codec.put(out, "id", _common.CREDENTIAL_ID_CODEC, value.id)
    _codec.put(out, "value", _credential.CREDENTIAL_VALUE_CODEC, value.value)
    return out


STATUS_CODEC: Final[Codec[Status]] = Codec(_read_status, _write_status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A measurement. One whose name begins with `cost.` and whose unit is budgeted is charged to the job. (§8.2)"""

    name: str
    """What is measured. Names that begin with `cost.budget.` belong to the runtime and are never charged."""
    value: _common.Decimal
    """How much. A cost below zero is refused and not charged; `cost.budget.remaining` may be below zero."""
    unit: str | None = None
    """In what. A cost is measured in a currency. (§9.6)"""
    dimensions: Dimensions | None = None
    """What the measurement belongs to."""


def _read_metric(raw: Raw) -> Metric:
    members = _codec.members(raw)
    return Metric(
        name=_codec.required(members, "name", _codec.text(1, 256)),
        value=_codec.required(members, "value", _common.DECIMAL_CODEC),
        unit=_codec.optional(members, "unit", _codec.text(0, None)),
        dimensions=_codec.optional(members, "dimensions", DIMENSIONS_CODEC),
    )


def _write_metric(value: Metric) -> Raw:
    _codec.expect(value, Metric)
    out: dict[str, Raw] = {}
    _codec.put(out, "name", _codec.text(1, 256), value.name)
    _codec.put(out, "value", _common.DECIMAL_CODEC, value.value)
    _codec.put(out, "unit", _codec.text(0, None), value.unit)
    _codec.put(out, "dimensions", DIMENSIONS_CODEC, value.dimensions)
    return out


METRIC_CODEC: Final[Codec[Metric]] = Codec(_read_metric, _write_metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactRef:
    """The job has made something that lies elsewhere. (§8.2)"""

    uri: _common.Uri
    """Where it lies."""
    content_type: _common.MediaType
    """What kind of data it is."""
    byte_size: int | None = None
    """How large it is.
    Unit: bytes.
    """
    sha256: _common.Sha256 | None = None
    """The hash of its bytes."""


def _read_artifact_ref(raw: Raw) -> ArtifactRef:
    members = _codec.members(raw)
    return ArtifactRef(
        uri=_codec.required(members, "uri", _common.URI_CODEC),
        content_type=_codec.required(members, "content_type", _common.MEDIA_TYPE_CODEC),
        byte_size=_codec.optional(members, "byte_size", _codec.integer(0, 9223372036854775807)),
        sha256=_codec.optional(members, "sha256", _common.SHA256_CODEC),
    )


def _write_artifact_ref(value: ArtifactRef) -> Raw:
    _codec.expect(value, ArtifactRef)
    out: dict[str, Raw] = {}
    _codec.put(out, "uri", _common.URI_CODEC, value.uri)
    _codec.put(out, "content_type", _common.MEDIA_TYPE_CODEC, value.content_type)
    _codec.put(out, "byte_size", _codec.integer(0, 9223372036854775807), value.byte_size)
    _codec.put(out, "sha256", _common.SHA256_CODEC, value.sha256)
    return out


ARTIFACT_REF_CODEC: Final[Codec[ArtifactRef]] = Codec(_read_artifact_ref, _write_artifact_ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """The job hands work to another agent. The answer is the child's `job.accepted`, or a tool result that names the
    `delegate_id` and says why not. (§10)
    """

    delegate_id: _common.DelegateId | None = None
    """Names the delegation within the job. (draft-02)
    Sent: always.
    """
    agent: _common.AgentRef
    """Which agent shall do it."""
    input: _common.Json = None
    """What it is given.
    When missing: `null`.
    Sent: always.
    """
    lease_request: _lease.Lease = _field(default_factory=lambda: _codec.standard(_lease.LEASE_CODEC, "{}"))
    """What it may do: no more than the job itself. (§9.4)
    When missing: `{}`.
    Sent: always.
    """
    lease_constraints: _lease.LeaseConstraints | None = None
    """What else bounds it, no wider than the job's own. Without it the job's own hold. (§9.4)
    Needs the feature `lease_expires_at`.
    """
    child_job_id: _common.JobId | None = None
    """The child, where it is known already. (an addition)"""


def _read_delegate(raw: Raw) -> Delegate:
    members = _codec.members(raw)
    return Delegate(
        delegate_id=_codec.optional(members, "delegate_id", _common.DELEGATE_ID_CODEC),
        agent=_codec.required(members, "agent", _common.AGENT_REF_CODEC),
        input=_codec.defaulted(members, "input", _common.JSON_CODEC, "null", null=True),
        lease_request=_codec.defaulted(members, "lease_request", _lease.LEASE_CODEC, "{}"),
        lease_constraints=_codec.optional(members, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC),
        child_job_id=_codec.optional(members, "child_job_id", _common.JOB_ID_CODEC),
    )


def _write_delegate(value: Delegate) -> Raw:
    _codec.expect(value, Delegate)
    out: dict[str, Raw] = {}
    _codec.put(out, "delegate_id", _common.DELEGATE_ID_CODEC, value.delegate_id)
    _codec.put(out, "agent", _common.AGENT_REF_CODEC, value.agent)
    _codec.put_value(out, "input", _common.JSON_CODEC, value.input)
    _codec.put(out, "lease_request", _lease.LEASE_CODEC, value.lease_request)
    _codec.put(out, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC, value.lease_constraints)
    _codec.put(out, "child_job_id", _common.JOB_ID_CODEC, value.child_job_id)
    return out


DELEGATE_CODEC: Final[Codec[Delegate]] = Codec(_read_delegate, _write_delegate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the job is. (§8.2)"""

    current: _common.Decimal
    """How much is done. It is never written below zero."""
    total: _common.Decimal | None = None
    """How much there is to do, as far as known. `current` may pass it."""
    units: str | None = None
    """What is counted, such as `files`."""
    message: str | None = None
    """What is being done."""


def _read_progress(raw: Raw) -> Progress:
    members = _codec.members(raw)
    return Progress(
        current=_codec.required(members, "current", _common.DECIMAL_CODEC),
        total=_codec.optional(members, "total", _common.DECIMAL_CODEC),
        units=_codec.optional(members, "units", _codec.text(0, None)),
        message=_codec.optional(members, "message", _codec.text(0, None)),
    )


def _write_progress(value: Progress) -> Raw:
    _codec.expect(value, Progress)
    out: dict[str, Raw] = {}
    _codec.put(out, "current", _common.DECIMAL_CODEC, value.current)
    _codec.put(out, "total", _common.DECIMAL_CODEC, value.total)
    _codec.put(out, "units", _codec.text(0, None), value.units)
    _codec.put(out, "message", _codec.text(0, None), value.message)
    return out


PROGRESS_CODEC: Final[Codec[Progress]] = Codec(_read_progress, _write_progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultChunk:
    """A piece of a streamed result. (§8.4)"""

    result_id: _common.ResultId
    """The result that the piece belongs to."""
    chunk_seq: int
    """The place of the piece: 0, 1, 2, …"""
    data: str
    """The piece. It may be empty."""
    encoding: ChunkEncoding
    """How `data` is written."""
    more: bool
    """False on the last piece, and only there."""


def _read_result_chunk(raw: Raw) -> ResultChunk:
    members = _codec.members(raw)
    return ResultChunk(
        result_id=_codec.required(members, "result_id", _common.RESULT_ID_CODEC),
        chunk_seq=_codec.required(members, "chunk_seq", _codec.integer(0, 9223372036854775807)),
        data=_codec.required(members, "data", _codec.text(0, None)),
        encoding=_codec.required(members, "encoding", CHUNK_ENCODING_CODEC),
        more=_codec.required(members, "more", _codec.BOOL),
    )


def _write_result_chunk(value: ResultChunk) -> Raw:
    _codec.expect(value, ResultChunk)
    out: dict[str, Raw] = {}
    _codec.put(out, "result_id", _common.RESULT_ID_CODEC, value.result_id)
    _codec.put(out, "chunk_seq", _codec.integer(0, 9223372036854775807), value.chunk_seq)
    _codec.put(out, "data", _codec.text(0, None), value.data)
    _codec.put(out, "encoding", CHUNK_ENCODING_CODEC, value.encoding)
    _codec.put(out, "more", _codec.BOOL, value.more)
    return out


RESULT_CHUNK_CODEC: Final[Codec[ResultChunk]] = Codec(_read_result_chunk, _write_result_chunk)
