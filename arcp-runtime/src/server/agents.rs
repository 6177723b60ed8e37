//! The agents of a runtime, by name and version (§7.5).

use std::sync::Arc;

use arcp_generated::session::AgentInventoryEntry;

use crate::agent::{Agent, Descriptor};
use crate::protocol::versioning::{Registry, RegistryError};

/// Agents that can be submitted. Fixed once the runtime has started.
#[derive(Default)]
pub(super) struct Agents {
    entries: Vec<Entry>,
    registry: Registry,
}

/// One version of one agent.
pub(super) struct Entry {
    pub descriptor: Descriptor,
    pub agent: Arc<dyn Agent>,
}

impl std::fmt::Debug for Agents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|entry| format!("{}@{}", entry.descriptor.name, entry.descriptor.version))).finish()
    }
}

impl Agents {
    /// Adds an agent.
    ///
    /// # Errors
    /// A name or version outside the grammar, a version that is there already, a second default.
    pub(super) fn add(&mut self, agent: Arc<dyn Agent>) -> Result<(), RegistryError> {
        let descriptor = agent.descriptor();
        self.registry.add(&descriptor.name, &descriptor.version, descriptor.default)?;
        self.entries.push(Entry { descriptor, agent });
        Ok(())
    }

    pub(super) fn entry(&self, place: usize) -> Option<&Entry> {
        self.entries.get(place)
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What the welcome says of them.
    pub(super) fn inventory(&self) -> Vec<AgentInventoryEntry> {
        self.registry.inventory()
    }
}
