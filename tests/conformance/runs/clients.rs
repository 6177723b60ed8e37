//! Our command as a client, and commands that are no good clients, against the runtime that the kit plays.

use std::time::Duration;

use arcp_conformance::client;
use arcp_conformance::library::Library;
use arcp_conformance::outcome::Outcome;

/// Plays the scenarios whose name has `only` in it.
async fn play(command: &[&str], only: Option<&str>, patience: u64) -> Vec<Outcome> {
    let library = Library::load().unwrap();
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let patience = Duration::from_secs(patience);
    let played = client::run(&library, &command, only, patience).await;
    played.into_iter().map(|one| one.outcome).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn our_command_passes() {
    let arcp = env!("CARGO_BIN_EXE_arcp");
    let command = [arcp, "submit", "--agent", "{agent}", "--input", "{input}"];
    let outcomes = play(&command, None, 30).await;
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| !outcome.passed())
        .map(|outcome| (&outcome.scenario, &outcome.verdict))
        .collect();
    assert!(failed.is_empty() && outcomes.len() > 10, "{failed:#?}");
}

/// What is wrong with a client, its command, and the scenario that has to catch it. `ARCP` stands for our own command.
const BAD: &[(&str, &[&str], &str)] = &[
    ("does nothing", &["true"], "says hello"),
    ("is not there", &["/no/such/command"], "says hello"),
    (
        "goes away in the middle",
        &["timeout", "0.5", "ARCP", "submit", "--agent", "{agent}"],
        "chunks become one",
    ),
    (
        "sends another input",
        &["ARCP", "submit", "--agent", "{agent}", "--input", "7"],
        "says hello",
    ),
    (
        "asks for another agent",
        &["ARCP", "submit", "--agent", "other", "--input", "{input}"],
        "says hello",
    ),
    (
        "has another token",
        &[
            "ARCP", "submit", "--agent", "{agent}", "--input", "{input}", "--token", "other",
        ],
        "says hello",
    ),
    (
        "always says that it went well",
        &[
            "sh",
            "-c",
            "\"$0\" \"$@\" || true",
            "ARCP",
            "submit",
            "--agent",
            "{agent}",
        ],
        "a failure is a failure",
    ),
    (
        "prints nothing",
        &[
            "sh",
            "-c",
            "\"$0\" \"$@\" >/dev/null",
            "ARCP",
            "submit",
            "--agent",
            "{agent}",
            "--input",
            "{input}",
        ],
        "says hello",
    ),
    (
        "shows its token",
        &[
            "sh",
            "-c",
            "echo $ARCP_TOKEN >&2; \"$0\" \"$@\"",
            "ARCP",
            "submit",
            "--agent",
            "{agent}",
            "--input",
            "{input}",
        ],
        "says hello",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_are_no_good_clients_are_caught() {
    for (what, command, only) in BAD {
        let command: Vec<&str> = command
            .iter()
            .map(|&word| {
                if word == "ARCP" {
                    env!("CARGO_BIN_EXE_arcp")
                } else {
                    word
                }
            })
            .collect();
        let outcomes = play(&command, Some(only), 5).await;
        assert!(
            outcomes.iter().any(|outcome| outcome.failure().is_some()),
            "a client that {what} was not caught"
        );
    }
}
