//! What clients, agents and upstreams say, in one line each.

use arcp_generated::common::Json;
use arcp_generated::error::ErrorCode;
use arcp_generated::job::Subscribe;

use super::client::Who;
use super::wish::Wish;
use super::world::World;
use crate::id::{JobKey, Mint as _};
use crate::protocol::core::Input;
use crate::protocol::credential::Issued;
use crate::protocol::delegation::Child;
use crate::protocol::features::Features;
use crate::protocol::idempotency::Prepared;
use crate::protocol::job::{Failure, Outcome};
use crate::protocol::lease::Authority;
use crate::protocol::lease::model_use::ModelPolicy;
use crate::store::EntryKind;

impl World {
    pub(super) fn cancel(&mut self, who: Who, job: JobKey) {
        let conn = self.conn(who);
        self.tell(Input::Cancel {
            conn,
            request: "m2".to_owned(),
            job: job.to_string(),
            reason: Some("enough".to_owned()),
        });
        self.settle();
    }

    pub(super) fn emit(&mut self, job: JobKey, text: &str) {
        self.emit_kind(job, EntryKind::Event, text);
        self.settle();
    }

    pub(super) fn emit_kind(&mut self, job: JobKey, kind: EntryKind, text: &str) {
        let payload = serde_json::to_vec(&serde_json::json!({"text": text})).unwrap();
        let payload = payload.into();
        self.tell(Input::Emit { job, kind, payload });
    }

    pub(super) fn finish(&mut self, job: JobKey) {
        self.tell(Input::Finish(job, Outcome::Result(Json::null())));
        self.settle();
    }

    pub(super) fn fail(&mut self, job: JobKey) {
        let failure = Failure::new(ErrorCode::InvalidRequest, "it does not work");
        self.tell(Input::Finish(job, Outcome::Failure(failure)));
        self.settle();
    }

    /// Asks to follow a job: from now on, or with what came after a number of its owner.
    pub(super) fn subscribe(&mut self, who: Who, job: JobKey, history: Option<u64>) {
        let job_id = job.to_string().try_into().unwrap();
        let mut subscribe = Subscribe::new(job_id).with_history(history.is_some());
        subscribe.from_event_seq = history;
        let conn = self.conn(who);
        self.tell(Input::Subscribe {
            conn,
            request: "m3".try_into().unwrap(),
            subscribe,
            written: self.clients[who].last(),
        });
    }

    /// A job delegates; answers with the child, if there is one.
    pub(super) fn delegate(&mut self, parent: JobKey, wish: &Wish) -> Option<JobKey> {
        let key = self.ask_to_delegate(parent, wish);
        self.settle();
        let refused = self.delegated.get(&key).cloned();
        refused
            .is_some_and(|refused| refused.is_none())
            .then_some(key)
    }

    pub(super) fn ask_to_delegate(&mut self, parent: JobKey, wish: &Wish) -> JobKey {
        let key = JobKey(self.mint.ulid(self.now.wall));
        let Ok(Prepared {
            agent,
            agent_ref,
            input,
            lease,
            compiled,
            expires_at,
            max_runtime,
            ..
        }) = self.submission(wish).prepared
        else {
            unreachable!("wishes are prepared");
        };
        let authority = Authority::new(
            key.to_string(),
            compiled,
            expires_at,
            ModelPolicy::default(),
        );
        self.tell(Input::Delegate(Box::new(Child {
            key,
            parent,
            delegate_id: "del_1".try_into().unwrap(),
            agent,
            agent_ref,
            input,
            lease,
            constraints: None,
            authority,
            max_runtime,
            features: Features::default(),
        })));
        key
    }

    /// The upstream gives out what it was asked for first.
    pub(super) fn issue(&mut self, value: &str) {
        let provision = self.provisions.pop_front().expect("the upstream was asked");
        let issued = provision.orders.iter().map(|_| {
            Issued::new(
                value.to_owned().try_into().unwrap(),
                "https://keys.example/v1".try_into().unwrap(),
            )
        });
        let issued = Ok(issued.collect());
        let errand = provision.errand;
        self.tell(Input::Provisioned { errand, issued });
        self.settle();
    }
}
