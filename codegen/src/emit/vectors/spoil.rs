//! Makes wrong frames of good ones: a member taken away, a value of another type, a string without its grammar, a number out of its bounds.

use super::reader::{Reader, Site};
use crate::emit::lookup::Lookup;
use crate::emit::prose::quoted;
use crate::model::{Enum, Integer, Ref, Shape, Text};
use crate::node::{Node, Value};
use std::collections::BTreeSet;

/// A frame that every decoder has to refuse.
#[derive(Debug)]
pub(super) struct Spoilt {
    /// What was done to which place.
    pub(super) name: String,
    /// Where the fault is.
    pub(super) path: String,
    /// The frame, as compact JSON.
    pub(super) frame: String,
}

impl Spoilt {
    /// One line of `spoilt.jsonl`.
    pub(super) fn line(&self) -> String {
        format!(
            "{{\"name\":{},\"path\":{},\"frame\":{}}}\n",
            quoted(&self.name),
            quoted(&self.path),
            quoted(&self.frame)
        )
    }
}

/// Ways that are tried on the head of every message: whether it looks at the member at all.
const EVERYWHERE: &[&str] = &[
    "is missing",
    "is null",
    "is a number",
    "is a string",
    "is a boolean",
];

/// Longer strings are not worth their bytes in a vector.
const LONGEST: u32 = 600;

/// What was tried: on which message (all of them, for the grammar of what every frame carries), where, and how.
pub(super) type Done = BTreeSet<(String, String, &'static str)>;

/// Spoils a good frame in every way that was not tried on this message before; `done` remembers.
pub(super) fn spoil(
    reader: &Reader<'_>,
    lookup: &Lookup<'_>,
    (wire, frame): (&str, &Node),
    done: &mut Done,
) -> Vec<Spoilt> {
    let (_, reading) = reader.frame(frame);
    let mut out = Vec::new();
    for site in &reading.sites {
        for (way, value) in ways(lookup, site) {
            let head = site.place.0.len() == 1 && !EVERYWHERE.contains(&way);
            let scope = if head { "" } else { wire };
            let key = (scope.to_owned(), site.shape.clone(), way);
            if done.contains(&key) {
                continue;
            }
            let spoilt = site.place.replaced(frame, value.as_ref());
            let (_, reading) = reader.frame(&spoilt);
            // Another message, arm or kind may come out, or a member that stands in: only a fault at this very place counts.
            let [fault] = reading.faults.as_slice() else {
                continue;
            };
            if fault.place != site.place {
                continue;
            }
            done.insert(key);
            out.push(Spoilt {
                name: format!("{} {way}", site.place.path()),
                path: site.place.path(),
                frame: spoilt.to_compact(),
            });
        }
    }
    out
}

/// What can be done to a value; `None` takes it away.
fn ways(lookup: &Lookup<'_>, site: &Site) -> Vec<(&'static str, Option<Value>)> {
    let mut ways = Vec::new();
    if site.required {
        ways.push(("is missing", None));
        if !site.null_is_value {
            ways.push(("is null", Some(Value::Null)));
        }
    }
    match &site.ty {
        Ref::Named { .. } => match lookup.shape(&site.ty) {
            Some(Shape::Text(Text { min, max, .. })) => words(*min, *max, &mut ways),
            Some(Shape::Enum(Enum { max, .. })) => words(0, *max, &mut ways),
            Some(Shape::Integer(integer)) => numbers(*integer, &mut ways),
            Some(Shape::Json) | None => {}
            Some(_) => ways.push(("is a boolean", Some(Value::Bool(true)))),
        },
        Ref::String => words(0, None, &mut ways),
        Ref::BoundedString { min, max } => words(*min, *max, &mut ways),
        Ref::Bool => ways.push(("is a number", Some(number("1")))),
        Ref::Integer(integer) => numbers(*integer, &mut ways),
        Ref::List { min, .. } => {
            ways.push(("is an object", Some(Value::Object(Vec::new()))));
            if *min > 0 {
                ways.push(("is empty", Some(Value::Array(Vec::new()))));
            }
        }
    }
    ways
}

fn words(min: u32, max: Option<u32>, ways: &mut Vec<(&'static str, Option<Value>)>) {
    ways.push(("is a number", Some(number("7"))));
    // The reader tells which of these the grammar refuses.
    ways.push((
        "has a control character",
        Some(string("\u{0}".repeat(min.max(3) as usize))),
    ));
    ways.push(("is empty", Some(string(String::new()))));
    ways.push(("is another word", Some(string("no-such-word".into()))));
    if let Some(max) = max.filter(|max| *max <= LONGEST) {
        ways.push(("is too long", Some(string("a".repeat(max as usize + 1)))));
    }
}

fn numbers(integer: Integer, ways: &mut Vec<(&'static str, Option<Value>)>) {
    let beyond = |value: i64, by: i128| number(&(i128::from(value) + by).to_string());
    ways.push(("is a string", Some(string("1".into()))));
    ways.push(("has a fraction", Some(number("1.5"))));
    ways.push(("is too small", Some(beyond(integer.min, -1))));
    ways.push(("is too large", Some(beyond(integer.max, 1))));
}

fn number(digits: &str) -> Value {
    Value::Number(digits.to_owned())
}

fn string(text: String) -> Value {
    Value::String(text)
}
