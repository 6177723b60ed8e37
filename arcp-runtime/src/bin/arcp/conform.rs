//! `arcp conform`: is a runtime what the specification says? The work is done by the kit; this reads the command line and writes files.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arcp_conformance::library::Library;
use arcp_conformance::report;
use arcp_conformance::run::{Options, Played, run};
use arcp_conformance::target::{Children, Offer, Principals, Runtime, WebSockets};
use arcp_conformance::transcript::to_text;
use clap::{Args, Subcommand};

use crate::fault::Fault;

/// Test any ARCP runtime or client against the specification.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a"
)]
pub(crate) struct Conform {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Test a runtime.
    Server(Box<Server>),
}

/// Test a runtime over WebSocket, or over a command's standard input and output.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --other-token tok-b\n  arcp conform server --stdio --token tok-a -- arcp serve --stdio --probe --store memory --token tok-a=alice"
)]
struct Server {
    /// Where the runtime listens.
    #[arg(long, required_unless_present = "stdio")]
    url: Option<String>,
    /// Another runtime with other limits, as PROFILE=URL: brisk, small.
    #[arg(long = "endpoint", value_name = "PROFILE=URL")]
    endpoints: Vec<String>,
    /// The token of a principal.
    #[arg(long, required_unless_present = "principals")]
    token: Option<String>,
    /// The token of another principal.
    #[arg(long)]
    other_token: Option<String>,
    /// A file with two tokens on each line: principals that scenarios use alone, so that several can run at a time.
    #[arg(long, value_name = "FILE")]
    principals: Option<PathBuf>,
    /// What the runtime offers, and what it need not.
    #[arg(long, value_name = "FILE")]
    target: Option<PathBuf>,
    /// Only scenarios whose name contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// A folder for the transcripts, one file of JSON lines for each scenario.
    #[arg(long, value_name = "FOLDER")]
    transcripts: Option<PathBuf>,
    /// Milliseconds that are waited for what has to come.
    #[arg(long, default_value_t = 5000, value_name = "MS")]
    patience: u64,
    /// Start a command for each connection and speak lines with it.
    #[arg(long, requires = "command")]
    stdio: bool,
    /// The command.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl Conform {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        match &self.what {
            What::Server(server) => server.run(),
        }
    }
}

impl Server {
    fn run(&self) -> Result<(), Fault> {
        let library = Library::load().map_err(Fault::machine)?;
        let offer = match &self.target {
            None => Offer::everything(),
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(|error| {
                    Fault::file(format!("{} cannot be read: {error}", file.display()))
                })?;
                Offer::read(&text)
                    .map_err(|error| Fault::usage(format!("{}: {error}", file.display())))?
            }
        };
        let mut options = Options::new(self.principals()?);
        options.only.clone_from(&self.only);
        options.patience = Duration::from_millis(self.patience);
        let runtime = self.runtime()?;
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Fault::machine(format!("no runtime can be started: {error}")))?;
        let mut played = tokio.block_on(run(&library, &*runtime, &offer, &options));
        tokio.shutdown_background();
        if let Some(folder) = &self.transcripts {
            for one in &mut played {
                one.outcome.transcript = Some(keep(folder, one)?);
            }
        }
        let text = report::terminal(&library, &played);
        let _ = std::io::stdout().write_all(text.as_bytes());
        Ok(())
    }

    fn runtime(&self) -> Result<Box<dyn Runtime>, Fault> {
        let Some(url) = &self.url else {
            return Ok(Box::new(Children {
                commands: BTreeMap::from([("default".to_owned(), self.command.clone())]),
            }));
        };
        let mut urls = BTreeMap::from([("default".to_owned(), url.clone())]);
        for endpoint in &self.endpoints {
            let (profile, url) = endpoint
                .split_once('=')
                .ok_or_else(|| Fault::usage(format!("--endpoint {endpoint}: write PROFILE=URL")))?;
            urls.insert(profile.to_owned(), url.to_owned());
        }
        Ok(Box::new(WebSockets { urls }))
    }

    fn principals(&self) -> Result<Vec<Principals>, Fault> {
        let mut all = Vec::new();
        if let Some(alice) = &self.token {
            all.push(Principals {
                alice: alice.clone(),
                bob: self.other_token.clone(),
            });
        }
        if let Some(file) = &self.principals {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Fault::file(format!("{} cannot be read: {error}", file.display()))
            })?;
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let mut words = line.split_whitespace();
                let Some(alice) = words.next() else { continue };
                all.push(Principals {
                    alice: alice.to_owned(),
                    bob: words.next().map(str::to_owned),
                });
            }
        }
        Ok(all)
    }
}

/// Writes a scenario's transcript, and says where.
fn keep(folder: &Path, played: &Played) -> Result<String, Fault> {
    let name: String = played
        .outcome
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
    std::fs::write(&file, to_text(&played.lines)).map_err(trouble)?;
    Ok(file.display().to_string())
}
