//! A frame that was made up: what is in it, what a reader may drop of it, and the ways to write it down.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt::{self, Write as _};

/// A JSON value whose parts are known to the protocol or not.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    /// A string; `secret` must never be shown.
    Text {
        text: String,
        secret: bool,
    },
    /// Anything that is kept as it came: numbers with their digits, free-form values, words.
    Verbatim(String),
    Null,
    List(Vec<Tree>),
    Object(Vec<Member>),
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) value: Tree,
    pub(crate) fate: Fate,
}

/// What becomes of a member when the frame is written again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fate {
    Kept,
    /// It may go when it is what a reader assumes anyway.
    Assumed(String),
    /// It is read and never written.
    Read,
    /// Another member is read in its place when it is missing.
    Borrows,
    /// Nobody knows it.
    Stranger,
}

/// How a frame is written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Style {
    Plain,
    /// Without the members that nobody knows.
    Bare,
    /// Members in the opposite order.
    Backwards,
    /// With spaces wherever they may be, and every character of a string escaped.
    Odd,
}

impl Tree {
    pub(crate) fn print(&self, style: Style) -> String {
        let mut out = String::new();
        self.write(style, &mut out);
        out
    }

    fn write(&self, style: Style, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Verbatim(text) => out.push_str(text),
            Self::Text { text, .. } => quote(text, style == Style::Odd, out),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(index, style, out);
                    item.write(style, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                let shown = |it: &&Member| style != Style::Bare || it.fate != Fate::Stranger;
                let mut members: Vec<&Member> = members.iter().filter(shown).collect();
                if style == Style::Backwards {
                    members.reverse();
                }
                out.push('{');
                for (index, member) in members.into_iter().enumerate() {
                    separate(index, style, out);
                    quote(&member.name, style == Style::Odd, out);
                    out.push_str(if style == Style::Odd { " :\t" } else { ":" });
                    member.value.write(style, out);
                }
                out.push('}');
            }
        }
    }

    /// What is left of it when everything is gone that says nothing.
    fn essence(&self) -> String {
        let Self::Object(members) = self else {
            return self.print(Style::Plain);
        };
        let members = members.iter().filter(|it| !it.may_go());
        let members: Vec<String> = members
            .map(|it| format!("{:?}:{}", it.name, it.value.essence()))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// All secrets in it.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        match self {
            Self::Text { text, secret: true } => vec![text],
            Self::List(items) => items.iter().flat_map(Self::secrets).collect(),
            Self::Object(members) => members.iter().flat_map(|it| it.value.secrets()).collect(),
            _ => Vec::new(),
        }
    }

    /// What of it is not in `text`, by path.
    pub(crate) fn lost(&self, text: &str) -> Vec<String> {
        let mut lost = Vec::new();
        self.compare(text, "", &mut lost);
        lost
    }

    fn compare(&self, found: &str, path: &str, lost: &mut Vec<String>) {
        let same = match self {
            Self::Null => found == "null",
            Self::Verbatim(text) => found == text,
            Self::Text { text, .. } => {
                serde_json::from_str::<String>(found).is_ok_and(|found| found == *text)
            }
            Self::List(items) => {
                let others: Vec<&RawValue> = serde_json::from_str(found).unwrap_or_default();
                for (index, (item, other)) in items.iter().zip(&others).enumerate() {
                    item.compare(other.get(), &format!("{path}[{index}]"), lost);
                }
                items.len() == others.len()
            }
            Self::Object(members) => {
                let others: Members<'_> = serde_json::from_str(found).unwrap_or_default();
                for member in members {
                    let path = format!("{path}.{}", member.name);
                    let other = others.get(&member.name);
                    let gone = other.is_none() && member.may_go();
                    match (other, &member.fate) {
                        _ if gone => {}
                        (None, _) => lost.push(format!("{path} is gone")),
                        // Null is a missing member, and a missing one is what a reader assumes.
                        (Some(other), Fate::Assumed(text)) if member.value.is_null() => {
                            if other != text {
                                lost.push(format!("{path} became {other}"));
                            }
                        }
                        (Some(_), Fate::Borrows) if member.value.is_null() => {}
                        (Some(_), Fate::Stranger) => lost.push(format!("{path} is known")),
                        (Some(other), _) => member.value.compare(other, &path, lost),
                    }
                }
                found.starts_with('{')
            }
        };
        if !same {
            lost.push(format!("{path} became {found}"));
        }
    }
}

impl Member {
    /// Whether nothing is lost when it is not written again.
    fn may_go(&self) -> bool {
        match &self.fate {
            Fate::Stranger | Fate::Read => true,
            Fate::Assumed(text) => self.value.is_null() || *text == self.value.essence(),
            Fate::Kept | Fate::Borrows => self.value.is_null(),
        }
    }
}

fn separate(index: usize, style: Style, out: &mut String) {
    match (index, style == Style::Odd) {
        (0, false) => {}
        (0, true) => out.push('\n'),
        (_, false) => out.push(','),
        (_, true) => out.push_str(" ,\r\n  "),
    }
}

/// A string with its quotes; escaped throughout if asked.
fn quote(text: &str, escaped: bool, out: &mut String) {
    if escaped {
        out.push('"');
        for unit in text.encode_utf16() {
            let _ = write!(out, "\\u{unit:04x}");
        }
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(text).expect("strings are JSON"));
    }
}

/// The members of an object, with their text.
#[derive(Default)]
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl Members<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.get())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}
