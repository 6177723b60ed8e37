//! A result in pieces: one id, rising numbers, the last chunk says so (§8.4).
//!
//! What was cut waits in [`Chunks`] until it was emitted, so that a write that is dropped in the middle loses nothing: the next one, or the end of the job, goes on where it was.

mod whole;

use std::collections::VecDeque;

use arcp_generated::common::{Json, ResultId};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{ChunkEncoding, EventBody, ResultChunk};
use arcp_generated::session::Feature;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use self::whole::Whole;
use super::{AgentError, JobContext};
use crate::id::Ulid;
use crate::limits::Limits;
use crate::protocol::frame::payload_limit;
use crate::protocol::job::{Failure, Outcome};
use crate::store::EntryKind;

/// Bytes of a chunk's payload besides its data.
const CHUNK_HEAD_BYTES: usize = 256;

/// The stream of a job's result.
#[derive(Clone, Debug)]
pub struct ResultStream {
    context: JobContext,
}

impl ResultStream {
    /// Writes text; it is cut into chunks at code points.
    ///
    /// # Errors
    /// The cap on results is reached, then nothing of `text` was written; or the runtime has stopped.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, all of `text` is part of the result or nothing is: nothing while the chunks of earlier writes were still waiting to be emitted,
    /// all from then on. The result is never torn or out of order: what was not emitted goes out with the next write, or with the end of the job.
    /// Since the caller cannot tell the two apart, do not write the same piece again.
    pub async fn write_text(&mut self, text: &str) -> Result<(), AgentError> {
        self.context.write_result(Piece::Text(text)).await
    }

    /// Writes bytes; they travel as base64.
    ///
    /// # Errors
    /// As [`ResultStream::write_text`].
    ///
    /// # Cancel safety
    /// As [`ResultStream::write_text`].
    pub async fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), AgentError> {
        self.context.write_result(Piece::Bytes(bytes)).await
    }
}

impl JobContext {
    /// Streams the result (§8.4): what is written is the result, and what the agent returns does not count. A job has one stream;
    /// asked for again, the same one goes on.
    ///
    /// Where the owner's session did not negotiate `result_chunk`, the pieces are put together and the job ends with all of them as one inline string.
    /// A result that no frame carries, or bytes that are no UTF-8, fail the job then, with what was written as the reason.
    pub fn result_stream(&self) -> ResultStream {
        ResultStream {
            context: self.clone(),
        }
    }

    async fn write_result(&self, piece: Piece<'_>) -> Result<(), AgentError> {
        let mut stream = self.stream().lock().await;
        let stream = stream.get_or_insert_with(|| {
            let desk = self.desk();
            if self.features().has(&Feature::ResultChunk) {
                Written::Chunks(Chunks::new(
                    desk.mint.ulid(desk.clock.now().wall),
                    &desk.limits,
                ))
            } else {
                Written::Whole(Whole::new(payload_limit(&desk.limits)))
            }
        });
        let stream = match stream {
            Written::Chunks(stream) => stream,
            Written::Whole(whole) => return whole.write(piece),
        };
        // First what a write before this one has left: no more than one piece waits.
        self.emit_ready(stream).await?;
        stream.write(piece)?;
        self.emit_ready(stream).await
    }

    /// Emits the chunks that wait. Dropped before it is ready, the rest still waits.
    async fn emit_ready(&self, stream: &mut Chunks) -> Result<(), AgentError> {
        while let Some(payload) = stream.next(|chunk| self.event(EventBody::ResultChunk(chunk))) {
            self.push(self.key(), EntryKind::ResultChunk, payload)
                .await?;
            stream.emitted();
        }
        Ok(())
    }

    /// What the agent returned becomes the job's outcome.
    pub(crate) async fn finish(&self, value: Json) -> Outcome {
        let mut stream = match self.stream().lock().await.take() {
            Some(Written::Chunks(stream)) => stream,
            Some(Written::Whole(whole)) => return whole.finish(),
            None => return Outcome::Result(value),
        };
        let outcome = stream.finish();
        // A runtime that has stopped ends the job with its next start.
        let _ = self.emit_ready(&mut stream).await;
        outcome
    }
}

