//! `message.rs`: the union of all messages and the enum of their types.

use super::Rust;
use super::enums::{Arm, Kind as Takes, feature_of, values_enum};
use super::grammar::Rule;
use super::types::{docs, path, spell};
use crate::model::{Carry, Direction, Message, Model, Ref, Shape, Struct};
use crate::special_cases::{ENVELOPE_ROOM, FEATURE, TAG};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The items of the module.
pub(super) fn print(rust: &mut Rust<'_>) -> TokenStream {
    let takes = takes(rust);
    let model = rust.model;
    let arms: Vec<Arm> = model
        .messages
        .iter()
        .map(|message| Arm {
            name: &message.name,
            wire: &message.wire,
            docs: message_docs(message),
        })
        .collect();
    let about = quote!(#[doc = " What a frame's `type` says."]);
    let types = values_enum("MessageType", &about, &arms, &takes);
    let facts = facts(rust);
    let union = union(model);
    let reading = reading(model);
    quote! {
        /// Who sends a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Direction {
            /// The client, to the runtime.
            Client,
            /// The runtime, to the client.
            Runtime,
            /// Either side.
            Both,
        }
        #types
        #facts
        #union
        #reading
    }
}

/// The struct of the frame.
pub(super) fn frame(model: &Model) -> Option<&Struct> {
    let room = model.rooms.iter().find(|room| room.name == ENVELOPE_ROOM)?;
    room.types.iter().find_map(|ty| match &ty.shape {
        Shape::Struct(structure) => Some(structure),
        _ => None,
    })
}

fn takes(rust: &mut Rust<'_>) -> Takes {
    let tag =
        frame(rust.model).and_then(|frame| frame.members.iter().find(|member| member.wire == TAG));
    let Some(Ref::BoundedString { min, max }) = tag.map(|tag| &tag.ty) else {
        return Takes::Open;
    };
    let rule = Rule {
        pattern: None,
        min: *min,
        max: *max,
    };
    match rust.grammars.function("message", "MessageType", &rule) {
        Ok(accepts) => Takes::Checked {
            accepts,
            words: rule.words(),
        },
        Err(_) => Takes::Open,
    }
}

fn message_docs(message: &Message) -> TokenStream {
    let mut more = Vec::new();
    if let Some(feature) = &message.feature {
        more.push(format!("Needs the feature `{feature}`."));
    }
    docs(&message.docs, Some(&message.wire), &more)
}

