//! The target `python`: a typed package without dependencies, one module for each room.
//!
//! What is the same in every version stands in `templates/python/`.

mod expr;
mod facts;
mod imports;
mod room;

use crate::emit::Files;
use crate::emit::lookup::{ENVELOPE, Lookup, Pillars, is_head};
use crate::emit::package::{Package, add_fixed};
use crate::emit::prose::{GENERATED, described, limit_notes, member_notes, message_notes, quoted};
use crate::emit::views::Fact;
use crate::model::{Limit, Member, Message, Model};
use crate::naming;
use crate::problem::Problem;
use askama::Template;
use expr::{Scope, attribute, codec_name};
use imports::imports;
use room::{Body, MemberView, TypeView, doc};
use std::collections::BTreeSet;

/// Emits the package.
///
/// # Errors
/// What the bindings are built around and the schema does not have.
pub fn emit(model: &Model) -> Result<Files, Vec<Problem>> {
    let lookup = Lookup::new(model);
    let pillars = lookup.pillars()?;
    let mut out = Package::new(2);
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
        let path = format!("python/arcp_generated/{}.py", room.name);
        add_with_imports(&mut out, &path, &used, |imports| RoomFile {
            generated: GENERATED,
            doc: doc(std::slice::from_ref(&room.description), ""),
            imports,
            types: room.types.iter().map(|ty| scope.type_view(ty)).collect(),
        });
    }
    let used = lookup.envelope_rooms(&pillars);
    add_with_imports(
        &mut out,
        "python/arcp_generated/envelope.py",
        &used,
        |imports| envelope(&lookup, &pillars, imports),
    );
    rooms.sort();
    out.add(
        "python/arcp_generated/__init__.py",
        &Init {
            generated: GENERATED,
            version: &model.version,
            rooms,
        },
    );
    out.add("python/arcp_generated/limits.py", &limits(model));
    out.add("python/arcp_generated/registry.py", &registry(model));
    out.add("python/arcp_generated/errors.py", &errors(&pillars));
    add_fixed!(
        out,
        "python/arcp_generated/codec.py",
        "python/arcp_generated/facts.py",
        "python/arcp_generated/faults.py",
        "python/arcp_generated/raw.py",
        "python/arcp_generated/secret.py",
    );
    let version = &model.version;
    out.add(
        "python/README.md",
        &Readme {
            generated: GENERATED,
            version,
        },
    );
    out.add(
        "python/pyproject.toml",
        &Manifest {
            generated: GENERATED,
            version,
        },
    );
    out.add_empty("python/arcp_generated/py.typed");
    out.done()
}

/// Renders twice: the first time to see which names the module uses.
fn add_with_imports<T: Template>(
    out: &mut Package,
    path: &str,
    rooms: &BTreeSet<String>,
    make: impl Fn(String) -> T,
) {
    let draft = make(String::new()).render().unwrap_or_default();
    out.add(path, &make(imports(&draft, rooms)));
}

fn envelope(lookup: &Lookup<'_>, pillars: &Pillars<'_>, imports: String) -> EnvelopeFile {
    let model = lookup.model;
    let scope = Scope {
        lookup,
        room: ENVELOPE,
    };
    let all = &pillars.envelope.members;
    let view = |members: &[Member]| -> Vec<MemberView> {
        let head = members.iter().filter(|it| is_head(it));
        head.map(|it| head_member(&scope, it, false)).collect()
    };
    let tag = all.iter().position(|member| member.wire == "type");
    let (leading, trailing) = all.split_at(tag.unwrap_or_default());
    EnvelopeFile {
        generated: GENERATED,
        doc: doc(&[lookup.envelope_text().to_owned()], ""),
        imports,
        types: lookup
            .envelope_types()
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
    let needs = scope.lookup.needs(message, pillars.envelope);
    let needed = |member: &Member| needs.iter().any(|need| need.wire == member.wire);
    let (ty, codec) = scope.payload(&message.payload);
    MessageView {
        doc: doc(&message_notes(message), "    "),
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
        doc: doc(&limit_notes(limit), ""),
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
    let (messages, kinds) = (model.messages.iter(), model.kinds.iter());
    let messages = messages.map(|it| Fact::of(&it.wire, facts::message_facts(it)));
    let kinds = kinds.map(|it| Fact::of(&it.wire, facts::kind_facts(it)));
    Registry {
        generated: GENERATED,
        messages: messages.collect(),
        kinds: kinds.collect(),
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
