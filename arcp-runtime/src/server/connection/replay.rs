//! What a session was given and this connection was not sent: read from the store, a page at a time, and queued in order.
//!
//! How far the connection is behind is known by its feed.

use arcp_generated::error::ErrorCode;
use arcp_generated::session::Feature;

use super::Served;
use crate::limits::{REPLAY_BYTES, REPLAY_ENTRIES};
use crate::protocol::core::refusal_frame;
use crate::protocol::frame::{Frame, payload_limit};
use crate::protocol::refusal::Refusal;
use crate::server::inline;
use crate::store::{Delivered, EntryKind, PageLimit, StoreError, StoreFuture};
use crate::transport::CloseCode;

/// What a page of replay may hold.
const PAGE: PageLimit = PageLimit {
    entries: REPLAY_ENTRIES,
    bytes: REPLAY_BYTES,
};

impl<'a> Served<'a> {
    /// Begins to read what the session was given above `after`.
    pub(super) fn read(&self, after: u64) -> StoreFuture<'a, Vec<Delivered>> {
        let (host, session) = (self.host, self.welcomed.session);
        if self.welcomed.features.has(&Feature::ResultChunk) {
            return host.store.replay(session, after, PAGE);
        }
        let most = payload_limit(&host.limits);
        Box::pin(inline::replay(
            host.store.as_ref(),
            session,
            after,
            PAGE,
            most,
        ))
    }

    /// Queues a page of what the store delivered to this session.
    pub(super) fn take_page(
        &mut self,
        page: Result<Vec<Delivered>, StoreError>,
    ) -> Option<(Option<Frame>, CloseCode)> {
        let session = self.welcomed.session;
        match page {
            Ok(page) => {
                if page
                    .first()
                    .is_none_or(|first| first.event_seq != self.page_after + 1)
                {
                    // The buffer was trimmed past this reader: better an end with a reason than a hole.
                    let refusal = Refusal::cap(
                        "session_events",
                        "this reader is too slow: events it has not been sent are not buffered any more",
                    );
                    return Some((Some(refusal_frame("", None, &refusal)), CloseCode::Internal));
                }
                let mut cursor = self.page_after;
                let through = page.last().map_or(cursor, |last| last.event_seq);
                let through = through.min(self.page_through);
                let mut held = self.welcomed.feed.held(self.conn, through);
                let mut replayed = 0;
                for delivered in page {
                    if delivered.event_seq > through {
                        break;
                    }
                    while held.front().is_some_and(|(after, _)| *after <= cursor) {
                        self.queue.extend(held.pop_front().map(|(_, frame)| frame));
                    }
                    cursor = delivered.event_seq;
                    let Some(face) = self.host.faces.get(delivered.job) else {
                        continue;
                    };
                    let mut payload = delivered.payload;
                    if delivered.kind == EntryKind::Credential {
                        // The secret is not in the store.
                        let reader = &self.welcomed.principal;
                        payload = self
                            .host
                            .credentials
                            .replayed(delivered.job, reader, payload);
                    }
                    self.queue
                        .push_back(Frame::of_entry(delivered.kind, &face, cursor, payload));
                    replayed += 1;
                }
                self.host.counters.replayed(replayed);
                self.queue.extend(held.into_iter().map(|(_, frame)| frame));
                self.welcomed.feed.read_up_to(self.conn, cursor);
                None
            }
            Err(error) => {
                tracing::error!(%error, %session, "replay failed");
                let refusal = Refusal::new(
                    ErrorCode::InternalError,
                    "the event log cannot be read; resume the session",
                );
                Some((Some(refusal_frame("", None, &refusal)), CloseCode::Internal))
            }
        }
    }
}
