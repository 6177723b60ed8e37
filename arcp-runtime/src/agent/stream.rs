//! A result in pieces: one id, rising numbers, the last chunk says so (§8.4).

use arcp_generated::common::ResultId;
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{ChunkEncoding, ResultChunk};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::AgentError;
use crate::id::Ulid;
use crate::protocol::job::{Failure, Outcome};

/// A piece of a result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece<'a> {
    /// Text; cut at code points only.
    Text(&'a str),
    /// Bytes; travel as base64.
    Bytes(&'a [u8]),
}

/// A stream that is being written. One chunk is held back, because only the last one may say `more: false`.
#[derive(Debug)]
pub(super) struct Chunks {
    result_id: Option<ResultId>,
    chunk_bytes: usize,
    result_bytes: u64,
    seq: u64,
    size: u64,
    held: Option<ResultChunk>,
}

impl Chunks {
    pub(super) fn new(id: Ulid, chunk_bytes: usize, result_bytes: u64) -> Self {
        let result_id = ResultId::try_from(format!("res_{id}")).ok();
        Self {
            result_id,
            chunk_bytes: chunk_bytes.max(4),
            result_bytes,
            seq: 0,
            size: 0,
            held: None,
        }
    }

    /// Cuts a piece into chunks. Answers with those that are ready to be sent.
    pub(super) fn write(&mut self, piece: Piece<'_>) -> Result<Vec<ResultChunk>, AgentError> {
        let (len, parts): (usize, Vec<(String, ChunkEncoding)>) = match piece {
            Piece::Text(text) => (
                text.len(),
                cut(text, self.chunk_bytes)
                    .map(|part| (part.to_owned(), ChunkEncoding::Utf8))
                    .collect(),
            ),
            Piece::Bytes(bytes) => (
                bytes.len(),
                bytes
                    .chunks(self.chunk_bytes)
                    .map(|part| (STANDARD.encode(part), ChunkEncoding::Base64))
                    .collect(),
            ),
        };
        if self.size + len as u64 > self.result_bytes {
            return Err(AgentError::new(
                ErrorCode::InternalError,
                format!("the result is larger than {} bytes", self.result_bytes),
            ));
        }
        self.size += len as u64;
        Ok(parts
            .into_iter()
            .filter_map(|(data, encoding)| self.push(data, encoding))
            .collect())
    }

    fn push(&mut self, data: String, encoding: ChunkEncoding) -> Option<ResultChunk> {
        let next = ResultChunk::new(self.result_id.clone()?, self.seq, data, encoding, true);
        self.seq += 1;
        self.held.replace(next)
    }

    /// The chunk that was held back, now the last one, and what the job ends with.
    pub(super) fn finish(mut self) -> (Option<ResultChunk>, Outcome) {
        if self.held.is_none() {
            self.push(String::new(), ChunkEncoding::Utf8);
        }
        let last = self.held.take().map(|mut chunk| {
            chunk.more = false;
            chunk
        });
        match self.result_id {
            Some(result_id) => (
                last,
                Outcome::Streamed {
                    result_id,
                    size: self.size,
                },
            ),
            None => (
                None,
                Outcome::Failure(Failure::new(
                    ErrorCode::InternalError,
                    "the result has no id",
                )),
            ),
        }
    }
}

/// Cuts a text into parts of at most `limit` bytes, at code points only.
fn cut(mut text: &str, limit: usize) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let (part, rest) = text.split_at(text.floor_char_boundary(limit));
        text = rest;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(chunks: &[ResultChunk]) -> String {
        chunks.iter().map(|chunk| chunk.data.as_str()).collect()
    }

    #[test]
    fn text_is_cut_between_code_points_and_only_the_last_says_so() {
        let mut stream = Chunks::new(Ulid(1), 5, 1000);
        let text = "aé€😀".repeat(20);
        let mut chunks = stream.write(Piece::Text(&text)).unwrap();
        let (last, outcome) = stream.finish();
        chunks.extend(last);
        assert_eq!(data(&chunks), text);
        assert!(chunks.iter().all(|chunk| chunk.data.len() <= 5));
        let (last, rest) = chunks.split_last().unwrap();
        assert!(!last.more && rest.iter().all(|chunk| chunk.more));
        assert!(
            chunks
                .iter()
                .enumerate()
                .all(|(place, chunk)| chunk.chunk_seq == place as u64)
        );
        assert!(matches!(outcome, Outcome::Streamed { size, .. } if size == text.len() as u64));
    }

    #[test]
    fn an_empty_stream_is_one_empty_chunk() {
        let (last, _) = Chunks::new(Ulid(1), 5, 10).finish();
        assert!(
            last.is_some_and(|chunk| chunk.data.is_empty() && !chunk.more && chunk.chunk_seq == 0)
        );
    }

    #[test]
    fn the_cap_is_kept() {
        let mut stream = Chunks::new(Ulid(1), 5, 10);
        assert!(stream.write(Piece::Bytes(&[0; 10])).is_ok());
        assert!(stream.write(Piece::Bytes(&[0])).is_err());
    }
}
