//! Types that would contain themselves: no list, map or JSON value stands between.

use crate::model::{Model, Ref, Shape, Type};
use crate::problem::Problem;
use std::collections::BTreeSet;

/// Every type that is part of such a cycle, once for each cycle.
pub(super) fn check(model: &Model) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut told: BTreeSet<(String, String)> = BTreeSet::new();
    for room in &model.rooms {
        for ty in &room.types {
            let start = (room.name.clone(), ty.name.clone());
            let mut path = vec![start.clone()];
            if !told.contains(&start) && returns(model, &start, ty, &mut path) {
                let names: Vec<String> = path
                    .iter()
                    .map(|(room, name)| format!("{room}.{name}"))
                    .collect();
                told.extend(path);
                let reason = format!("the type contains itself: {}", names.join(" contains "));
                let cure =
                    "put a list or a map between, or refer to common.schema.json#/$defs/Json";
                problems.push(Problem::new(
                    ty.origin.file.clone(),
                    ty.origin.pointer.clone(),
                    reason,
                    cure,
                ));
            }
        }
    }
    problems
}

/// Whether a way leads from `ty` back to `start`. On success `path` is that way.
fn returns(
    model: &Model,
    start: &(String, String),
    ty: &Type,
    path: &mut Vec<(String, String)>,
) -> bool {
    for (room, name) in contained(&ty.shape) {
        let next = (room.clone(), name.clone());
        if next == *start {
            path.push(next);
            return true;
        }
        if path.contains(&next) {
            continue;
        }
        let found = model
            .rooms
            .iter()
            .find(|other| other.name == *room)
            .and_then(|room| room.types.iter().find(|ty| ty.name == *name));
        if let Some(inner) = found {
            path.push(next);
            if returns(model, start, inner, path) {
                return true;
            }
            path.pop();
        }
    }
    false
}

/// The named types that a value holds directly.
fn contained(shape: &Shape) -> Vec<(&String, &String)> {
    let direct = |ty: &'_ Ref| matches!(ty, Ref::Named { .. });
    let refs: Vec<&Ref> = match shape {
        Shape::Struct(structure) => structure
            .members
            .iter()
            .map(|member| &member.ty)
            .filter(|ty| direct(ty))
            .collect(),
        Shape::MemberUnion(arms) => arms.iter().map(|arm| &arm.ty).collect(),
        _ => Vec::new(),
    };
    refs.into_iter()
        .filter_map(|ty| match ty {
            Ref::Named { room, name } => Some((room, name)),
            _ => None,
        })
        .collect()
}
