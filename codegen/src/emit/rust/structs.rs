//! Leaf structs, through typify.
//!
//! typify is shown a view of the model in which only these structs are left: every string with a grammar, every enum, union, map and
//! decimal is replaced by the path of our own type, and every member is required. What comes out is checked and finished by `polish`.

use super::types::path;
use crate::model::{Model, Ref, Shape, Struct};
use crate::problem::Problem;
use crate::special_cases::ENVELOPE_ROOM;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use syn::{Item, ItemStruct};
use typify::{TypeSpace, TypeSpaceImpl, TypeSpaceSettings};

/// The structs as typify printed them, by room and name.
#[derive(Debug, Default)]
pub(super) struct Leaves(BTreeMap<(String, String), ItemStruct>);

impl Leaves {
    pub(super) fn get(&self, room: &str, name: &str) -> Option<&ItemStruct> {
        self.0.get(&(room.to_owned(), name.to_owned()))
    }
}

/// Has typify print every struct that no tag is in.
pub(super) fn leaves(model: &Model) -> Result<Leaves, Problem> {
    let broken = |reason: String| {
        Problem::new(
            "",
            "",
            reason,
            "this is a mistake of the press: look at codegen/src/emit/rust/structs.rs",
        )
    };
    let text = printed(model)
        .map_err(|error| broken(format!("typify refuses the view of the schema: {error}")))?;
    if let Some(trap) = trap(&text) {
        return Err(broken(format!(
            "typify printed `{trap}`, which loses what the schema says"
        )));
    }
    let file = syn::parse_file(&text)
        .map_err(|error| broken(format!("typify's output does not parse: {error}")))?;
    let mut found: BTreeMap<String, ItemStruct> = BTreeMap::new();
    for item in file.items {
        if let Item::Struct(item) = item {
            found.insert(item.ident.to_string(), item);
        }
    }
    let mut leaves = Leaves::default();
    for (room, name, _) in structs(model) {
        let item = found.remove(&view_name(room, name));
        let item =
            item.ok_or_else(|| broken(format!("typify printed no struct for {room}::{name}")))?;
        leaves.0.insert((room.to_owned(), name.to_owned()), item);
    }
    Ok(leaves)
}

/// What must not occur in typify's output.
fn trap(text: &str) -> Option<&'static str> {
    [
        "untagged",
        "Variant0",
        "serde_json :: Value",
        "serde_json::Value",
        "serde_json::Map",
        "flatten",
    ]
    .into_iter()
    .find(|trap| text.contains(trap))
}

/// typify's output for the view of the model, formatted.
///
/// # Errors
/// What typify says.
pub(super) fn printed(model: &Model) -> Result<String, String> {
    let mut settings = TypeSpaceSettings::default();
    for room in &model.rooms {
        for ty in &room.types {
            let replacement = path("", &room.name, &ty.name).to_string().replace(' ', "");
            settings.with_replacement(
                use_name(&room.name, &ty.name),
                replacement,
                std::iter::empty::<TypeSpaceImpl>(),
            );
        }
    }
    let schema = serde_json::from_value(view(model)).map_err(|error| error.to_string())?;
    let mut space = TypeSpace::new(&settings);
    space
        .add_root_schema(schema)
        .map_err(|error| error.to_string())?;
    let file = syn::parse2(space.to_stream()).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file))
}

/// The view: draft-07 `definitions` of the structs, and empty ones for what is replaced.
fn view(model: &Model) -> Value {
    let mut definitions = Map::new();
    for room in &model.rooms {
        for ty in &room.types {
            definitions.insert(use_name(&room.name, &ty.name), json!({"type": "object"}));
        }
    }
    for (room, name, structure) in structs(model) {
        let properties: Map<String, Value> = structure
            .members
            .iter()
            .map(|member| (member.wire.clone(), member_view(&member.ty)))
            .collect();
        let required: Vec<&str> = structure
            .members
            .iter()
            .map(|member| member.wire.as_str())
            .collect();
        let definition = json!({"type": "object", "properties": properties, "required": required});
        definitions.insert(view_name(room, name), definition);
    }
    json!({"$schema": "http://json-schema.org/draft-07/schema#", "definitions": definitions})
}

fn member_view(ty: &Ref) -> Value {
    match ty {
        Ref::Named { room, name } => {
            json!({"$ref": format!("#/definitions/{}", use_name(room, name))})
        }
        Ref::String | Ref::BoundedString { .. } => json!({"type": "string"}),
        Ref::Bool => json!({"type": "boolean"}),
        Ref::Integer(bounds) if bounds.min < 0 => json!({"type": "integer", "format": "int64"}),
        Ref::Integer(_) => json!({"type": "integer", "format": "uint64"}),
        Ref::List { item, .. } => json!({"type": "array", "items": member_view(item)}),
    }
}

/// The structs that typify prints: no union is in them, and they are not the frame.
fn structs(model: &Model) -> impl Iterator<Item = (&str, &str, &Struct)> {
    let rooms = model.rooms.iter().filter(|room| room.name != ENVELOPE_ROOM);
    rooms.flat_map(|room| {
        room.types.iter().filter_map(|ty| match &ty.shape {
            Shape::Struct(structure) if structure.union.is_none() => {
                Some((room.name.as_str(), ty.name.as_str(), structure))
            }
            _ => None,
        })
    })
}

/// The name of a definition in the view: rooms share one flat name space there.
fn view_name(room: &str, name: &str) -> String {
    format!("{}{name}", crate::naming::upper_camel(room))
}

/// The name under which a type is used in the view, which is replaced by its path.
fn use_name(room: &str, name: &str) -> String {
    format!("Use{}{name}", crate::naming::upper_camel(room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn typify_prints_nothing_that_loses_data() {
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
        let model = crate::read(&schema).expect("the schema is good");
        let text = printed(&model).expect("typify takes the view");
        assert_eq!(trap(&text), None);
        // One more is typify's own `ConversionError`.
        let structs = structs(&model).count() + 1;
        assert_eq!(text.matches("pub struct ").count(), structs);
        assert_eq!(text.matches("pub enum ").count(), 0);
    }
}
