//! What a receiver assumes when a member is missing, as a Rust expression.

use super::types::{Types, path};
use crate::model::{Presence, Ref, Shape, Struct};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

/// The value of a default.
pub(super) enum Assumed {
    /// What `Default` gives.
    Natural,
    /// Something else.
    Other(TokenStream),
}

/// The default of a member, or why it cannot be written.
pub(super) fn assumed(
    types: &Types<'_>,
    room: &str,
    ty: &Ref,
    json: &str,
) -> Result<Assumed, String> {
    let value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    of(types, room, ty, &value)
}

fn of(types: &Types<'_>, room: &str, ty: &Ref, value: &Value) -> Result<Assumed, String> {
    let refused = || {
        Err(format!(
            "the default {value} does not fit the type, or cannot be written as Rust"
        ))
    };
    let other = |tokens: TokenStream| Ok(Assumed::Other(tokens));
    match (ty, value) {
        (Ref::Bool, Value::Bool(false)) => Ok(Assumed::Natural),
        (Ref::Bool, Value::Bool(true)) => other(quote!(true)),
        (Ref::String | Ref::BoundedString { .. }, Value::String(text)) if text.is_empty() => {
            Ok(Assumed::Natural)
        }
        (Ref::String | Ref::BoundedString { .. }, Value::String(text)) => {
            other(quote!(#text.to_owned()))
        }
        (Ref::Integer(bounds), Value::Number(number)) => match number.as_i64() {
            Some(number) if !(bounds.min..=bounds.max).contains(&number) => refused(),
            Some(0) => Ok(Assumed::Natural),
            Some(number) => {
                let number = Literal::i64_unsuffixed(number);
                other(quote!(#number))
            }
            None => refused(),
        },
        (Ref::List { .. }, Value::Array(items)) if items.is_empty() => Ok(Assumed::Natural),
        (Ref::List { item, .. }, Value::Array(items)) => {
            let items = items
                .iter()
                .map(|value| of(types, room, item, value).map(expression));
            let items: Vec<TokenStream> = items.collect::<Result<_, String>>()?;
            other(quote!(vec![#(#items),*]))
        }
        (Ref::Named { room: home, name }, value) => {
            match (types.find(home, name).map(|ty| &ty.shape), value) {
                (Some(Shape::Json), Value::Null) => Ok(Assumed::Natural),
                (Some(Shape::Json), Value::Object(members)) if members.is_empty() => other(quote!(
                    crate::common::Json::from(crate::common::JsonObject::default())
                )),
                (Some(Shape::JsonObject | Shape::Map { .. }), Value::Object(members))
                    if members.is_empty() =>
                {
                    Ok(Assumed::Natural)
                }
                (Some(Shape::Struct(structure)), Value::Object(members))
                    if is_natural(structure, members) =>
                {
                    Ok(Assumed::Natural)
                }
                (Some(Shape::Enum(values)), Value::String(text)) => {
                    match values.values.iter().find(|known| known.wire == *text) {
                        Some(known) => {
                            let (ty, name) =
                                (path(room, home, name), format_ident!("{}", known.name));
                            other(quote!(#ty::#name))
                        }
                        None => refused(),
                    }
                }
                _ => refused(),
            }
        }
        _ => refused(),
    }
}

/// The expression of a default.
fn expression(assumed: Assumed) -> TokenStream {
    match assumed {
        Assumed::Natural => quote!(Default::default()),
        Assumed::Other(tokens) => tokens,
    }
}

/// Whether an object says only what its type assumes anyway, so that the type's own default is meant.
fn is_natural(structure: &Struct, members: &serde_json::Map<String, Value>) -> bool {
    let no_member_is_required = structure
        .members
        .iter()
        .all(|member| member.presence != Presence::Required);
    no_member_is_required
        && members.iter().all(|(name, value)| {
            structure.members.iter().any(|member| {
                let default = match &member.presence {
                    Presence::Default(json) => serde_json::from_str::<Value>(json).ok(),
                    _ => None,
                };
                member.wire == *name && default.as_ref() == Some(value)
            })
        })
}
