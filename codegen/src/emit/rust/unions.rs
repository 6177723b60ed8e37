//! Unions: event bodies by `kind`, and objects that are told apart by a member.

use super::Rust;
use super::enums::{Arm, Kind as Takes, feature_of, values_enum};
use super::grammar::Rule;
use super::polish::fill;
use super::types::{docs, field, spell};
use crate::model::{Kind, Member, MemberArm, Model, Presence, Ref, Shape, Struct, Type};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// The room of the event bodies: that of the first one.
pub(super) fn home(model: &Model) -> Option<&str> {
    match model.kinds.first().map(|kind| &kind.body) {
        Some(Ref::Named { room, .. }) => Some(room),
        _ => None,
    }
}

/// The struct that carries the tag and its content: `job::Event`.
fn carrier_of(model: &Model) -> Option<&Struct> {
    let mut types = model.rooms.iter().flat_map(|room| &room.types);
    types.find_map(|ty| match &ty.shape {
        Shape::Struct(structure) if structure.union.is_some() => Some(structure),
        _ => None,
    })
}

/// The enum of the kinds and the union of the bodies.
pub(super) fn bodies(rust: &mut Rust<'_>) -> TokenStream {
    let model = rust.model;
    let (Some(home), Some(structure)) = (home(model), carrier_of(model)) else {
        return TokenStream::new();
    };
    let Some(union) = &structure.union else {
        return TokenStream::new();
    };
    let tag = structure
        .members
        .iter()
        .find(|member| member.wire == union.tag);
    let rule = match tag.map(|tag| &tag.ty) {
        Some(Ref::BoundedString { min, max }) => Rule {
            pattern: None,
            min: *min,
            max: *max,
        },
        _ => Rule {
            pattern: None,
            min: 0,
            max: None,
        },
    };
    let takes = match rust.grammars.function(home, "EventKind", &rule) {
        Ok(accepts) if !rule.is_free() => Takes::Checked {
            accepts,
            words: rule.words(),
        },
        _ => Takes::Open,
    };
    let arms: Vec<Arm> = model
        .kinds
        .iter()
        .map(|kind| Arm {
            name: &kind.name,
            wire: &kind.wire,
            docs: kind_docs(kind),
        })
        .collect();
    let about = quote!(#[doc = " What an event is about."]);
    let kinds = values_enum("EventKind", &about, &arms, &takes);
    let features = features(rust, home);
    let union = body_enum(model, home, &union.name);
    quote!(#kinds #features #union)
}

fn kind_docs(kind: &Kind) -> TokenStream {
    let mut more = Vec::new();
    if let Some(feature) = &kind.feature {
        more.push(format!("Needs the feature `{feature}`."));
    }
    docs(&kind.docs, Some(&kind.wire), &more)
}

fn features(rust: &Rust<'_>, home: &str) -> TokenStream {
    let arms = rust.model.kinds.iter().filter_map(|kind| {
        let (name, feature) = (
            format_ident!("{}", kind.name),
            feature_of(rust, home, kind.feature.as_deref())?,
        );
        Some(quote!(Self::#name => #feature,))
    });
    let feature = super::types::path(
        home,
        crate::special_cases::FEATURE.0,
        crate::special_cases::FEATURE.1,
    );
    quote! {
        impl EventKind {
            /// The feature that both sides must have listed before an event of this kind is sent.
            pub fn feature(&self) -> Option<#feature> {
                match self {
                    #(#arms)*
                    _ => None,
                }
            }
        }
    }
}

fn body_enum(model: &Model, home: &str, name: &str) -> TokenStream {
    let ident = format_ident!("{name}");
    let names: Vec<_> = model
        .kinds
        .iter()
        .map(|kind| format_ident!("{}", kind.name))
        .collect();
    let types: Vec<_> = model
        .kinds
        .iter()
        .map(|kind| spell(home, &kind.body))
        .collect();
    let wires = model.kinds.iter().map(|kind| &kind.wire);
    let kind_docs = model.kinds.iter().map(kind_docs);
    let traits = body_traits(&ident, &names, &types);
    quote! {
        /// The particulars of an event; its kind selects the arm.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum #ident {
            #(#kind_docs #names(#types),)*
            /// An event of a vendor or of a later version, as it came.
            Unknown {
                /// Its kind.
                kind: crate::common::UnknownText,
                /// Its body.
                body: crate::common::JsonObject,
            },
        }

        impl #ident {
            /// An event of a kind that this version does not know.
            ///
            /// # Errors
            /// When the kind is known, or is no kind at all.
            pub fn other(kind: &str, body: crate::common::JsonObject) -> ::core::result::Result<Self, crate::common::Invalid> {
                match EventKind::parse(kind)? {
                    EventKind::Unknown(kind) => Ok(Self::Unknown { kind, body }),
                    _ => Err(crate::common::Invalid::new("another event kind", "is a kind with an arm of its own")),
                }
            }

            /// The kind.
            pub fn kind(&self) -> EventKind {
                match self {
                    #(Self::#names(_) => EventKind::#names,)*
                    Self::Unknown { kind, .. } => EventKind::Unknown(kind.clone()),
                }
            }

            /// The kind as it goes over the wire.
            pub fn kind_str(&self) -> &str {
                match self {
                    #(Self::#names(_) => #wires,)*
                    Self::Unknown { kind, .. } => kind.as_str(),
                }
            }
        }

        #(
            impl From<#types> for #ident {
                fn from(body: #types) -> Self { Self::#names(body) }
            }
        )*

        #traits
    }
}

