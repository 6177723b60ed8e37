//! What holds for every frame that the schema allows, and for every text that it does not.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::expect_used, clippy::panic)]

mod support;

use arcp_generated::envelope::{Envelope, Header};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{TestCaseResult, TestRunner};
use std::fs;
use std::path::Path;
use support::maker::{Maker, SECRET};
use support::tree::{Style, Tree};

fn check<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value) -> TestCaseResult) {
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if let Err(error) = TestRunner::new(config).run(strategy, test) {
        panic!("{error}");
    }
}

fn read(text: &str) -> Result<Envelope, TestCaseError> {
    Envelope::decode(text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))
}

/// Known and foreign frames.
fn frames() -> BoxedStrategy<Tree> {
    let maker = Maker::new();
    prop_oneof![9 => maker.frame(), 1 => maker.foreign_frame()].boxed()
}

#[test]
fn every_message_is_made_up() {
    assert_eq!(Maker::new().messages().len(), 22);
}

#[test]
fn what_was_read_is_written_and_read_again() {
    check(800, &frames(), |frame| {
        let text = frame.print(Style::Plain);
        let first = read(&text)?;
        let again = first.encode();
        prop_assert_eq!(&read(&again)?, &first, "{}", text);
        prop_assert_eq!(read(&again)?.encode(), again);
        Ok(())
    });
}

/// Types, kinds, words and values that are not known among them; decimals by their digits.
#[test]
fn nothing_that_is_known_is_lost() {
    check(800, &frames(), |frame| {
        let text = frame.print(Style::Plain);
        let lost = frame.lost(&read(&text)?.encode());
        prop_assert!(lost.is_empty(), "{:#?}\n{}", lost, text);
        Ok(())
    });
}

#[test]
fn members_may_come_in_any_order() {
    check(400, &frames(), |frame| {
        let (text, turned) = (frame.print(Style::Plain), frame.print(Style::Backwards));
        prop_assert_eq!(read(&turned)?, read(&text)?, "{}", turned);
        Ok(())
    });
}

#[test]
fn what_is_not_known_changes_nothing() {
    check(400, &frames(), |frame| {
        let (text, bare) = (frame.print(Style::Plain), frame.print(Style::Bare));
        prop_assert_eq!(read(&text)?, read(&bare)?, "{}", text);
        Ok(())
    });
}

#[test]
fn spaces_and_escapes_change_nothing() {
    check(400, &frames(), |frame| {
        let (text, odd) = (frame.print(Style::Plain), frame.print(Style::Odd));
        prop_assert_eq!(read(&odd)?, read(&text)?, "{}", odd);
        Ok(())
    });
}

