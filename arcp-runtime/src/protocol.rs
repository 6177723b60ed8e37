//! The rules of the protocol, pure: input and the time come in, decisions go out (§5 to §12).
//!
//! Nothing in this room knows tokio, a clock, a socket, a file or a source of randomness.

pub mod client;
pub mod lease;
pub mod trace;
pub mod versioning;
