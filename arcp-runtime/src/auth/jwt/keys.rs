//! Key sets and where they come from (RFC 7517). Keys come and go: a name that is not known makes the set be read again, though not more often than the issuer can bear.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::protocol::shown::Shown;

/// How long a set is taken as it was read, at most.
const FRESH: Duration = Duration::from_mins(10);
/// How long a set is used when its source does not answer any more: a key may have been withdrawn since.
const KEPT: Duration = Duration::from_hours(24);
/// How long the source is left alone after a try has ended, while what was read before will do.
const PAUSE: Duration = Duration::from_secs(30);
/// How long the source is left alone after a try has ended, whatever names come up.
const PAUSE_FOR_NAMES: Duration = Duration::from_secs(5);
/// How long a source may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a key set.
const SET_BYTES: usize = 1 << 20;
/// Keys of a set that are kept.
const SET_KEYS: usize = 100;

/// Where keys come from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeySource {
    /// A key set as text; it never changes.
    Text(String),
    /// A file with a key set. It is read again when it changes.
    File(PathBuf),
    /// An address with a key set: `https`, or `http` on this machine.
    Url(String),
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The address cannot be used.
    #[error("{0}: keys come from an https address, or an http one on this machine")]
    Address(String),
    /// The source does not answer.
    #[error("the key set cannot be read from {place}: {reason}")]
    Unreadable {
        /// Which source.
        place: String,
        /// Why.
        reason: String,
    },
    /// What was read is no key set.
    #[error("what was read from {place} is no key set with keys that can be used: {reason}")]
    NoKeys {
        /// Which source.
        place: String,
        /// Why.
        reason: String,
    },
}

/// One key that can check signatures.
pub(super) struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    public: DecodingKey,
}

/// A key set that is kept fresh.
pub(super) struct Keys {
    source: KeySource,
    client: Option<Client>,
    known: RwLock<Known>,
    /// One reader at a time; the others wait for what it finds.
    reading: Mutex<()>,
}

/// Marks when a try ends, however it ends, so that a slow source is not asked anew by each who waited for it.
struct End<'a> {
    keys: &'a Keys,
    clock: &'a dyn Clock,
}

/// What is there for a token.
pub(super) enum Found {
    /// These; none, when the set was read for it and has none.
    Keys(Vec<Arc<Key>>),
    /// None, and the set was not read for it.
    HeldBack,
}

