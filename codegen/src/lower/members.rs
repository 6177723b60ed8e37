//! Objects with named members.

use super::{Context, Place};
use crate::model::{Member, Presence, Ref, Struct};
use crate::node::{Node, Value};
use crate::words;

impl Context<'_> {
    /// The members of an object definition.
    pub(super) fn structure(&mut self, place: &Place, node: &Node) -> Struct {
        let required = self.required(place, node);
        let mut members = Vec::new();
        for (wire, schema) in node.get("properties").map_or(&[][..], Node::members) {
            let place = place.at("properties").at(wire);
            if self.require_object(&place, schema) {
                members.extend(self.member(&place, wire, schema, required.contains(wire)));
            }
        }
        let fallbacks: Vec<_> = members
            .iter()
            .filter_map(|member| member.fallback.clone())
            .collect();
        for fallback in fallbacks {
            self.names_member(place, node, &members, &fallback, "x-arcp-fallback");
        }
        let exclusive = self.exclusive(place, node, &members);
        let from_string = node
            .get("x-arcp-from-string")
            .and_then(Node::as_str)
            .map(str::to_owned);
        if let Some(name) = &from_string {
            self.names_member(place, node, &members, name, "x-arcp-from-string");
        }
        Struct {
            members,
            exclusive,
            union: None,
            from_string,
        }
    }

    fn required(&mut self, place: &Place, node: &Node) -> Vec<String> {
        let Some(list) = node.get("required") else {
            return Vec::new();
        };
        let mut names = Vec::new();
        for item in list.items() {
            let name = item.as_str().unwrap_or_default();
            if node
                .get("properties")
                .and_then(|properties| properties.get(name))
                .is_none()
            {
                let reason = format!("`required` names `{name}`, which is no member");
                self.problem(
                    &place.at("required"),
                    item,
                    reason,
                    "declare it in properties, or take it out",
                );
            }
            names.push(name.to_owned());
        }
        names
    }

    fn member(&mut self, place: &Place, wire: &str, node: &Node, required: bool) -> Option<Member> {
        let docs = self.docs(place, node, false);
        let presence = match node.get("default") {
            Some(default) if required => {
                let cure = "take it out of `required`, or drop the default";
                self.problem(
                    &place.at("default"),
                    default,
                    format!("`{wire}` is required and has a default"),
                    cure,
                );
                Presence::Required
            }
            Some(default) => Presence::Default(default.to_compact()),
            None if required => Presence::Required,
            None => Presence::Optional,
        };
        let ty = self.use_of(place, node)?;
        let text = |name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
        Some(Member {
            wire: wire.to_owned(),
            docs,
            null_is_value: self.null_is_value(place, node, &ty),
            null_is_written: self.null_is_written(place, node, &presence),
            presence,
            secret: self.is_secret(node, &ty),
            send: text("x-arcp-send"),
            fallback: text("x-arcp-fallback"),
            feature: text("x-arcp-feature"),
            unit: text("x-arcp-unit"),
            ty,
        })
    }

    fn null_is_value(&mut self, place: &Place, node: &Node, ty: &Ref) -> bool {
        let Some(word) = null_word(node, "value") else {
            return false;
        };
        let json = matches!(ty, Ref::Named { room, name } if room == "common" && name == "Json");
        if !json {
            let cure = "drop the word, or refer to common.schema.json#/$defs/Json";
            self.problem(
                &place.at("x-arcp-null"),
                word,
                "null can be a value only of any JSON value",
                cure,
            );
        }
        json
    }

    /// Null is written only where a reader takes it for a missing member, and where the writer owes the member in every frame.
    fn null_is_written(&mut self, place: &Place, node: &Node, presence: &Presence) -> bool {
        let Some(word) = null_word(node, "written") else {
            return false;
        };
        let always = node.get("x-arcp-send").and_then(Node::as_str) == Some("always");
        let needs = [
            (
                *presence != Presence::Required,
                "is required",
                "take it out of `required`",
            ),
            (
                !matches!(presence, Presence::Default(_)),
                "has a default",
                "drop the default",
            ),
            (
                may_be_null(node),
                "may not be null",
                "write `anyOf: [{$ref}, {type: null}]` or `type: [T, null]`",
            ),
            (
                always,
                "is not always sent",
                "write `x-arcp-send: \"always\"` beside it",
            ),
        ];
        let mut fits = true;
        for (_, reason, cure) in needs.into_iter().filter(|(met, _, _)| !met) {
            let reason = format!("null cannot be written for a member that {reason}");
            let cure = format!("{cure}, or drop the word");
            self.problem(&place.at("x-arcp-null"), word, reason, cure);
            fits = false;
        }
        fits
    }

    /// A member is secret when it says so or when its type does.
    fn is_secret(&self, node: &Node, ty: &Ref) -> bool {
        let says = |node: &Node| node.get("x-arcp-secret").and_then(Node::as_bool) == Some(true);
        says(node)
            || match ty {
                Ref::Named { room, name } => self.find(room, name).is_some_and(says),
                _ => false,
            }
    }

    fn exclusive(
        &mut self,
        place: &Place,
        node: &Node,
        members: &[Member],
    ) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for pair in node.get("x-arcp-exclusive").map_or(&[][..], Node::items) {
            if let [a, b] = pair.items()
                && let (Some(a), Some(b)) = (a.as_str(), b.as_str())
            {
                for name in [a, b] {
                    self.names_member(place, pair, members, name, "x-arcp-exclusive");
                }
                pairs.push((a.to_owned(), b.to_owned()));
            }
        }
        let said: Vec<&str> = match node.get("not").and_then(|not| not.get("required")) {
            Some(Node {
                value: Value::Array(items),
                ..
            }) => items.iter().filter_map(Node::as_str).collect(),
            _ => Vec::new(),
        };
        let fits = match (&pairs[..], node.get("not")) {
            ([], None) | ([_, _, ..], _) => true,
            ([(a, b)], Some(_)) => said == [a.as_str(), b.as_str()],
            _ => false,
        };
        if !fits {
            let cure = "write `x-arcp-exclusive: [[a, b]]` beside `not: {required: [a, b]}`";
            self.problem(
                place,
                node,
                "`not` and `x-arcp-exclusive` do not say the same",
                cure,
            );
        }
        pairs
    }

    fn names_member(
        &mut self,
        place: &Place,
        node: &Node,
        members: &[Member],
        name: &str,
        word: &str,
    ) {
        let declared = members.iter().any(|member| member.wire == name);
        if !declared {
            let reason = format!("`{word}` names `{name}`, which is no member");
            self.problem(
                place,
                node,
                reason,
                "declare the member, or correct the name",
            );
        }
    }
}

/// The word `x-arcp-null`, where it has this value.
fn null_word<'n>(node: &'n Node, value: &str) -> Option<&'n Node> {
    let word = node.get("x-arcp-null")?;
    (word.as_str() == Some(value)).then_some(word)
}

/// Whether the schema of a member lets null stand for a missing value.
fn may_be_null(node: &Node) -> bool {
    let among_types = node.get("type").is_some_and(|types| {
        let mut types = types.items().iter();
        types.any(|word| word.as_str() == Some("null"))
    });
    among_types || node.get("anyOf").and_then(words::nullable).is_some()
}
