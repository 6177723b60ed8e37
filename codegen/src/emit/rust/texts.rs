//! Strings with a grammar, and maps: newtypes whose impls a macro of the print writes.

use super::Rust;
use super::types::{docs, noun, rule, spell, text_rule};
use crate::model::{Ref, Text, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// A string with a grammar: a newtype over `Arc<str>`.
pub(super) fn print(rust: &mut Rust<'_>, room: &str, ty: &Type, text: &Text) -> TokenStream {
    let name = format_ident!("{}", ty.name);
    let rule = text_rule(text);
    let accepts = match rust.grammars.function(room, &ty.name, &rule) {
        Ok(accepts) => accepts,
        Err(reason) => {
            let reason = format!("the pattern cannot become a table: {reason}");
            rust.refuse(ty, reason, "write an anchored pattern of classes, repetitions and alternatives, and bound it by minLength and maxLength");
            return TokenStream::new();
        }
    };
    let mut more = Vec::new();
    if !rule.is_free() {
        more.push(format!("It {}.", code(&rule.words())));
    }
    if let Some(pattern) = &text.send_pattern {
        more.push(format!("What is written must match `{pattern}`."));
    }
    if text.secret {
        more.push("Prints as `***`.".to_owned());
    }
    let docs = docs(&ty.docs, None, &more);
    let (what, words) = (
        noun(&ty.name),
        if rule.is_free() {
            "may be any string".to_owned()
        } else {
            rule.words()
        },
    );
    let show = if text.secret {
        quote!(secret)
    } else {
        quote!(plain)
    };
    quote! {
        #docs
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #name(::std::sync::Arc<str>);
        crate::macros::text!(#name, #what, #accepts, #words, #show);
    }
}

/// A map: a newtype over `BTreeMap`.
pub(super) fn map(
    _rust: &mut Rust<'_>,
    room: &str,
    ty: &Type,
    key: &Ref,
    value: &Ref,
) -> TokenStream {
    let name = format_ident!("{}", ty.name);
    let docs = docs(&ty.docs, None, &[]);
    let (read, key, value) = (rule(room, value), spell(room, key), spell(room, value));
    quote! {
        #docs
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct #name(::std::collections::BTreeMap<#key, #value>);
        crate::macros::map!(#name, #key, #value, #read);
    }
}

/// Puts the pattern of a rule in code quotes, so that rustdoc shows it as it is.
pub(super) fn code(words: &str) -> String {
    match words.split_once("match ") {
        Some((before, pattern)) => format!("{before}match `{pattern}`"),
        None => words.to_owned(),
    }
}
