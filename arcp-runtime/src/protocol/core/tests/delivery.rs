//! Committing, carrying out and crashing: what a driver, its connections and its store do, without waiting for anything.

use std::sync::Arc;

use super::check::witnessed_by_client;
use super::client::{Client, Got, Who, json};
use super::shape::Shape;
use super::stored::Stored;
use super::world::{Run, World};
use crate::id::{CredentialKey, SessionKey};
use crate::protocol::core::{Core, Effect, Input, Output};
use crate::protocol::frame::{Frame, message_type};
use crate::protocol::handshake::Attach;
use crate::store::EntryKind;

/// Where a process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crash {
    /// What collected is not stored, and nobody heard of it.
    BeforeCommit,
    /// It is stored, and nobody heard of it.
    BeforeTelling,
}

impl World {
    /// Makes durable what collected, and then tells everybody.
    pub(super) fn commit(&mut self) {
        let Output { records, effects } = std::mem::take(&mut self.pending);
        self.stored.apply_all(&records);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    /// Lets everything happen that needs no time.
    pub(super) fn settle(&mut self) {
        loop {
            self.commit();
            if let Some(conn) = self.gone.pop_front() {
                self.tell(Input::Detached(conn));
            } else if let Some(lookup) = self.lookups.pop_front_if(|_| !self.hold_lookups) {
                let known = self.stored.look_up(&lookup);
                self.tell(Input::LookedUp(lookup, Some(known)));
            } else {
                break;
            }
        }
        assert_eq!(Shape::of(&self.core), Shape::of_stored(&self.stored));
    }

    /// The process dies and another one starts with what is stored.
    pub(super) fn crash(&mut self, crash: Crash) {
        let Output { records, .. } = std::mem::take(&mut self.pending);
        if crash == Crash::BeforeTelling {
            let known = Shape::of(&self.core);
            self.stored.apply_all(&records);
            assert_eq!(
                known,
                Shape::of_stored(&self.stored),
                "the records say it all"
            );
        }
        self.emitted = self.stored.clone();
        for client in &mut self.clients {
            (client.conn, client.welcomed) = (None, false);
        }
        self.gone.clear();
        self.lookups.clear();
        self.provisions.clear();
        self.revokes.clear();
        self.runs.clear();
        self.bounds.clear();
        let (core, out) = self.recovered();
        self.core = core;
        self.collect(out);
    }

    /// A core that starts with what is stored.
    pub(super) fn recovered(&self) -> (Core, Output) {
        let mut core = self.empty_core();
        let mut out = Output::default();
        core.recover(self.stored.recovered(), self.now, &mut out);
        (core, out)
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Attach(attach) => self.attach(&attach),
            Effect::Refuse {
                conn,
                refusal,
                code,
            } => {
                if let Some(client) = self.client_at(|client| client.conn == Some(conn)) {
                    (client.refused, client.closed) = (Some(refusal), Some(code));
                    client.conn = None;
                    self.gone.push_back(conn);
                }
            }
            Effect::Send(session, frame) | Effect::Announce(session, frame) => {
                self.say(session, frame);
            }
            Effect::List(session, page) => self.say(session, page.into_frame()),
            Effect::Deliver(session, frame) => {
                let through = frame.event_seq.expect("a delivery has a number");
                self.read(session, through - 1);
                self.deliver(session, frame);
            }
            Effect::Replay { session, through } => self.read(session, through),
            Effect::Evict { conn, last, code } => {
                if let Some(client) = self.client_at(|client| client.conn == Some(conn)) {
                    client.frames.extend(last);
                    client.closed = Some(code);
                    (client.conn, client.welcomed) = (None, false);
                    self.gone.push_back(conn);
                }
            }
            Effect::LookUp(lookup) => self.lookups.push_back(lookup),
            Effect::Start(launch) => {
                self.runs.insert(launch.about.key, Run::default());
            }
            Effect::Stop(job) => {
                if let Some(run) = self.runs.get_mut(&job) {
                    run.stopped = true;
                }
            }
            Effect::Ended(job, _) => {
                self.runs.remove(&job);
            }
            Effect::Provision(provision) => self.provisions.push_back(*provision),
            Effect::Revoke(order) => self.revokes.push_back(order),
            Effect::Delegated { child, refused } => {
                self.delegated.insert(child, refused);
            }
            Effect::Returned(job, ..) => self.returned.push(job),
            _ => {}
        }
    }

