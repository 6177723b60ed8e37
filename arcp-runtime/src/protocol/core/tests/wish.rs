//! What a client asks for when it submits, and how it arrives at the core.

use std::time::Duration;

use arcp_generated::common::{Json, TraceId};

use super::world::World;
use crate::protocol::idempotency::{Prepared, Submission};
use crate::protocol::lease::Lease;

/// What a client asks for when it submits.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub(super) key: Option<String>,
    /// Stands for the parameters.
    pub(super) parameters: u8,
    pub(super) max_runtime: Option<Duration>,
    pub(super) lease_for: Option<Duration>,
    /// Whether the job needs a credential.
    pub(super) paid: bool,
    /// About how large its lease is.
    pub(super) lease_bytes: usize,
}

impl Wish {
    pub(super) fn keyed(key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..Self::default()
        }
    }
}

impl World {
    pub(super) fn submission(&self, wish: &Wish) -> Submission {
        let agent = if wish.paid {
            "paid@1.0.0"
        } else {
            "echo@1.0.0"
        };
        let expires_at = wish.lease_for.map(|time| self.now.wall + time);
        Submission {
            request: "m1".to_owned(),
            trace_id: TraceId::try_from("0af7651916cd43dd8448eb211c80319c").ok(),
            key: wish.key.clone(),
            fingerprint: [wish.parameters; 32],
            negotiated: Ok(()),
            prepared: Ok(Prepared {
                agent: 0,
                agent_ref: agent.try_into().unwrap(),
                input: Json::null(),
                lease: lease_of(wish.lease_bytes),
                constraints: None,
                expires_at,
                compiled: Lease::default(),
                max_runtime: wish.max_runtime,
                caller: None,
            }),
        }
    }
}

/// A lease that takes about this many bytes.
fn lease_of(bytes: usize) -> arcp_generated::lease::Lease {
    let pattern = format!("/{}", "x".repeat(bytes.max(1)));
    let lease = serde_json::json!({"fs.read": [pattern]});
    serde_json::from_value(lease).unwrap()
}
