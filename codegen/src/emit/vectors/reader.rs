//! Reads a frame by the model, as every language has to: what is wrong and where, or else what is written back.
//!
//! It is slow and plain on purpose: the printed decoders are measured against it.

use super::place::Place;
use crate::emit::lookup::{ENVELOPE, Lookup, Pillars, member, shared};
use crate::emit::pattern::{Engine, translate};
use crate::model::{
    Enum, Integer, Member, MemberArm, Presence, Ref, Shape, Struct, TagUnion, Text,
};
use crate::node::{self, Node, Value};
use regex_automata::Input;
use regex_automata::dfa::{Automaton, dense};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Something that a decoder has to refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) reason: String,
}

/// A value whose type the model gives: where a frame can be made wrong.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) place: Place,
    /// The place with the members' names alone: the same for all entries of a list.
    pub(super) shape: String,
    pub(super) ty: Ref,
    pub(super) required: bool,
    pub(super) null_is_value: bool,
}

/// What reading a frame gave.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) faults: Vec<Fault>,
    pub(super) sites: Vec<Site>,
}

pub(super) struct Reader<'m> {
    lookup: &'m Lookup<'m>,
    pillars: Pillars<'m>,
    grammars: RefCell<BTreeMap<String, Option<dense::DFA<Vec<u32>>>>>,
}

/// Where a walk is, and under which name.
#[derive(Clone)]
struct At {
    place: Place,
    shape: String,
}

impl At {
    fn member(&self, name: &str) -> Self {
        Self {
            place: self.place.member(name),
            shape: format!("{}.{name}", self.shape),
        }
    }

    fn item(&self, index: usize) -> Self {
        Self {
            place: self.place.item(index),
            shape: format!("{}[]", self.shape),
        }
    }

    fn entry(&self, name: &str) -> Self {
        Self {
            place: self.place.member(name),
            shape: format!("{}{{}}", self.shape),
        }
    }
}

impl<'m> Reader<'m> {
    pub(super) fn new(lookup: &'m Lookup<'m>, pillars: Pillars<'m>) -> Self {
        Self {
            lookup,
            pillars,
            grammars: RefCell::new(BTreeMap::new()),
        }
    }

    /// Reads a frame; what comes back is the frame as it is written again, and means nothing when there are faults.
    pub(super) fn frame(&self, frame: &Node) -> (Node, Reading) {
        let mut reading = Reading::default();
        let root = At {
            place: Place::default(),
            shape: String::new(),
        };
        let out = self.envelope(frame, &root, &mut reading);
        (out, reading)
    }

    fn envelope(&self, frame: &Node, at: &At, reading: &mut Reading) -> Node {
        if !frame.is_object() {
            return wrong(reading, at, frame, "an object");
        }
        let wire = frame.get("type").and_then(Node::as_str).unwrap_or_default();
        let message = self.lookup.model.messages.iter().find(|it| it.wire == wire);
        let needs = message.map_or_else(Vec::new, |message| {
            self.lookup.needs(message, self.pillars.envelope)
        });
        let mut out = Vec::new();
        for member in &self.pillars.envelope.members {
            let mut member = member.clone();
            if needs.iter().any(|need| need.wire == member.wire) {
                member.presence = Presence::Required;
            }
            if let (true, Some(message)) = (member.wire == "payload", message) {
                member.ty = message.payload.clone();
                out.extend(vendor(frame));
            } else if member.wire == "payload" {
                out.extend(vendor(frame));
            }
            self.member(&member, frame, at, reading, &mut out);
            if let (true, Some(version)) = (
                self.lookup.is_version(ENVELOPE, &member),
                frame.get(&member.wire),
            ) {
                let pattern = &self.lookup.model.version_pattern;
                self.grammar(Some(pattern), version, &at.member(&member.wire), reading);
            }
        }
        object(frame.line, out)
    }

    fn value(&self, ty: &Ref, node: &Node, at: &At, reading: &mut Reading) -> Node {
        match ty {
            Ref::Named { room, name } => match self.lookup.find(room, name) {
                Some(found) => self.shape(&found.shape, node, at, reading),
                None => node.clone(),
            },
            Ref::String => text(node, at, reading, 0, None),
            Ref::BoundedString { min, max } => text(node, at, reading, *min, *max),
            Ref::Bool => match node.as_bool() {
                Some(_) => node.clone(),
                None => wrong(reading, at, node, "a boolean"),
            },
            Ref::Integer(integer) => self::integer(*integer, node, at, reading),
            Ref::List {
                item,
                min,
                max,
                unique,
            } => self.list(item, (*min, *max, *unique), node, at, reading),
        }
    }

