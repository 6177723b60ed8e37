//! The credentials of a job, as its submitter sees them (§9.8): those that can be used, always with the newest value, and none once the job has ended.
//!
//! They are in memory only: what a client saves of its session never holds one (§9.8.2).

use arcp_generated::common::CredentialId;
use arcp_generated::credential::{Credential, CredentialScheme, CredentialValue};
use arcp_generated::event::{EventBody, StatusPhase};

/// What a job was given.
#[derive(Clone, Debug, Default)]
pub(super) struct Credentials(Vec<Credential>);

impl Credentials {
    /// Takes them out of an answer, so that nothing else holds them. One whose scheme is not known here is left out, and the rest is used (§9.8.1).
    pub(super) fn taken_from(answer: &mut Option<Vec<Credential>>) -> Option<Self> {
        let mut credentials = answer.take()?;
        credentials.retain(|credential| credential.scheme == CredentialScheme::Bearer);
        Some(Self(credentials))
    }

    /// The new value that an event tells, with the credential's id.
    pub(super) fn rotation(event: &EventBody) -> Option<(&CredentialId, &CredentialValue)> {
        match event {
            EventBody::Status(status) if status.phase == StatusPhase::CredentialRotated => {
                status.id.as_ref().zip(status.value.as_ref())
            }
            _ => None,
        }
    }

    /// Puts a new value in the place of the old one. An id that is not held changes nothing.
    pub(super) fn rotate(&mut self, id: &CredentialId, value: &CredentialValue) {
        let held = self.0.iter_mut().find(|held| held.id == *id);
        if let Some(held) = held {
            held.value = value.clone();
        }
    }

    pub(super) fn all(&self) -> Vec<Credential> {
        self.0.clone()
    }
}
