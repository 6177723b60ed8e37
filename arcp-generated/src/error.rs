// @generated from schema/ by codegen; do not edit
//! The error object and the fifteen codes.
/// What went wrong. A code that is not listed is kept as it came: tools and agents have their own.
///
/// §12.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorCode {
    /// The lease or the principal does not allow it.
    ///
    /// `PERMISSION_DENIED` (§9.3).
    PermissionDenied,
    /// A delegation asked for more than the parent has.
    ///
    /// `LEASE_SUBSET_VIOLATION` (§9.4).
    LeaseSubsetViolation,
    /// There is no such job, or it is not visible here.
    ///
    /// `JOB_NOT_FOUND` (§12).
    JobNotFound,
    /// The idempotency key already stands for another submission.
    ///
    /// `DUPLICATE_KEY` (§7.2).
    DuplicateKey,
    /// No agent has that name.
    ///
    /// `AGENT_NOT_AVAILABLE` (§7.5).
    AgentNotAvailable,
    /// The agent exists, and not in that version.
    ///
    /// `AGENT_VERSION_NOT_AVAILABLE` (§7.5).
    AgentVersionNotAvailable,
    /// The job was cancelled.
    ///
    /// `CANCELLED` (§7.4).
    Cancelled,
    /// The job ran too long.
    ///
    /// `TIMEOUT` (§7.3).
    Timeout,
    /// The session can no longer be resumed from there.
    ///
    /// `RESUME_WINDOW_EXPIRED` (§6.3).
    ResumeWindowExpired,
    /// The other side fell silent.
    ///
    /// `HEARTBEAT_LOST` (§6.4).
    HeartbeatLost,
    /// The authority of the job has ended.
    ///
    /// `LEASE_EXPIRED` (§9.5). Needs the feature `lease_expires_at`.
    LeaseExpired,
    /// The money of the job is spent.
    ///
    /// `BUDGET_EXHAUSTED` (§9.6). Needs the feature `cost.budget`.
    BudgetExhausted,
    /// The request is malformed, or out of place.
    ///
    /// `INVALID_REQUEST` (§12).
    InvalidRequest,
    /// The client did not prove who it is.
    ///
    /// `UNAUTHENTICATED` (§6.1).
    Unauthenticated,
    /// The runtime could not do its work.
    ///
    /// `INTERNAL_ERROR` (§12).
    InternalError,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl ErrorCode {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::PermissionDenied,
        Self::LeaseSubsetViolation,
        Self::JobNotFound,
        Self::DuplicateKey,
        Self::AgentNotAvailable,
        Self::AgentVersionNotAvailable,
        Self::Cancelled,
        Self::Timeout,
        Self::ResumeWindowExpired,
        Self::HeartbeatLost,
        Self::LeaseExpired,
        Self::BudgetExhausted,
        Self::InvalidRequest,
        Self::Unauthenticated,
        Self::InternalError,
    ];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::LeaseSubsetViolation => "LEASE_SUBSET_VIOLATION",
            Self::JobNotFound => "JOB_NOT_FOUND",
            Self::DuplicateKey => "DUPLICATE_KEY",
            Self::AgentNotAvailable => "AGENT_NOT_AVAILABLE",
            Self::AgentVersionNotAvailable => "AGENT_VERSION_NOT_AVAILABLE",
            Self::Cancelled => "CANCELLED",
            Self::Timeout => "TIMEOUT",
            Self::ResumeWindowExpired => "RESUME_WINDOW_EXPIRED",
            Self::HeartbeatLost => "HEARTBEAT_LOST",
            Self::LeaseExpired => "LEASE_EXPIRED",
            Self::BudgetExhausted => "BUDGET_EXHAUSTED",
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::InternalError => "INTERNAL_ERROR",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "PERMISSION_DENIED" => Self::PermissionDenied,
                "LEASE_SUBSET_VIOLATION" => Self::LeaseSubsetViolation,
                "JOB_NOT_FOUND" => Self::JobNotFound,
                "DUPLICATE_KEY" => Self::DuplicateKey,
                "AGENT_NOT_AVAILABLE" => Self::AgentNotAvailable,
                "AGENT_VERSION_NOT_AVAILABLE" => Self::AgentVersionNotAvailable,
                "CANCELLED" => Self::Cancelled,
                "TIMEOUT" => Self::Timeout,
                "RESUME_WINDOW_EXPIRED" => Self::ResumeWindowExpired,
                "HEARTBEAT_LOST" => Self::HeartbeatLost,
                "LEASE_EXPIRED" => Self::LeaseExpired,
                "BUDGET_EXHAUSTED" => Self::BudgetExhausted,
                "INVALID_REQUEST" => Self::InvalidRequest,
                "UNAUTHENTICATED" => Self::Unauthenticated,
                "INTERNAL_ERROR" => Self::InternalError,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    ErrorCode, "an error code", checked, crate ::grammar::error_error_code,
    "must have at most 128 characters"
);
impl ErrorCode {
    /// What `retryable` is where it is missing: false for an unknown code.
    pub fn default_retryable(&self) -> bool {
        match self {
            Self::Timeout => true,
            Self::HeartbeatLost => true,
            Self::InternalError => true,
            _ => false,
        }
    }
    /// What `retryable` must always be, where the specification fixes it.
    pub fn pinned_retryable(&self) -> Option<bool> {
        match self {
            Self::LeaseExpired => Some(false),
            Self::BudgetExhausted => Some(false),
            Self::InternalError => Some(true),
            _ => None,
        }
    }
    /// The section of the specification.
    pub fn section(&self) -> Option<&'static str> {
        match self {
            Self::PermissionDenied => Some("9.3"),
            Self::LeaseSubsetViolation => Some("9.4"),
            Self::JobNotFound => Some("12"),
            Self::DuplicateKey => Some("7.2"),
            Self::AgentNotAvailable => Some("7.5"),
            Self::AgentVersionNotAvailable => Some("7.5"),
            Self::Cancelled => Some("7.4"),
            Self::Timeout => Some("7.3"),
            Self::ResumeWindowExpired => Some("6.3"),
            Self::HeartbeatLost => Some("6.4"),
            Self::LeaseExpired => Some("9.5"),
            Self::BudgetExhausted => Some("9.6"),
            Self::InvalidRequest => Some("12"),
            Self::Unauthenticated => Some("6.1"),
            Self::InternalError => Some("12"),
            _ => None,
        }
    }
    /// What brings it about.
    pub fn cause(&self) -> Option<&'static str> {
        match self {
            Self::PermissionDenied => {
                Some(
                    "An operation that no grant of the lease covers, or a request about a job that belongs to someone else.",
                )
            }
            Self::LeaseSubsetViolation => {
                Some(
                    "The child's lease names a resource, an amount or an end that the parent's lease does not cover.",
                )
            }
            Self::JobNotFound => {
                Some(
                    "The id is wrong, the job has been forgotten after its end, or the principal may not know of it.",
                )
            }
            Self::DuplicateKey => Some("The key was used before with other parameters."),
            Self::AgentNotAvailable => {
                Some("The agent is not registered with this runtime.")
            }
            Self::AgentVersionNotAvailable => {
                Some("The version after the `@` is not registered.")
            }
            Self::Cancelled => {
                Some(
                    "The session that submitted it, or the end of its parent, asked for it.",
                )
            }
            Self::Timeout => Some("It had not ended after `max_runtime_sec`."),
            Self::ResumeWindowExpired => {
                Some(
                    "The window is over, or the events after `last_event_seq` are no longer buffered.",
                )
            }
            Self::HeartbeatLost => Some("Nothing came in for two heartbeat intervals."),
            Self::LeaseExpired => {
                Some("An operation at or after the lease's `expires_at`.")
            }
            Self::BudgetExhausted => Some("A budget counter is at or below zero."),
            Self::InvalidRequest => {
                Some(
                    "The frame does not fit the schema, a value is out of range, or a feature was used that was not negotiated.",
                )
            }
            Self::Unauthenticated => {
                Some(
                    "The token is missing, wrong or of an unknown scheme, or a resume token does not belong to the session.",
                )
            }
            Self::InternalError => {
                Some(
                    "A fault inside the runtime or an agent, or a cap that was reached, then named in `details.cap`.",
                )
            }
            _ => None,
        }
    }
    /// What to do about it.
    pub fn cure(&self) -> Option<&'static str> {
        match self {
            Self::PermissionDenied => {
                Some(
                    "Submit the job with a lease that covers the operation, or ask from the session that owns the job.",
                )
            }
            Self::LeaseSubsetViolation => {
                Some(
                    "Delegate with a lease inside the parent's, or submit the parent with a wider one.",
                )
            }
            Self::JobNotFound => Some("Check the id with `session.list_jobs`."),
            Self::DuplicateKey => {
                Some(
                    "Use a new key for a new submission, and repeat the old one without any change.",
                )
            }
            Self::AgentNotAvailable => {
                Some("Choose a name from the inventory of the welcome.")
            }
            Self::AgentVersionNotAvailable => {
                Some(
                    "Choose a version from the inventory, or leave it out for the default.",
                )
            }
            Self::Cancelled => Some("Submit it again if it is still wanted."),
            Self::Timeout => Some("Submit it again with more time or less work."),
            Self::ResumeWindowExpired => {
                Some(
                    "Open a new session, and find the jobs again by listing or by their idempotency keys.",
                )
            }
            Self::HeartbeatLost => Some("Connect again and resume; jobs have gone on."),
            Self::LeaseExpired => {
                Some("Submit the job again with a later end. A lease cannot be renewed.")
            }
            Self::BudgetExhausted => {
                Some("Submit the job again with a larger `cost.budget`.")
            }
            Self::InvalidRequest => {
                Some("Correct the request; the message says where it is wrong.")
            }
            Self::Unauthenticated => Some("Connect with a valid bearer token."),
            Self::InternalError => {
                Some(
                    "Try again after a while; if it stays, look into the runtime's log.",
                )
            }
            _ => None,
        }
    }
    /// The feature that both sides must have listed before the value is sent.
    pub fn feature(&self) -> Option<crate::session::Feature> {
        match self {
            Self::LeaseExpired => Some(crate::session::Feature::LeaseExpiresAt),
            Self::BudgetExhausted => Some(crate::session::Feature::CostBudget),
            _ => None,
        }
    }
}
/// What went wrong, for programs and for people.
///
/// §12.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Error {
    /// What went wrong, for programs.
    ///
    /// `code`. Missing means `"INTERNAL_ERROR"`. Always sent.
    pub code: ErrorCode,
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
}
impl Error {
    /// With nothing set.
    pub fn new() -> Self {
        Self {
            code: ErrorCode::InternalError,
            message: <String>::default(),
            retryable: None,
            details: None,
        }
    }
    /// Sets `code`.
    #[must_use]
    pub fn with_code(mut self, code: ErrorCode) -> Self {
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
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut code = crate::read::Slot::Missing;
        let mut message = crate::read::Slot::Missing;
        let mut retryable = crate::read::Slot::Missing;
        let mut details = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    code.fill::<crate::read::Plain<ErrorCode>, _>("code", &mut map)?;
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
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            code: code.optional().unwrap_or_else(|| ErrorCode::InternalError),
            message: message.optional().unwrap_or_default(),
            retryable: retryable.optional(),
            details: details.optional(),
        })
    }
}
crate::macros::object!(Error);
