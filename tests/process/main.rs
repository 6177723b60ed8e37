//! The `arcp` command as it is used: real processes, real sockets, real pipes, real kills.
//!
//! It belongs to the runtime's package, because only that package's tests are told where the command was built.

#![cfg(unix)]
// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Payloads are made in place; `&json!(…)` at every call would say no more.
#![allow(clippy::needless_pass_by_value)]

#[cfg(feature = "axum")]
mod admin;
mod client;
mod conform;
mod crash;
mod demo;
mod examples;
mod faults;
#[cfg(feature = "litellm")]
mod gateway;
mod interop;
#[cfg(feature = "jwt")]
mod issuer;
mod lookups;
mod probe;
mod scripted;
mod send;
mod serve;
mod submit;
mod support;
#[cfg(feature = "otel")]
mod telemetry;
#[cfg(feature = "tls")]
mod tls;
#[cfg(any(feature = "jwt", feature = "litellm"))]
mod upstream;
