//! Enums: closed ones, and open ones that keep what they do not know. Error codes and features have more to say.

use super::Rust;
use super::grammar::Rule;
use super::types::{docs, noun, path};
use crate::model::{Enum, Type, Value};
use crate::special_cases::FEATURE;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The enum of a definition.
pub(super) fn print(rust: &mut Rust<'_>, room: &str, ty: &Type, values: &Enum) -> TokenStream {
    let rule = Rule {
        pattern: values.pattern.clone(),
        min: 0,
        max: values.max,
    };
    let kind = match (values.open, rule.is_free()) {
        (false, _) => Kind::Closed,
        (true, true) => Kind::Open,
        (true, false) => match rust.grammars.function(room, &ty.name, &rule) {
            Ok(accepts) => Kind::Checked {
                accepts,
                words: rule.words(),
            },
            Err(reason) => {
                let reason = format!("the pattern cannot become a table: {reason}");
                rust.refuse(
                    ty,
                    reason,
                    "write an anchored pattern of classes, repetitions and alternatives",
                );
                return TokenStream::new();
            }
        },
    };
    let arms: Vec<Arm> = values
        .values
        .iter()
        .map(|value| Arm {
            name: &value.name,
            wire: &value.wire,
            docs: value_docs(value),
        })
        .collect();
    let docs = docs(&ty.docs, None, &[]);
    let facts = facts(rust, room, ty, values);
    let own = values_enum(&ty.name, &docs, &arms, &kind);
    quote!(#own #facts)
}

/// Which texts an enum takes.
pub(super) enum Kind {
    Closed,
    Open,
    Checked { accepts: TokenStream, words: String },
}

/// A value of an enum.
pub(super) struct Arm<'a> {
    pub(super) name: &'a str,
    pub(super) wire: &'a str,
    pub(super) docs: TokenStream,
}

