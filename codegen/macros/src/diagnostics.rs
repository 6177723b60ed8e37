//! Mistakes: gathered while reading, reported together, each at its place. Says nothing about what is a mistake.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Error;

/// The function that an agent is written as.
const WANTED_FUNCTION: &str = "\
the shape of an agent:

    #[arcp_agent]
    async fn name(ctx: JobContext, input: Input) -> Result<Output, AgentError> { … }";

/// The arguments that the attribute takes.
const WANTED_ARGUMENTS: &str = "\
the arguments, all optional:

    #[arcp_agent(name = \"my-agent\", version = \"1.0.0\", default, max_runtime = \"5m\", crate = arcp_runtime)]";

/// What a mistake is about, which decides the shape that is shown with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The function's signature.
    Function,
    /// The attribute's arguments.
    Arguments,
}

impl About {
    const ALL: [Self; 2] = [Self::Arguments, Self::Function];

    fn wanted(self) -> &'static str {
        match self {
            Self::Function => WANTED_FUNCTION,
            Self::Arguments => WANTED_ARGUMENTS,
        }
    }
}

#[derive(Debug)]
struct Mistake {
    about: About,
    /// The tokens that make it: the error underlines the first to the last of them.
    place: TokenStream,
    message: String,
}

/// Everything that is wrong with one use of the macro.
#[derive(Debug, Default)]
pub(crate) struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Notes a mistake that these tokens make.
    pub(crate) fn on(&mut self, about: About, tokens: impl ToTokens, message: impl Into<String>) {
        self.0.push(Mistake {
            about,
            place: tokens.into_token_stream(),
            message: message.into(),
        });
    }

    /// Notes a mistake at a place that has no token of its own, such as a missing one.
    pub(crate) fn at(&mut self, about: About, place: Span, message: impl Into<String>) {
        self.on(about, Ident::new("_here", place), message);
    }

    /// Notes what the parser could not read.
    pub(crate) fn unreadable(&mut self, about: About, error: &Error) {
        self.at(about, error.span(), error.to_string());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One `compile_error!` for each mistake. The shape that is wanted follows the last mistake of its kind, so it is shown once.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        let last =
            About::ALL.map(|about| self.0.iter().rposition(|mistake| mistake.about == about));
        self.0
            .into_iter()
            .enumerate()
            .map(
                |(
                    index,
                    Mistake {
                        about,
                        place,
                        mut message,
                    },
                )| {
                    if last.contains(&Some(index)) {
                        message.push_str("\n\n");
                        message.push_str(about.wanted());
                    }
                    Error::new_spanned(place, message).into_compile_error()
                },
            )
            .collect()
    }
}
