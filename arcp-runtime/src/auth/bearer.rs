//! A fixed set of bearer tokens.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Denied, Identity, Verified, Verifier};
use crate::protocol::principal::Principal;

/// Tokens and whom they belong to. Only hashes are kept.
#[derive(Default)]
pub struct BearerTokens {
    tokens: BTreeMap<[u8; 32], Principal>,
}

/// Text that is not `token=principal`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}; write TOKEN=PRINCIPAL")]
pub struct TokenError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it; never the token.
    pub reason: &'static str,
}

/// One token that two sets give to different principals.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one token is given to {0} and to {1}; give each principal a token of its own")]
pub struct SharedToken(pub Principal, pub Principal);

impl BearerTokens {
    /// No tokens: nobody may connect.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a token. One that is known already is from now on the new principal's.
    #[must_use]
    pub fn with(mut self, token: &str, principal: impl Into<String>) -> Self {
        self.tokens
            .insert(hash(token), Principal::new(principal.into()));
        self
    }

    /// Reads `token=principal` lines; empty lines and lines that start with `#` are passed over. A token may contain `=`, a principal may not.
    ///
    /// # Errors
    /// The first line that is neither, or gives a token to a second principal.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let mut tokens = Self::new();
        for (place, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |reason| TokenError {
                line: place + 1,
                reason,
            };
            let (token, principal) = line
                .rsplit_once('=')
                .ok_or_else(|| wrong("there is no ="))?;
            if token.is_empty() {
                return Err(wrong("the token is empty"));
            }
            if principal.is_empty() {
                return Err(wrong("the principal is empty"));
            }
            let taken = tokens.tokens.get(&hash(token));
            if taken.is_some_and(|known| known.as_str() != principal) {
                return Err(wrong("the token is another principal's already"));
            }
            tokens = tokens.with(token, principal);
        }
        Ok(tokens)
    }

    /// Adds the tokens of another set.
    ///
    /// # Errors
    /// The principals that a token would belong to both, when there are two.
    pub fn and(mut self, other: Self) -> Result<Self, SharedToken> {
        for (hash, principal) in other.tokens {
            match self.tokens.entry(hash) {
                Entry::Occupied(known) if *known.get() != principal => {
                    return Err(SharedToken(known.get().clone(), principal));
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(place) => {
                    place.insert(principal);
                }
            }
        }
        Ok(self)
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

impl fmt::Debug for BearerTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BearerTokens({})", self.tokens.len())
    }
}

impl Verifier for BearerTokens {
    fn verify<'a>(&'a self, token: &'a str) -> Verified<'a> {
        // Every token is compared, each in constant time over its hash.
        let asked = hash(token);
        let found = self.tokens.iter().fold(None, |found, (known, principal)| {
            if bool::from(known.ct_eq(&asked)) {
                Some(principal)
            } else {
                found
            }
        });
        let answer = found.cloned().map(Identity::new).ok_or(Denied::Invalid);
        Box::pin(std::future::ready(answer))
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tokens_are_known_or_denied() {
        let tokens = BearerTokens::parse("# people\n tok-a=alice\n\na=b=bob\n").unwrap();
        let of = |name| Ok(Principal::new(name).into());
        assert_eq!(tokens.verify("tok-a").await, of("alice"));
        assert_eq!(tokens.verify("a=b").await, of("bob"));
        assert_eq!(tokens.verify("tok-b").await, Err(Denied::Invalid));
        assert!(!format!("{tokens:?}").contains("tok"));
    }

    #[test]
    fn bad_lines_are_named_without_the_token() {
        let error = BearerTokens::parse("a=b\nsecret").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2: there is no =; write TOKEN=PRINCIPAL"
        );
        assert!(BearerTokens::parse("=b").is_err());
        assert!(BearerTokens::parse("a=").is_err());
        let error = BearerTokens::parse("t=alice\nt=alice\nt=bob").unwrap_err();
        assert_eq!(error.line, 3);
        let set = |text| BearerTokens::parse(text).unwrap();
        assert_eq!(set("t=alice").and(set("t=alice\nu=bob")).unwrap().len(), 2);
        let error = set("t=alice").and(set("t=bob")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "one token is given to alice and to bob; give each principal a token of its own"
        );
    }
}
