//! The command: `cargo run -p codegen` prints `arcp-generated/` from `schema/`. Only this file lets the press write.

use clap::Parser;
use codegen::emit::{self, TARGETS, Target};
use codegen::plan::{Change, Plan};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prints arcp-generated/ from schema/.
///
/// Everything is read, judged and compared before the first file is written; files that are equal are not touched.
#[derive(Debug, Parser)]
#[command(
    name = "codegen",
    after_help = "Examples:\n  cargo run -p codegen                      write what differs\n  cargo run -p codegen -- --check           fail when a file is missing, stale or orphaned\n  cargo run -p codegen -- --only rust       only one target\n  cargo run -p codegen -- --list            the targets and where they write\n\nExit codes: 0 done or fresh, 1 not fresh, 2 the schema has mistakes, 3 the disk refused."
)]
struct Arguments {
    /// Write nothing; fail when a file is missing, stale or an orphan.
    #[arg(long)]
    check: bool,
    /// Only this target; may be given more than once.
    #[arg(long, value_name = "TARGET", value_parser = clap::builder::PossibleValuesParser::new(TARGETS.iter().map(|target| target.name)))]
    only: Vec<String>,
    /// Show the targets and where they write.
    #[arg(long)]
    list: bool,
    /// The folder to read.
    #[arg(long, value_name = "FOLDER", default_value_os_t = root().join("schema"), hide_default_value = true)]
    schema: PathBuf,
    /// The folder to write.
    #[arg(long, value_name = "FOLDER", default_value_os_t = root().join("arcp-generated"), hide_default_value = true)]
    out: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    run(&arguments).unwrap_or_else(|error| {
        let _ = writeln!(io::stderr(), "codegen: {error}");
        ExitCode::from(3)
    })
}

fn run(arguments: &Arguments) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if arguments.list {
        for target in TARGETS {
            writeln!(
                out,
                "{:<11} arcp-generated/{:<14} {}",
                target.name, target.place, target.about
            )?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let targets = chosen(&arguments.only);
    let printed = codegen::read(&arguments.schema).and_then(|model| emit::all(&model, &targets));
    let files = match printed {
        Ok(files) => files,
        Err(problems) => {
            let mut complaints = io::stderr().lock();
            for problem in &problems {
                writeln!(complaints, "{problem}")?;
            }
            writeln!(
                complaints,
                "codegen: {} in schema/; nothing was written",
                count(problems.len(), "mistake")
            )?;
            return Ok(ExitCode::from(2));
        }
    };
    let plan = Plan::new(&arguments.out, files, &targets)?;
    let mut tell = |path: &str, change| {
        writeln!(
            out,
            "{:<8} arcp-generated/{path}",
            word(change, arguments.check)
        )
    };
    if arguments.check {
        for (path, change) in plan.changes() {
            tell(path, *change)?;
        }
    } else {
        plan.apply(tell)?;
    }
    let strays = plan.changes().values();
    let strays = strays.filter(|change| **change == Change::Stray).count();
    if strays > 0 {
        writeln!(
            out,
            "{} of no target: remove what is not needed by hand",
            count(strays, "file")
        )?;
    }
    writeln!(
        out,
        "{}, {}",
        count(plan.len(), "file"),
        count(plan.changes().len(), "change")
    )?;
    if arguments.check && !plan.changes().is_empty() {
        writeln!(
            out,
            "arcp-generated/ is not fresh: run `cargo run -p codegen`"
        )?;
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}

fn chosen(only: &[String]) -> Vec<Target> {
    TARGETS
        .iter()
        .filter(|target| only.is_empty() || only.iter().any(|name| name == target.name))
        .copied()
        .collect()
}

fn word(change: Change, check: bool) -> &'static str {
    match (change, check) {
        (Change::Missing, true) => "missing",
        (Change::Stale, true) => "stale",
        (Change::Orphan, true) => "orphan",
        (Change::Missing | Change::Stale, false) => "written",
        (Change::Orphan, false) => "deleted",
        (Change::Stray, _) => "stray",
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The repository: where this was built, or else the current folder.
fn root() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf);
    built
        .filter(|root| root.join("schema").is_dir())
        .unwrap_or_else(|| PathBuf::from("."))
}
