//! `arcp conform` as another SDK's pipeline uses it: from any folder, with exit codes, reports without secrets, and one sentence for whatever is wrong.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use arcp_tests::tools::shell;
use serde_json::Value;

use crate::support::{Ended, Server, arcp, finish, run};

const ALICE: &str = "a-token-of-alice-that-is-long";
const BOB: &str = "a-token-of-bob-that-is-long";

fn told(ended: &Ended, code: i32, sentence: &str) {
    assert_eq!(ended.stderr, format!("arcp: {sentence}\n"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""));
}

async fn long_tokens() -> Server {
    let (alice, bob) = (format!("{ALICE}=alice-a"), format!("{BOB}=bob-b"));
    Server::start(&["--store", "memory", "--token", &alice, "--token", &bob]).await
}

/// The command in a folder that has nothing to do with the project.
async fn elsewhere(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = arcp(arguments);
    command.current_dir(folder);
    finish(command, "").await
}

fn server<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let base = ["conform", "server", "--url", url];
    [&base[..], &["--token", ALICE, "--other-token", BOB], more].concat()
}

#[tokio::test]
async fn whoever_is_not_there_is_told_once() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/arcp", nobody.local_addr().unwrap());
    drop(nobody);
    let ended = run(&server(&url, &[]), "").await;
    told(
        &ended,
        7,
        &format!(
            "no runtime answers: {url}: IO error: Connection refused (os error 111); start it, or correct --url"
        ),
    );
    let missing = ["conform", "client", "--", "/no/such/client", "submit"];
    told(
        &run(&missing, "").await,
        4,
        "/no/such/client is not there: name a program that is on the PATH, or its path",
    );
    told(
        &run(&["conform", "pipe", "/no/such/door"], "").await,
        7,
        "the kit does not wait at /no/such/door: No such file or directory (os error 2); this is what a client starts while `arcp conform client` tests it",
    );
}

#[tokio::test]
async fn a_client_that_cannot_run_or_never_comes_is_told_once_and_leaves_nobody_behind() {
    for no_program in ["/etc/passwd", "/"] {
        told(
            &run(&["conform", "client", "--", no_program], "").await,
            4,
            &format!(
                "{no_program} cannot be executed: name a program, or make it one with chmod +x"
            ),
        );
    }
    // Whoever is started holds the pipe: it ends only when all of them have.
    let folder = tempfile::tempdir().unwrap();
    let line = "mkfifo held; { arcp conform client --patience 300 -- sh -c 'sleep 100000 & wait'; echo $? > code; } 9> held & cat held; wait";
    let ended = play_line(folder.path(), line).await;
    let code = std::fs::read_to_string(folder.path().join("code")).unwrap();
    assert_eq!((code.as_str(), ended.stdout.as_str()), ("7\n", ""));
    assert_eq!(
        ended.stderr,
        "arcp: no client connects: nobody said anything in the first 8 scenarios (nobody); try the command by itself, see that it goes to {url} or ARCP_URL, and give a slow one more --patience\n"
    );
}

#[tokio::test]
async fn a_token_that_nobody_knows_and_agents_that_nobody_mapped_are_told_once() {
    let mut command = arcp(&["serve", "--port", "0", "--store", "memory"]);
    command.args(["--token", &format!("{ALICE}=alice")]);
    let runtime = Server::spawn(command).await;
    let wrong = [
        "conform",
        "server",
        "--url",
        &runtime.url,
        "--token",
        "nobody",
    ];
    let ended = run(&wrong, "").await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(8), ""));
    let unwelcome =
        "arcp: the runtime does not welcome the first principal: expected session.welcome";
    assert!(ended.stderr.starts_with(unwelcome), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1);
    told(
        &run(&server(&runtime.url, &[]), "").await,
        2,
        "the runtime has no agent `probe`, only count, echo, stream; map the kit's programs to its own agents in a file for --target (`arcp conform server --help` shows one)",
    );
}

#[tokio::test]
async fn files_that_say_nothing_sensible_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let program = written("program.yaml", "programs: {fast: {agent: echo}}");
    told(
        &run(
            &server("ws://127.0.0.1:9/arcp", &["--target", &program]),
            "",
        )
        .await,
        2,
        &format!(
            "{program}: programs.fast: there is no such program; write one of block, fail, log-20, log-one, quick, rotate"
        ),
    );
    let without = written("without.yaml", "without: {proeb: there is none}");
    let ended = run(
        &server("ws://127.0.0.1:9/arcp", &["--target", &without]),
        "",
    )
    .await;
    assert!(
        ended
            .stderr
            .contains("without.proeb: write a scenario's name")
    );
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1));
    let list = written("expected.yaml", "- {scenario: 3/x}");
    let ended = run(&server("ws://127.0.0.1:9/arcp", &["--expected", &list]), "").await;
    assert!(
        ended.stderr.contains("missing field `reason`"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.code, Some(2));
    let commands = written("client.yaml", "commands: {sumbit: [x]}");
    let ended = run(&["conform", "client", "--target", &commands], "").await;
    assert!(
        ended
            .stderr
            .contains("commands.sumbit: there is no such command; the commands are: `submit`")
    );
    assert_eq!(ended.code, Some(2));
    let ended = run(
        &server("ws://127.0.0.1:9/arcp", &["--endpoint", "fast=ws://x"]),
        "",
    )
    .await;
    told(
        &ended,
        2,
        "--endpoint fast=ws://x: there is no profile fast; write one of default, brisk, small, provisioned",
    );
}

