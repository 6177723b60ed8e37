//! Failed logins by address: who guesses has to wait (§14).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::limits::{LOGIN_ADDRESSES, LOGIN_WINDOW};

/// The failed logins of the last minute.
#[derive(Debug)]
pub(super) struct Logins {
    budget: u32,
    failed: Mutex<HashMap<IpAddr, (Duration, u32)>>,
}

impl Logins {
    pub(super) fn new(budget: u32) -> Self {
        Self {
            budget,
            failed: Mutex::default(),
        }
    }

    /// Whether this address has to wait. Peers without an address never do.
    pub(super) fn blocked(&self, peer: Option<IpAddr>, now: Duration) -> bool {
        let Some(peer) = peer else { return false };
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(&peer).is_some_and(|(since, count)| {
            *count >= self.budget && now.saturating_sub(*since) < LOGIN_WINDOW
        })
    }

    pub(super) fn failed(&self, peer: Option<IpAddr>, now: Duration) {
        let Some(peer) = peer else { return };
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= LOGIN_ADDRESSES {
            failed.clear();
        }
        let (since, count) = failed.entry(peer).or_insert((now, 0));
        if now.saturating_sub(*since) >= LOGIN_WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guesser_waits_and_is_forgiven() {
        let logins = Logins::new(2);
        let peer = Some(IpAddr::from([127, 0, 0, 1]));
        let at = Duration::from_secs;
        logins.failed(peer, at(0));
        assert!(!logins.blocked(peer, at(1)));
        logins.failed(peer, at(1));
        assert!(logins.blocked(peer, at(2)));
        assert!(!logins.blocked(Some(IpAddr::from([127, 0, 0, 2])), at(2)));
        assert!(!logins.blocked(peer, at(61)));
        logins.failed(peer, at(62));
        assert!(!logins.blocked(peer, at(63)));
    }
}
