//! What the README has another implementation do, in its section of this name, done with ours.

use std::path::Path;
use std::time::Duration;

use arcp_tests::tools::{repository, shell};

use crate::served;

/// The lines of the README that test another implementation, with `url` in place of the address there.
fn lines(url: &str) -> Vec<String> {
    let text = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let section = text.split("## Another implementation").nth(1).unwrap();
    let block = section.split("```").nth(1).unwrap();
    let lines = block.lines().skip(1);
    lines
        .map(|line| line.replace("ws://127.0.0.1:7777/arcp", url))
        .collect()
}

/// Plays a line that has to succeed, and gives what it says. A whole run takes about a minute, most of it waiting.
async fn play(folder: &Path, line: &str) -> String {
    let arcp = Path::new(env!("CARGO_BIN_EXE_arcp"));
    let mut command = tokio::process::Command::from(shell(arcp, folder, line));
    command.kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_mins(10), command.output());
    let output = output
        .await
        .unwrap_or_else(|_| panic!("{line}: does not end"))
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}{complaint}");
    said
}

/// Two tokens and the limits of `arcp serve` as they are: no scenario may run into what others left behind, and no line into what the one before did.
#[tokio::test]
async fn the_lines_of_the_readme_pass_whole_against_our_runtime() {
    let words = "serve --probe --store memory --token tok-a=alice --token tok-b=bob";
    let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    let (_runtime, url) = served::listening(&words).await;
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(&url);
    let [target, write, expected, verify, clients @ ..] = &lines[..] else {
        panic!("{lines:#?}");
    };
    play(folder.path(), target).await;
    let said = play(folder.path(), write).await;
    assert!(said.contains(", 0 failed, "), "{said}");
    play(folder.path(), expected).await;
    let transcripts = std::fs::read_dir(folder.path().join("transcripts")).unwrap();
    let played = transcripts.count();
    assert!(played > 200, "{played}");
    let said = play(folder.path(), verify).await;
    assert_eq!(said, format!("{played} files, nothing broken\n"));
    // Our command takes the arguments that the README gives to somebody's.
    assert_eq!(clients.len(), 2);
    for client in clients {
        let only = "conform client --only 'prints the result' -- arcp";
        let ours = client.replace("conform client -- my-client", only);
        play(folder.path(), &ours).await;
    }
}