    fn client_at(&mut self, is: impl Fn(&Client) -> bool) -> Option<&mut Client> {
        self.clients.iter_mut().find(|client| is(client))
    }

    /// Whoever has a connection of the session.
    fn attached(&self, session: SessionKey) -> Option<Who> {
        let is = |client: &Client| client.welcomed && client.session == Some(session);
        self.clients.iter().position(is)
    }

    fn attach(&mut self, attach: &Attach) {
        let Some(client) = self.client_at(|client| client.conn == Some(attach.conn)) else {
            return;
        };
        let welcome = json(&attach.welcome.payload);
        client.token = welcome["resume_token"].as_str().unwrap().to_owned();
        client.session = Some(attach.session);
        client.welcomed = true;
        assert_eq!(client.last(), attach.after, "a resume goes on where it was");
        assert_eq!(client.principal, attach.principal);
        self.read(attach.session, attach.last);
    }

    fn say(&mut self, session: SessionKey, frame: Frame) {
        if let Some(who) = self.attached(session) {
            witnessed_by_client(&frame, &self.clients[who].principal, &self.stored);
            self.clients[who].frames.push(frame);
        }
    }

    /// Reads from the store, up to `through`, what the session's client does not have. A reader that is too slow is cut off.
    fn read(&mut self, session: SessionKey, through: u64) {
        let Some(who) = self.attached(session) else {
            return;
        };
        for number in self.clients[who].last() + 1..=through {
            let held = self.stored.sessions.get(&session);
            let Some(found) = held.and_then(|held| held.deliveries.get(&number)) else {
                assert!(
                    held.is_none_or(|held| number <= held.trimmed),
                    "{number} is lost"
                );
                let client = &mut self.clients[who];
                client.welcomed = false;
                self.gone.extend(client.conn.take());
                return;
            };
            let got = Got {
                seq: number,
                job: found.job,
                kind: message_type(found.kind),
                payload: found.payload.clone(),
            };
            self.clients[who].events.push(got);
        }
    }

    fn deliver(&mut self, session: SessionKey, frame: Frame) {
        let Some(who) = self.attached(session) else {
            return;
        };
        witnessed_by_client(&frame, &self.clients[who].principal, &self.stored);
        let got = Got {
            seq: frame.event_seq.unwrap(),
            job: frame.about.expect("of a job").key,
            kind: frame.message_type,
            payload: frame.payload,
        };
        assert_eq!(
            got.seq,
            self.clients[who].last() + 1,
            "no gap, nothing twice"
        );
        self.clients[who].events.push(got);
    }

    /// What a client got is what is stored under the same numbers, as far as that is kept.
    pub(super) fn agree(&self, stored: &Stored) {
        for client in &self.clients {
            let held = client
                .session
                .and_then(|session| stored.sessions.get(&session));
            let Some(held) = held else {
                continue;
            };
            assert!(
                client.last() <= held.last,
                "nobody was told what is not stored"
            );
            for got in &client.events {
                if let Some(kept) = held.deliveries.get(&got.seq) {
                    assert_eq!((got.job, &got.kind), (kept.job, &message_type(kept.kind)));
                    // A secret is told and not stored.
                    let secret = kept.kind == EntryKind::Credential;
                    assert!(got.payload == kept.payload || secret, "{} differs", got.seq);
                }
            }
        }
    }

    /// Whether an upstream is, or is about to be, asked to revoke this credential.
    pub(super) fn is_being_revoked(&self, handle: CredentialKey) -> bool {
        let pending = self
            .pending
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Revoke(order) => Some(order),
                _ => None,
            });
        let mut orders = self.revokes.iter().chain(pending);
        orders.any(|order| order.handle == handle)
    }

    fn empty_core(&self) -> Core {
        let mint = Arc::clone(&self.mint) as Arc<dyn crate::id::Mint>;
        let mut core = Core::new(self.limits.clone(), mint, super::world::offer());
        core.provision_from(vec![super::world::source()]);
        core
    }
}
