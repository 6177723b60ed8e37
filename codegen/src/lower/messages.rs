//! Messages and event kinds: the arms of the two tagged unions.

use super::{Context, Place};
use crate::model::{Carries, Carry, Direction, Kind, Message, Model, Ref};
use crate::naming;
use crate::node::Node;
use crate::problem::Problem;

const MESSAGE_WORDS: &[&str] = &[
    "type",
    "direction",
    "feature",
    "envelope",
    "answers",
    "answered_by",
    "replayed",
    "terminal",
];

/// The strings of a list.
fn strings(node: &Node, name: &str) -> Vec<String> {
    let items = node.get(name).map_or(&[][..], Node::items).iter();
    items.filter_map(Node::as_str).map(str::to_owned).collect()
}

/// A definition that a union refers to.
struct Arm<'a> {
    place: Place,
    node: &'a Node,
}

impl<'a> Context<'a> {
    /// The room that holds the union of all messages.
    pub(super) fn message_room(&self) -> &'a str {
        let holder = self
            .source
            .rooms
            .iter()
            .find(|(_, root)| root.get("x-arcp-version").is_some());
        holder.map_or("arcp", |(room, _)| room)
    }

    /// The messages, in the order of the union.
    pub(super) fn messages(&mut self, model: &mut Model) {
        let room = self.message_room();
        let Some(union) = self.find(room, "Message") else {
            let cure = "define it as the oneOf of all messages, with x-arcp-union";
            self.problems.push(Problem::new(
                super::file(room),
                "/$defs",
                "`Message` is missing",
                cure,
            ));
            return;
        };
        let place = Place::definition(room, "Message");
        self.arms_are_named(&place, union);
        for arm in self.arms(&place, union, "x-arcp-message") {
            model.messages.extend(self.message(&arm.place, arm.node));
        }
        self.every_arm_is_used(&place, union, "x-arcp-message");
        for index in 0..model.messages.len() {
            let Some(message) = model.messages.get(index) else {
                continue;
            };
            let answers = model
                .messages
                .iter()
                .filter(|other| other.answered_by.contains(&message.wire))
                .map(|other| other.wire.clone());
            let mut all = message.answers.clone();
            for wire in answers {
                if !all.contains(&wire) {
                    all.push(wire);
                }
            }
            if let Some(message) = model.messages.get_mut(index) {
                message.answers = all;
            }
        }
    }

    /// The event kinds, in the order of the union.
    pub(super) fn kinds(&mut self, model: &mut Model) {
        let unions: Vec<_> = model
            .rooms
            .iter()
            .flat_map(|room| room.types.iter().map(|ty| (room.name.clone(), ty)))
            .filter_map(|(room, ty)| match &ty.shape {
                crate::model::Shape::Struct(structure) => structure
                    .union
                    .clone()
                    .map(|union| (room, ty.name.clone(), union)),
                _ => None,
            })
            .collect();
        for (index, (room, name, union)) in unions.into_iter().enumerate() {
            let place = Place::definition(&room, &name);
            let Some(node) = self.find(&room, &name) else {
                continue;
            };
            if index > 0 {
                self.problem(
                    &place,
                    node,
                    "there is a second union of event kinds",
                    "keep one union by tag beside the messages",
                );
                continue;
            }
            for arm in self.arms(&place, node, "x-arcp-event") {
                model
                    .kinds
                    .extend(self.kind(&arm.place, arm.node, &union.tag, &union.content));
            }
            self.every_arm_is_used(&place, node, "x-arcp-event");
        }
    }

    /// What the references of a union lead to, without the arm for the unknown.
    fn arms(&mut self, place: &Place, union: &Node, word: &str) -> Vec<Arm<'a>> {
        let unknown = union
            .get("x-arcp-union")
            .and_then(|union| union.get("unknown"))
            .and_then(Node::as_str);
        let mut arms = Vec::new();
        let mut unknown_seen = false;
        for (index, item) in union
            .get("oneOf")
            .map_or(&[][..], Node::items)
            .iter()
            .enumerate()
        {
            let here = place.at("oneOf").at(&index.to_string());
            let Some((room, name)) = self.reference(&here, item) else {
                continue;
            };
            if Some(name.as_str()) == unknown {
                unknown_seen = true;
                continue;
            }
            let Some(node) = self.find(&room, &name) else {
                continue;
            };
            let place = Place::definition(&room, &name);
            if node.get(word).is_some() {
                arms.push(Arm { place, node });
            } else {
                let reason = format!("`{name}` is an arm but has no `{word}`");
                self.problem(
                    &here,
                    item,
                    reason,
                    format!("write `{word}` in the definition"),
                );
            }
        }
        if !unknown_seen {
            let cure = "name an arm of the oneOf in x-arcp-union.unknown";
            self.problem(
                place,
                union,
                "the union has no arm for what is unknown",
                cure,
            );
        }
        arms
    }

    fn every_arm_is_used(&mut self, union_place: &Place, union: &Node, word: &str) {
        let mut used = Vec::new();
        let before = self.problems.len();
        for (index, item) in union
            .get("oneOf")
            .map_or(&[][..], Node::items)
            .iter()
            .enumerate()
        {
            used.extend(self.reference(&union_place.at("oneOf").at(&index.to_string()), item));
        }
        self.problems.truncate(before);
        for (room, root) in &self.source.rooms {
            for (name, node) in root.get("$defs").map_or(&[][..], Node::members) {
                if node.get(word).is_some() && !used.contains(&(room.clone(), name.clone())) {
                    let cure = format!("add it to the oneOf of {}", union_place.pointer);
                    self.problem(
                        &Place::definition(room, name),
                        node,
                        "this arm belongs to no union",
                        cure,
                    );
                }
            }
        }
    }

    /// Where an arm's tag says `const`: its value.
    fn constant(&mut self, place: &Place, node: &Node, tag: &str) -> Option<String> {
        let constant = node
            .get("properties")
            .and_then(|members| members.get(tag))
            .and_then(|tag| tag.get("const"));
        let text = constant.and_then(Node::as_str).map(str::to_owned);
        if text.is_none() {
            let cure = format!("write `properties: {{\"{tag}\": {{\"const\": …}}}}`");
            self.problem(
                place,
                node,
                format!("the arm does not say which `{tag}` selects it"),
                cure,
            );
        }
        text
    }

    fn message(&mut self, place: &Place, node: &Node) -> Option<Message> {
        let word = node.get("x-arcp-message")?;
        let word_place = place.at("x-arcp-message");
        self.only(&word_place, word, "a message", MESSAGE_WORDS);
        let wire = self.text(&word_place, word, "type");
        let constant = self.constant(place, node, "type");
        if constant.is_some_and(|constant| constant != wire) {
            let cure = "write the same type in x-arcp-message and in properties";
            self.problem(place, node, "the message has two types", cure);
        }
        let payload = self.payload(place, node)?;
        let truth = |name: &str| word.get(name).and_then(Node::as_bool).unwrap_or(false);
        let mut requires = strings(node, "required");
        requires.retain(|name| name != "payload" && name != "type");
        let feature = word.get("feature").and_then(Node::as_str);
        Some(Message {
            name: naming::upper_camel(&wire),
            docs: self.docs(place, node, true),
            direction: self.direction(&word_place, word),
            feature: feature.map(str::to_owned),
            payload,
            origin: place.origin(),
            envelope: self.carries(&word_place, word),
            requires,
            answers: strings(word, "answers"),
            answered_by: strings(word, "answered_by"),
            replayed: truth("replayed"),
            terminal: truth("terminal"),
            wire,
        })
    }

    /// Refuses the members of a word that have no meaning.
    fn only(&mut self, place: &Place, word: &Node, owner: &str, known: &[&str]) {
        for (key, inner) in word.members() {
            if !known.contains(&key.as_str()) {
                let cure = format!("write one of {}", known.join(", "));
                self.problem(
                    &place.at(key),
                    inner,
                    format!("{owner} has no `{key}`"),
                    cure,
                );
            }
        }
    }

    fn payload(&mut self, place: &Place, node: &Node) -> Option<Ref> {
        let members = node.get("properties");
        let Some(payload) = members.and_then(|members| members.get("payload")) else {
            let cure = "refer to the definition of its payload";
            self.problem(place, node, "the message has no `payload`", cure);
            return None;
        };
        self.use_of(&place.at("properties").at("payload"), payload)
    }

    fn direction(&mut self, place: &Place, word: &Node) -> Direction {
        match word.get("direction").and_then(Node::as_str) {
            Some("client") => Direction::Client,
            Some("runtime") => Direction::Runtime,
            Some("both") => Direction::Both,
            _ => {
                self.problem(
                    place,
                    word,
                    "`direction` is missing or unknown",
                    "write client, runtime or both",
                );
                Direction::Both
            }
        }
    }

    fn carries(&mut self, place: &Place, word: &Node) -> Carries {
        let mut carry = |name: &str| match word
            .get("envelope")
            .and_then(|envelope| envelope.get(name))
            .and_then(Node::as_str)
        {
            Some("required") => Carry::Required,
            Some("optional") => Carry::Optional,
            Some("absent") => Carry::Absent,
            _ => {
                let reason = format!("`envelope.{name}` is missing or unknown");
                self.problem(place, word, reason, "write required, optional or absent");
                Carry::Optional
            }
        };
        Carries {
            session_id: carry("session_id"),
            job_id: carry("job_id"),
            event_seq: carry("event_seq"),
            trace_id: carry("trace_id"),
        }
    }

    fn kind(&mut self, place: &Place, node: &Node, tag: &str, content: &str) -> Option<Kind> {
        let word = node.get("x-arcp-event")?;
        let word_place = place.at("x-arcp-event");
        self.only(&word_place, word, "an event", &["kind", "feature"]);
        let wire = self.text(&word_place, word, "kind");
        if self
            .constant(place, node, tag)
            .is_some_and(|constant| constant != wire)
        {
            let cure = "write the same kind in x-arcp-event and in properties";
            self.problem(place, node, "the event has two kinds", cure);
        }
        let body_place = place.at("properties").at(content);
        let Some(body) = node
            .get("properties")
            .and_then(|members| members.get(content))
        else {
            self.problem(
                place,
                node,
                format!("the event has no `{content}`"),
                "refer to the definition of its body",
            );
            return None;
        };
        Some(Kind {
            name: naming::upper_camel(&wire),
            docs: self.docs(place, node, true),
            origin: place.origin(),
            body: self.use_of(&body_place, body)?,
            feature: word
                .get("feature")
                .and_then(Node::as_str)
                .map(str::to_owned),
            wire,
        })
    }
}
