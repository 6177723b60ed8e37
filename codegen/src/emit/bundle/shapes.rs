//! Definitions of the model as JSON Schema.

use crate::emit::json::{list, number, object, put, text, texts, truth};
use crate::emit::lookup::{Lookup, member, shared};
use crate::emit::registry::{basis, name_of};
use crate::model::{
    Basis, Docs, Enum, Integer, Member, MemberArm, Presence, Ref, Shape, Struct, TagUnion, Text,
    Type,
};
use crate::node::{self, Node};

/// Writes definitions of one model.
pub(super) struct Shapes<'m> {
    pub(super) lookup: &'m Lookup<'m>,
}

/// `{"$ref": "#/$defs/…"}`.
pub(super) fn reference(name: &str) -> Node {
    object([("$ref", text(format!("#/$defs/{name}")))])
}

/// The schema of a use.
pub(super) fn use_of(ty: &Ref) -> Node {
    match ty {
        Ref::Named { .. } => reference(&name_of(ty)),
        Ref::String => object([("type", text("string"))]),
        Ref::BoundedString { min, max } => string(*min, *max),
        Ref::Bool => object([("type", text("boolean"))]),
        Ref::Integer(integer) => self::integer(*integer),
        Ref::List {
            item,
            min,
            max,
            unique,
        } => {
            let mut node = object([("type", text("array")), ("items", use_of(item))]);
            if *min > 0 {
                put(&mut node, "minItems", number(min));
            }
            if let Some(max) = max {
                put(&mut node, "maxItems", number(max));
            }
            if *unique {
                put(&mut node, "uniqueItems", truth(true));
            }
            node
        }
    }
}

/// Adds the description and the section.
pub(super) fn described(mut node: Node, docs: &Docs) -> Node {
    if !docs.description.is_empty() {
        put(&mut node, "description", text(&docs.description));
    }
    if let Some(section) = &docs.section {
        put(&mut node, "section", text(section));
    }
    node
}

/// Adds what a definition or member says about itself, in the schema's words.
pub(super) fn documented(mut node: Node, docs: &Docs) -> Node {
    if !docs.description.is_empty() {
        put(&mut node, "description", text(&docs.description));
    }
    if let Some(section) = &docs.section {
        put(&mut node, "x-arcp-section", text(section));
    }
    if docs.basis != Basis::Spec {
        put(&mut node, "x-arcp-basis", text(basis(docs.basis)));
    }
    node
}

fn string(min: u32, max: Option<u32>) -> Node {
    let mut node = object([("type", text("string"))]);
    if min > 0 {
        put(&mut node, "minLength", number(min));
    }
    if let Some(max) = max {
        put(&mut node, "maxLength", number(max));
    }
    node
}

fn integer(Integer { min, max }: Integer) -> Node {
    object([
        ("type", text("integer")),
        ("minimum", number(min)),
        ("maximum", number(max)),
    ])
}

/// Puts the members of one object behind those of another.
fn extended(mut node: Node, more: &Node) -> Node {
    for (name, value) in more.members() {
        put(&mut node, name.clone(), value.clone());
    }
    node
}

