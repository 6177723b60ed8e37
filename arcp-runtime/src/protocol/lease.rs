//! What a job may do: its lease, compiled once, and the check before each operation (§9).
//!
//! Nothing here acts, waits or reads a clock: an operation and the time come in, a permission or a denial goes out.
//! Shapes on the wire are the business of `arcp-generated`, events that of the caller.

pub mod budget;
pub mod expiry;
pub mod grammar;
pub mod grant;
pub mod model_use;
pub mod operation;
pub mod pattern;
pub mod subset;
pub mod target;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;

use budget::{Budget, Remaining};
use grammar::{Amount, Capability, Currency, Refusal};
use model_use::ModelPolicy;
use operation::{DenialCode, Denied, Operation};
use pattern::{Dialect, Pattern};
use subset::Violation;
use target::Target;

use crate::limits::MAX_LEASE_BYTES;

/// A lease: capabilities, each with its patterns, compiled (§9.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lease {
    grants: BTreeMap<Capability, Vec<Pattern>>,
    /// `None` when the lease has no `cost.budget` at all.
    budget: Option<Vec<Amount>>,
}

impl Lease {
    /// Compiles the lease of a request: capability name to patterns. The empty map grants nothing.
    ///
    /// # Errors
    /// The first entry that is not understood, with its path below the payload. A runtime answers `INVALID_REQUEST`.
    pub fn compile(request: &BTreeMap<String, Vec<String>>) -> Result<Self, Refusal> {
        let bytes: usize = request
            .iter()
            .map(|(name, entries)| name.len() + entries.iter().map(String::len).sum::<usize>())
            .sum();
        if bytes > MAX_LEASE_BYTES {
            let reason = format!(
                "the lease has {bytes} bytes of names and patterns, at most {MAX_LEASE_BYTES} are taken"
            );
            return Err(Refusal::new("lease_request", reason));
        }
        let mut lease = Self::default();
        for (name, entries) in request {
            let capability = Capability::parse(name)
                .map_err(|reason| Refusal::new(entry_path(name, None), reason))?;
            if let Some(dialect) = dialect_of(&capability) {
                let patterns = each(name, entries, |entry| Pattern::compile(entry, dialect))?;
                lease.grants.insert(capability, patterns);
            } else {
                let amounts = each(name, entries, Amount::parse)?;
                budget::totals(&amounts)
                    .map_err(|reason| Refusal::new(entry_path(name, None), reason))?;
                lease.budget = Some(amounts);
            }
        }
        Ok(lease)
    }

    /// The lease as it goes on the wire, each entry as it was written.
    pub fn to_map(&self) -> BTreeMap<String, Vec<String>> {
        let text = |patterns: &Vec<Pattern>| {
            patterns
                .iter()
                .map(|pattern| pattern.as_str().to_owned())
                .collect()
        };
        let grants = self
            .grants
            .iter()
            .map(|(capability, patterns)| (capability.to_string(), text(patterns)));
        let budget = self.budget.iter().map(|amounts| {
            (
                Capability::CostBudget.to_string(),
                amounts
                    .iter()
                    .map(|amount| amount.as_str().to_owned())
                    .collect(),
            )
        });
        grants.chain(budget).collect()
    }

    /// The patterns of a capability: `None` when the lease does not name it, empty when it grants nothing of it.
    pub fn patterns(&self, capability: &Capability) -> Option<&[Pattern]> {
        self.grants.get(capability).map(Vec::as_slice)
    }

    /// The entries of `cost.budget`; `None` when the lease has none.
    pub fn amounts(&self) -> Option<&[Amount]> {
        self.budget.as_deref()
    }

    /// The names of the capabilities in the lease, in order.
    pub fn capabilities(&self) -> impl Iterator<Item = &str> {
        let budget = self
            .budget
            .as_ref()
            .map(|_| Capability::CostBudget.as_str());
        self.grants.keys().map(Capability::as_str).chain(budget)
    }

    fn covers(&self, capability: &Capability, target: &Target) -> bool {
        self.patterns(capability)
            .is_some_and(|patterns| patterns.iter().any(|pattern| pattern.matches(target)))
    }
}

/// All that bounds one job: its lease, its end, its counters and those of the jobs above it.
///
/// Clones share the counters, and so do parent and child jobs; both may be used from any thread.
#[derive(Debug, Clone)]
pub struct Authority {
    lease: Arc<Lease>,
    expires_at: Option<Timestamp>,
    budget: Budget,
    models: ModelPolicy,
}

