//! `arcp submit`: events as they come, the result, the exit code, and a job that outlives its client.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::{Ended, Server, arcp, finish, rest, run, signal, soon, store};

async fn submit(server: &Server, arguments: &[&str], input: &str) -> Ended {
    let all = [
        &["submit", "--url", &server.url, "--token", "tok-a"],
        arguments,
    ]
    .concat();
    run(&all, input).await
}

fn script(steps: &Value) -> String {
    json!({"do": steps}).to_string()
}

#[tokio::test]
async fn the_result_alone_is_on_standard_output() {
    let server = Server::in_memory().await;
    let ended = submit(
        &server,
        &["--agent", "echo", "--input", r#"{"a": [1.10, null]}"#],
        "",
    )
    .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "{\"a\": [1.10, null]}\n")
    );

    let ended = submit(
        &server,
        &["--agent", "count@1.0.0", "--input", "-"],
        r#"{"n":2}"#,
    )
    .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "{\"counted\":2,\"sum\":3}\n")
    );
    // Time, number, kind and text stand in columns; a pipe gets no colours.
    let lines: Vec<_> = ended
        .stderr
        .lines()
        .skip(1)
        .map(|line| &line[13..])
        .collect();
    assert_eq!(
        lines,
        [
            "     1  log          info  number 1",
            "     2  progress     1 of 2 numbers",
            "     3  log          info  number 2",
            "     4  progress     2 of 2 numbers",
        ]
    );

    let ended = submit(
        &server,
        &["--agent", "stream", "--input", r#"{"chunks":2,"lines":1}"#],
        "",
    )
    .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "line 1 of 2\nline 2 of 2\n")
    );
}

#[tokio::test]
async fn what_an_agent_says_cannot_steer_the_terminal() {
    let server = Server::in_memory().await;
    let steps = json!([{"log": {"message": "a\u{1b}[2Jb\nc"}}, {"fail": {"code": "X", "message": "d\u{1b}]0;e\u{7}"}}]);
    let ended = submit(
        &server,
        &["--agent", "probe", "--input", &script(&steps)],
        "",
    )
    .await;
    assert_eq!(ended.code, Some(1));
    assert!(
        !ended.stderr.contains('\u{1b}') && !ended.stderr.contains('\u{7}'),
        "{:?}",
        ended.stderr
    );
    assert!(ended.stderr.contains("a\\x1b[2Jb⏎c"), "{}", ended.stderr);
}

#[tokio::test]
async fn json_lines_tell_everything() {
    let server = Server::in_memory().await;
    let steps = json!([{"metric": {"name": "m", "value": 1}}, {"return": {"z": 1, "a": 2}}]);
    let ended = submit(
        &server,
        &["--agent", "probe", "--json", "--input", &script(&steps)],
        "",
    )
    .await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let lines = ended.lines();
    let types: Vec<_> = lines
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["accepted", "event", "result"]);
    assert_eq!(lines[0]["agent"], "probe@2.0.0");
    assert_eq!(lines[1]["event_seq"], 1);
    assert_eq!(lines[1]["body"], json!({"name": "m", "value": 1}));
    assert_eq!(lines[2]["result"], json!({"z": 1, "a": 2}));
    assert!(
        lines
            .iter()
            .all(|line| line["job_id"] == lines[0]["job_id"])
    );

    let steps = json!([{"chunk": {"base64": "AP8="}}]);
    let ended = submit(
        &server,
        &["--agent", "probe", "--json", "--input", &script(&steps)],
        "",
    )
    .await;
    let result = ended.lines().pop().unwrap();
    assert_eq!(
        (&result["base64"], &result["size"]),
        (&json!("AP8="), &json!(2))
    );
}

