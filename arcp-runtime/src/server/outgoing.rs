//! Frames become text: a head around bytes that are there already.

use arcp_generated::common::{MessageId, SessionId};
use arcp_generated::envelope::Head;
use jiff::Timestamp;

use crate::id::{Mint, Ulid};
use crate::protocol::frame::Frame;
use crate::transport::Text;

/// The low 80 bits of a ULID.
const RANDOM: u128 = (1 << 80) - 1;

/// The ids of one connection's frames: ULIDs whose random part starts somewhere of its own and counts up.
#[derive(Debug)]
pub(super) struct Ids {
    random: u128,
}

impl Ids {
    pub(super) fn new(mint: &dyn Mint) -> Self {
        let mut low = [0; 16];
        low.copy_from_slice(&mint.secret()[..16]);
        Self {
            random: u128::from_le_bytes(low) & RANDOM,
        }
    }

    fn next(&mut self, wall: Timestamp) -> Ulid {
        self.random = (self.random + 1) & RANDOM;
        let millis = u128::try_from(wall.as_millisecond()).unwrap_or(0) & ((1 << 48) - 1);
        Ulid(millis << 80 | self.random)
    }

    /// Writes a frame.
    pub(super) fn encode(
        &mut self,
        frame: &Frame,
        session_id: Option<&SessionId>,
        wall: Timestamp,
    ) -> Text {
        let Ok(id) = MessageId::try_from(self.next(wall).to_string()) else {
            return Text::default();
        };
        let about = frame.about.as_deref();
        let mut head = Head::new(&id, &frame.message_type);
        head.session_id = session_id;
        head.trace_id = about.and_then(|face| face.trace_id.as_ref());
        head.job_id = about.map(|face| &face.job_id);
        head.event_seq = frame.event_seq;
        let mut text = Vec::with_capacity(256 + frame.payload.len());
        head.write(&frame.payload, &mut text);
        // Ids are ASCII and payloads come from serde_json, so this never fails; a check is cheaper than an unsafe block is to argue for.
        Text::try_from(bytes::Bytes::from(text)).unwrap_or_default()
    }
}
