//! What went wrong, for a person and for a script.

use std::io::Write as _;
use std::process::ExitCode;

/// A sentence and an exit code.
#[derive(Debug)]
pub(crate) struct Fault {
    code: u8,
    sentence: String,
}

impl Fault {
    /// The arguments cannot be used: exit code 2, as clap has it.
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self {
            code: 2,
            sentence: sentence.into(),
        }
    }

    /// Something around us is not as it has to be (a port, a file, a network): exit code 3.
    pub(crate) fn environment(sentence: impl Into<String>) -> Self {
        Self {
            code: 3,
            sentence: sentence.into(),
        }
    }

    /// Tells it on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        // When standard error is gone there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "arcp: {}", self.sentence);
        ExitCode::from(self.code)
    }
}