#[tokio::test]
async fn the_exit_code_tells_the_outcome() {
    let server = Server::in_memory().await;
    for (steps, more, code, sentence) in [
        (json!([{"return": 1}]), &[][..], 0, ""),
        (
            json!([{"fail": {"code": "X_OWN", "message": "no"}}]),
            &[],
            1,
            "arcp: the job ended with an error: X_OWN: no\n",
        ),
        (
            json!([{"block": {}}]),
            &["--max-runtime", "1"],
            124,
            "arcp: the job ran out of time: TIMEOUT: the job ran longer than max_runtime_sec; submitting it again can help\n",
        ),
    ] {
        let input = script(&steps);
        let arguments = [&["--agent", "probe", "--input", &input], more].concat();
        let ended = submit(&server, &arguments, "").await;
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.ends_with(sentence), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn leases_and_keys_go_with_the_job() {
    let server = Server::in_memory().await;
    let steps = json!([{"call": {"tool": "search.web", "result": "found", "fatal": true}}, {"return": "ok"}]);
    let input = script(&steps);
    let allowed = [
        "--agent",
        "probe",
        "--input",
        &input,
        "--lease",
        r#"{"tool.call":["search.*"]}"#,
    ];
    let ended = submit(&server, &allowed, "").await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "\"ok\"\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(submit(&server, &allowed[..4], "").await.code, Some(1));

    let keyed = [
        "--agent",
        "echo",
        "--input",
        "1",
        "--json",
        "--idempotency-key",
        "k",
    ];
    let first = submit(&server, &keyed, "").await.lines();
    let second = submit(&server, &keyed, "").await.lines();
    assert_eq!(first[0]["job_id"], second[0]["job_id"]);
    let mut other = keyed;
    other[3] = "2";
    let ended = submit(&server, &other, "").await;
    assert_eq!(ended.code, Some(9), "{}", ended.stderr);
    assert!(ended.stderr.contains("DUPLICATE_KEY"), "{}", ended.stderr);
}

#[tokio::test]
async fn the_token_and_the_address_may_come_from_around() {
    let server = Server::in_memory().await;
    let mut command = arcp(&["submit", "--agent", "echo", "--input", "1"]);
    command
        .env("ARCP_TOKEN", "tok-a")
        .env("ARCP_URL", &server.url);
    let ended = finish(command, "").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "tok-b\n").unwrap();
    let path = file.display().to_string();
    let all = [
        "submit",
        "--agent",
        "echo",
        "--url",
        &server.url,
        "--token-file",
        &path,
    ];
    assert_eq!(run(&all, "").await.code, Some(0));
}

#[tokio::test]
async fn an_interrupt_cancels_the_job_and_a_second_one_leaves() {
    let server = Server::start(&["--store", "memory", "--cancel-grace", "3600000"]).await;
    for (steps, presses, last) in [
        (
            json!([{"log": {"message": "on"}}, {"block": {}}]),
            1,
            "arcp: the job was cancelled: CANCELLED: ",
        ),
        (
            json!([{"log": {"message": "on"}}, {"stubborn": {"ms": 3_600_000}}]),
            2,
            "arcp: left; the job job_",
        ),
    ] {
        let mut child = arcp(&[
            "submit",
            "--url",
            &server.url,
            "--token",
            "tok-a",
            "--agent",
            "probe",
            "--input",
            &script(&steps),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut line = String::new();
        while !line.ends_with("info  on") {
            line = soon("the first event", lines.next_line())
                .await
                .unwrap()
                .unwrap();
        }
        for press in 1..=presses {
            signal(child.id().unwrap(), "INT");
            if press == 1 {
                line = soon("a word about the cancel", lines.next_line())
                    .await
                    .unwrap()
                    .unwrap();
                assert_eq!(line, "cancelling the job; Ctrl-C again leaves at once");
            }
        }
        while let Some(next) = soon("the end", lines.next_line()).await.unwrap() {
            line = next;
        }
        assert!(line.starts_with(last), "{line}");
        assert_eq!(
            soon("the end", child.wait()).await.unwrap().code(),
            Some(130)
        );
    }
}

/// The lines of a client up to event number `last`; then it is killed.
async fn killed_after(arguments: &[&str], last: u64) -> Vec<Value> {
    let mut child = arcp(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        soon("an event", out.read_line(&mut line)).await.unwrap();
        lines.push(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}")));
        if lines
            .last()
            .is_some_and(|line: &Value| line["event_seq"] == last)
        {
            break;
        }
    }
    child.kill().await.unwrap();
    // What it had written before it died counts as well.
    let left = rest(out).await;
    lines.extend(
        left.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()),
    );
    lines
}

/// The steps of a job that says its number every two milliseconds, up to `n`.
fn talkative(n: u64) -> String {
    script(
        &json!([{"repeat": {"n": n, "do": [{"log": {"message": "{i}"}}, {"sleep": {"ms": 2}}]}}, {"return": "done"}]),
    )
}

/// The arguments to submit a job whose session is kept in a file, and to go on with it.
fn kept<'a>(server: &'a Server, input: &'a str, path: &'a str) -> [Vec<&'a str>; 2] {
    let base = ["submit", "--url", &server.url, "--token", "tok-a", "--json"];
    let job = ["--agent", "probe", "--input", input, "--save-session", path];
    [
        [&base[..], &job].concat(),
        [&base[..], &["--resume", path]].concat(),
    ]
}

#[tokio::test]
async fn a_killed_client_goes_on_in_a_new_process() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.session").display().to_string();
    let input = talkative(300);
    let [first, resumed] = kept(&server, &input, &path);

    let mut lines = killed_after(&first, 60).await;
    lines.extend(killed_after(&resumed, 150).await);
    let last = run(&resumed, "").await;
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    lines.extend(last.lines());

    let mut numbers: Vec<_> = lines
        .iter()
        .filter_map(|line| line["event_seq"].as_u64())
        .collect();
    // The event that was being printed in the very moment of a kill may be there twice.
    numbers.dedup();
    assert_eq!(numbers, (1..=300).collect::<Vec<_>>());
    assert_eq!(lines.last().unwrap()["result"], "done");
    assert!(lines.iter().all(|line| line["type"] != "lost"));
    assert!(
        !std::path::Path::new(&path).exists(),
        "there is nothing left to resume"
    );
}

