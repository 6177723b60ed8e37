//! Messages and event kinds as sections of their pages.

use super::pages::{Pages, anchor};
use super::views::{Body, cell, feature_link, section};
use crate::emit::prose::sentences;
use crate::model::{Carry, Direction, Kind, Message, Ref};
use crate::naming::kebab;

/// A message or an event kind.
pub(super) struct Entry {
    pub(super) wire: String,
    pub(super) anchor: String,
    pub(super) direction: &'static str,
    pub(super) feature: String,
    pub(super) cell: String,
    pub(super) text: String,
    pub(super) section: String,
    pub(super) facts: Vec<String>,
    pub(super) envelope: String,
    pub(super) payload_anchor: String,
    pub(super) payload_text: String,
    pub(super) body: Body,
    pub(super) example: Option<String>,
}

pub(super) fn message(pages: &Pages<'_>, it: &Message) -> Entry {
    let list = |wires: &[String]| {
        let links = wires
            .iter()
            .map(|wire| format!("[`{wire}`](#{})", kebab(wire)));
        links.collect::<Vec<_>>().join(", ")
    };
    let mut facts = Vec::new();
    if it.feature.is_some() {
        facts.push(format!(
            "Needs the feature {}.",
            feature_link(it.feature.as_ref(), "")
        ));
    }
    if !it.answered_by.is_empty() {
        facts.push(format!("Answered by: {}.", list(&it.answered_by)));
    }
    if !it.answers.is_empty() {
        facts.push(format!("Answers: {}.", list(&it.answers)));
    }
    if it.replayed {
        facts.push("A resume sends it again.".into());
    }
    if it.terminal {
        facts.push("It ends a job: nothing of the job follows.".into());
    }
    let (payload_anchor, payload_text) = payload(pages, &it.payload);
    Entry {
        wire: it.wire.clone(),
        anchor: kebab(&it.wire),
        direction: match it.direction {
            Direction::Client => "client",
            Direction::Runtime => "runtime",
            Direction::Both => "both sides",
        },
        feature: feature_link(it.feature.as_ref(), ""),
        cell: cell(&it.docs.description),
        text: sentences(&it.docs.description),
        section: section(&it.docs),
        facts,
        envelope: envelope(it),
        payload_anchor: if payload_anchor == kebab(&it.wire) {
            format!("{payload_anchor}-payload")
        } else {
            payload_anchor
        },
        payload_text,
        body: pages.body_of(&it.payload),
        example: pages.shown.telling(&it.wire, None),
    }
}

fn envelope(it: &Message) -> String {
    let carried = [
        ("session_id", it.envelope.session_id),
        ("job_id", it.envelope.job_id),
        ("event_seq", it.envelope.event_seq),
        ("trace_id", it.envelope.trace_id),
    ];
    let parts = carried.iter().map(|(name, carry)| {
        let sent = match carry {
            Carry::Required => "always",
            Carry::Optional => "when there is one",
            Carry::Absent => "never",
        };
        let insisted = if it.requires.iter().any(|required| required == name) {
            " (refused without)"
        } else {
            ""
        };
        format!("`{name}` {sent}{insisted}")
    });
    parts.collect::<Vec<_>>().join(", ")
}

pub(super) fn kind(pages: &Pages<'_>, it: &Kind) -> Entry {
    let facts = it.feature.is_some().then(|| {
        format!(
            "Needs the feature {}.",
            feature_link(it.feature.as_ref(), "")
        )
    });
    let (payload_anchor, payload_text) = payload(pages, &it.body);
    Entry {
        wire: it.wire.clone(),
        anchor: kebab(&it.wire),
        direction: "runtime",
        feature: feature_link(it.feature.as_ref(), ""),
        cell: cell(&it.docs.description),
        text: sentences(&it.docs.description),
        section: section(&it.docs),
        facts: facts.into_iter().collect(),
        envelope: String::new(),
        payload_anchor,
        payload_text,
        body: pages.body_of(&it.body),
        example: pages.shown.telling("job.event", Some(&it.wire)),
    }
}

fn payload(pages: &Pages<'_>, reference: &Ref) -> (String, String) {
    let Ref::Named { room, name } = reference else {
        return (String::new(), pages.link(reference));
    };
    let found = pages.lookup.find(room, name);
    let text = found.map_or_else(String::new, |ty| sentences(&ty.docs.description));
    (anchor(room, name), text)
}
