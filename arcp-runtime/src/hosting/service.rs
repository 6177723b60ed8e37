//! The wire as a tower service: a request for an upgrade becomes a connection of the runtime, everything else an answer that says what is wrong.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::upgrade::OnUpgrade;
use tokio::runtime::Handle;
use tokio_tungstenite::tungstenite::http::header::{CONTENT_TYPE, HeaderValue};
use tokio_tungstenite::tungstenite::http::{Request, Response, StatusCode};

use super::peer;
use crate::server::{Runtime, Shown};
use crate::transport::websocket::{self, Refusal, Upgrade, WebSocketLimits};

type Guard = dyn Fn(&Upgrade<'_>) -> Result<(), Refusal> + Send + Sync;

/// Answers WebSocket upgrades and serves what was upgraded. Cheap to clone.
///
/// It takes any path: which one is the router's business. It needs a server that speaks HTTP/1.1 and hands out upgrades, as axum's does and hyper's
/// `serve_connection(…).with_upgrades()`. Tokens are in the first frame and not in the request, so layers in front need not let headers through.
///
/// | request | answer |
/// |---|---|
/// | an upgrade | 101, and the connection is the runtime's |
/// | no upgrade, or one of another version | 426 |
/// | not a GET | 405 |
/// | without a key | 400 |
/// | the guard does not want it | what the guard says; [`same_origin`](websocket::same_origin) says 403 |
/// | too many connections, or the runtime has stopped | 503 |
/// | the server hands out no upgrades | 500 |
///
/// A runtime that drains takes connections, because their sessions may have jobs that are about to end; new sessions are refused on the wire.
#[derive(Clone)]
pub struct ArcpService {
    runtime: Runtime,
    limits: WebSocketLimits,
    guard: Arc<Guard>,
}

impl fmt::Debug for ArcpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArcpService")
            .field("runtime", &self.runtime)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl ArcpService {
    /// A service for `runtime`. Pages of other origins are refused; frames are as large as the runtime allows.
    pub fn new(runtime: &Runtime) -> Self {
        Self {
            runtime: runtime.clone(),
            limits: WebSocketLimits::server().with_max_frame(runtime.limits().frame_bytes),
            guard: Arc::new(websocket::same_origin),
        }
    }

    /// Another guard in place of [`same_origin`](websocket::same_origin): it sees each request and refuses it with a status and a sentence.
    #[must_use]
    pub fn guard(
        mut self,
        guard: impl Fn(&Upgrade<'_>) -> Result<(), Refusal> + Send + Sync + 'static,
    ) -> Self {
        self.guard = Arc::new(guard);
        self
    }

    /// Other limits of the connections. The size of the request's header is the server's to bound.
    #[must_use]
    pub fn limits(mut self, limits: WebSocketLimits) -> Self {
        self.limits = limits;
        self
    }

    fn accept<B>(&self, request: Request<B>) -> Result<Response<Full<Bytes>>, Refusal> {
        let (mut parts, _) = request.into_parts();
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        let said = peer::said(&parts.extensions);
        let request = Request::from_parts(parts, ());
        let answer = websocket::answer(&request, said, self.guard.as_ref())?;
        let upgrade = upgrade.ok_or_else(|| {
            Refusal::new(
                500,
                "this server hands out no upgrades; serve connections over HTTP/1.1 with upgrades",
            )
        })?;
        let handle = Handle::try_current()
            .map_err(|_| Refusal::new(500, "this service has to be called on a tokio runtime"))?;
        if self.runtime.has_stopped() {
            return Err(Refusal::new(503, "the runtime has stopped"));
        }
        // Taken before the client is told that it may go on.
        let seat = self.runtime.seat().ok_or_else(Refusal::full)?;
        let (runtime, limits) = (self.runtime.clone(), self.limits);
        handle.spawn(async move {
            match tokio::time::timeout(limits.handshake_wait, upgrade).await {
                Ok(Ok(upgraded)) => {
                    let transport = peer::transport(upgraded, said, &limits).await;
                    runtime.serve_on(seat, transport).await;
                }
                Ok(Err(error)) => {
                    tracing::debug!(error = %Shown(&error), "a connection was not upgraded");
                }
                Err(_) => tracing::debug!("a connection was not upgraded in time"),
            }
        });
        Ok(answer.map(|()| Full::default()))
    }
}

impl<B> tower_service::Service<Request<B>> for ArcpService {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(self
            .accept(request)
            .unwrap_or_else(|refusal| refused(&refusal))))
    }
}

fn refused(refusal: &Refusal) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{}\n", refusal.reason)));
    // A guard may have named what is no status.
    *response.status_mut() = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::FORBIDDEN);
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    for (name, value) in refusal.headers() {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    response
}