#[tokio::test]
async fn a_client_that_was_killed_before_it_saved_its_newest_token_finds_its_job_again() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.session");
    let path = file.display().to_string();
    let input = talkative(200);
    let [first, resumed] = kept(&server, &input, &path);
    let mut lines = killed_after(&first, 40).await;
    let stale = std::fs::read(&file).unwrap();
    // Each welcome makes the token before it worthless.
    killed_after(&resumed, 80).await;
    std::fs::write(&file, stale).unwrap();

    let last = run(&resumed, "").await;
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    lines.extend(last.lines());
    let mut said: Vec<_> = lines
        .iter()
        .filter_map(|line| line["body"]["message"].as_str()?.parse::<u64>().ok())
        .collect();
    said.dedup();
    assert_eq!(said, (0..200).collect::<Vec<_>>());
    assert_eq!(lines.last().unwrap()["result"], "done");
    assert!(!file.exists());
}

#[tokio::test]
async fn a_client_whose_session_is_taken_over_misses_nothing() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.session").display().to_string();
    let base = ["submit", "--url", &server.url, "--token", "tok-a", "--json"];
    let input = script(
        &json!([{"repeat": {"n": 300, "do": [{"log": {"message": "{i}"}}, {"sleep": {"ms": 2}}]}}, {"return": "done"}]),
    );
    let mut first = arcp(&base)
        .args(["--agent", "probe", "--input", &input])
        .args(["--save-session", &path])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(first.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("\"event_seq\":60,") {
        soon("an event", out.read_line(&mut text)).await.unwrap();
    }
    // Both go on to the end, side by side.
    let resumed = [&base[..], &["--resume", &path]].concat();
    let (second, left) = tokio::join!(run(&resumed, ""), rest(out));
    let ended = soon("the end", first.wait()).await.unwrap();
    assert_eq!((ended.code(), second.code), (Some(0), Some(0)));
    text.push_str(&left);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said: Vec<_> = lines
        .iter()
        .filter_map(|line| line["body"]["message"].as_str()?.parse::<u64>().ok())
        .collect();
    assert_eq!(said, (0..300).collect::<Vec<_>>());
    assert!(lines.iter().any(|line| line["type"] == "following"));
    assert_eq!(lines.last().unwrap()["result"], "done");
    assert_eq!(second.lines().last().unwrap()["result"], "done");
}

#[tokio::test]
async fn a_streamed_result_is_whole_in_the_process_that_ends_it() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.session").display().to_string();
    let base = ["submit", "--url", &server.url, "--token", "tok-a"];
    let steps =
        json!([{"repeat": {"n": 200, "do": [{"chunk": {"bytes": 10}}, {"sleep": {"ms": 2}}]}}]);
    let input = script(&steps);
    let first = [
        &base[..],
        &["--json", "--agent", "probe", "--input", &input],
        &["--save-session", &path],
    ]
    .concat();
    killed_after(&first, 60).await;
    let last = run(&[&base[..], &["--resume", &path]].concat(), "").await;
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    assert_eq!(last.stdout.trim_end(), "0123456789".repeat(200));
}

