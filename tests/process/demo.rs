//! `arcp demo` is what `make demo` shows: it plays all its scenes, and its exit code is the truth.

use crate::support::run;

#[tokio::test]
async fn every_scene_is_played_and_nothing_is_missing() {
    let ended = run(&["demo"], "").await;
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.stderr, "");
    let (_, table) = ended
        .stdout
        .split_once("store    what happened")
        .expect("a table");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .filter(|line| line.ends_with("whole"))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows.len(), 3, "{table}");
    for (row, store, events) in [(0, "SQLite", 600), (1, "memory", 600), (2, "SQLite", 250)] {
        assert_eq!(rows[row][0], store);
        // From the right: the verdict, again, missing, reconnects, events.
        let number = |from_end: usize| {
            rows[row][rows[row].len() - from_end]
                .parse::<u64>()
                .unwrap()
        };
        assert!(number(5) >= events, "{table}");
        assert!(number(4) >= 1, "{table}");
        assert_eq!(number(3), 0, "{table}");
        assert!(number(2) <= 1, "{table}");
    }
    assert!(
        ended.stdout.ends_with("No event is missing.\n"),
        "{}",
        ended.stdout
    );
    for word in [
        "SIGKILL",
        "the connection is cut",
        "came back by itself",
        "a new runtime",
    ] {
        assert!(ended.stdout.contains(word), "{word}: {}", ended.stdout);
    }
}
