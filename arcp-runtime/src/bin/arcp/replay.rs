//! `arcp replay`: what a store file tells about its jobs, without a runtime.

use std::path::PathBuf;

use arcp_generated::job::Event;
use arcp_runtime::id::JobKey;
use arcp_runtime::store::{
    Entry, EntryKind, PageLimit, RecoveredJob, SqliteStore, Status, Store as _,
};
use clap::Args;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::dial;
use crate::fault::Fault;
use crate::paint::{Ink, Paint, line};
use crate::{show, table};

/// What is read at a time.
const PAGE: PageLimit = PageLimit {
    entries: 1024,
    bytes: 1 << 20,
};

const EXAMPLES: &str = "\
Examples:
  arcp replay runtime.db
  arcp replay runtime.db job_01JZX3V8Q9YB2T4M6N8P0R2S4T
  arcp replay runtime.db job_01JZX3V8Q9YB2T4M6N8P0R2S4T --json | jq .payload

The runtime that writes the file has to be stopped; `arcp tail` asks a running one.";

/// Print the log of a job from a runtime's store file, or the jobs in it.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", crate::fault::exit_codes_and_json()))]
pub(crate) struct Replay {
    /// The SQLite file of a runtime.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The job whose log is printed; without it the jobs are listed.
    #[arg(value_name = "JOB")]
    job: Option<String>,
    /// Print JSON lines.
    #[arg(long)]
    pub(super) json: bool,
}

/// A job as a JSON line.
#[derive(Serialize)]
struct JobLine<'a> {
    job_id: String,
    agent: &'a str,
    principal: &'a str,
    status: &'static str,
    accepted_at: String,
    trace_id: &'a str,
    entries: u64,
    released: u64,
}

/// An entry as a JSON line: the message as it went over the wire, without its envelope's ids.
#[derive(Serialize)]
struct EntryLine<'a> {
    #[serde(rename = "type")]
    wire_type: &'static str,
    job_id: &'a str,
    seq: u64,
    event_seq: u64,
    payload: &'a RawValue,
}

impl Replay {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        let shown = self.file.display();
        if !self.file.exists() {
            return Err(Fault::file(format!(
                "{shown}: no such file; check the path"
            )));
        }
        let store = SqliteStore::open_to_read(&self.file)?;
        dial::run(async {
            let known = store.recover().await?;
            let done = match &self.job {
                None => self.list(&known.jobs),
                Some(id) => {
                    let found = JobKey::parse(id)
                        .and_then(|key| known.jobs.iter().find(|job| job.row.job == key))
                        .ok_or_else(|| {
                            Fault::usage(format!(
                                "{shown} holds no job `{}`; `arcp replay {shown}` lists what there is",
                                line(id, 60)
                            ))
                        })?;
                    self.log(&store, found).await
                }
            };
            store.close().await?;
            done
        })
    }

    fn list(&self, jobs: &[RecoveredJob]) -> Result<(), Fault> {
        let lines = jobs.iter().map(|job| JobLine {
            job_id: job.row.job.to_string(),
            agent: &job.row.agent,
            principal: &job.row.principal,
            status: word(job.row.status),
            accepted_at: job.row.accepted_at.to_string(),
            trace_id: &job.row.trace_id,
            entries: job.last_seq,
            released: job.trimmed_through,
        });
        if self.json {
            return lines.into_iter().try_for_each(|job| table::json(&job));
        }
        let row = |job: JobLine<'_>| {
            [
                job.job_id,
                job.agent.to_owned(),
                job.principal.to_owned(),
                job.status.to_owned(),
                job.accepted_at,
                job.entries.to_string(),
            ]
        };
        let rows: Vec<_> = lines.map(row).collect();
        table::print(
            ["JOB", "AGENT", "PRINCIPAL", "STATUS", "ACCEPTED", "ENTRIES"],
            &rows,
        )
    }

    async fn log(&self, store: &SqliteStore, job: &RecoveredJob) -> Result<(), Fault> {
        let id = job.row.job.to_string();
        let mut after = job.trimmed_through;
        if after > 0 && !self.json {
            table::put(&format!("(the first {after} entries were released)"))?;
        }
        loop {
            let page = store.history(job.row.job, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.seq;
            for entry in &page {
                self.entry(&id, entry)?;
            }
        }
    }

    fn entry(&self, id: &str, entry: &Entry) -> Result<(), Fault> {
        let damaged = |error: serde_json::Error| {
            Fault::file(format!(
                "{}: entry {} of {id} cannot be read ({error}); the file is damaged, restore it from a copy",
                self.file.display(),
                entry.seq
            ))
        };
        if self.json {
            return table::json(&EntryLine {
                wire_type: wire_type(entry.kind),
                job_id: id,
                seq: entry.seq,
                event_seq: entry.owner_seq,
                payload: serde_json::from_slice(&entry.payload).map_err(damaged)?,
            });
        }
        let paint = Paint::stdout();
        let text = match entry.kind {
            EntryKind::Result | EntryKind::Streamed | EntryKind::Error => {
                let payload = String::from_utf8_lossy(&entry.payload);
                let what = paint.ink(Ink::Bold, wire_type(entry.kind));
                format!("{what} {}", line(&payload, 400))
            }
            _ => {
                let event: Event = serde_json::from_slice(&entry.payload).map_err(damaged)?;
                show::event(paint, entry.seq, event.ts.as_ref(), &event.body)
            }
        };
        table::put(&text)
    }
}

fn wire_type(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Result | EntryKind::Streamed => "job.result",
        EntryKind::Error => "job.error",
        _ => "job.event",
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Running => "running",
        Status::Success => "success",
        Status::Error => "error",
        Status::Cancelled => "cancelled",
        Status::TimedOut => "timed_out",
    }
}
