# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""The `session.*` messages: opening, resuming, keeping alive, acknowledging, listing jobs and closing."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as _field
from typing import Final, Literal, TypeAlias

from . import codec as _codec
from . import common as _common
from . import credential as _credential
from . import error as _error
from . import job as _job
from . import lease as _lease
from .codec import Codec
from .facts import ValueFacts
from .raw import Raw
from .secret import Secret


KnownFeature: TypeAlias = Literal[
    "heartbeat",
    "ack",
    "list_jobs",
    "subscribe",
    "lease_expires_at",
    "cost.budget",
    "model.use",
    "provisioned_credentials",
    "progress",
    "result_chunk",
    "agent_versions",
]
"""A part of the protocol that both sides must list before either uses it. Names that are not known are ignored.
(§6.2)
"""
Feature: TypeAlias = "KnownFeature | str"
"""A part of the protocol that both sides must list before either uses it. Names that are not known are ignored.
(§6.2)
"""
FEATURE_FACTS: Final[Mapping[KnownFeature, ValueFacts]] = {
    "heartbeat": ValueFacts(name="Heartbeat", description="Both sides prove that they are alive, and notice when the other is not.", section="6.4", gates=("The messages `session.ping` and `session.pong`.", "The member `heartbeat_interval_sec` of the welcome.", "Declaring a silent peer lost.")),
    "ack": ValueFacts(name="Ack", description="The client says how far it has processed the stream.", section="6.5", gates=("The message `session.ack`.", "Back-pressure that is derived from it.")),
    "list_jobs": ValueFacts(name="ListJobs", description="The client may ask which jobs there are.", section="6.6", gates=("The messages `session.list_jobs` and `session.jobs`.",)),
    "subscribe": ValueFacts(name="Subscribe", description="A session may follow a job that another session has submitted.", section="7.6", gates=("The messages `job.subscribe`, `job.subscribed` and `job.unsubscribe`.",)),
    "lease_expires_at": ValueFacts(name="LeaseExpiresAt", description="A lease may end at an instant.", section="9.5", gates=("The member `expires_at` of lease constraints, wherever they occur.", "The error code `LEASE_EXPIRED`.")),
    "cost.budget": ValueFacts(name="CostBudget", description="A lease may bound what a job spends.", section="9.6", gates=("The capability `cost.budget`.", "The `budget` members.", "The metric `cost.budget.remaining`.", "The error code `BUDGET_EXHAUSTED`.")),
    "model.use": ValueFacts(name="ModelUse", description="A lease may say which models a job may invoke.", section="9.7", gates=("The capability `model.use`.",)),
    "provisioned_credentials": ValueFacts(name="ProvisionedCredentials", description="The runtime hands out credentials that live as long as the job.", section="9.8", gates=("The `credentials` members.", "The status phase `credential_rotated`.")),
    "progress": ValueFacts(name="Progress", description="Jobs report how far they are.", section="8.2", gates=("The event kind `progress`.",)),
    "result_chunk": ValueFacts(name="ResultChunk", description="Large results are streamed.", section="8.4", gates=("The event kind `result_chunk`.", "The members `result_id` and `result_size` of `job.result`.")),
    "agent_versions": ValueFacts(name="AgentVersions", description="Agents are asked for by version.", section="7.5", gates=("`name@version` in a submission, a delegation or a filter.", "Relying on the versions of the inventory.")),
}
"""What is known about each value of :data:`Feature`, by value."""
FEATURE_CODEC: Final[Codec[Feature]] = _codec.text(0, 128)

KnownEncoding: TypeAlias = Literal[
    "json",
]
"""How frames are written. JSON is the only encoding that is defined. (§5)"""
Encoding: TypeAlias = "KnownEncoding | str"
"""How frames are written. JSON is the only encoding that is defined. (§5)"""
ENCODING_FACTS: Final[Mapping[KnownEncoding, ValueFacts]] = {
    "json": ValueFacts(name="Json", description="UTF-8 JSON, one object a frame.", section="5"),
}
"""What is known about each value of :data:`Encoding`, by value."""
ENCODING_CODEC: Final[Codec[Encoding]] = _codec.text(0, 128)

BearerToken: TypeAlias = Secret
"""What a client shows to be let in. Only the runtime's verifier knows what it means. (§6.1)"""
BEARER_TOKEN_CODEC: Final[Codec[BearerToken]] = _codec.secret(_codec.text(0, 16384))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientInfo:
    """Which program opens the session. (§6.2)"""

    name: str
    """The name of the client program."""
    version: str = ""
    """Its version, in its own style.
    When missing: `\"\"`.
    Sent: always.
    """


