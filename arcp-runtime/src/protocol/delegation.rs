//! Delegation: a running job gets a child, and a job that ends takes its children along (§10, A-51).
//!
//! Whether the child may have what it asks for is decided before ([`super::lease::subset`]); here it is admitted, stopped and waited for.
//! A parent's terminal message comes after those of all its descendants.

use arcp_generated::common::{DelegateId, Json, ResolvedAgent};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{EventBody, Log as LogEvent, LogLevel};
use arcp_generated::job;
use arcp_generated::lease::{Lease, LeaseConstraints};
use std::time::Duration;

use super::admission::{Admission, Origin};
use super::core::{Core, Effect, Output};
use super::features::Features;
use super::frame::to_payload;
use super::job::{Failure, Outcome};
use super::lease::Authority;
use super::refusal::{Refusal, cut};
use super::timer::Timer;
use crate::clock::{Now, Stamped as _};
use crate::id::JobKey;
use crate::limits::MAX_MESSAGE_BYTES;
use crate::store::EntryKind;

/// A child to be, looked at as far as that needs no state.
#[derive(Debug)]
pub struct Child {
    /// Its key, so that whoever waits for it can say so beforehand.
    pub key: JobKey,
    /// The job that delegates.
    pub parent: JobKey,
    /// The delegation, as the parent's `delegate` event named it.
    pub delegate_id: DelegateId,
    /// Which agent.
    pub agent: usize,
    /// `name@version`.
    pub agent_ref: ResolvedAgent,
    /// The input.
    pub input: Json,
    /// The effective lease, with what it inherits.
    pub lease: Lease,
    /// Its effective constraints.
    pub constraints: Option<LeaseConstraints>,
    /// What it may do. Its counters stand behind those of the jobs above it.
    pub authority: Authority,
    /// The longest it may run.
    pub max_runtime: Option<Duration>,
    /// What the owner's session understands.
    pub features: Features,
}

impl Core {
    /// A job delegates. The answer is an [`Effect::Delegated`].
    pub(super) fn delegate(&mut self, child: Child, now: Now, out: &mut Output) {
        let key = child.key;
        if let Err(refusal) = self.bear(child, now, out) {
            out.effects.push(Effect::Delegated {
                child: key,
                refused: Some(refusal),
            });
        }
    }

    fn bear(&mut self, child: Child, now: Now, out: &mut Output) -> Result<(), Refusal> {
        let over = || Refusal::new(ErrorCode::Cancelled, "the delegating job has to end");
        let parent = self.jobs.get(&child.parent).ok_or_else(over)?;
        if parent.closed() || parent.cancelling.is_some() {
            return Err(over());
        }
        let depth = parent.depth + 1;
        if depth > self.limits.delegation_depth {
            return Err(Refusal::cap(
                "delegation_depth",
                format!("the job is {} delegations deep already", parent.depth),
            ));
        }
        let siblings = parent.children.len()
            + self.admitting(|admission| {
                matches!(&admission.origin, Origin::Delegated { parent, .. } if *parent == child.parent)
            });
        if siblings >= self.limits.children_per_job {
            return Err(Refusal::cap(
                "children_per_job",
                format!("{siblings} children of this job are running already; wait for one to end"),
            ));
        }
        let (owner, principal) = (parent.owner, parent.principal.clone());
        let trace_id = parent.face.trace_id.clone();
        self.room_for_a_job(owner, &principal)?;
        let parent = child.parent;
        self.admit(
            Admission {
                key: child.key,
                owner,
                principal,
                trace_id,
                agent: child.agent,
                agent_ref: child.agent_ref,
                input: child.input,
                lease: child.lease,
                constraints: child.constraints,
                authority: child.authority,
                max_runtime: child.max_runtime,
                // The span that delegates is one of this process; the agent's task knows it.
                caller: None,
                features: child.features,
                origin: Origin::Delegated {
                    parent,
                    depth,
                    delegate_id: child.delegate_id,
                },
            },
            now,
            out,
        )?;
        Ok(())
    }

