# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""What every frame carries around its payload. Members that are not listed here are ignored."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as _field
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

from . import codec as _codec
from . import common as _common
from . import job as _job
from . import session as _session
from .codec import Codec
from .faults import DecodeError, EncodeError, Fault
from .raw import Json, JsonObject, Raw, format_json, parse_json


VERSION: Final = "1.1"
"""The value of `arcp` on every frame that is written."""


class Head(Protocol):
    """What every frame carries beside its type and payload."""

    @property
    def arcp(self) -> str:
        """The version of the wire: `1.1` is written, and every minor version of 1 is read."""
        ...

    @property
    def id(self) -> _common.MessageId:
        """Names this frame; answers refer to it."""
        ...

    @property
    def session_id(self) -> _common.SessionId | None:
        """The session that the frame belongs to. It must be the one that this connection has opened."""
        ...

    @property
    def trace_id(self) -> _common.TraceId | None:
        """The trace that the frame belongs to. (§11)"""
        ...

    @property
    def job_id(self) -> _common.JobId | None:
        """The job that the frame is about."""
        ...

    @property
    def event_seq(self) -> int | None:
        """The place of the frame in the session's stream: it starts at 1 and grows by 1, and only `job.event`,
        `job.result` and `job.error` have one. (§8.3)
        """
        ...

    @property
    def vendor(self) -> JsonObject:
        """Members named `x-vendor.*`, kept as they came."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHello:
    """`session.hello`: Opens a session, or continues one: the first frame of a connection. (§6.2)"""

    type: ClassVar[Literal["session.hello"]] = "session.hello"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId | None = None
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Hello


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWelcome:
    """`session.welcome`: Answers a hello or a resume: the session is open. (§6.2)"""

    type: ClassVar[Literal["session.welcome"]] = "session.welcome"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Welcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResume:
    """`session.resume`: Continues a session on a new connection, as its first frame. (§6.3)"""

    type: ClassVar[Literal["session.resume"]] = "session.resume"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId | None = None
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Resume


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPing:
    """`session.ping`: Asks the other side for a sign of life. It is answered even where `heartbeat` is not in use.
    (§6.4)
    Needs the feature `heartbeat`.
    """

    type: ClassVar[Literal["session.ping"]] = "session.ping"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Ping


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPong:
    """`session.pong`: Answers a ping, at once and on the same connection. (§6.4)
    Needs the feature `heartbeat`.
    """

    type: ClassVar[Literal["session.pong"]] = "session.pong"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Pong


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAck:
    """`session.ack`: Tells the runtime how far the client has processed the stream. It has no answer. (§6.5)
    Needs the feature `ack`.
    """

    type: ClassVar[Literal["session.ack"]] = "session.ack"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Ack


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionListJobs:
    """`session.list_jobs`: Asks for a page of the jobs that the principal may see. (§6.6)
    Needs the feature `list_jobs`.
    """

    type: ClassVar[Literal["session.list_jobs"]] = "session.list_jobs"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.ListJobs


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionJobs:
    """`session.jobs`: Answers a listing request with one page. (§6.6)
    Needs the feature `list_jobs`.
    """

    type: ClassVar[Literal["session.jobs"]] = "session.jobs"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClose:
    """`session.close`: Ends the connection in good order. Jobs go on, and the session can be resumed within its
    window. (§6.7)
    """

    type: ClassVar[Literal["session.close"]] = "session.close"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Close


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed:
    """`session.closed`: Answers a close. Without one it says that the runtime is going down, and the session can be
    resumed later. (§6.7)
    """

    type: ClassVar[Literal["session.closed"]] = "session.closed"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Closed


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBye:
    """`session.bye`: The close of the earlier draft, still in use: either side says it, nothing answers, nothing
    follows. (§6.7, draft-02)
    """

    type: ClassVar[Literal["session.bye"]] = "session.bye"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Bye


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionError:
    """`session.error`: Refuses a request, or says why the connection is about to close. (§12)"""

    type: ClassVar[Literal["session.error"]] = "session.error"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId | None = None
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _session.Error


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSubmit:
    """`job.submit`: Asks for a job. (§7.1)"""

    type: ClassVar[Literal["job.submit"]] = "job.submit"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Submit


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAccepted:
    """`job.accepted`: Answers a submission, or announces a job that another one has delegated. (§7.1)"""

    type: ClassVar[Literal["job.accepted"]] = "job.accepted"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """`job.event`: Something happened in a job. (§8.1)"""

    type: ClassVar[Literal["job.event"]] = "job.event"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId
    event_seq: int
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """`job.result`: Ends a job that went well: its last frame. (§8.4)"""

    type: ClassVar[Literal["job.result"]] = "job.result"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId
    event_seq: int
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Result


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """`job.error`: Ends a job that failed, was cancelled or ran out of time: its last frame. (§12)"""

    type: ClassVar[Literal["job.error"]] = "job.error"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId
    event_seq: int
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Error


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancel:
    """`job.cancel`: Asks the runtime to end a job. Only the session that submitted it may. (§7.4)"""

    type: ClassVar[Literal["job.cancel"]] = "job.cancel"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Cancel


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled:
    """`job.cancelled`: Answers a cancel: the agent has been told to stop. (§7.4)"""

    type: ClassVar[Literal["job.cancelled"]] = "job.cancelled"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSubscribe:
    """`job.subscribe`: Asks for the events of a job. (§7.6)
    Needs the feature `subscribe`.
    """

    type: ClassVar[Literal["job.subscribe"]] = "job.subscribe"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Subscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSubscribed:
    """`job.subscribed`: Answers a subscription; replay and live events follow. (§7.6)
    Needs the feature `subscribe`.
    """

    type: ClassVar[Literal["job.subscribed"]] = "job.subscribed"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Subscribed


@dataclass(frozen=True, slots=True, kw_only=True)
class JobUnsubscribe:
    """`job.unsubscribe`: Ends a subscription. It has no answer, and is harmless where there is none. (§7.6)
    Needs the feature `subscribe`.
    """

    type: ClassVar[Literal["job.unsubscribe"]] = "job.unsubscribe"
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _job.Unsubscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownMessage:
    """A message that this version does not know. It is written back as it came."""

    type: str
    arcp: str = VERSION
    id: _common.MessageId
    session_id: _common.SessionId | None = None
    trace_id: _common.TraceId | None = None
    job_id: _common.JobId | None = None
    event_seq: int | None = None
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: _common.JsonObject


MessageType: TypeAlias = Literal[
    "session.hello",
    "session.welcome",
    "session.resume",
    "session.ping",
    "session.pong",
    "session.ack",
    "session.list_jobs",
    "session.jobs",
    "session.close",
    "session.closed",
    "session.bye",
    "session.error",
    "job.submit",
    "job.accepted",
    "job.event",
    "job.result",
    "job.error",
    "job.cancel",
    "job.cancelled",
    "job.subscribe",
    "job.subscribed",
    "job.unsubscribe",
]
"""The wire types of the messages."""

Envelope: TypeAlias = "SessionHello | SessionWelcome | SessionResume | SessionPing | SessionPong | SessionAck | SessionListJobs | SessionJobs | SessionClose | SessionClosed | SessionBye | SessionError | JobSubmit | JobAccepted | JobEvent | JobResult | JobError | JobCancel | JobCancelled | JobSubscribe | JobSubscribed | JobUnsubscribe | UnknownMessage"
"""A frame, told apart by its class or by `type`."""

_VENDOR: Final = "x-vendor."


def decode_envelope(text: str) -> Envelope:
    """Read a frame.

    Raises a :class:`DecodeError` that names the message and the place: `session.hello: at payload.client.name: expected a string`.
    A type, kind or code that is not known is kept; a known one with a bad body is refused.
    """
    subject = "frame"
    try:
        raw = parse_json(text)
        subject = _subject(raw)
        return _read_envelope(raw)
    except Fault as fault:
        raise DecodeError(subject, fault.path, fault.reason) from None


def encode_envelope(envelope: Envelope) -> str:
    """Write a frame as compact JSON, or raise an :class:`EncodeError` for what :func:`decode_envelope` would refuse."""
    subject = "frame"
    try:
        raw = _write_envelope(envelope)
        subject = _subject(raw)
        _read_envelope(raw)
        return format_json(raw)
    except Fault as fault:
        raise EncodeError(subject, fault.path, fault.reason) from None


def _subject(raw: Raw) -> str:
    kind = raw.get("type") if isinstance(raw, dict) else None
    return kind[:128] if isinstance(kind, str) and kind else "frame"


def _vendor(members: dict[str, Raw]) -> JsonObject:
    return {name: _codec.JSON.read(value) for name, value in members.items() if name.startswith(_VENDOR)}


def _read_envelope(raw: Raw) -> Envelope:
    members = _codec.members(raw)
    kind = _codec.required(members, "type", _codec.text(1, 128))
    reader = _READERS.get(kind)
    return _read_unknown(members, kind) if reader is None else reader(members)


def _read_unknown(members: dict[str, Raw], kind: str) -> Envelope:
    return UnknownMessage(
        type=kind,
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.optional(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _common.JSON_OBJECT_CODEC),
    )


def _read_session_hello(members: dict[str, Raw]) -> Envelope:
    return SessionHello(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.optional(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.HELLO_CODEC),
    )


def _read_session_welcome(members: dict[str, Raw]) -> Envelope:
    return SessionWelcome(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.WELCOME_CODEC),
    )


def _read_session_resume(members: dict[str, Raw]) -> Envelope:
    return SessionResume(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.optional(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.RESUME_CODEC),
    )


def _read_session_ping(members: dict[str, Raw]) -> Envelope:
    return SessionPing(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.PING_CODEC),
    )


def _read_session_pong(members: dict[str, Raw]) -> Envelope:
    return SessionPong(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.PONG_CODEC),
    )


def _read_session_ack(members: dict[str, Raw]) -> Envelope:
    return SessionAck(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.ACK_CODEC),
    )


def _read_session_list_jobs(members: dict[str, Raw]) -> Envelope:
    return SessionListJobs(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.LIST_JOBS_CODEC),
    )


def _read_session_jobs(members: dict[str, Raw]) -> Envelope:
    return SessionJobs(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.JOBS_CODEC),
    )


def _read_session_close(members: dict[str, Raw]) -> Envelope:
    return SessionClose(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.CLOSE_CODEC),
    )


def _read_session_closed(members: dict[str, Raw]) -> Envelope:
    return SessionClosed(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.CLOSED_CODEC),
    )


def _read_session_bye(members: dict[str, Raw]) -> Envelope:
    return SessionBye(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.BYE_CODEC),
    )


def _read_session_error(members: dict[str, Raw]) -> Envelope:
    return SessionError(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.optional(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _session.ERROR_CODEC),
    )


def _read_job_submit(members: dict[str, Raw]) -> Envelope:
    return JobSubmit(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.SUBMIT_CODEC),
    )


def _read_job_accepted(members: dict[str, Raw]) -> Envelope:
    return JobAccepted(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.ACCEPTED_CODEC),
    )


def _read_job_event(members: dict[str, Raw]) -> Envelope:
    return JobEvent(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.required(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.required(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.EVENT_CODEC),
    )


def _read_job_result(members: dict[str, Raw]) -> Envelope:
    return JobResult(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.required(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.required(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.RESULT_CODEC),
    )


def _read_job_error(members: dict[str, Raw]) -> Envelope:
    return JobError(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.required(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.required(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.ERROR_CODEC),
    )


def _read_job_cancel(members: dict[str, Raw]) -> Envelope:
    return JobCancel(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.CANCEL_CODEC),
    )


def _read_job_cancelled(members: dict[str, Raw]) -> Envelope:
    return JobCancelled(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.CANCELLED_CODEC),
    )


def _read_job_subscribe(members: dict[str, Raw]) -> Envelope:
    return JobSubscribe(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.SUBSCRIBE_CODEC),
    )


def _read_job_subscribed(members: dict[str, Raw]) -> Envelope:
    return JobSubscribed(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.SUBSCRIBED_CODEC),
    )


def _read_job_unsubscribe(members: dict[str, Raw]) -> Envelope:
    return JobUnsubscribe(
        arcp=_codec.required(members, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z")),
        id=_codec.required(members, "id", _common.MESSAGE_ID_CODEC),
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
        event_seq=_codec.optional(members, "event_seq", _codec.integer(1, 9223372036854775807)),
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", _job.UNSUBSCRIBE_CODEC),
    )


_READERS: Final[Mapping[str, Callable[[dict[str, Raw]], Envelope]]] = {
    "session.hello": _read_session_hello,
    "session.welcome": _read_session_welcome,
    "session.resume": _read_session_resume,
    "session.ping": _read_session_ping,
    "session.pong": _read_session_pong,
    "session.ack": _read_session_ack,
    "session.list_jobs": _read_session_list_jobs,
    "session.jobs": _read_session_jobs,
    "session.close": _read_session_close,
    "session.closed": _read_session_closed,
    "session.bye": _read_session_bye,
    "session.error": _read_session_error,
    "job.submit": _read_job_submit,
    "job.accepted": _read_job_accepted,
    "job.event": _read_job_event,
    "job.result": _read_job_result,
    "job.error": _read_job_error,
    "job.cancel": _read_job_cancel,
    "job.cancelled": _read_job_cancelled,
    "job.subscribe": _read_job_subscribe,
    "job.subscribed": _read_job_subscribed,
    "job.unsubscribe": _read_job_unsubscribe,
}

_CLASSES: Final = (
    SessionHello,
    SessionWelcome,
    SessionResume,
    SessionPing,
    SessionPong,
    SessionAck,
    SessionListJobs,
    SessionJobs,
    SessionClose,
    SessionClosed,
    SessionBye,
    SessionError,
    JobSubmit,
    JobAccepted,
    JobEvent,
    JobResult,
    JobError,
    JobCancel,
    JobCancelled,
    JobSubscribe,
    JobSubscribed,
    JobUnsubscribe,
    UnknownMessage,
)


def _write_envelope(envelope: Envelope) -> Raw:
    _codec.expect(envelope, *_CLASSES)
    out: dict[str, Raw] = {}
    _codec.put(out, "arcp", _codec.text(0, None, "^1(\\.[0-9]+)?\\Z"), envelope.arcp)
    _codec.put(out, "id", _common.MESSAGE_ID_CODEC, envelope.id)
    out["type"] = envelope.type
    _codec.put(out, "session_id", _common.SESSION_ID_CODEC, envelope.session_id)
    _codec.put(out, "trace_id", _common.TRACE_ID_CODEC, envelope.trace_id)
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, envelope.job_id)
    _codec.put(out, "event_seq", _codec.integer(1, 9223372036854775807), envelope.event_seq)
    for name, value in envelope.vendor.items():
        if not name.startswith(_VENDOR):
            raise Fault(f"a vendor member must start with {_VENDOR}").under(name)
        _codec.put_value(out, name, _codec.JSON, value)
    match envelope:
        case SessionHello():
            _codec.put(out, "payload", _session.HELLO_CODEC, envelope.payload)
        case SessionWelcome():
            _codec.put(out, "payload", _session.WELCOME_CODEC, envelope.payload)
        case SessionResume():
            _codec.put(out, "payload", _session.RESUME_CODEC, envelope.payload)
        case SessionPing():
            _codec.put(out, "payload", _session.PING_CODEC, envelope.payload)
        case SessionPong():
            _codec.put(out, "payload", _session.PONG_CODEC, envelope.payload)
        case SessionAck():
            _codec.put(out, "payload", _session.ACK_CODEC, envelope.payload)
        case SessionListJobs():
            _codec.put(out, "payload", _session.LIST_JOBS_CODEC, envelope.payload)
        case SessionJobs():
            _codec.put(out, "payload", _session.JOBS_CODEC, envelope.payload)
        case SessionClose():
            _codec.put(out, "payload", _session.CLOSE_CODEC, envelope.payload)
        case SessionClosed():
            _codec.put(out, "payload", _session.CLOSED_CODEC, envelope.payload)
        case SessionBye():
            _codec.put(out, "payload", _session.BYE_CODEC, envelope.payload)
        case SessionError():
            _codec.put(out, "payload", _session.ERROR_CODEC, envelope.payload)
        case JobSubmit():
            _codec.put(out, "payload", _job.SUBMIT_CODEC, envelope.payload)
        case JobAccepted():
            _codec.put(out, "payload", _job.ACCEPTED_CODEC, envelope.payload)
        case JobEvent():
            _codec.put(out, "payload", _job.EVENT_CODEC, envelope.payload)
        case JobResult():
            _codec.put(out, "payload", _job.RESULT_CODEC, envelope.payload)
        case JobError():
            _codec.put(out, "payload", _job.ERROR_CODEC, envelope.payload)
        case JobCancel():
            _codec.put(out, "payload", _job.CANCEL_CODEC, envelope.payload)
        case JobCancelled():
            _codec.put(out, "payload", _job.CANCELLED_CODEC, envelope.payload)
        case JobSubscribe():
            _codec.put(out, "payload", _job.SUBSCRIBE_CODEC, envelope.payload)
        case JobSubscribed():
            _codec.put(out, "payload", _job.SUBSCRIBED_CODEC, envelope.payload)
        case JobUnsubscribe():
            _codec.put(out, "payload", _job.UNSUBSCRIBE_CODEC, envelope.payload)
        case UnknownMessage():
            _codec.put(out, "payload", _common.JSON_OBJECT_CODEC, envelope.payload)
    return out


ENVELOPE_CODEC: Final[Codec[Envelope]] = Codec(_read_envelope, _write_envelope)
"""The frame as a codec, for callers that hold parsed JSON."""
