//! A delegation, looked at as far as that needs no state: the agent, its input, its lease within the parent's (§9.4, §10).

use arcp_generated::common::{AgentRef, DelegateId, Expiry, Json};
use arcp_generated::error::ErrorCode;
use arcp_generated::lease::{Lease as WireLease, LeaseConstraints};
use arcp_generated::session::Feature;

use super::desk::Desk;
use super::submit::lease_entries;
use crate::clock::Now;
use crate::id::JobKey;
use crate::protocol::delegation::Child;
use crate::protocol::features::Features;
use crate::protocol::lease::expiry::parse_expires_at;
use crate::protocol::lease::operation::Operation;
use crate::protocol::lease::{self, Authority, Lease};
use crate::protocol::refusal::Refusal;

/// What a parent asks for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) parent: JobKey,
    pub(crate) delegate_id: DelegateId,
    pub(crate) agent: AgentRef,
    pub(crate) input: Json,
    pub(crate) lease: WireLease,
    pub(crate) constraints: Option<LeaseConstraints>,
}

/// Whether the owner's session could read the delegation at all (§6.2). What it could not is not even shown to it.
///
/// # Errors
/// The member and the feature that it needs.
pub(crate) fn readable(
    agent: &AgentRef,
    lease: &WireLease,
    constraints: Option<&LeaseConstraints>,
    features: Features,
) -> Result<(), Refusal> {
    let needs = |feature: Feature, used: bool, what: &str| {
        if used && !features.has(&feature) {
            return Err(Refusal::invalid(format!(
                "delegate.{what}: needs the feature {}, which the job's session did not negotiate",
                feature.as_str()
            )));
        }
        Ok(())
    };
    let named = |capability: &str| lease.iter().any(|(name, _)| name.as_str() == capability);
    needs(
        Feature::AgentVersions,
        agent.as_str().contains('@'),
        "agent: a pinned version",
    )?;
    needs(
        Feature::LeaseExpiresAt,
        constraints.is_some_and(|constraints| constraints.expires_at.is_some()),
        "lease_constraints.expires_at",
    )?;
    needs(
        Feature::CostBudget,
        named("cost.budget"),
        "lease_request[\"cost.budget\"]",
    )?;
    needs(
        Feature::ModelUse,
        named("model.use"),
        "lease_request[\"model.use\"]",
    )
}

/// Asks `allowed` for the operation that the delegation is: its agent in the version that would run, or as it was asked for when there is none.
/// Whoever may not delegate learns nothing about agents.
pub(crate) fn named<T>(asked: &Asked, desk: &Desk, allowed: impl FnOnce(&Operation<'_>) -> T) -> T {
    let resolved = desk.agents.resolve(asked.agent.as_str());
    let name = match &resolved {
        Ok((_, agent_ref)) => agent_ref.as_str(),
        Err(_) => asked.agent.as_str(),
    };
    let (agent, version) = name
        .split_once('@')
        .map_or((name, None), |(agent, version)| (agent, Some(version)));
    allowed(&Operation::Delegate { agent, version })
}

/// Prepares the child of a job with this `authority`.
///
/// # Errors
/// Why there can be no such child: the agent, the input, the lease.
pub(crate) fn prepare(
    asked: Asked,
    authority: &Authority,
    features: Features,
    desk: &Desk,
    now: Now,
) -> Result<Child, Refusal> {
    let (place, agent_ref) = desk
        .agents
        .resolve(asked.agent.as_str())
        .map_err(|refusal| in_event(&refusal))?;
    let Some(entry) = desk.agents.entry(place) else {
        return Err(Refusal::invalid("delegate.agent: not registered"));
    };
    entry
        .agent
        .check(&asked.input)
        .map_err(|error| Refusal::invalid(format!("delegate.{error}")))?;
    let wrong = |refusal: lease::grammar::Refusal| {
        Refusal::invalid(format!("delegate.{}: {}", refusal.path, refusal.reason))
    };
    let expires_at = match asked
        .constraints
        .as_ref()
        .and_then(|constraints| constraints.expires_at.as_ref())
    {
        Some(text) => Some(parse_expires_at(text.as_str(), now.wall).map_err(wrong)?),
        None => None,
    };
    let compiled = Lease::compile(&lease_entries(&asked.lease)).map_err(wrong)?;
    let key = JobKey(desk.mint.ulid(now.wall));
    let child = authority
        .delegate(key.to_string(), &compiled, expires_at)
        .map_err(|violation| {
            Refusal::new(
                ErrorCode::LeaseSubsetViolation,
                format!("delegate.{violation}"),
            )
        })?;
    Ok(Child {
        key,
        parent: asked.parent,
        delegate_id: asked.delegate_id,
        agent: place,
        agent_ref,
        input: asked.input,
        lease: on_wire(child.lease()),
        constraints: end_on_wire(asked.constraints, &child),
        authority: child,
        max_runtime: entry.descriptor.max_runtime,
        features,
    })
}

/// A refusal of a submit's member, said of the event's.
fn in_event(refusal: &Refusal) -> Refusal {
    let message = refusal.message.replacen("payload.", "delegate.", 1);
    Refusal::new(refusal.code.clone(), message)
}

/// The effective lease as the wire's type. Every entry was read from that type or is an amount, so nothing is lost.
fn on_wire(lease: &Lease) -> WireLease {
    serde_json::to_value(lease.to_map())
        .and_then(serde_json::from_value)
        .unwrap_or_default()
}

/// The end that the child names, or the one it inherits.
fn end_on_wire(asked: Option<LeaseConstraints>, child: &Authority) -> Option<LeaseConstraints> {
    let named = asked.filter(|constraints| constraints.expires_at.is_some());
    named.or_else(|| {
        let end = Expiry::try_from(child.expires_at()?.to_string()).ok()?;
        Some(LeaseConstraints::new().with_expires_at(end))
    })
}
