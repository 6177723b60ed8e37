//! `arcp` with TLS: what `serve` shows, what the clients of the command believe, and that nothing is said in clear by accident.

use std::path::PathBuf;

use arcp_tests::certificates::{Authority, Pair};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::{Ended, Server, arcp, rest, run, signal};

const HERE: &[&str] = &["127.0.0.1", "localhost"];

/// A folder with an authority, and with the certificate that a runtime shows.
struct Papers {
    folder: TempDir,
}

impl Papers {
    fn new(authority: &Authority, pair: &Pair) -> Self {
        let papers = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(papers.path("ca.pem"), authority.pem()).unwrap();
        papers.show(pair);
        papers
    }

    fn show(&self, pair: &Pair) {
        std::fs::write(self.path("cert.pem"), &pair.certificate).unwrap();
        std::fs::write(self.path("key.pem"), &pair.key).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn flags(&self) -> Vec<String> {
        let shown = |name| self.path(name).display().to_string();
        [
            "--store".to_owned(),
            "memory".to_owned(),
            "--tls-cert".to_owned(),
            shown("cert.pem"),
            "--tls-key".to_owned(),
            shown("key.pem"),
        ]
        .into()
    }

    async fn serve(&self) -> Server {
        let flags = self.flags();
        Server::start(&flags.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// Runs a client of the command that believes the authority in `ca`.
    async fn client(&self, url: &str, ca: &str, arguments: &[&str]) -> Ended {
        let ca = self.path(ca).display().to_string();
        let mut all = arguments.to_vec();
        all.extend(["--url", url, "--ca", &ca, "--token", "tok-a"]);
        run(&all, "").await
    }
}

fn ours() -> (Authority, Papers) {
    let authority = Authority::new();
    let papers = Papers::new(&authority, &authority.sign(HERE));
    (authority, papers)
}

#[tokio::test]
async fn clients_of_the_command_speak_tls() {
    let (_, papers) = ours();
    let server = papers.serve().await;
    assert!(
        server.url.starts_with("wss://127.0.0.1:"),
        "{}",
        server.ready
    );
    // One that stalls in its handshake holds nobody up.
    let port = server.url.split([':', '/']).nth(4).unwrap();
    let mut stalled = TcpStream::connect(format!("127.0.0.1:{port}"))
        .await
        .unwrap();
    stalled.write_all(&[0x16, 3, 1, 2, 0]).await.unwrap();

    let large = "x".repeat(200_000);
    let input = json!(large).to_string();
    let file = papers.path("input.json");
    std::fs::write(&file, &input).unwrap();
    let input = format!("@{}", file.display());
    let submit = ["submit", "--agent", "echo", "--input", &input, "--json"];
    let ended = papers.client(&server.url, "ca.pem", &submit).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains(&large));

    let ended = papers
        .client(&server.url, "ca.pem", &["agents", "--json"])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("probe"));

    let ca = papers.path("ca.pem").display().to_string();
    let ping = r#"{"arcp":"1.1","id":"1","type":"session.ping","payload":{"nonce":"n","sent_at":"2026-01-01T00:00:00Z"}}"#;
    let ended = run(&["send", "--url", &server.url, "--ca", &ca], ping).await;
    assert_eq!(
        ended.lines()[0]["type"],
        "session.error",
        "{}",
        ended.stderr
    );

    let conform = [
        "conform",
        "server",
        "--only",
        "6.3/every ",
        "--format",
        "json",
    ];
    let ended = papers.client(&server.url, "ca.pem", &conform).await;
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    drop(stalled);
}

#[tokio::test]
async fn who_is_not_believed_is_a_sentence_with_the_cure() {
    let (_, papers) = ours();
    let server = papers.serve().await;
    std::fs::write(papers.path("other.pem"), Authority::new().pem()).unwrap();
    let agents = ["agents"];
    let ended = papers.client(&server.url, "other.pem", &agents).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("name its authority (--ca FILE)"),
        "{}",
        ended.stderr
    );

    let plain = server.url.replace("wss:", "ws:");
    let ended = papers.client(&plain, "ca.pem", &agents).await;
    assert!(
        ended.stderr.contains("connect with wss://"),
        "{}",
        ended.stderr
    );

