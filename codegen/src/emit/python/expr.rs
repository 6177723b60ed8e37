//! References as Python: the annotation, and the codec that reads and writes it.

use crate::emit::lookup::Lookup;
use crate::emit::pattern::{Engine, translate};
use crate::emit::prose::quoted;
use crate::model::{Enum, Integer, Member, Presence, Ref, Text};
use crate::naming;

/// Writes references as seen from one room.
#[derive(Debug)]
pub(super) struct Scope<'m> {
    pub(super) lookup: &'m Lookup<'m>,
    pub(super) room: &'m str,
}

/// The name of a definition's codec.
pub(super) fn codec_name(name: &str) -> String {
    format!("{}_CODEC", naming::screaming(name))
}

impl Scope<'_> {
    /// The annotation: `tuple[_common.JobId, ...]`.
    pub(super) fn ty(&self, reference: &Ref) -> String {
        match reference {
            Ref::Named { room, name } => self.qualified(room, name),
            Ref::String | Ref::BoundedString { .. } => "str".into(),
            Ref::Bool => "bool".into(),
            Ref::Integer(_) => "int".into(),
            Ref::List { item, .. } => format!("tuple[{}, ...]", self.ty(item)),
        }
    }

    /// The codec: `_codec.list_of(_common.JOB_ID_CODEC, 0, 100, True)`.
    pub(super) fn codec(&self, reference: &Ref) -> String {
        match reference {
            Ref::Named { room, name } => self.qualified(room, &codec_name(name)),
            Ref::String => "_codec.text(0, None)".into(),
            Ref::BoundedString { min, max } => format!("_codec.text({min}, {})", bound(*max)),
            Ref::Bool => "_codec.BOOL".into(),
            Ref::Integer(integer) => integer_codec(*integer),
            Ref::List {
                item,
                min,
                max,
                unique,
            } => format!(
                "_codec.list_of({}, {min}, {}, {})",
                self.codec(item),
                bound(*max),
                truth(*unique)
            ),
        }
    }

    fn qualified(&self, room: &str, name: &str) -> String {
        if room == self.room {
            name.to_owned()
        } else {
            format!("_{room}.{name}")
        }
    }

    /// The annotation of a member's value, without what stands for "missing".
    pub(super) fn value_type(&self, member: &Member) -> String {
        let ty = if self.lookup.wraps_secret(member) {
            "Secret".to_owned()
        } else {
            self.ty(&member.ty)
        };
        if self.lookup.is_nullable(member) {
            format!("{ty} | None")
        } else {
            ty
        }
    }

    /// The annotation of a member.
    pub(super) fn member_type(&self, member: &Member) -> String {
        let ty = self.value_type(member);
        match (&member.presence, member.null_is_value) {
            (Presence::Optional, true) => format!("{ty} | Missing"),
            (Presence::Optional, false) => format!("{ty} | None"),
            _ => ty,
        }
    }

    /// The codec of a member's value.
    pub(super) fn member_codec(&self, member: &Member) -> String {
        let mut codec = if self.lookup.is_version(self.room, member) {
            pattern_codec(0, None, Some(&self.lookup.model.version_pattern))
        } else {
            self.codec(&member.ty)
        };
        if self.lookup.wraps_secret(member) {
            codec = format!("_codec.secret({codec})");
        }
        if self.lookup.is_nullable(member) {
            codec = format!("_codec.nullable({codec})");
        }
        codec
    }

    /// What follows a field's annotation.
    pub(super) fn member_default(&self, member: &Member) -> String {
        match &member.presence {
            Presence::Required => String::new(),
            Presence::Optional if member.null_is_value => " = MISSING".into(),
            Presence::Optional => " = None".into(),
            Presence::Default(json) => match json.as_str() {
                "null" => " = None".into(),
                "true" => " = True".into(),
                "false" => " = False".into(),
                "[]" => " = ()".into(),
                json if json.parse::<i64>().is_ok() && matches!(member.ty, Ref::Integer(_)) => {
                    format!(" = {json}")
                }
                json if json.starts_with('"')
                    && !self.lookup.wraps_secret(member)
                    && !self.lookup.is_secret(&member.ty) =>
                {
                    format!(" = {json}")
                }
                json => format!(
                    " = _field(default_factory=lambda: _codec.standard({}, {}))",
                    self.member_codec(member),
                    quoted(json)
                ),
            },
        }
    }

    /// The expression that reads a member from `members`; `insist` makes an optional one required.
    pub(super) fn read(&self, member: &Member, insist: bool) -> String {
        let codec = self.member_codec(member);
        let wire = quoted(&member.wire);
        let fallback = member
            .fallback
            .as_ref()
            .map_or_else(String::new, |other| format!(", fallback={}", quoted(other)));
        let null = if member.null_is_value {
            ", null=True"
        } else {
            ""
        };
        match &member.presence {
            Presence::Optional if !insist && member.null_is_value => {
                format!("_codec.present(members, {wire}, {codec}{fallback})")
            }
            Presence::Optional if !insist => {
                format!("_codec.optional(members, {wire}, {codec}{fallback})")
            }
            Presence::Default(json) => format!(
                "_codec.defaulted(members, {wire}, {codec}, {}{fallback}{null})",
                quoted(json)
            ),
            _ => format!("_codec.required(members, {wire}, {codec}{fallback}{null})"),
        }
    }

    pub(super) fn integer(&self, integer: Integer) -> String {
        self.codec(&Ref::Integer(integer))
    }
}

/// Where a member is looked for, as `exclusive` and `arm_of` take it.
pub(super) fn place(member: &Member) -> String {
    format!(
        "({}, {}, {})",
        quoted(&member.wire),
        member
            .fallback
            .as_ref()
            .map_or_else(|| "None".into(), |other| quoted(other)),
        truth(member.null_is_value)
    )
}

/// A member's name as an attribute.
pub(super) fn attribute(wire: &str) -> String {
    let snake = naming::snake(wire);
    if KEYWORDS.contains(&snake.as_str()) {
        format!("{snake}_")
    } else {
        snake
    }
}

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

pub(super) fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn integer_codec(integer: Integer) -> String {
    format!("_codec.integer({}, {})", integer.min, integer.max)
}

pub(super) fn text_codec(text: &Text) -> String {
    let inner = pattern_codec(text.min, text.max, text.pattern.as_deref());
    if text.secret {
        format!("_codec.secret({inner})")
    } else {
        inner
    }
}

pub(super) fn words_codec(words: &Enum, facts: &str) -> String {
    if words.open {
        pattern_codec(0, words.max, words.pattern.as_deref())
    } else {
        format!("_codec.words({facts})")
    }
}

fn pattern_codec(min: u32, max: Option<u32>, pattern: Option<&str>) -> String {
    match pattern {
        Some(pattern) => format!(
            "_codec.text({min}, {}, {})",
            bound(max),
            quoted(&translate(pattern, Engine::Python))
        ),
        None => format!("_codec.text({min}, {})", bound(max)),
    }
}

fn bound(max: Option<u32>) -> String {
    max.map_or_else(|| "None".into(), |max| max.to_string())
}
