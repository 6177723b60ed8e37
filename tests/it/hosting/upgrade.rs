//! The upgrade: what becomes a connection, and what is told why not.

use super::*;

const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const VERSION: &str = "Sec-WebSocket-Version: 13\r\n";
const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

fn request(first: &str, headers: &[&str]) -> String {
    format!("{first}\r\nHost: me.example:80\r\n{}\r\n", headers.concat())
}

/// The head of the answer, which is all of it when the connection is kept.
async fn head(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

#[tokio::test]
async fn a_users_routes_and_layers_are_beside_it_and_around_it() {
    let runtime = runtime().await;
    let seen = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&seen);
    let app = Router::new()
        .route("/own", get(|| async { "mine" }))
        .merge(hosting::routes(&runtime))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            counting.fetch_add(1, Ordering::Relaxed);
            async move {
                let mut response = next.run(request).await;
                let mark = axum::http::HeaderValue::from_static("yes");
                response.headers_mut().insert("x-layered", mark);
                response
            }
        }));
    let address = serve(app).await;

    let url = format!("ws://{address}/arcp");
    let client = Client::builder(url).token("tok-a").connect().await.unwrap();
    let mut job = client
        .submit(Submission::to("echo").input("Ada"))
        .await
        .unwrap();
    assert_eq!(job.result_as::<String>().await.unwrap(), "Ada");
    assert_eq!(page(address, "/own").await, (200, "mine".to_owned()));
    assert_eq!(page(address, "/nowhere").await.0, 404);
    let (status, text) = page(address, "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "arcp_jobs_ended_total{status=\"success\"} 1",
        "arcp_sessions{state=\"attached\"} 1",
        "arcp_connections 1",
    ] {
        assert!(text.lines().any(|there| there == line), "{line}\n{text}");
    }
    client.close("done").await;

    let mut stream = TcpStream::connect(address).await.unwrap();
    let offer = "Sec-WebSocket-Protocol: chat, arcp.v1\r\n";
    let upgrade = request("GET /arcp HTTP/1.1", &[UPGRADE, VERSION, KEY, offer]);
    let head = head(&mut stream, upgrade.as_bytes()).await;
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    for line in [
        "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=",
        "sec-websocket-protocol: arcp.v1",
        "x-layered: yes",
    ] {
        assert!(head.contains(&format!("{line}\r\n")), "{line}\n{head}");
    }
    assert_eq!(seen.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn what_is_no_upgrade_is_told_so_on_a_connection_that_stays() {
    let app = hosting::routes(&runtime().await);
    let address = serve(app).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let get = "GET /arcp HTTP/1.1";
    let old = "Sec-WebSocket-Version: 8\r\n";
    let foreign = "Origin: https://evil.example\r\n";
    let cases = [
        (request(get, &[]), "426", "upgrade: websocket\r\n"),
        (
            request(get, &[UPGRADE, old, KEY]),
            "426",
            "sec-websocket-version: 13\r\n",
        ),
        (request(get, &[UPGRADE, KEY]), "426", "upgrade: websocket"),
        (
            request(get, &["Upgrade: websocket\r\n", VERSION, KEY]),
            "426",
            "",
        ),
        (
            request(get, &["Connection: Upgrade\r\nUpgrade: h2c\r\n", KEY]),
            "426",
            "",
        ),
        (request(get, &[UPGRADE, VERSION]), "400", ""),
        (
            request("POST /arcp HTTP/1.1", &[UPGRADE, VERSION, KEY]),
            "405",
            "allow: get\r\n",
        ),
        (request(get, &[UPGRADE, VERSION, KEY, foreign]), "403", ""),
        (
            request(get, &[UPGRADE, VERSION, KEY, "Origin: null\r\n"]),
            "403",
            "",
        ),
    ];
    for (text, status, header) in cases {
        let head = head(&mut stream, text.as_bytes()).await;
        assert!(
            head.starts_with(&format!("http/1.1 {status} ")),
            "{text}\n{head}"
        );
        assert!(head.contains(header), "{text}\n{head}");
        let length = head.split("content-length: ").nth(1).unwrap();
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        let body = String::from_utf8(body).unwrap();
        assert!(body.ends_with('\n') && body.len() > 10, "{body:?}");
    }
    for origin in ["http://me.example", "http://ME.example:80"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let origin = format!("Origin: {origin}\r\n");
        let text = request(get, &[UPGRADE, VERSION, KEY, &origin]);
        let head = head(&mut stream, text.as_bytes()).await;
        assert!(head.starts_with("http/1.1 101 "), "{origin}\n{head}");
    }
}

#[tokio::test]
async fn frames_that_come_with_the_request_are_not_lost() {
    let address = serve(hosting::routes(&runtime().await)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut bytes = request("GET /arcp HTTP/1.1", &[UPGRADE, VERSION, KEY]).into_bytes();
    // A masked text frame that is no hello: it is answered all the same.
    bytes.extend_from_slice(b"\x81\x82\0\0\0\0{}");
    let head = head(&mut stream, &bytes).await;
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    let mut frame = [0; 2];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[0], 0x81, "a text frame");
}

#[tokio::test]
async fn its_path_its_guard_and_its_limits_are_the_users() {
    let runtime = runtime().await;
    let service = ArcpService::new(&runtime)
        .guard(|upgrade| match upgrade.host {
            Some(host) if host.starts_with("127.") => Ok(()),
            _ => Err(Refusal::new(421, "ask another machine")),
        })
        .limits(WebSocketLimits::server().with_max_frame(1000));
    let app = Router::new().nest("/v1", Router::new().route_service("/wire", service));
    let address = serve(app).await;
    let text = request("GET /v1/wire HTTP/1.1", &[UPGRADE, VERSION, KEY]);
    let text = answer(address, &text.replace("Upgrade\r\n", "Upgrade, close\r\n")).await;
    assert!(text.starts_with("HTTP/1.1 421 "), "{text}");
    assert!(text.ends_with("\r\n\r\nask another machine\n"), "{text}");

    let (mut socket, submit) = session(address, "/v1/wire").await;
    let large = json!([{"log": {"message": "x".repeat(2000)}}]);
    send(&mut socket, submit(large)).await;
    let refused = until(&mut socket, "session.error").await;
    let message = refused["payload"]["message"].as_str().unwrap();
    assert!(message.contains("1000 bytes"), "{message}");
    assert_eq!(receive(&mut socket).await, Err(1009));
}

#[tokio::test]
async fn a_layer_says_where_a_client_is_and_logins_are_counted_by_that() {
    let mut limits = Limits::default();
    limits.failed_logins = 1;
    let runtime = start(limits, Runtime::builder()).await;
    let app = hosting::routes(&runtime).layer(middleware::from_fn(
        |mut request: Request, next: Next| async move {
            let named = request.headers().get("x-real-ip");
            let named = named.and_then(|named| named.to_str().ok()?.parse().ok());
            if let Some(address) = named {
                request.extensions_mut().insert(PeerAddress(address));
            }
            next.run(request).await
        },
    ));
    let address = serve(app).await;
    let greeted = async |from: &str, token: &str| {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut request =
            tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(
                format!("ws://{address}/arcp"),
            )
            .unwrap();
        let headers = request.headers_mut();
        headers.insert("x-real-ip", from.parse().unwrap());
        let stream = MaybeTlsStream::Plain(stream);
        let (mut socket, _) = tokio_tungstenite::client_async(request, stream)
            .await
            .unwrap();
        send(&mut socket, hello(token)).await;
        receive(&mut socket).await.unwrap()["type"].clone()
    };
    assert_eq!(greeted("10.0.0.1", "guess").await, "session.error");
    assert_eq!(greeted("10.0.0.1", "tok-a").await, "session.error");
    assert_eq!(greeted("10.0.0.2", "tok-a").await, "session.welcome");
    assert_eq!(runtime.metrics().wire.logins_refused, 2);
}

#[tokio::test]
async fn without_room_the_answer_is_to_come_again() {
    let mut limits = Limits::default();
    limits.connections = 1;
    let runtime = start(limits, Runtime::builder()).await;
    let address = serve(hosting::routes(&runtime)).await;
    let (first, _) = session(address, "/arcp").await;
    let text = request("GET /arcp HTTP/1.1", &[UPGRADE, VERSION, KEY]);
    let text = text.replace("Upgrade\r\n", "Upgrade, close\r\n");
    let refused = answer(address, &text).await.to_ascii_lowercase();
    assert!(refused.starts_with("http/1.1 503 "), "{refused}");
    assert!(refused.contains("retry-after: "), "{refused}");
    assert!(refused.contains("too many connections"), "{refused}");
    drop(first);
    runtime.shutdown().await.unwrap();
    let refused = answer(address, &text).await;
    assert!(refused.contains("the runtime has stopped"), "{refused}");
}
