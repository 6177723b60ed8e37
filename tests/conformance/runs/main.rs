//! The kit at work: on our own runtime over every transport and store, on broken ones, on another SDK's, and on itself.

// A test's helper may fail as a test does; clippy only sees the test functions themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod another_implementation;
mod baseline;
mod clients;
mod controls;
mod lockout;
mod memory;
mod ours;
mod results;
mod rules;
mod score;
mod served;
mod sound;
