//! Putting a streamed result together (§8.4): chunks in order, each decoded, the sum bounded and checked.
//!
//! It keeps the whole result in memory, up to a cap; consumers that want it piece by piece read the events.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

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
        "the result is larger than {cap} bytes; raise the client's limit or read the chunks as events"
    )]
    TooLarge {
        /// The limit in bytes.
        cap: usize,
    },
    /// The job ended before its last chunk.
    #[error("the job ended before the last chunk of its result")]
    Unfinished,
    /// The job's end names another result than its chunks.
    #[error("the job's end names the result `{named}`, but its chunks were of {streamed}")]
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

/// A result on its way.
#[derive(Debug, Default)]
pub struct Assembly {
    result_id: Option<String>,
    bytes: Vec<u8>,
    next: u64,
    complete: bool,
    /// Whether every chunk so far was text.
    text: bool,
    broken: Option<ChunkError>,
}

/// A result that arrived whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Streamed {
    /// Its id.
    pub result_id: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it was sent as text.
    pub text: bool,
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
    /// Adds a chunk. After the first mistake nothing is kept any more, and [`Assembly::finish`] tells it.
    pub fn push(&mut self, chunk: Chunk<'_>, cap: usize) {
        if self.broken.is_none()
            && let Err(error) = self.try_push(chunk, cap)
        {
            self.broken = Some(error);
            self.bytes = Vec::new();
        }
    }

    fn try_push(&mut self, chunk: Chunk<'_>, cap: usize) -> Result<(), ChunkError> {
        match &self.result_id {
            Some(known) if known != chunk.result_id => {
                return Err(ChunkError::SecondResult(chunk.result_id.to_owned()));
            }
            Some(_) => {}
            None => {
                self.result_id = Some(chunk.result_id.to_owned());
                self.text = true;
            }
        }
        if self.complete {
            return Err(ChunkError::AfterLast);
        }
        if chunk.chunk_seq != self.next {
            return Err(ChunkError::Order {
                expected: self.next,
                got: chunk.chunk_seq,
            });
        }
        let room = cap.saturating_sub(self.bytes.len());
        if chunk.base64 {
            self.text = false;
            // Checked on the encoded length first, so that nothing large is decoded only to be refused.
            if chunk.data.len() / 4 > room / 3 + 1 {
                return Err(ChunkError::TooLarge { cap });
            }
            BASE64
                .decode_vec(chunk.data, &mut self.bytes)
                .map_err(|error| ChunkError::Encoding {
                    chunk_seq: chunk.chunk_seq,
                    reason: error.to_string(),
                })?;
            if self.bytes.len() > cap {
                return Err(ChunkError::TooLarge { cap });
            }
        } else {
            if chunk.data.len() > room {
                return Err(ChunkError::TooLarge { cap });
            }
            self.bytes.extend_from_slice(chunk.data.as_bytes());
        }
        self.next += 1;
        self.complete = !chunk.more;
        Ok(())
    }

    /// The result, once the job ended with this id and size.
    ///
    /// # Errors
    /// The first thing that went wrong with the chunks, or how they differ from what the end says.
    pub fn finish(self, result_id: &str, result_size: Option<u64>) -> Result<Streamed, ChunkError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        if !self.complete {
            return Err(ChunkError::Unfinished);
        }
        let streamed = self.result_id.unwrap_or_default();
        if streamed != result_id {
            return Err(ChunkError::OtherResult {
                named: result_id.to_owned(),
                streamed: format!("`{streamed}`"),
            });
        }
        let got = self.bytes.len() as u64;
        match result_size {
            Some(said) if said != got => Err(ChunkError::Size { said, got }),
            _ => Ok(Streamed {
                result_id: streamed,
                bytes: self.bytes,
                text: self.text,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(chunk_seq: u64, data: &str, more: bool) -> Chunk<'_> {
        Chunk {
            result_id: "res_1",
            chunk_seq,
            data,
            base64: false,
            more,
        }
    }

    fn assembled(chunks: &[Chunk<'_>], cap: usize) -> Assembly {
        let mut assembly = Assembly::default();
        for chunk in chunks {
            assembly.push(*chunk, cap);
        }
        assembly
    }

    #[test]
    fn text_and_base64_are_joined() {
        let base64 = |chunk_seq, data, more| Chunk {
            base64: true,
            ..chunk(chunk_seq, data, more)
        };
        let whole = assembled(
            &[
                chunk(0, "é", true),
                chunk(1, "", true),
                chunk(2, "!", false),
            ],
            3,
        );
        let streamed = whole.finish("res_1", Some(3)).unwrap();
        assert_eq!(
            (streamed.bytes.as_slice(), streamed.text),
            ("é!".as_bytes(), true)
        );
        let whole = assembled(&[base64(0, "AP8=", true), base64(1, "AP8", false)], 4);
        let streamed = whole.finish("res_1", None).unwrap();
        assert_eq!(
            (streamed.bytes.as_slice(), streamed.text),
            (&[0, 255, 0, 255][..], false)
        );
    }

    #[test]
    fn the_first_mistake_is_told_at_the_end() {
        let other = Chunk {
            result_id: "res_2",
            ..chunk(1, "b", false)
        };
        let garbage = Chunk {
            base64: true,
            ..chunk(0, "a_b!", false)
        };
        let cases = [
            (
                vec![chunk(1, "a", false)],
                ChunkError::Order {
                    expected: 0,
                    got: 1,
                },
            ),
            (
                vec![
                    chunk(0, "a", true),
                    chunk(0, "a", true),
                    chunk(7, "x", false),
                ],
                ChunkError::Order {
                    expected: 1,
                    got: 0,
                },
            ),
            (
                vec![chunk(0, "a", false), chunk(1, "b", false)],
                ChunkError::AfterLast,
            ),
            (
                vec![chunk(0, "a", true), other],
                ChunkError::SecondResult("res_2".to_owned()),
            ),
            (vec![chunk(0, "a", true)], ChunkError::Unfinished),
            (vec![], ChunkError::Unfinished),
            (
                vec![chunk(0, "12345678", true), chunk(1, "9", false)],
                ChunkError::TooLarge { cap: 8 },
            ),
        ];
        for (chunks, expected) in cases {
            assert_eq!(assembled(&chunks, 8).finish("res_1", None), Err(expected));
        }
        let broken = assembled(&[garbage], 8).finish("res_1", None);
        assert!(
            matches!(broken, Err(ChunkError::Encoding { chunk_seq: 0, .. })),
            "{broken:?}"
        );
    }

    #[test]
    fn the_end_must_agree() {
        let whole = || assembled(&[chunk(0, "abc", false)], 100);
        assert_eq!(
            whole().finish("res_1", Some(4)),
            Err(ChunkError::Size { said: 4, got: 3 })
        );
        assert!(matches!(
            whole().finish("res_9", Some(3)),
            Err(ChunkError::OtherResult { .. })
        ));
    }

    #[test]
    fn a_base64_chunk_at_the_cap_passes_and_one_over_it_does_not() {
        let base64 = |data| Chunk {
            base64: true,
            ..chunk(0, data, false)
        };
        assert!(
            assembled(&[base64("AAAA")], 3)
                .finish("res_1", Some(3))
                .is_ok()
        );
        for (data, cap) in [("AAAA", 2), ("AAAAAAAAAAAAAAAAAAAAAAAAAAAA", 3)] {
            let refused = assembled(&[base64(data)], cap).finish("res_1", None);
            assert_eq!(refused, Err(ChunkError::TooLarge { cap }));
        }
    }
}
