//! A durable runtime and client for ARCP v1.1, the Agent Runtime Control Protocol.
//!
//! # Layout
//! - [`agent`]: what an agent is and can do
//! - `server`, `client`: the two sides
//! - [`transport`], [`store`], `auth`: what they stand on, as traits
//! - [`protocol`]: the rules, pure
//! - [`clock`], [`id`]: time and randomness, as traits

pub mod clock;
pub mod id;
pub mod protocol;
pub mod store;
pub mod transport;
