//! How a use of a type is spelt in Rust, and by which rule it is read.

use super::grammar::Rule;
use crate::model::{Docs, Model, Ref, Shape, Type};
use crate::naming;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Looks types up.
#[derive(Debug)]
pub(super) struct Types<'a> {
    model: &'a Model,
}

impl<'a> Types<'a> {
    pub(super) fn new(model: &'a Model) -> Self {
        Self { model }
    }

    pub(super) fn find(&self, room: &str, name: &str) -> Option<&'a Type> {
        let room = self.model.rooms.iter().find(|other| other.name == room)?;
        room.types.iter().find(|ty| ty.name == name)
    }

    /// The shape of a use of a named type.
    pub(super) fn shape(&self, ty: &Ref) -> Option<&'a Shape> {
        match ty {
            Ref::Named { room, name } => self.find(room, name).map(|ty| &ty.shape),
            _ => None,
        }
    }

    /// Whether a use is of a string that prints as `***` by itself.
    pub(super) fn hides_itself(&self, ty: &Ref) -> bool {
        matches!(self.shape(ty), Some(Shape::Text(text)) if text.secret)
    }

    /// Whether a use is of any JSON value.
    pub(super) fn is_json(&self, ty: &Ref) -> bool {
        matches!(self.shape(ty), Some(Shape::Json))
    }
}

/// The type as the module of `room` spells it.
pub(super) fn spell(room: &str, ty: &Ref) -> TokenStream {
    match ty {
        Ref::Named { room: home, name } => path(room, home, name),
        Ref::String | Ref::BoundedString { .. } => quote!(String),
        Ref::Bool => quote!(bool),
        Ref::Integer(integer) if integer.min < 0 => quote!(i64),
        Ref::Integer(_) => quote!(u64),
        Ref::List { item, .. } => {
            let item = spell(room, item);
            quote!(Vec<#item>)
        }
    }
}

/// The path of a type of the room `home`, seen from `room`.
pub(super) fn path(room: &str, home: &str, name: &str) -> TokenStream {
    let name = format_ident!("{name}");
    if room == home {
        return quote!(#name);
    }
    let home = format_ident!("{home}");
    quote!(crate::#home::#name)
}

/// The rule that reads a use of a type.
pub(super) fn rule(room: &str, ty: &Ref) -> TokenStream {
    match ty {
        Ref::BoundedString { min, max } => {
            let max = max.unwrap_or(u32::MAX);
            quote!(crate::read::Text<#min, #max>)
        }
        Ref::Integer(integer) => {
            let (min, max) = (integer.min, integer.max);
            if let (Ok(min), Ok(max)) = (u64::try_from(min), u64::try_from(max)) {
                quote!(crate::read::Integer<#min, #max>)
            } else {
                quote!(crate::read::Signed<{ #min }, { #max }>)
            }
        }
        Ref::List {
            item,
            min,
            max,
            unique,
        } => {
            let (item, max) = (rule(room, item), max.unwrap_or(u32::MAX));
            quote!(crate::read::List<#item, #min, #max, #unique>)
        }
        Ref::Named { .. } | Ref::String | Ref::Bool => {
            let ty = spell(room, ty);
            quote!(crate::read::Plain<#ty>)
        }
    }
}

/// The rule of a string.
pub(super) fn text_rule(text: &crate::model::Text) -> Rule {
    Rule {
        pattern: text.pattern.clone(),
        min: text.min,
        max: text.max,
    }
}

/// Doc attributes: the description, then what else a reader wants to know.
pub(super) fn docs(docs: &Docs, wire: Option<&str>, more: &[String]) -> TokenStream {
    let mut lines: Vec<String> = docs.description.lines().map(str::to_owned).collect();
    let section = docs.section.as_deref().map(|section| format!("§{section}"));
    let place = match (wire, section) {
        (Some(wire), Some(section)) => format!("`{wire}` ({section})."),
        (Some(wire), None) => format!("`{wire}`."),
        (None, Some(section)) => format!("{section}."),
        (None, None) => String::new(),
    };
    let more: Vec<String> = std::iter::once(place)
        .chain(more.iter().cloned())
        .filter(|line| !line.is_empty())
        .collect();
    if !more.is_empty() {
        lines.push(String::new());
        lines.push(more.join(" "));
    }
    let lines = lines.iter().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}

/// The field of a member.
pub(super) fn field(wire: &str) -> Ident {
    let name = naming::rust_ident(wire);
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, proc_macro2::Span::call_site()),
        None => format_ident!("{name}"),
    }
}

/// What a type is, in words: `a job id`.
pub(super) fn noun(name: &str) -> String {
    let words = naming::snake(name).replace('_', " ");
    let article = if words.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {words}")
}
