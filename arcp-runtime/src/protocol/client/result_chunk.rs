//! Putting a streamed result together (§8.4): chunks in order, each decoded, the sum bounded and checked.
//!
//! [`Assembly`] keeps the whole result in memory up to a cap, or only checks it while its bytes go elsewhere.

use std::borrow::Cow;

use arcp_generated::event::{ChunkEncoding, ResultChunk};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};

/// Base64 of RFC 4648 §4; padding may be missing on what others send.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a streamed result cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkError {
    /// Chunks are missing, doubled or out of order.
    #[error("chunk {got} of the result arrived where chunk {expected} was due")]
    Order {
        /// The number that was due.
        expected: u64,
        /// The number that came.
        got: u64,
    },
    /// The first chunks were never seen.
    #[error(
        "the result begins with chunk {got} here; its first chunks went to another session: subscribe to the job with its whole history to have them"
    )]
    Start {
        /// The number that came first.
        got: u64,
    },
    /// All that was seen of the result went to another client.
    #[error(
        "chunks of the result went to another client: write the rest behind them with `result_into`, or subscribe to the job with its whole history to have them"
    )]
    Elsewhere,
    /// More than one result in one job.
    #[error("the job streams a second result, `{0}`")]
    SecondResult(String),
    /// A chunk after the one that said it was the last.
    #[error("a chunk arrived after the last one")]
    AfterLast,
    /// Base64 that is none.
    #[error("chunk {chunk_seq} is not base64: {reason}")]
    Encoding {
        /// Which chunk.
        chunk_seq: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The result is larger than this client takes.
    #[error(
        "the results under way are larger than {cap} bytes; raise the client's limit or write the result somewhere with `result_into`"
    )]
    TooLarge {
        /// The limit in bytes.
        cap: usize,
    },
    /// The job ended before its last chunk.
    #[error("the job ended before the last chunk of its result")]
    Unfinished,
    /// The job's end names another result than its chunks.
    #[error("the job's end names the result `{named}`, but its chunks were of `{streamed}`")]
    OtherResult {
        /// As the end has it.
        named: String,
        /// As the chunks had it.
        streamed: String,
    },
    /// The job's end names another size.
    #[error("the job's end says {said} bytes, but its chunks had {got}")]
    Size {
        /// As the end has it.
        said: u64,
        /// What arrived.
        got: u64,
    },
}

/// One chunk, as the event has it.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Which result.
    pub result_id: &'a str,
    /// From 0.
    pub chunk_seq: u64,
    /// The text of the event.
    pub data: &'a str,
    /// Whether `data` is base64; otherwise it is the text itself.
    pub base64: bool,
    /// Whether another one follows.
    pub more: bool,
}

impl<'a> From<&'a ResultChunk> for Chunk<'a> {
    fn from(chunk: &'a ResultChunk) -> Self {
        Self {
            result_id: chunk.result_id.as_str(),
            chunk_seq: chunk.chunk_seq,
            data: &chunk.data,
            base64: chunk.encoding == ChunkEncoding::Base64,
            more: chunk.more,
        }
    }
}

/// The chunks of one result as they come: their order, their encoding and their size, without their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunks {
    result_id: Option<String>,
    next: u64,
    complete: bool,
    base64: bool,
    bytes: u64,
}

/// How far the chunks of a result were written, so that another client can write the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResultPosition {
    /// Which result.
    pub result_id: String,
    /// How many chunks were written.
    pub chunks: u64,
    /// How many bytes they had.
    pub bytes: u64,
    /// Whether every one of them was sent as text.
    pub text: bool,
    /// Whether the last one is among them.
    pub complete: bool,
}

impl Chunks {
    /// Goes on behind what was written elsewhere.
    pub fn after(position: &ResultPosition) -> Self {
        Self {
            result_id: Some(position.result_id.clone()),
            next: position.chunks,
            complete: position.complete,
            base64: !position.text,
            bytes: position.bytes,
        }
    }

    /// How far they went; `None` before the first.
    pub fn position(&self) -> Option<ResultPosition> {
        Some(ResultPosition {
            result_id: self.result_id.clone()?,
            chunks: self.next,
            bytes: self.bytes,
            text: !self.base64,
            complete: self.complete,
        })
    }

    /// Whether this chunk was taken before.
    pub fn has(&self, chunk: &Chunk<'_>) -> bool {
        self.result_id.as_deref() == Some(chunk.result_id) && chunk.chunk_seq < self.next
    }

