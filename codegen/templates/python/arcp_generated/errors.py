# {{ generated }}
"""The protocol's errors as exceptions: one class for each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Protocol

from .error import {{ facts }}, {{ code }}
from .facts import CodeFacts
from .raw import JsonObject

_FACTS: Final[Mapping[str, CodeFacts]] = {**{{ facts }}}


class ErrorBody(Protocol):
    """What the objects that carry an error share."""

    @property
    def code(self) -> {{ code }}: ...
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
{%- for value in codes %}


class {{ value.name }}(ArcpError):
    {{ value.doc }}

    wire_code = {{ value.wire }}
{%- endfor %}


_CLASSES: Final[Mapping[str, type[ArcpError]]] = {
{%- for value in codes %}
    {{ value.wire }}: {{ value.name }},
{%- endfor %}
}
