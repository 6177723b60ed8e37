//! JSON Web Tokens as bearer tokens (§6.1). Keys and signatures are made here, with no help of the library that checks them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arcp_runtime::auth::{
    AnyOf, BearerTokens, Denied, JwtVerifier, KeySource, KeysError, Verifier,
};
use arcp_runtime::clock::{Clock, Now};
use arcp_runtime::server::Runtime;
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use aws_lc_rs::{hmac, rsa};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Peer;

const ISSUER: &str = "https://issuer.example/";
const AUDIENCE: &str = "arcp";
const NOW: i64 = 1_900_000_000;

/// A clock that stands until it is moved.
#[derive(Clone, Debug)]
struct Standing(Arc<Mutex<Now>>);

impl Standing {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Now {
            mono: Duration::ZERO,
            wall: Timestamp::from_second(NOW).unwrap(),
        })))
    }

    fn pass(&self, time: Duration) {
        let mut now = self.0.lock().unwrap();
        now.mono += time;
        now.wall += time;
    }
}

impl Clock for Standing {
    fn now(&self) -> Now {
        *self.0.lock().unwrap()
    }
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

enum Signer {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Signer {
    fn ec() -> Self {
        Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn ed() -> Self {
        Self::Ed(Ed25519KeyPair::generate().unwrap())
    }

    fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(rsa::KeySize::Rsa2048).unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ec(_) => "ES256",
            Self::Ed(_) => "EdDSA",
            Self::Rsa(_) => "RS256",
        }
    }

    /// The public key as a key set has it.
    fn jwk(&self, id: &str) -> Value {
        match self {
            Self::Ec(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = point[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "kid": id, "x": base64(x), "y": base64(y)})
            }
            Self::Ed(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": base64(key.public_key())})
            }
            Self::Rsa(key) => {
                let public = key.public_key();
                let modulus = public.modulus().big_endian_without_leading_zero();
                let exponent = public.exponent().big_endian_without_leading_zero();
                json!({"kty": "RSA", "kid": id, "n": base64(modulus), "e": base64(exponent)})
            }
        }
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ec(key) => key.sign(&random, text).unwrap().as_ref().to_vec(),
            Self::Ed(key) => key.sign(text).as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    fn token(&self, id: &str, claims: &Value) -> String {
        let header = json!({"alg": self.algorithm(), "typ": "JWT", "kid": id});
        signed(&header, claims, |text| self.sign(text))
    }
}

fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let text = format!(
        "{}.{}",
        base64(header.to_string()),
        base64(claims.to_string())
    );
    let signature = sign(text.as_bytes());
    format!("{text}.{}", base64(signature))
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": NOW, "exp": NOW + 600})
}

/// The claims with one changed, or taken out where it is null.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

fn set(keys: &[Value]) -> KeySource {
    KeySource::Text(json!({ "keys": keys }).to_string())
}

/// An issuer that answers like this when it is asked for its keys.
async fn issuer(answers: axum::routing::MethodRouter) -> KeySource {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/keys", listener.local_addr().unwrap());
    let routes = axum::Router::new().route("/keys", answers);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    KeySource::Url(address)
}

fn verifier(source: KeySource) -> (JwtVerifier, Standing) {
    let clock = Standing::new();
    let verifier = JwtVerifier::new(source, ISSUER, AUDIENCE).unwrap();
    (verifier.with_clock(clock.clone()), clock)
}

async fn name(verifier: &impl Verifier, token: &str) -> Result<String, Denied> {
    let identity = verifier.verify(token).await?;
    Ok(identity.principal.as_str().to_owned())
}

