# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""The types of ARCP v1.1: :func:`decode_envelope`, :func:`encode_envelope`, and a module for each room of the schema.

The protocol is that of the ARCP specification (CC BY 4.0).
"""

from . import common, credential, error, event, job, lease, session, envelope, limits, registry
from .codec import MISSING, Codec, Missing, decode, encode
from .envelope import VERSION, Envelope, UnknownMessage, decode_envelope, encode_envelope
from .errors import ArcpError, is_retryable
from .faults import DecodeError, EncodeError
from .raw import Json, JsonObject
from .secret import Secret

__all__ = [
    "common",
    "credential",
    "error",
    "event",
    "job",
    "lease",
    "session",
    "MISSING",
    "VERSION",
    "ArcpError",
    "Codec",
    "DecodeError",
    "EncodeError",
    "Envelope",
    "Json",
    "JsonObject",
    "Missing",
    "Secret",
    "UnknownMessage",
    "decode",
    "decode_envelope",
    "encode",
    "encode_envelope",
    "envelope",
    "is_retryable",
    "limits",
    "registry",
]
