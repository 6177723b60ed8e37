//! A durable runtime and client for ARCP v1.1, the Agent Runtime Control Protocol.
//!
//! # Layout
//! - [`agent`]: what an agent is and can do; [`arcp_agent`] makes one of a function
//! - [`server`]: the runtime
//! - `hosting`: inside somebody's own HTTP server (features `tower` and `axum`)
//! - [`transport`], [`store`], [`auth`], [`credential`]: what it stands on, as traits
//! - [`protocol`]: the rules, pure
//! - [`clock`], [`id`]: time and randomness, as traits
//! - [`limits`]: every limit, in one place
//! - [`telemetry`]: spans and metrics
//! - [`wire`]: what goes over the wire, as the schema has it: events, errors, leases, listings
//!
//! # Features
//! On by default:
//! - `cli`: the `arcp` command, which needs `sqlite`
//! - `sqlite`: `store::SqliteStore`
//! - `tls`: `wss://`, on both sides
//!
//! And when asked for:
//! - `axum`: routes for an axum application, and `arcp serve --admin`
//! - `jwt`: `auth::JwtVerifier`, JSON Web Tokens
//! - `litellm`: `credential::LiteLlm`, keys of a LiteLLM-compatible gateway
//! - `otel`: [`telemetry`] for a collector
//! - `tower`: the wire as a tower service

pub mod agent;
pub mod auth;
pub mod client;
pub mod clock;
pub mod credential;
#[cfg(feature = "tower")]
pub mod hosting;
pub mod id;
pub mod limits;
pub mod protocol;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod transport;

/// The types of the wire: the crate `arcp-generated`, so that agents and clients need no dependency on it of their own.
#[doc(no_inline)]
pub use arcp_generated as wire;

#[doc(hidden)]
#[path = "macro_support.rs"]
pub mod __macro;

#[doc = include_str!("arcp_agent.md")]
pub use arcp_macros::arcp_agent;

// The examples of the README are compiled with the documentation tests, where all that they need is there.
#[cfg(doctest)]
#[cfg(all(feature = "axum", feature = "sqlite"))]
#[doc = include_str!("../../README.md")]
struct Readme;
