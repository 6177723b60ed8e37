//! The commands that look at jobs of others and of before: agents, jobs, tail, cancel, replay.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::{Ended, Peer, Server, arcp, run, signal, soon, store};

async fn ask(server: &Server, arguments: &[&str]) -> Ended {
    ask_as(server, "tok-a", arguments).await
}

async fn ask_as(server: &Server, token: &str, arguments: &[&str]) -> Ended {
    let all = [arguments, &["--url", &server.url, "--token", token]].concat();
    run(&all, "").await
}

/// A job that has said `on` and waits.
async fn waiting(peer: &mut Peer) -> String {
    peer.probe(
        json!([{"log": {"message": "on"}}, {"block": {}}]),
        json!({}),
    )
    .await;
    let event = peer.until(&["job.event"]).await.pop().unwrap();
    event["job_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn agents_are_listed() {
    let server = Server::in_memory().await;
    let ended = ask(&server, &["agents"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(lines[0], "AGENT   VERSIONS      DEFAULT");
    assert!(lines.contains(&"echo    1.0.0         1.0.0"), "{lines:?}");
    assert!(lines.contains(&"probe   1.0.0, 2.0.0  2.0.0"), "{lines:?}");
    let ended = ask(&server, &["agents", "--json"]).await;
    let probe = ended
        .lines()
        .into_iter()
        .find(|agent| agent["name"] == "probe")
        .unwrap();
    assert_eq!(probe["versions"], json!(["1.0.0", "2.0.0"]));
}

#[tokio::test]
async fn jobs_are_listed_by_status_and_agent_to_their_owner() {
    let server = Server::in_memory().await;
    let mut peer = Peer::hello(&server.url).await;
    let running = waiting(&mut peer).await;
    peer.send("job.submit", json!({"agent": "echo", "input": 1}))
        .await;
    let done = peer.until(&["job.result"]).await.pop().unwrap();
    let done = done["job_id"].as_str().unwrap();

    let ids = |ended: Ended| -> Vec<Value> {
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended
            .lines()
            .into_iter()
            .map(|job| job["job_id"].clone())
            .collect()
    };
    assert_eq!(
        ids(ask(&server, &["jobs", "--json"]).await),
        [json!(running), json!(done)]
    );
    assert_eq!(
        ids(ask(&server, &["jobs", "--json", "--status", "running"]).await),
        [json!(running)]
    );
    assert_eq!(
        ids(ask(&server, &["jobs", "--json", "--agent", "echo"]).await),
        [json!(done)]
    );
    assert_eq!(
        ids(ask_as(&server, "tok-b", &["jobs", "--json"]).await),
        Vec::<Value>::new()
    );

    let table = ask(&server, &["jobs"]).await.stdout;
    let rows: Vec<Vec<_>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0][..3], ["JOB", "AGENT", "STATUS"]);
    assert_eq!(rows[1][..3], [running.as_str(), "probe@2.0.0", "running"]);
    assert_eq!(rows[2][..3], [done, "echo@1.0.0", "success"]);

    let wrong = ask(&server, &["jobs", "--status", "asleep"]).await;
    assert_eq!(wrong.code, Some(2));
    assert_eq!(
        wrong.stderr,
        "arcp: --status asleep: write one of pending, running, success, error, cancelled, timed_out\n"
    );
}

#[tokio::test]
async fn a_job_of_another_session_is_followed_from_its_first_event_to_its_end() {
    let server = Server::in_memory().await;
    let mut peer = Peer::hello(&server.url).await;
    let job = waiting(&mut peer).await;
    let mut tail = arcp(&[
        "tail",
        &job,
        "--json",
        "--url",
        &server.url,
        "--token",
        "tok-a",
    ])
    .stdin(Stdio::null())
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut seen = Vec::new();
    while let Some(line) = soon("the tail", lines.next_line()).await.unwrap() {
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["type"] == "event" && line["body"]["message"] == "on" {
            // Followed: now it may end.
            peer.send_about(
                "job.cancel",
                json!({"reason": "enough", "job_id": job}),
                Some(&json!(job)),
            )
            .await;
        }
        seen.push(line);
    }
    let types: Vec<_> = seen
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["following", "event", "error"]);
    assert_eq!(seen[2]["final_status"], "cancelled");
    assert_eq!(
        soon("the end", tail.wait()).await.unwrap().code(),
        Some(130)
    );

    // A job that has ended tells all of it again, and its result.
    peer.probe(
        json!([{"log": {"message": "a"}}, {"return": {"b": 1}}]),
        json!({}),
    )
    .await;
    let end = peer.until(&["job.result"]).await.pop().unwrap();
    let ended = ask(&server, &["tail", end["job_id"].as_str().unwrap()]).await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "{\"b\":1}\n"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("info  a"), "{}", ended.stderr);
}

