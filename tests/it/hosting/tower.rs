//! The service without axum: any server that hands out upgrades, over any stream.

use super::*;

use arcp_runtime::client::ClientError;
use arcp_runtime::transport::BoxTransport;
use arcp_runtime::transport::websocket;
use axum::http::{self, StatusCode};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower_service::Service as _;

const UPGRADE: [(&str, &str); 4] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// Serves one connection that is no TCP socket with nothing but hyper.
async fn dial(service: ArcpService) -> Result<BoxTransport, ClientError> {
    let (here, there) = tokio::io::duplex(64 * 1024);
    let service = TowerToHyperService::new(service);
    let served = http1::Builder::new().serve_connection(TokioIo::new(there), service);
    tokio::spawn(served.with_upgrades());
    let limits = WebSocketLimits::client();
    let transport = websocket::connect_over(here, "ws://me.example/any/path", &limits).await?;
    Ok(Box::new(transport))
}

#[tokio::test]
async fn any_server_that_hands_out_upgrades_will_do() {
    let service = ArcpService::new(&runtime().await);
    let client = Client::over(move || dial(service.clone())).token("tok-a");
    let client = client.connect().await.unwrap();
    let mut job = client
        .submit(Submission::to("echo").input(&7))
        .await
        .unwrap();
    assert_eq!(job.result_as::<u32>().await.unwrap(), 7);
    client.close("done").await;
}

#[tokio::test]
async fn a_server_that_hands_out_none_is_told_so() {
    let mut service = ArcpService::new(&runtime().await);
    let mut request = http::Request::get("/arcp");
    for (name, value) in UPGRADE {
        request = request.header(name, value);
    }
    let answer = service.call(request.body(()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_client_that_is_gone_before_the_upgrade_keeps_no_place() {
    let runtime = runtime().await;
    let (mut here, there) = tokio::io::duplex(64 * 1024);
    let service = TowerToHyperService::new(ArcpService::new(&runtime));
    let served = http1::Builder::new().serve_connection(TokioIo::new(there), service);
    let lines: String = UPGRADE
        .iter()
        .flat_map(|(name, value)| [name, ": ", value, "\r\n"])
        .collect();
    let request = format!("GET / HTTP/1.1\r\nHost: me\r\n{lines}\r\n");
    here.write_all(request.as_bytes()).await.unwrap();
    // This server answers 101 and then gives the connection to nobody.
    let _ = served.await;
    while runtime.metrics().wire.connections > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(runtime.metrics().wire.connections_served, 0);
}
