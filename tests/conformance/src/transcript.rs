//! What went over the wire, as JSON lines: one frame on a line, with who sent it, on which connection, and when.
//! It keeps; [`crate::invariant`] judges.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Lines that one transcript holds; a scenario that passes more is broken off, because something floods.
const LONGEST: usize = 200_000;

/// Who sent a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The client.
    Client,
    /// The runtime.
    Runtime,
}

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Milliseconds since the first line; 0 where whoever wrote it down did not look at a clock.
    #[serde(default)]
    pub at_ms: f64,
    /// The connection's name, unique in the transcript.
    pub connection: String,
    /// Who did it.
    pub from: Side,
    /// What was done.
    #[serde(flatten)]
    pub what: What,
}

/// What was sent, or what became of the connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// A frame that is JSON.
    Frame(Value),
    /// Text that is not JSON.
    Text(String),
    /// Bytes, as base64.
    Binary(String),
    /// The connection was opened.
    Opened(bool),
    /// The connection ended, with what is known of it.
    Closed(String),
}

/// The first line of a transcript of the kit: what was played, and how it is to be judged. Transcripts of others need none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The scenario's id.
    pub scenario: String,
    /// The side that was tested.
    pub tested: Side,
    /// Invariants that the scenario breaks by what it does, with no fault of the tested side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exempt: Vec<String>,
    /// How many transcripts the whole run wrote; nothing when it was a part of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<usize>,
    /// What all transcripts of that run have in common and those of no other run have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// Which transcripts of which runs have been read.
#[derive(Clone, Debug, Default)]
pub struct Runs(BTreeMap<(String, usize), BTreeSet<String>>);

impl Runs {
    /// Takes in a transcript. One that does not say its run, or how many that has, counts for none.
    pub fn add(&mut self, head: &Head) {
        if let (Some(run), Some(of)) = (&head.run, head.of) {
            let here = self.0.entry((run.clone(), of)).or_default();
            here.insert(head.scenario.clone());
        }
    }

    /// Whether every transcript of some run is here.
    pub fn has_whole(&self) -> bool {
        self.0.iter().any(|((_, of), here)| *of == here.len())
    }
}

/// A transcript as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its first line, when the kit wrote it.
    pub head: Option<Head>,
    /// The lines behind it.
    pub lines: Vec<Line>,
    /// Where each of the lines stands in the file, counted from 1.
    pub numbers: Vec<usize>,
}

/// A transcript that several tasks write to.
#[derive(Clone, Debug)]
pub struct Transcript {
    start: Instant,
    lines: Arc<Mutex<Vec<Line>>>,
}

impl Default for Transcript {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            lines: Arc::default(),
        }
    }
}

impl Transcript {
    /// Writes a line. Gives back the frame when the text was one; `false` in the second place when the transcript is full.
    pub fn text(&self, connection: &str, from: Side, text: &str) -> (Option<Value>, bool) {
        match serde_json::from_str::<Value>(text) {
            Ok(frame) => {
                let room = self.write(connection, from, What::Frame(frame.clone()));
                (Some(frame), room)
            }
            Err(_) => (
                None,
                self.write(connection, from, What::Text(text.to_owned())),
            ),
        }
    }

    /// Writes bytes.
    pub fn binary(&self, connection: &str, from: Side, bytes: &[u8]) {
        self.write(connection, from, What::Binary(STANDARD.encode(bytes)));
    }

