//! `arcp tail`: following a job of another session (§7.6).

use arcp_generated::common::JobId;
use arcp_runtime::client::History;
use clap::Args;

use crate::dial::{self, Dial};
use crate::fault::{Fault, Trouble};
use crate::follow::{self, End, Interrupt};
use crate::outcome;

const EXAMPLES: &str = "\
Examples:
  arcp tail job_01JZX3V8Q9YB2T4M6N8P0R2S4T
  arcp tail job_01JZX3V8Q9YB2T4M6N8P0R2S4T --live
  arcp jobs --status running --json | jq -r .job_id | head -1 | xargs arcp tail --json

Ctrl-C leaves; the job goes on.";

/// Follow a job that was submitted elsewhere: first what it did, then what it does, then its result.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::fault::exit_codes_and_json()))]
pub(crate) struct Tail {
    /// The job's id.
    #[arg(value_name = "JOB")]
    job: String,
    /// Begin after this event, in the numbers of the session that submitted the job.
    #[arg(long, value_name = "SEQ", conflicts_with = "live")]
    after: Option<u64>,
    /// Leave out what happened before.
    #[arg(long)]
    live: bool,
    /// Print JSON lines on standard output instead of text for people.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    dial: Dial,
}

impl Tail {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        dial::run(async {
            let id = JobId::try_from(self.job.as_str()).map_err(|error| {
                Fault::usage(format!(
                    "JOB `{}`: {error}; `arcp jobs` lists what there is",
                    self.job
                ))
            })?;
            let history = match (self.live, self.after) {
                (true, _) => History::None,
                (false, Some(after)) => History::After(after),
                (false, None) => History::All,
            };
            let client = self.dial.client()?.connect().await?;
            let mut job = client.subscribe(id, history).await?;
            let end = follow::to_the_end(&client, &mut job, None, self.json, Interrupt::Leaves);
            let done = match end.await? {
                // At once: without a close, which waits for its answer.
                End::Left => return Err(Fault::new(Trouble::Cancelled, "left; the job goes on")),
                End::Job { outcome, .. } => outcome::tell(job.id().as_str(), &outcome, self.json),
            };
            client.close("done").await;
            done
        })
    }
}
