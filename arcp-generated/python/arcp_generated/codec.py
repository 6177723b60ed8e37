# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""The parts that the generated readers and writers are made of. They know no message."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, cast

from . import raw as _raw
from .faults import DecodeError, EncodeError, Fault
from .raw import Raw, RawNumber, clip, format_json, kind_of, parse_json
from .secret import Secret

T = TypeVar("T")
W = TypeVar("W", bound=str)


class Missing(enum.Enum):
    """The type of :data:`MISSING`."""

    MISSING = "MISSING"


MISSING: Final = Missing.MISSING
"""A member that is not there, where `None` stands for a `null` that is."""


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """Reads a type from JSON and writes it back."""

    read: Callable[[Raw], T]
    write: Callable[[T], Raw]


def decode(codec: Codec[T], text: str, subject: str = "value") -> T:
    """Read one value of a type from JSON text, or raise a :class:`DecodeError`."""
    try:
        return codec.read(parse_json(text))
    except Fault as fault:
        raise DecodeError(subject, fault.path, fault.reason) from None


def encode(codec: Codec[T], value: T, subject: str = "value") -> str:
    """Write one value of a type as JSON text, after checking it against the schema, or raise an :class:`EncodeError`."""
    try:
        raw = codec.write(value)
        codec.read(raw)
        return format_json(raw)
    except Fault as fault:
        raise EncodeError(subject, fault.path, fault.reason) from None


def _as_raw(value: object) -> Raw:
    # The reader that checks what is written refuses what does not fit, with its path.
    return cast("Raw", value)


def _string(raw: Raw) -> str:
    if not isinstance(raw, str):
        raise Fault(f"expected a string, found {kind_of(raw)}")
    return raw


def text(least: int, most: int | None, pattern: str | None = None) -> Codec[str]:
    """Make the codec of a string with a length in characters, and a grammar."""
    grammar = None if pattern is None else re.compile(pattern)

    def read(raw: Raw) -> str:
        value = _string(raw)
        if len(value) < least:
            raise Fault(f"must have at least {least} characters, has {len(value)}")
        if most is not None and len(value) > most:
            raise Fault(f"must have at most {most} characters, has {len(value)}")
        if grammar is not None and grammar.search(value) is None:
            raise Fault(f"{clip(value)!r} does not match {grammar.pattern}")
        return value

    return Codec(read, _as_raw)


def secret(inner: Codec[str]) -> Codec[Secret]:
    """Make the codec of a string that never prints, not even in an error."""

    def read(raw: Raw) -> Secret:
        value = _string(raw)
        try:
            return Secret(inner.read(value))
        except Fault:
            raise Fault("the secret does not have the form that is asked for") from None

    def write(value: object) -> Raw:
        if not isinstance(value, Secret):
            raise Fault(f"expected a Secret, found {kind_of(value)}")
        return value.reveal()

    return Codec(read, write)


def words(values: Iterable[W]) -> Codec[W]:
    """Make the codec of one of a closed list of words."""
    known = {str(value): value for value in values}

    def read(raw: Raw) -> W:
        word = _string(raw)
        if word not in known:
            raise Fault(f"{clip(word)!r} is not one of {', '.join(known)}")
        return known[word]

    return Codec(read, _as_raw)


def _read_bool(raw: Raw) -> bool:
    if not isinstance(raw, bool):
        raise Fault(f"expected a boolean, found {kind_of(raw)}")
    return raw


BOOL: Final[Codec[bool]] = Codec(_read_bool, _as_raw)


def _numeral(value: object) -> Raw:
    if isinstance(value, int) and not isinstance(value, bool):
        return RawNumber(str(value))
    return _as_raw(value)


def integer(least: int, most: int) -> Codec[int]:
    """Make the codec of an integer within bounds."""

    def read(raw: Raw) -> int:
        if not isinstance(raw, RawNumber):
            raise Fault(f"expected an integer, found {kind_of(raw)}")
        if re.fullmatch(r"-?[0-9]+", raw.text) is None:
            raise Fault(f"expected an integer, found {clip(raw.text)}")
        value = int(raw.text) if len(raw.text) <= 20 else None
        if value is None or not least <= value <= most:
            raise Fault(f"must be between {least} and {most}, is {clip(raw.text)}")
        return value

    return Codec(read, _numeral)


def list_of(item: Codec[T], least: int, most: int | None, unique: bool) -> Codec[tuple[T, ...]]:
    """Make the codec of a list with bounds on its length."""

    def read(raw: Raw) -> tuple[T, ...]:
        if not isinstance(raw, list):
            raise Fault(f"expected a list, found {kind_of(raw)}")
        if len(raw) < least:
            raise Fault(f"must have at least {least} entries, has {len(raw)}")
        if most is not None and len(raw) > most:
            raise Fault(f"must have at most {most} entries, has {len(raw)}")
        out = tuple(_within(index, item.read, entry) for index, entry in enumerate(raw))
        if unique and len({format_json(entry) for entry in raw}) < len(raw):
            raise Fault("an entry occurs twice")
        return out

    def write(value: object) -> Raw:
        if not isinstance(value, (list, tuple)):
            raise Fault(f"expected a tuple, found {kind_of(value)}")
        entries = cast("tuple[T, ...]", value)
        return [_within(index, item.write, entry) for index, entry in enumerate(entries)]

    return Codec(read, write)


