//! `arcp demo`: watch a job survive. Everything is real: a runtime process, client processes, TCP connections that are cut, SIGKILL.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::dial;
use crate::fault::{Fault, Trouble};

mod actors;
mod ledger;
mod proxy;
mod stage;

use actors::{Client, Folder, Runtime};
use ledger::{End, Ledger};
use proxy::Proxy;
use stage::{Scene, Stage};

/// How far the agent counts: two events for each number.
const NUMBERS: u64 = 300;
/// Milliseconds between numbers, so that there is something to watch.
const PACE: u64 = 8;
/// It ends by itself, whatever happens.
const PATIENCE: Duration = Duration::from_secs(55);

/// Watch a job survive cut connections, a killed client and a killed runtime.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  arcp demo\n  arcp demo > demo.txt\n\nIt starts a runtime, an agent's job and clients as processes of their own, cuts and kills them, and counts every event.\nIt ends by itself within a minute, with exit code 1 when anything is missing.\nThere is no --json: it is a show for people, and for a program its exit code says all that was found."
)]
pub(crate) struct Demo {}

impl Demo {
    #[expect(clippy::unused_self, reason = "as every command")]
    pub(crate) fn run(&self) -> Result<(), Fault> {
        dial::run(async {
            tokio::select! {
                played = tokio::time::timeout(PATIENCE, play()) => played.unwrap_or_else(|_| {
                    Err(Fault::new(Trouble::Failed, format!("the demonstration was not over after {PATIENCE:?}; is this machine very busy?")))
                }),
                _ = tokio::signal::ctrl_c() => Err(Fault::new(Trouble::Cancelled, "the demonstration was stopped")),
            }
        })
    }
}

async fn play() -> Result<(), Fault> {
    let folder = Folder::new()?;
    let stage = Stage::new();
    stage.open();
    let scenes = [
        cuts(&stage, &folder, Kept::Sqlite).await?,
        cuts(&stage, &folder, Kept::Memory).await?,
        crash(&stage, &folder).await?,
    ];
    stage.summary(&scenes)
}

/// Where the runtime keeps what it knows.
#[derive(Clone, Copy)]
enum Kept {
    Sqlite,
    Memory,
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Memory => "memory",
        }
    }

    fn place(self, folder: &Folder, name: &str) -> String {
        match self {
            Self::Sqlite => format!("sqlite:{}", folder.file(name).display()),
            Self::Memory => "memory".to_owned(),
        }
    }
}

fn input(pace: u64) -> String {
    format!(r#"{{"n":{NUMBERS},"delay_ms":{pace}}}"#)
}

/// The connection is cut three times, and the client is killed once.
async fn cuts(stage: &Stage, folder: &Folder, kept: Kept) -> Result<Scene, Fault> {
    let name = kept.name();
    stage.scene(&format!(
        "{name}: the connection is cut three times, the client is killed"
    ));
    let runtime = Runtime::start(&kept.place(folder, "cuts.db")).await?;
    stage.says("runtime", &runtime.about());
    let proxy = Proxy::start(runtime.address).await?;
    let session = folder.file(&format!("{name}.session"));
    let mut client = Client::submit(&proxy.url(), &input(PACE), &session)?;
    stage.says("client", &client.about("submits a job of 600 events"));

    let mut ledger = Ledger::new(Some(2 * NUMBERS));
    let watch = stage.watch(2 * NUMBERS);
    for (at, kill) in [(90, false), (210, false), (330, true), (460, false)] {
        client.until(&mut ledger, &watch, at).await?;
        if kill {
            client.kill(&mut ledger).await?;
            watch.note("killed", at, "the client is gone (SIGKILL)");
            client = Client::resume(&proxy.url(), &session)?;
            watch.note("back", at, &client.about("goes on from its saved session"));
        } else {
            proxy.cut();
            watch.note("cut", at, "the connection is cut");
        }
    }
    let code = client.finish(&mut ledger, &watch).await?;
    watch.done();
    runtime.stop().await?;
    let done = ledger.end() == End::Success && code == Some(0);
    Ok(stage.ending(Scene::new(name, "3 cuts, client killed", &ledger, 1, done)))
}

/// The runtime is killed in the middle of the job and starts again on its file.
async fn crash(stage: &Stage, folder: &Folder) -> Result<Scene, Fault> {
    stage.scene("SQLite: the runtime is killed in the middle of the job and started again");
    let place = Kept::Sqlite.place(folder, "crash.db");
    let runtime = Runtime::start(&place).await?;
    stage.says("runtime", &runtime.about());
    let proxy = Proxy::start(runtime.address).await?;
    let mut client = Client::submit(&proxy.url(), &input(PACE), &folder.file("crash.session"))?;
    stage.says("client", &client.about("submits a job of 600 events"));

    let mut ledger = Ledger::new(None);
    let watch = stage.watch(2 * NUMBERS);
    client.until(&mut ledger, &watch, 250).await?;
    runtime.kill().await?;
    watch.note("killed", 250, "the runtime is gone (SIGKILL)");
    let runtime = Runtime::start(&place).await?;
    proxy.lead_to(runtime.address);
    watch.note("back", 250, &format!("a new runtime, {}", runtime.about()));
    let code = client.finish(&mut ledger, &watch).await?;
    watch.done();
    // The agent died with its process: the job ends with an error that says to try again, after every event that was sent.
    let ended = ledger.end() == End::Retryable && code == Some(1) && ledger.highest() >= 250;
    stage.says(
        "client",
        "its job ended with a retryable error; it submits it again",
    );

    let mut again = Ledger::new(Some(2 * NUMBERS));
    let mut client = Client::submit(&proxy.url(), &input(0), &folder.file("again.session"))?;
    let watch = stage.watch(2 * NUMBERS);
    let code = client.finish(&mut again, &watch).await?;
    watch.done();
    runtime.stop().await?;
    let repeated = again.end() == End::Success && code == Some(0) && again.is_whole();
    Ok(stage.ending(Scene::new(
        "SQLite",
        "runtime killed",
        &ledger,
        0,
        ended && repeated,
    )))
}

/// A line of a client.
fn parse(line: &str) -> Result<Value, Fault> {
    serde_json::from_str(line).map_err(|error| {
        Fault::new(
            Trouble::Failed,
            format!("a client printed what is no JSON ({error}): {line}"),
        )
    })
}