impl Authority {
    /// The authority of a job that a client submitted. `job` names it in what [`charge`](Self::charge) returns.
    pub fn new(
        job: impl Into<Arc<str>>,
        lease: Lease,
        expires_at: Option<Timestamp>,
        models: ModelPolicy,
    ) -> Self {
        let budget = Budget::new(job, lease.amounts().unwrap_or_default());
        Self {
            lease: Arc::new(lease),
            expires_at,
            budget,
            models,
        }
    }

    /// Whether the operation is allowed at `now`: first the end, then the counters, then the lease (§9.3, §9.5, §9.6).
    ///
    /// # Errors
    /// The first reason against it. A target that cannot be read is denied like one that is not covered.
    pub fn check(&self, operation: &Operation<'_>, now: Timestamp) -> Result<(), Denied> {
        let denied = |code, reason: String| Denied {
            code,
            message: format!("{} is refused: {reason}", operation.describe()),
        };
        if let Some(end) = self.expires_at.filter(|end| now >= *end) {
            return Err(denied(
                DenialCode::LeaseExpired,
                format!("the lease expired at {end}"),
            ));
        }
        if let Some(used_up) = self.budget.exhausted() {
            return Err(denied(DenialCode::BudgetExhausted, used_up.to_string()));
        }
        let (capability, target) = operation
            .resolve()
            .map_err(|reason| denied(DenialCode::PermissionDenied, reason))?;
        let covered =
            self.lease.covers(&capability, &target) || self.models.covers(&self.lease, &capability);
        if covered {
            Ok(())
        } else {
            Err(denied(
                DenialCode::PermissionDenied,
                "the lease does not cover it".to_owned(),
            ))
        }
    }

    /// Counts a cost against this job and every job above it that has a counter in the currency (§9.6).
    ///
    /// Returns what remains of each changed counter, this job first. Costs are told after the fact, so a counter may
    /// fall below zero; no operation is allowed from then on. A currency without a counter changes nothing.
    ///
    /// # Errors
    /// When the amount is negative. Then nothing was counted.
    pub fn charge(&self, currency: &str, amount: Decimal) -> Result<Vec<Remaining>, Refusal> {
        self.budget.charge(currency, amount)
    }

    /// What remains of the job's own counters; below zero when more was spent than allowed.
    pub fn remaining(&self) -> BTreeMap<Currency, Decimal> {
        self.budget.remaining()
    }

    /// Derives the authority of a child job, sharing the counters of this one and of those above it (§9.4, §10).
    ///
    /// Whether the agent may be delegated to at all is asked by [`check`](Self::check) before.
    ///
    /// # Errors
    /// When the child asks for more than this job has: `LEASE_SUBSET_VIOLATION`.
    pub fn delegate(
        &self,
        job: impl Into<Arc<str>>,
        child: &Lease,
        expires_at: Option<Timestamp>,
    ) -> Result<Self, Violation> {
        let effective = subset::subset(
            &subset::Request {
                lease: child,
                expires_at,
            },
            self,
        )?;
        let budget = self
            .budget
            .child(job, effective.lease.amounts().unwrap_or_default());
        Ok(Self {
            lease: Arc::new(effective.lease),
            expires_at: effective.expires_at,
            budget,
            models: self.models,
        })
    }

    /// The effective lease.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// From when on nothing is allowed any more; `None` when the lease has no end.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Whether the end has come at `now`. The instant itself is already too late (§9.5).
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }
}

/// The pattern language of a capability; `None` for `cost.budget`, which holds amounts.
fn dialect_of(capability: &Capability) -> Option<Dialect> {
    match capability {
        Capability::FsRead | Capability::FsWrite => Some(Dialect::Path),
        Capability::NetFetch => Some(Dialect::Url),
        Capability::AgentDelegate => Some(Dialect::Agent),
        Capability::ToolCall | Capability::ModelUse | Capability::Vendor(_) => Some(Dialect::Name),
        Capability::CostBudget => None,
    }
}

fn each<T>(
    name: &str,
    entries: &[String],
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Refusal> {
    let read = |(at, entry): (usize, &String)| {
        read(entry).map_err(|reason| Refusal::new(entry_path(name, Some(at)), reason))
    };
    entries.iter().enumerate().map(read).collect()
}

/// The JSON path of a capability in a request, or of one of its entries.
fn entry_path(name: &str, at: Option<usize>) -> String {
    let entry = at.map(|at| format!("[{at}]")).unwrap_or_default();
    format!("lease_request[{}]{entry}", quoted(name))
}

fn quoted(text: &str) -> String {
    format!("{:?}", shorten(text))
}

/// At most about 200 bytes of a text that somebody else wrote.
fn shorten(text: &str) -> String {
    const MOST: usize = 200;
    if text.len() <= MOST {
        text.to_owned()
    } else {
        format!("{}…", &text[..text.floor_char_boundary(MOST)])
    }
}
