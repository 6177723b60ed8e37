// {{ generated }}
{{ head }}
{%- for room in imports %}
import * as {{ room }} from "./{{ room }}.js";
{%- endfor %}
{% include "typescript/src/types.ts" %}