#[tokio::test]
async fn the_scenarios_are_listed_without_a_runtime() {
    let server = run(&["conform", "server", "--list", "--only", "6.4/"], "").await;
    assert_eq!((server.code, server.stderr.as_str()), (Some(0), ""));
    assert!(server.stdout.lines().all(|line| line.starts_with("6.4/")));
    assert!(
        server
            .stdout
            .contains("6.4/a ping is answered with its nonce (hostile)\n")
    );
    let client = run(&["conform", "client", "--list"], "").await;
    assert!(client.stdout.lines().count() > 40 && client.code == Some(0));
}

#[tokio::test]
async fn from_another_folder_it_judges_keeps_transcripts_and_tells_no_secret() {
    let runtime = long_tokens().await;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let only = ["--only", "6.3/every welcome", "--transcripts", "kept"];
    let options = [&only[..], &["--format", "json", "--output", "report.json"]].concat();
    let ended = elsewhere(here, &server(&runtime.url, &options)).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let report: Value =
        serde_json::from_slice(&std::fs::read(here.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["failed"], 0);
    let mut transcripts = Vec::new();
    for entry in std::fs::read_dir(here.join("kept")).unwrap() {
        let file = entry.unwrap().path();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(mode, 0o600);
        assert!(text.contains("\"token\":\"***") && text.contains("\"resume_token\":\"***"));
        assert!(!text.contains(ALICE) && !text.contains(BOB), "{text}");
        transcripts.push(file.display().to_string());
    }
    assert_eq!(transcripts.len(), 2);
    let files: Vec<&str> = transcripts.iter().map(String::as_str).collect();
    let verify = run(&[&["conform", "verify"], &files[..]].concat(), "").await;
    assert_eq!(
        (verify.code, verify.stdout.as_str()),
        (Some(0), "2 files, nothing broken\n")
    );
    // A runtime that tells a token once more is found in the masked file too.
    let text = std::fs::read_to_string(files[0]).unwrap();
    let welcome = text.lines().find(|line| line.contains("session.welcome"));
    std::fs::write(files[0], format!("{text}{}\n", welcome.unwrap())).unwrap();
    let verify = run(&["conform", "verify", files[0]], "").await;
    assert_eq!(verify.code, Some(1));
    assert!(
        verify
            .stdout
            .contains("a resume token is told in one welcome and nowhere else")
    );
}

#[tokio::test]
async fn a_list_of_expected_failures_is_strict_in_a_part_of_the_run_too() {
    let runtime = long_tokens().await;
    let folder = tempfile::tempdir().unwrap();
    // Without the small profile there is something to fail. The list is what was asked for, so it is no failure to write it.
    let small = ["--only", "14/running jobs", "--write-expected", "list.yaml"];
    let ended = elsewhere(folder.path(), &server(&runtime.url, &small)).await;
    assert!(ended.stdout.contains("FAIL  14/running jobs"));
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (
            Some(0),
            "arcp: the failures, 2 of them, are listed in list.yaml; look through it, and give it to --expected from now on\n"
        )
    );
    let list = std::fs::read_to_string(folder.path().join("list.yaml")).unwrap();
    let more = |name: &str| {
        let more = format!("{list}- {{scenario: {name}, reason: not played here}}\n");
        std::fs::write(folder.path().join("list.yaml"), more).unwrap();
    };
    let small = ["--only", "14/running jobs", "--expected", "list.yaml"];
    more("3/elsewhere");
    told(
        &elsewhere(folder.path(), &server(&runtime.url, &small)).await,
        2,
        "list.yaml: `3/elsewhere` is listed and there is no such scenario; --list prints the scenarios, `arcp conform rules` the invariants, which are listed as always/NAME",
    );
    more("7.3/success is a job.result");
    let small = ["--only", "14/running jobs", "--expected", "list.yaml"];
    let ended = elsewhere(folder.path(), &server(&runtime.url, &small)).await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(0), ""),
        "{}",
        ended.stdout
    );
    let passes = ["--only", "7.3/success", "--expected", "list.yaml"];
    std::fs::write(
        folder.path().join("list.yaml"),
        "- {scenario: 7.3/success is a job.result, reason: it used to}\n",
    )
    .unwrap();
    let ended = elsewhere(folder.path(), &server(&runtime.url, &passes)).await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .stdout
            .contains("is listed as a failure and is none any more")
    );
}

