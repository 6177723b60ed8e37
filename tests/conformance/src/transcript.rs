//! What went over the wire, as JSON lines: one frame on a line, with who sent it, on which connection, and when.
//! It keeps; [`crate::invariant`] judges.

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
    /// Milliseconds since the first line.
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

/// The lines as text, one JSON object on each.
pub fn to_text(lines: &[Line]) -> String {
    lines
        .iter()
        .filter_map(|line| serde_json::to_string(line).ok())
        .map(|line| line + "\n")
        .collect()
}

/// Reads lines back, ours or anyone's.
///
/// # Errors
/// The number of the first line that is none, and why.
pub fn from_text(text: &str) -> Result<Vec<Line>, String> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            serde_json::from_str(line).map_err(|error| {
                format!(
                    "line {}: {error}; a line is {{\"at_ms\":0,\"connection\":\"a\",\"from\":\"client\" or \"runtime\",\"frame\":{{…}}}}",
                    number + 1
                )
            })
        })
        .collect()
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
        assert_eq!(from_text(&to_text(&lines)).unwrap(), lines);
        assert_eq!(lines[1].what, What::Frame(json!({"type": "session.hello"})));
        assert!(from_text("{}").unwrap_err().starts_with("line 1"));
    }
}
