//! What the public API and the wire show, one file for each part of the specification.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// `json!(…)` is handed over where it is made.
#![allow(clippy::needless_pass_by_value)]

mod client;
mod hosting;
mod runtime;
mod store;
mod telemetry;
mod transport;
