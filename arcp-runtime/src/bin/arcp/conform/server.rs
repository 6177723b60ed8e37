//! `arcp conform server`: which runtime is tested, who logs in there, and what it offers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use arcp_conformance::invariant;
use arcp_conformance::library::Library;
use arcp_conformance::mask::Mask;
use arcp_conformance::run::{self, Options, Unready};
use arcp_conformance::scenario::PROFILES;
use arcp_conformance::target::{Children, Offer, Principals, Runtime, WebSockets};
#[cfg(feature = "tls")]
use arcp_conformance::tls::Trust;
use clap::Args;
use url::{Host, Url};

use super::results::Results;
use super::{always, note, read, threads};
use crate::fault::{Fault, Trouble};

const EXAMPLES: &str = "\
Examples:
  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --other-token tok-b
  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --other-token tok-b --target my-runtime.yaml --write-expected known-failures.yaml
  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --other-token tok-b --target my-runtime.yaml --expected known-failures.yaml
  arcp conform server --stdio --token tok-a --only 6.2 -- arcp serve --stdio --probe --store memory --token tok-a=alice
  arcp conform server --list

A target file maps the kit's programs to the runtime's own agents where it has not the contract agent `probe`, and says what it has not:

  programs: {quick: {agent: echo, input: hi}}
  without: {probe: there is none, brisk: its limits cannot be set, small: its limits cannot be set}";

/// Test a runtime over WebSocket, or over a command's standard input and output.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::EXIT_CODES))]
pub(super) struct Server {
    /// Where the runtime listens: ws:// on this machine, wss:// elsewhere.
    #[arg(long, required_unless_present_any = ["stdio", "list"], conflicts_with = "stdio")]
    url: Option<String>,
    /// A PEM file with the authorities that wss:// trusts, instead of those of this machine.
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Connect to other than this machine without TLS: the tokens then cross the network readable.
    #[arg(long)]
    insecure: bool,
    /// The same runtime with other limits, as PROFILE=URL: brisk, small, provisioned.
    #[arg(long = "endpoint", value_name = "PROFILE=URL")]
    endpoints: Vec<String>,
    /// The token of a principal.
    #[arg(long, required_unless_present_any = ["principals", "list"])]
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
    /// Milliseconds that are waited for what has to come.
    #[arg(long, default_value_t = 5000, value_name = "MS")]
    patience: u64,
    #[command(flatten)]
    results: Results,
    /// Start a command for each connection and speak lines with it.
    #[arg(long, requires = "command")]
    stdio: bool,
    /// The command.
    #[arg(last = true, value_name = "COMMAND", requires = "stdio")]
    command: Vec<String>,
}

impl Server {
    pub(super) fn run(&self) -> Result<(), Fault> {
        let library = Library::load().map_err(Fault::machine)?;
        if self.results.list {
            return self
                .results
                .list(&run::ids(&library, self.results.only.as_deref()));
        }
        let offer = self.offer(&library)?;
        let known: Vec<String> = run::ids(&library, None)
            .into_iter()
            .chain(always(&invariant::of_runtimes()))
            .collect();
        let expected = self.results.expected(&known)?;
        let mut options = Options::new(self.principals()?);
        options.only.clone_from(&self.results.only);
        options.patience = Duration::from_millis(self.patience);
        options.aside = note;
        let runtime = self.runtime()?;
        let tokio = threads()?;
        let ready = tokio.block_on(run::ready(&library, &*runtime, &offer, &options));
        ready.map_err(|unready| self.unready(&unready))?;
        let played = tokio.block_on(run::run(&library, &*runtime, &offer, &options));
        tokio.shutdown_background();
        let tokens = options.principals.iter().flat_map(|pair| {
            let bob = pair.bob.as_deref();
            std::iter::once(pair.alice.as_str()).chain(bob)
        });
        let mask = Mask::knowing(tokens);
        self.results.tell(&library, &expected, played, mask)
    }

    fn offer(&self, library: &Library) -> Result<Offer, Fault> {
        match &self.target {
            None => Ok(Offer::everything()),
            Some(file) => Offer::read(&read(file)?, library)
                .map_err(|error| Fault::usage(format!("{}: {error}", file.display()))),
        }
    }

    /// Why nothing can be tested, in one sentence.
    fn unready(&self, unready: &Unready) -> Fault {
        match unready {
            Unready::Unreachable { profile, why } => {
                let flag = match (profile.as_str(), self.stdio) {
                    (_, true) => "the command".to_owned(),
                    ("default", false) => "--url".to_owned(),
                    (profile, false) => format!("--endpoint {profile}=…"),
                };
                Fault::new(
                    Trouble::Connection,
                    format!("no runtime answers: {why}; start it, or correct {flag}"),
                )
            }
            Unready::Unwelcome { why } => Fault::new(
                Trouble::Token,
                format!(
                    "the runtime does not welcome the first principal: {why}; give a token that it knows with --token"
                ),
            ),
            Unready::LockedOut { why } => Fault::new(
                Trouble::Token,
                format!(
                    "the runtime lets nobody in from this address, and has not for more than a minute: {why}; start it with more failed logins allowed (`arcp serve --failed-logins`), or try later"
                ),
            ),
            Unready::Strange { why } => Fault::new(
                Trouble::Connection,
                format!(
                    "no ARCP runtime answers: {why}; correct {}",
                    if self.stdio { "the command" } else { "--url" }
                ),
            ),
            Unready::NoProbe { agents } => Fault::usage(format!(
                "the runtime has no agent `probe`, only {}; map the kit's programs to its own agents in a file for --target (`arcp conform server --help` shows one)",
                agents.join(", ")
            )),
        }
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
            if !PROFILES.contains(&profile) {
                return Err(Fault::usage(format!(
                    "--endpoint {endpoint}: there is no profile {profile}; write one of {}",
                    PROFILES.join(", ")
                )));
            }
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
        for pair in &all {
            if pair.bob.as_ref() == Some(&pair.alice) {
                return Err(Fault::usage(
                    "the two tokens of a pair are the same; --other-token has to be another principal's",
                ));
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