impl Shapes<'_> {
    /// The definition, and for a union by tag one more for each arm.
    pub(super) fn definitions(&self, room: &str, ty: &Type) -> Vec<(String, Node)> {
        let name = format!("{room}.{}", ty.name);
        if let Shape::Struct(
            record @ Struct {
                union: Some(union), ..
            },
        ) = &ty.shape
        {
            return self.tagged(room, ty, record, union);
        }
        let node = documented(object::<String>([]), &ty.docs);
        vec![(name, extended(node, &self.shape(room, &ty.shape)))]
    }

    fn shape(&self, room: &str, shape: &Shape) -> Node {
        match shape {
            Shape::Struct(record) => self.record(room, record),
            Shape::Text(text) => self::grammar(text),
            Shape::Enum(words) => self::words(words),
            Shape::MemberUnion(arms) => self::by_member(arms),
            Shape::Map { key, value } => object([
                ("type", text("object")),
                ("propertyNames", use_of(key)),
                ("additionalProperties", use_of(value)),
            ]),
            Shape::Integer(it) => integer(*it),
            Shape::Decimal => object([("type", text("number"))]),
            Shape::Json => object::<String>([]),
            Shape::JsonObject => object([("type", text("object"))]),
        }
    }

    fn record(&self, room: &str, record: &Struct) -> Node {
        let ty = match &record.from_string {
            Some(_) => list([text("object"), text("string")]),
            None => text("object"),
        };
        let mut node = object([("type", ty)]);
        if let Some(name) = &record.from_string {
            put(&mut node, "x-arcp-from-string", text(name));
        }
        let members = record.members.iter();
        let properties = members
            .clone()
            .map(|it| (it.wire.clone(), self.member(room, it)));
        put(&mut node, "properties", object(properties));
        self::required(&mut node, members);
        let pairs = record.exclusive.iter().map(|(a, b)| texts([a, b]));
        let refusals = pairs.clone().map(|pair| object([("required", pair)]));
        let mut refusals: Vec<Node> = refusals.collect();
        if !refusals.is_empty() {
            put(&mut node, "x-arcp-exclusive", list(pairs));
        }
        match refusals.len() {
            0 => {}
            1 => put(&mut node, "not", refusals.remove(0)),
            _ => put(&mut node, "not", object([("anyOf", list(refusals))])),
        }
        node
    }

    /// The schema of a member. One that is not required may be null.
    pub(super) fn member(&self, room: &str, member: &Member) -> Node {
        let mut schema = if self.lookup.is_version(room, member) {
            object([
                ("type", text("string")),
                ("pattern", text(&self.lookup.model.version_pattern)),
            ])
        } else {
            use_of(&member.ty)
        };
        let optional = member.presence != Presence::Required || member.null_is_value;
        if optional && !self.lookup.is_json(&member.ty) {
            schema = object([("anyOf", list([schema, object([("type", text("null"))])]))]);
        }
        let mut node = documented(schema, &member.docs);
        if let Presence::Default(json) = &member.presence
            && let Ok(value) = node::parse(json)
        {
            put(&mut node, "default", value);
        }
        for (word, value) in [
            ("x-arcp-send", &member.send),
            ("x-arcp-fallback", &member.fallback),
            ("x-arcp-feature", &member.feature),
            ("x-arcp-unit", &member.unit),
        ] {
            if let Some(value) = value {
                put(&mut node, word, text(value));
            }
        }
        if member.null_is_value {
            put(&mut node, "x-arcp-null", text("value"));
        } else if member.null_is_written {
            put(&mut node, "x-arcp-null", text("written"));
        }
        if member.secret {
            put(&mut node, "x-arcp-secret", truth(true));
        }
        node
    }

    fn tagged(
        &self,
        room: &str,
        ty: &Type,
        record: &Struct,
        union: &TagUnion,
    ) -> Vec<(String, Node)> {
        let kinds = &self.lookup.model.kinds;
        let unknown = format!("{room}.Other{}", ty.name);
        let name = |kind: &str| format!("{room}.{kind}{}", ty.name);
        let mut node = documented(object::<String>([]), &ty.docs);
        let arms = kinds.iter().map(|kind| reference(&name(&kind.name)));
        put(&mut node, "oneOf", list(arms.chain([reference(&unknown)])));
        let mapping = kinds.iter().map(|kind| {
            (
                kind.wire.clone(),
                text(format!("#/$defs/{}", name(&kind.name))),
            )
        });
        let discriminator = object([
            ("propertyName", text(&union.tag)),
            ("mapping", object(mapping)),
        ]);
        put(&mut node, "discriminator", discriminator);
        let mut out = vec![(format!("{room}.{}", ty.name), node)];
        for kind in kinds {
            let tag = object([("const", text(&kind.wire))]);
            let docs = documented(object::<String>([]), &kind.docs);
            let mut arm = self.arm(room, record, union, (tag, Some(&kind.body)));
            if let Some(feature) = &kind.feature {
                put(&mut arm, "x-arcp-feature", text(feature));
            }
            out.push((name(&kind.name), extended(docs, &arm)));
        }
        let known = kinds.iter().map(|kind| text(&kind.wire));
        let mut tag =
            member(record, &union.tag).map_or_else(|| object::<String>([]), |it| use_of(&it.ty));
        put(&mut tag, "not", object([("enum", list(known))]));
        out.push((unknown, self.arm(room, record, union, (tag, None))));
        out
    }

    fn arm(
        &self,
        room: &str,
        record: &Struct,
        union: &TagUnion,
        (tag, body): (Node, Option<&Ref>),
    ) -> Node {
        let mut properties = vec![(union.tag.clone(), tag)];
        properties.extend(shared(record, union).map(|it| (it.wire.clone(), self.member(room, it))));
        let mut members: Vec<Member> = record.members.clone();
        for content in members.iter_mut().filter(|it| it.wire == union.content) {
            if let Some(body) = body {
                content.ty = body.clone();
                // A body that is missing is an empty one, so it may be missing where nothing is required of it.
                if self.insists(body) {
                    content.presence = Presence::Required;
                }
            }
            properties.push((content.wire.clone(), self.member(room, content)));
        }
        let mut node = object([("type", text("object")), ("properties", object(properties))]);
        self::required(&mut node, members.iter());
        node
    }

    /// Whether an empty object is no value of this type.
    fn insists(&self, body: &Ref) -> bool {
        match self.lookup.shape(body) {
            Some(Shape::Struct(record)) => record
                .members
                .iter()
                .any(|it| it.presence == Presence::Required),
            Some(Shape::MemberUnion(arms)) => self.lookup.standard_arm(arms).is_none(),
            _ => false,
        }
    }
}

