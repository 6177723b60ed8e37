//! Where a definition stands in the reference, and how it is linked.

use super::shown::Shown;
use crate::emit::lookup::Lookup;
use crate::model::{Enum, Ref, Shape, Type};
use crate::naming::kebab;

/// The pages that definitions stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Messages,
    Events,
    Errors,
    Features,
    Leases,
    Objects,
    Grammars,
}

impl Page {
    fn file(self) -> &'static str {
        match self {
            Self::Messages => "messages.md",
            Self::Events => "events.md",
            Self::Errors => "errors.md",
            Self::Features => "features.md",
            Self::Leases => "leases.md",
            Self::Objects => "objects.md",
            Self::Grammars => "grammars.md",
        }
    }
}

/// Links definitions of one model.
pub(super) struct Pages<'m> {
    pub(super) lookup: &'m Lookup<'m>,
    pub(super) shown: Shown<'m>,
}

impl Pages<'_> {
    /// The page that a definition stands on.
    pub(super) fn page(&self, room: &str, ty: &Type) -> Page {
        let model = self.lookup.model;
        let is = |reference: &Ref| matches!(reference, Ref::Named { room: other, name } if other == room && *name == ty.name);
        if model.messages.iter().any(|it| is(&it.payload)) {
            return Page::Messages;
        }
        if model.kinds.iter().any(|it| is(&it.body)) {
            return Page::Events;
        }
        match &ty.shape {
            Shape::Struct(record) if record.union.is_some() => Page::Events,
            _ if room == "lease" => Page::Leases,
            Shape::Enum(words) if is_codes(words) => Page::Errors,
            Shape::Enum(words) if is_features(words) => Page::Features,
            Shape::Struct(_) | Shape::MemberUnion(_) | Shape::Map { .. } => Page::Objects,
            _ => Page::Grammars,
        }
    }

    /// A use as a link, with its bounds in words.
    pub(super) fn link(&self, reference: &Ref) -> String {
        match reference {
            Ref::Named { room, name } => match self.lookup.find(room, name) {
                Some(ty) => {
                    let page = self.page(room, ty);
                    let anchor = match page {
                        Page::Errors | Page::Features => String::new(),
                        _ => format!("#{}", anchor(room, name)),
                    };
                    format!("[{name}]({}{anchor})", page.file())
                }
                None => name.clone(),
            },
            Ref::String => "string".into(),
            Ref::BoundedString { min, max } => {
                format!(
                    "string of {} characters",
                    range(u64::from(*min), max.map(u64::from))
                )
            }
            Ref::Bool => "boolean".into(),
            Ref::Integer(integer) => integer_text(integer.min, integer.max),
            Ref::List {
                item,
                min,
                max,
                unique,
            } => {
                let mut text = format!("list of {}", self.link(item));
                if *min > 0 || max.is_some() {
                    let count = range(u64::from(*min), max.map(u64::from));
                    text.extend([", ", &count, " entries"]);
                }
                if *unique {
                    text.push_str(", none twice");
                }
                text
            }
        }
    }
}

/// `session` / `ListJobs` as `session-list-jobs`.
pub(super) fn anchor(room: &str, name: &str) -> String {
    format!("{room}-{}", kebab(name))
}

/// An integer's bounds in words.
pub(super) fn integer_text(min: i64, max: i64) -> String {
    if max == i64::MAX {
        format!("integer from {min}")
    } else {
        format!("integer from {min} to {max}")
    }
}

/// Bounds of a count in words.
pub(super) fn range(min: u64, max: Option<u64>) -> String {
    match (min, max) {
        (0, Some(max)) => format!("at most {max}"),
        (min, Some(max)) if min == max => format!("exactly {min}"),
        (min, Some(max)) => format!("{min} to {max}"),
        (min, None) => format!("at least {min}"),
    }
}

pub(super) fn is_codes(words: &Enum) -> bool {
    words.values.iter().any(|value| value.error.is_some())
}

pub(super) fn is_features(words: &Enum) -> bool {
    words.values.iter().any(|value| !value.gates.is_empty())
}
