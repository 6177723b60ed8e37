//! The syn pass over typify's structs: schema order, docs, derives, optional members, and the impls beside them.

use super::Rust;
use super::defaults::{Assumed, assumed};
use super::types::{docs, field, rule, spell};
use crate::model::{Member, Presence, Ref, Struct, Type};
use crate::naming;
use crate::problem::Problem;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::visit_mut::{VisitMut, visit_path_mut};
use syn::{Fields, ItemStruct, Path};

/// The struct and its impls.
pub(super) fn print(
    rust: &mut Rust<'_>,
    room: &str,
    ty: &Type,
    structure: &Struct,
    leaf: &ItemStruct,
) -> TokenStream {
    let mut members = Vec::new();
    for member in &structure.members {
        match Prepared::new(rust, room, ty, member, leaf) {
            Ok(prepared) => members.push(prepared),
            Err(reason) => {
                let pointer = format!("{}/properties/{}", ty.origin.pointer, member.wire);
                let cure = "correct the default, or the type of the member";
                rust.problems
                    .push(Problem::new(ty.origin.file.clone(), pointer, reason, cure));
            }
        }
    }
    let name = format_ident!("{}", ty.name);
    let docs = docs(&ty.docs, None, &[]);
    let hidden = members.iter().any(|member| member.hidden);
    let (derive, debug) = if hidden {
        (quote!(), debug(&name, &members))
    } else {
        (quote!(Debug,), quote!())
    };
    let fields = members.iter().map(|member| member.print(&name));
    let checks = members.iter().filter_map(|member| member.is_default(&name));
    let constructors = constructors(&name, &members);
    let object = object(room, &name, structure, &members);
    quote! {
        #docs
        #[derive(Clone, #derive PartialEq, Eq, ::serde::Serialize)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* }
        #constructors
        #(#checks)*
        #debug
        #object
    }
}

/// A member with all that the printers need.
struct Prepared<'a> {
    member: &'a Member,
    name: syn::Ident,
    /// As typify printed it, with our paths.
    ty: syn::Type,
    assumed: Option<Assumed>,
    is_json: bool,
    /// A secret whose type would print it.
    hidden: bool,
    docs: TokenStream,
}

impl<'a> Prepared<'a> {
    fn new(
        rust: &Rust<'_>,
        room: &str,
        ty: &Type,
        member: &'a Member,
        leaf: &ItemStruct,
    ) -> Result<Self, String> {
        let mut printed = field_type(leaf, &member.wire)
            .ok_or_else(|| format!("typify lost the member `{}`", member.wire))?;
        Shorten { room }.visit_type_mut(&mut printed);
        let wanted: syn::Type =
            syn::parse2(spell(room, &member.ty)).map_err(|error| error.to_string())?;
        if printed != wanted {
            return Err(format!(
                "typify printed another type for `{}` of {}",
                member.wire, ty.name
            ));
        }
        let assumed = match &member.presence {
            Presence::Default(json) => Some(assumed(&rust.types, room, &member.ty, json)?),
            _ => None,
        };
        Ok(Self {
            member,
            name: field(&member.wire),
            ty: printed,
            assumed,
            is_json: rust.types.is_json(&member.ty),
            hidden: member.secret && !rust.types.hides_itself(&member.ty),
            docs: docs(&member.docs, Some(&member.wire), &notes(member)),
        })
    }

