//! Clients, agents and upstreams around one core, as values. Time stands still until a test says otherwise.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arcp_generated::message::MessageType;
use arcp_generated::session::{Feature, RuntimeInfo};
use jiff::Timestamp;

use super::client::{Client, Who};
use super::stored::Stored;
use super::wish::Wish;
use crate::clock::Now;
use crate::id::{JobKey, Mint, Ulid};
use crate::limits::Limits;
use crate::protocol::core::{ConnKey, Core, Effect, Input, Output};
use crate::protocol::credential::{Errand, Order, Provision, Source};
use crate::protocol::features::Features;
use crate::protocol::handshake::{Hello, Offer, Resume, hash_token};
use crate::protocol::principal::Principal;
use crate::protocol::refusal::Refusal;
use crate::protocol::subscription::Lookup;
use crate::store::Record;

/// The least that time can pass.
pub(super) const INSTANT: Duration = Duration::from_nanos(1);

/// Numbers instead of chance.
#[derive(Debug, Default)]
pub(super) struct Counting(AtomicU64);

impl Mint for Counting {
    fn ulid(&self, _: Timestamp) -> Ulid {
        Ulid(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1))
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        secret
    }
}

/// An agent that was started and has not ended.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) stopped: bool,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) core: Core,
    pub(super) limits: Limits,
    pub(super) now: Now,
    pub(super) mint: Arc<Counting>,
    /// What is durable.
    pub(super) stored: Stored,
    /// What would be if everything so far were committed.
    pub(super) emitted: Stored,
    pub(super) pending: Output,
    pub(super) clients: Vec<Client>,
    conns: u64,
    /// Connections that have ended and have not said so.
    pub(super) gone: VecDeque<ConnKey>,
    /// Looks into logs that wait for their answer; answered by [`World::settle`] unless they are held.
    pub(super) lookups: VecDeque<Lookup>,
    pub(super) hold_lookups: bool,
    pub(super) provisions: VecDeque<Provision>,
    pub(super) revokes: VecDeque<Order>,
    pub(super) runs: BTreeMap<JobKey, Run>,
    /// How long each job to be may run, and when its lease ends.
    wished: BTreeMap<JobKey, (Option<Duration>, Option<Timestamp>)>,
    /// When each job has to end at the latest: by its runtime, and by its lease.
    pub(super) bounds: BTreeMap<JobKey, [Option<Duration>; 2]>,
    /// What became of delegations.
    pub(super) delegated: BTreeMap<JobKey, Option<Refusal>>,
    pub(super) returned: Vec<JobKey>,
}

pub(super) fn offer() -> Offer {
    Offer {
        runtime: RuntimeInfo::new("world".to_owned()),
        features: Features::of(Feature::ALL),
        agents: Vec::new(),
    }
}

pub(super) fn source() -> Source {
    Source {
        name: "bank".into(),
        wants: Arc::new(|grant| grant.agent.starts_with("paid")),
    }
}

impl World {
    pub(super) fn new(limits: Limits) -> Self {
        let mint = Arc::new(Counting::default());
        let mut core = Core::new(limits.clone(), Arc::clone(&mint) as Arc<dyn Mint>, offer());
        core.provision_from(vec![source()]);
        Self {
            core,
            limits,
            now: Now {
                mono: Duration::from_secs(100),
                wall: Timestamp::from_second(1_800_000_000).unwrap(),
            },
            mint,
            stored: Stored::default(),
            emitted: Stored::default(),
            pending: Output::default(),
            clients: Vec::new(),
            conns: 0,
            gone: VecDeque::new(),
            lookups: VecDeque::new(),
            hold_lookups: false,
            provisions: VecDeque::new(),
            revokes: VecDeque::new(),
            runs: BTreeMap::new(),
            wished: BTreeMap::new(),
            bounds: BTreeMap::new(),
            delegated: BTreeMap::new(),
            returned: Vec::new(),
        }
    }

    /// Somebody who has not connected yet.
    pub(super) fn client(&mut self, principal: &str, features: Features) -> Who {
        self.clients.push(Client {
            principal: Principal::new(principal),
            features,
            conn: None,
            welcomed: false,
            session: None,
            token: String::new(),
            events: Vec::new(),
            frames: Vec::new(),
            refused: None,
            closed: None,
        });
        self.clients.len() - 1
    }

    /// Somebody with a session and every feature.
    pub(super) fn joined(&mut self, principal: &str) -> Who {
        let who = self.client(principal, Features::of(Feature::ALL));
        self.hello(who);
        self.settle();
        assert!(
            self.clients[who].welcomed,
            "{:?}",
            self.clients[who].refused
        );
        who
    }

    fn connect(&mut self, who: Who) -> ConnKey {
        self.conns += 1;
        let conn = ConnKey(self.conns);
        let client = &mut self.clients[who];
        self.gone.extend(client.conn.replace(conn));
        (client.welcomed, client.refused, client.closed) = (false, None, None);
        conn
    }