/// How a body is written and read.
fn body_traits(ident: &syn::Ident, names: &[syn::Ident], types: &[TokenStream]) -> TokenStream {
    quote! {
        impl ::serde::Serialize for #ident {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    #(Self::#names(body) => body.serialize(serializer),)*
                    Self::Unknown { body, .. } => body.serialize(serializer),
                }
            }
        }

        /// Reads a body by its kind.
        pub(crate) struct BodySeed<'a>(pub(crate) &'a EventKind);

        impl BodySeed<'_> {
            /// What an event without a body is: only an unknown one may be so.
            pub(crate) fn missing(kind: EventKind) -> Option<#ident> {
                match kind {
                    EventKind::Unknown(kind) => Some(#ident::Unknown { kind, body: crate::common::JsonObject::default() }),
                    _ => None,
                }
            }
        }

        impl<'de> ::serde::de::DeserializeSeed<'de> for BodySeed<'_> {
            type Value = #ident;
            fn deserialize<D: ::serde::Deserializer<'de>>(self, deserializer: D) -> ::core::result::Result<#ident, D::Error> {
                use ::serde::Deserialize;
                match self.0 {
                    #(EventKind::#names => <#types>::deserialize(deserializer).map(#ident::#names),)*
                    EventKind::Unknown(kind) => {
                        let body = crate::common::JsonObject::deserialize(deserializer)?;
                        Ok(#ident::Unknown { kind: kind.clone(), body })
                    }
                }
            }
        }
    }
}

