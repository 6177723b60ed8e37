//! Several verifiers as one.

use std::sync::Arc;

use super::{Denied, Verified, Verifier};

/// Accepts what one of several verifiers accepts; the first that does says whose it is.
#[derive(Debug)]
pub struct AnyOf {
    verifiers: Vec<Arc<dyn Verifier>>,
}

impl AnyOf {
    /// Asked in this order. Of none, nothing is accepted.
    pub fn new(verifiers: Vec<Arc<dyn Verifier>>) -> Self {
        Self { verifiers }
    }
}

impl Verifier for AnyOf {
    fn verify<'a>(&'a self, token: &'a str) -> Verified<'a> {
        Box::pin(async move {
            for verifier in &self.verifiers {
                if let Ok(principal) = verifier.verify(token).await {
                    return Ok(principal);
                }
            }
            Err(Denied)
        })
    }

    /// Only if all of them allow it: a session does not tell by which of them it was opened.
    fn resume_without_bearer(&self) -> bool {
        self.verifiers
            .iter()
            .all(|verifier| verifier.resume_without_bearer())
    }
}