    fn full_type(&self) -> TokenStream {
        let ty = &self.ty;
        if self.member.presence == Presence::Optional {
            quote!(Option<#ty>)
        } else {
            quote!(#ty)
        }
    }

    fn always_sent(&self) -> bool {
        self.member.send.as_deref() == Some("always")
    }

    fn print(&self, owner: &syn::Ident) -> TokenStream {
        let (docs, name, ty, wire) = (&self.docs, &self.name, self.full_type(), &self.member.wire);
        let rename = (name.to_string().trim_start_matches("r#") != wire)
            .then(|| quote!(#[serde(rename = #wire)]));
        let skip = match (&self.member.presence, &self.assumed) {
            (Presence::Optional, _) if self.member.null_is_written => None,
            (Presence::Optional, _) => Some("Option::is_none".to_owned()),
            (_, Some(_)) if self.always_sent() => None,
            (_, Some(Assumed::Natural)) => Some("crate::read::is_default".to_owned()),
            (_, Some(Assumed::Other(_))) => Some(format!("{owner}::{}", self.check_name())),
            _ => None,
        };
        let skip = skip.map(|path| quote!(#[serde(skip_serializing_if = #path)]));
        quote!(#docs #rename #skip pub #name: #ty,)
    }

    fn check_name(&self) -> String {
        format!("{}_is_default", naming::snake(&self.member.wire))
    }

    /// A function for `skip_serializing_if`, where the default is not that of the type.
    fn is_default(&self, owner: &syn::Ident) -> Option<TokenStream> {
        let Some(Assumed::Other(value)) = &self.assumed else {
            return None;
        };
        if self.always_sent() {
            return None;
        }
        let (name, ty) = (format_ident!("{}", self.check_name()), &self.ty);
        Some(quote! {
            impl #owner {
                fn #name(value: &#ty) -> bool { *value == #value }
            }
        })
    }

    /// The slot's content as the field's value.
    fn settle(&self) -> TokenStream {
        let (name, wire) = (&self.name, &self.member.wire);
        match (&self.member.presence, &self.assumed) {
            (Presence::Required, _) => quote!(#name: #name.required(#wire)?,),
            (Presence::Optional, _) => quote!(#name: #name.optional(),),
            (_, Some(Assumed::Other(value))) => {
                quote!(#name: #name.optional().unwrap_or_else(|| #value),)
            }
            _ => quote!(#name: #name.optional().unwrap_or_default(),),
        }
    }

    fn is_required(&self) -> bool {
        self.member.presence == Presence::Required
    }

    fn initial(&self) -> TokenStream {
        if self.member.presence == Presence::Optional {
            return quote!(None);
        }
        if let Some(Assumed::Other(value)) = &self.assumed {
            return value.clone();
        }
        let ty = &self.ty;
        quote!(<#ty>::default())
    }

    /// Type and conversion of an argument: strings are taken in any form.
    fn argument(&self) -> (TokenStream, TokenStream) {
        let (name, ty) = (&self.name, &self.ty);
        match self.member.ty {
            Ref::String | Ref::BoundedString { .. } => {
                (quote!(impl Into<String>), quote!(#name.into()))
            }
            _ => (quote!(#ty), quote!(#name)),
        }
    }
}

/// What a member's docs say beyond its description.
fn notes(member: &Member) -> Vec<String> {
    let mut notes = Vec::new();
    if let Presence::Default(json) = &member.presence {
        notes.push(format!("Missing means `{json}`."));
    }
    if let Some(unit) = &member.unit {
        notes.push(format!("In {unit}."));
    }
    match member.send.as_deref() {
        Some("always") if member.null_is_written => {
            notes.push("Always sent; null when there is none.".to_owned());
        }
        Some("always") => notes.push("Always sent.".to_owned()),
        Some("never") => notes.push("Read, and never sent.".to_owned()),
        Some(when) => notes.push(format!("Sent {when}.")),
        None => {}
    }
    if let Some(feature) = &member.feature {
        notes.push(format!("Needs the feature `{feature}`."));
    }
    if let Some(fallback) = &member.fallback {
        notes.push(format!("Where it is missing, `{fallback}` is read."));
    }
    if member.null_is_value {
        notes.push("`null` is a value.".to_owned());
    }
    match &member.ty {
        Ref::BoundedString {
            min,
            max: Some(max),
        } => notes.push(format!("Has {min} to {max} characters.")),
        Ref::BoundedString { min, max: None } => {
            notes.push(format!("Has at least {min} characters."));
        }
        Ref::Integer(bounds) if bounds.max == i64::MAX => {
            notes.push(format!("At least {}.", bounds.min));
        }
        Ref::Integer(bounds) => notes.push(format!("From {} to {}.", bounds.min, bounds.max)),
        Ref::List { max: Some(max), .. } => notes.push(format!("At most {max} items.")),
        _ => {}
    }
    notes
}

/// The type of the field that typify printed for a member.
fn field_type(leaf: &ItemStruct, wire: &str) -> Option<syn::Type> {
    let Fields::Named(fields) = &leaf.fields else {
        return None;
    };
    let found = fields.named.iter().find(|field| {
        let mut renamed = None;
        for attribute in field
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("serde"))
        {
            let _ = attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    renamed = Some(meta.value()?.parse::<syn::LitStr>()?.value());
                } else if meta.input.peek(syn::Token![=]) {
                    let _: syn::Expr = meta.value()?.parse()?;
                }
                Ok(())
            });
        }
        match (renamed, &field.ident) {
            (Some(name), _) => name == wire,
            (None, Some(ident)) => ident == wire,
            _ => false,
        }
    });
    found.map(|field| field.ty.clone())
}

/// Shortens the paths that typify writes: `::std::vec::Vec` to `Vec`, and our own room's away.
struct Shorten<'a> {
    room: &'a str,
}

impl VisitMut for Shorten<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_path_mut(self, path);
        let mut names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        let (first, second) = (names.next(), names.next());
        let own = first.as_deref() == Some("crate") && second.as_deref() == Some(self.room);
        if (own || first.as_deref() == Some("std"))
            && let Some(last) = path.segments.last().cloned()
        {
            *path = Path {
                leading_colon: None,
                segments: std::iter::once(last).collect(),
            };
        }
    }
}

fn constructors(name: &syn::Ident, members: &[Prepared<'_>]) -> TokenStream {
    let required: Vec<_> = members
        .iter()
        .filter(|member| member.is_required())
        .collect();
    let arguments = required.iter().map(|member| {
        let (name, (ty, _)) = (&member.name, member.argument());
        quote!(#name: #ty)
    });
    let fields = members.iter().map(|member| {
        let name = &member.name;
        if member.is_required() {
            match member.member.ty {
                Ref::String | Ref::BoundedString { .. } => quote!(#name: #name.into()),
                _ => quote!(#name),
            }
        } else {
            let value = member.initial();
            quote!(#name: #value)
        }
    });
    let withs = members
        .iter()
        .filter(|member| !member.is_required())
        .map(|member| {
            let field = &member.name;
            let with = format_ident!("with_{}", naming::snake(&member.member.wire));
            let (ty, value) = member.argument();
            let value = if member.member.presence == Presence::Optional {
                quote!(Some(#value))
            } else {
                value
            };
            let doc = format!(" Sets `{}`.", member.member.wire);
            quote! {
                #[doc = #doc]
                #[must_use]
                pub fn #with(mut self, #field: #ty) -> Self {
                    self.#field = #value;
                    self
                }
            }
        });
    let doc = if required.is_empty() {
        " With nothing set."
    } else {
        " With the members that a receiver requires."
    };
    let default = required.is_empty().then(|| {
        quote! {
            impl Default for #name {
                fn default() -> Self { Self::new() }
            }
        }
    });
    quote! {
        impl #name {
            #[doc = #doc]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#fields),* }
            }
            #(#withs)*
        }
        #default
    }
}

fn debug(name: &syn::Ident, members: &[Prepared<'_>]) -> TokenStream {
    let text = name.to_string();
    let fields = members.iter().map(|member| {
        let (field, wire) = (&member.name, &member.member.wire);
        if member.hidden {
            quote!(.field(#wire, &format_args!("***")))
        } else {
            quote!(.field(#wire, &self.#field))
        }
    });
    quote! {
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#text) #(#fields)* .finish()
            }
        }
    }
}

/// How a slot is filled. `null` counts as missing where the member need not be there, or where `lenient` says so.
pub(super) fn fill(room: &str, index: usize, member: &Member, lenient: bool) -> TokenStream {
    let place = Literal::usize_unsuffixed(index);
    let (name, wire, rule) = (field(&member.wire), &member.wire, rule(room, &member.ty));
    let strict = member.null_is_value || (member.presence == Presence::Required && !lenient);
    let method = if strict {
        quote!(fill_strictly)
    } else {
        quote!(fill)
    };
    quote!(#place => { #name.#method::<#rule, _>(#wire, &mut map)?; })
}

/// Refuses pairs that must not occur together.
fn exclusives(structure: &Struct) -> TokenStream {
    let checks = structure.exclusive.iter().map(|(a, b)| {
        let (left, right) = (field(a), field(b));
        let text = format!("`{a}` and `{b}` must not occur together");
        quote! {
            if #left.is_some() && #right.is_some() {
                return Err(::serde::de::Error::custom(#text));
            }
        }
    });
    quote!(#(#checks)*)
}

/// Takes what is missing from elsewhere. A member that is never sent gives its value away; another one keeps it.
fn fallbacks(structure: &Struct) -> TokenStream {
    let steps = structure.members.iter().filter_map(|member| {
        let fallback = member.fallback.as_ref()?;
        let (to, from) = (field(&member.wire), field(fallback));
        let never_sent = structure
            .members
            .iter()
            .any(|other| other.wire == *fallback && other.send.as_deref() == Some("never"));
        let partners = structure.exclusive.iter().filter_map(|(a, b)| {
            match (a == &member.wire, b == &member.wire) {
                (true, _) => Some(field(b)),
                (_, true) => Some(field(a)),
                _ => None,
            }
        });
        let step = if never_sent {
            quote!(#to.take_from(&mut #from))
        } else {
            quote!(#to.copy_from(&#from))
        };
        Some(quote! {
            if !#to.is_some() #(&& !#partners.is_some())* {
                #step;
            }
        })
    });
    quote!(#(#steps)*)
}

fn object(
    room: &str,
    name: &syn::Ident,
    structure: &Struct,
    members: &[Prepared<'_>],
) -> TokenStream {
    let wires = members.iter().map(|member| &member.member.wire);
    let slots = members.iter().map(|member| {
        let name = &member.name;
        quote!(let mut #name = crate::read::Slot::Missing;)
    });
    let fills = members
        .iter()
        .enumerate()
        .map(|(index, member)| fill(room, index, member.member, member.is_json));
    let (exclusives, fallbacks) = (exclusives(structure), fallbacks(structure));
    let settled = members.iter().map(Prepared::settle);
    let text = structure.from_string.as_ref().map(|from| {
        let only = members
            .iter()
            .filter(|member| member.is_required())
            .all(|member| member.member.wire == *from);
        let body = if only {
            quote!(Some(Self::new(text)))
        } else {
            quote!(None)
        };
        quote! {
            fn read_text(text: &str) -> Option<Self> { #body }
        }
    });
    let call = if text.is_some() {
        quote!(crate::macros::object!(#name, text);)
    } else {
        quote!(crate::macros::object!(#name);)
    };
    quote! {
        impl<'de> crate::read::Object<'de> for #name {
            const MEMBERS: &'static [&'static str] = &[#(#wires),*];

            fn read<A: ::serde::de::MapAccess<'de>>(mut map: A) -> ::core::result::Result<Self, A::Error> {
                #(#slots)*
                while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
                    match member {
                        #(#fills)*
                        _ => crate::read::skip(&mut map)?,
                    }
                }
                #exclusives
                #fallbacks
                Ok(Self { #(#settled)* })
            }

            #text
        }
        #call
    }
}
