//! The target `rust`: `arcp-generated/src`.
//!
//! Leaf structs come from typify (`structs`) and are finished by a syn pass (`polish`). Everything that has a tag, a grammar or values
//! is printed by the emitters beside it. Static support code stands in `templates/rust`.

mod defaults;
mod enums;
mod envelope;
mod grammar;
mod limits;
mod message;
mod polish;
mod structs;
mod texts;
mod types;
mod unions;

use crate::emit::Files;
use crate::model::{Model, Room, Shape, Type};
use crate::problem::Problem;
use crate::special_cases;
use grammar::Grammars;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use types::Types;

/// The first line of every file.
const HEADER: &str = "// @generated from schema/ by codegen; do not edit\n";

/// Support code that is the same for every schema, by file name.
const TEMPLATES: &[(&str, &str)] = &[
    ("decode.rs", include_str!("../../templates/rust/decode.rs")),
    ("macros.rs", include_str!("../../templates/rust/macros.rs")),
    ("path.rs", include_str!("../../templates/rust/path.rs")),
    ("read.rs", include_str!("../../templates/rust/read.rs")),
    ("value.rs", include_str!("../../templates/rust/value.rs")),
    ("write.rs", include_str!("../../templates/rust/write.rs")),
];

/// Emits the crate's source files.
///
/// # Errors
/// What the model holds and Rust types cannot express.
pub fn emit(model: &Model) -> Result<Files, Vec<Problem>> {
    let mut rust = Rust {
        model,
        types: Types::new(model),
        grammars: Grammars::default(),
        problems: Vec::new(),
    };
    let leaves = structs::leaves(model).unwrap_or_else(|problem| {
        rust.problems.push(problem);
        structs::Leaves::default()
    });
    let mut files = Files::new();
    for (name, text) in TEMPLATES {
        files.insert(
            format!("src/{name}"),
            format!("{HEADER}{text}").into_bytes(),
        );
    }
    for room in model
        .rooms
        .iter()
        .filter(|room| room.name != special_cases::ENVELOPE_ROOM)
    {
        let items = rust.room(room, &leaves);
        rust.file(&mut files, &room.name, &room_docs(room), &items);
    }
    let message = message::print(&mut rust);
    rust.file(
        &mut files,
        "message",
        "All messages: what a frame's `type` selects.",
        &message,
    );
    let envelope = envelope::print(&mut rust);
    rust.file(&mut files, "envelope", "The frame: reading it in one pass, writing it, and writing a head around a payload that is bytes already.", &envelope);
    let limits = limits::print(model);
    rust.file(
        &mut files,
        "limits",
        "Limits and timers, one constant each.",
        &limits,
    );
    let grammar = rust.grammars.print();
    files.insert("src/grammar.rs".to_owned(), rust.finish("grammar", grammar));
    let lib = rust.lib();
    files.insert("src/lib.rs".to_owned(), lib.into_bytes());
    if rust.problems.is_empty() {
        Ok(files)
    } else {
        Err(rust.problems)
    }
}

/// What the emitters share.
struct Rust<'a> {
    model: &'a Model,
    types: Types<'a>,
    grammars: Grammars,
    problems: Vec<Problem>,
}