def _read_client_info(raw: Raw) -> ClientInfo:
    members = _codec.members(raw)
    return ClientInfo(
        name=_codec.required(members, "name", _codec.text(1, 256)),
        version=_codec.defaulted(members, "version", _codec.text(0, 256), "\"\""),
    )


def _write_client_info(value: ClientInfo) -> Raw:
    _codec.expect(value, ClientInfo)
    out: dict[str, Raw] = {}
    _codec.put(out, "name", _codec.text(1, 256), value.name)
    _codec.put(out, "version", _codec.text(0, 256), value.version)
    return out


CLIENT_INFO_CODEC: Final[Codec[ClientInfo]] = Codec(_read_client_info, _write_client_info)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeInfo:
    """Which program answers. (§6.2)"""

    name: str
    """The name of the runtime."""
    version: str = ""
    """Its version, in its own style.
    When missing: `\"\"`.
    Sent: always.
    """


def _read_runtime_info(raw: Raw) -> RuntimeInfo:
    members = _codec.members(raw)
    return RuntimeInfo(
        name=_codec.required(members, "name", _codec.text(1, 256)),
        version=_codec.defaulted(members, "version", _codec.text(0, 256), "\"\""),
    )


def _write_runtime_info(value: RuntimeInfo) -> Raw:
    _codec.expect(value, RuntimeInfo)
    out: dict[str, Raw] = {}
    _codec.put(out, "name", _codec.text(1, 256), value.name)
    _codec.put(out, "version", _codec.text(0, 256), value.version)
    return out


