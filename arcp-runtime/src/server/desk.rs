//! What all running agents share: the way to the core, time and ids, the other agents, the store their children's logs are in.

use std::sync::Arc;

use super::agents::Agents;
use super::children::Children;
use super::dispatch::Inbox;
use crate::clock::Clock;
use crate::id::Mint;
use crate::limits::Limits;
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
    pub(crate) store: Arc<dyn Store>,
}
