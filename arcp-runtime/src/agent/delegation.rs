//! Sub-agents: asking for one, and following what it does (§10).

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use arcp_generated::common::{AgentRef, CallId, DelegateId, Json};
use arcp_generated::error::ErrorCode;
use arcp_generated::event::{Delegate, EventBody};
use arcp_generated::job;
use arcp_generated::lease::{Lease, LeaseConstraints};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;

use super::{AgentError, Call, JobContext};
use crate::id::JobKey;
use crate::protocol::core::Input;
use crate::protocol::lease::grant::{self, wrong};
use crate::protocol::refusal::Refusal;
use crate::server::children::{News, Stage};
use crate::server::delegate::{self, Asked};
use crate::store::{EntryKind, PageLimit};

/// Entries that are read from the store in one go.
const PAGE: PageLimit = PageLimit {
    entries: 64,
    bytes: 1 << 20,
};

/// A sub-agent that is about to be asked for. Await it.
///
/// What it is not given it does not have: without [`grant`](Self::grant) or [`lease`](Self::lease) it may do nothing. Bounds that it is not given it inherits:
/// the job's end, and what is left of its budget. What it spends is spent by the job as well. What cannot be said in a frame is told when it is awaited.
#[derive(Debug)]
#[must_use = "await it, or nothing is delegated"]
pub struct Delegation {
    context: JobContext,
    /// What is asked for, or what is wrong with it.
    wish: Result<Wish, String>,
}

#[derive(Debug)]
struct Wish {
    agent: AgentRef,
    input: Json,
    lease: Lease,
    constraints: Option<LeaseConstraints>,
}

impl Delegation {
    pub(super) fn new(context: JobContext, agent: &str, input: impl Serialize) -> Self {
        let agent = AgentRef::try_from(agent)
            .map_err(|error| wrong(&format!("the agent `{agent}`"), &error));
        let input = Json::from_serialize(&input).map_err(|error| wrong("the input", &error));
        let wish = agent.and_then(|agent| {
            Ok(Wish {
                agent,
                input: input?,
                lease: Lease::default(),
                constraints: None,
            })
        });
        Self { context, wish }
    }

    /// Gives the sub-agent a capability: no more of it than the job has itself (§9.4). Calls add up.
    pub fn grant<P: AsRef<str>>(
        self,
        capability: impl AsRef<str>,
        patterns: impl IntoIterator<Item = P>,
    ) -> Self {
        self.with(|wish| grant::add(&mut wish.lease, capability.as_ref(), patterns))
    }

    /// When its lease ends: not later than the job's own (§9.5).
    pub fn expires_at(self, at: Timestamp) -> Self {
        self.with(|wish| {
            let constraints = wish.constraints.take().unwrap_or_default();
            wish.constraints = Some(constraints.with_expires_at(grant::end(at)?));
            Ok(())
        })
    }

    /// What the sub-agent may do, in place of what was granted before.
    pub fn lease(self, lease: Lease) -> Self {
        self.with(|wish| {
            wish.lease = lease;
            Ok(())
        })
    }

    /// What else bounds the lease, in place of what was said before (§9.5).
    pub fn constraints(self, constraints: LeaseConstraints) -> Self {
        self.with(|wish| {
            wish.constraints = Some(constraints);
            Ok(())
        })
    }

    fn with(mut self, step: impl FnOnce(&mut Wish) -> Result<(), String>) -> Self {
        // The first mistake is the one that is told.
        self.wish = self.wish.and_then(|mut wish| {
            step(&mut wish)?;
            Ok(wish)
        });
        self
    }

    async fn start(self) -> Result<Delegated, AgentError> {
        let Self { context, wish } = self;
        let wish = wish.map_err(|wrong| AgentError::new(ErrorCode::InvalidRequest, wrong))?;
        let Wish {
            agent,
            input,
            lease,
            constraints,
        } = wish;
        delegate::readable(&agent, &lease, constraints.as_ref(), context.features())
            .map_err(|refusal| refused(&refusal))?;
        let desk = context.desk().clone();
        let now = desk.clock.now();
        let name = format!("del_{}", desk.mint.ulid(now.wall));
        let delegate_id = DelegateId::try_from(name.as_str())?;
        let mut event = Delegate::new(agent.clone())
            .with_input(input.clone())
            .with_delegate_id(delegate_id.clone())
            .with_lease_request(lease.clone());
        event.lease_constraints.clone_from(&constraints);
        let deed = context.delegation_span(agent.as_str(), &name);
        context.emit(EventBody::Delegate(event)).await?;

        let call = Call::new(context.clone(), CallId::try_from(name)?, deed.clone());
        let asked = Asked {
            parent: context.key(),
            delegate_id,
            agent,
            input,
            lease,
            constraints,
        };
        let allowed = delegate::named(&asked, &desk, |operation| context.allowed(operation));
        if let Err(error) = allowed {
            return Err(call.refuse(error).await?);
        }
        let answer =
            match delegate::prepare(asked, context.authority(), context.features(), &desk, now) {
                Ok(child) => {
                    let (key, agent_ref) = (child.key, child.agent_ref.as_str().to_owned());
                    let mut news = desk.children.await_news(key, deed.span().clone());
                    if let Err(stopped) = desk.inbox.tell(Input::Delegate(Box::new(child))).await {
                        desk.children.forget(key);
                        return Err(stopped.into());
                    }
                    accepted(&mut news).await.map(|()| {
                        deed.accepted(key);
                        Delegated {
                            context,
                            key,
                            agent_ref,
                            news,
                            read: 0,
                            page: Vec::new().into_iter(),
                        }
                    })
                }
                Err(refusal) => Err(refused(&refusal)),
            };
        if let Err(error) = &answer {
            call.fail(error).await?;
        }
        answer
    }
}

