// @generated from schema/ by codegen; do not edit
//! The `session.*` messages: opening, resuming, keeping alive, acknowledging, listing jobs and closing.
/// A part of the protocol that both sides must list before either uses it. Names that are not known are ignored.
///
/// §6.2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Both sides prove that they are alive, and notice when the other is not.
    ///
    /// `heartbeat` (§6.4).
    Heartbeat,
    /// The client says how far it has processed the stream.
    ///
    /// `ack` (§6.5).
    Ack,
    /// The client may ask which jobs there are.
    ///
    /// `list_jobs` (§6.6).
    ListJobs,
    /// A session may follow a job that another session has submitted.
    ///
    /// `subscribe` (§7.6).
    Subscribe,
    /// A lease may end at an instant.
    ///
    /// `lease_expires_at` (§9.5).
    LeaseExpiresAt,
    /// A lease may bound what a job spends.
    ///
    /// `cost.budget` (§9.6).
    CostBudget,
    /// A lease may say which models a job may invoke.
    ///
    /// `model.use` (§9.7).
    ModelUse,
    /// The runtime hands out credentials that live as long as the job.
    ///
    /// `provisioned_credentials` (§9.8).
    ProvisionedCredentials,
    /// Jobs report how far they are.
    ///
    /// `progress` (§8.2).
    Progress,
    /// Large results are streamed.
    ///
    /// `result_chunk` (§8.4).
    ResultChunk,
    /// Agents are asked for by version.
    ///
    /// `agent_versions` (§7.5).
    AgentVersions,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl Feature {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Heartbeat,
        Self::Ack,
        Self::ListJobs,
        Self::Subscribe,
        Self::LeaseExpiresAt,
        Self::CostBudget,
        Self::ModelUse,
        Self::ProvisionedCredentials,
        Self::Progress,
        Self::ResultChunk,
        Self::AgentVersions,
    ];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Heartbeat => "heartbeat",
            Self::Ack => "ack",
            Self::ListJobs => "list_jobs",
            Self::Subscribe => "subscribe",
            Self::LeaseExpiresAt => "lease_expires_at",
            Self::CostBudget => "cost.budget",
            Self::ModelUse => "model.use",
            Self::ProvisionedCredentials => "provisioned_credentials",
            Self::Progress => "progress",
            Self::ResultChunk => "result_chunk",
            Self::AgentVersions => "agent_versions",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "heartbeat" => Self::Heartbeat,
                "ack" => Self::Ack,
                "list_jobs" => Self::ListJobs,
                "subscribe" => Self::Subscribe,
                "lease_expires_at" => Self::LeaseExpiresAt,
                "cost.budget" => Self::CostBudget,
                "model.use" => Self::ModelUse,
                "provisioned_credentials" => Self::ProvisionedCredentials,
                "progress" => Self::Progress,
                "result_chunk" => Self::ResultChunk,
                "agent_versions" => Self::AgentVersions,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    Feature, "a feature", checked, crate ::grammar::session_feature,
    "must have at most 128 characters"
);
impl Feature {
    /// What may be sent only when both sides have listed the feature, in sentences. Empty for an unknown value.
    pub fn gates(&self) -> &'static [&'static str] {
        match self {
            Self::Heartbeat => {
                &[
                    "The messages `session.ping` and `session.pong`.",
                    "The member `heartbeat_interval_sec` of the welcome.",
                    "Declaring a silent peer lost.",
                ]
            }
            Self::Ack => {
                &["The message `session.ack`.", "Back-pressure that is derived from it."]
            }
            Self::ListJobs => &["The messages `session.list_jobs` and `session.jobs`."],
            Self::Subscribe => {
                &[
                    "The messages `job.subscribe`, `job.subscribed` and `job.unsubscribe`.",
                ]
            }
            Self::LeaseExpiresAt => {
                &[
                    "The member `expires_at` of lease constraints, wherever they occur.",
                    "The error code `LEASE_EXPIRED`.",
                ]
            }
            Self::CostBudget => {
                &[
                    "The capability `cost.budget`.",
                    "The `budget` members.",
                    "The metric `cost.budget.remaining`.",
                    "The error code `BUDGET_EXHAUSTED`.",
                ]
            }
            Self::ModelUse => &["The capability `model.use`."],
            Self::ProvisionedCredentials => {
                &["The `credentials` members.", "The status phase `credential_rotated`."]
            }
            Self::Progress => &["The event kind `progress`."],
            Self::ResultChunk => {
                &[
                    "The event kind `result_chunk`.",
                    "The members `result_id` and `result_size` of `job.result`.",
                ]
            }
            Self::AgentVersions => {
                &[
                    "`name@version` in a submission, a delegation or a filter.",
                    "Relying on the versions of the inventory.",
                ]
            }
            _ => &[],
        }
    }
}
/// How frames are written. JSON is the only encoding that is defined.
///
/// §5.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// UTF-8 JSON, one object a frame.
    ///
    /// `json` (§5).
    Json,
    /// A value that this version does not know, as it came.
    Unknown(crate::common::UnknownText),
}
impl Encoding {
    /// All values that this version knows, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Json];
    /// The value as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Json => "json",
            Self::Unknown(text) => text.as_str(),
        }
    }
    fn known(text: &str) -> Option<Self> {
        Some(
            match text {
                "json" => Self::Json,
                _ => return None,
            },
        )
    }
}
crate::macros::enumeration!(
    Encoding, "an encoding", checked, crate ::grammar::session_encoding,
    "must have at most 128 characters"
);
/// What a client shows to be let in. Only the runtime's verifier knows what it means.
///
/// §6.1. It must have at most 16384 characters. What is written must match `^[\s\S]+$`. Prints as `***`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BearerToken(::std::sync::Arc<str>);
crate::macros::text!(
    BearerToken, "a bearer token", crate ::grammar::session_bearer_token,
    "must have at most 16384 characters", secret
);
/// Which program opens the session.
///
/// §6.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct ClientInfo {
    /// The name of the client program.
    ///
    /// `name`. Has 1 to 256 characters.
    pub name: String,
    /// Its version, in its own style.
    ///
    /// `version`. Missing means `""`. Always sent. Has 0 to 256 characters.
    pub version: String,
}
impl ClientInfo {
    /// With the members that a receiver requires.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: <String>::default(),
        }
    }
    /// Sets `version`.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }
}
impl<'de> crate::read::Object<'de> for ClientInfo {
    const MEMBERS: &'static [&'static str] = &["name", "version"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut name = crate::read::Slot::Missing;
        let mut version = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    name.fill_strictly::<
                            crate::read::Text<1u32, 256u32>,
                            _,
                        >("name", &mut map)?;
                }
                1 => {
                    version
                        .fill::<
                            crate::read::Text<0u32, 256u32>,
                            _,
                        >("version", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            name: name.required("name")?,
            version: version.optional().unwrap_or_default(),
        })
    }
}
crate::macros::object!(ClientInfo);
/// Which program answers.
///
/// §6.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct RuntimeInfo {
    /// The name of the runtime.
    ///
    /// `name`. Has 1 to 256 characters.
    pub name: String,
    /// Its version, in its own style.
    ///
    /// `version`. Missing means `""`. Always sent. Has 0 to 256 characters.
    pub version: String,
}
impl RuntimeInfo {
    /// With the members that a receiver requires.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: <String>::default(),
        }
    }
    /// Sets `version`.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }
}
impl<'de> crate::read::Object<'de> for RuntimeInfo {
    const MEMBERS: &'static [&'static str] = &["name", "version"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut name = crate::read::Slot::Missing;
        let mut version = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    name.fill_strictly::<
                            crate::read::Text<1u32, 256u32>,
                            _,
                        >("name", &mut map)?;
                }
                1 => {
                    version
                        .fill::<
                            crate::read::Text<0u32, 256u32>,
                            _,
                        >("version", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            name: name.required("name")?,
            version: version.optional().unwrap_or_default(),
        })
    }
}
crate::macros::object!(RuntimeInfo);
/// Who the client is. Another scheme than `bearer` with members of its own, and a token that is missing or empty, are answered with `UNAUTHENTICATED`, not with a complaint about the shape.
///
/// §6.1.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Auth {
    /// How the client proves itself; `bearer` is the only scheme that is defined.
    ///
    /// `scheme`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The proof, when the scheme is `bearer`.
    ///
    /// `token`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<BearerToken>,
}
impl Auth {
    /// With nothing set.
    pub fn new() -> Self {
        Self { scheme: None, token: None }
    }
    /// Sets `scheme`.
    #[must_use]
    pub fn with_scheme(mut self, scheme: impl Into<String>) -> Self {
        self.scheme = Some(scheme.into());
        self
    }
    /// Sets `token`.
    #[must_use]
    pub fn with_token(mut self, token: BearerToken) -> Self {
        self.token = Some(token);
        self
    }
}
impl Default for Auth {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for Auth {
    const MEMBERS: &'static [&'static str] = &["scheme", "token"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut scheme = crate::read::Slot::Missing;
        let mut token = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    scheme.fill::<crate::read::Plain<String>, _>("scheme", &mut map)?;
                }
                1 => {
                    token.fill::<crate::read::Plain<BearerToken>, _>("token", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            scheme: scheme.optional(),
            token: token.optional(),
        })
    }
}
crate::macros::object!(Auth);
/// What the client can do.
///
/// §6.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct HelloCapabilities {
    /// The encodings that it reads. `json` must be among them.
    ///
    /// `encodings`. Missing means `["json"]`. Always sent. At most 64 items.
    pub encodings: Vec<Encoding>,
    /// The features that it wants to use. Order and repeats have no meaning.
    ///
    /// `features`. Missing means `[]`. Always sent. At most 1024 items.
    pub features: Vec<Feature>,
}
impl HelloCapabilities {
    /// With nothing set.
    pub fn new() -> Self {
        Self {
            encodings: vec![Encoding::Json],
            features: <Vec<Feature>>::default(),
        }
    }
    /// Sets `encodings`.
    #[must_use]
    pub fn with_encodings(mut self, encodings: Vec<Encoding>) -> Self {
        self.encodings = encodings;
        self
    }
    /// Sets `features`.
    #[must_use]
    pub fn with_features(mut self, features: Vec<Feature>) -> Self {
        self.features = features;
        self
    }
}
impl Default for HelloCapabilities {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for HelloCapabilities {
    const MEMBERS: &'static [&'static str] = &["encodings", "features"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut encodings = crate::read::Slot::Missing;
        let mut features = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    encodings
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<Encoding>,
                                0u32,
                                64u32,
                                false,
                            >,
                            _,
                        >("encodings", &mut map)?;
                }
                1 => {
                    features
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<Feature>,
                                0u32,
                                1024u32,
                                false,
                            >,
                            _,
                        >("features", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            encodings: encodings.optional().unwrap_or_else(|| vec![Encoding::Json]),
            features: features.optional().unwrap_or_default(),
        })
    }
}
crate::macros::object!(HelloCapabilities);
/// What the runtime can do. A feature is in use when both lists have it.
///
/// §6.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct WelcomeCapabilities {
    /// The encodings that it reads. `json` is among them.
    ///
    /// `encodings`. Missing means `["json"]`. Always sent. At most 64 items.
    pub encodings: Vec<Encoding>,
    /// Every feature that it supports, wanted by this client or not.
    ///
    /// `features`. Missing means `[]`. Always sent. At most 1024 items.
    pub features: Vec<Feature>,
    /// The agents that may be submitted to, perhaps none.
    ///
    /// `agents` (§7.5). Missing means `[]`. Always sent.
    pub agents: Vec<AgentInventoryEntry>,
}
impl WelcomeCapabilities {
    /// With nothing set.
    pub fn new() -> Self {
        Self {
            encodings: vec![Encoding::Json],
            features: <Vec<Feature>>::default(),
            agents: <Vec<AgentInventoryEntry>>::default(),
        }
    }
    /// Sets `encodings`.
    #[must_use]
    pub fn with_encodings(mut self, encodings: Vec<Encoding>) -> Self {
        self.encodings = encodings;
        self
    }
    /// Sets `features`.
    #[must_use]
    pub fn with_features(mut self, features: Vec<Feature>) -> Self {
        self.features = features;
        self
    }
    /// Sets `agents`.
    #[must_use]
    pub fn with_agents(mut self, agents: Vec<AgentInventoryEntry>) -> Self {
        self.agents = agents;
        self
    }
}
impl Default for WelcomeCapabilities {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for WelcomeCapabilities {
    const MEMBERS: &'static [&'static str] = &["encodings", "features", "agents"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut encodings = crate::read::Slot::Missing;
        let mut features = crate::read::Slot::Missing;
        let mut agents = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    encodings
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<Encoding>,
                                0u32,
                                64u32,
                                false,
                            >,
                            _,
                        >("encodings", &mut map)?;
                }
                1 => {
                    features
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<Feature>,
                                0u32,
                                1024u32,
                                false,
                            >,
                            _,
                        >("features", &mut map)?;
                }
                2 => {
                    agents
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<AgentInventoryEntry>,
                                0u32,
                                4294967295u32,
                                false,
                            >,
                            _,
                        >("agents", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            encodings: encodings.optional().unwrap_or_else(|| vec![Encoding::Json]),
            features: features.optional().unwrap_or_default(),
            agents: agents.optional().unwrap_or_default(),
        })
    }
}
crate::macros::object!(WelcomeCapabilities);
/// One agent that the runtime offers. A bare string is read as an entry with that name and no versions.
///
/// §7.5.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct AgentInventoryEntry {
    /// What to submit to. It follows the grammar of an agent name; a name outside it is read, though nobody can ask for it.
    ///
    /// `name`.
    pub name: String,
    /// The versions on offer, each once. At least one is written.
    ///
    /// `versions`. Missing means `[]`. Always sent.
    pub versions: Vec<String>,
    /// The version that a bare name means, one of `versions`. Without it the runtime picks.
    ///
    /// `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}