    fn shape(&self, shape: &Shape, node: &Node, at: &At, reading: &mut Reading) -> Node {
        match shape {
            Shape::Struct(record) => match &record.union {
                Some(union) => self.tagged(record, union, node, at, reading),
                None => self.record(record, node, at, reading),
            },
            Shape::Text(Text {
                pattern, min, max, ..
            }) => {
                let out = text(node, at, reading, *min, *max);
                self.grammar(pattern.as_deref(), node, at, reading);
                out
            }
            Shape::Enum(words) => self.word(words, node, at, reading),
            Shape::MemberUnion(arms) => self.by_member(arms, node, at, reading),
            Shape::Map { key, value } => self.map(key, value, node, at, reading),
            Shape::Integer(integer) => self::integer(*integer, node, at, reading),
            Shape::Decimal if !matches!(node.value, Value::Number(_)) => {
                wrong(reading, at, node, "a number")
            }
            Shape::JsonObject if !node.is_object() => wrong(reading, at, node, "an object"),
            Shape::Decimal | Shape::Json | Shape::JsonObject => node.clone(),
        }
    }

    fn list(
        &self,
        item: &Ref,
        (min, max, unique): (u32, Option<u32>, bool),
        node: &Node,
        at: &At,
        reading: &mut Reading,
    ) -> Node {
        let Value::Array(items) = &node.value else {
            return wrong(reading, at, node, "a list");
        };
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        if count < min || max.is_some_and(|max| count > max) {
            fault(reading, at, format!("has {count} entries"));
        }
        let mut out = Vec::new();
        for (index, entry) in items.iter().enumerate() {
            let at = at.item(index);
            site(reading, &at, item, false, false);
            out.push(self.value(item, entry, &at, reading));
        }
        let twice = |index: usize, entry: &Node| items.iter().take(index).any(|it| same(it, entry));
        if unique && items.iter().enumerate().any(|(at, it)| twice(at, it)) {
            fault(reading, at, "an entry occurs twice".into());
        }
        Node {
            line: node.line,
            value: Value::Array(out),
        }
    }

    fn map(&self, key: &Ref, value: &Ref, node: &Node, at: &At, reading: &mut Reading) -> Node {
        if !node.is_object() {
            return wrong(reading, at, node, "an object");
        }
        let mut out = Vec::new();
        for (name, entry) in node.members() {
            let name_node = Node {
                line: entry.line,
                value: Value::String(name.clone()),
            };
            // A bad name is the object's fault: there is no such member.
            self.value(key, &name_node, at, reading);
            let at = at.entry(name);
            site(reading, &at, value, false, false);
            out.push((name.clone(), self.value(value, entry, &at, reading)));
        }
        object(node.line, out)
    }

    fn record(&self, record: &Struct, node: &Node, at: &At, reading: &mut Reading) -> Node {
        let from_string = match (&record.from_string, &node.value) {
            (Some(name), Value::String(_)) => {
                Some(object(node.line, vec![(name.clone(), node.clone())]))
            }
            _ => None,
        };
        let node = from_string.as_ref().unwrap_or(node);
        if !node.is_object() {
            return wrong(reading, at, node, "an object");
        }
        let has = |wire: &String| member(record, wire).is_some_and(|it| find(it, node).is_some());
        for (a, b) in &record.exclusive {
            if has(a) && has(b) {
                fault(reading, at, format!("{a} and {b} occur together"));
            }
        }
        let mut out = Vec::new();
        for member in &record.members {
            self.member(member, node, at, reading, &mut out);
        }
        object(node.line, out)
    }

    fn member(
        &self,
        member: &Member,
        node: &Node,
        at: &At,
        reading: &mut Reading,
        out: &mut Vec<(String, Node)>,
    ) {
        let sent = member.send.as_deref() != Some("never");
        let Some((name, found)) = find(member, node) else {
            match &member.presence {
                Presence::Required => {
                    fault(reading, &at.member(&member.wire), "is missing".into());
                }
                Presence::Default(json) if sent => {
                    if let Ok(value) = node::parse(json) {
                        let value = self.value(&member.ty, &value, at, &mut Reading::default());
                        out.push((member.wire.clone(), value));
                    }
                }
                Presence::Optional if member.null_is_written => {
                    let null = Node {
                        line: node.line,
                        value: Value::Null,
                    };
                    out.push((member.wire.clone(), null));
                }
                _ => {}
            }
            return;
        };
        let at = at.member(name);
        let required = member.presence == Presence::Required;
        site(reading, &at, &member.ty, required, member.null_is_value);
        let is_null = matches!(found.value, Value::Null);
        let value = if member.null_is_value && is_null {
            found.clone()
        } else {
            self.value(&member.ty, found, &at, reading)
        };
        if sent {
            out.push((member.wire.clone(), value));
        }
    }

    fn tagged(
        &self,
        record: &Struct,
        union: &TagUnion,
        node: &Node,
        at: &At,
        reading: &mut Reading,
    ) -> Node {
        if !node.is_object() {
            return wrong(reading, at, node, "an object");
        }
        let wire = node.get(&union.tag).and_then(Node::as_str);
        let kind = self
            .lookup
            .model
            .kinds
            .iter()
            .find(|kind| Some(kind.wire.as_str()) == wire);
        let at = At {
            place: at.place.clone(),
            shape: format!("{}<{}>", at.shape, wire.unwrap_or_default()),
        };
        let mut out = Vec::new();
        let tag = member(record, &union.tag);
        for member in tag.into_iter().chain(shared(record, union)) {
            self.member(member, node, &at, reading, &mut out);
        }
        if let Some(content) = member(record, &union.content) {
            let mut content = content.clone();
            if let Some(kind) = kind {
                content.ty = kind.body.clone();
            }
            // What stands for a missing body is judged like a body that came.
            if let (None, Presence::Default(json)) = (find(&content, node), &content.presence) {
                if let Ok(standard) = node::parse(json) {
                    let at = at.member(&content.wire);
                    let value = self.value(&content.ty, &standard, &at, reading);
                    out.push((content.wire, value));
                }
            } else {
                self.member(&content, node, &at, reading, &mut out);
            }
        }
        object(node.line, out)
    }

