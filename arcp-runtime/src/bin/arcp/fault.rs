//! What went wrong, for a person and for a script: one sentence with the cure, and an exit code of its own for each kind of trouble.

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

use arcp_generated::error::ErrorCode;
use arcp_runtime::client::{ClientError, Refusal};
use arcp_runtime::store::StoreError;

use crate::paint::line;

/// The longest sentence: it may quote what a runtime says, which is of any length and may try to steer the terminal.
const MOST: usize = 4000;

/// The exit codes, for `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    the job ended with an error, or a check found something missing
  2    the arguments or the input cannot be used
  3    this machine does not let the command run (threads, signals, output)
  4    a file or a folder cannot be used
  5    another runtime uses the store
  6    the address cannot be listened on
  7    no runtime answers, or the connection was lost for good
  8    the runtime does not know the token, or does not allow this to it
  9    the runtime refused the request
  10   the session cannot be resumed
  124  the job ran out of time
  130  the job was cancelled, or left with Ctrl-C";

/// Whose trouble it is; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The job, or what a check looked at.
    Failed = 1,
    /// Arguments or input, as clap has it.
    Usage = 2,
    /// The machine around us.
    Machine = 3,
    /// A file or a folder.
    File = 4,
    /// A store that another runtime holds.
    StoreInUse = 5,
    /// An address to listen on.
    Address = 6,
    /// The way to a runtime.
    Connection = 7,
    /// The token.
    Token = 8,
    /// What a runtime refused.
    Refused = 9,
    /// A session that is gone.
    Session = 10,
    /// A job that ran out of time, as timeout(1) has it.
    TimedOut = 124,
    /// A cancelled job, as shells have it for an interrupt.
    Cancelled = 130,
}

/// A sentence and an exit code.
#[derive(Debug)]
pub(crate) struct Fault {
    trouble: Trouble,
    sentence: String,
}

impl Fault {
    pub(crate) fn new(trouble: Trouble, sentence: impl Into<String>) -> Self {
        Self {
            trouble,
            sentence: sentence.into(),
        }
    }

    /// The arguments or the input cannot be used.
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self::new(Trouble::Usage, sentence)
    }

    /// The machine does not let us run.
    pub(crate) fn machine(sentence: impl Into<String>) -> Self {
        Self::new(Trouble::Machine, sentence)
    }

    /// A file or a folder cannot be used.
    pub(crate) fn file(sentence: impl Into<String>) -> Self {
        Self::new(Trouble::File, sentence)
    }

    /// Standard output has gone.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        Self::machine(format!("standard output cannot be written: {error}"))
    }

    /// Tells it on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        // When standard error is gone there is nobody left to tell.
        let _ = writeln!(std::io::stderr(), "arcp: {}", line(&self.sentence, MOST));
        ExitCode::from(self.trouble as u8)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let trouble = match error {
            StoreError::InUse { .. } => Trouble::StoreInUse,
            _ => Trouble::File,
        };
        Self::new(trouble, error.to_string())
    }
}

impl From<ClientError> for Fault {
    fn from(error: ClientError) -> Self {
        let sentence = error.to_string();
        match error {
            ClientError::Connect {
                transient: false, ..
            }
            | ClientError::Invalid(_) => Self::usage(sentence),
            ClientError::Refused(refusal) => refused(&refusal),
            ClientError::SessionLost(_) => Self::new(
                Trouble::Session,
                format!(
                    "{sentence}; its window may be over, or somebody has resumed it since: submit the job again"
                ),
            ),
            ClientError::TakenOver => Self::new(
                Trouble::Session,
                format!("{sentence}, and its jobs go on there"),
            ),
            ClientError::Unanswered { .. } => Self::new(
                Trouble::Connection,
                format!("{sentence}; --timeout allows more time"),
            ),
            ClientError::NotNegotiated(_) => Self::new(Trouble::Refused, sentence),
            _ => Self::new(Trouble::Connection, sentence),
        }
    }
}

/// What a refusal means here.
fn refused(refusal: &Refusal) -> Fault {
    let trouble = match refusal.code {
        ErrorCode::Unauthenticated | ErrorCode::PermissionDenied => Trouble::Token,
        _ => Trouble::Refused,
    };
    let cure = match &refusal.code {
        ErrorCode::Unauthenticated => {
            "; give a token that it knows with --token-file, --token or in ARCP_TOKEN"
        }
        ErrorCode::AgentNotAvailable | ErrorCode::AgentVersionNotAvailable => {
            "; `arcp agents` lists what there is"
        }
        ErrorCode::DuplicateKey => {
            "; use a new --idempotency-key, or repeat the old submission without any change"
        }
        ErrorCode::JobNotFound => "; `arcp jobs` lists what there is",
        _ if refusal.retryable => "; try again in a while",
        // The message says what is wrong, and where.
        _ => "",
    };
    // The runtime's words may have a full stop of their own.
    let said = refusal.to_string();
    Fault::new(
        trouble,
        format!("the runtime refused: {}{cure}", said.trim_end_matches('.')),
    )
}
