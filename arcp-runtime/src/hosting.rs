//! A runtime inside somebody's own HTTP server: a tower service for the wire, and routes for those who watch it (§4).
//!
//! [`ArcpService`] answers WebSocket upgrades in any stack that speaks [`tower_service::Service`] over HTTP/1.1; with the feature `axum` there are routes too.
//! It opens no port and has no TLS: that is the server's.
//!
//! # Stopping
//! An upgraded connection is not the HTTP server's any more: neither hyper's nor axum's graceful shutdown waits for it, or tells it anything.
//! [`Runtime::drain`](crate::server::Runtime::drain) does both. Let the server's graceful shutdown wait for it, so that health checks are answered until the end:
//!
//! ```no_run
//! # #[cfg(feature = "axum")]
//! # async fn example(runtime: arcp_runtime::server::Runtime) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! let app = axum::Router::new()
//!     .route("/", axum::routing::get(|| async { "my own page" }))
//!     .merge(arcp_runtime::hosting::routes(&runtime));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! axum::serve(listener, app)
//!     .with_graceful_shutdown(async move {
//!         // The first signal that cannot be waited for ends the process as well.
//!         let _ = tokio::signal::ctrl_c().await;
//!         if let Err(error) = runtime.drain(Duration::from_secs(30)).await {
//!             eprintln!("{error}");
//!         }
//!     })
//!     .await?;
//! # Ok(())
//! # }
//! ```

mod peer;
#[cfg(feature = "axum")]
mod routes;
mod service;

pub use peer::PeerAddress;
#[cfg(feature = "axum")]
pub use routes::{healthz, metrics, readyz, routes, watching};
pub use service::ArcpService;
