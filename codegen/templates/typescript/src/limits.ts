// {{ generated }}
/** Limits and timers of the protocol: the values that hold unless a peer configures others. */
{%- for limit in limits %}

{{ limit.doc }}
export const {{ limit.name }} = {{ limit.value }};
{%- endfor %}
{%- if own_depth %}

/** How deep the values of a frame may be nested. */
export const FRAME_DEPTH = 128;
{%- endif %}
{%- if own_number %}

/** The longest number that is read. */
export const NUMBER_CHARS = 1024;
{%- endif %}
