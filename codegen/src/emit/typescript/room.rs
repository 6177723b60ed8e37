//! The definitions of a room as the parts that the templates lay out.

use super::expr::{
    Scope, access, integer_codec, integer_type, key, place, text_codec, words_codec,
};
use super::facts::value_facts;
use crate::emit::lookup::{Lookup, known, member, shared};
use crate::emit::prose::{described, member_notes, quoted, wrap};
use crate::emit::views::{Arm, Fact, MemberArmView};
use crate::model::{Enum, Kind, Member, MemberArm, Presence, Ref, Shape, Struct, TagUnion, Type};
use crate::naming;

/// A definition: its comment, its name, and what it is.
pub(super) struct TypeView {
    pub(super) doc: String,
    pub(super) name: String,
    pub(super) body: Body,
}

pub(super) enum Body {
    Builtin,
    Alias {
        ty: String,
        codec: String,
        lazy: bool,
    },
    Words {
        known: String,
        open: bool,
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
    pub(super) key: String,
    pub(super) wire: String,
    pub(super) access: String,
    pub(super) mark: &'static str,
    pub(super) ty: String,
    pub(super) codec: String,
    pub(super) read: String,
    /// The function that writes it.
    pub(super) put: &'static str,
    /// Whether we ever write it.
    pub(super) sent: bool,
}

/// A comment in front of a declaration.
pub(super) fn doc(lines: &[String], indent: &str) -> String {
    let lines: Vec<String> = lines
        .iter()
        .flat_map(|line| wrap(&line.replace("*/", "*\\/"), 130))
        .collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */"),
        lines => {
            let body = lines.join(&format!("\n{indent} * "));
            format!("{indent}/**\n{indent} * {body}\n{indent} */")
        }
    }
}

impl Scope<'_> {
    pub(super) fn type_view(&self, ty: &Type) -> TypeView {
        TypeView {
            doc: doc(&[described(&ty.docs)], ""),
            name: ty.name.clone(),
            body: self.body(ty),
        }
    }

    fn body(&self, ty: &Type) -> Body {
        let alias = |ty: &str, codec: String| Body::Alias {
            ty: ty.to_owned(),
            codec,
            lazy: false,
        };
        match &ty.shape {
            Shape::Decimal | Shape::Json | Shape::JsonObject => Body::Builtin,
            Shape::Text(text) if text.secret => alias("codec.Secret", text_codec(text)),
            Shape::Text(text) => alias("string", text_codec(text)),
            Shape::Integer(integer) => alias(integer_type(*integer), integer_codec(*integer)),
            Shape::Map { key, value } => Body::Alias {
                ty: format!("{{ readonly [key: string]: {} }}", self.ty(value)),
                codec: format!("codec.map({}, {})", self.codec(key), self.codec(value)),
                lazy: true,
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
        let place_of = |wire: &String| member(record, wire).map_or_else(|| quoted(wire), place);
        Body::Record {
            members: record.members.iter().map(|it| self.member(it)).collect(),
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

    pub(super) fn member(&self, member: &Member) -> MemberView {
        let optional = member.presence == Presence::Optional;
        let ty = self.member_type(member);
        MemberView {
            doc: doc(&member_notes(member), "  "),
            key: key(&member.wire),
            wire: quoted(&member.wire),
            access: access(&member.wire),
            mark: if optional { "?" } else { "" },
            ty: if optional {
                format!("{ty} | undefined")
            } else {
                ty
            },
            codec: self.member_codec(member),
            read: self.read(member),
            put: if member.null_is_written {
                "putOrNull"
            } else {
                "put"
            },
            sent: member.send.as_deref() != Some("never"),
        }
    }

    fn tagged(&self, name: &str, record: &Struct, union: &TagUnion) -> Body {
        let content = member(record, &union.content);
        let arm = |kind: &Kind| Arm {
            doc: doc(&[described(&kind.docs)], ""),
            name: format!("{}{name}", kind.name),
            tag: quoted(&kind.wire),
            ty: self.ty(&kind.body),
            codec: self.codec(&kind.body),
            read: self.read_content(content, &union.content, &kind.body),
        };
        let raw = unknown_content(self.lookup, content);
        let unknown = Arm {
            doc: String::new(),
            name: format!("Unknown{name}"),
            tag: String::new(),
            ty: raw.into(),
            codec: raw.into(),
            read: match content {
                Some(content) => read_raw(content, raw),
                None => format!("codec.required(object, {}, {raw})", quoted(&union.content)),
            },
        };
        Body::Tagged {
            tag: union.tag.clone(),
            content: union.content.clone(),
            read_tag: member(record, &union.tag).map_or_else(String::new, |tag| self.read(tag)),
            shared: shared(record, union).map(|it| self.member(it)).collect(),
            arms: self.lookup.model.kinds.iter().map(arm).collect(),
            unknown,
        }
    }

    fn read_content(&self, content: Option<&Member>, wire: &str, body: &Ref) -> String {
        let codec = self.codec(body);
        match content.map(|content| &content.presence) {
            Some(Presence::Default(json)) => format!(
                "codec.defaulted(object, {}, {codec}, {})",
                quoted(wire),
                quoted(json)
            ),
            _ => format!("codec.required(object, {}, {codec})", quoted(wire)),
        }
    }

    fn by_member(&self, arms: &[MemberArm]) -> Body {
        let view = |arm: &MemberArm| MemberArmView {
            ty: self.ty(&arm.ty),
            codec: self.codec(&arm.ty),
            member: quoted(&arm.member),
            place: self
                .lookup
                .arm_member(arm)
                .map_or_else(|| quoted(&arm.member), place),
        };
        Body::ByMember {
            arms: arms.iter().map(view).collect(),
            standard: self
                .lookup
                .standard_arm(arms)
                .map_or_else(String::new, |arm| format!(", {}", quoted(&arm.member))),
        }
    }
}

/// What the body of an unknown arm is kept as.
fn unknown_content(lookup: &Lookup<'_>, content: Option<&Member>) -> &'static str {
    match content.and_then(|content| lookup.shape(&content.ty)) {
        Some(Shape::Json) => "codec.Json",
        _ => "codec.JsonObject",
    }
}

fn read_raw(content: &Member, raw: &str) -> String {
    let place = place(content);
    match &content.presence {
        Presence::Default(json) => {
            format!("codec.defaulted(object, {place}, {raw}, {})", quoted(json))
        }
        _ => format!("codec.required(object, {place}, {raw})"),
    }
}

fn words_body(name: &str, words: &Enum) -> Body {
    let known = known(name, words);
    Body::Words {
        codec: words_codec(words, &known),
        known,
        open: words.open,
        facts: format!("{}_FACTS", naming::screaming(name)),
        values: words
            .values
            .iter()
            .map(|value| Fact::of(&value.wire, value_facts(value)))
            .collect(),
    }
}
