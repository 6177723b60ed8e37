//! Frames that the schema does not take although they are examples, or takes although they are invalid.
//!
//! The judge is the jsonschema crate: a second reader of the schema, which knows nothing of the model.

use crate::load::{Frame, Source};
use crate::model::{Model, Ref, Shape};
use crate::node::Node;
use crate::problem::Problem;
use crate::special_cases::CONTENT;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, Resource, ValidationError, Validator};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every frame that is on the wrong side.
pub(super) fn check(source: &Source, model: &Model) -> Vec<Problem> {
    let mut judge = match Judge::new(source) {
        Ok(judge) => judge,
        Err(reason) => {
            let cure = "check $id and $ref of the schema files";
            return vec![Problem::new(
                "",
                "",
                format!("the schema files do not work together: {reason}"),
                cure,
            )];
        }
    };
    let mut problems = Vec::new();
    for frame in &source.examples {
        problems.extend(judge.example(source, model, frame));
    }
    for frame in &source.invalid {
        problems.extend(judge.invalid(source, model, frame));
    }
    problems
}

/// Pointers with what is wrong there.
type Places = Vec<(String, String)>;

struct Judge {
    registry: Registry<'static>,
    /// Validators by `$ref`, made when they are first needed.
    validators: BTreeMap<String, Result<Validator, String>>,
}

impl Judge {
    fn new(source: &Source) -> Result<Self, String> {
        let mut registry = Registry::new();
        for (room, root) in &source.rooms {
            let Some(id) = root.get("$id").and_then(Node::as_str) else {
                return Err(format!("{room}.schema.json has no $id"));
            };
            let value: Value =
                serde_json::from_str(&root.to_compact()).map_err(|error| error.to_string())?;
            let resource = Resource::from_contents(value);
            registry = registry
                .add(id, resource)
                .map_err(|error| error.to_string())?;
        }
        let registry = registry.prepare().map_err(|error| error.to_string())?;
        Ok(Self {
            registry,
            validators: BTreeMap::new(),
        })
    }

