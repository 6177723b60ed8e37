//! The target `python`: a typed package without dependencies, one module for each room.
//!
//! What is the same in every version stands in `templates/python/`.

mod expr;
mod facts;
mod room;

use crate::emit::Files;
use crate::emit::lookup::{ENVELOPE, Lookup, Pillars, room_of};
use crate::emit::prose::{GENERATED, described, finished, member_notes, quoted};
use crate::model::{Limit, Member, Message, Model, Type};
use crate::naming;
use crate::problem::Problem;
use askama::Template;
use expr::{Scope, attribute, codec_name};
use room::{Body, Fact, MemberView, TypeView, doc};
use std::collections::BTreeSet;

/// Emits the package.
///
/// # Errors
/// What the bindings are built around and the schema does not have.
pub fn emit(model: &Model) -> Result<Files, Vec<Problem>> {
    let lookup = Lookup::new(model);
    let pillars = lookup.pillars()?;
    let mut out = Package::default();
    let mut rooms = Vec::new();
    for room in &model.rooms {
        if room.types.is_empty() || room.name == ENVELOPE {
            continue;
        }
        let scope = Scope {
            lookup: &lookup,
            room: &room.name,
        };
        rooms.push(room.name.clone());
        let used = lookup.rooms_used(&room.name, &room.types);
        out.with_imports(&format!("{}.py", room.name), &used, |imports| RoomFile {
            generated: GENERATED,
            doc: doc(std::slice::from_ref(&room.description), ""),
            imports,
            types: room.types.iter().map(|ty| scope.type_view(ty)).collect(),
        });
    }
    let used = envelope_rooms(&lookup, &pillars);
    out.with_imports("envelope.py", &used, |imports| {
        envelope(&lookup, &pillars, imports)
    });
    rooms.sort();
    out.add(
        "__init__.py",
        &Init {
            generated: GENERATED,
            version: &model.version,
            rooms,
        },
    );
    out.add("limits.py", &limits(model));
    out.add("registry.py", &registry(model));
    out.add("errors.py", &errors(&pillars));
    out.support(&model.version);
    out.files
        .insert("python/arcp_generated/py.typed".into(), Vec::new());
    out.done()
}

#[derive(Default)]
struct Package {
    files: Files,
    problems: Vec<Problem>,
}

impl Package {
    /// What is the same for every schema but for its version.
    fn support(&mut self, version: &str) {
        self.add(
            "codec.py",
            &Codec {
                generated: GENERATED,
            },
        );
        self.add(
            "facts.py",
            &Facts {
                generated: GENERATED,
            },
        );
        self.add(
            "faults.py",
            &Faults {
                generated: GENERATED,
            },
        );
        self.add(
            "raw.py",
            &Raw {
                generated: GENERATED,
            },
        );
        self.add(
            "secret.py",
            &Secret {
                generated: GENERATED,
            },
        );
        self.add(
            "../README.md",
            &Readme {
                generated: GENERATED,
                version,
            },
        );
        self.add(
            "../pyproject.toml",
            &Manifest {
                generated: GENERATED,
                version,
            },
        );
    }

    fn add(&mut self, name: &str, template: &impl Template) {
        let path = match name.strip_prefix("../") {
            Some(outside) => format!("python/{outside}"),
            None => format!("python/arcp_generated/{name}"),
        };
        match template.render() {
            Ok(text) => {
                self.files.insert(path, finished(&squeezed(&text)));
            }
            Err(error) => self.problems.push(Problem::new(
                "",
                "",
                format!("the template of {path} cannot be filled: {error}"),
                "mend the template",
            )),
        }
    }

    /// Renders twice: the first time to see which names the module uses.
    fn with_imports<T: Template>(
        &mut self,
        name: &str,
        rooms: &BTreeSet<String>,
        make: impl Fn(String) -> T,
    ) {
        let draft = make(String::new()).render().unwrap_or_default();
        self.add(name, &make(imports(&draft, rooms)));
    }

    fn done(self) -> Result<Files, Vec<Problem>> {
        if self.problems.is_empty() {
            Ok(self.files)
        } else {
            Err(self.problems)
        }
    }
}

