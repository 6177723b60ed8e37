//! The way to a collector: HTTP on this process's tokio runtime, for exporters that run on threads of their own.
//!
//! A collector that is away is told once, and once more when it is back; what it misses is lost.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;

use crate::limits::{COLLECTOR_ANSWER_BYTES, EXPORT};
use crate::protocol::shown::Shown;

/// Sends what exporters have written.
#[derive(Clone)]
pub(super) struct Collector {
    http: reqwest::Client,
    tokio: Handle,
    state: Arc<State>,
}

struct State {
    /// Without what a query or a path could hold.
    place: String,
    away: AtomicBool,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Collector").field(&self.state.place).finish()
    }
}

impl Collector {
    /// The way to the collector at `place`. Requests run on `tokio`.
    pub(super) fn at(place: String, tokio: Handle) -> Result<Self, reqwest::Error> {
        // A redirect could carry headers with keys in them somewhere else.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(EXPORT)
            .build()?;
        let away = AtomicBool::new(false);
        Ok(Self {
            http,
            tokio,
            state: Arc::new(State { place, away }),
        })
    }

    async fn send(self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = exchange(&self.http, request).await;
        match &answer {
            Ok(answer) if answer.status().is_success() => self.state.took(),
            Ok(answer) => self.state.failed(&answer.status()),
            Err(error) => self.state.failed(error),
        }
        Ok(answer?)
    }
}

impl State {
    fn took(&self) {
        if self.away.swap(false, Ordering::AcqRel) {
            tracing::info!(
                collector = self.place,
                "the collector takes spans and metrics again"
            );
        }
    }

    fn failed(&self, why: &dyn fmt::Display) {
        if !self.away.swap(true, Ordering::AcqRel) {
            tracing::warn!(collector = self.place, why = %Shown(why), "the collector takes no spans and metrics; they fall away until it does");
        }
    }
}

impl HttpClient for Collector {
    fn send_bytes<'a, 'sent>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'sent>>
    where
        'a: 'sent,
        Self: 'sent,
    {
        // The exporter's thread knows nothing of tokio; it may wait for a task.
        let sent = self.tokio.spawn(self.clone().send(request));
        Box::pin(async move { sent.await? })
    }
}

async fn exchange(
    http: &reqwest::Client,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, reqwest::Error> {
    let request = reqwest::Request::try_from(request)?;
    // The address is told once, without what could be secret in it.
    let without_url = reqwest::Error::without_url;
    let mut answer = http.execute(request).await.map_err(without_url)?;
    let mut whole = Response::new(Bytes::new());
    *whole.status_mut() = answer.status();
    std::mem::swap(whole.headers_mut(), answer.headers_mut());
    let mut body = Vec::new();
    while let Some(more) = answer.chunk().await.map_err(without_url)? {
        if body.len() + more.len() > COLLECTOR_ANSWER_BYTES {
            // It has taken what it was sent; what else it has to say is not for us.
            body.clear();
            break;
        }
        body.extend_from_slice(&more);
    }
    *whole.body_mut() = body.into();
    Ok(whole)
}