def map_of(key: Codec[W], value: Codec[T]) -> Codec[Mapping[str, T]]:
    """Make the codec of an object whose member names follow a rule and whose values share a type."""

    def read(raw: Raw) -> Mapping[str, T]:
        out: dict[str, T] = {}
        for name, entry in members(raw).items():
            _named(key, name)
            out[name] = _within(name, value.read, entry)
        return out

    def write(entries: object) -> Raw:
        if not isinstance(entries, Mapping):
            raise Fault(f"expected a mapping, found {kind_of(entries)}")
        return {str(name): _within(str(name), value.write, entry) for name, entry in cast("Mapping[str, T]", entries).items()}

    return Codec(read, write)


def _named(key: Codec[W], name: str) -> None:
    # The fault is the object's: there is no such member.
    try:
        key.read(name)
    except Fault as fault:
        raise Fault(f"the name {clip(name)!r}: {fault.reason}") from None


def nullable(inner: Codec[T]) -> Codec[T | None]:
    """Make the codec of a type whose `null` is a value of its own."""
    return Codec(
        lambda raw: None if raw is None else inner.read(raw),
        lambda value: None if value is None else inner.write(value),
    )


DECIMAL: Final = Codec(_raw.read_decimal, _raw.write_decimal)
JSON: Final = Codec(_raw.read_json, _raw.write_json)
JSON_OBJECT: Final = Codec(_raw.read_json_object, _raw.write_json_object)

In = TypeVar("In")
Out = TypeVar("Out")


def _within(step: str | int, run: Callable[[In], Out], value: In) -> Out:
    try:
        return run(value)
    except Fault as fault:
        raise fault.under(step)


def members(raw: Raw, from_string: str | None = None) -> dict[str, Raw]:
    """Give the members of an object; a string stands for the object with only the member `from_string`, where that is allowed."""
    if from_string is not None and isinstance(raw, str):
        return {from_string: raw}
    if not isinstance(raw, dict):
        raise Fault(f"expected an object, found {kind_of(raw)}")
    return raw


def _find(raw: dict[str, Raw], name: str, fallback: str | None, null: bool) -> str | None:
    for key in (name,) if fallback is None else (name, fallback):
        if key in raw and (null or raw[key] is not None):
            return key
    return None


def required(raw: dict[str, Raw], name: str, codec: Codec[T], *, fallback: str | None = None, null: bool = False) -> T:
    """Read a member that must be there. `null` counts as missing, unless it is a value."""
    key = _find(raw, name, fallback, null)
    if key is None:
        raise Fault("required, but missing").under(name)
    return _within(key, codec.read, raw[key])


def optional(raw: dict[str, Raw], name: str, codec: Codec[T], *, fallback: str | None = None) -> T | None:
    """Read a member that may be missing."""
    key = _find(raw, name, fallback, False)
    return None if key is None else _within(key, codec.read, raw[key])


def present(raw: dict[str, Raw], name: str, codec: Codec[T], *, fallback: str | None = None) -> T | Missing:
    """Read a member that may be missing and whose `null` is a value."""
    key = _find(raw, name, fallback, True)
    return MISSING if key is None else _within(key, codec.read, raw[key])


def defaulted(
    raw: dict[str, Raw], name: str, codec: Codec[T], text: str, *, fallback: str | None = None, null: bool = False
) -> T:
    """Read a member that has a value when it is missing."""
    key = _find(raw, name, fallback, null)
    return standard(codec, text) if key is None else _within(key, codec.read, raw[key])


def standard(codec: Codec[T], text: str) -> T:
    """Give the value of a member that is missing."""
    return codec.read(parse_json(text))


def exclusive(raw: dict[str, Raw], *places: tuple[str, str | None, bool]) -> None:
    """Refuse members that must not stand together. A place is a name, its fallback, and whether `null` is a value."""
    found = [place[0] for place in places if _find(raw, *place) is not None]
    if len(found) > 1:
        raise Fault(f"{' and '.join(found)} must not occur together")


def arm_of(raw: Raw, *places: tuple[str, str | None, bool], default: str | None = None) -> str:
    """Tell the arm of a union by the member that is there. `default` is the arm of an object that has none of them."""
    object_ = members(raw)
    exclusive(object_, *places)
    for place in places:
        if _find(object_, *place) is not None:
            return place[0]
    if default is None:
        raise Fault(f"one of {', '.join(place[0] for place in places)} is required")
    return default


def put(out: dict[str, Raw], name: str, codec: Codec[T], value: T | None) -> None:
    """Put a member into an object that is being written; `None` leaves it out."""
    if value is not None:
        out[name] = _within(name, codec.write, value)


def put_or_null(out: dict[str, Raw], name: str, codec: Codec[T], value: T | None) -> None:
    """Put a member that is always written: `None` is written as `null`."""
    out[name] = None if value is None else _within(name, codec.write, value)


def put_value(out: dict[str, Raw], name: str, codec: Codec[T], value: T | Missing) -> None:
    """Put a member whose `None` is a `null`; :data:`MISSING` leaves it out."""
    if not isinstance(value, Missing):
        out[name] = _within(name, codec.write, value)


def expect(value: object, *kinds: type) -> None:
    """Refuse a value of another class before its members are written."""
    if not isinstance(value, kinds):
        names = " or ".join(kind.__name__ for kind in kinds[:3])
        raise Fault(f"expected a {names}{' or …' if len(kinds) > 3 else ''}, found {kind_of(value)}")
