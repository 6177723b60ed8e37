//! The target `typescript`: a package without dependencies, one file for each room.
//!
//! It writes no JSON by hand: what is the same in every version stands in `templates/typescript/`.

mod expr;
mod facts;
mod room;

use crate::emit::Files;
use crate::emit::lookup::{ENVELOPE, Lookup, Pillars, is_head, known};
use crate::emit::package::{Package, add_fixed};
use crate::emit::prose::{GENERATED, limit_notes, message_notes, quoted};
use crate::emit::views::Fact;
use crate::model::{Limit, Member, Message, Model};
use crate::naming;
use crate::problem::Problem;
use askama::Template;
use expr::{Scope, key};
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
        let types: Vec<_> = room.types.iter().collect();
        if types.is_empty() || room.name == ENVELOPE {
            continue;
        }
        let scope = Scope {
            lookup: &lookup,
            room: &room.name,
        };
        rooms.push(room.name.clone());
        out.add(
            &format!("typescript/src/{}.ts", room.name),
            &RoomFile {
                generated: GENERATED,
                head: head(&room.description),
                imports: lookup.rooms_used(&room.name, types.iter().copied()),
                types: types.iter().map(|ty| scope.type_view(ty)).collect(),
            },
        );
    }
    out.add("typescript/src/envelope.ts", &envelope(&lookup, &pillars));
    out.add(
        "typescript/src/index.ts",
        &Index {
            generated: GENERATED,
            version: &model.version,
            rooms,
        },
    );
    out.add("typescript/src/limits.ts", &limits(model));
    out.add("typescript/src/registry.ts", &registry(model));
    out.add(
        "typescript/src/errors.ts",
        &Errors {
            generated: GENERATED,
            error: "Error",
            code: pillars.codes.0,
            known: known(pillars.codes.0, pillars.codes.1),
            facts: format!("{}_FACTS", naming::screaming(pillars.codes.0)),
        },
    );
    add_fixed!(
        out,
        "typescript/src/codec.ts",
        "typescript/src/describe.ts",
        "typescript/src/fault.ts",
        "typescript/src/json.ts",
        "typescript/src/secret.ts",
    );
    let version = &model.version;
    out.add(
        "typescript/README.md",
        &Readme {
            generated: GENERATED,
            version,
        },
    );
    out.add("typescript/package.json", &Manifest { version });
    out.add("typescript/tsconfig.json", &Compiler {});
    out.done()
}

/// The comment and the import that every room starts with.
fn head(description: &str) -> String {
    format!(
        "{}\nimport * as codec from \"./codec.js\";",
        doc(&[description.to_owned()], "")
    )
}

fn envelope<'a>(lookup: &'a Lookup<'a>, pillars: &Pillars<'a>) -> EnvelopeFile {
    let model = lookup.model;
    let scope = Scope {
        lookup,
        room: ENVELOPE,
    };
    let before_type = pillars
        .envelope
        .members
        .iter()
        .position(|member| member.wire == "type")
        .unwrap_or_default();
    let view = |members: &[Member]| {
        members
            .iter()
            .filter(|it| is_head(it))
            .map(|it| scope.member(it))
            .collect()
    };
    let (leading, trailing) = pillars.envelope.members.split_at(before_type);
    EnvelopeFile {
        generated: GENERATED,
        head: head(lookup.envelope_text()),
        imports: lookup.envelope_rooms(pillars),
        types: lookup
            .envelope_types()
            .into_iter()
            .map(|ty| scope.type_view(ty))
            .collect(),
        version: model.version.clone(),
        members: view(&pillars.envelope.members),
        leading: view(leading),
        trailing: view(trailing),
        read_type: scope.read(pillars.tag),
        unknown: scope.member(pillars.payload),
        messages: model
            .messages
            .iter()
            .map(|message| message_view(&scope, pillars, message))
            .collect(),
    }
}

fn message_view(scope: &Scope<'_>, pillars: &Pillars<'_>, message: &Message) -> MessageView {
    MessageView {
        doc: doc(&message_notes(message), ""),
        name: message.name.clone(),
        tag: quoted(&message.wire),
        ty: scope.ty(&message.payload),
        codec: scope.codec(&message.payload),
        needs: scope
            .lookup
            .needs(message, pillars.envelope)
            .into_iter()
            .map(|member| Need {
                key: key(&member.wire),
                wire: quoted(&member.wire),
                ty: scope.member_type(member),
            })
            .collect(),
    }
}

fn limits(model: &Model) -> LimitsFile {
    let view = |limit: &Limit| LimitView {
        doc: doc(&limit_notes(limit), ""),
        name: naming::screaming(&limit.name),
        value: limit.default,
    };
    let limits: Vec<_> = model.limits.iter().map(view).collect();
    LimitsFile {
        generated: GENERATED,
        own_depth: !limits.iter().any(|limit| limit.name == "FRAME_DEPTH"),
        own_number: !limits.iter().any(|limit| limit.name == "NUMBER_CHARS"),
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

#[derive(Template)]
#[template(path = "typescript/src/room.ts")]
struct RoomFile {
    generated: &'static str,
    head: String,
    imports: BTreeSet<String>,
    types: Vec<TypeView>,
}

#[derive(Template)]
#[template(path = "typescript/src/envelope.ts")]
struct EnvelopeFile {
    generated: &'static str,
    head: String,
    imports: BTreeSet<String>,
    types: Vec<TypeView>,
    version: String,
    members: Vec<MemberView>,
    leading: Vec<MemberView>,
    trailing: Vec<MemberView>,
    read_type: String,
    unknown: MemberView,
    messages: Vec<MessageView>,
}

struct MessageView {
    doc: String,
    name: String,
    tag: String,
    ty: String,
    codec: String,
    needs: Vec<Need>,
}

struct Need {
    key: String,
    wire: String,
    ty: String,
}

#[derive(Template)]
#[template(path = "typescript/src/index.ts")]
struct Index<'a> {
    generated: &'static str,
    version: &'a str,
    rooms: Vec<String>,
}

#[derive(Template)]
#[template(path = "typescript/src/limits.ts")]
struct LimitsFile {
    generated: &'static str,
    limits: Vec<LimitView>,
    own_depth: bool,
    own_number: bool,
}

struct LimitView {
    doc: String,
    name: String,
    value: u64,
}

#[derive(Template)]
#[template(path = "typescript/src/registry.ts")]
struct Registry {
    generated: &'static str,
    messages: Vec<Fact>,
    kinds: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "typescript/src/errors.ts")]
struct Errors<'a> {
    generated: &'static str,
    error: &'a str,
    code: &'a str,
    known: String,
    facts: String,
}

#[derive(Template)]
#[template(path = "typescript/README.md")]
struct Readme<'a> {
    generated: &'static str,
    version: &'a str,
}

#[derive(Template)]
#[template(path = "typescript/package.json")]
struct Manifest<'a> {
    version: &'a str,
}

#[derive(Template)]
#[template(path = "typescript/tsconfig.json")]
struct Compiler {}