/// The struct that carries a tagged union: the tag is known from the content.
pub(super) fn carrier(
    rust: &mut Rust<'_>,
    room: &str,
    ty: &Type,
    structure: &Struct,
) -> TokenStream {
    let Some(union) = &structure.union else {
        return TokenStream::new();
    };
    let home = home(rust.model).unwrap_or(room).to_owned();
    let others: Vec<&Member> = structure
        .members
        .iter()
        .filter(|member| member.wire != union.tag && member.wire != union.content)
        .collect();
    if let Some(member) = others
        .iter()
        .find(|member| member.presence != Presence::Optional)
    {
        let reason = format!("`{}` stands beside a tag and is not optional", member.wire);
        rust.refuse(ty, reason, "make it optional");
        return TokenStream::new();
    }
    let body = super::types::path(room, &home, &union.name);
    let kind = super::types::path(room, &home, "EventKind");
    let seed = super::types::path(room, &home, "BodySeed");
    let definition = carrier_struct(room, ty, structure, &others, &body);
    let read = carrier_read(rust, room, ty, structure, &others, &kind, &seed);
    quote!(#definition #read)
}

fn carrier_struct(
    room: &str,
    ty: &Type,
    structure: &Struct,
    others: &[&Member],
    body: &TokenStream,
) -> TokenStream {
    let name = format_ident!("{}", ty.name);
    let (text, length) = (&ty.name, structure.members.len());
    let about = docs(&ty.docs, None, &[]);
    let fields: Vec<_> = others.iter().map(|member| field(&member.wire)).collect();
    let types: Vec<_> = others
        .iter()
        .map(|member| spell(room, &member.ty))
        .collect();
    let field_docs = others
        .iter()
        .map(|member| docs(&member.docs, Some(&member.wire), &[]));
    let withs: Vec<_> = others
        .iter()
        .map(|member| format_ident!("with_{}", crate::naming::snake(&member.wire)))
        .collect();
    let with_docs = others
        .iter()
        .map(|member| format!(" Sets `{}`.", member.wire));
    let union = structure.union.as_ref();
    let writes = structure.members.iter().map(|member| {
        let (wire, own) = (&member.wire, field(&member.wire));
        if union.is_some_and(|union| union.tag == *wire) {
            quote!(object.serialize_field(#wire, self.body.kind_str())?;)
        } else if union.is_some_and(|union| union.content == *wire) {
            quote!(object.serialize_field(#wire, &self.body)?;)
        } else {
            quote!(if let Some(value) = &self.#own { object.serialize_field(#wire, value)?; })
        }
    });
    quote! {
        #about
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct #name {
            #(#field_docs pub #fields: Option<#types>,)*
            /// What happened; its arm is the kind.
            pub body: #body,
        }

        impl #name {
            /// An event with that body.
            pub fn new(body: impl Into<#body>) -> Self {
                Self { #(#fields: None,)* body: body.into() }
            }

            #(
                #[doc = #with_docs]
                #[must_use]
                pub fn #withs(mut self, #fields: #types) -> Self {
                    self.#fields = Some(#fields);
                    self
                }
            )*
        }

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                use ::serde::ser::SerializeStruct;
                let mut object = serializer.serialize_struct(#text, #length)?;
                #(#writes)*
                object.end()
            }
        }
    }
}

fn carrier_read(
    rust: &Rust<'_>,
    room: &str,
    ty: &Type,
    structure: &Struct,
    others: &[&Member],
    kind: &TokenStream,
    seed: &TokenStream,
) -> TokenStream {
    let name = format_ident!("{}", ty.name);
    let wires = structure.members.iter().map(|member| &member.wire);
    let fields: Vec<_> = others.iter().map(|member| field(&member.wire)).collect();
    let union = structure.union.as_ref();
    let content = union.map(|union| union.content.clone()).unwrap_or_default();
    let tag = union.map(|union| union.tag.clone()).unwrap_or_default();
    let fills = structure.members.iter().enumerate().map(|(index, member)| {
        let place = Literal::usize_unsuffixed(index);
        if member.wire == tag {
            quote!(#place => { kind.fill_strictly::<crate::read::Plain<#kind>, _>(#tag, &mut map)?;})
        } else if member.wire == content {
            quote!(#place => {
                if seen {
                    return Err(::serde::de::Error::duplicate_field(#content));
                }
                seen = true;
                if let crate::read::Slot::Value(kind) = &kind {
                    body = map.next_value_seed(crate::read::OrNull(#seed(kind)))?;
                } else {
                    raw = map.next_value::<Option<::std::boxed::Box<::serde_json::value::RawValue>>>()?;
                }
            })
        } else {
            fill(room, index, member, rust.types.is_json(&member.ty))
        }
    });
    quote! {
        impl<'de> crate::read::Object<'de> for #name {
            const MEMBERS: &'static [&'static str] = &[#(#wires),*];

            fn read<A: ::serde::de::MapAccess<'de>>(mut map: A) -> ::core::result::Result<Self, A::Error> {
                use ::serde::de::{DeserializeSeed, Error};
                let mut kind = crate::read::Slot::Missing;
                #(let mut #fields = crate::read::Slot::Missing;)*
                let (mut seen, mut body, mut raw) = (false, None, None);
                while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
                    match member {
                        #(#fills)*
                        _ => crate::read::skip(&mut map)?,
                    }
                }
                let kind = kind.required::<A::Error>(#tag)?;
                let body = match (body, raw) {
                    (Some(body), _) => body,
                    (None, Some(raw)) => {
                        let mut reader = ::serde_json::Deserializer::from_str(raw.get());
                        #seed(&kind).deserialize(&mut reader).map_err(A::Error::custom)?
                    }
                    (None, None) => #seed::missing(kind).ok_or_else(|| A::Error::missing_field(#content))?,
                };
                Ok(Self { #(#fields: #fields.optional(),)* body })
            }
        }
        crate::macros::object!(#name);
    }
}

/// An enum of objects that have one distinguishing member each.
pub(super) fn by_member(
    rust: &mut Rust<'_>,
    room: &str,
    ty: &Type,
    arms: &[MemberArm],
) -> TokenStream {
    let mut members: Vec<&Member> = Vec::new();
    let mut structures = Vec::new();
    for arm in arms {
        let Some(Shape::Struct(structure)) = rust.types.shape(&arm.ty) else {
            rust.refuse(
                ty,
                format!("the arm `{}` is no object", arm.name),
                "make every arm an object definition",
            );
            return TokenStream::new();
        };
        for member in &structure.members {
            match members.iter().find(|known| known.wire == member.wire) {
                Some(known) if known.ty != member.ty => {
                    let reason = format!(
                        "two arms have a member `{}` of different types",
                        member.wire
                    );
                    rust.refuse(ty, reason, "give it one type, or another name in one arm");
                }
                Some(_) => {}
                None => members.push(member),
            }
        }
        structures.push(structure);
    }
    let name = format_ident!("{}", ty.name);
    let about = docs(&ty.docs, None, &[]);
    let names: Vec<_> = arms
        .iter()
        .map(|arm| format_ident!("{}", arm.name))
        .collect();
    let types: Vec<_> = arms.iter().map(|arm| spell(room, &arm.ty)).collect();
    let arm_docs = arms
        .iter()
        .zip(&structures)
        .map(|(arm, _)| format!(" The arm with the member `{}`.", arm.member));
    let read = by_member_read(rust, room, &name, arms, &structures, &members);
    quote! {
        #about
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum #name {
            #(#[doc = #arm_docs] #names(#types),)*
        }

        #(
            impl From<#types> for #name {
                fn from(arm: #types) -> Self { Self::#names(arm) }
            }
        )*

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    #(Self::#names(arm) => arm.serialize(serializer),)*
                }
            }
        }
        #read
    }
}

fn by_member_read(
    rust: &Rust<'_>,
    room: &str,
    name: &syn::Ident,
    arms: &[MemberArm],
    structures: &[&Struct],
    members: &[&Member],
) -> TokenStream {
    let wires = members.iter().map(|member| &member.wire);
    let slots: Vec<_> = members.iter().map(|member| field(&member.wire)).collect();
    let fills = members.iter().enumerate().map(|(index, member)| {
        let selects = arms.iter().any(|arm| arm.member == member.wire);
        fill(
            room,
            index,
            member,
            selects || rust.types.is_json(&member.ty),
        )
    });
    let keys: Vec<_> = arms.iter().map(|arm| field(&arm.member)).collect();
    let list = arms
        .iter()
        .map(|arm| format!("`{}`", arm.member))
        .collect::<Vec<_>>()
        .join(", ");
    let complaint = format!("exactly one of {list} must be there");
    let builds = arms.iter().zip(structures).map(|(arm, structure)| {
        let (key, variant, ty) = (
            field(&arm.member),
            format_ident!("{}", arm.name),
            spell(room, &arm.ty),
        );
        let required = structure
            .members
            .iter()
            .filter(|member| member.presence == Presence::Required);
        let arguments = required.map(|member| {
            let (slot, wire) = (field(&member.wire), &member.wire);
            quote!(#slot.required::<A::Error>(#wire)?)
        });
        let optional: Vec<_> = structure
            .members
            .iter()
            .filter(|member| member.presence == Presence::Optional)
            .map(|member| field(&member.wire))
            .collect();
        quote! {
            if #key.is_some() {
                #[allow(unused_mut, reason = "an arm may have no optional member")]
                let mut arm = <#ty>::new(#(#arguments),*);
                #(arm.#optional = #optional.optional();)*
                return Ok(Self::#variant(arm));
            }
        }
    });
    quote! {
        impl<'de> crate::read::Object<'de> for #name {
            const MEMBERS: &'static [&'static str] = &[#(#wires),*];

            fn read<A: ::serde::de::MapAccess<'de>>(mut map: A) -> ::core::result::Result<Self, A::Error> {
                #(let mut #slots = crate::read::Slot::Missing;)*
                while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
                    match member {
                        #(#fills)*
                        _ => crate::read::skip(&mut map)?,
                    }
                }
                let present = [#(#keys.is_some()),*].into_iter().filter(|present| *present).count();
                if present != 1 {
                    return Err(::serde::de::Error::custom(#complaint));
                }
                #(#builds)*
                Err(::serde::de::Error::custom(#complaint))
            }
        }
        crate::macros::object!(#name);
    }
}