    pub(super) fn hello(&mut self, who: Who) {
        let conn = self.connect(who);
        let client = &mut self.clients[who];
        client.session = None;
        client.events.clear();
        let hello = Hello {
            principal: client.principal.clone(),
            features: client.features,
        };
        self.tell(Input::Open(conn, Box::new(hello)));
    }

    /// A resume with what the client knows.
    pub(super) fn resume(&mut self, who: Who) {
        let client = &self.clients[who];
        let (token, last) = (client.token.clone(), client.last());
        self.resume_with(who, &token, last);
    }

    pub(super) fn resume_with(&mut self, who: Who, token: &str, last_event_seq: u64) {
        let conn = self.connect(who);
        let client = &self.clients[who];
        let resume = Resume {
            principal: Some(client.principal.clone()),
            session: client.session.map(|session| session.to_string()),
            token_hash: hash_token(token),
            last_event_seq,
        };
        self.tell(Input::Resume(conn, Box::new(resume)));
    }

    /// The client's connection is cut.
    pub(super) fn cut(&mut self, who: Who) {
        let client = &mut self.clients[who];
        client.welcomed = false;
        if let Some(conn) = client.conn.take() {
            self.tell(Input::Detached(conn));
        }
    }

    pub(super) fn conn(&self, who: Who) -> ConnKey {
        self.clients[who].conn.expect("the client is connected")
    }

    /// Submits and answers with the job, if there is one.
    pub(super) fn submit(&mut self, who: Who, wish: &Wish) -> Option<JobKey> {
        let submission = self.submission(wish);
        self.tell(Input::Submit(self.conn(who), Box::new(submission)));
        self.settle();
        let frame = self.clients[who].frames.last()?;
        let accepted = frame.message_type == MessageType::JobAccepted;
        accepted.then(|| frame.about.as_ref().expect("of a job").key)
    }

    /// A job of this client that has begun.
    pub(super) fn running(&mut self, who: Who, wish: &Wish) -> JobKey {
        let job = self.submit(who, wish).expect("the job is accepted");
        self.tell(Input::Started(job));
        job
    }

    /// Lets something happen. Nobody hears of it before it is committed.
    pub(super) fn tell(&mut self, input: Input) {
        let wished = match &input {
            Input::Submit(_, submission) => {
                let prepared = submission.prepared.as_ref().ok();
                prepared.map(|prepared| (prepared.max_runtime, prepared.expires_at))
            }
            Input::Delegate(child) => Some((child.max_runtime, child.authority.expires_at())),
            _ => None,
        };
        let mut out = Output::default();
        self.core.handle(input, self.now, &mut out);
        if let Some((wished, job)) = wished.zip(job_to_be(&out)) {
            self.wished.insert(job, wished);
        }
        self.collect(out);
    }

    /// Lets time pass, up to the last instant before `time` is over.
    pub(super) fn almost(&mut self, time: Duration) {
        self.pass(time.saturating_sub(INSTANT));
    }

    /// Lets time pass, and everything happen that falls due, each at its moment.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now.mono + time;
        loop {
            let next = self
                .core
                .deadline()
                .unwrap_or(end)
                .clamp(self.now.mono, end);
            self.now.wall += next.saturating_sub(self.now.mono);
            self.now.mono = next;
            let mut out = Output::default();
            self.core.expire(self.now, &mut out);
            self.collect(out);
            if self.core.deadline().is_none_or(|at| at > end) {
                break;
            }
        }
        self.now.wall += end.saturating_sub(self.now.mono);
        self.now.mono = end;
    }

    pub(super) fn collect(&mut self, mut out: Output) {
        for record in &out.records {
            self.emitted.apply(record);
            if let Record::JobAccepted(row) = record
                && let Some((max_runtime, expires_at)) = self.wished.remove(&row.job)
            {
                let lease = expires_at.map(|at| {
                    let left = Duration::try_from(at.duration_since(self.now.wall));
                    left.unwrap_or_default() + self.limits.lease_grace
                });
                let bounds = [max_runtime, lease].map(|after| Some(self.now.mono + after?));
                self.bounds.insert(row.job, bounds);
            }
        }
        for effect in &out.effects {
            super::check::witnessed(effect, &self.emitted);
        }
        self.pending.records.append(&mut out.records);
        self.pending.effects.append(&mut out.effects);
        super::check::whole(self);
    }
}

/// The job that a submit or a delegation leads to, at once or when its credentials are there.
fn job_to_be(out: &Output) -> Option<JobKey> {
    let accepted = out.records.iter().find_map(|record| match record {
        Record::JobAccepted(row) => Some(row.job),
        _ => None,
    });
    let waiting = out.effects.iter().find_map(|effect| match effect {
        Effect::Provision(provision) => match provision.errand {
            Errand::Job(job) => Some(job),
            Errand::Rotation(_) => None,
        },
        _ => None,
    });
    accepted.or(waiting)
}
