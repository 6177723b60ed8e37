//! `--otlp`: spans reach a collector before the process ends, and a collector that is away keeps nobody.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::support::{Peer, Server, arcp, hello, rest, run, soon};

const SERVE: &[&str] = &[
    "serve",
    "--port",
    "0",
    "--store",
    "memory",
    "--probe",
    "--token",
    "tok-a=alice",
];

/// What a collector is sent: the path and the body.
type Posts = mpsc::UnboundedReceiver<(String, String)>;

/// A collector that takes everything, one request after the other on each connection.
async fn collector() -> (String, Posts) {
    let (posts, taken) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take(stream, posts.clone()));
        }
    });
    (address, taken)
}

async fn take(stream: TcpStream, posts: mpsc::UnboundedSender<(String, String)>) {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap().to_owned();
        while line.trim_end() != "" {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
            if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        posts.send((path, body)).unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
    }
}

/// Lets the probe run once.
async fn work(url: &str) {
    let mut peer = Peer::dial(url).await;
    peer.greet(hello("tok-a")).await;
    let steps = json!({"agent": "probe", "input": {"do": [{"log": {"message": "hush"}}]}});
    peer.send("job.submit", steps).await;
    while peer.receive().await["type"] != "job.result" {}
}

/// The spans and the numbers that were sent.
fn by_path(posts: &mut Posts) -> (String, String) {
    let mut sent = (String::new(), String::new());
    while let Ok((path, body)) = posts.try_recv() {
        match path.as_str() {
            "/v1/traces" => sent.0 += &body,
            "/v1/metrics" => sent.1 += &body,
            other => panic!("{other}"),
        }
    }
    sent
}

/// Everything that was sent to the path.
fn sent_to(path: &str, posts: &mut Posts) -> String {
    let all = std::iter::from_fn(|| posts.try_recv().ok());
    all.filter(|(at, _)| at == path)
        .map(|(_, body)| body)
        .collect()
}

#[tokio::test]
async fn spans_arrive_before_the_end() {
    let (address, mut posts) = collector().await;
    let mut command = arcp(SERVE);
    command.args(["--otlp", &address]);
    let server = Server::spawn(command).await;
    work(&server.url).await;
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
    let (spans, numbers) = by_path(&mut posts);
    assert!(numbers.contains("arcp.job.accepted"), "{numbers}");
    for name in ["arcp.job probe", "arcp.session", "arcp-runtime"] {
        assert!(spans.contains(name), "{name}: {spans}");
    }
    assert!(!spans.contains("hush"), "{spans}");
}

#[tokio::test]
async fn a_client_begins_the_trace_of_its_job() {
    let (address, mut posts) = collector().await;
    let server = Server::spawn(arcp(SERVE)).await;
    let ended = run(
        &[
            &["submit", "--url", &server.url, "--token", "tok-a"][..],
            &["--agent", "echo", "--input", r#""hush""#],
            &["--otlp", &address],
        ]
        .concat(),
        "",
    )
    .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "\"hush\"\n"),
        "{}",
        ended.stderr
    );
    let spans = sent_to("/v1/traces", &mut posts);
    assert!(spans.contains("arcp.submit echo"), "{spans}");
    assert!(!spans.contains("hush"), "{spans}");

    let wrong = run(
        &["submit", "--agent", "echo", "--token", "t", "--otlp", "no"],
        "",
    )
    .await;
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("--otlp"), "{}", wrong.stderr);
}

#[tokio::test]
async fn the_variables_of_opentelemetry_hold() {
    let (address, mut posts) = collector().await;
    let mut command = arcp(SERVE);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("{address}/below/"))
        .env("OTEL_SERVICE_NAME", "fleet");
    let server = Server::spawn(command).await;
    work(&server.url).await;
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
    let spans = sent_to("/below/v1/traces", &mut posts);
    assert!(
        spans.contains("fleet") && spans.contains("arcp.job probe"),
        "{spans}"
    );
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_once_and_keeps_nobody() {
    let mut command = arcp(SERVE);
    // Nobody listens on the port of a listener that is gone.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    command.args(["--otlp", &address]).stderr(Stdio::piped());
    let mut server = Server::spawn(command).await;
    let said = server.stderr();
    work(&server.url).await;
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
    let said = soon("its log", rest(said)).await;
    assert_eq!(said.matches("takes no spans").count(), 1, "{said}");
}

#[tokio::test]
async fn an_address_that_is_none_is_a_mistake_of_the_caller() {
    let mut wrong = SERVE.to_vec();
    wrong.extend(["--otlp", "127.0.0.1:4318"]);
    let ended = run(&wrong, "").await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("http://HOST:PORT"), "{ended:?}");
}
