//! What becomes of a run: the report, the list of expected failures, the transcripts, and the exit code.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use arcp_conformance::expected::Expected;
use arcp_conformance::library::Library;
use arcp_conformance::mask::Mask;
use arcp_conformance::outcome::{Outcome, Verdict};
use arcp_conformance::report::Report;
use arcp_conformance::run::Played;
use arcp_conformance::transcript::to_text;
use arcp_conformance::value::fresh;
use clap::{Args, ValueEnum};

use super::{note, print, read, write};
use crate::fault::{Fault, Trouble};

/// What is played, and what becomes of the results.
#[derive(Debug, Args)]
#[command(next_help_heading = "Results")]
pub(super) struct Results {
    /// Only scenarios whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub(super) only: Option<String>,
    /// Print the names of the scenarios and play none.
    #[arg(long)]
    pub(super) list: bool,
    /// A folder for the transcripts, one file of JSON lines for each scenario. Tokens and values of credentials are replaced by marks: the same secret has the same mark within a run, so that `arcp conform verify` still sees one that was told twice. Only their owner can read the files.
    #[arg(long, value_name = "FOLDER")]
    transcripts: Option<PathBuf>,
    /// How the results are printed.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// Where they are written, instead of to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A list of failures that are expected. One that it does not name is a failure of the run, and so is one that passes.
    #[arg(long, value_name = "FILE")]
    expected: Option<PathBuf>,
    /// Write such a list from what failed, and exit with 0 once it is written.
    #[arg(long, value_name = "FILE", conflicts_with = "expected")]
    write_expected: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Terminal,
    Json,
    Junit,
    Markdown,
}

impl Results {
    /// Prints what would be played.
    pub(super) fn list(&self, ids: &[String]) -> Result<(), Fault> {
        if ids.is_empty() {
            return Err(self.nothing());
        }
        ids.iter().try_for_each(|id| print(&format!("{id}\n")))
    }

    /// What is expected to fail, of scenarios that are known. Read before anything is played, so that a mistake in it costs no time.
    pub(super) fn expected(&self, known: &[String]) -> Result<Expected, Fault> {
        let Some(file) = &self.expected else {
            return Ok(Expected::default());
        };
        let mut expected = expected(file, known)?;
        if let Some(only) = &self.only {
            expected.only(only);
        }
        Ok(expected)
    }

    /// Writes what was asked for. No secret that was played with or seen is in any of it.
    pub(super) fn tell(
        &self,
        library: &Library,
        expected: &Expected,
        mut played: Vec<Played>,
        mut mask: Mask,
    ) -> Result<(), Fault> {
        // What must hold of all traffic is told even when there was none.
        if played.iter().all(|one| one.outcome.section == "always") {
            return Err(self.nothing());
        }
        let spoken = played.iter().filter(|one| !one.lines.is_empty()).count();
        let run = fresh();
        let whole = self.only.is_none().then_some((run.as_str(), spoken));
        for one in &mut played {
            let masked = mask.lines(&one.lines);
            if let (Some(folder), false) = (&self.transcripts, masked.is_empty()) {
                one.outcome.transcript = Some(keep(
                    folder,
                    &one.outcome,
                    &to_text(&one.head(whole), &masked),
                )?);
            }
        }
        let outcomes: Vec<Outcome> = played
            .into_iter()
            .map(|one| without_secrets(one.outcome, &mask))
            .collect();
        if let Some(file) = &self.write_expected {
            write(file, &Expected::draft(&outcomes))?;
            let failed = outcomes.iter().filter_map(Outcome::failure).count();
            note(&format!(
                "the failures, {failed} of them, are listed in {}; look through it, and give it to --expected from now on",
                file.display()
            ));
        }
        let report = Report::new(library, &outcomes, expected);
        let text = match self.format {
            Format::Terminal => report.terminal(),
            Format::Json => report.json(),
            Format::Junit => report.junit(),
            Format::Markdown => report.markdown(),
        };
        match &self.output {
            Some(file) => write(file, &text)?,
            None => print(&text)?,
        }
        let applied = outcomes
            .iter()
            .any(|outcome| !matches!(outcome.verdict, Verdict::NotApplicable { .. }));
        match (report.surprises().len(), applied) {
            // What was asked for is the list, and it is there.
            (_, true) if self.write_expected.is_some() => Ok(()),
            (0, true) => Ok(()),
            (0, false) => Err(Fault::usage(
                "no scenario applies, so nothing was tested; the reasons are in the report",
            )),
            (surprises, _) => Err(Fault::new(
                Trouble::Failed,
                format!("{surprises} scenarios are not as they should be"),
            )),
        }
    }

    fn nothing(&self) -> Fault {
        Fault::usage(match &self.only {
            Some(only) => format!(
                "nothing was played: no scenario's name contains the text of --only, {only:?}; --list prints the names"
            ),
            None => "nothing was played: there are no principals; give two tokens on each line of --principals"
                .to_owned(),
        })
    }
}

/// A list of expected failures. A name that means nothing is a mistake in it, whatever is played.
pub(super) fn expected(file: &Path, known: &[String]) -> Result<Expected, Fault> {
    let wrong = |error: String| Fault::usage(format!("{}: {error}", file.display()));
    let expected = Expected::read(&read(file)?).map_err(wrong)?;
    match expected.unknown(known) {
        Some(name) => Err(wrong(format!(
            "`{name}` is listed and there is no such scenario; --list prints the scenarios, `arcp conform rules` the invariants, which are listed as always/NAME"
        ))),
        None => Ok(expected),
    }
}

fn without_secrets(mut outcome: Outcome, mask: &Mask) -> Outcome {
    if let Verdict::Fail(failure) = &mut outcome.verdict {
        failure.expected = mask.text(&failure.expected);
        failure.seen = mask.text(&failure.seen);
        failure.step = mask.text(&failure.step);
    }
    outcome
}

/// Writes a scenario's transcript, and says where.
fn keep(folder: &Path, outcome: &Outcome, text: &str) -> Result<String, Fault> {
    let name: String = outcome
        .scenario
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || letter == '.' {
                letter
            } else {
                '-'
            }
        })
        .collect();
    let file = folder.join(format!("{name}.jsonl"));
    let trouble = |error: std::io::Error| {
        Fault::file(format!("{} cannot be written: {error}", file.display()))
    };
    std::fs::create_dir_all(folder).map_err(trouble)?;
    // A file that is there already would keep the permissions it has.
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(trouble(error)),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&file).map_err(trouble)?;
    written.write_all(text.as_bytes()).map_err(trouble)?;
    Ok(file.display().to_string())
}
