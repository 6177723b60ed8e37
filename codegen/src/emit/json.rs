//! Builds JSON in a chosen member order and writes it over lines.
//!
//! `serde_json` would sort the members, and the schema's order is what a reader expects.

use crate::node::{Node, Value};

/// A string.
pub fn text(value: impl Into<String>) -> Node {
    node(Value::String(value.into()))
}

/// `true` or `false`.
pub fn truth(value: bool) -> Node {
    node(Value::Bool(value))
}

/// A number.
pub fn number<N: ToString + Copy>(value: N) -> Node {
    node(Value::Number(value.to_string()))
}

/// An array.
pub fn list(items: impl IntoIterator<Item = Node>) -> Node {
    node(Value::Array(items.into_iter().collect()))
}

/// An array of strings.
pub fn texts<'a>(items: impl IntoIterator<Item = &'a String>) -> Node {
    list(items.into_iter().map(text))
}

/// An object with these members, in this order.
pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Node)>) -> Node {
    let members = members.into_iter().map(|(name, node)| (name.into(), node));
    node(Value::Object(members.collect()))
}

fn node(value: Value) -> Node {
    Node { line: 0, value }
}

/// Adds a member to an object that is being built.
pub fn put(object: &mut Node, name: impl Into<String>, value: Node) {
    if let Value::Object(members) = &mut object.value {
        members.push((name.into(), value));
    }
}

/// The value over lines of two spaces; what fits on a short line stays on one. Ends with a newline.
pub fn pretty(node: &Node) -> Vec<u8> {
    let mut out = String::new();
    write(node, 0, &mut out);
    out.push('\n');
    out.into_bytes()
}

const WIDTH: usize = 100;

fn write(node: &Node, depth: usize, out: &mut String) {
    let compact = node.to_compact();
    let short = depth > 1 && compact.len() + depth * 2 <= WIDTH;
    match &node.value {
        Value::Object(members) if !members.is_empty() && !short => {
            let parts = members.iter().map(|(name, value)| {
                let mut part = text(name.clone()).to_compact() + ": ";
                write(value, depth + 1, &mut part);
                part
            });
            lines(parts, ('{', '}'), depth, out);
        }
        Value::Array(items) if !items.is_empty() && !short => {
            let parts = items.iter().map(|item| {
                let mut part = String::new();
                write(item, depth + 1, &mut part);
                part
            });
            lines(parts, ('[', ']'), depth, out);
        }
        _ => out.push_str(&compact),
    }
}

fn lines(
    parts: impl Iterator<Item = String>,
    (open, close): (char, char),
    depth: usize,
    out: &mut String,
) {
    out.push(open);
    for (index, part) in parts.enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(depth + 1));
        out.push_str(&part);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::parse;

    #[test]
    fn what_is_written_is_read_again() {
        let value = object([
            ("b", list([number(1), truth(true), text("x\"y")])),
            ("a", object([("long", text("z".repeat(200)))])),
        ]);
        let written = String::from_utf8(pretty(&value)).unwrap();
        assert_eq!(parse(&written).unwrap().to_compact(), value.to_compact());
        assert!(written.starts_with("{\n  \"b\": [\n    1,"));
    }
}