#[tokio::test]
async fn tokens_of_each_kind_are_accepted_by_their_own_key() {
    let (ec, ed, rsa) = (Signer::ec(), Signer::ed(), Signer::rsa());
    let keys = [
        // What is not understood is passed over.
        json!({"kty": "new", "kid": "n"}),
        json!({"kty": "oct", "kid": "o", "k": base64("secret")}),
        ec.jwk("ec"),
        ed.jwk("ed"),
        rsa.jwk("rsa"),
    ];
    let (verifier, _) = verifier(set(&keys));
    for (signer, id) in [(&ec, "ec"), (&ed, "ed"), (&rsa, "rsa")] {
        let token = signer.token(id, &claims());
        assert_eq!(
            name(&verifier, &token).await.as_deref(),
            Ok("alice"),
            "{id}"
        );
        // The same key under another name, and another key under its name.
        assert!(
            name(&verifier, &signer.token("other", &claims()))
                .await
                .is_err()
        );
        let wrong = if id == "ec" { "ed" } else { "ec" };
        assert!(
            name(&verifier, &signer.token(wrong, &claims()))
                .await
                .is_err()
        );
        // One character of the claims, then of the signature.
        let tamper = |part: usize| {
            let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
            let first = if parts[part].starts_with('A') {
                "B"
            } else {
                "A"
            };
            parts[part].replace_range(0..1, first);
            parts.join(".")
        };
        assert!(name(&verifier, &tamper(1)).await.is_err());
        assert!(name(&verifier, &tamper(2)).await.is_err());
    }
    // Without a name, the key is found by its kind.
    let header = json!({"alg": "EdDSA"});
    let token = signed(&header, &claims(), |text| ed.sign(text));
    assert_eq!(name(&verifier, &token).await.as_deref(), Ok("alice"));
}

#[tokio::test]
async fn claims_have_to_be_right() {
    let key = Signer::ed();
    let (verifier, _) = verifier(set(&[key.jwk("k")]));
    let good = [
        claims(),
        with("aud", json!(["x", AUDIENCE])),
        with("iat", Value::Null),
        with("exp", json!(NOW - 59)),
        with("exp", json!(1_900_000_100.5)),
        with("nbf", json!(NOW + 60)),
        with("sub", json!("x".repeat(256))),
    ];
    for claims in good {
        let token = key.token("k", &claims);
        let identity = verifier.verify(&token).await;
        let expires_at = identity.expect("it is good").expires_at.unwrap();
        // The skew is the peer's too; a fraction of a second is nobody's.
        let exp = claims["exp"].as_i64().unwrap_or(1_900_000_100);
        assert_eq!(expires_at.as_second(), exp + 60, "{claims}");
    }
    let bad = [
        with("iss", Value::Null),
        with("iss", json!("https://issuer.example")),
        with("aud", Value::Null),
        with("aud", json!("other")),
        with("aud", json!([])),
        with("aud", json!([[AUDIENCE]])),
        with("exp", Value::Null),
        with("exp", json!("2999")),
        with("exp", json!(NOW - 60)),
        with("exp", json!(-1)),
        with("nbf", json!(NOW + 61)),
        with("nbf", json!("soon")),
        with("iat", json!(NOW + 61)),
        with("sub", Value::Null),
        with("sub", json!("")),
        with("sub", json!(7)),
        with("sub", json!("x".repeat(257))),
    ];
    for claims in bad {
        let token = key.token("k", &claims);
        assert!(name(&verifier, &token).await.is_err(), "{claims}");
    }
    let token = key.token("k", &with("email", json!("al@example.com")));
    let (verifier, clock) = self::verifier(set(&[key.jwk("k")]));
    let verifier = verifier
        .with_principal_claim("email")
        .with_clock_skew(Duration::ZERO);
    assert_eq!(
        name(&verifier, &token).await.as_deref(),
        Ok("al@example.com")
    );
    let identity = verifier.verify(&token).await.unwrap();
    assert_eq!(identity.expires_at.unwrap().as_second(), NOW + 600);
    clock.pass(Duration::from_secs(599));
    assert!(name(&verifier, &token).await.is_ok());
    clock.pass(Duration::from_secs(1));
    assert!(name(&verifier, &token).await.is_err());
}