/// The import lines for the names that a module uses. Rooms come under a private name: a member may be called like a room.
fn imports(draft: &str, rooms: &BTreeSet<String>) -> String {
    let code = &bare(draft);
    let mut lines = vec![
        "from __future__ import annotations".to_owned(),
        String::new(),
    ];
    if uses(code, "_decimal") {
        lines.push("import decimal as _decimal".into());
    }
    for (module, names) in [
        ("collections.abc", &["Callable", "Mapping"][..]),
        ("dataclasses", &["dataclass", "_field"]),
        (
            "typing",
            &["ClassVar", "Final", "Literal", "Protocol", "TypeAlias"],
        ),
    ] {
        lines.extend(import(code, module, names));
    }
    lines.push(String::new());
    lines.push("from . import codec as _codec".into());
    for room in rooms {
        lines.push(format!("from . import {room} as _{room}"));
    }
    if uses(code, "_raw") {
        lines.push("from . import raw as _raw".into());
    }
    for (module, names) in [
        (".codec", &["MISSING", "Codec", "Missing"][..]),
        (".facts", &["CodeFacts", "ValueFacts"]),
        (".faults", &["DecodeError", "EncodeError", "Fault"]),
        (
            ".raw",
            &["Json", "JsonObject", "Raw", "format_json", "parse_json"],
        ),
        (".secret", &["Secret"]),
    ] {
        lines.extend(import(code, module, names));
    }
    lines.join("\n")
}

fn import(code: &str, module: &str, names: &[&str]) -> Option<String> {
    let used: Vec<String> = names
        .iter()
        // A definition of the module itself wins over an import.
        .filter(|name| uses(code, name) && !code.contains(&format!("\n{name}: TypeAlias")))
        .map(|name| match name.strip_prefix('_') {
            Some(plain) => format!("{plain} as {name}"),
            None => (*name).to_owned(),
        })
        .collect();
    (!used.is_empty()).then(|| format!("from {module} import {}", used.join(", ")))
}

/// Whether a name occurs as a whole word that is no attribute of something else.
fn uses(code: &str, name: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        let after = code
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(|letter| part(letter) || letter == '.') && !after.is_some_and(part)
    })
}

/// The code without its comments in quotes and its strings; an alias in quotes stays.
fn bare(code: &str) -> String {
    let mut out = String::new();
    let mut quotes = code.split("\"\"\"");
    while let Some(plain) = quotes.next() {
        for line in plain.lines() {
            if line.contains(": TypeAlias = ") {
                out.push_str(line);
            } else {
                let unescaped = line.replace("\\\"", "");
                out.extend(unescaped.split('"').step_by(2));
            }
            out.push('\n');
        }
        quotes.next();
    }
    out
}

/// At most two empty lines in a row.
fn squeezed(text: &str) -> String {
    let mut out = text.to_owned();
    while out.contains("\n\n\n\n") {
        out = out.replace("\n\n\n\n", "\n\n\n");
    }
    out
}

fn envelope_types<'m>(lookup: &Lookup<'m>) -> Vec<&'m Type> {
    let room = lookup.model.rooms.iter().find(|room| room.name == ENVELOPE);
    room.map(|room| {
        room.types
            .iter()
            .filter(|ty| ty.name != "Envelope")
            .collect()
    })
    .unwrap_or_default()
}

fn envelope_rooms(lookup: &Lookup<'_>, pillars: &Pillars<'_>) -> BTreeSet<String> {
    let mut rooms = lookup.rooms_used(ENVELOPE, envelope_types(lookup));
    for member in pillars.envelope.members.iter().filter(|it| is_head(it)) {
        room_of(&member.ty, &mut rooms);
    }
    for message in &lookup.model.messages {
        room_of(&message.payload, &mut rooms);
    }
    rooms.remove(ENVELOPE);
    rooms
}

/// Whether a member of the envelope is neither the tag nor the payload.
fn is_head(member: &Member) -> bool {
    member.wire != "type" && member.wire != "payload"
}

fn envelope(lookup: &Lookup<'_>, pillars: &Pillars<'_>, imports: String) -> EnvelopeFile {
    let model = lookup.model;
    let scope = Scope {
        lookup,
        room: ENVELOPE,
    };
    let all = &pillars.envelope.members;
    let description = model
        .rooms
        .iter()
        .find(|room| room.name == ENVELOPE)
        .map_or(String::new(), |room| room.description.clone());
    let view = |members: &[Member]| -> Vec<MemberView> {
        let head = members.iter().filter(|it| is_head(it));
        head.map(|it| head_member(&scope, it, false)).collect()
    };
    let tag = all.iter().position(|member| member.wire == "type");
    let (leading, trailing) = all.split_at(tag.unwrap_or_default());
    EnvelopeFile {
        generated: GENERATED,
        doc: doc(&[description], ""),
        imports,
        types: envelope_types(lookup)
            .into_iter()
            .map(|ty| scope.type_view(ty))
            .collect(),
        version: model.version.clone(),
        members: view(all),
        leading: view(leading),
        trailing: view(trailing),
        read_type: scope.read(pillars.tag, true),
        unknown: scope.member(pillars.payload, true),
        messages: model
            .messages
            .iter()
            .map(|message| message_view(&scope, pillars, message))
            .collect(),
        codec: codec_name("Envelope"),
    }
}

