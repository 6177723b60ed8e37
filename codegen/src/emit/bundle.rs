//! The target `bundle`: the whole wire as one self-contained JSON Schema 2020-12, with discriminators for other generators.
//!
//! It is written from the model and not copied from `schema/`: a test proves that both accept and refuse the same frames.

mod shapes;
#[cfg(test)]
mod tests;

use crate::emit::Files;
use crate::emit::json::{list, number, object, pretty, put, text, texts, truth};
use crate::emit::lookup::{Lookup, Pillars};
use crate::emit::prose::GENERATED;
use crate::emit::registry::{carry, direction};
use crate::model::{Message, Model, Presence, Ref};
use crate::node::Node;
use crate::problem::Problem;
use shapes::{Shapes, described, documented, reference};

/// Emits `schema/arcp.bundle.json`.
///
/// # Errors
/// What the bindings are built around and the schema does not have.
pub fn emit(model: &Model) -> Result<Files, Vec<Problem>> {
    let lookup = Lookup::new(model);
    let pillars = lookup.pillars()?;
    let shapes = Shapes { lookup: &lookup };
    let mut definitions = vec![("Message".to_owned(), union(model))];
    for message in &model.messages {
        definitions.push((
            message.name.clone(),
            message_schema(&shapes, &pillars, message),
        ));
    }
    definitions.push((OTHER.to_owned(), other(model)));
    for room in &model.rooms {
        for ty in &room.types {
            definitions.extend(shapes.definitions(&room.name, ty));
        }
    }
    let limits = model.limits.iter().map(|it| {
        let node = object([("default", number(it.default)), ("unit", text(&it.unit))]);
        (it.name.clone(), described(node, &it.docs))
    });
    let bundle = object([
        (
            "$schema",
            text("https://json-schema.org/draft/2020-12/schema"),
        ),
        (
            "$id",
            text(format!("arcp:/{}/arcp.bundle.json", model.version)),
        ),
        (
            "$comment",
            text(format!(
                "{GENERATED} The protocol is that of the ARCP specification (CC BY 4.0)."
            )),
        ),
        ("title", text(format!("ARCP v{}", model.version))),
        (
            "x-arcp-version",
            object([
                ("wire", text(&model.version)),
                ("accepts", text(&model.version_pattern)),
            ]),
        ),
        ("x-arcp-limits", object(limits)),
        ("$ref", text("#/$defs/Message")),
        ("$defs", object(definitions)),
    ]);
    Ok(Files::from([(
        "schema/arcp.bundle.json".into(),
        pretty(&bundle),
    )]))
}

const OTHER: &str = "OtherMessage";

fn union(model: &Model) -> Node {
    let arms = model.messages.iter().map(|it| reference(&it.name));
    let mapping = model
        .messages
        .iter()
        .map(|it| (it.wire.clone(), text(format!("#/$defs/{}", it.name))));
    object([
        (
            "description",
            text("Any frame. `type` selects the payload; a type that is not known is kept."),
        ),
        ("oneOf", list(arms.chain([reference(OTHER)]))),
        (
            "discriminator",
            object([("propertyName", text("type")), ("mapping", object(mapping))]),
        ),
    ])
}

fn message_schema(shapes: &Shapes<'_>, pillars: &Pillars<'_>, message: &Message) -> Node {
    let needs = shapes.lookup.needs(message, pillars.envelope);
    let mut properties = Vec::new();
    let mut required = Vec::new();
    for member in &pillars.envelope.members {
        let mut member = member.clone();
        if needs.iter().any(|need| need.wire == member.wire) {
            member.presence = Presence::Required;
        }
        if member.wire == pillars.payload.wire {
            member.ty = message.payload.clone();
        }
        if member.presence == Presence::Required {
            required.push(member.wire.clone());
        }
        let schema = if member.wire == pillars.tag.wire {
            object([("const", text(&message.wire))])
        } else {
            shapes.member("envelope", &member)
        };
        properties.push((member.wire, schema));
    }
    let node = object([("title", text(&message.wire))]);
    let mut node = documented(node, &message.docs);
    put(&mut node, "x-arcp-message", facts(message));
    put(&mut node, "type", text("object"));
    put(&mut node, "properties", object(properties));
    put(&mut node, "required", texts(&required));
    node
}

fn facts(message: &Message) -> Node {
    let mut node = object([
        ("type", text(&message.wire)),
        ("direction", text(direction(message.direction))),
    ]);
    if let Some(feature) = &message.feature {
        put(&mut node, "feature", text(feature));
    }
    let envelope = object([
        ("session_id", text(carry(message.envelope.session_id))),
        ("job_id", text(carry(message.envelope.job_id))),
        ("event_seq", text(carry(message.envelope.event_seq))),
        ("trace_id", text(carry(message.envelope.trace_id))),
    ]);
    put(&mut node, "envelope", envelope);
    for (name, types) in [
        ("answers", &message.answers),
        ("answered_by", &message.answered_by),
    ] {
        if !types.is_empty() {
            put(&mut node, name, texts(types));
        }
    }
    for (name, holds) in [
        ("replayed", message.replayed),
        ("terminal", message.terminal),
    ] {
        if holds {
            put(&mut node, name, truth(true));
        }
    }
    node
}

fn other(model: &Model) -> Node {
    let known = model.messages.iter().map(|it| text(&it.wire));
    let not_known = object([("not", object([("enum", list(known))]))]);
    object([
        (
            "description",
            text("A frame of a vendor or of a later version, kept as it came."),
        ),
        (
            "allOf",
            list([shapes::use_of(&Ref::Named {
                room: "envelope".into(),
                name: "Envelope".into(),
            })]),
        ),
        ("properties", object([("type", not_known)])),
    ])
}
