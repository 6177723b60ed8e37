//! The rules of the protocol, pure: input and the time come in, decisions go out (§5 to §12).
//!
//! Nothing in this room knows tokio, a clock, a socket, a file or a source of randomness.

pub mod client;
pub mod connection;
pub mod core;
pub mod credential;
pub mod delegation;
pub mod error;
pub mod features;
pub mod frame;
pub mod greeting;
pub mod handshake;
pub mod idempotency;
pub mod job;
pub mod lease;
pub mod listing;
pub mod principal;
pub mod refusal;
pub mod session;
pub mod subscription;
pub mod tally;
pub mod timer;
pub mod trace;
pub mod versioning;

mod ack;
mod admission;
mod cancel;
mod depth;
mod ended;
mod heartbeat;
mod recover;
mod sequence;
mod surrogate;

pub(crate) mod shown;