RUNTIME_INFO_CODEC: Final[Codec[RuntimeInfo]] = Codec(_read_runtime_info, _write_runtime_info)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Who the client is. Another scheme than `bearer` with members of its own, and a token that is missing or empty,
    are answered with `UNAUTHENTICATED`, not with a complaint about the shape. (§6.1)
    """

    scheme: str | None = None
    """How the client proves itself; `bearer` is the only scheme that is defined.
    Sent: always.
    """
    token: BearerToken | None = None
    """The proof, when the scheme is `bearer`.
    Sent: always.
    """


def _read_auth(raw: Raw) -> Auth:
    members = _codec.members(raw)
    return Auth(
        scheme=_codec.optional(members, "scheme", _codec.text(0, None)),
        token=_codec.optional(members, "token", BEARER_TOKEN_CODEC),
    )


def _write_auth(value: Auth) -> Raw:
    _codec.expect(value, Auth)
    out: dict[str, Raw] = {}
    _codec.put(out, "scheme", _codec.text(0, None), value.scheme)
    _codec.put(out, "token", BEARER_TOKEN_CODEC, value.token)
    return out


AUTH_CODEC: Final[Codec[Auth]] = Codec(_read_auth, _write_auth)


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloCapabilities:
    """What the client can do. (§6.2)"""

    encodings: tuple[Encoding, ...] = _field(default_factory=lambda: _codec.standard(_codec.list_of(ENCODING_CODEC, 0, 64, False), "[\"json\"]"))
    """The encodings that it reads. `json` must be among them.
    When missing: `[\"json\"]`.
    Sent: always.
    """
    features: tuple[Feature, ...] = ()
    """The features that it wants to use. Order and repeats have no meaning.
    When missing: `[]`.
    Sent: always.
    """


def _read_hello_capabilities(raw: Raw) -> HelloCapabilities:
    members = _codec.members(raw)
    return HelloCapabilities(
        encodings=_codec.defaulted(members, "encodings", _codec.list_of(ENCODING_CODEC, 0, 64, False), "[\"json\"]"),
        features=_codec.defaulted(members, "features", _codec.list_of(FEATURE_CODEC, 0, 1024, False), "[]"),
    )


def _write_hello_capabilities(value: HelloCapabilities) -> Raw:
    _codec.expect(value, HelloCapabilities)
    out: dict[str, Raw] = {}
    _codec.put(out, "encodings", _codec.list_of(ENCODING_CODEC, 0, 64, False), value.encodings)
    _codec.put(out, "features", _codec.list_of(FEATURE_CODEC, 0, 1024, False), value.features)
    return out


HELLO_CAPABILITIES_CODEC: Final[Codec[HelloCapabilities]] = Codec(_read_hello_capabilities, _write_hello_capabilities)


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeCapabilities:
    """What the runtime can do. A feature is in use when both lists have it. (§6.2)"""

    encodings: tuple[Encoding, ...] = _field(default_factory=lambda: _codec.standard(_codec.list_of(ENCODING_CODEC, 0, 64, False), "[\"json\"]"))
    """The encodings that it reads. `json` is among them.
    When missing: `[\"json\"]`.
    Sent: always.
    """
    features: tuple[Feature, ...] = ()
    """Every feature that it supports, wanted by this client or not.
    When missing: `[]`.
    Sent: always.
    """
    agents: tuple[AgentInventoryEntry, ...] = ()
    """The agents that may be submitted to, perhaps none. (§7.5)
    When missing: `[]`.
    Sent: always.
    """


def _read_welcome_capabilities(raw: Raw) -> WelcomeCapabilities:
    members = _codec.members(raw)
    return WelcomeCapabilities(
        encodings=_codec.defaulted(members, "encodings", _codec.list_of(ENCODING_CODEC, 0, 64, False), "[\"json\"]"),
        features=_codec.defaulted(members, "features", _codec.list_of(FEATURE_CODEC, 0, 1024, False), "[]"),
        agents=_codec.defaulted(members, "agents", _codec.list_of(AGENT_INVENTORY_ENTRY_CODEC, 0, None, False), "[]"),
    )


def _write_welcome_capabilities(value: WelcomeCapabilities) -> Raw:
    _codec.expect(value, WelcomeCapabilities)
    out: dict[str, Raw] = {}
    _codec.put(out, "encodings", _codec.list_of(ENCODING_CODEC, 0, 64, False), value.encodings)
    _codec.put(out, "features", _codec.list_of(FEATURE_CODEC, 0, 1024, False), value.features)
    _codec.put(out, "agents", _codec.list_of(AGENT_INVENTORY_ENTRY_CODEC, 0, None, False), value.agents)
    return out


WELCOME_CAPABILITIES_CODEC: Final[Codec[WelcomeCapabilities]] = Codec(_read_welcome_capabilities, _write_welcome_capabilities)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInventoryEntry:
    """One agent that the runtime offers. A bare string is read as an entry with that name and no versions. (§7.5)"""

    name: str
    """What to submit to. It follows the grammar of an agent name; a name outside it is read, though nobody can ask
    for it.
    """
    versions: tuple[str, ...] = ()
    """The versions on offer, each once. At least one is written.
    When missing: `[]`.
    Sent: always.
    """
    default: str | None = None
    """The version that a bare name means, one of `versions`. Without it the runtime picks."""


def _read_agent_inventory_entry(raw: Raw) -> AgentInventoryEntry:
    members = _codec.members(raw, "name")
    return AgentInventoryEntry(
        name=_codec.required(members, "name", _codec.text(0, None)),
        versions=_codec.defaulted(members, "versions", _codec.list_of(_codec.text(0, None), 0, None, False), "[]"),
        default=_codec.optional(members, "default", _codec.text(0, None)),
    )


def _write_agent_inventory_entry(value: AgentInventoryEntry) -> Raw:
    _codec.expect(value, AgentInventoryEntry)
    out: dict[str, Raw] = {}
    _codec.put(out, "name", _codec.text(0, None), value.name)
    _codec.put(out, "versions", _codec.list_of(_codec.text(0, None), 0, None, False), value.versions)
    _codec.put(out, "default", _codec.text(0, None), value.default)
    return out


AGENT_INVENTORY_ENTRY_CODEC: Final[Codec[AgentInventoryEntry]] = Codec(_read_agent_inventory_entry, _write_agent_inventory_entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePoint:
    """Which session a hello resumes, and from where. (§6.3, draft-02)"""

    session_id: _common.SessionId
    """The session to resume."""
    resume_token: _common.ResumeToken
    """The token of the newest welcome that the client has seen."""
    last_event_seq: int
    """The last number that the client has received; 0 for none. Replay starts after it."""


def _read_resume_point(raw: Raw) -> ResumePoint:
    members = _codec.members(raw)
    return ResumePoint(
        session_id=_codec.required(members, "session_id", _common.SESSION_ID_CODEC),
        resume_token=_codec.required(members, "resume_token", _common.RESUME_TOKEN_CODEC),
        last_event_seq=_codec.required(members, "last_event_seq", _codec.integer(0, 9223372036854775807)),
    )


def _write_resume_point(value: ResumePoint) -> Raw:
    _codec.expect(value, ResumePoint)
    out: dict[str, Raw] = {}
    _codec.put(out, "session_id", _common.SESSION_ID_CODEC, value.session_id)
    _codec.put(out, "resume_token", _common.RESUME_TOKEN_CODEC, value.resume_token)
    _codec.put(out, "last_event_seq", _codec.integer(0, 9223372036854775807), value.last_event_seq)
    return out


RESUME_POINT_CODEC: Final[Codec[ResumePoint]] = Codec(_read_resume_point, _write_resume_point)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first frame of a connection: who is there and what it can do. With `resume` it continues a session instead
    of opening one. (§6.2)
    """

    client: ClientInfo
    """Which program this is."""
    auth: Auth | None = None
    """Who the client is. Without it the answer is `UNAUTHENTICATED`. (§6.1)
    Sent: always.
    """
    capabilities: HelloCapabilities = _field(default_factory=lambda: _codec.standard(HELLO_CAPABILITIES_CODEC, "{\"encodings\":[\"json\"],\"features\":[]}"))
    """What the client can do.
    When missing: `{\"encodings\":[\"json\"],\"features\":[]}`.
    Sent: always.
    """
    resume: ResumePoint | None = None
    """Continue this session. (§6.3, draft-02)
    Sent: when resuming.
    """
    resume_token: _common.ResumeToken | None = None
    """A copy of the one in `resume`, for runtimes that look for it here. (§6.3, an addition)
    Sent: when resuming.
    """
    last_event_seq: int | None = None
    """A copy of the one in `resume`, for runtimes that look for it here. (§6.3, an addition)
    Sent: when resuming.
    """


