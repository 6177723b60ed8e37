//! Our command and the Python SDK's as clients, and commands that are no good clients, against the runtime that the kit plays.

use std::path::Path;
use std::time::Duration;

use arcp_conformance::client::{self, Commands};
use arcp_conformance::expected::Expected;
use arcp_conformance::library::Library;
use arcp_conformance::outcome::{Outcome, Verdict};
use arcp_conformance::report::Report;
use arcp_tests::tools::python::sdk;
use futures_util::StreamExt as _;

use crate::results::{self, Run};

const ARCP: &str = include_str!("../targets/arcp-client.yaml");
const ARCP_STDIO: &str = include_str!("../targets/arcp-client-stdio.yaml");
const PYTHON: &str = include_str!("../targets/python-client.yaml");
const PYTHON_EXPECTED: &str = include_str!("../targets/python-client.expected.yaml");

/// A target file, with `program` in place of the word `arcp`.
fn commands(library: &Library, file: &str, program: &str) -> Commands {
    let mut commands = Commands::read(file, library).unwrap();
    for words in commands.commands.values_mut() {
        program.clone_into(&mut words[0]);
    }
    commands.start = Duration::from_mins(1);
    commands.pipe = [env!("CARGO_BIN_EXE_arcp"), "conform", "pipe"]
        .map(str::to_owned)
        .to_vec();
    commands
}

async fn play(
    library: &Library,
    commands: &Commands,
    only: Option<&str>,
    patience: u64,
) -> Vec<Outcome> {
    let patience = Duration::from_secs(patience);
    let played = client::run(library, commands, only, patience)
        .await
        .unwrap();
    played.into_iter().map(|one| one.outcome).collect()
}

/// Our command, with everything that it does, over WebSocket or with a runtime that it starts.
pub(crate) async fn ours(library: &Library, stdio: bool) -> Vec<Outcome> {
    let file = if stdio { ARCP_STDIO } else { ARCP };
    let arcp = commands(library, file, env!("CARGO_BIN_EXE_arcp"));
    play(library, &arcp, None, 30).await
}

/// The Python SDK's command.
pub(crate) async fn python(library: &Library) -> Vec<Outcome> {
    // The first time the SDK is installed, which takes a while.
    let program = tokio::task::spawn_blocking(|| sdk().arcp().get_program().to_owned());
    let program = program.await.unwrap();
    let python = commands(library, PYTHON, program.to_str().unwrap());
    play(library, &python, None, 6).await
}

