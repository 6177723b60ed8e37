//! The function under the attribute: read, and checked to have the one shape of an agent. Writes nothing.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, Expr, ExprLit, FnArg, Lit, Meta, Pat, PatType, ReturnType, Safety, Signature, Type,
    Visibility,
};

use crate::diagnostics::{About, Mistakes};

/// A function as it was written. The body stays as tokens: it is the compiler's business.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

/// The types of a function that has the shape of an agent.
#[derive(Debug)]
pub(crate) struct AgentTypes {
    pub(crate) context: Type,
    pub(crate) input: Type,
    pub(crate) returns: Type,
}

impl Parse for Function {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let signature = input.parse()?;
        let TokenTree::Group(body) = input.parse()? else {
            return Err(input.error("expected the function's body"));
        };
        Ok(Self {
            attributes,
            visibility,
            signature,
            body,
        })
    }
}

impl Function {
    /// Reads the item; `None` and a mistake when it is not a function.
    pub(crate) fn read(item: TokenStream, mistakes: &mut Mistakes) -> Option<Self> {
        match syn::parse2::<Self>(item.clone()) {
            Ok(function) if function.body.delimiter() == Delimiter::Brace => Some(function),
            _ => {
                mistakes.on(
                    About::Function,
                    item,
                    "`#[arcp_agent]` goes on an `async fn` with a body",
                );
                None
            }
        }
    }

    pub(crate) fn ident(&self) -> &Ident {
        &self.signature.ident
    }

    /// The first paragraph of the doc comment, on one line. Documentation that is made by a macro is not seen.
    pub(crate) fn description(&self) -> String {
        let comment: Vec<String> = self.attributes.iter().filter_map(doc_text).collect();
        let comment = comment.join("\n");
        let lines = comment.split('\n').map(str::trim);
        let paragraph = lines
            .skip_while(|line| line.is_empty())
            .take_while(|line| !line.is_empty() && !line.starts_with('#'));
        paragraph.collect::<Vec<_>>().join(" ")
    }

    /// Checks the shape; notes every departure from it.
    pub(crate) fn check(&self, mistakes: &mut Mistakes) -> Option<AgentTypes> {
        self.check_qualifiers(mistakes);
        self.check_generics(mistakes);
        let arguments = self.check_arguments(mistakes);
        let returns = self.check_return(mistakes);
        let [context, input] = arguments?;
        Some(AgentTypes {
            context,
            input,
            returns: returns?,
        })
    }

    fn check_qualifiers(&self, mistakes: &mut Mistakes) {
        let signature = &self.signature;
        if signature.asyncness.is_none() {
            mistakes.on(
                About::Function,
                signature.fn_token,
                "an agent is an `async fn`: put `async` before `fn`",
            );
        }
        if let Some(token) = &signature.constness {
            mistakes.on(
                About::Function,
                token,
                "an agent runs, it is not evaluated by the compiler: remove `const`",
            );
        }
        if let Safety::Unsafe(token) = &signature.safety {
            mistakes.on(
                About::Function,
                token,
                "the runtime calls an agent with whatever a client sends: remove `unsafe`",
            );
        }
        if let Some(abi) = &signature.abi {
            mistakes.on(
                About::Function,
                abi,
                "an agent is called by Rust only: remove `extern`",
            );
        }
    }

    fn check_generics(&self, mistakes: &mut Mistakes) {
        let generics = &self.signature.generics;
        if !generics.params.is_empty() {
            let message = "an agent has no generic parameters: what it takes and gives is published as one schema each";
            mistakes.on(About::Function, generics, message);
        }
        if let Some(clause) = &generics.where_clause {
            mistakes.on(
                About::Function,
                clause,
                "an agent has no generic parameters: remove the `where` clause",
            );
        }
    }

    fn check_arguments(&self, mistakes: &mut Mistakes) -> Option<[Type; 2]> {
        let signature = &self.signature;
        if let Some(variadic) = &signature.variadic {
            mistakes.on(
                About::Function,
                variadic,
                "an agent takes exactly its context and its input: remove `...`",
            );
        }
        let mut typed = Vec::new();
        for argument in &signature.inputs {
            match argument {
                FnArg::Receiver(receiver) => mistakes.on(
                    About::Function,
                    receiver,
                    "an agent is a function of its own: remove `self` (an agent with state implements `Agent` by hand)",
                ),
                FnArg::Typed(argument) => {
                    check_pattern(&argument.pat, mistakes);
                    check_type(&argument.ty, Place::Argument, mistakes);
                    typed.push(argument);
                }
            }
        }
        self.two(&typed, mistakes)
    }