    fn by_member(&self, arms: &[MemberArm], node: &Node, at: &At, reading: &mut Reading) -> Node {
        if !node.is_object() {
            return wrong(reading, at, node, "an object");
        }
        let here = |arm: &&MemberArm| {
            self.lookup
                .arm_member(arm)
                .is_some_and(|member| find(member, node).is_some())
        };
        let found: Vec<_> = arms.iter().filter(here).collect();
        let arm = match found.as_slice() {
            [] => self.lookup.standard_arm(arms),
            [arm] => Some(*arm),
            _ => None,
        };
        let Some(arm) = arm else {
            fault(
                reading,
                at,
                format!("{} of the arms are there", found.len()),
            );
            return node.clone();
        };
        self.value(&arm.ty, node, at, reading)
    }

    fn word(&self, words: &Enum, node: &Node, at: &At, reading: &mut Reading) -> Node {
        let out = text(node, at, reading, 0, words.max);
        self.grammar(words.pattern.as_deref(), node, at, reading);
        if let (false, Some(word)) = (words.open, node.as_str())
            && !words.values.iter().any(|value| value.wire == word)
        {
            fault(reading, at, format!("{word} is not one of the words"));
        }
        out
    }

    fn grammar(&self, pattern: Option<&str>, node: &Node, at: &At, reading: &mut Reading) {
        let (Some(pattern), Some(text)) = (pattern, node.as_str()) else {
            return;
        };
        let mut grammars = self.grammars.borrow_mut();
        let grammar = grammars
            .entry(pattern.to_owned())
            .or_insert_with(|| dense::DFA::new(&translate(pattern, Engine::Rust)).ok());
        let fits = grammar.as_ref().is_some_and(|grammar| {
            grammar
                .try_search_fwd(&Input::new(text))
                .is_ok_and(|found| found.is_some())
        });
        if !fits {
            fault(reading, at, format!("does not match {pattern}"));
        }
    }
}

fn fault(reading: &mut Reading, at: &At, reason: String) {
    // A string that is too long may miss its grammar as well: one complaint is enough for a place.
    if reading
        .faults
        .last()
        .is_none_or(|last| last.place != at.place)
    {
        reading.faults.push(Fault {
            place: at.place.clone(),
            reason,
        });
    }
}

fn wrong(reading: &mut Reading, at: &At, node: &Node, wanted: &str) -> Node {
    fault(reading, at, format!("is {}, not {wanted}", node.kind()));
    node.clone()
}

fn site(reading: &mut Reading, at: &At, ty: &Ref, required: bool, null_is_value: bool) {
    reading.sites.push(Site {
        place: at.place.clone(),
        shape: at.shape.clone(),
        ty: ty.clone(),
        required,
        null_is_value,
    });
}

/// The member as it came, or the one that stands in for it.
fn find<'n>(member: &Member, node: &'n Node) -> Option<(&'n str, &'n Node)> {
    let names = [Some(&member.wire), member.fallback.as_ref()];
    names.into_iter().flatten().find_map(|name| {
        let (key, value) = node.members().iter().find(|(key, _)| key == name)?;
        let counts = member.null_is_value || !matches!(value.value, Value::Null);
        counts.then_some((key.as_str(), value))
    })
}

fn text(node: &Node, at: &At, reading: &mut Reading, min: u32, max: Option<u32>) -> Node {
    let Some(text) = node.as_str() else {
        return wrong(reading, at, node, "a string");
    };
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    if length < min || max.is_some_and(|max| length > max) {
        fault(reading, at, format!("has {length} characters"));
    }
    node.clone()
}

fn integer(Integer { min, max }: Integer, node: &Node, at: &At, reading: &mut Reading) -> Node {
    let Value::Number(digits) = &node.value else {
        return wrong(reading, at, node, "an integer");
    };
    if !digits
        .parse::<i64>()
        .is_ok_and(|value| value >= min && value <= max)
    {
        fault(reading, at, format!("is {digits}"));
    }
    node.clone()
}

fn vendor(frame: &Node) -> Vec<(String, Node)> {
    let is_vendor = |(name, _): &&(String, Node)| name.starts_with("x-vendor.");
    frame.members().iter().filter(is_vendor).cloned().collect()
}

fn object(line: usize, members: Vec<(String, Node)>) -> Node {
    Node {
        line,
        value: Value::Object(members),
    }
}

/// Whether two values are equal, whatever the order of their members.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, value)| b.get(name).is_some_and(|other| same(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(x, y)| same(x, y))
        }
        (left, right) => left == right,
    }
}