def _read_hello(raw: Raw) -> Hello:
    members = _codec.members(raw)
    return Hello(
        client=_codec.required(members, "client", CLIENT_INFO_CODEC),
        auth=_codec.optional(members, "auth", AUTH_CODEC),
        capabilities=_codec.defaulted(members, "capabilities", HELLO_CAPABILITIES_CODEC, "{\"encodings\":[\"json\"],\"features\":[]}"),
        resume=_codec.optional(members, "resume", RESUME_POINT_CODEC),
        resume_token=_codec.optional(members, "resume_token", _common.RESUME_TOKEN_CODEC),
        last_event_seq=_codec.optional(members, "last_event_seq", _codec.integer(0, 9223372036854775807)),
    )


def _write_hello(value: Hello) -> Raw:
    _codec.expect(value, Hello)
    out: dict[str, Raw] = {}
    _codec.put(out, "client", CLIENT_INFO_CODEC, value.client)
    _codec.put(out, "auth", AUTH_CODEC, value.auth)
    _codec.put(out, "capabilities", HELLO_CAPABILITIES_CODEC, value.capabilities)
    _codec.put(out, "resume", RESUME_POINT_CODEC, value.resume)
    _codec.put(out, "resume_token", _common.RESUME_TOKEN_CODEC, value.resume_token)
    _codec.put(out, "last_event_seq", _codec.integer(0, 9223372036854775807), value.last_event_seq)
    return out


HELLO_CODEC: Final[Codec[Hello]] = Codec(_read_hello, _write_hello)


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The session is open: its name, how to resume it, and what the runtime can do. (§6.2)"""

    runtime: RuntimeInfo
    """Which program answers."""
    resume_token: _common.ResumeToken
    """What to show to resume this session. It replaces all earlier ones."""
    resume_window_sec: int = 600
    """How long the session can be resumed after its connection is gone. (§6.3)
    When missing: `600`.
    Sent: always.
    Unit: seconds.
    """
    heartbeat_interval_sec: int | None = None
    """How often each side shows life. Without it there is no heartbeat. (§6.4)
    Needs the feature `heartbeat`.
    Sent: when `heartbeat` is negotiated.
    Unit: seconds.
    """
    capabilities: WelcomeCapabilities
    """What the runtime can do."""
    resumed: bool = False
    """True when this continues an earlier session, and replay follows. (§6.3, an addition)
    When missing: `false`.
    Sent: when resuming.
    """
    session_id: _common.SessionId | None = None
    """A copy of the envelope's, for clients that look for it here. A reader takes the envelope's. (an addition)
    Sent: always.
    """
    accepted_at: _common.Timestamp | None = None
    """When the session was opened or resumed, for clients that insist on it. (an addition)
    Sent: always.
    """


def _read_welcome(raw: Raw) -> Welcome:
    members = _codec.members(raw)
    return Welcome(
        runtime=_codec.required(members, "runtime", RUNTIME_INFO_CODEC),
        resume_token=_codec.required(members, "resume_token", _common.RESUME_TOKEN_CODEC),
        resume_window_sec=_codec.defaulted(members, "resume_window_sec", _codec.integer(1, 2147483647), "600"),
        heartbeat_interval_sec=_codec.optional(members, "heartbeat_interval_sec", _codec.integer(1, 2147483647)),
        capabilities=_codec.required(members, "capabilities", WELCOME_CAPABILITIES_CODEC),
        resumed=_codec.defaulted(members, "resumed", _codec.BOOL, "false"),
        session_id=_codec.optional(members, "session_id", _common.SESSION_ID_CODEC),
        accepted_at=_codec.optional(members, "accepted_at", _common.TIMESTAMP_CODEC),
    )


def _write_welcome(value: Welcome) -> Raw:
    _codec.expect(value, Welcome)
    out: dict[str, Raw] = {}
    _codec.put(out, "runtime", RUNTIME_INFO_CODEC, value.runtime)
    _codec.put(out, "resume_token", _common.RESUME_TOKEN_CODEC, value.resume_token)
    _codec.put(out, "resume_window_sec", _codec.integer(1, 2147483647), value.resume_window_sec)
    _codec.put(out, "heartbeat_interval_sec", _codec.integer(1, 2147483647), value.heartbeat_interval_sec)
    _codec.put(out, "capabilities", WELCOME_CAPABILITIES_CODEC, value.capabilities)
    _codec.put(out, "resumed", _codec.BOOL, value.resumed)
    _codec.put(out, "session_id", _common.SESSION_ID_CODEC, value.session_id)
    _codec.put(out, "accepted_at", _common.TIMESTAMP_CODEC, value.accepted_at)
    return out


WELCOME_CODEC: Final[Codec[Welcome]] = Codec(_read_welcome, _write_welcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Continues a session after its connection is gone. (§6.3)"""

    resume_token: _common.ResumeToken
    """The token of the newest welcome that the client has seen."""
    last_event_seq: int
    """The last number that the client has received; 0 for none. Replay starts after it."""
    session_id: _common.SessionId | None = None
    """The session to resume. Without it the runtime finds it by the token. (an addition)
    Sent: always.
    """
    client: ClientInfo | None = None
    """Which program this is. (an addition)
    Sent: always.
    """
    auth: Auth | None = None
    """Who the client is. When it is present it must prove the principal of the session. (an addition)
    Sent: always.
    """
    capabilities: HelloCapabilities | None = None
    """What the client can do. Without it the features stay as they were negotiated. (an addition)
    Sent: always.
    """