impl Rust<'_> {
    fn room(&mut self, room: &Room, leaves: &structs::Leaves) -> TokenStream {
        let mut items = TokenStream::new();
        if room.name == "common" {
            items.extend(quote!(
                pub use crate::value::{Decimal, Invalid, Json, JsonObject, UnknownText};
            ));
        }
        if unions::home(self.model) == Some(room.name.as_str()) {
            items.extend(unions::bodies(self));
        }
        for ty in &room.types {
            items.extend(self.item(&room.name, ty, leaves));
        }
        items
    }

    fn item(&mut self, room: &str, ty: &Type, leaves: &structs::Leaves) -> TokenStream {
        match &ty.shape {
            Shape::Text(text) => texts::print(self, room, ty, text),
            Shape::Integer(_) => {
                self.refuse(
                    ty,
                    "an integer has a name of its own",
                    "write the bounds where it is used",
                );
                TokenStream::new()
            }
            Shape::Enum(values) => enums::print(self, room, ty, values),
            Shape::Map { key, value } => texts::map(self, room, ty, key, value),
            Shape::MemberUnion(arms) => unions::by_member(self, room, ty, arms),
            Shape::Struct(structure) if structure.union.is_some() => {
                unions::carrier(self, room, ty, structure)
            }
            Shape::Struct(structure) => match leaves.get(room, &ty.name) {
                Some(leaf) => polish::print(self, room, ty, structure, leaf),
                None => TokenStream::new(),
            },
            Shape::Decimal | Shape::Json | Shape::JsonObject => TokenStream::new(),
        }
    }

    fn refuse(&mut self, ty: &Type, reason: impl Into<String>, cure: impl Into<String>) {
        self.problems.push(Problem::new(
            ty.origin.file.clone(),
            ty.origin.pointer.clone(),
            reason,
            cure,
        ));
    }

    fn file(&mut self, files: &mut Files, name: &str, docs: &str, items: &TokenStream) {
        let docs = format!(" {docs}");
        let text = match self.format(name, quote!(#![doc = #docs] #items)) {
            Some(text) => format!("{HEADER}{text}"),
            None => return,
        };
        files.insert(format!("src/{name}.rs"), text.into_bytes());
    }

    /// Support code with printed items after it.
    fn finish(&mut self, name: &str, (template, items): (&str, TokenStream)) -> Vec<u8> {
        let items = self.format(name, items).unwrap_or_default();
        format!("{HEADER}{template}\n{items}").into_bytes()
    }

    fn format(&mut self, name: &str, items: TokenStream) -> Option<String> {
        match syn::parse2(items) {
            Ok(file) => Some(prettyplease::unparse(&file)),
            Err(error) => {
                let reason = format!("the Rust of `{name}` does not parse: {error}");
                self.problems.push(Problem::new(
                    "",
                    "",
                    reason,
                    "this is a mistake of the press, not of the schema",
                ));
                None
            }
        }
    }

    fn lib(&mut self) -> String {
        let rooms = self.model.rooms.iter().map(|room| room.name.as_str());
        let mut public: Vec<&str> = rooms.chain(["envelope", "limits", "message"]).collect();
        public.sort_unstable();
        public.dedup();
        let public = public.iter().map(|name| format_ident!("{name}"));
        let version = format!(
            " The types of ARCP v{} as they go over the wire.",
            self.model.version
        );
        let private = TEMPLATES
            .iter()
            .map(|(name, _)| *name)
            .chain(["grammar.rs"])
            .collect::<Vec<_>>();
        let mut private: Vec<_> = private
            .iter()
            .map(|name| name.trim_end_matches(".rs"))
            .collect();
        private.sort_unstable();
        let private = private.iter().map(|name| format_ident!("{name}"));
        let items = quote! {
            #![doc = #version]
            #![doc = ""]
            #![doc = " A frame is an [`envelope::Envelope`] around a [`message::Message`]; payloads stand in the module that their wire type begins with."]
            #![doc = " Unknown members are accepted everywhere; unknown types, kinds and values are kept as they came."]
            #![doc = " The protocol is that of the ARCP specification (CC BY 4.0)."]
            #![doc = ""]
            #![doc = " Nothing here does I/O, knows time or judges more than one frame."]
            #![allow(
                clippy::large_enum_variant, clippy::too_many_arguments, clippy::too_many_lines, clippy::match_same_arms, clippy::manual_is_ascii_check, clippy::match_like_matches_macro,
                clippy::match_wildcard_for_single_variants, clippy::unnecessary_lazy_evaluations,
                clippy::trivially_copy_pass_by_ref, clippy::struct_excessive_bools, clippy::unreadable_literal,
                reason = "the shapes are those of the wire"
            )]
            #(#[rustfmt::skip] pub mod #public;)*
            #(#[rustfmt::skip] mod #private;)*
        };
        self.format("lib", items)
            .map(|text| format!("{HEADER}{text}"))
            .unwrap_or_default()
    }
}

fn room_docs(room: &Room) -> String {
    room.description.clone()
}
