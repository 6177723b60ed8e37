//! A streamed result for an owner that does not know chunks: put together as it is written, and the job's inline result (§6.2, A-25).
//!
//! It is kept in memory up to what a frame carries, and stored once, as the terminal. Followers with fewer features than the owner are `server::inline`'s.

use arcp_generated::common::Json;
use arcp_generated::error::ErrorCode;

use super::{AgentError, Piece};
use crate::protocol::job::{Failure, Outcome};

/// Bytes of a terminal's payload besides the result.
const TERMINAL_HEAD_BYTES: usize = 256;

/// What was written so far.
#[derive(Debug)]
pub(in crate::agent) struct Whole {
    bytes: Vec<u8>,
    /// Bytes that the result may have as JSON.
    most: usize,
}

impl Whole {
    /// Nothing yet, of a result whose terminal has a payload of at most `payload_bytes`.
    pub(super) fn new(payload_bytes: usize) -> Self {
        Self {
            bytes: Vec::new(),
            most: payload_bytes.saturating_sub(TERMINAL_HEAD_BYTES),
        }
    }

    /// Adds a piece, or nothing of it when it does not fit.
    pub(super) fn write(&mut self, piece: Piece<'_>) -> Result<(), AgentError> {
        let piece = match piece {
            Piece::Text(text) => text.as_bytes(),
            Piece::Bytes(bytes) => bytes,
        };
        if piece.len() > self.most - self.bytes.len() {
            return Err(AgentError::new(ErrorCode::InternalError, self.too_large()));
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// Nothing more comes. Answers with what the job ends with.
    pub(super) fn finish(self) -> Outcome {
        let too_large = self.too_large();
        let failure = |reason| Outcome::Failure(Failure::new(ErrorCode::InternalError, reason));
        let Ok(text) = String::from_utf8(self.bytes) else {
            return failure(
                "the job has streamed bytes that are no text, and they cannot be given inline; negotiate result_chunk to receive them".to_owned(),
            );
        };
        match Json::from_serialize(&text) {
            Ok(value) if value.get().len() <= self.most => Outcome::Result(value),
            _ => failure(too_large),
        }
    }

    fn too_large(&self) -> String {
        format!(
            "the result is larger than the {} bytes that a frame carries; negotiate result_chunk to receive it",
            self.most
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(outcome: Outcome) -> String {
        match outcome {
            Outcome::Failure(failure) => failure.message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_pieces_become_one_string() {
        let mut whole = Whole::new(1000);
        whole.write(Piece::Text("a\"é")).unwrap();
        whole.write(Piece::Bytes(&"😀".as_bytes()[..2])).unwrap();
        whole.write(Piece::Bytes(&"😀".as_bytes()[2..])).unwrap();
        let Outcome::Result(value) = whole.finish() else {
            panic!("no result");
        };
        assert_eq!(value.get(), r#""a\"é😀""#);
    }

    #[test]
    fn what_no_frame_carries_fails_and_says_so() {
        let mut whole = Whole::new(TERMINAL_HEAD_BYTES + 10);
        whole.write(Piece::Text("12345678")).unwrap();
        assert!(whole.write(Piece::Text("90a")).is_err());
        assert!(
            matches!(whole.finish(), Outcome::Result(_)),
            "nothing of it"
        );

        let mut whole = Whole::new(TERMINAL_HEAD_BYTES + 10);
        whole.write(Piece::Text("\n\n\n\n\n\n")).unwrap();
        let reason = failed(whole.finish());
        assert!(reason.contains("larger than the 10 bytes"), "{reason}");
    }

    #[test]
    fn bytes_that_are_no_text_cannot_be_inline() {
        let mut whole = Whole::new(1000);
        whole.write(Piece::Bytes(&[0xff])).unwrap();
        let reason = failed(whole.finish());
        assert!(reason.contains("no text"), "{reason}");
    }
}
