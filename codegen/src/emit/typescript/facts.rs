//! What the protocol says about messages, kinds and values, as TypeScript object literals.

use super::expr::key;
use crate::emit::prose::quoted;
use crate::emit::registry;
use crate::model::{Docs, Kind, Message, Value};

/// An object literal from names and already written values.
fn literal(parts: &[(&str, String)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, value)| format!("{}: {value}", key(name)))
        .collect();
    format!("{{ {} }}", parts.join(", "))
}

fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(", "))
}

fn common(docs: &Docs, feature: Option<&String>) -> Vec<(&'static str, String)> {
    let section = docs.section.as_ref().map(|it| ("section", quoted(it)));
    let feature = feature.map(|it| ("feature", quoted(it)));
    section.into_iter().chain(feature).collect()
}

pub(super) fn value_facts(value: &Value) -> String {
    let mut parts = vec![
        ("name", quoted(&value.name)),
        ("description", quoted(&value.docs.description)),
    ];
    parts.extend(common(&value.docs, value.feature.as_ref()));
    if !value.gates.is_empty() {
        parts.push(("gates", list(&value.gates)));
    }
    if let Some(error) = &value.error {
        parts.push(("retryable", error.retryable.to_string()));
        parts.push(("pinned", error.pinned.to_string()));
        parts.push(("cause", quoted(&error.cause)));
        parts.push(("cure", quoted(&error.cure)));
    }
    literal(&parts)
}

pub(super) fn message_facts(message: &Message) -> String {
    let carry = |it| quoted(registry::carry(it));
    let envelope = literal(&[
        ("session_id", carry(message.envelope.session_id)),
        ("job_id", carry(message.envelope.job_id)),
        ("event_seq", carry(message.envelope.event_seq)),
        ("trace_id", carry(message.envelope.trace_id)),
    ]);
    let mut parts = vec![("direction", quoted(registry::direction(message.direction)))];
    parts.extend(common(&message.docs, message.feature.as_ref()));
    parts.push(("envelope", envelope));
    parts.push(("answers", list(&message.answers)));
    parts.push(("answered_by", list(&message.answered_by)));
    parts.push(("replayed", message.replayed.to_string()));
    parts.push(("terminal", message.terminal.to_string()));
    literal(&parts)
}

pub(super) fn kind_facts(kind: &Kind) -> String {
    literal(&common(&kind.docs, kind.feature.as_ref()))
}
