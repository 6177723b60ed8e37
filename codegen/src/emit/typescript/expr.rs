//! References as TypeScript: the type, and the codec that reads and writes it.

use crate::emit::lookup::Lookup;
use crate::emit::prose::quoted;
use crate::model::{Enum, Integer, Member, Presence, Ref, Text};

/// The largest integer that a double holds together with all smaller ones.
const MAX_SAFE: i64 = (1 << 53) - 1;

/// Writes references as seen from one room.
#[derive(Debug)]
pub(super) struct Scope<'m> {
    pub(super) lookup: &'m Lookup<'m>,
    pub(super) room: &'m str,
}

impl Scope<'_> {
    /// The type: `readonly common.JobId[]`.
    pub(super) fn ty(&self, reference: &Ref) -> String {
        match reference {
            Ref::Named { .. } => self.name(reference),
            Ref::String | Ref::BoundedString { .. } => "string".into(),
            Ref::Bool => "boolean".into(),
            Ref::Integer(integer) => integer_type(*integer).into(),
            Ref::List { item, .. } => match self.ty(item) {
                ty if ty.contains(' ') => format!("readonly ({ty})[]"),
                ty => format!("readonly {ty}[]"),
            },
        }
    }

    /// The codec: `codec.list(common.JobId, 0, 100, true)`.
    pub(super) fn codec(&self, reference: &Ref) -> String {
        match reference {
            Ref::Named { .. } => self.name(reference),
            Ref::String => "codec.text(0, Infinity)".into(),
            Ref::BoundedString { min, max } => format!("codec.text({min}, {})", bound(*max)),
            Ref::Bool => "codec.bool".into(),
            Ref::Integer(integer) => integer_codec(*integer),
            Ref::List {
                item,
                min,
                max,
                unique,
            } => format!(
                "codec.list({}, {min}, {}, {unique})",
                self.codec(item),
                bound(*max)
            ),
        }
    }

    fn name(&self, reference: &Ref) -> String {
        match reference {
            Ref::Named { room, name } if room == self.room => name.clone(),
            Ref::Named { room, name } => format!("{room}.{name}"),
            _ => String::new(),
        }
    }

    /// The type of a member's value.
    pub(super) fn member_type(&self, member: &Member) -> String {
        let ty = if self.lookup.wraps_secret(member) {
            "codec.Secret".to_owned()
        } else {
            self.ty(&member.ty)
        };
        if self.lookup.is_nullable(member) {
            format!("{ty} | null")
        } else {
            ty
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
            codec = format!("codec.secret({codec})");
        }
        if self.lookup.is_nullable(member) {
            codec = format!("codec.nullable({codec})");
        }
        codec
    }

    /// The expression that reads a member from `object`.
    pub(super) fn read(&self, member: &Member) -> String {
        let place = place(member);
        let codec = self.member_codec(member);
        match &member.presence {
            Presence::Required => format!("codec.required(object, {place}, {codec})"),
            Presence::Optional => format!("codec.optional(object, {place}, {codec})"),
            Presence::Default(json) => {
                format!(
                    "codec.defaulted(object, {place}, {codec}, {})",
                    quoted(json)
                )
            }
        }
    }
}

/// Where a member is read, as `codec.Place`.
pub(super) fn place(member: &Member) -> String {
    let mut parts = Vec::new();
    if let Some(fallback) = &member.fallback {
        parts.push(format!("fallback: {}", quoted(fallback)));
    }
    if member.null_is_value {
        parts.push("nullIsValue: true".into());
    }
    if parts.is_empty() {
        return quoted(&member.wire);
    }
    format!("{{ name: {}, {} }}", quoted(&member.wire), parts.join(", "))
}

/// A member's name as an object key.
pub(super) fn key(wire: &str) -> String {
    if is_identifier(wire) {
        wire.to_owned()
    } else {
        quoted(wire)
    }
}

/// How a member is reached: `.code` or `["cost.budget"]`.
pub(super) fn access(wire: &str) -> String {
    if is_identifier(wire) {
        format!(".{wire}")
    } else {
        format!("[{}]", quoted(wire))
    }
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

pub(super) fn integer_type(integer: Integer) -> &'static str {
    if fits_double(integer) {
        "number"
    } else {
        "bigint"
    }
}

pub(super) fn integer_codec(Integer { min, max }: Integer) -> String {
    if fits_double(Integer { min, max }) {
        format!("codec.integer({min}, {max})")
    } else {
        format!("codec.long({min}n, {max}n)")
    }
}

fn fits_double(integer: Integer) -> bool {
    integer.max <= MAX_SAFE && integer.min >= -MAX_SAFE
}

pub(super) fn text_codec(text: &Text) -> String {
    let inner = pattern_codec(text.min, text.max, text.pattern.as_deref());
    if text.secret {
        format!("codec.secret({inner})")
    } else {
        inner
    }
}

pub(super) fn words_codec(words: &Enum, known: &str) -> String {
    if words.open {
        return pattern_codec(0, words.max, words.pattern.as_deref());
    }
    let values: Vec<String> = words
        .values
        .iter()
        .map(|value| quoted(&value.wire))
        .collect();
    format!("codec.words<{known}>([{}])", values.join(", "))
}

fn pattern_codec(min: u32, max: Option<u32>, pattern: Option<&str>) -> String {
    match pattern {
        Some(pattern) => format!(
            "codec.text({min}, {}, new RegExp({}, \"u\"))",
            bound(max),
            quoted(pattern)
        ),
        None => format!("codec.text({min}, {})", bound(max)),
    }
}

fn bound(max: Option<u32>) -> String {
    max.map_or_else(|| "Infinity".into(), |max| max.to_string())
}
