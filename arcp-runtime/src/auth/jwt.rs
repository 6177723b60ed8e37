//! Bearer tokens that are signed claims: JSON Web Tokens, checked against a key set (§6.1, RFC 7519).
//!
//! Only signatures that everybody can check and nobody but the issuer can make: a shared secret, or no signature at all, is never accepted.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde_json::{Map, Value};

use super::{Denied, Identity, Verified, Verifier};
use crate::clock::{Clock, SystemClock};
use crate::protocol::principal::Principal;

mod keys;

use keys::{Found, Keys};
pub use keys::{KeySource, KeysError};

/// Bytes of a token that are looked at.
const TOKEN_BYTES: usize = 16 << 10;
/// Bytes of a principal.
const PRINCIPAL_BYTES: usize = 256;
/// How far the issuer's clock may be from ours, unless told otherwise.
const SKEW: Duration = Duration::from_mins(1);

/// Accepts tokens of one issuer for one audience; a claim says whose they are.
///
/// A session must not outlive the right to it: a resume needs the token too, and a connection is closed when `exp` and the skew are over.
///
/// A key that was published a moment ago is found: a name that is not known makes the set be read again, and the login waits for that. What bounds who
/// makes up names: the set is read at most every five seconds, counted from the end of a reading, by one reader at a time. A token with a name that is not
/// known, and for which no reading has begun since it came, is [`Denied::Undecided`], which counts as no failed login (unless other verifiers stand beside
/// this one, which have looked at it as at a guess). That lets nobody guess: such a token is refused without a look at its signature, and it costs what a
/// connection costs that says nothing.
pub struct JwtVerifier {
    keys: Keys,
    issuer: String,
    audience: String,
    principal_claim: String,
    skew: Duration,
    clock: Arc<dyn Clock>,
}

/// Why a token is not accepted. For logs; whoever showed it learns nothing of it.
#[derive(Debug, thiserror::Error)]
enum Unacceptable {
    #[error("it is no token with a signature")]
    Form,
    #[error("it is signed by {0:?}, which is not accepted")]
    Algorithm(Algorithm),
    #[error("its header demands something that is not understood here")]
    Critical,
    #[error("it is a token of another type")]
    Type,
    #[error("its key is not known")]
    Key,
    #[error("its key is not known, and the key set was read a moment ago or cannot be read")]
    NoKeyYet,
    #[error("its key is not for {0:?}")]
    WrongKey(Algorithm),
    #[error("its signature is wrong")]
    Signature,
    #[error("the claim {0} is missing or of another type")]
    Claim(&'static str),
    #[error("it is from another issuer")]
    Issuer,
    #[error("it is for another audience")]
    Audience,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    Early,
    #[error("it names no principal")]
    Principal,
}

impl JwtVerifier {
    /// Tokens that `issuer` made for `audience`, checked by the keys of `source`. The principal is the claim `sub`.
    ///
    /// # Errors
    /// The source cannot be one.
    pub fn new(
        source: KeySource,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, KeysError> {
        Ok(Self {
            keys: Keys::new(source)?,
            issuer: issuer.into(),
            audience: audience.into(),
            principal_claim: "sub".to_owned(),
            skew: SKEW,
            clock: Arc::new(SystemClock::new()),
        })
    }

    /// Another claim than `sub` that names the principal.
    #[must_use]
    pub fn with_principal_claim(mut self, claim: impl Into<String>) -> Self {
        self.principal_claim = claim.into();
        self
    }

    /// How far the issuer's clock may be from ours; a minute unless this is called.
    #[must_use]
    pub fn with_clock_skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// Another clock, for tests and simulations.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Reads the keys now, so that a source that does not answer is found before anybody connects.
    ///
    /// # Errors
    /// The source cannot be read, or holds no key that could be used.
    pub async fn preload(&self) -> Result<(), KeysError> {
        self.keys.read(&*self.clock).await
    }

    async fn check(&self, token: &str) -> Result<Identity, Unacceptable> {
        if token.len() > TOKEN_BYTES {
            return Err(Unacceptable::Form);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Unacceptable::Form)?;
        acceptable(&header)?;
        let mut wrong = Unacceptable::Key;
        // A token without a key's name may be signed by any key of its kind.
        let keys = match self.keys.find(header.kid.as_deref(), &*self.clock).await {
            Found::Keys(keys) => keys,
            Found::HeldBack => return Err(Unacceptable::NoKeyYet),
        };
        // A key may have been long in coming.
        let now = self.clock.now();
        for key in keys {
            if !key.signs(header.alg) {
                wrong = Unacceptable::WrongKey(header.alg);
                continue;
            }
            match jsonwebtoken::decode::<Map<String, Value>>(token, key.public(), &only(header.alg))
            {
                Ok(data) => return self.claims(&data.claims, now.wall.as_second()),
                Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) => {
                    wrong = Unacceptable::Signature;
                }
                Err(_) => wrong = Unacceptable::Form,
            }
        }
        Err(wrong)
    }

