//! `arcp send`: what goes in goes out as it is, what comes back is a line each.

use serde_json::{Value, json};

use crate::support::{Server, hello, run};

fn frame(id: &str, wire_type: &str, payload: Value) -> String {
    let mut frame = json!({"arcp": "1.1", "id": id, "type": wire_type, "payload": payload});
    if wire_type != "session.hello" {
        frame["session_id"] = json!("{session_id}");
    }
    frame.to_string()
}

#[tokio::test]
async fn frames_out_and_answers_in() {
    let server = Server::in_memory().await;
    let input = [
        frame("1", "session.hello", hello("tok-a")),
        String::new(),
        "no JSON".to_owned(),
        frame(
            "2",
            "job.submit",
            json!({"agent": "echo", "input": {"ä": 1}}),
        ),
        frame("3", "session.close", json!({"reason": "done"})),
    ]
    .join("\n");
    let ended = run(&["send", "--url", &server.url, "--wait", "60000"], &input).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let lines = ended.lines();
    let types: Vec<_> = lines
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types[..3],
        ["session.welcome", "session.error", "job.accepted"]
    );
    assert!(types.contains(&"session.closed"), "{types:?}");
    assert_eq!(lines[1]["payload"]["code"], "INVALID_REQUEST");
    assert_eq!(lines[2]["payload"]["request_id"], "2");
}

#[tokio::test]
async fn an_answer_is_waited_for_only_so_long() {
    let server = Server::in_memory().await;
    let input = frame("1", "session.hello", hello("tok-a"));
    let ended = run(&["send", "--url", &server.url, "--wait", "1000"], &input).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.lines()[0]["type"], "session.welcome");
}

#[tokio::test]
async fn the_runtime_may_hang_up_first() {
    let server = Server::in_memory().await;
    let input = frame("1", "session.hello", hello("wrong"));
    let ended = run(&["send", "--url", &server.url, "--wait", "60000"], &input).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.lines()[0]["payload"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_line_does_not_wait_for_a_welcome_for_ever() {
    let server = Server::in_memory().await;
    let input = frame("1", "session.ping", json!({"nonce": "n"}));
    let ended = run(&["send", "--url", &server.url, "--wait", "100"], &input).await;
    assert_eq!(ended.code, Some(7));
    assert_eq!(ended.stdout, "");
    assert_eq!(
        ended.stderr,
        "arcp: no welcome came, and a line waits for its {session_id}; send session.hello first, or raise --wait\n"
    );
}
