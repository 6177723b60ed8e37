//! Unions: by member, by type of the frame, by kind of the event.

use super::{Context, Place};
use crate::model::{MemberArm, Ref, Shape, TagUnion};
use crate::node::Node;

impl Context<'_> {
    /// A definition with `oneOf`: a union by member, or an object whose content a tag selects.
    pub(super) fn union(&mut self, place: &Place, node: &Node) -> Option<Shape> {
        let Some(word) = node.get("x-arcp-union") else {
            let cure = "write x-arcp-union beside it: {\"by\": \"member\"}, or name, tag, content and unknown";
            self.problem(
                place,
                node,
                "`oneOf` does not say how an arm is chosen",
                cure,
            );
            return None;
        };
        self.arms_are_named(place, node);
        if word.get("by").is_some() {
            return self.member_union(place, node, word);
        }
        let union = self.tag_union(&place.at("x-arcp-union"), word);
        let mut structure = self.structure(place, node);
        for name in [&union.tag, &union.content] {
            if !structure.members.iter().any(|member| member.wire == *name) {
                let reason = format!("the union speaks of `{name}`, which is no member");
                self.problem(
                    place,
                    word,
                    reason,
                    "declare it in properties, or correct the name",
                );
            }
        }
        structure.union = Some(union);
        Some(Shape::Struct(structure))
    }

    fn tag_union(&mut self, place: &Place, word: &Node) -> TagUnion {
        for (key, node) in word.members() {
            if !["name", "tag", "content", "unknown"].contains(&key.as_str()) {
                self.problem(
                    &place.at(key),
                    node,
                    format!("a union has no `{key}`"),
                    "write name, tag, content and unknown",
                );
            }
        }
        TagUnion {
            name: self.text(place, word, "name"),
            tag: self.text(place, word, "tag"),
            content: self.text(place, word, "content"),
        }
    }

    /// Each arm must be a reference: an arm without a name has no name in any language.
    pub(super) fn arms_are_named(&mut self, place: &Place, node: &Node) {
        for (index, arm) in node
            .get("oneOf")
            .map_or(&[][..], Node::items)
            .iter()
            .enumerate()
        {
            if arm.get("$ref").is_none() {
                let cure = "move the arm to $defs under a name of its own and refer to it";
                self.problem(
                    &place.at("oneOf").at(&index.to_string()),
                    arm,
                    "an arm of the union has no name",
                    cure,
                );
            }
        }
    }

    fn member_union(&mut self, place: &Place, node: &Node, word: &Node) -> Option<Shape> {
        if word.get("by").and_then(Node::as_str) != Some("member") {
            self.problem(
                &place.at("x-arcp-union").at("by"),
                word,
                "arms are chosen in a way that is unknown",
                "write \"member\"",
            );
            return None;
        }
        let items = node.get("oneOf").map_or(&[][..], Node::items);
        let mut arms = Vec::new();
        let mut required = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let arm_place = place.at("oneOf").at(&index.to_string());
            let Some((room, name)) = self.reference(&arm_place, item) else {
                continue;
            };
            let Some(target) = self.find(&room, &name) else {
                continue;
            };
            let names: Vec<&str> = target
                .get("required")
                .map_or(&[][..], Node::items)
                .iter()
                .filter_map(Node::as_str)
                .collect();
            required.push(names);
            let arm_name = target
                .get("x-arcp-name")
                .and_then(Node::as_str)
                .unwrap_or(&name)
                .to_owned();
            arms.push(MemberArm {
                name: arm_name,
                ty: Ref::Named { room, name },
                member: String::new(),
            });
        }
        if arms.len() != items.len() {
            return None;
        }
        for index in 0..arms.len() {
            let own = required.get(index).cloned().unwrap_or_default();
            let others = || {
                required
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != index)
            };
            let member = own
                .iter()
                .find(|name| others().all(|(_, names)| !names.contains(name)));
            if let (Some(member), Some(arm)) = (member, arms.get_mut(index)) {
                (*member).clone_into(&mut arm.member);
                continue;
            }
            let here = place.at("oneOf").at(&index.to_string());
            let cure = "give each arm one required member that no other arm has";
            self.problem(&here, node, "nothing tells this arm from the others", cure);
            return None;
        }
        Some(Shape::MemberUnion(arms))
    }
}