    fn claims(&self, claims: &Map<String, Value>, now: i64) -> Result<Identity, Unacceptable> {
        let text = |name| claims.get(name).and_then(Value::as_str);
        if text("iss") != Some(&self.issuer) {
            return Err(Unacceptable::Issuer);
        }
        let is_meant = match claims.get("aud") {
            Some(Value::String(one)) => *one == self.audience,
            Some(Value::Array(several)) => several
                .iter()
                .any(|one| one.as_str() == Some(&self.audience)),
            _ => false,
        };
        if !is_meant {
            return Err(Unacceptable::Audience);
        }
        let skew = i64::try_from(self.skew.as_secs()).unwrap_or(i64::MAX);
        let expires = seconds(claims, "exp")?.ok_or(Unacceptable::Claim("exp"))?;
        let expires = expires.saturating_add(skew);
        if expires <= now {
            return Err(Unacceptable::Expired);
        }
        for name in ["nbf", "iat"] {
            if seconds(claims, name)?.is_some_and(|from| from.saturating_sub(skew) > now) {
                return Err(Unacceptable::Early);
            }
        }
        claims
            .get(&self.principal_claim)
            .and_then(Value::as_str)
            .filter(|name| (1..=PRINCIPAL_BYTES).contains(&name.len()))
            .map(|name| Identity {
                principal: Principal::new(name),
                // What no calendar holds is no end.
                expires_at: Timestamp::from_second(expires).ok(),
            })
            .ok_or(Unacceptable::Principal)
    }
}

impl fmt::Debug for JwtVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifier")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl Verifier for JwtVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> Verified<'a> {
        Box::pin(async move {
            self.check(token).await.map_err(|why| {
                tracing::debug!(%why, "a token was not accepted");
                match why {
                    Unacceptable::NoKeyYet => Denied::Undecided,
                    _ => Denied::Invalid,
                }
            })
        })
    }

    fn resume_without_bearer(&self) -> bool {
        false
    }
}

/// What can be said of a token before its key is looked for.
fn acceptable(header: &Header) -> Result<(), Unacceptable> {
    // With these, whoever knows the public key could sign.
    if matches!(
        header.alg,
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512
    ) {
        return Err(Unacceptable::Algorithm(header.alg));
    }
    if header.crit.is_some() {
        return Err(Unacceptable::Critical);
    }
    // A token that was made for something else, such as a logout, must not open a session.
    let is_access = |kind: &str| {
        let kind = kind.to_ascii_lowercase();
        matches!(
            kind.strip_prefix("application/").unwrap_or(&kind),
            "jwt" | "at+jwt"
        )
    };
    if header.typ.as_deref().is_some_and(|kind| !is_access(kind)) {
        return Err(Unacceptable::Type);
    }
    Ok(())
}

/// The signature alone, by this algorithm and no other. Claims are judged by our own clock.
fn only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

/// A time among the claims, in whole seconds; it may be written with a fraction.
fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, Unacceptable> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let text = match value {
        Value::Number(number) => number.to_string(),
        _ => return Err(Unacceptable::Claim(name)),
    };
    let whole = text.split('.').next().unwrap_or_default();
    whole
        .parse()
        .map(Some)
        .map_err(|_| Unacceptable::Claim(name))
}
