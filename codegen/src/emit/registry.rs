//! The target `registry`: messages, kinds, codes, features and limits as one JSON file, for tools that need no types.

use crate::emit::Files;
use crate::emit::json::{list, number, object, pretty, put, text, texts, truth};
use crate::emit::lookup::Lookup;
use crate::emit::prose::GENERATED;
use crate::model::{Basis, Carry, Direction, Docs, Kind, Limit, Message, Model, Ref, Value};
use crate::node::Node;
use crate::problem::Problem;

/// Emits `registry.json`.
///
/// # Errors
/// What the bindings are built around and the schema does not have.
pub fn emit(model: &Model) -> Result<Files, Vec<Problem>> {
    let lookup = Lookup::new(model);
    let pillars = lookup.pillars()?;
    let features = lookup.features();
    let registry = object([
        ("$comment", text(GENERATED)),
        ("version", text(&model.version)),
        ("messages", list(model.messages.iter().map(message))),
        ("pairs", list(model.messages.iter().filter_map(pair))),
        ("kinds", list(model.kinds.iter().map(kind))),
        ("codes", list(pillars.codes.1.values.iter().map(value))),
        (
            "features",
            list(features.iter().flat_map(|(_, it)| &it.values).map(value)),
        ),
        ("types", list(types(model))),
        ("limits", list(model.limits.iter().map(limit))),
    ]);
    Ok(Files::from([("registry.json".into(), pretty(&registry))]))
}

/// What a documented thing says about itself, behind what identifies it.
fn documented(mut node: Node, docs: &Docs, feature: Option<&String>) -> Node {
    put(&mut node, "description", text(&docs.description));
    if let Some(section) = &docs.section {
        put(&mut node, "section", text(section));
    }
    if docs.basis != Basis::Spec {
        put(&mut node, "basis", text(basis(docs.basis)));
    }
    if let Some(feature) = feature {
        put(&mut node, "feature", text(feature));
    }
    node
}

/// The word of the schema for a basis.
pub(crate) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Spec => "spec",
        Basis::Draft02 => "draft-02",
        Basis::Ours => "ours",
    }
}

/// The word of the schema for a direction.
pub(crate) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Client => "client",
        Direction::Runtime => "runtime",
        Direction::Both => "both",
    }
}

/// The word of the schema for what a sender puts on the envelope.
pub(crate) fn carry(carry: Carry) -> &'static str {
    match carry {
        Carry::Required => "required",
        Carry::Optional => "optional",
        Carry::Absent => "absent",
    }
}

/// `session.Hello`.
pub(crate) fn name_of(reference: &Ref) -> String {
    match reference {
        Ref::Named { room, name } => format!("{room}.{name}"),
        _ => String::new(),
    }
}

fn message(it: &Message) -> Node {
    let mut node = object([
        ("type", text(&it.wire)),
        ("name", text(&it.name)),
        ("payload", text(name_of(&it.payload))),
        ("direction", text(direction(it.direction))),
    ]);
    node = documented(node, &it.docs, it.feature.as_ref());
    let envelope = object([
        ("session_id", text(carry(it.envelope.session_id))),
        ("job_id", text(carry(it.envelope.job_id))),
        ("event_seq", text(carry(it.envelope.event_seq))),
        ("trace_id", text(carry(it.envelope.trace_id))),
    ]);
    put(&mut node, "envelope", envelope);
    put(&mut node, "requires", texts(&it.requires));
    put(&mut node, "replayed", truth(it.replayed));
    put(&mut node, "terminal", truth(it.terminal));
    node
}

fn pair(it: &Message) -> Option<Node> {
    (!it.answered_by.is_empty()).then(|| {
        object([
            ("request", text(&it.wire)),
            ("answers", texts(&it.answered_by)),
        ])
    })
}

fn kind(it: &Kind) -> Node {
    let node = object([
        ("kind", text(&it.wire)),
        ("name", text(&it.name)),
        ("body", text(name_of(&it.body))),
    ]);
    documented(node, &it.docs, it.feature.as_ref())
}

fn value(it: &Value) -> Node {
    let node = object([("value", text(&it.wire)), ("name", text(&it.name))]);
    let mut node = documented(node, &it.docs, it.feature.as_ref());
    if let Some(error) = &it.error {
        put(&mut node, "retryable", truth(error.retryable));
        put(&mut node, "pinned", truth(error.pinned));
        put(&mut node, "cause", text(&error.cause));
        put(&mut node, "cure", text(&error.cure));
    }
    if !it.gates.is_empty() {
        put(&mut node, "gates", texts(&it.gates));
    }
    node
}

fn types(model: &Model) -> impl Iterator<Item = Node> {
    model.rooms.iter().flat_map(|room| {
        room.types.iter().map(|ty| {
            let node = object([("type", text(format!("{}.{}", room.name, ty.name)))]);
            documented(node, &ty.docs, None)
        })
    })
}

fn limit(it: &Limit) -> Node {
    let node = object([
        ("name", text(&it.name)),
        ("default", number(it.default)),
        ("unit", text(&it.unit)),
    ]);
    documented(node, &it.docs, None)
}