/// A member of the head as a field. The version has the one that is written as its default.
fn head_member(scope: &Scope<'_>, member: &Member, insist: bool) -> MemberView {
    let mut view = scope.member(member, insist);
    view.doc = doc(&member_notes(member), "        ");
    if member.wire == "arcp" {
        view.default = " = VERSION".into();
    }
    view
}

fn message_view(scope: &Scope<'_>, pillars: &Pillars<'_>, message: &Message) -> MessageView {
    let mut notes = vec![format!("`{}`: {}", message.wire, described(&message.docs))];
    if let Some(feature) = &message.feature {
        notes.push(format!("Needs the feature `{feature}`."));
    }
    let needs = scope.lookup.needs(message, pillars.envelope);
    let needed = |member: &Member| needs.iter().any(|need| need.wire == member.wire);
    let (ty, codec) = scope.payload(&message.payload);
    MessageView {
        doc: doc(&notes, "    "),
        name: message.name.clone(),
        snake: naming::snake(&message.name),
        tag: quoted(&message.wire),
        ty,
        codec,
        members: pillars
            .envelope
            .members
            .iter()
            .filter(|it| is_head(it))
            .map(|it| head_member(scope, it, needed(it)))
            .collect(),
    }
}

fn limits(model: &Model) -> LimitsFile {
    let view = |limit: &Limit| LimitView {
        doc: doc(
            &[described(&limit.docs), format!("Unit: {}.", limit.unit)],
            "",
        ),
        name: naming::screaming(&limit.name),
        field: attribute(&limit.name),
        value: limit.default,
    };
    let limits: Vec<_> = model.limits.iter().map(view).collect();
    LimitsFile {
        generated: GENERATED,
        own_depth: !limits.iter().any(|limit| limit.field == "frame_depth"),
        own_number: !limits.iter().any(|limit| limit.field == "number_chars"),
        limits,
    }
}

fn registry(model: &Model) -> Registry {
    Registry {
        generated: GENERATED,
        messages: model
            .messages
            .iter()
            .map(|message| Fact {
                key: quoted(&message.wire),
                facts: facts::message_facts(message),
            })
            .collect(),
        kinds: model
            .kinds
            .iter()
            .map(|kind| Fact {
                key: quoted(&kind.wire),
                facts: facts::kind_facts(kind),
            })
            .collect(),
    }
}

fn errors(pillars: &Pillars<'_>) -> Errors {
    let (code, words) = pillars.codes;
    Errors {
        generated: GENERATED,
        code: code.to_owned(),
        facts: format!("{}_FACTS", naming::screaming(code)),
        codes: words
            .values
            .iter()
            .map(|value| CodeView {
                name: value.name.clone(),
                wire: quoted(&value.wire),
                doc: doc(&[described(&value.docs)], "    "),
            })
            .collect(),
    }
}

#[derive(Template)]
#[template(path = "python/arcp_generated/room.py")]
struct RoomFile {
    generated: &'static str,
    doc: String,
    imports: String,
    types: Vec<TypeView>,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/envelope.py")]
struct EnvelopeFile {
    generated: &'static str,
    doc: String,
    imports: String,
    types: Vec<TypeView>,
    version: String,
    members: Vec<MemberView>,
    leading: Vec<MemberView>,
    trailing: Vec<MemberView>,
    read_type: String,
    unknown: MemberView,
    messages: Vec<MessageView>,
    codec: String,
}

struct MessageView {
    doc: String,
    name: String,
    snake: String,
    tag: String,
    ty: String,
    codec: String,
    members: Vec<MemberView>,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/__init__.py")]
struct Init<'a> {
    generated: &'static str,
    version: &'a str,
    rooms: Vec<String>,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/limits.py")]
struct LimitsFile {
    generated: &'static str,
    limits: Vec<LimitView>,
    own_depth: bool,
    own_number: bool,
}

struct LimitView {
    doc: String,
    name: String,
    field: String,
    value: u64,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/registry.py")]
struct Registry {
    generated: &'static str,
    messages: Vec<Fact>,
    kinds: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/errors.py")]
struct Errors {
    generated: &'static str,
    code: String,
    facts: String,
    codes: Vec<CodeView>,
}

struct CodeView {
    name: String,
    wire: String,
    doc: String,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/codec.py")]
struct Codec {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/facts.py")]
struct Facts {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/faults.py")]
struct Faults {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/raw.py")]
struct Raw {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "python/arcp_generated/secret.py")]
struct Secret {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "python/README.md")]
struct Readme<'a> {
    generated: &'static str,
    version: &'a str,
}

#[derive(Template)]
#[template(path = "python/pyproject.toml")]
struct Manifest<'a> {
    generated: &'static str,
    version: &'a str,
}
