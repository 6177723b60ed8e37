# {{ generated }}
"""JSON with every number kept exactly."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn, TypeAlias, cast

from .faults import Fault
from .limits import FRAME_DEPTH, NUMBER_CHARS

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_INTEGER: Final = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, slots=True)
class RawNumber:
    """A number as it stands in the text."""

    text: str


Raw: TypeAlias = "None | bool | str | RawNumber | list[Raw] | dict[str, Raw]"
"""A JSON value before it has a type."""

Json: TypeAlias = "None | bool | int | float | Decimal | str | Sequence[Json] | Mapping[str, Json]"
"""Any JSON value. What is read holds `int` and `Decimal` and no `float`."""

JsonObject: TypeAlias = "Mapping[str, Json]"
"""Any JSON object."""


def kind_of(value: object) -> str:
    """Name a value's JSON type for an error message."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float() | Decimal() | RawNumber():
            return "a number"
        case str():
            return "a string"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return f"a {type(value).__name__}"


def clip(text: str) -> str:
    """Cut a text that is quoted in an error message."""
    return text if len(text) <= 40 else f"{text[:40]}…"


def parse_json(text: str) -> Raw:
    """Read one JSON text.

    Refused are a member name that occurs twice in an object, a lone surrogate, and what is deeper or longer than the limits.
    """
    try:
        raw = cast(
            "Raw",
            json.loads(
                text,
                parse_int=_number,
                parse_float=_number,
                parse_constant=_constant,
                object_pairs_hook=_object,
            ),
        )
    except json.JSONDecodeError as error:
        raise Fault(f"not JSON: line {error.lineno} column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise Fault(f"not JSON: nested more than {FRAME_DEPTH} deep") from None
    _check(raw)
    return raw


def _number(text: str) -> RawNumber:
    if len(text) > NUMBER_CHARS:
        raise Fault(f"not JSON: a number of more than {NUMBER_CHARS} characters")
    return RawNumber(text)


def _constant(word: str) -> NoReturn:
    raise Fault(f"not JSON: {word} is no number")


def _object(pairs: list[tuple[str, Raw]]) -> dict[str, Raw]:
    out = dict(pairs)
    if len(out) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Fault(f"not JSON: the member {json.dumps(clip(name))} occurs twice")
            seen.add(name)
    return out


def _check(raw: Raw) -> None:
    level: list[Raw] = [raw]
    depth = 0
    while level:
        below: list[Raw] = []
        for value in level:
            match value:
                case str():
                    _encodable(value)
                case list():
                    below.extend(value)
                case dict():
                    for name in value:
                        _encodable(name)
                    below.extend(value.values())
                case _:
                    pass
        if any(isinstance(value, (list, dict)) for value in level):
            depth += 1
        if depth > FRAME_DEPTH:
            raise Fault(f"not JSON: nested more than {FRAME_DEPTH} deep")
        level = below


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Fault("a lone surrogate cannot be encoded") from None


def format_json(raw: Raw) -> str:
    """Write compact JSON."""
    match raw:
        case None:
            return "null"
        case bool():
            return "true" if raw else "false"
        case str():
            _encodable(raw)
            return json.dumps(raw, ensure_ascii=False)
        case RawNumber():
            if not _NUMBER.fullmatch(raw.text):
                raise Fault(f"not a JSON number: {clip(raw.text)}")
            return raw.text
        case list():
            return f"[{','.join(format_json(item) for item in raw)}]"
        case dict():
            return "{" + ",".join(f"{format_json(name)}:{format_json(value)}" for name, value in raw.items()) + "}"


def read_decimal(raw: Raw) -> Decimal:
    """Read a number with its digits."""
    if not isinstance(raw, RawNumber):
        raise Fault(f"expected a number, found {kind_of(raw)}")
    try:
        return Decimal(raw.text)
    except InvalidOperation:
        raise Fault(f"the exponent of {clip(raw.text)} is out of range") from None


def write_decimal(value: object) -> Raw:
    """Write a number with its digits; an `int` is taken too, a `float` is not."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise Fault(f"expected a Decimal, found {kind_of(value)}")
    return RawNumber(str(value))


def read_json(raw: Raw) -> Json:
    """Read any JSON value."""
    match raw:
        case RawNumber():
            return int(raw.text) if _INTEGER.fullmatch(raw.text) else read_decimal(raw)
        case list():
            return [read_json(item) for item in raw]
        case dict():
            return {name: read_json(value) for name, value in raw.items()}
        case _:
            return raw


def write_json(value: object) -> Raw:
    """Write any JSON value."""
    match value:
        case None | bool() | str():
            return value
        case int() | Decimal():
            return write_decimal(value)
        case float():
            if not math.isfinite(value):
                raise Fault(f"{value} is no JSON number")
            return RawNumber(repr(value))
        case Mapping():
            out: dict[str, Raw] = {}
            for name, item in cast("Mapping[object, object]", value).items():
                if not isinstance(name, str):
                    raise Fault(f"expected a member name, found {kind_of(name)}")
                try:
                    out[name] = write_json(item)
                except Fault as fault:
                    raise fault.under(name)
            return out
        case list() | tuple():
            items: list[Raw] = []
            for index, item in enumerate(cast("Sequence[object]", value)):
                try:
                    items.append(write_json(item))
                except Fault as fault:
                    raise fault.under(index)
            return items
        case _:
            raise Fault(f"expected a JSON value, found {kind_of(value)}")


def read_json_object(raw: Raw) -> JsonObject:
    """Read any JSON object."""
    if not isinstance(raw, dict):
        raise Fault(f"expected an object, found {kind_of(raw)}")
    return {name: read_json(value) for name, value in raw.items()}


def write_json_object(value: object) -> Raw:
    """Write any JSON object."""
    if not isinstance(value, Mapping):
        raise Fault(f"expected an object, found {kind_of(value)}")
    return write_json(cast("object", value))
