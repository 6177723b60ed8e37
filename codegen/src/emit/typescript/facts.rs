//! What the protocol says about messages, kinds and values, as TypeScript object literals.

use super::expr::key;
use crate::emit::prose::quoted;
use crate::model::{Carry, Direction, Kind, Message, Value};

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

pub(super) fn value_facts(value: &Value) -> String {
    let mut parts = vec![
        ("name", quoted(&value.name)),
        ("description", quoted(&value.docs.description)),
    ];
    if let Some(section) = &value.docs.section {
        parts.push(("section", quoted(section)));
    }
    if let Some(feature) = &value.feature {
        parts.push(("feature", quoted(feature)));
    }
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
    let carry = |carry| {
        quoted(match carry {
            Carry::Required => "required",
            Carry::Optional => "optional",
            Carry::Absent => "absent",
        })
    };
    let envelope = literal(&[
        ("session_id", carry(message.envelope.session_id)),
        ("job_id", carry(message.envelope.job_id)),
        ("event_seq", carry(message.envelope.event_seq)),
        ("trace_id", carry(message.envelope.trace_id)),
    ]);
    let direction = match message.direction {
        Direction::Client => "client",
        Direction::Runtime => "runtime",
        Direction::Both => "both",
    };
    let mut parts = vec![("direction", quoted(direction))];
    if let Some(section) = &message.docs.section {
        parts.push(("section", quoted(section)));
    }
    if let Some(feature) = &message.feature {
        parts.push(("feature", quoted(feature)));
    }
    parts.push(("envelope", envelope));
    parts.push(("answers", list(&message.answers)));
    parts.push(("answered_by", list(&message.answered_by)));
    parts.push(("replayed", message.replayed.to_string()));
    parts.push(("terminal", message.terminal.to_string()));
    literal(&parts)
}

pub(super) fn kind_facts(kind: &Kind) -> String {
    let mut parts = Vec::new();
    if let Some(section) = &kind.docs.section {
        parts.push(("section", quoted(section)));
    }
    if let Some(feature) = &kind.feature {
        parts.push(("feature", quoted(feature)));
    }
    literal(&parts)
}
