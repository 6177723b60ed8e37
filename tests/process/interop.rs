//! The unmodified Python SDK against our runtime, and our client against its runtime.

use std::process::Stdio;

use arcp_tests::tools::python::sdk;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::support::{Ended, Server, finish, run, soon};

/// Its command, as a process of this test.
async fn theirs() -> Command {
    // The first time it is installed, which takes longer than a test may wait for a process.
    let command = tokio::task::spawn_blocking(|| sdk().arcp()).await.unwrap();
    let mut command = Command::from(command);
    command.kill_on_drop(true);
    command
}

async fn their_submit(server: &Server, agent: &str, input: &Value, lease: &Value) -> Ended {
    let mut command = theirs().await;
    command.args([
        "submit",
        "--url",
        &server.url,
        "--token",
        "tok-a",
        "--agent",
        agent,
    ]);
    command.args(["--input", &input.to_string(), "--lease", &lease.to_string()]);
    finish(command, "").await
}

#[tokio::test]
async fn their_client_runs_our_probe() {
    let server = Server::in_memory().await;
    let input = json!({"do": [
        {"log": {"message": "a"}}, {"thought": {"text": "b"}}, {"status": {"phase": "c"}},
        {"metric": {"name": "d", "value": 1.5, "unit": "s"}}, {"progress": {"current": 1, "total": 2}},
        {"artifact": {"uri": "s3://b/k", "content_type": "text/plain"}},
        {"call": {"tool": "search.web", "args": {"q": 1}, "result": [2]}},
        {"vendor": {"kind": "x-vendor.acme.ping", "body": {"n": 1}}},
        {"return": {"answer": 42}}
    ]});
    let ended = their_submit(
        &server,
        "probe",
        &input,
        &json!({"tool.call": ["search.*"]}),
    )
    .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let printed: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(printed["final_status"], "success");
    assert_eq!(printed["result"], json!({"answer": 42}));

    let ended = their_submit(&server, "echo", &json!([1, "ä"]), &json!({})).await;
    let printed: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(printed["result"], json!([1, "ä"]));
}

#[tokio::test]
async fn their_client_sees_our_errors() {
    let server = Server::in_memory().await;
    let fails = json!({"do": [{"fail": {"code": "INVALID_REQUEST", "message": "as it was told"}}]});
    let ended = their_submit(&server, "probe", &fails, &json!({})).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("as it was told"), "{}", ended.stderr);

    let ended = their_submit(&server, "nobody", &json!(null), &json!({})).await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("no agent is called nobody"),
        "{}",
        ended.stderr
    );
}

/// Their runtime with its demonstration agent, and its address.
async fn their_runtime() -> (Child, String) {
    let mut command = theirs().await;
    // It takes no port 0: one that was free a moment ago is as good as it gets.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut child = command
        .args(["serve", "--port", &port.to_string(), "--token", "tok-a"])
        .env("PYTHONUNBUFFERED", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    while let Some(line) = soon("the Python runtime to listen", lines.next_line())
        .await
        .unwrap()
    {
        if line.contains("listening on") {
            // What else it says must not fill its pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, format!("ws://127.0.0.1:{port}/arcp"));
        }
        said.push(line);
    }
    panic!("the Python runtime ended: {said:?}");
}

#[tokio::test]
async fn our_client_runs_their_echo() {
    let (_runtime, url) = their_runtime().await;
    let submit = [
        "submit",
        "--url",
        &url,
        "--token",
        "tok-a",
        "--agent",
        "echo",
        "--input",
        r#"{"a":[1,null]}"#,
    ];
    let ended = run(&submit, "").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(
        serde_json::from_str::<Value>(&ended.stdout).unwrap(),
        json!({"echoed": {"a": [1, null]}})
    );
    assert!(
        ended.stderr.contains("info  echo started"),
        "{}",
        ended.stderr
    );

    let ended = run(&[&submit[..], &["--json"]].concat(), "").await;
    let lines = ended.lines();
    let types: Vec<_> = lines
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["accepted", "event", "result"]);
    assert_eq!(lines[2]["result"], json!({"echoed": {"a": [1, null]}}));
}

#[tokio::test]
async fn our_client_understands_their_refusals() {
    let (_runtime, url) = their_runtime().await;
    let base = ["submit", "--url", &url];
    let ended = run(
        &[&base[..], &["--token", "tok-a", "--agent", "nobody"]].concat(),
        "",
    )
    .await;
    assert_eq!(ended.code, Some(9), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("AGENT_NOT_AVAILABLE"),
        "{}",
        ended.stderr
    );
    let ended = run(
        &[&base[..], &["--token", "wrong", "--agent", "echo"]].concat(),
        "",
    )
    .await;
    assert_eq!(ended.code, Some(8), "{}", ended.stderr);
}
