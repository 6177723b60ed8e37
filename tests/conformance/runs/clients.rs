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

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_are_no_clients_are_caught() {
    let arcp = env!("CARGO_BIN_EXE_arcp");
    let hello = "says hello, submits";
    for (what, command, only) in [
        ("does nothing", vec!["true"], hello),
        ("is not there", vec!["/no/such/command"], hello),
        (
            "goes away in the middle",
            vec!["timeout", "0.5", arcp, "submit", "--agent", "{agent}"],
            "chunks become one",
        ),
        (
            "sends another input",
            vec![arcp, "submit", "--agent", "{agent}", "--input", "7"],
            hello,
        ),
        (
            "asks for another agent",
            vec![arcp, "submit", "--agent", "other", "--input", "{input}"],
            hello,
        ),
        (
            "has another token",
            vec![
                arcp, "submit", "--agent", "{agent}", "--input", "{input}", "--token", "other",
            ],
            hello,
        ),
        (
            "always says that it went well",
            vec![
                "sh",
                "-c",
                "\"$0\" \"$@\" || true",
                arcp,
                "submit",
                "--agent",
                "{agent}",
            ],
            "a failure is a failure",
        ),
        (
            "says nothing",
            vec![
                "sh",
                "-c",
                "\"$0\" \"$@\" >/dev/null",
                arcp,
                "submit",
                "--agent",
                "{agent}",
                "--input",
                "{input}",
            ],
            hello,
        ),
        (
            "shows its token",
            vec![
                "sh",
                "-c",
                "echo $ARCP_TOKEN >&2; \"$0\" \"$@\"",
                arcp,
                "submit",
                "--agent",
                "{agent}",
                "--input",
                "{input}",
            ],
            hello,
        ),
    ] {
        let outcomes = play(&command, Some(only), 5).await;
        assert!(
            outcomes.iter().any(|outcome| outcome.failure().is_some()),
            "a client that {what} was not caught"
        );
    }
}
