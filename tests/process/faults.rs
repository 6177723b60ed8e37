//! Whatever can be wrong is one sentence with the cure, and an exit code of its own.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::json;

use crate::support::{Ended, Server, arcp, finish, run, soon, store};

/// One sentence on standard error, nothing on standard output.
fn told(ended: &Ended, code: i32, sentence: &str) {
    assert_eq!(ended.stderr, format!("arcp: {sentence}\n"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""));
}

async fn serve(arguments: &[&str]) -> Ended {
    let all = [&["serve", "--port", "0", "--token", "t=me"], arguments].concat();
    run(&all, "").await
}

#[tokio::test]
async fn a_port_that_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    told(
        &serve_on(&port).await,
        6,
        &format!("port {port} is taken; choose another with --port, or --port 0 for a free one"),
    );
}

async fn serve_on(port: &str) -> Ended {
    run(
        &[
            "serve", "--port", port, "--token", "t=me", "--store", "memory",
        ],
        "",
    )
    .await
}

#[tokio::test]
async fn an_address_that_is_not_ours() {
    told(
        &serve(&["--store", "memory", "--host", "192.0.2.1", "--insecure"]).await,
        6,
        "192.0.2.1:0 cannot be listened on: Cannot assign requested address (os error 99); choose another --host or --port",
    );
    told(
        &serve(&["--store", "memory", "--host", "0.0.0.0"]).await,
        2,
        "0.0.0.0 is not loopback, and without TLS everybody on the way can read tokens: give a certificate with --tls-cert and --tls-key, or put a proxy with TLS in front and pass --insecure",
    );
}

#[tokio::test]
async fn an_argument_that_cannot_be_read_is_named() {
    let submit = ["submit", "--token", "t", "--agent", "echo"];
    for (arguments, sentence) in [
        (
            [&submit[..], &["--max-runtime", "0"]].concat(),
            "--max-runtime 0: write a whole number from 1 to 2147483647; --help says what it takes",
        ),
        (
            vec!["serve", "--token", "t=me", "--frame-depth", "ten"],
            "--frame-depth ten: write a whole number from 4 to 128; --help says what it takes",
        ),
        (
            vec!["serve", "--host", "here"],
            "--host here: invalid IP address syntax; --help says what it takes",
        ),
        (
            vec!["tail", "", "--token", "t"],
            "JOB ``: this is not a job id: it must have 1 to 256 characters and match ^[!-~]+$; `arcp jobs` lists what there is",
        ),
    ] {
        told(&run(&arguments, "").await, 2, sentence);
    }
    // What clap says better stays as it says it.
    let unknown = run(&["submit", "--agnet", "echo"], "").await;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("'--agent'"), "{}", unknown.stderr);
}

