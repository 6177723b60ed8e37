//! Tokens of an issuer: signed claims say who connects, checked by the issuer's public keys (§6.1, RFC 7519).
//!
//! `cargo run -p arcp-runtime --features jwt --example jwt`

#![allow(clippy::print_stdout)]

use std::error::Error;

use arcp_runtime::agent::{AgentError, JobContext};
use arcp_runtime::arcp_agent;
use arcp_runtime::auth::{JwtVerifier, KeySource};
use arcp_runtime::client::{Client, Submission};
use arcp_runtime::server::Runtime;
use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

/// What stands before the 32 secret bytes of an Ed25519 key in PKCS #8.
const PKCS8: [u8; 16] = *b"0.\x02\x01\x000\x05\x06\x03+ep\x04\x22\x04\x20";

/// Who makes tokens; elsewhere, usually.
struct Issuer(EncodingKey);

impl Issuer {
    fn new() -> Result<Self, Box<dyn Error>> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let key = [&PKCS8[..], &secret].concat();
        Ok(Self(EncodingKey::from_ed_der(&key)))
    }

    /// What everybody may know: the key set that an issuer serves, or that lies in a file.
    fn key_set(&self) -> Result<String, Box<dyn Error>> {
        let mut key = Jwk::from_encoding_key(&self.0, Algorithm::EdDSA)?;
        key.common.key_id = Some("today".to_owned());
        Ok(serde_json::to_string(&JwkSet { keys: vec![key] })?)
    }

    fn token(&self, subject: &str, audience: &str) -> Result<String, Box<dyn Error>> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some("today".to_owned());
        let claims = json!({
            "iss": "https://issuer.example", "aud": audience, "sub": subject,
            "exp": Timestamp::now().as_second() + 600,
        });
        Ok(jsonwebtoken::encode(&header, &claims, &self.0)?)
    }
}

/// Says who asks.
#[arcp_agent(version = "1.0.0")]
async fn whoami(ctx: JobContext, _input: ()) -> Result<String, AgentError> {
    Ok(ctx.principal().to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (issuer, stranger) = (Issuer::new()?, Issuer::new()?);
    let keys = KeySource::Text(issuer.key_set()?);
    let verifier = JwtVerifier::new(keys, "https://issuer.example", "arcp")?;
    verifier.preload().await?;
    let runtime = Runtime::builder()
        .agent(whoami)
        .verifier(verifier)
        .start()
        .await?;
    let listening = runtime.listen("127.0.0.1:0").await?;

    for (what, token) in [
        ("a token for us", issuer.token("ada", "arcp")?),
        ("a token for somebody else", issuer.token("ada", "shop")?),
        (
            "a token that somebody else signed",
            stranger.token("ada", "arcp")?,
        ),
    ] {
        match Client::builder(listening.url())
            .token(token)
            .connect()
            .await
        {
            Ok(client) => {
                let mut job = client.submit(Submission::to("whoami")).await?;
                println!("{what}: welcome, {}", job.result_as::<String>().await?);
                client.close("done").await;
            }
            Err(refused) => println!("{what}: {refused}"),
        }
    }
    runtime.shutdown().await?;
    Ok(())
}
