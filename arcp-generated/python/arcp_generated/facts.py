# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""The shapes of what the specification says about values, messages and event kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Direction: TypeAlias = Literal["client", "runtime", "both"]
"""Which side sends a message."""

Carry: TypeAlias = Literal["required", "optional", "absent"]
"""Whether the sender puts a member on the envelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFacts:
    """What is known about a value of an enumeration."""

    name: str
    description: str
    section: str | None = None
    feature: str | None = None
    """The feature that both sides must have listed."""
    gates: tuple[str, ...] = ()
    """Of a feature: what may not be sent without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFacts(ValueFacts):
    """What is known about an error code."""

    retryable: bool
    """Whether the same request may succeed later, when the error does not say."""
    pinned: bool
    """Whether an error may not say otherwise."""
    cause: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What is known about a message."""

    direction: Direction
    section: str | None = None
    feature: str | None = None
    session_id: Carry
    job_id: Carry
    event_seq: Carry
    trace_id: Carry
    answers: tuple[str, ...] = ()
    """The requests that it may answer."""
    answered_by: tuple[str, ...] = ()
    """The messages that may answer it."""
    replayed: bool = False
    """Whether a resume sends it again."""
    terminal: bool = False
    """Whether a job ends with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """What is known about an event kind."""

    section: str | None = None
    feature: str | None = None