impl AgentInventoryEntry {
    /// With the members that a receiver requires.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            versions: <Vec<String>>::default(),
            default: None,
        }
    }
    /// Sets `versions`.
    #[must_use]
    pub fn with_versions(mut self, versions: Vec<String>) -> Self {
        self.versions = versions;
        self
    }
    /// Sets `default`.
    #[must_use]
    pub fn with_default(mut self, default: impl Into<String>) -> Self {
        self.default = Some(default.into());
        self
    }
}
impl<'de> crate::read::Object<'de> for AgentInventoryEntry {
    const MEMBERS: &'static [&'static str] = &["name", "versions", "default"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut name = crate::read::Slot::Missing;
        let mut versions = crate::read::Slot::Missing;
        let mut default = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    name.fill_strictly::<
                            crate::read::Plain<String>,
                            _,
                        >("name", &mut map)?;
                }
                1 => {
                    versions
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<String>,
                                0u32,
                                4294967295u32,
                                false,
                            >,
                            _,
                        >("versions", &mut map)?;
                }
                2 => {
                    default.fill::<crate::read::Plain<String>, _>("default", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            name: name.required("name")?,
            versions: versions.optional().unwrap_or_default(),
            default: default.optional(),
        })
    }
    fn read_text(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }
}
crate::macros::object!(AgentInventoryEntry, text);
/// Which session a hello resumes, and from where.
///
/// §6.3.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct ResumePoint {
    /// The session to resume.
    ///
    /// `session_id`.
    pub session_id: crate::common::SessionId,
    /// The token of the newest welcome that the client has seen.
    ///
    /// `resume_token`.
    pub resume_token: crate::common::ResumeToken,
    /// The last number that the client has received; 0 for none. Replay starts after it.
    ///
    /// `last_event_seq`. At least 0.
    pub last_event_seq: u64,
}
impl ResumePoint {
    /// With the members that a receiver requires.
    pub fn new(
        session_id: crate::common::SessionId,
        resume_token: crate::common::ResumeToken,
        last_event_seq: u64,
    ) -> Self {
        Self {
            session_id,
            resume_token,
            last_event_seq,
        }
    }
}
impl<'de> crate::read::Object<'de> for ResumePoint {
    const MEMBERS: &'static [&'static str] = &[
        "session_id",
        "resume_token",
        "last_event_seq",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut session_id = crate::read::Slot::Missing;
        let mut resume_token = crate::read::Slot::Missing;
        let mut last_event_seq = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    session_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::SessionId>,
                            _,
                        >("session_id", &mut map)?;
                }
                1 => {
                    resume_token
                        .fill_strictly::<
                            crate::read::Plain<crate::common::ResumeToken>,
                            _,
                        >("resume_token", &mut map)?;
                }
                2 => {
                    last_event_seq
                        .fill_strictly::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("last_event_seq", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            session_id: session_id.required("session_id")?,
            resume_token: resume_token.required("resume_token")?,
            last_event_seq: last_event_seq.required("last_event_seq")?,
        })
    }
}
crate::macros::object!(ResumePoint);
/// The first frame of a connection: who is there and what it can do. With `resume` it continues a session instead of opening one.
///
/// §6.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Hello {
    /// Which program this is.
    ///
    /// `client`.
    pub client: ClientInfo,
    /// Who the client is. Without it the answer is `UNAUTHENTICATED`.
    ///
    /// `auth` (§6.1). Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// What the client can do.
    ///
    /// `capabilities`. Missing means `{"encodings":["json"],"features":[]}`. Always sent.
    pub capabilities: HelloCapabilities,
    /// Continue this session.
    ///
    /// `resume` (§6.3). Sent when resuming.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume: Option<ResumePoint>,
    /// A copy of the one in `resume`, for runtimes that look for it here.
    ///
    /// `resume_token` (§6.3). Sent when resuming.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_token: Option<crate::common::ResumeToken>,
    /// A copy of the one in `resume`, for runtimes that look for it here.
    ///
    /// `last_event_seq` (§6.3). Sent when resuming. At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event_seq: Option<u64>,
}
impl Hello {
    /// With the members that a receiver requires.
    pub fn new(client: ClientInfo) -> Self {
        Self {
            client,
            auth: None,
            capabilities: <HelloCapabilities>::default(),
            resume: None,
            resume_token: None,
            last_event_seq: None,
        }
    }
    /// Sets `auth`.
    #[must_use]
    pub fn with_auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }
    /// Sets `capabilities`.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: HelloCapabilities) -> Self {
        self.capabilities = capabilities;
        self
    }
    /// Sets `resume`.
    #[must_use]
    pub fn with_resume(mut self, resume: ResumePoint) -> Self {
        self.resume = Some(resume);
        self
    }
    /// Sets `resume_token`.
    #[must_use]
    pub fn with_resume_token(
        mut self,
        resume_token: crate::common::ResumeToken,
    ) -> Self {
        self.resume_token = Some(resume_token);
        self
    }
    /// Sets `last_event_seq`.
    #[must_use]
    pub fn with_last_event_seq(mut self, last_event_seq: u64) -> Self {
        self.last_event_seq = Some(last_event_seq);
        self
    }
}
impl<'de> crate::read::Object<'de> for Hello {
    const MEMBERS: &'static [&'static str] = &[
        "client",
        "auth",
        "capabilities",
        "resume",
        "resume_token",
        "last_event_seq",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut client = crate::read::Slot::Missing;
        let mut auth = crate::read::Slot::Missing;
        let mut capabilities = crate::read::Slot::Missing;
        let mut resume = crate::read::Slot::Missing;
        let mut resume_token = crate::read::Slot::Missing;
        let mut last_event_seq = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    client
                        .fill_strictly::<
                            crate::read::Plain<ClientInfo>,
                            _,
                        >("client", &mut map)?;
                }
                1 => {
                    auth.fill::<crate::read::Plain<Auth>, _>("auth", &mut map)?;
                }
                2 => {
                    capabilities
                        .fill::<
                            crate::read::Plain<HelloCapabilities>,
                            _,
                        >("capabilities", &mut map)?;
                }
                3 => {
                    resume
                        .fill::<crate::read::Plain<ResumePoint>, _>("resume", &mut map)?;
                }
                4 => {
                    resume_token
                        .fill::<
                            crate::read::Plain<crate::common::ResumeToken>,
                            _,
                        >("resume_token", &mut map)?;
                }
                5 => {
                    last_event_seq
                        .fill::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("last_event_seq", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            client: client.required("client")?,
            auth: auth.optional(),
            capabilities: capabilities.optional().unwrap_or_default(),
            resume: resume.optional(),
            resume_token: resume_token.optional(),
            last_event_seq: last_event_seq.optional(),
        })
    }
}
crate::macros::object!(Hello);
/// The session is open: its name, how to resume it, and what the runtime can do.
///
/// §6.2.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Welcome {
    /// Which program answers.
    ///
    /// `runtime`.
    pub runtime: RuntimeInfo,
    /// What to show to resume this session. It replaces all earlier ones.
    ///
    /// `resume_token`.
    pub resume_token: crate::common::ResumeToken,
    /// How long the session can be resumed after its connection is gone.
    ///
    /// `resume_window_sec` (§6.3). Missing means `600`. In seconds. Always sent. From 1 to 2147483647.
    pub resume_window_sec: u64,
    /// How often each side shows life. Without it there is no heartbeat.
    ///
    /// `heartbeat_interval_sec` (§6.4). In seconds. Sent when `heartbeat` is negotiated. Needs the feature `heartbeat`. From 1 to 2147483647.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat_interval_sec: Option<u64>,
    /// What the runtime can do.
    ///
    /// `capabilities`.
    pub capabilities: WelcomeCapabilities,
    /// True when this continues an earlier session, and replay follows.
    ///
    /// `resumed` (§6.3). Missing means `false`. Sent when resuming.
    #[serde(skip_serializing_if = "crate::read::is_default")]
    pub resumed: bool,
    /// A copy of the envelope's, for clients that look for it here. A reader takes the envelope's.
    ///
    /// `session_id`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<crate::common::SessionId>,
    /// When the session was opened or resumed, for clients that insist on it.
    ///
    /// `accepted_at`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<crate::common::Timestamp>,
}
impl Welcome {
    /// With the members that a receiver requires.
    pub fn new(
        runtime: RuntimeInfo,
        resume_token: crate::common::ResumeToken,
        capabilities: WelcomeCapabilities,
    ) -> Self {
        Self {
            runtime,
            resume_token,
            resume_window_sec: 600,
            heartbeat_interval_sec: None,
            capabilities,
            resumed: <bool>::default(),
            session_id: None,
            accepted_at: None,
        }
    }
    /// Sets `resume_window_sec`.
    #[must_use]
    pub fn with_resume_window_sec(mut self, resume_window_sec: u64) -> Self {
        self.resume_window_sec = resume_window_sec;
        self
    }
    /// Sets `heartbeat_interval_sec`.
    #[must_use]
    pub fn with_heartbeat_interval_sec(mut self, heartbeat_interval_sec: u64) -> Self {
        self.heartbeat_interval_sec = Some(heartbeat_interval_sec);
        self
    }
    /// Sets `resumed`.
    #[must_use]
    pub fn with_resumed(mut self, resumed: bool) -> Self {
        self.resumed = resumed;
        self
    }
    /// Sets `session_id`.
    #[must_use]
    pub fn with_session_id(mut self, session_id: crate::common::SessionId) -> Self {
        self.session_id = Some(session_id);
        self
    }
    /// Sets `accepted_at`.
    #[must_use]
    pub fn with_accepted_at(mut self, accepted_at: crate::common::Timestamp) -> Self {
        self.accepted_at = Some(accepted_at);
        self
    }
}
impl<'de> crate::read::Object<'de> for Welcome {
    const MEMBERS: &'static [&'static str] = &[
        "runtime",
        "resume_token",
        "resume_window_sec",
        "heartbeat_interval_sec",
        "capabilities",
        "resumed",
        "session_id",
        "accepted_at",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut runtime = crate::read::Slot::Missing;
        let mut resume_token = crate::read::Slot::Missing;
        let mut resume_window_sec = crate::read::Slot::Missing;
        let mut heartbeat_interval_sec = crate::read::Slot::Missing;
        let mut capabilities = crate::read::Slot::Missing;
        let mut resumed = crate::read::Slot::Missing;
        let mut session_id = crate::read::Slot::Missing;
        let mut accepted_at = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    runtime
                        .fill_strictly::<
                            crate::read::Plain<RuntimeInfo>,
                            _,
                        >("runtime", &mut map)?;
                }
                1 => {
                    resume_token
                        .fill_strictly::<
                            crate::read::Plain<crate::common::ResumeToken>,
                            _,
                        >("resume_token", &mut map)?;
                }
                2 => {
                    resume_window_sec
                        .fill::<
                            crate::read::Integer<1u64, 2147483647u64>,
                            _,
                        >("resume_window_sec", &mut map)?;
                }
                3 => {
                    heartbeat_interval_sec
                        .fill::<
                            crate::read::Integer<1u64, 2147483647u64>,
                            _,
                        >("heartbeat_interval_sec", &mut map)?;
                }
                4 => {
                    capabilities
                        .fill_strictly::<
                            crate::read::Plain<WelcomeCapabilities>,
                            _,
                        >("capabilities", &mut map)?;
                }
                5 => {
                    resumed.fill::<crate::read::Plain<bool>, _>("resumed", &mut map)?;
                }
                6 => {
                    session_id
                        .fill::<
                            crate::read::Plain<crate::common::SessionId>,
                            _,
                        >("session_id", &mut map)?;
                }
                7 => {
                    accepted_at
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("accepted_at", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            runtime: runtime.required("runtime")?,
            resume_token: resume_token.required("resume_token")?,
            resume_window_sec: resume_window_sec.optional().unwrap_or_else(|| 600),
            heartbeat_interval_sec: heartbeat_interval_sec.optional(),
            capabilities: capabilities.required("capabilities")?,
            resumed: resumed.optional().unwrap_or_default(),
            session_id: session_id.optional(),
            accepted_at: accepted_at.optional(),
        })
    }
}
crate::macros::object!(Welcome);
/// Continues a session after its connection is gone.
///
/// §6.3.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Resume {
    /// The token of the newest welcome that the client has seen.
    ///
    /// `resume_token`.
    pub resume_token: crate::common::ResumeToken,
    /// The last number that the client has received; 0 for none. Replay starts after it.
    ///
    /// `last_event_seq`. At least 0.
    pub last_event_seq: u64,
    /// The session to resume. Without it the runtime finds it by the token.
    ///
    /// `session_id`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<crate::common::SessionId>,
    /// Which program this is.
    ///
    /// `client`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientInfo>,
    /// Who the client is. When it is present it must prove the principal of the session.
    ///
    /// `auth`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// What the client can do. Without it the features stay as they were negotiated.
    ///
    /// `capabilities`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<HelloCapabilities>,
}
impl Resume {
    /// With the members that a receiver requires.
    pub fn new(resume_token: crate::common::ResumeToken, last_event_seq: u64) -> Self {
        Self {
            resume_token,
            last_event_seq,
            session_id: None,
            client: None,
            auth: None,
            capabilities: None,
        }
    }
    /// Sets `session_id`.
    #[must_use]
    pub fn with_session_id(mut self, session_id: crate::common::SessionId) -> Self {
        self.session_id = Some(session_id);
        self
    }
    /// Sets `client`.
    #[must_use]
    pub fn with_client(mut self, client: ClientInfo) -> Self {
        self.client = Some(client);
        self
    }
    /// Sets `auth`.
    #[must_use]
    pub fn with_auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }
    /// Sets `capabilities`.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: HelloCapabilities) -> Self {
        self.capabilities = Some(capabilities);
        self
    }
}
impl<'de> crate::read::Object<'de> for Resume {
    const MEMBERS: &'static [&'static str] = &[
        "resume_token",
        "last_event_seq",
        "session_id",
        "client",
        "auth",
        "capabilities",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut resume_token = crate::read::Slot::Missing;
        let mut last_event_seq = crate::read::Slot::Missing;
        let mut session_id = crate::read::Slot::Missing;
        let mut client = crate::read::Slot::Missing;
        let mut auth = crate::read::Slot::Missing;
        let mut capabilities = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    resume_token
                        .fill_strictly::<
                            crate::read::Plain<crate::common::ResumeToken>,
                            _,
                        >("resume_token", &mut map)?;
                }
                1 => {
                    last_event_seq
                        .fill_strictly::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("last_event_seq", &mut map)?;
                }
                2 => {
                    session_id
                        .fill::<
                            crate::read::Plain<crate::common::SessionId>,
                            _,
                        >("session_id", &mut map)?;
                }
                3 => {
                    client
                        .fill::<crate::read::Plain<ClientInfo>, _>("client", &mut map)?;
                }
                4 => {
                    auth.fill::<crate::read::Plain<Auth>, _>("auth", &mut map)?;
                }
                5 => {
                    capabilities
                        .fill::<
                            crate::read::Plain<HelloCapabilities>,
                            _,
                        >("capabilities", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            resume_token: resume_token.required("resume_token")?,
            last_event_seq: last_event_seq.required("last_event_seq")?,
            session_id: session_id.optional(),
            client: client.optional(),
            auth: auth.optional(),
            capabilities: capabilities.optional(),
        })
    }
}
crate::macros::object!(Resume);
/// Asks for a sign of life.
///
/// §6.4.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Ping {
    /// What the pong has to repeat.
    ///
    /// `nonce`.
    pub nonce: crate::common::Nonce,
    /// When the ping was written.
    ///
    /// `sent_at`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<crate::common::Timestamp>,
}
impl Ping {
    /// With the members that a receiver requires.
    pub fn new(nonce: crate::common::Nonce) -> Self {
        Self { nonce, sent_at: None }
    }
    /// Sets `sent_at`.
    #[must_use]
    pub fn with_sent_at(mut self, sent_at: crate::common::Timestamp) -> Self {
        self.sent_at = Some(sent_at);
        self
    }
}
impl<'de> crate::read::Object<'de> for Ping {
    const MEMBERS: &'static [&'static str] = &["nonce", "sent_at"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut nonce = crate::read::Slot::Missing;
        let mut sent_at = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    nonce
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Nonce>,
                            _,
                        >("nonce", &mut map)?;
                }
                1 => {
                    sent_at
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("sent_at", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            nonce: nonce.required("nonce")?,
            sent_at: sent_at.optional(),
        })
    }
}
crate::macros::object!(Ping);
/// A request was refused, or the session is about to end. It ends the session only when the connection closes after it.
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
    /// The `id` of the frame that caused it.
    ///
    /// `request_id`. Sent when a frame with an id caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<crate::common::MessageId>,
    /// The job that the refused request was about.
    ///
    /// `job_id`. Sent when it is about a job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<crate::common::JobId>,
}
impl Error {
    /// With nothing set.
    pub fn new() -> Self {
        Self {
            code: crate::error::ErrorCode::InternalError,
            message: <String>::default(),
            retryable: None,
            details: None,
            request_id: None,
            job_id: None,
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
    /// Sets `request_id`.
    #[must_use]
    pub fn with_request_id(mut self, request_id: crate::common::MessageId) -> Self {
        self.request_id = Some(request_id);
        self
    }
    /// Sets `job_id`.
    #[must_use]
    pub fn with_job_id(mut self, job_id: crate::common::JobId) -> Self {
        self.job_id = Some(job_id);
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
        "request_id",
        "job_id",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut code = crate::read::Slot::Missing;
        let mut message = crate::read::Slot::Missing;
        let mut retryable = crate::read::Slot::Missing;
        let mut details = crate::read::Slot::Missing;
        let mut request_id = crate::read::Slot::Missing;
        let mut job_id = crate::read::Slot::Missing;
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
                    request_id
                        .fill::<
                            crate::read::Plain<crate::common::MessageId>,
                            _,
                        >("request_id", &mut map)?;
                }
                5 => {
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
            code: code
                .optional()
                .unwrap_or_else(|| crate::error::ErrorCode::InternalError),
            message: message.optional().unwrap_or_default(),
            retryable: retryable.optional(),
            details: details.optional(),
            request_id: request_id.optional(),
            job_id: job_id.optional(),
        })
    }
}
crate::macros::object!(Error);
/// The sign of life that a ping asked for.
///
/// §6.4.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Pong {
    /// The nonce of the ping.
    ///
    /// `ping_nonce`.
    pub ping_nonce: crate::common::Nonce,
    /// When the ping was read.
    ///
    /// `received_at`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<crate::common::Timestamp>,
}
impl Pong {
    /// With the members that a receiver requires.
    pub fn new(ping_nonce: crate::common::Nonce) -> Self {
        Self {
            ping_nonce,
            received_at: None,
        }
    }
    /// Sets `received_at`.
    #[must_use]
    pub fn with_received_at(mut self, received_at: crate::common::Timestamp) -> Self {
        self.received_at = Some(received_at);
        self
    }
}
impl<'de> crate::read::Object<'de> for Pong {
    const MEMBERS: &'static [&'static str] = &["ping_nonce", "received_at"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut ping_nonce = crate::read::Slot::Missing;
        let mut received_at = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    ping_nonce
                        .fill_strictly::<
                            crate::read::Plain<crate::common::Nonce>,
                            _,
                        >("ping_nonce", &mut map)?;
                }
                1 => {
                    received_at
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("received_at", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            ping_nonce: ping_nonce.required("ping_nonce")?,
            received_at: received_at.optional(),
        })
    }
}
crate::macros::object!(Pong);
/// How far the client has come. It frees the runtime's buffer and changes nothing else.
///
/// §6.5.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Ack {
    /// The highest number that the client is done with. A smaller one than before has no effect, and one beyond the stream counts as its end.
    ///
    /// `last_processed_seq`. At least 0.
    pub last_processed_seq: u64,
}
impl Ack {
    /// With the members that a receiver requires.
    pub fn new(last_processed_seq: u64) -> Self {
        Self { last_processed_seq }
    }
}
impl<'de> crate::read::Object<'de> for Ack {
    const MEMBERS: &'static [&'static str] = &["last_processed_seq"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut last_processed_seq = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    last_processed_seq
                        .fill_strictly::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("last_processed_seq", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            last_processed_seq: last_processed_seq.required("last_processed_seq")?,
        })
    }
}
crate::macros::object!(Ack);
/// Which jobs a listing holds. All the members that are present must match.
///
/// §6.6.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct JobFilter {
    /// Only jobs in one of these states. An empty list matches nothing, and a word that is no status is refused.
    ///
    /// `status`. At most 64 items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Vec<crate::job::JobStatus>>,
    /// Only jobs of this agent. A bare name matches each of its versions.
    ///
    /// `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<crate::common::AgentRef>,
    /// Only jobs that were accepted later than this.
    ///
    /// `created_after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_after: Option<crate::common::Timestamp>,
    /// Only jobs that were accepted earlier than this.
    ///
    /// `created_before`. Read, and never sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_before: Option<crate::common::Timestamp>,
}
impl JobFilter {
    /// With nothing set.
    pub fn new() -> Self {
        Self {
            status: None,
            agent: None,
            created_after: None,
            created_before: None,
        }
    }
    /// Sets `status`.
    #[must_use]
    pub fn with_status(mut self, status: Vec<crate::job::JobStatus>) -> Self {
        self.status = Some(status);
        self
    }
    /// Sets `agent`.
    #[must_use]
    pub fn with_agent(mut self, agent: crate::common::AgentRef) -> Self {
        self.agent = Some(agent);
        self
    }
    /// Sets `created_after`.
    #[must_use]
    pub fn with_created_after(
        mut self,
        created_after: crate::common::Timestamp,
    ) -> Self {
        self.created_after = Some(created_after);
        self
    }
    /// Sets `created_before`.
    #[must_use]
    pub fn with_created_before(
        mut self,
        created_before: crate::common::Timestamp,
    ) -> Self {
        self.created_before = Some(created_before);
        self
    }
}
impl Default for JobFilter {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for JobFilter {
    const MEMBERS: &'static [&'static str] = &[
        "status",
        "agent",
        "created_after",
        "created_before",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut status = crate::read::Slot::Missing;
        let mut agent = crate::read::Slot::Missing;
        let mut created_after = crate::read::Slot::Missing;
        let mut created_before = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    status
                        .fill::<
                            crate::read::List<
                                crate::read::Plain<crate::job::JobStatus>,
                                0u32,
                                64u32,
                                false,
                            >,
                            _,
                        >("status", &mut map)?;
                }
                1 => {
                    agent
                        .fill::<
                            crate::read::Plain<crate::common::AgentRef>,
                            _,
                        >("agent", &mut map)?;
                }
                2 => {
                    created_after
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("created_after", &mut map)?;
                }
                3 => {
                    created_before
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("created_before", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            status: status.optional(),
            agent: agent.optional(),
            created_after: created_after.optional(),
            created_before: created_before.optional(),
        })
    }
}
crate::macros::object!(JobFilter);
/// Asks which jobs there are.
///
/// §6.6.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct ListJobs {
    /// Which of them. Without it all.
    ///
    /// `filter`. Missing means `{}`.
    #[serde(skip_serializing_if = "crate::read::is_default")]
    pub filter: JobFilter,
    /// How many entries a page may have. More than 1000 counts as 1000.
    ///
    /// `limit`. Missing means `100`. In jobs. At least 1.
    #[serde(skip_serializing_if = "ListJobs::limit_is_default")]
    pub limit: u64,
    /// Where to go on: the `next_cursor` of the page before. Without it at the start.
    ///
    /// `cursor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<crate::common::Cursor>,
}
impl ListJobs {
    /// With nothing set.
    pub fn new() -> Self {
        Self {
            filter: <JobFilter>::default(),
            limit: 100,
            cursor: None,
        }
    }
    /// Sets `filter`.
    #[must_use]
    pub fn with_filter(mut self, filter: JobFilter) -> Self {
        self.filter = filter;
        self
    }
    /// Sets `limit`.
    #[must_use]
    pub fn with_limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }
    /// Sets `cursor`.
    #[must_use]
    pub fn with_cursor(mut self, cursor: crate::common::Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }
}
impl Default for ListJobs {
    fn default() -> Self {
        Self::new()
    }
}
impl ListJobs {
    fn limit_is_default(value: &u64) -> bool {
        *value == 100
    }
}
impl<'de> crate::read::Object<'de> for ListJobs {
    const MEMBERS: &'static [&'static str] = &["filter", "limit", "cursor"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut filter = crate::read::Slot::Missing;
        let mut limit = crate::read::Slot::Missing;
        let mut cursor = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    filter.fill::<crate::read::Plain<JobFilter>, _>("filter", &mut map)?;
                }
                1 => {
                    limit
                        .fill::<
                            crate::read::Integer<1u64, 9223372036854775807u64>,
                            _,
                        >("limit", &mut map)?;
                }
                2 => {
                    cursor
                        .fill::<
                            crate::read::Plain<crate::common::Cursor>,
                            _,
                        >("cursor", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            filter: filter.optional().unwrap_or_default(),
            limit: limit.optional().unwrap_or_else(|| 100),
            cursor: cursor.optional(),
        })
    }
}
crate::macros::object!(ListJobs);
/// One job as a listing shows it.
///
/// §6.6.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct JobSummary {
    /// The job.
    ///
    /// `job_id`.
    pub job_id: crate::common::JobId,
    /// What runs.
    ///
    /// `agent`.
    pub agent: crate::common::ResolvedAgent,
    /// Where it stands.
    ///
    /// `status`.
    pub status: crate::job::JobStatus,
    /// What it may do.
    ///
    /// `lease`. Missing means `{}`. Always sent.
    pub lease: crate::lease::Lease,
    /// The job that delegated this one.
    ///
    /// `parent_job_id`. Always sent; null when there is none.
    pub parent_job_id: Option<crate::common::JobId>,
    /// When it was accepted.
    ///
    /// `created_at`. Always sent. Where it is missing, `submitted_at` is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<crate::common::Timestamp>,
    /// The trace that it belongs to.
    ///
    /// `trace_id` (§11). Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<crate::common::TraceId>,
    /// The newest number of the job in the stream of the session that submitted it; 0 for none.
    ///
    /// `last_event_seq`. Missing means `0`. Always sent. At least 0.
    pub last_event_seq: u64,
    /// What else bounds the job.
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
    /// A copy of `created_at`, for clients that look for it here.
    ///
    /// `submitted_at`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<crate::common::Timestamp>,
}
impl JobSummary {
    /// With the members that a receiver requires.
    pub fn new(
        job_id: crate::common::JobId,
        agent: crate::common::ResolvedAgent,
        status: crate::job::JobStatus,
    ) -> Self {
        Self {
            job_id,
            agent,
            status,
            lease: <crate::lease::Lease>::default(),
            parent_job_id: None,
            created_at: None,
            trace_id: None,
            last_event_seq: <u64>::default(),
            lease_constraints: None,
            budget: None,
            credentials: None,
            submitted_at: None,
        }
    }
    /// Sets `lease`.
    #[must_use]
    pub fn with_lease(mut self, lease: crate::lease::Lease) -> Self {
        self.lease = lease;
        self
    }
    /// Sets `parent_job_id`.
    #[must_use]
    pub fn with_parent_job_id(mut self, parent_job_id: crate::common::JobId) -> Self {
        self.parent_job_id = Some(parent_job_id);
        self
    }
    /// Sets `created_at`.
    #[must_use]
    pub fn with_created_at(mut self, created_at: crate::common::Timestamp) -> Self {
        self.created_at = Some(created_at);
        self
    }
    /// Sets `trace_id`.
    #[must_use]
    pub fn with_trace_id(mut self, trace_id: crate::common::TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }
    /// Sets `last_event_seq`.
    #[must_use]
    pub fn with_last_event_seq(mut self, last_event_seq: u64) -> Self {
        self.last_event_seq = last_event_seq;
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
    /// Sets `submitted_at`.
    #[must_use]
    pub fn with_submitted_at(mut self, submitted_at: crate::common::Timestamp) -> Self {
        self.submitted_at = Some(submitted_at);
        self
    }
}
impl<'de> crate::read::Object<'de> for JobSummary {
    const MEMBERS: &'static [&'static str] = &[
        "job_id",
        "agent",
        "status",
        "lease",
        "parent_job_id",
        "created_at",
        "trace_id",
        "last_event_seq",
        "lease_constraints",
        "budget",
        "credentials",
        "submitted_at",
    ];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut job_id = crate::read::Slot::Missing;
        let mut agent = crate::read::Slot::Missing;
        let mut status = crate::read::Slot::Missing;
        let mut lease = crate::read::Slot::Missing;
        let mut parent_job_id = crate::read::Slot::Missing;
        let mut created_at = crate::read::Slot::Missing;
        let mut trace_id = crate::read::Slot::Missing;
        let mut last_event_seq = crate::read::Slot::Missing;
        let mut lease_constraints = crate::read::Slot::Missing;
        let mut budget = crate::read::Slot::Missing;
        let mut credentials = crate::read::Slot::Missing;
        let mut submitted_at = crate::read::Slot::Missing;
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
                        .fill_strictly::<
                            crate::read::Plain<crate::common::ResolvedAgent>,
                            _,
                        >("agent", &mut map)?;
                }
                2 => {
                    status
                        .fill_strictly::<
                            crate::read::Plain<crate::job::JobStatus>,
                            _,
                        >("status", &mut map)?;
                }
                3 => {
                    lease
                        .fill::<
                            crate::read::Plain<crate::lease::Lease>,
                            _,
                        >("lease", &mut map)?;
                }
                4 => {
                    parent_job_id
                        .fill::<
                            crate::read::Plain<crate::common::JobId>,
                            _,
                        >("parent_job_id", &mut map)?;
                }
                5 => {
                    created_at
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("created_at", &mut map)?;
                }
                6 => {
                    trace_id
                        .fill::<
                            crate::read::Plain<crate::common::TraceId>,
                            _,
                        >("trace_id", &mut map)?;
                }
                7 => {
                    last_event_seq
                        .fill::<
                            crate::read::Integer<0u64, 9223372036854775807u64>,
                            _,
                        >("last_event_seq", &mut map)?;
                }
                8 => {
                    lease_constraints
                        .fill::<
                            crate::read::Plain<crate::lease::LeaseConstraints>,
                            _,
                        >("lease_constraints", &mut map)?;
                }
                9 => {
                    budget
                        .fill::<
                            crate::read::Plain<crate::lease::Budget>,
                            _,
                        >("budget", &mut map)?;
                }
                10 => {
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
                11 => {
                    submitted_at
                        .fill::<
                            crate::read::Plain<crate::common::Timestamp>,
                            _,
                        >("submitted_at", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        if !created_at.is_some() {
            created_at.copy_from(&submitted_at);
        }
        Ok(Self {
            job_id: job_id.required("job_id")?,
            agent: agent.required("agent")?,
            status: status.required("status")?,
            lease: lease.optional().unwrap_or_default(),
            parent_job_id: parent_job_id.optional(),
            created_at: created_at.optional(),
            trace_id: trace_id.optional(),
            last_event_seq: last_event_seq.optional().unwrap_or_default(),
            lease_constraints: lease_constraints.optional(),
            budget: budget.optional(),
            credentials: credentials.optional(),
            submitted_at: submitted_at.optional(),
        })
    }
}
crate::macros::object!(JobSummary);
/// One page of a listing.
///
/// §6.6.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Jobs {
    /// The `id` of the frame that asked.
    ///
    /// `request_id`.
    pub request_id: crate::common::MessageId,
    /// The entries, oldest first.
    ///
    /// `jobs`.
    pub jobs: Vec<JobSummary>,
    /// Where the next page begins. Null on the last page.
    ///
    /// `next_cursor`. Always sent; null when there is none.
    pub next_cursor: Option<crate::common::Cursor>,
}
impl Jobs {
    /// With the members that a receiver requires.
    pub fn new(request_id: crate::common::MessageId, jobs: Vec<JobSummary>) -> Self {
        Self {
            request_id,
            jobs,
            next_cursor: None,
        }
    }
    /// Sets `next_cursor`.
    #[must_use]
    pub fn with_next_cursor(mut self, next_cursor: crate::common::Cursor) -> Self {
        self.next_cursor = Some(next_cursor);
        self
    }
}
impl<'de> crate::read::Object<'de> for Jobs {
    const MEMBERS: &'static [&'static str] = &["request_id", "jobs", "next_cursor"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut request_id = crate::read::Slot::Missing;
        let mut jobs = crate::read::Slot::Missing;
        let mut next_cursor = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    request_id
                        .fill_strictly::<
                            crate::read::Plain<crate::common::MessageId>,
                            _,
                        >("request_id", &mut map)?;
                }
                1 => {
                    jobs.fill_strictly::<
                            crate::read::List<
                                crate::read::Plain<JobSummary>,
                                0u32,
                                4294967295u32,
                                false,
                            >,
                            _,
                        >("jobs", &mut map)?;
                }
                2 => {
                    next_cursor
                        .fill::<
                            crate::read::Plain<crate::common::Cursor>,
                            _,
                        >("next_cursor", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self {
            request_id: request_id.required("request_id")?,
            jobs: jobs.required("jobs")?,
            next_cursor: next_cursor.optional(),
        })
    }
}
crate::macros::object!(Jobs);
/// The client is done with the session.
///
/// §6.7.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Close {
    /// Why, in a word or a sentence.
    ///
    /// `reason`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