    let ended = papers.client(&server.url, "key.pem", &agents).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("key.pem: there is no certificate in it"),
        "{}",
        ended.stderr
    );

    let naked = Server::in_memory().await;
    let encrypted = naked.url.replace("ws:", "wss:");
    let ended = papers.client(&encrypted, "ca.pem", &agents).await;
    assert!(
        ended.stderr.contains("use ws:// for a plain port"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn no_token_leaves_this_machine_in_clear() {
    for command in [
        "submit --agent echo",
        "agents",
        "jobs",
        "tail job_1",
        "conform server",
        "send",
    ] {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.extend(["--url", "ws://192.0.2.1:7777/arcp"]);
        if command != "send" {
            arguments.extend(["--token", "tok-a"]);
        }
        let ended = run(&arguments, "").await;
        assert_eq!(ended.code, Some(2), "{command}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("plain ws:// to another machine"),
            "{command}: {}",
            ended.stderr
        );
    }
    let ended = run(
        &[
            "serve", "--host", "0.0.0.0", "--port", "0", "--token", "a=b", "--store", "memory",
        ],
        "",
    )
    .await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("--tls-cert and --tls-key"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn with_tls_a_runtime_may_listen_anywhere() {
    let (_, papers) = ours();
    let mut flags = papers.flags();
    flags.extend(["--host".to_owned(), "0.0.0.0".to_owned()]);
    let server = Server::start(&flags.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let here = server.url.replace("0.0.0.0", "127.0.0.1");
    let ended = papers.client(&here, "ca.pem", &["jobs"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[tokio::test]
async fn what_cannot_be_shown_is_a_sentence_with_the_cure() {
    let (authority, papers) = ours();
    let attempt = async || {
        let mut arguments = vec![
            "serve".to_owned(),
            "--port=0".to_owned(),
            "--token=a=b".to_owned(),
        ];
        arguments.extend(papers.flags());
        run(
            &arguments.iter().map(String::as_str).collect::<Vec<_>>(),
            "",
        )
        .await
    };
    std::fs::write(papers.path("key.pem"), authority.sign(HERE).key).unwrap();
    let ended = attempt().await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("the key does not fit the certificate"),
        "{}",
        ended.stderr
    );

    std::fs::write(papers.path("cert.pem"), "hello\n").unwrap();
    let ended = attempt().await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("cert.pem: there is no certificate in it"),
        "{}",
        ended.stderr
    );

    std::fs::remove_file(papers.path("cert.pem")).unwrap();
    let ended = attempt().await;
    assert_eq!(ended.code, Some(4));
    assert!(
        ended
            .stderr
            .contains("cert.pem: no such file; check the path"),
        "{}",
        ended.stderr
    );

    let ended = run(&["serve", "--tls-cert", "cert.pem"], "").await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--tls-key"), "{}", ended.stderr);
}

#[tokio::test]
async fn an_expired_certificate_is_shown_with_a_warning() {
    let authority = Authority::new();
    let papers = Papers::new(&authority, &authority.sign_expired(HERE));
    let mut command = arcp(&["serve", "--port=0", "--token=a=b"]);
    command
        .args(papers.flags())
        .stderr(std::process::Stdio::piped());
    let mut server = Server::spawn(command).await;
    let stderr = server.stderr();
    let ended = papers.client(&server.url, "ca.pem", &["agents"]).await;
    assert!(
        ended.stderr.contains("its certificate has expired"),
        "{}",
        ended.stderr
    );
    let (status, _) = server.terminate().await;
    assert!(status.success());
    let said = rest(stderr).await;
    assert!(
        said.contains("has expired, at 2002-03-04T00:00:00Z"),
        "{said}"
    );
}

#[tokio::test]
async fn a_new_certificate_is_read_at_sighup() {
    let (_, papers) = ours();
    let mut server = papers.serve().await;
    let renewed = Authority::new();
    std::fs::write(papers.path("new-ca.pem"), renewed.pem()).unwrap();
    let pair = renewed.sign(HERE);
    // Half of it: what was there stays.
    std::fs::write(papers.path("cert.pem"), &pair.certificate).unwrap();
    signal(server.pid(), "HUP");
    assert_eq!(server.line().await, "the certificate stays as it was");
    let ended = papers.client(&server.url, "ca.pem", &["agents"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    papers.show(&pair);
    signal(server.pid(), "HUP");
    assert_eq!(server.line().await, "the certificate was read again");
    let ended = papers.client(&server.url, "new-ca.pem", &["agents"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let ended = papers.client(&server.url, "ca.pem", &["agents"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
}
