//! `arcp cancel`: ending the job of a saved session. Only the session that submitted a job may cancel it (§7.4).

use std::path::PathBuf;
use std::time::Duration;

use arcp_generated::error::ErrorCode;
use arcp_runtime::client::{ClientError, JobFailure};
use clap::Args;
use serde_json::json;

use crate::dial::{self, Dial};
use crate::fault::Fault;
use crate::outcome;
use crate::session_file::SessionFile;
use crate::show;
use crate::table;

const EXAMPLES: &str = "\
Examples:
  arcp submit --agent count --input '{\"n\":900,\"delay_ms\":50}' --save-session job.session   # killed, or on another terminal
  arcp cancel job.session
  arcp cancel job.session --reason 'not needed any more'

A job belongs to the session that submitted it, so this takes the session over. An `arcp submit` that still runs follows the job to its end all the same.";

/// How long the end of a job may take that the runtime does not know any more.
const END_AFTER_REFUSAL: Duration = Duration::from_secs(2);

/// Cancel the jobs of a saved session, and wait until they have ended.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::fault::exit_codes_and_json()))]
pub(crate) struct Cancel {
    /// The file that `arcp submit --save-session` wrote. Removed when its jobs have ended.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Why, for whoever looks at the job.
    #[arg(long, value_name = "TEXT", default_value = "cancelled by hand")]
    reason: String,
    /// Print a JSON line for each job.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    dial: Dial,
}

impl Cancel {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        dial::run(async {
            let file = SessionFile::new(&self.file);
            let saved = file.load()?;
            let client = match self.dial.client()?.resume(saved).connect().await {
                Err(gone @ ClientError::SessionLost(_)) => {
                    self.dial.fresh().await?.close("done").await;
                    return Err(gone.into());
                }
                connected => connected?,
            };
            // Each welcome makes the old token worthless: what is there now is what another process needs.
            if let Some(saved) = client.save().await {
                file.save(&saved)?;
            }
            for mut job in client.resumed_jobs() {
                job.skip_events();
                let outcome = match job.cancel(&self.reason).await {
                    Ok(()) => job.result().await,
                    // It may have ended before it heard; then its end is on the way.
                    Err(ClientError::Refused(refusal))
                        if refusal.code == ErrorCode::JobNotFound =>
                    {
                        let ending = tokio::time::timeout(END_AFTER_REFUSAL, job.result());
                        let ended = ending.await;
                        ended.map_err(|_| Fault::from(ClientError::Refused(refusal)))?
                    }
                    Err(error) => return Err(error.into()),
                };
                let id = job.id();
                let (word, error) = match &outcome {
                    Ok(_) => ("success", None),
                    Err(JobFailure::Ended {
                        final_status,
                        error,
                    }) => (final_status.as_str(), Some(error)),
                    Err(other) => return Err(outcome::fault(other)),
                };
                // Who asked for it knows why it was cancelled; another end needs its reason.
                let why = error.filter(|error| error.code != ErrorCode::Cancelled);
                if self.json {
                    let mut line = json!({"job_id": id.as_str(), "final_status": word});
                    if let Some(why) = why {
                        line["code"] = json!(why.code.as_str());
                        line["message"] = json!(why.message);
                    }
                    table::json(&line)?;
                } else if let Some(why) = why {
                    let why = show::refusal(why);
                    table::put(&format!("{id} has ended: {word}: {why}"))?;
                } else {
                    table::put(&format!("{id} has ended: {word}"))?;
                }
            }
            file.remove()?;
            client.close("done").await;
            Ok(())
        })
    }
}