def _read_resume(raw: Raw) -> Resume:
    members = _codec.members(raw)
    return Resume(
        resume_token=_codec.required(members, "resume_token", _common.RESUME_TOKEN_CODEC),
        last_event_seq=_codec.required(members, "last_event_seq", _codec.integer(0, 9223372036854775807)),
        session_id=_codec.optional(members, "session_id", _common.SESSION_ID_CODEC),
        client=_codec.optional(members, "client", CLIENT_INFO_CODEC),
        auth=_codec.optional(members, "auth", AUTH_CODEC),
        capabilities=_codec.optional(members, "capabilities", HELLO_CAPABILITIES_CODEC),
    )


def _write_resume(value: Resume) -> Raw:
    _codec.expect(value, Resume)
    out: dict[str, Raw] = {}
    _codec.put(out, "resume_token", _common.RESUME_TOKEN_CODEC, value.resume_token)
    _codec.put(out, "last_event_seq", _codec.integer(0, 9223372036854775807), value.last_event_seq)
    _codec.put(out, "session_id", _common.SESSION_ID_CODEC, value.session_id)
    _codec.put(out, "client", CLIENT_INFO_CODEC, value.client)
    _codec.put(out, "auth", AUTH_CODEC, value.auth)
    _codec.put(out, "capabilities", HELLO_CAPABILITIES_CODEC, value.capabilities)
    return out


