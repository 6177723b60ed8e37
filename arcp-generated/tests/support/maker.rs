//! Makes frames up from the bundled schema: whatever it allows, with members that nobody knows between.
//!
//! It reads the schema by itself and knows no type of the print, so that both would have to be wrong in the same way.

use super::tree::{Fate, Member, Tree};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;
use serde_json::{Map, Value};

/// Makes frames of the bundled schema's definitions.
pub(crate) struct Maker {
    definitions: Map<String, Value>,
}

/// A secret says so, to be found again wherever it should not be.
pub(crate) const SECRET: &str = "s3cr3t";

impl Maker {
    pub(crate) fn new() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/arcp.bundle.json");
        let text = std::fs::read_to_string(path).expect("the bundle is there");
        let mut bundle: Value = serde_json::from_str(&text).expect("it is JSON");
        let Value::Object(definitions) = bundle["$defs"].take() else {
            panic!("the bundle has definitions");
        };
        Self { definitions }
    }

    /// The names of the messages' definitions, by wire type.
    pub(crate) fn messages(&self) -> Vec<(String, String)> {
        let wire = |schema: &Value| Some(schema["x-arcp-message"]["type"].as_str()?.to_owned());
        let all = self.definitions.iter();
        all.filter_map(|(name, schema)| Some((wire(schema)?, name.clone())))
            .collect()
    }

    /// Any frame of any known type.
    pub(crate) fn frame(&self) -> BoxedStrategy<Tree> {
        let frames = self.messages().into_iter();
        let frames: Vec<_> = frames.map(|(_, name)| self.value(&name.into())).collect();
        select(frames).prop_flat_map(|frame| frame).boxed()
    }

    /// Any frame of a type that is not known.
    pub(crate) fn foreign_frame(&self) -> BoxedStrategy<Tree> {
        let wires: Vec<String> = self.messages().into_iter().map(|(wire, _)| wire).collect();
        let wire = prop_oneof!["x-vendor\\.[a-z]{1,8}\\.[a-z_]{1,8}", "[ -~é漢]{1,40}"];
        let wire = wire.prop_filter("a known type", move |wire| !wires.contains(wire));
        let frame = self.value(&Definition("envelope.Envelope".to_owned()));
        let put = |(frame, wire): (Tree, String)| match frame {
            Tree::Object(mut members) => {
                for member in members.iter_mut().filter(|it| it.name == "type") {
                    member.value = plain(wire.clone());
                }
                Tree::Object(members)
            }
            other => other,
        };
        (frame, wire).prop_map(put).boxed()
    }

    fn value(&self, definition: &Definition) -> BoxedStrategy<Tree> {
        self.schema(&self.definitions[&definition.0])
    }

    fn schema(&self, schema: &Value) -> BoxedStrategy<Tree> {
        if let Some(target) = schema["$ref"].as_str() {
            let name = target.strip_prefix("#/$defs/").expect("a definition");
            return self.value(&Definition(name.to_owned()));
        }
        if let Some(word) = schema["const"].as_str() {
            return Just(plain(word.to_owned())).boxed();
        }
        if let Some(arms) = schema["oneOf"].as_array() {
            let arms: Vec<_> = arms.iter().map(|arm| self.schema(arm)).collect();
            return select(arms).prop_flat_map(|arm| arm).boxed();
        }
        if let Some(arms) = schema["anyOf"].as_array() {
            return prop_oneof![5 => self.schema(&arms[0]), 1 => Just(Tree::Null)].boxed();
        }
        match &schema["type"] {
            Value::Null => json(3).prop_map(Tree::Verbatim).boxed(),
            Value::Array(_) => self.object(schema),
            ty => match ty.as_str().expect("a type") {
                "null" => Just(Tree::Null).boxed(),
                "boolean" => any::<bool>()
                    .prop_map(|it| Tree::Verbatim(it.to_string()))
                    .boxed(),
                "number" => number().prop_map(Tree::Verbatim).boxed(),
                "integer" => integer(schema),
                "string" => string(schema),
                "array" => self.list(schema),
                _ => self.object(schema),
            },
        }
    }

    fn list(&self, schema: &Value) -> BoxedStrategy<Tree> {
        let min = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).expect("small");
        let items = vec(self.schema(&schema["items"]), min..min + 4);
        items.prop_map(Tree::List).boxed()
    }

    fn object(&self, schema: &Value) -> BoxedStrategy<Tree> {
        let Some(properties) = schema["properties"].as_object() else {
            return match &schema["additionalProperties"] {
                Value::Null => object_text(3).prop_map(Tree::Verbatim).boxed(),
                values => self.map(&schema["propertyNames"], values),
            };
        };
        let required: Vec<&str> = names(&schema["required"]);
        let excluded: Vec<String> = names(&schema["not"]["required"])
            .into_iter()
            .map(ToOwned::to_owned)
            .collect();
        let members: Vec<BoxedStrategy<Option<Member>>> = properties
            .iter()
            .map(|(name, property)| {
                let member = self.member(name, property);
                if required.contains(&name.as_str()) {
                    member.prop_map(Some).boxed()
                } else {
                    proptest::option::of(member).boxed()
                }
            })
            .collect();
        let own: Vec<String> = properties.keys().cloned().collect();
        let strangers = vec((stranger(own), json(2), any::<prop::sample::Index>()), 0..3);
        (members, strangers)
            .prop_map(move |(members, strangers)| {
                let mut members: Vec<Member> = members.into_iter().flatten().collect();
                if excluded
                    .iter()
                    .all(|name| members.iter().any(|it| it.name == *name))
                {
                    members.retain(|it| excluded.first() != Some(&it.name));
                }
                for (name, value, place) in strangers {
                    let place = place.index(members.len() + 1);
                    let value = Tree::Verbatim(value);
                    let fate = Fate::Stranger;
                    members.insert(place, Member { name, value, fate });
                }
                Tree::Object(members)
            })
            .boxed()
    }

    fn member(&self, name: &str, schema: &Value) -> BoxedStrategy<Member> {
        let fate = match (&schema["default"], schema["x-arcp-send"].as_str()) {
            (_, Some("never")) => Fate::Read,
            _ if schema["x-arcp-fallback"].is_string() => Fate::Borrows,
            (Value::Null, _) if schema.get("default").is_none() => Fate::Kept,
            (default, _) => Fate::Assumed(default.to_string()),
        };
        let name = name.to_owned();
        let value = self.schema(schema);
        let value = if schema["x-arcp-secret"] == true {
            value.prop_map(secret).boxed()
        } else {
            value
        };
        let member = move |value| Member {
            name: name.clone(),
            value,
            fate: fate.clone(),
        };
        value.prop_map(member).boxed()
    }

    fn map(&self, key: &Value, value: &Value) -> BoxedStrategy<Tree> {
        let entries = vec((self.schema(key), self.schema(value)), 0..4);
        let object = |entries: Vec<(Tree, Tree)>| {
            let mut members: Vec<Member> = Vec::new();
            for (key, value) in entries {
                let Tree::Text { text: name, .. } = key else {
                    panic!("keys are strings");
                };
                if members.iter().all(|it| it.name != name) {
                    let fate = Fate::Kept;
                    members.push(Member { name, value, fate });
                }
            }
            Tree::Object(members)
        };
        entries.prop_map(object).boxed()
    }
}

