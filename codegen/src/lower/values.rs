//! Enums: closed ones and open ones.

use super::{Context, Place};
use crate::model::{Enum, ErrorFacts, Value};
use crate::naming;
use crate::node::{Node, Value as Json};

impl Context<'_> {
    /// The values of an enum definition.
    pub(super) fn enumeration(&mut self, place: &Place, node: &Node) -> Option<Enum> {
        let open = node
            .get("x-arcp-open")
            .and_then(Node::as_bool)
            .unwrap_or(false);
        let Some(table) = node.get("x-arcp-values") else {
            self.problem(
                place,
                node,
                "an enum needs `x-arcp-values`",
                "name and describe each value",
            );
            return None;
        };
        let listed: Vec<&str> = node
            .get("enum")
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(Node::as_str)
            .collect();
        let named: Vec<&str> = table
            .members()
            .iter()
            .map(|(wire, _)| wire.as_str())
            .collect();
        match (open, node.get("enum")) {
            (true, Some(list)) => {
                let cure = "an open enum takes any string: drop `enum`, or drop `x-arcp-open`";
                self.problem(
                    &place.at("enum"),
                    list,
                    "an open enum lists its values",
                    cure,
                );
            }
            (false, None) => self.problem(
                place,
                node,
                "a closed enum needs `enum`",
                "list the values, or write x-arcp-open",
            ),
            (false, Some(list)) if listed != named => {
                let cure = "write the same values in the same order";
                self.problem(
                    &place.at("enum"),
                    list,
                    "`enum` and `x-arcp-values` do not name the same values",
                    cure,
                );
            }
            _ => {}
        }
        let mut values = Vec::new();
        for (wire, facts) in table.members() {
            let place = place.at("x-arcp-values").at(wire);
            if self.require_object(&place, facts) {
                values.push(self.value(&place, wire, facts));
            }
        }
        let (_, max) = self.lengths(place, node, "minLength", "maxLength")?;
        let pattern = node
            .get("pattern")
            .and_then(Node::as_str)
            .map(str::to_owned);
        Some(Enum {
            open,
            pattern,
            max,
            values,
        })
    }

    fn value(&mut self, place: &Place, wire: &str, node: &Node) -> Value {
        const KNOWN: &[&str] = &[
            "name",
            "description",
            "section",
            "basis",
            "feature",
            "retryable",
            "pinned",
            "cause",
            "cure",
            "gates",
            "x-arcp-feature",
            "x-arcp-section",
            "x-arcp-basis",
        ];
        for (key, inner) in node.members() {
            if !KNOWN.contains(&key.as_str()) {
                let reason = format!("a value has no `{key}`");
                self.problem(
                    &place.at(key),
                    inner,
                    reason,
                    format!("write one of {}", KNOWN.join(", ")),
                );
            }
        }
        let name = self.text(place, node, "name");
        if !name.is_empty() && !naming::is_upper_camel(&name) {
            self.problem(
                &place.at("name"),
                node,
                format!("`{name}` is no UpperCamelCase name"),
                "rename the value",
            );
        }
        let text = |name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
        let error = node.get("retryable").map(|retryable| ErrorFacts {
            retryable: retryable.as_bool().unwrap_or(false),
            pinned: matches!(
                node.get("pinned"),
                Some(Node {
                    value: Json::Bool(true),
                    ..
                })
            ),
            cause: self.text(place, node, "cause"),
            cure: self.text(place, node, "cure"),
        });
        Value {
            wire: wire.to_owned(),
            name,
            docs: self.docs(place, node, false),
            feature: text("feature").or_else(|| text("x-arcp-feature")),
            error,
            gates: node
                .get("gates")
                .map_or(&[][..], Node::items)
                .iter()
                .filter_map(Node::as_str)
                .map(str::to_owned)
                .collect(),
        }
    }
}
