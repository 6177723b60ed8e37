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
            let mut denied = None;
            for verifier in &self.verifiers {
                match verifier.verify(token).await {
                    Ok(identity) => return Ok(identity),
                    Err(Denied::Undecided) => {
                        denied.get_or_insert(Denied::Undecided);
                    }
                    // For this one it was a guess, whatever the others make of it.
                    Err(Denied::Invalid) => denied = Some(Denied::Invalid),
                }
            }
            Err(denied.unwrap_or(Denied::Invalid))
        })
    }

    /// Only if all of them allow it: a session does not tell by which of them it was opened.
    fn resume_without_bearer(&self) -> bool {
        self.verifiers
            .iter()
            .all(|verifier| verifier.resume_without_bearer())
    }
}
