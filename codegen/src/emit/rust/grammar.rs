//! Turns patterns into code: a loop over one class of bytes, or a table of states. Writes `src/grammar.rs`.
//!
//! A pattern that needs look-around, or more than 255 states, is refused.

use super::texts;
use crate::naming;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::{primitives::StateID, start, syntax};
use regex_automata::{Anchored, MatchKind};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a string must look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Anchored on both sides.
    pub(super) pattern: Option<String>,
    /// In characters.
    pub(super) min: u32,
    pub(super) max: Option<u32>,
}

impl Rule {
    /// Whether any text fits.
    pub(super) fn is_free(&self) -> bool {
        self.pattern.is_none() && self.min == 0 && self.max.is_none()
    }

    /// The rule in words that follow "it".
    pub(super) fn words(&self) -> String {
        let length = match (self.min, self.max) {
            (0, None) => String::new(),
            (min, None) => format!("must have at least {min} characters"),
            (0, Some(max)) => format!("must have at most {max} characters"),
            (min, Some(max)) if min == max => format!("must have {min} characters"),
            (min, Some(max)) => format!("must have {min} to {max} characters"),
        };
        match &self.pattern {
            None => length,
            Some(pattern) if length.is_empty() => format!("must match {pattern}"),
            Some(pattern) => format!("{length} and match {pattern}"),
        }
    }
}

/// The functions of `grammar.rs` as they are asked for, by name.
#[derive(Debug, Default)]
pub(super) struct Grammars {
    functions: BTreeMap<String, TokenStream>,
}

