//! `arcp conform`: is a runtime or a client what the specification says? The work is done by the kit; this reads the command line and writes files.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use arcp_conformance::invariant::Invariant;
use clap::{Args, Subcommand};

use crate::fault::Fault;

mod client;
mod pipe;
mod results;
mod rules;
mod server;
mod verify;

/// What the exit codes say here.
const EXIT_CODES: &str = "\
Exit codes:
  0  everything is as it should be, or fails as it is listed
  1  something is not
  2  the arguments, or a file that they name, cannot be used
  3  this machine does not let the command run
  4  a file cannot be read or written
  7  no runtime answers, or no client connects
  8  the runtime does not know the token, or lets nobody in from here
  130  left with Ctrl-C";

/// Test any ARCP runtime or client against the specification.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  arcp conform server --url ws://127.0.0.1:7777/arcp --token tok-a --other-token tok-b\n  arcp conform client -- my-client submit --url {url} --token {token} --agent {agent} --input {input}\n  arcp conform client -- my-client submit --agent {agent} --input {input} --stdio -- {program}\n  arcp conform verify transcripts/*.jsonl\n  arcp conform rules | less"
)]
pub(crate) struct Conform {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Test a runtime.
    Server(Box<server::Server>),
    /// Test a client: play a runtime that misbehaves, and watch it.
    Client(Box<client::Client>),
    /// Be the runtime that a client over stdio starts while it is tested.
    #[command(hide = true)]
    Pipe(pipe::Pipe),
    /// Judge transcripts, of this command or of anyone, by what must hold of all traffic.
    Verify(verify::Verify),
    /// Print every rule, and what decides it.
    Rules(rules::Rules),
}

impl Conform {
    pub(crate) fn run(&self) -> Result<(), Fault> {
        match &self.what {
            What::Server(server) => server.run(),
            What::Client(client) => client.run(),
            What::Pipe(pipe) => pipe.run(),
            What::Verify(verify) => verify.run(),
            What::Rules(rules) => rules.run(),
        }
    }
}

fn threads() -> Result<tokio::runtime::Runtime, Fault> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Fault::machine(format!(
                "no threads can be started: {error}; raise the process limit"
            ))
        })
}

fn read(file: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(file)
        .map_err(|error| Fault::file(format!("{} cannot be read: {error}", file.display())))
}

fn write(file: &Path, text: &str) -> Result<(), Fault> {
    std::fs::write(file, text)
        .map_err(|error| Fault::file(format!("{} cannot be written: {error}", file.display())))
}

/// Prints on standard output. Whoever has read enough, as `head` has, closes it: then nothing more is printed, and the exit code says what it would have said.
fn print(text: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Fault::output(&error)),
        _ => Ok(()),
    }
}

/// Tells on standard error what is no result.
fn note(text: &str) {
    // When standard error is gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "arcp: {text}");
}

/// Invariants, as lists of expected failures name them.
fn always(invariants: &[Invariant]) -> Vec<String> {
    invariants.iter().map(Invariant::id).collect()
}
