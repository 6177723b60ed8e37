//! A `job.submit`, looked at as far as that needs no state: the agent, its input, the lease (§7.1, §9).
//!
//! What is wrong here is only told when the idempotency key is new: [`crate::protocol::idempotency`] decides.

use std::time::Duration;

use arcp_generated::common::TraceId;
use arcp_generated::job::Submit;
use arcp_generated::lease::{CapabilityName, Lease as WireLease, Pattern};
use arcp_generated::session::Feature;

use super::agents::Agents;
use super::fingerprint::fingerprint;
use crate::clock::Now;
use crate::id::Mint;
use crate::protocol::features::Features;
use crate::protocol::idempotency::{Prepared, Submission};
use crate::protocol::lease::expiry::parse_expires_at;
use crate::protocol::lease::{self, Lease};
use crate::protocol::refusal::Refusal;
use crate::protocol::trace::{self, TraceContext, Traced};
use std::collections::BTreeMap;

/// Prepares a submit.
pub(super) fn prepare(
    request: String,
    trace: Traced,
    submit: Submit,
    agents: &Agents,
    features: Features,
    mint: &dyn Mint,
    now: Now,
) -> Submission {
    let Traced { id, caller } = trace;
    let id = id.unwrap_or_else(|| {
        let mut random = [0; 16];
        random.copy_from_slice(&mint.secret()[..16]);
        trace::TraceId::from_random(random)
    });
    let trace_id = TraceId::try_from(id.to_string()).ok();
    let key = submit
        .idempotency_key
        .as_ref()
        .map(|key| key.as_str().to_owned());
    // Without a key there is nothing to compare with.
    let (key, fingerprint, refused) = match key.map(|key| (key, fingerprint(&submit))) {
        Some((key, Ok(fingerprint))) => (Some(key), fingerprint, None),
        Some((_, Err(refusal))) => (None, [0; 32], Some(refusal)),
        None => (None, [0; 32], None),
    };
    Submission {
        request,
        trace_id,
        key,
        fingerprint,
        negotiated: negotiated(features, &submit),
        prepared: refused.map_or_else(|| job_to_be(submit, caller, agents, now), Err),
    }
}

fn job_to_be(
    submit: Submit,
    caller: Option<TraceContext>,
    agents: &Agents,
    now: Now,
) -> Result<Prepared, Refusal> {
    let asked = lease_entries(&submit.lease_request);
    let constraints = submit
        .lease_constraints
        .filter(|constraints| constraints.expires_at.is_some());
    let (place, agent_ref) = agents.resolve(submit.agent.as_str())?;
    let Some(entry) = agents.entry(place) else {
        return Err(Refusal::invalid("payload.agent: not registered"));
    };
    let wrong = |refusal: lease::grammar::Refusal| {
        Refusal::invalid(format!("payload.{}: {}", refusal.path, refusal.reason))
    };
    let expires_at = match constraints
        .as_ref()
        .and_then(|constraints| constraints.expires_at.as_ref())
    {
        Some(text) => Some(parse_expires_at(text.as_str(), now.wall).map_err(wrong)?),
        None => None,
    };
    let compiled = Lease::compile(&asked).map_err(wrong)?;
    entry
        .agent
        .check(&submit.input)
        .map_err(|error| Refusal::invalid(format!("payload.{error}")))?;
    let wanted = submit.max_runtime_sec.map(Duration::from_secs);
    let max_runtime = match (wanted, entry.descriptor.max_runtime) {
        (Some(wanted), Some(bound)) => Some(wanted.min(bound)),
        (one, other) => one.or(other),
    };
    Ok(Prepared {
        agent: place,
        agent_ref,
        input: submit.input,
        lease: submit.lease_request,
        constraints,
        expires_at,
        compiled,
        max_runtime,
        caller,
    })
}

/// Whether every feature that the submit uses was negotiated (§6.2).
fn negotiated(features: Features, submit: &Submit) -> Result<(), Refusal> {
    let asks = |capability| submit.lease_request.get(&capability).is_some();
    let expires = submit
        .lease_constraints
        .as_ref()
        .is_some_and(|constraints| constraints.expires_at.is_some());
    let uses = [
        (
            Feature::AgentVersions,
            submit.agent.as_str().contains('@'),
            "payload.agent: a pinned version",
        ),
        (
            Feature::LeaseExpiresAt,
            expires,
            "payload.lease_constraints.expires_at",
        ),
        (
            Feature::CostBudget,
            asks(CapabilityName::CostBudget),
            "payload.lease_request[\"cost.budget\"]",
        ),
        (
            Feature::ModelUse,
            asks(CapabilityName::ModelUse),
            "payload.lease_request[\"model.use\"]",
        ),
    ];
    for (feature, used, member) in uses {
        if used && !features.has(&feature) {
            return Err(Refusal::invalid(format!(
                "{member}: needs the feature {}, which was not negotiated",
                feature.as_str()
            )));
        }
    }
    Ok(())
}

/// The entries of a lease as text, for [`Lease::compile`].
pub(super) fn lease_entries(lease: &WireLease) -> BTreeMap<String, Vec<String>> {
    let text = |patterns: &Vec<Pattern>| {
        patterns
            .iter()
            .map(|pattern| pattern.as_str().to_owned())
            .collect()
    };
    lease
        .iter()
        .map(|(name, patterns)| (name.as_str().to_owned(), text(patterns)))
        .collect()
}
