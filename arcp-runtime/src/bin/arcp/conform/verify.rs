//! `arcp conform verify`: transcripts of anyone, judged by what must hold of all traffic.

use std::path::PathBuf;

use arcp_conformance::invariant::{self, Judged};
use arcp_conformance::library::Library;
use arcp_conformance::transcript::from_text;
use clap::{Args, ValueEnum};

use super::{print, read};
use crate::fault::{Fault, Trouble};

const EXAMPLES: &str = "\
Examples:
  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --transcripts transcripts
  arcp conform verify transcripts/*.jsonl
  arcp conform verify --judge both recorded.jsonl

A line is {\"at_ms\":0,\"connection\":\"a\",\"from\":\"client\" or \"runtime\",\"frame\":{…}}. Secrets may be marks such as ***0123456789abcdef, as long
as the same secret has the same mark everywhere: a secret that is told twice is seen all the same.";

/// Judge transcripts by what must hold of all traffic: numbers without a gap, one end for each job, orders, shapes, secrets.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::EXIT_CODES))]
pub(super) struct Verify {
    /// Files of JSON lines, as `arcp conform server --transcripts` writes them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Whose frames are judged.
    #[arg(long, value_enum, default_value_t = Whose::Runtime)]
    judge: Whose,
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
        let judged = match self.judge {
            Whose::Runtime => Judged::Runtime,
            Whose::Client => Judged::Client,
            Whose::Both => Judged::Both,
        };
        let mut broken = 0;
        for file in &self.files {
            let lines = from_text(&read(file)?)
                .map_err(|error| Fault::usage(format!("{}: {error}", file.display())))?;
            for failure in invariant::check(&lines, &library.shapes, judged, &[]) {
                broken += 1;
                print(&format!(
                    "{}: {}\n  expected  {}\n  seen      {}\n",
                    file.display(),
                    failure.step,
                    failure.expected,
                    failure.seen
                ))?;
                for rule in &failure.rules {
                    print(&format!("  {rule}  {}\n", library.text_of(rule)))?;
                }
            }
        }
        if broken == 0 {
            print(&format!("{} files, nothing broken\n", self.files.len()))
        } else {
            Err(Fault::new(
                Trouble::Failed,
                format!("invariants are broken {broken} times"),
            ))
        }
    }
}
