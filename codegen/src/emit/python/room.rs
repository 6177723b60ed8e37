//! The definitions of a room as the parts that the templates lay out.

use super::expr::{Scope, attribute, codec_name, place, text_codec, words_codec};
use super::facts::value_facts;
use crate::emit::lookup::{known, member, shared};
use crate::emit::prose::{described, member_notes, quoted, wrap};
use crate::emit::views::{Arm, Fact, MemberArmView};
use crate::model::{Enum, Kind, Member, MemberArm, Presence, Ref, Shape, Struct, TagUnion, Type};
use crate::naming;

/// A definition: its names, its comment, and what it is.
pub(super) struct TypeView {
    pub(super) doc: String,
    pub(super) name: String,
    pub(super) snake: String,
    pub(super) codec: String,
    pub(super) body: Body,
}

pub(super) enum Body {
    Builtin {
        alias: &'static str,
        codec: &'static str,
        source: &'static str,
    },
    Alias {
        alias: String,
        codec: String,
    },
    Map {
        value: String,
        codec: String,
    },
    Words {
        known: String,
        open: bool,
        facts_type: &'static str,
        facts: String,
        values: Vec<Fact>,
        codec: String,
    },
    Record {
        members: Vec<MemberView>,
        exclusive: Vec<(String, String)>,
        from_string: String,
    },
    Tagged {
        tag: String,
        content: String,
        read_tag: String,
        shared: Vec<MemberView>,
        arms: Vec<Arm>,
        unknown: Arm,
    },
    ByMember {
        arms: Vec<MemberArmView>,
        standard: String,
    },
}

pub(super) struct MemberView {
    pub(super) doc: String,
    pub(super) name: String,
    pub(super) wire: String,
    pub(super) ty: String,
    pub(super) default: String,
    pub(super) codec: String,
    pub(super) read: String,
    pub(super) put: &'static str,
    /// Whether we ever write it.
    pub(super) sent: bool,
}

/// A docstring.
pub(super) fn doc(lines: &[String], indent: &str) -> String {
    let lines: Vec<String> = lines
        .iter()
        .flat_map(|line| wrap(&line.replace('\\', "\\\\").replace('"', "\\\""), 110))
        .collect();
    match lines.as_slice() {
        [line] => format!("\"\"\"{line}\"\"\""),
        lines => {
            let text = lines.join(&format!("\n{indent}"));
            format!("\"\"\"{text}\n{indent}\"\"\"")
        }
    }
}

