//! The processes of the demonstration: this same command as a runtime and as clients.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::ledger::Ledger;
use super::parse;
use super::stage::Watch;
use crate::fault::{Fault, Trouble};

/// A folder of our own, removed at the end.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Result<Self, Fault> {
        let path = std::env::temp_dir().join(format!("arcp-demo-{}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| {
            Fault::file(format!(
                "{} cannot be made: {error}; set TMPDIR to a folder that can be written",
                path.display()
            ))
        })?;
        Ok(Self(path))
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind in the folder for temporary files is removed with them.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn this(arguments: &[&str]) -> Result<Command, Fault> {
    let path = std::env::current_exe()
        .map_err(|error| Fault::machine(format!("this program cannot find itself: {error}")))?;
    let mut command = Command::new(path);
    command
        .args(arguments)
        .env("ARCP_TOKENS", "demo-token=visitor")
        .env("ARCP_TOKEN", "demo-token")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    Ok(command)
}

fn spawn(mut command: Command) -> Result<(Child, Lines<BufReader<ChildStdout>>), Fault> {
    let fault = || Fault::machine("a process cannot be started; raise the process limit");
    let mut child = command.spawn().map_err(|_| fault())?;
    let out = child.stdout.take().ok_or_else(fault)?;
    Ok((child, BufReader::new(out).lines()))
}

fn unreadable(error: &std::io::Error) -> Fault {
    Fault::machine(format!("what a process says cannot be read: {error}"))
}

/// A runtime in a process of its own.
pub(super) struct Runtime {
    child: Child,
    pub(super) address: SocketAddr,
    /// Kept open: a runtime whose output has gone would still run, but honest is honest.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Runtime {
    pub(super) async fn start(store: &str) -> Result<Self, Fault> {
        let (child, mut lines) = spawn(this(&["serve", "--port", "0", "--store", store])?)?;
        let ready = lines
            .next_line()
            .await
            .map_err(|error| unreadable(&error))?;
        let address = ready
            .as_deref()
            .and_then(|line| line.split("ws://").nth(1))
            .and_then(|rest| rest.split('/').next())
            .and_then(|address| address.parse().ok())
            .ok_or_else(|| Fault::new(Trouble::Failed, "the runtime did not start"))?;
        Ok(Self {
            child,
            address,
            _lines: lines,
        })
    }

    pub(super) fn about(&self) -> String {
        format!("process {}, port {}", pid(&self.child), self.address.port())
    }

    /// SIGKILL.
    pub(super) async fn kill(mut self) -> Result<(), Fault> {
        kill(&mut self.child).await
    }

    /// The demonstration is over for it.
    pub(super) async fn stop(self) -> Result<(), Fault> {
        self.kill().await
    }
}

/// A client in a process of its own.
pub(super) struct Client {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Client {
    /// Submits the job and keeps its session in `file`.
    pub(super) fn submit(url: &str, input: &str, file: &Path) -> Result<Self, Fault> {
        let mut command = this(&["submit", "--json", "--agent", "count"])?;
        command.args(["--url", url, "--input", input, "--save-session"]);
        command.arg(file);
        Self::start(command)
    }

    /// Goes on with the session in `file`.
    pub(super) fn resume(url: &str, file: &Path) -> Result<Self, Fault> {
        let mut command = this(&["submit", "--json", "--url", url, "--resume"])?;
        command.arg(file);
        Self::start(command)
    }

    fn start(mut command: Command) -> Result<Self, Fault> {
        // How a job ended is in its JSON lines; the sentence for people would stand between ours.
        command.stderr(Stdio::null());
        let (child, lines) = spawn(command)?;
        Ok(Self { child, lines })
    }

    pub(super) fn about(&self, what: &str) -> String {
        format!("process {} {what}", pid(&self.child))
    }

    /// Reads until event number `at` has arrived.
    pub(super) async fn until(
        &mut self,
        ledger: &mut Ledger,
        watch: &Watch<'_>,
        at: u64,
    ) -> Result<(), Fault> {
        while ledger.highest() < at {
            if !self.line(ledger, Some(watch)).await? {
                return Err(Fault::new(
                    Trouble::Failed,
                    format!(
                        "the client ended after event {}: {}",
                        ledger.highest(),
                        ledger.last_words()
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Reads to the end and gives the exit code.
    pub(super) async fn finish(
        &mut self,
        ledger: &mut Ledger,
        watch: &Watch<'_>,
    ) -> Result<Option<i32>, Fault> {
        while self.line(ledger, Some(watch)).await? {}
        let status = self.child.wait().await;
        Ok(status.map_err(|error| unreadable(&error))?.code())
    }

    /// SIGKILL. What it had printed before it died has arrived all the same.
    pub(super) async fn kill(mut self, ledger: &mut Ledger) -> Result<(), Fault> {
        kill(&mut self.child).await?;
        while self.line(ledger, None).await? {}
        Ok(())
    }

    async fn line(
        &mut self,
        ledger: &mut Ledger,
        watch: Option<&Watch<'_>>,
    ) -> Result<bool, Fault> {
        let line = self.lines.next_line().await;
        let Some(line) = line.map_err(|error| unreadable(&error))? else {
            return Ok(false);
        };
        let news = ledger.take(&parse(&line)?);
        if let Some(watch) = watch {
            watch.at(ledger.highest());
            if let Some(news) = news {
                watch.note("back", ledger.highest(), &news);
            }
        }
        Ok(true)
    }
}

fn pid(child: &Child) -> u32 {
    child.id().unwrap_or_default()
}

async fn kill(child: &mut Child) -> Result<(), Fault> {
    child
        .kill()
        .await
        .map_err(|error| Fault::machine(format!("a process cannot be killed: {error}")))
}
