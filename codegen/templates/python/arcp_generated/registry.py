# {{ generated }}
"""What the protocol says about its messages and event kinds, as values."""

from collections.abc import Mapping
from typing import Final

from .facts import KindFacts, MessageFacts

MESSAGES: Final[Mapping[str, MessageFacts]] = {
{%- for message in messages %}
    {{ message.key }}: {{ message.facts }},
{%- endfor %}
}
"""The messages by wire type."""

KINDS: Final[Mapping[str, KindFacts]] = {
{%- for kind in kinds %}
    {{ kind.key }}: {{ kind.facts }},
{%- endfor %}
}
"""The event kinds by wire name."""
