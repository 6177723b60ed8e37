//! The rules of ARCP, pure: state and input and time go in, state and actions come out.
//!
//! No tokio, no clock, no I/O, no randomness: time is a value, identifiers come from a mint that is passed in. One file per noun of the specification.

pub mod connection;
pub mod core;
pub mod features;
pub mod frame;
pub mod greeting;
pub mod handshake;
pub mod idempotency;
pub mod job;
pub mod lease;
pub mod principal;
pub mod refusal;
pub mod session;
pub mod timer;

mod cancel;
mod depth;
mod recover;
mod sequence;
