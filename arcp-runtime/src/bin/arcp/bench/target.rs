//! What is measured: a runtime in a process of its own, started here or already there.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use url::Url;

use crate::fault::Fault;

/// The token of the runtimes that the benchmark starts.
const TOKEN: &str = "bench-token";

/// A runtime to drive.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) token: String,
    jobs: Jobs,
    process: Process,
}

/// Where a runtime runs.
#[derive(Debug)]
pub(crate) enum Process {
    /// Started here; killed when dropped.
    Ours(Child),
    /// Somebody else's, with its process id if that is known.
    Other(Option<u32>),
}

/// Which agent does what, and with which input. `{n}` in an input becomes a number.
#[derive(Clone, Debug)]
pub(crate) struct Jobs {
    emit: (String, String),
    noop: (String, String),
    chunks: (String, String),
}

impl Default for Jobs {
    fn default() -> Self {
        let job = |agent: &str, input: &str| (agent.to_owned(), input.to_owned());
        Self {
            emit: job("bench-emit", r#"{"events":{n}}"#),
            noop: job("bench-noop", "{}"),
            chunks: job("bench-chunks", r#"{"chunks":{n}}"#),
        }
    }
}

impl Jobs {
    /// Reads `ROLE=AGENT` or `ROLE=AGENT:INPUT`.
    pub(crate) fn set(&mut self, text: &str) -> Result<(), Fault> {
        let fault = |reason: &str| {
            Fault::usage(format!(
                "--peer-agent {text}: {reason}; write emit=AGENT:INPUT, noop=AGENT:INPUT or chunks=AGENT:INPUT, with {{n}} where the count belongs"
            ))
        };
        let (role, job) = text
            .split_once('=')
            .ok_or_else(|| fault("the role is missing"))?;
        let slot = match role {
            "emit" => &mut self.emit,
            "noop" => &mut self.noop,
            "chunks" => &mut self.chunks,
            _ => return Err(fault("there is no such role")),
        };
        let (agent, input) = match job.split_once(':') {
            Some((agent, input)) => (agent, input),
            None => (job, slot.1.as_str()),
        };
        let filled = input.replace("{n}", "1");
        if serde_json::from_str::<Value>(&filled).is_err() {
            return Err(fault("the input is no JSON"));
        }
        *slot = (agent.to_owned(), input.to_owned());
        Ok(())
    }
}

fn job((agent, input): &(String, String), n: u64) -> Value {
    let input = input.replace("{n}", &n.to_string());
    // Inputs were read once before; what is not JSON never comes here.
    let input: Value = serde_json::from_str(&input).unwrap_or_default();
    json!({ "agent": agent, "input": input })
}

impl Target {
    /// A runtime that runs already.
    pub(crate) fn other(url: Url, token: String, jobs: Jobs, pid: Option<u32>) -> Self {
        Self {
            url,
            token,
            jobs,
            process: Process::Other(pid),
        }
    }

    /// Starts this executable as a runtime with a store, and more flags.
    pub(crate) fn start(store: &str, flags: &[&str]) -> Result<Self, Fault> {
        let limits = [
            "--sessions-per-principal",
            "1000000",
            "--jobs-per-session",
            "1000000",
            "--jobs-per-principal",
            "1000000",
            "--connections",
            "1000000",
        ];
        let token = format!("{TOKEN}=bench");
        let mut arguments = vec![
            "serve",
            "--port",
            "0",
            "--bench-agents",
            "--token",
            &token,
            "--store",
            store,
        ];
        arguments.extend(limits);
        arguments.extend(flags);
        let (child, url) = start(&arguments)?;
        Ok(Self {
            url,
            token: TOKEN.to_owned(),
            jobs: Jobs::default(),
            process: Process::Ours(child),
        })
    }

    /// Starts this executable as a bare WebSocket server: what the socket alone can do.
    pub(crate) fn bare() -> Result<Self, Fault> {
        let (child, url) = start(&["bench-limit"])?;
        Ok(Self {
            url,
            token: String::new(),
            jobs: Jobs::default(),
            process: Process::Ours(child),
        })
    }

    /// A job that emits `n` small events.
    pub(crate) fn emit(&self, n: u64) -> Value {
        job(&self.jobs.emit, n)
    }

    /// A job that does nothing.
    pub(crate) fn noop(&self) -> Value {
        job(&self.jobs.noop, 1)
    }

    /// A job that streams `n` chunks of 64 KiB.
    pub(crate) fn chunks(&self, n: u64) -> Value {
        job(&self.jobs.chunks, n)
    }

    /// The process id, if it is known.
    pub(crate) fn pid(&self) -> Option<u32> {
        match &self.process {
            Process::Ours(child) => Some(child.id()),
            Process::Other(pid) => *pid,
        }
    }

    /// Resident bytes of the process, or their peak.
    pub(crate) fn memory(&self, peak: bool) -> Result<u64, Fault> {
        let pid = self.pid().ok_or_else(|| {
            Fault::usage("the memory of another runtime is read by its process id; pass --peer-pid")
        })?;
        let file = format!("/proc/{pid}/status");
        let status = std::fs::read_to_string(&file)
            .map_err(|error| Fault::machine(format!("{file} cannot be read: {error}")))?;
        let name = if peak { "VmHWM:" } else { "VmRSS:" };
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok())
            .map(|kib| kib * 1024)
            .ok_or_else(|| Fault::machine(format!("{file} does not tell the memory")))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Process::Ours(child) = &mut self.process {
            // It may have ended by itself; then there is nothing to kill and nothing to wait for.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Starts this executable and reads from its first line where it listens.
fn start(arguments: &[&str]) -> Result<(Child, Url), Fault> {
    let fault = |reason: String| {
        Fault::machine(format!(
            "the process to be measured cannot be started: {reason}"
        ))
    };
    let own = std::env::current_exe().map_err(|error| fault(error.to_string()))?;
    let mut child = Command::new(own)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| fault(error.to_string()))?;
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out)
            .read_line(&mut line)
            .map_err(|error| fault(error.to_string()))?;
    }
    let url = line
        .split([' ', ',', '\n'])
        .find(|word| word.starts_with("ws://"))
        .and_then(|word| Url::parse(word).ok());
    if let Some(url) = url {
        return Ok((child, url));
    }
    // It said on standard error why it ended; it may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
    Err(fault("it ended at once".to_owned()))
}

/// Whether this process may open so many files; its children inherit that.
pub(crate) fn enough_handles(wanted: u64) -> Result<(), Fault> {
    let Ok(limits) = std::fs::read_to_string("/proc/self/limits") else {
        return Ok(());
    };
    let allowed = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    match allowed {
        Some(allowed) if allowed < wanted => Err(Fault::machine(format!(
            "{wanted} file handles are needed and {allowed} allowed: run `ulimit -n {wanted}` first, or pass fewer --sessions"
        ))),
        _ => Ok(()),
    }
}

/// A folder for SQLite files, deleted when dropped.
#[derive(Debug)]
pub(crate) struct Folder(std::path::PathBuf);

impl Folder {
    /// Makes one below `parent`.
    pub(crate) fn new(parent: &Path) -> Result<Self, Fault> {
        let folder = parent.join(format!("arcp-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| {
            Fault::file(format!(
                "{} cannot be made: {error}; choose another --dir",
                folder.display()
            ))
        })?;
        Ok(Self(folder))
    }

    /// The store of a file in it.
    pub(crate) fn store(&self, name: &str) -> String {
        format!("sqlite:{}", self.0.join(name).display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be deleted stays in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_and_mistakes_named() {
        let mut jobs = Jobs::default();
        jobs.set(r#"emit=probe:{"do":[{n}]}"#).unwrap();
        jobs.set("noop=echo").unwrap();
        let target = Target::other(Url::parse("ws://h/").unwrap(), String::new(), jobs, None);
        assert_eq!(
            target.emit(3),
            json!({"agent": "probe", "input": {"do": [3]}})
        );
        assert_eq!(target.noop()["agent"], "echo");
        for (text, reason) in [
            ("probe", "role is missing"),
            ("fly=a", "no such role"),
            ("emit=a:{", "no JSON"),
        ] {
            let fault = Jobs::default().set(text).unwrap_err();
            assert!(format!("{fault:?}").contains(reason), "{text}");
        }
    }
}
