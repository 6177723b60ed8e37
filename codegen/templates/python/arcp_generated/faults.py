# {{ generated }}
"""Why a value was refused, and where."""

from __future__ import annotations

import json
import re
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_]+")


class Fault(Exception):
    """A refusal whose path grows while it travels outwards.

    Callers see a :class:`DecodeError` or an :class:`EncodeError` instead.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason: Final = reason
        self.path: str = ""

    def under(self, step: str | int) -> Fault:
        """Say that the fault lies below a member or a list index."""
        if isinstance(step, int):
            head = f"[{step}]"
        elif _PLAIN.fullmatch(step):
            head = step
        else:
            head = f"[{json.dumps(step, ensure_ascii=False)}]"
        dot = "" if self.path == "" or self.path.startswith("[") else "."
        self.path = head + dot + self.path
        return self


class WireError(ValueError):
    """What :class:`DecodeError` and :class:`EncodeError` share."""

    def __init__(self, subject: str, path: str, reason: str) -> None:
        super().__init__(f"{subject}: at {path}: {reason}" if path else f"{subject}: {reason}")
        self.subject: Final = subject
        """What was read or written: a wire type such as `session.hello`, or `frame` when none is known."""
        self.path: Final = path
        """The place of the fault: `payload.jobs[2].lease["fs.read"][0]`. Empty for the whole value."""
        self.reason: Final = reason
        """What is wrong there."""


class DecodeError(WireError):
    """A text that is not a value of the wire: `session.hello: at payload.client.name: expected a string`."""


class EncodeError(WireError):
    """A value that may not be written."""