#[tokio::test]
async fn an_algorithm_cannot_be_talked_into() {
    let (rsa, ed) = (Signer::rsa(), Signer::ed());
    let (verifier, _) = verifier(set(&[rsa.jwk("rsa"), ed.jwk("ed")]));
    let Signer::Rsa(pair) = &rsa else {
        unreachable!()
    };
    // The public key as a shared secret, in every spelling an attacker could hope for.
    let der = pair.public_key().as_der().unwrap();
    let modulus = rsa.jwk("rsa")["n"].as_str().unwrap().to_owned();
    let secrets = [
        der.as_ref().to_vec(),
        pair.public_key().as_ref().to_vec(),
        modulus.clone().into_bytes(),
        URL_SAFE_NO_PAD.decode(modulus).unwrap(),
        Vec::new(),
    ];
    for secret in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        for id in [json!("rsa"), json!("ed"), Value::Null] {
            let header = json!({"alg": "HS256", "typ": "JWT", "kid": id});
            let token = signed(&header, &claims(), |text| {
                hmac::sign(&key, text).as_ref().to_vec()
            });
            assert!(name(&verifier, &token).await.is_err());
        }
    }
    // No signature at all, a header that lies, one that demands, and one of another purpose.
    let headers = [
        json!({"alg": "none", "kid": "rsa"}),
        json!({"alg": "None"}),
        json!({"alg": "ES256", "kid": "rsa"}),
        json!({"alg": "EdDSA", "kid": "rsa"}),
        json!({"alg": "RS256", "kid": "rsa", "crit": ["exp"]}),
        json!({"alg": "RS256", "kid": "rsa", "typ": "logout+jwt"}),
        json!({"alg": "RS256", "kid": 7}),
        json!({"kid": "rsa"}),
        // A key that the token brings along, or says where to find, is not looked at.
        json!({"alg": "EdDSA", "kid": "mine", "jwk": Signer::ed().jwk("mine"), "jku": "http://127.0.0.1:1/"}),
    ];
    for header in headers {
        for unsigned in [true, false] {
            let token = signed(&header, &claims(), |text| {
                if unsigned { Vec::new() } else { rsa.sign(text) }
            });
            assert!(name(&verifier, &token).await.is_err(), "{header}");
        }
    }
    // A key that says what it is for is for nothing else.
    for (member, value) in [
        ("alg", json!("PS256")),
        ("alg", json!("RSA-OAEP")),
        ("use", json!("enc")),
        ("key_ops", json!(["encrypt"])),
    ] {
        let mut jwk = rsa.jwk("rsa");
        jwk[member] = value;
        let (verifier, _) = self::verifier(set(&[jwk, ed.jwk("ed")]));
        let token = rsa.token("rsa", &claims());
        assert!(name(&verifier, &token).await.is_err(), "{member}");
    }
    for text in [
        "",
        ".",
        "..",
        "a.b.c",
        "a.b.c.d",
        &"x".repeat(20_000),
        "eyJhbGciOiJFZERTQSJ9..",
    ] {
        assert!(name(&verifier, text).await.is_err(), "{text:.20}");
    }
}

