// @generated from schema/ by codegen; do not edit
//! Why a frame could not be read: which message, where, what.
//!
//! Private: [`envelope`](crate::envelope) shows it. It runs only after an error, and may take its time.

use crate::path::{Track, Tracked};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::fmt;

/// What part of a frame is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The text is no JSON, or is nested too deeply.
    Syntax,
    /// The text is JSON, but no object.
    NotAnObject,
    /// A member of the envelope is missing, doubled or wrong.
    Envelope,
    /// The payload is wrong for its message.
    Payload,
}

/// Why a frame could not be read.
///
/// It prints as `session.hello: at payload.client.name: invalid type: integer `5`, expected a string`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// What part of the frame is at fault.
    pub kind: DecodeErrorKind,
    /// The type of the message, where it could be read.
    pub message_type: Option<String>,
    /// The frame's `id`, where it could be read.
    pub id: Option<String>,
    /// Where: `payload.client.name`, `payload.jobs[0].status`; empty for the frame as a whole.
    pub path: String,
    /// What is wrong, at most 512 characters.
    pub reason: String,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(message_type) = &self.message_type {
            write!(f, "{message_type}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "at {}: ", self.path)?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for DecodeError {}

/// The names that select: of the frame, and of the content whose own tag may come late.
pub(crate) struct Shape {
    pub(crate) id: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) content: &'static str,
    pub(crate) inner_tag: &'static str,
}

/// Says where and why `text` is no `T`, after `error` said that it is none.
#[cold]
pub(crate) fn explain<T: DeserializeOwned>(text: &str, error: &serde_json::Error, shape: &Shape) -> DecodeError {
    let members = serde_json::from_str::<Members<'_>>(text).ok();
    let is_json = members.is_some();
    let members = members.unwrap_or_default();
    let string = |name: &str| members.get(name).and_then(|raw| serde_json::from_str::<String>(raw.get()).ok()).map(shortened);
    let fault = |kind, path: String, reason: String| DecodeError {
        kind,
        message_type: string(shape.tag),
        id: string(shape.id),
        path,
        reason: shortened(reason),
    };
    // Numbers beyond every type and halves of a surrogate pair count as syntax too, and have a place.
    if error.classify() != Category::Data && !is_json {
        return fault(DecodeErrorKind::Syntax, String::new(), format!("no JSON: {error}"));
    }
    if !text.trim_start().starts_with('{') {
        return fault(DecodeErrorKind::NotAnObject, String::new(), without_place(error));
    }
    let track = Track::default();
    let ordered = members.in_order(shape);
    let mut reader = serde_json::Deserializer::from_str(&ordered);
    match T::deserialize(Tracked::new(&mut reader, &track)) {
        Ok(_) => fault(DecodeErrorKind::Envelope, String::new(), without_place(error)),
        Err(found) => {
            let path = track.fault();
            let kind = if path.starts_with(shape.content) { DecodeErrorKind::Payload } else { DecodeErrorKind::Envelope };
            fault(kind, path, without_place(&found))
        }
    }
}

/// The message without serde_json's line and column, which the path says better.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

fn shortened(text: String) -> String {
    const LONGEST: usize = 512;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The members of an object, in order, doubles included.
#[derive(Default)]
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, raw)| *raw)
    }

    /// The same object with its tags first, so that nothing has to be read twice and every place has a path.
    fn in_order(&self, shape: &Shape) -> String {
        self.print(shape.tag, |name, raw| {
            let inner = (name == shape.content).then(|| serde_json::from_str::<Members<'_>>(raw.get()).ok());
            match inner.flatten() {
                Some(inner) if inner.get(shape.inner_tag).is_some() => inner.print(shape.inner_tag, |_, raw| raw.get().to_owned()),
                _ => raw.get().to_owned(),
            }
        })
    }

    fn print(&self, first: &str, value: impl Fn(&str, &RawValue) -> String) -> String {
        let mut out = String::from("{");
        let firsts = self.0.iter().filter(|(name, _)| name == first);
        let others = self.0.iter().filter(|(name, _)| name != first);
        for (name, raw) in firsts.chain(others) {
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&serde_json::to_string(name).unwrap_or_default());
            out.push(':');
            out.push_str(&value(name, raw));
        }
        out.push('}');
        out
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