#[tokio::test]
async fn leaving_a_tail_leaves_the_job() {
    let server = Server::in_memory().await;
    let mut peer = Peer::hello(&server.url).await;
    let job = waiting(&mut peer).await;
    let mut tail = arcp(&["tail", &job, "--url", &server.url, "--token", "tok-a"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tail.stderr.take().unwrap()).lines();
    let mut line = String::new();
    while !line.ends_with("info  on") {
        line = soon("the event", lines.next_line()).await.unwrap().unwrap();
    }
    signal(tail.id().unwrap(), "INT");
    let last = soon("a word", lines.next_line()).await.unwrap();
    assert_eq!(last.as_deref(), Some("arcp: left; the job goes on"));
    assert_eq!(
        soon("the end", tail.wait()).await.unwrap().code(),
        Some(130)
    );
    let ended = ask(&server, &["jobs", "--json", "--status", "running"]).await;
    assert_eq!(ended.lines()[0]["job_id"], job);
}

#[tokio::test]
async fn jobs_of_others_cannot_be_told_from_none() {
    let server = Server::in_memory().await;
    let mut peer = Peer::hello(&server.url).await;
    let job = waiting(&mut peer).await;
    let foreign = ask_as(&server, "tok-b", &["tail", &job]).await;
    let none = ask_as(
        &server,
        "tok-b",
        &["tail", "job_01JZX3V8Q9YB2T4M6N8P0R2S4T"],
    )
    .await;
    assert_eq!(
        foreign.stderr.replace(&job, "X"),
        none.stderr.replace("job_01JZX3V8Q9YB2T4M6N8P0R2S4T", "X")
    );
    assert_eq!(
        (foreign.code, none.code),
        (Some(9), Some(9)),
        "{}",
        foreign.stderr
    );
    assert!(none.stderr.contains("JOB_NOT_FOUND"), "{}", none.stderr);
}

#[tokio::test]
async fn the_job_of_a_killed_client_is_cancelled_by_its_session() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.session").display().to_string();
    let mut client = arcp(&[
        "submit",
        "--url",
        &server.url,
        "--token",
        "tok-a",
        "--agent",
        "probe",
        "--json",
        "--input",
        r#"{"do":[{"log":{"message":"on"}},{"block":{}}]}"#,
        "--save-session",
        &path,
    ])
    .stdin(Stdio::null())
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let accepted = soon("the job", lines.next_line()).await.unwrap().unwrap();
    let accepted: Value = serde_json::from_str(&accepted).unwrap();
    client.kill().await.unwrap();

    let ended = ask(&server, &["cancel", &path, "--reason", "lost interest"]).await;
    let id = accepted["job_id"].as_str().unwrap();
    assert_eq!(
        (ended.code, ended.stdout),
        (Some(0), format!("{id} has ended: cancelled\n")),
        "{}",
        ended.stderr
    );
    assert!(!std::path::Path::new(&path).exists());
    let ended = ask(&server, &["cancel", &path]).await;
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
}

