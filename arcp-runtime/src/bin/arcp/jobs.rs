//! `arcp jobs`: what a runtime runs and has run for us (§6.6).

use arcp_generated::common::{AgentRef, Timestamp};
use arcp_generated::job::JobStatus;
use arcp_generated::session::{JobFilter, JobSummary};
use clap::Args;

use crate::dial::{self, Dial};
use crate::fault::Fault;
use crate::table::{self, Table};

const EXAMPLES: &str = "\
Examples:
  arcp jobs
  arcp jobs --status running --status pending
  arcp jobs --agent count --after 2026-01-01T00:00:00Z --json | jq -r .job_id
  arcp jobs --token secret --stdio -- arcp serve --stdio --store sqlite:jobs.db --token secret=me";

/// List the jobs of this principal, oldest first.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::fault::exit_codes_and_json()))]
pub(crate) struct Jobs {
    /// Only jobs of this status: pending, running, success, error, cancelled, timed_out. Can be given several times.
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// Only jobs of this agent; without a version, of any version.
    #[arg(long, value_name = "NAME[@VERSION]")]
    agent: Option<String>,
    /// Only jobs that were made after this time, as in 2026-01-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    after: Option<String>,
    /// Print a JSON line for each job instead of a table.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    dial: Dial,
}

impl Jobs {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        dial::run(async {
            let filter = self.filter()?;
            let client = self.dial.client()?.connect().await?;
            let mut jobs = client.jobs(filter);
            let mut rows = Table::new(["JOB", "AGENT", "STATUS", "CREATED", "LAST EVENT"]);
            loop {
                match jobs.next().await {
                    Ok(Some(job)) if self.json => table::json(&without_secrets(job))?,
                    Ok(Some(job)) => rows.add(&row(&job))?,
                    Ok(None) => break,
                    Err(error) => {
                        rows.break_off()?;
                        return Err(error.into());
                    }
                }
            }
            if !self.json {
                rows.end()?;
            }
            client.close("done").await;
            Ok(())
        })
    }

    fn filter(&self) -> Result<JobFilter, Fault> {
        let mut filter = JobFilter::new();
        if !self.status.is_empty() {
            let known =
                |word: &String| JobStatus::ALL.iter().find(|status| status.as_str() == word);
            let statuses = self.status.iter().map(|word| {
                known(word).cloned().ok_or_else(|| {
                    let all: Vec<_> = JobStatus::ALL.iter().map(JobStatus::as_str).collect();
                    Fault::usage(format!("--status {word}: write one of {}", all.join(", ")))
                })
            });
            filter.status = Some(statuses.collect::<Result<_, _>>()?);
        }
        if let Some(agent) = &self.agent {
            filter.agent = Some(AgentRef::try_from(agent.as_str()).map_err(|error| {
                Fault::usage(format!(
                    "--agent {agent}: {error}; write NAME or NAME@VERSION"
                ))
            })?);
        }
        if let Some(after) = &self.after {
            filter.created_after = Some(Timestamp::try_from(after.as_str()).map_err(|error| {
                Fault::usage(format!(
                    "--after {after}: {error}; write it as 2026-01-01T00:00:00Z"
                ))
            })?);
        }
        Ok(filter)
    }
}

fn without_secrets(mut job: JobSummary) -> JobSummary {
    job.credentials = None;
    job
}

fn row(job: &JobSummary) -> [String; 5] {
    [
        job.job_id.to_string(),
        job.agent.to_string(),
        job.status.as_str().to_owned(),
        job.created_at
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        job.last_event_seq.to_string(),
    ]
}