    /// Writes a line; whether there was room.
    pub fn write(&self, connection: &str, from: Side, what: What) -> bool {
        let at_ms = (self.start.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= LONGEST {
            return false;
        }
        lines.push(Line {
            at_ms,
            connection: connection.to_owned(),
            from,
            what,
        });
        true
    }

    /// What was written so far.
    pub fn lines(&self) -> Vec<Line> {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A transcript as text: the head, then the lines, one JSON object on each.
pub fn to_text(head: &Head, lines: &[Line]) -> String {
    let lines = lines.iter().map(serde_json::to_string);
    std::iter::once(serde_json::to_string(head))
        .chain(lines)
        .filter_map(Result::ok)
        .map(|line| line + "\n")
        .collect()
}

/// Reads a transcript back, ours or anyone's.
///
/// # Errors
/// The number of the first line that is none, and why; or that there is nothing to judge.
pub fn from_text(text: &str) -> Result<Recorded, String> {
    let wrong = |number: usize, error: serde_json::Error| {
        format!(
            "line {}: {error}; a line is {{\"at_ms\":0,\"connection\":\"a\",\"from\":\"client\" or \"runtime\",\"frame\":{{…}}}}",
            number + 1
        )
    };
    // Some editors and shells put a byte order mark before everything.
    let mut written = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .peekable();
    let is_head = |(_, line): &(usize, &str)| {
        serde_json::from_str::<Value>(line).is_ok_and(|line| line.get("scenario").is_some())
    };
    let head = match written.next_if(is_head) {
        Some((number, line)) => {
            Some(serde_json::from_str(line).map_err(|error| wrong(number, error))?)
        }
        None => None,
    };
    let (mut lines, mut numbers): (Vec<Line>, Vec<usize>) = Default::default();
    for (number, line) in written {
        lines.push(serde_json::from_str(line).map_err(|error| wrong(number, error))?);
        numbers.push(number + 1);
    }
    // Of a scenario of the kit it is known that all is there, though it be no frame.
    let is_frame = |line: &Line| matches!(line.what, What::Frame(_));
    if lines.iter().any(is_frame) || head.is_some() && !lines.is_empty() {
        Ok(Recorded {
            head,
            lines,
            numbers,
        })
    } else {
        Err(
            "there is no frame in it, so there is nothing to judge; record a connection, one frame on a line"
                .to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_back() {
        let transcript = Transcript::default();
        transcript.write("a", Side::Client, What::Opened(true));
        transcript.text("a", Side::Client, r#"{"type":"session.hello"}"#);
        transcript.text("a", Side::Client, "{");
        transcript.binary("a", Side::Runtime, b"\x00");
        transcript.write("a", Side::Runtime, What::Closed("1000".into()));
        let lines = transcript.lines();
        let head = Head {
            scenario: "6.2/x".to_owned(),
            tested: Side::Runtime,
            exempt: vec!["y".to_owned()],
            of: Some(1),
            run: Some("r".to_owned()),
        };
        let text = to_text(&head, &lines);
        let read = from_text(&text).unwrap();
        assert_eq!((read.head, &read.lines), (Some(head), &lines));
        // Anyone's transcript has no head.
        let (_, headless) = text.split_once('\n').unwrap();
        let read = from_text(headless).unwrap();
        assert_eq!((read.head, &read.lines), (None, &lines));
        assert_eq!(read.numbers, [1, 2, 3, 4, 5]);
        // Nor need it have times, or begin without a byte order mark.
        let bare = r#"{"connection":"a","from":"client","frame":{"type":"session.hello"}}"#;
        let read = from_text(&format!("\u{feff}\r\n{bare}\r\n")).unwrap();
        assert_eq!((read.lines.len(), read.numbers), (1, vec![2]));
        assert_eq!(lines[1].what, What::Frame(json!({"type": "session.hello"})));
        assert!(from_text("{}").unwrap_err().starts_with("line 1"));
        let head = "{\"scenario\":\"6.2/x\",\"tested\":\"runtime\"}\n";
        let silent = r#"{"connection":"a","from":"client","opened":true}"#;
        let read = from_text(&format!("{head}{silent}\n")).unwrap();
        assert_eq!(read.lines.len(), 1);
        for nothing in ["", "\n", head, silent] {
            assert!(
                from_text(nothing)
                    .unwrap_err()
                    .starts_with("there is no frame in it")
            );
        }
    }

    #[test]
    fn a_run_is_whole_once_each_of_its_own_transcripts_is_here() {
        let whole = |heads: &[(&str, Option<&str>, Option<usize>)]| {
            let mut runs = Runs::default();
            for &(scenario, run, of) in heads {
                runs.add(&Head {
                    scenario: scenario.to_owned(),
                    tested: Side::Runtime,
                    exempt: Vec::new(),
                    of,
                    run: run.map(str::to_owned),
                });
            }
            runs.has_whole()
        };
        let (one, two) = (Some("01"), Some("02"));
        let of = Some(2);
        assert!(whole(&[("x", one, of), ("z", two, of), ("y", one, of)]));
        assert!(!whole(&[]));
        assert!(!whole(&[("x", one, of), ("x", one, of)]));
        assert!(!whole(&[("x", one, of), ("y", two, of)]));
        assert!(!whole(&[("x", None, of), ("y", None, of)]));
        assert!(!whole(&[("x", one, None), ("y", one, None)]));
    }
}
