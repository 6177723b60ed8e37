//! `envelope.rs`: the frame around a message, its header alone, and the head that is written around a finished payload.

use super::Rust;
use super::grammar::Rule;
use super::message::{frame, optional_members};
use super::types::{docs, field, rule, spell};
use crate::model::{Member, Presence, Ref, Shape};
use crate::naming;
use crate::special_cases::{CONTENT, ENVELOPE_ROOM, ID, TAG, VENDOR_PREFIX, VERSION};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// What the printers of this file share.
struct Frame<'a> {
    /// All members, in order.
    members: &'a [Member],
    /// Those that the press does not treat specially.
    plain: Vec<&'a Member>,
    id: TokenStream,
}

impl<'a> Frame<'a> {
    fn optional(&self) -> impl Iterator<Item = &&'a Member> {
        self.plain
            .iter()
            .filter(|member| member.presence == Presence::Optional)
    }
}

/// The items of the module.
pub(super) fn print(rust: &mut Rust<'_>) -> TokenStream {
    let Some(structure) = frame(rust.model) else {
        return TokenStream::new();
    };
    let special = [VERSION, ID, TAG, CONTENT];
    let plain = structure
        .members
        .iter()
        .filter(|member| !special.contains(&member.wire.as_str()))
        .collect();
    let id = structure
        .members
        .iter()
        .find(|member| member.wire == ID)
        .map(|id| spell(ENVELOPE_ROOM, &id.ty));
    let frame = Frame {
        members: &structure.members,
        plain,
        id: id.unwrap_or_default(),
    };
    let version = version(rust);
    let inner_tag = rust
        .model
        .rooms
        .iter()
        .flat_map(|room| &room.types)
        .find_map(|ty| match &ty.shape {
            Shape::Struct(structure) => structure.union.as_ref().map(|union| union.tag.clone()),
            _ => None,
        });
    let inner_tag = inner_tag.unwrap_or_default();
    let (envelope, reading) = (envelope(&frame), reading(rust, &frame));
    let (head, header) = (head(rust, &frame), header(&frame));
    quote! {
        pub use crate::decode::{DecodeError, DecodeErrorKind};

        const SHAPE: crate::decode::Shape = crate::decode::Shape { id: #ID, tag: #TAG, content: #CONTENT, inner_tag: #inner_tag };

        #envelope
        #reading
        #head
        #header
        #version
    }
}

/// The version of the wire: a string that costs nothing when it is the one that we write.
fn version(rust: &mut Rust<'_>) -> TokenStream {
    let current = rust.model.version.clone();
    let rule = Rule {
        pattern: Some(rust.model.version_pattern.clone()),
        min: 0,
        max: None,
    };
    let (accepts, words) = match rust.grammars.function(ENVELOPE_ROOM, "version", &rule) {
        Ok(accepts) => (accepts, rule.words()),
        Err(reason) => {
            let problem = crate::problem::Problem::new(
                "arcp.schema.json",
                "/x-arcp-version/accepts",
                reason,
                "write an anchored pattern",
            );
            rust.problems.push(problem);
            return TokenStream::new();
        }
    };
    let expected = format!("a version of the wire, such as {current}");
    let doc = format!(" The version of the wire. It {words}.");
    quote! {
        #[doc = #doc]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Version(::std::borrow::Cow<'static, str>);

        impl Version {
            /// The version that is written.
            pub const CURRENT: Self = Self(::std::borrow::Cow::Borrowed(#current));

            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl Default for Version {
            fn default() -> Self { Self::CURRENT }
        }

        impl TryFrom<&str> for Version {
            type Error = crate::common::Invalid;
            fn try_from(text: &str) -> ::core::result::Result<Self, Self::Error> {
                if text == #current {
                    return Ok(Self::CURRENT);
                }
                if #accepts(text) {
                    return Ok(Self(::std::borrow::Cow::Owned(text.to_owned())));
                }
                Err(crate::common::Invalid::new("a version", #words))
            }
        }

        impl ::core::fmt::Display for Version {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { f.write_str(&self.0) }
        }

        impl ::core::fmt::Debug for Version {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { ::core::fmt::Debug::fmt(&*self.0, f) }
        }

        impl ::serde::Serialize for Version {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for Version {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                struct Visitor;
                impl ::serde::de::Visitor<'_> for Visitor {
                    type Value = Version;
                    fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { f.write_str(#expected) }
                    fn visit_str<E: ::serde::de::Error>(self, text: &str) -> ::core::result::Result<Version, E> {
                        Version::try_from(text).map_err(|_| E::invalid_value(::serde::de::Unexpected::Str(text), &self))
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }
    }
}

fn envelope(frame: &Frame<'_>) -> TokenStream {
    let id = &frame.id;
    let version = field(VERSION);
    let version_docs = frame
        .members
        .iter()
        .find(|member| member.wire == VERSION)
        .map(|member| docs(&member.docs, Some(VERSION), &[]));
    let id_docs = frame
        .members
        .iter()
        .find(|member| member.wire == ID)
        .map(|member| docs(&member.docs, Some(ID), &[]));
    let fields: Vec<_> = frame.optional().map(|member| field(&member.wire)).collect();
    let types: Vec<_> = frame
        .optional()
        .map(|member| spell(ENVELOPE_ROOM, &member.ty))
        .collect();
    let field_docs = frame
        .optional()
        .map(|member| docs(&member.docs, Some(&member.wire), &[]));
    let withs: Vec<_> = frame
        .optional()
        .map(|member| format_ident!("with_{}", naming::snake(&member.wire)))
        .collect();
    let with_docs = frame
        .optional()
        .map(|member| format!(" Sets `{}`.", member.wire));
    let methods = methods(&version, &fields);
    quote! {
        /// A frame: a message and what goes with it.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Envelope {
            #version_docs
            pub #version: Version,
            #id_docs
            pub id: #id,
            #(#field_docs pub #fields: Option<#types>,)*
            /// The message: `type` and `payload`.
            pub message: crate::message::Message,
            /// Members of vendors, by name. Other unknown members are not kept.
            pub vendor: ::std::collections::BTreeMap<String, crate::common::Json>,
        }

        impl Envelope {
            /// A frame of the current version with nothing but its message.
            pub fn new(id: #id, message: impl Into<crate::message::Message>) -> Self {
                Self {
                    #version: Version::CURRENT,
                    id,
                    #(#fields: None,)*
                    message: message.into(),
                    vendor: ::std::collections::BTreeMap::new(),
                }
            }

            #(
                #[doc = #with_docs]
                #[must_use]
                pub fn #withs(mut self, #fields: #types) -> Self {
                    self.#fields = Some(#fields);
                    self
                }
            )*

            #methods
        }
    }
}

/// `decode`, `encode` and `encode_into`.
fn methods(version: &proc_macro2::Ident, fields: &[proc_macro2::Ident]) -> TokenStream {
    quote! {
            /// Reads a frame in one pass.
            ///
            /// # Errors
            /// When the text is no JSON, no object, or no frame of a version that is read here; when a member that the message
            /// requires is missing, doubled or wrong. An unknown `type` or `kind` is no error.
            pub fn decode(text: &str) -> ::core::result::Result<Self, DecodeError> {
                serde_json::from_str(text).map_err(|error| crate::decode::explain::<Self>(text, &error, &SHAPE))
            }

            /// Writes the frame.
            pub fn encode(&self) -> String {
                let mut out = Vec::with_capacity(512);
                self.encode_into(&mut out);
                String::from_utf8(out).unwrap_or_default()
            }

            /// Writes the frame behind what `out` holds already.
            pub fn encode_into(&self, out: &mut Vec<u8>) {
                write_head(out, &self.#version, &self.id, self.message.type_str(), #(self.#fields.as_ref()),*);
                self.message.write_payload(out);
                for (name, value) in &self.vendor {
                    out.push(b',');
                    crate::write::text(out, name);
                    out.push(b':');
                    out.extend_from_slice(value.get().as_bytes());
                }
                out.push(b'}');
            }
    }
}

fn reading(rust: &Rust<'_>, frame: &Frame<'_>) -> TokenStream {
    let wires: Vec<_> = frame.members.iter().map(|member| &member.wire).collect();
    let version = field(VERSION);
    let slots: Vec<_> = frame.optional().map(|member| field(&member.wire)).collect();
    let names = optional_members(rust.model);
    let present = slots.iter().enumerate().map(|(index, slot)| {
        let bit = Literal::usize_unsuffixed(index);
        if index == 0 {
            quote!(u32::from(#slot.is_some()))
        } else {
            quote!(u32::from(#slot.is_some()) << #bit)
        }
    });
    let fills = fills(frame);
    quote! {
        const MEMBERS: &[&str] = &[#(#wires),*];

        impl<'de> crate::read::Object<'de> for Envelope {
            const MEMBERS: &'static [&'static str] = MEMBERS;

            fn read<A: ::serde::de::MapAccess<'de>>(mut map: A) -> ::core::result::Result<Self, A::Error> {
                use crate::read::{Member, Slot};
                use ::serde::de::{DeserializeSeed, Error};
                let (mut #version, mut id, mut message_type) = (Slot::Missing, Slot::Missing, Slot::Missing);
                #(let mut #slots = Slot::Missing;)*
                let (mut message, mut raw) = (None, None);
                let mut vendor = ::std::collections::BTreeMap::new();
                while let Some(member) = crate::read::next_of_frame(&mut map, MEMBERS, #VENDOR_PREFIX)? {
                    match member {
                        Member::Listed(index) => match index {
                            #(#fills)*
                            _ => crate::read::skip(&mut map)?,
                        },
                        Member::Vendor(name) => {
                            if vendor.insert(name, map.next_value()?).is_some() {
                                return Err(A::Error::custom("the same member occurs twice"));
                            }
                        }
                        Member::Other => crate::read::skip(&mut map)?,
                    }
                }
                let #version = #version.required(#VERSION)?;
                let id = id.required(#ID)?;
                let message_type = message_type.required::<A::Error>(#TAG)?;
                let message = match (message, raw) {
                    (Some(message), _) => message,
                    (None, Some(raw)) => {
                        let mut reader = ::serde_json::Deserializer::from_str(raw.get());
                        crate::message::PayloadSeed(&message_type).deserialize(&mut reader).map_err(A::Error::custom)?
                    }
                    (None, None) => return Err(A::Error::missing_field(#CONTENT)),
                };
                let present = #(#present)|*;
                let missing = message_type.required_members() & !present;
                if missing != 0 {
                    const NAMES: &[&str] = &[#(#names),*];
                    let first = usize::try_from(missing.trailing_zeros()).unwrap_or_default();
                    return Err(A::Error::missing_field(NAMES.get(first).copied().unwrap_or_default()));
                }
                Ok(Self { #version, id, #(#slots: #slots.optional(),)* message, vendor })
            }
        }
        crate::macros::object!(Envelope);

        impl ::core::str::FromStr for Envelope {
            type Err = DecodeError;
            fn from_str(text: &str) -> ::core::result::Result<Self, DecodeError> { Self::decode(text) }
        }
    }
}

/// How each member of the frame is read.
fn fills(frame: &Frame<'_>) -> Vec<TokenStream> {
    let id = &frame.id;
    let fills = frame.members.iter().enumerate().map(|(index, member)| {
        let place = Literal::usize_unsuffixed(index);
        let (slot, wire) = (field(&member.wire), &member.wire);
        match wire.as_str() {
            VERSION => quote!(#place => { #slot.fill_strictly::<crate::read::Plain<Version>, _>(#wire, &mut map)?;}),
            TAG => quote!(#place => { message_type.fill_strictly::<crate::read::Plain<crate::message::MessageType>, _>(#wire, &mut map)?;}),
            ID => quote!(#place => { #slot.fill_strictly::<crate::read::Plain<#id>, _>(#wire, &mut map)?;}),
            CONTENT => quote!(#place => {
                if message.is_some() || raw.is_some() {
                    return Err(A::Error::duplicate_field(#wire));
                }
                match &message_type {
                    crate::read::Slot::Value(message_type) => {
                        message = Some(map.next_value_seed(crate::message::PayloadSeed(message_type))?);
                    }
                    _ => raw = Some(map.next_value::<::std::boxed::Box<::serde_json::value::RawValue>>()?),
                }
            }),
            _ => {
                let rule = rule(ENVELOPE_ROOM, &member.ty);
                quote!(#place => { #slot.fill::<#rule, _>(#wire, &mut map)?;})
            }
        }
    });
    fills.collect()
}

/// The type of an optional member in a head: numbers by value, the rest by reference.
fn borrowed(member: &Member) -> TokenStream {
    let ty = spell(ENVELOPE_ROOM, &member.ty);
    match member.ty {
        Ref::Integer(_) | Ref::Bool => quote!(Option<#ty>),
        _ => quote!(Option<&'a #ty>),
    }
}

fn head(rust: &Rust<'_>, frame: &Frame<'_>) -> TokenStream {
    let id = &frame.id;
    let fields: Vec<_> = frame.optional().map(|member| field(&member.wire)).collect();
    let types = frame.optional().map(|member| borrowed(member));
    let field_docs = frame
        .optional()
        .map(|member| docs(&member.docs, Some(&member.wire), &[]));
    let arguments = frame.optional().map(|member| {
        let (name, ty) = (field(&member.wire), spell(ENVELOPE_ROOM, &member.ty));
        quote!(#name: Option<&#ty>)
    });
    let passed = frame.optional().map(|member| {
        let name = field(&member.wire);
        match member.ty {
            Ref::Integer(_) | Ref::Bool => quote!(self.#name.as_ref()),
            _ => quote!(self.#name),
        }
    });
    let mut first = true;
    let writes = frame.members.iter().map(|member| {
        let start = if std::mem::take(&mut first) { "{" } else { "," };
        let key = Literal::byte_string(format!("{start}\"{}\":", member.wire).as_bytes());
        let name = field(&member.wire);
        let write = match member.wire.as_str() {
            VERSION => quote!(crate::write::text(out, version.as_str());),
            TAG => quote!(crate::write::text(out, message_type);),
            ID => quote!(crate::write::text(out, id.as_str());),
            CONTENT => quote!(),
            _ => {
                let write = match (&member.ty, rust.types.shape(&member.ty)) {
                    (Ref::Integer(bounds), _) if bounds.min >= 0 => {
                        quote!(crate::write::number(out, *#name);)
                    }
                    (_, Some(Shape::Text(_))) => quote!(crate::write::text(out, #name.as_str());),
                    _ => quote!(crate::write::value(out, #name);),
                };
                return quote!(if let Some(#name) = #name { out.extend_from_slice(#key); #write });
            }
        };
        quote!(out.extend_from_slice(#key); #write)
    });
    let writes: Vec<_> = writes.collect();
    quote! {
        /// What is written around a payload that is bytes already, so that an event is encoded once for all its readers.
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub struct Head<'a> {
            /// Names the frame.
            pub id: &'a #id,
            /// Selects the message.
            pub r#type: &'a crate::message::MessageType,
            #(#field_docs pub #fields: #types,)*
        }

        impl<'a> Head<'a> {
            /// A head with nothing but the name and the type.
            pub fn new(id: &'a #id, r#type: &'a crate::message::MessageType) -> Self {
                Self { id, r#type, #(#fields: None,)* }
            }

            /// Writes a whole frame of the current version behind what `out` holds already.
            /// `payload` must be one JSON object; it is copied as it is.
            pub fn write(&self, payload: &[u8], out: &mut Vec<u8>) {
                out.reserve(payload.len() + 320);
                write_head(out, &Version::CURRENT, self.id, self.r#type.as_str(), #(#passed),*);
                out.extend_from_slice(payload);
                out.push(b'}');
            }
        }

        fn write_head(out: &mut Vec<u8>, version: &Version, id: &#id, message_type: &str, #(#arguments),*) {
            #(#writes)*
        }
    }
}

fn header(frame: &Frame<'_>) -> TokenStream {
    let id = &frame.id;
    let members: Vec<_> = frame
        .members
        .iter()
        .filter(|member| member.wire != CONTENT && member.wire != VERSION)
        .collect();
    let wires = members.iter().map(|member| &member.wire);
    let fields: Vec<_> = frame.optional().map(|member| field(&member.wire)).collect();
    let types = frame
        .optional()
        .map(|member| spell(ENVELOPE_ROOM, &member.ty));
    let field_docs = frame
        .optional()
        .map(|member| docs(&member.docs, Some(&member.wire), &[]));
    let fills = members.iter().enumerate().map(|(index, member)| {
        let place = Literal::usize_unsuffixed(index);
        let (slot, wire) = (field(&member.wire), &member.wire);
        match wire.as_str() {
            TAG => quote!(#place => { message_type.fill_strictly::<crate::read::Plain<crate::message::MessageType>, _>(#wire, &mut map)?;}),
            ID => quote!(#place => { #slot.fill_strictly::<crate::read::Plain<#id>, _>(#wire, &mut map)?;}),
            _ => {
                let rule = rule(ENVELOPE_ROOM, &member.ty);
                quote!(#place => { #slot.fill::<#rule, _>(#wire, &mut map)?;})
            }
        }
    });
    quote! {
        /// The members of a frame without its payload, which is passed over unread.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Header {
            /// Names the frame.
            pub id: #id,
            /// Selects the message.
            pub r#type: crate::message::MessageType,
            #(#field_docs pub #fields: Option<#types>,)*
        }

        impl Header {
            /// Reads the header of a frame. It says nothing about the payload, nor about what the message requires.
            ///
            /// # Errors
            /// When the text is no JSON object, or when a member of the header is missing, doubled or wrong.
            pub fn read(text: &str) -> ::core::result::Result<Self, DecodeError> {
                serde_json::from_str(text).map_err(|error| crate::decode::explain::<Self>(text, &error, &SHAPE))
            }
        }

        impl<'de> crate::read::Object<'de> for Header {
            const MEMBERS: &'static [&'static str] = &[#(#wires),*];

            fn read<A: ::serde::de::MapAccess<'de>>(mut map: A) -> ::core::result::Result<Self, A::Error> {
                use crate::read::Slot;
                let (mut id, mut message_type) = (Slot::Missing, Slot::Missing);
                #(let mut #fields = Slot::Missing;)*
                while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
                    match member {
                        #(#fills)*
                        _ => crate::read::skip(&mut map)?,
                    }
                }
                Ok(Self { id: id.required(#ID)?, r#type: message_type.required(#TAG)?, #(#fields: #fields.optional(),)* })
            }
        }
        crate::macros::object!(Header);
    }
}