RESUME_CODEC: Final[Codec[Resume]] = Codec(_read_resume, _write_resume)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Asks for a sign of life. (§6.4)"""

    nonce: _common.Nonce
    """What the pong has to repeat."""
    sent_at: _common.Timestamp | None = None
    """When the ping was written.
    Sent: always.
    """


def _read_ping(raw: Raw) -> Ping:
    members = _codec.members(raw)
    return Ping(
        nonce=_codec.required(members, "nonce", _common.NONCE_CODEC),
        sent_at=_codec.optional(members, "sent_at", _common.TIMESTAMP_CODEC),
    )


def _write_ping(value: Ping) -> Raw:
    _codec.expect(value, Ping)
    out: dict[str, Raw] = {}
    _codec.put(out, "nonce", _common.NONCE_CODEC, value.nonce)
    _codec.put(out, "sent_at", _common.TIMESTAMP_CODEC, value.sent_at)
    return out


PING_CODEC: Final[Codec[Ping]] = Codec(_read_ping, _write_ping)


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """A request was refused, or the session is about to end. It ends the session only when the connection closes
    after it. (§12)
    """

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
    request_id: _common.MessageId | None = None
    """The `id` of the frame that caused it. (an addition)
    Sent: when a frame with an id caused it.
    """
    job_id: _common.JobId | None = None
    """The job that the refused request was about. (an addition)
    Sent: when it is about a job.
    """


def _read_error(raw: Raw) -> Error:
    members = _codec.members(raw)
    return Error(
        code=_codec.defaulted(members, "code", _error.ERROR_CODE_CODEC, "\"INTERNAL_ERROR\""),
        message=_codec.defaulted(members, "message", _codec.text(0, None), "\"\""),
        retryable=_codec.optional(members, "retryable", _codec.BOOL),
        details=_codec.optional(members, "details", _common.JSON_OBJECT_CODEC),
        request_id=_codec.optional(members, "request_id", _common.MESSAGE_ID_CODEC),
        job_id=_codec.optional(members, "job_id", _common.JOB_ID_CODEC),
    )


def _write_error(value: Error) -> Raw:
    _codec.expect(value, Error)
    out: dict[str, Raw] = {}
    _codec.put(out, "code", _error.ERROR_CODE_CODEC, value.code)
    _codec.put(out, "message", _codec.text(0, None), value.message)
    _codec.put(out, "retryable", _codec.BOOL, value.retryable)
    _codec.put(out, "details", _common.JSON_OBJECT_CODEC, value.details)
    _codec.put(out, "request_id", _common.MESSAGE_ID_CODEC, value.request_id)
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, value.job_id)
    return out


ERROR_CODEC: Final[Codec[Error]] = Codec(_read_error, _write_error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    """The sign of life that a ping asked for. (§6.4)"""

    ping_nonce: _common.Nonce
    """The nonce of the ping."""
    received_at: _common.Timestamp | None = None
    """When the ping was read.
    Sent: always.
    """


def _read_pong(raw: Raw) -> Pong:
    members = _codec.members(raw)
    return Pong(
        ping_nonce=_codec.required(members, "ping_nonce", _common.NONCE_CODEC),
        received_at=_codec.optional(members, "received_at", _common.TIMESTAMP_CODEC),
    )


def _write_pong(value: Pong) -> Raw:
    _codec.expect(value, Pong)
    out: dict[str, Raw] = {}
    _codec.put(out, "ping_nonce", _common.NONCE_CODEC, value.ping_nonce)
    _codec.put(out, "received_at", _common.TIMESTAMP_CODEC, value.received_at)
    return out


PONG_CODEC: Final[Codec[Pong]] = Codec(_read_pong, _write_pong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """How far the client has come. It frees the runtime's buffer and changes nothing else. (§6.5)"""

    last_processed_seq: int
    """The highest number that the client is done with. A smaller one than before has no effect, and one beyond the
    stream counts as its end.
    """


def _read_ack(raw: Raw) -> Ack:
    members = _codec.members(raw)
    return Ack(
        last_processed_seq=_codec.required(members, "last_processed_seq", _codec.integer(0, 9223372036854775807)),
    )


def _write_ack(value: Ack) -> Raw:
    _codec.expect(value, Ack)
    out: dict[str, Raw] = {}
    _codec.put(out, "last_processed_seq", _codec.integer(0, 9223372036854775807), value.last_processed_seq)
    return out


