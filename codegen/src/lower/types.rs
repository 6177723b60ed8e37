//! Definitions: which shape each one has.

use super::{Context, Place};
use crate::model::{Ref, Shape, Text, Type};
use crate::node::Node;

impl Context<'_> {
    /// The type of a definition. Nothing for messages, event arms and what was refused.
    pub(super) fn definition(&mut self, place: &Place, name: &str, node: &Node) -> Option<Type> {
        if !self.require_object(place, node) || self.is_arm(place, name, node) {
            return None;
        }
        let docs = self.docs(place, node, true);
        let shape = self.shape(place, name, node)?;
        Some(Type {
            name: name.to_owned(),
            docs,
            shape,
            origin: place.origin(),
        })
    }

    fn shape(&mut self, place: &Place, name: &str, node: &Node) -> Option<Shape> {
        match (place.room.as_str(), name) {
            ("common", "Decimal") => return Some(Shape::Decimal),
            ("common", "Json") => return Some(Shape::Json),
            ("common", "JsonObject") => return Some(Shape::JsonObject),
            _ => {}
        }
        if let Some(all) = node.get("allOf") {
            let cure = "repeat the members; allOf stands only in messages, beside the envelope";
            self.problem(
                &place.at("allOf"),
                all,
                "allOf cannot be expressed here",
                cure,
            );
            return None;
        }
        if node.get("oneOf").is_some() {
            return self.union(place, node);
        }
        if node.get("$ref").is_some() {
            let cure = "refer to the definition itself where this one is used";
            self.problem(
                place,
                node,
                "a definition is only another name for one",
                cure,
            );
            return None;
        }
        if node.get("x-arcp-from-string").is_some() {
            return Some(Shape::Struct(self.structure(place, node)));
        }
        match self.type_word(place, node)?.as_str() {
            "object"
                if node.get("propertyNames").is_some()
                    || node
                        .get("additionalProperties")
                        .is_some_and(Node::is_object) =>
            {
                self.map(place, node)
            }
            "object" if node.get("properties").is_some() => {
                Some(Shape::Struct(self.structure(place, node)))
            }
            "object" => {
                let cure = "declare its properties (even {}), or refer to common.schema.json#/$defs/JsonObject";
                self.problem(
                    place,
                    node,
                    "an object without members, keys or values",
                    cure,
                );
                None
            }
            "string"
                if node.get("enum").is_some()
                    || node.get("x-arcp-open").is_some()
                    || node.get("x-arcp-values").is_some() =>
            {
                self.enumeration(place, node).map(Shape::Enum)
            }
            "string" => self.text_shape(place, node),
            "integer" => self.integer(place, node).map(Shape::Integer),
            other => {
                let reason = format!("a definition of type `{other}` cannot be expressed");
                self.problem(place, node, reason, "define an object, a string or an integer; lists are written where they are used");
                None
            }
        }
    }

    fn map(&mut self, place: &Place, node: &Node) -> Option<Shape> {
        let mut part = |keyword: &str, cure: &str| -> Option<Ref> {
            let place = place.at(keyword);
            let Some(part) = node.get(keyword) else {
                self.problem(&place, node, format!("a map needs `{keyword}`"), cure);
                return None;
            };
            self.use_of(&place, part)
        };
        let key = part(
            "propertyNames",
            "refer to the string definition of the keys",
        );
        let value = part("additionalProperties", "say what the values are");
        if node.get("properties").is_some() {
            let cure = "write an object or a map, not both";
            self.problem(
                &place.at("properties"),
                node,
                "a map has named members",
                cure,
            );
        }
        Some(Shape::Map {
            key: key?,
            value: value?,
        })
    }

    fn text_shape(&mut self, place: &Place, node: &Node) -> Option<Shape> {
        let (min, max) = self.lengths(place, node, "minLength", "maxLength")?;
        let text = |name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
        Some(Shape::Text(Text {
            pattern: text("pattern"),
            send_pattern: text("x-arcp-send-pattern"),
            min,
            max,
            secret: node
                .get("x-arcp-secret")
                .and_then(Node::as_bool)
                .unwrap_or(false),
        }))
    }

    /// Messages, event arms and the arms for what is unknown are no types of their own.
    fn is_arm(&self, place: &Place, name: &str, node: &Node) -> bool {
        if node.get("x-arcp-message").is_some() || node.get("x-arcp-event").is_some() {
            return true;
        }
        let unknown_of = |union: &Node| union.get("unknown").and_then(Node::as_str) == Some(name);
        let is_tag_union = |node: &Node| {
            node.get("x-arcp-union")
                .is_some_and(|union| union.get("tag").is_some())
        };
        let in_rooms = self
            .source
            .rooms
            .iter()
            .flat_map(|(_, root)| root.get("$defs").map_or(&[][..], Node::members));
        in_rooms
            .clone()
            .any(|(_, node)| node.get("x-arcp-union").is_some_and(unknown_of))
            || (is_tag_union(node)
                && node.get("properties").is_none()
                && place.room == self.message_room())
    }
}
