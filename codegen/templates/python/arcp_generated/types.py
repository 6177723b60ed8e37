{%- for ty in types %}
{% match ty.body %}
{%- when Body::Builtin with { alias, codec, source } %}
{{ ty.name }}: TypeAlias = {{ alias }}
{{ ty.doc }}
{{ ty.codec }}: Final[Codec[{{ ty.name }}]] = {{ source }}.{{ codec }}
{%- when Body::Alias with { alias, codec } %}
{{ ty.name }}: TypeAlias = {{ alias }}
{{ ty.doc }}
{{ ty.codec }}: Final[Codec[{{ ty.name }}]] = {{ codec }}
{%- when Body::Map with { value, codec } %}
{{ ty.name }}: TypeAlias = "Mapping[str, {{ value }}]"
{{ ty.doc }}


def _read_{{ ty.snake }}(raw: Raw) -> {{ ty.name }}:
    return {{ codec }}.read(raw)


def _write_{{ ty.snake }}(value: {{ ty.name }}) -> Raw:
    return {{ codec }}.write(value)


{{ ty.codec }}: Final[Codec[{{ ty.name }}]] = Codec(_read_{{ ty.snake }}, _write_{{ ty.snake }})
{%- when Body::Words with { known, open, facts_type, facts, values, codec } %}
{{ known }}: TypeAlias = Literal[
{%- for fact in values %}
    {{ fact.key }},
{%- endfor %}
]
{{ ty.doc }}
{%- if *open %}
{{ ty.name }}: TypeAlias = "{{ known }} | str"
{{ ty.doc }}
{%- endif %}
{{ facts }}: Final[Mapping[{{ known }}, {{ facts_type }}]] = {
{%- for fact in values %}
    {{ fact.key }}: {{ fact.facts }},
{%- endfor %}
}
"""What is known about each value of :data:`{{ ty.name }}`, by value."""
{{ ty.codec }}: Final[Codec[{{ ty.name }}]] = {{ codec }}
{%- when Body::Record with { members, exclusive, from_string } %}

@dataclass(frozen=True, slots=True, kw_only=True)
class {{ ty.name }}:
    {{ ty.doc }}
{% for member in members %}
    {{ member.name }}: {{ member.ty }}{{ member.default }}
    {{ member.doc }}
{%- endfor %}


def _read_{{ ty.snake }}(raw: Raw) -> {{ ty.name }}:
    members = _codec.members(raw{{ from_string }})
{%- for pair in exclusive %}
    _codec.exclusive(members, {{ pair.0 }}, {{ pair.1 }})
{%- endfor %}
    return {{ ty.name }}(
{%- for member in members %}
        {{ member.name }}={{ member.read }},
{%- endfor %}
    )


def _write_{{ ty.snake }}(value: {{ ty.name }}) -> Raw:
    _codec.expect(value, {{ ty.name }})
    out: dict[str, Raw] = {}
{%- for member in members %}
{%- if member.sent %}
    _codec.{{ member.put }}(out, {{ member.wire }}, {{ member.codec }}, value.{{ member.name }})
{%- endif %}
{%- endfor %}
    return out


{{ ty.codec }}: Final[Codec[{{ ty.name }}]] = Codec(_read_{{ ty.snake }}, _write_{{ ty.snake }})
{%- when Body::Tagged with { tag, content, read_tag, shared, arms, unknown } %}

@dataclass(frozen=True, slots=True, kw_only=True)
class {{ ty.name }}Head:
    """What all arms of :data:`{{ ty.name }}` carry."""
{% for member in shared %}
    {{ member.name }}: {{ member.ty }}{{ member.default }}
    {{ member.doc }}
{%- endfor %}
{%- for arm in arms %}


@dataclass(frozen=True, slots=True, kw_only=True)
class {{ arm.name }}({{ ty.name }}Head):
    {{ arm.doc }}

    {{ tag }}: ClassVar[Literal[{{ arm.tag }}]] = {{ arm.tag }}
    {{ content }}: {{ arm.ty }}
{%- endfor %}


@dataclass(frozen=True, slots=True, kw_only=True)
class {{ unknown.name }}({{ ty.name }}Head):
    """An arm that this version does not know. It is written back as it came."""

    {{ tag }}: str
    {{ content }}: {{ unknown.ty }}


{{ ty.name }}: TypeAlias = "{% for arm in arms %}{{ arm.name }} | {% endfor %}{{ unknown.name }}"
{{ ty.doc }}


def _read_{{ ty.snake }}(raw: Raw) -> {{ ty.name }}:
    members = _codec.members(raw)
    tag = {{ read_tag }}
{%- for member in shared %}
    {{ member.name }} = {{ member.read }}
{%- endfor %}
    match tag:
{%- for arm in arms %}
        case {{ arm.tag }}:
            return {{ arm.name }}({% for member in shared %}{{ member.name }}={{ member.name }}, {% endfor %}{{ content }}={{ arm.read }})
{%- endfor %}
        case _:
            return {{ unknown.name }}({% for member in shared %}{{ member.name }}={{ member.name }}, {% endfor %}{{ tag }}=tag, {{ content }}={{ unknown.read }})


def _write_{{ ty.snake }}(value: {{ ty.name }}) -> Raw:
    _codec.expect(value, {{ ty.name }}Head)
    out: dict[str, Raw] = {"{{ tag }}": value.{{ tag }}}
{%- for member in shared %}
{%- if member.sent %}
    _codec.{{ member.put }}(out, {{ member.wire }}, {{ member.codec }}, value.{{ member.name }})
{%- endif %}
{%- endfor %}
    match value:
{%- for arm in arms %}
        case {{ arm.name }}():
            _codec.put(out, "{{ content }}", {{ arm.codec }}, value.{{ content }})
{%- endfor %}
        case {{ unknown.name }}():
            _codec.put(out, "{{ content }}", {{ unknown.codec }}, value.{{ content }})
    return out


{{ ty.codec }}: Final[Codec[{{ ty.name }}]] = Codec(_read_{{ ty.snake }}, _write_{{ ty.snake }})
{%- when Body::ByMember with { arms, standard } %}
{{ ty.name }}: TypeAlias = "{% for arm in arms %}{% if !loop.first %} | {% endif %}{{ arm.ty }}{% endfor %}"
{{ ty.doc }}


def _read_{{ ty.snake }}(raw: Raw) -> {{ ty.name }}:
    match _codec.arm_of(raw{% for arm in arms %}, {{ arm.place }}{% endfor %}{{ standard }}):
{%- for arm in arms %}
{%- if loop.last %}
        case _:
{%- else %}
        case {{ arm.member }}:
{%- endif %}
            return {{ arm.codec }}.read(raw)
{%- endfor %}


def _write_{{ ty.snake }}(value: {{ ty.name }}) -> Raw:
{%- for arm in arms %}
{%- if loop.last %}
    return {{ arm.codec }}.write(value)
{%- else %}
    if isinstance(value, {{ arm.ty }}):
        return {{ arm.codec }}.write(value)
{%- endif %}
{%- endfor %}


{{ ty.codec }}: Final[Codec[{{ ty.name }}]] = Codec(_read_{{ ty.snake }}, _write_{{ ty.snake }})
{%- endmatch %}
{%- endfor %}