    fn two(&self, typed: &[&PatType], mistakes: &mut Mistakes) -> Option<[Type; 2]> {
        match typed {
            [context, input] => Some([Type::clone(&context.ty), Type::clone(&input.ty)]),
            [_, _, surplus @ ..] => {
                let mut tokens = TokenStream::new();
                for argument in surplus {
                    argument.to_tokens(&mut tokens);
                }
                mistakes.on(
                    About::Function,
                    tokens,
                    "an agent takes two arguments, its context and its input: put what else it needs into the input's struct",
                );
                None
            }
            [_] => {
                let place = self.signature.paren_token.span.close();
                mistakes.at(
                    About::Function,
                    place,
                    "an agent takes two arguments, its context and its input: one is missing (an agent without input takes `_input: ()`, which is `null` on the wire)",
                );
                None
            }
            [] => {
                let place = self.signature.paren_token.span.close();
                mistakes.at(
                    About::Function,
                    place,
                    "an agent takes two arguments, its context and its input: both are missing",
                );
                None
            }
        }
    }

    fn check_return(&self, mistakes: &mut Mistakes) -> Option<Type> {
        let ReturnType::Type(_, returns) = &self.signature.output else {
            let message =
                "an agent returns a `Result`: write what it results in and how it fails after `->`";
            mistakes.at(
                About::Function,
                self.signature.paren_token.span.close(),
                message,
            );
            return None;
        };
        check_type(returns, Place::Return, mistakes);
        if !names_a_result(returns) {
            mistakes.on(
                About::Function,
                returns,
                "an agent returns a `Result`: the right side says how its job fails",
            );
            return None;
        }
        Some(Type::clone(returns))
    }
}

/// Where a type stands, which decides what it may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Argument,
    Return,
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn check_pattern(pattern: &Pat, mistakes: &mut Mistakes) {
    let plain = match pattern {
        Pat::Ident(name) => name.by_ref.is_none() && name.subpat.is_none(),
        Pat::Wild(_) => true,
        _ => false,
    };
    if !plain {
        mistakes.on(
            About::Function,
            pattern,
            "an agent's argument has a plain name: take it apart in the body",
        );
    }
}

/// By its last word: `Result<…>`, or an alias of one such as `io::Result<…>` or `MyResult<…>`.
fn names_a_result(returns: &Type) -> bool {
    match returns {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident.to_string().ends_with("Result")),
        Type::Group(group) => names_a_result(&group.elem),
        Type::Paren(paren) => names_a_result(&paren.elem),
        _ => false,
    }
}

/// Finds what neither a schema nor a future of its own can hold: `impl Trait`, references, lifetimes.
///
/// It looks at the tokens, so it sees them at any depth.
fn check_type(ty: &Type, place: Place, mistakes: &mut Mistakes) {
    check_tokens(ty.to_token_stream(), place, mistakes);
}

fn check_tokens(tokens: TokenStream, place: Place, mistakes: &mut Mistakes) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Group(group) => check_tokens(group.stream(), place, mistakes),
            TokenTree::Ident(word) if word == "impl" => {
                mistakes.on(
                    About::Function,
                    word,
                    "`impl Trait` has no schema: name the type",
                );
            }
            TokenTree::Punct(mark) if mark.as_char() == '&' => {
                let lifetime = lifetime_after(&mut tokens);
                if place == Place::Argument || lifetime.is_none_or(|lifetime| lifetime != "static")
                {
                    mistakes.on(About::Function, mark, borrowed(place));
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == '\'' => {
                if let Some(TokenTree::Ident(lifetime)) = tokens.next()
                    && lifetime != "static"
                {
                    let place_tokens = [TokenTree::Punct(mark.clone()), TokenTree::Ident(lifetime)];
                    mistakes.on(
                        About::Function,
                        TokenStream::from_iter(place_tokens),
                        borrowed(place),
                    );
                }
            }
            _ => {}
        }
    }
}

/// Takes the lifetime that follows a `&`, if there is one.
fn lifetime_after(
    tokens: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
) -> Option<Ident> {
    match tokens.peek() {
        Some(TokenTree::Punct(mark)) if mark.as_char() == '\'' => tokens.next()?,
        _ => return None,
    };
    match tokens.next() {
        Some(TokenTree::Ident(lifetime)) => Some(lifetime),
        _ => None,
    }
}

fn borrowed(place: Place) -> &'static str {
    match place {
        Place::Argument => {
            "an agent owns its arguments, because its job outlives the call: take `String` for `&str`, `T` for `&T`"
        }
        Place::Return => {
            "an agent's result outlives the job: return `String` for `&str`, `T` for `&T`"
        }
    }
}
