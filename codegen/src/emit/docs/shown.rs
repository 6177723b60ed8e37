//! The examples of the schema, read once, and which of them a page shows.

use crate::model::{Example, Model};
use crate::node::{self, Node};

/// The examples with what is in them.
pub(super) struct Shown<'m>(Vec<(&'m Example, Node)>);

impl<'m> Shown<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let examples = model.examples.iter();
        Self(
            examples
                .filter_map(|it| Some((it, node::parse(&it.text).ok()?)))
                .collect(),
        )
    }

    /// The example of a message, or of an event kind, that shows most; over lines.
    pub(super) fn telling(&self, wire: &str, kind: Option<&str>) -> Option<String> {
        let fits = |frame: &Node| {
            let found = frame.get("payload").and_then(|payload| payload.get("kind"));
            frame.get("type").and_then(Node::as_str) == Some(wire)
                && (kind.is_none() || found.and_then(Node::as_str) == kind)
        };
        self.best(kind, fits)
    }

    /// The example in which a word occurs as a value.
    pub(super) fn saying(&self, word: &str) -> Option<String> {
        self.best(None, |frame| says(frame, word))
    }

    /// The names of the examples say what they are for.
    fn best(&self, kind: Option<&str>, fits: impl Fn(&Node) -> bool) -> Option<String> {
        let rank = |(example, _): &&(&Example, Node)| {
            let stem = example.path.trim_end_matches(".json");
            let stem = stem.rsplit('/').next().unwrap_or(stem);
            let rank = match stem {
                _ if stem.ends_with("full") => 0,
                _ if stem.starts_with("spec") => 1,
                _ if Some(stem) == kind => 2,
                _ => 3,
            };
            (rank, example.text.len())
        };
        let fitting = self.0.iter().filter(|(_, frame)| fits(frame));
        let (_, frame) = fitting.min_by_key(rank)?;
        let text = String::from_utf8(crate::emit::json::pretty(frame)).ok()?;
        Some(text.trim_end().to_owned())
    }
}

fn says(node: &Node, word: &str) -> bool {
    node.as_str() == Some(word)
        || node.members().iter().any(|(_, value)| says(value, word))
        || node.items().iter().any(|item| says(item, word))
}
