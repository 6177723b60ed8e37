# {{ generated }}
{{ doc }}
{{ imports }}
{% include "python/arcp_generated/types.py" %}
