//! The agents of a runtime, by name and version (§7.5).

use std::sync::Arc;

use arcp_generated::common::ResolvedAgent;
use arcp_generated::error::ErrorCode;
use arcp_generated::session::AgentInventoryEntry;

use crate::agent::{Agent, Descriptor};
use crate::protocol::refusal::Refusal;
use crate::protocol::versioning::{self, NotRegistered};

/// Agents that can be submitted. Fixed once the runtime has started.
#[derive(Default)]
pub(crate) struct Agents {
    entries: Vec<Entry>,
    known: versioning::Agents<usize>,
}

/// One version of one agent.
pub(crate) struct Entry {
    pub descriptor: Descriptor,
    pub agent: Arc<dyn Agent>,
}

impl std::fmt::Debug for Agents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl Agents {
    /// Adds an agent.
    ///
    /// # Errors
    /// A name or version outside the grammar, or a version that is there already.
    pub(super) fn add(&mut self, agent: Arc<dyn Agent>) -> Result<(), NotRegistered> {
        let descriptor = agent.descriptor();
        self.known
            .register(&descriptor.name, &descriptor.version, self.entries.len())?;
        if descriptor.default {
            self.known
                .set_default(&descriptor.name, &descriptor.version)?;
        }
        self.entries.push(Entry { descriptor, agent });
        Ok(())
    }

    pub(super) fn entry(&self, place: usize) -> Option<&Entry> {
        self.entries.get(place)
    }

    /// The agent that a reference means.
    pub(super) fn resolve(&self, reference: &str) -> Result<(usize, ResolvedAgent), Refusal> {
        let found = self.known.resolve(reference).map_err(|unresolved| {
            Refusal::new(
                ErrorCode::try_from(unresolved.code()).unwrap_or(ErrorCode::InvalidRequest),
                format!("payload.agent: {unresolved}"),
            )
        })?;
        let name = ResolvedAgent::try_from(found.to_string())
            .map_err(|error| Refusal::invalid(format!("payload.agent: {error}")))?;
        Ok((*found.agent, name))
    }

    /// `name@version` of each, in the order of their registration.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let descriptors = self.entries.iter().map(|entry| &entry.descriptor);
        descriptors.map(|descriptor| format!("{}@{}", descriptor.name, descriptor.version))
    }

    /// What the welcome says of them.
    pub(super) fn inventory(&self) -> Vec<AgentInventoryEntry> {
        self.known
            .offers()
            .map(|offer| {
                let entry = AgentInventoryEntry::new(offer.name.to_owned()).with_versions(
                    offer
                        .versions
                        .iter()
                        .map(|version| (*version).to_owned())
                        .collect(),
                );
                match offer.default {
                    Some(default) => entry.with_default(default.to_owned()),
                    None => entry,
                }
            })
            .collect()
    }
}