    /// Judges the next chunk and decodes it.
    ///
    /// # Errors
    /// What is wrong with it. Nothing that comes after is of use then.
    pub fn take<'a>(&mut self, chunk: &Chunk<'a>) -> Result<Cow<'a, [u8]>, ChunkError> {
        let (expected, got) = (self.next, chunk.chunk_seq);
        match &self.result_id {
            Some(known) if known != chunk.result_id => {
                return Err(ChunkError::SecondResult(chunk.result_id.to_owned()));
            }
            Some(_) if self.complete => return Err(ChunkError::AfterLast),
            Some(_) if got != expected => return Err(ChunkError::Order { expected, got }),
            None if got != 0 => return Err(ChunkError::Start { got }),
            Some(_) | None => {}
        }
        let bytes = if chunk.base64 {
            let decoded = BASE64.decode(chunk.data).map_err(|error| {
                let (chunk_seq, reason) = (got, error.to_string());
                ChunkError::Encoding { chunk_seq, reason }
            })?;
            Cow::Owned(decoded)
        } else {
            Cow::Borrowed(chunk.data.as_bytes())
        };
        if self.result_id.is_none() {
            self.result_id = Some(chunk.result_id.to_owned());
        }
        self.base64 |= chunk.base64;
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        self.next += 1;
        self.complete = !chunk.more;
        Ok(bytes)
    }

    /// What the chunks made, once the job ended with this id and size.
    ///
    /// # Errors
    /// How they differ from what the end says.
    pub fn finish(self, result_id: &str, result_size: Option<u64>) -> Result<Written, ChunkError> {
        let Some(streamed) = self.result_id.filter(|_| self.complete) else {
            return Err(ChunkError::Unfinished);
        };
        if streamed != result_id {
            let named = result_id.to_owned();
            return Err(ChunkError::OtherResult { named, streamed });
        }
        match result_size {
            Some(said) if said != self.bytes => {
                let got = self.bytes;
                Err(ChunkError::Size { said, got })
            }
            _ => Ok(Written {
                result_id: streamed,
                bytes: self.bytes,
                text: !self.base64,
            }),
        }
    }
}

/// A result on its way into memory, or only being checked.
#[derive(Debug, Default)]
pub struct Assembly {
    chunks: Chunks,
    bytes: Vec<u8>,
    /// Whether the bytes go elsewhere.
    checks_only: bool,
    /// Whether another client had the first ones.
    begun_elsewhere: bool,
    /// They did not fit; forgiven when it turns out that they go elsewhere.
    over: Option<usize>,
    broken: Option<ChunkError>,
}

/// A streamed result that arrived whole.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Streamed {
    /// Its id.
    pub result_id: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether every chunk of it was sent as text.
    pub text: bool,
}

/// A streamed result that arrived whole and whose bytes went elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Its id.
    pub result_id: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether every chunk of it was sent as text.
    pub text: bool,
}

/// What a result became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finished {
    /// It is here.
    Kept(Streamed),
    /// It was only checked.
    Checked(Written),
}

impl std::fmt::Debug for Streamed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streamed")
            .field("result_id", &self.result_id)
            .field("bytes", &self.bytes.len())
            .field("text", &self.text)
            .finish()
    }
}

impl Assembly {
    /// One that checks and keeps nothing.
    pub fn checking() -> Self {
        Self {
            checks_only: true,
            ..Self::default()
        }
    }

    /// One of which another client has written the beginning: the rest is checked, and goes behind that.
    pub fn after(position: &ResultPosition) -> Self {
        Self {
            chunks: Chunks::after(position),
            begun_elsewhere: true,
            checks_only: true,
            ..Self::default()
        }
    }

    /// Lets the bytes go: from now on it only checks.
    pub fn let_go(&mut self) {
        self.checks_only = true;
        self.over = None;
        self.bytes = Vec::new();
    }

    /// Bytes that are held.
    pub fn held(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a chunk, for which there are `room` more bytes of `cap`. After the first mistake nothing is kept any more, and [`Assembly::finish`] tells it.
    pub fn push(&mut self, chunk: &Chunk<'_>, room: usize, cap: usize) {
        // What was written elsewhere may be replayed.
        if self.broken.is_some() || self.begun_elsewhere && self.chunks.has(chunk) {
            return;
        }
        match self.chunks.take(chunk) {
            Ok(_) if self.checks_only || self.over.is_some() => {}
            Ok(bytes) if bytes.len() > room => {
                self.over = Some(cap);
                self.bytes = Vec::new();
            }
            Ok(bytes) => self.bytes.extend_from_slice(&bytes),
            Err(error) => {
                self.broken = Some(error);
                self.bytes = Vec::new();
            }
        }
    }

    /// The result, once the job ended with this id and size.
    ///
    /// # Errors
    /// The first thing that went wrong with the chunks, or how they differ from what the end says.
    pub fn finish(self, result_id: &str, result_size: Option<u64>) -> Result<Finished, ChunkError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        let written = self.chunks.finish(result_id, result_size)?;
        match self.over {
            Some(cap) => Err(ChunkError::TooLarge { cap }),
            None if self.checks_only => Ok(Finished::Checked(written)),
            None => Ok(Finished::Kept(Streamed {
                result_id: written.result_id,
                bytes: self.bytes,
                text: written.text,
            })),
        }
    }
}

#[cfg(test)]
mod tests;
