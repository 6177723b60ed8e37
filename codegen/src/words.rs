//! The `x-arcp-*` words and the JSON Schema keywords that `schema/` may use.
//!
//! A word that is not here, or whose value is of the wrong kind, is a problem. What a word means is `lower`'s business.
//! A test proves that this table and `schema/meta.schema.json` name the same words.

use crate::node::{Node, Value, step};
use crate::problem::Problem;

/// What kind of value a word takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A string that is not empty.
    Text,
    /// `true` or `false`.
    Truth,
    /// An object.
    Object,
    /// An array of pairs of strings.
    Pairs,
    /// One of these strings.
    OneOf(&'static [&'static str]),
}

/// The words, sorted.
pub const WORDS: &[(&str, Takes)] = &[
    ("x-arcp-basis", Takes::OneOf(&["spec", "draft-02", "ours"])),
    ("x-arcp-event", Takes::Object),
    ("x-arcp-exclusive", Takes::Pairs),
    ("x-arcp-fallback", Takes::Text),
    ("x-arcp-feature", Takes::Text),
    ("x-arcp-from-string", Takes::Text),
    ("x-arcp-limits", Takes::Object),
    ("x-arcp-message", Takes::Object),
    ("x-arcp-name", Takes::Text),
    ("x-arcp-null", Takes::OneOf(&["value", "written"])),
    ("x-arcp-open", Takes::Truth),
    ("x-arcp-secret", Takes::Truth),
    ("x-arcp-section", Takes::Text),
    ("x-arcp-send", Takes::Text),
    ("x-arcp-send-pattern", Takes::Text),
    ("x-arcp-union", Takes::Object),
    ("x-arcp-unit", Takes::Text),
    ("x-arcp-values", Takes::Object),
    ("x-arcp-version", Takes::Object),
];

/// The JSON Schema keywords that may be used, sorted.
pub const KEYWORDS: &[&str] = &[
    "$comment",
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "description",
    "enum",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "not",
    "oneOf",
    "pattern",
    "properties",
    "propertyNames",
    "required",
    "title",
    "type",
    "uniqueItems",
];

/// The cure for a keyword that means something to JSON Schema but has no counterpart in a type.
fn cure_of_keyword(keyword: &str) -> &'static str {
    match keyword {
        "if" | "then" | "else" | "dependentRequired" | "dependentSchemas" | "dependencies" => {
            "name the cases: write a union by tag or by member (x-arcp-union), or x-arcp-exclusive"
        }
        "prefixItems" | "contains" | "unevaluatedItems" | "additionalItems" => {
            "write a list with one `items`, or an object with named members"
        }
        "patternProperties" | "unevaluatedProperties" | "minProperties" | "maxProperties" => {
            "write a map with propertyNames and additionalProperties"
        }
        "definitions" => "write $defs",
        "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => "write minimum and maximum",
        "format" => "write a pattern in a string definition of common.schema.json",
        "examples" => "write a frame below schema/examples/",
        "nullable" => "leave it out: null is the same as a missing member, except with x-arcp-null",
        _ => "see schema/README.md for the keywords that may be used",
    }
}

/// Checks every keyword and word of a file.
pub fn check(file: &str, root: &Node) -> Vec<Problem> {
    let mut walk = Walk {
        file,
        problems: Vec::new(),
    };
    walk.schema(root, "");
    walk.problems
}

