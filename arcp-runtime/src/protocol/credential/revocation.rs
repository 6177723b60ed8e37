//! How credentials are taken back: each is owed until it is known to be worthless, and what fails is tried again (§9.8.2).

use std::sync::Arc;

use super::{Order, Stubborn, Wallet};
use crate::clock::Now;
use crate::id::{CredentialKey, JobKey};
use crate::protocol::core::{Core, Effect, Output};
use crate::protocol::timer::Timer;
use crate::store::Record;

impl Core {
    /// Writes down that a credential may exist from now on.
    pub(super) fn owe(&mut self, order: &Order, job: JobKey, out: &mut Output) {
        self.owed.insert(order.handle);
        out.records.push(Record::CredentialOwed {
            handle: order.handle,
            source: order.source.to_string(),
            job,
        });
    }

    /// A credential is known to be worthless.
    pub(in crate::protocol) fn revoked(&mut self, handle: CredentialKey, out: &mut Output) {
        self.owed.remove(&handle);
        self.at_ease(handle);
        out.records.push(Record::CredentialRevoked { handle });
    }

    /// A revocation failed. The wait before the next one grows each time.
    pub(in crate::protocol) fn not_revoked(&mut self, order: Order, again: bool, now: Now) {
        let Order { handle, source } = order;
        if !again || !self.owed.contains(&handle) {
            return self.at_ease(handle);
        }
        let longest = self.limits.revocation_pause_max;
        let pause = match self.stubborn.get(&handle) {
            Some(before) => before.pause.saturating_mul(2).min(longest),
            None => self.limits.revocation_pause,
        };
        self.stubborn.insert(handle, Stubborn { source, pause });
        self.timers.set(
            Timer::RevocationRetry(handle),
            now.mono.saturating_add(pause),
        );
    }

    /// A revocation that failed is tried again.
    pub(in crate::protocol) fn revoke_again(&mut self, handle: CredentialKey, out: &mut Output) {
        if let Some(stubborn) = self.stubborn.get(&handle) {
            let source = Arc::clone(&stubborn.source);
            out.effects.push(Effect::Revoke(Order { handle, source }));
        }
    }

    /// Nothing is tried again for this credential.
    fn at_ease(&mut self, handle: CredentialKey) {
        self.stubborn.remove(&handle);
        self.timers.cancel(Timer::RevocationRetry(handle));
    }

    /// A job has ended: what it had is revoked. The job does not wait for that.
    pub(in crate::protocol) fn revoke_all(wallet: &Wallet, out: &mut Output) {
        let held = std::mem::take(&mut *wallet.held());
        let orders = held.into_iter().map(|held| held.order);
        out.effects.extend(orders.map(Effect::Revoke));
    }
}