/// The stream of a job, as its owner can receive it.
#[derive(Debug)]
pub(super) enum Written {
    /// In pieces.
    Chunks(Chunks),
    /// Put together: its owner does not know chunks.
    Whole(Whole),
}

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
    /// Bytes that the data of one chunk may have as JSON.
    frame_room: usize,
    result_bytes: u64,
    seq: u64,
    size: u64,
    held: Option<ResultChunk>,
    /// Chunks that can be emitted, the oldest first.
    ready: VecDeque<ResultChunk>,
    /// The payload of the chunk that is being emitted.
    under_way: Option<Bytes>,
}

impl Chunks {
    pub(super) fn new(id: Ulid, limits: &Limits) -> Self {
        let result_id = ResultId::try_from(format!("res_{id}")).ok();
        Self {
            result_id,
            chunk_bytes: limits.chunk_bytes.max(4),
            frame_room: payload_limit(limits)
                .saturating_sub(CHUNK_HEAD_BYTES)
                .max(8),
            result_bytes: limits.result_bytes,
            seq: 0,
            size: 0,
            held: None,
            ready: VecDeque::new(),
            under_way: None,
        }
    }

    /// Cuts a piece into chunks. All of them but the last are ready then.
    pub(super) fn write(&mut self, piece: Piece<'_>) -> Result<(), AgentError> {
        let len = match piece {
            Piece::Text(text) => text.len(),
            Piece::Bytes(bytes) => bytes.len(),
        } as u64;
        if len > self.result_bytes - self.size {
            return Err(AgentError::new(
                ErrorCode::InternalError,
                format!("the result is larger than {} bytes", self.result_bytes),
            ));
        }
        self.size += len;
        match piece {
            Piece::Text(text) => {
                for part in cut(text, self.chunk_bytes, self.frame_room) {
                    self.push(part.to_owned(), ChunkEncoding::Utf8);
                }
            }
            Piece::Bytes(bytes) => {
                for part in bytes.chunks(self.chunk_bytes.min(self.frame_room / 4 * 3)) {
                    self.push(STANDARD.encode(part), ChunkEncoding::Base64);
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, data: String, encoding: ChunkEncoding) {
        let Some(result_id) = self.result_id.clone() else {
            return;
        };
        let next = ResultChunk::new(result_id, self.seq, data, encoding, true);
        self.seq += 1;
        self.ready.extend(self.held.replace(next));
    }

    /// The payload of the oldest chunk that is ready: the same one until [`Chunks::emitted`]. `encode` makes it when it is asked for first.
    pub(super) fn next(&mut self, encode: impl FnOnce(ResultChunk) -> Bytes) -> Option<Bytes> {
        if self.under_way.is_none() {
            self.under_way = self.ready.pop_front().map(encode);
        }
        self.under_way.clone()
    }

    /// The chunk of [`Chunks::next`] was emitted.
    pub(super) fn emitted(&mut self) {
        self.under_way = None;
    }

    /// Nothing more comes: the chunk that was held back is ready, as the last one. Answers with what the job ends with.
    pub(super) fn finish(&mut self) -> Outcome {
        let Some(result_id) = self.result_id.clone() else {
            return Outcome::Failure(Failure::new(
                ErrorCode::InternalError,
                "the result has no id",
            ));
        };
        if self.held.is_none() {
            self.push(String::new(), ChunkEncoding::Utf8);
        }
        self.ready.extend(self.held.take().map(|mut chunk| {
            chunk.more = false;
            chunk
        }));
        Outcome::Streamed {
            result_id,
            size: self.size,
        }
    }
}

/// Cuts a text at code points into parts of at most `limit` bytes that have at most `room` bytes as JSON.
fn cut(mut text: &str, limit: usize, room: usize) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let part = &text[..text.floor_char_boundary(limit)];
        let fits = part.floor_char_boundary(fitting(part.as_bytes(), room));
        let (part, rest) = text.split_at(fits);
        text = rest;
        Some(part)
    })
}

