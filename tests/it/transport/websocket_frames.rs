//! What a WebSocket peer may do to us after the handshake (§4).

use super::*;

use arcp_runtime::transport::websocket::WebSocketTransport;

const REQUEST: &str = "GET /arcp HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A server end, and the raw bytes of its client.
async fn raw_client() -> (WebSocketTransport<DuplexStream>, DuplexStream) {
    let (mut there, here) = tokio::io::duplex(64 * 1024);
    let limits = WebSocketLimits::server().with_max_frame(1000);
    write(&mut there, REQUEST.as_bytes()).await;
    let server = websocket::accept(here, &limits, None).await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        seen.push(there.read_u8().await.unwrap());
    }
    assert!(seen.starts_with(b"HTTP/1.1 101 "));
    (server, there)
}

/// A masked frame (with a mask of zeros, which leaves the text as it is).
fn masked(first: u8, text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
    bytes.extend_from_slice(text);
    bytes
}

async fn error_after(bytes: &[u8]) -> TransportError {
    let (mut server, mut client) = raw_client().await;
    write(&mut client, &masked(0x81, b"1")).await;
    write(&mut client, bytes).await;
    assert_eq!(frame(&mut server).await, "1");
    let error = recv(&mut server).await.unwrap().unwrap_err();
    assert!(recv(&mut server).await.is_none());
    error
}

#[tokio::test]
async fn a_binary_frame_is_refused_as_such() {
    let error = error_after(&masked(0x82, b"1")).await;
    assert!(matches!(error, TransportError::Binary));
    assert_eq!(error.close_code().code(), 1003);
}

#[tokio::test]
async fn a_peer_that_breaks_the_rules_is_an_error() {
    let cases: [(&str, Vec<u8>); 6] = [
        ("an unmasked frame", vec![0x81, 1, b'1']),
        ("a reserved opcode", masked(0x83, b"1")),
        ("a reserved bit", masked(0xC1, b"1")),
        ("a continuation of nothing", masked(0x80, b"1")),
        ("text that is not UTF-8", masked(0x81, b"\xff\xfe")),
        ("a ping in pieces", masked(0x09, b"1")),
    ];
    for (what, bytes) in cases {
        let error = error_after(&bytes).await;
        assert!(
            matches!(error, TransportError::Peer(_)),
            "{what}: {error:?}"
        );
        assert_eq!(error.close_code().code(), 1002, "{what}");
    }
}

#[tokio::test]
async fn a_frame_that_claims_to_be_huge_is_refused_before_it_comes() {
    let claim = [0x81, 0xFF, 0, 0, 0, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0];
    let error = error_after(&claim).await;
    assert!(matches!(error, TransportError::TooLarge { limit: 1000 }));
}

#[tokio::test]
async fn pieces_are_joined_up_to_the_limit() {
    let (mut server, mut client) = raw_client().await;
    for (first, text) in [(0x01, &b"{\"a\""[..]), (0x00, b":1"), (0x80, b"}")] {
        write(&mut client, &masked(first, text)).await;
    }
    assert_eq!(frame(&mut server).await, "{\"a\":1}");
    write(&mut client, &masked(0x01, &[b'x'; 100])).await;
    for _ in 0..10 {
        write(&mut client, &masked(0x00, &[b'x'; 100])).await;
    }
    let error = recv(&mut server).await.unwrap().unwrap_err();
    assert!(matches!(error, TransportError::TooLarge { limit: 1000 }));
}

#[tokio::test]
async fn pings_are_answered_below() {
    let (mut server, mut client) = raw_client().await;
    write(&mut client, &masked(0x89, b"hi")).await;
    write(&mut client, &masked(0x81, b"1")).await;
    assert_eq!(frame(&mut server).await, "1");
    let mut pong = [0; 4];
    client.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"\x8A\x02hi");
}

#[tokio::test]
async fn a_close_is_answered_and_then_the_connection_ends() {
    let (mut server, mut client) = raw_client().await;
    write(&mut client, &masked(0x88, b"\x03\xE8bye")).await;
    assert!(recv(&mut server).await.is_none());
    assert_eq!(server.goodbye(), Some(Goodbye::new(1000, "bye")));
    assert!(send(&mut server, "1").await.is_err());
    drop(server);
    assert_eq!(read_all(client).await, b"\x88\x05\x03\xE8bye");
}

#[tokio::test]
async fn a_long_reason_is_cut_at_a_character() {
    let (mut server, mut client) = raw_client().await;
    let closing =
        tokio::spawn(async move { close(&mut server, CloseCode::Policy, &"é".repeat(100)).await });
    let mut head = [0; 4];
    client.read_exact(&mut head).await.unwrap();
    assert_eq!(head, [0x88, 124, 0x03, 0xF0]);
    drop(client);
    closing.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_answers_a_close_is_cut() {
    let (mut server, client) = raw_client().await;
    close(&mut server, CloseCode::Normal, "").await.unwrap();
    drop(server);
    assert_eq!(read_all(client).await, b"\x88\x02\x03\xE8");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_reads_does_not_stop_a_close() {
    let (there, here) = tokio::io::duplex(256);
    let limits = WebSocketLimits::server();
    let (client, server) = tokio::join!(
        websocket::connect_over(there, "ws://localhost", &limits),
        websocket::accept(here, &limits, None),
    );
    let (mut server, _client) = (server.unwrap(), client.unwrap());
    feed(&mut server, &"x".repeat(1000)).await.unwrap();
    let error = close(&mut server, CloseCode::Normal, "").await.unwrap_err();
    assert!(error.to_string().contains("did not take the last frames"));
}

#[tokio::test]
async fn a_tcp_reset_is_an_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let connecting = tokio::spawn(async move {
        websocket::connect(&url, &websocket::ConnectOptions::default()).await
    });
    let (stream, _) = listener.accept().await.unwrap();
    let limits = WebSocketLimits::server();
    let mut server = websocket::accept_tcp(stream, &limits, websocket::loopback_only)
        .await
        .unwrap();
    assert!(server.peer().is_some_and(|peer| peer.is_loopback()));
    let mut client = connecting.await.unwrap().unwrap();
    send(&mut server, "1").await.unwrap();
    assert_eq!(frame(&mut client).await, "1");
    // Unread bytes in a socket that is closed make the system send a reset.
    send(&mut server, "2").await.unwrap();
    send(&mut client, "3").await.unwrap();
    drop(client);
    loop {
        match recv(&mut server).await {
            Some(Ok(Received::Frame(_))) => {}
            Some(Err(TransportError::Io(_))) => break,
            other => panic!("{other:?}"),
        }
    }
}
