{%- for ty in types %}
{{ ty.doc }}
{%- match ty.body %}
{%- when Body::Builtin with { from } %}
export { {{ ty.name }} } from "./{{ from }}.js";
{%- when Body::Alias with { ty: alias, codec } %}
export type {{ ty.name }} = {{ alias }};
export const {{ ty.name }}: Codec<{{ ty.name }}> = {{ codec }};
{%- when Body::Lazy with { ty: alias, codec } %}
export type {{ ty.name }} = {{ alias }};
export const {{ ty.name }}: Codec<{{ ty.name }}> = {
  read: (raw) => {{ codec }}.read(raw),
  write: (value) => {{ codec }}.write(value),
};
{%- when Body::Enum with { known, open, facts_name, facts, codec } %}
export type {{ known }} =
{%- for fact in facts %}
  | {{ fact.key }}
{%- endfor %};
{%- if *open %}
{{ ty.doc }}
export type {{ ty.name }} = {{ known }} | (string & {});
{%- endif %}
export const {{ ty.name }}: Codec<{{ ty.name }}> = {{ codec }};
/** What the specification says about each value of {@link {{ ty.name }}}. */
export const {{ facts_name }} = {
{%- for fact in facts %}
  {{ fact.key }}: {{ fact.json }},
{%- endfor %}
} as const satisfies { readonly [value in {{ known }}]: object };
{%- when Body::Struct with (s) %}
export interface {{ ty.name }} {
{%- for member in s.members %}
{{ member.doc }}
  readonly {{ member.key }}{{ member.mark }}: {{ member.ty }};
{%- endfor %}
}
export const {{ ty.name }}: Codec<{{ ty.name }}> = {
  read(raw) {
    const object = members(raw);
{%- for pair in s.exclusive %}
    exclusive(object, {{ pair.0 }}, {{ pair.1 }});
{%- endfor %}
    return compact({
{%- for member in s.members %}
      {{ member.key }}: {{ member.read }},
{%- endfor %}
    });
  },
  write(value) {
    const out = new Map<string, Raw>();
    fields(value);
{%- for member in s.members %}
    put(out, {{ member.wire }}, {{ member.codec }}, value{{ member.access }});
{%- endfor %}
    return out;
  },
};
{%- when Body::Tagged with (u) %}
export interface {{ u.base }} {
{%- for member in u.shared %}
{{ member.doc }}
  readonly {{ member.key }}{{ member.mark }}: {{ member.ty }};
{%- endfor %}
}
{%- for arm in u.arms %}
{{ arm.doc }}
export interface {{ arm.name }} extends {{ u.base }} {
  readonly {{ u.tag }}: {{ arm.tag }};
  readonly {{ u.content }}: {{ arm.ty }};
}
{%- endfor %}
/** An arm that this version does not know. It is written back as it came. */
export interface {{ u.unknown }} extends {{ u.base }} {
  readonly {{ u.tag }}: "unknown";
  /** What `{{ u.tag }}` says on the wire. */
  readonly wire: string;
  readonly {{ u.content }}: {{ u.unknown_ty }};
}
{{ ty.doc }}
export type {{ ty.name }} =
{%- for arm in u.arms %}
  | {{ arm.name }}
{%- endfor %}
  | {{ u.unknown }};
export const {{ ty.name }}: Codec<{{ ty.name }}> = {
  read(raw) {
    const object = members(raw);
    const tag = {{ u.read_tag }};
    const shared: {{ u.base }} = compact({
{%- for member in u.shared %}
      {{ member.key }}: {{ member.read }},
{%- endfor %}
    });
    switch (tag) {
{%- for arm in u.arms %}
      case {{ arm.tag }}:
        return { {{ u.tag }}: tag, ...shared, {{ u.content }}: {{ arm.read }} };
{%- endfor %}
      default:
        return { {{ u.tag }}: "unknown", wire: tag, ...shared, {{ u.content }}: {{ u.read_unknown }} };
    }
  },
  write(value) {
    const out = new Map<string, Raw>();
    fields(value);
    out.set("{{ u.tag }}", value.{{ u.tag }} === "unknown" ? value.wire : value.{{ u.tag }});
{%- for member in u.shared %}
    put(out, {{ member.wire }}, {{ member.codec }}, value{{ member.access }});
{%- endfor %}
    switch (value.{{ u.tag }}) {
{%- for arm in u.arms %}
      case {{ arm.tag }}:
        put(out, "{{ u.content }}", {{ arm.codec }}, value.{{ u.content }});
        break;
{%- endfor %}
      case "unknown":
        put(out, "{{ u.content }}", {{ u.unknown_codec }}, value.{{ u.content }});
        break;
    }
    return out;
  },
};
{%- when Body::ByMember with { arms } %}
export type {{ ty.name }} ={% for arm in arms %} | {{ arm.ty }}{% endfor %};
export const {{ ty.name }}: Codec<{{ ty.name }}> = {
  read(raw) {
    const arm = armOf(members(raw), [{% for arm in arms %}{{ arm.place }}, {% endfor %}]);
    switch (arm) {
{%- for arm in arms %}
      case {{ arm.member }}:
        return {{ arm.codec }}.read(raw);
{%- endfor %}
      default:
        throw new Fault("expected one of {{ arms|members }}");
    }
  },
  write(value) {
    fields(value);
{%- for arm in arms %}
    if ({{ arm.member }} in value) return {{ arm.codec }}.write(value);
{%- endfor %}
    throw new Fault("expected one of {{ arms|members }}");
  },
};
{%- endmatch %}
{% endfor %}