/// How many of the bytes, from the first on, have together at most `room` bytes in a JSON string.
fn fitting(bytes: &[u8], room: usize) -> usize {
    // Mostly there is so much room that nothing has to be counted.
    if bytes.len() <= room / 6 {
        return bytes.len();
    }
    let mut taken = 0;
    let over = bytes.iter().position(|byte| {
        taken += match byte {
            b'"' | b'\\' | 8 | 9 | 10 | 12 | 13 => 2,
            0..=31 => 6,
            _ => 1,
        };
        taken > room
    });
    over.unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(chunk_bytes: usize, result_bytes: u64) -> Limits {
        Limits {
            chunk_bytes,
            result_bytes,
            ..Limits::default()
        }
    }

    /// Takes what is ready.
    fn ready(stream: &mut Chunks) -> Vec<ResultChunk> {
        stream.ready.drain(..).collect()
    }

    fn data(chunks: &[ResultChunk]) -> String {
        chunks.iter().map(|chunk| chunk.data.as_str()).collect()
    }

    #[test]
    fn text_is_cut_between_code_points_and_only_the_last_says_so() {
        let mut stream = Chunks::new(Ulid(1), &limits(5, 1000));
        let text = "aé€😀".repeat(20);
        stream.write(Piece::Text(&text)).unwrap();
        let mut chunks = ready(&mut stream);
        let outcome = stream.finish();
        chunks.extend(ready(&mut stream));
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
    fn a_chunk_fits_into_a_frame_however_its_data_is_written() {
        let mut limits = limits(1 << 20, 1 << 20);
        limits.frame_bytes = 8192;
        let most = payload_limit(&limits);
        let texts = [
            "\u{1}".repeat(20_000),
            "\"é\n😀".repeat(3000),
            "a".repeat(30_000),
        ];
        for text in &texts {
            let mut stream = Chunks::new(Ulid(1), &limits);
            stream.write(Piece::Text(text)).unwrap();
            stream.finish();
            let chunks = ready(&mut stream);
            assert_eq!(data(&chunks), *text);
            for chunk in &chunks {
                let size = serde_json::to_string(chunk).unwrap().len();
                assert!(size < most, "{size} of {most}");
            }
            let escaped = serde_json::to_string(text).unwrap().len();
            assert!(
                chunks.len() <= escaped / (most - 300) + 1,
                "{} chunks",
                chunks.len()
            );
        }
        let mut stream = Chunks::new(Ulid(1), &limits);
        stream.write(Piece::Bytes(&vec![7; 30_000])).unwrap();
        stream.finish();
        assert!(
            ready(&mut stream)
                .iter()
                .all(|chunk| chunk.data.len() < most - 200)
        );
    }

    #[test]
    fn a_chunk_waits_until_it_was_emitted() {
        let mut stream = Chunks::new(Ulid(1), &limits(4, 100));
        stream.write(Piece::Text("aaaabbbbcccc")).unwrap();
        let encode = |chunk: ResultChunk| Bytes::from(chunk.data);
        assert_eq!(stream.next(encode).unwrap(), "aaaa");
        assert_eq!(stream.next(encode).unwrap(), "aaaa", "the emit was dropped");
        stream.emitted();
        assert_eq!(stream.next(encode).unwrap(), "bbbb");
        stream.emitted();
        assert_eq!(stream.next(encode), None, "the last one is held back");
    }

    #[test]
    fn an_empty_stream_is_one_empty_chunk() {
        let mut stream = Chunks::new(Ulid(1), &limits(5, 10));
        stream.finish();
        let chunks = ready(&mut stream);
        assert!(
            matches!(&chunks[..], [chunk] if chunk.data.is_empty() && !chunk.more && chunk.chunk_seq == 0)
        );
    }

    #[test]
    fn the_cap_is_kept() {
        let mut stream = Chunks::new(Ulid(1), &limits(5, 10));
        assert!(stream.write(Piece::Bytes(&[0; 10])).is_ok());
        assert!(stream.write(Piece::Bytes(&[0])).is_err());
    }
}