#[tokio::test(flavor = "multi_thread")]
async fn our_command_passes() {
    let outcomes = results::of(Run::OurClient).await;
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| !outcome.passed())
        .map(|outcome| (&outcome.scenario, &outcome.verdict))
        .collect();
    assert!(failed.is_empty() && outcomes.len() > 40, "{failed:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_command_passes_with_a_runtime_that_it_starts() {
    let outcomes = results::of(Run::OurClientStdio).await;
    let failed: Vec<_> = outcomes.iter().filter_map(Outcome::failure).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    // Only what looks at the request of a WebSocket is left out, and why is said.
    let left_out: Vec<(&str, &Verdict)> = outcomes
        .iter()
        .filter(|outcome| !outcome.passed())
        .map(|outcome| (outcome.scenario.as_str(), &outcome.verdict))
        .collect();
    let reason = "it is about websocket, this runs over stdio".to_owned();
    let expected = (
        "client clients/a client asks for the path, and keeps its token out of the request",
        &Verdict::NotApplicable { reason },
    );
    assert_eq!(left_out, [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_command_fails_what_is_listed_and_nothing_else() {
    let outcomes = results::of(Run::PythonClient).await;
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let file = here.join("tests/conformance/targets/python-client.expected.yaml");
        std::fs::write(file, Expected::draft(outcomes)).unwrap();
        return;
    }
    let library = Library::load().unwrap();
    let expected = Expected::read(PYTHON_EXPECTED).unwrap();
    let report = Report::new(&library, outcomes, &expected);
    assert!(report.surprises().is_empty(), "{}", report.terminal());
}

/// A client with something wrong, and the scenario that has to catch it.
struct Bad {
    what: &'static str,
    scenario: &'static str,
    /// The command that is wrong, and what it is instead. `ARCP` stands for our own command.
    command: (&'static str, &'static [&'static str]),
    /// What its other commands are.
    rest: &'static str,
}

const fn bad(
    what: &'static str,
    scenario: &'static str,
    command: &'static str,
    words: &'static [&'static str],
) -> Bad {
    Bad {
        what,
        scenario,
        command: (command, words),
        rest: ARCP,
    }
}

/// Our command, with a shell between itself and its runtime.
macro_rules! through {
    ($script:literal) => {
        &[
            "ARCP", "submit", "--agent", "{agent}", "--input", "{input}", "--stdio", "--", "sh",
            "-c", $script,
        ]
    };
}

/// A command that submits over stdio.
const fn spoken(what: &'static str, scenario: &'static str, words: &'static [&'static str]) -> Bad {
    Bad {
        what,
        scenario,
        command: ("submit", words),
        rest: ARCP_STDIO,
    }
}

impl Bad {
    /// Our command, but for what is wrong.
    fn commands(&self, library: &Library) -> Commands {
        let mut commands = commands(library, self.rest, env!("CARGO_BIN_EXE_arcp"));
        let (name, words) = self.command;
        let words = words.iter().map(|&word| our(word)).collect();
        commands.commands.insert(name.to_owned(), words);
        commands
    }
}

/// Runs our command and says that all went well.
const WELL: &str = "\"$0\" \"$@\" || true";
/// A small client that prints the pieces of a result as they came, through the filter that it is given: `uniq` leaves out what came twice.
const PIECES: &str = r#"printf '%s\n' "$1" "$2" | "$0" send --wait 1500 | grep '"result_chunk"' | sed 's/.*"data":"\([^"]*\)".*/\1/' | "$3" | tr -d '\n'"#;
/// A small client that prints one end of a job and goes by it: `head` takes the first, `tail` the last.
const ENDS: &str = r#"end=$(printf '%s\n' "$1" "$2" | "$0" send --wait 1500 | grep -e '"job.result"' -e '"job.error"' | "$3" -n 1); echo "$end"; case "$end" in *job.result*) ;; *) exit 1 ;; esac"#;

const SUBMIT: &[&str] = &["ARCP", "submit", "--agent", "{agent}", "--input", "{input}"];

const BAD: &[Bad] = &[
    bad(
        "does nothing",
        "a client says hello, submits, and prints the result",
        "submit",
        &["true"],
    ),
    bad(
        "is not there",
        "a client says hello, submits, and prints the result",
        "submit",
        &["/no/such/command"],
    ),
    bad(
        "goes away in the middle",
        "chunks become one result",
        "submit",
        &["timeout", "0.5", "ARCP", "submit", "--agent", "{agent}"],
    ),
    bad(
        "sends another input",
        "a client says hello, submits, and prints the result",
        "submit",
        &["ARCP", "submit", "--agent", "{agent}", "--input", "7"],
    ),
    bad(
        "asks for another agent",
        "a client says hello, submits, and prints the result",
        "submit",
        &["ARCP", "submit", "--agent", "other", "--input", "{input}"],
    ),
    bad(
        "has another token",
        "a client says hello, submits, and prints the result",
        "submit",
        &[
            "ARCP", "submit", "--agent", "{agent}", "--input", "{input}", "--token", "other",
        ],
    ),
    bad(
        "asks for another path",
        "a client asks for the path, and keeps its token out of the request",
        "submit",
        &[
            "sh",
            "-c",
            "ARCP_URL=${ARCP_URL%/arcp}/elsewhere exec \"$0\" \"$@\"",
            "ARCP",
            "submit",
            "--agent",
            "{agent}",
        ],
    ),
    bad(
        "prints nothing",
        "a client says hello, submits, and prints the result",
        "submit",
        &[
            "sh",
            "-c",
            "\"$0\" submit --agent \"$1\" --input \"$2\" >/dev/null",
            "ARCP",
            "{agent}",
            "{input}",
        ],
    ),
    bad(
        "shows its token",
        "a client says hello, submits, and prints the result",
        "submit",
        &[
            "sh",
            "-c",
            "echo $ARCP_TOKEN >&2; \"$0\" submit --agent \"$1\" --input \"$2\"",
            "ARCP",
            "{agent}",
            "{input}",
        ],
    ),
    bad(
        "always says that it went well",
        "a failure is a failure, whatever its code",
        "submit",
        &["sh", "-c", WELL, "ARCP", "submit", "--agent", "{agent}"],
    ),
    bad(
        "does not say that it was not let in",
        "a client that is not let in says so",
        "submit",
        &["sh", "-c", WELL, "ARCP", "submit", "--agent", "{agent}"],
    ),
    bad(
        "takes a repeated event for another one",
        "a repeated event is told once",
        "submit",
        &["sh", "-c", PIECES, "ARCP", HELLO, SAY_HELLO, "cat"],
    ),
    bad(
        "takes what comes after the end for the end",
        "what comes after the end changes nothing",
        "submit",
        &["sh", "-c", ENDS, "ARCP", HELLO, SAY_HELLO, "tail"],
    ),
    bad(
        "acknowledges although nobody asked for it",
        "without features a client uses none",
        "submit",
        &[
            "sh",
            "-c",
            "printf '%s\\n' \"$1\" \"$2\" \"$3\" | \"$0\" send",
            "ARCP",
            HELLO,
            r#"{"arcp":"1.1","id":"2","session_id":"{session_id}","type":"job.submit","payload":{"agent":"probe","input":{"say":"hello"}}}"#,
            r#"{"arcp":"1.1","id":"3","session_id":"{session_id}","type":"session.ack","payload":{"last_processed_seq":0}}"#,
        ],
    ),
    bad(
        "drops the version",
        "a version that is asked for is sent as it was asked for",
        "submit",
        &["ARCP", "submit", "--agent", "probe", "--input", "{input}"],
    ),
    bad(
        "sends no key",
        "a key is sent again with the same submission",
        "submit-key",
        SUBMIT,
    ),
    bad(
        "asks for no lease",
        "a lease is asked for as it was given",
        "submit-lease",
        SUBMIT,
    ),
    bad(
        "tries again whatever it is told",
        "a refusal that is not retryable is not tried again",
        "submit",
        &[
            "sh",
            "-c",
            "\"$0\" \"$@\" || \"$0\" \"$@\"",
            "ARCP",
            "submit",
            "--agent",
            "{agent}",
        ],
    ),
    bad(
        "tells the first job only",
        "a client asks for page after page",
        "list",
        &["sh", "-c", "\"$0\" jobs --json | head -n 1", "ARCP"],
    ),
    bad(
        "tells a refusal as an empty list",
        "a client that may not list says so",
        "list",
        &["sh", "-c", WELL, "ARCP", "jobs"],
    ),
    bad(
        "asks for what is new alone",
        "a follower gets what was and what is",
        "follow",
        &["ARCP", "tail", "{job}", "--live"],
    ),
    bad(
        "follows another job",
        "a follower gets what was and what is",
        "follow",
        &["ARCP", "tail", "job_9"],
    ),
    bad(
        "does not say that there is no such job",
        "a job that a follower may not see is told as that",
        "follow",
        &["sh", "-c", WELL, "ARCP", "tail", "{job}"],
    ),
    bad(
        "does not say that the job failed",
        "a follower that fails is told how the job failed",
        "follow",
        &["sh", "-c", WELL, "ARCP", "tail", "{job}"],
    ),
    bad(
        "submits once more",
        "another process goes on where one was killed",
        "resume",
        SUBMIT,
    ),
    bad(
        "keeps nothing",
        "another process goes on where one was killed",
        "keep",
        SUBMIT,
    ),
    bad(
        "keeps all that it is told",
        "what is kept for another process has no credentials in it",
        "keep",
        &[
            "sh",
            "-c",
            "told=$(printf '%s\\n' \"$1\" \"$2\" | \"$0\" send --wait 500); echo \"$told\" > \"$3\"; sleep 9",
            "ARCP",
            HELLO,
            r#"{"arcp":"1.1","id":"2","session_id":"{session_id}","type":"job.submit","payload":{"agent":"probe","input":{"say":"hello"}}}"#,
            "{file}",
        ],
    ),
    bad(
        "says that it cancelled",
        "a job is cancelled by another process of its session",
        "cancel",
        &["true"],
    ),
    bad(
        "does not say that it may not cancel",
        "a cancel that is refused is told as that",
        "cancel",
        &["sh", "-c", WELL, "ARCP", "cancel", "{file}"],
    ),
    spoken(
        "says a line that is no JSON",
        "a client says hello, submits, and prints the result",
        through!("{ echo what; cat; } | {program}"),
    ),
    spoken(
        "says bytes that are no text",
        "a client says hello, submits, and prints the result",
        through!("{ printf '\\377\\n'; cat; } | {program}"),
    ),
    spoken(
        "says everything twice",
        "a client says hello, submits, and prints the result",
        through!("sed -u p | {program}"),
    ),
    spoken(
        "starts its runtime once only",
        "a client comes back with its newest token and its last number",
        through!("test -e '{file}' && exit 1; echo > '{file}'; exec {program}"),
    ),
    spoken(
        "sends another input over stdio",
        "a client says hello, submits, and prints the result",
        &[
            "ARCP",
            "submit",
            "--agent",
            "{agent}",
            "--input",
            "7",
            "--stdio",
            "--",
            "{program}",
        ],
    ),
    spoken(
        "prints nothing that came over stdio",
        "a client says hello, submits, and prints the result",
        &[
            "sh",
            "-c",
            "\"$0\" submit --agent \"$1\" --input \"$2\" --stdio -- {program} >/dev/null",
            "ARCP",
            "{agent}",
            "{input}",
        ],
    ),
    spoken(
        "starts no runtime",
        "a client says hello, submits, and prints the result",
        &["sh", "-c", "echo {program} >/dev/null"],
    ),
];

/// What is right in the small clients is no failure: it is the one fault that the scenario catches.
const SMALL: &[Bad] = &[
    bad(
        "takes each event once",
        "a repeated event is told once",
        "submit",
        &["sh", "-c", PIECES, "ARCP", HELLO, SAY_HELLO, "uniq"],
    ),
    bad(
        "takes the first end",
        "what comes after the end changes nothing",
        "submit",
        &["sh", "-c", ENDS, "ARCP", HELLO, SAY_HELLO, "head"],
    ),
    spoken(
        "has another program between itself and its runtime",
        "a client says hello, submits, and prints the result",
        through!("cat | {program}"),
    ),
];

const SAY_HELLO: &str = r#"{"arcp":"1.1","id":"2","session_id":"{session_id}","type":"job.submit","payload":{"agent":"probe","input":{"say":"hello"}}}"#;

const HELLO: &str = r#"{"arcp":"1.1","id":"1","type":"session.hello","payload":{"client":{"name":"bad","version":"1"},"auth":{"scheme":"bearer","token":"{token}"},"capabilities":{"encodings":["json"],"features":[]}}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_are_no_good_clients_are_caught() {
    let library = Library::load().unwrap();
    let tries = BAD.iter().map(|bad| {
        let (library, commands) = (&library, bad.commands(&library));
        async move {
            let outcomes = play(library, &commands, Some(bad.scenario), 4).await;
            // The twin is another client's matter: here it has to be the scenario itself.
            let caught = outcomes.iter().any(|outcome| {
                outcome.scenario.ends_with(bad.scenario) && outcome.failure().is_some()
            });
            (!caught).then_some(bad.what)
        }
    });
    let tried: Vec<Option<&str>> = futures_util::stream::iter(tries)
        .buffered(9)
        .collect()
        .await;
    let missed: Vec<&str> = tried.into_iter().flatten().collect();
    assert!(missed.is_empty(), "not caught: {missed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn small_clients_without_the_fault_pass() {
    let library = Library::load().unwrap();
    for small in SMALL {
        let outcomes = play(
            &library,
            &small.commands(&library),
            Some(small.scenario),
            10,
        )
        .await;
        let failed: Vec<_> = outcomes.iter().filter_map(Outcome::failure).collect();
        assert!(
            failed.is_empty() && !outcomes.is_empty(),
            "{}: {failed:#?}",
            small.what
        );
    }
}

/// A scenario that nobody fails proves nothing: each is failed by one of the bad clients here, or by the Python command as it is listed.
#[test]
fn every_scenario_for_clients_has_a_client_that_it_catches() {
    let library = Library::load().unwrap();
    let expected = Expected::read(PYTHON_EXPECTED).unwrap();
    let uncaught: Vec<String> = client::ids(&library, None)
        .into_iter()
        .filter(|id| !id.ends_with(" (hostile)"))
        .filter(|id| {
            let caught = BAD.iter().any(|bad| id.contains(bad.scenario));
            !caught && expected.reason(id).is_none()
        })
        .collect();
    assert!(uncaught.is_empty(), "{uncaught:#?}");
}

fn our(word: &str) -> String {
    if word == "ARCP" {
        env!("CARGO_BIN_EXE_arcp").to_owned()
    } else {
        word.to_owned()
    }
}
