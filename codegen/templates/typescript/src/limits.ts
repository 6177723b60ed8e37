// {{ generated }}
/** Limits and timers of the protocol: the values that hold unless a peer configures others. */
{%- for limit in limits %}

{{ limit.doc }}
export const {{ limit.name }} = {{ limit.value }};
{%- endfor %}
{%- if own_depth %}

/** How deep the values of a frame may be nested. */
export const MAX_DEPTH = 128;
{%- endif %}
