//! A fixed number of credentials that were made beforehand.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use arcp_generated::credential::{CredentialValue, Endpoint};

use super::{CredentialKey, Grant, Issued, ProvisionError, Provisioner, Provisioning};

/// Hands each value to one job, once, for all time: a value that a job had is used up (§9.8.2).
///
/// For upstreams without a key API. They do not learn that a job has ended, so the values should be short-lived, and a process that starts again has to be given new ones.
pub struct CredentialPool {
    name: String,
    endpoint: Endpoint,
    profile: Option<String>,
    values: Mutex<Values>,
}

#[derive(Default)]
struct Values {
    left: VecDeque<CredentialValue>,
    known: HashSet<CredentialValue>,
}

impl CredentialPool {
    /// An empty pool for one upstream.
    pub fn new(name: impl Into<String>, endpoint: Endpoint) -> Self {
        Self {
            name: name.into(),
            endpoint,
            profile: None,
            values: Mutex::default(),
        }
    }

    /// Names the API that is spoken at the endpoint.
    #[must_use]
    pub fn with_profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Adds values; those that were there before do not count again.
    #[must_use]
    pub fn with_values(self, values: impl IntoIterator<Item = CredentialValue>) -> Self {
        self.add(values);
        self
    }

    /// Adds values while jobs run; those that were there before do not count again.
    pub fn add(&self, values: impl IntoIterator<Item = CredentialValue>) {
        let mut held = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        for value in values {
            if held.known.insert(value.clone()) {
                held.left.push_back(value);
            }
        }
    }

    fn take(&self, wanted: Option<&CredentialValue>) -> Result<CredentialValue, ProvisionError> {
        let mut held = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        match wanted {
            // A rotation brings its value along.
            Some(value) if held.known.insert(value.clone()) => Ok(value.clone()),
            Some(_) => Err(ProvisionError::permanent(
                "the value was given out before, or is meant for another job",
            )),
            None => held.left.pop_front().ok_or_else(|| {
                ProvisionError::transient("all values were given out; add new ones to the pool")
            }),
        }
    }
}

impl fmt::Debug for CredentialPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialPool")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Provisioner for CredentialPool {
    fn name(&self) -> &str {
        &self.name
    }

    fn wants(&self, _grant: &Grant) -> bool {
        true
    }

    fn issue<'a>(&'a self, _handle: CredentialKey, grant: &'a Grant) -> Provisioning<'a, Issued> {
        let issued = self.take(grant.value.as_ref()).map(|value| {
            let issued = Issued::new(value, self.endpoint.clone());
            match &self.profile {
                Some(profile) => issued.with_profile(profile.clone()),
                None => issued,
            }
        });
        Box::pin(std::future::ready(issued))
    }

    fn revoke(&self, _handle: CredentialKey) -> Provisioning<'_, ()> {
        // The value was taken out of the pool when it was given out: nobody gets it again.
        Box::pin(std::future::ready(Ok(())))
    }
}
