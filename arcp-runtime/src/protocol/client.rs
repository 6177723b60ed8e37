//! What a client does and when, pure (§5 to §8): frames and the time come in, frames and news go out.
//!
//! Nothing here knows tokio or a socket; `crate::client` drives it.

pub mod ack;
pub mod backoff;
pub mod correlate;
pub mod heartbeat;
pub mod result_chunk;
pub mod sequence;
