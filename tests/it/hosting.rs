//! A runtime inside somebody's own axum application, over real sockets: beside other routes, under other layers, watched and drained.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arcp_runtime::agent::{demo, probe};
use arcp_runtime::auth::BearerTokens;
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::hosting::{self, ArcpService, PeerAddress};
use arcp_runtime::limits::Limits;
use arcp_runtime::server::{Builder, Runtime};
use arcp_runtime::transport::websocket::{Refusal, WebSocketLimits};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::routing::get;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

mod health;
mod tower;
mod upgrade;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn start(limits: Limits, builder: Builder) -> Runtime {
    let builder = demo::all().into_iter().fold(builder, Builder::shared_agent);
    let builder = probe::Probe::versions(None)
        .into_iter()
        .fold(builder, Builder::agent);
    let tokens = BearerTokens::new().with("tok-a", "alice");
    let builder = builder.verifier(tokens).limits(limits);
    builder.start().await.unwrap()
}

async fn runtime() -> Runtime {
    start(Limits::default(), Runtime::builder()).await
}

/// Serves `app` until the test ends.
async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// What the server says to raw bytes on a connection of their own, which is closed for it.
async fn answer(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    let all = stream.read_to_string(&mut text);
    tokio::time::timeout(Duration::from_mins(1), all)
        .await
        .expect("an answer and the end of the connection")
        .unwrap();
    text
}

/// The status and the body of a GET.
async fn page(address: SocketAddr, path: &str) -> (u16, String) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let text = answer(address, &request).await;
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    (status, body.to_owned())
}

async fn connect(address: SocketAddr, path: &str) -> Socket {
    let (socket, _) = tokio_tungstenite::connect_async(format!("ws://{address}{path}"))
        .await
        .unwrap();
    socket
}

async fn send(socket: &mut Socket, frame: Value) {
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

/// The next frame, or the code with which the connection was closed.
async fn receive(socket: &mut Socket) -> Result<Value, u16> {
    loop {
        let next = tokio::time::timeout(Duration::from_mins(1), socket.next()).await;
        match next.expect("a frame within a minute").unwrap().unwrap() {
            Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
            Message::Close(frame) => return Err(frame.unwrap().code.into()),
            _ => {}
        }
    }
}

async fn until(socket: &mut Socket, wire_type: &str) -> Value {
    loop {
        let frame = receive(socket).await.unwrap();
        if frame["type"] == wire_type {
            return frame;
        }
    }
}

fn hello(token: &str) -> Value {
    json!({"arcp": "1.1", "id": "m1", "type": "session.hello", "payload": {
        "client": {"name": "raw", "version": "1"},
        "auth": {"scheme": "bearer", "token": token},
        "capabilities": {"encodings": ["json"], "features": []}
    }})
}

/// A session, and the frame that submits to the probe in it.
async fn session(address: SocketAddr, path: &str) -> (Socket, impl Fn(Value) -> Value) {
    let mut socket = connect(address, path).await;
    send(&mut socket, hello("tok-a")).await;
    let welcome = until(&mut socket, "session.welcome").await;
    let session = welcome["session_id"].clone();
    let submit = move |steps: Value| {
        json!({"arcp": "1.1", "id": "m2", "type": "job.submit", "session_id": session,
            "payload": {"agent": "probe", "input": {"do": steps}}})
    };
    (socket, submit)
}
