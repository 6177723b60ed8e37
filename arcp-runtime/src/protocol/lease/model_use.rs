//! Whether a lease that does not name `model.use` allows models (§9.7).

use super::Lease;
use super::grammar::Capability;

/// What a deployment says of leases without `model.use`.
///
/// A lease that has the member is bound by it under either policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ModelPolicy {
    /// No model may be used.
    #[default]
    GrantRequired,
    /// Any model may be used.
    AnyWithoutGrant,
}

impl ModelPolicy {
    /// Whether the policy itself allows what the lease is silent about.
    pub(super) fn covers(self, lease: &Lease, capability: &Capability) -> bool {
        self == Self::AnyWithoutGrant
            && *capability == Capability::ModelUse
            && lease.patterns(capability).is_none()
    }
}
