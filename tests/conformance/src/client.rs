//! Clients under test: commands that submit, list, follow, resume and cancel, started for each scenario against a runtime that
//! the kit plays on its own sockets and that misbehaves as the scenario says.
//!
//! A command's words may hold `{url}`, `{token}`, `{agent}`, `{input}` and others; `ARCP_URL` and `ARCP_TOKEN` are in its environment.
//! One that holds `{program}` speaks over stdio: it starts that program as its runtime, which carries the lines to the kit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use futures_util::StreamExt as _;
use serde::Deserialize;

use crate::driver::{Stage, play_client};
use crate::invariant::{self, Judged};
use crate::library::{Library, Part};
use crate::link::NoLink;
use crate::outcome::{Failure, Outcome, Verdict};
use crate::run::Played;
use crate::scenario::Scenario;
use crate::target::{Carrier, Connecting, Offer, Principals, Runtime};
use crate::transcript::{Line, Side, What};

mod group;
pub mod pipe;
mod stand;

pub use stand::{Ended, Stand};

/// The token that clients are given. Long, so that it is found wherever it does not belong.
pub const TOKEN: &str = "a-bearer-token-that-nobody-else-has";

/// In a command, what starts the runtime of a client over stdio: several words where it is a word, quoted for a shell within one.
const PROGRAM: &str = "{program}";

/// So many clients run at a time.
const AT_A_TIME: usize = 8;

/// What a client's commands do, by their names.
const KNOWN: [(&str, &str); 8] = [
    ("submit", "submits {input} to {agent} and prints the result"),
    ("submit-key", "the same with the idempotency key {key}"),
    ("submit-lease", "the same with the lease {lease}"),
    ("list", "prints the ids of all jobs"),
    (
        "follow",
        "prints what the job {job} of another session says, from its beginning, and its result",
    ),
    (
        "keep",
        "submits, and keeps in {file} what another process needs to go on",
    ),
    (
        "resume",
        "goes on with the job of {file}, and prints its result",
    ),
    ("cancel", "cancels the job of {file}"),
];

/// How a client is started, written by whoever tests it: `--target FILE`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// For the name of what a client does, a command in words.
    pub commands: BTreeMap<String, Vec<String>>,
    /// What the client does not do and need not do, each with the reason. A name of a command or a scenario.
    #[serde(default)]
    pub without: BTreeMap<String, String>,
    /// The words that run [`pipe::carry`], but for its place: what `{program}` stands for. Not of the file; whoever reads it says them.
    #[serde(skip)]
    pub pipe: Vec<String>,
    /// How long its first connection may take, where that is longer than anything else: on a busy machine a command may need a while to start.
    #[serde(skip)]
    pub start: std::time::Duration,
}

impl Commands {
    /// A client of which only the command that submits is known.
    pub fn submit_only(command: &[String]) -> Self {
        let unknown = KNOWN.iter().filter(|(name, _)| *name != "submit");
        let reason = "only a command that submits was given; a file with `commands` for --target names the others";
        Self {
            commands: BTreeMap::from([("submit".to_owned(), command.to_vec())]),
            without: unknown
                .map(|(name, _)| ((*name).to_owned(), reason.to_owned()))
                .collect(),
            pipe: Vec::new(),
            start: std::time::Duration::ZERO,
        }
    }

    /// Reads a target file.
    ///
    /// # Errors
    /// What in the file cannot be understood, with what can stand there.
    pub fn read(text: &str, library: &Library) -> Result<Self, String> {
        let commands: Self = crate::library::yaml(text)?;
        for (name, words) in &commands.commands {
            if !KNOWN.iter().any(|(known, _)| known == name) {
                return Err(format!(
                    "commands.{name}: there is no such command; {}",
                    known()
                ));
            }
            if words.is_empty() {
                return Err(format!("commands.{name}: write a list of words"));
            }
        }
        let ids = ids(library, None);
        for name in commands.without.keys() {
            if !ids.contains(name) && !KNOWN.iter().any(|(known, _)| known == name) {
                return Err(format!(
                    "without.{name}: it is neither a command nor a scenario; `arcp conform client --list` prints the scenarios, {}",
                    known()
                ));
            }
        }
        Ok(commands)
    }

    /// What carries the frames of a command.
    fn carrier(&self, name: &str) -> Carrier {
        let words = self.commands.get(name).into_iter().flatten();
        if words.into_iter().any(|word| word.contains(PROGRAM)) {
            Carrier::Stdio
        } else {
            Carrier::WebSocket
        }
    }

    /// The first program that is not there or cannot be executed, with the cure, so that one sentence says it and not every scenario.
    pub fn unusable(&self) -> Option<String> {
        let programs = self.commands.values().filter_map(|words| words.first());
        let mut programs = programs.map(String::as_str);
        programs.find_map(|program| {
            let here = program
                .contains(std::path::MAIN_SEPARATOR)
                .then(|| PathBuf::from(program));
            let path = std::env::var_os("PATH").unwrap_or_default();
            let mut places = here
                .into_iter()
                .chain(std::env::split_paths(&path).map(|folder| folder.join(program)))
                .filter(|place| place.exists())
                .peekable();
            if places.peek().is_none() {
                return Some(format!(
                    "{program} is not there: name a program that is on the PATH, or its path"
                ));
            }
            if places.any(|place| is_program(&place)) {
                return None;
            }
            Some(format!(
                "{program} cannot be executed: name a program, or make it one with chmod +x"
            ))
        })
    }
}

