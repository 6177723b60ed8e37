# {{ generated }}
"""Limits and timers of the protocol: the values that hold unless a peer configures others."""

from typing import Final
{% for limit in limits %}
{{ limit.name }}: Final = {{ limit.value }}
{{ limit.doc }}
{%- endfor %}
{%- if own_depth %}
FRAME_DEPTH: Final = 128
"""How deep the values of a frame may be nested."""
{%- endif %}
{%- if own_number %}
NUMBER_CHARS: Final = 1024
"""The longest number that is read."""
{%- endif %}
