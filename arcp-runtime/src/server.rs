//! The runtime: takes connections over any transport, runs agents, keeps what it promised in a store.
//!
//! ```text
//! connection --Call--> dispatch --Record--> store
//!     ^                  |  ^
//!     +----- feed <------+  +--Input-- jobs (agents)
//! ```

mod agents;
mod batch;
mod builder;
pub(crate) mod children;
mod connection;
pub(crate) mod credentials;
pub(crate) mod delegate;
pub(crate) mod desk;
mod dispatch;
mod drain;
mod faces;
pub(crate) mod feed;
mod fingerprint;
mod greet;
mod history;
mod host;
mod inline;
mod jobs;
pub(crate) mod lanes;
mod line;
mod listen;
mod logins;
pub(crate) mod metrics;
mod outgoing;
pub(crate) mod owner;
mod readiness;
mod runtime;
mod submit;
pub(crate) mod window;

pub use self::builder::{Builder, StartError};
pub use self::listen::{ListenError, ListenOptions, Listening};
pub use self::metrics::{
    AgentTally, Endings, Histogram, OperationRefusals, QueueMetrics, RuntimeMetrics, StoreMetrics,
    Tally, WireMetrics,
};
pub use self::readiness::Readiness;
pub use self::runtime::Runtime;
#[cfg(feature = "tower")]
pub(crate) use crate::protocol::shown::Shown;
