//! Leases put together step by step, for those who ask for one: a client for its job, an agent for its sub-agent (§9.2, §9.5).
//!
//! Only what a frame can say is checked here; whether the lease can be had is the runtime's to say.

use std::fmt;

use arcp_generated::common::Expiry;
use arcp_generated::lease::{CapabilityName, Lease, Pattern};
use jiff::Timestamp;

use crate::clock;

/// Adds patterns to those of a capability.
///
/// # Errors
/// The name or the pattern that no frame can carry, and why.
pub fn add<P: AsRef<str>>(
    lease: &mut Lease,
    capability: &str,
    patterns: impl IntoIterator<Item = P>,
) -> Result<(), String> {
    let named = CapabilityName::try_from(capability)
        .map_err(|error| wrong(&format!("the capability `{capability}`"), &error))?;
    let mut granted = lease.remove(&named).unwrap_or_default();
    for pattern in patterns {
        let pattern = pattern.as_ref();
        granted.push(Pattern::try_from(pattern).map_err(|error| {
            wrong(
                &format!("the pattern `{pattern}` of `{capability}`"),
                &error,
            )
        })?);
    }
    lease.insert(named, granted);
    Ok(())
}

/// The end of a lease as a frame says it.
///
/// # Errors
/// When the year has more than four digits, or is before the first.
pub fn end(at: Timestamp) -> Result<Expiry, String> {
    Expiry::try_from(clock::to_wire(at)).map_err(|error| wrong("the end of the lease", &error))
}

/// Why something cannot stand in a frame.
pub fn wrong(what: &str, error: &dyn fmt::Display) -> String {
    format!("{what} cannot be sent: {error}")
}
