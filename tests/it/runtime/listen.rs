//! Listening on an address (§4, §14): who is let in, and what becomes of the address.

use std::net::SocketAddr;
use std::time::Duration;

use arcp_runtime::client::{Client, ClientError};
use arcp_runtime::server::{ListenError, ListenOptions};
use arcp_runtime::transport::tls::{Identity, Trust};
use arcp_tests::certificates::Authority;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Limits, in_memory};

const HERE: &str = "127.0.0.1:0";

async fn connect(url: String) -> Result<Client, ClientError> {
    Client::builder(url).token("tok-a").connect().await
}

/// What is said to a request for an upgrade with this header.
async fn answer(address: SocketAddr, header: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /arcp HTTP/1.1\r\n{header}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    String::from_utf8(status.to_vec()).unwrap()
}

#[tokio::test]
async fn whoever_connects_is_served_until_the_runtime_stops() {
    let runtime = in_memory(Limits::default()).await;
    let listening = runtime.listen(HERE).await.unwrap();
    assert_ne!(listening.address().port(), 0);
    assert_eq!(
        listening.url(),
        format!("ws://{}/arcp", listening.address())
    );
    let (one, other) = (
        connect(listening.url()).await,
        connect(listening.url()).await,
    );
    one.unwrap().ping().await.unwrap();
    other.unwrap().ping().await.unwrap();

    runtime.shutdown().await.unwrap();
    // The address can be had again at once.
    TcpListener::bind(listening.address()).await.unwrap();
    listening.closed().await;
    let late = runtime.listen(HERE).await;
    assert!(matches!(late, Err(ListenError::Stopped)), "{late:?}");
}

#[tokio::test]
async fn a_closed_address_keeps_its_connections() {
    let runtime = in_memory(Limits::default()).await;
    let listening = runtime.listen(HERE).await.unwrap();
    let (address, url) = (listening.address(), listening.url());
    let other = runtime.listen(HERE).await.unwrap();
    let client = connect(url.clone()).await.unwrap();
    listening.close().await;
    client.ping().await.unwrap();
    let late = connect(url).await.unwrap_err();
    assert!(late.retryable(), "{late}");
    TcpListener::bind(address).await.unwrap();
    // Another address of the same runtime is another matter.
    connect(other.url()).await.unwrap().ping().await.unwrap();
}

#[tokio::test]
async fn other_machines_are_only_let_in_when_somebody_says_so() {
    let runtime = in_memory(Limits::default()).await;
    let refused = runtime.listen("0.0.0.0:0").await.unwrap_err();
    assert!(matches!(refused, ListenError::Open { .. }));
    assert!(refused.to_string().contains("insecure"), "{refused}");
    let options = ListenOptions::default().with_insecure(true);
    let open = runtime.listen_with("0.0.0.0:0", options).await.unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], open.address().port()));
    assert_eq!(
        answer(address, "Host: runtime.example").await,
        "HTTP/1.1 101"
    );
}

#[tokio::test]
async fn pages_of_other_origins_are_kept_from_the_loopback() {
    let runtime = in_memory(Limits::default()).await;
    // Allowing other machines does not open an address that they cannot reach.
    let options = ListenOptions::default().with_insecure(true);
    let address = runtime.listen_with(HERE, options).await.unwrap().address();
    for (header, status) in [
        ("Host: localhost", "HTTP/1.1 101"),
        ("Host: evil.example", "HTTP/1.1 403"),
        (
            "Host: localhost\r\nOrigin: https://evil.example",
            "HTTP/1.1 403",
        ),
    ] {
        assert_eq!(answer(address, header).await, status, "{header}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_told() {
    let runtime = in_memory(Limits::default()).await;
    let taken = runtime.listen(HERE).await.unwrap().address();
    for address in [taken.to_string(), "nowhere".to_owned()] {
        let refused = runtime.listen(&address).await.unwrap_err();
        assert!(matches!(refused, ListenError::Address(_)), "{refused}");
    }
}

/// Whoever is silent has a place like any other; the next one is told so, and served once the place is free.
#[tokio::test]
async fn handshakes_count_as_connections() {
    let mut limits = Limits::default();
    limits.connections = 1;
    let runtime = in_memory(limits).await;
    let listening = runtime.listen(HERE).await.unwrap();
    let silent = TcpStream::connect(listening.address()).await.unwrap();
    let late = connect(listening.url()).await.unwrap_err();
    assert!(late.retryable(), "{late}");
    assert!(late.to_string().contains("503"), "{late}");
    assert_eq!(runtime.metrics().wire.connections_dropped, 1);
    let status = answer(listening.address(), "Host: localhost").await;
    assert_eq!(status, "HTTP/1.1 503");
    let status = answer(listening.address(), "Host: evil.example").await;
    assert_eq!(status, "HTTP/1.1 403");
    drop(silent);
    let served = async {
        loop {
            if let Ok(client) = connect(listening.url()).await {
                return client;
            }
        }
    };
    let client = tokio::time::timeout(Duration::from_mins(1), served).await;
    let client = client.expect("a place is free within a minute");
    client.ping().await.unwrap();
}

#[tokio::test]
async fn a_handshake_under_way_does_not_hold_the_stop() {
    let runtime = in_memory(Limits::default()).await;
    let listening = runtime.listen(HERE).await.unwrap();
    let mut silent = TcpStream::connect(listening.address()).await.unwrap();
    // Served behind it, so it was taken in.
    connect(listening.url()).await.unwrap().close("done").await;
    runtime.shutdown().await.unwrap();
    assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn with_an_identity_it_speaks_tls_and_the_identity_can_be_renewed() {
    let authorities = [Authority::named("first"), Authority::named("second")];
    let identities = authorities.each_ref().map(|authority| {
        let pair = authority.sign(&["localhost", "127.0.0.1"]);
        Identity::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes()).unwrap()
    });
    let [first, second] = identities;
    let runtime = in_memory(Limits::default()).await;
    let options = ListenOptions::default().with_identity(first);
    // Other machines may connect, for nobody on the way can read what is said.
    let listening = runtime.listen_with("0.0.0.0:0", options).await.unwrap();
    assert!(listening.url().starts_with("wss://"));
    let port = listening.address().port();
    let connect = async |authority: &Authority| {
        let trust = Trust::only(authority.pem().as_bytes()).unwrap();
        let builder = Client::builder(format!("wss://localhost:{port}")).trust(trust);
        builder.token("tok-a").connect().await
    };
    let [one, other] = &authorities;
    let early = connect(one).await.unwrap();
    assert!(connect(other).await.is_err());
    listening.renew(second);
    connect(other).await.unwrap().ping().await.unwrap();
    assert!(connect(one).await.is_err());
    early.ping().await.unwrap();
}
