//! Failed logins by address: who guesses has to wait (§14).

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::limits::{LOGIN_ADDRESSES, LOGIN_WINDOW};

/// The part of an IPv6 address that names a network: within it, whoever has one address has them all.
const NETWORK: u128 = !0 << 64;

/// The failed logins of the last minute.
#[derive(Debug)]
pub(super) struct Logins {
    budget: u32,
    failed: Mutex<Failed>,
}

/// Whose logins have failed, each once in both.
#[derive(Debug, Default)]
struct Failed {
    counts: HashMap<IpAddr, u32>,
    /// With the time of the first failure, oldest first.
    since: VecDeque<(Duration, IpAddr)>,
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
        let Some(peer) = peer.map(guesser) else {
            return false;
        };
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.forgive(now);
        failed
            .counts
            .get(&peer)
            .is_some_and(|count| *count >= self.budget)
    }

    pub(super) fn failed(&self, peer: Option<IpAddr>, now: Duration) {
        let Some(peer) = peer.map(guesser) else {
            return;
        };
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.forgive(now);
        if let Some(count) = failed.counts.get_mut(&peer) {
            *count = count.saturating_add(1);
            return;
        }
        if failed.since.len() >= LOGIN_ADDRESSES {
            failed.forget_oldest();
        }
        failed.counts.insert(peer, 1);
        failed.since.push_back((now, peer));
    }
}

impl Failed {
    /// Forgets those whose time is over.
    fn forgive(&mut self, now: Duration) {
        while let Some((since, _)) = self.since.front()
            && now.saturating_sub(*since) >= LOGIN_WINDOW
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, peer)) = self.since.pop_front() {
            self.counts.remove(&peer);
        }
    }
}

/// What of an address stands for whoever guesses from it.
fn guesser(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(peer) => IpAddr::V6(Ipv6Addr::from_bits(peer.to_bits() & NETWORK)),
        peer @ IpAddr::V4(_) => peer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        let address = text.parse();
        assert!(address.is_ok(), "{text} is no address");
        address.ok()
    }

    #[test]
    fn a_guesser_waits_and_is_forgiven() {
        let logins = Logins::new(2);
        let peer = address("127.0.0.1");
        let at = Duration::from_secs;
        logins.failed(peer, at(0));
        assert!(!logins.blocked(peer, at(1)));
        logins.failed(peer, at(1));
        assert!(logins.blocked(peer, at(2)));
        assert!(!logins.blocked(address("127.0.0.2"), at(2)));
        assert!(!logins.blocked(peer, at(61)));
        logins.failed(peer, at(62));
        assert!(!logins.blocked(peer, at(63)));
    }

    #[test]
    fn a_network_of_the_newer_protocol_is_one_guesser() {
        let logins = Logins::new(2);
        let now = Duration::ZERO;
        logins.failed(address("2001:db8:0:1::1"), now);
        logins.failed(address("2001:db8:0:1:ffff:ffff:ffff:ffff"), now);
        assert!(logins.blocked(address("2001:db8:0:1::2"), now));
        assert!(!logins.blocked(address("2001:db8:0:2::1"), now));
        logins.failed(address("::ffff:192.0.2.1"), now);
        logins.failed(address("192.0.2.1"), now);
        assert!(logins.blocked(address("::ffff:192.0.2.1"), now));
        assert!(!logins.blocked(address("::ffff:192.0.2.2"), now));
    }

    #[test]
    fn when_there_are_too_many_the_oldest_is_forgotten_and_nobody_else() {
        let logins = Logins::new(1);
        let nth = |n: usize| Some(IpAddr::from(u32::try_from(n).unwrap().to_be_bytes()));
        for n in 0..=LOGIN_ADDRESSES {
            logins.failed(nth(n), Duration::from_millis(n as u64));
        }
        let now = Duration::from_millis(LOGIN_ADDRESSES as u64);
        assert!(!logins.blocked(nth(0), now));
        assert!((1..=LOGIN_ADDRESSES).all(|n| logins.blocked(nth(n), now)));
        let failed = logins.failed.lock().unwrap();
        assert_eq!(failed.counts.len(), LOGIN_ADDRESSES);
        assert_eq!(failed.since.len(), LOGIN_ADDRESSES);
    }
}
