//! The target `typescript`: a package without dependencies, one file for each room.
//!
//! It writes no JSON by hand: what is the same in every version stands in `templates/typescript/`.

mod expr;
mod facts;
mod room;

use crate::emit::Files;
use crate::emit::lookup::{ENVELOPE, Lookup, Pillars, room_of};
use crate::emit::prose::{GENERATED, described, finished};
use crate::model::{Limit, Member, Message, Model};
use crate::naming;
use crate::problem::Problem;
use askama::Template;
use expr::{Scope, key};
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
            &format!("src/{}.ts", room.name),
            &RoomFile {
                generated: GENERATED,
                head: head(&room.description),
                imports: lookup.rooms_used(&room.name, types.iter().copied()),
                types: types.iter().map(|ty| scope.type_view(ty)).collect(),
            },
        );
    }
    out.add("src/envelope.ts", &envelope(&lookup, &pillars));
    out.add(
        "src/index.ts",
        &Index {
            generated: GENERATED,
            version: &model.version,
            rooms,
        },
    );
    out.add("src/limits.ts", &limits(model));
    out.add("src/registry.ts", &registry(model));
    out.add(
        "src/errors.ts",
        &Errors {
            generated: GENERATED,
            error: "Error",
            code: pillars.codes.0,
            known: if pillars.codes.1.open {
                format!("Known{}", pillars.codes.0)
            } else {
                pillars.codes.0.to_owned()
            },
            facts: format!("{}_FACTS", naming::screaming(pillars.codes.0)),
        },
    );
    out.support(&model.version);
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
            "src/codec.ts",
            &Codec {
                generated: GENERATED,
            },
        );
        self.add(
            "src/describe.ts",
            &Describe {
                generated: GENERATED,
            },
        );
        self.add(
            "src/fault.ts",
            &FaultFile {
                generated: GENERATED,
            },
        );
        self.add(
            "src/json.ts",
            &JsonFile {
                generated: GENERATED,
            },
        );
        self.add(
            "src/secret.ts",
            &SecretFile {
                generated: GENERATED,
            },
        );
        self.add(
            "README.md",
            &Readme {
                generated: GENERATED,
                version,
            },
        );
        self.add("package.json", &Manifest { version });
        self.add("tsconfig.json", &Compiler {});
    }

    fn add(&mut self, path: &str, template: &impl Template) {
        let path = format!("typescript/{path}");
        match template.render() {
            Ok(text) => {
                self.files.insert(path, finished(&text));
            }
            Err(error) => self.problems.push(Problem::new(
                "",
                "",
                format!("the template of {path} cannot be filled: {error}"),
                "mend the template",
            )),
        }
    }

    fn done(self) -> Result<Files, Vec<Problem>> {
        if self.problems.is_empty() {
            Ok(self.files)
        } else {
            Err(self.problems)
        }
    }
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
    let room = model.rooms.iter().find(|room| room.name == ENVELOPE);
    let types: Vec<_> = room
        .map(|room| {
            room.types
                .iter()
                .filter(|ty| ty.name != "Envelope")
                .collect()
        })
        .unwrap_or_default();
    let mut imports = lookup.rooms_used(ENVELOPE, types.iter().copied());
    for member in &pillars.envelope.members {
        room_of(&member.ty, &mut imports);
    }
    for message in &model.messages {
        room_of(&message.payload, &mut imports);
    }
    imports.remove(ENVELOPE);
    let split = |member: &&Member| member.wire != "type" && member.wire != "payload";
    let before_type = pillars
        .envelope
        .members
        .iter()
        .position(|member| member.wire == "type")
        .unwrap_or_default();
    let view = |members: &[Member]| {
        members
            .iter()
            .filter(split)
            .map(|it| scope.member(it))
            .collect()
    };
    let (leading, trailing) = pillars.envelope.members.split_at(before_type);
    EnvelopeFile {
        generated: GENERATED,
        head: head(room.map_or("", |room| &room.description)),
        imports,
        types: types.into_iter().map(|ty| scope.type_view(ty)).collect(),
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
    let mut notes = vec![format!("`{}`: {}", message.wire, described(&message.docs))];
    if let Some(feature) = &message.feature {
        notes.push(format!("Needs the feature `{feature}`."));
    }
    MessageView {
        doc: doc(&notes, ""),
        name: message.name.clone(),
        tag: crate::emit::prose::quoted(&message.wire),
        ty: scope.ty(&message.payload),
        codec: scope.codec(&message.payload),
        needs: scope
            .lookup
            .needs(message, pillars.envelope)
            .into_iter()
            .map(|member| Need {
                key: key(&member.wire),
                wire: crate::emit::prose::quoted(&member.wire),
                ty: scope.member_type(member),
            })
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
    Registry {
        generated: GENERATED,
        messages: model
            .messages
            .iter()
            .map(|message| Fact {
                key: crate::emit::prose::quoted(&message.wire),
                facts: facts::message_facts(message),
            })
            .collect(),
        kinds: model
            .kinds
            .iter()
            .map(|kind| Fact {
                key: crate::emit::prose::quoted(&kind.wire),
                facts: facts::kind_facts(kind),
            })
            .collect(),
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
#[template(path = "typescript/src/codec.ts")]
struct Codec {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "typescript/src/describe.ts")]
struct Describe {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "typescript/src/fault.ts")]
struct FaultFile {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "typescript/src/json.ts")]
struct JsonFile {
    generated: &'static str,
}

#[derive(Template)]
#[template(path = "typescript/src/secret.ts")]
struct SecretFile {
    generated: &'static str,
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