#[tokio::test]
async fn a_store_that_cannot_be_used() {
    let (folder, path, place) = store();
    let shown = path.canonicalize().unwrap_or(path.clone());
    let first = Server::start(&["--store", &place]).await;
    told(
        &serve(&["--store", &place]).await,
        5,
        &format!(
            "{} is in use by another runtime; stop that runtime or choose another file",
            shown.display()
        ),
    );
    first.kill().await;

    let missing = folder.path().join("no/such.db");
    let ended = serve(&["--store", &format!("sqlite:{}", missing.display())]).await;
    told(
        &ended,
        4,
        &format!(
            "the store failed: the folder {} cannot be used (No such file or directory (os error 2)); create it or choose another file",
            missing.parent().unwrap().display()
        ),
    );

    let other = folder.path().join("letter.db");
    std::fs::write(
        &other,
        "Dear reader, this is no database at all. ".repeat(100),
    )
    .unwrap();
    let ended = serve(&["--store", &format!("sqlite:{}", other.display())]).await;
    told(
        &ended,
        4,
        &format!(
            "the store failed: {}: file is not a database; choose another file",
            other.display()
        ),
    );

    for wrong in ["sqlite:", "postgres://db", "file.db"] {
        told(
            &serve(&["--store", wrong]).await,
            2,
            &format!("--store {wrong}: write memory or sqlite:PATH"),
        );
    }
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made() {
    // A file where the folder should be stops every user, root included.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    std::fs::write(&file, "").unwrap();
    let mut command = arcp(&["serve", "--port", "0", "--token", "t=me"]);
    command.env("XDG_DATA_HOME", &file).env("HOME", &file);
    told(
        &finish(command, "").await,
        4,
        &format!(
            "{}/arcp cannot be made: Not a directory (os error 20); pass --store sqlite:PATH or --store memory",
            file.display()
        ),
    );
    let mut command = arcp(&["serve", "--port", "0", "--token", "t=me"]);
    command.env_remove("XDG_DATA_HOME").env_remove("HOME");
    told(
        &finish(command, "").await,
        4,
        "there is no data folder: set HOME, or pass --store sqlite:PATH or --store memory",
    );
}

#[tokio::test]
async fn tokens_that_are_missing_or_wrong() {
    told(
        &run(&["serve", "--store", "memory", "--port", "0"], "").await,
        2,
        "nobody could connect: pass --token TOKEN=PRINCIPAL, --token-file FILE, or set ARCP_TOKENS",
    );
    told(
        &run(
            &[
                "serve",
                "--store",
                "memory",
                "--token-file",
                "/no/such/file",
            ],
            "",
        )
        .await,
        4,
        "/no/such/file: no such file; check the path",
    );
    let wrong = run(
        &["serve", "--store", "memory", "--token", "no-principal"],
        "",
    )
    .await;
    assert_eq!(wrong.code, Some(2));
    // A token is a secret: the sentence says what is wrong and not with which one.
    assert!(
        wrong.stderr.starts_with("arcp: --token: "),
        "{}",
        wrong.stderr
    );
    assert!(!wrong.stderr.contains("no-principal"), "{}", wrong.stderr);

    let server = Server::in_memory().await;
    let submit = ["submit", "--agent", "echo", "--url", &server.url];
    told(
        &run(&submit, "").await,
        2,
        "there is no token: set ARCP_TOKEN, or pass --token-file FILE or --token TOKEN",
    );
    told(
        &run(&[&submit[..], &["--token", "guess"]].concat(), "").await,
        8,
        "the runtime refused: UNAUTHENTICATED: the bearer token is not valid; give a token that it knows with --token-file, --token or in ARCP_TOKEN",
    );
}

#[tokio::test]
async fn a_way_to_the_runtime_that_is_wrong() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = free.local_addr().unwrap().to_string();
    drop(free);
    for (url, code, sentence) in [
        (format!("ws://{nobody}"), 7, format!("cannot reach {nobody}: Connection refused (os error 111); is the runtime running there?")),
        (
            "http://127.0.0.1:1".to_owned(),
            2,
            "http://127.0.0.1:1: the scheme must be ws:// or wss://; write wss://HOST:PORT/arcp, or ws:// on this machine".to_owned(),
        ),
        (format!("wss://{nobody}"), 7, format!("cannot reach {nobody}: Connection refused (os error 111); is the runtime running there?")),
        (
            "ws://example.com".to_owned(),
            2,
            "ws://example.com: plain ws:// to another machine shows the token to everybody on the way; use wss:// or a tunnel to 127.0.0.1, or allow it (`insecure`, for a command --insecure)".to_owned(),
        ),
    ] {
        told(&run(&["submit", "--agent", "echo", "--token", "t", "--url", &url], "").await, code, &sentence);
        told(&run(&["send", "--url", &url], "").await, code, &sentence);
    }
    let ended = run(
        &[
            "submit",
            "--agent",
            "echo",
            "--token",
            "t",
            "--url",
            "not a url",
        ],
        "",
    )
    .await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let server = Server::in_memory().await;
    let elsewhere = server.url.replace("/arcp", "/elsewhere");
    let ended = run(
        &[
            "submit", "--agent", "echo", "--token", "t", "--url", &elsewhere,
        ],
        "",
    )
    .await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("answered HTTP 404"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn input_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.json");
    std::fs::write(&bad, "{\"a\": }").unwrap();
    let bytes = folder.path().join("bytes");
    std::fs::write(&bytes, [0xff, 0xfe]).unwrap();
    let (at_bad, at_bytes) = (
        format!("@{}", bad.display()),
        format!("@{}", bytes.display()),
    );
    let cases = [
        (vec!["--input", "{n:3}"], "", 2, "--input is not JSON: key must be a string at line 1 column 2; quote it for the shell, as in '{\"n\":3}'; a text needs quotes of its own, as in '\"hello\"'".to_owned()),
        (vec!["--input", "-"], "nope", 2, "standard input is not JSON: expected ident at line 1 column 2; correct it there".to_owned()),
        (vec!["--input", &at_bad], "", 2, format!("{} is not JSON: expected value at line 1 column 7; correct it there", bad.display())),
        (vec!["--input", &at_bytes], "", 2, format!("{} is not UTF-8 text; save it as UTF-8", bytes.display())),
        (vec!["--input", "@/no/such/file"], "", 4, "/no/such/file: no such file; check the path".to_owned()),
        (vec!["--agent", "Echo!"], "", 2, String::new()),
        (vec!["--lease-expires", "tomorrow"], "", 2, String::new()),
    ];
    for (arguments, input, code, sentence) in cases {
        let agent = if arguments[0] == "--agent" {
            vec![]
        } else {
            vec!["--agent", "echo"]
        };
        let all = [vec!["submit", "--token", "t"], agent, arguments.clone()].concat();
        let ended = run(&all, input).await;
        if sentence.is_empty() {
            assert_eq!(ended.code, Some(code), "{arguments:?}");
            assert!(
                ended.stderr.contains("; write "),
                "the cure: {}",
                ended.stderr
            );
        } else {
            told(&ended, code, &sentence);
        }
    }
}

#[tokio::test]
async fn what_the_runtime_refuses() {
    let server = Server::in_memory().await;
    let submit = |arguments: &'static [&'static str]| {
        let url = server.url.clone();
        async move {
            run(
                &[&["submit", "--token", "tok-a", "--url", &url], arguments].concat(),
                "",
            )
            .await
        }
    };
    told(
        &submit(&["--agent", "nobody"]).await,
        9,
        "the runtime refused: AGENT_NOT_AVAILABLE: payload.agent: no agent is called nobody; `arcp agents` lists what there is",
    );
    told(
        &submit(&["--agent", "count", "--input", "{\"n\":0}"]).await,
        9,
        "the runtime refused: INVALID_REQUEST: payload.input.n: 0 is not from 1 to 1000000",
    );
}