#[tokio::test]
async fn a_client_whose_job_is_cancelled_from_elsewhere_sees_its_end() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.session").display().to_string();
    let mut client = arcp(&["submit", "--url", &server.url, "--token", "tok-a", "--json"])
        .args(["--agent", "probe", "--save-session", &path])
        .args([
            "--input",
            r#"{"do":[{"log":{"message":"on"}},{"block":{}}]}"#,
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let mut seen: Vec<Value> = Vec::new();
    while let Some(line) = soon("a line", lines.next_line()).await.unwrap() {
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["body"]["message"] == "on" {
            let ended = ask(&server, &["cancel", &path]).await;
            assert_eq!(ended.code, Some(0), "{}", ended.stderr);
            assert!(
                ended.stdout.ends_with("has ended: cancelled\n"),
                "{}",
                ended.stdout
            );
        }
        seen.push(line);
    }
    let types: Vec<_> = seen
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["accepted", "event", "following", "error"]);
    assert_ne!(seen[0]["session_id"], seen[2]["session_id"]);
    assert_eq!(seen[3]["final_status"], "cancelled");
    assert_eq!(
        soon("the end", client.wait()).await.unwrap().code(),
        Some(130)
    );
}

#[tokio::test]
async fn a_store_file_tells_its_jobs_without_a_runtime() {
    let (_folder, path, place) = store();
    let shown = path.display().to_string();
    let server = Server::start(&["--store", &place]).await;
    let mut peer = Peer::hello(&server.url).await;
    peer.probe(
        json!([{"log": {"message": "a"}}, {"progress": {"current": 1, "total": 2}}, {"return": 7}]),
        json!({}),
    )
    .await;
    let frames = peer.until(&["job.result"]).await;
    let job = frames[0]["job_id"].as_str().unwrap();
    let busy = run(&["replay", &shown], "").await;
    assert_eq!(busy.code, Some(5), "{}", busy.stderr);
    assert_eq!(server.terminate().await.0.code(), Some(0));

    let before = std::fs::read(&path).unwrap();
    let table = run(&["replay", &shown], "").await;
    assert_eq!(table.code, Some(0), "{}", table.stderr);
    assert!(
        std::fs::read(&path).unwrap() == before,
        "looking changes nothing"
    );
    let row: Vec<_> = table
        .stdout
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(row[..4], [job, "probe@2.0.0", "alice", "success"]);

    // Word for word what went over the wire.
    let log = run(&["replay", &shown, job, "--json"], "").await.lines();
    assert_eq!(log.len(), 3);
    for (entry, frame) in log.iter().zip(&frames[frames.len() - 3..]) {
        assert_eq!(entry["type"], frame["type"]);
        assert_eq!(entry["payload"], frame["payload"]);
        assert_eq!(entry["event_seq"], frame["event_seq"]);
    }
    let text = run(&["replay", &shown, job], "").await.stdout;
    assert!(text.contains("log          info  a"), "{text}");
    assert!(
        text.lines().last().unwrap().starts_with("job.result {"),
        "{text}"
    );

    let none = run(&["replay", &shown, "job_x"], "").await;
    assert_eq!(none.code, Some(2));

    // What a killed runtime left beside the file is read too.
    let server = Server::start(&["--store", &place]).await;
    let mut peer = Peer::hello(&server.url).await;
    peer.probe(json!([{"log": {"message": "b"}}, {"block": {}}]), json!({}))
        .await;
    let event = peer.until(&["job.event"]).await.pop().unwrap();
    server.kill().await;
    let left = [
        "replay",
        &shown,
        event["job_id"].as_str().unwrap(),
        "--json",
    ];
    let log = run(&left, "").await.lines();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0]["payload"], event["payload"]);
}

#[tokio::test]
async fn a_file_that_is_no_store_is_named() {
    let (_folder, path, _place) = store();
    let empty = path.with_file_name("empty.db");
    std::fs::write(&empty, "").unwrap();
    let nothing = run(&["replay", empty.to_str().unwrap()], "").await;
    assert!(
        nothing.stderr.contains("is empty; no runtime"),
        "{}",
        nothing.stderr
    );
    assert_eq!(nothing.code, Some(4));
    assert_eq!(std::fs::read(&empty).unwrap(), b"");

    let missing = run(&["replay", "/no/such.db"], "").await;
    assert_eq!(
        missing.stderr,
        "arcp: /no/such.db: no such file; check the path\n"
    );
    assert_eq!(missing.code, Some(4));
}

