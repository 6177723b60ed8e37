//! Globs as automata over segments: what they match, and which one includes which (§9.2, §9.4).
//!
//! A pattern is split at `/` once. A segment that is exactly `**` takes any number of whole segments; in any other
//! segment a run of `*` takes any number of characters; all else is literal. Both ends are anchored.
//! Nothing here decides what a target is: it comes canonical from `target`.

use super::target::{self, Target};
use crate::limits::{MAX_PATTERN_CHARS, MAX_PATTERN_SEGMENTS};

/// Which rules a pattern is written by; it follows from the capability (§9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A glob for absolute paths.
    Path,
    /// A glob for URLs.
    Url,
    /// A glob for names.
    Name,
    /// A glob for agent names, or for `name@version` when it has an `@`.
    Agent,
}

/// A compiled glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    source: Box<str>,
    segments: Segments,
    scope: Scope,
}

/// What a pattern demands of a target besides its text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    /// Nothing.
    Text,
    /// That it is an http or https URL, for the pattern names no other scheme.
    Web,
    /// The scheme that the pattern names; the text compares it already.
    NamedScheme,
    /// A version beside the agent's name. The segments are those of the name alone, up to the `@`.
    Versioned(Segments),
}

impl Pattern {
    /// Compiles `source` by the rules of `dialect`.
    ///
    /// # Errors
    /// The reason, when the pattern is empty, holds a NUL, is too long, or is a path pattern with a `..` segment.
    pub fn compile(source: &str, dialect: Dialect) -> Result<Self, String> {
        if source.is_empty() {
            return Err("a pattern must not be empty; an empty list grants nothing".to_owned());
        }
        if source.contains(ANY) {
            return Err("a pattern must not contain a NUL character".to_owned());
        }
        if source.chars().count() > MAX_PATTERN_CHARS
            || source.split('/').count() > MAX_PATTERN_SEGMENTS
        {
            return Err(format!(
                "a pattern has at most {MAX_PATTERN_CHARS} characters and {MAX_PATTERN_SEGMENTS} segments; use several patterns"
            ));
        }
        let (segments, scope) = match dialect {
            Dialect::Name => (Segments::compile(source), Scope::Text),
            Dialect::Path => (Segments::compile(&path_text(source)?), Scope::Text),
            Dialect::Url => {
                let (text, scope) = url_text(source);
                (Segments::compile(&text), scope)
            }
            Dialect::Agent => {
                let name = source
                    .split_once('@')
                    .map(|(name, _)| Segments::compile(name));
                (
                    Segments::compile(source),
                    name.map_or(Scope::Text, Scope::Versioned),
                )
            }
        };
        Ok(Self {
            source: source.into(),
            segments,
            scope,
        })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the pattern covers the target.
    pub fn matches(&self, target: &Target) -> bool {
        let text = match (&self.scope, target) {
            (Scope::Web, Target::Url { web: false, .. }) => None,
            (Scope::Versioned(_), Target::Agent { versioned, .. }) => versioned.as_deref(),
            (_, target) => Some(target.text()),
        };
        text.is_some_and(|text| self.segments.match_text(text))
    }

    /// Whether every target of `child` is certainly one of this pattern.
    ///
    /// `false` when it is not, and also when that cannot be proved segment by segment.
    pub fn includes(&self, child: &Self) -> bool {
        match (&self.scope, &child.scope) {
            // A parent that names no scheme never reaches beyond http and https, however wide its text is.
            (Scope::Web, Scope::NamedScheme) => false,
            // The other way round a literal `@` is missing in the child, so its text is not included.
            (Scope::Text, Scope::Versioned(name)) => self.segments.include(name),
            _ => self.segments.include(&child.segments),
        }
    }
}

/// Stands for "any number of characters" inside a compiled segment.
///
/// It occurs in no pattern and in no target. That makes a compiled segment at the same time the most general word
/// of its own language: another glob includes it exactly when it matches it with this character as a plain letter.
const ANY: char = '\0';

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segments(Box<[Segment]>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`: zero or more segments.
    Many,
    /// Exactly one segment; each `*` is written as [`ANY`].
    One(Box<str>),
}

impl Segments {
    fn compile(text: &str) -> Self {
        let mut segments: Vec<Segment> = text.split('/').map(Segment::compile).collect();
        segments.dedup_by(|b, a| matches!((a, b), (Segment::Many, Segment::Many)));
        Self(segments.into())
    }

    fn match_text(&self, text: &str) -> bool {
        let words: Vec<&str> = text.split('/').collect();
        self.walk(&words, |glob, word| glob_takes(glob, word))
    }

    fn include(&self, child: &Self) -> bool {
        // Only `**` may take the child's `**`: one segment of ours never stands for many of the child's.
        self.walk(&child.0, |glob, segment| match segment {
            Segment::Many => false,
            Segment::One(word) => glob_takes(glob, word),
        })
    }

    /// Whether the segments take all the letters in order.
    ///
    /// Going back to the latest `**` alone is enough: what lies between two of them has a fixed length, so its
    /// leftmost place leaves the most room for the rest. Each segment meets each letter at most once per `**`
    /// block, so the work is at most the product of both lengths.
    fn walk<L>(&self, letters: &[L], takes: impl Fn(&str, &L) -> bool) -> bool {
        let (mut at, mut letter) = (0, 0);
        let mut retry = None;
        while let Some(next) = letters.get(letter) {
            match self.0.get(at) {
                Some(Segment::Many) => {
                    at += 1;
                    retry = Some((at, letter));
                }
                Some(Segment::One(glob)) if takes(glob, next) => {
                    at += 1;
                    letter += 1;
                }
                _ => {
                    let Some((block, start)) = retry else {
                        return false;
                    };
                    (at, letter) = (block, start + 1);
                    retry = Some((block, letter));
                }
            }
        }
        self.0
            .iter()
            .skip(at)
            .all(|segment| matches!(segment, Segment::Many))
    }
}

impl Segment {
    fn compile(text: &str) -> Self {
        if text == "**" {
            return Self::Many;
        }
        // A run of stars is as good as one: the empty pieces between them are found anywhere.
        Self::One(text.replace('*', "\0").into())
    }
}

/// Whether the compiled segment `glob` takes the whole `word`.
///
/// The pieces between stars are looked for from the left, each search in linear time, so the whole is linear too.
fn glob_takes(glob: &str, word: &str) -> bool {
    let mut pieces = glob.split(ANY);
    let Some(mut rest) = pieces.next().and_then(|first| word.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    let Some(middle) = rest.strip_suffix(last) else {
        return false;
    };
    rest = middle;
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    true
}

/// A path pattern as it is compared: `//` and `/./` collapsed, all else as written.
fn path_text(source: &str) -> Result<String, String> {
    let parts: Vec<&str> = source.split('/').collect();
    if parts.contains(&"..") {
        return Err(
            "a path pattern must not have a `..` segment; write the path that is meant".to_owned(),
        );
    }
    let last = parts.len() - 1;
    let inner = |i: usize| i > 0 && i < last;
    let kept: Vec<&str> = parts
        .iter()
        .enumerate()
        .filter(|(i, part)| !(inner(*i) && matches!(**part, "" | ".")))
        .map(|(_, part)| *part)
        .collect();
    Ok(kept.join("/"))
}

/// A URL pattern as it is compared: scheme and host lower-cased, a host without `*` in ASCII, no default port.
///
/// A host that cannot be one is left as it is: such a pattern matches nothing, which is what it says.
fn url_text(source: &str) -> (String, Scope) {
    let Some((scheme, rest)) = source.split_once("://") else {
        return (source.to_owned(), Scope::Web);
    };
    let scheme = scheme.to_ascii_lowercase();
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let authority = target::canonical_authority(&scheme, authority);
    let named = !scheme.contains('*') && !target::is_web(&scheme);
    (
        format!("{scheme}://{authority}{path}"),
        if named {
            Scope::NamedScheme
        } else {
            Scope::Web
        },
    )
}