#[test]
fn the_header_says_what_the_frame_says() {
    check(300, &frames(), |frame| {
        let text = frame.print(Style::Plain);
        let (frame, header) = (read(&text)?, Header::read(&text));
        let header = header.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(header.r#type.as_str(), frame.message.type_str());
        prop_assert_eq!(
            (
                header.id,
                header.session_id,
                header.job_id,
                header.trace_id,
                header.event_seq
            ),
            (
                frame.id,
                frame.session_id,
                frame.job_id,
                frame.trace_id,
                frame.event_seq
            )
        );
        Ok(())
    });
}

#[test]
fn secrets_are_not_shown() {
    let maker = Maker::new();
    let seen = std::cell::Cell::new(0);
    check(800, &maker.frame(), |frame| {
        let text = frame.print(Style::Plain);
        let secrets = frame.secrets();
        seen.set(seen.get() + secrets.len());
        let shown = format!("{:?}", read(&text)?);
        prop_assert!(!shown.contains(SECRET), "{}", shown);
        prop_assert!(secrets.is_empty() || shown.contains("***"), "{}", shown);
        // What is too long is refused without being quoted.
        for secret in secrets {
            let long = text.replace(secret, &format!("{SECRET}{}", "x".repeat(70_000)));
            let error = Envelope::decode(&long).err();
            let said = error.map(|error| format!("{error} {error:?}"));
            prop_assert!(said.is_none_or(|said| !said.contains(SECRET)));
        }
        Ok(())
    });
    assert!(seen.get() > 100, "{} secrets", seen.get());
}

/// Texts of all vectors, good and bad.
fn vectors() -> Vec<String> {
    fn collect(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|it| it == "json") {
                found.push(fs::read_to_string(path).expect("text").trim().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    collect(&root.join("valid"), &mut found);
    collect(&root.join("invalid"), &mut found);
    assert!(found.len() > 300, "{} vectors", found.len());
    found
}

/// One small harm to a text.
#[derive(Clone, Debug)]
enum Harm {
    Put(Index, u8),
    Insert(Index, Vec<u8>),
    Cut(Index, Index),
    Repeat(Index, Index),
}

fn harm() -> impl Strategy<Value = Harm> {
    let piece = select(vec![
        "null",
        "{}",
        "[]",
        "\"\"",
        "-",
        "1e999",
        "0.0",
        "\\u0000",
        "\\ud800",
        "\"type\":1,",
        ",",
        ":",
        "}",
        "\u{feff}",
        "true",
        "9223372036854775808",
        "\"payload\":{},",
    ]);
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Harm::Put(at, byte)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Harm::Insert(at, piece.into())),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Harm::Cut(from, to)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Harm::Repeat(from, to)),
    ]
}

fn harmed(text: &str, harms: Vec<Harm>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let span = |from: Index, to: Index, len: usize| {
        let (from, to) = (from.index(len), to.index(len));
        from.min(to)..from.max(to)
    };
    for harm in harms.into_iter().filter(|_| !text.is_empty()) {
        let len = bytes.len().max(1);
        match harm {
            Harm::Put(at, byte) => {
                if let Some(old) = bytes.get_mut(at.index(len)) {
                    *old = byte;
                }
            }
            Harm::Insert(at, piece) => {
                let at = at.index(len).min(bytes.len());
                bytes.splice(at..at, piece);
            }
            Harm::Cut(from, to) => {
                let span = span(from, to, len);
                bytes.drain(span.start.min(bytes.len())..span.end.min(bytes.len()));
            }
            Harm::Repeat(from, to) => {
                let span = span(from, to, len);
                let piece = bytes.get(span).unwrap_or_default().to_vec();
                bytes.extend(piece);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A text is a frame that stays one, or an error that says so; whichever it is, nothing panics.
fn survives(text: &str) -> TestCaseResult {
    match Envelope::decode(text) {
        Ok(frame) => {
            let again = frame.encode();
            prop_assert_eq!(read(&again)?, frame, "{}", text);
        }
        Err(error) => {
            prop_assert!(!error.reason.is_empty() && error.reason.chars().count() <= 513);
            prop_assert!(!error.to_string().is_empty());
        }
    }
    let _ = Header::read(text);
    Ok(())
}

#[test]
fn harmed_vectors_are_frames_or_errors() {
    let harmed_vector = (select(vectors()), prop::collection::vec(harm(), 1..4));
    check(3000, &harmed_vector, |(text, harms)| {
        survives(&harmed(&text, harms))
    });
}

#[test]
fn any_text_is_a_frame_or_an_error() {
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    check(2000, &bytes, |bytes| {
        survives(&String::from_utf8_lossy(&bytes))
    });
    check(500, &support::maker::json(4), |text| survives(&text));
    check(500, &support::maker::object_text(4), |text| survives(&text));
}

#[test]
fn depth_is_an_error_and_no_overflow() {
    for deep in [
        "[",
        "{\"payload\":",
        "{\"type\":\"job.event\",\"payload\":{\"body\":",
        "[{\"a\":",
    ] {
        let text = deep.repeat(100_000);
        assert!(Envelope::decode(&text).is_err());
        assert!(Header::read(&text).is_err());
    }
}
