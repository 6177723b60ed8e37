//! `arcp serve --admin` and `--drain`: who watches a runtime is told how it is, and it lets its jobs end before it goes.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr};

use crate::support::{Peer, Server, arcp, run, signal, soon};

/// The whole answer to a GET.
async fn page(admin: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(admin).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {admin}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    soon("an answer", stream.read_to_string(&mut text))
        .await
        .unwrap();
    text
}

/// Where the second line says that it can be watched.
async fn watched(server: &mut Server) -> String {
    let line = server.line().await;
    let (_, address) = line.split_once("on http://").expect("an address");
    address.to_owned()
}

#[tokio::test]
async fn a_drain_is_seen_by_those_who_watch_and_waits_for_jobs() {
    let mut server = Server::start(&[
        "--store",
        "memory",
        "--admin",
        "127.0.0.1:0",
        "--drain",
        "3600",
    ])
    .await;
    let admin = watched(&mut server).await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert!(page(&admin, path).await.starts_with("HTTP/1.1 200 "));
    }
    assert!(page(&admin, "/arcp").await.starts_with("HTTP/1.1 404 "));

    let mut peer = Peer::hello(&server.url).await;
    peer.probe(
        json!([{"log": {"message": "begun"}}, {"block": {}}]),
        json!({}),
    )
    .await;
    let begun = peer.until(&["job.event"]).await.pop().unwrap();
    let metrics = page(&admin, "/metrics").await;
    assert!(
        metrics.contains("\narcp_jobs{status=\"running\"} 1\n"),
        "{metrics}"
    );
    signal(server.pid(), "TERM");
    soon("the drain", async {
        while page(&admin, "/readyz").await.starts_with("HTTP/1.1 200 ") {}
    })
    .await;
    assert!(page(&admin, "/healthz").await.starts_with("HTTP/1.1 200 "));
    peer.send("job.submit", json!({"agent": "echo", "input": 1}))
        .await;
    let refused = peer.receive().await;
    assert_eq!(refused["payload"]["details"]["cap"], "shutdown");
    peer.send_about("job.cancel", json!({}), Some(&begun["job_id"]))
        .await;
    peer.until(&["job.error"]).await;
    let closed = peer.until(&["session.closed"]).await.pop().unwrap();
    assert_eq!(closed["payload"]["reason"], "runtime_shutdown");
    drop(peer);
    let (status, _) = server.wait().await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_second_signal_waits_for_jobs_no_longer() {
    let server = Server::start(&["--store", "memory", "--drain", "3600"]).await;
    let mut peer = Peer::hello(&server.url).await;
    peer.probe(
        json!([{"log": {"message": "begun"}}, {"block": {}}]),
        json!({}),
    )
    .await;
    peer.until(&["job.event"]).await;
    signal(server.pid(), "TERM");
    loop {
        peer.send("job.submit", json!({"agent": "echo", "input": 1}))
            .await;
        let answer = peer
            .until(&["session.error", "job.result"])
            .await
            .pop()
            .unwrap();
        if answer["payload"]["details"]["cap"] == "shutdown" {
            break;
        }
    }
    signal(server.pid(), "INT");
    peer.until(&["session.closed"]).await;
    drop(peer);
    let (status, _) = server.wait().await;
    assert_eq!(status.code(), Some(0));
}

/// A runtime over pipes that nobody speaks with, and the lines of its standard error.
fn over_pipes(admin: &str) -> (Child, Lines<BufReader<ChildStderr>>) {
    let mut child = arcp(&["serve", "--stdio", "--store", "memory", "--token", "t=me"])
        .args(["--admin", admin])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    (child, lines)
}

#[tokio::test]
async fn over_pipes_the_address_is_said_on_standard_error() {
    let (mut child, mut lines) = over_pipes("127.0.0.1:0");
    let line = soon("a line", lines.next_line()).await.unwrap().unwrap();
    let (_, admin) = line.split_once("on http://").expect("an address");
    assert!(page(admin, "/readyz").await.starts_with("HTTP/1.1 200 "));
    drop(child.stdin.take());
    let ended = soon("the end", child.wait_with_output()).await.unwrap();
    assert!(ended.stdout.is_empty());
}

#[tokio::test]
async fn an_address_that_others_reach_is_warned_of_once() {
    let (mut child, mut lines) = over_pipes("0.0.0.0:0");
    drop(child.stdin.take());
    let mut said = Vec::new();
    while let Some(line) = soon("a line", lines.next_line()).await.unwrap() {
        said.push(line);
    }
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].contains("WARN") && said[0].contains("--admin 0.0.0.0:0 is not loopback"),
        "{said:?}"
    );
    assert!(said[1].contains("on http://0.0.0.0:"), "{said:?}");
    assert!(soon("the end", child.wait()).await.unwrap().success());
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_named_with_the_cure() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = [
        "serve", "--store", "memory", "--token", "t=me", "--port", "0",
    ];
    let ended = run(&[&serve[..], &["--admin", &address]].concat(), "").await;
    assert_ne!(ended.code, Some(0));
    assert!(ended.stderr.contains(&address), "{}", ended.stderr);
    assert!(ended.stderr.contains("--admin"), "{}", ended.stderr);
    let ended = run(&[&serve[..], &["--admin", "here"]].concat(), "").await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--admin"), "{}", ended.stderr);
}
