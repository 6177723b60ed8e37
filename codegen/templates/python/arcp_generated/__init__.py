# {{ generated }}
"""The types of ARCP v{{ version }}: :func:`decode_envelope`, :func:`encode_envelope`, and a module for each room of the schema.

The protocol is that of the ARCP specification (CC BY 4.0).
"""

from . import {% for room in rooms %}{{ room }}, {% endfor %}envelope, limits, registry
from .codec import MISSING, Codec, Missing, decode, encode
from .envelope import VERSION, Envelope, UnknownMessage, decode_envelope, encode_envelope
from .errors import ArcpError, is_retryable
from .faults import DecodeError, EncodeError
from .raw import Json, JsonObject
from .secret import Secret

__all__ = [
{%- for room in rooms %}
    "{{ room }}",
{%- endfor %}
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