ACK_CODEC: Final[Codec[Ack]] = Codec(_read_ack, _write_ack)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs a listing holds. All the members that are present must match. (§6.6)"""

    status: tuple[_job.JobStatus, ...] | None = None
    """Only jobs in one of these states. An empty list matches nothing, and a word that is no status is refused."""
    agent: _common.AgentRef | None = None
    """Only jobs of this agent. A bare name matches each of its versions."""
    created_after: _common.Timestamp | None = None
    """Only jobs that were accepted later than this."""
    created_before: _common.Timestamp | None = None
    """Only jobs that were accepted earlier than this. (an addition)
    Sent: never.
    """


def _read_job_filter(raw: Raw) -> JobFilter:
    members = _codec.members(raw)
    return JobFilter(
        status=_codec.optional(members, "status", _codec.list_of(_job.JOB_STATUS_CODEC, 0, 64, False)),
        agent=_codec.optional(members, "agent", _common.AGENT_REF_CODEC),
        created_after=_codec.optional(members, "created_after", _common.TIMESTAMP_CODEC),
        created_before=_codec.optional(members, "created_before", _common.TIMESTAMP_CODEC),
    )


def _write_job_filter(value: JobFilter) -> Raw:
    _codec.expect(value, JobFilter)
    out: dict[str, Raw] = {}
    _codec.put(out, "status", _codec.list_of(_job.JOB_STATUS_CODEC, 0, 64, False), value.status)
    _codec.put(out, "agent", _common.AGENT_REF_CODEC, value.agent)
    _codec.put(out, "created_after", _common.TIMESTAMP_CODEC, value.created_after)
    return out


JOB_FILTER_CODEC: Final[Codec[JobFilter]] = Codec(_read_job_filter, _write_job_filter)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListJobs:
    """Asks which jobs there are. (§6.6)"""

    filter: JobFilter = _field(default_factory=lambda: _codec.standard(JOB_FILTER_CODEC, "{}"))
    """Which of them. Without it all.
    When missing: `{}`.
    """
    limit: int = 100
    """How many entries a page may have. More than 1000 counts as 1000.
    When missing: `100`.
    Unit: jobs.
    """
    cursor: _common.Cursor | None = None
    """Where to go on: the `next_cursor` of the page before. Without it at the start."""


def _read_list_jobs(raw: Raw) -> ListJobs:
    members = _codec.members(raw)
    return ListJobs(
        filter=_codec.defaulted(members, "filter", JOB_FILTER_CODEC, "{}"),
        limit=_codec.defaulted(members, "limit", _codec.integer(1, 9223372036854775807), "100"),
        cursor=_codec.optional(members, "cursor", _common.CURSOR_CODEC),
    )


def _write_list_jobs(value: ListJobs) -> Raw:
    _codec.expect(value, ListJobs)
    out: dict[str, Raw] = {}
    _codec.put(out, "filter", JOB_FILTER_CODEC, value.filter)
    _codec.put(out, "limit", _codec.integer(1, 9223372036854775807), value.limit)
    _codec.put(out, "cursor", _common.CURSOR_CODEC, value.cursor)
    return out


LIST_JOBS_CODEC: Final[Codec[ListJobs]] = Codec(_read_list_jobs, _write_list_jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """One job as a listing shows it. (§6.6)"""

    job_id: _common.JobId
    """The job."""
    agent: _common.ResolvedAgent
    """What runs."""
    status: _job.JobStatus
    """Where it stands."""
    lease: _lease.Lease = _field(default_factory=lambda: _codec.standard(_lease.LEASE_CODEC, "{}"))
    """What it may do.
    When missing: `{}`.
    Sent: always.
    """
    parent_job_id: _common.JobId | None = None
    """The job that delegated this one.
    Always sent; null when there is none.
    """
    created_at: _common.Timestamp | None = None
    """When it was accepted.
    Read from `submitted_at` when missing.
    Sent: always.
    """
    trace_id: _common.TraceId | None = None
    """The trace that it belongs to. (§11)
    Sent: always.
    """
    last_event_seq: int = 0
    """The newest number of the job in the stream of the session that submitted it; 0 for none.
    When missing: `0`.
    Sent: always.
    """
    lease_constraints: _lease.LeaseConstraints | None = None
    """What else bounds the job. (§9.5, an addition)
    Sent: when the job has any.
    """
    budget: _lease.Budget | None = None
    """What is left to spend, by currency. It may be below zero. (§9.6, an addition)
    Needs the feature `cost.budget`.
    Sent: when the lease has `cost.budget`.
    """
    credentials: tuple[_credential.Credential, ...] | None = None
    """The job's live credentials. (§9.8)
    Needs the feature `provisioned_credentials`.
    Sent: when the principal submitted the job and it has not ended.
    """
    submitted_at: _common.Timestamp | None = None
    """A copy of `created_at`, for clients that look for it here. (an addition)
    Sent: always.
    """


def _read_job_summary(raw: Raw) -> JobSummary:
    members = _codec.members(raw)
    return JobSummary(
        job_id=_codec.required(members, "job_id", _common.JOB_ID_CODEC),
        agent=_codec.required(members, "agent", _common.RESOLVED_AGENT_CODEC),
        status=_codec.required(members, "status", _job.JOB_STATUS_CODEC),
        lease=_codec.defaulted(members, "lease", _lease.LEASE_CODEC, "{}"),
        parent_job_id=_codec.optional(members, "parent_job_id", _common.JOB_ID_CODEC),
        created_at=_codec.optional(members, "created_at", _common.TIMESTAMP_CODEC, fallback="submitted_at"),
        trace_id=_codec.optional(members, "trace_id", _common.TRACE_ID_CODEC),
        last_event_seq=_codec.defaulted(members, "last_event_seq", _codec.integer(0, 9223372036854775807), "0"),
        lease_constraints=_codec.optional(members, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC),
        budget=_codec.optional(members, "budget", _lease.BUDGET_CODEC),
        credentials=_codec.optional(members, "credentials", _codec.list_of(_credential.CREDENTIAL_CODEC, 0, None, False)),
        submitted_at=_codec.optional(members, "submitted_at", _common.TIMESTAMP_CODEC),
    )


def _write_job_summary(value: JobSummary) -> Raw:
    _codec.expect(value, JobSummary)
    out: dict[str, Raw] = {}
    _codec.put(out, "job_id", _common.JOB_ID_CODEC, value.job_id)
    _codec.put(out, "agent", _common.RESOLVED_AGENT_CODEC, value.agent)
    _codec.put(out, "status", _job.JOB_STATUS_CODEC, value.status)
    _codec.put(out, "lease", _lease.LEASE_CODEC, value.lease)
    _codec.put_or_null(out, "parent_job_id", _common.JOB_ID_CODEC, value.parent_job_id)
    _codec.put(out, "created_at", _common.TIMESTAMP_CODEC, value.created_at)
    _codec.put(out, "trace_id", _common.TRACE_ID_CODEC, value.trace_id)
    _codec.put(out, "last_event_seq", _codec.integer(0, 9223372036854775807), value.last_event_seq)
    _codec.put(out, "lease_constraints", _lease.LEASE_CONSTRAINTS_CODEC, value.lease_constraints)
    _codec.put(out, "budget", _lease.BUDGET_CODEC, value.budget)
    _codec.put(out, "credentials", _codec.list_of(_credential.CREDENTIAL_CODEC, 0, None, False), value.credentials)
    _codec.put(out, "submitted_at", _common.TIMESTAMP_CODEC, value.submitted_at)
    return out


JOB_SUMMARY_CODEC: Final[Codec[JobSummary]] = Codec(_read_job_summary, _write_job_summary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """One page of a listing. (§6.6)"""

    request_id: _common.MessageId
    """The `id` of the frame that asked."""
    jobs: tuple[JobSummary, ...]
    """The entries, oldest first."""
    next_cursor: _common.Cursor | None = None
    """Where the next page begins. Null on the last page.
    Always sent; null when there is none.
    """


def _read_jobs(raw: Raw) -> Jobs:
    members = _codec.members(raw)
    return Jobs(
        request_id=_codec.required(members, "request_id", _common.MESSAGE_ID_CODEC),
        jobs=_codec.required(members, "jobs", _codec.list_of(JOB_SUMMARY_CODEC, 0, None, False)),
        next_cursor=_codec.optional(members, "next_cursor", _common.CURSOR_CODEC),
    )


def _write_jobs(value: Jobs) -> Raw:
    _codec.expect(value, Jobs)
    out: dict[str, Raw] = {}
    _codec.put(out, "request_id", _common.MESSAGE_ID_CODEC, value.request_id)
    _codec.put(out, "jobs", _codec.list_of(JOB_SUMMARY_CODEC, 0, None, False), value.jobs)
    _codec.put_or_null(out, "next_cursor", _common.CURSOR_CODEC, value.next_cursor)
    return out


JOBS_CODEC: Final[Codec[Jobs]] = Codec(_read_jobs, _write_jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The client is done with the session. (§6.7)"""

    reason: str | None = None
    """Why, in a word or a sentence. (draft-02)
    Sent: always.
    """