#[tokio::test]
async fn keys_that_come_and_go_are_followed_but_the_issuer_is_not_flooded() {
    let (old, new) = (Signer::ed(), Signer::ec());
    let served = Arc::new(Mutex::new((Some(vec![old.jwk("old")]), 0)));
    let handler = {
        let served = Arc::clone(&served);
        async move || {
            let mut served = served.lock().unwrap();
            served.1 += 1;
            match &served.0 {
                Some(keys) => Ok(axum::Json(json!({ "keys": keys }))),
                None => Err(axum::http::StatusCode::SERVICE_UNAVAILABLE),
            }
        }
    };
    let asked = || served.lock().unwrap().1;

    let (verifier, clock) = verifier(issuer(axum::routing::get(handler)).await);
    let tokens = |at: i64| {
        let claims = with("exp", json!(NOW + at + 600));
        (old.token("old", &claims), new.token("new", &claims))
    };
    let (first, second) = tokens(0);
    assert!(name(&verifier, &first).await.is_ok());
    assert_eq!(asked(), 1);
    for _ in 0..20 {
        // Nobody has looked for it, so nobody can say that it is wrong.
        assert_eq!(name(&verifier, &second).await, Err(Denied::Undecided));
    }
    assert_eq!(asked(), 1, "unknown names do not make requests at once");
    clock.pass(Duration::from_secs(5));
    assert_eq!(name(&verifier, &second).await, Err(Denied::Invalid));
    assert_eq!(asked(), 2, "it was looked for, and is not there");

    served.lock().unwrap().0 = Some(vec![new.jwk("new")]);
    clock.pass(Duration::from_secs(5));
    // One asks the issuer, and the others wait for what it finds.
    let (one, other) = tokio::join!(name(&verifier, &second), name(&verifier, &second));
    assert_eq!((one.is_ok(), other.is_ok()), (true, true));
    assert_eq!(asked(), 3);
    assert!(
        name(&verifier, &first).await.is_err(),
        "the old key is gone"
    );

    // The issuer is away: what is known goes on to count, for a while.
    served.lock().unwrap().0 = None;
    clock.pass(Duration::from_secs(5));
    let unknown = old.token("unknown", &claims());
    assert_eq!(name(&verifier, &unknown).await, Err(Denied::Undecided));
    clock.pass(Duration::from_hours(2));
    let (_, token) = tokens(2 * 3600);
    assert!(name(&verifier, &token).await.is_ok());
    clock.pass(Duration::from_hours(24));
    let (_, token) = tokens(26 * 3600 + 30);
    assert!(name(&verifier, &token).await.is_err());
}

#[tokio::test]
async fn a_slow_issuer_is_asked_once_for_all_who_wait_and_then_left_alone() {
    let old = Signer::ed();
    let (asks, mut asked) = tokio::sync::mpsc::channel(16);
    let door = Arc::new(tokio::sync::Semaphore::new(0));
    let handler = {
        let (door, keys) = (Arc::clone(&door), json!({"keys": [old.jwk("old")]}));
        async move || {
            asks.send(()).await.unwrap();
            let _open = door.acquire().await.unwrap();
            axum::Json(keys)
        }
    };
    let (verifier, clock) = verifier(issuer(axum::routing::get(handler)).await);
    let verifier = Arc::new(verifier);
    let check = |id: &str| {
        let (verifier, token) = (Arc::clone(&verifier), old.token(id, &claims()));
        tokio::spawn(async move { name(&*verifier, &token).await })
    };

    // The first makes the set be read, which takes ten seconds; the others come when it has taken five.
    let first = check("unknown");
    asked.recv().await.unwrap();
    clock.pass(Duration::from_secs(5));
    let known = check("old");
    let others = ["new", "unknown", "other"].map(check);
    tokio::task::yield_now().await;
    clock.pass(Duration::from_secs(5));
    door.add_permits(1);
    assert_eq!(first.await.unwrap(), Err(Denied::Invalid));
    assert_eq!(known.await.unwrap().as_deref(), Ok("alice"));
    let mut answers = Vec::new();
    for other in others {
        answers.push(other.await.unwrap());
    }
    assert!(asked.try_recv().is_err(), "one reading is for all of them");
    // Their keys may have been published after the issuer was asked.
    assert_eq!(answers, [const { Err(Denied::Undecided) }; 3]);

    // The five seconds are counted from its end.
    for _ in 0..5 {
        assert_eq!(check("new").await.unwrap(), Err(Denied::Undecided));
        assert!(asked.try_recv().is_err(), "it was read a moment ago");
        clock.pass(Duration::from_secs(1));
    }
    assert_eq!(check("new").await.unwrap(), Err(Denied::Invalid));
    assert!(asked.try_recv().is_ok());

    // So they are where somebody goes away in the middle of it.
    door.forget_permits(1);
    clock.pass(Duration::from_secs(5));
    let first = check("new");
    asked.recv().await.unwrap();
    let other = check("other");
    tokio::task::yield_now().await;
    clock.pass(Duration::from_secs(5));
    first.abort();
    assert_eq!(other.await.unwrap(), Err(Denied::Undecided));
    assert!(asked.try_recv().is_err(), "it ended a moment ago");
}

