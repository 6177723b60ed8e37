//! A client as the tests see it: what it knows, and what it was told.

use arcp_generated::message::MessageType;
use bytes::Bytes;
use serde_json::Value;

use crate::id::{JobKey, SessionKey};
use crate::protocol::core::ConnKey;
use crate::protocol::features::Features;
use crate::protocol::frame::Frame;
use crate::protocol::principal::Principal;
use crate::protocol::refusal::Refusal;
use crate::transport::CloseCode;

/// A client, by its place in the world.
pub(super) type Who = usize;

/// What a client knows and was told.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) principal: Principal,
    pub(super) features: Features,
    pub(super) conn: Option<ConnKey>,
    /// Whether the connection was welcomed.
    pub(super) welcomed: bool,
    pub(super) session: Option<SessionKey>,
    pub(super) token: String,
    /// Everything with a number, in the order in which it came.
    pub(super) events: Vec<Got>,
    /// Everything without one.
    pub(super) frames: Vec<Frame>,
    pub(super) refused: Option<Refusal>,
    pub(super) closed: Option<CloseCode>,
}

/// An entry as a client got it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Got {
    pub(super) seq: u64,
    pub(super) job: JobKey,
    pub(super) kind: MessageType,
    pub(super) payload: Bytes,
}

impl Client {
    pub(super) fn last(&self) -> u64 {
        self.events.last().map_or(0, |got| got.seq)
    }

    pub(super) fn numbers(&self) -> Vec<u64> {
        self.events.iter().map(|got| got.seq).collect()
    }

    pub(super) fn kinds(&self) -> Vec<&str> {
        let kinds = self.events.iter();
        kinds.map(|got| got.kind.as_str()).collect()
    }

    /// The payload of the newest frame without a number, if it is of this type.
    pub(super) fn answer(&self, wanted: &MessageType) -> Option<Value> {
        let frame = self.frames.last()?;
        (frame.message_type == *wanted).then(|| json(&frame.payload))
    }

    /// The code of the newest refusal, if the newest answer is one.
    pub(super) fn refusal(&self) -> Option<String> {
        let error = self.answer(&MessageType::SessionError)?;
        Some(error["code"].as_str()?.to_owned())
    }

    /// The payload of the newest event.
    pub(super) fn newest(&self) -> Value {
        json(&self.events.last().expect("something came").payload)
    }
}

pub(super) fn json(payload: &[u8]) -> Value {
    serde_json::from_slice(payload).expect("payloads are JSON")
}