/// A method over all types: one arm for each message that is not like the rest.
fn method(
    model: &Model,
    name: &str,
    doc: &str,
    returns: &TokenStream,
    rest: &TokenStream,
    answer: impl Fn(&Message) -> Option<TokenStream>,
) -> TokenStream {
    let (name, doc) = (format_ident!("{name}"), format!(" {doc}"));
    let arms = model.messages.iter().filter_map(|message| {
        let (arm, answer) = (format_ident!("{}", message.name), answer(message)?);
        Some(quote!(Self::#arm => #answer,))
    });
    quote! {
        #[doc = #doc]
        pub fn #name(&self) -> #returns {
            match self {
                #(#arms)*
                _ => #rest,
            }
        }
    }
}

/// Who sends a message; nothing where either side may.
fn direction(message: &Message) -> Option<TokenStream> {
    match message.direction {
        Direction::Client => Some(quote!(Direction::Client)),
        Direction::Runtime => Some(quote!(Direction::Runtime)),
        Direction::Both => None,
    }
}

fn facts(rust: &Rust<'_>) -> TokenStream {
    let model = rust.model;
    let list = |wires: &[String]| {
        let names: Vec<_> = wires
            .iter()
            .filter_map(|wire| model.messages.iter().find(|message| message.wire == *wire))
            .map(|message| format_ident!("{}", message.name))
            .collect();
        (!names.is_empty()).then(|| quote!(&[#(Self::#names),*]))
    };
    let feature = path("message", FEATURE.0, FEATURE.1);
    let methods = [
        method(
            model,
            "direction",
            "Who sends it; an unknown message may come from either side.",
            &quote!(Direction),
            &quote!(Direction::Both),
            direction,
        ),
        method(
            model,
            "feature",
            "The feature that both sides must have listed before it is sent.",
            &quote!(Option<#feature>),
            &quote!(None),
            |message| feature_of(rust, "message", message.feature.as_deref()),
        ),
        method(
            model,
            "answers",
            "Which requests it answers.",
            &quote!(&'static [Self]),
            &quote!(&[]),
            |message| list(&message.answers),
        ),
        method(
            model,
            "answered_by",
            "Which messages answer it.",
            &quote!(&'static [Self]),
            &quote!(&[]),
            |message| list(&message.answered_by),
        ),
    ];
    let truths = truths(model);
    let required = requires(model);
    quote!(impl MessageType { #(#methods)* #truths #required })
}

/// The methods that answer yes or no.
fn truths(model: &Model) -> TokenStream {
    let (truth, no) = (quote!(bool), quote!(false));
    let yes = |is: bool| is.then(|| quote!(true));
    let methods = [
        method(
            model,
            "carries_event_seq",
            "Whether it takes a number of the session's stream.",
            &truth,
            &no,
            |message| yes(message.envelope.event_seq == Carry::Required),
        ),
        method(
            model,
            "replayed",
            "Whether it is sent again after a resume.",
            &truth,
            &no,
            |message| yes(message.replayed),
        ),
        method(
            model,
            "terminal",
            "Whether it is the last frame of a job.",
            &truth,
            &no,
            |message| yes(message.terminal),
        ),
    ];
    quote!(#(#methods)*)
}

/// Which members of the envelope a receiver requires, as bits in the order of the envelope's optional members.
fn requires(model: &Model) -> TokenStream {
    let optional = optional_members(model);
    let arms = model.messages.iter().filter_map(|message| {
        let arm = format_ident!("{}", message.name);
        let bits = optional
            .iter()
            .enumerate()
            .filter(|(_, name)| message.requires.iter().any(|wire| wire == *name));
        let bits: u32 = bits.map(|(index, _)| 1_u32 << index).sum();
        (bits != 0).then(|| quote!(Self::#arm => #bits,))
    });
    quote! {
        /// The optional members of the envelope that a receiver of this message requires, as bits in their order.
        pub(crate) fn required_members(&self) -> u32 {
            match self {
                #(#arms)*
                _ => 0,
            }
        }
    }
}

/// The envelope's members that not every message has.
pub(super) fn optional_members(model: &Model) -> Vec<&str> {
    let members = frame(model).map_or(&[][..], |frame| &frame.members);
    members
        .iter()
        .filter(|member| member.presence == crate::model::Presence::Optional)
        .map(|member| member.wire.as_str())
        .collect()
}

/// The arms of the union: the name and the payload of each message.
fn arms(model: &Model) -> (Vec<Ident>, Vec<TokenStream>) {
    let arm = |message: &Message| {
        let name = format_ident!("{}", message.name);
        (name, spell("message", &message.payload))
    };
    model.messages.iter().map(arm).unzip()
}

fn union(model: &Model) -> TokenStream {
    let (names, types) = arms(model);
    let arm_docs = model.messages.iter().map(message_docs);
    let wires = model.messages.iter().map(|message| &message.wire);
    quote! {
        /// A message: what a frame's `type` selects as its payload.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Message {
            #(#arm_docs #names(#types),)*
            /// A message of a vendor or of a later version, as it came.
            Unknown(UnknownMessage),
        }

        /// A message that this version does not know, as it came.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct UnknownMessage {
            /// The `type` of its frame.
            pub type_name: crate::common::UnknownText,
            /// Its payload.
            pub payload: crate::common::JsonObject,
        }

        impl UnknownMessage {
            /// A message of a type that this version does not know.
            ///
            /// # Errors
            /// When the type is known, or is no type at all.
            pub fn new(type_name: &str, payload: crate::common::JsonObject) -> ::core::result::Result<Self, crate::common::Invalid> {
                match MessageType::parse(type_name)? {
                    MessageType::Unknown(type_name) => Ok(Self { type_name, payload }),
                    _ => Err(crate::common::Invalid::new("another message type", "is a type with an arm of its own")),
                }
            }
        }

        impl Message {
            /// The type.
            pub fn message_type(&self) -> MessageType {
                match self {
                    #(Self::#names(_) => MessageType::#names,)*
                    Self::Unknown(message) => MessageType::Unknown(message.type_name.clone()),
                }
            }

            /// The type as it goes over the wire.
            pub fn type_str(&self) -> &str {
                match self {
                    #(Self::#names(_) => #wires,)*
                    Self::Unknown(message) => message.type_name.as_str(),
                }
            }

            /// Writes the payload as JSON behind what `out` holds already.
            pub fn write_payload(&self, out: &mut Vec<u8>) {
                match self {
                    #(Self::#names(payload) => crate::write::value(out, payload),)*
                    Self::Unknown(message) => { out.extend_from_slice(message.payload.get().as_bytes()); }
                }
            }
        }

        #(
            impl From<#types> for Message {
                fn from(payload: #types) -> Self { Self::#names(payload) }
            }
        )*

        impl From<UnknownMessage> for Message {
            fn from(message: UnknownMessage) -> Self { Self::Unknown(message) }
        }
    }
}

fn reading(model: &Model) -> TokenStream {
    let (names, types) = arms(model);
    quote! {
        /// Reads a payload by the type of its message.
        pub(crate) struct PayloadSeed<'a>(pub(crate) &'a MessageType);

        impl<'de> ::serde::de::DeserializeSeed<'de> for PayloadSeed<'_> {
            type Value = Message;
            fn deserialize<D: ::serde::Deserializer<'de>>(self, deserializer: D) -> ::core::result::Result<Message, D::Error> {
                use ::serde::Deserialize;
                match self.0 {
                    #(MessageType::#names => <#types>::deserialize(deserializer).map(Message::#names),)*
                    MessageType::Unknown(type_name) => {
                        let payload = crate::common::JsonObject::deserialize(deserializer)?;
                        Ok(Message::Unknown(UnknownMessage { type_name: type_name.clone(), payload }))
                    }
                }
            }
        }
    }
}