#[derive(Clone, Default)]
struct Known {
    keys: Arc<[Arc<Key>]>,
    /// How many tries have begun.
    tries: u64,
    /// Which of them was the last to bring keys.
    read_by: u64,
    /// When that one began: what it brought may be as old.
    read_at: Option<Duration>,
    /// When the last try ended; until then, when it began.
    tried_at: Option<Duration>,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Key {
    pub(super) fn public(&self) -> &DecodingKey {
        &self.public
    }

    /// Whether the key may check signatures of this kind: its own, whatever a token says.
    pub(super) fn signs(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// `None` for keys that are secret, for encryption, or of a kind that is not known.
    fn read(jwk: &Jwk) -> Option<Self> {
        let common = &jwk.common;
        let signs = |usage: &PublicKeyUse| *usage == PublicKeyUse::Signature;
        let verifies =
            |operations: &Vec<KeyOperations>| operations.contains(&KeyOperations::Verify);
        if !common.public_key_use.as_ref().is_none_or(signs)
            || !common.key_operations.as_ref().is_none_or(verifies)
        {
            return None;
        }
        let kinds: &[Algorithm] = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => &[
                Algorithm::RS256,
                Algorithm::RS384,
                Algorithm::RS512,
                Algorithm::PS256,
                Algorithm::PS384,
                Algorithm::PS512,
            ],
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => &[Algorithm::ES256],
                EllipticCurve::P384 => &[Algorithm::ES384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            _ => return None,
        };
        let algorithms = match common.key_algorithm {
            Some(own) => {
                let own = serde_json::to_value(own).ok()?;
                let own = serde_json::from_value(own).ok()?;
                kinds.contains(&own).then(|| vec![own])?
            }
            None => kinds.to_vec(),
        };
        Some(Self {
            id: common.key_id.clone(),
            algorithms,
            public: DecodingKey::from_jwk(jwk).ok()?,
        })
    }
}

impl Keys {
    pub(super) fn new(source: KeySource) -> Result<Self, KeysError> {
        let client = match &source {
            KeySource::Url(address) => Some(client(address)?),
            KeySource::Text(_) | KeySource::File(_) => None,
        };
        Ok(Self {
            source,
            client,
            known: RwLock::default(),
            reading: Mutex::default(),
        })
    }

    /// The key of this name, or all where no name is given. Waits for a set that is being read where it has none.
    pub(super) async fn find(&self, id: Option<&str>, clock: &dyn Clock) -> Found {
        let before = self.known();
        let now = clock.now().mono;
        let found = before.usable(id, now);
        if !found.is_empty() && !before.is_due(id, now) {
            return Found::Keys(found);
        }
        {
            let _turn = self.reading.lock().await;
            // Whoever had the turn before may have read it, and the wait for it may have been long.
            if self.known().is_due(id, clock.now().mono)
                && let Err(error) = self.read_in_turn(clock).await
            {
                tracing::warn!(error = %Shown(&error), "tokens are checked by the keys that were read before");
            }
        }
        let known = self.known();
        let found = known.usable(id, clock.now().mono);
        // What was asked for before this token came may be older than its key.
        let is_read = known.read_by > before.tries || matches!(self.source, KeySource::Text(_));
        if found.is_empty() && !is_read {
            return Found::HeldBack;
        }
        Found::Keys(found)
    }

    /// Reads the set now. What cannot be read leaves the keys as they were.
    pub(super) async fn read(&self, clock: &dyn Clock) -> Result<(), KeysError> {
        let _turn = self.reading.lock().await;
        self.read_in_turn(clock).await
    }

    /// For whoever has the turn.
    async fn read_in_turn(&self, clock: &dyn Clock) -> Result<(), KeysError> {
        let began = clock.now().mono;
        self.change(|known| {
            known.tries = known.tries.saturating_add(1);
            known.tried_at = Some(began);
        });
        let _end = End { keys: self, clock };
        let keys = self.keys().await?;
        self.change(|known| {
            known.keys = keys.into();
            known.read_at = Some(began);
            known.read_by = known.tries;
        });
        Ok(())
    }

    async fn keys(&self) -> Result<Vec<Arc<Key>>, KeysError> {
        let unreadable = |place: &str, reason: String| KeysError::Unreadable {
            place: place.to_owned(),
            reason,
        };
        match &self.source {
            KeySource::Text(text) => parse(text.as_bytes(), "the configuration"),
            KeySource::File(path) => {
                let place = path.display().to_string();
                let text = tokio::fs::read(path)
                    .await
                    .map_err(|error| unreadable(&place, error.to_string()))?;
                parse(&text, &place)
            }
            KeySource::Url(address) => {
                let text = self
                    .fetch(address)
                    .await
                    .map_err(|reason| unreadable(address, reason))?;
                parse(&text, address)
            }
        }
    }

    async fn fetch(&self, address: &str) -> Result<Vec<u8>, String> {
        let client = self.client.as_ref().ok_or("there is no HTTP client")?;
        let lost = |error: reqwest::Error| error.without_url().to_string();
        let mut response = client.get(address).send().await.map_err(lost)?;
        if !response.status().is_success() {
            return Err(format!("the answer was {}", response.status()));
        }
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if text.len() + chunk.len() > SET_BYTES {
                return Err(format!("it is longer than {SET_BYTES} bytes"));
            }
            text.extend_from_slice(&chunk);
        }
        Ok(text)
    }

    fn known(&self) -> Known {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let now = self.clock.now().mono;
        self.keys.change(|known| known.tried_at = Some(now));
    }
}

impl Known {
    fn usable(&self, id: Option<&str>, now: Duration) -> Vec<Arc<Key>> {
        if self.read_at.is_none_or(|at| now >= at + KEPT) {
            return Vec::new();
        }
        let keys = self.keys.iter();
        keys.filter(|key| id.is_none() || key.id.as_deref() == id)
            .cloned()
            .collect()
    }

    /// Whether to read the set for a token that names this key, or none.
    fn is_due(&self, id: Option<&str>, now: Duration) -> bool {
        let pause = if self.usable(id, now).is_empty() {
            PAUSE_FOR_NAMES
        } else if self.read_at.is_none_or(|at| now >= at + FRESH) {
            PAUSE
        } else {
            return false;
        };
        self.tried_at.is_none_or(|at| now >= at + pause)
    }
}

/// Reads a set. Keys that are not for us are passed over.
fn parse(text: &[u8], place: &str) -> Result<Vec<Arc<Key>>, KeysError> {
    let no_keys = |reason: &str| KeysError::NoKeys {
        place: place.to_owned(),
        reason: reason.to_owned(),
    };
    let set: Set =
        serde_json::from_slice(text).map_err(|_| no_keys("it is not JSON with a list of keys"))?;
    let keys: Vec<_> = set
        .keys
        .into_iter()
        .take(SET_KEYS)
        .filter_map(|value| serde_json::from_value::<Jwk>(value).ok())
        .filter_map(|jwk| Key::read(&jwk).map(Arc::new))
        .collect();
    if keys.is_empty() {
        return Err(no_keys("there is no public key for signatures in it"));
    }
    Ok(keys)
}

fn client(address: &str) -> Result<Client, KeysError> {
    let wrong = || KeysError::Address(address.to_owned());
    let url = Url::parse(address).map_err(|_| wrong())?;
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return Err(wrong());
    }
    // A redirect could lead to keys of somebody else.
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()
        .map_err(|error| KeysError::Unreadable {
            place: address.to_owned(),
            reason: error.to_string(),
        })
}
