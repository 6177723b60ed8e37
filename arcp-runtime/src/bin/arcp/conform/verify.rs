//! `arcp conform verify`: transcripts of anyone, judged by what must hold of all traffic.

use std::path::{Path, PathBuf};

use arcp_conformance::invariant::{self, Judged};
use arcp_conformance::library::Library;
use arcp_conformance::outcome::Failure;
use arcp_conformance::transcript::{Head, Side, from_text};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{print, read};
use crate::fault::{Fault, Trouble};

const EXAMPLES: &str = "\
Examples:
  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --transcripts transcripts
  arcp conform verify transcripts/*.jsonl
  arcp conform verify --judge both recorded.jsonl
  arcp conform verify --json transcripts/*.jsonl | jq -r .step

A line is {\"at_ms\":0,\"connection\":\"a\",\"from\":\"client\" or \"runtime\",\"frame\":{…}}. Secrets may be marks such as ***0123456789abcdef, as long
as the same secret has the same mark everywhere: a secret that is told twice is seen all the same. The kit puts a line before them that says what was
played and which invariants it is not judged by: {\"scenario\":\"6.2/…\",\"tested\":\"runtime\",\"exempt\":[…]}.";

/// Judge transcripts by what must hold of all traffic: numbers without a gap, one end for each job, orders, shapes, secrets.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::EXIT_CODES))]
pub(super) struct Verify {
    /// Files of JSON lines, as `arcp conform server --transcripts` writes them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Whose frames are judged. Without it the side that a transcript's first line says was tested, and else the runtime's.
    #[arg(long, value_enum)]
    judge: Option<Whose>,
    /// Print one JSON object for each break, and nothing when there is none.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Whose {
    Runtime,
    Client,
    Both,
}

impl Verify {
    pub(super) fn run(&self) -> Result<(), Fault> {
        let library = Library::load().map_err(Fault::machine)?;
        let mut broken = 0;
        for file in &self.files {
            let wrong = |reason: String| Fault::usage(format!("{}: {reason}", file.display()));
            let recorded = from_text(&read(file)?).map_err(wrong)?;
            let exempt = match &recorded.head {
                Some(head) => exempt(head).map_err(wrong)?,
                None => &[],
            };
            let judged = self.judged(recorded.head.as_ref());
            for failure in invariant::check(&recorded.lines, &library.shapes, judged, exempt) {
                broken += 1;
                self.tell(file, &failure, &library)?;
            }
        }
        if broken > 0 {
            return Err(Fault::new(
                Trouble::Failed,
                format!("invariants are broken {broken} times"),
            ));
        }
        if self.json {
            return Ok(());
        }
        print(&format!("{} files, nothing broken\n", self.files.len()))
    }

    /// Whose frames are judged: what was asked for, or else the side that the transcript says was tested.
    fn judged(&self, head: Option<&Head>) -> Judged {
        match (self.judge, head.map(|head| head.tested)) {
            (Some(Whose::Both), _) => Judged::Both,
            (Some(Whose::Client), _) | (None, Some(Side::Client)) => Judged::Client,
            (Some(Whose::Runtime), _) | (None, Some(Side::Runtime) | None) => Judged::Runtime,
        }
    }

    fn tell(&self, file: &Path, failure: &Failure, library: &Library) -> Result<(), Fault> {
        if self.json {
            let told = json!({
                "file": file.display().to_string(),
                "step": failure.step,
                "expected": failure.expected,
                "seen": failure.seen,
                "rules": failure.rules,
            });
            return print(&format!("{told}\n"));
        }
        print(&format!(
            "{}: {}\n  expected  {}\n  seen      {}\n",
            file.display(),
            failure.step,
            failure.expected,
            failure.seen
        ))?;
        failure
            .rules
            .iter()
            .try_for_each(|rule| print(&format!("  {rule}  {}\n", library.text_of(rule))))
    }
}

/// What the scenario is exempt from. A name that means nothing would exempt from nothing, so it is a mistake.
fn exempt(head: &Head) -> Result<&[String], String> {
    let known = invariant::all();
    let is_known = |name: &&String| known.iter().any(|one| one.name == name.as_str());
    match head.exempt.iter().find(|name| !is_known(name)) {
        Some(name) => Err(format!(
            "line 1: `exempt` names `{name}`, and there is no such invariant"
        )),
        None => Ok(&head.exempt),
    }
}