struct Walk<'a> {
    file: &'a str,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn problem(&mut self, pointer: &str, line: usize, reason: String, cure: impl Into<String>) {
        self.problems
            .push(Problem::new(self.file, pointer, reason, cure).at_line(line));
    }

    fn schema(&mut self, node: &Node, pointer: &str) {
        if matches!(node.value, Value::Bool(_)) && pointer.ends_with("additionalProperties") {
            return self.problem(
                pointer,
                node.line,
                "additionalProperties is a boolean".into(),
                "leave it out: unknown members are accepted at every level",
            );
        }
        if !node.is_object() {
            return self.problem(
                pointer,
                node.line,
                format!("a schema must be an object, this is {}", node.kind()),
                "write an object",
            );
        }
        for (key, value) in node.members() {
            let inside = step(pointer, key);
            if key.starts_with("x-") {
                self.word(key, value, &inside);
            } else if KEYWORDS.contains(&key.as_str()) {
                self.inside(key, value, &inside);
            } else {
                self.problem(
                    &inside,
                    value.line,
                    format!("the keyword `{key}` cannot be expressed"),
                    cure_of_keyword(key),
                );
            }
        }
    }

    fn inside(&mut self, key: &str, value: &Node, pointer: &str) {
        match key {
            "$defs" | "properties" => {
                if !value.is_object() {
                    self.problem(
                        pointer,
                        value.line,
                        format!("`{key}` must be an object"),
                        "write an object of schemas by name",
                    );
                }
                for (name, schema) in value.members() {
                    self.schema(schema, &step(pointer, name));
                }
            }
            "oneOf" | "allOf" => {
                for (index, schema) in value.items().iter().enumerate() {
                    self.schema(schema, &format!("{pointer}/{index}"));
                }
            }
            "anyOf" if nullable(value).is_none() => {
                let reason = "`anyOf` says something else than that null may stand here";
                self.problem(pointer, value.line, reason.to_owned(), CURE_OF_ANY_OF);
            }
            "items" | "additionalProperties" | "propertyNames" | "not" => {
                self.schema(value, pointer);
            }
            _ => {}
        }
    }

    fn word(&mut self, word: &str, value: &Node, pointer: &str) {
        let Some((_, takes)) = WORDS.iter().find(|(name, _)| *name == word) else {
            let cure = nearest(word).map_or_else(
                || "see schema/README.md for the words".to_owned(),
                |near| format!("write `{near}`"),
            );
            return self.problem(
                pointer,
                value.line,
                format!("the word `{word}` is unknown"),
                cure,
            );
        };
        let (fits, wanted) = match takes {
            Takes::Text => (
                value.as_str().is_some_and(|text| !text.is_empty()),
                "a string that is not empty".to_owned(),
            ),
            Takes::Truth => (value.as_bool().is_some(), "true or false".to_owned()),
            Takes::Object => (value.is_object(), "an object".to_owned()),
            Takes::Pairs => (
                is_pairs(value),
                "an array of pairs of member names".to_owned(),
            ),
            Takes::OneOf(options) => (
                value.as_str().is_some_and(|text| options.contains(&text)),
                format!("one of {}", options.join(", ")),
            ),
        };
        if !fits {
            self.problem(
                pointer,
                value.line,
                format!("`{word}` has the wrong kind of value"),
                format!("write {wanted}"),
            );
        }
    }
}

/// The schema beside `{"type": "null"}`, when an `anyOf` is made of just these two.
pub fn nullable(any: &Node) -> Option<&Node> {
    match any.items() {
        [schema, null] if null.get("type").and_then(Node::as_str) == Some("null") => Some(schema),
        _ => None,
    }
}

const CURE_OF_ANY_OF: &str = "write an open enum as a string with x-arcp-open and x-arcp-values, a union as oneOf with x-arcp-union, and a member that may be null as anyOf of a $ref and {\"type\": \"null\"}";

fn is_pairs(value: &Node) -> bool {
    matches!(value.value, Value::Array(_))
        && value.items().iter().all(|pair| {
            pair.items().len() == 2 && pair.items().iter().all(|name| name.as_str().is_some())
        })
}

/// The known word that a misspelt one most likely means.
fn nearest(word: &str) -> Option<&'static str> {
    WORDS
        .iter()
        .map(|(name, _)| (distance(word, name), *name))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, name)| name)
}

/// Number of letters to insert, delete or replace.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX - 1) + 1;
            let left = next.last().copied().unwrap_or(usize::MAX - 1) + 1;
            let diagonal = row.get(j).copied().unwrap_or(usize::MAX - 1) + usize::from(a != *b);
            next.push(above.min(left).min(diagonal));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
