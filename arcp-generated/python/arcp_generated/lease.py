# @generated from schema/ by `cargo run -p codegen`; do not edit.
"""What a job may do: capabilities, amounts and constraints."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from . import codec as _codec
from . import common as _common
from .codec import Codec
from .facts import ValueFacts
from .raw import Raw


KnownCapabilityName: TypeAlias = Literal[
    "fs.read",
    "fs.write",
    "net.fetch",
    "tool.call",
    "agent.delegate",
    "cost.budget",
    "model.use",
]
"""What an authority is about. Beside the seven that are reserved there are those of vendors; any other name is
refused. (§9.2)
"""
CapabilityName: TypeAlias = "KnownCapabilityName | str"
"""What an authority is about. Beside the seven that are reserved there are those of vendors; any other name is
refused. (§9.2)
"""
CAPABILITY_NAME_FACTS: Final[Mapping[KnownCapabilityName, ValueFacts]] = {
    "fs.read": ValueFacts(name="FsRead", description="Reading files; patterns are path globs.", section="9.2"),
    "fs.write": ValueFacts(name="FsWrite", description="Writing files; patterns are path globs.", section="9.2"),
    "net.fetch": ValueFacts(name="NetFetch", description="HTTP requests; patterns are URL globs without query and fragment.", section="9.2"),
    "tool.call": ValueFacts(name="ToolCall", description="Calling tools; patterns are globs of tool names.", section="9.2"),
    "agent.delegate": ValueFacts(name="AgentDelegate", description="Handing work to other agents; patterns are globs of agent names, or of `name@version` where the pattern has an `@`.", section="10"),
    "cost.budget": ValueFacts(name="CostBudget", description="Spending; each pattern is an amount, and amounts of one currency add up.", section="9.6", feature="cost.budget"),
    "model.use": ValueFacts(name="ModelUse", description="Invoking models; patterns are globs of model names.", section="9.7", feature="model.use"),
}
"""What is known about each value of :data:`CapabilityName`, by value."""
CAPABILITY_NAME_CODEC: Final[Codec[CapabilityName]] = _codec.text(0, 128, "^(fs\\.read|fs\\.write|net\\.fetch|tool\\.call|agent\\.delegate|cost\\.budget|model\\.use|x-vendor(\\.[a-z0-9_-]+)+)\\Z")

Pattern: TypeAlias = str
"""What a grant covers, in the language of its capability. In a glob `*` stands for any run of characters but
`/`, and a segment `**` for any number of segments; everything else is literal. (§9.2)
"""
PATTERN_CODEC: Final[Codec[Pattern]] = _codec.text(1, 4096, "^[^\\x00]+\\Z")

Amount: TypeAlias = str
"""A sum of one currency, such as `USD:5.00`: at most 18 digits before the point and 9 behind it. (§9.6)"""
AMOUNT_CODEC: Final[Codec[Amount]] = _codec.text(3, 61, "^[A-Za-z][A-Za-z0-9_-]{0,31}:[0-9]{1,18}(\\.[0-9]{1,9})?\\Z")

Lease: TypeAlias = "Mapping[str, tuple[Pattern, ...]]"
"""What a job may do: for each capability the patterns that it covers. A capability that is missing, or has no
pattern, grants nothing. The patterns of `cost.budget` are amounts. (§9.1)
"""


def _read_lease(raw: Raw) -> Lease:
    return _codec.map_of(CAPABILITY_NAME_CODEC, _codec.list_of(PATTERN_CODEC, 0, 1024, False)).read(raw)


def _write_lease(value: Lease) -> Raw:
    return _codec.map_of(CAPABILITY_NAME_CODEC, _codec.list_of(PATTERN_CODEC, 0, 1024, False)).write(value)


LEASE_CODEC: Final[Codec[Lease]] = Codec(_read_lease, _write_lease)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseConstraints:
    """What bounds a lease as a whole. (§9.5)"""

    expires_at: _common.Expiry | None = None
    """When the authority ends. It must lie in the future when the job is submitted.
    Needs the feature `lease_expires_at`.
    """


def _read_lease_constraints(raw: Raw) -> LeaseConstraints:
    members = _codec.members(raw)
    return LeaseConstraints(
        expires_at=_codec.optional(members, "expires_at", _common.EXPIRY_CODEC),
    )


def _write_lease_constraints(value: LeaseConstraints) -> Raw:
    _codec.expect(value, LeaseConstraints)
    out: dict[str, Raw] = {}
    _codec.put(out, "expires_at", _common.EXPIRY_CODEC, value.expires_at)
    return out


LEASE_CONSTRAINTS_CODEC: Final[Codec[LeaseConstraints]] = Codec(_read_lease_constraints, _write_lease_constraints)

Budget: TypeAlias = "Mapping[str, _common.Decimal]"
"""How much of each currency there is. (§9.6)"""


def _read_budget(raw: Raw) -> Budget:
    return _codec.map_of(_common.CURRENCY_CODEC, _common.DECIMAL_CODEC).read(raw)


def _write_budget(value: Budget) -> Raw:
    return _codec.map_of(_common.CURRENCY_CODEC, _common.DECIMAL_CODEC).write(value)


BUDGET_CODEC: Final[Codec[Budget]] = Codec(_read_budget, _write_budget)
