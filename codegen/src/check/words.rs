//! Words that must name something: features, message types, members of the envelope, the tags that an unknown arm leaves out.

use crate::load::Source;
use crate::lower;
use crate::model::{Model, Shape};
use crate::node::Node;
use crate::problem::Problem;
use crate::special_cases::{ENVELOPE_ROOM, FEATURE};
use std::collections::BTreeSet;

/// Every word that names nothing.
pub(super) fn check(source: &Source, model: &Model) -> Vec<Problem> {
    let mut problems = features(model);
    problems.extend(messages(model));
    for (room, root) in &source.rooms {
        for (_, node) in root.get("$defs").map_or(&[][..], Node::members) {
            problems.extend(unknown_arm(source, model, room, node));
        }
    }
    problems
}

fn features(model: &Model) -> Vec<Problem> {
    let types = model
        .rooms
        .iter()
        .filter(|room| room.name == FEATURE.0)
        .flat_map(|room| &room.types);
    let known: Vec<&str> = types
        .filter(|ty| ty.name == FEATURE.1)
        .flat_map(|ty| match &ty.shape {
            Shape::Enum(values) => values
                .values
                .iter()
                .map(|value| value.wire.as_str())
                .collect(),
            _ => Vec::new(),
        })
        .collect();
    let used = features_used(model);
    let lost = used
        .into_iter()
        .filter(|(feature, _, _)| !known.contains(&feature.as_str()));
    lost.map(|(feature, file, pointer)| {
        let cure = format!("write one of {}", known.join(", "));
        Problem::new(
            file,
            pointer,
            format!("there is no feature `{feature}`"),
            cure,
        )
    })
    .collect()
}

/// Every feature that is named, with the file and pointer of the place.
fn features_used(model: &Model) -> Vec<(String, String, String)> {
    let mut used = Vec::new();
    for ty in model.rooms.iter().flat_map(|room| &room.types) {
        let (file, pointer) = (&ty.origin.file, &ty.origin.pointer);
        match &ty.shape {
            Shape::Struct(structure) => {
                let members = structure.members.iter().filter_map(|member| {
                    Some((
                        member.feature.clone()?,
                        file.clone(),
                        format!("{pointer}/properties/{}/x-arcp-feature", member.wire),
                    ))
                });
                used.extend(members);
            }
            Shape::Enum(values) => {
                let values = values.values.iter().filter_map(|value| {
                    Some((
                        value.feature.clone()?,
                        file.clone(),
                        format!("{pointer}/x-arcp-values/{}", value.wire),
                    ))
                });
                used.extend(values);
            }
            _ => {}
        }
    }
    let messages = model.messages.iter().filter_map(|message| {
        Some((
            message.feature.clone()?,
            message.origin.file.clone(),
            format!("{}/x-arcp-message/feature", message.origin.pointer),
        ))
    });
    let kinds = model.kinds.iter().filter_map(|kind| {
        Some((
            kind.feature.clone()?,
            kind.origin.file.clone(),
            format!("{}/x-arcp-event/feature", kind.origin.pointer),
        ))
    });
    used.extend(messages.chain(kinds));
    used
}

fn messages(model: &Model) -> Vec<Problem> {
    let mut problems = Vec::new();
    let frame = model
        .rooms
        .iter()
        .filter(|room| room.name == ENVELOPE_ROOM)
        .flat_map(|room| &room.types);
    let members: Vec<&str> = frame
        .flat_map(|ty| match &ty.shape {
            Shape::Struct(structure) => structure
                .members
                .iter()
                .map(|member| member.wire.as_str())
                .collect(),
            _ => Vec::new(),
        })
        .collect();
    for message in &model.messages {
        let (file, place) = (&message.origin.file, &message.origin.pointer);
        for other in message.answers.iter().chain(&message.answered_by) {
            if !model.messages.iter().any(|message| message.wire == *other) {
                let reason = format!(
                    "`{}` speaks of the message `{other}`, which does not exist",
                    message.wire
                );
                problems.push(Problem::new(
                    file.clone(),
                    place.clone(),
                    reason,
                    "correct answers or answered_by in x-arcp-message",
                ));
            }
        }
        for name in message
            .requires
            .iter()
            .filter(|name| !members.contains(&name.as_str()))
        {
            let reason = format!(
                "`{}` requires `{name}`, which is no member of the envelope",
                message.wire
            );
            problems.push(Problem::new(
                file.clone(),
                place.clone(),
                reason,
                "correct `required` of the message",
            ));
        }
    }
    problems
}

/// The arm for what is unknown must leave out exactly the tags of the other arms.
fn unknown_arm(source: &Source, model: &Model, room: &str, node: &Node) -> Option<Problem> {
    let union = node.get("x-arcp-union")?;
    let word = |name: &str| union.get(name).and_then(Node::as_str);
    let (tag, unknown) = (word("tag")?, word("unknown")?);
    let home = home_of(node, unknown).unwrap_or(room);
    let pointer = format!("/$defs/{unknown}/properties/{tag}/not/enum");
    let list = source
        .room(home)?
        .get("$defs")?
        .get(unknown)?
        .get("properties")?
        .get(tag);
    let list = list.and_then(|tag| tag.get("not")?.get("enum"));
    let list = list.map_or(&[][..], Node::items).iter();
    let left_out: BTreeSet<&str> = list.filter_map(Node::as_str).collect();
    let tags: BTreeSet<&str> = if node.get("properties").is_some() {
        model.kinds.iter().map(|kind| kind.wire.as_str()).collect()
    } else {
        let messages = model.messages.iter();
        messages.map(|message| message.wire.as_str()).collect()
    };
    let differ: Vec<&str> = tags.symmetric_difference(&left_out).copied().collect();
    if differ.is_empty() {
        return None;
    }
    let reason = format!(
        "the arm for what is unknown and the other arms disagree about {}",
        differ.join(", ")
    );
    let cure = format!("list every known `{tag}` in `not: {{enum: …}}` of {unknown}, and no other");
    Some(Problem::new(lower::file(home), pointer, reason, cure))
}

/// The room that an arm's reference leads to; nothing when it stays in its own.
fn home_of<'a>(union: &'a Node, arm: &str) -> Option<&'a str> {
    let arms = union.get("oneOf").map_or(&[][..], Node::items).iter();
    let mut targets = arms.filter_map(|arm| arm.get("$ref")?.as_str());
    let target = targets.find(|target| target.ends_with(&format!("/{arm}")))?;
    target.split_once(".schema.json#").map(|(room, _)| room)
}
