"""Every vector, through the printed decoder and encoder."""

from __future__ import annotations

import json
import os
import unittest
from decimal import Decimal
from pathlib import Path
from typing import TypedDict, cast

from arcp_generated import DecodeError, UnknownMessage, decode_envelope, encode_envelope

VECTORS = Path(os.environ["ARCP_VECTORS"])


class Valid(TypedDict, total=False):
    """A frame that must be read."""

    file: str
    type: str
    known: bool
    again: str


class Invalid(TypedDict):
    """A frame that must be refused."""

    file: str
    type: str
    path: str
    reason: str


class Spoilt(TypedDict):
    """A file with a frame to refuse on each line."""

    file: str
    type: str
    count: int


class Index(TypedDict):
    """The index of the vectors."""

    valid: list[Valid]
    invalid: list[Invalid]
    spoilt: list[Spoilt]


class Line(TypedDict):
    """A line of a spoilt file."""

    name: str
    path: str
    frame: str


def load(file: str) -> str:
    """Read a vector."""
    return (VECTORS / file).read_text(encoding="utf-8")


INDEX = cast("Index", json.loads(load("index.json")))


def exact(text: str) -> object:
    """Read JSON with every digit, without the package's help."""
    return cast("object", json.loads(text, parse_float=digits, parse_int=digits))


def digits(text: str) -> tuple[str, object]:
    """Keep a number's sign, digits and exponent."""
    return ("number", Decimal(text).as_tuple())


class Vectors(unittest.TestCase):
    """The frames of the index."""

    maxDiff = None

    def refusal(self, text: str) -> DecodeError:
        """Read a frame that must be refused."""
        with self.assertRaises(DecodeError) as caught:
            decode_envelope(text)
        return caught.exception

    def test_the_index_names_every_file(self) -> None:
        listed = sorted(
            [entry.get("file", "") for entry in INDEX["valid"]]
            + [entry["file"] for entry in INDEX["invalid"]]
            + [entry["file"] for entry in INDEX["spoilt"]]
        )
        files = [path for kind in ("valid", "invalid") for path in (VECTORS / kind).rglob("*") if path.is_file()]
        self.assertEqual(listed, sorted(path.relative_to(VECTORS).as_posix() for path in files))
        self.assertTrue(INDEX["valid"] and INDEX["invalid"] and INDEX["spoilt"])

    def test_valid(self) -> None:
        for entry in INDEX["valid"]:
            file = entry.get("file", "")
            with self.subTest(file):
                text = load(file)
                frame = decode_envelope(text)
                self.assertEqual(isinstance(frame, UnknownMessage), not entry.get("known"))
                self.assertEqual(frame.type, entry.get("type"))
                written = encode_envelope(frame)
                self.assertEqual(exact(written), exact(entry.get("again", text)))
                self.assertEqual(encode_envelope(decode_envelope(written)), written)

    def test_invalid(self) -> None:
        for entry in INDEX["invalid"]:
            with self.subTest(entry["file"], reason=entry["reason"]):
                error = self.refusal(load(entry["file"]))
                self.assertEqual(error.path, entry["path"])
                self.assertEqual(error.subject, entry["type"] or "frame")
                place = f"at {error.path}: " if error.path else ""
                self.assertEqual(str(error), f"{error.subject}: {place}{error.reason}")

    def test_spoilt(self) -> None:
        for entry in INDEX["spoilt"]:
            lines = load(entry["file"]).splitlines()
            self.assertEqual(len(lines), entry["count"])
            for line in lines:
                vector = cast("Line", json.loads(line))
                with self.subTest(entry["file"], name=vector["name"]):
                    self.assertEqual(self.refusal(vector["frame"]).path, vector["path"])


if __name__ == "__main__":
    unittest.main()