impl Close {
    /// With nothing set.
    pub fn new() -> Self {
        Self { reason: None }
    }
    /// Sets `reason`.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
impl Default for Close {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for Close {
    const MEMBERS: &'static [&'static str] = &["reason"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut reason = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    reason.fill::<crate::read::Plain<String>, _>("reason", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self { reason: reason.optional() })
    }
}
crate::macros::object!(Close);
/// The runtime is done with the connection.
///
/// §6.7.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Closed {
    /// Why, in a word or a sentence.
    ///
    /// `reason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
impl Closed {
    /// With nothing set.
    pub fn new() -> Self {
        Self { reason: None }
    }
    /// Sets `reason`.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
impl Default for Closed {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for Closed {
    const MEMBERS: &'static [&'static str] = &["reason"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut reason = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    reason.fill::<crate::read::Plain<String>, _>("reason", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self { reason: reason.optional() })
    }
}
crate::macros::object!(Closed);
/// The sender is done with the connection.
///
/// §6.7.
#[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
#[non_exhaustive]
pub struct Bye {
    /// Why, in a word or a sentence.
    ///
    /// `reason`. Always sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
impl Bye {
    /// With nothing set.
    pub fn new() -> Self {
        Self { reason: None }
    }
    /// Sets `reason`.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
impl Default for Bye {
    fn default() -> Self {
        Self::new()
    }
}
impl<'de> crate::read::Object<'de> for Bye {
    const MEMBERS: &'static [&'static str] = &["reason"];
    fn read<A: ::serde::de::MapAccess<'de>>(
        mut map: A,
    ) -> ::core::result::Result<Self, A::Error> {
        let mut reason = crate::read::Slot::Missing;
        while let Some(member) = crate::read::next_member(&mut map, Self::MEMBERS)? {
            match member {
                0 => {
                    reason.fill::<crate::read::Plain<String>, _>("reason", &mut map)?;
                }
                _ => crate::read::skip(&mut map)?,
            }
        }
        Ok(Self { reason: reason.optional() })
    }
}
crate::macros::object!(Bye);
