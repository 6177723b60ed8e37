//! What the protocol says about messages, kinds and values, as calls of the classes in `facts.py`.

use super::expr::truth;
use crate::emit::prose::quoted;
use crate::emit::registry;
use crate::model::{Kind, Message, Value};

fn call(class: &str, parts: &[(&str, String)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{class}({})", parts.join(", "))
}

fn tuple(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    match quoted.as_slice() {
        [only] => format!("({only},)"),
        all => format!("({})", all.join(", ")),
    }
}

fn common(section: Option<&String>, feature: Option<&String>) -> Vec<(&'static str, String)> {
    let mut parts = Vec::new();
    if let Some(section) = section {
        parts.push(("section", quoted(section)));
    }
    if let Some(feature) = feature {
        parts.push(("feature", quoted(feature)));
    }
    parts
}

/// `codes` says that the enum is that of the error codes.
pub(super) fn value_facts(value: &Value, codes: bool) -> String {
    let mut parts = vec![
        ("name", quoted(&value.name)),
        ("description", quoted(&value.docs.description)),
    ];
    parts.extend(common(value.docs.section.as_ref(), value.feature.as_ref()));
    if !value.gates.is_empty() {
        parts.push(("gates", tuple(&value.gates)));
    }
    if let (true, Some(error)) = (codes, &value.error) {
        parts.push(("retryable", truth(error.retryable).into()));
        parts.push(("pinned", truth(error.pinned).into()));
        parts.push(("cause", quoted(&error.cause)));
        parts.push(("cure", quoted(&error.cure)));
    }
    call(if codes { "CodeFacts" } else { "ValueFacts" }, &parts)
}

pub(super) fn message_facts(message: &Message) -> String {
    let carry = |it| quoted(registry::carry(it));
    let mut parts = vec![("direction", quoted(registry::direction(message.direction)))];
    parts.extend(common(
        message.docs.section.as_ref(),
        message.feature.as_ref(),
    ));
    parts.push(("session_id", carry(message.envelope.session_id)));
    parts.push(("job_id", carry(message.envelope.job_id)));
    parts.push(("event_seq", carry(message.envelope.event_seq)));
    parts.push(("trace_id", carry(message.envelope.trace_id)));
    if !message.answers.is_empty() {
        parts.push(("answers", tuple(&message.answers)));
    }
    if !message.answered_by.is_empty() {
        parts.push(("answered_by", tuple(&message.answered_by)));
    }
    if message.replayed {
        parts.push(("replayed", "True".into()));
    }
    if message.terminal {
        parts.push(("terminal", "True".into()));
    }
    call("MessageFacts", &parts)
}

pub(super) fn kind_facts(kind: &Kind) -> String {
    call(
        "KindFacts",
        &common(kind.docs.section.as_ref(), kind.feature.as_ref()),
    )
}
