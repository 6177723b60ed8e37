{%- for ty in types %}

{{ ty.doc }}
{%- match ty.body %}
{%- when Body::Builtin %}
export { {{ ty.name }} } from "./json.js";
{%- when Body::Alias with { ty: alias, codec, lazy } %}
export type {{ ty.name }} = {{ alias }};
export const {{ ty.name }}: codec.Codec<{{ ty.name }}> = {% if *lazy -%}
{
  read: (raw) => {{ codec }}.read(raw),
  write: (value) => {{ codec }}.write(value),
};
{%- else -%}
{{ codec }};
{%- endif %}
{%- when Body::Words with { known, open, facts, values, codec } %}
export type {{ known }} =
{%- for fact in values %}
  | {{ fact.key }}
{%- endfor %};
{%- if *open %}

{{ ty.doc }}
export type {{ ty.name }} = {{ known }} | (string & {});
{%- endif %}
export const {{ ty.name }}: codec.Codec<{{ ty.name }}> = {{ codec }};
/** What is known about each value of {@link {{ ty.name }}}, by value. */
export const {{ facts }} = {
{%- for fact in values %}
  {{ fact.key }}: {{ fact.facts }},
{%- endfor %}
} as const satisfies { readonly [value in {{ known }}]: object };
{%- when Body::Record with { members, exclusive, from_string } %}
export interface {{ ty.name }} {
{%- for member in members %}
{{ member.doc }}
  readonly {{ member.key }}{{ member.mark }}: {{ member.ty }};
{%- endfor %}
}
export const {{ ty.name }}: codec.Codec<{{ ty.name }}> = {
  read(raw) {
    const object = codec.members(raw{{ from_string }});
{%- for pair in exclusive %}
    codec.exclusive(object, {{ pair.0 }}, {{ pair.1 }});
{%- endfor %}
    return codec.compact({
{%- for member in members %}
      {{ member.key }}: {{ member.read }},
{%- endfor %}
    });
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
{%- for member in members %}
{%- if member.sent %}
    codec.{{ member.put }}(out, {{ member.wire }}, {{ member.codec }}, value{{ member.access }});
{%- endif %}
{%- endfor %}
    return out;
  },
};
{%- when Body::Tagged with { tag, content, read_tag, shared, arms, unknown } %}
export type {{ ty.name }} =
{%- for arm in arms %}
  | {{ arm.name }}
{%- endfor %}
  | {{ unknown.name }};

/** What all arms of {@link {{ ty.name }}} carry. */
export interface {{ ty.name }}Head {
{%- for member in shared %}
{{ member.doc }}
  readonly {{ member.key }}{{ member.mark }}: {{ member.ty }};
{%- endfor %}
}
{%- for arm in arms %}

{{ arm.doc }}
export interface {{ arm.name }} extends {{ ty.name }}Head {
  readonly {{ tag }}: {{ arm.tag }};
  readonly {{ content }}: {{ arm.ty }};
}
{%- endfor %}

/** An arm that this version does not know. It is written back as it came. */
export interface {{ unknown.name }} extends {{ ty.name }}Head {
  readonly {{ tag }}: "unknown";
  /** What `{{ tag }}` says on the wire. */
  readonly wire: string;
  readonly {{ content }}: {{ unknown.ty }};
}

export const {{ ty.name }}: codec.Codec<{{ ty.name }}> = {
  read(raw) {
    const object = codec.members(raw);
    const tag = {{ read_tag }};
    const shared: {{ ty.name }}Head = codec.compact({
{%- for member in shared %}
      {{ member.key }}: {{ member.read }},
{%- endfor %}
    });
    switch (tag) {
{%- for arm in arms %}
      case {{ arm.tag }}:
        return { {{ tag }}: {{ arm.tag }}, ...shared, {{ content }}: {{ arm.read }} };
{%- endfor %}
      default:
        return { {{ tag }}: "unknown", wire: tag, ...shared, {{ content }}: {{ unknown.read }} };
    }
  },
  write(value) {
    codec.fields(value);
    const out = new Map<string, codec.Raw>();
    out.set("{{ tag }}", value.{{ tag }} === "unknown" ? value.wire : value.{{ tag }});
{%- for member in shared %}
{%- if member.sent %}
    codec.{{ member.put }}(out, {{ member.wire }}, {{ member.codec }}, value{{ member.access }});
{%- endif %}
{%- endfor %}
    switch (value.{{ tag }}) {
{%- for arm in arms %}
      case {{ arm.tag }}:
        codec.put(out, "{{ content }}", {{ arm.codec }}, value.{{ content }});
        break;
{%- endfor %}
      default:
        codec.put(out, "{{ content }}", {{ unknown.codec }}, value.{{ content }});
    }
    return out;
  },
};
{%- when Body::ByMember with { arms, standard } %}
export type {{ ty.name }} =
{%- for arm in arms %}
  | {{ arm.ty }}
{%- endfor %};
export const {{ ty.name }}: codec.Codec<{{ ty.name }}> = {
  read(raw) {
    switch (codec.armOf(raw, [{% for arm in arms %}{% if !loop.first %}, {% endif %}{{ arm.place }}{% endfor %}]{{ standard }})) {
{%- for arm in arms %}
{%- if loop.last %}
      default:
{%- else %}
      case {{ arm.member }}:
{%- endif %}
        return {{ arm.codec }}.read(raw);
{%- endfor %}
    }
  },
  write(value) {
    codec.fields(value);
{%- for arm in arms %}
{%- if loop.last %}
    return {{ arm.codec }}.write(value);
{%- else %}
    if ({{ arm.member }} in value) return {{ arm.codec }}.write(value);
{%- endif %}
{%- endfor %}
  },
};
{%- endmatch %}
{%- endfor %}
