//! Routes for axum: the wire at `/arcp`, and for those who watch it `/healthz`, `/readyz` and `/metrics`.
//!
//! What they answer has no secrets, no ids and no names of people, but it has the names of agents and how busy they are: who may see it is the user's to decide.

use axum::Json;
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, get};
use serde_json::json;

use super::ArcpService;
use crate::server::{Runtime, RuntimeMetrics};
use crate::transport::websocket::PATH;

/// Everything under its usual path: the wire at `/arcp`, and [`watching`]. Merge it beside other routes.
///
/// For other paths mount the parts: [`ArcpService`] with `Router::route_service`, [`healthz`], [`readyz`] and [`metrics`] with `Router::route`.
pub fn routes<S>(runtime: &Runtime) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    watching(runtime).route_service(PATH, ArcpService::new(runtime))
}

/// `/healthz`, `/readyz` and `/metrics` alone, for a port of their own.
pub fn watching<S>(runtime: &Runtime) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    Router::new()
        .route("/healthz", healthz(runtime))
        .route("/readyz", readyz(runtime))
        .route("/metrics", metrics(runtime))
}

/// Whether the process should go on: 200, or 503 when the store has failed for good, after which only a new start helps.
pub fn healthz<S>(runtime: &Runtime) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let runtime = runtime.clone();
    get(move || {
        let (status, word) = if runtime.is_alive() {
            (StatusCode::OK, "alive")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "dead")
        };
        let answer = (
            status,
            [(CACHE_CONTROL, "no-store")],
            Json(json!({"status": word})),
        );
        std::future::ready(answer.into_response())
    })
}

/// Whether clients should be sent here: 200, or 503 with the reasons ([`Runtime::readiness`]).
pub fn readyz<S>(runtime: &Runtime) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let runtime = runtime.clone();
    get(move || {
        let runtime = runtime.clone();
        async move {
            let readiness = runtime.readiness().await;
            let (status, body) = if readiness.is_ready() {
                (StatusCode::OK, json!({"status": "ready"}))
            } else {
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    json!({"status": "not ready", "reasons": readiness.reasons}),
                )
            };
            (status, [(CACHE_CONTROL, "no-store")], Json(body))
        }
    })
}

/// What the runtime has counted ([`Runtime::metrics`]), as Prometheus reads it.
pub fn metrics<S>(runtime: &Runtime) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let runtime = runtime.clone();
    get(move || {
        let text = runtime.metrics().to_prometheus();
        let answer = (
            [(CONTENT_TYPE, RuntimeMetrics::PROMETHEUS_CONTENT_TYPE)],
            text,
        );
        std::future::ready(answer.into_response())
    })
}
