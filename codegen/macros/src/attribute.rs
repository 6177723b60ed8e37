//! The attribute's arguments: `name`, `version`, `default`, `max_runtime`, `crate`. Knows nothing of the function.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Lit, LitBool, LitStr, Path, Token};

use crate::diagnostics::{About, Mistakes};

/// The longest `max_runtime`, in seconds: the range of `max_runtime_sec` on the wire (§7.1).
const MAX_RUNTIME_SEC: u64 = 2_147_483_647;
/// The longest `name@version`, in characters (§7.5).
const MAX_REFERENCE: usize = 256;
/// What the attribute knows, as it is shown to the user.
const KNOWN: &str = "`name`, `version`, `default`, `max_runtime`, `crate`";

/// The arguments that could be read.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// The agent's name; the function's without one.
    name: Option<LitStr>,
    /// The agent's version; the package's without one.
    pub(crate) version: Option<LitStr>,
    /// Whether the bare name means this version.
    pub(crate) default: bool,
    /// The longest that a job may run, in seconds.
    pub(crate) max_runtime_sec: Option<u64>,
    /// Where `arcp_runtime` is.
    krate: Option<Path>,
}

impl Arguments {
    /// Reads them one by one, so that each mistake is found.
    pub(crate) fn read(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut arguments = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for piece in split_at_commas(tokens, mistakes) {
            match Argument::parse.parse2(piece) {
                Ok(argument) => {
                    let key = argument.key.unraw().to_string();
                    if seen.contains(&key) {
                        mistakes.on(
                            About::Arguments,
                            &argument.key,
                            format!("`{key}` is given twice"),
                        );
                        continue;
                    }
                    arguments.set(&key, &argument, mistakes);
                    seen.push(key);
                }
                Err(error) => mistakes.unreadable(About::Arguments, &error),
            }
        }
        arguments
    }

    fn set(&mut self, key: &str, argument: &Argument, mistakes: &mut Mistakes) {
        match key {
            "name" => self.name = argument.text("\"my-agent\"", mistakes),
            "version" => {
                self.version = argument.text("\"1.0.0\"", mistakes);
                if let Some(version) = &self.version {
                    check_version(version, mistakes);
                }
            }
            "default" => self.default = argument.flag(mistakes),
            "max_runtime" => self.max_runtime_sec = argument.seconds(mistakes),
            "crate" => self.krate = argument.path(mistakes),
            _ => mistakes.on(
                About::Arguments,
                &argument.key,
                format!("`{key}` is not an argument: there are {KNOWN}"),
            ),
        }
    }

    /// The path of `arcp_runtime`, as the user's crate sees it.
    pub(crate) fn krate(&self) -> TokenStream {
        self.krate
            .as_ref()
            .map_or_else(|| quote!(::arcp_runtime), ToTokens::to_token_stream)
    }

    /// The agent's name, given or made of the function's; `None` and a mistake when the grammar forbids it.
    pub(crate) fn check_name(&self, function: &Ident, mistakes: &mut Mistakes) -> Option<LitStr> {
        let name = match &self.name {
            Some(name) if !is_name(&name.value()) => {
                let message = format!("`{}` is not an agent's name: {NAME_GRAMMAR}", name.value());
                mistakes.on(About::Arguments, name, message);
                return None;
            }
            Some(name) => name.clone(),
            None => {
                let name = function.unraw().to_string().replace('_', "-");
                if !is_name(&name) {
                    let message = format!(
                        "the function's name makes the agent's name `{name}`, which is not one: {NAME_GRAMMAR}; rename the function or give `name = \"…\"`"
                    );
                    mistakes.on(About::Arguments, function, message);
                    return None;
                }
                LitStr::new(&name, function.span())
            }
        };
        let version = self
            .version
            .as_ref()
            .map_or(0, |version| version.value().len());
        if name.value().len() + 1 + version > MAX_REFERENCE {
            mistakes.on(
                About::Arguments,
                &name,
                format!("`name@version` has at most {MAX_REFERENCE} characters (§7.5)"),
            );
            return None;
        }
        Some(name)
    }
}

