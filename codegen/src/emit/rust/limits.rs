//! Limits and timers as constants.

use super::types::docs;
use crate::model::Model;
use crate::naming;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// One constant for each limit, with its unit in the docs.
pub(super) fn print(model: &Model) -> TokenStream {
    let limits = model.limits.iter().map(|limit| {
        let name = format_ident!("{}", naming::screaming(&limit.name));
        let docs = docs(
            &limit.docs,
            Some(&limit.name),
            &[format!("In {}.", limit.unit)],
        );
        let value = Literal::u64_unsuffixed(limit.default);
        quote!(#docs pub const #name: u64 = #value;)
    });
    quote!(#(#limits)*)
}
