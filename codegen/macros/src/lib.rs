//! `#[arcp_agent]`: an async function becomes an agent.
//!
//! Entry point only: `attribute` reads the arguments, `signature` the function, `expand` writes the code,
//! `diagnostics` gathers what is wrong. The crate knows paths of `arcp-runtime`, no types: that house is not built when this runs.
//! The documentation for users stands at the re-export, `arcp_runtime::arcp_agent`, where its examples are tested.

mod attribute;
mod diagnostics;
mod expand;
mod signature;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::attribute::Arguments;
use crate::diagnostics::Mistakes;
use crate::signature::Function;

/// Makes an `async fn(ctx: JobContext, input: T) -> Result<R, E>` an agent.
#[proc_macro_attribute]
pub fn arcp_agent(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand_agent(arguments.into(), item.into()).into()
}

/// The macro without the compiler's own token type, so that tests can call it.
fn expand_agent(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let arguments = Arguments::read(arguments, &mut mistakes);
    let Some(function) = Function::read(item, &mut mistakes) else {
        return mistakes.into_compile_errors();
    };
    let agent = function.check(&mut mistakes);
    let name = arguments.check_name(function.ident(), &mut mistakes);
    match (agent, name) {
        (Some(agent), Some(name)) if mistakes.is_empty() => {
            expand::agent(&arguments, &name, &function, &agent)
        }
        _ => {
            let errors = mistakes.into_compile_errors();
            let stand_in = expand::stand_in(&arguments, &function);
            quote::quote!(#errors #stand_in)
        }
    }
}
