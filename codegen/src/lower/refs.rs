//! Uses of types: `$ref`, plain strings, booleans, integers and lists.

use super::{Context, Place, file};
use crate::model::{Integer, Ref};
use crate::node::{Node, Value};
use crate::words;

impl Context<'_> {
    /// What a member, an item or a map value is. Nothing when it was refused.
    pub(super) fn use_of(&mut self, place: &Place, node: &Node) -> Option<Ref> {
        if node.get("$ref").is_some() {
            let (room, name) = self.reference(place, node)?;
            return Some(Ref::Named { room, name });
        }
        if let Some(any) = node.get("anyOf") {
            let schema = words::nullable(any)?;
            return self.use_of(&place.at("anyOf").at("0"), schema);
        }
        match self.type_word(place, node)?.as_str() {
            "string" => self.plain_string(place, node),
            "boolean" => Some(Ref::Bool),
            "integer" => self.integer(place, node).map(Ref::Integer),
            "array" => self.list(place, node),
            "object" => {
                let cure = "move it to $defs under a name of its own and refer to it; a free-form object is common.schema.json#/$defs/JsonObject";
                self.problem(place, node, "an object stands here without a name", cure);
                None
            }
            "number" => {
                let cure = "refer to common.schema.json#/$defs/Decimal";
                self.problem(place, node, "a number stands here without a name", cure);
                None
            }
            other => {
                let reason = format!("the type `{other}` cannot be expressed");
                self.problem(
                    place,
                    node,
                    reason,
                    "write string, boolean, integer or array, or a $ref",
                );
                None
            }
        }
    }

    /// The one type of a schema; `null` beside it changes nothing, because null is a missing member.
    pub(super) fn type_word(&mut self, place: &Place, node: &Node) -> Option<String> {
        let Some(word) = node.get("type") else {
            let (reason, cure) = if node.get("oneOf").is_some() {
                (
                    "a union stands here without a name",
                    "move it to $defs under a name of its own, with x-arcp-union",
                )
            } else {
                (
                    "neither `type` nor `$ref` stands here",
                    "write one; any value is common.schema.json#/$defs/Json",
                )
            };
            self.problem(place, node, reason, cure);
            return None;
        };
        let words: Vec<&str> = match &word.value {
            Value::String(word) => vec![word],
            _ => word
                .items()
                .iter()
                .filter_map(Node::as_str)
                .filter(|word| *word != "null")
                .collect(),
        };
        if let [word] = words[..] {
            return Some(word.to_owned());
        }
        self.problem(
            &place.at("type"),
            word,
            "more than one type, or none",
            "write one type, or a union with x-arcp-union",
        );
        None
    }

    /// Room and name of a `$ref` that leads to a definition.
    pub(super) fn reference(&mut self, place: &Place, node: &Node) -> Option<(String, String)> {
        let target = node.get("$ref")?;
        let place = place.at("$ref");
        let text = target.as_str().unwrap_or_default();
        let parts = text
            .split_once("#/$defs/")
            .filter(|(_, name)| !name.contains('/'));
        let room = parts.and_then(|(file, _)| {
            if file.is_empty() {
                Some(place.room.as_str())
            } else {
                file.strip_suffix(".schema.json")
            }
        });
        let (Some(room), Some((_, name))) = (room, parts) else {
            let cure =
                "write `<room>.schema.json#/$defs/<Name>`, or `#/$defs/<Name>` in the same file";
            self.problem(
                &place,
                target,
                format!("`{text}` is no reference to a definition"),
                cure,
            );
            return None;
        };
        if self.find(room, name).is_none() {
            let reason = format!("`{text}` leads nowhere: {} has no `{name}`", file(room));
            self.problem(
                &place,
                target,
                reason,
                "define it, or correct the reference",
            );
            return None;
        }
        Some((room.to_owned(), name.to_owned()))
    }

    fn plain_string(&mut self, place: &Place, node: &Node) -> Option<Ref> {
        for keyword in [
            "pattern",
            "enum",
            "const",
            "x-arcp-open",
            "x-arcp-values",
            "x-arcp-send-pattern",
        ] {
            if let Some(rule) = node.get(keyword) {
                if rule
                    .as_str()
                    .is_some_and(|pattern| self.version_pattern() == Some(pattern))
                {
                    return Some(Ref::String);
                }
                let reason = format!("a string with `{keyword}` stands here without a name");
                self.problem(
                    &place.at(keyword),
                    rule,
                    reason,
                    "move it to $defs under a name of its own and refer to it",
                );
                return None;
            }
        }
        let (min, max) = self.lengths(place, node, "minLength", "maxLength")?;
        Some(if min == 0 && max.is_none() {
            Ref::String
        } else {
            Ref::BoundedString { min, max }
        })
    }

    /// The pattern of the versions that are accepted: the one rule that may stand on a member, the envelope's `arcp`.
    fn version_pattern(&self) -> Option<&str> {
        let root = self.source.room(self.message_room())?;
        root.get("x-arcp-version")?.get("accepts")?.as_str()
    }

    pub(super) fn integer(&mut self, place: &Place, node: &Node) -> Option<Integer> {
        let bound = |name: &str| node.get(name).and_then(Node::as_i64);
        match (bound("minimum"), bound("maximum")) {
            (Some(min), Some(max)) if min <= max => Some(Integer { min, max }),
            (Some(min), Some(max)) => {
                self.problem(
                    place,
                    node,
                    format!("no integer is between {min} and {max}"),
                    "exchange minimum and maximum",
                );
                None
            }
            _ => {
                self.problem(
                    place,
                    node,
                    "an integer needs `minimum` and `maximum`",
                    "write both, at most 9223372036854775807",
                );
                None
            }
        }
    }

    fn list(&mut self, place: &Place, node: &Node) -> Option<Ref> {
        let Some(items) = node.get("items") else {
            self.problem(
                place,
                node,
                "a list needs `items`",
                "say what the items are",
            );
            return None;
        };
        let item = self.use_of(&place.at("items"), items)?;
        let (min, max) = self.lengths(place, node, "minItems", "maxItems")?;
        let unique = node
            .get("uniqueItems")
            .and_then(Node::as_bool)
            .unwrap_or(false);
        Some(Ref::List {
            item: Box::new(item),
            min,
            max,
            unique,
        })
    }

    /// A pair of length keywords.
    pub(super) fn lengths(
        &mut self,
        place: &Place,
        node: &Node,
        low: &str,
        high: &str,
    ) -> Option<(u32, Option<u32>)> {
        let mut read = |name: &str| match node.get(name) {
            None => Some(None),
            Some(value) => {
                let number = value.as_i64().and_then(|number| u32::try_from(number).ok());
                if number.is_none() {
                    self.problem(
                        &place.at(name),
                        value,
                        format!("`{name}` is no length"),
                        "write an integer from 0 to 4294967295",
                    );
                }
                number.map(Some)
            }
        };
        let (min, max) = (read(low)?.unwrap_or(0), read(high)?);
        if max.is_some_and(|max| max < min) {
            self.problem(
                place,
                node,
                format!("nothing is as short as `{high}` and as long as `{low}`"),
                "exchange them",
            );
            return None;
        }
        Some((min, max))
    }
}
