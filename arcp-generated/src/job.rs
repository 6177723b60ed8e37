// @generated from schema/ by codegen; do not edit
//! The `job.*` messages: submitting, cancelling, following and ending jobs.
/// Where a job stands. A word that is not listed is kept as it came.
///
/// §7.3.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobStatus {
    /// Accepted, and its agent has not started.
    ///
    /// `pending` (§7.3).
    Pending,
    /// Its agent is at work.
    ///
    /// `running` (§7.3).
    Running,
    /// Ended with a result.
    ///
    /// `success` (§7.3).
    Success,
    /// Ended by a failure.
    ///
    /// `error` (§7.3).
    Error,
    /// Ended because it was cancelled.
    ///
    /// `cancelled` (§7.4).
    Cancelled,
    /// Ended because it ran longer than `max_runtime_sec`.
    ///
    /// `timed_out` (§7.3).
    TimedOut,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl JobStatus {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Running,
        Self::Success,
        Self::Error,
        Self::Cancelled,
        Self::TimedOut,
    ];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Success => "success",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "pending" => Self::Pending,
                "running" => Self::Running,
                "success" => Self::Success,
                "error" => Self::Error,
                "cancelled" => Self::Cancelled,
                "timed_out" => Self::TimedOut,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    JobStatus, "a job status", checked, crate ::grammar::job_job_status,
    "must have at most 128 characters"
);
/// How a job ended. A word that is not listed is kept as it came.
///
/// §7.3.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FinalStatus {
    /// With a result; the only status that `job.result` is written with.
    ///
    /// `success` (§7.3).
    Success,
    /// By a failure, an expired lease or a spent budget.
    ///
    /// `error` (§7.3).
    Error,
    /// By a cancellation; goes with the code `CANCELLED`.
    ///
    /// `cancelled` (§7.4).
    Cancelled,
    /// By `max_runtime_sec`; goes with the code `TIMEOUT`.
    ///
    /// `timed_out` (§7.3).
    TimedOut,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl FinalStatus {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Success,
        Self::Error,
        Self::Cancelled,
        Self::TimedOut,
    ];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "success" => Self::Success,
                "error" => Self::Error,
                "cancelled" => Self::Cancelled,
                "timed_out" => Self::TimedOut,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    FinalStatus, "a final status", checked, crate ::grammar::job_final_status,
    "must have at most 128 characters"
);
/// What to run, with what authority.
///
/// §7.1.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Submit {
    /// Which agent. `name@version` needs the feature `agent_versions`.
    ///
    /// `agent` (§7.5).
    pub agent: crate::common::AgentRef,
    /// What the agent is given.
    ///
    /// `input`. Missing means `null`. Always sent. `null` is a value.
    pub input: crate::common::Json,
    /// What the job may do. Without it, nothing that needs authority.
    ///
    /// `lease_request` (§9.2). Missing means `{}`.
    #[serde(skip_serializing_if = "crate::read::is_default")]
    pub lease_request: crate::lease::Lease,
    /// What else bounds it.
    ///
    /// `lease_constraints` (§9.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_constraints: Option<crate::lease::LeaseConstraints>,
    /// Makes repeating the submission safe.
    ///
    /// `idempotency_key` (§7.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<crate::common::IdempotencyKey>,
    /// How long the job may run before it ends with `TIMEOUT`.
    ///
    /// `max_runtime_sec`. In seconds. From 1 to 2147483647.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_runtime_sec: Option<u64>,
}
impl Submit {
    /// With the members that a receiver requires.
    pub fn new(agent: crate::common::AgentRef) -> Self {
        Self {
            agent,
            input: <crate::common::Json>::default(),
            lease_request: <crate::lease::Lease>::default(),
            lease_constraints: None,
            idempotency_key: None,
            max_runtime_sec: None,
        }
    }
    /// Sets `input`.
    #[must_use]
    pub fn with_input(mut self, input: crate::common::Json) -> Self {
        self.input = input;
        self
    }
    /// Sets `lease_request`.
    #[must_use]
    pub fn with_lease_request(mut self, lease_request: crate::lease::Lease) -> Self {
        self.lease_request = lease_request;
        self
    }
    /// Sets `lease_constraints`.
    #[must_use]
    pub fn with_lease_constraints(
        mut self,
        lease_constraints: crate::lease::LeaseConstraints,
    ) -> Self {
        self.lease_constraints = Some(lease_constraints);
        self
    }
    /// Sets `idempotency_key`.
    #[must_use]
    pub fn with_idempotency_key(
        mut self,
        idempotency_key: crate::common::IdempotencyKey,
    ) -> Self {
        self.idempotency_key = Some(idempotency_key);
        self
    }
    /// Sets `max_runtime_sec`.
    #[must_use]
    pub fn with_max_runtime_sec(mut self, max_runtime_sec: u64) -> Self {
        self.max_runtime_sec = Some(max_runtime_sec);
        self
    }
}
impl<'de> crate::read::Object<'de> for Submit {
    const MEMBERS: &'static [&'static str] = &[
        "agent",
        "input",
        "lease_request",
        "lease_constraints",
        "idempotency_key",
        "max_runtime_sec",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut agent = crate::read::Slot::Missing;
        let mut input = crate::read::Slot::Missing;
        let mut lease_request = crate::read::Slot::Missing;
        let mut lease_constraints = crate::read::Slot::Missing;
        let mut idempotency_key = crate::read::Slot::Missing;
        let mut max_runtime_sec = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    agent
                        .fill_strictly::<
                            crate::read::Plain<crate::common::AgentRef>,
                            _,
                        >("agent", &mut map)?;
                }
                1 => {
                    input
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Json>,
                            _,
                        >("input", &mut map)?;
                }
                2 => {
                    lease_request
                        .fill::<
                            crate::read::Plain<crate::lease::Lease>,
                            _,
                        >("lease_request", &mut map)?;
                }
                3 => {
                    lease_constraints
                        .fill::<
                            crate::read::Plain<crate::lease::LeaseConstraints>,
                            _,
                        >("lease_constraints", &mut map)?;
                }
                4 => {
                    idempotency_key
                        .fill::<
                            crate::read::Plain<crate::common::IdempotencyKey>,
                            _,
                        >("idempotency_key", &mut map)?;
                }
                5 => {
                    max_runtime_sec
                        .fill::<
                            crate::read::Integer<1u64, 2147483647u64>,
                            _,
                        >("max_runtime_sec", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            agent: agent.required("agent")?,
            input: input.optional().unwrap_or_default(),
            lease_request: lease_request.optional().unwrap_or_default(),
            lease_constraints: lease_constraints.optional(),
            idempotency_key: idempotency_key.optional(),
            max_runtime_sec: max_runtime_sec.optional(),
        })
    }
}
crate::macros::object!(Submit);
/// The job exists, with this authority.
///
/// §7.1.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Accepted {
    /// The job.
    ///
    /// `job_id`.
    pub job_id: crate::common::JobId,
    /// The agent and version that the job will stay with.
    ///
    /// `agent` (§7.5). Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<crate::common::ResolvedAgent>,
    /// What the job may do. It may be less than was asked for, never more.
    ///
    /// `lease`. Missing means `{}`. Always sent.
    pub lease: crate::lease::Lease,
    /// What else bounds the job.
    ///
    /// `lease_constraints` (§9.5). Sent when the job has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_constraints: Option<crate::lease::LeaseConstraints>,
    /// What the job may spend, by currency.
    ///
    /// `budget` (§9.6). Sent when the lease has `cost.budget`. Needs the feature `cost.budget`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<crate::lease::Budget>,
    /// Credentials for this job alone, given to its submitter only.
    ///
    /// `credentials` (§9.8). Sent when any were provisioned. Needs the feature `provisioned_credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<crate::credential::Credential>>,
    /// When the job was accepted.
    ///
    /// `accepted_at`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<crate::common::Timestamp>,
    /// The trace of the submission, or a fresh one.
    ///
    /// `trace_id` (§11). Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<crate::common::TraceId>,
    /// The job that delegated this one.
    ///
    /// `parent_job_id` (§10). Sent when the job was delegated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_job_id: Option<crate::common::JobId>,
    /// The delegation of the parent that this job answers.
    ///
    /// `delegate_id` (§10). Sent when the job was delegated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegate_id: Option<crate::common::DelegateId>,
    /// The `id` of the submission.
    ///
    /// `request_id`. Sent when it answers a submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<crate::common::MessageId>,
}
impl Accepted {
    /// With the members that a receiver requires.
    pub fn new(job_id: crate::common::JobId) -> Self {
        Self {
            job_id,
            agent: None,
            lease: <crate::lease::Lease>::default(),
            lease_constraints: None,
            budget: None,
            credentials: None,
            accepted_at: None,
            trace_id: None,
            parent_job_id: None,
            delegate_id: None,
            request_id: None,
        }
    }
    /// Sets `agent`.
    #[must_use]
    pub fn with_agent(mut self, agent: crate::common::ResolvedAgent) -> Self {
        self.agent = Some(agent);
        self
    }
    /// Sets `lease`.
    #[must_use]
    pub fn with_lease(mut self, lease: crate::lease::Lease) -> Self {
        self.lease = lease;
        self
    }
    /// Sets `lease_constraints`.
    #[must_use]
    pub fn with_lease_constraints(
        mut self,
        lease_constraints: crate::lease::LeaseConstraints,
    ) -> Self {
        self.lease_constraints = Some(lease_constraints);
        self
    }
    /// Sets `budget`.
    #[must_use]
    pub fn with_budget(mut self, budget: crate::lease::Budget) -> Self {
        self.budget = Some(budget);
        self
    }
    /// Sets `credentials`.
    #[must_use]
    pub fn with_credentials(
        mut self,
        credentials: Vec<crate::credential::Credential>,
    ) -> Self {
        self.credentials = Some(credentials);
        self
    }
    /// Sets `accepted_at`.
    #[must_use]
    pub fn with_accepted_at(mut self, accepted_at: crate::common::Timestamp) -> Self {
        self.accepted_at = Some(accepted_at);
        self
    }
    /// Sets `trace_id`.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: crate::common::TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }
    /// Sets `parent_job_id`.
    #[must_use]
    pub fn with_parent_job_id(mut self, parent_job_id: crate::common::JobId) -> Self {
        self.parent_job_id = Some(parent_job_id);
        self
    }
    /// Sets `delegate_id`.
    #[must_use]
    pub fn with_delegate_id(mut self, delegate_id: crate::common::DelegateId) -> Self {
        self.delegate_id = Some(delegate_id);
        self
    }
    /// Sets `request_id`.
    #[must_use]
    pub fn with_request_id(mut self, request_id: crate::common::MessageId) -> Self {
        self.request_id = Some(request_id);
        self
    }
}
impl<'de> crate::read::Object<'de> for Accepted {
    const MEMBERS: &'static [&'static str] = &[
        "job_id",
        "agent",
        "lease",
        "lease_constraints",
        "budget",
        "credentials",
        "accepted_at",
        "trace_id",
        "parent_job_id",
        "delegate_id",
        "request_id",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut job_id = crate::read::Slot::Missing;
        let mut agent = crate::read::Slot::Missing;
        let mut lease = crate::read::Slot::Missing;
        let mut lease_constraints = crate::read::Slot::Missing;
        let mut budget = crate::read::Slot::Missing;
        let mut credentials = crate::read::Slot::Missing;
        let mut accepted_at = crate::read::Slot::Missing;
        let mut trace_id = crate::read::Slot::Missing;
        let mut parent_job_id = crate::read::Slot::Missing;
        let mut delegate_id = crate::read::Slot::Missing;
        let mut request_id = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    job_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("job_id", &mut map)?;
                }
                1 => {
                    agent
                        .fill::<
                            crate::read::Plain<crate::common::ResolvedAgent>,
                            _,
                        >("agent", &mut map)?;
                }
                2 => {
                    lease
                        .fill::<
                            crate::read::Plain<crate::lease::Lease>,
                            _,
                        >("lease", &mut map)?;
                }
                3 => {
                    lease_constraints
                        .fill::<
                            crate::read::Plain<crate::lease::LeaseConstraints>,
                            _,
                        >("lease_constraints", &mut map)?;
                }
                4 => {
                    budget
                        .fill::<
                            crate::read::Plain<crate::lease::Budget>,
                            _,
                        >("budget", &mut map)?;
                }
                5 => {
                    credentials
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<crate::credential::Credential>,
                                0u32,
                                4294967295u32,
                                false,
                            >,
                            _,
                        >("credentials", &mut map)?;
                }
                6 => {
                    accepted_at
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("accepted_at", &mut map)?;
                }
                7 => {
                    trace_id
                        .fill::<
                            crate::read::Plain<crate::common::TraceId>,
                            _,
                        >("trace_id", &mut map)?;
                }
                8 => {
                    parent_job_id
                        .fill::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("parent_job_id", &mut map)?;
                }
                9 => {
                    delegate_id
                        .fill::<
                            crate::read::Plain<crate::common::DelegateId>,
                            _,
                        >("delegate_id", &mut map)?;
                }
                10 => {
                    request_id
                        .fill::<
                            crate::read::Plain<crate::common::MessageId>,
                            _,
                        >("request_id", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            job_id: job_id.required("job_id")?,
            agent: agent.optional(),
            lease: lease.optional().unwrap_or_default(),
            lease_constraints: lease_constraints.optional(),
            budget: budget.optional(),
            credentials: credentials.optional(),
            accepted_at: accepted_at.optional(),
            trace_id: trace_id.optional(),
            parent_job_id: parent_job_id.optional(),
            delegate_id: delegate_id.optional(),
            request_id: request_id.optional(),
        })
    }
}
crate::macros::object!(Accepted);
/// The job should stop.
///
/// §7.4.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Cancel {
    /// Why, in a word or a sentence.
    ///
    /// `reason`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A copy of the envelope's, and read where the envelope has none. When the two differ the request is refused.
    ///
    /// `job_id`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<crate::common::JobId>,
}
impl Cancel {
    /// With nothing set.
    pub fn new() -> Self {
        Self { reason: None, job_id: None }
    }
    /// Sets `reason`.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
    /// Sets `job_id`.
    #[must_use]
    pub fn with_job_id(mut self, job_id: crate::common::JobId) -> Self {
        self.job_id = Some(job_id);
        self
    }
}
impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for Cancel {
    const MEMBERS: &'static [&'static str] = &["reason", "job_id"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut reason = crate::read::Slot::Missing;
        let mut job_id = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    reason.fill::<crate::read::Plain<String>, _>("reason", &mut map)?;
                }
                1 => {
                    job_id
                        .fill::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("job_id", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            reason: reason.optional(),
            job_id: job_id.optional(),
        })
    }
}
crate::macros::object!(Cancel);
/// The cancellation is on its way. The job ends with the `job.error` that follows.
///
/// §7.4.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Cancelled {
    /// A copy of the envelope's.
    ///
    /// `job_id`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<crate::common::JobId>,
    /// The reason that the cancel gave.
    ///
    /// `reason`. Sent when the cancel gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
