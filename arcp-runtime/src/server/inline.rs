//! A streamed result for a session that does not know chunks: put together and inline, or a failure that says why not (§6.2, A-25).
//!
//! It is made anew whenever such a session's connection reads the entry; what is stored stays as it is.

use arcp_generated::common::Json;
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{ChunkEncoding, EventBody};
use arcp_generated::job::{self, FinalStatus};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::id::{JobKey, SessionKey};
use crate::limits::{REPLAY_BYTES, REPLAY_ENTRIES};
use crate::protocol::error::error;
use crate::protocol::frame::to_payload;
use crate::store::{Delivered, EntryKind, PageLimit, Store, StoreError};

/// What is read of the job's log at once.
const PAGE: PageLimit = PageLimit {
    entries: REPLAY_ENTRIES,
    bytes: REPLAY_BYTES,
};

/// A page of what was delivered to a session, in which no result is streamed and none is larger than `most` bytes.
///
/// # Errors
/// The store's.
pub(super) async fn replay(
    store: &dyn Store,
    session: SessionKey,
    after: u64,
    limit: PageLimit,
    most: usize,
) -> Result<Vec<Delivered>, StoreError> {
    let mut page = store.replay(session, after, limit).await?;
    for delivered in &mut page {
        if delivered.kind == EntryKind::Streamed {
            let payload = std::mem::take(&mut delivered.payload);
            (delivered.kind, delivered.payload) =
                made_over(store, delivered.job, &payload, most).await?;
        }
    }
    Ok(page)
}

async fn made_over(
    store: &dyn Store,
    job: JobKey,
    streamed: &Bytes,
    most: usize,
) -> Result<(EntryKind, Bytes), StoreError> {
    let Ok(streamed) = serde_json::from_slice::<job::Result>(streamed) else {
        return Ok((EntryKind::Result, streamed.clone()));
    };
    if let Some(text) = whole(store, job, &streamed, most).await? {
        let mut inline = job::Result::new(FinalStatus::Success)
            .with_result(Json::from_serialize(&text).unwrap_or_else(|_| Json::null()));
        inline.summary.clone_from(&streamed.summary);
        inline.completed_at.clone_from(&streamed.completed_at);
        let inline = to_payload(&inline);
        if inline.len() <= most {
            return Ok((EntryKind::Result, inline));
        }
    }
    let mut error = error::<job::Error>(
        ErrorCode::InternalError,
        "the job has streamed its result, and it cannot be given inline; negotiate result_chunk to receive it",
        None,
        None,
    )
    .with_final_status(FinalStatus::Error);
    error.completed_at = streamed.completed_at;
    Ok((EntryKind::Error, to_payload(&error)))
}

/// The text of all chunks; `None` when it is too large, is no text, or when the log does not hold all of it any more.
async fn whole(
    store: &dyn Store,
    job: JobKey,
    streamed: &job::Result,
    most: usize,
) -> Result<Option<String>, StoreError> {
    let too_large = streamed.result_size.is_none_or(|size| size > most as u64);
    if too_large {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let (mut after, mut chunks) = (0, 0);
    loop {
        let page = store.history(job, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(None);
        };
        after = last.seq;
        for entry in page {
            if entry.kind != EntryKind::ResultChunk {
                continue;
            }
            let Some((data, more)) = data(&entry.payload, chunks) else {
                return Ok(None);
            };
            bytes.extend_from_slice(&data);
            chunks += 1;
            if !more {
                return Ok(String::from_utf8(bytes).ok());
            }
        }
    }
}

/// The data of the chunk that an event is, and whether more follows; `None` when it is not the chunk with this number.
fn data(event: &Bytes, number: u64) -> Option<(Vec<u8>, bool)> {
    let event: job::Event = serde_json::from_slice(event).ok()?;
    let EventBody::ResultChunk(chunk) = event.body else {
        return None;
    };
    let data = match chunk.encoding {
        ChunkEncoding::Utf8 => chunk.data.into_bytes(),
        ChunkEncoding::Base64 => STANDARD.decode(chunk.data).ok()?,
    };
    (chunk.chunk_seq == number).then_some((data, chunk.more))
}