#[tokio::test]
async fn a_session_that_is_gone() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.session");
    let path = file.display().to_string();
    let resume = [
        "submit",
        "--token",
        "tok-a",
        "--url",
        &server.url,
        "--resume",
        &path,
    ];
    told(
        &run(&resume, "").await,
        4,
        &format!("{path}: no such file; check the path"),
    );

    std::fs::write(&file, "[]").unwrap();
    let ended = run(&resume, "").await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("is no saved session"),
        "{}",
        ended.stderr
    );

    let saved = json!({"session_id": "sess_gone", "resume_token": "rt_guess", "last_event_seq": 3, "jobs": ["job_x"]});
    std::fs::write(&file, saved.to_string()).unwrap();
    let ended = run(&resume, "").await;
    assert_eq!(ended.code, Some(10), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("submit the job again"),
        "{}",
        ended.stderr
    );

    // A file that may still be needed is not written over.
    let ended = run(
        &[
            "submit",
            "--token",
            "tok-a",
            "--url",
            &server.url,
            "--agent",
            "echo",
            "--save-session",
            &path,
        ],
        "",
    )
    .await;
    told(
        &ended,
        4,
        &format!(
            "{path} is there already, and its job may still run: go on with --resume {path}, or remove it"
        ),
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), saved.to_string());
}

#[tokio::test]
async fn the_store_and_the_session_are_for_their_owner_only() {
    let (folder, path, place) = store();
    let server = Server::start(&["--store", &place]).await;
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    let file = folder.path().join("job.session");
    let shown = file.display().to_string();
    let mut job = arcp(&[
        "submit",
        "--token",
        "tok-a",
        "--url",
        &server.url,
        "--agent",
        "probe",
        "--json",
        "--input",
        r#"{"do":[{"block":{}}]}"#,
        "--save-session",
        &shown,
    ]);
    let mut child = job.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = tokio::io::BufReader::new(child.stdout.take().unwrap());
    crate::support::soon(
        "the job",
        tokio::io::AsyncBufReadExt::read_line(&mut out, &mut line),
    )
    .await
    .unwrap();
    assert_eq!(mode(&file), 0o600);
    child.kill().await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_wrong_for_a_saved_session() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.session");
    let saved = json!({"session_id": "sess_1", "resume_token": "rt_1", "last_event_seq": 0, "jobs": ["job_1"]});
    std::fs::write(&path, saved.to_string()).unwrap();
    let path = path.display().to_string();
    for command in [
        &["submit", "--resume", path.as_str()][..],
        &["cancel", path.as_str()],
    ] {
        let with = |token| [command, &["--url", &server.url, "--token", token]].concat();
        let wrong = run(&with("wrong"), "").await;
        assert_eq!(wrong.code, Some(8), "{}", wrong.stderr);
        assert!(wrong.stderr.contains("ARCP_TOKEN"), "{}", wrong.stderr);
        let gone = run(&with("tok-a"), "").await;
        assert_eq!(gone.code, Some(10), "{}", gone.stderr);
    }
    assert!(std::path::Path::new(&path).exists(), "it may still be good");
}

#[tokio::test]
async fn an_output_that_is_full() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let child = arcp(&["completions", "bash"])
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = soon("the end", child.wait_with_output()).await.unwrap();
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).as_ref()
        ),
        (
            Some(3),
            "arcp: standard output cannot be written: No space left on device (os error 28)\n"
        )
    );
}

#[tokio::test]
async fn a_draft_of_a_session_that_leads_elsewhere_is_not_followed() {
    let server = Server::in_memory().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.session");
    let elsewhere = folder.path().join("elsewhere");
    std::fs::write(&elsewhere, "mine").unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.path().join("job.session.new")).unwrap();
    let path = path.display().to_string();
    let arguments = [
        "submit",
        "--url",
        &server.url,
        "--token",
        "tok-a",
        "--agent",
        "echo",
        "--save-session",
        &path,
    ];
    let ended = run(&arguments, "").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "mine");
}

/// A judgement of nothing would look like a pass.
#[tokio::test]
async fn scenarios_that_do_not_exist() {
    let server = Server::start(&["--store", "memory"]).await;
    let conform = ["conform", "server", "--url", &server.url, "--token"];
    let only = [&conform[..], &["tok-a", "--only", "no such scenario"]].concat();
    told(
        &run(&only, "").await,
        2,
        "nothing was played: no scenario's name contains the text of --only, \"no such scenario\"; --list prints the names",
    );
}
