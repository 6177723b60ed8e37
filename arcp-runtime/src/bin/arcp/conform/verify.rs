//! `arcp conform verify`: transcripts of anyone, judged by what must hold of all traffic.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arcp_conformance::client;
use arcp_conformance::expected::{Expected, NO_LONGER};
use arcp_conformance::invariant::{self, Broken, Judged};
use arcp_conformance::library::Library;
use arcp_conformance::mask::Mask;
use arcp_conformance::run;
use arcp_conformance::transcript::{Head, Runs, Side, from_text};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{always, print, read, results};
use crate::fault::{Fault, Trouble};

const EXAMPLES: &str = "\
Examples:
  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --transcripts transcripts
  arcp conform verify transcripts/*.jsonl
  arcp conform verify --expected known-failures.yaml transcripts/*.jsonl
  arcp conform verify --judge both recorded.jsonl
  arcp conform verify --json transcripts/*.jsonl | jq -r .step

A line is {\"at_ms\":0,\"connection\":\"a\",\"from\":\"client\" or \"runtime\",\"frame\":{…}}. Secrets may be marks such as ***0123456789abcdef, as long
as the same secret has the same mark everywhere: a secret that is told twice is seen all the same. The kit puts a line before them that says what was
played, which invariants it is not judged by, how many transcripts the run wrote, and which run it was:
{\"scenario\":\"6.2/…\",\"tested\":\"runtime\",\"exempt\":[…],\"of\":279,\"run\":\"01K…\"}.

With --expected what the list names may be broken: always/NAME everywhere, and a client's scenario in its own transcript. Where the files are all
transcripts of a run, what is listed as always/NAME and holds has to be taken off the list, as in the run itself.";

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
    /// The list of expected failures of the run. What it does not name is a failure; what it names and is not broken is one too, once the files are all transcripts of a run.
    #[arg(long, value_name = "LIST")]
    expected: Option<PathBuf>,
    /// Print one JSON object for each break that is not expected, and nothing when there is none.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Whose {
    Runtime,
    Client,
    Both,
}

/// What the files come to.
#[derive(Debug, Default)]
struct Tally {
    /// Breaks that nobody expected.
    surprises: usize,
    /// How often what is listed was broken, by the name in the list.
    expected: BTreeMap<String, usize>,
    /// Of the transcripts of runs of runtimes, which are here.
    runs: Runs,
}

impl Verify {
    pub(super) fn run(&self) -> Result<(), Fault> {
        let library = Library::load().map_err(Fault::machine)?;
        let expected = self.expected(&library)?;
        let (mut tally, mut mask) = (Tally::default(), Mask::default());
        for file in &self.files {
            self.file(file, &library, &expected, &mut mask, &mut tally)?;
        }
        if !self.json {
            for (name, times) in &tally.expected {
                let reason = expected.reason(name).unwrap_or_default();
                let often = often(*times);
                print(&format!(
                    "expected failure  {name}, broken {often}: {reason}\n"
                ))?;
            }
        }
        let stale = self.stale(&expected, &tally);
        for name in &stale {
            print(&if self.json {
                format!("{}\n", json!({"listed": name, "wrong": NO_LONGER}))
            } else {
                format!("{name} {NO_LONGER}\n")
            })?;
        }
        match (tally.surprises, stale.len()) {
            (0, 0) => {}
            (0, stale) => {
                return Err(Fault::new(
                    Trouble::Failed,
                    format!("{stale} invariants are listed and hold"),
                ));
            }
            (broken, _) => {
                return Err(Fault::new(
                    Trouble::Failed,
                    format!("invariants are broken {}", often(broken)),
                ));
            }
        }
        if self.json {
            return Ok(());
        }
        let listed = if tally.expected.is_empty() {
            ""
        } else {
            " but what is expected"
        };
        let files = self.files.len();
        print(&format!("{files} files, nothing broken{listed}\n"))
    }

    fn expected(&self, library: &Library) -> Result<Expected, Fault> {
        let Some(file) = &self.expected else {
            return Ok(Expected::default());
        };
        let known: Vec<String> = run::ids(library, None)
            .into_iter()
            .chain(client::ids(library, None))
            .chain(always(&invariant::all()))
            .collect();
        results::expected(file, &known)
    }

    fn file(
        &self,
        file: &Path,
        library: &Library,
        expected: &Expected,
        mask: &mut Mask,
        tally: &mut Tally,
    ) -> Result<(), Fault> {
        let wrong = |reason: String| Fault::usage(format!("{}: {reason}", file.display()));
        let recorded = from_text(&read(file)?).map_err(wrong)?;
        let head = recorded.head.as_ref();
        let exempt = match head {
            Some(head) => exempt(head).map_err(wrong)?,
            None => &[],
        };
        if let Some(head) = head.filter(|head| head.tested == Side::Runtime) {
            tally.runs.add(head);
        }
        // What is told of a transcript may quote it, and a recorded one may hold secrets as they were.
        let lines = mask.lines(&recorded.lines);
        for broken in invariant::find(&lines, &library.shapes, self.judged(head), exempt) {
            if let Some(name) = listed(expected, head, &broken) {
                *tally.expected.entry(name).or_default() += 1;
                continue;
            }
            tally.surprises += 1;
            let number = recorded.numbers.get(broken.line).copied().unwrap_or(0);
            self.tell(file, number, &broken, library, mask)?;
        }
        Ok(())
    }

    /// What is listed and holds. Only all transcripts of a run can show that: in some of them it may hold by chance.
    fn stale(&self, expected: &Expected, tally: &Tally) -> Vec<String> {
        if !tally.runs.has_whole() || self.judge == Some(Whose::Client) {
            return Vec::new();
        }
        always(&invariant::of_runtimes())
            .into_iter()
            .filter(|name| expected.reason(name).is_some() && !tally.expected.contains_key(name))
            .collect()
    }

    /// Whose frames are judged: what was asked for, or else the side that the transcript says was tested.
    fn judged(&self, head: Option<&Head>) -> Judged {
        match (self.judge, head.map(|head| head.tested)) {
            (Some(Whose::Both), _) => Judged::Both,
            (Some(Whose::Client), _) | (None, Some(Side::Client)) => Judged::Client,
            (Some(Whose::Runtime), _) | (None, Some(Side::Runtime) | None) => Judged::Runtime,
        }
    }

    fn tell(
        &self,
        file: &Path,
        number: usize,
        broken: &Broken,
        library: &Library,
        mask: &Mask,
    ) -> Result<(), Fault> {
        let failure = &broken.failure;
        let (expected, seen) = (mask.text(&failure.expected), mask.text(&failure.seen));
        let right = broken.right.as_ref().map(|right| mask.text(right));
        if self.json {
            let told = json!({
                "file": file.display().to_string(),
                "line": number,
                "step": failure.step,
                "expected": expected,
                "right": right,
                "seen": seen,
                "rules": failure.rules,
            });
            return print(&format!("{told}\n"));
        }
        print(&format!(
            "{}:{number}: {}\n  expected  {expected}\n",
            file.display(),
            failure.step,
        ))?;
        if let Some(right) = right {
            print(&format!("  right     {right}\n"))?;
        }
        print(&format!("  seen      {seen}\n"))?;
        failure
            .rules
            .iter()
            .try_for_each(|rule| print(&format!("  {rule}  {}\n", library.text_of(rule))))
    }
}

fn often(times: usize) -> String {
    match times {
        1 => "once".to_owned(),
        times => format!("{times} times"),
    }
}

/// The name by which a break is listed: the invariant's, or that of a client's scenario, which fails with what it breaks.
fn listed(expected: &Expected, head: Option<&Head>, broken: &Broken) -> Option<String> {
    let scenario = head
        .filter(|head| head.tested == Side::Client)
        .map(|head| head.scenario.clone());
    let mut names = std::iter::once(broken.invariant.id()).chain(scenario);
    names.find(|name| expected.reason(name).is_some())
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
