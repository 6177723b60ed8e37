//! A durable runtime and client for ARCP v1.1, the Agent Runtime Control Protocol.
//!
//! # Layout
//! - [`transport`], [`store`]: what both sides stand on, as traits
//! - [`protocol`]: the rules, pure
//! - [`clock`], [`id`]: time and randomness, as traits
//!
//! The rooms `agent`, `auth`, `server` and the rest of `protocol` are written on the generated types and open with them.

pub mod clock;
pub mod id;
pub mod protocol;
pub mod store;
pub mod transport;
