//! The conformance kit of ARCP v1.1: it tests any runtime or client, of any language, over the wire.
//!
//! # Shape
//!
//! ```text
//! requirements.yaml   every rule of the specification: id, section, keyword, who, feature, one line, and what decides it
//! server/*.yaml       scenarios for runtimes, one file for each section: what is sent, what has to come back
//! client/*.yaml       scenarios for clients: a runtime that misbehaves as told, and what the client has to do
//! shapes.yaml         what each message, event kind and object looks like
//!
//! requirement, scenario   the data, and that it is whole
//! value, matcher          `${names}` in what is sent, patterns for what comes back
//! link, tls, target       sockets, lines and processes: a raw peer, on no code of any ARCP library
//! driver                  plays a scenario and writes down every frame
//! transcript, invariant   what was seen, and what must hold of all of it, live or offline
//! mask                    secrets become marks before anything is written down
//! outcome, report         pass, fail or not applicable; for a terminal, JSON, JUnit, Markdown; expected failures
//! client                  the other side: plays a runtime, watches a client
//! ```
//!
//! The package depends on nothing else of this workspace: a mistake in our library cannot hide itself here. Everything it
//! needs is embedded, so that the `arcp` command tests a runtime without a checkout.
//!
//! It does not know how a runtime works inside, and decides nothing that no frame, exit code or line of output shows.

pub mod client;
pub mod driver;
pub mod expected;
pub mod invariant;
pub mod library;
pub mod link;
pub mod mask;
pub mod matcher;
pub mod outcome;
pub mod report;
pub mod requirement;
pub mod run;
pub mod scenario;
pub mod target;
#[cfg(feature = "tls")]
pub mod tls;
pub mod transcript;
pub mod value;
