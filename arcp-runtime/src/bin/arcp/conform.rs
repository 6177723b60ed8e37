//! `arcp conform`: is a runtime what the specification says? The work is done by the kit; this reads the command line and writes files.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arcp_conformance::client;
use arcp_conformance::expected::Expected;
use arcp_conformance::invariant::{self, Judged};
use arcp_conformance::library::Library;
use arcp_conformance::outcome::Outcome;
use arcp_conformance::report::Report;
use arcp_conformance::run::{Options, Played, run};
use arcp_conformance::target::{Children, Offer, Principals, Runtime, WebSockets};
#[cfg(feature = "tls")]
use arcp_conformance::tls::Trust;
use arcp_conformance::transcript::{from_text, to_text};
use clap::{Args, Subcommand, ValueEnum};
use url::{Host, Url};

use crate::fault::{Fault, Trouble};

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
    /// Test a client: play a runtime that misbehaves, and watch it.
    Client(ClientArgs),
    /// Judge transcripts, of this command or of anyone, by what must hold of all traffic.
    Verify(Verify),
    /// Print every rule, and what decides it.
    Rules,
}

/// Test a runtime over WebSocket, or over a command's standard input and output.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --other-token tok-b\n  arcp conform server --stdio --token tok-a -- arcp serve --stdio --probe --store memory --token tok-a=alice"
)]
struct Server {
    /// Where the runtime listens: ws:// on this machine, wss:// elsewhere.
    #[arg(long, required_unless_present = "stdio")]
    url: Option<String>,
    /// A PEM file with the authorities that wss:// trusts, instead of those of this machine.
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Connect to other than this machine without TLS: the tokens then cross the network readable.
    #[arg(long)]
    insecure: bool,
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
    /// A folder for the transcripts, one file of JSON lines for each scenario. They hold tokens and credentials as they went over the wire; only their owner can read them.
    #[arg(long, value_name = "FOLDER")]
    transcripts: Option<PathBuf>,
    /// Milliseconds that are waited for what has to come.
    #[arg(long, default_value_t = 5000, value_name = "MS")]
    patience: u64,
    #[command(flatten)]
    results: Results,
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
            What::Client(client) => client.run(),
            What::Verify(verify) => verify.run(),
            What::Rules => rules(),
        }
    }
}