fn is_program(place: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let about = place.metadata();
    about.is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

fn known() -> String {
    let all: Vec<String> = KNOWN
        .iter()
        .map(|(name, does)| format!("`{name}` {does}"))
        .collect();
    format!("the commands are: {}", all.join("; "))
}

/// Where the kit plays the runtime there is none to connect to.
struct Nobody;

impl Runtime for Nobody {
    fn connect<'a>(&'a self, _profile: &'a str, _path: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async {
            Err(NoLink::Broken(
                "this scenario plays the runtime; it waits with `accept`".to_owned(),
            ))
        })
    }

    fn profiles(&self) -> Vec<String> {
        vec!["default".to_owned()]
    }

    fn carrier(&self) -> Carrier {
        Carrier::WebSocket
    }
}

/// The ids of the scenarios and twins whose id contains `only`.
pub fn ids(library: &Library, only: Option<&str>) -> Vec<String> {
    let parts = library.client_parts(only);
    parts.into_iter().map(|part| part.id).collect()
}

/// No client said anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mute {
    /// In so many scenarios.
    pub scenarios: usize,
    /// What was seen in the first of them.
    pub seen: String,
}

/// Plays every scenario for clients against a client's commands, several at a time. When it is dropped, the clients that run are ended.
///
/// # Errors
/// When the client says nothing in any of the first scenarios: then the others are not played, and would tell nothing.
pub async fn run(
    library: &Library,
    commands: &Commands,
    only: Option<&str>,
    patience: std::time::Duration,
) -> Result<Vec<Played>, Mute> {
    let offer = Offer::everything();
    let principals = Principals {
        alice: TOKEN.to_owned(),
        bob: None,
    };
    let plays = library.client_parts(only).into_iter().map(|part| {
        let Part {
            id,
            section,
            scenario,
            twin,
        } = part;
        let stage = Stage {
            library,
            runtime: &Nobody,
            offer: &offer,
            principals: &principals,
            patience,
        };
        async move {
            let start = Instant::now();
            let (lines, verdict) = match applies(commands, &id, scenario, twin) {
                Some(verdict) => (Vec::new(), verdict),
                None => judge(stage, scenario, twin, commands).await,
            };
            let rules = scenario.all_rules();
            let outcome = Outcome {
                scenario: id,
                section: section.to_owned(),
                rules: rules.into_iter().map(str::to_owned).collect(),
                undecided: Vec::new(),
                verdict,
                took_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
                transcript: None,
            };
            Played::of_client(outcome, lines, scenario)
        }
    });
    let mut plays = std::pin::pin!(futures_util::stream::iter(plays).buffered(AT_A_TIME));
    let (mut all, mut mute): (Vec<Played>, Option<Vec<String>>) = (Vec::new(), Some(Vec::new()));
    while let Some(played) = plays.next().await {
        if has_spoken(&played.lines) || played.outcome.passed() {
            mute = None;
        }
        if let (Some(mute), Some(failure)) = (&mut mute, played.outcome.failure()) {
            mute.push(failure.seen.clone());
            if mute.len() == AT_A_TIME {
                return Err(Mute {
                    scenarios: mute.len(),
                    seen: mute.swap_remove(0),
                });
            }
        }
        all.push(played);
    }
    Ok(all)
}

/// Whether the client sent anything.
fn has_spoken(lines: &[Line]) -> bool {
    lines.iter().any(|line| {
        line.from == Side::Client && !matches!(line.what, What::Opened(_) | What::Closed(_))
    })
}

async fn judge(
    stage: Stage<'_>,
    scenario: &Scenario,
    twin: bool,
    commands: &Commands,
) -> (Vec<Line>, Verdict) {
    let (lines, result) = play_client(stage, scenario, twin, commands).await;
    let shapes = &stage.library.shapes;
    let mut broken = invariant::check(&lines, shapes, Judged::Client, &scenario.exempt);
    let verdict = match result {
        Err(failure) => Verdict::Fail(failure),
        Ok(()) if broken.is_empty() => Verdict::Pass,
        Ok(()) => Verdict::Fail(broken.swap_remove(0)),
    };
    (lines, verdict)
}

/// A verdict without playing, where there is one.
fn applies(commands: &Commands, id: &str, scenario: &Scenario, twin: bool) -> Option<Verdict> {
    let not = |reason: &String| {
        Some(Verdict::NotApplicable {
            reason: reason.clone(),
        })
    };
    if let Some(reason) = commands.without.get(id) {
        return not(reason);
    }
    for name in scenario.commands(twin) {
        if commands.commands.contains_key(name) {
            continue;
        }
        return match commands.without.get(name) {
            Some(reason) => not(reason),
            None => Some(Verdict::Fail(Failure {
                step: "before the first step".to_owned(),
                expected: format!("a command `{name}`"),
                seen: format!(
                    "there is none; name it in the target file's `commands`, or say in its `without` why there is none ({})",
                    known()
                ),
                rules: scenario.rules.clone(),
            })),
        };
    }
    let names = scenario.commands(twin);
    let carriers = names.into_iter().map(|name| commands.carrier(name));
    let mut unlike = carriers.filter_map(|carrier| carrier.unlike(&scenario.needs));
    unlike.next().as_ref().and_then(not)
}