impl Grammars {
    /// The path of the function that judges texts of a type.
    ///
    /// # Errors
    /// Why the pattern cannot become a table.
    pub(super) fn function(
        &mut self,
        room: &str,
        name: &str,
        rule: &Rule,
    ) -> Result<TokenStream, String> {
        let name = match room {
            "common" => naming::snake(name),
            _ => format!("{room}_{}", naming::snake(name)),
        };
        let ident = format_ident!("{name}");
        if let Entry::Vacant(place) = self.functions.entry(name) {
            let body = body(rule)?;
            let doc = format!(" Whether a text fits: it {}.", texts::code(&rule.words()));
            let function = quote! {
                #[doc = #doc]
                pub(crate) fn #ident(text: &str) -> bool { #body }
            };
            place.insert(function);
        }
        Ok(quote!(crate::grammar::#ident))
    }

    /// The support code and the functions after it.
    pub(super) fn print(&self) -> (&'static str, TokenStream) {
        let functions = self.functions.values();
        (
            include_str!("../../../templates/rust/grammar.rs"),
            quote!(#(#functions)*),
        )
    }
}

fn body(rule: &Rule) -> Result<TokenStream, String> {
    let (min, max) = (rule.min, rule.max.unwrap_or(u32::MAX));
    let Some(pattern) = &rule.pattern else {
        return Ok(quote!(length(text, #min, #max)));
    };
    let hir = parse(pattern)?;
    if let Some(class) = Class::of(&hir) {
        return Ok(class.body(min, max));
    }
    let table = Table::of(pattern)?;
    let automaton = table.print();
    Ok(if min == 0 && rule.max.is_none() {
        quote! { #automaton TABLE.accepts(text) }
    } else {
        quote! { #automaton length(text, #min, #max) && TABLE.accepts(text) }
    })
}

type Hir = regex_syntax::hir::Hir;

fn parse(pattern: &str) -> Result<Hir, String> {
    use regex_syntax::hir::Look;
    for escape in ["\\d", "\\D", "\\w", "\\W", "\\b", "\\B", "\\p", "\\P"] {
        if pattern.contains(escape) {
            return Err(format!(
                "`{escape}` means different things to different engines"
            ));
        }
    }
    let config = syntax::Config::new();
    let hir = syntax::parse_with(pattern, &config).map_err(|error| {
        error
            .to_string()
            .lines()
            .last()
            .unwrap_or("it cannot be parsed")
            .trim_start_matches("error: ")
            .to_owned()
    })?;
    let properties = hir.properties();
    let anchored = properties.look_set_prefix().contains(Look::Start)
        && properties.look_set_suffix().contains(Look::End);
    if anchored {
        Ok(hir)
    } else {
        Err("it is not anchored by `^` and `$`".to_owned())
    }
}

/// A pattern that is one class of characters, repeated. Ranges are of ASCII bytes.
struct Class {
    ranges: Vec<(u8, u8)>,
    beyond_ascii: bool,
    min: u32,
    max: Option<u32>,
}

impl Class {
    fn of(hir: &Hir) -> Option<Self> {
        use regex_syntax::hir::{Class as Set, HirKind};
        let HirKind::Concat(parts) = hir.kind() else {
            return None;
        };
        let [_, middle, _] = &parts[..] else {
            return None;
        };
        let (min, max, set) = match middle.kind() {
            HirKind::Repetition(repetition) => {
                (repetition.min, repetition.max, repetition.sub.kind())
            }
            kind @ HirKind::Class(_) => (1, Some(1), kind),
            _ => return None,
        };
        let HirKind::Class(Set::Unicode(set)) = set else {
            return None;
        };
        let mut ranges = Vec::new();
        let mut beyond_ascii = false;
        for range in set.ranges() {
            let (low, high) = (range.start(), range.end());
            if high > '\u{7f}' {
                if low > '\u{80}' || high != char::MAX {
                    return None;
                }
                beyond_ascii = true;
            }
            if low <= '\u{7f}' {
                let byte = |letter: char| u8::try_from(letter).unwrap_or(0x7f).min(0x7f);
                ranges.push((byte(low), byte(high)));
            }
        }
        Some(Self {
            ranges,
            beyond_ascii,
            min,
            max,
        })
    }

    fn body(&self, min: u32, max: u32) -> TokenStream {
        let (min, max) = (min.max(self.min), max.min(self.max.unwrap_or(u32::MAX)));
        let high = self.beyond_ascii.then(|| quote!(b'\x80'..=b'\xff'));
        let ranges = self.ranges.iter().map(|(low, high)| {
            let (first, last) = (
                Literal::byte_character(*low),
                Literal::byte_character(*high),
            );
            if low == high {
                quote!(#first)
            } else {
                quote!(#first..=#last)
            }
        });
        let arms = ranges.chain(high);
        let all = quote!(
            text.bytes()
                .fold(true, |fits, byte| fits & matches!(byte, #(#arms)|*))
        );
        if self.beyond_ascii {
            return quote!(length(text, #min, #max) && #all);
        }
        let (low, high) = (Literal::u32_unsuffixed(min), Literal::u32_unsuffixed(max));
        let length = match (min, max) {
            (0, u32::MAX) => return all,
            (1, u32::MAX) => quote!(!text.is_empty()),
            (min, u32::MAX) if min > 1 => quote!(text.len() >= #low),
            (0, _) => quote!(text.len() <= #high),
            _ if min == max => quote!(text.len() == #low),
            _ => quote!((#low..=#high).contains(&text.len())),
        };
        quote!(#length && #all)
    }
}

const TOO_LARGE: &str = "it needs more than 255 states";
const MOST_BYTES: usize = 4 << 20;

/// A minimal automaton: state 0 is dead, state 1 is the start.
struct Table {
    classes: Vec<u8>,
    next: Vec<Vec<u8>>,
    accepts: Vec<bool>,
}

impl Table {
    fn of(pattern: &str) -> Result<Self, String> {
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .minimize(true)
            .dfa_size_limit(Some(MOST_BYTES))
            .determinize_size_limit(Some(MOST_BYTES));
        let automaton = dense::Builder::new()
            .configure(config)
            .build(pattern)
            .map_err(|_| TOO_LARGE.to_owned())?;
        let start = automaton
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .map_err(|error| error.to_string())?;
        let (classes, samples) = byte_classes(&automaton, start);
        let mut ids: Vec<StateID> = vec![start];
        let mut next: Vec<Vec<u8>> = vec![vec![0; samples.len()]];
        let mut accepts = vec![false];
        let mut index = 0;
        while let Some(id) = ids.get(index).copied() {
            accepts.push(automaton.is_match_state(automaton.next_eoi_state(id)));
            let mut row = Vec::new();
            for sample in &samples {
                let to = automaton.next_state(id, *sample);
                if is_hopeless(&automaton, to) {
                    row.push(0);
                    continue;
                }
                let place = ids
                    .iter()
                    .position(|known| *known == to)
                    .unwrap_or_else(|| {
                        ids.push(to);
                        ids.len() - 1
                    });
                row.push(u8::try_from(place + 1).map_err(|_| TOO_LARGE.to_owned())?);
            }
            next.push(row);
            index += 1;
        }
        Ok(Self {
            classes,
            next,
            accepts,
        })
    }

    fn print(&self) -> TokenStream {
        let width = Literal::usize_unsuffixed(self.next.first().map_or(0, Vec::len));
        let height = Literal::usize_unsuffixed(self.next.len());
        let classes = Literal::byte_string(&self.classes);
        let rows = self.next.iter().map(|row| Literal::byte_string(row));
        let accepts = &self.accepts;
        quote! {
            static TABLE: Automaton<#width, #height> = Automaton {
                classes: *#classes,
                next: [#(*#rows),*],
                accepts: [#(#accepts),*],
            };
        }
    }
}

/// Whether no text that reaches this state can ever fit.
fn is_hopeless(automaton: &dense::DFA<Vec<u32>>, id: StateID) -> bool {
    automaton.is_dead_state(id) || automaton.is_quit_state(id)
}

/// The class of each byte, and a byte of each class. Bytes are of one class when no reachable state tells them apart.
fn byte_classes(automaton: &dense::DFA<Vec<u32>>, start: StateID) -> (Vec<u8>, Vec<u8>) {
    let mut ids = vec![start];
    let mut index = 0;
    while let Some(id) = ids.get(index).copied() {
        for byte in 0..=u8::MAX {
            let to = automaton.next_state(id, byte);
            if !is_hopeless(automaton, to) && !ids.contains(&to) {
                ids.push(to);
            }
        }
        index += 1;
    }
    let column = |byte: u8| {
        ids.iter()
            .map(|id| automaton.next_state(*id, byte))
            .collect::<Vec<_>>()
    };
    let mut columns: Vec<Vec<StateID>> = Vec::new();
    let (mut classes, mut samples) = (Vec::new(), Vec::new());
    for byte in 0..=u8::MAX {
        let own = column(byte);
        let class = columns
            .iter()
            .position(|known| *known == own)
            .unwrap_or_else(|| {
                columns.push(own);
                samples.push(byte);
                columns.len() - 1
            });
        classes.push(u8::try_from(class).unwrap_or(u8::MAX));
    }
    (classes, samples)
}