/// Plays a line as somebody's pipeline does.
async fn play_line(folder: &Path, line: &str) -> Ended {
    let arcp = Path::new(env!("CARGO_BIN_EXE_arcp"));
    finish(shell(arcp, folder, line).into(), "").await
}

/// A session in which a job says two things, with the second one's number wrong.
const GAP: &str = r#"{"connection":"a","from":"client","frame":{"arcp":"1.1","id":"01M7ZE00000000000000000001","type":"session.hello","payload":{"client":{"name":"c","version":"1"},"auth":{"scheme":"bearer","token":"a-token-of-alice-that-is-long"},"capabilities":{"encodings":["json"],"features":[]}}}}
{"connection":"a","from":"runtime","frame":{"arcp":"1.1","id":"01M7ZE00000000000000000002","type":"session.welcome","session_id":"s","payload":{"runtime":{"name":"r","version":"1"},"resume_token":"rt_0123456789abcdef0123456789abcdef","resume_window_sec":600,"heartbeat_interval_sec":30,"capabilities":{"encodings":["json"],"features":[],"agents":[]}}}}

{"connection":"a","from":"runtime","frame":{"arcp":"1.1","id":"01M7ZE00000000000000000003","type":"job.accepted","session_id":"s","job_id":"j","payload":{"job_id":"j","agent":"x@1","lease":{},"accepted_at":"2026-01-01T00:00:00Z","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}}}
{"connection":"a","from":"runtime","frame":{"arcp":"1.1","id":"01M7ZE00000000000000000004","type":"job.event","session_id":"s","job_id":"j","event_seq":1,"payload":{"kind":"log","ts":"2026-01-01T00:00:00Z","body":{"level":"info","message":"one"}}}}
{"connection":"a","from":"runtime","frame":{"arcp":"1.1","id":"01M7ZE00000000000000000005","type":"job.event","session_id":"s","job_id":"j","event_seq":3,"payload":{"kind":"log","ts":"2026-01-01T00:00:00Z","body":{"level":"info","message":"MESSAGE"}}}}
"#;

/// What [`GAP`] breaks, as a list of expected failures names it.
const BROKEN: &str = "always/numbers have no gap";

/// Transcripts and lists in a folder, and the command that judges them there.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    /// Writes `list.yaml`.
    fn list(&self, names: &[&str]) {
        let entry = |name| format!("- {{scenario: {name}, reason: it counts badly}}\n");
        let entries: String = names.iter().map(entry).collect();
        self.write("list.yaml", &entries);
    }

    async fn verify(&self, arguments: &[&str]) -> Ended {
        let words = [&["conform", "verify"], arguments].concat();
        elsewhere(self.0.path(), &words).await
    }
}

#[tokio::test]
async fn what_is_broken_is_told_with_its_line_and_no_secret_unless_it_is_expected() {
    let files = Files::new();
    let secret = "rt_0123456789abcdef0123456789abcdef";
    files.write("gap.jsonl", &GAP.replace("MESSAGE", secret));
    let ended = files.verify(&["gap.jsonl"]).await;
    assert_eq!(ended.code, Some(1));
    let gap = "gap.jsonl:6: invariant numbers have no gap\n  expected  a session's event_seq goes up by one, from 1, or from where a resume said: 2 comes next\n  seen      on a: {";
    assert!(ended.stdout.contains(gap), "{}", ended.stdout);
    let token = "gap.jsonl:6: invariant resume tokens are told once\n  expected  a resume token is told in one welcome and nowhere else\n  right     the token of the welcome 01M7ZE00000000000000000002 in no other frame\n";
    assert!(ended.stdout.contains(token), "{}", ended.stdout);
    let json = files.verify(&["--json", "gap.jsonl"]).await;
    assert_eq!(json.lines()[0]["line"], 6);
    for told in [&ended.stdout, &json.stdout] {
        assert!(!told.contains(secret) && told.contains("***"), "{told}");
    }
    // What is listed is expected, what is not is none the less a failure.
    files.write("gap.jsonl", &GAP.replace("MESSAGE", "two"));
    files.list(&[
        BROKEN,
        "always/pongs answer pings",
        "6.4/a ping is answered with its nonce",
    ]);
    let ended = files
        .verify(&["--expected", "list.yaml", "gap.jsonl"])
        .await;
    assert_eq!(
        (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
        (
            Some(0),
            "expected failure  always/numbers have no gap, broken once: it counts badly\n1 files, nothing broken but what is expected\n",
            ""
        )
    );
    files.list(&["always/pongs answer pings"]);
    let ended = files
        .verify(&["--expected", "list.yaml", "gap.jsonl"])
        .await;
    assert!(ended.code == Some(1) && ended.stdout.contains("gap.jsonl:6: "));
    files.list(&["always/pongs answer pigs"]);
    let ended = files
        .verify(&["--expected", "list.yaml", "gap.jsonl"])
        .await;
    assert!(ended.code == Some(2) && ended.stderr.contains("there is no such scenario"));
}

/// With all transcripts of a run, what is listed has to be broken somewhere.
#[tokio::test]
async fn what_is_listed_has_to_be_broken_somewhere_in_a_whole_run() {
    let files = Files::new();
    let head = r#"{"scenario":"6.2/x","tested":"runtime","of":2,"run":"01"}"#;
    files.write(
        "one.jsonl",
        &format!("{head}\n{}", GAP.replace("MESSAGE", "two")),
    );
    let other = head.replace("6.2/x", "6.2/y");
    files.write(
        "other.jsonl",
        &format!("{other}\n{}", GAP.replace("MESSAGE", "two")),
    );
    files.list(&[BROKEN, "always/pongs answer pings"]);
    let ended = files
        .verify(&["--expected", "list.yaml", "one.jsonl"])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    // Those of two runs show no more than some of one do.
    files.write(
        "later.jsonl",
        &format!(
            "{}\n{}",
            other.replace(r#""01""#, r#""02""#),
            GAP.replace("MESSAGE", "two")
        ),
    );
    let ended = files
        .verify(&["--expected", "list.yaml", "one.jsonl", "later.jsonl"])
        .await;
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    let ended = files
        .verify(&["--expected", "list.yaml", "one.jsonl", "other.jsonl"])
        .await;
    assert!(
        ended.stdout.ends_with("always/pongs answer pings is listed as a failure and is none any more: take it off the list\n"),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.code, Some(1));
}

#[tokio::test]
async fn what_is_verified_is_told_as_json_and_nothing_is_no_transcript() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let empty = written("empty.jsonl", "");
    told(
        &run(&["conform", "verify", &empty], "").await,
        2,
        &format!(
            "{empty}: there is no frame in it, so there is nothing to judge; record a connection, one frame on a line"
        ),
    );
    let early = r#"{"at_ms":0,"connection":"a","from":"runtime","frame":{"arcp":"1.1","id":"01M7ZE00000000000000000001","type":"session.ping","session_id":"s","payload":{"nonce":"n","sent_at":"2026-01-01T00:00:00Z"}}}"#;
    let broken = written("broken.jsonl", early);
    let ended = run(&["conform", "verify", "--json", &broken], "").await;
    assert_eq!(ended.code, Some(1));
    let lines = ended.lines();
    let step = "invariant the client speaks first";
    assert!(lines.iter().any(|line| line["step"] == step), "{lines:#?}");
    assert!(lines.iter().all(|line| line["file"] == *broken));
    // What the kit wrote says what it is not judged by; a name that means nothing exempts from nothing.
    let exempt: Vec<String> = lines
        .iter()
        .filter_map(|line| line["step"].as_str()?.strip_prefix("invariant "))
        .map(str::to_owned)
        .collect();
    let head = |exempt: &[String]| serde_json::json!({"scenario": "6.2/x", "tested": "runtime", "exempt": exempt});
    let exempted = written("exempted.jsonl", &format!("{}\n{early}", head(&exempt)));
    let ended = run(&["conform", "verify", "--json", &exempted], "").await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    let nameless = written(
        "nameless.jsonl",
        &format!("{}\n{early}", head(&["all".to_owned()])),
    );
    told(
        &run(&["conform", "verify", &nameless], "").await,
        2,
        &format!("{nameless}: line 1: `exempt` names `all`, and there is no such invariant"),
    );
}

#[tokio::test]
async fn the_rules_are_printed_for_readers_and_for_programs() {
    let text = run(&["conform", "rules"], "").await;
    let json = run(&["conform", "rules", "--json"], "").await;
    assert_eq!((text.code, json.code), (Some(0), Some(0)));
    let rules = json.lines();
    assert_eq!(rules.len(), 443);
    for rule in &rules {
        assert!(text.stdout.contains(rule["text"].as_str().unwrap()));
    }
    // Whoever has read enough is no trouble.
    let head = "{ arcp conform rules --json; echo $? > code; } | head -n 1";
    let folder = tempfile::tempdir().unwrap();
    let ended = play_line(folder.path(), head).await;
    assert_eq!((ended.lines().len(), ended.stderr.as_str()), (1, ""));
    let code = std::fs::read_to_string(folder.path().join("code")).unwrap();
    assert_eq!(code, "0\n");
}
