//! Looks into a job's log for a session that joins with history (§7.6): pages from the store, outside the dispatcher.

use std::sync::Arc;

use super::lanes::{Call, Inbox};
use crate::protocol::core::Input;
use crate::protocol::subscription::{Known, Lookup};
use crate::store::{PageLimit, Store, StoreError};

/// What is read at once.
const PAGE: PageLimit = PageLimit {
    entries: 1024,
    bytes: 1 << 20,
};

/// Reads what the log holds and tells the core.
pub(super) async fn look_up(store: Arc<dyn Store>, inbox: Inbox, lookup: Lookup) {
    let entries = match read(store.as_ref(), &lookup).await {
        Ok(entries) => Some(entries),
        Err(error) => {
            tracing::error!(%error, job = %lookup.job, "a job's log cannot be read");
            None
        }
    };
    // A runtime that has stopped has nobody to answer.
    let _ = inbox
        .call(Call::Tell(Input::LookedUp(lookup, entries)))
        .await;
}

async fn read(store: &dyn Store, lookup: &Lookup) -> Result<Vec<Known>, StoreError> {
    let mut known: Vec<Known> = Vec::new();
    let mut after = lookup.after;
    while after < lookup.through {
        let page = store.history(lookup.job, after, PAGE).await?;
        let Some(last) = page.last() else {
            break;
        };
        after = last.seq;
        let wanted = page.iter().filter(|entry| entry.seq <= lookup.through);
        known.extend(wanted.map(Known::from));
    }
    Ok(known)
}
