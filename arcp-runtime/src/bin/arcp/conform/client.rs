//! `arcp conform client`: the kit plays a runtime that misbehaves as told, and watches a client's commands.

use std::path::PathBuf;
use std::time::Duration;

use arcp_conformance::client::{self, Commands, Mute};
use arcp_conformance::library::Library;
use arcp_conformance::mask::Mask;
use clap::Args;

use super::results::Results;
use super::{pipe, read, threads};
use crate::fault::{Fault, Trouble};

const EXAMPLES: &str = "\
Examples:
  arcp conform client -- my-client submit --url {url} --token {token} --agent {agent} --input {input}
  arcp conform client -- my-client submit --agent {agent} --input {input} --stdio -- {program}
  arcp conform client --target my-client.yaml --expected known-failures.yaml
  arcp conform client --list

A command submits a job, prints its result on standard output, and says by its exit code whether all went well. Its words may hold {url}, {token}, {agent}
and {input}; ARCP_URL and ARCP_TOKEN are in its environment. One that speaks over stdio starts {program} as its runtime: the word stands for the words
of a command, and within a longer word (sh -c \"… {program}\") for the same quoted for a shell. A target file names the commands that do more, and what the client does not do:

  commands:
    submit: [my-client, submit, --agent, \"{agent}\", --input, \"{input}\"]
    submit-key: [my-client, submit, --agent, \"{agent}\", --input, \"{input}\", --key, \"{key}\"]
    submit-lease: [my-client, submit, --agent, \"{agent}\", --input, \"{input}\", --lease, \"{lease}\"]
    list: [my-client, jobs]
    follow: [my-client, tail, \"{job}\"]
    keep: [my-client, submit, --agent, \"{agent}\", --input, \"{input}\", --save-session, \"{file}\"]
    resume: [my-client, submit, --resume, \"{file}\"]
    cancel: [my-client, cancel, \"{file}\"]
  without:
    cancel: there is no such command";

/// Test a client: commands that submit, list, follow, resume and cancel, against a runtime that misbehaves.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::EXIT_CODES))]
pub(super) struct Client {
    /// The client's commands by what they do, and what it does not do.
    #[arg(long, value_name = "FILE")]
    target: Option<PathBuf>,
    /// Milliseconds that are waited for what has to come, the client's first connection too.
    #[arg(long, default_value_t = 20_000, value_name = "MS")]
    patience: u64,
    #[command(flatten)]
    results: Results,
    /// A command that submits a job, when that is all that is to be tested.
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "target", required_unless_present_any = ["target", "list"])]
    command: Vec<String>,
}

impl Client {
    pub(super) fn run(&self) -> Result<(), Fault> {
        let library = Library::load().map_err(Fault::machine)?;
        let only = self.results.only.as_deref();
        if self.results.list {
            return self.results.list(&client::ids(&library, only));
        }
        let commands = self.commands(&library)?;
        let expected = self.results.expected(&client::ids(&library, None))?;
        let patience = Duration::from_millis(self.patience);
        let tokio = threads()?;
        // Clients run in groups of their own, which no terminal ends: they are ended when the run is dropped.
        let played = tokio.block_on(async {
            tokio::select! {
                played = client::run(&library, &commands, only, patience) => played.map_err(|mute| silent(&mute)),
                () = interrupted() => Err(Fault::new(Trouble::Cancelled, "interrupted; the clients that ran were ended")),
            }
        });
        tokio.shutdown_background();
        let played = played?;
        let mask = Mask::knowing([client::TOKEN]);
        self.results.tell(&library, &expected, played, mask)
    }

    fn commands(&self, library: &Library) -> Result<Commands, Fault> {
        let mut commands = match &self.target {
            None => Commands::submit_only(&self.command),
            Some(file) => Commands::read(&read(file)?, library)
                .map_err(|error| Fault::usage(format!("{}: {error}", file.display())))?,
        };
        let here = std::env::current_exe().map_err(|error| {
            Fault::machine(format!(
                "this program does not know where it is, so clients over stdio cannot start it: {error}; call it by its whole path"
            ))
        })?;
        commands.pipe = std::iter::once(here.to_string_lossy().into_owned())
            .chain(pipe::WORDS.map(str::to_owned))
            .collect();
        match commands.unusable() {
            Some(sentence) => Err(Fault::file(sentence)),
            None => Ok(commands),
        }
    }
}

fn silent(mute: &Mute) -> Fault {
    Fault::new(
        Trouble::Connection,
        format!(
            "no client connects: nobody said anything in the first {} scenarios ({}); try the command by itself, see that it goes to {{url}} or ARCP_URL, and give a slow one more --patience",
            mute.scenarios, mute.seen
        ),
    )
}

/// Somebody wants an end.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => terminated.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => if interrupted.is_err() {
            // Without signals it ends as the machine ends it.
            std::future::pending::<()>().await;
        },
        _ = terminated => {}
    }
}