    /// A parent asks one of its children to stop.
    pub(super) fn cancel_child(
        &mut self,
        parent: JobKey,
        child: JobKey,
        reason: Option<String>,
        now: Now,
        out: &mut Output,
    ) {
        if self
            .jobs
            .get(&child)
            .is_some_and(|job| job.parent == Some(parent))
        {
            let reason = reason.map(|reason| cut(&reason, MAX_MESSAGE_BYTES));
            self.ask_to_stop(child, reason, now, out);
        }
    }

    /// Asks a job and all below it to stop, and gives them all the same grace. Who was asked before keeps its own.
    pub(super) fn ask_to_stop(
        &mut self,
        key: JobKey,
        reason: Option<String>,
        now: Now,
        out: &mut Output,
    ) {
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        if job.ended() {
            return;
        }
        if job.cancelling.is_none() {
            job.cancelling = Some(reason);
            self.timers.set(
                Timer::CancelGrace(key),
                now.mono.saturating_add(self.limits.cancel_grace),
            );
            out.effects.push(Effect::Stop(key));
        }
        self.stop_children(key, "the delegating job was cancelled", now, out);
    }

    fn stop_children(&mut self, key: JobKey, reason: &str, now: Now, out: &mut Output) {
        let children = self
            .jobs
            .get(&key)
            .map(|job| job.children.clone())
            .unwrap_or_default();
        for child in children {
            self.ask_to_stop(child, Some(reason.to_owned()), now, out);
        }
    }

    /// A job with children has its outcome. Its children are asked to stop; when the last of them has ended, it ends too.
    pub(super) fn wind_down(&mut self, key: JobKey, outcome: Outcome, now: Now, out: &mut Output) {
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        let left = job.children.len();
        let abandoned = job.cancelling.is_none() && !matches!(outcome, Outcome::Failure(_));
        job.ending = Some(Box::new(outcome));
        if abandoned {
            let message = format!(
                "the agent returned while {left} of its delegated jobs were running; they are cancelled"
            );
            let event = job::Event::new(EventBody::Log(LogEvent::new(LogLevel::Warn, message)))
                .stamped(|event, at| event.ts = at, now.wall);
            self.append(key, EntryKind::Event, to_payload(&event), now, out);
        }
        self.stop_children(key, "the delegating job has ended", now, out);
    }

    /// A job's time is up: it and all below it end now, the lowest first.
    pub(super) fn end_now(&mut self, key: JobKey, outcome: Outcome, now: Now, out: &mut Output) {
        let Some(job) = self.jobs.get_mut(&key) else {
            return;
        };
        if job.ended() {
            return;
        }
        out.effects.push(Effect::Stop(key));
        if job.children.is_empty() {
            let outcome = job.ending.take().map_or(outcome, |earlier| *earlier);
            return self.end(key, outcome, now, out);
        }
        let failure = if outcome.lease_over() {
            Failure::new(ErrorCode::LeaseExpired, "the job's lease has expired")
        } else {
            Failure::new(ErrorCode::Cancelled, "the delegating job has ended")
        };
        if job.ending.is_none() {
            job.ending = Some(Box::new(outcome));
        }
        for child in job.children.clone() {
            self.end_now(child, Outcome::Failure(failure.clone()), now, out);
        }
    }

    /// A child has ended. A parent that only waited for it ends as well.
    pub(super) fn child_ended(
        &mut self,
        parent: JobKey,
        child: JobKey,
        now: Now,
        out: &mut Output,
    ) {
        let Some(job) = self.jobs.get_mut(&parent) else {
            return;
        };
        job.children.retain(|known| *known != child);
        if job.children.is_empty()
            && let Some(outcome) = job.ending.take()
        {
            self.end(parent, *outcome, now, out);
        }
    }

    /// All jobs below `key` that have not ended, each before its own children.
    pub(super) fn below(&self, key: JobKey) -> Vec<JobKey> {
        let mut found = Vec::new();
        let mut open = vec![key];
        while let Some(job) = open.pop().and_then(|key| self.jobs.get(&key)) {
            found.extend(&job.children);
            open.extend(&job.children);
        }
        found
    }
}
