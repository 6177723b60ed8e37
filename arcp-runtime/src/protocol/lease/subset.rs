//! The one place that decides whether a delegated lease stays inside the delegating one (§9.4).
//!
//! The answer is conservative: what cannot be proved is refused. Grants that a child leaves out it does not get;
//! bounds that it leaves out it inherits.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::grammar::{Amount, Capability};
use super::model_use::ModelPolicy;
use super::{Authority, Lease, budget, entry_path, quoted};

/// What a delegating agent asks for its child.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The lease asked for.
    pub lease: &'a Lease,
    /// The end asked for; `None` to inherit.
    pub expires_at: Option<Timestamp>,
}

/// What the child gets: the request with the inherited bounds filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveChild {
    /// The effective lease.
    pub lease: Lease,
    /// The end: the child's or the parent's, whichever is earlier.
    pub expires_at: Option<Timestamp>,
}

/// Why a delegation is refused: `LEASE_SUBSET_VIOLATION` on the wire (§9.4).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Violation {
    /// The JSON path of what goes too far, such as `lease_request["fs.read"][0]`.
    pub path: String,
    /// In what way, as text that may go on the wire.
    pub reason: String,
}

/// Decides whether the child's request stays inside the parent's authority, and fills in what it inherits.
///
/// Equal is inside. Budgets are compared with what the parent and all above it have left now.
///
/// # Errors
/// The first entry that goes too far.
pub fn subset(child: &Request<'_>, parent: &Authority) -> Result<EffectiveChild, Violation> {
    let mut lease = Lease {
        grants: child.lease.grants.clone(),
        budget: child.lease.budget.clone(),
    };
    for capability in child.lease.grants.keys() {
        check_patterns(child.lease, capability, parent)?;
    }
    // An absent `model.use` may mean "any model", so a child under a parent that has one must have one too: of nothing.
    if parent.lease.patterns(&Capability::ModelUse).is_some() {
        lease.grants.entry(Capability::ModelUse).or_default();
    }
    lease.budget = bounded_budget(child.lease, parent)?;
    Ok(EffectiveChild {
        lease,
        expires_at: earlier_end(child.expires_at, parent.expires_at)?,
    })
}

/// Each pattern of the child must be included in one of the parent's.
fn check_patterns(
    child: &Lease,
    capability: &Capability,
    parent: &Authority,
) -> Result<(), Violation> {
    let asked = child.patterns(capability).unwrap_or_default();
    let Some(granted) = parent.lease.patterns(capability) else {
        let any_model =
            *capability == Capability::ModelUse && parent.models == ModelPolicy::AnyWithoutGrant;
        // An empty list asks for nothing, which is inside of nothing.
        if any_model || asked.is_empty() {
            return Ok(());
        }
        return Err(violation(
            capability,
            None,
            "the delegating job does not have this capability".to_owned(),
        ));
    };
    match asked
        .iter()
        .position(|child| !granted.iter().any(|parent| parent.includes(child)))
    {
        None => Ok(()),
        Some(at) => {
            let pattern = quoted(asked[at].as_str());
            Err(violation(
                capability,
                Some(at),
                format!("{pattern} is not provably inside one pattern of the delegating job"),
            ))
        }
    }
}

/// The child's budget, with what is left to the parent in the currencies that the child does not name.
fn bounded_budget(child: &Lease, parent: &Authority) -> Result<Option<Vec<Amount>>, Violation> {
    let refuse = |reason| violation(&Capability::CostBudget, None, reason);
    let mut available = parent.budget.available();
    let asked = child.amounts().unwrap_or_default();
    for (currency, total) in budget::totals(asked).map_err(refuse)? {
        let Some(left) = available.remove(&currency) else {
            return Err(refuse(format!(
                "the delegating job has no budget in {currency}"
            )));
        };
        if total > left.max(Decimal::ZERO) {
            return Err(refuse(format!(
                "{total} {currency} are asked for and {left} are left to the delegating job"
            )));
        }
    }
    if child.budget.is_none() && available.is_empty() {
        return Ok(None);
    }
    let inherited = available
        .into_iter()
        .map(|(currency, left)| Amount::of(currency, left));
    Ok(Some(asked.iter().cloned().chain(inherited).collect()))
}

fn earlier_end(
    child: Option<Timestamp>,
    parent: Option<Timestamp>,
) -> Result<Option<Timestamp>, Violation> {
    match (child, parent) {
        (Some(child), Some(parent)) if child > parent => Err(Violation {
            path: "lease_constraints.expires_at".to_owned(),
            reason: format!(
                "{child} is later than {parent}, when the lease of the delegating job ends"
            ),
        }),
        (Some(child), _) => Ok(Some(child)),
        (None, parent) => Ok(parent),
    }
}

fn violation(capability: &Capability, at: Option<usize>, reason: String) -> Violation {
    Violation {
        path: entry_path(capability.as_str(), at),
        reason,
    }
}
