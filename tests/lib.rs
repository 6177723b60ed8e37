//! What the tests share that is not about the protocol: certificates, and the tools of other languages that they run.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod certificates;
pub mod tools;
