//! The schema is exercised whole: every type, member, arm and value occurs in an example, and every message and kind is refused in
//! several ways. That examples validate and counter-examples fail for their reason is what the press checks in each run (`check/frames.rs`).

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::expect_used, clippy::panic)]

use codegen::model::{Enum, Model, Ref, Shape, Struct};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Grammars for whoever registers an agent or names an extension: no frame has them as a value of their own.
const IN_NO_FRAME: &[&str] = &[
    "common/AgentName",
    "common/AgentVersion",
    "common/VendorName",
];

fn model() -> Model {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    codegen::read(&schema).expect("the schema is good")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("frames are JSON")
}

/// Walks frames along the model and notes what it meets.
struct Walk<'m> {
    model: &'m Model,
    met: BTreeSet<String>,
}

impl<'m> Walk<'m> {
    fn shape(&self, room: &str, name: &str) -> &'m Shape {
        let room = self.model.rooms.iter().find(|known| known.name == room);
        let mut types = room.into_iter().flat_map(|room| &room.types);
        let found = types.find(|known| known.name == name);
        &found.expect("references lead somewhere").shape
    }

    fn frame(&mut self, frame: &Value) {
        let Shape::Struct(envelope) = self.shape("envelope", "Envelope") else {
            panic!("the frame is a struct");
        };
        self.met.insert("envelope/Envelope".to_owned());
        for member in &envelope.members {
            if let Some(value) = frame.get(&member.wire).filter(|value| !value.is_null()) {
                self.met
                    .insert(format!("envelope/Envelope.{}", member.wire));
                if member.wire != "payload" {
                    self.value(&member.ty, value);
                }
            }
        }
        let wire = frame["type"].as_str().expect("a type");
        match self.model.messages.iter().find(|known| known.wire == wire) {
            Some(message) => {
                self.met.insert(format!("message {wire}"));
                self.value(&message.payload, &frame["payload"]);
            }
            None => {
                self.met
                    .insert("message of a type that is not known".to_owned());
            }
        }
    }

    fn value(&mut self, reference: &Ref, value: &Value) {
        match reference {
            Ref::Named { room, name } => self.named(room, name, value),
            Ref::List { item, .. } => {
                for entry in value.as_array().expect("a list") {
                    self.value(item, entry);
                }
            }
            _ => {}
        }
    }

    fn named(&mut self, room: &str, name: &str, value: &Value) {
        let own = format!("{room}/{name}");
        self.met.insert(own.clone());
        match self.shape(room, name) {
            Shape::Struct(structure) => self.object(&own, structure, value),
            Shape::Enum(words) => {
                let word = value.as_str().expect("a word");
                let known = words.values.iter().any(|known| known.wire == word);
                let word = if known { word } else { "what is not listed" };
                self.met.insert(format!("{own} = {word}"));
            }
            Shape::MemberUnion(arms) => {
                for arm in arms.iter().filter(|arm| value.get(&arm.member).is_some()) {
                    self.met.insert(format!("{own} as {}", arm.name));
                    self.value(&arm.ty, value);
                }
            }
            Shape::Map { key, value: ty } => {
                for (name, entry) in value.as_object().expect("a map") {
                    self.value(key, &Value::from(name.as_str()));
                    self.value(ty, entry);
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, own: &str, structure: &Struct, value: &Value) {
        if value.is_string() && structure.from_string.is_some() {
            self.met.insert(format!("{own} as a bare string"));
            return;
        }
        let content = structure.union.as_ref().map(|union| union.content.as_str());
        for member in &structure.members {
            let found = value.get(&member.wire);
            let found = found.filter(|found| member.null_is_value || !found.is_null());
            if let Some(found) = found {
                self.met.insert(format!("{own}.{}", member.wire));
                if content != Some(member.wire.as_str()) {
                    self.value(&member.ty, found);
                }
            }
        }
        if let Some(union) = &structure.union {
            let tag = value[&union.tag].as_str().expect("a kind");
            match self.model.kinds.iter().find(|known| known.wire == tag) {
                Some(kind) => {
                    self.met.insert(format!("kind {tag}"));
                    self.value(&kind.body, &value[&union.content]);
                }
                None => {
                    self.met.insert("a kind that is not known".to_owned());
                }
            }
        }
    }
}

/// Everything that there is to meet.
fn all(model: &Model) -> BTreeSet<String> {
    let mut all = BTreeSet::from([
        "message of a type that is not known".to_owned(),
        "a kind that is not known".to_owned(),
    ]);
    all.extend(
        model
            .messages
            .iter()
            .map(|it| format!("message {}", it.wire)),
    );
    all.extend(model.kinds.iter().map(|it| format!("kind {}", it.wire)));
    for room in &model.rooms {
        for ty in &room.types {
            let own = format!("{}/{}", room.name, ty.name);
            match &ty.shape {
                Shape::Struct(Struct {
                    members,
                    from_string,
                    ..
                }) => {
                    all.extend(members.iter().map(|it| format!("{own}.{}", it.wire)));
                    all.extend(
                        from_string
                            .iter()
                            .map(|_| format!("{own} as a bare string")),
                    );
                }
                Shape::Enum(Enum { values, open, .. }) => {
                    all.extend(values.iter().map(|it| format!("{own} = {}", it.wire)));
                    all.extend(open.then(|| format!("{own} = what is not listed")));
                }
                Shape::MemberUnion(arms) => {
                    all.extend(arms.iter().map(|it| format!("{own} as {}", it.name)));
                }
                _ => {}
            }
            all.insert(own);
        }
    }
    all
}

#[test]
fn every_type_member_arm_and_value_occurs_in_an_example() {
    let model = model();
    let mut walk = Walk {
        model: &model,
        met: BTreeSet::new(),
    };
    for example in &model.examples {
        walk.frame(&json(&example.text));
    }
    let all = all(&model);
    assert!(all.len() > 300, "only {} things to meet", all.len());
    let stray: Vec<_> = walk.met.difference(&all).collect();
    assert!(stray.is_empty(), "met, but not listed: {stray:#?}");
    let missing: Vec<_> = all.difference(&walk.met).map(String::as_str).collect();
    assert_eq!(missing, IN_NO_FRAME, "in no example");
}

#[test]
fn every_message_and_every_kind_is_refused_in_three_ways() {
    let model = model();
    let mut messages = BTreeMap::new();
    let mut kinds = BTreeMap::new();
    messages.extend(model.messages.iter().map(|it| (it.wire.as_str(), 0)));
    kinds.extend(model.kinds.iter().map(|it| (it.wire.as_str(), 0)));
    for example in &model.invalid {
        let frame = json(&example.text);
        let wire = frame["type"].as_str().or(example.path.split('/').next());
        let wire = wire.map(ToOwned::to_owned).expect("a type or a folder");
        if let Some(count) = messages.get_mut(wire.as_str()) {
            *count += 1;
        }
        let kind = frame["payload"]["kind"].as_str().unwrap_or_default();
        if let Some(count) = kinds.get_mut(kind).filter(|_| wire == "job.event") {
            *count += 1;
        }
    }
    let few = |counts: &BTreeMap<&str, i32>| -> Vec<String> {
        let few = counts.iter().filter(|(_, count)| **count < 3);
        few.map(|(name, count)| format!("{name}: {count}"))
            .collect()
    };
    assert_eq!((messages.len(), kinds.len()), (22, 10));
    assert_eq!((few(&messages), few(&kinds)), (Vec::new(), Vec::new()));
}

#[test]
fn every_reason_of_a_counter_example_is_its_own() {
    let model = model();
    let mut seen = BTreeMap::new();
    for example in &model.invalid {
        let reason = example.reason.as_deref().unwrap_or_default();
        assert!(
            reason.len() > 12,
            "{}: `{reason}` says too little",
            example.path
        );
        let folder = example.path.split('/').next().unwrap_or_default();
        let other = seen.insert((folder, &example.text), &example.path);
        assert_eq!(other, None, "{} is the same frame", example.path);
    }
}