impl Scope<'_> {
    pub(super) fn type_view(&self, ty: &Type) -> TypeView {
        let class = matches!(&ty.shape, Shape::Struct(record) if record.union.is_none());
        TypeView {
            doc: doc(&[described(&ty.docs)], if class { "    " } else { "" }),
            name: ty.name.clone(),
            snake: naming::snake(&ty.name),
            codec: codec_name(&ty.name),
            body: self.body(ty),
        }
    }

    fn body(&self, ty: &Type) -> Body {
        let alias = |alias: &str, codec: String| Body::Alias {
            alias: alias.to_owned(),
            codec,
        };
        let builtin = |alias, codec| Body::Builtin {
            alias,
            codec,
            source: "_codec",
        };
        match &ty.shape {
            Shape::Decimal => builtin("_decimal.Decimal", "DECIMAL"),
            Shape::Json => builtin("_raw.Json", "JSON"),
            Shape::JsonObject => builtin("_raw.JsonObject", "JSON_OBJECT"),
            Shape::Text(text) if text.secret => alias("Secret", text_codec(text)),
            Shape::Text(text) => alias("str", text_codec(text)),
            Shape::Integer(integer) => alias("int", self.integer(*integer)),
            Shape::Map { key, value } => Body::Map {
                value: self.ty(value),
                codec: format!("_codec.map_of({}, {})", self.codec(key), self.codec(value)),
            },
            Shape::Enum(words) => words_body(&ty.name, words),
            Shape::MemberUnion(arms) => self.by_member(arms),
            Shape::Struct(record) => match &record.union {
                Some(union) => self.tagged(&ty.name, record, union),
                None => self.record(record),
            },
        }
    }

    fn record(&self, record: &Struct) -> Body {
        let place_of = |wire: &String| {
            member(record, wire).map_or_else(|| format!("({}, None, False)", quoted(wire)), place)
        };
        Body::Record {
            members: record
                .members
                .iter()
                .map(|it| self.member(it, false))
                .collect(),
            exclusive: record
                .exclusive
                .iter()
                .map(|(a, b)| (place_of(a), place_of(b)))
                .collect(),
            from_string: record
                .from_string
                .as_ref()
                .map_or_else(String::new, |member| format!(", {}", quoted(member))),
        }
    }

    /// A member as a field; `insist` makes an optional one required.
    pub(super) fn member(&self, member: &Member, insist: bool) -> MemberView {
        MemberView {
            doc: doc(&member_notes(member), "    "),
            name: attribute(&member.wire),
            wire: quoted(&member.wire),
            ty: if insist {
                self.value_type(member)
            } else {
                self.member_type(member)
            },
            default: if insist {
                String::new()
            } else {
                self.member_default(member)
            },
            codec: self.member_codec(member),
            read: self.read(member, insist),
            put: match member {
                _ if member.null_is_value => "put_value",
                _ if member.null_is_written => "put_or_null",
                _ => "put",
            },
            sent: member.send.as_deref() != Some("never"),
        }
    }

    fn tagged(&self, name: &str, record: &Struct, union: &TagUnion) -> Body {
        let content = member(record, &union.content);
        let read = |codec: &str| match content.map(|content| &content.presence) {
            Some(Presence::Default(json)) => format!(
                "_codec.defaulted(members, {}, {codec}, {})",
                quoted(&union.content),
                quoted(json)
            ),
            _ => format!(
                "_codec.required(members, {}, {codec})",
                quoted(&union.content)
            ),
        };
        let arm = |kind: &Kind| Arm {
            doc: doc(&[described(&kind.docs)], "    "),
            name: format!("{}{name}", kind.name),
            tag: quoted(&kind.wire),
            ty: self.ty(&kind.body),
            codec: self.codec(&kind.body),
            read: read(&self.codec(&kind.body)),
        };
        let (ty, codec) = match content.and_then(|content| self.lookup.shape(&content.ty)) {
            Some(Shape::Json) => ("_raw.Json", "_codec.JSON"),
            _ => ("_raw.JsonObject", "_codec.JSON_OBJECT"),
        };
        Body::Tagged {
            tag: union.tag.clone(),
            content: union.content.clone(),
            read_tag: member(record, &union.tag)
                .map_or_else(String::new, |tag| self.read(tag, true)),
            shared: shared(record, union)
                .map(|it| self.member(it, false))
                .collect(),
            arms: self.lookup.model.kinds.iter().map(arm).collect(),
            unknown: Arm {
                doc: String::new(),
                name: format!("Unknown{name}"),
                tag: String::new(),
                ty: ty.into(),
                codec: codec.into(),
                read: read(codec),
            },
        }
    }

    fn by_member(&self, arms: &[MemberArm]) -> Body {
        let place_of = |arm: &MemberArm| {
            self.lookup
                .arm_member(arm)
                .map_or_else(|| format!("({}, None, False)", quoted(&arm.member)), place)
        };
        let view = |arm: &MemberArm| MemberArmView {
            ty: self.ty(&arm.ty),
            codec: self.codec(&arm.ty),
            member: quoted(&arm.member),
            place: place_of(arm),
        };
        Body::ByMember {
            arms: arms.iter().map(view).collect(),
            standard: self
                .lookup
                .standard_arm(arms)
                .map_or_else(String::new, |arm| {
                    format!(", default={}", quoted(&arm.member))
                }),
        }
    }

    /// The annotation of a use without a name of its own.
    pub(super) fn payload(&self, reference: &Ref) -> (String, String) {
        (self.ty(reference), self.codec(reference))
    }
}

fn words_body(name: &str, words: &Enum) -> Body {
    let facts = format!("{}_FACTS", naming::screaming(name));
    let codes = words.values.iter().any(|value| value.error.is_some());
    Body::Words {
        codec: words_codec(words, &facts),
        known: known(name, words),
        open: words.open,
        facts_type: if codes { "CodeFacts" } else { "ValueFacts" },
        facts,
        values: words
            .values
            .iter()
            .map(|value| Fact::of(&value.wire, value_facts(value, codes)))
            .collect(),
    }
}
