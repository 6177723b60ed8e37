//! Definitions as the parts that the pages lay out.

use super::pages::{Pages, anchor, integer_text, range};
use crate::emit::lookup::shared;
use crate::emit::prose::sentences;
use crate::model::{Basis, Docs, Enum, Member, Presence, Ref, Shape, Struct, Text, Type, Value};

/// A row of a table of members.
pub(super) struct MemberView {
    pub(super) wire: String,
    pub(super) ty: String,
    pub(super) missing: String,
    pub(super) sent: String,
    pub(super) text: String,
}

/// What stands below a definition's description.
pub(super) enum Body {
    Members {
        members: Vec<MemberView>,
        notes: Vec<String>,
    },
    Arms {
        intro: String,
        arms: Vec<(String, String)>,
    },
    Words {
        open: &'static str,
        rules: Vec<String>,
        values: Vec<ValueView>,
    },
    Rules {
        rules: Vec<String>,
    },
}

/// A row of a table of words.
pub(super) struct ValueView {
    pub(super) wire: String,
    pub(super) name: String,
    pub(super) feature: String,
    pub(super) cell: String,
}

/// A definition with its anchor.
pub(super) struct TypeView {
    pub(super) anchor: String,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) body: Body,
}

/// A text for a table cell: one line, with its bars escaped.
pub(super) fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

/// A pattern as code, in and outside a table.
fn code(pattern: &str) -> String {
    if pattern.contains('`') {
        format!("`` {pattern} ``")
    } else {
        format!("`{pattern}`")
    }
}

/// A feature as a link, or a dash.
pub(super) fn feature_link(feature: Option<&String>, up: &str) -> String {
    feature.map_or_else(
        || "-".into(),
        |feature| format!("[`{feature}`]({up}features.md#{})", feature_anchor(feature)),
    )
}

/// The anchor of a feature.
pub(super) fn feature_anchor(feature: &str) -> String {
    crate::naming::kebab(feature)
}

