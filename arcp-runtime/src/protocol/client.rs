//! What a client does and when, pure (§5 to §8): frames and the time come in, frames and news go out.
//!
//! Nothing here knows tokio or a socket; [`crate::client`] drives it.

use arcp_generated::error::ErrorCode;

pub mod ack;
pub mod backoff;
pub mod core;
pub mod correlate;
pub mod heartbeat;
pub mod news;
pub mod result_chunk;
pub mod sequence;
pub mod timer;

mod early;
mod hearing;
mod interface;
mod job;
mod listing;
mod receive;
mod session;
mod submission;
mod subscription;
mod tolerate;
mod unanswered;

/// What an error's code is usually about, for peers that do not say which request they refuse.
enum About {
    /// The connection or the session.
    Session,
    /// A request of one of these kinds, or of any when there is none.
    Request(&'static [correlate::Kind]),
}

fn about(code: &ErrorCode) -> About {
    use correlate::Kind::{Cancel, Submit, Subscribe};
    match code {
        ErrorCode::HeartbeatLost | ErrorCode::ResumeWindowExpired | ErrorCode::Unauthenticated => {
            About::Session
        }
        ErrorCode::AgentNotAvailable
        | ErrorCode::AgentVersionNotAvailable
        | ErrorCode::DuplicateKey
        | ErrorCode::LeaseSubsetViolation
        | ErrorCode::LeaseExpired
        | ErrorCode::BudgetExhausted => About::Request(&[Submit]),
        ErrorCode::JobNotFound => About::Request(&[Cancel, Subscribe]),
        _ => About::Request(&[]),
    }
}