#[tokio::test]
async fn a_runtime_is_started_and_spoken_to_over_its_pipes() {
    let serve = [
        "--stdio",
        "--",
        env!("CARGO_BIN_EXE_arcp"),
        "serve",
        "--stdio",
        "--store",
        "memory",
        "--token",
        "t=me",
    ];
    let submit = [
        "submit", "--token", "t", "--agent", "echo", "--input", "[1,2]",
    ];
    let ended = run(&[&submit[..], &serve].concat(), "").await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "[1,2]\n"),
        "{}",
        ended.stderr
    );

    for (script, code, said) in [
        (
            "echo it is broken >&2; exit 3",
            7,
            "the program ended with exit status: 3 before the welcome",
        ),
        (
            "kill -9 $$",
            7,
            "the program ended with signal: 9 (SIGKILL) before the welcome",
        ),
        (
            "exec >&-; read line; exit 0",
            7,
            "the runtime closed the connection before the welcome",
        ),
    ] {
        let ended = run(
            &[&submit[..], &["--stdio", "--", "sh", "-c", script]].concat(),
            "",
        )
        .await;
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
        assert_eq!(
            ended.stderr.contains("it is broken"),
            script.contains("broken")
        );
    }
    let ended = run(
        &[&submit[..], &["--stdio", "--", "/nothing/here"]].concat(),
        "",
    )
    .await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("cannot start /nothing/here"),
        "{}",
        ended.stderr
    );
    let ended = run(&[&submit[..], &["--stdio"]].concat(), "").await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
}

#[tokio::test]
async fn other_commands_start_a_runtime_too() {
    let (_folder, _, store) = store();
    let serve = [
        "--token",
        "t",
        "--stdio",
        "--",
        env!("CARGO_BIN_EXE_arcp"),
        "serve",
        "--stdio",
        "--store",
        &store,
        "--token",
        "t=me",
    ];
    let submit = ["submit", "--agent", "echo", "--input", "7"];
    let ended = run(&[&submit[..], &serve].concat(), "").await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "7\n"));
    let listed = run(&[&["jobs", "--json"][..], &serve].concat(), "").await;
    let job: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(job["status"], "success", "{}", listed.stderr);
    let id = job["job_id"].as_str().unwrap();
    let tailed = run(&[&["tail", id][..], &serve].concat(), "").await;
    assert_eq!((tailed.code, tailed.stdout.as_str()), (Some(0), "7\n"));
    let agents = run(&[&["agents"][..], &serve].concat(), "").await;
    assert!(agents.stdout.contains("echo"), "{}", agents.stderr);
}

/// A store in memory goes with its process, so whether there is a job nobody knows; with a key it is submitted again.
#[tokio::test]
async fn a_runtime_that_ends_too_early_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("killed");
    // The first one is ended as soon as it has welcomed somebody, the second one serves.
    let script = format!(
        "test -e '{0}' && exec \"$0\" \"$@\"; touch '{0}'; read hello; printf '%s\\n' '{WELCOME}'; read submit; kill -9 $$",
        mark.display()
    );
    let base = ["submit", "--agent", "echo", "--input", "7", "--token", "t"];
    let serve = [
        "--stdio",
        "--",
        "sh",
        "-c",
        &script,
        env!("CARGO_BIN_EXE_arcp"),
        "serve",
        "--stdio",
        "--store",
        "memory",
        "--token",
        "t=me",
    ];
    let key = ["--idempotency-key", "k"];
    let ended = run(&[&base[..], &key, &serve].concat(), "").await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "7\n"),
        "{}",
        ended.stderr
    );
    std::fs::remove_file(&mark).unwrap();
    let ended = run(&[&base[..], &serve].concat(), "").await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(7), ""));
    let said =
        "the job may run or not (with an idempotency key it could have been submitted again)";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
}

const WELCOME: &str = r#"{"arcp":"1.1","id":"1","type":"session.welcome","session_id":"sess_1","payload":{"runtime":{"name":"r","version":"1"},"session_id":"sess_1","resume_token":"rt_0000000000000000000000000000000000000000000","resume_window_sec":600,"capabilities":{"encodings":["json"],"features":[],"agents":["echo"]}}}"#;