def _read_close(raw: Raw) -> Close:
    members = _codec.members(raw)
    return Close(
        reason=_codec.optional(members, "reason", _codec.text(0, None)),
    )


def _write_close(value: Close) -> Raw:
    _codec.expect(value, Close)
    out: dict[str, Raw] = {}
    _codec.put(out, "reason", _codec.text(0, None), value.reason)
    return out


CLOSE_CODEC: Final[Codec[Close]] = Codec(_read_close, _write_close)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The runtime is done with the connection. (§6.7)"""

    reason: str | None = None
    """Why, in a word or a sentence. (an addition)"""


def _read_closed(raw: Raw) -> Closed:
    members = _codec.members(raw)
    return Closed(
        reason=_codec.optional(members, "reason", _codec.text(0, None)),
    )


def _write_closed(value: Closed) -> Raw:
    _codec.expect(value, Closed)
    out: dict[str, Raw] = {}
    _codec.put(out, "reason", _codec.text(0, None), value.reason)
    return out


CLOSED_CODEC: Final[Codec[Closed]] = Codec(_read_closed, _write_closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye:
    """The sender is done with the connection. (§6.7, draft-02)"""

    reason: str | None = None
    """Why, in a word or a sentence. (draft-02)
    Sent: always.
    """


def _read_bye(raw: Raw) -> Bye:
    members = _codec.members(raw)
    return Bye(
        reason=_codec.optional(members, "reason", _codec.text(0, None)),
    )


def _write_bye(value: Bye) -> Raw:
    _codec.expect(value, Bye)
    out: dict[str, Raw] = {}
    _codec.put(out, "reason", _codec.text(0, None), value.reason)
    return out


BYE_CODEC: Final[Codec[Bye]] = Codec(_read_bye, _write_bye)
