//! How the value of a credential is replaced while its job runs: the new one is told, the old one is revoked (§9.8.2).

use std::sync::Arc;

use arcp_generated::credential::CredentialValue;
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{EventBody, Status as StatusEvent, StatusPhase};
use arcp_generated::job;

use super::{Errand, Grant, Issued, Order, Provision, Rotate, Rotating, SecretPayload, missing};
use crate::clock::{Now, Stamped as _};
use crate::id::{CredentialKey, JobKey};
use crate::protocol::core::{Core, Effect, Output};
use crate::protocol::frame::to_payload;
use crate::protocol::refusal::Refusal;
use crate::store::EntryKind;

impl Core {
    /// An agent replaces the value of one of its credentials. The answer is an [`Effect::Rotated`].
    pub(in crate::protocol) fn rotate(&mut self, rotate: Rotate, now: Now, out: &mut Output) {
        let Rotate {
            job: key,
            place,
            handle,
            value,
        } = rotate;
        let order = self
            .jobs
            .get(&key)
            .filter(|job| !job.closed())
            .and_then(|job| job.wallet.as_ref())
            .and_then(|wallet| {
                let held = wallet.held();
                held.get(place).map(|held| Arc::clone(&held.order.source))
            })
            .map(|source| Order { handle, source });
        let Some(order) = order else {
            out.effects.push(Effect::Rotated {
                handle,
                refused: Some(Refusal::invalid(format!(
                    "this job has no credential {place}"
                ))),
            });
            return;
        };
        self.owe(&order, key, out);
        let job = self.jobs.get(&key);
        let Some((job, authority)) = job.and_then(|job| Some((job, job.authority.as_ref()?)))
        else {
            return;
        };
        let mut grant = Grant::of(
            key,
            Arc::clone(&job.agent_ref),
            job.principal.clone(),
            authority,
            now,
        );
        grant.value = value;
        out.effects.push(Effect::Provision(Box::new(Provision {
            errand: Errand::Rotation(handle),
            orders: vec![order.clone()],
            grant,
        })));
        let rotating = Rotating {
            job: key,
            place,
            order,
        };
        self.rotating.insert(handle, rotating);
    }

    pub(super) fn reissued(
        &mut self,
        handle: CredentialKey,
        issued: Result<Option<Issued>, Refusal>,
        now: Now,
        out: &mut Output,
    ) {
        let Some(Rotating { job, place, order }) = self.rotating.remove(&handle) else {
            return;
        };
        let refused = match issued {
            Ok(Some(issued)) => match self.replace(job, place, &order, issued, now, out) {
                Some(old) => {
                    out.effects.push(Effect::Revoke(old));
                    None
                }
                None => Some(Refusal::new(ErrorCode::Cancelled, "the job has ended")),
            },
            Ok(None) => Some(missing()),
            Err(refusal) => Some(refusal),
        };
        if refused.is_some() {
            out.effects.push(Effect::Revoke(order));
        }
        out.effects.push(Effect::Rotated { handle, refused });
    }

    /// Puts the new value into the wallet and tells of it: the submitter with the value, everybody else and the store without.
    fn replace(
        &mut self,
        key: JobKey,
        place: usize,
        order: &Order,
        issued: Issued,
        now: Now,
        out: &mut Output,
    ) -> Option<Order> {
        let job = self.jobs.get(&key).filter(|job| !job.closed())?;
        let (old, credential, rotations) = {
            let mut held = job.wallet.as_ref()?.held();
            let held = held.get_mut(place)?;
            held.rotations += 1;
            held.credential = issued.into_credential(held.credential.id.clone());
            (
                std::mem::replace(&mut held.order, order.clone()),
                held.credential.clone(),
                held.rotations,
            )
        };
        let event = |value: Option<CredentialValue>| {
            let mut body = StatusEvent::new(StatusPhase::CredentialRotated);
            body.id = Some(credential.id.clone());
            body.value = value;
            // Counted, so that two of one moment can be told apart without their values.
            body.message = Some(format!("rotation {rotations}"));
            let event = job::Event::new(EventBody::Status(body));
            to_payload(&event.stamped(|event, at| event.ts = at, now.wall))
        };
        let (without, with) = (event(None), event(Some(credential.value.clone())));
        let principal = job.principal.clone();
        out.effects.push(Effect::Secret {
            job: key,
            principal: principal.clone(),
            id: credential.id.clone(),
            without: without.clone(),
            with: SecretPayload(with.clone()),
        });
        let first = out.effects.len();
        self.append(key, EntryKind::Credential, without, now, out);
        for effect in &mut out.effects[first..] {
            if let Effect::Deliver(session, frame) = effect
                && self
                    .sessions
                    .get(session)
                    .is_some_and(|session| session.principal == principal)
            {
                frame.payload = with.clone();
            }
        }
        Some(old)
    }
}
