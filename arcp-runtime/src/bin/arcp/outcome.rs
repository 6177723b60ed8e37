//! The end of a job: the result to standard output, or why there is none, and the exit code.

use std::io::{IsTerminal as _, Write as _};

use arcp_generated::job::FinalStatus;
use arcp_runtime::client::{JobFailure, Outcome, ResultValue};

use crate::fault::{Fault, Trouble};
use crate::follow;
use crate::line::Line;
use crate::show;

/// Tells how the job ended.
///
/// # Errors
/// When it did not end well, or standard output has gone.
pub(crate) fn tell(job_id: &str, outcome: &Outcome, json: bool) -> Result<(), Fault> {
    match outcome {
        Ok(result) if json => follow::put(&Line::result(job_id, result)),
        Ok(result) => {
            print(result.as_bytes())?;
            // A streamed result may be any bytes; a program gets them as they are, and a person's prompt starts on a new line.
            let streamed = matches!(result.value, ResultValue::Streamed(_));
            let open = !result.as_bytes().ends_with(b"\n");
            if open && (!streamed || std::io::stdout().is_terminal()) {
                print(b"\n")?;
            }
            Ok(())
        }
        Err(failure) => {
            if json {
                follow::put(&Line::failure(job_id, failure))?;
                return Err(fault(failure).told());
            }
            Err(fault(failure))
        }
    }
}

/// Bytes on standard output, as they are and at once.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| Fault::output(&error))
}

/// A job that did not end well.
pub(crate) fn fault(failure: &JobFailure) -> Fault {
    let trouble = match failure {
        JobFailure::Ended { final_status, .. } => match final_status {
            FinalStatus::Cancelled => Trouble::Cancelled,
            FinalStatus::TimedOut => Trouble::TimedOut,
            _ => Trouble::Failed,
        },
        JobFailure::Unfollowed(error) => return Fault::from(error.clone()),
        _ => Trouble::Failed,
    };
    Fault::new(trouble, show::failure(failure))
}