/// The name of a definition.
struct Definition(String);

impl From<String> for Definition {
    fn from(name: String) -> Self {
        Self(name)
    }
}

fn plain(text: String) -> Tree {
    let secret = false;
    Tree::Text { text, secret }
}

fn secret(value: Tree) -> Tree {
    match value {
        Tree::Text { text, .. } if text.starts_with(SECRET) => Tree::Text { text, secret: true },
        Tree::Text { .. } => Tree::Text {
            text: format!("{SECRET}-of-a-member"),
            secret: true,
        },
        other => other,
    }
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

fn integer(schema: &Value) -> BoxedStrategy<Tree> {
    let bound = |name: &str| schema[name].as_i64().expect("integers are bounded");
    let (min, max) = (bound("minimum"), bound("maximum"));
    let value = prop_oneof![Just(min), Just(max), min..=max.min(min + 100), min..=max];
    value.prop_map(|it| Tree::Verbatim(it.to_string())).boxed()
}

fn string(schema: &Value) -> BoxedStrategy<Tree> {
    if schema["x-arcp-secret"] == true {
        let text = string_regex(&format!("{SECRET}-[A-Za-z0-9]{{8,24}}")).expect("a pattern");
        return text
            .prop_map(|text| Tree::Text { text, secret: true })
            .boxed();
    }
    let bound = |name: &str| {
        schema[name]
            .as_u64()
            .and_then(|it| usize::try_from(it).ok())
    };
    let (min, max) = (bound("minLength").unwrap_or(0), bound("maxLength"));
    let max = max.unwrap_or(usize::MAX);
    let longest = max.min(min + 40);
    let pattern = schema["pattern"].as_str().map(readable);
    let pattern = pattern.unwrap_or_else(|| {
        format!("[\\x00-\\x7f]{{{min},{longest}}}|[ -~é漢😀\u{2028}]{{{min},{longest}}}")
    });
    let text = string_regex(&pattern).expect("a pattern");
    let unwanted: Vec<String> = names(&schema["not"]["enum"])
        .into_iter()
        .map(ToOwned::to_owned)
        .collect();
    let text = text.prop_filter("too long, too short or known", move |text| {
        (min..=max).contains(&text.chars().count()) && !unwanted.contains(text)
    });
    let listed: Vec<String> = schema["x-arcp-values"]
        .as_object()
        .map_or_else(Vec::new, |values| values.keys().cloned().collect());
    match (listed.is_empty(), schema["x-arcp-open"] == true) {
        (true, _) => text.prop_map(plain).boxed(),
        (false, true) => prop_oneof![3 => select(listed), 1 => text]
            .prop_map(plain)
            .boxed(),
        (false, false) => select(listed).prop_map(plain).boxed(),
    }
}

/// The same pattern where ECMA-262 and Rust agree on every character, without anchors.
fn readable(pattern: &str) -> String {
    let inner = pattern
        .strip_prefix('^')
        .and_then(|it| it.strip_suffix('$'));
    let inner = inner.expect("patterns are anchored");
    inner
        .replace("[\\s\\S]", "[\\x00-\\x7fé漢😀]")
        .replace("[^\\x00]", "[\\x01-\\x7fé漢😀]")
        .replace("\\S", "[!-~é漢😀]")
        .replace("\\s", "[ \\t]")
        .replace(".*)", "[ -~é漢😀]*)")
}

/// A member name that is not one of these, and not a vendor's.
fn stranger(own: Vec<String>) -> impl Strategy<Value = String> {
    let name = prop_oneof!["[a-z_]{1,12}", "[ -~é漢😀]{0,12}", Just("Type".to_owned())];
    // One name a place: a frame with the same name twice is none.
    (name, any::<u32>()).prop_map(move |(name, salt)| {
        let taken = own.contains(&name) || name.starts_with("x-vendor.");
        if taken {
            format!("not {name} {salt}")
        } else {
            format!("{name} {salt}")
        }
    })
}

/// A JSON number, digits at will.
pub(crate) fn number() -> BoxedStrategy<String> {
    let text = "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?";
    string_regex(text).expect("a pattern").boxed()
}

/// Any JSON text.
pub(crate) fn json(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|it| it.to_string()),
        number(),
        ".{0,12}".prop_map(|it| serde_json::to_string(&it).expect("strings are JSON")),
    ];
    let join = |items: Vec<String>| format!("[{}]", items.join(", "));
    leaf.prop_recursive(depth, 12, 4, move |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(join), members(inner)]
    })
    .boxed()
}

/// Any JSON object.
pub(crate) fn object_text(depth: u32) -> BoxedStrategy<String> {
    members(json(depth)).boxed()
}

fn members(values: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let entries = vec(("[a-z]{1,6}", values), 0..4);
    entries.prop_map(|entries| {
        let members = entries
            .iter()
            .map(|(name, value)| format!("\"{name}\" :{value}"));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    })
}
