# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""Credentials that the runtime provisions for one job."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from . import codec as _codec
from . import common as _common
from . import lease as _lease
from .codec import Codec
from .facts import ValueFacts
from .raw import Raw
from .secret import Secret


KnownCredentialScheme: TypeAlias = Literal[
    "bearer",
]
"""How a credential is used. A client skips a credential whose scheme it does not know. (§9.8)"""
CredentialScheme: TypeAlias = "KnownCredentialScheme | str"
"""How a credential is used. A client skips a credential whose scheme it does not know. (§9.8)"""
CREDENTIAL_SCHEME_FACTS: Final[Mapping[KnownCredentialScheme, ValueFacts]] = {
    "bearer": ValueFacts(name="Bearer", description="As a bearer token in the `Authorization` header.", section="15"),
}
"""What is known about each value of :data:`CredentialScheme`, by value."""
CREDENTIAL_SCHEME_CODEC: Final[Codec[CredentialScheme]] = _codec.text(0, 128)

CredentialValue: TypeAlias = Secret
"""The secret of a credential. It is shown to the principal that submitted the job, and to nobody else. (§9.8)"""
CREDENTIAL_VALUE_CODEC: Final[Codec[CredentialValue]] = _codec.secret(_codec.text(1, 65536))

Endpoint: TypeAlias = str
"""The base URL at which a credential is good. (§9.8)"""
ENDPOINT_CODEC: Final[Codec[Endpoint]] = _codec.text(8, 2048, "^https?://[^\\t\\n\\x0b\\x0c\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+\\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Access to one upstream service, bounded by the lease and revoked when the job ends. (§9.8)"""

    id: _common.CredentialId
    """Names it within the job."""
    scheme: CredentialScheme
    """How to use it."""
    value: CredentialValue
    """The secret."""
    endpoint: Endpoint
    """Where to use it, and nowhere else."""
    profile: str | None = None
    """Which API is spoken there, such as `openai`, `anthropic` or `generic`. A hint."""
    constraints: CredentialConstraints | None = None
    """What the upstream enforces. What is missing here may still be bounded by the lease."""


def _read_credential(raw: Raw) -> Credential:
    members = _codec.members(raw)
    return Credential(
        id=_codec.required(members, "id", _common.CREDENTIAL_ID_CODEC),
        scheme=_codec.required(members, "scheme", CREDENTIAL_SCHEME_CODEC),
        value=_codec.required(members, "value", CREDENTIAL_VALUE_CODEC),
        endpoint=_codec.required(members, "endpoint", ENDPOINT_CODEC),
        profile=_codec.optional(members, "profile", _codec.text(1, 128)),
        constraints=_codec.optional(members, "constraints", CREDENTIAL_CONSTRAINTS_CODEC),
    )


def _write_credential(value: Credential) -> Raw:
    _codec.expect(value, Credential)
    out: dict[str, Raw] = {}
    _codec.put(out, "id", _common.CREDENTIAL_ID_CODEC, value.id)
    _codec.put(out, "scheme", CREDENTIAL_SCHEME_CODEC, value.scheme)
    _codec.put(out, "value", CREDENTIAL_VALUE_CODEC, value.value)
    _codec.put(out, "endpoint", ENDPOINT_CODEC, value.endpoint)
    _codec.put(out, "profile", _codec.text(1, 128), value.profile)
    _codec.put(out, "constraints", CREDENTIAL_CONSTRAINTS_CODEC, value.constraints)
    return out


CREDENTIAL_CODEC: Final[Codec[Credential]] = Codec(_read_credential, _write_credential)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialConstraints:
    """The part of the lease that the upstream enforces, for information. (§9.8)"""

    cost_budget: tuple[_lease.Amount, ...] | None = None
    """What may be spent with it. (§9.6)"""
    model_use: tuple[_lease.Pattern, ...] | None = None
    """The models that it reaches. (§9.7)"""
    expires_at: _common.Expiry | None = None
    """When it ends. (§9.5)"""


def _read_credential_constraints(raw: Raw) -> CredentialConstraints:
    members = _codec.members(raw)
    return CredentialConstraints(
        cost_budget=_codec.optional(members, "cost.budget", _codec.list_of(_lease.AMOUNT_CODEC, 0, 64, False)),
        model_use=_codec.optional(members, "model.use", _codec.list_of(_lease.PATTERN_CODEC, 0, 1024, False)),
        expires_at=_codec.optional(members, "expires_at", _common.EXPIRY_CODEC),
    )


def _write_credential_constraints(value: CredentialConstraints) -> Raw:
    _codec.expect(value, CredentialConstraints)
    out: dict[str, Raw] = {}
    _codec.put(out, "cost.budget", _codec.list_of(_lease.AMOUNT_CODEC, 0, 64, False), value.cost_budget)
    _codec.put(out, "model.use", _codec.list_of(_lease.PATTERN_CODEC, 0, 1024, False), value.model_use)
    _codec.put(out, "expires_at", _common.EXPIRY_CODEC, value.expires_at)
    return out


CREDENTIAL_CONSTRAINTS_CODEC: Final[Codec[CredentialConstraints]] = Codec(_read_credential_constraints, _write_credential_constraints)
