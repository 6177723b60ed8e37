//! The `arcp` command: one file for each subcommand. Whatever goes wrong is one sentence with the cure, and an exit code.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

mod agents;
mod bench;
mod cancel;
mod conform;
mod demo;
mod dial;
mod fault;
mod follow;
mod input;
mod jobs;
mod line;
mod outcome;
mod paint;
mod replay;
mod send;
mod serve;
mod session_file;
mod show;
mod submit;
mod table;
mod tail;
mod value;
mod watching;

use fault::Fault;

/// Run AI agents that survive networks and crashes, over the Agent Runtime Control Protocol.
#[derive(Debug, Parser)]
#[command(name = "arcp", version, arg_required_else_help = true)]
struct Arcp {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve agents.
    Serve(Box<serve::Serve>),
    /// Submit a job and follow it to its end.
    Submit(Box<submit::Submit>),
    /// List the agents of a runtime.
    Agents(agents::Agents),
    /// List the jobs of this principal.
    Jobs(Box<jobs::Jobs>),
    /// Follow a job that was submitted elsewhere.
    Tail(tail::Tail),
    /// Cancel the jobs of a saved session.
    Cancel(cancel::Cancel),
    /// Print the log of a job from a runtime's store file.
    Replay(replay::Replay),
    /// Watch a job survive cut connections, a killed client and a killed runtime.
    Demo(demo::Demo),
    /// Send frames from standard input as they are, print what comes back.
    Send(send::Send),
    /// Measure the runtime over real sockets, and what the sockets alone can do.
    Bench(Box<bench::Bench>),
    /// Be a bare WebSocket server, for `arcp bench`.
    #[command(hide = true)]
    BenchLimit,
    /// Test a runtime or a client against the specification.
    Conform(conform::Conform),
    /// Print the completion script of a shell.
    #[command(
        after_help = "Examples:\n  source <(arcp completions bash)\n  arcp completions zsh > ~/.zfunc/_arcp\n  arcp completions fish > ~/.config/fish/completions/arcp.fish"
    )]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether what it prints is JSON lines. Those of `conform` and `bench` print one document, which a failure does not join.
    fn speaks_json(&self) -> bool {
        match self {
            Self::Submit(submit) => submit.json,
            Self::Agents(agents) => agents.json,
            Self::Jobs(jobs) => jobs.json,
            Self::Tail(tail) => tail.json,
            Self::Cancel(cancel) => cancel.json,
            Self::Replay(replay) => replay.json,
            _ => false,
        }
    }
}

fn main() -> ExitCode {
    let arcp = match Arcp::try_parse() {
        Ok(arcp) => arcp,
        Err(error) => match value::fault(&error) {
            Some(fault) => return fault.report(false),
            None => error.exit(),
        },
    };
    let json = arcp.command.speaks_json();
    match run(arcp.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => fault.report(json),
    }
}

fn run(command: Command) -> Result<(), Fault> {
    match command {
        Command::Serve(serve) => serve.run(),
        Command::Submit(submit) => submit.run(),
        Command::Agents(agents) => agents.run(),
        Command::Jobs(jobs) => jobs.run(),
        Command::Tail(tail) => tail.run(),
        Command::Cancel(cancel) => cancel.run(),
        Command::Replay(replay) => replay.run(),
        Command::Demo(demo) => demo.run(),
        Command::Send(send) => send.run(),
        Command::Bench(bench) => bench.run(),
        Command::BenchLimit => bench::limit::run(),
        Command::Conform(conform) => conform.run(),
        Command::Completions { shell } => {
            // It panics when its output fails: memory does not.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arcp::command(), "arcp", &mut script);
            outcome::print(&script)
        }
    }
}