/// An enum of strings, with `ALL`, `as_str` and what the macro of the print adds.
pub(super) fn values_enum(
    name: &str,
    docs: &TokenStream,
    arms: &[Arm<'_>],
    kind: &Kind,
) -> TokenStream {
    let ident = format_ident!("{name}");
    let what = noun(name);
    let names: Vec<_> = arms
        .iter()
        .map(|arm| format_ident!("{}", arm.name))
        .collect();
    let wires: Vec<_> = arms.iter().map(|arm| arm.wire).collect();
    let arm_docs = arms.iter().map(|arm| &arm.docs);
    let (copy, unknown, unknown_text) = match kind {
        Kind::Closed => (quote!(Copy,), quote!(), quote!()),
        _ => (
            quote!(),
            quote! {
                /// A value that this version does not know, as it came.
                Unknown(crate::common::UnknownText),
            },
            quote!(Self::Unknown(text) => text.as_str(),),
        ),
    };
    let macro_call = match kind {
        Kind::Closed => quote!(crate::macros::enumeration!(#ident, #what, closed);),
        Kind::Open => quote!(crate::macros::enumeration!(#ident, #what, open);),
        Kind::Checked { accepts, words } => {
            quote!(crate::macros::enumeration!(#ident, #what, checked, #accepts, #words);)
        }
    };
    let lifetime = matches!(kind, Kind::Closed).then(|| quote!('static));
    quote! {
        #docs
        #[derive(Clone, #copy Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum #ident {
            #(#arm_docs #names,)*
            #unknown
        }
        impl #ident {
            /// All values that this version knows, in the order of the schema.
            pub const ALL: &'static [Self] = &[#(Self::#names),*];

            /// The value as it goes over the wire.
            pub fn as_str(&self) -> &#lifetime str {
                match self {
                    #(Self::#names => #wires,)*
                    #unknown_text
                }
            }

            fn known(text: &str) -> Option<Self> {
                Some(match text {
                    #(#wires => Self::#names,)*
                    _ => return None,
                })
            }
        }
        #macro_call
    }
}

fn value_docs(value: &Value) -> TokenStream {
    let mut more = Vec::new();
    if let Some(feature) = &value.feature {
        more.push(format!("Needs the feature `{feature}`."));
    }
    docs(&value.docs, Some(&value.wire), &more)
}

/// What the schema says about each value beyond its name.
fn facts(rust: &Rust<'_>, room: &str, ty: &Type, values: &Enum) -> TokenStream {
    let mut methods = TokenStream::new();
    if values.values.iter().any(|value| value.error.is_some()) {
        methods.extend(error_facts(values));
    }
    if values.values.iter().any(|value| !value.gates.is_empty()) {
        methods.extend(texts(
            values,
            "gates",
            "What may be sent only when both sides have listed the feature, in sentences. Empty for an unknown value.",
            &quote!(&'static [&'static str]),
            |value| {
                let gates = &value.gates;
                (!gates.is_empty()).then(|| quote!(&[#(#gates),*]))
            },
            &quote!(&[]),
        ));
    }
    if values.values.iter().any(|value| value.feature.is_some()) {
        let feature = path(room, FEATURE.0, FEATURE.1);
        methods.extend(texts(
            values,
            "feature",
            "The feature that both sides must have listed before the value is sent.",
            &quote!(Option<#feature>),
            |value| feature_of(rust, room, value.feature.as_deref()),
            &quote!(None),
        ));
    }
    if methods.is_empty() {
        return methods;
    }
    let ident = format_ident!("{}", ty.name);
    quote!(impl #ident { #methods })
}

fn error_facts(values: &Enum) -> TokenStream {
    let truth = quote!(bool);
    let option = quote!(Option<&'static str>);
    let of = |value: &Value| value.error.clone();
    let mut all = texts(
        values,
        "default_retryable",
        "What `retryable` is where it is missing: false for an unknown code.",
        &truth,
        |value| {
            of(value)
                .filter(|error| error.retryable)
                .map(|_| quote!(true))
        },
        &quote!(false),
    );
    all.extend(texts(
        values,
        "pinned_retryable",
        "What `retryable` must always be, where the specification fixes it.",
        &quote!(Option<bool>),
        |value| {
            of(value).filter(|error| error.pinned).map(|error| {
                let retryable = error.retryable;
                quote!(Some(#retryable))
            })
        },
        &quote!(None),
    ));
    all.extend(texts(
        values,
        "section",
        "The section of the specification.",
        &option,
        |value| {
            value
                .docs
                .section
                .as_ref()
                .map(|section| quote!(Some(#section)))
        },
        &quote!(None),
    ));
    all.extend(texts(
        values,
        "cause",
        "What brings it about.",
        &option,
        |value| {
            of(value)
                .map(|error| error.cause)
                .map(|cause| quote!(Some(#cause)))
        },
        &quote!(None),
    ));
    all.extend(texts(
        values,
        "cure",
        "What to do about it.",
        &option,
        |value| {
            of(value)
                .map(|error| error.cure)
                .map(|cure| quote!(Some(#cure)))
        },
        &quote!(None),
    ));
    all
}

/// A method that answers by value.
fn texts(
    values: &Enum,
    name: &str,
    doc: &str,
    returns: &TokenStream,
    answer: impl Fn(&Value) -> Option<TokenStream>,
    otherwise: &TokenStream,
) -> TokenStream {
    let (name, doc) = (format_ident!("{name}"), format!(" {doc}"));
    let mut complete = !values.open;
    let mut arms = Vec::new();
    for value in &values.values {
        let arm = format_ident!("{}", value.name);
        match answer(value) {
            Some(answer) => arms.push(quote!(Self::#arm => #answer,)),
            None => complete = false,
        }
    }
    let rest = (!complete).then(|| quote!(_ => #otherwise,));
    quote! {
        #[doc = #doc]
        pub fn #name(&self) -> #returns {
            match self {
                #(#arms)*
                #rest
            }
        }
    }
}

/// `Some(Feature::X)` for the wire name of a feature.
pub(super) fn feature_of(rust: &Rust<'_>, room: &str, wire: Option<&str>) -> Option<TokenStream> {
    let wire = wire?;
    let ty = rust.types.find(FEATURE.0, FEATURE.1)?;
    let crate::model::Shape::Enum(values) = &ty.shape else {
        return None;
    };
    let value = values.values.iter().find(|value| value.wire == wire)?;
    let (feature, name) = (
        path(room, FEATURE.0, FEATURE.1),
        format_ident!("{}", value.name),
    );
    Some(quote!(Some(#feature::#name)))
}