#[tokio::test]
async fn sources_that_are_none_are_named() {
    for address in ["http://issuer.example/keys", "ftp://x", "", "keys.json"] {
        let wrong = JwtVerifier::new(KeySource::Url(address.to_owned()), ISSUER, AUDIENCE);
        assert!(matches!(wrong, Err(KeysError::Address(_))), "{address}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let file = || verifier(KeySource::File(path.clone())).0;
    assert!(matches!(
        file().preload().await,
        Err(KeysError::Unreadable { .. })
    ));
    for text in [
        "",
        "[]",
        "{}",
        r#"{"keys": []}"#,
        r#"{"keys": [{"kty": "oct", "k": "AA"}]}"#,
    ] {
        std::fs::write(&path, text).unwrap();
        assert!(
            matches!(file().preload().await, Err(KeysError::NoKeys { .. })),
            "{text}"
        );
    }
    let key = Signer::rsa();
    std::fs::write(&path, json!({"keys": [key.jwk("k")]}).to_string()).unwrap();
    let verifier = file();
    verifier.preload().await.unwrap();
    let token = key.token("k", &claims());
    assert_eq!(name(&verifier, &token).await.as_deref(), Ok("alice"));
    assert!(!format!("{verifier:?}").contains(&token));
}

#[tokio::test]
async fn a_session_is_opened_and_resumed_with_a_token() {
    let key = Signer::ed();
    let (jwt, clock) = verifier(set(&[key.jwk("k")]));
    let plain = BearerTokens::new().with("tok-b", "bob");
    let runtime = Runtime::builder()
        .verifier(AnyOf::new(vec![Arc::new(plain), Arc::new(jwt)]))
        .start()
        .await
        .unwrap();
    let token = key.token("k", &claims());
    let peer = Peer::hello(&runtime, &token).await;
    Peer::hello(&runtime, "tok-b").await;
    for wrong in ["tok-a", &key.token("k", &with("aud", json!("x")))] {
        let mut refused = Peer::dial(&runtime);
        refused.send("session.hello", super::hello(wrong)).await;
        let answer = refused.receive().await;
        assert_eq!(answer["payload"]["code"], "UNAUTHENTICATED");
        assert!(refused.try_receive().await.is_none(), "and hung up on");
    }
    // The resume token alone is not enough, and an expired token is none.
    let resume = json!({"resume_token": peer.token, "last_event_seq": 0});
    let mut refused = Peer::dial(&runtime);
    refused.send("session.resume", resume.clone()).await;
    assert_eq!(
        refused.receive().await["payload"]["code"],
        "UNAUTHENTICATED"
    );
    let mut with_token = resume;
    with_token["auth"] = json!({"scheme": "bearer", "token": token});
    clock.pass(Duration::from_secs(1000));
    let mut refused = Peer::dial(&runtime);
    refused.send("session.resume", with_token.clone()).await;
    assert_eq!(
        refused.receive().await["payload"]["code"],
        "UNAUTHENTICATED"
    );
    let later = with("exp", json!(NOW + 2000));
    with_token["auth"]["token"] = json!(key.token("k", &later));
    let mut again = Peer::dial(&runtime);
    again.send("session.resume", with_token).await;
    let welcome = again.receive().await;
    assert_eq!(welcome["type"], "session.welcome", "{welcome}");
    assert_eq!(Some(&welcome["session_id"]), peer.session.as_ref());
}