fn required<'a>(node: &mut Node, members: impl Iterator<Item = &'a Member>) {
    let names = members.filter(|it| it.presence == Presence::Required);
    let names: Vec<&String> = names.map(|it| &it.wire).collect();
    if !names.is_empty() {
        put(node, "required", texts(names));
    }
}

fn grammar(it: &Text) -> Node {
    let mut node = string(it.min, it.max);
    if let Some(pattern) = &it.pattern {
        put(&mut node, "pattern", text(pattern));
    }
    if let Some(pattern) = &it.send_pattern {
        put(&mut node, "x-arcp-send-pattern", text(pattern));
    }
    if it.secret {
        put(&mut node, "x-arcp-secret", truth(true));
    }
    node
}

fn words(it: &Enum) -> Node {
    let mut node = string(0, it.max);
    if let Some(pattern) = &it.pattern {
        put(&mut node, "pattern", text(pattern));
    }
    if it.open {
        put(&mut node, "x-arcp-open", truth(true));
    } else {
        let values = it.values.iter().map(|value| text(&value.wire));
        put(&mut node, "enum", list(values));
    }
    let values = it.values.iter().map(|value| {
        let mut node = described(object([("name", text(&value.name))]), &value.docs);
        if let Some(feature) = &value.feature {
            put(&mut node, "feature", text(feature));
        }
        if let Some(error) = &value.error {
            put(&mut node, "retryable", truth(error.retryable));
            put(&mut node, "pinned", truth(error.pinned));
            put(&mut node, "cause", text(&error.cause));
            put(&mut node, "cure", text(&error.cure));
        }
        if !value.gates.is_empty() {
            put(&mut node, "gates", texts(&value.gates));
        }
        (value.wire.clone(), node)
    });
    put(&mut node, "x-arcp-values", object(values));
    node
}

fn by_member(arms: &[MemberArm]) -> Node {
    object([
        ("oneOf", list(arms.iter().map(|arm| use_of(&arm.ty)))),
        ("x-arcp-union", object([("by", text("member"))])),
    ])
}