impl IntoFuture for Delegation {
    type Output = Result<Delegated, AgentError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    /// Emits the `delegate` event and waits until the child was accepted, or refused: then the `tool_result` that says so was emitted too.
    ///
    /// # Errors
    /// `PERMISSION_DENIED`, `LEASE_EXPIRED` or `BUDGET_EXHAUSTED` when the job may not delegate, `LEASE_SUBSET_VIOLATION` when the child
    /// would get more than the job has, `AGENT_NOT_AVAILABLE`, `AGENT_VERSION_NOT_AVAILABLE`, `INVALID_REQUEST` for input or a lease that
    /// cannot be read, `INTERNAL_ERROR` with `details.cap` when there are too many jobs, `CANCELLED` when the job itself has to end.
    ///
    /// # Cancel safety
    /// Dropped in the middle, a child may run that nobody holds; it ends with the job at the latest.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

/// A child job. Dropping it changes nothing: the child runs until it ends, or until the job ends that delegated it.
#[derive(Debug)]
pub struct Delegated {
    context: JobContext,
    key: JobKey,
    agent_ref: String,
    news: watch::Receiver<News>,
    /// The child's entry that was read last.
    read: u64,
    page: std::vec::IntoIter<crate::store::Entry>,
}

impl Delegated {
    /// The child's id on the wire.
    pub fn job_id(&self) -> String {
        self.key.to_string()
    }

    /// The agent that runs, as `name@version`.
    pub fn agent_ref(&self) -> &str {
        &self.agent_ref
    }

    /// The child's next event; `None` once all were given out and the child has ended.
    ///
    /// Events are read from the child's log. A reader who comes too late for some of them, because the log is bounded, goes on with the oldest that is left.
    ///
    /// # Errors
    /// The log cannot be read, or the runtime has stopped.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, no event is lost.
    pub async fn next_event(&mut self) -> Result<Option<job::Event>, AgentError> {
        loop {
            for entry in self.page.by_ref() {
                self.read = entry.seq;
                if !matches!(
                    entry.kind,
                    EntryKind::Result | EntryKind::Streamed | EntryKind::Error
                ) {
                    return Ok(Some(serde_json::from_slice(&entry.payload)?));
                }
            }
            let (last, ended) = {
                let news = self.news.borrow_and_update();
                (news.last, matches!(news.stage, Stage::Ended(..)))
            };
            if self.read < last {
                let page = self.context.desk().store.history(self.key, self.read, PAGE);
                self.page = page.await?.into_iter();
                if self.page.len() == 0 {
                    // What there was is not kept any more.
                    self.read = last;
                }
            } else if ended {
                return Ok(None);
            } else {
                self.news.changed().await.map_err(|_| stopped())?;
            }
        }
    }

    /// Waits for the child's end and gives its inline result. The result of a child that streamed is in its `result_chunk` events; here it is `null`.
    ///
    /// # Errors
    /// How the child failed: its code, message and details; or the runtime has stopped.
    ///
    /// # Cancel safety
    /// Can be dropped and called again.
    pub async fn result(&mut self) -> Result<Json, AgentError> {
        let ended = self
            .news
            .wait_for(|news| matches!(news.stage, Stage::Ended(..)))
            .await
            .map_err(|_| stopped())?
            .clone();
        match ended.stage {
            Stage::Ended(EntryKind::Error, payload) => {
                let error: job::Error = serde_json::from_slice(&payload)?;
                Err(failed(error))
            }
            Stage::Ended(_, payload) => {
                let result: job::Result = serde_json::from_slice(&payload)?;
                Ok(result.result.unwrap_or_else(Json::null))
            }
            _ => Err(stopped()),
        }
    }

    /// Asks the child to stop (§7.4). It ends within the grace period, with `CANCELLED`.
    ///
    /// # Errors
    /// The runtime has stopped.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, the child was not asked.
    pub async fn cancel(&self, reason: impl Into<String>) -> Result<(), AgentError> {
        let input = Input::CancelChild {
            parent: self.context.key(),
            child: self.key,
            reason: Some(reason.into()),
        };
        self.context.tell(input).await
    }
}

async fn accepted(news: &mut watch::Receiver<News>) -> Result<(), AgentError> {
    let decided = news
        .wait_for(|news| !matches!(news.stage, Stage::Asked))
        .await
        .map_err(|_| stopped())?;
    match &decided.stage {
        Stage::Refused(refusal) => Err(refused(refusal)),
        _ => Ok(()),
    }
}

fn refused(refusal: &Refusal) -> AgentError {
    let mut error = AgentError::new(refusal.code.clone(), refusal.message.clone());
    error.details.clone_from(&refusal.details);
    error
}

fn failed(error: job::Error) -> AgentError {
    let mut failure = AgentError::new(error.code, error.message);
    failure.retryable = error.retryable;
    failure.details = error
        .details
        .and_then(|details| serde_json::to_value(&details).ok())
        .and_then(|details| details.as_object().cloned());
    failure
}

fn stopped() -> AgentError {
    crate::server::lanes::Stopped.into()
}
