//! What went wrong, for a person and for a script: one sentence with the cure, and an exit code of its own for each kind of trouble.

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

use arcp_generated::error::ErrorCode;
use arcp_runtime::client::{ClientError, Refusal};
use arcp_runtime::store::StoreError;
use serde::Serialize;

use crate::paint::line;
use crate::table;

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
  130  the job was cancelled, or left with Ctrl-C
  141  nobody reads standard output any more, as after `| head -1`; nothing is said";

/// The exit codes of commands with --json, for `--help`.
pub(crate) fn exit_codes_and_json() -> String {
    format!(
        "{EXIT_CODES}

With --json a failure is also a line on standard output, unless one there says it already:
  {{\"type\":\"fault\",\"exit_code\":9,\"code\":\"AGENT_NOT_AVAILABLE\",\"message\":\"...\",\"retryable\":false}}
code and retryable are there when a runtime refused. Arguments that cannot be read are told on standard error alone."
    )
}

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
    /// Nobody reads the output, as shells have it for a program that a closed pipe ends.
    Unread = 141,
}

/// A sentence and an exit code.
#[derive(Debug)]
pub(crate) struct Fault {
    trouble: Trouble,
    sentence: String,
    /// The runtime's code, and whether it says that another try can help.
    refusal: Option<(String, bool)>,
    /// Whether standard output says it already.
    told: bool,
}

/// A failure as a JSON line.
#[derive(Serialize)]
struct FaultLine<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retryable: Option<bool>,
}

impl Fault {
    pub(crate) fn new(trouble: Trouble, sentence: impl Into<String>) -> Self {
        Self {
            trouble,
            sentence: sentence.into(),
            refusal: None,
            told: false,
        }
    }

    /// The same, which standard output says already.
    pub(crate) fn told(self) -> Self {
        Self { told: true, ..self }
    }

    fn refused_with(self, refusal: &Refusal) -> Self {
        let code = refusal.code.as_str().to_owned();
        Self {
            refusal: Some((code, refusal.retryable)),
            ..self
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
        let sentence = format!("standard output cannot be written: {error}");
        // Whoever closed it has read enough.
        let trouble = match error.kind() {
            std::io::ErrorKind::BrokenPipe => Trouble::Unread,
            _ => Trouble::Machine,
        };
        Self::new(trouble, sentence)
    }

    /// Tells it on standard error, and with `json` on standard output too.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        if self.trouble == Trouble::Unread {
            return ExitCode::from(self.trouble as u8);
        }
        if json && !self.told {
            let (code, retryable) = self.refusal.clone().unzip();
            let line = FaultLine {
                kind: "fault",
                exit_code: self.trouble as u8,
                code: code.as_deref(),
                message: &self.sentence,
                retryable,
            };
            // That it cannot be written is no news beside what it says.
            let _ = table::json(&line);
        }
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
            ClientError::SessionLost(refusal) => Self::new(
                Trouble::Session,
                format!(
                    "{sentence}; its window may be over, or somebody has resumed it since: submit the job again"
                ),
            )
            .refused_with(&refusal),
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
    .refused_with(refusal)
}
