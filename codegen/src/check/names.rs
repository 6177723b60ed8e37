//! Names that would be one name in some language, and tags that would select two arms.

use crate::model::{Model, Room, Shape, Type};
use crate::naming;
use crate::problem::Problem;
use crate::special_cases::RESERVED_ROOMS;
use std::collections::BTreeMap;

/// Every collision.
pub(super) fn check(model: &Model) -> Vec<Problem> {
    let mut problems = Vec::new();
    for room in &model.rooms {
        rooms(room, &mut problems);
        for ty in &room.types {
            inside(ty, &mut problems);
        }
    }
    let limits = model.limits.iter().map(|limit| {
        let pointer = format!("/x-arcp-limits/{}", limit.name);
        (
            naming::snake(&limit.name),
            limit.name.clone(),
            "arcp.schema.json".to_owned(),
            pointer,
        )
    });
    collide("limits", limits, &mut problems);
    tags(model, &mut problems);
    problems
}

fn rooms(room: &Room, problems: &mut Vec<Problem>) {
    if RESERVED_ROOMS.contains(&room.name.as_str()) {
        let reason = format!(
            "`{}` is the name of a module that the press writes itself",
            room.name
        );
        problems.push(Problem::new(
            format!("{}.schema.json", room.name),
            "",
            reason,
            "rename the file",
        ));
    }
    let types = room.types.iter().map(|ty| {
        (
            naming::snake(&ty.name),
            ty.name.clone(),
            ty.origin.file.clone(),
            ty.origin.pointer.clone(),
        )
    });
    collide("definitions", types, problems);
}

/// Members of an object, values of an enum, arms of a union.
fn inside(ty: &Type, problems: &mut Vec<Problem>) {
    let place = |steps: &str| format!("{}{steps}", ty.origin.pointer);
    let file = &ty.origin.file;
    match &ty.shape {
        Shape::Struct(structure) => {
            let members = structure.members.iter();
            let names = members.map(|member| {
                (
                    naming::snake(&member.wire),
                    member.wire.clone(),
                    file.clone(),
                    place(&format!("/properties/{}", member.wire)),
                )
            });
            collide("members", names, problems);
        }
        Shape::Enum(values) => {
            let unknown = values.open.then(|| {
                (
                    "unknown".to_owned(),
                    "the arm for unknown values".to_owned(),
                    file.clone(),
                    place(""),
                )
            });
            let names = values.values.iter().map(|value| {
                (
                    naming::snake(&value.name),
                    value.name.clone(),
                    file.clone(),
                    place(&format!("/x-arcp-values/{}", value.wire)),
                )
            });
            collide("values", unknown.into_iter().chain(names), problems);
        }
        Shape::MemberUnion(arms) => {
            let names = arms.iter().enumerate().map(|(index, arm)| {
                (
                    naming::snake(&arm.name),
                    arm.name.clone(),
                    file.clone(),
                    place(&format!("/oneOf/{index}")),
                )
            });
            collide("arms", names, problems);
        }
        _ => {}
    }
}

/// What collides: the name after casing, the name as written, file and pointer.
type Name = (String, String, String, String);

fn collide(what: &str, names: impl Iterator<Item = Name>, problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (cased, name, file, pointer) in names {
        if cased.is_empty() {
            problems.push(Problem::new(
                file,
                pointer,
                format!("`{name}` has no letter or digit"),
                "rename it",
            ));
            continue;
        }
        if let Some(other) = seen.get(&cased) {
            let reason = format!(
                "the {what} `{other}` and `{name}` are both `{cased}` once they are cased for a language"
            );
            problems.push(Problem::new(file, pointer, reason, "rename one of them"));
        } else {
            seen.insert(cased, name);
        }
    }
}

fn tags(model: &Model, problems: &mut Vec<Problem>) {
    let twice = |what: &str, file: &str, pointer: &str, wire: &str| {
        let reason = format!("two {what} are selected by `{wire}`");
        Problem::new(file, pointer, reason, "give each a tag of its own")
    };
    let mut seen = Vec::new();
    for message in &model.messages {
        if seen.contains(&message.wire) {
            problems.push(twice(
                "messages",
                "arcp.schema.json",
                "/$defs/Message/oneOf",
                &message.wire,
            ));
        }
        seen.push(message.wire.clone());
    }
    let messages = model.messages.iter().map(|message| {
        (
            naming::snake(&message.name),
            message.wire.clone(),
            "arcp.schema.json".to_owned(),
            "/$defs/Message/oneOf".to_owned(),
        )
    });
    let mut collisions = Vec::new();
    collide("messages", messages, &mut collisions);
    problems.extend(
        collisions
            .into_iter()
            .filter(|_| seen.len() == distinct(&seen)),
    );
    let mut seen = Vec::new();
    for kind in &model.kinds {
        if seen.contains(&kind.wire) {
            let (file, pointer) = carrier(model);
            problems.push(twice(
                "event kinds",
                &file,
                &format!("{pointer}/oneOf"),
                &kind.wire,
            ));
        }
        seen.push(kind.wire.clone());
    }
}

fn distinct(names: &[String]) -> usize {
    names
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

/// Where the union of the event kinds stands.
fn carrier(model: &Model) -> (String, String) {
    let types = model.rooms.iter().flat_map(|room| &room.types);
    let mut carriers = types
        .filter(|ty| matches!(&ty.shape, Shape::Struct(structure) if structure.union.is_some()));
    carriers.next().map_or_else(Default::default, |ty| {
        (ty.origin.file.clone(), ty.origin.pointer.clone())
    })
}
