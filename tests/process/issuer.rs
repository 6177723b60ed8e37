//! `arcp serve` with an issuer's keys: whose JSON Web Tokens are let in, and what is said about flags that do not fit.

use arcp_tests::certificates::SigningKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::{Peer, Server, hello, run};
use crate::upstream::Upstream;

const ISSUER: &str = "https://issuer.example/";

fn key_set(key: &SigningKey) -> Value {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "one", "x": text(&key.x), "y": text(&key.y)}]})
}

/// A token of `key` for the audience `arcp`, which is good for a while, with more claims.
fn token(key: &SigningKey, more: Value) -> String {
    let now = jiff::Timestamp::now().as_second();
    let mut claims = json!({"iss": ISSUER, "aud": "arcp", "iat": now, "exp": now + 600});
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let header = Header {
        kid: Some("one".to_owned()),
        ..Header::new(Algorithm::ES256)
    };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&key.pkcs8)).unwrap()
}

/// What the runtime says to a hello with this token.
async fn answer(server: &Server, token: &str) -> (Peer, Value) {
    let mut peer = Peer::dial(&server.url).await;
    peer.send("session.hello", hello(token)).await;
    let answer = peer.receive().await;
    peer.session = answer.get("session_id").cloned();
    (peer, answer)
}

#[tokio::test]
async fn who_has_a_token_of_the_issuer_is_let_in() {
    let key = SigningKey::new();
    let set = key_set(&key);
    let mut upstream = Upstream::start(move |_| (200, set.clone())).await;
    let url = format!("{}/keys", upstream.url);
    let flags = [
        "--store",
        "memory",
        "--issuer",
        ISSUER,
        "--audience",
        "arcp",
    ];
    let server = Server::start(&[&flags[..], &["--jwks-url", &url]].concat()).await;
    assert_eq!(
        upstream.asked().await.path,
        "/keys",
        "before anybody connects"
    );

    let (mut peer, welcome) = answer(&server, &token(&key, json!({"sub": "alice"}))).await;
    assert_eq!(welcome["type"], "session.welcome", "{welcome}");
    peer.send("job.submit", json!({"agent": "echo", "input": 1}))
        .await;
    let frames = peer.until(&["job.result"]).await;
    // The same principal by a token of this command line.
    let mut other = Peer::hello(&server.url).await;
    other.send("session.list_jobs", json!({})).await;
    let page = other.receive().await;
    assert_eq!(
        page["payload"]["jobs"][0]["job_id"], frames[0]["job_id"],
        "{page}"
    );

    let stranger = SigningKey::new();
    for refused in [
        token(&key, json!({"sub": "alice", "aud": "another"})),
        token(
            &key,
            json!({"sub": "alice", "iss": "https://else.example/"}),
        ),
        token(&key, json!({"sub": "alice", "exp": 1_000_000_000})),
        token(&key, json!({})),
        token(&stranger, json!({"sub": "alice"})),
    ] {
        let (_, error) = answer(&server, &refused).await;
        assert_eq!(error["payload"]["code"], "UNAUTHENTICATED", "{error}");
        assert!(!error.to_string().contains(&refused));
    }
}

#[tokio::test]
async fn keys_in_a_file_and_another_claim() {
    let (key, folder) = (SigningKey::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("keys.json");
    std::fs::write(&file, key_set(&key).to_string()).unwrap();
    let file = file.display().to_string();
    let server = Server::start(&[
        "--store",
        "memory",
        "--issuer",
        ISSUER,
        "--audience",
        "arcp",
        "--jwks-file",
        &file,
        "--principal-claim",
        "email",
        "--clock-skew",
        "0",
    ])
    .await;
    let (_, welcome) = answer(&server, &token(&key, json!({"email": "a@example.org"}))).await;
    assert_eq!(welcome["type"], "session.welcome", "{welcome}");
    let now = jiff::Timestamp::now().as_second();
    for refused in [
        json!({"sub": "alice"}),
        json!({"email": "a@example.org", "exp": now - 5}),
    ] {
        let (_, error) = answer(&server, &token(&key, refused)).await;
        assert_eq!(error["payload"]["code"], "UNAUTHENTICATED", "{error}");
    }
}

#[tokio::test]
async fn flags_of_an_issuer_that_do_not_fit_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.json");
    std::fs::write(&empty, "{\"keys\": []}").unwrap();
    let empty = empty.display().to_string();
    let whose = ["--issuer", ISSUER, "--audience", "arcp"];
    for (flags, code, sentence) in [
        (
            &whose[..],
            2,
            "--issuer and --audience need keys: pass --jwks-url URL or --jwks-file FILE",
        ),
        (&["--jwks-file", &empty][..], 2, "--issuer"),
        (
            &[&whose[..], &["--jwks-file", &empty]].concat(),
            3,
            "there is no public key for signatures in it",
        ),
        (
            &[&whose[..], &["--jwks-file", "/nothing/here"]].concat(),
            3,
            "/nothing/here",
        ),
        (
            &[&whose[..], &["--jwks-url", "http://issuer.example/keys"]].concat(),
            2,
            "https",
        ),
        (
            &[&whose[..], &["--jwks-url", "http://127.0.0.1:1/keys"]].concat(),
            3,
            "http://127.0.0.1:1/keys",
        ),
    ] {
        let all = [&["serve", "--port", "0", "--store", "memory"], flags].concat();
        let ended = run(&all, "").await;
        assert_eq!(ended.code, Some(code), "{flags:?}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(sentence),
            "{flags:?}: {}",
            ended.stderr
        );
        assert_eq!(ended.stdout, "");
    }
}