impl Cancelled {
    /// With nothing set.
    pub fn new() -> Self {
        Self { job_id: None, reason: None }
    }
    /// Sets `job_id`.
    #[must_use]
    pub fn with_job_id(mut self, job_id: crate::common::JobId) -> Self {
        self.job_id = Some(job_id);
        self
    }
    /// Sets `reason`.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
impl Default for Cancelled {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for Cancelled {
    const MEMBERS: &'static [&'static str] = &["job_id", "reason"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut job_id = crate::read::Slot::Missing;
        let mut reason = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    job_id
                        .fill::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("job_id", &mut map)?;
                }
                1 => {
                    reason.fill::<crate::read::Plain<String>, _>("reason", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            job_id: job_id.optional(),
            reason: reason.optional(),
        })
    }
}
crate::macros::object!(Cancelled);
/// Something that happened in a job. `kind` selects what `body` is; a kind that is not known is counted and kept, not refused.
///
/// §8.1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When it happened. A replay keeps it.
    ///
    /// `ts`.
    pub ts: Option<crate::common::Timestamp>,
    /// What happened; its arm is the kind.
    pub body: crate::event::EventBody,
}
impl Event {
    /// An event with that body.
    pub fn new(body: impl Into<crate::event::EventBody>) -> Self {
        Self {
            ts: None,
            body: body.into(),
        }
    }
    /// Sets `ts`.
    #[must_use]
    pub fn with_ts(mut self, ts: crate::common::Timestamp) -> Self {
        self.ts = Some(ts);
        self
    }
}
impl ::serde::Serialize for Event {
    fn serialize<S: ::serde::Serializer>(
        &self,
        serializer: S,
    ) -> ::core::result::Result<S::Ok, S::Error> {
        use ::serde::ser::SerializeStruct;
        let mut object = serializer.serialize_struct("Event", 3usize)?;
        object.serialize_field("kind", self.body.kind_str())?;
        if let Some(value) = &self.ts {
            object.serialize_field("ts", value)?;
        }
        object.serialize_field("body", &self.body)?;
        object.end()
    }
}
impl<'de> crate::read::Object<'de> for Event {
    const MEMBERS: &'static [&'static str] = &["kind", "ts", "body"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        use ::serde::de::{DeserializeSeed, Error};
        let mut kind = crate::read::Slot::Missing;
        let mut ts = crate::read::Slot::Missing;
        let (mut seen, mut body, mut raw) = (false, None, None);
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    kind.fill_strictly::<
                            crate::read::Plain<crate::event::EventKind>,
                            _,
                        >("kind", &mut map)?;
                }
                1 => {
                    ts.fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("ts", &mut map)?;
                }
                2 => {
                    if seen {
                        return Err(::serde::de::Error::duplicate_field("body"));
                    }
                    seen = true;
                    if let crate::read::Slot::Value(kind) = &kind {
                        body = map
                            .next_value_seed(
                                crate::read::OrNull(crate::event::BodySeed(kind)),
                            )?;
                    } else {
                        raw = map
                            .next_value::<
                                Option<::std::boxed::Box<::serde_json::value::RawValue>>,
                            >()?;
                    }
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        let kind = kind.required::<A::Error>("kind")?;
        let body = match (body, raw) {
            (Some(body), _) => body,
            (None, Some(raw)) => {
                let mut reader = ::serde_json::Deserializer::from_str(raw.get());
                crate::event::BodySeed(&kind)
                    .deserialize(&mut reader)
                    .map_err(A::Error::custom)?
            }
            (None, None) => {
                crate::event::BodySeed::missing(kind)
                    .ok_or_else(|| A::Error::missing_field("body"))?
            }
        };
        Ok(Self { ts: ts.optional(), body })
    }
}
crate::macros::object!(Event);
/// The job has ended well. The result is here, or it has been streamed before under `result_id`.
///
/// §8.4.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Result {
    /// `success`. Another status in this place is read as that failure.
    ///
    /// `final_status` (§7.3).
    pub final_status: FinalStatus,
    /// The result itself.
    ///
    /// `result`. Sent when no chunk was sent. Where it is missing, `output` is read. `null` is a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<crate::common::Json>,
    /// The name that some runtimes give to `result`.
    ///
    /// `output`. Read, and never sent. `null` is a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<crate::common::Json>,
    /// The result that the chunks carried.
    ///
    /// `result_id`. Sent when any chunk was sent. Needs the feature `result_chunk`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_id: Option<crate::common::ResultId>,
    /// How large it is when it is put together and decoded.
    ///
    /// `result_size`. In bytes. Sent when any chunk was sent. Needs the feature `result_chunk`. At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_size: Option<u64>,
    /// The result in a sentence, for people.
    ///
    /// `summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// When the job ended, for clients that insist on it.
    ///
    /// `completed_at`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<crate::common::Timestamp>,
}
impl Result {
    /// With the members that a receiver requires.
    pub fn new(final_status: FinalStatus) -> Self {
        Self {
            final_status,
            result: None,
            output: None,
            result_id: None,
            result_size: None,
            summary: None,
            completed_at: None,
        }
    }
    /// Sets `result`.
    #[must_use]
    pub fn with_result(mut self, result: crate::common::Json) -> Self {
        self.result = Some(result);
        self
    }
    /// Sets `output`.
    #[must_use]
    pub fn with_output(mut self, output: crate::common::Json) -> Self {
        self.output = Some(output);
        self
    }
    /// Sets `result_id`.
    #[must_use]
    pub fn with_result_id(mut self, result_id: crate::common::ResultId) -> Self {
        self.result_id = Some(result_id);
        self
    }
    /// Sets `result_size`.
    #[must_use]
    pub fn with_result_size(mut self, result_size: u64) -> Self {
        self.result_size = Some(result_size);
        self
    }
    /// Sets `summary`.
    #[must_use]
    pub fn with_summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into());
        self
    }
    /// Sets `completed_at`.
    #[must_use]
    pub fn with_completed_at(mut self, completed_at: crate::common::Timestamp) -> Self {
        self.completed_at = Some(completed_at);
        self
    }
}
impl<'de> crate::read::Object<'de> for Result {
    const MEMBERS: &'static [&'static str] = &[
        "final_status",
        "result",
        "output",
        "result_id",
        "result_size",
        "summary",
        "completed_at",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut final_status = crate::read::Slot::Missing;
        let mut result = crate::read::Slot::Missing;
        let mut output = crate::read::Slot::Missing;
        let mut result_id = crate::read::Slot::Missing;
        let mut result_size = crate::read::Slot::Missing;
        let mut summary = crate::read::Slot::Missing;
        let mut completed_at = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    final_status
                        .fill_strictly::<
                            crate::read::Plain<FinalStatus>,
                            _,
                        >("final_status", &mut map)?;
                }
                1 => {
                    result
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Json>,
                            _,
                        >("result", &mut map)?;
                }
                2 => {
                    output
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Json>,
                            _,
                        >("output", &mut map)?;
                }
                3 => {
                    result_id
                        .fill::<
                            crate::read::Plain<crate::common::ResultId>,
                            _,
                        >("result_id", &mut map)?;
                }
                4 => {
                    result_size
                        .fill::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("result_size", &mut map)?;
                }
                5 => {
                    summary.fill::<crate::read::Plain<String>, _>("summary", &mut map)?;
                }
                6 => {
                    completed_at
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("completed_at", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        if result.is_some() && result_id.is_some() {
            return Err(
                ::serde::de::Error::custom(
                    "`result` and `result_id` must not occur together",
                ),
            );
        }
        if !result.is_some() && !result_id.is_some() {
            result.take_from(&mut output);
        }
        Ok(Self {
            final_status: final_status.required("final_status")?,
            result: result.optional(),
            output: output.optional(),
            result_id: result_id.optional(),
            result_size: result_size.optional(),
            summary: summary.optional(),
            completed_at: completed_at.optional(),
        })
    }
}
crate::macros::object!(Result);
/// The job has ended without a result.
///
/// §12.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Error {
    /// What went wrong, for programs.
    ///
    /// `code`. Missing means `"INTERNAL_ERROR"`. Always sent.
    pub code: crate::error::ErrorCode,
    /// What went wrong, for people. It holds no secret and is never written empty; where it is missing the code stands for it.
    ///
    /// `message`. Missing means `""`. Always sent.
    pub message: String,
    /// Whether the same request may succeed later. Where it is missing the code's own default holds.
    ///
    /// `retryable`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    /// More about it, as the code or the runtime defines.
    ///
    /// `details`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<crate::common::JsonObject>,
    /// How it ended: `cancelled` with the code `CANCELLED`, `timed_out` with `TIMEOUT`, otherwise `error`.
    ///
    /// `final_status` (§7.3). Missing means `"error"`. Always sent.
    pub final_status: FinalStatus,
    /// When the job ended, for clients that insist on it.
    ///
    /// `completed_at`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<crate::common::Timestamp>,
}
impl Error {
    /// With nothing set.
    pub fn new() -> Self {
        Self {
            code: crate::error::ErrorCode::InternalError,
            message: <String>::default(),
            retryable: None,
            details: None,
            final_status: FinalStatus::Error,
            completed_at: None,
        }
    }
    /// Sets `code`.
    #[must_use]
    pub fn with_code(mut self, code: crate::error::ErrorCode) -> Self {
        self.code = code;
        self
    }
    /// Sets `message`.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }
    /// Sets `retryable`.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.retryable = Some(retryable);
        self
    }
    /// Sets `details`.
    #[must_use]
    pub fn with_details(mut self, details: crate::common::JsonObject) -> Self {
        self.details = Some(details);
        self
    }
    /// Sets `final_status`.
    #[must_use]
    pub fn with_final_status(mut self, final_status: FinalStatus) -> Self {
        self.final_status = final_status;
        self
    }
    /// Sets `completed_at`.
    #[must_use]
    pub fn with_completed_at(mut self, completed_at: crate::common::Timestamp) -> Self {
        self.completed_at = Some(completed_at);
        self
    }
}
impl Default for Error {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for Error {
    const MEMBERS: &'static [&'static str] = &[
        "code",
        "message",
        "retryable",
        "details",
        "final_status",
        "completed_at",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut code = crate::read::Slot::Missing;
        let mut message = crate::read::Slot::Missing;
        let mut retryable = crate::read::Slot::Missing;
        let mut details = crate::read::Slot::Missing;
        let mut final_status = crate::read::Slot::Missing;
        let mut completed_at = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    code.fill::<
                            crate::read::Plain<crate::error::ErrorCode>,
                            _,
                        >("code", &mut map)?;
                }
                1 => {
                    message.fill::<crate::read::Plain<String>, _>("message", &mut map)?;
                }
                2 => {
                    retryable
                        .fill::<crate::read::Plain<bool>, _>("retryable", &mut map)?;
                }
                3 => {
                    details
                        .fill::<
                            crate::read::Plain<crate::common::JsonObject>,
                            _,
                        >("details", &mut map)?;
                }
                4 => {
                    final_status
                        .fill::<
                            crate::read::Plain<FinalStatus>,
                            _,
                        >("final_status", &mut map)?;
                }
                5 => {
                    completed_at
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("completed_at", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            code: code
                .optional()
                .unwrap_or_else(|| crate::error::ErrorCode::InternalError),
            message: message.optional().unwrap_or_default(),
            retryable: retryable.optional(),
            details: details.optional(),
            final_status: final_status.optional().unwrap_or_else(|| FinalStatus::Error),
            completed_at: completed_at.optional(),
        })
    }
}
crate::macros::object!(Error);
/// Follow a job from another session, or from earlier in this one.
///
/// §7.6.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Subscribe {
    /// The job to follow.
    ///
    /// `job_id`.
    pub job_id: crate::common::JobId,
    /// Whether to send what is buffered before what is new.
    ///
    /// `history`. Missing means `false`.
    #[serde(skip_serializing_if = "crate::read::is_default")]
    pub history: bool,
    /// With `history`: send what came after this number in the stream of the session that submitted the job. Without it, everything that is buffered.
    ///
    /// `from_event_seq`. At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_event_seq: Option<u64>,
}
impl Subscribe {
    /// With the members that a receiver requires.
    pub fn new(job_id: crate::common::JobId) -> Self {
        Self {
            job_id,
            history: <bool>::default(),
            from_event_seq: None,
        }
    }
    /// Sets `history`.
    #[must_use]
    pub fn with_history(mut self, history: bool) -> Self {
        self.history = history;
        self
    }
    /// Sets `from_event_seq`.
    #[must_use]
    pub fn with_from_event_seq(mut self, from_event_seq: u64) -> Self {
        self.from_event_seq = Some(from_event_seq);
        self
    }
}
impl<'de> crate::read::Object<'de> for Subscribe {
    const MEMBERS: &'static [&'static str] = &["job_id", "history", "from_event_seq"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut job_id = crate::read::Slot::Missing;
        let mut history = crate::read::Slot::Missing;
        let mut from_event_seq = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    job_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("job_id", &mut map)?;
                }
                1 => {
                    history.fill::<crate::read::Plain<bool>, _>("history", &mut map)?;
                }
                2 => {
                    from_event_seq
                        .fill::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("from_event_seq", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            job_id: job_id.required("job_id")?,
            history: history.optional().unwrap_or_default(),
            from_event_seq: from_event_seq.optional(),
        })
    }
}
crate::macros::object!(Subscribe);
/// The job as it stands, for someone who follows it.
///
/// §7.6.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Subscribed {
    /// The job.
    ///
    /// `job_id`.
    pub job_id: crate::common::JobId,
    /// Where it stands.
    ///
    /// `current_status`.
    pub current_status: JobStatus,
    /// What runs.
    ///
    /// `agent`.
    pub agent: crate::common::ResolvedAgent,
    /// What it may do.
    ///
    /// `lease`. Missing means `{}`. Always sent.
    pub lease: crate::lease::Lease,
    /// What else bounds it.
    ///
    /// `lease_constraints` (§9.5). Sent when the job has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_constraints: Option<crate::lease::LeaseConstraints>,
    /// What is left to spend, by currency. It may be below zero.
    ///
    /// `budget` (§9.6). Sent when the lease has `cost.budget`. Needs the feature `cost.budget`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<crate::lease::Budget>,
    /// The job's live credentials.
    ///
    /// `credentials` (§9.8). Sent when the principal submitted the job and it has not ended. Needs the feature `provisioned_credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<crate::credential::Credential>>,
    /// The job that delegated this one.
    ///
    /// `parent_job_id`. Always sent; null when there is none.
    pub parent_job_id: Option<crate::common::JobId>,
    /// The trace that it belongs to.
    ///
    /// `trace_id` (§11). Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<crate::common::TraceId>,
    /// Where the live stream begins: replayed events have numbers of this session up to this one, live events have larger ones.
    ///
    /// `subscribed_from`. At least 0.
    pub subscribed_from: u64,
    /// Whether buffered events follow before the live ones.
    ///
    /// `replayed`.
    pub replayed: bool,
    /// The `id` of the request.
    ///
    /// `request_id`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<crate::common::MessageId>,
}
impl Subscribed {
    /// With the members that a receiver requires.
    pub fn new(
        job_id: crate::common::JobId,
        current_status: JobStatus,
        agent: crate::common::ResolvedAgent,
        subscribed_from: u64,
        replayed: bool,
    ) -> Self {
        Self {
            job_id,
            current_status,
            agent,
            lease: <crate::lease::Lease>::default(),
            lease_constraints: None,
            budget: None,
            credentials: None,
            parent_job_id: None,
            trace_id: None,
            subscribed_from,
            replayed,
            request_id: None,
        }
    }
    /// Sets `lease`.
    #[must_use]
    pub fn with_lease(mut self, lease: crate::lease::Lease) -> Self {
        self.lease = lease;
        self
    }
    /// Sets `lease_constraints`.
    #[must_use]
    pub fn with_lease_constraints(
        mut self,
        lease_constraints: crate::lease::LeaseConstraints,
    ) -> Self {
        self.lease_constraints = Some(lease_constraints);
        self
    }
    /// Sets `budget`.
    #[must_use]
    pub fn with_budget(mut self, budget: crate::lease::Budget) -> Self {
        self.budget = Some(budget);
        self
    }
    /// Sets `credentials`.
    #[must_use]
    pub fn with_credentials(
        mut self,
        credentials: Vec<crate::credential::Credential>,
    ) -> Self {
        self.credentials = Some(credentials);
        self
    }
    /// Sets `parent_job_id`.
    #[must_use]
    pub fn with_parent_job_id(mut self, parent_job_id: crate::common::JobId) -> Self {
        self.parent_job_id = Some(parent_job_id);
        self
    }
    /// Sets `trace_id`.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: crate::common::TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }
    /// Sets `request_id`.
    #[must_use]
    pub fn with_request_id(mut self, request_id: crate::common::MessageId) -> Self {
        self.request_id = Some(request_id);
        self
    }
}
impl<'de> crate::read::Object<'de> for Subscribed {
    const MEMBERS: &'static [&'static str] = &[
        "job_id",
        "current_status",
        "agent",
        "lease",
        "lease_constraints",
        "budget",
        "credentials",
        "parent_job_id",
        "trace_id",
        "subscribed_from",
        "replayed",
        "request_id",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut job_id = crate::read::Slot::Missing;
        let mut current_status = crate::read::Slot::Missing;
        let mut agent = crate::read::Slot::Missing;
        let mut lease = crate::read::Slot::Missing;
        let mut lease_constraints = crate::read::Slot::Missing;
        let mut budget = crate::read::Slot::Missing;
        let mut credentials = crate::read::Slot::Missing;
        let mut parent_job_id = crate::read::Slot::Missing;
        let mut trace_id = crate::read::Slot::Missing;
        let mut subscribed_from = crate::read::Slot::Missing;
        let mut replayed = crate::read::Slot::Missing;
        let mut request_id = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    job_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("job_id", &mut map)?;
                }
                1 => {
                    current_status
                        .fill_strictly::<
                            crate::read::Plain<JobStatus>,
                            _,
                        >("current_status", &mut map)?;
                }
                2 => {
                    agent
                        .fill_strictly::<
                            crate::read::Plain<crate::common::ResolvedAgent>,
                            _,
                        >("agent", &mut map)?;
                }
                3 => {
                    lease
                        .fill::<
                            crate::read::Plain<crate::lease::Lease>,
                            _,
                        >("lease", &mut map)?;
                }
                4 => {
                    lease_constraints
                        .fill::<
                            crate::read::Plain<crate::lease::LeaseConstraints>,
                            _,
                        >("lease_constraints", &mut map)?;
                }
                5 => {
                    budget
                        .fill::<
                            crate::read::Plain<crate::lease::Budget>,
                            _,
                        >("budget", &mut map)?;
                }
                6 => {
                    credentials
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<crate::credential::Credential>,
                                0u32,
                                4294967295u32,
                                false,
                            >,
                            _,
                        >("credentials", &mut map)?;
                }
                7 => {
                    parent_job_id
                        .fill::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("parent_job_id", &mut map)?;
                }
                8 => {
                    trace_id
                        .fill::<
                            crate::read::Plain<crate::common::TraceId>,
                            _,
                        >("trace_id", &mut map)?;
                }
                9 => {
                    subscribed_from
                        .fill_strictly::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("subscribed_from", &mut map)?;
                }
                10 => {
                    replayed
                        .fill_strictly::<
                            crate::read::Plain<bool>,
                            _,
                        >("replayed", &mut map)?;
                }
                11 => {
                    request_id
                        .fill::<
                            crate::read::Plain<crate::common::MessageId>,
                            _,
                        >("request_id", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            job_id: job_id.required("job_id")?,
            current_status: current_status.required("current_status")?,
            agent: agent.required("agent")?,
            lease: lease.optional().unwrap_or_default(),
            lease_constraints: lease_constraints.optional(),
            budget: budget.optional(),
            credentials: credentials.optional(),
            parent_job_id: parent_job_id.optional(),
            trace_id: trace_id.optional(),
            subscribed_from: subscribed_from.required("subscribed_from")?,
            replayed: replayed.required("replayed")?,
            request_id: request_id.optional(),
        })
    }
}
crate::macros::object!(Subscribed);
/// No more of this job.
///
/// §7.6.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Unsubscribe {
    /// The job to stop following.
    ///
    /// `job_id`.
    pub job_id: crate::common::JobId,
}
impl Unsubscribe {
    /// With the members that a receiver requires.
    pub fn new(job_id: crate::common::JobId) -> Self {
        Self { job_id }
    }
}
impl<'de> crate::read::Object<'de> for Unsubscribe {
    const MEMBERS: &'static [&'static str] = &["job_id"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut job_id = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    job_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("job_id", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            job_id: job_id.required("job_id")?,
        })
    }
}
crate::macros::object!(Unsubscribe);