/// A section, or a dash.
pub(super) fn section(docs: &Docs) -> String {
    let basis = match docs.basis {
        Basis::Spec => "",
        Basis::Draft02 => " (of draft-02)",
        Basis::Ours => " (an addition that peers tolerate)",
    };
    match &docs.section {
        Some(section) => format!("§{section}{basis}"),
        None if basis.is_empty() => "-".into(),
        None => basis.trim_matches([' ', '(', ')']).to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// The description, a sentence on each line, with the section behind it.
pub(super) fn described(docs: &Docs) -> String {
    let text = sentences(&docs.description);
    match &docs.section {
        Some(_) => format!("{text}\nSection: {}.", section(docs)),
        None => text,
    }
}

impl Pages<'_> {
    pub(super) fn type_view(&self, room: &str, ty: &Type) -> TypeView {
        TypeView {
            anchor: anchor(room, &ty.name),
            name: ty.name.clone(),
            text: described(&ty.docs),
            body: self.body(&ty.shape),
        }
    }

    /// What stands below the description of a use: that of its definition.
    pub(super) fn body_of(&self, reference: &Ref) -> Body {
        match self.lookup.shape(reference) {
            Some(shape) => self.body(shape),
            None => Body::Rules {
                rules: vec![format!("It is a {}.", self.link(reference))],
            },
        }
    }

    pub(super) fn body(&self, shape: &Shape) -> Body {
        let rules = |rules: Vec<String>| Body::Rules { rules };
        match shape {
            Shape::Struct(record) => self.record(record),
            Shape::Text(text) => rules(text_rules(text)),
            Shape::Integer(it) => rules(vec![format!("An {}.", integer_text(it.min, it.max))]),
            Shape::Decimal => rules(vec!["A JSON number whose digits are kept.".into()]),
            Shape::Json => rules(vec!["Any JSON value, `null` among them.".into()]),
            Shape::JsonObject => rules(vec!["Any JSON object.".into()]),
            Shape::Map { key, value } => rules(vec![format!(
                "An object: each member's name is a {}, each value a {}.",
                self.link(key),
                self.link(value)
            )]),
            Shape::Enum(words) => Self::words(words),
            Shape::MemberUnion(arms) => Body::Arms {
                intro: "One of these, told apart by the member that is there.".into(),
                arms: arms
                    .iter()
                    .map(|arm| (format!("with `{}`", arm.member), self.link(&arm.ty)))
                    .collect(),
            },
        }
    }

    pub(super) fn record(&self, record: &Struct) -> Body {
        let pair = |(a, b): &(String, String)| format!("`{a}` and `{b}` must not occur together.");
        let mut notes: Vec<String> = record.exclusive.iter().map(pair).collect();
        if let Some(member) = &record.from_string {
            notes.push(format!(
                "A bare string is read as an object with only `{member}`."
            ));
        }
        let members: Vec<MemberView> = match &record.union {
            Some(union) => shared(record, union).map(|it| self.member(it)).collect(),
            None => record.members.iter().map(|it| self.member(it)).collect(),
        };
        Body::Members { members, notes }
    }

    pub(super) fn member(&self, member: &Member) -> MemberView {
        let mut text = vec![cell(&member.docs.description)];
        if let Some(unit) = &member.unit {
            text.push(format!("Unit: {unit}."));
        }
        if let Some(other) = &member.fallback {
            text.push(format!("Read from `{other}` when missing."));
        }
        if member.null_is_value {
            text.push("`null` is a value.".into());
        }
        if member.secret || self.lookup.is_secret(&member.ty) {
            text.push("A secret.".into());
        }
        if member.feature.is_some() {
            text.push(format!(
                "Needs {}.",
                feature_link(member.feature.as_ref(), "")
            ));
        }
        if member.docs.section.is_some() || member.docs.basis != Basis::Spec {
            text.push(capital(&section(&member.docs)) + ".");
        }
        MemberView {
            wire: member.wire.clone(),
            ty: cell(&self.link(&member.ty)),
            missing: match &member.presence {
                Presence::Required => "refused".into(),
                Presence::Optional => "fine".into(),
                Presence::Default(json) => format!("`{}`", cell(json)),
            },
            sent: match (&member.send, &member.presence) {
                _ if member.null_is_written => "always; null when there is none".into(),
                (Some(send), _) => cell(send),
                (None, Presence::Required) => "always".into(),
                (None, _) => "when set".into(),
            },
            text: text.join(" "),
        }
    }

    fn words(words: &Enum) -> Body {
        let mut rules = Vec::new();
        if let Some(max) = words.max {
            rules.push(format!("At most {max} characters."));
        }
        if let Some(pattern) = &words.pattern {
            rules.push(format!("Every value matches {}.", code(pattern)));
        }
        Body::Words {
            open: if words.open {
                "A value that is not listed is kept as it came."
            } else {
                "No other value is read."
            },
            rules,
            values: words.values.iter().map(value_view).collect(),
        }
    }
}

fn value_view(value: &Value) -> ValueView {
    ValueView {
        wire: cell(&value.wire),
        name: value.name.clone(),
        feature: feature_link(value.feature.as_ref(), ""),
        cell: match &value.docs.section {
            Some(section) => format!("{} §{section}.", cell(&value.docs.description)),
            None => cell(&value.docs.description),
        },
    }
}

fn text_rules(text: &Text) -> Vec<String> {
    let mut rules = vec![match (text.min, text.max) {
        (0, None) => "A string.".to_owned(),
        (min, max) => format!(
            "A string of {} characters.",
            range(u64::from(min), max.map(u64::from))
        ),
    }];
    if let Some(pattern) = &text.pattern {
        rules.push(format!("It is read when it matches {}.", code(pattern)));
    }
    if let Some(pattern) = &text.send_pattern {
        rules.push(format!("What we write matches {}.", code(pattern)));
    }
    if text.secret {
        rules.push("It is a secret: it prints as `***` and never appears in a log.".into());
    }
    rules
}
