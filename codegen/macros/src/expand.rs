//! Writes the agent: a unit struct, the function as its `call`, and two impls. Only paths, through `arcp_runtime::__macro`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, LitStr};

use crate::attribute::Arguments;
use crate::signature::{AgentTypes, Function};

/// The agent of a function that has the right shape.
pub(crate) fn agent(
    arguments: &Arguments,
    name: &LitStr,
    function: &Function,
    types: &AgentTypes,
) -> TokenStream {
    let ident = function.ident();
    let items = attributes(function, |name| matches!(name, "cfg" | "allow"));
    let structure = structure(function);
    let call = call(function);
    let start = start(arguments, name, function, types);
    let seam = seam(arguments, ident, &items);
    quote! {
        #structure

        #(#items)*
        impl #ident {
            #call
        }

        #start

        #seam
    }
}

/// What stands in for an agent with mistakes, so that they are not followed by errors at its uses.
///
/// It is printed only beside the `compile_error!` of each mistake, so no program has it, and its `unimplemented!` is never reached.
/// It is said as such, and not by an empty answer, because these methods have no answer that would be right.
pub(crate) fn stand_in(arguments: &Arguments, function: &Function) -> TokenStream {
    let structure = structure(function);
    let ident = function.ident();
    let items = attributes(function, |name| name == "cfg");
    let krate = arguments.krate();
    quote! {
        #structure

        #(#items)*
        impl #krate::__macro::Agent for #ident {
            fn descriptor(&self) -> #krate::__macro::Descriptor { ::core::unimplemented!() }
            fn check(&self, _: &#krate::__macro::Json) -> ::core::result::Result<(), #krate::__macro::InvalidInput> { ::core::unimplemented!() }
            fn run(&self, _: #krate::__macro::JobContext, _: #krate::__macro::Json) -> #krate::__macro::AgentFuture { ::core::unimplemented!() }
        }
    }
}

/// The struct of the function's name, with its documentation.
fn structure(function: &Function) -> TokenStream {
    let attributes = attributes(function, |name| {
        matches!(name, "cfg" | "doc" | "deprecated" | "allow")
    });
    let visibility = &function.visibility;
    let ident = function.ident();
    quote! {
        #(#attributes)*
        #[allow(non_camel_case_types)]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #visibility struct #ident;
    }
}

/// The function itself, under a name of its own: tests and other agents call it.
fn call(function: &Function) -> TokenStream {
    let attributes = attributes(function, |name| {
        !matches!(name, "cfg" | "doc" | "deprecated")
    });
    let visibility = &function.visibility;
    let body = &function.body;
    let mut signature = function.signature.clone();
    signature.ident = Ident::new("call", function.ident().span());
    quote! {
        /// The agent's function itself, as a test calls it.
        #(#attributes)*
        #[allow(clippy::missing_errors_doc, clippy::unused_async)]
        #visibility #signature #body
    }
}

/// What the runtime's side of the macro builds the agent from. Types keep their place, so that errors point at them.
fn start(
    arguments: &Arguments,
    name: &LitStr,
    function: &Function,
    types: &AgentTypes,
) -> TokenStream {
    let krate = arguments.krate();
    let items = attributes(function, |name| matches!(name, "cfg" | "allow"));
    let ident = function.ident();
    let AgentTypes {
        context,
        input,
        returns,
    } = types;
    let version = arguments.version.as_ref().map_or_else(
        || quote!(::core::env!("CARGO_PKG_VERSION")),
        ToTokens::to_token_stream,
    );
    let description = function.description();
    let default = arguments.default;
    let max_runtime_sec = arguments.max_runtime_sec.map_or_else(
        || quote!(::core::option::Option::None),
        |seconds| quote!(::core::option::Option::Some(#seconds)),
    );
    // The helper asks for `Send` at the function's name, and the line of its bound says why. Only the place of the
    // tokens may be the function's: names that are found by their macro's hygiene are made here.
    let (context_name, input_name) = (format_ident!("__context"), format_ident!("__input"));
    let started = quote_spanned!(ident.span()=> #krate::__macro::movable(Self::call(#context_name, #input_name)));
    quote! {
        #(#items)*
        impl #krate::__macro::AgentFunction for #ident {
            type Input = #input;
            type Return = #returns;
            const ABOUT: #krate::__macro::About = #krate::__macro::About {
                name: #name,
                version: #version,
                default: #default,
                description: #description,
                max_runtime_sec: #max_runtime_sec,
            };

            fn start(#context_name: #context, #input_name: #input) -> #krate::__macro::FunctionFuture<Self::Return> {
                #started
            }
        }
    }
}

/// The agent as the runtime sees it.
fn seam(arguments: &Arguments, ident: &Ident, items: &[&Attribute]) -> TokenStream {
    let krate = arguments.krate();
    quote! {
        #(#items)*
        impl #krate::__macro::Agent for #ident {
            fn descriptor(&self) -> #krate::__macro::Descriptor {
                #krate::__macro::descriptor::<Self>()
            }

            fn check(&self, input: &#krate::__macro::Json) -> ::core::result::Result<(), #krate::__macro::InvalidInput> {
                #krate::__macro::check::<Self>(input)
            }

            fn run(&self, context: #krate::__macro::JobContext, input: #krate::__macro::Json) -> #krate::__macro::AgentFuture {
                #krate::__macro::run::<Self>(context, input)
            }
        }
    }
}

fn attributes(function: &Function, wanted: impl Fn(&str) -> bool) -> Vec<&Attribute> {
    let chosen = |attribute: &&Attribute| {
        wanted(
            &attribute
                .path()
                .get_ident()
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
    };
    function.attributes.iter().filter(chosen).collect()
}
