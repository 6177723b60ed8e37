# {{ generated }}
{{ doc }}
{{ imports }}
{% include "python/arcp_generated/types.py" %}

VERSION: Final = "{{ version }}"
"""The value of `arcp` on every frame that is written."""


class Head(Protocol):
    """What every frame carries beside its type and payload."""
{%- for member in members %}

    @property
    def {{ member.name }}(self) -> {{ member.ty }}:
        {{ member.doc }}
        ...
{%- endfor %}

    @property
    def vendor(self) -> JsonObject:
        """Members named `x-vendor.*`, kept as they came."""
        ...
{%- for message in messages %}


@dataclass(frozen=True, slots=True, kw_only=True)
class {{ message.name }}:
    {{ message.doc }}

    type: ClassVar[Literal[{{ message.tag }}]] = {{ message.tag }}
{%- for member in message.members %}
    {{ member.name }}: {{ member.ty }}{{ member.default }}
{%- endfor %}
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: {{ message.ty }}
{%- endfor %}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownMessage:
    """A message that this version does not know. It is written back as it came."""

    type: str
{%- for member in members %}
    {{ member.name }}: {{ member.ty }}{{ member.default }}
{%- endfor %}
    vendor: JsonObject = _field(default_factory=dict[str, Json])
    payload: {{ unknown.ty }}


MessageType: TypeAlias = Literal[
{%- for message in messages %}
    {{ message.tag }},
{%- endfor %}
]
"""The wire types of the messages."""

Envelope: TypeAlias = "{% for message in messages %}{{ message.name }} | {% endfor %}UnknownMessage"
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
    kind = {{ read_type }}
    reader = _READERS.get(kind)
    return _read_unknown(members, kind) if reader is None else reader(members)


def _read_unknown(members: dict[str, Raw], kind: str) -> Envelope:
    return UnknownMessage(
        type=kind,
{%- for member in members %}
        {{ member.name }}={{ member.read }},
{%- endfor %}
        vendor=_vendor(members),
        payload={{ unknown.read }},
    )
{%- for message in messages %}


def _read_{{ message.snake }}(members: dict[str, Raw]) -> Envelope:
    return {{ message.name }}(
{%- for member in message.members %}
        {{ member.name }}={{ member.read }},
{%- endfor %}
        vendor=_vendor(members),
        payload=_codec.required(members, "payload", {{ message.codec }}),
    )
{%- endfor %}


_READERS: Final[Mapping[str, Callable[[dict[str, Raw]], Envelope]]] = {
{%- for message in messages %}
    {{ message.tag }}: _read_{{ message.snake }},
{%- endfor %}
}

_CLASSES: Final = (
{%- for message in messages %}
    {{ message.name }},
{%- endfor %}
    UnknownMessage,
)


def _write_envelope(envelope: Envelope) -> Raw:
    _codec.expect(envelope, *_CLASSES)
    out: dict[str, Raw] = {}
{%- for member in leading %}
    _codec.{{ member.put }}(out, {{ member.wire }}, {{ member.codec }}, envelope.{{ member.name }})
{%- endfor %}
    out["type"] = envelope.type
{%- for member in trailing %}
    _codec.{{ member.put }}(out, {{ member.wire }}, {{ member.codec }}, envelope.{{ member.name }})
{%- endfor %}
    for name, value in envelope.vendor.items():
        if not name.startswith(_VENDOR):
            raise Fault(f"a vendor member must start with {_VENDOR}").under(name)
        _codec.put_value(out, name, _codec.JSON, value)
    match envelope:
{%- for message in messages %}
        case {{ message.name }}():
            _codec.put(out, "payload", {{ message.codec }}, envelope.payload)
{%- endfor %}
        case UnknownMessage():
            _codec.put(out, "payload", {{ unknown.codec }}, envelope.payload)
    return out


{{ codec }}: Final[Codec[Envelope]] = Codec(_read_envelope, _write_envelope)
"""The frame as a codec, for callers that hold parsed JSON."""