const NAME_GRAMMAR: &str =
    "it starts with a-z or 0-9 and goes on with a-z, 0-9, `.`, `_`, `-` (§7.5)";

fn is_name(text: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|byte| first(*byte))
        && bytes
            .iter()
            .all(|byte| first(*byte) || b"._-".contains(byte))
}

fn check_version(version: &LitStr, mistakes: &mut Mistakes) {
    let text = version.value();
    if text.is_empty()
        || !text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".+_-".contains(&byte))
    {
        let message = format!(
            "`{text}` is not a version: it is one or more of a-z, A-Z, 0-9, `.`, `+`, `_`, `-` (§7.5)"
        );
        mistakes.on(About::Arguments, version, message);
    }
}

/// Cuts the arguments apart, so that one that cannot be read does not hide the next.
fn split_at_commas(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<TokenStream> {
    let mut pieces = Vec::new();
    let mut piece = TokenStream::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if piece.is_empty() {
                    mistakes.on(
                        About::Arguments,
                        &token,
                        "an argument is missing before this comma",
                    );
                } else {
                    pieces.push(std::mem::take(&mut piece));
                }
            }
            _ => piece.extend([token]),
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// `key` or `key = value`.
struct Argument {
    key: Ident,
    value: Option<TokenStream>,
}

impl Parse for Argument {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("an argument starts with its name: {KNOWN}")));
        }
        let key = input.call(Ident::parse_any)?;
        if input.is_empty() {
            return Ok(Self { key, value: None });
        }
        if !input.peek(Token![=]) {
            return Err(input.error(format!("after `{key}` comes `= …` or a comma")));
        }
        input.parse::<Token![=]>()?;
        Ok(Self {
            key,
            value: Some(input.parse()?),
        })
    }
}

impl Argument {
    fn text(&self, example: &str, mistakes: &mut Mistakes) -> Option<LitStr> {
        if let Ok(text) = syn::parse2::<LitStr>(self.value.clone().unwrap_or_default()) {
            return Some(text);
        }
        self.refuse(&format!("a string: `{} = {example}`", self.key), mistakes)
    }

    fn flag(&self, mistakes: &mut Mistakes) -> bool {
        let Some(value) = &self.value else {
            return true;
        };
        if let Ok(flag) = syn::parse2::<LitBool>(value.clone()) {
            return flag.value;
        }
        self.refuse::<()>("no value, `true` or `false`", mistakes);
        false
    }

    fn path(&self, mistakes: &mut Mistakes) -> Option<Path> {
        if let Ok(path) = Path::parse_mod_style.parse2(self.value.clone().unwrap_or_default()) {
            return Some(path);
        }
        self.refuse("a path: `crate = my_crate::arcp_runtime`", mistakes)
    }

    fn seconds(&self, mistakes: &mut Mistakes) -> Option<u64> {
        let seconds = match syn::parse2::<Lit>(self.value.clone().unwrap_or_default()) {
            Ok(Lit::Int(seconds)) if seconds.suffix().is_empty() => seconds.base10_parse().ok(),
            Ok(Lit::Str(text)) => seconds_of(&text.value()),
            _ => None,
        };
        if seconds.is_some_and(|seconds| (1..=MAX_RUNTIME_SEC).contains(&seconds)) {
            return seconds;
        }
        self.refuse(
            &format!("a time from 1 to {MAX_RUNTIME_SEC} seconds: `\"90s\"`, `\"5m\"`, `\"2h\"`, or seconds as a number"),
            mistakes,
        )
    }

    /// Says what the value must be, at the value, or at the key when there is none.
    fn refuse<T>(&self, wanted: &str, mistakes: &mut Mistakes) -> Option<T> {
        let message = format!("`{}` takes {wanted}", self.key);
        match &self.value {
            Some(value) if !value.is_empty() => mistakes.on(About::Arguments, value, message),
            _ => mistakes.on(About::Arguments, &self.key, message),
        }
        None
    }
}

/// Reads `90s`, `5m`, `2h`.
fn seconds_of(text: &str) -> Option<u64> {
    let unit = match text.as_bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 3600,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(unit)
}
