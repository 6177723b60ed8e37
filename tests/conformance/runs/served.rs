//! Our runtime as processes, one for each profile of limits, and who may log in.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use arcp_conformance::target::{Children, Principals, WebSockets};
use arcp_runtime::server::Listening;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::memory;

/// The profiles that scenarios name, and the flags of `arcp serve` that make them.
pub(crate) const PROFILES: &[(&str, &[&str])] = &[
    ("default", &[]),
    (
        "brisk",
        &[
            "--heartbeat-interval=2",
            "--resume-window=4",
            "--cancel-grace=300",
            "--lease-grace=0",
            "--idempotency-window=2",
        ],
    ),
    (
        "small",
        &[
            "--event-buffer=50",
            "--ack-lag=100",
            "--chunk-bytes=65536",
            "--result-bytes=262144",
            "--sessions-per-principal=3",
            "--jobs-per-principal=4",
            "--frame-bytes=1048576",
        ],
    ),
];

/// Pairs of principals: more than there are scenarios, so that no scenario sees another's jobs.
const PAIRS: usize = 400;

pub(crate) fn principals() -> Vec<Principals> {
    (0..PAIRS)
        .map(|number| Principals {
            alice: format!("token-of-alice-{number}"),
            bob: Some(format!("token-of-bob-{number}")),
        })
        .collect()
}

/// The same for a runtime: a token and a principal on each line.
pub(crate) fn tokens() -> String {
    (0..PAIRS)
        .map(|number| {
            format!("token-of-alice-{number}=alice-{number}\ntoken-of-bob-{number}=bob-{number}\n")
        })
        .collect::<Vec<_>>()
        .concat()
}

/// Runtimes that listen; they end when this is dropped.
pub(crate) struct Served {
    pub(crate) target: WebSockets,
    _children: Vec<Child>,
    _here: Option<Listening>,
}

impl Served {
    /// Starts one for each profile, on a store in memory or on SQLite files, in a folder that is kept as long as they run.
    /// On SQLite there is one with a provisioner too, which listens in this process.
    pub(crate) async fn start(folder: &Path, sqlite: bool) -> Self {
        let (mut urls, mut children) = (BTreeMap::new(), Vec::new());
        for (profile, flags) in PROFILES {
            let (child, url) = listening(&arguments(folder, profile, flags, sqlite)).await;
            urls.insert((*profile).to_owned(), url);
            children.push(child);
        }
        let mut here = None;
        if sqlite {
            let runtime = memory::provisioned(folder).await;
            let listening = runtime.listen("127.0.0.1:0").await.unwrap();
            urls.insert("provisioned".to_owned(), listening.url());
            here = Some(listening);
        }
        Self {
            target: WebSockets::new(urls),
            _children: children,
            _here: here,
        }
    }
}

/// Starts our command as a runtime on a free port, and gives its address.
pub(crate) async fn listening(arguments: &[String]) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_arcp"));
    command.args(arguments).arg("--port=0");
    command.env("RUST_BACKTRACE", "0");
    started(command).await
}

/// Starts a runtime that says on its first line where it listens. It ends when what is given back is dropped.
pub(crate) async fn started(mut command: Command) -> (Child, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = tokio::time::timeout(Duration::from_mins(1), lines.next_line())
        .await
        .expect("a runtime says within a minute where it listens");
    let ready = ready.unwrap().expect("a runtime says where it listens");
    let url = ready
        .split_whitespace()
        .find(|word| word.starts_with("ws://"))
        .unwrap_or_else(|| panic!("no address in {ready}"));
    (child, url.trim_end_matches(',').to_owned())
}

/// Runtimes that are started for each connection and speak lines, on a store in memory or each on a SQLite file of its own.
pub(crate) fn spoken_with(folder: &Path, sqlite: bool) -> Children {
    let commands = PROFILES
        .iter()
        .map(|(profile, flags)| {
            let mut command = Vec::new();
            if sqlite {
                // A store is open once, so each process needs another.
                let fresh = folder.display();
                let line = format!("exec \"$0\" \"$@\" --store=\"sqlite:{fresh}/$$.db\"");
                command.extend(["sh".to_owned(), "-c".to_owned(), line]);
            }
            command.push(env!("CARGO_BIN_EXE_arcp").to_owned());
            let mut arguments = arguments(folder, profile, flags, false);
            arguments.retain(|argument| !sqlite || !argument.starts_with("--store="));
            command.extend(arguments);
            command.push("--stdio".to_owned());
            ((*profile).to_owned(), command)
        })
        .collect();
    Children { commands }
}

fn arguments(folder: &Path, profile: &str, flags: &[&str], sqlite: bool) -> Vec<String> {
    let file = folder.join("tokens");
    std::fs::write(&file, tokens()).unwrap();
    let store = if sqlite {
        format!("sqlite:{}", folder.join(format!("{profile}.db")).display())
    } else {
        "memory".to_owned()
    };
    let mut arguments = vec![
        "serve".to_owned(),
        "--probe".to_owned(),
        format!("--store={store}"),
        "--durability=process".to_owned(),
        format!("--token-file={}", file.display()),
    ];
    arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
    arguments
}
