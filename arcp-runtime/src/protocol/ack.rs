//! `session.ack`: how far a client is, what its lag leads to (§6.5, A-39, A-40).
//!
//! An acknowledgement is advice: nothing waits for one. It lets the buffer shrink, and it shows who is slow.

use arcp_generated::message::MessageType;
use arcp_generated::session::Feature;

use super::core::{ConnKey, Core, Effect, Output};
use super::frame::Frame;
use super::refusal::Refusal;
use super::session::Session;
use crate::clock::Now;
use crate::id::SessionKey;
use crate::limits::Limits;
use crate::store::Record;
use crate::transport::CloseCode;

/// What an entry that a session received says of its lag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lag {
    /// Nothing new.
    Fine,
    /// It has just crossed the threshold.
    Crossed(u64),
    /// It is beyond what is put up with.
    Hopeless,
}

impl Session {
    /// Given out, and neither acknowledged nor known to have arrived.
    fn lag(&self) -> u64 {
        self.log
            .last
            .saturating_sub(self.acked.max(self.resumed_at))
    }

    /// Looks at the lag after another number was given out.
    pub(super) fn look_at_lag(&mut self, limits: &Limits) -> Lag {
        let lag = self.lag();
        if lag <= limits.ack_lag || !self.features.has(&Feature::Ack) {
            return Lag::Fine;
        }
        if self.conn.is_some() && limits.ack_lag_max.is_some_and(|most| lag > most) {
            return Lag::Hopeless;
        }
        if self.lagging {
            return Lag::Fine;
        }
        self.lagging = true;
        Lag::Crossed(lag)
    }
}

impl Core {
    /// `session.ack`. The highest counts; one of what was never given out is a slip, and releases nothing.
    pub(super) fn acknowledge(&mut self, conn: ConnKey, through: u64, out: &mut Output) {
        let Some(key) = self.session_of(conn) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        if !session.features.has(&Feature::Ack) || through > session.log.last {
            return;
        }
        session.acked = session.acked.max(through);
        // Whoever said that the session is lost was not its client.
        session.missed = false;
        if session.lag() <= self.limits.ack_lag / 2 {
            session.lagging = false;
        }
        if let Some(through) = session.log.release(session.acked) {
            out.records.push(Record::SessionTrimmed {
                session: key,
                through,
            });
        }
    }

    /// Ends the connection of a session that is too far behind. The session and its jobs stay (§12).
    pub(super) fn cut_off(&mut self, key: SessionKey, now: Now, out: &mut Output) {
        let Some(session) = self.sessions.get(&key) else {
            return;
        };
        let Some(conn) = session.conn else {
            return;
        };
        let refusal = Refusal::cap(
            "ack_lag",
            format!(
                "{} events are not acknowledged; resume the session when they are processed",
                session.lag()
            ),
        );
        out.effects.push(Effect::Evict {
            conn,
            last: Some(Frame::of_session(
                MessageType::SessionError,
                &refusal.to_error(),
            )),
            code: CloseCode::Policy,
        });
        self.detached(conn, now, out);
    }
}