    fn validator(&mut self, target: &str) -> Result<&Validator, String> {
        let Self {
            registry,
            validators,
        } = self;
        let made = validators.entry(target.to_owned()).or_insert_with(|| {
            let schema = json!({"$ref": target});
            jsonschema::options()
                .with_draft(Draft::Draft202012)
                .with_registry(registry)
                .build(&schema)
                .map_err(|error| error.to_string())
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// The errors of a frame against the definition that its type selects, each as the places that it speaks of.
    ///
    /// Where a tag inside selects an arm, the errors are those against that arm: what is wrong with the others helps nobody.
    fn errors(
        &mut self,
        source: &Source,
        model: &Model,
        message: &str,
        frame: &Value,
    ) -> Result<Vec<Places>, String> {
        let mut errors = self.against(&definition(source, message)?, "", frame)?;
        if let Some((content, arm)) = selected(source, model, message, frame) {
            let inside = self.against(&arm, &format!("/{CONTENT}"), content)?;
            if !inside.is_empty() {
                errors.retain(|places| !places.iter().any(|(place, _)| is_content(place)));
                errors.extend(inside);
            }
        }
        Ok(errors)
    }

    fn against(
        &mut self,
        target: &str,
        pointer: &str,
        value: &Value,
    ) -> Result<Vec<Places>, String> {
        let errors = self.validator(target)?.iter_errors(value);
        let places = errors.map(|error| {
            let mut places = Vec::new();
            collect(&error, &mut places);
            for (place, _) in &mut places {
                place.insert_str(0, pointer);
            }
            places
        });
        Ok(places.collect())
    }

    fn example(&mut self, source: &Source, model: &Model, frame: &Frame) -> Option<Problem> {
        let file = format!("examples/{}", frame.path);
        let value = content(frame)?;
        let message = value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let folder = frame.path.split('/').next().unwrap_or_default();
        if folder != message {
            let reason = format!("the frame is a `{message}` but stands among `{folder}`");
            return Some(Problem::new(
                file,
                "/type",
                reason,
                "move it to the folder of its type",
            ));
        }
        match self.errors(source, model, &message, &value) {
            Err(reason) => Some(Problem::new(file, "", reason, "check the schema")),
            Ok(errors) => errors.first().map(|places| {
                let (pointer, reason) = deepest(places);
                let cure = "correct the example, or the schema that refuses it";
                Problem::new(
                    file,
                    pointer.clone(),
                    format!("the example does not validate: {reason}"),
                    cure,
                )
                .at_line(frame.node.at(&pointer).line)
            }),
        }
    }

    fn invalid(&mut self, source: &Source, model: &Model, frame: &Frame) -> Option<Problem> {
        let file = format!("invalid/{}", frame.path);
        let comment = frame
            .node
            .get("$comment")
            .and_then(Node::as_str)
            .unwrap_or_default();
        let Some(wanted) = stated(comment) else {
            let cure =
                "write the JSON pointer of the fault in backquotes, such as `/payload/agent`";
            return Some(Problem::new(
                file,
                "/$comment",
                "the comment names no place",
                cure,
            ));
        };
        let value = content(frame)?;
        let folder = frame.path.split('/').next().unwrap_or_default();
        let problem = |reason: String, cure: &str| {
            Some(Problem::new(&file, "", reason, cure).at_line(frame.node.line))
        };
        match self.errors(source, model, folder, &value) {
            Err(reason) => problem(reason, "check the schema"),
            Ok(errors) if errors.is_empty() => problem(
                "the frame must be refused, but it validates".to_owned(),
                "correct the frame, or the schema that takes it",
            ),
            Ok(errors) => {
                let mut places: Places = errors.into_iter().flatten().collect();
                if places.iter().any(|(place, _)| *place == wanted) {
                    return None;
                }
                places.dedup();
                let found: Vec<&str> = places.iter().map(|(place, _)| place.as_str()).collect();
                problem(
                    format!(
                        "the comment says `{wanted}`, but the frame is refused at {}",
                        found.join(", ")
                    ),
                    "correct the frame or its comment",
                )
            }
        }
    }
}

/// The pointer that a comment names in backquotes.
pub(crate) fn stated(comment: &str) -> Option<&str> {
    comment
        .split('`')
        .skip(1)
        .step_by(2)
        .find(|quoted| quoted.starts_with('/'))
}

/// The frame without its comment.
fn content(frame: &Frame) -> Option<Value> {
    let mut value: Value = serde_json::from_str(&frame.node.to_compact()).ok()?;
    if let Some(members) = value.as_object_mut() {
        members.remove("$comment");
    }
    Some(value)
}

/// The definition of a message, or of what is unknown, as an absolute reference.
fn definition(source: &Source, message: &str) -> Result<String, String> {
    let mut unknown = None;
    for (_, root) in &source.rooms {
        let id = root.get("$id").and_then(Node::as_str).unwrap_or_default();
        for (name, node) in root.get("$defs").map_or(&[][..], Node::members) {
            let ty = node
                .get("x-arcp-message")
                .and_then(|word| word.get("type"))
                .and_then(Node::as_str);
            if ty == Some(message) {
                return Ok(format!("{id}#/$defs/{name}"));
            }
            let is_root = name == "Message" && node.get("properties").is_none();
            let arm = node
                .get("x-arcp-union")
                .and_then(|union| union.get("unknown"))
                .and_then(Node::as_str);
            if let (true, Some(arm)) = (is_root, arm) {
                unknown = Some(format!("{id}#/$defs/{arm}"));
            }
        }
    }
    unknown.ok_or_else(|| format!("there is no definition for the message `{message}`"))
}

/// The content of a message and the arm that its own tag selects, where there is such a tag and it is known.
fn selected<'f>(
    source: &Source,
    model: &Model,
    message: &str,
    frame: &'f Value,
) -> Option<(&'f Value, String)> {
    let message = model.messages.iter().find(|it| it.wire == message)?;
    let Ref::Named { room, name } = &message.payload else {
        return None;
    };
    let room = model.rooms.iter().find(|it| it.name == *room)?;
    let Shape::Struct(record) = &room.types.iter().find(|it| it.name == *name)?.shape else {
        return None;
    };
    let content = frame.get(CONTENT)?;
    let tag = content.get(&record.union.as_ref()?.tag)?.as_str()?;
    let kind = model.kinds.iter().find(|it| it.wire == tag)?;
    let room = kind.origin.file.strip_suffix(".schema.json")?;
    let id = source.room(room)?.get("$id")?.as_str()?;
    Some((content, format!("{id}#{}", kind.origin.pointer)))
}

fn is_content(place: &str) -> bool {
    let rest = place.strip_prefix('/').unwrap_or_default();
    rest.strip_prefix(CONTENT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// All places that an error speaks of: its own, the missing member's, and those inside the arms of a union.
fn collect(error: &ValidationError<'_>, places: &mut Places) {
    let own = error.instance_path().as_str().to_owned();
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            places.push((crate::node::step(&own, name), error.to_string()));
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            for inner in context.iter().flatten() {
                collect(inner, places);
            }
        }
        ValidationErrorKind::PropertyNames { error: inner } => {
            if let Some(name) = inner.instance().as_str() {
                places.push((crate::node::step(&own, name), error.to_string()));
            }
        }
        _ => {}
    }
    places.push((own, error.to_string()));
}

/// The deepest place of an error, and what is wrong there.
fn deepest(places: &Places) -> (String, String) {
    let depth = |place: &str| place.matches('/').count();
    let deepest = places.iter().rev().max_by_key(|(place, _)| depth(place));
    deepest.cloned().unwrap_or_default()
}