impl Server {
    fn run(&self) -> Result<(), Fault> {
        let library = Library::load().map_err(Fault::machine)?;
        let offer = match &self.target {
            None => Offer::everything(),
            Some(file) => {
                let text = read(file)?;
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
            for one in played.iter_mut().filter(|one| !one.lines.is_empty()) {
                one.outcome.transcript = Some(keep(folder, one)?);
            }
        }
        let outcomes: Vec<Outcome> = played.into_iter().map(|one| one.outcome).collect();
        self.results.tell(&library, &outcomes)
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
        for url in urls.values() {
            if shows_tokens(url)? && !self.insecure {
                return Err(Fault::usage(format!(
                    "{url}: plain ws:// to another machine shows the tokens to everybody on the way; use wss:// or a tunnel to 127.0.0.1, or allow it with --insecure"
                )));
            }
        }
        let runtimes = WebSockets::new(urls);
        #[cfg(feature = "tls")]
        let runtimes = match &self.ca {
            Some(file) => runtimes.with_trust(
                Trust::only(read(file)?.as_bytes())
                    .map_err(|reason| Fault::usage(format!("{}: {reason}", file.display())))?,
            ),
            None => runtimes,
        };
        Ok(Box::new(runtimes))
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
            let text = read(file)?;
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

/// Whether what is said there can be read on the way.
fn shows_tokens(given: &str) -> Result<bool, Fault> {
    let url = Url::parse(given).map_err(|error| {
        Fault::usage(format!(
            "{given}: not a URL ({error}); write wss://HOST:PORT/arcp, or ws:// on this machine"
        ))
    })?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    Ok(url.scheme() != "wss" && !here)
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
    written
        .write_all(to_text(&played.lines).as_bytes())
        .map_err(trouble)?;
    Ok(file.display().to_string())
}

/// What becomes of the results.
#[derive(Debug, Args)]
#[command(next_help_heading = "Results")]
struct Results {
    /// How they are printed.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// Where they are written, instead of to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A list of failures that are expected. One that it does not name is a failure of the run, and so is one that passes.
    #[arg(long, value_name = "FILE")]
    expected: Option<PathBuf>,
    /// Write such a list from what failed.
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
    fn tell(&self, library: &Library, outcomes: &[Outcome]) -> Result<(), Fault> {
        // What must hold of all traffic is told even when there was none.
        if outcomes.iter().all(|outcome| outcome.section == "always") {
            return Err(Fault::usage(
                "nothing was played: no scenario's name contains the text of --only, or there are no principals",
            ));
        }
        let expected = match &self.expected {
            None => Expected::default(),
            Some(file) => Expected::read(&read(file)?)
                .map_err(|error| Fault::usage(format!("{}: {error}", file.display())))?,
        };
        if let Some(file) = &self.write_expected {
            write(file, &Expected::draft(outcomes))?;
        }
        let report = Report::new(library, outcomes, &expected);
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
        match report.surprises().len() {
            0 => Ok(()),
            surprises => Err(Fault::new(
                Trouble::Failed,
                format!("{surprises} scenarios are not as they should be"),
            )),
        }
    }
}

/// Test a client: a command that submits a job, prints its result and says by its exit code whether all went well.
///
/// Its words may hold {url}, {token}, {agent} and {input}; ARCP_URL and ARCP_TOKEN are in its environment.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  arcp conform client -- arcp submit --agent {agent} --input {input}"
)]
struct ClientArgs {
    /// Only scenarios whose name contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// A folder for the transcripts, one file of JSON lines for each scenario. They hold tokens and credentials as they went over the wire; only their owner can read them.
    #[arg(long, value_name = "FOLDER")]
    transcripts: Option<PathBuf>,
    /// Milliseconds that are waited for what has to come.
    #[arg(long, default_value_t = 20_000, value_name = "MS")]
    patience: u64,
    #[command(flatten)]
    results: Results,
    /// The command.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl ClientArgs {
    fn run(&self) -> Result<(), Fault> {
        let library = Library::load().map_err(Fault::machine)?;
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Fault::machine(format!("no runtime can be started: {error}")))?;
        let patience = Duration::from_millis(self.patience);
        let mut played = tokio.block_on(client::run(
            &library,
            &self.command,
            self.only.as_deref(),
            patience,
        ));
        tokio.shutdown_background();
        if let Some(folder) = &self.transcripts {
            for one in &mut played {
                one.outcome.transcript = Some(keep(folder, one)?);
            }
        }
        let outcomes: Vec<Outcome> = played.into_iter().map(|one| one.outcome).collect();
        self.results.tell(&library, &outcomes)
    }
}

/// Judge transcripts by what must hold of all traffic: numbers without a gap, one end for each job, orders, shapes, secrets.
#[derive(Debug, Args)]
struct Verify {
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
    fn run(&self) -> Result<(), Fault> {
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

fn rules() -> Result<(), Fault> {
    let library = Library::load().map_err(Fault::machine)?;
    for rule in library.requirements.values() {
        print(&format!(
            "{}  §{}  {}  {}  {}\n",
            rule.id, rule.section, rule.keyword, rule.who, rule.text
        ))?;
        let decision = &rule.decided_by;
        let ways = [
            ("scenario", &decision.scenarios),
            ("invariant", &decision.invariants),
            ("test", &decision.tests),
        ];
        for (word, names) in ways {
            for name in names {
                print(&format!("    {word}  {name}\n"))?;
            }
        }
        if let Some(reason) = &decision.why_none {
            print(&format!("    not decided  {reason}\n"))?;
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(file)
        .map_err(|error| Fault::file(format!("{} cannot be read: {error}", file.display())))
}

fn write(file: &Path, text: &str) -> Result<(), Fault> {
    std::fs::write(file, text)
        .map_err(|error| Fault::file(format!("{} cannot be written: {error}", file.display())))
}

fn print(text: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Fault::output(&error))
}
