//! Makes the language-neutral [`Model`] of `schema/` and refuses what stands outside the conventions of `schema/README.md`.
//!
//! It looks at one definition at a time. What only the whole shows (cycles, colliding names, frames that do not validate) is `check`'s business.

mod frames;
mod members;
mod messages;
mod refs;
mod types;
mod unions;
mod values;

use crate::load::Source;
use crate::model::{Basis, Docs, Limit, Model, Origin, Room};
use crate::naming;
use crate::node::{Node, step};
use crate::problem::Problem;
use crate::words;

/// The model, as far as it could be made, and every mistake that was seen on the way.
pub fn lower(source: &Source) -> (Model, Vec<Problem>) {
    let mut context = Context {
        source,
        problems: Vec::new(),
    };
    for (room, node) in &source.rooms {
        context.problems.extend(words::check(&file(room), node));
    }
    if let Some(meta) = &source.meta {
        context.require_object(&Place::root("meta"), meta);
    }
    let mut model = Model {
        version: String::new(),
        version_pattern: String::new(),
        rooms: Vec::new(),
        messages: Vec::new(),
        kinds: Vec::new(),
        limits: Vec::new(),
        examples: Vec::new(),
        invalid: Vec::new(),
    };
    context.rooms(&mut model);
    context.root(&mut model);
    context.messages(&mut model);
    context.kinds(&mut model);
    model.examples = context.frames("examples", &source.examples, &model.messages);
    model.invalid = context.frames("invalid", &source.invalid, &model.messages);
    (model, context.problems)
}

/// The file of a room, relative to `schema/`.
pub(crate) fn file(room: &str) -> String {
    format!("{room}.schema.json")
}

/// Where we are: a room and a JSON pointer in its file.
#[derive(Clone, Debug)]
struct Place {
    room: String,
    pointer: String,
}

impl Place {
    fn root(room: &str) -> Self {
        Self {
            room: room.to_owned(),
            pointer: String::new(),
        }
    }

    fn definition(room: &str, name: &str) -> Self {
        Self::root(room).at("$defs").at(name)
    }

    fn at(&self, name: &str) -> Self {
        Self {
            room: self.room.clone(),
            pointer: step(&self.pointer, name),
        }
    }

    fn origin(&self) -> Origin {
        Origin {
            file: file(&self.room),
            pointer: self.pointer.clone(),
        }
    }
}

struct Context<'a> {
    source: &'a Source,
    problems: Vec<Problem>,
}

impl<'a> Context<'a> {
    fn problem(
        &mut self,
        place: &Place,
        node: &Node,
        reason: impl Into<String>,
        cure: impl Into<String>,
    ) {
        let problem = Problem::new(file(&place.room), place.pointer.clone(), reason, cure);
        self.problems.push(problem.at_line(node.line));
    }

    fn require_object(&mut self, place: &Place, node: &Node) -> bool {
        if !node.is_object() {
            let reason = format!("this must be an object, it is {}", node.kind());
            self.problem(place, node, reason, "write an object");
        }
        node.is_object()
    }

    /// Description, section and basis. A definition or value without a description is refused, a definition without a section too.
    fn docs(&mut self, place: &Place, node: &Node, needs_section: bool) -> Docs {
        let description = node.get("description").and_then(Node::as_str).unwrap_or("");
        if description.trim().is_empty() {
            let cure = "write a sentence that a reader can use";
            self.problem(place, node, "`description` is missing", cure);
        }
        let word = |name: &str| node.get(name).and_then(Node::as_str);
        let section = word("x-arcp-section").or_else(|| word("section"));
        if needs_section && section.is_none() {
            let cure = "write the section of the specification, such as \"6.2\"";
            self.problem(place, node, "`x-arcp-section` is missing", cure);
        }
        Docs {
            description: description.trim().to_owned(),
            section: section.map(str::to_owned),
            basis: match word("x-arcp-basis") {
                Some("draft-02") => Basis::Draft02,
                Some("ours") => Basis::Ours,
                _ => Basis::Spec,
            },
        }
    }

    fn rooms(&mut self, model: &mut Model) {
        for (name, root) in &self.source.rooms {
            let place = Place::root(name);
            if !self.require_object(&place, root) {
                continue;
            }
            let description = root.get("description").and_then(Node::as_str);
            if description.is_none() {
                let cure = "say in one sentence what the file holds";
                self.problem(&place, root, "`description` is missing", cure);
            }
            let mut types = Vec::new();
            for (definition, node) in root.get("$defs").map_or(&[][..], Node::members) {
                let place = Place::definition(name, definition);
                if !naming::is_upper_camel(definition) {
                    let reason = format!("`{definition}` is no UpperCamelCase name");
                    self.problem(&place, node, reason, "rename the definition");
                }
                types.extend(self.definition(&place, definition, node));
            }
            if types.is_empty() {
                continue;
            }
            model.rooms.push(Room {
                name: name.clone(),
                description: description.unwrap_or_default().to_owned(),
                types,
            });
        }
    }

    /// Version and limits: the words of the file that holds the union of all messages.
    fn root(&mut self, model: &mut Model) {
        let Some((name, root)) = self
            .source
            .rooms
            .iter()
            .find(|(_, node)| node.get("x-arcp-version").is_some())
        else {
            let cure = "write {\"wire\": …, \"accepts\": …} at the top of arcp.schema.json";
            self.problems.push(Problem::new(
                "arcp.schema.json",
                "",
                "`x-arcp-version` is missing",
                cure,
            ));
            return;
        };
        let place = Place::root(name);
        if let Some(version) = root.get("x-arcp-version") {
            let place = place.at("x-arcp-version");
            model.version = self.text(&place, version, "wire");
            model.version_pattern = self.text(&place, version, "accepts");
        }
        let Some(limits) = root.get("x-arcp-limits") else {
            return;
        };
        for (name, node) in limits.members() {
            let place = place.at("x-arcp-limits").at(name);
            let default = node
                .get("default")
                .and_then(Node::as_i64)
                .and_then(|value| u64::try_from(value).ok());
            if default.is_none() {
                let cure = "write an integer of at least 0";
                self.problem(&place, node, "`default` is missing or no integer", cure);
            }
            model.limits.push(Limit {
                name: name.clone(),
                default: default.unwrap_or_default(),
                unit: self.text(&place, node, "unit"),
                docs: self.docs(&place, node, true),
            });
        }
    }

    /// A string member that must be there.
    fn text(&mut self, place: &Place, node: &Node, name: &str) -> String {
        let Some(text) = node
            .get(name)
            .and_then(Node::as_str)
            .filter(|text| !text.is_empty())
        else {
            let reason = format!("`{name}` is missing or no string");
            self.problem(place, node, reason, format!("write `{name}` as a string"));
            return String::new();
        };
        text.to_owned()
    }

    /// The definition that a room holds under a name.
    fn find(&self, room: &str, name: &str) -> Option<&'a Node> {
        self.source.room(room)?.get("$defs")?.get(name)
    }
}
