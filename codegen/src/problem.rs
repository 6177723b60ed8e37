//! What is wrong with a schema: where, why, and how to cure it.
//!
//! It does not decide what is wrong: that is `lower` and `check`.

use std::fmt;

/// One mistake in `schema/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Relative to `schema/`.
    pub file: String,
    /// JSON pointer of the place inside the file; empty for the whole file.
    pub pointer: String,
    /// Line of that place, from 1; 0 when it is not known.
    pub line: usize,
    /// What is wrong, as a sentence without a full stop.
    pub reason: String,
    /// What to do about it, as a sentence without a full stop.
    pub cure: String,
}

impl Problem {
    /// A problem at a place whose line is not known.
    pub fn new(
        file: impl Into<String>,
        pointer: impl Into<String>,
        reason: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            pointer: pointer.into(),
            line: 0,
            reason: reason.into(),
            cure: cure.into(),
        }
    }

    /// The same problem with the line of its place.
    #[must_use]
    pub fn at_line(mut self, line: usize) -> Self {
        self.line = line;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "schema/{}#{}", self.file, self.pointer)?;
        if self.line > 0 {
            write!(f, " (line {})", self.line)?;
        }
        write!(f, ": {}\n  cure: {}", self.reason, self.cure)
    }
}

impl std::error::Error for Problem {}
