//! The WebSocket handshake as a stranger sees it (§4, §14).

use super::*;

use arcp_runtime::transport::websocket::{AcceptError, ConnectError, ConnectOptions, Refusal};
use tokio::net::TcpListener;

/// What a server says to raw bytes, and how its side ended.
async fn answer(bytes: &[u8]) -> (String, Result<(), AcceptError>) {
    let (mut there, here) = tokio::io::duplex(64 * 1024);
    let limits = WebSocketLimits::server().with_max_header(1000);
    write(&mut there, bytes).await;
    let accepted = websocket::accept_guarded(here, &limits, None, websocket::loopback_only).await;
    let done = accepted.map(drop);
    (String::from_utf8(read_all(there).await).unwrap(), done)
}

fn request(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:7777\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n").into_bytes()
}

#[tokio::test]
async fn only_our_paths_are_upgraded() {
    for path in ["/arcp", "/", "/arcp?x=1"] {
        let (text, done) = answer(&request(path, "")).await;
        assert!(text.starts_with("HTTP/1.1 101 "), "{path}: {text}");
        assert!(text.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{text}");
        assert!(
            !text.to_ascii_lowercase().contains("sec-websocket-protocol"),
            "{text}"
        );
        done.unwrap();
    }
    for path in ["/arcp/", "/ARCP", "/x", "/arcp/../x"] {
        let (text, done) = answer(&request(path, "")).await;
        assert!(
            text.starts_with("HTTP/1.1 404 Not Found\r\n"),
            "{path}: {text}"
        );
        assert!(
            text.ends_with("\r\n\r\nthe runtime's path is /arcp\n"),
            "{text}"
        );
        assert!(matches!(
            done,
            Err(AcceptError::Refused(Refusal { status: 404, .. }))
        ));
    }
}

#[tokio::test]
async fn the_subprotocol_is_echoed_when_offered() {
    let (text, _) = answer(&request(
        "/arcp",
        "Sec-WebSocket-Protocol: chat, arcp.v1\r\n",
    ))
    .await;
    assert!(
        text.to_ascii_lowercase()
            .contains("sec-websocket-protocol: arcp.v1\r\n"),
        "{text}"
    );
    let (text, _) = answer(&request("/arcp", "Sec-WebSocket-Protocol: chat\r\n")).await;
    assert!(
        !text.to_ascii_lowercase().contains("sec-websocket-protocol"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_no_handshake_gets_a_status_and_a_sentence() {
    let huge = request("/arcp", &format!("X-Large: {}\r\n", "x".repeat(2000)));
    let cases: [(&[u8], &str, &str); 7] = [
        (
            b"GET /arcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "426",
            "WebSocket upgrades only",
        ),
        (
            b"POST /arcp HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "405",
            "GET",
        ),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            "400",
            "not TLS",
        ),
        (b"{\"arcp\":\"1.1\"}\n", "400", "WebSocket upgrade"),
        (b"GET /arcp SMTP\r\n\r\n", "400", "not an HTTP/1.1 request"),
        (&huge, "431", "larger than 1000 bytes"),
        (
            &request("/arcp", "Origin: https://evil.example\r\n"),
            "403",
            "other origins",
        ),
    ];
    for (bytes, status, sentence) in cases {
        let (text, done) = answer(bytes).await;
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
        assert!(text.contains(sentence), "{text}");
        assert!(matches!(done, Err(AcceptError::Refused(_))), "{done:?}");
    }
}

#[tokio::test]
async fn the_loopback_guard_knows_its_names() {
    let with_host = |host: &str| {
        String::from_utf8(request("/arcp", ""))
            .unwrap()
            .replace("localhost:7777", host)
            .into_bytes()
    };
    for host in ["127.0.0.1", "127.0.0.1:1", "[::1]:7777", "LOCALHOST"] {
        assert!(answer(&with_host(host)).await.1.is_ok(), "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example:7777",
        "127.0.0.1.nip.io",
        "10.0.0.1:80",
        "é",
    ] {
        assert!(answer(&with_host(host)).await.1.is_err(), "{host}");
    }
    for origin in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]"] {
        assert!(
            answer(&request("/", &format!("Origin: {origin}\r\n")))
                .await
                .1
                .is_ok(),
            "{origin}"
        );
    }
    assert!(answer(&request("/", "Origin: null\r\n")).await.1.is_err());
}

#[tokio::test]
async fn a_client_that_leaves_is_told_as_such() {
    let (mut there, here) = tokio::io::duplex(1024);
    write(&mut there, b"GET /arcp HT").await;
    drop(there);
    let left = websocket::accept(here, &WebSocketLimits::server(), None).await;
    assert!(matches!(left, Err(AcceptError::Left)));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_dawdles_is_given_up() {
    let (mut there, here) = tokio::io::duplex(1024);
    write(&mut there, b"GET /arcp HT").await;
    let slow = websocket::accept(here, &WebSocketLimits::server(), None).await;
    assert!(matches!(slow, Err(AcceptError::TooSlow(_))));
}

#[tokio::test]
async fn frames_sent_with_the_request_are_not_lost() {
    let (mut there, here) = tokio::io::duplex(64 * 1024);
    let mut bytes = request("/arcp", "");
    bytes.extend_from_slice(b"\x81\x82\0\0\0\0{}");
    write(&mut there, &bytes).await;
    let mut server = websocket::accept(here, &WebSocketLimits::server(), None)
        .await
        .unwrap();
    assert_eq!(frame(&mut server).await, "{}");
}

#[tokio::test]
async fn a_client_hears_why_it_cannot_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        websocket::accept_tcp(stream, &WebSocketLimits::server(), |_| Ok(()))
            .await
            .map(drop)
    });
    let url = format!("ws://{address}/wrong");
    let error = websocket::connect(&url, &ConnectOptions::default())
        .await
        .unwrap_err();
    assert!(
        matches!(error, ConnectError::Refused { status: 404, .. }),
        "{error}"
    );
    assert!(!error.is_transient());
    assert!(
        error.to_string().contains("the runtime's path is /arcp"),
        "{error}"
    );
    assert!(serving.await.unwrap().is_err());

    let error = websocket::connect(&url, &ConnectOptions::default())
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error}");
    assert!(error.is_transient());
    assert!(
        error.to_string().contains("is the runtime running there?"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_given_up() {
    let (there, _here) = tokio::io::duplex(64 * 1024);
    let error = websocket::connect_over(there, "ws://localhost", &WebSocketLimits::client())
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectError::TooSlow { .. }), "{error}");
}
