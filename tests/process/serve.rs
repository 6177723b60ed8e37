//! `arcp serve`: what it says, where it keeps things, how it ends, and the help of every command.

use serde_json::json;

use crate::support::{Peer, Server, arcp, finish, hello, run};

#[tokio::test]
async fn without_a_store_it_keeps_a_file_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = arcp(&["serve", "--port", "0", "--token", "tok-a=alice"]);
    command
        .env("XDG_DATA_HOME", folder.path())
        .env("HOME", folder.path());
    let server = Server::spawn(command).await;
    let (_, place) = server
        .ready
        .rsplit_once("sqlite:")
        .expect("the store is named");
    assert!(
        place.starts_with(&folder.path().display().to_string()),
        "{place}"
    );
    assert!(place.ends_with("arcp/runtime.db"), "{place}");
    assert!(std::path::Path::new(place).exists());
    let (status, rest) = server.terminate().await;
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let server = Server::in_memory().await;
    // A peer that does not read its goodbye is waited for, unless somebody insists.
    let peer = Peer::hello(&server.url).await;
    assert_eq!(server.terminate_twice().await.code(), Some(130));
    drop(peer);
}

#[tokio::test]
async fn tokens_come_from_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    std::fs::write(&file, "# people\nfrom-file=bob\n").unwrap();
    let mut command = arcp(&[
        "serve",
        "--port",
        "0",
        "--store",
        "memory",
        "--token",
        "from-flag=alice",
    ]);
    command
        .arg("--token-file")
        .arg(&file)
        .env("ARCP_TOKENS", "from-environment=carol");
    let server = Server::spawn(command).await;
    for token in ["from-flag", "from-file", "from-environment"] {
        let mut peer = Peer::dial(&server.url).await;
        peer.greet(hello(token)).await;
    }
}

#[tokio::test]
async fn limits_are_flags() {
    let server = Server::start(&[
        "--store",
        "memory",
        "--heartbeat-interval",
        "7",
        "--resume-window",
        "11",
        "--frame-bytes",
        "2000",
        "--jobs-per-session",
        "1",
    ])
    .await;
    let mut peer = Peer::dial(&server.url).await;
    peer.send("session.hello", hello("tok-a")).await;
    let welcome = peer.receive().await;
    assert_eq!(welcome["payload"]["heartbeat_interval_sec"], 7);
    assert_eq!(welcome["payload"]["resume_window_sec"], 11);
    peer.session = Some(welcome["session_id"].clone());
    peer.probe(json!([{"block": {}}]), json!({})).await;
    assert_eq!(peer.receive().await["type"], "job.accepted");
    peer.probe(json!([{"block": {}}]), json!({})).await;
    let refused = peer.receive().await;
    assert_eq!(refused["type"], "session.error", "{refused}");
    peer.probe(json!([{"log": {"message": "x".repeat(3000)}}]), json!({}))
        .await;
    let refused = peer.try_receive().await;
    assert!(refused.is_none_or(|frame| frame["type"] == "session.error"));
}

#[tokio::test]
async fn every_command_explains_itself() {
    let all = run(&["--help"], "").await;
    assert_eq!(all.code, Some(0));
    let commands = all
        .stdout
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    let mut seen = 0;
    for command in commands {
        let help = run(&[command, "--help"], "").await;
        assert_eq!(help.code, Some(0), "{command}");
        let examples = help
            .stdout
            .split_once("Examples:\n")
            .map(|(_, examples)| examples);
        assert!(
            examples.is_some_and(|examples| examples.contains(&format!("arcp {command}"))),
            "{command} --help has no example:\n{}",
            help.stdout
        );
        seen += 1;
    }
    assert!(seen >= 4, "{}", all.stdout);
}

#[tokio::test]
async fn shells_complete_it() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completions", shell], "").await;
        assert_eq!(script.code, Some(0));
        for word in ["submit", "serve", "save-session"] {
            assert!(script.stdout.contains(word), "{shell}: {word}");
        }
    }
    let ended = finish(arcp(&["completions", "abacus"]), "").await;
    assert_eq!(ended.code, Some(2));
}
