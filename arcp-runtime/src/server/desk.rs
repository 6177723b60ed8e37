//! What all running agents share: the way to the core, time and ids, the other agents, the store their children's logs are in, the upstreams.

use std::sync::Arc;

use super::agents::Agents;
use super::children::Children;
use super::credentials::Credentials;
use super::lanes::Inbox;
use super::metrics::Counters;
use crate::clock::Clock;
use crate::id::Mint;
use crate::limits::Limits;
use crate::protocol::core::Effect;
use crate::store::Store;

/// Held by every running agent; made once for a runtime.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) inbox: Inbox,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) mint: Arc<dyn Mint>,
    pub(crate) limits: Limits,
    pub(crate) agents: Arc<Agents>,
    pub(crate) children: Children,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) counters: Arc<Counters>,
}

impl Desk {
    /// Carries out what is to be done about credentials.
    pub(super) fn upstream(&self, effect: Effect) {
        let credentials = &self.credentials;
        match effect {
            Effect::Provision(provision) => {
                credentials.provision(*provision, self.inbox.clone(), &self.limits);
            }
            Effect::Revoke(order) => credentials.revoke(order, self.inbox.clone(), &self.limits),
            Effect::Rotated { handle, refused } => credentials.rotated(handle, refused),
            Effect::Secret {
                job,
                principal,
                id,
                without,
                with,
            } => credentials.keep(job, principal, id, without, with),
            // The dispatcher carries out everything else.
            _ => {}
        }
    }
}