#[tokio::test]
async fn output_that_nobody_reads_ends_a_command_without_a_word() {
    let server = Server::in_memory().await;
    let mut peer = Peer::hello(&server.url).await;
    let job = waiting(&mut peer).await;
    let there = ["--url", &server.url, "--token", "tok-a"];
    for (words, connects) in [
        (&["agents"][..], true),
        (&["agents", "--json"], true),
        (&["jobs"], true),
        (&["jobs", "--json"], true),
        (&["tail", &job, "--json"], true),
        (&["submit", "--agent", "echo"], true),
        (&["submit", "--agent", "echo", "--json"], true),
        (&["completions", "bash"], false),
    ] {
        let mut command = arcp(words);
        command.args(there.iter().filter(|_| connects));
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = command
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = soon("the command to end", child.wait_with_output()).await;
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(141), "{words:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("arcp:"), "{words:?}: {said}");
    }
}

#[tokio::test]
async fn with_json_a_failure_is_a_line_too_and_is_told_once() {
    let server = Server::in_memory().await;
    let refused = [
        (&["jobs", "--json"][..], "wrong", 8, "UNAUTHENTICATED"),
        (&["agents", "--json"], "wrong", 8, "UNAUTHENTICATED"),
        (&["tail", "job_none", "--json"], "tok-a", 9, "JOB_NOT_FOUND"),
        (
            &["submit", "--agent", "none", "--json"],
            "tok-a",
            9,
            "AGENT_NOT_AVAILABLE",
        ),
    ];
    for (words, token, exit, code) in refused {
        let ended = ask_as(&server, token, words).await;
        assert_eq!(ended.code, Some(exit), "{}", ended.stderr);
        let lines = ended.lines();
        let [line] = &lines[..] else {
            panic!("{words:?}: {lines:?}");
        };
        assert_eq!(
            (&line["type"], &line["exit_code"], &line["code"]),
            (&json!("fault"), &json!(exit), &json!(code))
        );
        assert_eq!(line["retryable"], false);
        let message = line["message"].as_str().unwrap();
        assert_eq!(ended.stderr, format!("arcp: {message}\n"));
        let words: Vec<_> = words
            .iter()
            .copied()
            .filter(|word| *word != "--json")
            .collect();
        assert_eq!(ask_as(&server, token, &words).await.stdout, "");
    }
    // No runtime has refused, and nothing is known of another try.
    let ended = ask(&server, &["jobs", "--json", "--agent", "@"]).await;
    let lines = ended.lines();
    assert_eq!((lines.len(), &lines[0]["exit_code"]), (1, &json!(2)));
    assert!(lines[0].get("code").is_none() && lines[0].get("retryable").is_none());
    // The end of a job is a line of its own.
    let script = r#"{"do":[{"fail":{"code":"x-mine","message":"no"}}]}"#;
    let words = ["submit", "--agent", "probe", "--input", script, "--json"];
    let ended = ask(&server, &words).await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let lines = ended.lines();
    assert_eq!(lines.last().unwrap()["type"], "error", "{lines:?}");
    assert!(
        lines.iter().all(|line| line["type"] != "fault"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_log_that_is_no_terminal_has_no_colours() {
    let mut command = arcp(&[
        "serve",
        "--port",
        "0",
        "--store",
        "memory",
        "--token",
        "tok-a=alice",
    ]);
    command.env("ARCP_LOG", "info").stderr(Stdio::piped());
    let mut server = Server::spawn(command).await;
    let mut lines = BufReader::new(server.stderr()).lines();
    let ended = ask(&server, &["agents"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let mut line = String::new();
    while !line.contains("session attached") {
        line = soon("a line of the log", lines.next_line())
            .await
            .unwrap()
            .unwrap();
        assert!(!line.contains('\u{1b}'), "{line:?}");
    }
    assert!(line.contains("client=\"arcp "), "{line}");
}
